from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import SessionExpiredException
from odoo.tests import tagged

from ..common import SupportMailCase, at
from .test_my_day import PIXEL


@tagged("post_install", "-at_install")
class TestMyDayWork(SupportMailCase):
    """What a technician taps; it is Monday, 8 o'clock UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As the two series do not have it alike.
        cls.env["res.lang"]._lang_get("en_US").time_format = "%H:%M:%S"
        cls.announced = cls.env["support.appointment.type"].create(
            {"name": "Repair", "notify_on_the_way": True}
        )
        cls.visit = cls._plan("2026-03-02 10:00", type_id=cls.announced.id)
        cls.day = cls.env["support.my.day"].with_user(cls.user_technician)
        cls.number = 0

    @classmethod
    def _plan(cls, start, **values):
        values.setdefault("technician_id", cls.technician.id)
        return cls._create_appointment(start=at(start), state="confirmed", **values)

    def _submit(self, kind, visit=None, key=None, day=None, **values):
        self.number += 1
        key = key or f"test-key-{self.number}"
        day = self.day if day is None else day
        return day.submit(key, kind, (visit or self.visit).id, values)

    def _refuse(self, words, *args, **values):
        with self.assertRaisesRegex(UserError, words):
            self._submit(*args, **values)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_the_same_key_does_nothing_twice(self):
        for _time in range(2):
            self._submit("note", key="lost-answer-1", text="Needs a part")
        bodies = [body for body in self.visit.message_ids.mapped("body") if "Needs a part" in body]
        self.assertEqual(len(bodies), 1)
        first = self._submit("late", key="lost-answer-2", minutes=15)
        self.assertEqual(self._submit("late", key="lost-answer-2", minutes=15), first)
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:15"))
        self._submit("start", key="lost-answer-3")
        self._submit("start", key="lost-answer-3")
        self.assertEqual(self.visit.state, "in_progress")

    def test_the_answer_comes_again_also_once_the_visit_is_somebody_else_s(self):
        self._submit("note", key="lost-answer-4", text="Needs a part")
        self.visit.technician_id = self.technician_2
        self.env.invalidate_all()
        self.assertFalse(self._submit("note", key="lost-answer-4", text="Needs a part"))
        with self.assertRaises(AccessError):
            self._submit("note", key="another-one", text="Needs a part")

    def test_a_key_is_one_user_s(self):
        self._submit("note", key="the-same-key", text="Mine")
        other = self.day.with_user(self.user_dispatcher)
        self._submit("note", key="the-same-key", day=other, text="Theirs")
        self.env.invalidate_all()
        text = "".join(self.visit.message_ids.mapped("body"))
        self.assertTrue("Mine" in text and "Theirs" in text)

    def test_what_one_user_tapped_is_not_sent_by_another(self):
        own = self.day.load()["user"]
        other = self.day.with_user(self.user_dispatcher)
        with self.assertRaises(SessionExpiredException):
            self._submit("note", key="another-window", day=other, text="Mine", user=own)
        self.assertNotIn("Mine", "".join(self.visit.message_ids.mapped("body")))
        self._submit("note", key="another-window", text="Mine", user=own)
        self.assertIn("Mine", "".join(self.visit.message_ids.mapped("body")))

    def test_an_erased_customer_stands_in_no_answer(self):
        following = self._plan("2026-03-02 13:00")
        answer = self._submit("late", key="who-follows", minutes=15)
        self.assertEqual([each["customer"] for each in answer], [self.customer.name])
        following.action_cancel()
        self._send_queue()
        following.with_user(self.user_manager).action_erase_personal_data()
        entry = self.env["support.my.day.entry"].search([("key", "=", "who-follows")])
        self.assertFalse(entry.answer)
        self.assertFalse(self._submit("late", key="who-follows", minutes=15))
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:15"))

    def test_what_was_refused_may_be_sent_again(self):
        self._refuse("Write something first", "note", key="refused-once", text="  ")
        self._submit("note", key="refused-once", text="Now")
        self.assertIn("Now", "".join(self.visit.message_ids.mapped("body")))

    def test_wrong_calls_are_refused_in_words(self):
        for args, words in (
            (("short", "note", self.visit.id), "a key of 8 to 64 characters"),
            (("long enough", "dance", self.visit.id), "one of on_the_way, late"),
            (("long enough", "note", 0), "does not exist any more"),
            (("long enough", "late", self.visit.id, {"minutes": 7}), "one of 15"),
        ):
            with self.subTest(args), self.assertRaisesRegex(UserError, words):
                self.day.submit(*args)

    def test_others_visits(self):
        other = self._plan("2026-03-02 13:00", technician_id=self.technician_2.id)
        for kind in self.day._get_work():
            with self.subTest(kind), self.assertRaises(AccessError):
                self._submit(kind, other)
        day = self.day.with_user(self.user_dispatcher)
        for kind in ("on_the_way", "late"):
            with self.subTest(kind), self.assertRaisesRegex(UserError, "is not your visit"):
                self._submit(kind, day=day, minutes=15)

    def test_old_entries_are_cleaned(self):
        entries = self.env["support.my.day.entry"]
        self._submit("note", key="an-old-entry", text="Old")
        entry = entries.search([("key", "=", "an-old-entry")])
        self.env.cr.execute(
            "UPDATE support_my_day_entry SET create_date = '2025-12-01' WHERE id = %s", [entry.id]
        )
        self._submit("note", key="a-new-entry", text="New")
        self.env.invalidate_all()
        entries._gc_entries()
        self.assertEqual(entries.search([("user_id", "=", self.day.env.uid)]).key, "a-new-entry")

    # ------------------------------------------------------------------
    # On the way
    # ------------------------------------------------------------------

    def test_on_my_way_tells_the_customer_once(self):
        with self.mock_mail_gateway():
            self._submit("on_the_way")
            self._submit("on_the_way")
        self.assertEqual(self.visit.on_the_way_at, at("2026-03-02 08:00"))
        mail = self._get_notices(self.visit, "on_the_way")
        self.assertEqual(len(mail), 1)
        self.assertIn("On the way to you", mail.subject)
        self.assertIn("10:00", mail.body_html)
        self.assertFalse(mail.attachment_ids)
        self.assertFalse(
            self.visit.announced_at and self.visit.announced_at > self.visit.create_date
        )
        (shown,) = self.day.load()["visits"]
        self.assertTrue(shown["is_on_the_way"])

    def test_who_sets_off_too_late_says_when_they_arrive(self):
        with freeze_time("2026-03-02 10:07"):
            self._submit("on_the_way")
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:25"))
        mail = self._get_notices(self.visit, "on_the_way")
        self.assertIn("10:20–10:40", mail.body_html)
        self.assertIn("10:25", self.day.load()["visits"][0]["arrival"])

    def test_who_is_later_than_they_have_said_names_a_time_to_come(self):
        self._submit("late", minutes=15)
        with freeze_time("2026-03-02 10:20"):
            self._submit("on_the_way")
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:35"))
        self.assertIn("10:30–10:50", self._get_notices(self.visit, "on_the_way").body_html)

    def test_late_is_never_a_time_that_has_passed(self):
        with freeze_time("2026-03-02 10:42"):
            self._submit("late", minutes=15)
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 11:00"))

    def test_nobody_hears_of_an_arrival_that_a_phone_tells_too_late(self):
        with freeze_time("2026-03-02 10:50"):
            self._submit("on_the_way", delay=5400)
            self._submit("start", delay=3000)
        self.assertTrue(self.visit.on_the_way_at)
        self.assertFalse(self._get_notices(self.visit, "on_the_way"))

    def test_a_type_that_does_not_say_so_tells_nobody(self):
        self.visit.type_id = False
        self._submit("on_the_way")
        self.assertTrue(self.visit.on_the_way_at)
        self.assertFalse(self._get_notices(self.visit, "on_the_way"))

    def test_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self._submit("on_the_way")
        mail = self._get_notices(self.visit, "on_the_way")
        self.assertIn("Montag", mail.body_html)

    def test_only_today_s_confirmed_visits(self):
        tomorrow = self._plan("2026-03-03 10:00")
        for kind in ("on_the_way", "late"):
            self._refuse("is not planned for today", kind, tomorrow, minutes=15)
        self._submit("start")
        for kind in ("on_the_way", "late"):
            self._refuse("of a confirmed visit only", kind, minutes=15)

    def test_a_visit_that_is_moved_is_gone_to_anew(self):
        self._submit("on_the_way")
        self._submit("late", minutes=15)
        self.visit.start = at("2026-03-03 10:00")
        self.assertFalse(self.visit.on_the_way_at or self.visit.expected_arrival)
        with freeze_time("2026-03-03 08:00"):
            self._submit("on_the_way")
        self.assertEqual(len(self._get_notices(self.visit, "on_the_way")), 2)

    # ------------------------------------------------------------------
    # Late
    # ------------------------------------------------------------------

    def test_late_asks_which_visits_slip(self):
        hit = self._plan("2026-03-02 11:00", duration=0.5)
        free = self._plan("2026-03-02 14:00")
        self._submit("late", minutes=15)
        answer = self._submit("late", minutes=30)
        self.assertEqual(self.visit.start, at("2026-03-02 10:00"), "the visit stays planned")
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:45"))
        self.assertEqual(
            [(v["id"], v["is_hit"]) for v in answer], [(hit.id, True), (free.id, False)]
        )
        self.assertIn("11:30", answer[0]["new_start"])
        activity = self.visit.activity_ids
        self.assertEqual(activity.summary, "The technician is late")
        self.assertIn("First Technician is late", activity.note)
        answer = self._submit("slip", ids=[hit.id], minutes=30)
        self.assertEqual(answer, {"moved": 1, "refused": []})
        self.assertEqual(hit.start, at("2026-03-02 11:30"))
        self.assertEqual(free.start, at("2026-03-02 14:00"))
        self.assertTrue(self._get_notices(hit, "rescheduled"), "its customer is told")

    def test_what_cannot_slip_is_named(self):
        last = self._plan("2026-03-02 16:00")
        answer = self._submit("slip", ids=[last.id, self.visit.id], minutes=30)
        self.assertEqual(answer["moved"], 0, "the visit itself does not slip, the last one cannot")
        (words,) = answer["refused"]
        self.assertIn(last.name, words)
        self.assertIn("works 08:00–12:00, 13:00–17:00 only", words)
        self.assertEqual(last.start, at("2026-03-02 16:00"))
        other = self._plan("2026-03-02 13:00", technician_id=self.technician_2.id)
        self.assertEqual(
            self._submit("slip", ids=[other.id], minutes=30), {"moved": 0, "refused": []}
        )

    def test_the_board_shows_who_is_late(self):
        board = self.env["support.board"].with_user(self.user_dispatcher)

        def get_arrival():
            return board.refresh(self.visit.ids, "2026-03-02 00:00", "2026-03-03 00:00")["visits"][
                0
            ]["arrival"]

        self.assertFalse(get_arrival())
        self._submit("late", minutes=15)
        self.assertEqual(get_arrival(), "2026-03-02 10:15:00")
        self._submit("start")
        self.assertFalse(get_arrival())

    def test_late_has_an_end(self):
        for _time in range(8):
            self._submit("late", minutes=30)
        self._refuse("more than 4 hours late: call the dispatcher", "late", minutes=15)

    # ------------------------------------------------------------------
    # At the customer's
    # ------------------------------------------------------------------

    def test_what_waited_for_a_signal_is_noted_as_it_was(self):
        with freeze_time("2026-03-02 11:00"):
            self._submit("start", delay=3600)
            self._submit("done", delay=600)
        self.assertEqual(self.visit.started_at, at("2026-03-02 10:00"))
        self.assertEqual(self.visit.ended_at, at("2026-03-02 10:50"))

    def test_what_waited_for_a_signal_is_measured_and_reported_as_it_was(self):
        self.env.ref("support_center.automation_send_report").active = True
        ended = []
        render = type(self.visit)._render_visit_report

        def note(visit):
            ended.append(visit.ended_at)
            return render(visit)

        with (
            freeze_time("2026-03-02 14:00"),
            patch.object(type(self.visit), "_render_visit_report", note),
        ):
            self._submit("start", delay=4 * 3600)
            self._submit("done", delay=3 * 3600)
        self.assertEqual(self.visit.time_used, 1.0)
        self.assertEqual(ended, [at("2026-03-02 11:00")])

    def test_work_and_signature(self):
        self._refuse("has not begun yet", "work", work_done="Nothing")
        self._submit("start")
        self._submit("work", work_done=" New fan ", parts_used="1 fan", time_used=45)
        self._submit("signature", name="Ann <Known>", image=PIXEL)
        self._submit("done")
        visit = self.visit
        self.assertEqual((visit.work_done, visit.parts_used), ("New fan", "1 fan"))
        self.assertEqual(visit.time_used, 0.75)
        self.assertEqual(
            (visit.signed_by, visit.signed_at), ("Ann <Known>", at("2026-03-02 08:00"))
        )
        self.assertTrue(visit.customer_signature)
        (shown,) = self.day.load()["visits"]
        self.assertEqual((shown["work_done"], shown["signed_by"]), ("New fan", "Ann <Known>"))

    def test_time_used_is_measured_where_nobody_enters_it(self):
        self._submit("start")
        with freeze_time("2026-03-02 09:30"):
            self._submit("done")
        self.assertEqual(self.visit.time_used, 1.5)

    def test_what_is_no_signature(self):
        self._submit("start")
        self._refuse("Enter the name", "signature", name=" ")
        self._refuse("did not arrive as a picture", "signature", name="Ann", image="QUJD")
        self._submit("signature", name="Ann")
        self.assertEqual(self.visit.signed_by, "Ann")
        with self.assertRaisesRegex(AccessError, "signed_by"):
            self.visit.with_user(self.user_technician).write({"signed_by": "Forged"})

    def test_absent_with_a_photo_as_proof(self):
        with freeze_time("2026-03-02 10:20"):
            self._submit("no_show", photo={"name": "door.png", "content": PIXEL})
        self.assertEqual(self.visit.state, "no_show")
        message = self.visit.message_ids.filtered(lambda m: "Nobody was there" in m.body)
        self.assertEqual(message.attachment_ids.name, "door.png")

    # ------------------------------------------------------------------
    # The report
    # ------------------------------------------------------------------

    def _finish(self):
        self._submit("start")
        self._submit("work", work_done="New fan <b>", parts_used="1 fan")
        self._submit("signature", name="Ann Known", image=PIXEL)
        self._submit("done")

    def test_the_report_goes_to_the_customer_and_into_the_ticket(self):
        ticket = self.env["support.ticket"].create({"name": "T", "partner_id": self.customer.id})
        self.visit.ticket_id = ticket
        self.env.ref("support_center.automation_send_report").active = True
        self._finish()
        mail = self._get_notices(self.visit, "report")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        attachment = mail.attachment_ids
        self.assertRegex(attachment.name, r"^Visit report APT-.*\.(pdf|html)$")
        filed = ticket.message_ids.attachment_ids
        self.assertEqual(filed.name, attachment.name)
        if attachment.name.endswith("html"):
            text = attachment.raw.decode()
            for part in ("New fan &lt;b&gt;", "1 fan", "Ann Known", "data:image/png;base64,"):
                self.assertIn(part, text)

    def test_a_report_that_was_withdrawn_is_sent_once_the_visit_is_done_again(self):
        self.env.ref("support_center.automation_send_report").active = True
        steps = self.env["support.undo.step"].with_user(self.user_technician)
        self._submit("start")
        with freeze_time("2026-03-02 09:00"):
            answer = self._submit("done")
            self.assertTrue(steps.undo(answer["undo"]["id"])["ok"])
        self.assertEqual((self.visit.state, self.visit.time_used), ("in_progress", 0))
        with freeze_time("2026-03-02 10:00"):
            self._submit("done")
        self.assertEqual(self.visit.time_used, 2.0)
        states = self._get_notices(self.visit, "report").mapped("state")
        self.assertEqual(sorted(states), ["cancel", "outgoing"])

    def test_the_time_that_was_entered_stays(self):
        self._submit("start")
        self._submit("work", time_used=45)
        with freeze_time("2026-03-02 09:00"):
            self._submit("done")
            self.visit.action_take_back()
        self.assertEqual((self.visit.state, self.visit.time_used), ("in_progress", 0.75))

    def test_who_was_on_the_way_still_is_after_an_undone_move(self):
        self._submit("late", minutes=15)
        self._submit("on_the_way")
        visit = self.visit.with_user(self.user_dispatcher)
        step = visit._do_undoable("move", lambda: visit.write({"start": at("2026-03-03 10:00")}))
        self.assertFalse(self.visit.on_the_way_at)
        self.env["support.undo.step"].with_user(self.user_dispatcher).undo(step.id)
        self.assertEqual(self.visit.on_the_way_at, at("2026-03-02 08:00"))
        self.assertEqual(self.visit.expected_arrival, at("2026-03-02 10:15"))
        self.assertEqual(len(self._get_notices(self.visit, "on_the_way")), 1)

    def test_it_is_off_until_somebody_wants_it(self):
        self._finish()
        self.assertFalse(self._get_notices(self.visit, "report"))

    def test_where_no_pdf_can_be_made_it_is_a_page(self):
        reports = type(self.env["ir.actions.report"])
        self._submit("start")
        for state in ("install", "workers", "broken"):
            with (
                self.subTest(state),
                patch.object(reports, "get_wkhtmltopdf_state", lambda *_args, s=state: s),
            ):
                name, content = self.visit._render_visit_report()
                self.assertTrue(name.endswith(".html"))
                self.assertIn(self.visit.name.encode(), content)
        with (
            patch.object(reports, "get_wkhtmltopdf_state", lambda *_args: "ok"),
            patch.object(reports, "_render_qweb_pdf", side_effect=UserError("Out of memory")),
            self.assertLogs("support_center.automation", "WARNING") as logged,
        ):
            name, content = self.visit._render_visit_report()
        self.assertTrue(name.endswith(".html"))
        self.assertIn("draw_visit_report", logged.output[0])

    def test_a_report_of_nothing_is_refused(self):
        visit = self.visit.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "has not begun"):
            visit.action_visit_report()
        visit.action_start()
        self.assertEqual(
            visit.action_visit_report()["report_name"], "support_center.support_visit_report"
        )

    # ------------------------------------------------------------------
    # The way there, and where the app opens
    # ------------------------------------------------------------------

    def test_the_route(self):
        self.visit.location = "Main Street 1, Town"
        (shown,) = self.day.load()["visits"]
        self.assertTrue(shown["route_url"].startswith("https://www.google.com/maps/dir/?api=1&"))
        self.assertIn("destination=Main%20Street%201%2C%20Town", shown["route_url"])

    def test_where_the_app_opens(self):
        for user, name in (
            (self.user_technician, "support_my_day_action"),
            (self.user_dispatcher, "support_board_action"),
            (self.user_manager, "support_reporting_action"),
            (self.user_integration, "support_appointment_action"),
        ):
            action = self.env["support.home"].with_user(user).load()
            self.assertEqual(action["xml_id"], f"support_center.{name}")
        self.assertFalse(self.env["support.home"].with_user(self.user_employee).load())

    def test_undo_within_the_minute(self):
        steps = self.env["support.undo.step"].with_user(self.user_technician)
        for kind, before, values in (
            ("start", "confirmed", {}),
            ("done", "in_progress", {}),
            ("no_show", "confirmed", {"photo": {"name": "door.png", "content": PIXEL}}),
        ):
            with self.subTest(kind=kind), freeze_time("2026-03-02 10:05:00"):
                self.visit._write_restored({"state": before})
                answer = self._submit(kind, **values)
                self.assertEqual(answer["undo"]["seconds"], 10)
                self.assertNotEqual(self.visit.state, before)
                self.assertTrue(steps.undo(answer["undo"]["id"])["ok"])
                self.assertEqual(self.visit.state, before)

    def test_what_waited_for_a_signal_offers_no_undo(self):
        self.assertFalse(self._submit("start", delay=120))

    def test_bad_values(self):
        self._submit("start")
        for values, words in (
            ({"time_used": -1}, "minutes of at most a week"),
            ({"work_done": 7}, "a text"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words):
                self._submit("work", **values)
