"""What somebody may try on the booking pages who means no good."""

from datetime import timedelta
from functools import partial

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import NOW, SupportCase
from .common import BookingCase


@tagged("post_install", "-at_install")
class TestBookingAttacks(BookingCase):
    def _ask_for(self, start, url="/book/rep?tz=UTC"):
        """Send the form of another time than those on offer."""
        page = self.open(url)
        values = page.get_values()
        answer = self.open("/book/rep/details?tz=UTC", {**values, "start": start})
        if not answer.tree.xpath("//form[@method='post']"):
            return answer
        values = {**answer.get_values(), **self.typed, "choice": "book"}
        return self.open("/book/rep/book?tz=UTC", values)

    def test_a_time_that_is_not_offered(self):
        self.type.horizon_days = 30
        for name in ("email", "address", "network"):
            self.env["ir.config_parameter"].set_param(f"support_center.booking_{name}_limit", 99)
        odd = (fields.Datetime.now() + timedelta(days=2)).replace(hour=3, minute=17, second=23)
        far = (fields.Datetime.now() + timedelta(days=300)).replace(hour=10, minute=0, second=0)
        past = fields.Datetime.now() - timedelta(hours=2)
        soon = fields.Datetime.now() + timedelta(minutes=1)
        for mode in ("instant", "request"):
            self.type.booking_mode = mode
            for start in (odd, far, past, soon):
                with self.subTest(mode=mode, start=start):
                    answer = self._ask_for(start.strftime("%Y-%m-%d %H:%M:%S"))
                    self.assertLess(answer.status_code, 500)
                    self.assertFalse(self._find_bookings())
                    self._find_bookings().unlink()

    def test_what_no_page_can_read(self):
        queries = (
            *("tz=America", "tz=zone.tab", "tz=../../etc/passwd", "tz=%00", "tz[]=x", "tz=."),
            *("date=9999-12-31", "from=0001-01-01", "day=2026-13-01", "from=2026-W01-1"),
            *("company=99999999999999999999", "company=-1", "company=0", "lang=%00"),
            *("embed=http://[", "embed=javascript:alert(1)", "lang=" + "x" * 3_000),
            "name=%3Cscript%3Ealert(1)%3C/script%3E",
        )
        for query in queries:
            for path in ("/book", "/book/rep"):
                with self.subTest(query=query[:40], path=path):
                    page = self.open(f"{path}?{query}")
                    self.assertLess(page.status_code, 500)
                    self.assertNotIn("<script>alert", page.text)
        for path in (
            *("/book/rep/done?booking=x.y", "/book/rep/done?booking=.", "/book/%25", "/book/r_p"),
            *("/book/rep/done?booking=%C3%A9.%C3%A9", "/book/verify/1?access_token=%C3%A9"),
            "/book/verify/99999999999?access_token=a",
        ):
            with self.subTest(path):
                self.assertLess(self.open(path).status_code, 500)

    def test_a_name_of_several_lines_gets_into_no_header(self):
        self._book(name="Vera\nBcc: evil@example.com\n\nHello")
        visit = self._find_bookings()
        self.assertEqual(len(visit), 1)
        self.assertNotIn("\n", visit.partner_id.name)
        self.assertNotIn("\n", visit.customer_name or "")
        self.assertFalse(self.env["mail.mail"].search([("email_to", "ilike", "evil@")]))

    def test_markup_is_shown_as_it_was_typed(self):
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        for verify in ("never", "always"):
            self.type.booking_verify = verify
            self._book(name=evil, location=evil, description=evil, email=f"{verify}@example.org")
        visits = self._find_bookings()
        self.assertEqual(len(visits), 2)
        domain = [("res_id", "in", visits.ids), ("model", "=", "support.appointment")]
        texts = [
            *visits.message_ids.mapped("body"),
            *visits.activity_ids.mapped("note"),
            *self.env["mail.mail"].search(domain).mapped("body_html"),
        ]
        for text in texts:
            self.assertNotIn("<script", str(text))
            self.assertNotIn("<img src=x", str(text))


@tagged("post_install", "-at_install")
class TestHoldLimit(SupportCase):
    def test_what_was_held_before_is_counted_again(self):
        self.env["ir.config_parameter"].set_param("support_center.booking_hold_limit", 2)
        count = partial(self.env["support.booking.attempt"]._count, "hold", "203.0.113.5")
        with freeze_time(NOW) as frozen:
            self.assertEqual([count(key) for key in "aabbc"], [None] * 4 + ["network"])
            # These holds have ended, and the same are new ones.
            frozen.tick(timedelta(minutes=11))
            self.assertEqual([count(key) for key in "ab"], ["network"] * 2)
            frozen.tick(timedelta(minutes=50))
            self.assertEqual([count(key) for key in "acb"], [None, None, "network"])
