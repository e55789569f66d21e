"""Mails of others in the thread of a customer's visit, and mails that no calendar has."""

from odoo.tests import tagged

from .test_short_replies import ShortReplyCase


@tagged("post_install", "-at_install")
class TestReplyAttacks(ShortReplyCase):
    def _assert_nothing(self, visit=None):
        visit = visit or self.visit
        self.assertEqual((visit.state, visit.attendance), ("confirmed", "unknown"))

    def test_who_only_names_the_customer(self):
        follower = self.env["res.partner"].create({"name": "F", "email": "follower@example.com"})
        self.visit.message_subscribe(follower.ids)
        for sender in (
            "follower@example.com",
            '"known@example.com" <evil@example.com>',
            "known@example.com <evil@example.com>",
            "evil@example.com, known@example.com",
            "known@example.com, evil@example.com",
            "<evil@example.com> known@example.com",
            "known@example.com@evil.example.com",
            "evil@example.com (known@example.com)",
            "=?utf-8?q?known=40example=2Ecom?= <evil@example.com>",
            "=?utf-8?q?known=40example=2Ecom_=3Cknown=40example=2Ecom=3E=2C?= <evil@example.com>",
        ):
            with self.subTest(sender):
                visit = self._confirm(technician_id=False)
                self._answer("Please cancel", visit, sender=sender)
                self._assert_nothing(visit)
        headers = [("Reply-To", "known@example.com"), ("Sender", "known@example.com")]
        self._answer("Please cancel", sender="evil@example.com", headers=headers)
        self._assert_nothing()

    def test_times_that_no_calendar_has(self):
        for body in (
            "31 December 9999 at 23:59",
            "9999-12-31 23:59",
            "1 January 0001 10:00",
            "Tomorrow at 99:99",
            "999999999999999999999",
            "2\x00",
            "1" * 5000,
        ):
            with self.subTest(body[:30]):
                self._answer(body)
                self.assertEqual(self.visit.state, "confirmed")
