from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportCase, at

DAY = ("2026-03-05 00:00:00", "2026-03-06 00:00:00")


@tagged("post_install", "-at_install")
class TestCompanyMoves(SupportCase):
    """Who and what goes to another company takes no visit out of the sight of the old one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.res_partner_rule").active = True
        cls.company_2 = cls.env["res.company"].create({"name": "Second Company"})
        # Managers of both companies move people and things; the dispatcher sees the first alone.
        (cls.user_manager | cls.env.user).company_ids |= cls.company_2
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")
        cls.dispatched = cls.visit.with_user(cls.user_dispatcher)

    def _as_manager(self, record):
        companies = (self.env.company | self.company_2).ids
        return record.with_user(self.user_manager).with_context(allowed_company_ids=companies)

    def _move(self, record):
        self._as_manager(record).company_id = self.company_2
        self.env.flush_all()
        self.env.invalidate_all()

    def _move_behind_odoo(self, technician):
        """As an older version let it happen, or an import."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE resource_resource SET company_id = %s WHERE id = %s",
            [self.company_2.id, technician.resource_id.id],
        )
        self.env.cr.execute(
            "UPDATE support_technician SET company_id = %s WHERE id = %s",
            [self.company_2.id, technician.id],
        )
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Technicians
    # ------------------------------------------------------------------

    def test_a_technician_with_open_visits_is_refused(self):
        for record in (self.technician, self.technician.resource_id):
            with (
                self.subTest(record._name),
                self.assertRaisesRegex(
                    UserError, f"First Technician cannot go to Second.*{self.visit.name}.*Give them"
                ),
                self.env.cr.savepoint(),
            ):
                self._move(record)
        self.visit.action_draft()
        with self.assertRaisesRegex(UserError, self.visit.name):
            self._move(self.technician)

    def test_a_technician_of_all_companies(self):
        self._as_manager(self.technician).company_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.dispatched.technician_id.name, "First Technician")
        with self.assertRaisesRegex(UserError, self.visit.name):
            self._move(self.technician)

    def test_a_technician_whose_visits_are_over(self):
        self.visit.action_start()
        with self.assertRaisesRegex(UserError, self.visit.name):
            self._move(self.technician)
        self.visit.action_done()
        self._move(self.technician)
        self.assertEqual(self.technician.company_id, self.company_2)
        # What was is to be seen as it was.
        self._assert_on_the_board("First Technician works for Second Company.")
        self._assert_form_opens()

    def test_a_visit_that_stands_stays_on_its_company_s_board(self):
        self._move_behind_odoo(self.technician)
        self._assert_on_the_board("First Technician works for Second Company.")
        self._assert_form_opens()
        self.assertIn("works for Second Company", self.dispatched.warning_message)
        board = self.env["support.board"].with_user(self.user_dispatcher)
        for vals in (
            {"start": "2026-03-05 13:00:00"},
            {"start": "2026-03-05 13:00:00", "technician_id": self.technician.id},
        ):
            answer = board.move(self.visit.id, vals)
            self.assertFalse(answer["ok"])
            self.assertEqual(answer["reason"], "First Technician works for Second Company.")
        shown = board.refresh(self.visit.ids, *DAY)["visits"]
        self.assertEqual([visit["id"] for visit in shown], self.visit.ids)

    def test_reassigned_by_the_board(self):
        self._move_behind_odoo(self.technician)
        board = self.env["support.board"].with_user(self.user_dispatcher)
        answer = board.move(self.visit.id, {"technician_id": self.technician_2.id, "tell": True})
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(self.visit.technician_id, self.technician_2)

    def test_reassigned_by_the_finder(self):
        self._move_behind_odoo(self.technician)
        action = self.dispatched.action_find_time()
        finder = self.env["support.slot.finder"].browse(action["res_id"])
        finder = finder.with_user(self.user_dispatcher)
        self.assertEqual(finder.line_ids.technician_id, self.technician_2)
        self.assertTrue(finder.zone_note)
        finder.line_ids[0].action_plan()
        self.assertEqual(self.visit.technician_id, self.technician_2)

    def test_the_finder_of_another_system(self):
        self._move_behind_odoo(self.technician)
        finders = self.env["support.slot.finder"].with_user(self.user_dispatcher)
        finder = finders.create({"appointment_id": self.visit.id})
        finder.action_search()
        self.assertEqual(finder.line_ids.technician_id, self.technician_2)

    def test_reassigned_by_assign_and_by_proposals(self):
        self._move_behind_odoo(self.technician)
        technicians = self.env["support.technician"].with_user(self.user_dispatcher)
        action = technicians.action_replan_all_hits()
        replan = self.env["support.replan"].browse(action["res_id"]).with_user(self.user_dispatcher)
        self.assertEqual(replan.line_ids.appointment_id, self.visit)
        self.assertEqual(replan.line_ids.present_technician_id.sudo(), self.technician)
        self.assertEqual(replan.line_ids.technician_id, self.technician_2)
        self.dispatched.action_assign()
        self.assertEqual(self.visit.technician_id, self.technician_2)

    def test_reassigned_by_the_form(self):
        self._move_behind_odoo(self.technician)
        with Form(self.dispatched) as form:
            form.technician_id = self.technician_2
        self.assertEqual(self.visit.technician_id, self.technician_2)

    def _assert_on_the_board(self, note):
        board = self.env["support.board"].with_user(self.user_dispatcher)
        data = board.load(*DAY)
        self.assertIn(self.visit.id, [visit["id"] for visit in data["visits"]])
        rows = {row["id"]: row for row in data["technicians"]}
        self.assertEqual(rows[self.technician.id]["name"], "First Technician")
        self.assertEqual(rows[self.technician.id]["note"], note)
        self.assertFalse(rows[self.technician_2.id]["note"])
        # The filters are for them as for others.
        found = board.load(*DAY, {"name": "second"})
        self.assertNotIn(self.technician.id, [row["id"] for row in found["technicians"]])

    def _assert_form_opens(self):
        self.env.invalidate_all()
        form = Form(self.dispatched)
        self.assertEqual(form.technician_id.sudo().name, "First Technician")
        action = self.env["support.appointment"].with_user(self.user_dispatcher)
        rows = action.search_read([("id", "=", self.visit.id)], ["technician_id", "customer_time"])
        self.assertEqual(rows[0]["technician_id"][1], "First Technician")

    def test_a_user_who_goes_to_another_company(self):
        self.user_technician.write(
            {"company_ids": [(6, 0, self.company_2.ids)], "company_id": self.company_2.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn("has no access to", self.technician.activity_ids.note)
        self.assertIn(self.visit.name, self.technician.activity_ids.note)
        self.assertIn("does not see this visit", self.dispatched.warning_message)
        self.user_technician.company_ids |= self.env.company
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.technician.activity_ids)
        self.assertFalse(self.dispatched.warning_message)

    def test_who_is_told_of_visits_in_several_companies(self):
        self._as_manager(self.technician).company_id = False
        self.user_technician.company_ids |= self.company_2
        other = self._create_appointment(
            company_id=self.company_2.id,
            technician_id=self.technician.id,
            partner_id=False,
            start=at("2026-03-04 10:00"),
        )
        boss = new_test_user(
            self.env,
            login="support_both",
            groups="support_center.group_support_dispatcher",
            company_id=self.company_2.id,
            company_ids=[(6, 0, (self.env.company | self.company_2).ids)],
        )
        (self.user_manager | self.env.ref("base.user_admin")).company_ids -= self.company_2
        self.technician.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        activity = self.technician.activity_ids
        self.assertEqual(activity.user_id, boss)
        self.assertIn(other.name, activity.note)
        self.assertIn(self.visit.name, activity.note)

    # ------------------------------------------------------------------
    # What visits and tickets refer to
    # ------------------------------------------------------------------

    def test_a_type(self):
        self.visit.type_id = self.type
        self.type.company_id = self.env.company
        with self.assertRaisesRegex(UserError, f"Repair cannot go.*{self.visit.name}.*empty"):
            self._move(self.type)
        self._as_manager(self.type).company_id = False
        unused = self.type.copy({"code": "other"})
        self._move(unused)
        self.assertEqual(unused.company_id, self.company_2)

    def test_a_ticket_and_a_team(self):
        team = self.env["support.team"].create({"name": "Team"})
        ticket = self.env["support.ticket"].create({"name": "Printer", "team_id": team.id})
        with self.assertRaisesRegex(UserError, f"Team cannot go.*{ticket.number}"):
            self._move(team)
        ticket.team_id = False
        self.visit.ticket_id = ticket
        with self.assertRaisesRegex(UserError, f"{ticket.number}.*{self.visit.name}.*another"):
            self._move(ticket)
        self.visit.ticket_id = False
        self._move(ticket)
        self.assertEqual(ticket.company_id, self.company_2)

    def test_a_contact(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        self.customer.company_id = self.env.company
        with self.assertRaisesRegex(UserError, f"Known Customer cannot go.*{self.visit.name}"):
            self.customer.company_id = self.company_2
        self.visit.action_cancel()
        with self.assertRaisesRegex(UserError, f"Known Customer cannot go.*{ticket.number}"):
            self.customer.company_id = self.company_2
        ticket.stage_id = ticket._find_stage("solved")
        self.customer.company_id = self.company_2
        self.env.flush_all()
        self.env.invalidate_all()
        self._assert_form_opens()
        board = self.env["support.board"].with_user(self.user_dispatcher)
        self.assertTrue(board.load(*DAY))

    def test_a_visit_does_not_go_without_what_it_refers_to(self):
        with self.assertRaisesRegex(UserError, "First Technician"):
            self._move(self._create_appointment(technician_id=self.technician.id))
        with self.assertRaisesRegex(UserError, "a confirmed visit stays in its company"):
            self._move(self.visit)

    def test_a_company_with_open_visits_is_not_archived(self):
        visit = self._create_appointment(company_id=self.company_2.id, partner_id=False)
        self.env.user.company_ids |= self.company_2
        with self.assertRaisesRegex(UserError, f"Second Company.*{visit.name}.*cancel them"):
            self.company_2.active = False
        visit.action_cancel()
        self.company_2.active = False
        self.assertFalse(self.company_2.active)

    def test_a_company_with_appointments_is_not_deleted(self):
        visit = self._create_appointment(company_id=self.company_2.id, partner_id=False)
        with self.assertRaisesRegex(UserError, f"Second Company.*{visit.name}.*Archive"):
            self.company_2.unlink()


@tagged("post_install", "-at_install")
class TestInUse(SupportCase):
    """What appointments and tickets refer to is not deleted below them; archiving harms nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skill = cls.env["support.skill"].create({"name": "Welding"})
        cls.area = cls.env["support.area"].create({"name": "North", "zip_prefixes": "10"})

    def _assert_refused(self, record, *words):
        with self.assertRaisesRegex(UserError, ".*".join([*words, "Archive it instead"])):
            record.with_user(self.user_manager).unlink()
        self.assertTrue(record.exists())

    def test_a_type(self):
        visit = self._create_appointment(type_id=self.type.id)
        self._assert_refused(self.type, "Repair", visit.name)
        self.type.with_user(self.user_manager).action_archive()
        self.assertEqual(visit.type_id, self.type)

    def test_a_skill_that_a_type_asks_for(self):
        self.type.skill_ids = self.skill
        self._assert_refused(self.skill, "Welding", "Repair")
        self.skill.with_user(self.user_manager).active = False
        self.env.invalidate_all()
        # Else anybody could be sent.
        visit = self._create_appointment(type_id=self.type.id)
        with self.assertRaisesRegex(UserError, "lacks the skill Welding"):
            visit.with_user(self.user_dispatcher).action_assign()
        self.technician.skill_ids = self.skill
        visit.with_user(self.user_dispatcher).action_assign()
        self.assertEqual(visit.technician_id, self.technician)

    def test_a_skill_that_a_technician_has(self):
        self.technician.skill_ids = self.skill
        self._assert_refused(self.skill, "Welding", "First Technician")
        self.technician.skill_ids = False
        self.skill.with_user(self.user_manager).unlink()
        self.assertFalse(self.skill.exists())

    def test_an_area(self):
        (self.technician | self.technician_2).area_ids = self.area
        self._assert_refused(self.area, "North", "First Technician")
        self.area.with_user(self.user_manager).active = False
        self.env.invalidate_all()
        # Else the technicians would go everywhere.
        self.customer.zip = "99"
        visit = self._create_appointment()
        with self.assertRaisesRegex(UserError, "does not go to 99"):
            visit.with_user(self.user_dispatcher).action_assign()

    def test_a_team_and_a_stage(self):
        team = self.env["support.team"].create({"name": "Team"})
        stage = self.env["support.stage"].create({"name": "Odd", "state": "open"})
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "team_id": team.id, "stage_id": stage.id}
        )
        self._assert_refused(team, "Team", ticket.number)
        self._assert_refused(stage, "Odd", ticket.number)
        team.with_user(self.user_manager).action_archive()
        stage.with_user(self.user_manager).action_archive()
        self.env.invalidate_all()
        self.assertEqual((ticket.team_id, ticket.stage_id, ticket.state), (team, stage, "open"))

    def test_contacts_that_are_merged(self):
        twin = self.env["res.partner"].create(
            {"name": "Known Twin", "email": "known@example.com", "phone": "+32 2 555 01 00"}
        )
        ticket = self.env["support.ticket"].create({"name": "Printer", "partner_id": twin.id})
        visit = self._create_appointment(partner_id=twin.id, technician_id=self.technician.id)
        draft = self._create_appointment(partner_id=twin.id, start=at("2026-03-06 10:00"))
        visit.action_confirm()
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, self.customer)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(twin.exists())
        self.assertEqual((visit | draft).partner_id, self.customer)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(visit.state, "confirmed")
        # As it was announced; a draft follows its contact.
        self.assertEqual(visit.customer_name, "Known Twin")
        self.assertEqual(draft.customer_name, "Known Customer")


@tagged("post_install", "-at_install")
class TestOneTechnicianAUser(SupportCase):
    """To the guarantee against double bookings two technicians are two people."""

    def _create_second(self, **values):
        return self.env["support.technician"].create(
            {"name": "Another", "user_id": self.user_technician.id, **values}
        )

    def test_a_second_one_is_refused(self):
        technicians = self.env["support.technician"].with_user(self.user_manager)
        words = "support_technician .*one technician only.*First Technician.*archive"
        second, user = self.technician_2.with_user(self.user_manager), self.user_technician
        for attempt in (
            lambda: technicians.create({"name": "Another", "user_id": user.id}),
            lambda: second.write({"user_id": user.id}),
            lambda: second.resource_id.write({"user_id": user.id}),
        ):
            with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()

    def test_in_another_company_too(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        with self.assertRaisesRegex(ValidationError, "leave the technician's company empty"):
            self._create_second(company_id=company.id)

    def test_one_who_is_archived_is_no_obstacle_until_restored(self):
        self.technician.active = False
        second = self._create_second()
        with self.assertRaisesRegex(ValidationError, "one technician only"):
            self.technician.with_user(self.user_manager).action_unarchive()
        self.env.invalidate_all()
        second.active = False
        self.technician.active = True
        self.assertTrue(self.technician.active)

    def test_users_that_are_exchanged(self):
        self.technician_2.user_id = self.user_dispatcher
        self.technician.user_id = False
        self.technician_2.user_id = self.user_technician
        self.technician.user_id = self.user_dispatcher
        self.env.flush_all()
        self.assertEqual(self.technician.user_id, self.user_dispatcher)

    def test_the_database_refuses_what_two_write_at_once(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_technician SET user_id = %s WHERE id = %s",
            [self.user_technician.id, self.technician_2.id],
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(ExclusionViolation, "support_technician_one_user"),
        ):
            self.env.cr.execute("SET CONSTRAINTS support_technician_one_user IMMEDIATE")

    def test_a_copy_is_somebody_else(self):
        self.technician.skill_ids = self.env["support.skill"].create({"name": "Welding"})
        copy = self.technician.with_user(self.user_manager).copy()
        self.env.flush_all()
        self.assertFalse(copy.user_id)
        self.assertFalse(copy.email)
        self.assertNotEqual(copy.resource_id, self.technician.resource_id)
        self.assertEqual(copy.skill_ids, self.technician.skill_ids)
        self.assertEqual(copy.resource_calendar_id, self.calendar)
        self.assertEqual(self.technician.user_id, self.user_technician)
        user = new_test_user(self.env, login="support_third", groups="base.group_user")
        self.assertEqual(self.technician.copy({"user_id": user.id}).user_id, user)
