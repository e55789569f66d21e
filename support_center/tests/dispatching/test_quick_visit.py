from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestQuickVisit(SupportCase):
    """A visit for somebody who is on the phone, as the page of a dispatcher asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.env["support.quick.visit"].with_user(cls.user_dispatcher)
        cls.customer.write({"street": "Mill Lane 4", "zip": "10115", "city": "Berlin"})

    def _values(self, **values):
        return {"partner_id": self.customer.id, "type_id": self.type.id, **values}

    def _book(self, **values):
        values = self._values(**values)
        if "start" not in values:
            found = self.page.find_times(values)["times"][0]
            values.update({name: found[name] for name in ("start", "technician_id", "details")})
        return self.page.create_visit({"confirm": True, **values})

    def _get_visit(self, answer):
        self.assertTrue(answer["ok"], answer)
        return self.env["support.appointment"].browse(answer["id"])

    # ------------------------------------------------------------------
    # Who calls
    # ------------------------------------------------------------------

    def test_a_caller_is_found_by_whatever_they_say(self):
        bakery = self.env["res.partner"].create(
            {
                "name": "Bakery Miller", "phone": "030/123 45-67",
                "email": "crumb@miller.example.com",
                "street": "Oven Street 12", "zip": "20095", "city": "Hamburg",
            }
        )  # fmt: skip
        for text in (
            "bakery", "miller bak", "MILLER", "crumb@miller", "oven street", "hamburg 20095",
            "0301234567", "+49 30 1234567", "0049 (0)30 123-4567", "030 123 45 67", "1234567",
            "Bakery Miller, +49 30 1234567", "miller oven",
        ):  # fmt: skip
            with self.subTest(text=text):
                found = self.page.find_customers(text)["candidates"]
                self.assertEqual([each["id"] for each in found], bakery.ids)
        for text in ("bakery lane", "0301234568", "zz", "", "b"):
            with self.subTest(text=text):
                self.assertFalse(self.page.find_customers(text)["candidates"])

    def test_a_caller_of_whom_less_is_known_is_found_by_the_number(self):
        found = self.page.find_customers("Anna Unknown, +32 2 555 01 00")["candidates"]
        self.assertEqual([each["id"] for each in found], self.customer.ids)

    def test_two_of_one_name_are_told_apart(self):
        one, two = self.env["res.partner"].create(
            [
                {"name": "Ann Twin", "street": "North Road 1", "city": "Kiel"},
                {"name": "Ann Twin", "phone": "+49 40 999888"},
            ]
        )
        self._create_appointment(partner_id=two.id)
        found = {each["id"]: each for each in self.page.find_customers("ann twin")["candidates"]}
        self.assertEqual(found.keys(), {one.id, two.id})
        facts = {key: (each["place"], each["details"]) for key, each in found.items()}
        self.assertEqual(facts[one.id], ("North Road 1, Kiel", ""))
        self.assertEqual(facts[two.id], ("", "+49 40 999888 · 1 visit"))

    def test_another_company_s_contact_is_no_caller_here(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["res.partner"].create({"name": "Far Bakery", "company_id": company.id})
        self.assertFalse(self.page.find_customers("far bakery")["candidates"])

    def test_what_is_typed_makes_a_new_contact(self):
        typed = self.page.find_customers(
            "Bakery Miller, Oven Street 12, 20095 Hamburg, 040 1234567, crumb@miller.example.com"
        )["typed"]
        self.assertEqual(
            typed,
            {
                "name": "Bakery Miller",
                "phone": "040 1234567",
                "email": "crumb@miller.example.com",
                "place": "Oven Street 12, 20095 Hamburg",
            },
        )
        visit = self._get_visit(
            self._book(partner_id=False, contact=typed, place=typed["place"], words="Oven is cold")
        )
        partner = visit.partner_id
        self.assertEqual(partner.name, "Bakery Miller")
        self.assertEqual(
            (partner.street, partner.zip, partner.city), ("Oven Street 12", "20095", "Hamburg")
        )
        self.assertEqual(
            (partner.phone, partner.email), ("040 1234567", "crumb@miller.example.com")
        )
        self.assertEqual(partner.company_id, self.env.company)
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(visit.location, "Oven Street 12, 20095 Hamburg")
        self.assertEqual(visit.description, "Oven is cold")

    def test_a_number_alone_makes_one_with_a_name(self):
        contact = {"name": "Zoe", "phone": "+49 40 7654321"}
        visit = self._get_visit(self._book(partner_id=False, contact=contact))
        self.assertEqual(visit.customer_phone, "+49 40 7654321")
        self.assertFalse(visit.partner_id.email)

    def test_a_contact_that_cannot_be_made_keeps_the_page(self):
        before = self.env["res.partner"].search_count([])
        for contact, words in (
            ({"name": "Zoe", "phone": "call me"}, "call me"),
            ({"name": "Zoe", "email": "zoe at home"}, "zoe at home"),
            ({"phone": "+49 40 7654321"}, "Enter the name"),
            ({"name": "Zoe", "email": "KNOWN@example.com"}, "Known Customer already"),
            ({}, "Say who calls first"),
        ):
            with self.subTest(contact=contact):
                answer = self._book(partner_id=False, contact=contact)
                self.assertFalse(answer["ok"])
                self.assertIn(words, answer["reason"])
                self.assertTrue(answer["times"])
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(self.customer.name, "Known Customer")

    # ------------------------------------------------------------------
    # What is known of them
    # ------------------------------------------------------------------

    def test_a_customer_s_place_visits_tickets_and_technician(self):
        for day, technician in (
            (10, self.technician),
            (12, self.technician_2),
            (11, self.technician),
        ):
            self._create_appointment(
                start=at(f"2026-02-{day} 10:00"), technician_id=technician.id, state="done",
                type_id=self.type.id,
            )  # fmt: skip
        coming = self._create_appointment(start=at("2026-03-20 10:00"))
        ticket = self.env["support.ticket"].create(
            {"name": "Printer smokes", "partner_id": self.customer.id}
        )
        known = self.page.load_customer(self.customer.id)
        self.assertEqual(known["place"], "Mill Lane 4, 10115 Berlin")
        self.assertEqual(known["technician"], "First Technician")
        self.assertEqual(
            [each["label"] for each in known["last_visits"]],
            [
                f"{day}, 10:00 · Repair · {name} · Done"
                for day, name in (
                    ("Thu 12 Feb", "Second Technician"),
                    ("Wed 11 Feb", "First Technician"),
                    ("Tue 10 Feb", "First Technician"),
                )
            ],
        )
        self.assertEqual([each["id"] for each in known["open_visits"]], coming.ids)
        self.assertEqual([each["id"] for each in known["tickets"]], ticket.ids)
        visit = self._get_visit(self._book(ticket_id=ticket.id))
        self.assertEqual(visit.ticket_id, ticket)

    def test_one_who_has_no_address_was_visited_somewhere(self):
        self.customer.write({"street": False, "zip": False, "city": False})
        self._create_appointment(
            start=at("2026-02-10 10:00"), technician_id=self.technician.id, state="done",
            location="Behind the church",
        )  # fmt: skip
        self.assertEqual(self.page.load_customer(self.customer.id)["place"], "Behind the church")

    def test_who_has_left_is_not_the_usual_technician(self):
        self._create_appointment(
            start=at("2026-02-10 10:00"), technician_id=self.technician.id, state="done"
        )
        self.technician.active = False
        self.assertFalse(self.page.load_customer(self.customer.id)["technician"])

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    def test_six_free_times_with_their_technician_and_why(self):
        times = self.page.find_times(self._values())["times"]
        self.assertEqual(len(times), 6)
        for time in times:
            self.assertTrue(time["label"] and time["technician"] and time["details"], time)
        self.assertTrue(any(time["reasons"] for time in times))
        self.assertFalse(self.env["support.appointment"].search([]))

    def test_notice_and_horizon_bind_customers_only(self):
        self.type.write({"min_notice_hours": 24 * 30, "horizon_days": 1})
        first = self.page.find_times(self._values())["times"][0]
        self.assertLess(first["start"], "2026-03-03")
        self.assertTrue(self._book(day="2026-05-06")["ok"])

    def test_who_is_on_call_goes_where_the_dispatcher_chooses_them(self):
        self.technician_2.active = False
        self.technician.on_call = True
        values = self._values(start="2026-03-05 10:00:00", technician_id=self.technician.id)
        self.assertFalse(self.page.find_times(values)["chosen_note"])
        # Chosen on the board, they are asked for at other times as well; else not.
        self.assertTrue(self.page.find_times(values)["times"])
        found = self.page.find_times(self._values())
        self.assertFalse(found["times"])
        self.assertIn("All who could come are on call", found["message"])
        self.assertTrue(self.page.find_times(self._values(is_urgent=True))["times"])
        visit = self._get_visit(self.page.create_visit({**values, "confirm": True}))
        self.assertEqual((visit.state, visit.technician_id), ("confirmed", self.technician))

    def test_times_are_told_in_the_viewer_s_zone(self):
        page = self.page.with_context(tz="Asia/Tokyo")
        times = page.find_times(self._values(day="2026-03-05"))["times"]
        first = next(time for time in times if time["start"] == min(t["start"] for t in times))
        self.assertEqual(first["start"][11:16], "08:00")
        self.assertIn("17:00", first["label"])
        self.assertEqual(page.load()["zone"], "Asia/Tokyo")

    def test_a_day_and_a_part_of_it(self):
        values = self._values(day="2026-03-06", part_of_day="afternoon")
        times = self.page.find_times(values)["times"]
        self.assertTrue(times)
        for time in times:
            self.assertGreaterEqual(time["start"], "2026-03-06 12:00:00")
            self.assertLess(time["start"], "2026-03-07 00:00:00")
        nothing = self.page.find_times(self._values(day="2026-03-08"))  # a Sunday
        self.assertFalse(nothing["times"])
        self.assertIn("look at another day", nothing["message"])

    def test_a_new_customer_s_place_decides_who_can_come(self):
        area = self.env["support.area"].create({"name": "North", "zip_prefixes": "2"})
        other = self.env["support.area"].create({"name": "South", "zip_prefixes": "8"})
        self.technician.area_ids, self.technician_2.area_ids = area, other
        contact = {"name": "Zoe", "place": "Road 1, 20095 Hamburg"}
        times = self.page.find_times(self._values(partner_id=False, contact=contact))["times"]
        self.assertEqual({time["technician_id"] for time in times}, set(self.technician.ids))
        contact["place"] = "Road 1, 50667 Cologne"
        answer = self.page.find_times(self._values(partner_id=False, contact=contact))
        self.assertFalse(answer["times"])
        self.assertIn("No technician has the skills", answer["message"])

    def test_what_may_be_the_same_request_is_said_and_refuses_nothing(self):
        other = self._create_appointment(start=at("2026-03-03 10:00"))
        answer = self.page.find_times(self._values())
        self.assertIn(other.name, answer["similar"])
        self.assertTrue(self._book()["ok"])
        self.assertFalse(self.page.find_times(self._values(partner_id=False))["similar"])

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    def test_one_click_books_and_confirms(self):
        answer = self._book(words="No light", place="Back door", is_urgent=True, day="2026-03-05")
        visit = self._get_visit(answer)
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual((visit.description, visit.location), ("No light", "Back door"))
        self.assertEqual(visit.priority, "3")
        self.assertEqual(visit.duration, 2.0)
        self.assertIn("taken from the free times", visit.assignment_note)
        self.assertIn(f"{visit.name} is confirmed: Known Customer", answer["message"])
        self.assertIn(visit.technician_id.name, answer["message"])
        self.assertTrue(self._get_notices(visit, "confirmation"))

    def test_nobody_goes_to_a_remote_visit(self):
        self.type.place = "remote"
        home = "Mill Lane 4, 10115 Berlin"
        self.assertFalse(self._get_visit(self._book(place=home)).location)
        told = self._get_visit(self._book(place="Ask for Ann", day="2026-03-10"))
        self.assertEqual(told.location, "Ask for Ann")

    def test_a_draft_is_made_without_a_time_or_with_that_of_the_board(self):
        answer = self.page.create_visit(self._values())
        draft = self._get_visit(answer)
        self.assertEqual((draft.state, draft.start), ("draft", False))
        self.assertIn(f"{draft.name} is a draft", answer["message"])
        draft = self._get_visit(
            self.page.create_visit(
                self._values(start="2026-03-05 10:00:00", technician_id=self.technician.id)
            )
        )
        self.assertEqual((draft.state, draft.technician_id), ("draft", self.technician))

    def test_a_time_that_was_taken_meanwhile(self):
        times = self.page.find_times(self._values())["times"]
        taken = times[0]
        self._create_appointment(
            start=taken["start"], technician_id=taken["technician_id"], duration=2,
            state="confirmed",
        )  # fmt: skip
        contact = {"name": "Zoe", "phone": "+49 40 7654321"}
        values = self._values(
            partner_id=False, contact=contact,
            start=taken["start"], technician_id=taken["technician_id"], confirm=True,
        )  # fmt: skip
        with mute_logger("odoo.sql_db"):
            answer = self.page.create_visit(values)
        self.assertFalse(answer["ok"])
        self.assertIn("already booked", answer["reason"])
        offered = {(time["start"], time["technician_id"]) for time in answer["times"]}
        self.assertTrue(offered)
        self.assertNotIn((taken["start"], taken["technician_id"]), offered)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Zoe")]))

    def test_the_board_s_time_and_the_ticket_s_words_are_carried_over(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id, "description": "It smokes"}
        )
        page = self.page.load(
            {
                "ticket_id": ticket.id,
                "start": "2026-03-05 10:00:00",
                "technician_id": self.technician.id,
            }
        )
        self.assertEqual(page["customer"]["id"], self.customer.id)
        self.assertEqual(page["words"], "Printer\nIt smokes")
        self.assertEqual(page["chosen"], "Thu 5 Mar, 10:00 with First Technician")
        self.assertFalse(self.page.load({"start": "2026-03-01 10:00:00"})["chosen"])
        answer = self.page.find_times(
            self._values(start="2026-03-05 23:00:00", technician_id=self.technician.id)
        )
        self.assertEqual(answer["chosen_note"], "First Technician is not free at this time.")
        answer = self.page.find_times(
            self._values(start="2026-03-05 10:00:00", technician_id=self.technician.id)
        )
        self.assertFalse(answer["chosen_note"])
        action = ticket.with_user(self.user_dispatcher).action_new_visit()
        self.assertEqual(action["params"], {"ticket_id": ticket.id})

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_dispatchers_make_and_edit_contacts_and_technicians_do_not(self):
        partners = self.env["res.partner"].with_user(self.user_dispatcher)
        made = partners.create({"name": "New One", "phone": "+49 40 1"})
        made.write({"street": "Road 1"})
        with self.assertRaises(AccessError):
            made.unlink()
        partners = partners.with_user(self.user_technician)
        with self.assertRaisesRegex(AccessError, "Contact"):
            partners.create({"name": "Another"})
        with self.assertRaisesRegex(AccessError, "Contact"):
            made.with_user(self.user_technician).write({"street": "Road 2"})
        # Whose mailbox a colleague logs in by is not a dispatcher's to change.
        with self.assertRaises(AccessError):
            self.user_manager.partner_id.with_user(self.user_dispatcher).write(
                {"email": "taken@example.com"}
            )

    def test_nobody_but_a_dispatcher_books_here(self):
        for user in (self.user_technician, self.user_employee):
            page = self.page.with_user(user)
            for call in (
                lambda page=page: page.load(),
                lambda page=page: page.find_customers("known"),
                lambda page=page: page.load_customer(self.customer.id),
                lambda page=page: page.find_times(self._values()),
                lambda page=page: page.create_visit(self._values()),
            ):
                with self.assertRaisesRegex(AccessError, "Only a dispatcher"):
                    call()

    def test_a_record_that_is_gone_or_of_elsewhere(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        ticket = self.env["support.ticket"].create(
            {"name": "Far", "company_id": company.id, "team_id": False}
        )
        with self.assertRaises(AccessError):
            self.page.load({"ticket_id": ticket.id})
        with self.assertRaisesRegex(ValidationError, "does not exist any more"):
            self.page.load_customer(2**31 - 1)

    # ------------------------------------------------------------------
    # What it costs
    # ------------------------------------------------------------------

    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before

    def test_many_contacts_and_visits_cost_what_few_cost(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Bakery {number}", "phone": f"+49 40 555{number}"} for number in range(8)]
        )
        call = lambda: self.page.find_customers("bakery")  # noqa: E731
        self._count(call)
        many = self._count(call)
        partners[3:].active = False
        self.assertEqual(self._count(call), many)
        call = lambda: self.page.load_customer(self.customer.id)  # noqa: E731
        for day in (10, 11, 12):
            self._create_appointment(
                start=at(f"2026-02-{day} 10:00"), technician_id=self.technician.id, state="done"
            )
        self._count(call)
        few = self._count(call)
        for hour in range(30):
            self._create_appointment(
                start=at(f"2026-01-{hour % 28 + 1:02} 10:00"), state="done",
                technician_id=self.technician_2.id if hour % 2 else self.technician.id,
            )  # fmt: skip
        self.assertLessEqual(self._count(call), few)
