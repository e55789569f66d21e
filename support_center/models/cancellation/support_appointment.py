from odoo import _, fields, models

# What tells a customer to expect somebody, and must not arrive any more.
ANNOUNCEMENTS = ("confirmation", "rescheduled", "updated")


class SupportAppointment(models.Model):
    """A dispatcher may tell the customer personally, instead of the mails.

    The rules decide as ever; what is decided here is a mark on the record that they heed.
    """

    _inherit = "support.appointment"

    cancel_silently = fields.Boolean(
        "Cancelled Without a Mail",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The user who cancelled the visit tells the customer, or need not.",
    )

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_reopening:
            # The next cancellation is another one.
            change.set_default({"cancel_silently": False})

    def _is_cancellation_told(self):
        return super()._is_cancellation_told() and not self.cancel_silently

    def _cancel(self, reason, *, tell=True, tell_technician=True):
        """Call visits off for a reason.

        :param str reason: as the chatter and the form show it
        :param bool tell: whether the rule for cancellations may write to the customers
        :param bool tell_technician: whether a rule may write to the technicians
        :raise UserError: for what cannot be cancelled, see ``action_cancel``
        """
        vals = {"cancel_reason": reason}
        if not tell_technician:
            # The same for each of them: nobody is to expect anything.
            vals.update(self[:1]._prepare_technician_told_vals({"state": "cancelled"}))
        if tell:
            return self._change_state("cancelled", vals)
        expected = self.filtered("announced_start")
        self._change_state("cancelled", {**vals, "cancel_silently": True})
        expected._withdraw_announcements()
        note = _("Cancelled without a mail to the customer.")
        expected._message_log_batch(bodies=dict.fromkeys(expected.ids, note))
        return True

    def _withdraw_announcements(self):
        """A customer who is not told of a cancellation must not be told of the visit either.

        A customer whose mail had not left knows nothing: should the visit be taken up again, they
        get a confirmation.
        """
        notifier = self.env["support.notifier"]
        unaware = self.browse().union(*(notifier._withdraw(kind, self) for kind in ANNOUNCEMENTS))
        unaware._write_marks(
            {"confirmation_sent": False, "announced_start": False, "announced_details": False}
        )

    def _cancel_pending_notifications(self):
        """Mails of a time that is outdated, to a customer who is told of the new one otherwise."""
        notifier = self.env["support.notifier"]
        for kind in ("rescheduled", "updated"):
            notifier._withdraw(kind, self)

    def _prepare_told_vals(self, vals):
        """What makes a move one that the customer knows of already.

        Saved together with the move, these leave the rules nothing to tell. Their calendar has the
        old time still: the next mail's entry replaces it.

        :param dict vals: the new ``start``, ``duration`` and ``technician_id``
        """
        self.ensure_one()
        if not self.announced_start:
            return {}
        details = {
            **self._get_details(),
            "duration": round(vals.get("duration", self.duration) * 60),
            "technician": vals.get("technician_id", self.technician_id.id),
        }
        return {
            "announced_start": vals.get("start", self.start),
            "announced_details": details,
            "ics_sequence": self.ics_sequence + 1,
        }
