from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SupportCase, at

REMOTE_ONLY = "works remotely only, and this visit is on site"
ON_SITE_ONLY = "works on site only, and this visit is remote"
ON_CALL = "is on call, for urgent visits only"


@tagged("post_install", "-at_install")
class TestTechnicianKinds(SupportCase):
    """Remote desks get no visits on site, those on call only what is urgent or meant for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "UTC"
        cls.call = cls.type.copy({"name": "Call", "code": "call", "place": "remote"})
        cls.both = cls.technician | cls.technician_2

    def _visit(self, **values):
        return self._create_appointment(**{"type_id": self.type.id, **values})

    def _find_offered(self, visit, **options):
        offers = self.env["support.offers"]._find_offers(
            visit, at("2026-03-03 00:00"), at("2026-03-06 00:00"), **options
        )
        return {offer.slot.technician_id for offer in offers}

    def _confirm_elsewhere(self, visit):
        visit.with_user(self.user_dispatcher).action_assign()
        return visit.technician_id

    # Defaults

    def test_nothing_changes_for_those_who_are_there(self):
        self.assertEqual(set(self.both.mapped("service_mode")), {"both"})
        self.assertFalse(any(self.both.mapped("on_call")))
        for kind in (self.type, self.call, self.type.browse()):
            visit = self._visit(type_id=kind.id)
            self.assertEqual(visit._find_all_unmet_rules(self.both), {})

    def test_a_visit_without_a_type_asks_for_neither_place(self):
        self.technician.service_mode = "remote"
        self.technician_2.service_mode = "on_site"
        self.assertEqual(self._visit(type_id=False)._find_all_unmet_rules(self.both), {})

    # The place

    def test_a_remote_desk_is_not_sent_to_a_customer(self):
        self.technician.service_mode = "remote"
        visit = self._visit()
        self.assertEqual(
            visit._find_all_unmet_rules(self.both), {self.technician.id: [REMOTE_ONLY]}
        )
        self.assertEqual(self._find_offered(visit), set(self.technician_2.ids))
        self.assertEqual(self._find_offered(visit, technicians=self.technician), set())
        self.assertEqual(self._confirm_elsewhere(visit), self.technician_2)
        self.assertIn(REMOTE_ONLY, visit.assignment_note)

    def test_one_who_works_on_site_gets_no_remote_visit(self):
        self.technician.service_mode = "on_site"
        visit = self._visit(type_id=self.call.id)
        self.assertEqual(
            visit._find_all_unmet_rules(self.both), {self.technician.id: [ON_SITE_ONLY]}
        )
        self.assertEqual(self._find_offered(visit), set(self.technician_2.ids))
        self.assertEqual(self._confirm_elsewhere(visit), self.technician_2)

    # On call

    def test_on_call_for_urgent_visits_only(self):
        self.technician.on_call = True
        visit = self._visit(priority="2")
        self.assertEqual(visit._find_all_unmet_rules(self.both), {self.technician.id: [ON_CALL]})
        self.assertEqual(self._find_offered(visit), set(self.technician_2.ids))
        visit.priority = "3"
        self.assertEqual(visit._find_all_unmet_rules(self.both), {})
        self.assertEqual(self._find_offered(visit), set(self.both.ids))
        self.technician_2.active = False
        self.assertEqual(self._confirm_elsewhere(visit), self.technician)

    def test_on_call_when_asked_for_by_name(self):
        self.technician.on_call = True
        visit = self._visit()
        self.assertEqual(
            self._find_offered(visit, technicians=self.technician), set(self.technician.ids)
        )
        # And on a reschedule they keep the visit that they were given.
        visit.technician_id = self.technician
        self.assertIn(self.technician.id, self._find_offered(visit))

    def test_nobody_but_one_on_call_is_said_in_words(self):
        self.technician_2.active = False
        self.technician.on_call = True
        visit = self._visit()
        with self.assertRaisesRegex(UserError, f"First Technician {ON_CALL}"):
            visit.action_assign()
        ranked = self.technician._rank_for(visit)
        self.assertEqual([(r.cost, r.reasons) for r in ranked], [(None, [ON_CALL])])

    # Elsewhere

    def test_free_times_of_a_type(self):
        self.technician.service_mode = "remote"
        self.technician_2.write({"service_mode": "on_site", "on_call": True})
        window = at("2026-03-03 00:00"), at("2026-03-04 00:00")

        def find(**options):
            return {s.technician_id for s in self.both._free_slots(*window, **options)}

        self.assertEqual(find(), set(self.technician.ids))
        self.assertEqual(find(appointment_type=self.type), set())
        self.assertEqual(
            find(appointment_type=self.type, is_urgent=True), set(self.technician_2.ids)
        )
        self.assertEqual(find(appointment_type=self.call), set(self.technician.ids))

    def test_other_systems_are_told_of_those_who_fit(self):
        self.technician.service_mode = "remote"
        slots = (
            self.env["support.appointment"]
            .with_user(self.user_integration)
            .get_slots("2026-03-03", "2026-03-03", type="rep")
        )
        names = {entry["name"] for slot in slots for entry in slot["technicians"]}
        self.assertEqual(names, {"Second Technician"})

    def test_assigned_on_confirmation(self):
        self.env["ir.config_parameter"].set_param("support_center.auto_assign", True)
        self.technician.service_mode = "remote"
        self.technician_2.on_call = True
        visit = self._visit(state="confirmed")
        self.assertFalse(visit.technician_id)
        urgent = self._visit(priority="3", state="confirmed")
        self.assertEqual(urgent.technician_id, self.technician_2)

    def test_new_times(self):
        self.technician_2.on_call = True
        visit = self._visit(technician_id=self.technician.id, state="confirmed")
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-05 23:00"),
            }
        )
        proposal = self.env["support.replanner"]._propose(visit)[visit.id]
        self.assertEqual(proposal.technician_id, self.technician.id)
        visit.priority = "3"
        proposal = self.env["support.replanner"]._propose(visit)[visit.id]
        self.assertEqual(
            (proposal.technician_id, proposal.start), (self.technician_2.id, visit.start)
        )

    def test_new_times_with_the_one_on_call_who_has_the_visit(self):
        self.technician.on_call = True
        visit = self._visit(technician_id=self.technician.id, state="confirmed")
        self.technician_2.active = False
        proposal = self.env["support.replanner"]._propose(visit)[visit.id]
        self.assertEqual(proposal.technician_id, self.technician.id)

    def test_a_move_by_hand_is_done_and_warned_of_as_of_a_skill(self):
        self.technician.write({"service_mode": "remote", "on_call": True})
        visit = self._visit(technician_id=self.technician_2.id)
        board = self.env["support.board"].with_user(self.user_dispatcher)
        answer = board.move(visit.id, {"technician_id": self.technician.id})
        self.assertTrue(answer["ok"])
        # Who is dragged there by hand was asked for by name.
        self.assertEqual(answer["warnings"], [f"First Technician {REMOTE_ONLY}."])
        visit.with_user(self.user_dispatcher).action_confirm()
        self.assertEqual(visit.state, "confirmed")

    def test_a_time_that_became_free_of_one_on_call(self):
        self.technician.on_call = True
        self.assertFalse(self._visit()._can_be_done_by(self.technician))
        self.assertTrue(self._visit(priority="3")._can_be_done_by(self.technician))

    # The page

    def _search(self, visit, **values):
        action = visit.with_user(self.user_dispatcher).action_find_time()
        finder = self.env["support.slot.finder"].browse(action["res_id"])
        finder = finder.with_user(self.user_dispatcher)
        finder.write(values)
        finder.action_search()
        return finder

    def test_find_a_time_says_which_rule_leaves_nobody(self):
        self.both.service_mode = "remote"
        finder = self._search(self._visit(start=False))
        self.assertIn(
            "This visit is on site, and all with the skills work remotely", finder.message
        )
        finder = self._search(self._visit(start=False), technician_id=self.technician.id)
        self.assertIn(f"First Technician {REMOTE_ONLY}", finder.message)
        self.both.service_mode = "on_site"
        finder = self._search(self._visit(start=False, type_id=self.call.id))
        self.assertIn("This visit is remote, and all with the skills work on site", finder.message)
        self.both.on_call = True
        finder = self._search(self._visit(start=False))
        self.assertIn("All who could come are on call, for urgent visits only", finder.message)
        finder = self._search(self._visit(start=False), technician_id=self.technician.id)
        self.assertFalse(finder.message)
        self.assertEqual(finder.line_ids.technician_id, self.technician)

    def test_a_manager_says_what_kind_somebody_is(self):
        with Form(self.technician.with_user(self.user_manager)) as form:
            form.service_mode = "remote"
            form.on_call = True
        self.assertEqual((self.technician.service_mode, self.technician.on_call), ("remote", True))
        found = self.env["support.technician"].search(
            [("service_mode", "!=", "on_site"), ("on_call", "=", True)]
        )
        self.assertEqual(found, self.technician)
