from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..common import STATE_COLORS, SupportHttpCase


@tagged("post_install", "-at_install")
class TestCustomerPage(SupportHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        start = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        cls.appointment = cls._create_appointment(
            start=start + timedelta(days=10),
            location="<b>123 Main Street</b>",
            technician_id=cls.technician.id,
            timezone="Asia/Tokyo",
            state="confirmed",
        )
        cls.appointment._portal_ensure_token()

    def _get(self, appointment=None, **parameters):
        appointment = appointment or self.appointment
        query = "&".join(f"{key}={value}" for key, value in parameters.items())
        return self.url_open(f"/my/appointments/{appointment.id}?{query}")

    def test_the_link_of_a_mail_shows_who_when_and_where(self):
        url = self.appointment._get_share_url()
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        for part in (self.appointment.name, "18:00", "Asia/Tokyo", "First Technician"):
            self.assertIn(part, page.text)
        self.assertIn("&lt;b&gt;123 Main Street&lt;/b&gt;", page.text)
        self.assertIn("Known Customer", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", page.headers["X-Robots-Tag"])

    def test_a_state_has_its_colour_here_too(self):
        for number, (state, color) in enumerate(STATE_COLORS.items()):
            visit = self._create_appointment(
                start=self.appointment.start + timedelta(days=number + 1),
                technician_id=self.technician.id,
                state=state,
            )
            page = html.fromstring(self.url_open(visit._get_share_url()).text)
            (badge,) = page.xpath("//h1/following-sibling::span[contains(@class, 'badge')]")
            self.assertIn(f"border-{color}", badge.get("class"), state)

    def test_opening_it_changes_nothing(self):
        before = self.appointment.write_date
        self.url_open(self.appointment._get_share_url())
        self.env.invalidate_all()
        self.assertEqual(self.appointment.write_date, before)
        self.assertEqual(self.appointment.state, "confirmed")

    def test_without_the_right_token_nothing_is_told(self):
        other = self._create_appointment(start=self.appointment.start + timedelta(days=1))
        for parameters in ({}, {"access_token": "wrong"}):
            page = self._get(**parameters)
            self.assertEqual(page.status_code, 404)
            self.assertNotIn(self.appointment.name, page.text)
        # A token opens one appointment.
        page = self._get(other, access_token=self.appointment.access_token)
        self.assertEqual(page.status_code, 404)
        missing = self.url_open("/my/appointments/999999999?access_token=x")
        self.assertEqual(missing.status_code, 404)

    def test_the_link_ends_some_days_after_the_visit(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = start - interval '30 days',"
            " stop = stop - interval '30 days', busy_start = busy_start - interval '30 days',"
            " busy_stop = busy_stop - interval '30 days' WHERE id = %s",
            [self.appointment.id],
        )
        self.env.invalidate_all()
        page = self._get(access_token=self.appointment.access_token)
        self.assertEqual(page.status_code, 410)
        self.assertNotIn("123 Main Street", page.text)

    def test_the_link_of_a_duplicate_shows_what_goes_on(self):
        double = self._create_appointment(start=self.appointment.start + timedelta(hours=2))
        double._portal_ensure_token()
        double._merge_into(self.appointment, tell=False)
        page = self._get(double, access_token=double.access_token)
        self.assertIn(self.appointment.name, page.text)
        self.assertNotIn(double.name, page.text)
        # What went to somebody else is not theirs to see.
        double = self._create_appointment(
            partner_id=self.env["res.partner"].create({"name": "Other"}).id,
            start=self.appointment.start + timedelta(hours=4),
        )
        double._portal_ensure_token()
        double._merge_into(self.appointment, tell=False)
        page = self._get(double, access_token=double.access_token)
        self.assertIn(double.name, page.text)
        self.assertNotIn(self.appointment.name, page.text)

    def test_portal_user_opens_it_by_login(self):
        user = new_test_user(self.env, login="support_portal_page", groups="base.group_portal")
        user.partner_id.parent_id = self.customer
        self.authenticate(user.login, user.login)
        page = self._get()
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.appointment.name, page.text)
        stranger = new_test_user(self.env, login="support_stranger", groups="base.group_portal")
        self.authenticate(stranger.login, stranger.login)
        self.assertEqual(self._get().status_code, 404)

    def test_a_draft_without_a_time_says_so(self):
        draft = self._create_appointment(start=False)
        page = self.url_open(draft._get_share_url())
        self.assertIn("Not planned yet", page.text)
