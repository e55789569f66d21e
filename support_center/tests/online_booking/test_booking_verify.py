import re
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BookingCase


@tagged("post_install", "-at_install")
class TestBookingVerify(BookingCase):
    """An address that nobody knows is confirmed after the booking, by the link in one mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.booking_verify = "unknown"

    def _book_unknown(self, **typed):
        """A booking that waits for its address: the draft, and the link in its mail."""
        page = self._book(**typed)
        self.assertEqual(page.title, "Thank you, this time is kept for you")
        visit = self._find_bookings()[-1:]
        mail = self._find_mails("booking_verify")[-1:]
        (link,) = re.findall(r'href="([^"]*/book/verify/[^"]*)"', mail.body_html)
        return visit, link.replace("&amp;", "&").partition("://")[2].partition("/")[2]

    def _get_hold(self, visit):
        return self.env["support.slot.hold"].search(
            [("appointment_id", "=", visit.id), *self._live()]
        )

    def test_the_link_confirms(self):
        contacts = self.env["res.partner"].search_count([])
        visit, link = self._book_unknown()
        self.assertEqual((visit.state, visit.intake_state), ("draft", "review"))
        self.assertEqual(visit.booking_state, "unverified")
        self.assertIn("The address is new to us", visit.intake_note)
        self.assertFalse(visit.partner_id)
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        (mail,) = self._find_mails("booking_verify")
        self.assertEqual(mail.email_to, "vera@example.org")
        told = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        self.assertEqual((told.kind, told.mail_id), ("verification", mail))
        self.assertIn("The time is kept for you until", mail.body_html)
        # The time is held for half an hour, and nobody else is offered it.
        hold = self._get_hold(visit)
        self.assertEqual(hold.start, visit.requested_date)
        technician = hold.technician_id
        self.assertGreater(hold.expires_at, fields.Datetime.now() + timedelta(minutes=28))
        # Looking at it changes nothing, and neither does what programs send.
        for _time in range(2):
            page = self.open(f"/{link}")
            self.assertEqual(page.title, "Is this your booking?")
            self.assertIn("5 Harbour Street", page.words)
            self.open(page.get_form().action, page.get_values())
        self.assertEqual((visit.state, visit.booking_state), ("draft", "unverified"))
        page = page.press("choice")
        self.assertIn(f"/my/appointments/{visit.id}", page.url)
        self.assertEqual((visit.state, visit.intake_state), ("confirmed", "accepted"))
        self.assertEqual(visit.booking_state, "verified")
        self.assertEqual(visit.start, visit.requested_date)
        self.assertEqual(visit.technician_id, technician)
        self.assertEqual(visit.partner_id.name, "Vera Visitor")
        self.assertIn(visit.partner_id, visit.message_partner_ids)
        self.assertTrue(self._get_notices(visit, "confirmation"))
        self.assertFalse(self._get_hold(visit))
        # A second time it leads to the appointment.
        self.assertIn(f"/my/appointments/{visit.id}", self.open(f"/{link}").url)

    def test_a_link_that_is_opened_late(self):
        visit, link = self._book_unknown()
        hold = self._get_hold(visit)
        hold.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        page = self.open(f"/{link}")
        self.assertNotIn("Kept for you until", page.words)
        # Nobody was faster.
        page.press("choice")
        self.assertEqual(visit.state, "confirmed")

    def test_a_link_that_is_opened_too_late(self):
        visit, link = self._book_unknown()
        start = visit.requested_date
        self._get_hold(visit).expires_at = fields.Datetime.now() - timedelta(minutes=1)
        for technician in self.technician | self.technician_2:
            self._create_appointment(
                start=start, technician_id=technician.id, state="confirmed", type_id=self.type.id
            )
        page = self.open(f"/{link}").press("choice")
        self.assertEqual(page.title, "This time has gone to somebody else")
        self.assertEqual((visit.state, visit.intake_state), ("draft", "accepted"))
        self.assertTrue(visit.partner_id)
        buttons = page.get_buttons("start")
        self.assertEqual(len(buttons), 3)
        page = page.press("start", buttons[2][0])
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(fields.Datetime.to_string(visit.start), buttons[2][0])
        self.assertEqual(visit.requested_date, start)

    def test_always(self):
        self.type.booking_verify = "always"
        page = self._book(email="known@example.com")
        self.assertEqual(page.title, "One more step: confirm your address")
        (visit,) = self._find_bookings()
        self.assertEqual((visit.state, visit.booking_state), ("draft", "unverified"))

    def test_a_request(self):
        self.type.booking_mode = "request"
        self._book()
        (visit,) = self._find_bookings()
        self.assertFalse(self._get_hold(visit))
        page = self.open(visit._get_booking_link()).press("choice")
        self.assertIn("/my/appointments/", page.url)
        self.assertEqual((visit.state, visit.intake_state), ("draft", "accepted"))
        self.assertEqual(visit.start, visit.requested_date)
        self.assertEqual(visit.partner_id.email, "vera@example.org")

    def test_a_dispatcher_accepts_without_the_link(self):
        visit, link = self._book_unknown()
        visit.with_user(self.user_dispatcher).action_accept_request()
        self.assertEqual(visit.intake_state, "accepted")
        partner = visit.partner_id
        self.open(f"/{link}").press("choice")
        self.assertEqual((visit.state, visit.partner_id), ("confirmed", partner))

    def test_a_booking_that_was_called_off(self):
        visit, link = self._book_unknown()
        page = self.open(f"/{link}")
        visit.action_cancel()
        late = page.press("choice")
        self.assertEqual(late.status_code, 410)
        self.assertEqual(late.title, "This booking was called off")
        self.assertEqual(visit.state, "cancelled")

    def test_the_token_is_needed(self):
        visit, link = self._book_unknown()
        page = self.open(f"/{link}")
        action = page.get_form().action
        for token in ("", "x", visit.access_token[:-1], "é"):
            answer = self.open(action, {"choice": "confirm", "access_token": token})
            self.assertEqual(answer.status_code, 404)
        other = self._create_appointment(start=False)
        answer = self.open(
            f"/book/verify/{other.id}", {"choice": "confirm", "access_token": other.access_token}
        )
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(visit.state, "draft")

    def test_the_page_and_mail_are_in_the_language_of_the_visitor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        page = self._choose("/book/rep?tz=Europe/Paris&lang=fr")
        self._book(page)
        (visit,) = self._find_bookings()
        (mail,) = self._find_mails("booking_verify")
        self.assertRegex(mail.subject, "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche")
        self.assertIn("(Europe/Paris)", mail.subject)
        page = self.open(visit._get_booking_link())
        self.assertEqual(page.tree.get("lang"), "fr-FR")
        page.press("choice")
        self.assertEqual(visit.partner_id.lang, "fr_FR")

    def test_a_template_that_is_archived(self):
        self.env.ref("support_center.mail_template_booking_verify").active = False
        with mute_logger("support_center.automation"):
            self._book()
        (visit,) = self._find_bookings()
        self.assertFalse(self._find_mails("booking_verify"))
        (row,) = self._get_log(visit, "booking_verify")
        self.assertEqual(row.outcome, "failed")
        told = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        self.assertEqual((told.kind, told.state), ("verification", "failed"))

    def test_what_was_typed_can_be_erased(self):
        self._book()
        (visit,) = self._find_bookings()
        found = self.env["support.appointment"]._search_personal_data("vera@example.org", "Vera V")
        self.assertIn(visit, found)
        visit.with_user(self.user_manager).action_erase_personal_data()
        self.env.cr.execute(
            "SELECT to_jsonb(a)::text FROM support_appointment a WHERE id = %s", [visit.id]
        )
        (text,) = self.env.cr.fetchone()
        for typed in self.typed.values():
            self.assertNotIn(typed, text)
