"""A visit that somebody expects keeps its customer and its company, by whatever way."""

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestCustomerKept(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment()
        cls.visit.action_confirm()
        cls.env.flush_all()
        cls.mail = cls.env["mail.mail"].search([("res_id", "=", cls.visit.id)])

    def test_by_write(self):
        visit = self.visit.with_user(self.user_dispatcher)
        for nothing in (False, None, ""):
            with self.assertRaisesRegex(
                ValidationError, f"{visit.name}: a confirmed visit keeps its customer"
            ):
                visit.write({"partner_id": nothing})
        self.assertEqual(self.visit.partner_id, self.customer)
        self.assertTrue(self.visit.confirmation_sent)
        self.assertEqual(self._get_notices(self.visit).mapped("state"), ["outgoing"])

    def test_in_progress_too_and_not_with_a_move(self):
        self.visit.action_start()
        with self.assertRaisesRegex(ValidationError, "keeps its customer"):
            self.visit.write({"partner_id": False, "location": "x"})

    def test_a_draft_may_lose_it_also_in_the_same_save(self):
        self.visit.write({"state": "draft", "partner_id": False})
        self.assertFalse(self.visit.partner_id)
        with self.assertRaisesRegex(ValidationError, "needs a customer"):
            self.visit.action_confirm()

    def test_another_customer_in_the_same_save_as_the_confirmation(self):
        other = self.env["res.partner"].create(
            {"name": "Other Customer", "email": "other@example.com", "phone": "+32 2 555 01 99"}
        )
        draft = self._create_appointment()
        self.assertEqual(draft.customer_name, "Known Customer")
        draft.with_user(self.user_dispatcher).write({"partner_id": other.id, "state": "confirmed"})
        self.env.invalidate_all()
        self.assertEqual(draft.customer_name, "Other Customer")
        self.assertEqual(draft.customer_email, "other@example.com")
        self.assertEqual(draft.customer_phone, "+32 2 555 01 99")

    def test_by_deleting_the_contact(self):
        with self.assertRaisesRegex(
            UserError, f"Known Customer cannot be deleted.*{self.visit.name}.*Cancel these visits"
        ):
            self.customer.unlink()
        self.visit.action_cancel()
        self.customer.unlink()
        self.assertFalse(self.visit.partner_id)
        self.assertEqual(self.visit.customer_name, "Known Customer")

    def test_by_deleting_it_where_the_user_does_not_see_the_visit(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        shared = self.env["res.partner"].create({"name": "Shared"})
        far = self._create_appointment(company_id=company.id, partner_id=shared.id)
        far.action_confirm()
        self.user_employee.groups_id += self.env.ref("base.group_partner_manager")
        with self.assertRaisesRegex(UserError, "Shared cannot be deleted"):
            shared.with_user(self.user_employee).unlink()

    def test_by_raw_sql(self):
        for statement in (
            "UPDATE support_appointment SET partner_id = NULL WHERE id = %s",
            "DELETE FROM res_partner WHERE id = (SELECT partner_id FROM support_appointment "
            "WHERE id = %s)",
        ):
            with (
                self.subTest(statement=statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [self.visit.id])

    def test_its_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(ValidationError, f"{self.visit.name}.*stays in its company"):
            self.visit.write({"company_id": company.id})
        draft = self._create_appointment()
        draft.write({"company_id": company.id})
        self.assertEqual(draft.company_id, company)

    def test_a_contact_that_moves_to_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(
            UserError, f"Known Customer cannot go to Elsewhere: {self.visit.name}"
        ):
            self.customer.company_id = company
        self.customer.company_id = self.env.company
        self.visit.action_cancel()
        self.customer.company_id = company

    def test_merging_contacts_carries_the_visit_along(self):
        other = self.env["res.partner"].create({"name": "Kept", "email": "known@example.com"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [(6, 0, (self.customer | other).ids)],
                "dst_partner_id": other.id,
                "state": "selection",
            }
        )
        wizard.action_merge()
        self.visit.invalidate_recordset()
        self.assertEqual((self.visit.partner_id, self.visit.state), (other, "confirmed"))
        self.assertEqual(self._get_notices(self.visit).mapped("state"), ["outgoing"])
