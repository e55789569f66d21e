"""What somebody may try on the customer's pages who is not the customer, or means no good."""

import io
from datetime import timedelta

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PageCase

# Nothing that the database takes, or that a page shows as it is.
NUL = "a\x00b"


@tagged("post_install", "-at_install")
class TestPageAttacks(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.active = False
        cls.visit.user_id = cls.user_dispatcher

    def _reload(self):
        self.visit.invalidate_recordset()
        return self.visit

    def _finish(self):
        self.visit._write_protected({"state": "in_progress"})
        self.visit._write_protected({"state": "done"})

    # ------------------------------------------------------------------
    # What cannot be stored or counted
    # ------------------------------------------------------------------

    def test_words_with_characters_that_cannot_be_stored(self):
        for suffix, choice in (("/message", "send"), ("/times", "ask"), ("/cancel", "cancel")):
            with self.subTest(suffix):
                answer = self._post(suffix, choice, words=NUL)
                self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._reload().cancel_reason, "ab")

    def test_rating_with_characters_that_cannot_be_stored(self):
        self._finish()
        self.env.flush_all()
        answer = self._post("/rate", "4", words=NUL)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._reload().rating_ids.feedback, "ab")

    def test_file_with_characters_that_cannot_be_stored(self):
        files = {"files": ("a\x00b.pdf", io.BytesIO(b"%PDF"), "application/pdf")}
        answer = self._post("/message", "send", words="See", files=files)
        self.assertEqual(answer.status_code, 200)

    def test_search_with_characters_that_cannot_be_stored(self):
        self._create_portal_user("attack_portal")
        self.authenticate("attack_portal", "attack_portal")
        for path in ("appointments", "tickets"):
            for text in ("a%00b", "%5C", "%25_", "%F0%9F%92%A9", "%ED%A0%80"):
                with self.subTest(path=path, text=text):
                    answer = self.url_open(f"/my/{path}?search={text}&filterby=all")
                    self.assertEqual(answer.status_code, 200)

    def test_times_that_no_calendar_has(self):
        for moment in (
            "9999-12-31T23:59:59",
            "0001-01-01T00:00:00",
            "2026-02-30T00:00:00",
            "٢٠٢٦-01-01T00:00:00",
        ):
            for suffix, values in (
                ("/times", {"choice": f"{moment}/1"}),
                ("/move", {"choice": "move", "time": f"{moment}/1"}),
                ("/move", {"choice": "move", "time": f"{moment}/2147483647"}),
            ):
                with self.subTest(moment=moment, suffix=suffix):
                    answer = self._post(suffix, **values)
                    self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._reload().start, self.start)

    # ------------------------------------------------------------------
    # Who is not the customer
    # ------------------------------------------------------------------

    def test_staff_rate_no_visit(self):
        self._finish()
        self.env.flush_all()
        for login in ("tech", "dispatcher"):
            user = {"tech": self.user_technician, "dispatcher": self.user_dispatcher}[login]
            with self.subTest(login):
                user.password = user.login
                self.authenticate(user.login, user.login)
                page = self.url_open(f"/my/appointments/{self.visit.id}/rate")
                self.assertNotIn(self.visit.access_token, page.text)
                data = {"csrf_token": http.Request.csrf_token(self), "choice": "5"}
                self.url_open(f"/my/appointments/{self.visit.id}/rate", data=data)
                self.assertFalse(self.env["support.satisfaction"]._get_answers(self._reload()))

    def test_technicians_write_no_ratings(self):
        self._finish()
        self.env["support.satisfaction"]._rate(self.visit.sudo(), 1, "Late")
        self.env.flush_all()
        rating = self.env["support.satisfaction"]._get_answers(self.visit)
        for user in (self.user_technician, self.user_dispatcher):
            own = rating.with_user(user)
            with self.subTest(user=user.login):
                for vals in ({"rating": 5}, {"feedback": "Great"}, {"consumed": False}):
                    with self.assertRaises(AccessError):
                        own.write(vals)
                with self.assertRaises(AccessError):
                    own.create(
                        {
                            "res_model_id": self.env["ir.model"]._get_id("support.appointment"),
                            "res_id": self.visit.id,
                            "rating": 5,
                            "consumed": True,
                            "rated_partner_id": user.partner_id.id,
                        }
                    )
                with self.assertRaises(AccessError):
                    own.read(["access_token"])
                with self.assertRaises(AccessError):
                    self.visit.with_user(user).message_post(body="Mine", rating_value=5)

    def test_archived_visits_are_not_booked(self):
        draft = self._create_visit(state="draft", start=False, technician_id=False)
        tree, _text = self._get("/times", visit=draft)
        value = next(v for v in self._find_buttons(tree) if "/" in v)
        draft.active = False
        self.env.flush_all()
        self._post("/times", value, visit=draft)
        self._post("/move", "move", time=value, visit=draft)
        draft.invalidate_recordset()
        self.assertEqual((draft.state, draft.start), ("draft", False))
        self.visit.active = False
        self.env.flush_all()
        for suffix, choice in (("/attend", "attend"), ("/cancel", "cancel")):
            self._post(suffix, choice)
        self.assertEqual((self._reload().attendance, self.visit.state), ("unknown", "confirmed"))
        # By whatever channel.
        outcome = self.visit._customer_attend("mail")
        self.assertEqual(outcome.code, "refused")
        self.assertIn("was put aside", outcome.words)

    def test_other_visits_token(self):
        other = self._create_visit(start=False, technician_id=False, state="draft")
        answer = self._post("/cancel", "cancel", visit=other, token=self.visit.access_token)
        self.assertEqual(answer.status_code, 404)
        for suffix in ("/times", "/move", "/attend", "/message"):
            self._get(suffix, visit=other, token=self.visit.access_token, code=404)

    def test_the_link_of_a_merged_request_ends_with_that_of_the_kept_one(self):
        request = self._create_visit(state="draft", start=False, technician_id=False)
        request._write_marks({"merged_into_id": self.visit.id})
        self.env.flush_all()
        self.assertIn("123 Main Street", self._get(visit=request)[1])
        # As if it had been long ago.
        past = self.start - timedelta(days=60)
        self._finish()
        self.visit._write_protected({"start": past, "ended_at": past})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotIn("123 Main Street", self._get(visit=request, code=410)[1])

    def test_a_link_to_follow_no_longer_that_is_none_of_ours(self):
        self.authenticate(None, None)
        for res_id, pid in (("abc", "1"), ("1", "abc"), ("9" * 30, "1"), ("1", "9" * 30)):
            url = f"/mail/unfollow?model=support.appointment&res_id={res_id}&pid={pid}&token=x"
            data = {"csrf_token": http.Request.csrf_token(self), "choice": "unfollow"}
            for body in (None, data):
                with self.subTest(res_id=res_id, pid=pid, is_post=bool(body)):
                    self.assertLess(self.url_open(url, data=body).status_code, 500)

    def test_numbers_that_no_record_has(self):
        self._create_portal_user("attack_numbers")
        self.authenticate("attack_numbers", "attack_numbers")
        many = "9" * 30
        for path in (
            f"appointments/{many}",
            f"appointments/{many}/times?access_token=x",
            f"appointments/{many}/rate?access_token=x",
            f"appointments/{self.visit.id}/file/{many}?access_token={self.visit.access_token}",
            f"appointments/{self.visit.id}/move?hold={many}&access_token={self.visit.access_token}",
            f"appointments/page/{many}",
            f"tickets/{many}",
            f"tickets/page/{many}",
        ):
            with self.subTest(path[:30]):
                self.assertLess(self.url_open(f"/my/{path}").status_code, 500)
