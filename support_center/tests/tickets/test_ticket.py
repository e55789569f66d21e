from odoo.tests import Form, tagged

from ..common import SupportMailCase


@tagged("post_install", "-at_install")
class TestTicket(SupportMailCase):
    def test_number_stage_and_state(self):
        ticket = self.env["support.ticket"].create({"name": "Printer"})
        self.assertRegex(ticket.number, r"^TCK/2026/\d{5}$")
        self.assertEqual(ticket.state, "new")
        ticket.stage_id = self.env.ref("support_center.support_stage_solved")
        self.assertEqual(ticket.state, "solved")

    def test_stage_of_another_team_is_left_on_a_change_of_team(self):
        team, other = self.env["support.team"].create([{"name": "A"}, {"name": "B"}])
        stage = self.env["support.stage"].create(
            {"name": "Only A", "state": "open", "team_ids": [(6, 0, team.ids)]}
        )
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "team_id": team.id, "stage_id": stage.id}
        )
        ticket.team_id = other
        self.assertEqual(ticket.state, "new")

    def test_appointments_of_a_ticket(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        appointment = self._create_appointment(ticket_id=ticket.id)
        self.assertEqual(ticket.appointment_count, 1)
        action = ticket.action_view_appointments()
        self.assertEqual(self.env["support.appointment"].search(action["domain"]), appointment)
        self.assertEqual(action["context"]["default_partner_id"], self.customer.id)

    def test_copy_has_its_own_number(self):
        ticket = self.env["support.ticket"].create({"name": "Printer"})
        copy = ticket.copy()
        self.assertNotEqual(copy.number, ticket.number)
        self.assertEqual(copy.name, "Printer (copy)")

    def test_form(self):
        with Form(self.env["support.ticket"].with_user(self.user_dispatcher)) as form:
            form.name = "Printer"
            form.partner_id = self.customer
        self.assertEqual(form.record.state, "new")

    def test_mail_to_the_team_becomes_a_ticket(self):
        team = self.env["support.team"].create({"name": "Mailed", "alias_name": "mailed-team"})
        self._send_mail(
            "The printer smokes.",
            to=f"mailed-team@{self.alias_domain}",
            subject="Printer",
            sender="known@example.com",
        )
        ticket = self.env["support.ticket"].search([("team_id", "=", team.id)])
        self.assertEqual(ticket.name, "Printer")
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertIn("smokes", ticket.message_ids.mapped("body")[0])
