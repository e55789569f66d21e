from datetime import timedelta

from odoo import fields

from .common import SupportHttpCase


class ToursCase(SupportHttpCase):
    """An appointment's form in a browser, opened by a dispatcher."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.start = now + timedelta(days=3)
        cls.technician_2.active = False  # one who is at work round the clock is enough

    def _create(self, **values):
        return self.env["support.appointment"].create(
            {"partner_id": self.customer.id, "start": self.start, **values}
        )

    def _confirm(self, **values):
        return self._create(technician_id=self.technician.id, state="confirmed", **values)

    def _walk(self, tour, visit):
        action = self.env.ref("support_center.support_appointment_action")
        self.start_tour(
            f"/web#action={action.id}&id={visit.id}&view_type=form&model=support.appointment",
            tour,
            login=self.user_dispatcher.login,
        )
        visit.invalidate_recordset()
