from odoo import models

from ...exceptions import DoubleBooking


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def _run_action_code_multi(self, eval_context):
        """A double booking by an action's own SQL is told in words.

        Odoo would show its user the Python error with the SQL in it.

        :raise DoubleBooking: names the technician and the time
        """
        try:
            return super()._run_action_code_multi(eval_context)
        except ValueError as error:
            booking = self.env["support.booking"]
            violation = error.__cause__ or error.__context__
            if not booking._is_double_booking(violation):
                raise
            raise DoubleBooking(booking._explain_from_outside(violation)) from violation
