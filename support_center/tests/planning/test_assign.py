from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.planning.support_ranking import Ranked
from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestAssign(SupportCase):
    def _assign(self, **values):
        appointment = self._create_appointment(**values)
        appointment.with_user(self.user_dispatcher).action_assign()
        return appointment

    def _refuse(self, **values):
        with self.assertRaises(UserError) as caught:
            self._assign(**values)
        return str(caught.exception)

    def test_the_less_loaded_one_and_why(self):
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-04 10:00"), state="confirmed"
        )
        appointment = self._assign()
        self.assertEqual(appointment.technician_id, self.technician_2)
        self.assertEqual(
            appointment.assignment_note,
            "Second Technician (30 min): travel time unknown, 30 min assumed; nothing else planned "
            "that week.\nCould have come too: First Technician: 35 min.",
        )

    def test_one_who_is_booked_is_passed_over_buffers_included(self):
        other = self._create_appointment(
            technician_id=self.technician.id,
            type_id=self.type.id,
            start=at("2026-03-05 08:00"),
            state="confirmed",
        )
        # The first visit ends at 10:00, its buffer at 10:30.
        appointment = self._assign(start=at("2026-03-05 10:15"))
        self.assertEqual(appointment.technician_id, self.technician_2)
        self.assertIn("Could not come:\n– First Technician needs", appointment.assignment_note)
        self.assertIn(other.name, appointment.assignment_note)
        self.assertIn("(UTC)", appointment.assignment_note)

    def test_skills_are_a_hard_rule(self):
        skill = self.env["support.skill"].create({"name": "Fibre"})
        self.type.skill_ids = skill
        message = self._refuse(type_id=self.type.id)
        self.assertIn("APT/2026/", message)
        self.assertIn("First Technician lacks the skill Fibre", message)
        self.technician_2.skill_ids = skill
        self.assertEqual(self._assign(type_id=self.type.id).technician_id, self.technician_2)

    def test_areas_are_a_hard_rule_but_for_remote_visits(self):
        north, south = self.env["support.area"].create(
            [{"name": "A", "zip_prefixes": "10, 1 2"}, {"name": "B", "zip_prefixes": "99"}]
        )
        self.technician.area_ids = south
        self.technician_2.area_ids = north
        self.customer.zip = "12 345"
        self.assertEqual(self._assign().technician_id, self.technician_2)
        self.customer.zip = "99001"
        self.assertEqual(self._assign().technician_id, self.technician)
        self.customer.zip = "55555"
        self.assertIn("does not go to 55555", self._refuse())
        self.type.place = "remote"
        appointment = self._assign(type_id=self.type.id)
        self.assertIn("no way to go", appointment.assignment_note)

    def test_companies_and_archived_technicians(self):
        company = self.env["res.company"].create({"name": "Second company"})
        self.technician.company_id = company
        self.technician_2.active = False
        self.assertIn("there is no technician", self._refuse())

    def test_outside_working_hours_and_on_leave_nobody_comes(self):
        message = self._refuse(start=at("2026-03-08 10:00"))  # a Sunday
        self.assertIn("First Technician does not work on that day (UTC)", message)
        self.assertIn(
            "The next free times: Mon 9 Mar, 08:00; Mon 9 Mar, 08:30; Mon 9 Mar, 09:00 (UTC).",
            message,
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "calendar_id": self.calendar.id,
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-05 23:00"),
            }
        )
        self.assertEqual(self._assign().technician_id, self.technician_2)

    def test_a_dispatcher_overrules_hours_for_the_choice_too(self):
        appointment = self._create_appointment(
            start=at("2026-03-08 10:00"), ignore_working_hours=True, state="confirmed"
        )
        appointment.with_user(self.user_dispatcher).action_assign()
        self.assertTrue(appointment.technician_id)

    def test_only_drafts_and_confirmed_visits_with_a_start(self):
        self.assertIn("choose a time first", self._refuse(start=False))
        done = self._create_appointment(state="confirmed")
        done.action_start()
        done.action_done()
        with self.assertRaises(UserError) as caught:
            done.action_assign()
        self.assertIn("Done", str(caught.exception))

    def test_who_cannot_come_is_told_for_ten_and_then_counted(self):
        self.env["support.technician"].create(
            [
                {"name": f"Technician {number}", "resource_calendar_id": self.calendar.id}
                for number in range(12)
            ]
        )
        message = self._refuse(start=at("2026-03-08 10:00"))
        self.assertEqual(message.count("does not work"), 10)
        self.assertIn("– and 4 others", message)

    def test_the_note_goes_when_somebody_else_is_sent_by_hand(self):
        appointment = self._assign()
        appointment.technician_id = self.technician_2
        self.assertFalse(appointment.assignment_note)
        appointment.action_assign()
        self.assertEqual(appointment.technician_id, self.technician)
        appointment.technician_id = self.technician
        self.assertTrue(appointment.assignment_note)

    def test_a_confirmed_visit_is_assigned_anew(self):
        appointment = self._create_appointment(
            technician_id=self.technician_2.id, state="confirmed"
        )
        self._create_appointment(
            technician_id=self.technician_2.id, start=at("2026-03-04 10:00"), state="confirmed"
        )
        appointment.with_user(self.user_dispatcher).action_assign()
        self.assertEqual(appointment.technician_id, self.technician)


@tagged("post_install", "-at_install")
class TestAssignMany(SupportCase):
    def _create_many(self, count, **values):
        return self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-05 10:00"),
                    "description": str(number),
                    **values,
                }
                for number in range(count)
            ]
        )

    def test_drafts_at_the_same_time_see_each_other(self):
        drafts = self._create_many(2)
        self.assertIs(drafts.with_user(self.user_dispatcher).action_assign(), True)
        self.assertEqual(drafts.technician_id, self.technician | self.technician_2)
        drafts.action_confirm()

    def test_the_hours_of_this_batch_count(self):
        first = self._create_many(1, start=at("2026-03-03 10:00"), duration=2)
        second = self._create_many(1, start=at("2026-03-04 10:00"))
        third = self._create_many(1, start=at("2026-03-05 10:00"))
        (third | second | first).action_assign()
        self.assertEqual(first.technician_id, self.technician)
        self.assertEqual((second | third).technician_id, self.technician_2)

    def test_the_more_urgent_one_gets_somebody_the_other_is_named(self):
        for state in ("draft", "confirmed"):
            visits = self._create_many(3, state=state)
            visits[2].priority = "3"
            visits[1].priority = "2"
            action = visits.with_user(self.user_dispatcher).action_assign()
            self.assertEqual(visits.filtered("technician_id"), visits[1:])
            self.assertEqual(action["tag"], "display_notification")
            self.assertEqual(action["params"]["title"], "2 assigned, 1 left without a technician")
            self.assertIn(visits[0].name, action["params"]["message"])
            self.assertIn("First Technician is already booked at", action["params"]["message"])
            if state == "draft":
                visits.unlink()

    def test_where_nobody_gets_one_the_error_tells_of_all(self):
        visits = self._create_many(7, start=at("2026-03-08 10:00"))
        with self.assertRaises(UserError) as caught:
            (visits | self._create_many(1, start=False)).action_assign()
        message = str(caught.exception)
        self.assertIn("choose a time first", message)
        self.assertEqual(message.count("Nobody can come to"), 6)
        for visit in visits:
            self.assertIn(visit.name, message)

    def test_who_has_one_keeps_him_unless_all_have_one(self):
        planned = self._create_many(1, technician_id=self.technician_2.id)
        other = self._create_many(1, start=at("2026-03-06 10:00"))
        (planned | other).action_assign()
        self.assertEqual(planned.technician_id, self.technician_2)
        self.assertEqual(other.technician_id, self.technician)
        (planned | other).action_assign()
        self.assertEqual(planned.technician_id, self.technician_2)

    def test_two_live_visits_may_exchange_nothing_but_stay_possible(self):
        visits = self._create_many(2, state="confirmed")
        visits[0].technician_id = self.technician_2
        visits[1].technician_id = self.technician
        visits.action_assign()
        self.assertEqual(visits.technician_id, self.technician | self.technician_2)

    def test_the_queries_of_a_batch_do_not_grow_with_it_by_much(self):
        self.env["base.automation"].search([]).active = False
        counts = []
        for count in (2, 12):
            visits = self.env["support.appointment"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "start": at(f"2026-03-0{3 + number % 4} {8 + number // 4}:00"),
                    }
                    for number in range(count)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits.action_assign()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            visits.unlink()
        self.assertLess(counts[1] - counts[0], 5 * 10)

    def test_a_draft_of_the_same_time_is_a_reason_against(self):
        self._create_many(1, technician_id=self.technician.id)
        self._create_many(1, start=at("2026-03-04 10:00"), technician_id=self.technician_2.id)
        self._create_many(1, start=at("2026-03-03 10:00"), technician_id=self.technician_2.id)
        visit = self._create_many(1)
        visit.action_assign()
        self.assertEqual(visit.technician_id, self.technician_2)
        ranked = (self.technician | self.technician_2)._rank_for(visit)
        self.assertEqual(
            ranked[1],
            Ranked(
                self.technician,
                510.0,
                [
                    "travel time unknown, 30 min assumed",
                    "1.0 h planned that week, nobody less",
                    "has a draft planned at the same time",
                ],
            ),
        )
