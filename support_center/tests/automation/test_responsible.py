from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestResponsible(SupportCase):
    """Who gets the activities of the automations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chosen = cls._make_dispatcher("support_chosen")
        cls.planner = cls._make_dispatcher("support_planner")
        cls.company = cls.env.company

    @classmethod
    def _make_dispatcher(cls, login):
        role = "support_center.group_support_dispatcher"
        return new_test_user(cls.env, login=login, groups=role, tz="UTC")

    @mute_logger("support_center.automation")
    def _get_asked(self, record):
        """The user who gets the activity about an automation of this record that fails."""

        def _fail(_records):
            raise UserError("the printer is on fire")

        record.activity_ids.unlink()
        record._run_automation("probe", _fail)
        return record.activity_ids.user_id

    def test_the_one_of_the_appointment_then_its_ticket_s_then_the_company_s(self):
        ticket = self.env["support.ticket"].create({"name": "Broken kettle"})
        visit = self._create_appointment(ticket_id=ticket.id)
        first = self._get_asked(visit)
        self.assertTrue(first.has_group("support_center.group_support_dispatcher"))
        self.company.support_responsible_id = self.chosen
        self.assertEqual(self._get_asked(visit), self.chosen)
        ticket.user_id = self.user_dispatcher
        self.assertEqual(self._get_asked(visit), self.user_dispatcher)
        visit.user_id = self.planner
        self.assertEqual(self._get_asked(visit), self.planner)

    def test_somebody_who_cannot_do_it_is_not_asked(self):
        self.company.support_responsible_id = self.chosen
        visit = self._create_appointment(user_id=self.planner.id)
        self.planner.active = False
        self.assertEqual(self._get_asked(visit), self.chosen)
        self.chosen.groups_id = self.env.ref("base.group_user")
        asked = self._get_asked(visit)
        self.assertNotIn(asked, self.chosen | self.planner)
        self.assertTrue(asked.has_group("support_center.group_support_dispatcher"))

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.chosen.company_ids += other
        other.support_responsible_id = self.chosen
        self.company.support_responsible_id = self.planner
        self.assertEqual(self._get_asked(self._create_appointment()), self.planner)
        visit = self._create_appointment(company_id=other.id)
        self.assertEqual(self._get_asked(visit), self.chosen)

    def test_only_somebody_who_can_do_it_is_chosen(self):
        with self.assertRaisesRegex(ValidationError, "give them the right “Dispatcher”"):
            self.company.support_responsible_id = self.user_employee
        with self.assertRaisesRegex(ValidationError, "access to this company"):
            self.env["res.company"].create({"name": "X", "support_responsible_id": self.chosen.id})

    def test_who_plans_a_visit_looks_after_it(self):
        values = {"partner_id": self.customer.id, "start": "2026-03-05 10:00:00"}
        visits = self.env["support.appointment"]
        own = visits.with_user(self.planner).create(values)
        self.assertEqual(own.user_id, self.planner)
        # Nobody has asked for a mail about what they took themselves.
        self.assertFalse(self.env["mail.mail"].search([("res_id", "=", own.id)]))
        mailed = visits.create(values)
        self.assertFalse(mailed.user_id, "made by a program")
        both = (own | mailed).with_user(self.user_manager)
        both.action_confirm()
        self.assertEqual(own.user_id, self.planner)
        self.assertEqual(mailed.user_id, self.user_manager, "who has confirmed it")
        self.assertFalse(own.sudo().copy().user_id, "a copy by a program")
        self.assertEqual(own.with_user(self.user_dispatcher).copy().user_id, self.user_dispatcher)

    def test_a_manager_s_question_goes_to_the_one_who_was_chosen_if_a_manager(self):
        visit = self._create_appointment()
        second = new_test_user(
            self.env, login="second_manager", groups="support_center.group_support_manager"
        )
        self.assertNotEqual(visit._automation_manager(), second)
        self.company.support_responsible_id = second
        self.assertEqual(visit._automation_manager(), second)
        self.company.support_responsible_id = self.chosen
        self.assertTrue(
            visit._automation_manager().has_group("support_center.group_support_manager")
        )
