import xmlrpc.client

from odoo.tests import get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportHttpCase


@tagged("post_install", "-at_install")
class TestRunByHand(SupportHttpCase):
    """Whoever calls ``ir.actions.server.run`` by RPC does not get round a switch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(
            start=cls._get_tomorrow(), technician_id=cls.technician.id, state="confirmed"
        )
        cls.user_portal = new_test_user(cls.env, login="support_portal", groups="base.group_portal")
        cls.user_admin = new_test_user(
            cls.env,
            login="support_admin",
            groups="base.group_system,support_center.group_support_manager",
        )

    @classmethod
    def _get_tomorrow(cls):
        cls.env.cr.execute(
            "SELECT date_trunc('hour', now() at time zone 'UTC') + interval '25 hours'"
        )
        return cls.env.cr.fetchone()[0]

    def _run(self, user, action):
        """What the call answers, or the words of the refusal."""
        context = {
            "active_model": action.model_id.model,
            "active_id": self.visit.id,
            "active_ids": self.visit.ids,
        }
        if action.model_id.model != self.visit._name:
            context = {"active_model": action.model_id.model}
        try:
            return self.xmlrpc_object.execute_kw(
                get_db_name(), user.id, user.login, "ir.actions.server", "run", [action.ids],
                {"context": context},
            )  # fmt: skip
        except xmlrpc.client.Fault as fault:
            self.assertNotIn("Traceback", fault.faultString)
            return fault.faultString

    def _list_owned(self, model):
        """Our rules or crons, the inactive ones too."""
        names = self.env["ir.model.data"].search(
            [("module", "=", "support_center"), ("model", "=", model)]
        )
        return self.env[model].with_context(active_test=False).browse(names.mapped("res_id"))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_actions")
    def test_a_rule_s_action_is_the_dispatcher_s_while_it_is_on(self):
        rules = self._list_owned("base.automation")
        self.assertTrue(rules.action_server_ids)
        rules.active = True
        for action in rules.action_server_ids:
            for user in (
                self.user_portal,
                self.user_employee,
                self.user_integration,
                self.user_technician,
            ):
                self.assertRegex(self._run(user, action), "Only a dispatcher runs “.+” by hand")
            # Of technicians, who are a manager's to change, it is a manager's.
            is_managers = action.model_id.model == "support.technician"
            user = self.user_manager if is_managers else self.user_dispatcher
            self.assertFalse(self._run(user, action), action.name)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_actions")
    def test_a_rule_that_is_off_is_off_by_hand_too(self):
        rules = self._list_owned("base.automation")
        rules.active = False
        self.visit.confirmation_sent = False
        for rule in rules:
            for action in rule.action_server_ids:
                for user in (self.user_dispatcher, self.user_manager):
                    answer = str(self._run(user, action))
                    self.assertIn(f"“{rule.name}” is switched off", answer)
                self.assertRegex(self._run(self.user_technician, action), "Only a dispatcher")
        self.assertFalse(self.visit.confirmation_sent)
        # An administrator, who could switch the rule on, may try it.
        self._run(self.user_admin, self.env.ref("support_center.server_action_send_confirmation"))
        self.visit.invalidate_recordset()
        self.assertTrue(self.visit.confirmation_sent)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_actions")
    def test_a_scheduled_action_is_the_administrator_s(self):
        crons = self._list_owned("ir.cron")
        self.assertTrue(crons)
        for cron in crons:
            for user in (self.user_technician, self.user_dispatcher, self.user_manager):
                self.assertRegex(
                    self._run(user, cron.ir_actions_server_id),
                    "Only an administrator runs “.+” by hand",
                )
        self.assertFalse(
            self._run(
                self.user_admin,
                self.env.ref("support_center.cron_send_appointment_reminders").ir_actions_server_id,
            )
        )

    def test_a_cron_may_have_another_user(self):
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        cron.user_id = self.user_manager
        self._run_by_hand(cron)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_actions")
    def test_an_action_that_is_nobody_s_rule_is_as_before(self):
        action = self.env.ref("support_center.server_action_create_appointment_external")
        self.assertIn("external_data", self._run(self.user_dispatcher, action))
        self.assertIn("access", self._run(self.user_technician, action))
        mine = self.env["ir.actions.server"].create(
            {
                "name": "Mark as urgent",
                "model_id": self.env["ir.model"]._get_id("support.appointment"),
                "state": "code",
                "code": "records.write({'priority': '3'})",
            }
        )
        self.assertFalse(self._run(self.user_technician, mine))
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.priority, "3")
