from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestSlotFinder(SupportMailCase):
    """The dispatcher's page that finds a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "UTC"
        cls.draft = cls._create_appointment(start=False).with_user(cls.user_dispatcher)

    def _open(self, appointment=None):
        action = (appointment or self.draft).action_find_time()
        self.assertEqual((action["res_model"], action["target"]), ("support.slot.finder", "new"))
        return self.env[action["res_model"]].with_user(self.user_dispatcher).browse(
            action["res_id"]
        )  # fmt: skip

    def _get_lines(self, finder):
        return [(line.start, line.technician_id.name) for line in finder.line_ids]

    def _get_later_line(self, finder):
        """A line whose time is not this very moment, nor the one that the visit has."""
        now = at("2026-03-02 08:00"), finder.appointment_id.start
        return finder.line_ids.filtered(lambda line: line.start not in now)[0]

    # What is shown

    def test_the_best_few_in_words(self):
        finder = self._open()
        self.assertEqual(len(finder.line_ids), 6)
        line = finder.line_ids[0]
        self.assertTrue(line.name.startswith("Mon 2 Mar, 08:30 with First Technician, "))
        self.assertEqual(finder.zone_note, "The times below are in UTC.")
        self.assertFalse(finder.has_customer_zone)
        self.assertFalse(finder.message)
        days = {line.start.date() for line in finder.line_ids}
        self.assertGreater(len(days), 1)

    def test_the_nearer_one_comes_first_and_why_is_said_and_kept(self):
        self.customer.write({"partner_latitude": 50.85, "partner_longitude": 4.35})
        near, far = (
            self.env["res.partner"].create(
                {"name": name, "partner_latitude": latitude, "partner_longitude": 4.35}
            )
            for name, latitude in (("Near", 50.922), ("Far", 51.85))
        )
        for partner, technician in ((far, self.technician), (near, self.technician_2)):
            self._create_appointment(
                partner_id=partner.id,
                technician_id=technician.id,
                start=at("2026-03-03 08:00"),
                state="confirmed",
            )
        finder = self._open()
        finder.write({"date_from": at("2026-03-03 08:00"), "date_to": at("2026-03-03 12:00")})
        finder.action_search()
        line = finder.line_ids[0]
        self.assertEqual(
            line.name,
            "Tue 3 Mar, 09:00 with Second Technician, on the way from another visit near you",
        )
        self.assertIn("12 min from the previous job", line.reasons)
        self.assertEqual(len(set(finder.line_ids.mapped("start"))), len(finder.line_ids))
        line.action_plan()
        self.assertIn("12 min from the previous job", self.draft.assignment_note)

    def test_the_zones_of_the_viewer_and_of_the_customer(self):
        self.user_dispatcher.tz = "Europe/Brussels"
        self.draft.timezone = "Asia/Tokyo"
        finder = self._open()
        line = finder.line_ids[0]
        self.assertIn("Mon 2 Mar, 09:30 with First Technician", line.name)
        self.assertEqual(line.customer_time, "Mon 2 Mar, 17:30")
        self.assertIn("Europe/Brussels", finder.zone_note)
        self.assertIn("Asia/Tokyo", finder.zone_note)

    def test_from_the_time_that_was_asked_for_on(self):
        self.draft.requested_date = at("2026-03-05 10:00")
        finder = self._open()
        self.assertEqual(finder.date_from, at("2026-03-05 10:00"))
        self.assertEqual(finder.date_to, at("2026-03-12 10:00"))
        self.assertEqual(finder.line_ids[0].start, at("2026-03-05 10:00"))

    def test_notice_and_horizon_bound_what_is_shown_first(self):
        self.type.write({"min_notice_hours": 24, "horizon_days": 3})
        self.draft.type_id = self.type
        finder = self._open()
        self.assertEqual(finder.date_from, at("2026-03-03 08:00"))
        self.assertEqual(finder.date_to, at("2026-03-05 09:00"))
        # Who widens the search means it.
        finder.date_from = at("2026-03-02 08:00")
        finder.action_search()
        self.assertEqual(finder.line_ids[0].start.date().isoformat(), "2026-03-02")

    def test_another_search(self):
        finder = self._open()
        with Form(finder) as form:
            form.technician_id = self.technician_2
            form.date_from = at("2026-03-04 13:00")
            form.duration = 3.0
            self.assertTrue(form.is_stale)
        action = finder.action_search()
        self.assertEqual(action["res_id"], finder.id)
        self.assertFalse(finder.is_stale)
        self.assertEqual(set(finder.line_ids.technician_id), {self.technician_2})
        line = finder.line_ids[0]
        self.assertEqual((line.start, line.stop), (at("2026-03-04 13:00"), at("2026-03-04 16:00")))
        line.action_plan()
        self.assertEqual((self.draft.duration, self.draft.stop), (3.0, at("2026-03-04 16:00")))

    def test_mornings_afternoons_and_one_day_narrow_the_offers(self):
        finder = self._open()
        self.assertEqual({line.start.hour < 12 for line in finder.line_ids}, {True, False})
        for part, is_morning in (("morning", True), ("afternoon", False)):
            with Form(finder) as form:
                form.part_of_day = part
                self.assertTrue(form.is_stale)
            finder.action_search()
            self.assertEqual(len(finder.line_ids), 6)
            self.assertEqual({line.start.hour < 12 for line in finder.line_ids}, {is_morning})
        # A day counts before “From” and “Until”, and both together are one half of it.
        finder.day = "2026-03-17"
        finder.action_search()
        self.assertEqual({line.start.date() for line in finder.line_ids}, {finder.day})
        self.assertGreaterEqual(min(finder.line_ids.mapped("start")), at("2026-03-17 12:00"))
        finder.part_of_day = False
        finder.action_search()
        self.assertEqual({line.start.hour < 12 for line in finder.line_ids}, {True, False})
        self.assertEqual({line.start.date() for line in finder.line_ids}, {finder.day})

    def test_the_day_and_its_halves_are_those_of_the_customer(self):
        self.env.company.resource_calendar_id = False
        (self.technician | self.technician_2).resource_calendar_id = False
        self.draft.timezone = "Asia/Tokyo"
        finder = self._open()
        finder.write({"day": "2026-03-04", "part_of_day": "morning"})
        finder.action_search()
        self.assertTrue(finder.line_ids)
        for line in finder.line_ids:
            # From seven in the morning until noon in Tokyo.
            self.assertTrue(at("2026-03-03 22:00") <= line.start < at("2026-03-04 03:00"))
            self.assertIn("Wed 4 Mar", line.customer_time)

    def test_nothing_in_the_half_of_the_day_that_was_asked_for(self):
        finder = self._open()
        finder.write({"day": "2026-03-07", "part_of_day": "morning"})
        finder.action_search()
        self.assertIn("from Sat 7 Mar, ", finder.message)
        self.assertIn("Only mornings were looked at.", finder.message)
        self.assertIn("next free times", finder.message)
        self.assertEqual(finder.line_ids[0].start, at("2026-03-09 08:00"))
        self.assertEqual({line.start.hour < 12 for line in finder.line_ids}, {True})
        finder.day = "2026-03-01"
        finder.action_search()
        self.assertIn("This day is over", finder.message)
        self.assertFalse(finder.line_ids)

    def test_its_own_time_is_not_in_its_way_and_no_news(self):
        self.draft.write({"start": at("2026-03-02 08:00"), "technician_id": self.technician.id})
        self.draft.action_confirm()
        self.technician_2.active = False
        finder = self._open()
        self.assertEqual(finder.line_ids[0].start, at("2026-03-02 08:30"))

    # Planning

    def test_plan_sets_start_and_technician(self):
        finder = self._open()
        line = finder.line_ids[2]
        action = line.action_plan()
        self.assertEqual(action["tag"], "support_center.undo")
        self.assertEqual(action["params"]["next"], {"type": "ir.actions.act_window_close"})
        self.assertEqual(self.draft.state, "draft")
        self.assertEqual(
            (self.draft.start, self.draft.technician_id), (line.start, line.technician_id)
        )
        self.assertFalse(self._get_notices(self.draft))

    def test_plan_and_confirm_in_one_click(self):
        line = self._get_later_line(self._open())
        line.action_plan_and_confirm()
        self.assertEqual(self.draft.state, "confirmed")
        self.assertEqual(self.draft.technician_id, line.technician_id)
        self.assertEqual(self._get_notices(self.draft).support_notice, "confirmation")

    def test_a_confirmed_one_is_rescheduled(self):
        self.draft.write({"start": at("2026-03-05 10:00")})
        self.draft.action_confirm()
        line = self._get_later_line(self._open())
        line.action_plan()
        self.assertEqual(self.draft.state, "confirmed")
        self.assertEqual(self.draft.start, line.start)
        self.assertEqual(self._get_notices(self.draft)[-1].support_notice, "rescheduled")

    def test_a_time_that_was_taken_meanwhile_is_refused(self):
        finder = self._open()
        line = finder.line_ids[0]
        other = self._create_appointment(
            start=line.start, technician_id=line.technician_id.id, state="confirmed"
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ValidationError) as caught,
            self.env.cr.savepoint(),
        ):
            line.action_plan_and_confirm()
        self.assertIn(other.name, str(caught.exception))
        self.assertIn("First Technician is already booked", str(caught.exception))
        self.assertIn("next free times", str(caught.exception))
        self.assertEqual(self.draft.state, "draft")
        # The page is still there, and a search shows what is free now.
        finder.action_search()
        self.assertNotIn((other.start, other.technician_id.name), self._get_lines(finder))

    # Nothing found

    def test_nobody_has_the_skill(self):
        self.type.skill_ids = self.env["support.skill"].create({"name": "Fibre"})
        self.draft.type_id = self.type
        finder = self._open()
        self.assertFalse(finder.line_ids)
        self.assertIn("Nobody has all the skills that “Repair” needs (Fibre)", finder.message)
        finder.technician_id = self.technician
        finder.action_search()
        self.assertIn("First Technician lacks the skill Fibre", finder.message)
        self.assertIn("Leave the technician empty", finder.message)

    def test_nobody_goes_there(self):
        area = self.env["support.area"].create({"name": "North", "zip_prefixes": "10"})
        (self.technician | self.technician_2).area_ids = area
        self.customer.zip = "9000"
        finder = self._open()
        self.assertIn("Nobody with the skills goes to the postal code 9000", finder.message)
        finder.technician_id = self.technician
        finder.action_search()
        self.assertIn("First Technician does not go to 9000", finder.message)

    def test_nothing_free_in_the_window_but_after_it(self):
        finder = self._open()
        finder.write({"date_from": at("2026-03-07 00:00"), "date_to": at("2026-03-08 23:00")})
        finder.action_search()
        self.assertIn("None of the 2 who could come is free for 1:00 h from Sat", finder.message)
        self.assertIn("next free times", finder.message)
        self.assertEqual(finder.line_ids[0].start, at("2026-03-09 08:00"))
        self.technician_2.active = False
        finder.action_search()
        self.assertIn("First Technician is the only one who could come", finder.message)
        finder.duration = 30
        finder.action_search()
        self.assertIn("Nor in the 28 days after", finder.message)
        self.assertFalse(finder.line_ids)

    def test_a_search_that_makes_no_sense_is_explained(self):
        finder = self._open()
        for values, text in (
            ({"duration": 0}, "how long"),
            ({"date_to": at("2026-03-01 10:00"), "date_from": at("2026-02-27 10:00")}, "after now"),
            ({"date_to": at("2027-03-01 10:00")}, "92 days"),
        ):
            with self.subTest(text):
                finder = self._open()
                finder.write(values)
                finder.action_search()
                self.assertIn(text, finder.message)
                self.assertFalse(finder.line_ids)

    def test_no_technician_at_all(self):
        self.env["support.technician"].search([]).active = False
        self.assertIn("no technician yet", self._open().message)

    # Who and what

    def test_one_at_a_time_and_only_what_can_be_planned(self):
        other = self._create_appointment(start=False).with_user(self.user_dispatcher)
        with self.assertRaisesRegex(UserError, "Choose one appointment.*Propose New Times"):
            (self.draft | other).action_find_time()
        other.action_cancel()
        with self.assertRaises(UserError) as caught:
            other.action_find_time()
        self.assertIn(other.name, str(caught.exception))
        request = self._create_appointment(start=False, intake_state="review")
        with self.assertRaises(UserError) as caught:
            request.with_user(self.user_dispatcher).action_find_time()
        self.assertIn("accept the request first", str(caught.exception))

    def test_a_technician_may_not(self):
        self.draft.sudo().technician_id = self.technician
        with self.assertRaises(AccessError):
            self.draft.with_user(self.user_technician).action_find_time()

    def test_technicians_of_another_company_are_not_offered(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.technician.company_id = company
        self.user_dispatcher.write({"company_ids": [(4, company.id)]})
        finder = self._open()
        self.assertEqual(finder.line_ids.technician_id, self.technician_2)

    def test_the_queries_do_not_grow(self):
        counts = []
        finder = self._open()
        for number in (1, 1, 30):
            self.env["support.technician"].create(
                [
                    {"name": f"T{len(counts)}-{n}", "resource_calendar_id": self.calendar.id}
                    for n in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            finder._find_lines()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 28)
