import json

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.automation.support_automation_log import LONGEST_TEXT
from ...models.incoming.support_intake import MAX_FAULTS, MAX_RAW
from ..common import GUIDE_DATA, SupportCase

MEGABYTE = "A" * 1_000_000


@tagged("post_install", "-at_install")
class TestPayloadBounds(SupportCase):
    """Megabytes by webhook or external data: what is kept where, and what is said back."""

    def _receive(self, payload):
        draft = self.env["support.appointment"]._receive_webhook(payload)
        draft._rule_read_webhook()
        return draft

    def _get_original(self, record):
        return self.env["ir.attachment"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def _refuse(self, data, count=1):
        """The refusal's words; what was logged of it stays, where Odoo's own assertion would undo
        it."""
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        try:
            with mute_logger("support_center.automation"):
                appointments.with_context(external_data=data).create([{}] * count)
        except ValidationError as error:
            self.assertIn("was refused", str(error))
            return str(error)
        return self.fail("The data was taken.")

    def test_a_long_webhook_is_kept_as_an_attachment(self):
        payload = {**GUIDE_DATA, "photo": MEGABYTE}
        draft = self._receive(payload)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertLess(len(draft.intake_raw), MAX_RAW)
        self.assertTrue(draft.intake_shortened)
        self.assertIn("what came in is attached", draft.intake_note)
        original = self._get_original(draft)
        self.assertEqual(original.name, "request.json")
        self.assertEqual(json.loads(original.raw), payload)
        self.assertLess(len(draft.description), 5_000)

    def test_a_short_webhook_is_kept_as_it_is(self):
        draft = self._receive(GUIDE_DATA)
        self.assertEqual(json.loads(draft.intake_raw), GUIDE_DATA)
        self.assertFalse(draft.intake_shortened)
        self.assertFalse(self._get_original(draft))

    def test_a_long_value_does_not_come_back(self):
        for field in ("customer_email", "priority", "location", "requested_date"):
            with self.subTest(field):
                data = {**GUIDE_DATA, field: MEGABYTE}
                draft = self._receive(data)
                self.assertEqual(draft.intake_state, "review")
                self.assertEqual([fault["field"] for fault in draft.intake_errors], [field])
                self.assertLess(len(draft.intake_note), 2_000)
                self.assertLess(len(json.dumps(draft.intake_errors)), 2_000)
                message = self._refuse(data)
                self.assertLess(len(message), 2_000)
                (fault,) = json.loads(message.splitlines()[-1])
                self.assertEqual(fault["field"], field)

    def test_text_that_is_no_json_is_kept_whole(self):
        draft = self._receive(MEGABYTE)
        self.assertEqual(draft.intake_state, "review")
        self.assertLess(len(draft.intake_raw), MAX_RAW)
        self.assertEqual(json.loads(self._get_original(draft).raw), MEGABYTE)

    def test_long_external_data_is_kept_as_an_attachment(self):
        data = {**GUIDE_DATA, "external_ref": "long", "photo": MEGABYTE}
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        made = appointments.with_context(external_data=data).create({}).sudo()
        self.assertLess(len(made.intake_raw), MAX_RAW)
        self.assertEqual(json.loads(self._get_original(made).raw), data)
        self.assertIn("what came in is attached", made.intake_note)
        again = appointments.with_context(external_data=data).create({})
        self.assertEqual(again.id, made.id)
        self.assertEqual(
            self._get_log(made).filtered(lambda row: row.outcome == "skipped"),
            self.env["support.automation.log"],
            "the same data again is no other data",
        )

    def test_data_nested_without_end_is_refused_in_words(self):
        value = "x"
        for _level in range(3_000):
            value = [value]
        message = self._refuse({**GUIDE_DATA, "location": value})
        self.assertIn("location", message)

    def test_thousands_of_faults_are_counted(self):
        message = self._refuse([{"customer_email": "x"}] * 300, count=300)
        self.assertEqual(len(json.loads(message.splitlines()[-1])), MAX_FAULTS)
        self.assertIn("more faults", message)
        spelled = {
            f"customer{'_' * number}email": f"{number}@example.com" for number in range(1, 150)
        }
        self.assertLess(len(self._refuse(spelled)), 30_000)

    def test_the_log_keeps_the_beginning_and_says_how_much_was_cut(self):
        self._refuse({**GUIDE_DATA, "priority": "x", "photo": MEGABYTE})
        row = self.env["support.automation.log"].search([], limit=1)
        self.assertEqual((row.action, row.outcome), ("external_request", "failed"))
        self.assertLessEqual(len(row.payload), LONGEST_TEXT["payload"])
        self.assertRegex(row.payload, r"\[9\d{5} more characters were cut off\.\]$")
        row = self.env["support.automation.log"]._record(
            "test", self.env["support.appointment"], "ok", "é" * 6_000, payload="short"
        )
        self.assertLessEqual(len(row.message), LONGEST_TEXT["message"])
        self.assertIn("more characters were cut off", row.message)
        self.assertEqual(row.payload, "short")
