from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestRating(SupportCase):
    """What an answer does, and who sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._make_done(cls.technician)

    @classmethod
    def _make_done(cls, technician, **values):
        visits = cls.env["support.appointment"]
        return visits._create_protected(
            [
                {
                    "partner_id": cls.customer.id,
                    "start": at("2026-03-01 10:00"),
                    "state": "done",
                    "technician_id": technician.id,
                    **values,
                }
            ]
        )

    def _rate(self, stars, words="", visit=None):
        return self.env["support.satisfaction"]._rate((visit or self.visit).sudo(), stars, words)

    def _get_activities(self):
        return self.visit.activity_ids.filtered(lambda a: "not satisfied" in (a.summary or ""))

    def test_it_is_odoos_rating_of_who_came(self):
        self.assertTrue(self._rate(5, "They were on time"))
        rating = self.visit.rating_ids
        self.assertEqual((rating.rating, rating.feedback), (5, "They were on time"))
        self.assertEqual(rating.partner_id, self.customer)
        self.assertEqual(rating.rated_partner_id, self.user_technician.partner_id)
        self.assertEqual(self.visit.rating_last_value, 5)
        self.assertFalse(self._get_activities())
        self.assertFalse(self.visit.customer_waiting_since, "it is no question")

    def test_a_bad_one_is_somebodys_to_ask_about(self):
        self._rate(2, "The lamp is <b>dark</b> again")
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.visit._automation_responsible())
        self.assertIn("2 of 5", activity.note)
        self.assertIn("The lamp is &lt;b&gt;dark", activity.note)
        self._rate(1)
        self.assertEqual(len(self._get_activities()), 1)

    def test_the_first_answer_can_be_changed_for_a_day(self):
        self._rate(5)
        with freeze_time("2026-03-03 07:00:00"):
            self.assertTrue(self._rate(3, "On second thoughts"))
        with freeze_time("2026-03-03 08:00:01"):
            self.assertFalse(self._rate(1))
        self.assertEqual(self.visit.rating_ids.mapped("rating"), [3])
        row = self._get_log(self.visit, "rate")[0]
        self.assertEqual(row.outcome, "skipped")

    def test_only_a_visit_that_is_done(self):
        visit = self._create_appointment(state="confirmed")
        self.assertFalse(self._rate(5, visit=visit))
        self.assertFalse(visit.rating_ids.filtered("consumed"))
        with self.assertRaisesRegex(ValueError, "not 6"):
            self._rate(6)

    def test_figures_of_a_technician_from_five_answers_on(self):
        technician = self.technician.with_user(self.user_dispatcher)
        for number in range(4):
            self._rate(
                4, visit=self._make_done(self.technician, start=at(f"2026-02-0{number + 1} 10:00"))
            )
        self._rate(1, visit=self._make_done(self.technician_2))
        self.assertEqual(technician.rating_summary, "Too few answers")
        self._rate(2)
        technician.invalidate_recordset()
        self.assertEqual(technician.rating_summary, "3.6 of 5 (5 answers)")

    def test_a_technician_sees_no_single_answer_about_others(self):
        colleague = self.env["res.users"].create({"name": "Zoe", "login": "rated_zoe"})
        self.technician_2.user_id = colleague
        other = self._make_done(self.technician_2)
        self._rate(5)
        self._rate(1, visit=other)
        ratings = self.env["rating.rating"]
        domain = [("res_model", "=", "support.appointment"), ("consumed", "=", True)]
        mine = ratings.with_user(self.user_technician).search(domain)
        self.assertEqual(mine.res_id, self.visit.id)
        everybody = ratings.with_user(self.user_dispatcher).search(domain)
        self.assertEqual(set(everybody.mapped("res_id")), {self.visit.id, other.id})
        self.assertFalse(ratings.with_user(self.user_employee).search(domain))
        # Those of other models are none of ours to hide.
        foreign = ratings.create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.customer.id,
                "rating": 3,
                "consumed": True,
            }
        )
        domain = [("id", "=", foreign.id)]
        self.assertEqual(ratings.with_user(self.user_employee).search(domain), foreign)
