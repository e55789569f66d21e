from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestRankFor(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = cls.technician | cls.technician_2
        cls.north, cls.south, cls.elsewhere = cls.env["res.partner"].create(
            [
                {"name": "North", "partner_latitude": 50.9, "partner_longitude": 4.3},
                {"name": "South", "partner_latitude": 50.7, "partner_longitude": 4.3},
                {"name": "Elsewhere", "zip": "10 50"},
            ]
        )

    def _book(self, technician, start, partner=None, **values):
        return self._create_appointment(
            technician_id=technician.id,
            start=at(start),
            partner_id=(partner or self.elsewhere).id,
            state="confirmed",
            **values,
        )

    def _rank(self, visit, technicians=None):
        """What a dispatcher is told: name, cost and reasons."""
        technicians = (technicians or self.both).with_user(self.user_dispatcher)
        ranked = technicians._rank_for(visit.with_user(self.user_dispatcher))
        return [(item.technician.name, item.cost, item.reasons) for item in ranked]

    def test_nearness_of_the_neighbouring_jobs(self):
        self._book(self.technician, "2026-03-05 08:00", self.south)
        self._book(self.technician_2, "2026-03-05 08:00", self.north)
        visit = self._create_appointment(partner_id=self.north.id)
        self.assertEqual(
            self._rank(visit),
            [
                (
                    "Second Technician",
                    0.0,
                    ["0 min from the previous job", "1.0 h planned that week, nobody less"],
                ),
                (
                    "First Technician",
                    33.4,
                    ["33 min from the previous job", "1.0 h planned that week, nobody less"],
                ),
            ],
        )

    def test_between_two_jobs_and_to_the_next_one(self):
        self._book(self.technician, "2026-03-05 08:00", self.south)
        self._book(self.technician, "2026-03-05 14:00", self.south)
        self._book(self.technician_2, "2026-03-05 14:00", self.south)
        visit = self._create_appointment(partner_id=self.north.id)
        found = {name: reasons[0] for name, _cost, reasons in self._rank(visit)}
        self.assertEqual(
            found,
            {
                "First Technician": "67 min more on the way between two jobs",
                "Second Technician": "33 min to the next job",
            },
        )

    def test_from_where_the_technician_starts(self):
        self.user_technician.partner_id.write({"partner_latitude": 50.8, "partner_longitude": 4.3})
        visit = self._create_appointment(partner_id=self.north.id)
        found = {name: reasons[0] for name, _cost, reasons in self._rank(visit)}
        self.assertEqual(
            found,
            {
                "First Technician": "17 min from where the day starts",
                "Second Technician": "travel time unknown, 30 min assumed",
            },
        )

    def test_postal_codes_and_areas_stand_in_for_coordinates(self):
        self.env["support.area"].create({"name": "City", "zip_prefixes": "10, 11"})
        self._book(self.technician, "2026-03-05 08:00", self.elsewhere)
        self.customer.zip = "1050"
        visit = self._create_appointment()
        self.assertEqual(
            self._rank(visit)[0][2][0], "10 min from the previous job (assumed: same postal code)"
        )
        self.customer.zip = "1101"
        self.assertEqual(
            self._rank(visit)[0][2][0], "20 min from the previous job (assumed: same area)"
        )
        self.customer.zip = "9000"
        found = {name: reasons[0] for name, _cost, reasons in self._rank(visit)}
        self.assertEqual(
            found["First Technician"], "30 min from the previous job (assumed: travel time unknown)"
        )

    def test_a_visit_by_remote_is_no_place_to_come_from(self):
        remote = self.env["support.appointment.type"].create(
            {"name": "Call", "place": "remote", "duration": 1}
        )
        self._book(self.technician, "2026-03-05 08:00", self.north, type_id=remote.id)
        visit = self._create_appointment(partner_id=self.north.id)
        found = {name: reasons[0] for name, _cost, reasons in self._rank(visit)}
        self.assertEqual(found["First Technician"], "travel time unknown, 30 min assumed")

    def test_hours_of_the_week_in_the_technician_s_own_zone(self):
        self.both.tz = "Pacific/Auckland"
        self.both.resource_calendar_id = False
        # In Auckland it is Monday from Sunday 11:00 UTC on.
        self._book(self.technician, "2026-03-08 12:00", duration=2)
        self._book(self.technician_2, "2026-03-08 10:00", duration=1.5)
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-12 10:00"), duration=0.5
        )
        visit = self._create_appointment(start=at("2026-03-11 10:00"))
        found = {name: reasons[1] for name, _cost, reasons in self._rank(visit)}
        self.assertEqual(
            found,
            {
                "First Technician": "2.5 h planned that week, 2.5 h more than the least",
                "Second Technician": "nothing else planned that week",
            },
        )

    def test_the_customer_s_last_technician(self):
        visit = self._book(self.technician_2, "2026-03-03 10:00", self.customer)
        asked = self._create_appointment()
        self.assertNotIn("was there last time", str(self._rank(asked)))
        with self.subTest("a visit that lies behind us"):
            self.env.cr.execute(
                "UPDATE support_appointment SET start = start - interval '9 days', "
                "stop = stop - interval '9 days', busy_start = busy_start - interval '9 days', "
                "busy_stop = busy_stop - interval '9 days', state = 'done' WHERE id = %s",
                [visit.id],
            )
            self.env.invalidate_all()
            name, cost, reasons = self._rank(asked)[0]
            self.assertEqual(
                (name, cost, reasons[2]), ("Second Technician", 15.0, "was there last time")
            )

    def test_why_not(self):
        skill = self.env["support.skill"].create({"name": "Fibre"})
        self.type.skill_ids = skill
        self.technician.skill_ids = skill
        company = self.env["res.company"].create({"name": "Second company"})
        third, fourth = self.env["support.technician"].create(
            [
                {"name": "Third", "company_id": company.id, "skill_ids": [(6, 0, skill.ids)]},
                {"name": "Fourth", "active": False, "skill_ids": [(6, 0, skill.ids)]},
            ]
        )
        self.user_dispatcher.company_ids |= company
        visit = self._create_appointment(type_id=self.type.id, start=at("2026-03-05 06:00"))
        self.assertEqual(
            self._rank(visit, self.both | third | fourth),
            [
                (
                    "First Technician",
                    None,
                    ["works 08:00–12:00, 13:00–17:00 only on that day (UTC)"],
                ),
                ("Second Technician", None, ["lacks the skill Fibre"]),
                ("Third", None, ["works for Second company"]),
                ("Fourth", None, ["is archived"]),
            ],
        )

    def test_without_a_start_or_anybody(self):
        visit = self._create_appointment()
        self.assertEqual(self.env["support.technician"]._rank_for(visit), [])

    def test_the_queries_do_not_grow_with_the_technicians(self):
        env = self.env
        users = env["res.users"].create(
            [{"name": f"User {number}", "login": f"rank_{number}"} for number in range(50)]
        )
        users.partner_id.write({"partner_latitude": 50.8, "partner_longitude": 4.3})
        area = env["support.area"].create({"name": "City", "zip_prefixes": "10"})
        technicians = env["support.technician"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_calendar_id": self.calendar.id,
                    "tz": "UTC",
                    "area_ids": [(6, 0, area.ids)],
                }
                for user in users
            ]
        )
        env["support.appointment"].create(
            [
                {
                    "partner_id": self.north.id,
                    "technician_id": technician.id,
                    "start": at(f"2026-03-05 {10 + number % 2 * 4}:00"),
                    "state": "confirmed",
                }
                for number, technician in enumerate(technicians)
            ]
        )
        visit = self._create_appointment(partner_id=self.elsewhere.id)
        counts = []
        for those in (technicians[:5], technicians[:5], technicians):
            env.flush_all()
            env.invalidate_all()
            before = env.cr.sql_log_count
            self.assertEqual(len(those._rank_for(visit)), len(those))
            counts.append(env.cr.sql_log_count - before)
        # The first one fills what Odoo keeps of users and models.
        self.assertEqual(*counts[1:])
        # The visit and its customer; of the technicians what decides their time, the lines of
        # their schedules, leaves, visits, meetings, the week, homes, areas, and who may be asked:
        # eleven. The others are for the words: names and zones, and the user's own clock.
        self.assertLessEqual(counts[2], 18)


@tagged("post_install", "-at_install")
class TestRankSlots(SupportCase):
    def setUp(self):
        super().setUp()
        self.both = self.technician | self.technician_2
        self.slots = self.both._free_slots(at("2026-03-03 00:00"), at("2026-03-07 00:00"))

    def _rank(self, visit, limit=None, slots=None):
        slots = self.slots if slots is None else slots
        return self.env["support.ranking"]._rank_slots(visit, slots, limit)

    def test_best_first_and_why(self):
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-04 10:00"), state="confirmed"
        )
        draft = self._create_appointment(start=False)
        ranked = self._rank(draft)
        self.assertEqual(len(ranked), len(self.slots))
        self.assertEqual(ranked[0].slot.technician_id, self.technician_2.id)
        self.assertEqual(ranked[0].slot.start, at("2026-03-03 08:00"))
        self.assertEqual(ranked[0].cost, 30.0)
        self.assertEqual(
            ranked[0].reasons,
            ["travel time unknown, 30 min assumed", "nothing else planned that week"],
        )
        self.assertEqual(sorted(r.cost for r in ranked), [r.cost for r in ranked])

    def test_an_appointment_that_is_not_saved_yet(self):
        draft = self._create_appointment(start=False)
        new = self.env["support.appointment"].new({"partner_id": self.customer.id, "duration": 1})
        self.assertEqual(self._rank(new, limit=5), self._rank(draft)[:5])
        self.assertEqual(self._rank(draft, slots=[]), [])

    def test_near_to_the_time_that_was_asked_for(self):
        visit = self._create_appointment(start=False, requested_date=at("2026-03-05 14:00"))
        best = self._rank(visit)[0]
        self.assertEqual(best.slot.start, at("2026-03-05 14:00"))
        later = next(r for r in self._rank(visit) if r.slot.start == at("2026-03-06 14:00"))
        self.assertEqual(later.cost, best.cost + 30)
        self.assertEqual(later.reasons[-1], "1.0 days later")
        visit.priority = "3"
        best = self._rank(visit)[0]
        later = next(r for r in self._rank(visit) if r.slot.start == at("2026-03-06 14:00"))
        self.assertEqual(later.cost, best.cost + 60)

    def test_the_appointment_s_own_time_is_not_in_its_way(self):
        visit = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-05 10:00"), state="confirmed"
        )
        best = self._rank(visit)[0]
        self.assertEqual(best.slot.start, visit.start)
        self.assertIn("nothing else planned that week", best.reasons)

    def test_the_queries_do_not_grow_with_the_slots(self):
        visit = self._create_appointment(start=False)
        counts = []
        for slots in (self.slots[:10], self.slots[:10], self.slots):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._rank(visit, limit=5, slots=slots)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])
        self.assertLessEqual(counts[2], 10)
