from odoo import _, fields, models

from ...formatting import choose_zone, format_moment, format_moment_short, format_names

# Nobody needs to be told of a visit that is over or called off.
AHEAD = ("draft", "confirmed", "in_progress")


class SupportAppointment(models.Model):
    """What the technician is told."""

    _inherit = "support.appointment"

    technician_notified_id = fields.Many2one(
        "support.technician",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The technician who was last notified of this visit; the log says where the "
        "notification was left out.",
    )

    def _rule_notify_technician(self):
        """Tell the new technician, and with one sentence the one who lost the visit."""
        due = self._with_saved_together("automation_notify_technician").filtered(
            lambda a: a.state in AHEAD and a.technician_id != a.technician_notified_id
        )
        due._run_automation("notify_technician", lambda those: those._notify_technicians())

    def _notify_technicians(self):
        """Tell the technicians of each visit, and mark who was told.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        now = fields.Datetime.now()
        unreached = self.browse()
        for record in self:
            if record.stop and record.stop <= now:
                outcomes[record.id] = ("skipped", _("No notification: the visit is in the past."))
                continue
            # sudo: the technician's user, language and address are not everybody's to read.
            new, old = record.technician_id.sudo(), record.technician_notified_id.sudo()
            if old and old.user_id != self.env.user:
                record._notify_technician(old, "support_center.message_technician_released")
            if new.user_id == self.env.user:
                outcomes[record.id] = (
                    "skipped",
                    _("No notification: they took the visit themselves."),
                )
            elif new and not record._notify_technician(
                new, "support_center.message_technician_assigned"
            ):
                unreached |= record
                outcomes[record.id] = ("skipped", new._find_notification_obstacles()[new.id])
        for technician, records in (self - unreached).grouped("technician_id").items():
            records._write_marks({"technician_notified_id": technician.id})
        self.env["support.notifier"]._wake_queue()
        return outcomes

    def _notify_technician(self, technician, view):
        """Notify a technician: a user in the inbox or by mail, as they prefer, others by mail.

        :param technician: ``support.technician``, as superuser
        :param str view: XML id of the QWeb template of the text
        :return: whether there is anybody to be told
        """
        self.ensure_one()
        user = technician.user_id
        if technician._find_notification_obstacles():
            return False
        record = self._for_reader(user)
        zone = choose_zone(user.tz, technician.tz)
        body = record._render_technician_notification(view, zone)
        subject = record._get_technician_subject(view, zone)
        if user:
            record.message_notify(
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=body,
                # The queue's cron sends it: no mail server is waited for while somebody saves.
                force_send=False,
            )
        else:
            self.env["support.notifier"]._queue_to_address(
                record, technician.email, subject, body, kind="technician"
            )
        return True

    def _render_technician_notification(self, view, zone):
        """The text, in the language of the environment and the technician's time zone."""
        self.ensure_one()
        start = self.start or self.requested_date
        return self.env["ir.qweb"]._render(
            view,
            {
                "appointment": self,
                "when": start and format_moment(self.env, start, zone),
            },
        )

    def _get_technician_subject(self, view, zone):
        """The subject, in the language of the environment and the technician's time zone."""
        self.ensure_one()
        if view == "support_center.message_customer_wrote":
            return _("%(reference)s: the customer has written", reference=self.name)
        start = self.start or self.requested_date
        visit = format_names(
            filter(
                None,
                [
                    self.customer_name or self.name,
                    start and format_moment_short(self.env, start, zone),
                ],
            )
        )
        if view == "support_center.message_technician_assigned":
            return _("New visit: %(visit)s", visit=visit)
        return _("Visit reassigned: %(visit)s", visit=visit)
