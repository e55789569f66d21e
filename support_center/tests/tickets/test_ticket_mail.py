from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase


@tagged("post_install", "-at_install")
class TestTicketMail(SupportMailCase):
    """A mail to an alias is never refused, and what it makes is of the alias's company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create(
            {"name": "Second Company", "email": "second@example.org"}
        )
        cls.company_2.alias_domain_id = cls.env.company.alias_domain_id
        cls.team = cls._create_team("first-team")
        cls.team_2 = cls._create_team("second-team", company_id=cls.company_2.id)
        # Nobody but those who were given the company may work in it.
        cls.gateway = new_test_user(cls.env, login="gateway", groups="base.group_system")

    @classmethod
    def _create_team(cls, name, **values):
        return cls.env["support.team"].create({"name": name, "alias_name": name, **values})

    def _receive(self, *local_parts, sender="Ann <ann@example.com>", body="It burns.", **kwargs):
        """Hand a mail to the gateway, which works for the main company.

        :return: the new ``support.ticket`` records
        """
        tickets = self.env["support.ticket"]
        last = tickets.search([], order="id desc", limit=1).id or 0
        self._send_mail(
            body,
            to=", ".join(f"{part}@{self.alias_domain}" for part in local_parts),
            sender=sender,
            subject=kwargs.pop("subject", "Help"),
            message_id=kwargs.pop("message_id", "<ticket-1@example.com>"),
            **kwargs,
        )
        return tickets.with_context(active_test=False).search([("id", ">", last)], order="id")

    def _assert_valid(self, *teams):
        for team in teams:
            self.assertEqual(team.alias_id.alias_status, "valid")

    # ------------------------------------------------------------------
    # Company
    # ------------------------------------------------------------------

    def test_a_mail_to_a_team_of_another_company(self):
        ticket = self._receive("second-team")
        self.assertEqual(ticket.company_id, self.company_2)
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertEqual(ticket.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(ticket.description, "It burns.")
        self._assert_valid(self.team_2)

    def test_whichever_company_the_gateway_works_for(self):
        self.env = self.env(context={"allowed_company_ids": self.company_2.ids})
        ticket = self._receive("first-team")
        self.assertEqual(ticket.company_id, self.team.company_id)
        self.assertEqual(ticket.team_id, self.team)

    def test_a_gateway_s_user_without_the_company(self):
        self.env = self.env(user=self.gateway)
        tickets = self.env["support.ticket"].sudo()
        self.env["mail.thread"].message_process(
            None,
            f"From: ann@example.com\nTo: second-team@{self.alias_domain}\nSubject: Help\n"
            "Message-Id: <gateway-1@example.com>\nContent-Type: text/plain\n\nHelp\n",
        )
        ticket = tickets.search([("team_id", "=", self.team_2.id)])
        self.assertEqual(ticket.company_id, self.company_2)

    def test_one_mail_to_teams_of_two_companies(self):
        tickets = self._receive("first-team", "second-team")
        self.assertEqual(tickets.team_id, self.team | self.team_2)
        self.assertEqual(
            tickets.mapped("company_id"), self.team.company_id | self.team_2.company_id
        )
        for ticket in tickets:
            self.assertEqual(ticket.company_id, ticket.team_id.company_id)
            self.assertIn("burns", ticket.message_ids.mapped("body")[0])
        self._assert_valid(self.team, self.team_2)

    def test_one_mail_to_a_team_and_to_the_address_for_requests(self):
        tickets = self._receive("second-team", "appointments")
        self.assertEqual(tickets.company_id, self.company_2)
        appointment = self.env["support.appointment"].search([], order="id desc", limit=1)
        self.assertEqual(appointment.intake_subject, "Help")
        self.assertEqual(appointment.company_id, self.env.company)

    def test_a_team_without_company(self):
        team = self._create_team("any-team", company_id=False)
        ticket = self._receive("any-team")
        self.assertEqual(ticket.team_id, team)
        self.assertEqual(ticket.company_id, self.env.company)

    def test_a_domain_of_one_company_decides_where_nothing_else_does(self):
        domain = self.env["mail.alias.domain"].create({"name": "second.example.org"})
        self.company_2.alias_domain_id = domain
        team = self._create_team("any-team", company_id=False)
        team.alias_domain_id = domain
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "visits",
                "alias_domain_id": domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("support.appointment"),
            }
        )
        made = self._send_mail(
            to="any-team@second.example.org, visits@second.example.org", subject="Help"
        )
        self.assertEqual(made.company_id, self.company_2)
        self.assertTrue(made.name)
        ticket = self.env["support.ticket"].search([("team_id", "=", team.id)])
        self.assertEqual(ticket.company_id, self.company_2)
        self._assert_valid(team)
        self.assertEqual(alias.alias_status, "valid")

    def test_an_alias_for_requests_that_names_a_company(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "visits",
                "alias_domain_id": self.env.company.alias_domain_id.id,
                "alias_model_id": self.env["ir.model"]._get_id("support.appointment"),
                "alias_defaults": {"company_id": self.company_2.id},
            }
        )
        made = self._send_mail(to=f"visits@{self.alias_domain}")
        self.assertEqual(made.company_id, self.company_2)
        self.assertEqual(made.intake_state, "accepted")
        self.assertEqual(made.partner_id.company_id, self.company_2)

    def test_the_catchall_makes_nothing_and_harms_no_alias(self):
        catchall = self.env.company.alias_domain_id.catchall_alias
        self.assertFalse(self._receive(catchall))
        ticket = self._receive(catchall, "second-team", message_id="<ticket-2@example.com>")
        self.assertEqual(ticket.company_id, self.company_2)
        self._assert_valid(self.team_2)

    def test_an_archived_team_s_mails_go_to_another_team_of_its_company(self):
        self._create_team("third-team", company_id=self.company_2.id)
        self.team_2.active = False
        ticket = self._receive("second-team")
        self.assertTrue(ticket.team_id.active)
        self.assertIn(ticket.team_id.company_id, (self.company_2, self.env["res.company"]))
        self.assertEqual(ticket.company_id, self.company_2)
        self.env["support.team"].search([]).active = False
        ticket = self._receive("second-team", message_id="<ticket-2@example.com>")
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertEqual(ticket.company_id, self.company_2)

    def test_a_deleted_team_leaves_no_alias_behind(self):
        alias = self.team_2.alias_id
        self.team_2.unlink()
        self.assertFalse(alias.exists())
        ticket = self._receive("second-team", "first-team")
        self.assertEqual(ticket.team_id, self.team)

    # ------------------------------------------------------------------
    # Never refused
    # ------------------------------------------------------------------

    def _assert_kept_without(self, defaults):
        self.team_2.alias_id.alias_defaults = repr({"team_id": self.team_2.id, **defaults})
        with mute_logger("support_center.automation", "odoo.sql_db"):
            ticket = self._receive("second-team", message_id=f"<{id(defaults)}@example.com>")
        self.assertEqual(ticket.name, "Help")
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertEqual(ticket.company_id, self.company_2)
        self._assert_valid(self.team_2)
        return ticket

    def test_defaults_that_no_ticket_can_have_are_left_out_and_told(self):
        for defaults in (
            {"stage_id": 99_999_999},
            {"priority": "rubbish"},
            {"partner_id": 99_999_999},
            {"user_id": "rubbish"},
            {
                "partner_id": self.env["res.partner"]
                .create({"name": "Of the first", "company_id": self.env.company.id})
                .id
            },
        ):
            with self.subTest(defaults=defaults):
                ticket = self._assert_kept_without(defaults)
                activity = ticket.activity_ids
                self.assertEqual(activity.summary, "An alias has wrong default values")
                log = self.env["support.automation.log"].search(
                    [("res_model", "=", "support.ticket"), ("res_id", "=", ticket.id)]
                )
                self.assertEqual(log.outcome, "failed")
                self.assertIn("without the default values of the alias", log.message)

    def test_defaults_that_say_nothing_do_no_harm(self):
        ticket = self._assert_kept_without({"no_such_field": 1, "number": "TCK/1"})
        self.assertRegex(ticket.number, r"^TCK/2026/\d{5}$")
        self.assertFalse(ticket.activity_ids)

    def test_defaults_that_fit_are_taken(self):
        stage = self.env.ref("support_center.support_stage_solved")
        ticket = self._assert_kept_without({"stage_id": stage.id, "priority": "3"})
        self.assertEqual(ticket.stage_id, stage)
        self.assertEqual(ticket.priority, "3")

    def test_a_team_that_does_not_exist(self):
        self.team_2.alias_id.alias_defaults = "{'team_id': 99999999}"
        with mute_logger("support_center.automation", "odoo.sql_db"):
            ticket = self._receive("second-team")
        self.assertEqual(ticket.company_id, self.company_2)
        self._assert_valid(self.team_2)

    def test_a_team_without_a_stage_of_its_own(self):
        self.env["support.stage"].search([]).team_ids = self.team
        ticket = self._receive("second-team")
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertTrue(ticket.stage_id)

    def test_a_mail_without_subject_and_text(self):
        ticket = self._receive("second-team", subject="  ", body="")
        self.assertEqual(ticket.name, "No subject")

    # ------------------------------------------------------------------
    # Customer
    # ------------------------------------------------------------------

    def test_the_sender_is_matched_within_the_company(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": "Ann", "email": "ann@example.com", "company_id": company.id}
                for company in (self.env.company, self.company_2)
            ]
        )
        tickets = self._receive("first-team", "second-team")
        self.assertEqual(tickets.sorted("company_id").mapped("partner_id"), contacts)
        for ticket in tickets:
            self.assertEqual(ticket.partner_id.company_id, ticket.company_id)

    def test_a_contact_of_another_company_alone_is_no_customer(self):
        self.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com", "company_id": self.env.company.id}
        )
        ticket = self._receive("second-team")
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.company_id, self.company_2)

    def test_a_sender_with_a_user_that_may_do_nothing(self):
        self.user_employee.email = "employee.of.ours@example.com"
        ticket = self._receive("second-team", sender=self.user_employee.email_formatted)
        self.assertEqual(ticket.partner_id, self.user_employee.partner_id)
        self.assertEqual(ticket.create_uid, self.env.ref("base.user_root"))

    def test_a_sender_without_an_address(self):
        ticket = self._receive("second-team", sender="nobody")
        self.assertFalse(ticket.partner_id)


@tagged("post_install", "-at_install")
class TestDecidedCompany(SupportMailCase):
    """Where no company is given, the record that is named decides it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create({"name": "Second Company"})
        cls.user_dispatcher.company_ids |= cls.company_2
        own = {"company_id": cls.company_2.id}
        cls.team_2 = cls.env["support.team"].create({"name": "B", **own})
        cls.named = {
            "technician_id": cls.env["support.technician"].create({"name": "B", **own}),
            "type_id": cls.env["support.appointment.type"].create({"name": "B", **own}),
            "ticket_id": cls.env["support.ticket"].create({"name": "B", **own}),
            "partner_id": cls.env["res.partner"].create({"name": "B", **own}),
        }

    def test_the_record_named_decides(self):
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        for field, record in self.named.items():
            with self.subTest(field=field):
                made = appointments.create({field: record.id})
                self.assertEqual(made.company_id, self.company_2)
                made = appointments.with_context(**{f"default_{field}": record.id}).create({})
                self.assertEqual(made.company_id, self.company_2)

    def test_in_a_batch_each_for_itself(self):
        made = self.env["support.appointment"].create(
            [
                {"technician_id": self.technician.id},
                {"technician_id": self.named["technician_id"].id},
                {},
            ]
        )
        self.assertEqual(
            [record.company_id for record in made],
            [self.env.company, self.company_2, self.env.company],
        )

    def test_the_team_decides_on_a_ticket(self):
        ticket = self.env["support.ticket"].create({"name": "Help", "team_id": self.team_2.id})
        self.assertEqual(ticket.company_id, self.company_2)
        other = self.env["support.ticket"].create({"name": "Help", "company_id": self.company_2.id})
        self.assertIn(other.team_id.company_id, (self.company_2, self.env["res.company"]))

    def test_what_disagrees_is_refused_in_words(self):
        for vals in (
            {"company_id": self.env.company.id, "technician_id": self.named["technician_id"].id},
            {"technician_id": self.technician.id, "ticket_id": self.named["ticket_id"].id},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "another company"):
                self.env["support.appointment"].create(vals)

    def test_a_company_that_is_not_the_user_s_is_refused_in_words(self):
        self.user_dispatcher.company_ids -= self.company_2
        with self.assertRaises(UserError) as caught:
            self.env["support.appointment"].with_user(self.user_dispatcher).create(
                {"technician_id": self.named["technician_id"].id}
            )
        self.assertIn("company", str(caught.exception))

    def test_a_team_with_tickets_does_not_change_its_company(self):
        self.env["support.ticket"].create({"name": "Help", "team_id": self.team_2.id})
        with self.assertRaisesRegex(UserError, "B cannot go to .*of Second Company would be left"):
            self.team_2.company_id = self.env.company
        self.team_2.company_id = False
