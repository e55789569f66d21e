import re
from datetime import timedelta
from email.utils import parseaddr

from odoo import _, api, fields, models
from odoo.tools import email_normalize, formataddr

from ...intake import fold_address
from ..automation.support_automation_mixin import SILENT

# How many mails an answer refers to; RFC 5322 asks for no more than the last ones.
MAX_REFERENCES = 10
# Marks the draft that the gateway posts its first mail to.
FIRST_MAIL_KEY = "support_center_first_mail"
ANSWER = "mail_template_intake_answer"
# An object, which no caller from outside can put in the context.
FIRST_MAIL = object()
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


class SupportAppointment(models.Model):
    """The dialogue by mail: a request is answered, a corrected one read again."""

    _inherit = "support.appointment"

    intake_round = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many times a request of this appointment was read.",
    )
    intake_answered_round = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The last reading that was answered, or that was not to be answered.",
    )
    intake_references = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The mails that an answer refers to, the one that it answers last.",
    )
    intake_sender_normalized = fields.Char(
        compute="_compute_intake_sender_normalized",
        store=True,
        precompute=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    intake_held = fields.Boolean(
        "Not Answered",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The sender wrote so many mails in a short time that no answer was sent.",
    )

    @api.depends("intake_sender")
    def _compute_intake_sender_normalized(self):
        for record in self:
            record.intake_sender_normalized = email_normalize(record.intake_sender or "")

    # ------------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------------

    def _rule_answer_request(self):
        """Answer drafts whose mailed request was read since the last answer."""
        due = self.filtered(
            lambda a: (
                a.source == "email"
                and a.state == "draft"
                and a.intake_state in ("accepted", "review")
                and a.intake_answered_round < a.intake_round
            )
        )
        due._run_automation("intake_answer", lambda drafts: drafts._answer_requests())

    def _answer_requests(self):
        """Put an answer to each draft on the mail queue; see ``_rule_answer_request``.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        fault = self.env["support.notifier"]._find_template_fault(ANSWER)
        if fault:
            # Not marked as answered: once the template is mended, they can be.
            self._report_template_fault(fault)
            return self._silence_known(
                "intake_answer", {draft.id: ("skipped", fault) for draft in self}
            )
        for draft in self:
            # First, so that it is stored together with what the reading found.
            draft._write_protected({"intake_answered_round": draft.intake_round})
            obstacle = draft._get_answer_obstacle()
            if obstacle:
                outcomes[draft.id] = ("skipped", obstacle)
            elif draft._is_beyond_threshold():
                outcomes[draft.id] = draft._hold_answer()
            else:
                draft._offer_times()
                draft._queue_offers()
            if not obstacle and draft.intake_held and draft.id not in outcomes:
                draft._write_protected({"intake_held": False})
        return outcomes

    def _get_answer_obstacle(self):
        """Why nobody is to be answered, in words; empty where somebody is."""
        self.ensure_one()
        asker = self._get_asker()
        if asker and self.intake_automatic and asker == self.intake_sender_normalized:
            return _("Not answered: a program wrote the mail.")
        return self.env["support.mail.address"]._explain_no_answer(asker, self.company_id)

    def _get_asker(self):
        """The address of the person who asks: the one that the form names, else where the mail
        wants to be answered, else its sender.

        :return: str, normalised; False where none is usable
        """
        self.ensure_one()
        return email_normalize(self.customer_email or "") or self.intake_sender_normalized

    def _queue_answer(self, template_name=ANSWER, address=None):
        """
        :param str template_name: XML id without the module
        :param str address: who is answered, if not the person who asks
        :return: the ``mail.mail``, which the queue will send
        """
        self.ensure_one()
        template = self.env["support.notifier"]._get_template(template_name)
        asker = address or self._get_asker()
        name, _address = parseaddr(self.intake_sender or "")
        if asker != self.intake_sender_normalized:
            # Not the contact's stored name: a stranger may have asked.
            name = ""
        headers = {
            "Auto-Submitted": "auto-replied",
            "X-Auto-Response-Suppress": "All",
        }
        references = (self.intake_references or "").split()
        if references:
            headers["In-Reply-To"] = references[-1]
        notifier = self.env["support.notifier"]
        values = {
            **notifier._prepare_queue_vals("answer", self.company_id),
            "email_to": formataddr((name, asker)),
            "headers": repr(headers),
            "references": " ".join(references) or False,
            # As Odoo would have it, which asks the database for the user's address as well.
            "author_id": self.env.user.partner_id.id,
            "auto_delete": False,
        }
        if not template.subject:
            values["subject"] = self.intake_subject or self.display_name
        if template.mail_server_id and not template.mail_server_id.sudo().active:
            # sudo: as in support.notifier
            values["mail_server_id"] = False
        if not template.reply_to:
            values["reply_to"] = self.env["support.mail.address"]._get_reply_to(self)
        # sudo: who reads a request again may have no right on the queue.
        mails = self.env["mail.mail"].sudo()
        # The template says the same, unless somebody has emptied its language.
        template = template.with_context(lang=self._get_answer_lang())
        mail_id = template.send_mail(self.id, force_send=False, email_values=values)
        notifier._wake_queue()
        return mails.browse(mail_id)

    @api.model
    def _get_mail_references(self, msg_dict):
        """What an answer to this mail has to refer to, the mail itself last."""
        found = MESSAGE_ID.findall(msg_dict.get("references") or "")
        found += MESSAGE_ID.findall(msg_dict.get("message_id") or "")
        return " ".join(list(dict.fromkeys(found))[-MAX_REFERENCES:]) or False

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Do not look once more whether the customer follows, where the request was accepted."""
        is_first = self.env.context.get(FIRST_MAIL_KEY) is FIRST_MAIL
        if is_first and self.intake_state == "accepted" and partner_ids == self.partner_id.ids:
            return True
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """The mail that makes a draft goes to nobody outside, nor does one of a calendar.

        Its customer follows the draft by the time that it is posted, and a
        stranger's mail must not be passed on to whomever it names. What calendars send one
        another would be taken in by the customer's.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        mail = self._get_gateway_mail()
        is_first = self.env.context.get(FIRST_MAIL_KEY) is FIRST_MAIL
        if not is_first and not (mail and mail.calendar):
            return recipients
        return [recipient for recipient in recipients if not recipient["share"]]

    # ------------------------------------------------------------------
    # A sender of many
    # ------------------------------------------------------------------

    def _get_loop_window(self):
        """Since when Odoo counts the mails of a sender, and how many it takes."""
        parameters = self.env["ir.config_parameter"]
        minutes = parameters._get_support_number("mail.gateway.loop.minutes")
        threshold = parameters._get_support_number("mail.gateway.loop.threshold")
        return timedelta(minutes=minutes), threshold

    def _get_same_sender_domain(self):
        """Other requests of the sender, and those that name the same person to be answered.

        Somebody who writes under many addresses would make us write to that one.
        """
        window, _threshold = self._get_loop_window()
        asker = self._get_asker()
        senders = list(filter(None, [self.intake_sender_normalized, asker]))
        return [
            "|",
            ("intake_sender_normalized", "in", senders),
            "&",
            ("source", "=", "email"),
            ("customer_email_key", "in", [fold_address(asker)] if asker else []),
            # The database's clock, as for the date that is compared.
            ("create_date", ">=", self.env.cr.now() - window),
            ("id", "!=", self.id),
        ]

    def _is_beyond_threshold(self):
        """Whether the sender wrote so many mails that a loop is likely."""
        self.ensure_one()
        # sudo: senders are counted across companies, and their exemptions
        # are not every user's to read.
        this = self.sudo().with_context(active_test=False)
        window, threshold = self._get_loop_window()
        since = fields.Datetime.now() - window
        replies = [
            correction
            for correction in self.intake_corrections or []
            if fields.Datetime.to_datetime(correction["received"]) >= since
        ]
        others = this.search_count(self._get_same_sender_domain())
        if others + len(replies) < threshold:
            return False
        return not this.env["mail.gateway.allowed"].search_count(
            [("email_normalized", "=", self.intake_sender_normalized)], limit=1
        )

    def _hold_answer(self):
        """Tell once about a sender of many.

        :return: ``(outcome, message)``; ``SILENT`` where it was told already
        """
        self.ensure_one()
        # sudo: as in _is_beyond_threshold.
        this = self.sudo().with_context(active_test=False)
        told = self.intake_held or this.search_count(
            [*self._get_same_sender_domain(), ("intake_held", "=", True)], limit=1
        )
        self._write_protected({"intake_held": True})
        if told:
            return SILENT
        self._for_responsible()._ask_about_sender()
        return "skipped", self._describe_sender_of_many()

    def _ask_about_sender(self):
        return self._automation_activity(
            _("A sender of many mails is no longer answered"), self._describe_sender_of_many()
        )

    def _describe_sender_of_many(self):
        return _(
            "%(sender)s sends more mails than Odoo's limit for loops allows. The requests are "
            "kept, but not answered until it is less.",
            sender=self.intake_sender_normalized,
        )
