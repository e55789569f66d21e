from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from ..common_availability import AvailabilityCase


@tagged("post_install", "-at_install")
class TestBoardMoves(AvailabilityCase):
    """What a dispatcher may drag where, and what they are told where they may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board = cls.env["support.board"].with_user(cls.user_dispatcher)
        # Who is told of a move is asked first: see ``undo/test_undo.py`` for technicians.
        cls.env.ref("support_center.automation_notify_technician").active = False

    def _book(self, start, send_confirmation_email=False, **values):
        return super()._book(start, send_confirmation_email=send_confirmation_email, **values)

    def _move(self, visit, version=None, **vals):
        return self.board.move(visit.id, vals, version)

    def _draft(self, **values):
        return self._create_appointment(technician_id=self.technician.id, **values)

    # ------------------------------------------------------------------
    # What is possible
    # ------------------------------------------------------------------

    def test_to_another_time_length_and_technician(self):
        visit = self._book("2026-03-05 10:00")
        answer = self._move(
            visit,
            start="2026-03-05 14:00:00",
            stop="2026-03-05 16:00:00",
            technician_id=self.technician_2.id,
        )
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["visit"]["stop"], "2026-03-05 16:00:00")
        self.assertEqual(visit.start, at("2026-03-05 14:00"))
        self.assertEqual(visit.duration, 2)
        self.assertEqual(visit.technician_id, self.technician_2)
        self.assertEqual(visit.write_uid, self.user_dispatcher)

    def test_an_unassigned_request_becomes_a_visit(self):
        request = self._create_appointment(start=False)
        answer = self._move(
            request,
            start="2026-03-05 14:00:00",
            stop="2026-03-05 15:00:00",
            technician_id=self.technician.id,
        )
        self.assertTrue(answer["visit"]["can_confirm"])
        answer = self.board.confirm(request.id, answer["visit"]["version"])
        self.assertTrue(answer["ok"])
        self.assertEqual(request.state, "confirmed")

    def test_a_day_means_its_first_free_time(self):
        self._book("2026-03-05 08:00")
        request = self._create_appointment(start=False)
        day = {"day_start": "2026-03-05 00:00:00", "day_stop": "2026-03-06 00:00:00"}
        answer = self._move(request, technician_id=self.technician.id, **day)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(request.start, at("2026-03-05 09:00"))
        sunday = {"day_start": "2026-03-08 00:00:00", "day_stop": "2026-03-09 00:00:00"}
        answer = self._move(request, technician_id=self.technician.id, **sunday)
        self.assertIn("does not work on that day", answer["reason"])

    def _move_to_day(self, visit, day, next_day):
        days = {"day_start": f"{day} 00:00:00", "day_stop": f"{next_day} 00:00:00"}
        return self._move(visit, technician_id=self.technician.id, **days)

    def test_a_day_means_the_time_planned_or_wished_there(self):
        request = self._create_appointment(start=at("2026-03-05 14:05"))
        self.assertTrue(self._move_to_day(request, "2026-03-05", "2026-03-06")["ok"])
        self.assertEqual(request.start, at("2026-03-05 14:05"))
        wish = self._create_appointment(start=False, requested_date=at("2026-03-05 11:00"))
        self.assertTrue(self._move_to_day(wish, "2026-03-05", "2026-03-06")["ok"])
        self.assertEqual(wish.start, at("2026-03-05 11:00"))
        self._book("2026-03-06 14:00")
        request.technician_id = False
        request.start = at("2026-03-06 14:00")
        self.assertTrue(self._move_to_day(request, "2026-03-06", "2026-03-07")["ok"])
        self.assertEqual(request.start, at("2026-03-06 08:00"))

    def test_a_day_that_is_over_is_not_today(self):
        request = self._create_appointment(start=False)
        answer = self._move_to_day(request, "2026-03-01", "2026-03-02")
        self._assert_refused(answer, "past", "cannot start in the past .*1 Mar")
        self.assertFalse(request.technician_id)

    def test_a_day_off_is_overruled_in_the_morning(self):
        request = self._create_appointment(start=False)
        days = {"day_start": "2026-03-08 00:00:00", "day_stop": "2026-03-09 00:00:00"}
        answer = self._move(request, technician_id=self.technician.id, overrule=True, **days)
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(request.start, at("2026-03-08 09:00"))

    def test_nothing_goes_to_somebody_who_has_left(self):
        visit = self._draft()
        self.technician_2.active = False
        answer = self._move(visit, technician_id=self.technician_2.id)
        self._assert_refused(answer, "refused", "Second Technician is archived")
        self.assertEqual(visit.technician_id, self.technician)

    def test_a_visit_that_ends_before_it_starts(self):
        answer = self._move(self._draft(), start="2026-03-05 14:00:00", stop="2026-03-05 13:00:00")
        self._assert_refused(answer, "refused", "the end has to come after the start")

    def test_off_the_board(self):
        visit = self._draft()
        answer = self._move(visit, technician_id=False)
        self.assertTrue(answer["ok"])
        self.assertFalse(visit.technician_id)
        self.assertEqual(visit.start, at("2026-03-05 10:00"))

    def test_a_missing_skill_is_a_warning(self):
        skill = self.env["support.skill"].create({"name": "Welding"})
        self.type.skill_ids = skill
        answer = self._move(self._draft(type_id=self.type.id), technician_id=self.technician_2.id)
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["warnings"], ["Second Technician lacks the skill Welding."])

    # ------------------------------------------------------------------
    # What is not
    # ------------------------------------------------------------------

    def _assert_refused(self, answer, code, reason, can_overrule=False):
        self.assertFalse(answer["ok"])
        self.assertEqual(answer["code"], code)
        self.assertRegex(answer["reason"], reason)
        self.assertEqual(answer["can_overrule"], can_overrule)

    def test_two_visits_at_once(self):
        taken = self._book("2026-03-05 14:00")
        for visit in (self._book("2026-03-05 10:00"), self._draft(start=at("2026-03-06 10:00"))):
            start = visit.start
            for overrule in (False, True):
                answer = self._move(
                    visit,
                    start="2026-03-05 14:30:00",
                    stop="2026-03-05 15:30:00",
                    overrule=overrule,
                )
                self._assert_refused(answer, "busy", f"already booked at .*{taken.name}")
            self.assertEqual(visit.start, start)

    def test_the_alternatives_can_be_taken(self):
        self._book("2026-03-05 14:00")
        visit = self._book("2026-03-05 10:00")
        answer = self._move(visit, start="2026-03-05 14:30:00", stop="2026-03-05 15:30:00")
        self.assertEqual(len(answer["alternatives"]), 3)
        first = answer["alternatives"][0]
        self.assertEqual(first["label"], "Thu 5 Mar, 15:00")
        first.pop("label")
        self.assertTrue(self._move(visit, **first)["ok"])
        self.assertEqual(visit.start, at("2026-03-05 15:00"))

    def test_outside_working_hours_is_overruled_knowingly(self):
        visit = self._book("2026-03-05 10:00")
        evening = {"start": "2026-03-05 19:00:00", "stop": "2026-03-05 20:00:00"}
        answer = self._move(visit, **evening)
        self._assert_refused(answer, "busy", "works ", can_overrule=True)
        self.assertTrue(self._move(visit, **evening, overrule=True)["ok"])
        self.assertTrue(visit.ignore_working_hours)
        self.assertEqual(visit.start, at("2026-03-05 19:00"))

    def test_into_the_past(self):
        visit = self._book("2026-03-05 10:00")
        past = {"start": "2026-03-02 07:00:00", "stop": "2026-03-02 08:00:00"}
        self._assert_refused(self._move(visit, **past), "past", "cannot start in the past")

    def test_what_is_over(self):
        visit = self._book("2026-03-05 10:00")
        visit.action_start()
        later = {"start": "2026-03-05 11:00:00", "stop": "2026-03-05 12:00:00"}
        self._assert_refused(self._move(visit, **later), "state", "In Progress")

    def test_a_technician_of_another_company_is_not_asked_about(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        calendar = self.env["resource.calendar"].create({"name": "Theirs", "tz": "UTC"})
        stranger = self.env["support.technician"].create(
            {"name": "Stranger", "company_id": company.id, "resource_calendar_id": calendar.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._move(self._draft(), technician_id=stranger.id, start="2026-03-05 20:00:00")

    def test_what_is_gone(self):
        visit = self._draft()
        visit.unlink()
        self._assert_refused(self._move(visit), "gone", "does not exist any more")
        self._assert_refused(self.board.confirm(visit.id), "gone", "does not exist any more")

    def test_what_cannot_be_confirmed_says_why(self):
        visit = self._draft(partner_id=False, customer_name="Nobody")
        self._assert_refused(self.board.confirm(visit.id), "refused", "it needs a customer")
        self.assertEqual(visit.state, "draft")

    @mute_logger("odoo.sql_db")
    def test_what_the_database_refuses(self):
        # Planned afterwards by a manager: the check looks ahead, the constraint everywhere.
        board = self.env["support.board"].with_user(self.user_manager)
        self._book("2026-03-05 14:00")
        visit = self._book("2026-03-05 10:00")
        self.patch(type(board), "_find_obstacle", lambda *args: None)
        answer = board.move(
            visit.id, {"start": "2026-03-05 14:00:00", "stop": "2026-03-05 15:00:00"}
        )
        self._assert_refused(answer, "refused", "already booked")
        self.assertEqual(visit.start, at("2026-03-05 10:00"))

    # ------------------------------------------------------------------
    # Others
    # ------------------------------------------------------------------

    def test_what_somebody_has_moved_meanwhile(self):
        visit = self._book("2026-03-05 10:00")
        (row,) = self.board.refresh(visit.ids, "2026-03-05 00:00:00", "2026-03-06 00:00:00")[
            "visits"
        ]
        visit.with_user(self.user_manager).start = at("2026-03-05 11:00")
        later = {"start": "2026-03-05 14:00:00", "stop": "2026-03-05 15:00:00"}
        answer = self._move(visit, row["version"], **later)
        self._assert_refused(answer, "changed", "was changed by support_manager")
        self.assertEqual(visit.start, at("2026-03-05 11:00"))
        answer = self.board.confirm(visit.id, row["version"])
        self._assert_refused(answer, "changed", "was changed by support_manager")

    def test_the_customer_is_told_and_it_is_asked_first(self):
        visit = self._book("2026-03-05 10:00", send_confirmation_email=True)
        later = {"start": "2026-03-05 14:00:00", "stop": "2026-03-05 15:00:00"}
        answer = self._move(visit, **later)
        self._assert_refused(
            answer, "tell", "Known Customer was told to expect this visit on Thu 5"
        )
        self.assertEqual(visit.start, at("2026-03-05 10:00"))
        self.assertTrue(self._move(visit, **later, tell=True)["ok"])
        self.assertEqual(len(self._get_notices(visit, "rescheduled")), 1)

    def test_nobody_is_asked_where_nobody_is_told(self):
        later = {"start": "2026-03-05 14:00:00", "stop": "2026-03-05 15:00:00"}
        visit = self._book("2026-03-05 10:00", send_confirmation_email=True)
        rule = self.env.ref("support_center.automation_send_rescheduled")
        rule.active = False
        self.assertTrue(self._move(visit, **later)["ok"])
        rule.active = True
        self.customer.email = False
        self.assertTrue(self._move(visit, start="2026-03-05 16:00:00")["ok"])
