from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ...models.online_booking import support_booking_page
from ...models.online_booking.support_booking_page import Visitor
from ..common import NOW, SupportCase
from .common import BookingCase


@tagged("post_install", "-at_install")
class TestBookingForm(BookingCase):
    """What programs do to the form, and what people are told who look like one."""

    def test_the_field_that_nobody_sees(self):
        page = self._choose()
        (field,) = page.tree.xpath("//input[@name='website']")
        self.assertEqual((field.get("tabindex"), field.get("autocomplete")), ("-1", "off"))
        self.assertEqual(field.xpath("ancestor::div/@aria-hidden")[-1:], ["true"])
        page = self._book(page, website="https://spam.example")
        self.assertIn("Something was filled in that nobody can see", page.words)
        self.assertFalse(self._find_bookings())
        # A person whose browser did it has lost nothing.
        self.assertEqual(page.get_values()["website"], "")
        self.assertEqual(page.press("choice").title, "You are booked")

    def test_too_quick(self):
        with patch.object(support_booking_page, "LEAST_SECONDS", 3_600):
            page = self._book()
        self.assertIn("That was very quick", page.words)
        self.assertFalse(self._find_bookings())
        self.assertEqual(page.press("choice").title, "You are booked")

    def test_too_old(self):
        with patch.object(support_booking_page, "MOST_SECONDS", -1):
            page = self._book()
        self.assertIn("open for a long time", page.words)
        self.assertFalse(self._find_bookings())
        self.assertEqual(page.press("choice").title, "You are booked")

    def test_a_form_is_good_for_its_type_and_unchanged_only(self):
        other = self.type.copy({"name": "Other", "code": "other", "booking_mode": "instant"})
        page = self._choose()
        values = {**page.get_values(), **self.typed, "choice": "book"}
        self.open(f"/book/{other.code}/book", values)
        head, _dot, signature = values["token"].rpartition(".")
        for token in (f"{head}x.{signature}", f"{head}.{'0' * 64}", head, f".{signature}"):
            self.open("/book/rep/book", {**values, "token": token})
        self.assertFalse(self._find_bookings())

    def test_a_limit_says_how_else(self):
        self.env["ir.config_parameter"].set_param("support_center.booking_email_limit", 1)
        self._book()
        page = self._book(email="VERA@example.org")
        self.assertEqual(page.status_code, 429)
        self.assertIn("for this e-mail address today", page.words)
        self.assertIn("+32 2 555 00 00", page.words)
        self.assertEqual(page.get_values()["name"], "Vera Visitor")
        self.assertEqual(len(self._find_bookings()), 1)

    def test_a_limit_of_what_is_kept(self):
        self.env["ir.config_parameter"].set_param("support_center.booking_hold_limit", 2)
        for _number in range(2):
            self.assertIn("Kept for you", self._choose().words)
        page = self._choose()
        self.assertEqual(page.status_code, 429)
        self.assertIn("from your network", page.words)
        self.assertEqual(self.env["support.slot.hold"].search_count(self._live()), 2)


@tagged("post_install", "-at_install")
class TestBookingLimits(SupportCase):
    """How much a program reaches that does everything as a person would, again and again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.write({"booking_mode": "instant", "duration": 0.5, "buffer_after": 0})
        cls.type.write({"buffer_before": 0, "min_notice_hours": 1})
        cls.page = cls.env["support.booking.page"]
        cls.parameters = cls.env["ir.config_parameter"]

    def _limit(self, **limits):
        for name, value in limits.items():
            self.parameters.set_param(f"support_center.booking_{name}_limit", value)

    def _post(self, number, address="192.0.2.7", email=None):
        """One post of the program: another browser, time and address each."""
        visitor = Visitor(
            self.type, self.env.company, self.page._make_key(), address, "UTC", "en_US"
        )
        start = self.starts[number % len(self.starts)]
        values = {
            "name": f"Robot {number}",
            "email": email or f"victim{number}@example.org",
            "location": "Somewhere",
        }
        return self.page._book(visitor, start, values)

    @contextmanager
    def _counting(self):
        """What came of it: confirmed visits, drafts, contacts, mails."""
        appointments, mails = self.env["support.appointment"], self.env["mail.mail"]
        contacts = self.env["res.partner"].search_count([])
        visitor = Visitor(self.type, self.env.company, "x", "", "UTC", "en_US")
        days = self.page._find_days(visitor, datetime(2026, 3, 3).date(), 14)
        self.starts = [time.start for day in days for time in day.times]
        found = {}
        yield found
        found.update(
            confirmed=appointments.search_count(
                [("booking_key", "!=", False), ("state", "!=", "draft")]
            ),
            drafts=appointments.search_count(
                [("booking_key", "!=", False), ("state", "=", "draft")]
            ),
            contacts=self.env["res.partner"].search_count([]) - contacts,
            mails=mails.search_count([("support_notice", "=like", "booking%")]),
        )

    def test_hundreds_of_posts(self):
        self._limit(address=20)
        with self._counting() as found:
            codes = [self._post(number).code for number in range(400)]
        self.assertEqual(codes[:20], ["done"] * 20)
        self.assertEqual(set(codes[20:]), {"limit"})
        self.assertEqual(found, {"confirmed": 0, "drafts": 20, "contacts": 0, "mails": 20})

    def test_a_network(self):
        self._limit(address=2, network=5)
        with self._counting() as found:
            for number in range(30):
                self._post(number, f"192.0.2.{number}")
                self._post(number + 100, f"2001:db8:1:2::{number:x}")
            self.assertEqual(self._post(200, "192.0.3.1").code, "done")
            self.assertEqual(self._post(201, "2001:db8:1:3::1").code, "done")
            # One machine of a network that has room left.
            codes = [self._post(210 + number, "198.51.100.9").code for number in range(3)]
            self.assertEqual(codes, ["done", "done", "limit"])
            # As a proxy may write it.
            self.assertEqual(self._post(220, "::ffff:198.51.100.9").code, "limit")
        self.assertEqual(found["drafts"], 5 + 5 + 2 + 2)
        self.assertEqual(found["confirmed"], 0)

    def test_a_stranger_gets_few_mails(self):
        self._limit(email=2)
        with self._counting() as found:
            for number in range(10):
                self._post(number, f"10.{number}.0.1", "Victim@example.org")
            # By tomorrow, not within the next hour.
            with freeze_time(datetime.fromisoformat(NOW) + timedelta(hours=23)):
                self.assertEqual(self._post(40, "10.99.0.1", "victim@example.org").code, "limit")
        self.assertEqual((found["drafts"], found["mails"]), (2, 2))

    def test_after_an_hour(self):
        self._limit(address=1, network=1)
        with self._counting():
            self.assertEqual(self._post(0).code, "done")
            self.assertEqual(self._post(1).code, "limit")
            with freeze_time(datetime.fromisoformat(NOW) + timedelta(minutes=59)):
                self.assertEqual(self._post(2).code, "limit")
            with freeze_time(datetime.fromisoformat(NOW) + timedelta(minutes=61)):
                self.assertEqual(self._post(3).code, "done")

    def test_a_known_address_is_bounded_too(self):
        self._limit(email=3)
        with self._counting() as found:
            for number in range(20):
                self._post(number, f"10.{number}.0.1", "known@example.com")
        self.assertEqual((found["confirmed"], found["drafts"]), (3, 0))

    def test_nobody_is_written_down(self):
        with self._counting():
            self._post(0)
        row = self.env["support.booking.attempt"].search([])
        self.assertEqual(len(row), 1)
        for text in (row.address, row.network, row.email, row.key):
            self.assertRegex(text, "^[0-9a-f]{64}$")
        with freeze_time(datetime.fromisoformat(NOW) + timedelta(hours=25)):
            self.env["support.booking.attempt"]._gc_old_attempts()
        self.assertFalse(row.exists())

    def test_what_is_no_address(self):
        attempts = self.env["support.booking.attempt"]
        for text in (None, "", "unix:", "1.2.3", "x" * 500):
            self.assertEqual(attempts._split_address(text), ("unknown", "unknown"))
        self.assertEqual(attempts._split_address("192.0.2.7")[1], "192.0.2.0/24")
        self.assertEqual(attempts._split_address("2001:db8::1")[1], "2001:db8::/64")
