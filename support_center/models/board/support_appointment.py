from odoo import api, models

from .ir_websocket import BOARD_CHANNEL

CHANGED = "support_center.appointment_changed"
# What the dispatch board shows; a change of anything else is nobody's news.
SHOWN_FIELDS = {
    "name", "customer_name", "partner_id", "location", "type_id", "priority", "state",
    "technician_id", "start", "stop", "duration", "busy_start", "busy_stop", "intake_state",
    "ignore_working_hours", "active", "company_id", "edit_version", "customer_waiting_since",
    "attendance",
}  # fmt: skip


class SupportAppointment(models.Model):
    """Tells those who look at the board that something has changed, and nothing about it.

    What it was they read themselves, with their own rights. The message goes out with the
    transaction: one for all that was changed up to a flush, whatever the number of records.
    """

    _inherit = "support.appointment"

    def init(self):
        super().init()
        # What the board opens with, out of a hundred thousand: a window of time with its few
        # long visits, and what waits for a technician.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_long_idx
                ON support_appointment (start) WHERE duration > 48;
            CREATE INDEX IF NOT EXISTS support_appointment_unassigned_idx
                ON support_appointment (priority DESC, start, requested_date, id)
             WHERE technician_id IS NULL AND state IN ('draft', 'confirmed')
            """
        )

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | {"company_id"}

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if change.is_creation:
            self._notify_boards(self.company_id)
        elif change.touches(SHOWN_FIELDS):
            companies = self.company_id
            if "company_id" in change.vals:
                companies = companies.union(*(change.before(a, "company_id") for a in self))
            self._notify_boards(companies)

    def _delete_records(self, delete):
        companies, ids = self.company_id, self.ids
        result = super()._delete_records(delete)
        self.browse(ids)._notify_boards(companies)
        return result

    def _notify_boards(self, companies):
        """Remember these records for the message that goes out with the transaction.

        :param companies: ``res.company`` whose boards show them, or have shown them
        """
        if not self or not companies:
            return
        precommit = self.env.cr.precommit
        if CHANGED not in precommit.data:
            precommit.data[CHANGED] = {}
            precommit.add(self.env["support.appointment"]._send_changes)
        changes = precommit.data[CHANGED]
        for company_id in companies.ids:
            changes.setdefault(company_id, set()).update(self.ids)

    @api.model
    def _send_changes(self):
        changes = self.env.cr.precommit.data.pop(CHANGED, {})
        for company_id, ids in changes.items():
            self.env["bus.bus"]._sendone(
                (self.env["res.company"].browse(company_id), BOARD_CHANNEL),
                CHANGED,
                {"ids": sorted(ids), "uid": self.env.uid},
            )
