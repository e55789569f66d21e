from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.tools import email_normalize, plaintext2html

from ...compat import check_access, commit_batch
from ...formatting import aware, get_company_zone, get_midnight, naive
from ...intake import read_own_text, spell_address
from ..common.support_mail_address import fold, fold_all

ACKNOWLEDGEMENT = "mail_template_reply_acknowledgement"
# How many acknowledgements one batch of the cron queues.
ACKNOWLEDGE_BATCH = 100
# Later than that it would say nothing any more: the job was off, or the server.
ACKNOWLEDGE_WITHIN = timedelta(days=2)
# How far ahead the end of a working day is looked for.
WORKING_DAYS_AHEAD = 14
# How much of what customers write is kept beside the visit, in characters; the whole is posted.
MAX_MESSAGE = 4000
LIVE = ("confirmed", "in_progress")
MAIL_TYPES = ("comment", "email")


class SupportAppointment(models.Model):
    """What a customer writes about a visit reaches a dispatcher, and waits for an answer.

    It waits until somebody of ours answers in the history so that the customer gets it, presses
    *Answered*, or marks the activity as done. If that takes longer than the working day, the
    customer is told once that a person will read it.
    """

    _inherit = "support.appointment"

    customer_waiting_since = fields.Datetime(
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="When the customer wrote something that nobody has answered yet.",
    )
    customer_message = fields.Text(
        "What the Customer Wrote",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Of what nobody has answered yet; the history has it whole.",
    )
    customer_message_from = fields.Char(readonly=True, copy=False, groups="base.group_user")
    acknowledge_at = fields.Datetime(
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="When the customer is told that a person will read it, if nobody has answered.",
    )

    # ------------------------------------------------------------------
    # Hearing
    # ------------------------------------------------------------------

    def _get_correspondents(self):
        """The addresses that are known to be the customer's, or of those who follow for them.

        :return: set of str, as ``fold`` spells them
        """
        self.ensure_one()
        # sudo: whose mail it is has nothing to do with what the user at work may read.
        this = self.sudo()
        followers = this.message_partner_ids.filtered("partner_share")
        known = fold_all(
            [
                this.intake_sender,
                this.customer_email,
                this.partner_id.email,
                *followers.mapped("email"),
            ]
        )
        is_own = this.env["support.mail.address"]._is_own
        return {address for address in known if not is_own(address, this.company_id)}

    def _hear_reply(self, msg_dict):
        """Tell a dispatcher of a mail in the thread that corrects nothing, of whichever sender.

        What comes from the customer's address is heard whatever its headers say: a list of
        theirs, or a help desk that writes for them, may stand between.

        :param dict msg_dict: as ``mail.thread.message_parse`` returns it; no automatic reply
        """
        self.ensure_one()
        sender = email_normalize(msg_dict.get("email_from") or "")
        text = read_own_text(self._get_mail_text(msg_dict))
        if fold(sender) in self._get_correspondents():
            self._write_protected({"intake_references": self._get_mail_references(msg_dict)})
            self._for_responsible()._report_what_was_written(text, sender)
        elif self._is_by_human() and not self._is_colleague(sender):
            self._for_responsible()._report_stranger(sender, text)

    def _is_by_human(self):
        """Whether the headers of the mail that comes in name neither a program nor a list."""
        mail = self._get_gateway_mail()
        return not mail or mail.kind == "human"

    def _is_colleague(self, address):
        """Whether somebody of ours has the address: a user, the technician or the company."""
        if not address:
            return False
        # sudo: whose address it is, is told to nobody.
        this = self.sudo()
        technician = this.technician_id
        return (
            this.env["support.mail.address"]._is_own(address, this.company_id)
            or fold(address) == fold(technician.email)
            or bool(
                this.env["res.users"].search_count(
                    [
                        ("partner_id.email_normalized", "in", spell_address(address)),
                        ("share", "=", False),
                    ],
                    limit=1,
                )
            )
        )

    def _report_what_was_written(self, text, sender):
        mail = self._get_gateway_mail()
        return self._report_customer_message(
            _("The customer has written: please answer"),
            text or _("The message holds no text; please look at the history."),
            sender=sender,
            is_acknowledged=self._is_by_human() and not (mail and mail.is_automatic),
        )

    def _report_customer_act(self, summary, note):
        """What they did asks for an answer as what they write does; they heard of it at once."""
        self._report_customer_message(summary, note, is_acknowledged=False)

    def _report_customer_message(self, summary, note, sender="", is_acknowledged=True):
        """Tell the dispatcher of the company what the customer wrote, and mark the record.

        The technician of a visit to come is told as well. The texts are to be worded by the
        record as ``_for_responsible`` returns it.

        :param str summary: of the activity, such as "The customer declined the visit"
        :param str note: what the customer wrote, as plain text
        :param str sender: the address from which it came, if not the customer's own
        :param bool is_acknowledged: whether the customer may be told that it came in
        :return: the ``mail.activity`` that tells of it, the one that is open already included
        """
        self.ensure_one()
        now = fields.Datetime.now()
        before = self.customer_message if self.customer_waiting_since else ""
        vals = {
            "customer_message": "\n\n".join(filter(None, [before, note]))[-MAX_MESSAGE:],
            "customer_message_from": sender or False,
        }
        if not self.customer_waiting_since:
            vals["customer_waiting_since"] = now
            vals["acknowledge_at"] = is_acknowledged and self._get_end_of_working_day(now)
        self._write_protected(vals)
        marked = self._mark_customer_message(note)
        activity = self._automation_activity(summary, marked[:MAX_MESSAGE])
        if not activity:
            # sudo: as in _automation_activity
            activity = self.sudo().activity_ids.filtered(lambda each: each.summary == summary)[:1]
            activity.note = plaintext2html(vals["customer_message"])
        activity.support_customer_message = True
        self._tell_technician_of_message(now)
        return activity

    def _tell_technician_of_message(self, now):
        """What a customer writes may change the technician's day; no more often than Odoo's limit
        for loops allows, since anybody can write it in the customer's name."""
        # sudo: as in _notify_technician
        technician = self.technician_id.sudo()
        if (
            self.state in LIVE
            and technician
            and self.stop
            and self.stop > now
            and self._is_notice_to_technicians_on()
            and not self._has_many_messages()
            and not technician._find_notification_obstacles()
        ):
            self._notify_technician(technician, "support_center.message_customer_wrote")

    def _has_many_messages(self):
        """Whether more came in about this visit than people write in so short a time."""
        window, threshold = self._get_loop_window()
        # sudo: counted for any user who hands the mail over.
        messages = self.env["mail.message"].sudo()
        count = messages.search_count(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("message_type", "in", MAIL_TYPES),
                ("create_date", ">=", self.env.cr.now() - window),
                "|",
                ("author_id", "=", False),
                ("author_id.partner_share", "=", True),
            ],
            limit=threshold,
        )
        return count >= threshold

    def _message_post_after_hook(self, message, msg_vals):
        """An answer of ours ends the waiting; what a customer writes on the portal begins it."""
        result = super()._message_post_after_hook(message, msg_vals)
        if len(self) != 1 or message.message_type not in MAIL_TYPES or message.is_internal:
            return result
        is_comment = message.message_type == "comment" and not message.subtype_id.internal
        if not (is_comment or self.sudo().customer_waiting_since):
            return result
        # sudo: who is a user, and who follows, is looked up for the one who writes.
        author = message.sudo().author_id
        if author.user_ids.filtered(lambda user: not user.share):
            if self.sudo().customer_waiting_since and self._reaches_customer(message.sudo()):
                self._settle_customer_message()
        elif is_comment:
            # With the rights of the automation, as for a mail: customers may write nothing.
            self.with_user(SUPERUSER_ID)._run_automation(
                "receive_reply", lambda those: those._hear_comment(message)
            )
        return result

    def _hear_comment(self, message):
        text = read_own_text(self._get_mail_text({"body": message.body}))
        self._for_responsible()._report_what_was_written(text, message.author_id.email_normalized)

    def _reaches_customer(self, message):
        """Whether the customer gets a message of ours."""
        if message.subtype_id.internal or not message.subtype_id:
            return False
        followers = self.sudo().message_follower_ids.filtered(
            lambda follower: message.subtype_id in follower.subtype_ids
        )
        partners = message.partner_ids | followers.partner_id
        reached = fold_all(partners.mapped("email_normalized"))
        return bool(reached & self._get_correspondents())

    # ------------------------------------------------------------------
    # Answered
    # ------------------------------------------------------------------

    def action_customer_answered(self):
        """Say that the customers have their answer, by telephone for instance.

        :return: True
        """
        check_access(self, "write")
        self._settle_customer_message()
        return True

    def _settle_customer_message(self):
        """Nobody waits any more: the mark goes, and the activity that asks for it is done."""
        # sudo: who answers may read the visit without changing it, and the activity may be
        # somebody else's.
        this = self.sudo().filtered("customer_waiting_since")
        if not this:
            return
        this._write_protected(
            {
                "customer_waiting_since": False,
                "customer_message": False,
                "customer_message_from": False,
                "acknowledge_at": False,
            }
        )
        this.activity_ids.filtered("support_customer_message").action_done()

    def _react_to_notice(self, kind):
        """A notice to the customer may be the answer to what they wrote.

        Who hears that the visit is called off waits no more. Another time need not be what they
        asked for, so somebody still has to look; but they have heard of us.

        :param str kind: of the notice
        """
        super()._react_to_notice(kind)
        waiting = self.sudo().filtered("customer_waiting_since")  # sudo: as below
        if kind == "cancelled":
            waiting._settle_customer_message()
        elif kind == "rescheduled":
            waiting.filtered("acknowledge_at")._write_marks({"acknowledge_at": False})

    def _prepare_erased_vals(self):
        return {
            **super()._prepare_erased_vals(),
            "customer_waiting_since": None,
            "acknowledge_at": None,
        }

    # ------------------------------------------------------------------
    # Acknowledging
    # ------------------------------------------------------------------

    def _get_end_of_working_day(self, moment):
        """The end of the company's working day in which a moment falls, else of the next one.

        :param datetime moment: naive UTC
        :return: naive UTC; a day later where the company has no working hours
        """
        # sudo: the company's hours are not every user's to read.
        calendar = self.company_id.sudo().resource_calendar_id
        if not calendar:
            return moment + timedelta(days=1)
        name = get_company_zone(self.company_id)
        zone = ZoneInfo(name)
        since = aware(moment).astimezone(zone)
        # From midnight, so that the day is seen whole.
        first = aware(get_midnight(since.date(), name))
        until = first + timedelta(days=WORKING_DAYS_AHEAD)
        shifts = [
            (begin.astimezone(zone), end.astimezone(zone))
            for begin, end, _meta in calendar._work_intervals_batch(first, until)[False]
        ]
        days = [end.date() for begin, end in shifts if end > since]
        if not days:
            return moment + timedelta(days=1)
        last = max(end for begin, end in shifts if begin.date() == days[0] or end.date() == days[0])
        return naive(last)

    @api.model
    def _get_backlog_acknowledge_domain(self):
        """Customers whom the cron would tell now that a person will read what they wrote."""
        now = fields.Datetime.now()
        return [
            ("acknowledge_at", "<=", now),
            ("acknowledge_at", ">", now - ACKNOWLEDGE_WITHIN),
        ]

    @api.model
    def _cron_acknowledge_customers(self):
        """Tell customers whom nobody has answered within the working day that we have it.

        Each is told once; a batch is committed on its own.
        """
        domain = self._get_backlog_acknowledge_domain()
        done = self.browse()
        while batch := self._run_job_batch(
            partial(self._acknowledge_batch, domain, done.ids),
        ):
            done |= batch

    @api.model
    def _acknowledge_batch(self, domain, done_ids):
        """
        :param list domain: of those whom somebody is to be told of
        :param list done_ids: ids of those that this run has been at
        :return: the appointments that were looked at
        """
        batch = self.search(
            [*domain, ("id", "not in", done_ids)], limit=ACKNOWLEDGE_BATCH, order="acknowledge_at"
        )
        if batch:
            batch._run_automation("acknowledge", lambda those: those._acknowledge())
            commit_batch(self.env, len(batch), self.search_count(domain))
        return batch

    def _acknowledge(self):
        """
        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        fault = self.env["support.notifier"]._find_template_fault(ACKNOWLEDGEMENT)
        if fault:
            self._report_template_fault(fault)
            return dict.fromkeys(self.ids, ("skipped", fault))
        outcomes = {}
        for record in self:
            address = email_normalize(record.customer_message_from or "") or record._get_asker()
            addresses = self.env["support.mail.address"]
            obstacle = addresses._explain_no_answer(address, record.company_id)
            if obstacle:
                outcomes[record.id] = ("skipped", obstacle)
            else:
                mail = record._queue_answer(ACKNOWLEDGEMENT, address)
                record.env["support.notification"]._record(record, "acknowledgement", mail)
        # Once each, also where there is nobody to be told.
        self._write_protected({"acknowledge_at": False})
        return outcomes
