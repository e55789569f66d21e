from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.support_center.models.settings.support_settings_panel import PANELS

from ..common import GUIDE_MAIL, SupportMailCase
from ..webhooks.receiver import ReceiverMixin, receiving

CONFIRMATION = "automation_send_confirmation"


class PanelCase(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            login="support_admin",
            groups="base.group_system",
            email="support.admin@example.com",
            tz="Europe/Berlin",
        )

    def _panels(self, user=None):
        return self.env["support.settings.panel"].with_user(user or self.admin)

    def _load(self, panel, user=None):
        return {row["key"]: row for row in self._panels(user).load(panel)["rows"]}

    def _press(self, panel, key, button, user=None):
        return self._panels(user).press(panel, key, button)

    def _list_buttons(self, row):
        return [button["name"] for button in row["buttons"]]


@tagged("post_install", "-at_install")
class TestSettingsPanel(PanelCase):
    """Rows, links and switches of the settings page."""

    def test_every_rule_and_cron_is_a_row_with_words_state_and_switch(self):
        rows = self._load("automation")
        self.assertEqual(set(rows) - {"odoo_mail_queue"}, set(self._get_automations()))
        for key in self._get_automations():
            with self.subTest(key):
                row, switch = rows[key], self.env.ref(f"support_center.{key}")
                self.assertEqual(row["name"], switch.name)
                self.assertTrue(row["text"], "a word on what it does")
                self.assertEqual(
                    self._list_buttons(row)[-1:], ["switch_off" if switch.active else "switch_on"]
                )
                action = self._press("automation", key, "open")
                self.assertEqual((action["res_model"], action["res_id"]), (switch._name, switch.id))

    def test_what_a_rule_does_is_said_in_the_reader_s_language(self):
        """Odoo keeps a rule's description in one; so the page has its own, the same words."""
        rules = [key for key in self._get_automations() if key.startswith("automation_")]
        rows = self._load("automation")
        for key in rules:
            with self.subTest(key):
                rule = self.env.ref(f"support_center.{key}")
                self.assertEqual(rows[key]["text"], html2plaintext(rule.description).strip())
                rule.description = False
        rows = self._load("automation")
        self.assertTrue(all(rows[key]["text"] for key in rules))

    def test_an_address_without_a_name_is_none(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        self.assertEqual(self._load("setup")["alias_domain"]["badge"][1], "success")
        alias.alias_name = False
        self.assertEqual(self._load("setup")["alias_domain"]["badge"][1], "warning")

    def test_switched_off_and_on_again_through_the_dry_run(self):
        rule = self.env.ref(f"support_center.{CONFIRMATION}")
        notice = self._press("automation", CONFIRMATION, "switch_off")
        self.assertEqual(notice["params"]["type"], "success")
        self.assertFalse(rule.active)
        self.assertEqual(self._get_log(action="switch_off").mapped("outcome"), [])
        row = self._load("automation")[CONFIRMATION]
        self.assertEqual(
            row["badge"][0], "Off: a problem" if row["badge"][1] == "danger" else "Off"
        )
        action = self._press("automation", CONFIRMATION, "switch_on")
        self.assertEqual(action["res_model"], "support.dry.run")
        self.assertFalse(rule.active, "the dry run asks first")
        self.env["support.dry.run"].with_user(self.admin).browse(
            action["res_id"]
        ).action_switch_on()
        self.assertTrue(rule.active)

    def test_what_waits_is_counted_and_can_be_looked_at(self):
        self.env.ref(f"support_center.{CONFIRMATION}").active = False
        visit = self._create_appointment(state="confirmed")
        row = self._load("automation")[CONFIRMATION]
        self.assertIn("1", " ".join(row["facts"]))
        self.env.ref(f"support_center.{CONFIRMATION}").active = True
        self.assertIn("see", self._list_buttons(self._load("automation")[CONFIRMATION]))
        action = self._press("automation", CONFIRMATION, "see")
        lines = self.env["support.dry.run"].browse(action["res_id"]).line_ids
        self.assertEqual(lines.mapped("reference"), [visit.name])

    def test_a_manager_sees_and_does_not_switch(self):
        for panel in PANELS:
            self.assertTrue(self._load(panel, self.user_manager))
        with self.assertRaises(AccessError):
            self._press("automation", CONFIRMATION, "switch_off", self.user_manager)
        self.assertTrue(self.env.ref(f"support_center.{CONFIRMATION}").active)
        self.env.ref("support_center.automation_webhook_create").active = True
        row = self._load("webhook", self.user_manager)["in"]
        self.assertFalse(row["copy"], "the address is a secret")

    def test_nobody_else_comes_near(self):
        for user in (self.user_dispatcher, self.user_technician, self.user_employee):
            for panel in PANELS:
                with self.assertRaisesRegex(AccessError, "Only a manager or an administrator"):
                    self._load(panel, user)
                with self.assertRaisesRegex(AccessError, "Only a manager or an administrator"):
                    self._press(panel, "technician", "open", user)

    def test_a_button_that_is_not_offered_does_nothing(self):
        for panel, key, button, words in (
            ("automation", CONFIRMATION, "switch_on", "Reload the page"),
            ("automation", "nothing", "open", "Reload the page"),
            ("webhook", "out", "ping", "Reload the page"),
            ("nothing", "out", "open", "no panel “nothing”"),
        ):
            with self.subTest(key=key), self.assertRaisesRegex(UserError, words):
                self._press(panel, key, button)

    def test_first_steps_become_done(self):
        self.env["support.technician"].search([]).active = False
        self.env["support.appointment.type"].search([]).active = False
        rows = self._load("setup")
        self.assertEqual(rows["technician"]["badge"][1], "warning")
        self.assertEqual(rows["type"]["badge"][1], "warning")
        self.env["support.technician"].create({"name": "New", "resource_calendar_id": False})
        self.assertEqual(self._load("setup")["technician"]["badge"][1], "success")
        hours = self._load("setup")["hours"]
        self.assertEqual(hours["badge"][1], "warning", "free day and night is no schedule")

    def test_first_steps_from_the_opening_hours_to_a_first_mail(self):
        """Each is to do first, then done; in the order in which a newcomer can do them."""
        company = self.env.company
        calendar = company.resource_calendar_id
        self.env["support.appointment"].search([("source", "=", "email")]).active = False
        self.env["fetchmail.server"].search([]).active = False
        teams = self.env["support.team"].search([])
        teams.alias_id.alias_name = False
        company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "None", "attendance_ids": [(5, 0, 0)]}
        )
        company.support_responsible_id = False
        rows = self._load("setup")
        order = ("office", "mail_server", "company", "mail_in", "alias_domain", "team", "zone")
        order += ("type", "technician", "hours", "dispatcher", "responsible", "first_request")
        self.assertEqual(tuple(rows), order)
        steps = ("office", "mail_in", "team", "responsible", "first_request")
        for key in steps:
            self.assertEqual(rows[key]["badge"][1], "warning", key)
        self.assertIn("appointments@", rows["first_request"]["text"])

        company.resource_calendar_id = calendar
        for number, team in enumerate(teams or self.env["support.team"].create({"name": "One"})):
            team.alias_id.alias_name = f"first.steps.{number}"
        company.support_responsible_id = self.user_dispatcher
        visit = self._send_mail(GUIDE_MAIL)
        rows = self._load("setup")
        for key in steps[:-1]:
            self.assertEqual(rows[key]["badge"][1], "success", rows[key]["text"])
        self.assertIn(self.user_dispatcher.name, rows["responsible"]["text"])
        self.assertIn("Confirm it", rows["first_request"]["text"])
        self.assertEqual(rows["first_request"]["badge"][1], "warning")
        visit.action_confirm()
        self.assertEqual(self._load("setup")["first_request"]["badge"][1], "success")

    def test_the_zone_of_mails_is_asked_for(self):
        """With UTC as it is at first, “14 Uhr” was booked for 15:00."""
        parameters = self.env["ir.config_parameter"]
        everybody = self.env["res.users"].search([])
        everybody.tz = "Europe/Berlin"
        self.env["support.technician"].search([]).resource_id.tz = "Europe/Berlin"
        parameters.set_param("support_center.intake_timezone", "UTC")
        row = self._load("setup")["zone"]
        self.assertEqual(row["badge"][1], "warning")
        self.assertIn("people here work in Europe/Berlin", row["text"])
        parameters.set_param("support_center.intake_timezone", "Europe/Berlin")
        row = self._load("setup")["zone"]
        self.assertEqual(row["badge"][1], "success")
        self.assertIn("is read in Europe/Berlin", row["text"])

    def test_the_zone_of_mails_is_utc_where_somebody_works_in_utc(self):
        self.env["res.users"].search([]).tz = "Europe/Berlin"
        self.env["support.technician"].search([]).resource_id.tz = "UTC"
        self.env["ir.config_parameter"].set_param("support_center.intake_timezone", "UTC")
        self.env["support.technician"].create({"name": "In London", "tz": "UTC"})
        self.assertEqual(self._load("setup")["zone"]["badge"][1], "success")

    def test_a_step_leads_to_where_it_is_done(self):
        self.admin.groups_id += self.env.ref("support_center.group_support_manager")
        rows = self._load("setup")
        # These are done on the page itself.
        for key in ("zone", "responsible"):
            self.assertFalse(rows.pop(key)["can_open"])
        for key, row in rows.items():
            self.assertTrue(row["can_open"])
            action = self._press("setup", key, "open")
            self.env[action["res_model"]].with_user(self.admin).search(action.get("domain") or [])
            if action["res_model"].startswith("support."):
                self.assertIn("o_view_nocontent", action["help"], "what to enter first")

    def test_a_deleted_rule_or_template_is_told_of(self):
        self.env.ref(f"support_center.{CONFIRMATION}").unlink()
        self.env.ref("support_center.mail_template_appointment_reminder").unlink()
        row = self._load("automation")[CONFIRMATION]
        self.assertEqual((row["badge"][1], row["buttons"]), ("danger", []))
        row = self._load("mail")["mail_template_appointment_reminder"]
        self.assertEqual((row["badge"][1], row["buttons"]), ("danger", []))

    def test_opening_costs_the_same_for_one_visit_and_for_many(self):
        self._create_appointment(state="confirmed", start="2026-03-05 09:00")
        self._measure()
        few = self._measure()
        for hour in range(10, 17):
            self._create_appointment(state="confirmed", start=f"2026-03-06 {hour}:00")
        self.env["support.technician"].create([{"name": f"T{n}"} for n in range(20)])
        self._measure()
        many = self._measure()
        for panel in PANELS:
            self.assertLessEqual(many[panel], few[panel], panel)

    def _measure(self):
        counts = {}
        for panel in PANELS:
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._panels().load(panel)
            counts[panel] = self.env.cr.sql_log_count - before
        return counts


@tagged("post_install", "-at_install")
class TestMailSample(PanelCase):
    """*Send Me a Sample*: the mail as a customer gets it, and nothing else."""

    def _get_samples(self):
        templates = self.env["support.automation.registry"]._get_templates()
        return {xmlid: each for xmlid, each in templates.items() if each.sample}

    def _send(self, xmlid, user=None):
        before = self.env["mail.mail"].search([])
        with self.mock_mail_gateway():
            self._press("mail", xmlid, "sample", user)
        return self.env["mail.mail"].search([]) - before

    def test_each_mail_comes_marked_and_to_the_user_alone(self):
        for xmlid, sample in self._get_samples().items():
            with self.subTest(xmlid):
                mail = self._send(xmlid)
                self.assertEqual(len(mail), 1)
                self.assertEqual(mail.recipient_ids, self.admin.partner_id)
                self.assertFalse(mail.email_to or mail.email_cc)
                self.assertEqual(mail.state, "outgoing", "on the queue, not sent on the spot")
                self.assertTrue(mail.subject.startswith("[Sample]"), mail.subject)
                self.assertIn("This is a sample", mail.body_html)
                files = mail.attachment_ids.mapped("mimetype")
                self.assertEqual(bool(files), bool(sample.method))
                if sample.method:
                    self.assertIn(f"method={sample.method}".lower(), files[0].lower())
                    self.assertIn("123 Main Street", mail.attachment_ids.raw.decode())

    def test_no_record_is_made_changed_or_marked(self):
        visit = self._create_appointment(state="confirmed", technician_id=self.technician.id)
        self.env.flush_all()
        models = (
            "support.appointment",
            "res.partner",
            "calendar.event",
            "mail.activity",
            "mail.followers",
            "support.webhook.delivery",
        )
        counts = {model: self.env[model].search_count([]) for model in models}
        messages = self.env["mail.message"].search_count([("model", "!=", False)])
        self.env.invalidate_all()
        before = visit.read()[0]
        for xmlid in self._get_samples():
            self._send(xmlid)
        self.env.invalidate_all()
        self.assertEqual(counts, {model: self.env[model].search_count([]) for model in models})
        self.assertEqual(messages, self.env["mail.message"].search_count([("model", "!=", False)]))
        self.assertEqual(before, visit.read()[0])
        number = int(self._create_appointment().name.rpartition("/")[2])
        self.assertEqual(number, int(visit.name.rpartition("/")[2]) + 1, "no number is used up")

    def test_no_rule_acts_on_the_visit_that_is_made_up(self):
        self.env["base.automation"].create(
            {
                "name": "A rule of somebody's own",
                "model_id": self.env["ir.model"]._get_id("support.appointment"),
                "trigger": "on_create_or_write",
                "action_server_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Fail",
                            "model_id": self.env["ir.model"]._get_id("support.appointment"),
                            "state": "code",
                            "code": "raise UserError('It acted')",
                        },
                    )
                ],
            }
        )
        self.assertTrue(self._send("mail_template_appointment_confirmation"))

    def test_in_the_language_and_zone_of_the_user(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.admin.lang = "de_DE"
        mail = self._send("mail_template_appointment_confirmation")
        self.assertIn("Europe/Berlin", mail.body_html)
        self.assertIn("März", mail.body_html)

    def test_a_template_that_cannot_be_rendered_says_why(self):
        template = self.env.ref("support_center.mail_template_appointment_updated")
        template.body_html = '<p t-out="object.no_such_field"/>'
        before = self.env["support.appointment"].search_count([])
        with self.assertRaises(UserError) as caught, mute_logger("odoo.addons.mail.models"):
            self._press("mail", "mail_template_appointment_updated", "sample")
        self.assertIn(template.name, str(caught.exception))
        self.assertEqual(self.env["support.appointment"].search_count([]), before)

    def test_a_user_without_address_is_told_to_enter_one(self):
        self.admin.partner_id.email = False
        with self.assertRaisesRegex(UserError, "your own e-mail address"):
            self._send("mail_template_appointment_reminder")

    def test_a_failure_to_send_it_touches_nothing(self):
        mail = self._send("mail_template_appointment_reminder")
        mail.write({"state": "exception", "failure_reason": "no server"})
        self.env["support.notifier"]._on_failed(mail)
        self.assertTrue(mail.support_failure_told)


@tagged("post_install", "-at_install")
class TestWebhookPing(ReceiverMixin, PanelCase):
    """*Send a Ping*, against a real receiver that verifies the signature."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls.env["support.webhook.delivery"]._get_or_make_secret()
        cls._set("webhook_allow_private", "True")

    @classmethod
    def _set(cls, key, value):
        cls.env["ir.config_parameter"].set_param(f"support_center.{key}", value)

    def _ping(self, *answers):
        with receiving(self.secret, answers) as receiver:
            self._set("webhook_response_url", receiver.url)
            notice = self._press("webhook", "out", "ping")
        return notice["params"], receiver

    def test_the_receiver_takes_a_signed_message(self):
        notice, receiver = self._ping()
        self.assertEqual(notice["type"], "success")
        self.assertIn("200", notice["message"])
        (message,) = receiver.messages
        self.assertEqual(message["type"], "ping")
        self.assertEqual(message["timestamp"], "2026-03-02T08:00:00.000Z")
        self.assertFalse(self.env["support.webhook.delivery"].search([]), "beside the outbox")

    @mute_logger("support_center.automation")
    def test_a_status_and_what_it_said_are_told(self):
        notice, _receiver = self._ping((503,))
        self.assertEqual((notice["type"], notice["sticky"]), ("danger", True))
        self.assertIn("503", notice["message"])
        self.assertIn("answer", notice["message"])

    @mute_logger("support_center.automation")
    def test_faults_before_an_answer_are_told_in_words(self):
        self._set("webhook_response_url", "http://127.0.0.1:9/hook")
        notice = self._press("webhook", "out", "ping")["params"]
        self.assertIn("connection failed", notice["message"])
        self._set("webhook_allow_private", "False")
        notice = self._press("webhook", "out", "ping")["params"]
        self.assertIn("not on the public internet", notice["message"])
        self._set("webhook_secret", "short")
        notice = self._press("webhook", "out", "ping")["params"]
        self.assertIn("whsec_", notice["message"])
        log = self.env["support.automation.log"].search([("action", "=", "ping_webhook")])
        self.assertEqual(set(log.mapped("outcome")), {"failed"})
