from odoo.tests import tagged

from ..common import GUIDE_DATA, SupportCase, at


@tagged("post_install", "-at_install")
class TestAppointmentCopy(SupportCase):
    def test_reference_comes_from_the_sequence(self):
        first, second = self._create_appointment(), self._create_appointment()
        self.assertRegex(first.name, r"^APT/2026/\d{5}$")
        self.assertNotEqual(first.name, second.name)

    def test_batch_is_numbered_in_order(self):
        made = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id} for _number in range(5)]
        )
        self.assertEqual(made.mapped("name"), sorted(made.mapped("name")))
        self.assertEqual(len(set(made.mapped("name"))), 5)

    def test_a_gapless_sequence_set_by_the_administrator_is_honoured(self):
        sequence = self.env.ref("support_center.sequence_support_appointment")
        sequence.write({"implementation": "no_gap", "prefix": "V-", "number_next": 7})
        made = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id} for _number in range(2)]
        )
        self.assertEqual(made.mapped("name"), ["V-00007", "V-00008"])

    def test_a_company_s_own_sequence_wins(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env["ir.sequence"].create(
            {
                "name": "Own",
                "code": "support.appointment",
                "prefix": "OWN-",
                "company_id": company.id,
            }
        )
        made = self.env["support.appointment"].create({"company_id": company.id})
        self.assertEqual(made.name, "OWN-1")

    def test_copy_is_a_new_appointment(self):
        appointment = self._create_appointment(
            technician_id=self.technician.id,
            confirmation_sent=True,
            reminder_sent=True,
            send_reminder_email=False,
            description="Keep me",
        )
        appointment.action_confirm()
        copy = appointment.copy()
        self.assertNotEqual(copy.name, appointment.name)
        self.assertNotEqual(copy.ics_uid, appointment.ics_uid)
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.start)
        self.assertFalse(copy.confirmation_sent or copy.reminder_sent)
        self.assertFalse(copy.send_reminder_email)
        self.assertEqual(copy.description, "Keep me")
        self.assertEqual(copy.partner_id, self.customer)

    def test_copy_of_a_record_that_still_carries_external_data(self):
        appointments = self.env["support.appointment"].with_context(external_data=GUIDE_DATA)
        made = appointments.create({})
        copy = made.with_context(external_data=GUIDE_DATA).copy({"start": at("2026-03-09 10:00")})
        self.assertEqual(copy.source, "manual")
        self.assertEqual(copy.intake_state, "none")
        self.assertEqual(copy.start, at("2026-03-09 10:00"))

    def test_defaults(self):
        appointment = self._create_appointment()
        self.assertTrue(appointment.send_confirmation_email and appointment.send_reminder_email)
        self.assertFalse(appointment.confirmation_sent or appointment.reminder_sent)
        self.assertEqual(appointment.priority, "1")
        self.assertEqual(appointment.source, "manual")
        self.assertEqual(appointment.intake_state, "none")
        self.assertEqual(appointment.ics_sequence, 0)
