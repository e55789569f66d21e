import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCase, at

URL = "https://hooks.example.com/in"


@tagged("post_install", "-at_install")
class TestWebhookEvents(SupportCase):
    """What the system outside is told, and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("support_center.automation_webhook_response")
        cls.rule.active = True
        cls.parameters = cls.env["ir.config_parameter"]
        cls.parameters.set_param("support_center.webhook_response_url", URL)

    def _get_rows(self, appointment):
        return self.env["support.webhook.delivery"].search(
            [("appointment_id", "=", appointment.id)], order="id"
        )

    def _get_events(self, appointment):
        self.env.flush_all()
        return [row.event.removeprefix("appointment.") for row in self._get_rows(appointment)]

    def _request(self, **data):
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        made = appointments.with_context(external_data={**GUIDE_DATA, **data}).create({})
        return self.env["support.appointment"].browse(made.id)

    def test_the_life_of_a_request(self):
        visit = self._request(external_ref="crm-1")
        self.assertEqual(self._get_events(visit), ["accepted"])
        visit.action_confirm()
        visit.write({"start": at("2026-03-06 09:30")})
        visit.action_start()
        visit.action_done()
        self.assertEqual(self._get_events(visit), ["accepted", "confirmed", "rescheduled", "done"])
        row = self._get_rows(visit)[2]
        self.assertEqual((row.state, row.attempts, row.url), ("pending", 0, URL))
        self.assertEqual(row.company_id, visit.company_id)
        self.assertRegex(row.message_id, r"^msg_[0-9a-f]{32}$")
        self.assertEqual(
            json.loads(row.payload),
            {
                "type": "appointment.rescheduled",
                "timestamp": "2026-03-02T08:00:00.000Z",
                "data": {
                    "id": visit.id,
                    "name": visit.name,
                    "external_ref": "crm-1",
                    "state": "confirmed",
                    "start": "2026-03-06T09:30:00Z",
                    "stop": "2026-03-06T10:30:00Z",
                    "timezone": visit._get_customer_timezone(),
                    "errors": [],
                    "sequence": 3,
                },
            },
        )
        self.assertEqual(self._get_log(visit, "webhook_response")[:1].message, "appointment.done")

    def test_a_draft_without_a_time(self):
        visit = self._request(requested_date=None)
        data = json.loads(self._get_rows(visit).payload)["data"]
        self.assertEqual((data["start"], data["stop"], data["external_ref"]), (None, None, None))

    def test_a_rejected_request_tells_its_faults(self):
        visit = self.env["support.appointment"]._receive_webhook({"customer_email": "nonsense"})
        self.assertFalse(self._get_events(visit))
        visit._rule_read_webhook()
        self.assertEqual(self._get_events(visit), ["rejected"])
        (fault,) = json.loads(self._get_rows(visit).payload)["data"]["errors"]
        self.assertEqual(set(fault), {"index", "field", "code", "message"})
        self.assertEqual((fault["field"], fault["code"]), ("customer_email", "invalid"))
        # Read once more without success, it is told once more; accepted by hand, that is told.
        visit.write({"intake_round": 2})
        visit.customer_email = "right@example.com"
        visit.action_accept_request()
        self.assertEqual(self._get_events(visit), ["rejected", "rejected", "accepted"])
        self.assertEqual(json.loads(self._get_rows(visit)[2].payload)["data"]["errors"], [])

    def test_only_requests_from_outside_are_accepted_or_rejected(self):
        visit = self._create_appointment()
        self.assertFalse(self._get_events(visit))
        self.assertFalse(self._get_log(visit, "webhook_response"))
        visit.action_confirm()
        self.assertEqual(self._get_events(visit), ["confirmed"])

    def test_saving_again_tells_nothing(self):
        visit = self._create_appointment(state="confirmed")
        visit.write({"start": visit.start, "state": "confirmed"})
        visit.write({"location": "Elsewhere"})
        self.rule._process(visit)
        visit._rule_webhook_response()
        self.assertEqual(self._get_events(visit), ["confirmed"])
        self.assertEqual(len(self._get_log(visit, "webhook_response")), 1)

    def test_back_to_draft_and_confirmed_anew(self):
        visit = self._create_appointment(state="confirmed")
        visit.action_draft()
        visit.write({"start": at("2026-03-09 10:00")})
        visit.action_confirm()
        visit.action_cancel()
        visit.action_draft()
        visit.action_cancel()
        self.assertEqual(
            self._get_events(visit), ["confirmed", "confirmed", "cancelled", "cancelled"]
        )

    def test_a_missed_visit_has_no_event(self):
        visit = self._create_appointment(state="confirmed")
        visit.action_no_show()
        self.assertEqual(self._get_events(visit), ["confirmed"])
        self.assertEqual(self._get_log(visit, "webhook_response")[:1].outcome, "skipped")

    def test_a_copy_was_told_of_nothing(self):
        visit = self._create_appointment(state="confirmed")
        copy = visit.copy({"start": at("2026-03-10 10:00")})
        self.assertFalse(copy.webhook_told)
        copy.action_confirm()
        self.assertEqual(self._get_events(copy), ["confirmed"])
        self.assertEqual(self._get_numbers(copy), [1])

    def _get_numbers(self, appointment):
        rows = self._get_rows(appointment)
        told = [json.loads(row.payload)["data"]["sequence"] for row in rows]
        self.assertEqual(told, rows.mapped("sequence"))
        return told

    def test_each_message_about_an_appointment_has_the_next_number(self):
        visit = self._request()
        visit.action_confirm()
        visit.action_cancel()
        visit.action_draft()
        visit.action_confirm()
        other = self._create_appointment(state="confirmed", start=at("2026-03-10 10:00"))
        self.assertEqual(
            self._get_events(visit), ["accepted", "confirmed", "cancelled", "confirmed"]
        )
        self.assertEqual(self._get_numbers(visit), [1, 2, 3, 4])
        self.assertEqual(self._get_numbers(other), [1])
        # Old rows are pruned; the numbers go on.
        self._get_rows(visit).unlink()
        visit.action_cancel()
        self.assertEqual(self._get_numbers(visit), [5])

    def test_two_messages_in_one_save(self):
        """A request that is accepted and confirmed at once is told of twice, in this order."""
        visit = self.env["support.appointment"]._receive_webhook(dict(GUIDE_DATA))
        visit._rule_read_webhook()
        self.env.flush_all()
        self._get_rows(visit).unlink()
        visit.webhook_told = False
        visit.action_confirm()
        self.assertEqual(self._get_events(visit), ["accepted", "confirmed"])
        self.assertEqual(self._get_numbers(visit), [2, 3])

    def test_the_time_of_an_event_has_milliseconds(self):
        with freeze_time("2026-11-28 10:00:00.123456"):
            visit = self._create_appointment(
                state="confirmed", start=at("2026-12-05 10:00"), stop=at("2026-12-05 11:00")
            )
        body = json.loads(self._get_rows(visit).payload)
        self.assertEqual(body["timestamp"], "2026-11-28T10:00:00.123Z")
        self.assertEqual(body["data"]["start"], "2026-12-05T10:00:00Z")

    def test_many_are_told_of_in_as_many_queries_as_few(self):
        counts = []
        for number in (3, 30):
            visits = self.env["support.appointment"].union(
                *(self._create_appointment() for _number in range(number))
            )
            self.env.flush_all()
            deliveries = self.env["support.webhook.delivery"]
            events = [("appointment.confirmed", visit) for visit in visits for _time in range(2)]
            visits.mapped("company_id")
            before = self.env.cr.sql_log_count
            rows = deliveries._enqueue(events, URL)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(rows.mapped("sequence"), [1, 2] * number)
        # Rows are inserted in batches; the rest does not grow.
        self.assertLessEqual(counts[1], counts[0] + 5, counts)

    def test_many_at_once(self):
        visits = self._create_appointment() | self._create_appointment()
        visits.action_confirm()
        for visit in visits:
            self.assertEqual(self._get_events(visit), ["confirmed"])

    def test_switched_off_and_on_again(self):
        self.rule.active = False
        visit = self._create_appointment(state="confirmed")
        self.assertFalse(self._get_events(visit))
        self.assertFalse(self._get_log(visit, "webhook_response"))
        self.rule.active = True
        visit.action_cancel()
        self.assertEqual(self._get_events(visit), ["cancelled"])

    def test_without_an_address_nobody_is_told_and_the_log_says_so(self):
        self.parameters.set_param("support_center.webhook_response_url", "")
        visit = self._create_appointment(state="confirmed")
        self.assertFalse(self._get_events(visit))
        self.assertFalse(visit.webhook_told)
        row = self._get_log(visit, "webhook_response")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("address", row.message)

    def test_whoever_saves_needs_no_right_on_the_outbox(self):
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        own = visit.with_user(self.user_technician)
        with freeze_time(visit.start):
            own.action_start()
            own.action_done()
        self.assertEqual(self._get_events(visit), ["confirmed", "done"])
        with self.assertRaises(AccessError):
            self.env["support.webhook.delivery"].with_user(self.user_technician).search([])

    @mute_logger("support_center.automation")
    def test_a_failure_does_not_touch_the_booking(self):
        visit = self._create_appointment()
        self.patch(type(self.env["support.webhook.delivery"]), "_enqueue", lambda *_args: 1 / 0)
        visit.action_confirm()
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(self._get_log(visit, "webhook_response").outcome, "failed")
        self.assertTrue(visit.activity_ids)

    def test_the_time_zone_of_the_customer(self):
        self.customer.tz = "Asia/Tokyo"
        visit = self._create_appointment(state="confirmed")
        data = json.loads(self._get_rows(visit).payload)["data"]
        self.assertEqual(data["timezone"], "Asia/Tokyo")
        self.assertEqual(data["start"], "2026-03-05T10:00:00Z")

    def test_smart_button_for_managers(self):
        visit = self._create_appointment(state="confirmed").with_user(self.user_manager)
        self.assertEqual(visit.webhook_count, 1)
        action = visit.action_view_webhooks()
        rows = self.env["support.webhook.delivery"].with_user(self.user_manager)
        self.assertEqual(rows.search(action["domain"]), self._get_rows(visit))
        with self.assertRaises(AccessError):
            visit.with_user(self.user_dispatcher).read(["webhook_count"])


@tagged("post_install", "-at_install")
class TestWebhookSettings(SupportCase):
    """What an administrator stores."""

    def _store(self, **values):
        names = {f"support_center_webhook_{name}": value for name, value in values.items()}
        self.env["res.config.settings"].create(names).execute()

    def _read(self, name):
        return self.env["ir.config_parameter"].get_param(f"support_center.webhook_{name}")

    def test_a_secret_is_there_from_the_start(self):
        self.assertRegex(self._read("secret"), r"^whsec_[A-Za-z0-9+/]{43}=$")
        secret = self._read("secret")
        deliveries = self.env["support.webhook.delivery"]
        deliveries.init()
        self.assertEqual(self._read("secret"), secret, "an upgrade keeps it")
        self._store(secret=False)
        self.assertNotIn(deliveries._get_or_make_secret(), ("", secret))

    def test_a_secret_that_is_changed_signs_as_well_until_it_is_emptied(self):
        old = self._read("secret")
        new = "whsec_" + "a2V5" * 8
        self._store(secret=new)
        self.assertEqual((self._read("secret"), self._read("secret_previous")), (new, old))
        self._store(allow_private=True)  # another save changes nothing
        self.assertEqual((self._read("secret"), self._read("secret_previous")), (new, old))
        self._store(secret_previous=False)
        self.assertEqual((self._read("secret"), self._read("secret_previous")), (new, False))
        # Emptied, a new one is made at once.
        self._store(secret=False)
        self.assertRegex(self._read("secret"), r"^whsec_[A-Za-z0-9+/]{43}=$")
        self.assertEqual(self._read("secret_previous"), new)

    def test_a_secret_that_got_about_is_thrown_away_with_the_previous_one(self):
        self._store(secret="whsec_" + "a2V5" * 8)
        self._store(secret=False, secret_previous=False)
        self.assertFalse(self._read("secret_previous"))

    def test_a_secret_that_never_could_sign_is_not_kept(self):
        self.env["ir.config_parameter"].set_param("support_center.webhook_secret", "nonsense")
        self._store(secret="whsec_" + "a2V5" * 8)
        self.assertFalse(self._read("secret_previous"))

    def test_the_button_makes_a_new_secret_once(self):
        old = self._read("secret")
        page = self.env["res.config.settings"].create({})
        self.assertEqual(page.action_support_center_rotate_secret()["tag"], "reload")
        self.assertEqual(self._read("secret_previous"), old)
        self.assertNotEqual(self._read("secret"), old)
        # A second press would end the secret that the receiver knows.
        with self.assertRaisesRegex(UserError, "still signs"):
            page.action_support_center_rotate_secret()
        self.assertEqual(self._read("secret_previous"), old)
        manager = new_test_user(
            self.env, "support_no_admin", "support_center.group_support_manager"
        )
        with self.assertRaisesRegex(AccessError, "Settings|Configuration|allowed"):
            page.with_user(manager).action_support_center_rotate_secret()

    def test_private_addresses_are_a_yes_or_no(self):
        for value in (False, True, False):
            self._store(allow_private=value)
            shown = self.env["res.config.settings"].create({})
            self.assertEqual(shown.support_center_webhook_allow_private, value)
            self.assertEqual(self._read("allow_private"), str(value))

    def test_values_are_stored(self):
        self._store(
            response_url="http://10.0.0.8/in",
            allow_private=True,
            company_id=self.env.company.id,
        )
        self.assertEqual(self._read("response_url"), "http://10.0.0.8/in")
        self.assertEqual(self._read("company_id"), str(self.env.company.id))
        parameters = self.env["ir.config_parameter"]
        self.assertTrue(parameters._get_support_flag("support_center.webhook_allow_private"))

    def test_what_is_stored_keeps_nobody_from_other_settings(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_response_url", "nonsense")
        parameters.set_param("support_center.webhook_secret", "nonsense")
        self.env["res.config.settings"].create({"support_center_reminder_hours": 12}).execute()
        self.assertEqual(self._read("response_url"), "nonsense")

    def test_what_cannot_work_is_refused(self):
        for values, word in (
            ({"response_url": "ftp://example.com/"}, "https://"),
            ({"response_url": "example.com"}, "https://"),
            ({"response_url": "https://a:b@example.com/"}, "password"),
            ({"response_url": "http://127.0.0.1/"}, "127.0.0.1"),
            ({"response_url": "http://[::1]:8069/"}, "::1"),
            ({"response_url": "http://localhost/"}, "public internet"),
            ({"secret": "12345678"}, "whsec_"),
            ({"secret": "whsec_c2hvcnQ="}, "24 bytes"),
            ({"secret_previous": "12345678"}, "whsec_"),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                self._store(**values)
            self.assertIn(word, str(caught.exception))
