from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged

from ..common import SupportCase, at
from ..common_plans import explain

OVERVIEW = "odoo.addons.support_center.models.dispatching.support_appointment_overview"
FINDER = "odoo.addons.support_center.models.dispatching.support_contact_finder"


@tagged("post_install", "-at_install")
class TestOverview(SupportCase):
    """What lists, boards and the search say of an appointment at a glance."""

    def _find(self, field, user=None, value=True):
        domain = [(field, "=", value), ("id", "in", self.visits.ids)]
        visits = self.env["support.appointment"].with_user(user or self.user_dispatcher)
        return visits.search(domain).sudo()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create = cls._create_appointment
        cls.today = create(start=at("2026-03-02 15:00"), technician_id=cls.technician.id)
        cls.late_today = create(start=at("2026-03-02 23:30"), technician_id=cls.technician.id)
        cls.this_week = create(start=at("2026-03-06 09:00"), technician_id=cls.technician.id)
        cls.next_week = create(start=at("2026-03-10 09:00"), technician_id=cls.technician.id)
        cls.timeless = create(start=False)
        cls.visits = cls.today | cls.late_today | cls.this_week | cls.next_week | cls.timeless

    # ------------------------------------------------------------------
    # Filters
    # ------------------------------------------------------------------

    def test_today_and_this_week(self):
        self.assertEqual(self._find("is_today"), self.today | self.late_today)
        self.env["res.lang"]._lang_get("en_US").week_start = "1"
        self.assertEqual(self._find("is_this_week"), self.today | self.late_today | self.this_week)
        self.assertEqual(
            self._find("is_today", value=False), self.visits - self.today - self.late_today
        )

    def test_today_is_the_user_s(self):
        self.user_dispatcher.tz = "Europe/Berlin"
        self.assertEqual(self._find("is_today"), self.today)
        visit = self.late_today.with_user(self.user_dispatcher)
        self.assertFalse(visit.is_today)

    def test_tomorrow_is_the_user_s_in_whatever_zone_around_midnight(self):
        early = self._create_appointment(start=at("2026-03-03 00:30"))
        late = self._create_appointment(start=at("2026-03-03 23:30"))
        after = self._create_appointment(start=at("2026-03-04 00:30"))
        self.visits = early | late | after
        cases = [
            ("UTC", "2026-03-02 23:59:59", early | late),
            ("UTC", "2026-03-03 00:00:00", after),
            ("UTC", "2026-03-02 00:00:00", early | late),
            # 2 March there until 07:00 UTC of the 3rd: the 3rd is 08:00 UTC to 08:00 UTC.
            ("America/Los_Angeles", "2026-03-03 07:30:00", late | after),
            ("America/Los_Angeles", "2026-03-03 08:30:00", self.visits.browse()),
            # The 3rd there is 15:00 UTC of the 2nd to 15:00 UTC of the 3rd.
            ("Asia/Tokyo", "2026-03-02 14:30:00", early),
            ("Asia/Tokyo", "2026-03-02 15:30:00", late | after),
        ]
        for zone, now, expected in cases:
            with self.subTest(zone=zone, now=now), freeze_time(now):
                self.env.invalidate_all()
                self.user_dispatcher.tz = zone
                self.assertEqual(self._find("is_tomorrow"), expected.sorted(reverse=True))
                self.assertEqual(self._find("is_tomorrow", value=False), self.visits - expected)

    def test_the_filters_are_in_the_search(self):
        arch = self.env["support.appointment"].get_view(view_type="search")["arch"]
        for label in ("Today", "Tomorrow", "This Week", "Unconfirmed"):
            self.assertIn(f'string="{label}"', arch)

    def test_the_fields_say_what_the_filters_find(self):
        for field in ("is_today", "is_tomorrow", "is_this_week", "is_late", "is_waiting"):
            with self.subTest(field):
                visits = self.visits.with_user(self.user_dispatcher)
                self.assertEqual(visits.filtered(field).sudo(), self._find(field))

    def test_late(self):
        self.today.action_confirm()
        self.this_week.action_confirm()
        self.assertFalse(self._find("is_late"))
        with freeze_time("2026-03-02 16:30:00"):
            self.assertEqual(self._find("is_late"), self.today)
            self.today.action_start()
            self.assertTrue(self.today.is_late)
        with freeze_time("2026-03-02 15:30:00"):
            self.env.invalidate_all()
            self.assertFalse(self._find("is_late"))

    def test_waiting_list(self):
        self.next_week.requested_date = at("2026-03-04 09:00")
        self.assertEqual(self._find("is_waiting"), self.timeless | self.next_week)
        self.next_week.action_confirm()
        self.assertEqual(self._find("is_waiting"), self.timeless)

    # ------------------------------------------------------------------
    # Who, when and where
    # ------------------------------------------------------------------

    def test_the_tile_says_whom_and_who(self):
        self.assertEqual(self.today.calendar_label, "Known Customer · First Technician")
        self.assertEqual(self.timeless.calendar_label, "Known Customer · nobody yet")

    def test_the_customer_s_clock_where_it_differs(self):
        visit = self.today.with_user(self.user_dispatcher)
        self.assertFalse(visit.customer_time)
        self.customer.tz = "Europe/Berlin"
        visit.invalidate_recordset()
        self.assertIn("16:00 (Europe/Berlin)", visit.customer_time)

    def test_map(self):
        self.assertFalse(self.today.map_url)
        self.customer.write({"street": "Main Street 1", "city": "Berlin"})
        self.assertIn("search?query=Main%20Street%201%2C%20Berlin", self.today.map_url)
        self.customer.write({"partner_latitude": 52.5, "partner_longitude": 13.4})
        self.assertIn("mlat=52.5&mlon=13.4", self.today.map_url)
        self.today.location = "Side & Street"
        self.assertIn("search?query=Side%20%26%20Street", self.today.map_url)

    # ------------------------------------------------------------------
    # What is wrong
    # ------------------------------------------------------------------

    def test_nothing_is_wrong(self):
        self.assertFalse(self.today.warning_message)
        self.today.action_confirm()
        self.assertFalse(self.today.warning_message)

    def _assert_wrong(self, visit, *words):
        visit.invalidate_recordset()
        for word in words:
            self.assertIn(word, visit.with_user(self.user_dispatcher).warning_message or "")

    def test_what_is_wrong(self):
        self._assert_wrong(self.timeless, "No time is planned")
        self.today.action_confirm()
        self.this_week.write({"technician_id": False})
        self.this_week.action_confirm()
        self._assert_wrong(self.this_week, "Nobody goes yet")
        with freeze_time("2026-03-02 17:30:00"):
            self._assert_wrong(self.today, "should have begun")
            self.today.action_start()
            self._assert_wrong(self.today, "should have ended")
        with freeze_time("2026-03-12 09:00:00"):
            self._assert_wrong(self.next_week, "has passed")

    def test_technicians_that_cannot_come(self):
        self._assert_wrong(self.late_today, "First Technician works ")
        self.this_week.action_confirm()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Training",
                "resource_id": self.technician.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": at("2026-03-06 00:00"),
                "date_to": at("2026-03-06 23:59"),
            }
        )
        self._assert_wrong(self.this_week, "First Technician")
        self.this_week.with_user(self.user_dispatcher).ignore_working_hours = True
        self.this_week.invalidate_recordset()
        self.assertFalse(self.this_week.warning_message)

    def test_customers_that_cannot_be_told(self):
        self.customer.email = False
        self._assert_wrong(self.today, "no e-mail address")
        self.customer.email = "known@example.com"
        self.env["mail.blacklist"]._add("known@example.com")
        self._assert_wrong(self.today, "opted out")
        self.today.partner_id = False
        self._assert_wrong(self.today, "no customer")

    def test_a_mail_that_did_not_leave(self):
        self.today.action_confirm()
        self._get_notices(self.today).write(
            {"state": "exception", "failure_reason": "Mailbox full"}
        )
        self._assert_wrong(self.today, "could not be sent: Mailbox full")

    def test_a_technician_sees_it_too(self):
        self.today.action_confirm()
        visit = self.today.with_user(self.user_technician)
        visit.invalidate_recordset()
        self.assertFalse(visit.warning_message)
        self.assertTrue(visit.calendar_label)

    # ------------------------------------------------------------------
    # What it costs
    # ------------------------------------------------------------------

    def _count(self, visits, names):
        self.env.invalidate_all()
        visits = visits.with_user(self.user_dispatcher).with_prefetch()
        before = self.env.cr.sql_log_count
        visits.read(names)
        return self.env.cr.sql_log_count - before

    def test_the_number_of_queries_does_not_grow(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "email": f"c{n}@example.com"} for n in range(20)]
        )
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": partner.id,
                    "start": at(f"2026-03-0{3 + number % 3} 09:00"),
                    "technician_id": (self.technician | self.technician_2)[number % 2].id,
                }
                for number, partner in enumerate(partners)
            ]
        )
        names = [
            "who", "is_late", "is_today", "is_waiting", "calendar_label", "customer_time",
            "map_url", "warning_message", "edit_version",
        ]  # fmt: skip
        self._count(visits, names)
        few, many = self._count(visits[:2], names), self._count(visits, names)
        self.assertLessEqual(many, few)

    def test_what_waits_for_a_technician_is_found_by_its_index(self):
        board = self.env["support.board"]
        query = self.env["support.appointment"]._search(
            board._get_unassigned_domain(board._read_filters({})),
            order="priority desc, start, requested_date, id",
            limit=20,
        )
        self._assert_plan("support_appointment_unassigned_idx", query)

    def test_the_open_ones_are_found_without_reading_what_is_over(self):
        domain = self.env.ref("support_center.support_appointment_view_search").arch
        self.assertIn("[('state', 'in', ['draft', 'confirmed', 'in_progress'])]", domain)
        query = self.env["support.appointment"]._search(
            [("state", "in", ["draft", "confirmed", "in_progress"])], order="start, id", limit=80
        )
        self._assert_plan("support_appointment_open_idx", query)

    def test_a_window_of_time_holds_what_began_long_before(self):
        technician = self.technician.id
        visits = self.env["support.appointment"]
        for start, hours in (
            ("2026-03-03 10:00", 1),  # over by then
            ("2026-03-03 11:00", 47.5),
            ("2026-03-03 11:30", 48),
            ("2026-03-03 10:00", 48.5),
            ("2026-03-03 09:00", 24 * 60),
            ("2026-03-06 10:00", 1),
            ("2026-03-08 10:00", 1),  # not yet begun
        ):
            values = {"technician_id": technician, "start": at(start), "duration": hours}
            visits |= self._create_appointment(**values)
        since, until = at("2026-03-05 10:00"), at("2026-03-07 00:00")
        window = [("start", "<", until), ("stop", ">", since), ("id", "in", visits.ids)]
        found = visits.search(window, order="id")
        self.assertEqual(found, visits[1:-1])
        self.assertEqual(found, visits.filtered(lambda v: v.start < until and v.stop > since))
        # Where the window is an alternative or excluded, the others are found as ever.
        own = [("id", "in", visits.ids)]
        self.assertEqual(visits.search([*own, "|", *window[:2]], order="id"), visits)
        outside = visits.search([*own, "!", "&", *window[:2]], order="id")
        self.assertEqual(outside, visits[0] | visits[-1])
        later = visits.search([*own, ("start", "<>", until), ("stop", ">", since)], order="id")
        self.assertEqual(later, visits[1:])

    def _assert_plan(self, index, query):
        ways = ("bitmapscan", "sort", "incremental_sort")
        self.assertIn(index, explain(self.env, query, *ways, only=[index]))

    # ------------------------------------------------------------------
    # By the customer
    # ------------------------------------------------------------------

    def test_a_customer_is_found_by_whatever_is_known_of_them(self):
        partners = self.env["res.partner"]
        company = partners.create({"name": "Quillworks", "email": "office@quill.example.com"})
        person = partners.create({"name": "Zoe", "parent_id": company.id})
        gone = partners.create({"name": "Yan", "parent_id": company.id})
        visits = {
            "company": self._create_appointment(partner_id=company.id),
            "person": self._create_appointment(partner_id=person.id),
            "gone": self._create_appointment(partner_id=gone.id),
            "request": self._create_appointment(
                partner_id=False, customer_name="Una Lark", customer_email="una@lark.example.com"
            ),
            "nobody": self._create_appointment(partner_id=False),
        }
        gone.active = False
        appointments = self.env["support.appointment"]
        arch = self.env.ref("support_center.support_appointment_view_search").arch
        self.assertIn("[('customer_search', 'ilike', self)]", arch)
        cases = [
            ("quillw", {"company", "person", "gone"}),
            ("office@quill", {"company", "person", "gone"}),
            ("zoe", {"person"}),
            ("una l", {"request"}),
            ("@lark", {"request"}),
            ("nowhere", set()),
        ]
        ours = appointments.union(*visits.values())
        for most in (500, 0):
            for text, expected in cases:
                with self.subTest(text=text, most=most), patch(f"{OVERVIEW}.CONTACTS_FOUND", most):
                    scope = [("id", "in", ours.ids)]
                    found = appointments.search([("customer_search", "ilike", text), *scope])
                    wanted = appointments.union(*(visits[name] for name in expected))
                    self.assertEqual(set(found.ids), set(wanted.ids))
                    others = appointments.search([("customer_search", "not ilike", text), *scope])
                    self.assertEqual(set(others.ids), set((ours - wanted).ids))

    def test_contacts_of_a_name_are_looked_up_before_their_visits(self):
        """Their ids stand in the query, which can then use the index of each of its conditions."""
        self._create_appointment()
        query = self.env["support.appointment"]._search(
            [("customer_search", "ilike", "Known Cust")], limit=80
        )
        self.assertNotIn("res_partner", explain(self.env, query))

    # ------------------------------------------------------------------
    # By anything
    # ------------------------------------------------------------------

    def _make_findable(self):
        """Visits each of which another text tells something of."""
        partners = self.env["res.partner"]
        bakery = partners.create(
            {
                "name": "Old Bakery Ltd", "phone": "+49 (0)40 / 123-45 67", "is_company": True,
                "street": "Oven Street 3", "city": "Kiel", "email": "crumb@oven.example.com",
            }
        )  # fmt: skip
        baker = partners.create({"name": "Jo Rye", "parent_id": bakery.id})
        kettle = self.env["support.technician"].create({"name": "Tom Kettle", "tz": "UTC"})
        ticket = self.env["support.ticket"].create(
            {"name": "Smoke in the attic", "number": "TCK-777", "partner_id": self.customer.id}
        )
        return {
            "company": self._create_appointment(partner_id=bakery.id),
            "person": self._create_appointment(partner_id=baker.id),
            "request": self._create_appointment(
                partner_id=False, customer_name="Una Lark", customer_email="una@lark.example.com",
                customer_phone="0151.555 66 77",
            ),
            "place": self._create_appointment(partner_id=False, location="Behind the bakery"),
            "technician": self._create_appointment(partner_id=False, technician_id=kettle.id),
            "ticket": self._create_appointment(partner_id=False, ticket_id=ticket.id),
            "reference": self._create_appointment(partner_id=False, name="APT-UNIQUE-9"),
            "words": self._create_appointment(partner_id=False, description="The fuse box hums"),
        }  # fmt: skip

    ANYTHING = (
        ("bakery", {"company", "person", "place"}),
        ("LD BAKER", {"company", "person"}),
        ("rye", {"person"}),
        ("crumb@", {"company", "person"}),
        ("oven street", {"company", "person"}),
        ("kiel", {"company", "person"}),
        ("+49 40 1234567", {"company", "person"}),
        ("040/1234567", {"company", "person"}),
        ("0049 40 123 4567", {"company", "person"}),
        ("12345", {"company", "person"}),
        ("una l", {"request"}),
        ("@lark", {"request"}),
        ("+49 151 5556677", {"request"}),
        ("0151 555", {"request"}),
        ("kettle", {"technician"}),
        ("k-777", {"ticket"}),
        ("in the att", {"ticket"}),
        ("unique", {"reference"}),
        ("fuse box", {"words"}),
        ("nowhere", set()),
        ("0151 5556678", set()),
    )

    def test_the_first_suggestion_finds_by_whatever_was_typed(self):
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        arch = appointments.get_view(view_type="search")["arch"]
        self.assertEqual(etree.fromstring(arch).find("field").get("name"), "anything")
        visits = self._make_findable()
        ours = self.env["support.appointment"].union(*visits.values())
        appointments = ours.with_user(self.user_dispatcher).browse()
        for most in (500, 0):
            for text, expected in self.ANYTHING:
                with (
                    self.subTest(text=text, most=most),
                    patch(f"{FINDER}.CONTACTS_FOUND", most or 1),
                    patch(f"{OVERVIEW}.CONTACTS_FOUND", most),
                ):
                    scope = [("id", "in", ours.ids)]
                    found = appointments.search([("anything", "ilike", text), *scope])
                    names = {name for name, visit in visits.items() if visit.id in found.ids}
                    self.assertEqual(names, expected)
                    others = appointments.search([("anything", "not ilike", text), *scope])
                    self.assertEqual(set(others.ids), set((ours - found.sudo()).ids))

    def test_very_many_contacts_of_a_name_are_found_by_a_query(self):
        visits = self._make_findable()
        with patch(f"{FINDER}.CONTACTS_FOUND", 1):
            found = self.env["support.appointment"].search([("anything", "ilike", "bakery")])
        self.assertEqual(found, (visits["company"] | visits["person"] | visits["place"]).sorted())

    def test_a_relation_finds_visits_and_tickets_by_their_customer(self):
        visits = self._make_findable()
        ticket = self.env["support.ticket"].create(
            {"name": "Other", "partner_id": visits["person"].partner_id.id}
        )
        for model, expected in (
            ("support.appointment", visits["company"] | visits["person"] | visits["place"]),
            ("support.ticket", ticket),
        ):
            records = self.env[model].with_user(self.user_dispatcher)
            found = records.name_search("bakery", limit=None)
            self.assertEqual({each[0] for each in found}, set(expected.ids))
            # A whole name, as an import gives it, is a reference and no customer.
            self.assertFalse(records.name_search("Old Bakery Ltd", operator="="))
        whole = self.env["support.appointment"].name_search("APT-UNIQUE-9", operator="=")
        self.assertEqual([each[0] for each in whole], visits["reference"].ids)

    def test_tickets_are_found_by_their_customer_and_visits(self):
        tickets = self.env["support.ticket"].with_user(self.user_dispatcher)
        arch = tickets.get_view(view_type="search")["arch"]
        self.assertEqual(etree.fromstring(arch).find("field").get("name"), "anything")
        visits = self._make_findable()
        one = self.env["support.ticket"].create(
            {"name": "Cold oven", "partner_id": visits["company"].partner_id.id, "number": "T-1"}
        )
        visits["reference"].ticket_id = one
        for text in ("bakery", "040 1234567", "crumb@oven", "cold o", "t-1", "unique", "kiel"):
            with self.subTest(text=text):
                self.assertEqual(tickets.search([("anything", "ilike", text)]), one)
                self.assertNotIn(one, tickets.search([("anything", "not ilike", text)]))

    def test_a_technician_finds_no_more_than_their_own(self):
        visits = self._make_findable()
        visits["company"].technician_id = self.technician
        found = self.env["support.appointment"].with_user(self.user_technician)
        self.assertEqual(found.search([("anything", "ilike", "bakery")]), visits["company"])

    def test_a_search_by_anything_costs_the_same_for_many(self):
        self._make_findable()
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            appointments.search([("anything", "ilike", "bakery")], limit=80)
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        self.env["res.partner"].create([{"name": f"Bakery {number}"} for number in range(30)])
        self.assertLessEqual(count(), few)
        self.assertLessEqual(few, 7)
