from odoo import models


class SupportAppointment(models.Model):
    """What a dispatcher is asked about a technician's time off names the customers."""

    _inherit = "support.appointment"

    def _erase_personal_data(self):
        super()._erase_personal_data()
        # sudo: as in the mixin; the activity may be anybody's.
        asked = self.sudo().technician_id.filtered("time_off_conflict_activity_id")
        asked._run_automation(
            "tell_hit_visits", lambda technicians: technicians.sudo()._notify_time_off_conflicts()
        )
