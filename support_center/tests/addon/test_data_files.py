from pathlib import Path

from lxml import etree

from odoo.tests import tagged

from ..common import SupportCase

ADDON = Path(__file__).parents[2]

FIXED_NAMES = {
    "automation_process_email": "base.automation",
    "server_action_process_email_appointment": "ir.actions.server",
    "server_action_create_appointment_external": "ir.actions.server",
    "mail_alias_appointments": "mail.alias",
    "group_support_technician": "res.groups",
    "group_support_dispatcher": "res.groups",
    "group_support_manager": "res.groups",
    "group_support_integration": "res.groups",
}


@tagged("post_install", "-at_install")
class TestDataFiles(SupportCase):
    def test_names_that_the_contract_fixes(self):
        for name, model in FIXED_NAMES.items():
            self.assertEqual(self.env.ref(f"support_center.{name}")._name, model, name)

    def test_code_fields_hold_one_line_that_calls_one_method(self):
        found = 0
        for path in sorted((ADDON / "data").glob("*.xml")):
            for node in etree.parse(str(path)).iterfind(".//field[@name='code']"):
                lines = [line for line in (node.text or "").splitlines() if line.strip()]
                self.assertEqual(len(lines), 1, f"{path.name}:{node.sourceline}")
                found += 1
        self.assertGreaterEqual(found, 2)

    def test_rule_is_active_and_named_as_in_the_guide(self):
        rule = self.env.ref("support_center.automation_process_email")
        self.assertTrue(rule.active)
        self.assertEqual(rule.name, "Process Email Appointment")
        action = self.env.ref("support_center.server_action_process_email_appointment")
        self.assertIn(action, rule.action_server_ids)
        self.assertEqual(action.name, "Process Email Appointment Request")

    def test_actions_of_rules_carry_no_groups(self):
        rules = self.env["base.automation"].with_context(active_test=False)
        ours = rules.search([("model_name", "=like", "support.%")])
        self.assertFalse(ours.action_server_ids.groups_id)

    def test_alias_is_routable_without_a_domain(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        self.assertTrue(alias.alias_incoming_local)
        self.assertEqual(alias.alias_contact, "everyone")
        self.assertEqual(alias.alias_name, "appointments")

    def test_the_booking_guarantee_is_in_the_database(self):
        self.env.cr.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            ["support_appointment_no_double_booking"],
        )
        (definition,) = self.env.cr.fetchone()
        self.assertIn("EXCLUDE", definition)
        self.assertIn("technician_id IS NOT NULL", definition)

    def test_every_sql_constraint_of_ours_is_in_the_database(self):
        for model in ("support.appointment", "support.appointment.type", "support.intake.key"):
            table = self.env[model]._table
            self.env.cr.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table]
            )
            present = {name for (name,) in self.env.cr.fetchall()}
            declared = {
                row.name
                for row in self.env["ir.model.constraint"].search([("model.model", "=", model)])
                if row.type == "u"
            }
            self.assertTrue(declared)
            self.assertLessEqual(declared, present, model)

    def test_templates_ask_for_the_readers_language(self):
        found = 0
        for path in sorted((ADDON / "data").glob("mail_template*.xml")):
            for record in etree.parse(str(path)).iterfind(".//record[@model='mail.template']"):
                lang = record.findtext("field[@name='lang']")
                wanted = {
                    f"{{{{ object._get_{whose}_lang() }}}}"
                    for whose in ("customer", "answer", "booking")
                }
                self.assertIn(lang, wanted, record.get("id"))
                found += 1
        self.assertGreaterEqual(found, 7)
