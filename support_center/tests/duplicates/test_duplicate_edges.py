from datetime import timedelta
from itertools import pairwise

from odoo.tests import tagged

from ..common import SupportHttpCase, SupportMailCase, at


@tagged("post_install", "-at_install")
class TestDuplicateEdges(SupportMailCase):
    """How far apart, how many digits, and how far a merge is followed."""

    def _create(self, **values):
        return self._create_appointment(**values).with_user(self.user_dispatcher)

    def _find(self, visit):
        return visit._find_duplicates()[visit]

    def test_three_days_apart_and_a_minute_more(self):
        visit = self._create(start=at("2026-03-10 10:00"))
        near = self._create(start=at("2026-03-13 10:00"))
        before = self._create(start=at("2026-03-07 10:00"))
        self._create(start=at("2026-03-13 10:01"))
        self._create(start=at("2026-03-07 09:59"))
        self.assertEqual(self._find(visit), near | before)
        self.assertIn(visit, self._find(near))
        self.assertIn(visit, self._find(before))

    def test_without_a_start_the_time_asked_for_counts(self):
        visit = self._create(start=False, requested_date=at("2026-03-10 10:00"))
        near = self._create(start=at("2026-03-13 10:00"))
        self._create(start=at("2026-03-13 10:01"))
        self.assertEqual(self._find(visit), near)

    def _create_with_number(self, number):
        return self._create(partner_id=False, customer_phone=number)

    def test_seven_digits_tell_whose_a_number_is_and_six_do_not(self):
        seven = self._create_with_number("555 12 34")
        self.assertEqual(self._find(self._create_with_number("5551234")), seven)
        six = self._create_with_number("55 12 34")
        self.assertFalse(self._find(six))
        self.assertFalse(self._find(self._create_with_number("551234")))

    def test_the_last_eight_digits_are_compared(self):
        visit = self._create_with_number("+32 2 555 01 00")
        self.assertEqual(self._find(self._create_with_number("+49 2 555 01 00")), visit)
        self.assertFalse(self._find(self._create_with_number("+32 3 555 01 00")))

    def test_what_has_nothing_in_common_but_nothing_is_none(self):
        """No contact, no address, no number, no words."""
        blank = self._create(partner_id=False)
        self._create(partner_id=False)
        self.assertFalse(self._find(blank))

    # Following

    def _merge(self, *visits):
        """Each was merged into the next, of any customer and company."""
        for visit, following in pairwise(visits):
            visit.sudo().merged_into_id = following

    def test_it_is_followed_to_the_last_one(self):
        visits = [self._create(start=at(f"2026-03-1{day} 10:00")) for day in range(3)]
        self._merge(*visits)
        self.assertEqual(visits[0]._follow_merge(), visits[2])
        self.assertEqual(visits[2]._follow_merge(), visits[2])

    def test_it_is_not_followed_into_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        visit = self._create()
        nearer = self._create(start=at("2026-03-06 10:00"))
        abroad = self._create_appointment(company_id=company.id)
        self._merge(visit, nearer, abroad)
        self.assertEqual(abroad.partner_id, visit.partner_id)
        self.assertEqual(visit._follow_merge(), nearer)

    def test_it_is_not_followed_to_another_customer_with_the_same_number(self):
        visit = self._create()
        other = self._create(
            partner_id=self.env["res.partner"]
            .create({"name": "Neighbour", "phone": self.customer.phone})
            .id
        )
        self._merge(visit, other)
        self.assertEqual(visit.customer_phone, other.customer_phone)
        self.assertEqual(visit._follow_merge(), visit)

    def test_a_circle_ends(self):
        one, two = self._create(), self._create(start=at("2026-03-06 10:00"))
        self._merge(one, two, one)
        self.assertEqual(one._follow_merge(), two)
        self.assertEqual(two._follow_merge(), one)

    def test_a_reply_to_what_was_merged_abroad_stays_where_it_was_written(self):
        """A customer's words are not shown to another company."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        draft = self._send_mail()
        abroad = self._create_appointment(
            company_id=company.id, partner_id=draft.partner_id.copy({"company_id": False}).id
        )
        abroad.customer_email = draft.customer_email
        self._merge(draft, abroad)
        self._send_mail(
            "Please ring twice.",
            subject="Re: APPOINTMENT_REQUEST",
            message_id="<reply@example.com>",
            headers=[("In-Reply-To", "<request-1@example.com>")],
        )
        self.assertIn("ring twice", "".join(draft.message_ids.mapped("body")))
        self.assertNotIn("ring twice", "".join(abroad.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestMergedLink(SupportHttpCase):
    def test_the_link_of_a_duplicate_opens_nothing_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        start = self.env.cr.now() + timedelta(days=5)
        visit = self._create_appointment(start=start)
        abroad = self._create_appointment(start=start, company_id=company.id, location="Far Away 1")
        visit.sudo().merged_into_id = abroad
        page = self.url_open(visit._get_share_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn(visit.name, page.text)
        self.assertNotIn("Far Away 1", page.text)
