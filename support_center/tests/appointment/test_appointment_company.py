from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestAppointmentCompany(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create({"name": "Second Company"})
        cls.dispatcher_2 = new_test_user(
            cls.env,
            login="support_dispatcher_2",
            groups="support_center.group_support_dispatcher",
            company_id=cls.company_2.id,
            company_ids=[(6, 0, cls.company_2.ids)],
        )

    def test_a_dispatcher_sees_the_allowed_companies_only(self):
        appointment = self._create_appointment()
        seen = self.env["support.appointment"].with_user(self.dispatcher_2).search([])
        self.assertNotIn(appointment, seen)
        with self.assertRaises(AccessError):
            appointment.with_user(self.dispatcher_2).read(["name"])

    def test_records_of_two_companies_do_not_mix(self):
        with self.assertRaisesRegex(UserError, "First Technician.* belongs to another company"):
            self._create_appointment(company_id=self.company_2.id, technician_id=self.technician.id)

    def test_contacts_are_matched_within_the_company(self):
        other = self.env["res.partner"].create(
            {
                "name": "Of the other company",
                "email": "customer@example.com",
                "company_id": self.company_2.id,
            }
        )
        data = {"customer_email": "Customer@Example.com"}
        made = self.env["support.appointment"].with_context(external_data=data).create({})
        self.assertNotEqual(made.partner_id, other)
        self.assertEqual(made.partner_id.company_id, self.env.company)
        made_2 = (
            self.env["support.appointment"]
            .with_context(external_data=data)
            .with_company(self.company_2)
            .create({})
        )
        self.assertEqual(made_2.company_id, self.company_2)
        self.assertEqual(made_2.partner_id, other)
