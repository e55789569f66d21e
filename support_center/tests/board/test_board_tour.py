from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import SupportHttpCase


@tagged("post_install", "-at_install")
class TestBoardTour(SupportHttpCase):
    """A dispatcher drags in a browser: what ``static/tests/tours`` does, and what came of it."""

    browser_size = "1440,900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser's clock is UTC's or not; noon in three days is on that day for most.
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
        cls.noon = noon + timedelta(days=3)

    def _create(self, **values):
        values = {"partner_id": self.customer.id, "send_confirmation_email": False, **values}
        return self.env["support.appointment"].create(values)

    def _walk(self, tour, login=None):
        action = self.env.ref("support_center.support_board_action")
        self.start_tour(f"/web#action={action.id}", tour, login=login or self.user_dispatcher.login)
        self.env.invalidate_all()

    def test_plan_an_unassigned_request(self):
        request = self._create(start=False)
        self._walk("support_center_board_plan")
        self.assertEqual(request.technician_id, self.technician)
        self.assertEqual(request.state, "confirmed")

    def test_customers_who_wait_for_an_answer_are_seen(self):
        request = self._create(start=False)
        visit = self._create(
            start=self.noon, technician_id=self.technician.id, state="confirmed", duration=2
        )
        for record in request | visit:
            record._report_customer_message("The customer has written", "Please cancel.")
        self._walk("support_center_board_waits")

    def test_collide_and_take_another_time(self):
        taken = self._create(
            start=self.noon, technician_id=self.technician.id, state="confirmed", duration=2
        )
        visit = self._create(
            start=self.noon, technician_id=self.technician_2.id, state="confirmed", duration=1
        )
        self._walk("support_center_board_collide")
        self.assertEqual(visit.technician_id, self.technician)
        self.assertEqual(visit.start, taken.stop)

    def test_tell_the_customer_or_put_back(self):
        visit = self._create(
            start=self.noon,
            technician_id=self.technician.id,
            state="confirmed",
            send_confirmation_email=True,
        )
        self._walk("support_center_board_tell")
        self.assertEqual(visit.technician_id, self.technician_2)

    def test_keyboard_only(self):
        visit = self._create(start=self.noon, technician_id=self.technician.id)
        self._walk("support_center_board_keyboard")
        self.assertEqual(visit.state, "confirmed")

    def test_empty_and_filtered(self):
        (self.technician | self.technician_2).active = False
        self._walk("support_center_board_empty")

    def test_week_colours_and_filters(self):
        self._create(start=self.noon, technician_id=self.technician.id, priority="3")
        self._walk("support_center_board_week")

    def test_words_and_numbers_of_the_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user_dispatcher.lang = "fr_FR"
        place = "7 Long Street, in the yard behind the second house"
        self._create(start=self.noon, technician_id=self.technician.id, location=place)
        self._create(start=False, duration=0.5, location=place)
        self._walk("support_center_board_words")
