from odoo import fields, models


class SupportAppointment(models.Model):
    """A visit is not planned at a time that is held for somebody else.

    What this transaction sees of it is one of the reasons why the technician cannot come, see
    ``support.availability``; what it does not see is refused by the database.
    """

    _inherit = "support.appointment"

    def _check_stored_change(self, change):
        super()._check_stored_change(change)
        # As of availability: what has begun or took place is a fact.
        now = fields.Datetime.now()
        promised = change.findings["booked"].filtered(
            lambda a: a.state == "confirmed" and a.start >= now
        )
        self.env["support.slot.hold"]._claim(promised)
