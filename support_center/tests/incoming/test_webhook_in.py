import json
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlencode

import requests

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.incoming.support_intake_key import SupportIntakeKey
from ...models.incoming.support_intake_webhook import SupportIntakeWebhook
from ..common import GUIDE_DATA, SupportHttpCase


@tagged("post_install", "-at_install")
class TestWebhookIn(SupportHttpCase):
    """Odoo's own webhook, over HTTP, with nobody logged in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("support_center.automation_webhook_create")
        cls.rule.active = True
        cls.start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        cls.data = {**GUIDE_DATA, "requested_date": fields.Datetime.to_string(cls.start)}
        cls.bot = cls.env.ref("base.user_root")

    def _post(self, payload, status=200, headers=None):
        """Send ``payload`` to the rule's address and return the drafts that are new."""
        appointments = self.env["support.appointment"].with_context(active_test=False)
        last = appointments.search([], order="id desc", limit=1).id or 0
        body = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        response = self.url_open(
            f"/web/hook/{self.rule.webhook_uuid}",
            data=body,
            headers=headers or {"Content-Type": "application/json"},
        )
        self.assertEqual(response.status_code, status, response.text)
        self.env.invalidate_all()
        return appointments.search([("id", ">", last)], order="id")

    def _find_contact(self):
        return self.env["res.partner"].search([("email", "=", "customer@example.com")])

    def test_a_valid_request_is_accepted(self):
        draft = self._post(self.data)
        self.assertEqual(len(draft), 1)
        self.assertEqual(
            (draft.state, draft.source, draft.intake_state), ("draft", "webhook", "accepted")
        )
        self.assertEqual(draft.start, self.start)
        self.assertEqual(draft.priority, "2")
        self.assertEqual(draft.partner_id, self._find_contact())
        self.assertEqual(draft.partner_id.name, "John Doe")
        self.assertEqual(draft.create_uid, self.bot)
        self.assertEqual(json.loads(draft.intake_raw), self.data)
        self.assertFalse(draft.intake_errors)
        self.assertRegex(draft.name, r"^APT/\d{4}/\d{5}$")
        self.assertEqual(self._get_log(draft, "receive_webhook").outcome, "ok")
        self.assertEqual(self._get_log(draft, "read_webhook").outcome, "ok")

    def test_a_call_that_meets_another_one_is_run_again(self):
        """Odoo's controller answers 500 before Odoo sees that it was a meeting only."""
        original, kinds = SupportIntakeKey._claim, []

        def _claim(model, kind, keys):
            kinds.append(kind)
            if len(kinds) in (1, 4):
                # The reference of the first run, the contact at the reading of the second.
                model.env.cr.execute("DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END$$")
            return original(model, kind, keys)

        with (
            patch.object(SupportIntakeKey, "_claim", _claim),
            patch("odoo.service.model.time.sleep"),
            mute_logger("odoo.sql_db", "odoo.service.model", "odoo.addons.base_automation"),
        ):
            draft = self._post({**self.data, "external_ref": "met"})
        self.assertEqual(len(draft), 1, "nothing is left of the first run")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(len(self._find_contact()), 1)
        self.assertGreater(kinds.count("external_ref"), 1)
        self.assertEqual(len(self._get_log(draft, "receive_webhook")), 1)

    def test_a_bad_request_stays_for_review_and_makes_no_contact(self):
        draft = self._post({**self.data, "requested_date": "2025-01-15 14:00:00", "priority": "x"})
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.partner_id)
        self.assertFalse(self._find_contact())
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertIn("requested_date", draft.intake_note)
        self.assertEqual(
            [(fault["index"], fault["field"], fault["code"]) for fault in draft.intake_errors],
            [(0, "requested_date", "past"), (0, "priority", "invalid")],
        )
        self.assertIn("past", draft.intake_errors[0]["message"])
        row = self._get_log(draft, "read_webhook")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("priority", row.message)

    def test_a_list_makes_a_draft_for_each(self):
        drafts = self._post([self.data, {"customer_email": "nonsense"}, "text", None])
        self.assertEqual(drafts.mapped("intake_state"), ["accepted", "review", "review", "review"])
        self.assertEqual(drafts[2].intake_raw, '"text"')

    def test_whatever_comes_is_kept(self):
        for number, payload in enumerate(
            [
                {},
                [],
                "42",
                '"\\u0000 \\ud800"',
                '{"customer_name": "\\ud800\\u0000", "\\udfff": NaN, "type": "\\u0000"}',
                [{}] * 101,
                "no JSON {",
                b"\xff\xfe<b>",
                "[" * 400 + "]" * 400,
            ]
        ):
            with self.subTest(number):
                draft = self._post(payload)
                self.assertEqual(len(draft), 1)
                self.assertEqual(draft.intake_state, "review", draft.intake_note)
                self.assertTrue(draft.intake_raw)
                self.assertFalse(draft.partner_id)

    def test_a_form_that_a_browser_sent(self):
        draft = self._post(
            "customer_email=form@example.com&description=Broken",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.customer_email, "form@example.com")

    # What stands around a request, and how it is written

    def _get_text(self):
        data = {**self.data, "customer_name": "Zoë Müller", "customer_phone": "+49 30 901820"}
        return json.dumps(data, ensure_ascii=False)

    def _assert_read(self, draft, name="Zoë Müller"):
        self.assertEqual(len(draft), 1)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.customer_name, name)
        self.assertEqual(draft.customer_phone, "+49 30 901820")
        self.assertEqual(draft.start, self.start)

    def test_json_in_whatever_characters_and_under_whatever_name(self):
        text = self._get_text()
        kinds = ("application/json", "text/plain", "application/octet-stream", "")
        for body in (
            text.encode(),
            b"\xef\xbb\xbf" + text.encode(),
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-32"),
            text.encode("cp1252"),
            json.dumps(text).encode(),
        ):
            # As curl names it unless told otherwise.
            for kind in (*kinds, "application/x-www-form-urlencoded"):
                with self.subTest(body=body[:9], kind=kind):
                    self._assert_read(self._post(body, headers={"Content-Type": kind}))

    def test_characters_as_the_sender_names_them(self):
        text = self._get_text().replace("Zoë Müller", "Łukasz Żak")
        headers = {"Content-Type": "application/json; charset=iso-8859-2"}
        draft = self._post(text.encode("iso-8859-2"), headers=headers)
        self._assert_read(draft, "Łukasz Żak")

    def test_envelopes_of_other_programs(self):
        request = json.loads(self._get_text())
        text = json.dumps(request)
        for payload in (
            {"data": request},
            {"event": "request.created", "data": request},
            {"type": "request.created", "timestamp": "2026-11-28T10:00:00Z", "data": request},
            [{"json": request, "pairedItem": {"item": 0}}],
            {"headers": {"priority": "u=1"}, "params": {}, "query": {}, "body": request},
            {"payload": request},
            {"payload": text},
            {"data": [request]},
            [request],
        ):
            with self.subTest(payload=json.dumps(payload)[:40]):
                draft = self._post(payload)
                self._assert_read(draft)
                self.assertNotIn("pairedItem", draft.description or "")
                # All that came is kept.
                whole = payload[0] if isinstance(payload, list) else payload
                whole = {"data": request} if whole == {"data": [request]} else whole
                kept = json.loads(draft.intake_raw)
                self.assertIn(kept, (whole, payload))
                draft.with_user(self.user_dispatcher).with_context(lang=None)._read_webhooks(
                    ("accepted",)
                )
                self._assert_read(draft)

    def test_several_requests_in_one_envelope(self):
        data = [
            {**self.data, "external_ref": "batch-1"},
            {"customer_email": "nonsense", "external_ref": "batch-2"},
        ]
        drafts = self._post({"event": "batch", "data": data})
        self.assertEqual(drafts.mapped("intake_state"), ["accepted", "review"])
        self.assertEqual(drafts.mapped("external_ref"), ["batch-1", "batch-2"])
        self.assertEqual(json.loads(drafts[1].intake_raw), {"event": "batch", "data": data[1]})
        self.assertFalse(self._post({"event": "batch", "data": data}), "the same once more")

    def test_the_same_request_in_another_envelope_is_the_same(self):
        data = {**self.data, "external_ref": "crm-12"}
        draft = self._post({"sent": "2026-11-28T10:00:00Z", "data": data})
        self.assertFalse(self._post({"sent": "2026-11-28T10:00:05Z", "data": data}))
        self.assertEqual(len(self._get_log(draft, "receive_webhook")), 1)
        self.assertFalse(self._post({"sent": "", "data": {**data, "location": "Elsewhere"}}))
        self.assertEqual(len(self._get_log(draft, "receive_webhook")), 2)

    def test_an_envelope_that_may_mean_two_requests_waits_for_somebody(self):
        payload = {"before": self.data, "after": {**self.data, "location": "Elsewhere"}}
        draft = self._post(payload)
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("customer_email", draft.intake_note)
        self.assertEqual(json.loads(draft.intake_raw), payload)

    def test_forms(self):
        fields_ = {**json.loads(self._get_text()), "topic": "Router"}
        coded = urlencode(fields_)
        form = "application/x-www-form-urlencoded"
        for body, kind in (
            (coded, form),
            (coded, "text/plain"),
            (coded, ""),
            (urlencode(fields_, encoding="cp1252"), form),
            ("\ufeff".encode() + coded.encode(), form),
            (urlencode({"payload": self._get_text()}), form),
        ):
            with self.subTest(body=body[:20], kind=kind):
                self._assert_read(self._post(body, headers={"Content-Type": kind}))

    def _post_parts(self, fields_, files):
        prepared = requests.Request(
            "POST", "http://localhost/", data=fields_, files=files
        ).prepare()
        return self._post(prepared.body, headers={"Content-Type": prepared.headers["Content-Type"]})

    def test_a_form_with_files(self):
        files = [
            ("photo", ("router.png", b"\x89PNG no picture", "image/png")),
            ("note", ("note.html", b"<script>alert(1)</script>", "text/html")),
        ]
        draft = self._post_parts(json.loads(self._get_text()), files)
        self._assert_read(draft)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", draft._name), ("res_id", "=", draft.id)], order="id"
        )
        self.assertEqual(kept.mapped("name"), ["router.png", "note.html"])
        self.assertEqual(kept[0].raw, b"\x89PNG no picture")
        self.assertEqual(kept[1].mimetype, "text/plain", "no page that runs in our name")

    def test_a_form_of_files_alone_waits_for_somebody(self):
        files = [("file", ("request.json", self._get_text().encode(), "application/json"))]
        draft = self._post_parts({}, files)
        self.assertEqual(draft.intake_state, "review")
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", draft._name), ("res_id", "=", draft.id)]
        )
        self.assertEqual(kept.raw.decode(), self._get_text())

    @mute_logger("odoo.addons.base_automation.models.base_automation", "odoo.http")
    def test_a_form_of_nothing_makes_nothing(self):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        self.assertFalse(self._post(b"--x--\r\n", status=500, headers=headers))

    @mute_logger("odoo.addons.base_automation.models.base_automation", "odoo.http")
    def test_a_body_of_nothing_makes_nothing(self):
        for body in ("", " \n", b"\xef\xbb\xbf", b"\xff\xfe", "null"):
            for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                with self.subTest(body=body, kind=kind):
                    drafts = self._post(body, status=500, headers={"Content-Type": kind})
                    self.assertFalse(drafts)

    def test_what_cannot_be_read_is_kept_as_it_came(self):
        for body in (b"\xff\xfe<b>", b"\x1f\x8b\x08 packed", "Bitte um Rückruf".encode("cp1252")):
            with self.subTest(body=body):
                draft = self._post(body, headers={"Content-Type": "text/plain"})
                self.assertEqual(draft.intake_state, "review")
                self.assertTrue(draft.intake_note)
                self.assertTrue(draft.intake_raw)
        self.assertEqual(json.loads(draft.intake_raw), "Bitte um Rückruf")

    @mute_logger("odoo.addons.base_automation.models.base_automation", "odoo.http")
    def test_a_call_that_holds_nothing_makes_nothing(self):
        count = self.env["support.appointment"].search_count([])
        response = self.url_open(f"/web/hook/{self.rule.webhook_uuid}")
        self.assertEqual(response.status_code, 500)
        self._post("null", status=500)  # Odoo hands no payload over for it
        self.assertEqual(self.env["support.appointment"].search_count([]), count)

    def test_the_same_reference_again_changes_nothing(self):
        data = {**self.data, "external_ref": "crm-7"}
        draft = self._post(data)
        self.assertEqual(draft.external_ref, "crm-7")
        self.assertFalse(self._post(data))
        self.assertEqual(len(self._get_log(draft, "receive_webhook")), 1)
        self.assertFalse(self._post({**data, "location": "Elsewhere"}))
        self.assertEqual(draft.location, "123 Main Street")
        rows = self._get_log(draft, "receive_webhook")
        self.assertEqual(rows.mapped("outcome"), ["skipped", "ok"])
        self.assertIn("Elsewhere", rows[0].payload)
        self.assertEqual(len(self._get_log(draft, "read_webhook")), 1)

    def test_the_same_reference_twice_in_one_call(self):
        data = {**self.data, "external_ref": "crm-8"}
        self.assertEqual(len(self._post([data, data])), 1)

    def test_a_bad_request_again_is_no_second_one(self):
        data = {"customer_email": "nonsense", "external_ref": "crm-9"}
        draft = self._post(data)
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(self._post(data))
        self.assertEqual(len(self._get_log(draft, "read_webhook")), 1)

    def test_a_reference_that_a_mail_took_swallows_nothing(self):
        mailed = (
            self.env["support.appointment"]
            .with_user(self.bot)
            .create({"source": "email", "external_ref": "crm-10"})
        )
        draft = self._post({**self.data, "external_ref": "crm-10"})
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.external_ref)
        self.assertEqual(draft.intake_errors[0]["code"], "duplicate")
        self.assertIn(mailed.name, draft.intake_note)

    def test_validate_only_is_not_heeded_and_says_so(self):
        draft = self._post({**self.data, "validate_only": True})
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("check_external_data", draft.intake_note)
        self.assertFalse(self._find_contact())

    @mute_logger("odoo.http")
    def test_switched_off_odoo_s_route_refuses_and_nothing_is_made(self):
        self.rule.active = False
        self.assertFalse(self._post(self.data, status=404))
        self.rule.active = True
        self.assertEqual(self._post(self.data).intake_state, "accepted")

    def test_a_fault_of_our_own_loses_nothing(self):
        data = {**self.data, "external_ref": "crm-11"}
        with (
            patch.object(
                SupportIntakeWebhook, "_read_draft", side_effect=RuntimeError("our <a>bug</a>")
            ),
            mute_logger("support_center.automation"),
        ):
            draft = self._post(data)
        self.assertEqual(draft.intake_state, "received")
        self.assertEqual(json.loads(draft.intake_raw), data)
        self.assertIn("our <a>bug</a>", self._get_log(draft, "read_webhook").message)
        self.assertIn("our &lt;a&gt;bug&lt;/a&gt;", draft.activity_ids.note)
        # The sender's next attempt reads what waits, and makes no second one.
        self.assertFalse(self._post(data))
        self.assertEqual(draft.intake_state, "accepted")

    def test_read_again_by_hand(self):
        draft = self._post({**self.data, "technician": "late@example.com"})
        self.assertEqual(draft.intake_state, "review")
        self.user_technician.email = "late@example.com"
        draft.with_user(self.user_dispatcher).action_read_again()
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.technician_id, self.technician)
        self.assertFalse(draft.intake_errors)

    def test_the_company_is_a_parameter(self):
        self.assertEqual(self._post(self.data).company_id.id, min(self._get_company_ids()))
        other = self.env["res.company"].create({"name": "Other Company"})
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_company_id", str(other.id))
        draft = self._post(self.data)
        self.assertEqual(draft.company_id, other)
        self.assertEqual(draft.partner_id.company_id, other)
        for wrong in ("999999", "nonsense"):
            parameters.set_param("support_center.webhook_company_id", wrong)
            self.assertEqual(self._post(self.data).company_id.id, min(self._get_company_ids()))

    def _get_company_ids(self):
        return self.env["res.company"].search([]).ids

    def test_html_is_text(self):
        draft = self._post(
            {**self.data, "description": "<script>alert(1)</script>", "bad <b>key</b>": "<i>x</i>"}
        )
        self.authenticate(self.user_dispatcher.login, self.user_dispatcher.login)
        page = self.url_open(f"/my/appointments/{draft.id}").text
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("<script>", draft.description)
