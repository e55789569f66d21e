from odoo import api, models


class SupportBoard(models.AbstractModel):
    """Who runs late, as they have said in My Day."""

    _inherit = "support.board"

    @api.model
    def _get_visit_fields(self):
        return [*super()._get_visit_fields(), "expected_arrival"]

    @api.model
    def _prepare_visit(self, appointment, visit):
        arrival = appointment.expected_arrival
        is_late = appointment.state == "confirmed" and arrival and arrival > appointment.start
        return {
            **super()._prepare_visit(appointment, visit),
            "arrival": arrival.isoformat(" ", "seconds") if is_late else False,
        }
