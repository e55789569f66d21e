import re

from lxml import html

from odoo import fields, http
from odoo.tests import new_test_user, tagged

from ..common import SupportHttpCase


@tagged("post_install", "-at_install")
class TestRatingPage(SupportHttpCase):
    """Stars by a link: only a button that somebody pressed counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        start = fields.Datetime.now().replace(microsecond=0)
        cls.visit = cls._create_appointment(
            start=fields.Datetime.subtract(start, hours=5), state="done"
        )
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.env.flush_all()

    def _get_links(self):
        """Each way to the page."""
        visit, ticket = (
            f"{self.base_url()}/rate/{record._rating_get_access_token()}"
            for record in (self.visit, self.ticket)
        )
        return {
            "own": self.visit._get_link_to("/rate"),
            "odoo": f"{visit}/5",
            "words": f"{visit}/submit_feedback",
            "ticket": f"{ticket}/1",
        }

    def _get_ratings(self):
        self.env.invalidate_all()
        records = (self.visit.id, self.ticket.id)
        return self.env["rating.rating"].search(
            [("consumed", "=", True), ("res_id", "in", records)]
        )

    def _fill(self, page):
        """What a program sends that presses no button."""
        form = html.fromstring(page.text).xpath("//form[@method='post'][.//button]")[0]
        fields_ = {each.name: each.value for each in form.inputs if each.get("name") and each.value}
        return form.get("action"), {
            **fields_,
            "rate": "5",
            "csrf_token": http.Request.csrf_token(self),
        }

    def test_opening_and_sending_what_is_filled_in_stores_nothing(self):
        self.authenticate(None, None)
        for name, link in self._get_links().items():
            with self.subTest(name):
                page = self.url_open(link)
                self.assertEqual(page.status_code, 200)
                self.assertIn("How was it?", page.text)
                self.assertEqual(page.headers["Cache-Control"], "no-store")
                action, values = self._fill(page)
                self.assertEqual(self.url_open(action, data=values).status_code, 200)
                self.assertFalse(self._get_ratings())

    def test_a_button_counts(self):
        self.authenticate(None, None)
        page = self.url_open(self.visit._get_link_to("/rate"))
        buttons = html.fromstring(page.text).xpath("//button[@name='choice']")
        self.assertEqual([button.get("value") for button in buttons], ["5", "4", "3", "2", "1"])
        self.assertIn("Very good", re.sub(r"\s+", " ", buttons[0].text_content()))
        action, values = self._fill(page)
        answer = self.url_open(action, data={**values, "choice": "4", "words": "Good <b>work</b>"})
        self.assertIn("Thank you", answer.text)
        self.assertIn("Good &lt;b&gt;work", answer.text)
        self.assertEqual(self._get_ratings().rating, 4)
        self.url_open(action, data={**values, "choice": "9"})
        self.assertEqual(self._get_ratings().rating, 4)

    def test_a_ticket_too(self):
        self.authenticate(None, None)
        action, values = self._fill(self.url_open(self._get_links()["ticket"]))
        self.url_open(action, data={**values, "choice": "3"})
        self.assertEqual((self._get_ratings().rating, self.ticket.rating_last_value), (3, 3))

    def test_staff_do_not_rate_themselves(self):
        """A technician who may read the visit sees the visit, also by the customer's link."""
        self.visit.technician_id = self.technician
        for link in (f"/my/appointments/{self.visit.id}/rate", self.visit._get_link_to("/rate")):
            with self.subTest(link):
                self.authenticate(self.user_technician.login, self.user_technician.login)
                page = self.url_open(link)
                self.assertIn(self.visit.name, page.text)
                self.assertNotIn('name="choice"', page.text)
                token = http.Request.csrf_token(self)
                self.url_open(link, data={"csrf_token": token, "choice": "5"})
                self.assertFalse(self._get_ratings())

    def test_a_customer_who_has_logged_in_rates(self):
        user = new_test_user(self.env, login="portal_rater", groups="base.group_portal")
        user.partner_id.parent_id = self.customer
        self.authenticate("portal_rater", "portal_rater")
        link = f"/my/appointments/{self.visit.id}/rate"
        token = http.Request.csrf_token(self)
        self.url_open(link, data={"csrf_token": token, "choice": "5"})
        self.assertEqual(self._get_ratings().rating, 5)

    def test_kept_after_a_day(self):
        self.env["support.satisfaction"]._rate(self.visit.sudo(), 2)
        self.visit.rating_ids.support_answered_at = fields.Datetime.subtract(
            fields.Datetime.now(), hours=25
        )
        page = self.url_open(self.visit._get_link_to("/rate"))
        self.assertIn("cannot be changed any more", page.text)
        self.assertNotIn('name="choice"', page.text)

    def test_before_the_visit_and_without_the_token(self):
        early = self._create_appointment(
            start=fields.Datetime.add(fields.Datetime.now().replace(microsecond=0), days=1)
        )
        page = self.url_open(early._get_link_to("/rate"))
        self.assertIn("once the visit is done", page.text)
        self.assertNotIn('name="choice"', page.text)
        link = f"/my/appointments/{self.visit.id}/rate"
        self.assertEqual(self.url_open(link).status_code, 404)
        self.assertEqual(self.url_open(f"{link}?access_token=wrong").status_code, 404)
