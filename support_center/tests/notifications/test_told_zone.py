from datetime import datetime
from zoneinfo import ZoneInfo

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common_dialogue import DialogueCase

# One instant as programs write it; only the last two say where somebody is.
INSTANTS = (
    "2026-03-05T14:00:00.000Z",
    "2026-03-05T14:00:00+00:00",
    "2026-03-05T16:00:00+02:00",
    "2026-03-05T19:30:00+05:30",
    "2026-03-05 14:00:00 UTC",
    "2026-03-05 09:00:00 EST",
)
IN_BRUSSELS = "15:00 (Europe/Brussels)"


@tagged("post_install", "-at_install")
class TestToldZone(DialogueCase):
    """An offset names an instant; the customer is told of it in their own zone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bru = cls.env["res.partner"].create(
            {"name": "Bru", "email": "bru@example.com", "tz": "Europe/Brussels"}
        )

    def _make(self, **data):
        data = {"customer_email": "bru@example.com", **data}
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        return appointments.with_context(external_data=data, tz="Asia/Tokyo").create({}).sudo()

    def _assert_told(self, visit, text=IN_BRUSSELS):
        visit.action_confirm()
        self.env.flush_all()
        self.assertIn(text, self._get_notices(visit, "confirmation").subject)
        visit.action_cancel()

    def test_by_rpc(self):
        for written in INSTANTS:
            with self.subTest(written):
                visit = self._make(requested_date=written)
                self.assertEqual(visit.start, datetime(2026, 3, 5, 14))
                self._assert_told(visit)

    def test_python_datetimes_by_rpc(self):
        brussels = datetime(2026, 3, 5, 15, tzinfo=ZoneInfo("Europe/Paris"))
        self._assert_told(self._make(requested_date=brussels), "15:00 (Europe/Paris)")
        aware = datetime.fromisoformat("2026-03-05T16:00:00+02:00")
        self._assert_told(self._make(requested_date=aware))

    def test_by_webhook(self):
        for written in INSTANTS:
            with self.subTest(written):
                visit = self.env["support.appointment"]._receive_webhook(
                    {"customer_email": "bru@example.com", "requested_date": written}
                )
                visit.action_read_again()
                self.assertEqual(visit.intake_state, "accepted")
                self.assertEqual(visit.start, datetime(2026, 3, 5, 14))
                self._assert_told(visit)

    def test_by_mail_and_in_its_answer(self):
        for number, written in enumerate(INSTANTS):
            with self.subTest(written):
                draft = self._send_mail(
                    f"customer_email: bru@example.com\nrequested_date: {written}\n",
                    sender="Bru <bru@example.com>",
                    message_id=f"<zone-{number}@example.com>",
                )
                self.assertEqual(draft.start, datetime(2026, 3, 5, 14))
                text = html2plaintext(self._get_answers(draft).body_html)
                self.assertIn(IN_BRUSSELS, text)
                self.assertNotIn("timezone:", text)
                self._assert_told(draft)

    def test_by_a_reply(self):
        draft = self._send_mail(
            "customer_email: bru@example.com\nrequested_date: 2026-02-30 14:00\n",
            sender="Bru <bru@example.com>",
        )
        (answer,) = self._get_answers(draft)
        self._reply(
            "requested_date: 2026-03-05T16:00:00+02:00\n", answer, sender="Bru <bru@example.com>"
        )
        self.assertEqual(draft.start, datetime(2026, 3, 5, 14))
        self._assert_told(draft)

    def test_the_zone_of_mailed_requests_is_no_zone_of_the_customer(self):
        self.env["ir.config_parameter"].set_param(
            "support_center.intake_timezone", "America/New_York"
        )
        draft = self._send_mail(
            "customer_email: bru@example.com\nrequested_date: 2026-03-05 09:00\n",
            sender="Bru <bru@example.com>",
        )
        self.assertEqual(draft.start, datetime(2026, 3, 5, 14))
        self.assertIn("America/New_York", draft.intake_note)
        self._assert_told(draft)

    def test_a_zone_that_is_named_wins(self):
        for data, told in (
            ({"requested_date": INSTANTS[0], "timezone": "Asia/Tokyo"}, "23:00 (Asia/Tokyo)"),
            ({"requested_date": INSTANTS[2], "timezone": "UTC"}, "14:00 (UTC)"),
            ({"requested_date": "2026-03-05 09:00 America/New_York"}, "09:00 (America/New_York)"),
            ({"requested_date": "2026-03-05 15:00", "timezone": "CET"}, "15:00 (CET)"),
            # An offset in the key decides the instant, and nothing else.
            ({"requested_date": "2026-03-05 19:30", "timezone": "+05:30"}, IN_BRUSSELS),
            ({"requested_date": "2026-03-05 16:00", "timezone": "UTC+2"}, IN_BRUSSELS),
        ):
            with self.subTest(data):
                visit = self._make(**data)
                self.assertEqual(visit.start, datetime(2026, 3, 5, 14))
                self._assert_told(visit, told)

    def test_where_the_customers_zone_is_not_known_it_is_the_next_ones_and_not_the_callers(self):
        visit = self._make(customer_email="new@example.com", requested_date=INSTANTS[2])
        self.assertFalse(visit.partner_id.tz)
        visit.company_id.resource_calendar_id.tz = "Europe/Lisbon"
        self._assert_told(visit, "14:00 (Europe/Lisbon)")
        visit = self._make(customer_email="new@example.com", requested_date=INSTANTS[2])
        self.technician.tz = "Europe/Athens"
        visit.technician_id = self.technician
        self._assert_told(visit, "16:00 (Europe/Athens)")
