from odoo import _, api, fields, models

from ..scheduling.explain import OVERRULABLE
from .support_planning_mixin import WAITING_REQUESTS
from .support_state_mixin import OPEN_STATES


class SupportTroubleMixin(models.AbstractModel):
    """What is wrong with an appointment, in one place and in words."""

    _name = "support.trouble.mixin"
    _description = "What Is Wrong with an Appointment"

    trouble_note = fields.Text(
        "What Is Wrong", compute="_compute_trouble_note", groups="base.group_user"
    )

    @api.depends(
        "state", "active", "intake_state", "start", "stop", "technician_id", "partner_id",
        "customer_email", "ignore_working_hours", "requested_date",
    )  # fmt: skip
    @api.depends_context("lang", "tz")
    def _compute_trouble_note(self):
        # While a form is filled in, it shows what was wrong when it was saved last.
        saved = self._origin
        troubles = saved._list_troubles()
        for record in self:
            record.trouble_note = "\n".join(troubles.get(record._origin.id, ())) or False

    def _list_troubles(self):
        """What somebody should do something about.

        The number of queries does not grow with the appointments, but with the weeks they
        are planned in.

        :return: dict of id to list of str; closed and archived ones have none
        """
        now = fields.Datetime.now()
        watched = self.filtered(lambda a: a.active and a.state in OPEN_STATES)
        # sudo: as in _list_technician_troubles
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
        opted_out = self.env["support.mail.address"]._get_opted_out(
            # sudo: as in _list_customer_troubles
            watched.sudo().partner_id.mapped("email_normalized")
        )
        troubles = {}
        for record in watched:
            troubles[record.id] = [
                *record._list_time_troubles(now),
                *record._list_technician_troubles(reasons.get(record, ())),
                *record._list_customer_troubles(opted_out),
                *mails.get(record.id, ()),
            ]
        return troubles

    def _list_time_troubles(self, now):
        found = []
        when = self.env["support.scheduler"]._format_time
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

    def _list_technician_troubles(self, reasons):
        # sudo: whoever sees the visit is told what is wrong with who goes.
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

    def _list_customer_troubles(self, opted_out):
        if self.intake_state in WAITING_REQUESTS and self.state == "draft":
            # What is missing stands in the note on the request, which the form shows.
            return []
        if not self.partner_id:
            return [_("There is no customer yet.")]
        if not (self.send_confirmation_email or self.send_reminder_email):
            return []
        # sudo: contacts are not every technician's to read.
        partner = self.sudo().partner_id
        if not (self.customer_email or partner.email):
            return [_("The customer has no e-mail address, so nothing is sent.")]
        if partner.email_normalized in opted_out:
            return [_("The customer opted out of our mails, so nothing is sent.")]
        return []

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
