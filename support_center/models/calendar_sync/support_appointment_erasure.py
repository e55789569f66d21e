from odoo import models


class SupportAppointment(models.Model):
    """The calendar entry of a visit keeps its time and its reference alone."""

    _inherit = "support.appointment"

    def _erase_related(self):
        super()._erase_related()
        for visit_id, event in self._find_events().items():
            event._erase_visit_texts(self.browse(visit_id))
