from odoo import _, fields, models

# Nobody needs to be told of a visit that is over or called off.
AHEAD = ("draft", "confirmed", "in_progress")


class SupportTechnicianNoticeMixin(models.AbstractModel):
    """What the technician is told."""

    _name = "support.technician.notice.mixin"
    _description = "Notices to the Technician"

    technician_notified_id = fields.Many2one(
        "support.technician",
        "Technician Told",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Who was last told that this visit is his.",
    )

    def _rule_notify_technician(self):
        """Tell the new technician, and with one sentence the one who lost the visit."""
        due = self._with_saved_together("automation_notify_technician").filtered(
            lambda a: a.state in AHEAD and a.technician_id != a.technician_notified_id
        )
        due._run_automation("notify_technician", lambda those: those._notify_technicians())

    def _notify_technicians(self):
        """Send the notices as Odoo notifications: inbox or mail, as each user prefers.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        for record in self:
            # sudo: the technician's user, his language and his address are not everybody's to read.
            new, old = record.technician_id.sudo(), record.technician_notified_id.sudo()
            # Who has left the company is not told of its customers.
            user, old_user = new.user_id.filtered("active"), old.user_id.filtered("active")
            if old_user and old_user != self.env.user:
                record._notify_technician(old_user, "support_center.message_technician_released")
            if new and not user:
                outcomes[record.id] = ("skipped", _("The technician has no user to be told."))
            elif user == self.env.user:
                outcomes[record.id] = ("skipped", _("Whoever assigns himself knows it."))
            elif new:
                record._notify_technician(user, "support_center.message_technician_assigned")
        for technician, records in self.grouped("technician_id").items():
            # sudo: the mark is the automation's own, whoever caused it.
            records.sudo().write({"technician_notified_id": technician.id})
        self.env["support.notifier"]._wake_queue()
        return outcomes

    def _notify_technician(self, user, view):
        """Send one notification, in the user's language and time zone.

        :param user: ``res.users`` of a technician, as superuser
        :param str view: XML id of the QWeb template of the text
        """
        self.ensure_one()
        record = self.with_context(lang=user.lang)
        start = record.start or record.requested_date
        scheduler = self.env["support.scheduler"].with_context(lang=user.lang)
        body = record.env["ir.qweb"]._render(
            view,
            {
                "appointment": record,
                "when": start and scheduler._format_time(start, user.tz or "UTC"),
            },
        )
        record.message_notify(
            partner_ids=user.partner_id.ids,
            subject=record._get_technician_subject(view),
            body=body,
            # The queue's cron sends it: no mail server is waited for while somebody saves.
            force_send=False,
        )

    def _get_technician_subject(self, view):
        self.ensure_one()
        if view == "support_center.message_technician_assigned":
            return _("%(reference)s is yours", reference=self.name)
        return _("%(reference)s is no longer yours", reference=self.name)
