from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestAutomationGuard(SupportCase):
    """The one guard round everything automatic."""

    def test_failure_leaves_log_activity_and_nothing_half_made(self):
        appointment = self._create_appointment()

        def _handler(records):
            records.write({"description": "half made"})
            raise UserError("the printer is on fire")

        with self.assertLogs("support_center.automation", "WARNING") as lines:
            done = appointment._run_automation("probe", _handler)
        self.assertFalse(done)
        self.assertFalse(appointment.description)
        row = self._get_log(appointment, "probe")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("on fire", row.message)
        self.assertIn("_handler", row.payload)
        activity = appointment.activity_ids
        self.assertIn("on fire", activity.note)
        self.assertTrue(activity.user_id.has_group("support_center.group_support_dispatcher"))
        self.assertEqual(len(lines.output), 1)
        self.assertIn(appointment.name, lines.output[0])
        self.assertNotIn("on fire", lines.output[0])

    @mute_logger("odoo.sql_db", "support_center.automation")
    def test_an_sql_error_at_flush_is_caught_too(self):
        appointment = self._create_appointment()

        def _handler(records):
            records.env.cr.execute("SELECT 1 / 0")

        self.assertFalse(appointment._run_automation("probe", _handler))
        self.env.flush_all()
        self.assertEqual(appointment.duration, 1.0)
        self.assertEqual(self._get_log(appointment, "probe").outcome, "failed")

    @mute_logger("odoo.sql_db", "support_center.automation")
    def test_an_error_that_comes_at_the_flush_alone_is_caught_too(self):
        """The handler itself goes through: what it wrote is refused as it reaches the database."""
        appointment = self._create_appointment()
        skill = self.env["support.skill"].create({"name": "Kept"})
        came_through = []

        def _handler(records):
            records.location = "half made"
            # The column is NOT NULL; the ORM keeps the value until the flush.
            skill.name = False
            came_through.append(True)

        self.assertFalse(appointment._run_automation("probe", _handler))
        self.assertEqual(came_through, [True])
        # What the user saves goes on, and nothing of the handler's is left to fail there.
        appointment.description = "the user's own"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(appointment.description, "the user's own")
        self.assertFalse(appointment.location)
        self.assertEqual(skill.name, "Kept")
        row = self._get_log(appointment, "probe")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("NotNullViolation", row.payload)
        self.assertTrue(appointment.activity_ids)

    @mute_logger("odoo.sql_db", "support_center.automation")
    def test_at_the_flush_one_bad_record_does_not_spoil_the_others(self):
        good, bad = self._create_appointment(), self._create_appointment()
        skill = self.env["support.skill"].create({"name": "Kept"})

        def _handler(records):
            records.location = "done"
            if bad in records:
                skill.name = False

        self.assertEqual((good | bad)._run_automation("probe", _handler), good)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((good.location, bad.location), ("done", False))

    @mute_logger("support_center.automation")
    def test_one_bad_record_does_not_spoil_the_others(self):
        good, bad = self._create_appointment(), self._create_appointment()

        def _handler(records):
            records.write({"location": "done"})
            if bad in records:
                raise UserError("this one is bad")

        self.assertEqual((good | bad)._run_automation("probe", _handler), good)
        self.assertEqual(good.location, "done")
        self.assertFalse(bad.location)
        self.assertEqual(self._get_log(good, "probe").outcome, "ok")
        self.assertEqual(self._get_log(bad, "probe").outcome, "failed")

    def test_handler_has_the_caller_s_rights_and_no_external_data(self):
        appointment = self._create_appointment()
        seen = {}

        def _handler(records):
            seen.update(su=records.env.su, uid=records.env.uid, context=records.env.context)

        as_rule = (
            appointment.with_user(self.user_dispatcher).sudo().with_context(external_data={"a": 1})
        )
        as_rule._run_automation("probe", _handler)
        self.assertFalse(seen["su"])
        self.assertEqual(seen["uid"], self.user_dispatcher.id)
        self.assertNotIn("external_data", seen["context"])

    @mute_logger("support_center.automation")
    def test_a_rule_cannot_do_what_its_user_may_not(self):
        appointment = self._create_appointment()

        def _handler(records):
            records.env["ir.config_parameter"].get_param("database.secret")

        as_rule = appointment.with_user(self.user_dispatcher).sudo()
        as_rule._run_automation("probe", _handler)
        row = self._get_log(appointment, "probe")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("AccessError", row.payload)
        with self.assertRaises(AccessError):
            self.env["ir.config_parameter"].with_user(self.user_dispatcher).get_param("x")

    def test_outcomes_and_their_reasons(self):
        one, two = self._create_appointment(), self._create_appointment()
        (one | two)._run_automation("probe", lambda records: {two.id: ("skipped", "no address")})
        self.assertEqual(self._get_log(one, "probe").outcome, "ok")
        self.assertEqual(self._get_log(two, "probe").outcome, "skipped")
        self.assertEqual(self._get_log(two, "probe").message, "no address")

    @mute_logger("support_center.automation")
    def test_the_same_failure_twice_asks_once(self):
        appointment = self._create_appointment()

        def _handler(_records):
            raise UserError("again")

        appointment._run_automation("probe", _handler)
        appointment._run_automation("probe", _handler)
        self.assertEqual(len(appointment.activity_ids), 1)
        self.assertEqual(len(self._get_log(appointment, "probe")), 2)
