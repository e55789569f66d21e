import xmlrpc.client
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ...models.incoming.support_intake_key import SupportIntakeKey
from ..common import GUIDE_DATA, SupportHttpCase


@tagged("post_install", "-at_install")
class TestIntakeRpcHttp(SupportHttpCase):
    """Over the wire, as the integration user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        moment = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        cls.data = {**GUIDE_DATA, "requested_date": fields.Datetime.to_string(moment)}

    def _call(self, model, method, *args, **kwargs):
        user = self.user_integration
        return self.xmlrpc_object.execute_kw(
            get_db_name(), user.id, user.login, model, method, list(args), kwargs
        )

    def test_create_with_external_data(self):
        record_id = self._call(
            "support.appointment", "create", {}, context={"external_data": self.data}
        )
        (values,) = self._call("support.appointment", "read", [record_id], ["name", "state"])
        self.assertRegex(values["name"], r"^APT/\d{4}/\d{5}$")
        self.assertEqual(values["state"], "draft")

    def test_a_mail_that_meets_another_one_is_not_bounced(self):
        """Odoo bounced it and called the alias invalid, and then made the request of it."""
        original, kinds = SupportIntakeKey._claim, []

        def _claim(model, kind, keys):
            kinds.append(kind)
            if kinds == ["mail", "contact"]:
                model.env.cr.execute("DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END$$")
            return original(model, kind, keys)

        alias = self.env.ref("support_center.mail_alias_appointments")
        source = (
            "From: met@example.com\nTo: appointments@example.com\nSubject: APPOINTMENT_REQUEST\n"
            f"Message-Id: <met@example.com>\n\nrequested_date: {self.data['requested_date']}\n"
        )
        admin = self.env.ref("base.user_admin")
        with (
            patch.object(SupportIntakeKey, "_claim", _claim),
            patch.object(type(alias), "_get_alias_invalid_body", side_effect=AssertionError),
            patch("odoo.service.model.time.sleep"),
            mute_logger("odoo.sql_db", "odoo.service.model"),
        ):
            made = self.xmlrpc_object.execute_kw(
                get_db_name(), admin.id, "admin", "mail.thread", "message_process", [False, source]
            )
        draft = self.env["support.appointment"].browse(made)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(kinds.count("mail"), 2, "it was handed in twice")
        self.assertNotEqual(alias.alias_status, "invalid")

    def test_run_the_server_action(self):
        action = self.env.ref("support_center.server_action_create_appointment_external")
        result = self._call(
            "ir.actions.server", "run", [action.id], context={"external_data": self.data}
        )
        made = self.env["support.appointment"].browse(result["res_id"])
        self.assertEqual(made.create_uid, self.user_integration)

    def test_three_faults_in_one_and_no_contact_left(self):
        data = {
            **self.data,
            "customer_email": "nonsense",
            "requested_date": "2025-01-15 14:00:00",
            "priority": "whenever",
        }
        with (
            mute_logger("odoo.http", "support_center.automation"),
            self.assertRaises(xmlrpc.client.Fault) as caught,
        ):
            self._call("support.appointment", "create", {}, context={"external_data": data})
        for part in ("customer_email", "requested_date", "priority"):
            self.assertIn(part, caught.exception.faultString)
        contacts = self.env["res.partner"].search([("email", "=", "nonsense")])
        self.assertFalse(contacts)

    def test_the_integration_user_can_do_nothing_else(self):
        for method, args in (
            ("create", [{"location": "x"}]),
            ("action_confirm", [[self._create_appointment(start=False).id]]),
        ):
            with (
                self.subTest(method),
                mute_logger("odoo.http", "odoo.models"),
                self.assertRaises(xmlrpc.client.Fault),
            ):
                self._call("support.appointment", method, *args)
