from functools import partial

from odoo import _, api, fields, models

from ...formatting import format_moment
from ...scheduling.explain import OVERRULABLE
from ..appointment.states import OPEN_STATES
from ..incoming.intake_states import WAITING_REQUESTS
from ..notifications.support_notifier import NOTIFICATIONS


class SupportAppointment(models.Model):
    """What is wrong with an appointment, in one place and in words."""

    _inherit = "support.appointment"

    warning_message = fields.Text(
        "Warning", compute="_compute_warning_message", groups="base.group_user"
    )

    @api.depends(
        "state", "active", "intake_state", "start", "stop", "technician_id", "partner_id",
        "customer_email", "ignore_working_hours", "requested_date", "partner_id.email",
        "partner_id.message_bounce", "confirmation_sent", "announced_start",
    )  # fmt: skip
    @api.depends_context("lang", "tz")
    def _compute_warning_message(self):
        # While a form is filled in, it shows what was wrong when it was saved last.
        saved = self._origin
        warnings = saved._list_warnings()
        for record in self:
            record.warning_message = "\n".join(warnings.get(record._origin.id, ())) or False

    def _list_warnings(self):
        """What somebody should do something about.

        The number of queries does not grow with the appointments, but with the weeks they
        are planned in.

        :return: dict of id to list of str; closed and archived ones have none
        """
        now = fields.Datetime.now()
        watched = self.filtered(lambda a: a.active and a.state in OPEN_STATES)
        # sudo: as in _list_technician_warnings
        planned = watched.filtered(
            lambda a: (
                a.state != "in_progress"
                and a.start
                and a.start >= now
                and a.sudo().technician_id._filter_employed()
            )
        )
        reasons = planned._find_reasons() if planned else {}
        mails = watched._find_failed_mails()
        unreachable = self.env["support.mail.address"]._find_obstacles(
            # sudo: as in _list_customer_warnings
            watched.sudo().partner_id.mapped("email")
        )
        untold = watched.filtered(lambda a: a.technician_id != a.technician_notified_id)
        # sudo: as in _list_technician_warnings
        silent = untold.sudo().technician_id._find_notification_obstacles()
        left_out = watched._find_left_out_notices()
        warnings = {}
        for record in watched:
            customer = record._list_customer_warnings(unreachable)
            warnings[record.id] = [
                *record._list_time_warnings(now),
                *record._list_technician_warnings(reasons.get(record, ())),
                *record._list_notice_warnings(silent, now),
                *customer,
                # What the customer cannot be told for a reason of their own is said already.
                *(left_out.get(record.id, ()) if not customer else ()),
                *mails.get(record.id, ()),
            ]
        return warnings

    def _list_time_warnings(self, now):
        found = []
        when = partial(format_moment, self.env)
        if self.state == "confirmed" and self.start < now:
            found.append(
                _(
                    "It should have begun at %(start)s: start it, say that nobody was there, or "
                    "move it.",
                    start=when(self.start),
                )
            )
        if self.state == "in_progress" and self.stop < now:
            found.append(_("It should have ended at %(stop)s.", stop=when(self.stop)))
        if self.state == "draft" and self.start and self.start < now:
            found.append(
                _("Its time, %(start)s, has passed: choose another one.", start=when(self.start))
            )
        if self.state == "draft" and not self.start and self.intake_state in ("none", "accepted"):
            found.append(_("No time is planned yet: use Find a Time."))
        return found

    def _list_technician_warnings(self, reasons):
        # sudo: a user who sees the visit is told what is wrong with who goes.
        technician = self.sudo().technician_id
        if not technician:
            return [_("Nobody goes yet.")] if self.start and self.state != "draft" else []
        if not technician.active:
            return [
                _(
                    "%(technician)s does not work here any more: assign somebody else.",
                    technician=technician.name,
                )
            ]
        if not technician._filter_employed():
            return [
                _(
                    "The user of %(technician)s is archived, so nobody is told of this visit: "
                    "assign somebody else, or give the technician another user or none.",
                    technician=technician.name,
                )
            ]
        if technician.company_id and technician.company_id != self.company_id:
            return [
                _(
                    "%(technician)s works for %(company)s: assign somebody else.",
                    technician=technician.name,
                    company=technician.company_id.name,
                )
            ]
        access = []
        if technician.user_id and self.company_id not in technician.user_id.company_ids:
            access = [
                _(
                    "The user of %(technician)s has no access to %(company)s and does not see "
                    "this visit.",
                    technician=technician.name,
                    company=self.company_id.name,
                )
            ]
        if self.ignore_working_hours:
            reasons = [reason for reason in reasons if reason.code not in OVERRULABLE]
        if not reasons:
            return access
        words = self.env["support.availability.words"]
        return [*access, words._describe_reasons(technician, reasons)]

    def _list_notice_warnings(self, silent, now):
        """A technician who was not told of a confirmed visit, since they cannot be."""
        # sudo: as in _list_technician_warnings
        technician = self.sudo().technician_id
        is_due = self.state == "confirmed" and self.start > now and technician.active
        told = technician == self.sudo().technician_notified_id
        return [silent[technician.id]] if is_due and not told and technician.id in silent else []

    def _list_customer_warnings(self, unreachable):
        """
        :param dict unreachable: as ``support.mail.address`` finds it, of the contacts' addresses
        """
        if self.intake_state in WAITING_REQUESTS and self.state == "draft":
            # What is missing stands in the note on the request, which the form shows.
            return []
        if not self.partner_id:
            return [_("There is no customer yet.")]
        if not (self.send_confirmation_email or self.send_reminder_email or self.announced_start):
            return []
        # sudo: contacts are not every technician's to read.
        partner = self.sudo().partner_id
        # Mails go to the contact as it is now, whatever address was noted on a confirmed visit.
        obstacle = unreachable.get(partner.email)
        if obstacle == "missing":
            return [_("The customer has no e-mail address, so nothing is sent.")]
        if obstacle == "invalid":
            return [
                _(
                    "“%(address)s” is no valid e-mail address of the customer, so nothing is sent.",
                    address=partner.email,
                )
            ]
        if obstacle == "opted_out":
            return [_("The customer opted out of our mails, so nothing is sent.")]
        if partner.message_bounce:
            return [
                _(
                    "Mails to the customer came back (%(count)s): please check the address "
                    "%(address)s.",
                    count=partner.message_bounce,
                    address=partner.email,
                )
            ]
        return []

    def _find_left_out_notices(self):
        """The last notice to each customer, where it was left out.

        :return: dict of id to list of str
        """
        # sudo: the log is not everybody's to read; that nobody was told is everybody's concern.
        log = self.env["support.automation.log"].sudo()
        last_ids = log._read_group(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.filtered(lambda a: a.state == "confirmed").ids),
                ("action", "in", [f"send_{kind}" for kind in NOTIFICATIONS]),
            ],
            ["res_id"],
            ["id:max"],
        )
        rows = log.browse([row_id for _res_id, row_id in last_ids])
        found = {}
        for row in rows.filtered(lambda row: row.outcome == "skipped"):
            text = _("The last mail to the customer was left out. %(reason)s", reason=row.message)
            found[row.res_id] = [text]
        return found

    def _find_failed_mails(self):
        """Our mails to the customers of these appointments that did not leave.

        :return: dict of id to list of str
        """
        # sudo: the queue is an administrator's; that nobody was told is everybody's concern.
        failed = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("support_notice", "!=", False),
                    ("state", "=", "exception"),
                ],
                order="id",
            )
        )
        found = {}
        for mail in failed:
            text = _(
                "A mail to the customer could not be sent: %(reason)s",
                reason=mail.failure_reason or mail.subject,
            )
            found[mail.res_id] = [text]
        return found
