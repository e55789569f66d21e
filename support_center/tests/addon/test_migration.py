import importlib.util
import json
import re

from psycopg2 import sql

from odoo.modules import get_module_path
from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestMigration(SupportCase):
    def _migrate(self, version="1.1.0", name="post-migration"):
        path = f"{get_module_path('support_center')}/migrations/{version}/{name}.py"
        spec = importlib.util.spec_from_file_location("support_center_migration", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "1.0.0")
        self.env.invalidate_all()

    def test_what_was_done_by_hand_counts_as_done(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        visit = self._create_appointment(technician_id=self.technician.id, ticket_id=ticket.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET technician_notified_id = NULL, ticket_sync_mark = NULL,"
            " state = 'confirmed' WHERE id = %s",
            [visit.id],
        )
        self._migrate()
        self.assertEqual(visit.technician_notified_id, self.technician)
        self.assertEqual(visit.ticket_sync_mark, f"{ticket.id}:confirmed")

    def test_the_rule_of_mails_reads_corrections_too(self):
        rule = self.env.ref("support_center.automation_process_email")
        wanted = rule.trigger_field_ids
        rule.trigger_field_ids = wanted.filtered(lambda field: field.name == "intake_state")
        self._migrate()
        self.assertEqual(rule.trigger_field_ids, wanted)

    def test_a_rule_that_was_edited_stays_as_it_is(self):
        rule = self.env.ref("support_center.automation_process_email")
        edited = self.env["ir.model.fields"]._get("support.appointment", "priority")
        rule.trigger_field_ids = edited
        self._migrate()
        self.assertEqual(rule.trigger_field_ids, edited)

    def test_visits_to_come_enter_the_calendar(self):
        params = self.env["ir.config_parameter"]
        params.set_param("support_center.calendar_mirror", "False")
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        done = self._create_appointment(
            technician_id=self.technician.id, state="confirmed", start=at("2026-03-06 10:00")
        )
        done.action_cancel()
        events = self.env["calendar.event"]
        self.assertFalse(events.search([("support_appointment_id", "in", (visit | done).ids)]))
        params.set_param("support_center.calendar_mirror", "True")
        self._migrate("1.2.0")
        event = events.search([("support_appointment_id", "in", (visit | done).ids)])
        self.assertEqual(event.support_appointment_id, visit)
        self.assertEqual(event.user_id, self.user_technician)

    def test_both_spellings_of_a_domain_tell_one_customer(self):
        visit = self._create_appointment(partner_id=False, customer_email="ana@müller.example.com")
        other = self._create_appointment(partner_id=False, customer_email="bob@example.com")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET active = false, customer_email ="
            " 'ana@xn--mller-kva.example.com', customer_email_key ="
            " 'ana@xn--mller-kva.example.com' WHERE id = %s",
            [visit.id],
        )
        self.env.invalidate_all()
        self._migrate("1.5.0", "post-addresses")
        self.assertEqual(visit.customer_email_key, "ana@müller.example.com")
        self.assertEqual(other.customer_email_key, "bob@example.com")

    def test_templates_ask_for_the_customers_language_unless_somebody_wrote_another(self):
        kinds = ("confirmation", "reminder", "rescheduled", "cancelled", "updated")
        templates = [
            self.env.ref(f"support_center.mail_template_appointment_{kind}") for kind in kinds
        ]
        shipped = "{{ object._get_customer_lang() }}"
        for template in templates:
            template.lang = "{{ object.partner_id.lang }}"
        templates[1].lang = "fr_FR"
        templates[2].unlink()
        self._migrate("1.4.0", "post-language")
        left = [template.lang for template in templates if template.exists()]
        self.assertEqual(left, [shipped, "fr_FR", shipped, shipped])

    def test_descriptions_of_templates_are_renewed_unless_somebody_wrote_another(self):
        names = ("mail_template_request_rejected", "mail_template_intake_answer")
        rejected, answer = (self.env.ref(f"support_center.{name}") for name in names)
        words = "Sent by hand to {} a request that is not going to be planned, with the reason"
        shipped = words.format("the sender of")
        rejected.description = words.format("whoever sent")
        answer.description = "Our own words"
        self._migrate("1.6.0", "post-registry")
        self.assertEqual(rejected.description, shipped)
        self.assertEqual(answer.description, "Our own words")
        answer.unlink()
        self._migrate("1.6.0", "post-registry")
        self.assertEqual(rejected.description, shipped)

    def test_announced_visits_keep_their_organizer(self):
        self.env.company.email = "office@company.example.com"
        announced = self._create_appointment(state="confirmed")
        self.assertTrue(announced.announced_at)
        fresh = self._create_appointment(start=at("2026-03-06 10:00"))
        # As they were before there was an alias that organizes.
        self.env.cr.execute("UPDATE support_appointment SET ics_organizer = NULL")
        self._migrate("1.5.0", "post-calendar-organizer")
        self.assertEqual(announced.ics_organizer, "office@company.example.com")
        self.assertFalse(fresh.ics_organizer)

    def test_messages_that_wait_are_numbered(self):
        """As 1.4 has written them: without a number, in the message and beside it."""
        visit = self._create_appointment()
        gone = self._create_appointment(start=at("2026-03-09 10:00"))
        deliveries = self.env["support.webhook.delivery"]
        events = [("appointment.confirmed", visit), ("appointment.cancelled", visit)]
        rows = deliveries._enqueue([*events, ("appointment.confirmed", gone)], "https://x.example")
        erased = rows[1]
        for row in rows:
            body = json.loads(row.payload)
            del body["data"]["sequence"]
            # Erasing personal data has written some with blanks.
            compact = None if row == erased else (",", ":")
            row.payload = json.dumps(body, ensure_ascii=False, separators=compact)
        rows[0].state = "delivered"
        gone_id = gone.id
        gone.unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_webhook_delivery SET sequence = NULL, appointment_number = NULL;"
            "UPDATE support_appointment SET webhook_sequence = NULL"
        )
        before = json.loads(rows[1].payload)
        for _time in range(2):
            self._migrate("1.5.0", "post-webhooks")
        self.assertEqual(rows.mapped("sequence"), [1, 2, 1])
        self.assertEqual(rows.mapped("appointment_number"), [visit.id, visit.id, gone_id])
        told = [json.loads(row.payload)["data"].get("sequence") for row in rows]
        self.assertEqual(told, [None, 2, 1], "what was delivered stays as it was sent")
        before["data"]["sequence"] = 2
        self.assertEqual(json.loads(rows[1].payload), before)
        self.assertEqual(visit.webhook_sequence, 2)
        (row,) = deliveries._enqueue([("appointment.confirmed", visit)], "https://x.example")
        self.assertEqual(row.sequence, 3)

    def test_confirmations_look_at_the_customer_unless_the_rule_was_edited(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        wanted = rule.trigger_field_ids
        self.assertIn("partner_id", wanted.mapped("name"))
        rule.trigger_field_ids = wanted.filtered(lambda field: field.name == "state")
        self._migrate("1.6.0", "post-rules")
        self.assertEqual(rule.trigger_field_ids, wanted)
        edited = self.env["ir.model.fields"]._get("support.appointment", "priority")
        rule.trigger_field_ids = edited
        self._migrate("1.6.0", "post-rules")
        self.assertEqual(rule.trigger_field_ids, edited)
        # An administrator who took the customer out meant it.
        by_hand = rule.with_user(self.env.ref("base.user_admin"))
        by_hand.trigger_field_ids = wanted.filtered(lambda field: field.name == "state")
        self._migrate("1.6.0", "post-rules")
        self.assertEqual(rule.trigger_field_ids.mapped("name"), ["state"])

    def test_technicians_are_told_of_moves_unless_the_rule_was_edited(self):
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        rule = self.env.ref("support_center.automation_notify_technician")
        wanted, domain, words = rule.trigger_field_ids, rule.filter_domain, rule.description
        before = "['|', ('technician_id', '!=', False), ('technician_notified_id', '!=', False)]"
        first = wanted.filtered(lambda field: field.name == "technician_id")
        visit._write_marks({"technician_notified_start": None})
        # Switching it off and on again is no edit of what it watches.
        rule.with_user(self.env.ref("base.user_admin")).write(
            {"trigger_field_ids": [(6, 0, first.ids)], "filter_domain": before, "description": "?"}
        )
        for _time in range(2):
            self._migrate("1.8.0", "post-technician_notice")
        self.assertEqual(rule.trigger_field_ids, wanted)
        self.assertEqual((rule.filter_domain, rule.description), (domain, words))
        self.assertEqual(visit.technician_notified_start, visit.start)
        backlog = self.env["support.automation.backlog"]
        self.assertNotIn(visit, backlog._find("automation_notify_technician"))
        own = "[('technician_id', '!=', False), ('priority', '=', '3')]"
        rule.write({"trigger_field_ids": [(6, 0, first.ids)], "filter_domain": own})
        self._migrate("1.8.0", "post-technician_notice")
        self.assertEqual((rule.trigger_field_ids, rule.filter_domain), (first, own))

    def _insert(self, model, name, /, **values):
        """A row of Odoo's lists as an earlier version of the addon has left it."""
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
            sql.Identifier(model.replace(".", "_")),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        self.env.cr.execute(query, list(values.values()))
        (res_id,) = self.env.cr.fetchone()
        self.env.cr.execute(
            "INSERT INTO ir_model_data (module, name, model, res_id) VALUES (%s, %s, %s, %s)",
            ["support_center", name, model, res_id],
        )
        return res_id

    def _insert_model(self, name):
        label = json.dumps({"en_US": "Gone"})
        mark = name.replace(".", "_")
        common = {"state": "base"}
        model = self._insert(
            "ir.model", f"model_{mark}", model=name, name=label, order="id", **common
        )
        field = self._insert(
            "ir.model.fields",
            f"field_{mark}__kind",
            model_id=model,
            model=name,
            name="kind",
            field_description=label,
            ttype="selection",
            **common,
        )
        self._insert(
            "ir.model.fields.selection",
            f"selection_{mark}__kind__a",
            field_id=field,
            value="a",
            name=label,
            sequence=0,
        )
        heir = self.env["ir.model"]._get_id("support.appointment")
        self._insert("ir.model.inherit", f"inherit_{mark}", model_id=heir, parent_id=model)

    def _count_rows(self, mark):
        self.env.cr.execute(
            "SELECT count(*) FROM ir_model_data WHERE module = 'support_center' AND name LIKE %s",
            [f"%{mark}%"],
        )
        return self.env.cr.fetchone()[0]

    def test_models_that_have_gone_leave_odoos_lists(self):
        """Odoo itself needs their classes for it, and ends the whole update without."""
        self.env.cr.execute("CREATE TABLE support_gone_stored (id serial PRIMARY KEY)")
        self._insert_model("support.gone.mixin")
        self._insert_model("support.gone.stored")
        before = self._count_rows("")
        for _time in range(2):
            self._migrate("1.6.0", "post-gone-models")
            self.assertEqual(self._count_rows("support_gone_mixin"), 0)
            self.assertEqual(self._count_rows("support_gone_stored"), 4, "its data is Odoo's care")
            self.assertEqual(self._count_rows(""), before - 4)
        self.env.cr.execute("SELECT model FROM ir_model_fields WHERE model LIKE 'support.gone.%'")
        self.assertEqual(self.env.cr.fetchall(), [("support.gone.stored",)])

    def test_renamed_fields_keep_what_they_hold(self):
        """As 1.5 had them, with a view of the customer's own over one."""
        old = {
            "time_off_conflict_activity_id": "hit_activity_id",
            "time_off_conflict_marks": "hit_marks",
        }
        activity = self.technician.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.user_dispatcher.id
        )
        self.technician._write_protected(
            {"time_off_conflict_activity_id": activity.id, "time_off_conflict_marks": {"7": "x"}}
        )
        view = self.env["ir.ui.view"].create(
            {
                "name": "Warnings",
                "model": "support.appointment",
                "type": "form",
                "arch": '<form><field name="warning_message"/></form>',
            }
        )
        favourite = self.env["ir.filters"].create(
            {
                "name": "In Conflict",
                "model_id": "support.technician",
                "domain": "[('hit_activity_id', '!=', False)]",
            }
        )
        rule = self.env.ref("support_center.automation_tell_schedule_conflicts")
        rule.filter_domain = "[('hit_marks', '!=', False)]"
        self.env.flush_all()
        execute = self.env.cr.execute
        for now, before in old.items():
            execute(f"ALTER TABLE support_technician RENAME COLUMN {now} TO {before}")
        execute(
            """
            UPDATE ir_model_fields SET name = 'hit_marks' WHERE name = 'time_off_conflict_marks';
            UPDATE ir_model_data SET name = 'field_support_technician__hit_marks'
             WHERE name = 'field_support_technician__time_off_conflict_marks';
            UPDATE ir_ui_view SET arch_db =
                   replace(arch_db::text, 'warning_message', 'trouble_note')::jsonb
             WHERE id = %s;
            UPDATE ir_model SET model = 'support.scheduler' WHERE model = 'support.booking';
            UPDATE ir_model_fields SET model = 'support.scheduler' WHERE model = 'support.booking';
            UPDATE ir_model_data SET name = 'model_support_scheduler'
             WHERE name = 'model_support_booking';
            """,
            [view.id],
        )
        self.env.invalidate_all()
        for _time in range(2):
            self._migrate("1.6.0", "pre-rename")
        self.assertEqual(self.technician.time_off_conflict_activity_id, activity)
        self.assertEqual(self.technician.time_off_conflict_marks, {"7": "x"})
        self.assertIn('name="warning_message"', view.arch)
        self.assertEqual(favourite.domain, "[('time_off_conflict_activity_id', '!=', False)]")
        self.assertEqual(rule.filter_domain, "[('time_off_conflict_marks', '!=', False)]")
        fields = self.env["ir.model.fields"]
        self.env.registry.clear_cache()
        self.assertEqual(
            self.env.ref("support_center.field_support_technician__time_off_conflict_marks"),
            fields.search([("name", "=", "time_off_conflict_marks")]),
        )
        self.assertFalse(fields.search([("name", "=", "hit_marks")]))
        self.assertEqual(
            self.env.ref("support_center.model_support_booking").model, "support.booking"
        )
        self.assertFalse(fields.search([("model", "=", "support.scheduler")]))

    def test_rules_get_their_new_names_unless_somebody_named_them(self):
        rule = self.env.ref("support_center.automation_tell_hit_visits")
        action = self.env.ref("support_center.server_action_tell_hit_visits")
        other = self.env.ref("support_center.automation_tell_schedule_conflicts")
        rule.name = action.name = "Tell of Visits in an Absence"
        other.name = "Ours"
        self._migrate("1.6.0", "post-rule-names")
        self.assertEqual(rule.name, "Notify of Time-Off Conflicts")
        self.assertEqual(action.name, "Notify of Time-Off Conflicts")
        self.assertEqual(other.name, "Ours")

    def test_indexes_that_nothing_uses_are_dropped(self):
        unused = {
            "mail_mail__support_notice_index": "mail_mail (support_notice)",
            "support_appointment__rebooked_from_id_index": "support_appointment (rebooked_from_id)",
            "support_appointment_type__company_id_index": "support_appointment_type (company_id)",
            "support_automation_log__action_index": "support_automation_log (action)",
            "support_automation_log__outcome_index": "support_automation_log (outcome)",
            "support_statistics__week_start_index": "support_statistics (week_start)",
            "support_webhook_delivery__event_index": "support_webhook_delivery (event)",
            "support_webhook_delivery__state_index": "support_webhook_delivery (state)",
        }
        # Those by parts of words take the place of these, under the same names.
        renewed = {
            "support_appointment__name_index": "support_appointment (name)",
            "support_ticket__number_index": "support_ticket (number)",
        }
        # As 1.6 had them; all of the names are constants.
        for name, columns in {**unused, **renewed}.items():
            self.env.cr.execute(f"DROP INDEX IF EXISTS {name}")
            self.env.cr.execute(f"CREATE INDEX {name} ON {columns}")
        self._migrate("1.7.0", "pre-indexes")
        self.assertFalse(self._find_indexes({**unused, **renewed}))
        # Once more, after Odoo made them anew; and where there is nothing left.
        self.env.registry.check_indexes(self.env.cr, ["support.appointment", "support.ticket"])
        made = set(renewed) if self.env.registry.has_trigram else set()
        self._migrate("1.7.0", "pre-indexes")
        self.assertEqual(self._find_indexes({**unused, **renewed}), made)

    def _find_indexes(self, names):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname IN %s", [tuple(names)]
        )
        return {name for (name,) in self.env.cr.fetchall()}

    # ------------------------------------------------------------------
    # 1.9
    # ------------------------------------------------------------------

    def _get_template(self, kind):
        return self.env.ref(f"support_center.mail_template_appointment_{kind}")

    def _restore_bodies(self):
        """The mails as 1.8 had them, with a translation."""
        self.env["res.lang"]._activate_lang("de_DE")
        call = re.compile(r"<t t-call=\"support_center\.mail_actions\"\s*(?:/>|></t>)\s*")
        for kind in ("confirmation", "reminder", "rescheduled"):
            template = self._get_template(kind)
            body = call.sub("", str(template.body_html))
            template.body_html = body
            german = body.replace("Hello", "Guten Tag")
            template.with_context(lang="de_DE").body_html = german
        span = "object._describe_arrival() or object._get_formatted_arrival()"
        template = self._get_template("on_the_way")
        template.subject = template.subject.replace(span, "object._get_formatted_arrival()")
        body = str(template.body_html).replace(span, "object._get_formatted_arrival() or ''")
        sample = "Thursday 5 March, 15:00–15:20 (Europe/Brussels)"
        template.body_html = body.replace(sample, "Thursday 5 March 2026, 15:00")

    def test_mails_offer_what_a_customer_can_do_unless_somebody_wrote_another_text(self):
        self._restore_bodies()
        reminder = self._get_template("reminder")
        edited = str(reminder.body_html).replace("This is a reminder", "We remind you")
        reminder.body_html = edited
        # Twice: what was changed already stays as it is.
        for _run in range(2):
            self._migrate("1.9.0", "post-notifications")
            for kind in ("confirmation", "rescheduled"):
                for lang in ("en_US", "de_DE"):
                    body = str(self._get_template(kind).with_context(lang=lang).body_html)
                    self.assertEqual(body.count("support_center.mail_actions"), 1, (kind, lang))
            self.assertNotIn("mail_actions", reminder.body_html)
            self.assertIn("We remind you", reminder.body_html)
            on_the_way = self._get_template("on_the_way")
            for text in (on_the_way.subject, str(on_the_way.body_html)):
                self.assertEqual(text.count("_describe_arrival"), 1)
        german = self._get_template("confirmation").with_context(lang="de_DE").body_html
        self.assertIn("Guten Tag", german)

    def test_who_was_reminded_is_not_reminded_again(self):
        visit = self._create_appointment(
            start=at("2026-03-03 05:00"), state="confirmed", send_confirmation_email=False
        )
        self.env["support.appointment"]._cron_send_reminders()
        mail = self._get_notices(visit)
        self.assertTrue(visit.reminder_sent)
        # As 1.8 left it: the mail and the mark, no row.
        self.env["support.notification"].search([]).unlink()
        for _run in range(2):
            self._migrate("1.9.0", "post-notifications")
            row = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
            self.assertEqual((row.kind, row.state, row.mail_id), ("reminder", "queued", mail))
            self.assertEqual(row.announced_start, visit.start)
        further = self.env.ref("support_center.support_reminder_three_days")
        further.active = True
        self.env.cr.execute("UPDATE support_reminder SET since = NULL")
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(self._get_notices(visit), mail)
        mail.mark_outgoing()
        mail.cancel()
        self.assertEqual(row.state, "withdrawn")

    def test_the_answer_offers_times_unless_somebody_wrote_another_text(self):
        template = self.env.ref("support_center.mail_template_intake_answer")
        new = str(template.body_html)
        words = re.compile(
            r"<t t-if=\"answer\['is_in_words'\]\">\s*<t t-call="
            r"\"support_center\.mail_answer_words\"\s*(?:/>|></t>)\s*</t>\s*<t t-else=\"\">"
        )
        offers = re.compile(
            r"<t t-call=\"support_center\.mail_answer_offers\"\s*(?:/>|></t>)\s*</t>"
        )
        old = offers.sub("", words.sub("", new))
        self.assertNotIn("mail_answer", old)
        self.env["res.lang"]._activate_lang("de_DE")
        template.body_html = old
        template.with_context(lang="de_DE").body_html = old.replace("Hello", "Guten Tag")
        # Twice: what was changed already stays as it is.
        for _run in range(2):
            self._migrate("1.9.0", "post-answer")
            for lang in ("en_US", "de_DE"):
                body = str(template.with_context(lang=lang).body_html)
                self.assertEqual(body.count("support_center.mail_answer_words"), 1, lang)
                self.assertEqual(body.count("support_center.mail_answer_offers"), 1, lang)
        self.assertEqual(str(template.body_html), new)
        edited = old.replace("we have your request", "your request came in")
        template.body_html = edited
        self._migrate("1.9.0", "post-answer")
        self.assertNotIn("mail_answer", template.body_html)

    def test_the_rule_about_freed_times_says_whom_it_writes_to(self):
        rule = self.env.ref("support_center.automation_reoffer_slot")
        new = str(rule.description)
        rule.description = (
            "Tells the dispatcher which waiting request fits into the time that a cancelled visit "
            "has freed."
        )
        for _run in range(2):
            self._migrate("1.9.0", "post-reoffer")
            self.assertEqual(str(rule.description), new)
        self.assertIn("by mail, one at a time", new)
        rule.description = "Ours"
        self._migrate("1.9.0", "post-reoffer")
        self.assertIn("Ours", str(rule.description))
        self.assertNotIn("by mail", str(rule.description))
