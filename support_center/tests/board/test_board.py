from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import at
from ..common_availability import AvailabilityCase

DAY = ("2026-03-05 00:00:00", "2026-03-06 00:00:00")


@tagged("post_install", "-at_install")
class TestBoard(AvailabilityCase):
    """What the dispatch board shows, and who may look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.board = cls.env["support.board"].with_user(cls.user_dispatcher)

    def _load(self, window=DAY, **filters):
        return self.board.load(*window, filters)

    def _row(self, data, technician=None):
        technician = technician or self.technician
        return next(row for row in data["technicians"] if row["id"] == technician.id)

    def _ids(self, rows):
        return [row["id"] for row in rows]

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def test_dispatchers_and_managers_only(self):
        for user in (self.user_technician, self.user_integration, self.user_employee):
            board = self.env["support.board"].with_user(user)
            for call in (
                lambda board: board.load(*DAY),
                lambda board: board.refresh([], *DAY),
                lambda board: board.move(1, {}),
                lambda board: board.confirm(1),
            ):
                with self.assertRaisesRegex(AccessError, "Only a dispatcher"):
                    call(board)
        self.assertTrue(self.env["support.board"].with_user(self.user_manager).load(*DAY))

    def test_another_companys_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["support.technician"].create(
            {"name": "Foreign", "company_id": company.id}
        )
        visit = self._create_appointment(
            company_id=company.id, partner_id=False, technician_id=foreign.id
        )
        data = self._load()
        self.assertNotIn(foreign.id, self._ids(data["technicians"]))
        self.assertNotIn(visit.id, self._ids(data["visits"]))
        self.assertNotIn(visit.id, self._ids(self.board.refresh(visit.ids, *DAY)["visits"]))

    def test_visits_of_somebody_who_has_left_are_to_be_seen(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        self.technician.active = False
        data = self._load()
        self.assertIn(visit.id, self._ids(data["visits"]))
        self.assertEqual(self._row(data)["note"], "First Technician is archived.")
        self.assertFalse(self._row(data, self.technician_2)["note"])
        self.assertIn(visit.id, self._ids(self.board.refresh(visit.ids, *DAY)["visits"]))
        self.assertTrue(self.board.move(visit.id, {"technician_id": False})["ok"])
        data = self._load()
        self.assertNotIn(self.technician.id, self._ids(data["technicians"]))

    def test_a_window_that_is_none(self):
        for window in (
            ("2026-03-06 00:00:00", "2026-03-05 00:00:00"),
            ("2026-03-06 00:00:00", "2026-06-05 00:00:00"),
            (False, "2026-06-05 00:00:00"),
        ):
            with self.assertRaisesRegex(ValidationError, "up to 31 days"):
                self._load(window)

    # ------------------------------------------------------------------
    # Visits
    # ------------------------------------------------------------------

    def test_visits_of_the_window(self):
        booked = self._book("2026-03-05 10:00", type_id=self.type.id)
        draft = self._create_appointment(technician_id=self.technician_2.id)
        self._book("2026-03-06 10:00")
        self._create_appointment(technician_id=self.technician.id).action_cancel()
        data = self._load()
        self.assertEqual(self._ids(data["visits"]), [booked.id, draft.id])
        visit = data["visits"][0]
        self.assertEqual(visit["customer"], "Known Customer")
        self.assertEqual(
            (visit["start"], visit["stop"]), ("2026-03-05 10:00:00", "2026-03-05 12:00:00")
        )
        self.assertEqual(visit["busy_start"], "2026-03-05 09:45:00")
        self.assertEqual(visit["busy_stop"], "2026-03-05 12:30:00")
        self.assertEqual(visit["type"], [self.type.id, "Repair"])
        self.assertTrue(visit["is_movable"])
        self.assertFalse(visit["can_confirm"])
        self.assertTrue(data["visits"][1]["can_confirm"])

    def test_a_visit_of_several_days_is_on_each(self):
        long = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-03 08:00"), duration=24 * 5
        )
        self.assertEqual(self._ids(self._load()["visits"]), long.ids)

    def test_what_is_done_stays_where_it_was(self):
        visit = self._book("2026-03-05 10:00")
        visit.action_start()
        visit.action_done()
        (row,) = self._load()["visits"]
        self.assertEqual(row["state"], "done")
        self.assertFalse(row["is_movable"])

    def test_refresh_tells_what_has_become_of_some(self):
        stays, moved = self._book("2026-03-05 08:00"), self._book("2026-03-05 10:00")
        moved.start = at("2026-03-06 10:00")
        data = self.board.refresh((stays | moved).ids, *DAY)
        self.assertEqual(self._ids(data["visits"]), stays.ids)

    # ------------------------------------------------------------------
    # Technicians
    # ------------------------------------------------------------------

    def test_hours_leaves_and_meetings_are_shaded(self):
        self._leave("2026-03-05 13:00", "2026-03-05 15:00", self.technician)
        self._leave("2026-03-05 00:00", "2026-03-05 09:00", name="Carnival")
        self._meeting("2026-03-05 10:00", "2026-03-05 11:00")
        row = self._row(self._load())
        shading = [
            (s["kind"], s["name"], s["start"][11:16], s["stop"][11:16]) for s in row["shading"]
        ]
        self.assertEqual(
            sorted(shading),
            [
                ("holiday", "Carnival", "00:00", "09:00"),
                ("leave", "", "13:00", "15:00"),
                ("meeting", "", "10:00", "11:00"),
                ("off", "", "00:00", "08:00"),
                ("off", "", "12:00", "13:00"),
                ("off", "", "17:00", "00:00"),
            ],
        )
        # Nine to twelve and three to five.
        self.assertEqual(row["capacity"], {"2026-03-05": 5})

    def test_nobodys_secrets(self):
        self._leave("2026-03-05 13:00", "2026-03-05 15:00", self.technician, name="Surgery")
        self._meeting("2026-03-05 10:00", "2026-03-05 11:00", name="Secret talk")
        text = str(self._load())
        self.assertNotIn("Surgery", text)
        self.assertNotIn("Secret", text)

    def test_hours_are_those_of_the_technicians_zone(self):
        calendar = self.env["resource.calendar"].create({"name": "Far", "tz": "America/New_York"})
        self.technician_2.write({"resource_calendar_id": calendar.id, "tz": "America/New_York"})
        row = self._row(self._load(), self.technician_2)
        self.assertEqual(row["zone"], "America/New_York")
        self.assertEqual(row["shading"][0]["kind"], "off")
        # Eight o'clock there is one o'clock in UTC.
        self.assertEqual(row["shading"][0]["stop"], "2026-03-05 13:00:00")

    def test_days_are_those_of_the_viewer(self):
        window = ("2026-03-04 23:00:00", "2026-03-05 23:00:00")
        board = self.board.with_context(tz="Europe/Brussels")
        row = self._row(board.load(*window))
        self.assertEqual(row["capacity"], {"2026-03-05": 8})

    def test_a_technician_without_a_schedule_is_always_there(self):
        self.technician_2.resource_calendar_id = False
        row = self._row(self._load(), self.technician_2)
        self.assertEqual(row["shading"], [])
        self.assertEqual(row["capacity"], {"2026-03-05": None})

    def test_filters(self):
        area = self.env["support.area"].create({"name": "North"})
        south = self.env["support.area"].create({"name": "South"})
        skill = self.env["support.skill"].create({"name": "Welding"})
        self.technician.write({"area_ids": area.ids, "skill_ids": skill.ids})
        both = (self.technician | self.technician_2).ids
        for filters, expected in (
            ({"name": "first"}, self.technician.ids),
            ({"name": "nobody"}, []),
            ({"area_ids": area.ids}, both),
            # Who has no area goes everywhere.
            ({"area_ids": south.ids}, self.technician_2.ids),
            ({"skill_ids": skill.ids}, self.technician.ids),
        ):
            data = self._load(**filters)
            self.assertEqual(self._ids(data["technicians"]), expected, filters)
            self.assertTrue(data["has_technicians"])

    # ------------------------------------------------------------------
    # Beside the board
    # ------------------------------------------------------------------

    def test_unassigned_the_urgent_first_in_pages(self):
        low = self._create_appointment(priority="0")
        urgent = self._create_appointment(priority="3", start=False, location="Harbour 7")
        self._create_appointment(technician_id=self.technician.id)
        data = self._load()["unassigned"]
        self.assertEqual(self._ids(data["records"]), [urgent.id, low.id])
        self.assertEqual(data["total"], 2)
        self.assertEqual(
            self._ids(self._load(search="harbour")["unassigned"]["records"]), urgent.ids
        )
        for _number in range(20):
            low.copy()
        page = self._load(offset=20)["unassigned"]
        self.assertEqual((len(page["records"]), page["total"]), (2, 22))
        # A page that is no more is the last one.
        self.assertEqual(self._load(offset=400)["unassigned"]["offset"], 20)

    def test_requests_in_review_are_counted_only(self):
        request = self._create_appointment()
        request.intake_state = "review"
        data = self._load()
        self.assertEqual(data["review_count"], 1)
        self.assertEqual(data["unassigned"]["total"], 0)

    # ------------------------------------------------------------------
    # SQL
    # ------------------------------------------------------------------

    def _fill(self, count):
        technicians = self.env["support.technician"].create(
            [
                {
                    "name": f"Technician {number}",
                    "resource_calendar_id": self.calendar.id,
                    "tz": "UTC",
                }
                for number in range(count)
            ]
        )
        for technician in technicians:
            self._create_appointment(technician_id=technician.id, type_id=self.type.id)
            self._create_appointment(priority="2")
        self.env.flush_all()
        self.env.cr.flush()

    def _count_queries(self):
        """Queries of opening the board in a fresh transaction, and the rows it shows."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        data = self._load()
        return self.env.cr.sql_log_count - before, len(data["technicians"])

    def test_queries_do_not_grow(self):
        self._fill(3)
        self._count_queries()  # what is cached for the process is read once
        few, count = self._count_queries()
        self.assertEqual(count, 5)
        self._fill(27)
        many, count = self._count_queries()
        self.assertEqual(count, 32)
        self.assertEqual(many, few)
        self.assertLessEqual(few, 21)
