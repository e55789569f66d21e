from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestTicketSync(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )

    def _visit(self, day=5, **values):
        return self._create_appointment(
            **{
                "ticket_id": self.ticket.id,
                "start": at(f"2026-03-{day:02} 10:00"),
                "technician_id": self.technician.id,
                **values,
            }
        )

    def _set_by_hand(self, state):
        self.ticket.stage_id = self.env["support.stage"].search([("state", "=", state)], limit=1)

    def test_every_state(self):
        visit = self._visit()
        self.assertEqual(self.ticket.state, "new")
        for action, state in (
            ("action_confirm", "pending"),
            ("action_no_show", "open"),
            ("action_draft", "open"),
            ("action_confirm", "pending"),
            ("action_start", "open"),
            ("action_done", "solved"),
        ):
            getattr(visit, action)()
            self.assertEqual(self.ticket.state, state, action)
        self.assertEqual(self._get_log(visit, "sync_ticket").mapped("outcome"), ["ok"] * 5)

    def test_cancelled_reopens(self):
        visit = self._visit()
        visit.action_confirm()
        visit.action_cancel()
        self.assertEqual(self.ticket.state, "open")

    def test_the_technician_s_own_work_moves_it(self):
        visit = self._visit()
        visit.action_confirm()
        own = visit.with_user(self.user_technician)
        with freeze_time(visit.start):
            own.action_start()
            own.action_done()
        self.assertEqual(self.ticket.state, "solved")

    def test_solved_only_when_the_last_open_one_is_done(self):
        first, second = self._visit(5), self._visit(6)
        (first | second).action_confirm()
        first.action_start()
        first.action_done()
        self.assertNotEqual(self.ticket.state, "solved")
        self.assertEqual(self._get_log(first, "sync_ticket")[0].outcome, "skipped")
        second.action_start()
        second.action_done()
        self.assertEqual(self.ticket.state, "solved")

    def test_a_draft_that_waits_keeps_it_open(self):
        first = self._visit(5)
        self._visit(6)
        first.action_confirm()
        first.action_start()
        first.action_done()
        self.assertEqual(self.ticket.state, "open")

    def test_a_stage_set_by_hand_afterwards_wins(self):
        visit = self._visit()
        visit.action_confirm()
        self._set_by_hand("cancelled")
        visit.action_start()
        self.assertEqual(self.ticket.state, "cancelled")
        self.assertIn("by hand", self._get_log(visit, "sync_ticket")[0].message)

    def test_back_in_step_when_the_hand_meant_the_same(self):
        visit = self._visit()
        visit.action_confirm()
        self._set_by_hand("open")
        visit.action_start()
        visit.action_done()
        self.assertEqual(self.ticket.state, "solved")

    def test_a_stage_set_before_the_first_visit_is_no_obstacle(self):
        self._set_by_hand("open")
        self._visit().action_confirm()
        self.assertEqual(self.ticket.state, "pending")

    def test_stages_of_the_ticket_s_team(self):
        team = self.env["support.team"].create({"name": "Second line"})
        self.ticket.team_id = team
        stage = self.env["support.stage"].create(
            {"name": "Technician comes", "state": "pending", "sequence": 1, "team_ids": team.ids}
        )
        self._visit().action_confirm()
        self.assertEqual(self.ticket.stage_id, stage)

    def test_a_change_of_team_is_no_stage_set_by_hand(self):
        teams = self.env["support.team"].create([{"name": "First line"}, {"name": "Second line"}])
        self.env["support.stage"].create(
            {"name": "Visit", "state": "pending", "sequence": 1, "team_ids": teams[0].ids}
        )
        self.ticket.team_id = teams[0]
        visit = self._visit()
        visit.action_confirm()
        self.assertEqual(self.ticket.stage_id.name, "Visit")
        self.ticket.team_id = teams[1]
        self.assertNotEqual(self.ticket.stage_id.name, "Visit")
        visit.action_start()
        self.assertEqual(self.ticket.state, "open")
        self.assertEqual(self._get_log(visit, "sync_ticket")[0].outcome, "ok")
        visit.action_done()
        self.assertEqual(self.ticket.state, "solved")

    def test_without_such_a_stage(self):
        self.env["support.stage"].search([("state", "=", "pending")]).active = False
        visit = self._visit()
        visit.action_confirm()
        self.assertEqual(self.ticket.state, "new")
        self.assertEqual(self._get_log(visit, "sync_ticket").outcome, "skipped")

    def test_ticket_that_is_linked_later(self):
        visit = self._visit(ticket_id=False)
        visit.action_confirm()
        visit.ticket_id = self.ticket
        self.assertEqual(self.ticket.state, "pending")
