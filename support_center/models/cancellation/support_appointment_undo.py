from odoo import _, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...formatting import format_moment
from ..notifications.support_appointment import ANNOUNCED_MARKS


class SupportAppointment(models.Model):
    """A wrong cancellation is taken back, as if nothing had happened where that is possible."""

    _inherit = "support.appointment"

    def action_undo_cancel(self):
        """Confirm cancelled visits again, with the technician and the time that they had.

        A customer who was not told yet is not told at all: the mail is taken
        off the queue and what they knew holds again. One who was told gets a
        new confirmation, by the rule that sends it.

        :raise UserError: for visits that are not cancelled, or were never confirmed
        :raise ValidationError: says why the technician cannot come any more, and when they can;
            then nothing has changed
        """
        check_access(self, "write")
        self._check_undoable()
        # All at once, since they may be written one by one.
        self.env["support.booking"]._lock(self.technician_id)
        # A caller that catches the refusal finds all as it was.
        with self.env.cr.savepoint():
            self._restore_announced_values()
            confirmed_at = {visit.id: visit.confirmed_at for visit in self}
            self.write({"state": "draft", "cancel_reason": False})
            for moment, visits in self.grouped(lambda visit: confirmed_at[visit.id]).items():
                visits._write_protected({"state": "confirmed", "confirmed_at": moment})
        return True

    def _check_undoable(self):
        """
        :raise UserError: names each visit that stays cancelled, and why
        """
        faults = []
        for visit in self:
            rebooked, former = visit._find_replacements()
            if visit.state != "cancelled":
                faults.append(_("%(name)s is not cancelled.", name=visit.name))
            elif not visit.confirmed_at:
                faults.append(
                    _(
                        "%(name)s was not confirmed when it was cancelled: set it back to draft.",
                        name=visit.name,
                    )
                )
            elif not visit.active or visit.technician_id != visit.technician_id._filter_employed():
                faults.append(
                    _(
                        "%(name)s or its technician is archived: restore them, or rebook it.",
                        name=visit.name,
                    )
                )
            elif rebooked or former:
                faults.append(visit._describe_replacement(rebooked, former))
            else:
                faults += visit._find_past_fault()
        if faults:
            raise UserError("\n".join(faults))

    def _find_past_fault(self):
        """Why the visit's time rules it out, with times that do not.

        :return: list of str, empty for a visit that is ahead; and for a manager, who may
            record a visit that took place
        """
        self.ensure_one()
        if not self.start or self.start >= fields.Datetime.now():
            return []
        if self.env.user.has_group("support_center.group_support_manager"):
            return []
        fault = _(
            "%(name)s was planned for %(start)s, which is past: rebook it.",
            name=self.name,
            start=format_moment(self.env, self.start),
        )
        if not self.technician_id:
            return [fault]
        return [fault, self._describe_alternatives(self.technician_id, self.start)]

    def _restore_announced_values(self):
        """Take the mails about the cancellation off the queue; what their readers knew holds again.

        As marks, for the same reasons as when they were set.
        """
        known = self.filtered(
            # Of what another customer knew nothing is left.
            lambda visit: (visit.announced_before or {}).get("partner_id") == visit.partner_id.id
        )
        unaware = self.env["support.notifier"]._withdraw("cancelled", known) if known else known
        if not unaware:
            return
        unaware._write_marks(
            {"announced_before": None},
            {
                visit.id: {name: visit.announced_before.get(name) for name in ANNOUNCED_MARKS}
                for visit in unaware
            },
        )
