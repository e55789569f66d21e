from odoo import api, fields, models
from odoo.tools import SQL


class SupportAvailability(models.AbstractModel):
    """What others hold is taken for those who look for a free time."""

    _inherit = "support.availability"

    @api.model
    def _prepare_held_sql(self, technician_ids, start, stop, without):
        holds = self.env["support.slot.hold"]
        holds.flush_model()
        return SQL(
            """
            UNION ALL
            SELECT technician_id, appointment_id, start, stop, busy_start, busy_stop, NULL,
                   FALSE, expires_at
              FROM support_slot_hold
             WHERE technician_id = ANY(%(technicians)s)
               AND expires_at > %(now)s
               AND busy_start < %(stop)s
               AND busy_stop > %(start)s
               AND (appointment_id = ANY(%(without)s)) IS NOT TRUE
               AND visitor_key IS DISTINCT FROM %(visitor_key)s
            """,
            technicians=technician_ids,
            now=fields.Datetime.now(),
            start=start,
            stop=stop,
            without=without.ids if without else [],
            # No key is empty, and it differs from none as well.
            visitor_key=holds._get_visitor_key(),
        )
