from datetime import timedelta

from odoo import api, models


class SupportBooking(models.AbstractModel):
    _inherit = "support.booking"

    @api.model
    def _describe_other_times(self, appointment, technician, wanted, until):
        """When the technician is free instead."""
        before, after = buffers = appointment._get_buffers()
        # What was to be written is undone by now: its length is that of the time refused.
        length = until - wanted - timedelta(minutes=before + after)
        demand = length > timedelta() and self.env["support.availability"]._prepare_demand(
            length / timedelta(hours=1), buffers
        )
        return appointment._describe_alternatives(
            technician, wanted + timedelta(minutes=before), demand
        )
