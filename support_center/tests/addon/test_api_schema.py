import json
from unittest import skipUnless

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...delivery.event import FAULT, FIELDS, STATES, TYPES, make_event_schema
from ...intake.schema import make_request_schema
from ..common import GUIDE_DATA, SupportCase, at

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None


@tagged("post_install", "-at_install")
@skipUnless(Draft202012Validator, "the Python package jsonschema is not installed")
class TestApiSchema(SupportCase):
    """What the schemas for integrators say is what they send and get."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_response_url", "https://hooks.example.com/in")
        cls.events = Draft202012Validator({**make_event_schema(), "$defs": {"fault": FAULT}})
        cls.faults = Draft202012Validator({"type": "array", "items": FAULT})
        cls.requests = Draft202012Validator(make_request_schema())

    def _request(self, **data):
        data = {**GUIDE_DATA, **data}
        self.requests.validate(data)
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        made = appointments.with_context(external_data=data).create({})
        return self.env["support.appointment"].browse(made.id)

    @mute_logger("support_center.automation")
    def test_every_message_that_leaves(self):
        visit = self._request(external_ref="crm-1", duration="90 min", priority=2)
        visit.action_confirm()
        visit.write({"start": at("2026-03-06 09:30")})
        visit.action_start()
        visit.action_done()
        self._request(requested_date=None).action_cancel()
        other = self._request()
        other.action_confirm()
        other.action_cancel()
        rejected = self.env["support.appointment"]._receive_webhook({"customer_email": "nonsense"})
        self.env.flush_all()
        rejected.action_read_again()
        self.env.flush_all()
        bodies = self.env["support.webhook.delivery"].search([]).mapped("payload")
        seen = set()
        for body in map(json.loads, bodies):
            self.events.validate(body)
            # Nothing is told that the reference does not name.
            self.assertLessEqual(body["data"].keys(), {each.name for each in FIELDS})
            seen.add(body["type"])
        self.assertEqual(seen, TYPES.keys())
        self.assertTrue(any(json.loads(body)["data"]["errors"] for body in bodies))

    def test_the_states_are_those_of_the_appointment(self):
        states = dict(self.env["support.appointment"]._fields["state"].selection)
        self.assertEqual(set(STATES), states.keys())

    def test_the_faults_of_a_check(self):
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        faults = appointments.check_external_data([GUIDE_DATA, {"priority": "x", "duration": 99}])
        self.assertEqual(len(faults), 3)
        self.faults.validate(faults)
