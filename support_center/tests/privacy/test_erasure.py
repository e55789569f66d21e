import json
from email.message import EmailMessage

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..common_dialogue import DialogueCase

PERSON, ADDRESS = "Quirina Zelenka", "quirina@zelenka.example.com"
TRACES = ("%quirina%", "%zelenka%", "%4711 0815%")
# Tables of Odoo's own that hold what was looked for, or pass a message on and are pruned by Odoo
# within the day: none of them is a record about somebody.
NOT_SEARCHED = ("bus_bus", "ir_logging", "privacy_lookup_wizard", "privacy_lookup_wizard_line")


class ErasureCase(DialogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "support_center.webhook_response_url", "https://hook.example.com"
        )
        cls.env.ref("support_center.automation_webhook_response").active = True
        cls.admin = cls.env.ref("base.user_admin")

    def _find_traces(self, traces=TRACES):
        """Where one of these texts stands, in any column of any table but transient ones."""
        self.env.flush_all()
        skipped = {
            *NOT_SEARCHED,
            *(model._table for model in self.env.registry.models.values() if model._transient),
        }
        self.env.cr.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'json', 'jsonb')"
        )
        found = []
        for (table,) in self.env.cr.fetchall():
            if table in skipped:
                continue
            self.env.cr.execute(
                SQL(
                    "SELECT to_jsonb(record)::text FROM %s AS record"
                    " WHERE to_jsonb(record)::text ILIKE ANY(%s)",
                    SQL.identifier(table),
                    list(traces),
                )
            )
            found += [(table, text) for (text,) in self.env.cr.fetchall()]
        return found

    def _make_history(self):
        """All that a person can leave with us: every channel, every end of a visit."""
        appointments = self.env["support.appointment"]
        data = {
            "customer_email": ADDRESS,
            "customer_name": PERSON,
            "customer_phone": "+49 30 4711 0815",
            "requested_date": "2026-03-05 10:00:00",
            "description": f"Ring at {PERSON}",
            "location": "Zelenka Street 1",
            "external_ref": f"crm-{ADDRESS}",
            "floor": f"of {PERSON}",
        }
        by_api = appointments.with_context(external_data=data).create({})
        with self.assertRaises(ValidationError), mute_logger("support_center.automation"):
            appointments.with_context(
                external_data={**data, "external_ref": "other", "requested_date": ADDRESS}
            ).create({})
        by_webhook = appointments._receive_webhook(
            {**data, "external_ref": f"hook-{ADDRESS}", "priority": f"as {PERSON} says"}
        )
        by_webhook.action_read_again()
        by_mail = self._send_request()
        (answer,) = self._get_answers(by_mail)
        self._reply("description: Zelenka, second floor\n", answer, sender=f"{PERSON} <{ADDRESS}>")
        robot = self._send_request(number=2)
        double = appointments.with_context(external_data={**data, "external_ref": False}).create({})
        # A visit that took place, with all its mails, its entry and its rating.
        by_api.technician_id = self.technician
        by_api.action_confirm()
        self.env.flush_all()
        by_api.location = "Zelenka Street 2"
        self.env.flush_all()
        by_api.message_post(body=f"{PERSON} has called", attachments=[("zelenka.txt", b"quirina")])
        by_api._automation_activity("Call", f"Call {PERSON}")
        double._merge_into(by_api, tell=False)
        by_api.action_start()
        by_api.action_done()
        by_api.rating_apply(4, token=by_api._rating_get_access_token(), feedback=f"{PERSON}: good")
        self._send_queue()
        cancelled = self._create_appointment(partner_id=by_api.partner_id.id)
        cancelled.action_confirm()
        self.env.flush_all()
        self._send_queue()
        cancelled.write({"cancel_reason": f"{PERSON} is ill"})
        cancelled.action_cancel()
        self.env.flush_all()
        self._send_queue()
        ticket = self.env["support.ticket"].create(
            {
                "name": f"Printer of {PERSON}",
                "partner_id": by_api.partner_id.id,
                "description": f"Write to {ADDRESS}",
            }
        )
        ticket.message_post(body=f"Dear {PERSON}", partner_ids=by_api.partner_id.ids)
        ticket.message_subscribe(by_api.partner_id.ids)
        self.env["support.automation.log"]._record("probe", ticket, "skipped", f"of {PERSON}")
        self.env.flush_all()
        return {
            "by_api": by_api,
            "by_webhook": by_webhook,
            "by_mail": by_mail,
            "robot": robot,
            "double": double,
            "cancelled": cancelled,
            "ticket": ticket,
        }

    def _send_request(self, number=1):
        message = EmailMessage()
        message["From"] = f"{PERSON} <{ADDRESS}>"
        message["To"] = f"appointments@{self.alias_domain}"
        message["Subject"] = f"APPOINTMENT_REQUEST of {PERSON}"
        message["Message-Id"] = f"<{number}.quirina@zelenka.example.com>"
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        message.set_content(f"requested_date: nonsense of {PERSON}\npriority: high\n")
        message.add_attachment(b"zelenka", maintype="text", subtype="plain", filename="zelenka.txt")
        return self._send_mail(message=message)

    def _look_up_from(self, record):
        """Odoo's page, as the action of a record opens it for an administrator."""
        shown = record.with_user(self.admin).action_privacy_lookup()
        wizards = self.env[shown["res_model"]].with_user(self.admin)
        wizard = wizards.with_context(**shown["context"]).create({})
        wizard.action_lookup()
        return wizard

    def _look_up(self):
        wizard = (
            self.env["privacy.lookup.wizard"]
            .with_user(self.admin)
            .create({"name": PERSON, "email": ADDRESS})
        )
        wizard.action_lookup()
        return wizard


@tagged("post_install", "-at_install")
class TestErasure(ErasureCase):
    def test_the_lookup_finds_every_record_and_erasing_leaves_nothing(self):
        history = self._make_history()
        tables = {table for table, _text in self._find_traces()}
        # The test would prove little if these were empty before.
        self.assertLessEqual(
            {
                "support_appointment", "support_ticket", "support_automation_log", "mail_message",
                "mail_mail", "support_webhook_delivery", "calendar_event", "mail_activity",
                "rating_rating", "ir_attachment", "mail_tracking_value",
            },
            tables,
        )  # fmt: skip
        wizard = self._look_up_from(history["by_mail"])
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        for name, record in history.items():
            self.assertIn((record._name, record.id), found, name)
        before = self._read_kept(history)
        figures = self._count_week()
        wizard.line_ids.action_unlink_all()
        self.env.flush_all()
        self.assertEqual(self._find_traces(), [])
        self.env.invalidate_all()
        self.assertEqual(self._read_kept(history), before)
        self.assertEqual(self._count_week(), figures)
        self.assertTrue(all(wizard.line_ids.mapped("is_unlinked")))
        self.assertIn("Erased Support Appointment", wizard.log_id.execution_details)

    def _read_kept(self, history):
        fields = ("state", "start", "stop", "technician_id", "type_id", "company_id", "create_date")
        return {
            name: record.read([field for field in fields if field in record])[0]
            for name, record in history.items()
        }

    def _count_week(self):
        """What the weekly statistics say of the visits' week, counted anew."""
        with freeze_time("2026-03-10 08:00:00"):
            statistics = self.env["support.statistics"]
            weeks = statistics._get_weeks_to_count()
            rows = self.env["support.statistics.figures"]._count_appointments(weeks)
        self.assertTrue(any(row["done_count"] for row in rows.values()))
        self.assertTrue(any(row["rating_count"] for row in rows.values()))
        return rows

    def test_a_manager_erases_one_visit_and_the_log_says_who(self):
        visit = self._make_history()["by_api"]
        action = self.env.ref("support_center.server_action_erase_appointments")
        shown = (
            action.with_user(self.user_manager)
            .with_context(active_model=visit._name, active_ids=visit.ids, active_id=visit.id)
            .run()
        )
        self.assertEqual(shown["context"], {"default_appointment_ids": visit.ids})
        self.assertEqual(visit.customer_name, PERSON)
        wizard = self.env[shown["res_model"]].with_user(self.user_manager)
        wizard.with_context(**shown["context"]).create({}).action_erase()
        self.env.flush_all()
        rows = [text for table, text in self._find_traces() if table == visit._table]
        self.assertNotIn(visit.id, [json.loads(text)["id"] for text in rows])
        self.assertFalse(visit.partner_id)
        self.assertFalse(visit.customer_email or visit.intake_raw or visit.access_token)
        self.assertEqual(visit.state, "done")
        self.assertTrue(visit.active)
        (row,) = self._get_log(visit, "erase_personal_data")
        self.assertIn(self.user_manager.name, row.message)
        self.assertEqual(row.reference, visit.name)
        self.assertIn(self.user_manager.name, visit.message_ids.body)
        self.assertEqual(visit.rating_ids.rating, 4)
        self.assertFalse(visit.rating_ids.feedback)
        event = visit._find_events()[visit.id]
        self.assertEqual(event.name, visit.name)
        self.assertEqual((event.start, event.stop), (visit.start, visit.stop))

    def test_a_ticket_is_erased_and_stays_where_it_was(self):
        ticket = self._make_history()["ticket"]
        stage = ticket.stage_id
        ticket.with_user(self.user_manager).action_erase_personal_data()
        self.env.flush_all()
        self.assertEqual((ticket.name, ticket.stage_id), ("Erased", stage))
        self.assertFalse(ticket.partner_id or ticket.description)
        rows = self.env["support.automation.log"].search(
            [("res_model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )
        self.assertGreater(len(rows), 1)
        self.assertNotIn("Quirina", f"{rows.mapped('message')} {rows.mapped('reference')}")
        self.assertFalse(ticket.message_follower_ids.partner_id.filtered("partner_share"))

    def test_the_lookup_finds_who_wrote_without_being_a_contact(self):
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "tickets",
                "alias_model_id": self.env["ir.model"]._get_id("support.ticket"),
                "alias_domain_id": self.mail_alias_domain.id,
            }
        )
        with self.mock_mail_gateway():
            self.format_and_process(
                "From: {email_from}\nTo: {to}\nSubject: {subject}\nMessage-Id: {msg_id}\n\nHelp\n",
                f"Somebody <{ADDRESS}>",
                alias.alias_full_name,
                subject="Help",
                msg_id="<3.quirina@example.com>",
                target_model="support.ticket",
            )
        ticket = self.env["support.ticket"].search([("name", "=", "Help")])
        self.assertFalse(ticket.partner_id)
        wizard = self._look_up()
        self.assertEqual(self._look_up_from(ticket).email, ADDRESS)
        line = wizard.line_ids.filtered(lambda each: each.res_model == "support.ticket")
        self.assertEqual(line.res_id, ticket.id)
        wizard.line_ids.action_unlink_all()
        self.assertEqual(self._find_traces(["%quirina%"]), [])
        self.assertTrue(ticket.exists())

    def test_a_former_customer_is_taken_out_of_anothers_visit(self):
        person = self.env["res.partner"].create({"name": PERSON, "email": ADDRESS})
        visit = self._create_appointment(partner_id=person.id, technician_id=self.technician.id)
        visit.action_confirm()
        self.env.flush_all()
        self._send_queue()
        visit.partner_id = self.customer
        self.env.flush_all()
        self.flush_tracking()
        self.assertIn(PERSON, visit.activity_ids.note)
        mail = self._get_notices(visit)[-1]
        wizard = self._look_up()
        self.assertNotIn("support.appointment", wizard.line_ids.mapped("res_model"))
        wizard.line_ids.action_unlink_all()
        self.assertEqual(self._find_traces(), [])
        self.assertEqual(visit.customer_name, "Known Customer")
        self.assertTrue(mail.exists())

    def test_a_mail_that_outlived_its_visit_is_found(self):
        person = self.env["res.partner"].create({"name": PERSON, "email": ADDRESS})
        visit = self._create_appointment(partner_id=person.id)
        visit.action_confirm()
        self.env.flush_all()
        self._send_queue()
        visit.action_cancel()
        self.env.flush_all()
        visit.with_user(self.user_manager).unlink()
        self._send_queue()
        self.assertIn("mail_mail", {table for table, _text in self._find_traces()})
        self._look_up().line_ids.action_unlink_all()
        self.assertEqual(self._find_traces(), [])

    def test_a_rating_outlives_its_message_and_its_line(self):
        visit = self._make_history()["by_api"]
        wizard = self._look_up()
        rating = visit.rating_ids
        for model in ("mail.message", "rating.rating"):
            lines = wizard.line_ids.filtered(lambda line, m=model: line.res_model == m)
            lines.action_unlink_all()
        self.env.invalidate_all()
        self.assertEqual(rating.exists().rating, 4)
        self.assertFalse(rating.feedback or rating.partner_id)

    def test_a_note_on_a_technician_names_an_erased_customer_no_more(self):
        self.customer.name = PERSON
        visit = self._create_appointment(technician_id=self.technician.id)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "resource_id": self.technician.resource_id.id,
                "date_from": "2026-03-05 00:00:00",
                "date_to": "2026-03-06 00:00:00",
            }
        )
        self.env.flush_all()
        self.assertIn(PERSON, self.technician.time_off_conflict_activity_id.note)
        visit.with_user(self.user_manager).action_erase_personal_data()
        self.assertFalse(self.technician.time_off_conflict_activity_id)

    def test_the_lookup_calls_off_what_is_expected(self):
        visit = self._make_history()["cancelled"]
        visit.action_undo_cancel()
        self.env.flush_all()
        self.assertEqual(visit.state, "confirmed")
        self._look_up().line_ids.action_unlink_all()
        self.assertEqual(visit.state, "cancelled")
        self.assertFalse(visit.customer_name or visit.partner_id or visit.intake_raw)
        mails = self.env["mail.mail"].search([("support_notice", "=", "cancelled")])
        self.assertNotIn("outgoing", mails.filtered(lambda m: m.res_id == visit.id).mapped("state"))

    def test_the_lookup_takes_a_visit_with_its_ticket_and_then_its_contact(self):
        ticket = self.env["support.ticket"].create({"name": "X", "partner_id": self.customer.id})
        visit = self._create_appointment(ticket_id=ticket.id)
        visit.action_confirm()
        self.env.flush_all()
        for record in (ticket, visit):
            self.env["privacy.lookup.wizard.line"].create(
                {
                    "wizard_id": self._look_up().id,
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                }
            ).action_unlink()
        self.assertEqual(visit.state, "cancelled")
        self.customer.unlink()
        self.assertFalse(visit.customer_name or ticket.partner_id)

    def test_who_expects_somebody_is_not_erased(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        ticket = self.env["support.ticket"].create({"name": "X", "partner_id": self.customer.id})
        visit.ticket_id = ticket
        visit.action_confirm()
        self.env.flush_all()
        manager = visit.with_user(self.user_manager)
        with self.assertRaisesRegex(UserError, f"{visit.name}: the customer expects somebody"):
            manager.action_erase_personal_data()
        with self.assertRaisesRegex(UserError, f"{ticket.number}: somebody is expected"):
            ticket.with_user(self.user_manager).action_erase_personal_data()
        visit.action_draft()
        with self.assertRaisesRegex(UserError, "expects somebody"):
            manager.action_erase_personal_data()
        visit.action_confirm()
        self._send_queue()
        visit.action_cancel()
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "the mail that calls the visit off"):
            manager.action_erase_personal_data()
        self.assertEqual(visit.customer_name, "Known Customer")
        self._send_queue()
        manager.action_erase_personal_data()
        self.assertFalse(visit.customer_name)
        self.assertEqual(visit.state, "cancelled")

    def test_who_may_erase(self):
        visit = self._create_appointment()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="other_manager",
            groups="support_center.group_support_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        users = [
            self.user_technician, self.user_dispatcher, self.user_integration,
            self.user_employee, stranger,
        ]  # fmt: skip
        for user in users:
            for name in ("action_erase_personal_data", "action_open_erasure"):
                with (
                    self.subTest(user=user.login, method=name),
                    mute_logger("odoo.addons.base.models.ir_rule"),
                    self.assertRaisesRegex(AccessError, "Only a manager|not allowed|doesn't have"),
                ):
                    getattr(visit.with_user(user), name)()
        self.assertEqual(visit.customer_name, "Known Customer")

    def test_an_erased_request_is_out_of_sight_and_is_read_no_more(self):
        draft = self._send_request()
        draft.with_user(self.user_manager).action_erase_personal_data()
        self.assertEqual((draft.state, draft.active), ("draft", False))
        self.env["support.appointment"].action_process_email()
        self.assertFalse(draft.intake_note)

    def test_erasing_tells_nobody(self):
        visit = self._make_history()["by_api"]
        domain = [("id", ">", 0)]
        mails = self.env["mail.mail"].search_count(domain)
        deliveries = self.env["support.webhook.delivery"].search_count(domain)
        told = self.env["mail.message"].search([("message_type", "=", "user_notification")])
        visit.with_user(self.user_manager).action_erase_personal_data()
        self.env.flush_all()
        self.assertLessEqual(self.env["mail.mail"].search_count(domain), mails)
        self.assertEqual(self.env["support.webhook.delivery"].search_count(domain), deliveries)
        self.assertFalse(
            self.env["mail.message"].search([("message_type", "=", "user_notification")]) - told
        )
        for delivery in self.env["support.webhook.delivery"].search(
            [("appointment_id", "=", visit.id)]
        ):
            data = json.loads(delivery.payload)["data"]
            self.assertEqual((data["name"], data["external_ref"]), (visit.name, None))
