from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestReplan(SupportMailCase):
    """Many visits at once get other times or technicians."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = cls.env["support.appointment"].union(
            *(
                cls._create_appointment(
                    technician_id=cls.technician.id, start=at(f"2026-03-05 {hour}:00")
                )
                for hour in ("09", "10", "13")
            )
        )
        cls.visits.action_confirm()
        cls._create_leave("2026-03-05", "2026-03-06")

    @classmethod
    def _create_leave(cls, first, last, technician=None):
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "calendar_id": cls.calendar.id,
                "resource_id": (technician or cls.technician).resource_id.id,
                "date_from": at(f"{first} 00:00"),
                "date_to": at(f"{last} 23:00"),
            }
        )

    def _open(self, visits=None):
        if visits is None:
            action = self.technician.with_user(self.user_dispatcher).action_replan_hits()
        else:
            action = visits.with_user(self.user_dispatcher).action_propose_times()
        self.assertEqual(action["res_model"], "support.replan")
        return self.env["support.replan"].with_user(self.user_dispatcher).browse(action["res_id"])

    # Proposals

    def test_the_same_time_with_somebody_else(self):
        replan = self._open()
        self.assertEqual(replan.line_ids.appointment_id, self.visits)
        for line in replan.line_ids:
            self.assertEqual(line.start, line.appointment_id.start)
            self.assertEqual(line.technician_id, self.technician_2)
            self.assertEqual(line.proposal, "Same time, other technician")
            self.assertTrue(line.is_selected)
        line = replan.line_ids[0]
        self.assertEqual(line.present_start, at("2026-03-05 09:00"))
        self.assertEqual(line.present_technician_id, self.technician)

    def test_the_next_day_on_which_anybody_is_free_and_the_same_one_if_he_is(self):
        self._create_leave("2026-03-05", "2026-03-06", self.technician_2)
        replan = self._open()
        # Monday: both are at work again.
        self.assertEqual(set(replan.line_ids.technician_id), {self.technician})
        self.assertEqual(
            replan.line_ids.mapped("start"),
            [at("2026-03-09 08:00"), at("2026-03-09 09:00"), at("2026-03-09 10:00")],
        )

    def test_an_earlier_day_of_another_one_comes_first(self):
        self._create_leave("2026-03-05", "2026-03-05", self.technician_2)
        line = self._open().line_ids[0]
        self.assertEqual(line.technician_id, self.technician_2)
        self.assertEqual(line.start, at("2026-03-06 08:00"))
        self.assertEqual(line.proposal, "Next free time of anybody")

    def test_proposals_do_not_collide_and_the_urgent_choose_first(self):
        clash = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-05 10:00"), priority="3"
        )
        replan = self._open(self.visits | clash)
        lines = {line.appointment_id: line for line in replan.line_ids}
        self.assertEqual(lines[clash].start, clash.start)
        self.assertEqual(lines[clash].technician_id, self.technician_2)
        self.assertNotEqual(lines[self.visits[1]].start, clash.start)
        taken = [(line.technician_id, line.start) for line in replan.line_ids]
        self.assertEqual(len(set(taken)), 4)
        replan.action_apply()
        self.assertEqual(set(self.visits.mapped("state")), {"confirmed"})
        clash.action_confirm()

    def test_skills_are_a_hard_rule(self):
        skill = self.env["support.skill"].create({"name": "Fibre"})
        self.type.skill_ids = skill
        self.technician.skill_ids = skill
        self.visits.write({"type_id": self.type.id})
        replan = self._open()
        self.assertEqual(replan.line_ids.technician_id, self.technician)

    def test_nobody_within_two_weeks(self):
        self._create_leave("2026-03-05", "2026-04-30")
        self._create_leave("2026-03-05", "2026-04-30", self.technician_2)
        replan = self._open()
        self.assertIn("Nobody is free within 14 days", replan.line_ids[0].proposal)
        self.assertFalse(any(replan.line_ids.mapped("is_selected")))
        with self.assertRaisesRegex(UserError, "Tick the visits"):
            replan.action_apply()

    def test_what_is_planned_so_on_purpose_is_not_ticked(self):
        self.visits[0].ignore_working_hours = True
        line = self._open().line_ids[0]
        self.assertFalse(line.is_selected)
        self.assertIn("on purpose", line.proposal)

    def test_a_visit_without_a_technician_or_a_time(self):
        draft = self._create_appointment(start=False, requested_date=at("2026-03-06 10:10"))
        line = self._open(draft).line_ids
        self.assertEqual(line.start, at("2026-03-06 10:30"))
        self.assertEqual(line.technician_id, self.technician_2)
        line.replan_id.action_apply()
        self.assertEqual((draft.state, draft.start), ("draft", at("2026-03-06 10:30")))

    def test_of_a_selection_what_is_over_is_left_out(self):
        over = self._create_appointment(start=at("2026-03-06 10:00"))
        over.action_cancel()
        replan = self._open(self.visits | over)
        self.assertEqual(replan.line_ids.appointment_id, self.visits)
        self.assertEqual(replan.left_out, 1)
        with self.assertRaises(UserError) as caught:
            self._open(over)
        self.assertIn(over.name, str(caught.exception))

    # Applying

    def test_all_are_moved_stay_confirmed_and_are_told_once(self):
        self._create_leave("2026-03-05", "2026-03-06", self.technician_2)
        self._send_queue()
        last = self._get_notices(self.visits)[-1:].id
        self.assertTrue(self.technician.activity_ids)
        action = self._open().action_apply()
        self.assertEqual(action, {"type": "ir.actions.act_window_close"})
        self.assertEqual(set(self.visits.mapped("state")), {"confirmed"})
        self.assertEqual(set(self.visits.mapped("start")), {
            at("2026-03-09 08:00"), at("2026-03-09 09:00"), at("2026-03-09 10:00"),
        })  # fmt: skip
        told = self._get_notices(self.visits).filtered(lambda mail: mail.id > last)
        self.assertEqual(told.mapped("support_notice"), ["rescheduled"] * 3)
        self.assertEqual(sorted(told.mapped("res_id")), sorted(self.visits.ids))
        self.technician.invalidate_recordset()
        self.assertFalse(self.technician.activity_ids)

    def test_one_that_fails_stays_with_its_reason(self):
        replan = self._open()
        self._send_queue()
        in_the_way = self._create_appointment(
            technician_id=self.technician_2.id, start=at("2026-03-05 10:00"), state="confirmed"
        )
        with mute_logger("odoo.sql_db"):
            action = replan.action_apply()
        self.assertEqual(action["res_id"], replan.id)
        self.assertEqual(replan.done_count, 2)
        line = replan.line_ids
        self.assertEqual(line.appointment_id, self.visits[1])
        self.assertIn(in_the_way.name, line.error)
        self.assertEqual(self.visits[1].technician_id, self.technician)
        self.assertEqual((self.visits[0] | self.visits[2]).technician_id, self.technician_2)
        self.assertFalse(
            self._get_notices(self.visits[1]).filtered(lambda mail: mail.state == "outgoing")
        )
        # Looked at again there is another way.
        replan.action_propose()
        self.assertFalse(replan.line_ids.error)
        replan.action_apply()
        self.assertFalse(replan.line_ids)
        self.assertEqual(self.visits[1].state, "confirmed")

    def test_edited_by_hand_and_unticked(self):
        replan = self._open()
        with Form(replan) as form:
            with form.line_ids.edit(0) as line:
                line.start = at("2026-03-06 11:00")
            with form.line_ids.edit(1) as line:
                line.is_selected = False
        replan.action_apply()
        self.assertEqual(self.visits[0].start, at("2026-03-06 11:00"))
        self.assertEqual(self.visits[0].technician_id, self.technician_2)
        self.assertEqual(self.visits[1].technician_id, self.technician)
        self.assertEqual(replan.line_ids.appointment_id, self.visits[1])

    def test_unchanged_or_without_a_start_is_said(self):
        replan = self._open()
        first, second, third = replan.line_ids
        first.technician_id = self.technician
        second.start = False
        third.is_selected = False
        replan.action_apply()
        self.assertIn("has already", first.error)
        self.assertIn("Enter when", second.error)
        self.assertEqual(self.visits[1].start, at("2026-03-05 10:00"))

    def test_one_company_s_visits_go_to_nobody_of_another(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.technician_2.company_id = company
        self.user_dispatcher.write({"company_ids": [(4, company.id)]})
        replan = self._open()
        self.assertEqual(replan.line_ids.technician_id, self.technician)

    # Queries

    def test_the_queries_do_not_grow(self):
        counts = []
        for number in (1, 1, 30):
            self.env["support.technician"].create(
                [
                    {"name": f"T{len(counts)}-{n}", "resource_calendar_id": self.calendar.id}
                    for n in range(number)
                ]
            )
            visits = self.env["support.appointment"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "technician_id": self.technician.id,
                        "start": at("2026-03-05 11:00"),
                    }
                    for _each in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            proposals = self.env["support.replanner"]._propose(visits)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len([p for p in proposals.values() if p]), number)
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 16)
