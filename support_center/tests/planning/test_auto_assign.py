from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.planning.support_appointment_auto_assign import AUTO_ASSIGN
from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestAutoAssign(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(AUTO_ASSIGN, "True")
        # A technician who confirmed it is not told; a technician with an address is.
        cls.technician.email = "first@example.com"

    def _confirm(self, **values):
        visit = self._create_appointment(**values)
        visit.with_user(self.user_dispatcher).action_confirm()
        return visit

    def test_off_unless_switched_on(self):
        self.assertEqual(
            self.env.ref("support_center.config_parameter_auto_assign").key, AUTO_ASSIGN
        )
        self.env["ir.config_parameter"].set_param(AUTO_ASSIGN, "False")
        visit = self._confirm()
        self.assertFalse(visit.technician_id)
        self.assertFalse(self._get_log(visit, "auto_assign"))
        self.assertFalse(visit.activity_ids)

    def test_the_settings_page_switches_it(self):
        settings = self.env["res.config.settings"]
        self.assertTrue(settings.create({}).support_center_auto_assign)
        settings.create({"support_center_auto_assign": False}).execute()
        self.assertFalse(self.env["ir.config_parameter"]._get_support_flag(AUTO_ASSIGN))
        self.assertFalse(settings.create({}).support_center_auto_assign)

    def test_the_confirmation_names_the_technician_who_is_told_too(self):
        visit = self._confirm()
        self.assertEqual(visit.technician_id, self.technician)
        (mail,) = self._get_notices(visit)
        self.assertEqual(mail.support_notice, "confirmation")
        self.assertIn("First Technician", mail.body_html)
        self.assertEqual(visit.technician_notified_id, self.technician)
        log = self._get_log(visit, "auto_assign")
        self.assertEqual(log.outcome, "ok")
        self.assertEqual(log.message, visit.assignment_note)
        self.assertIn("First Technician (30 min)", visit.assignment_note)

    def test_created_as_confirmed(self):
        visits = (
            self.env["support.appointment"]
            .with_user(self.user_dispatcher)
            .create(
                [
                    {
                        "partner_id": self.customer.id,
                        "start": at("2026-03-05 10:00"),
                        "state": "confirmed",
                    }
                ]
                * 2
            )
        )
        self.assertEqual(visits.technician_id, self.technician | self.technician_2)
        for visit in visits:
            (mail,) = self._get_notices(visit)
            self.assertIn(visit.technician_id.name, mail.body_html)

    def test_many_at_once_are_told_apart(self):
        visits = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id, "start": at("2026-03-05 10:00")} for _n in range(3)]
        )
        visits.with_user(self.user_dispatcher).action_confirm()
        self.assertEqual(set(visits.mapped("state")), {"confirmed"})
        self.assertEqual(visits.technician_id, self.technician | self.technician_2)
        (left,) = visits.filtered(lambda v: not v.technician_id)
        self.assertEqual(left, visits[2])

    def test_where_nobody_can_come_it_is_confirmed_and_a_dispatcher_asked(self):
        visit = self._confirm(start=at("2026-03-08 10:00"))
        self.assertEqual(visit.state, "confirmed")
        self.assertFalse(visit.technician_id)
        log = self._get_log(visit, "auto_assign")
        self.assertEqual(log.outcome, "skipped")
        self.assertIn("First Technician does not work on that day", log.message)
        self.assertEqual(visit.activity_ids.summary, "Confirmed without a technician")
        self.assertIn("Second Technician does not work", visit.activity_ids.note)
        self.assertTrue(
            visit.activity_ids.user_id.has_group("support_center.group_support_dispatcher")
        )
        self.assertTrue(self._get_notices(visit))

    def test_whoever_was_chosen_by_hand_stays(self):
        visit = self._confirm(technician_id=self.technician_2.id)
        self.assertEqual(visit.technician_id, self.technician_2)
        self.assertFalse(self._get_log(visit, "auto_assign"))

    def test_a_visit_that_a_manager_records_afterwards_stays_as_it_is(self):
        visit = (
            self.env["support.appointment"]
            .with_user(self.user_manager)
            .create(
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-01 10:00"),
                    "state": "confirmed",
                }
            )
        )
        self.assertFalse(visit.technician_id)

    def test_what_cannot_be_confirmed_is_refused_before(self):
        visit = self._create_appointment(partner_id=False)
        with self.assertRaisesRegex(
            ValidationError, f"{visit.name} cannot be confirmed: it needs a customer"
        ):
            visit.action_confirm()
        self.assertFalse(self._get_log(visit, "auto_assign"))

    def test_a_failure_keeps_nobody_from_confirming(self):
        ranking = self.registry["support.ranking"]
        self.patch(ranking, "_choose", lambda *_args: 1 / 0)
        with self.assertLogs("support_center.automation", "WARNING"):
            visit = self._confirm()
        self.assertEqual(visit.state, "confirmed")
        self.assertFalse(visit.technician_id)
        self.assertEqual(self._get_log(visit, "auto_assign").outcome, "failed")
        self.assertTrue(self._get_notices(visit))

    def test_whoever_confirms_needs_no_right_to_read_the_others(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        own = visit.with_user(self.user_technician)
        # Handed back and confirmed in one save, by somebody who then sees it no more.
        own.write({"technician_id": False, "state": "confirmed"})
        self.assertEqual(visit.technician_id, self.technician)
