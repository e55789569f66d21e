from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..portal.common import PageCase


@tagged("post_install", "-at_install")
class TestOfferLinks(PageCase):
    """The links of the times that an answer by mail offers."""

    @classmethod
    def _create_request(cls):
        request = cls.env["support.appointment"]._create_prepared(
            [
                {
                    "source": "email",
                    "intake_state": "review",
                    "intake_sender": "New Person <new@example.com>",
                    "intake_raw": "Please come next week.",
                    "intake_reading": {"version": 1, "has_form": False, "problems": []},
                    "customer_name": "New Person",
                    "customer_email": "new@example.com",
                    "timezone": "Europe/Brussels",
                }
            ]
        )
        request._offer_times()
        request._portal_ensure_token()
        return request

    def test_the_page_asks_and_then_books(self):
        request = self._create_request()
        holds = self.env["support.slot.hold"].search([("appointment_id", "=", request.id)])
        holds = holds.sorted("number")
        self.assertEqual(holds.mapped("number"), [1, 2, 3])
        start = holds[1].start
        links = [time["url"] for time in request._get_answer_offers()["times"]]
        self.assertIn(f"hold={holds[1].id}", links[1])
        tree, text = self._get("/move", visit=request, hold=holds[1].id)
        self.assertIn(request._format_for_customer(start).partition(" (")[0], text)
        request.invalidate_recordset()
        self.assertEqual((request.state, request.partner_id.id), ("draft", False))
        (time,) = tree.xpath("//input[@name='time']/@value")
        self._post("/move", "move", visit=request, time=time)
        request.invalidate_recordset()
        self.assertEqual((request.state, request.start), ("confirmed", start))
        self.assertEqual(request.intake_state, "accepted")
        self.assertEqual(request.partner_id.email, "new@example.com")

    def test_half_an_hour_later_the_link_shows_what_is_free(self):
        request = self._create_request()
        hold = self.env["support.slot.hold"].search([("appointment_id", "=", request.id)], limit=1)
        self.assertTrue(hold)
        hold.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        _tree, text = self._get("/move", visit=request, hold=hold.id)
        self.assertIn("is not held for you any more. These times are free now.", text)
        request.invalidate_recordset()
        self.assertEqual(request.state, "draft")
