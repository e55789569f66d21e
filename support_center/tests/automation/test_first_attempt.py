from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GUIDE_MAIL
from ..common_dialogue import DialogueCase

LINE = "WARNING:support_center.automation:action=intake_answer"


@tagged("post_install", "-at_install")
class TestFirstAttempt(DialogueCase):
    """A mail and what the rules make of it are tried in one go, and step by step if that fails."""

    def _fail(self, name, times):
        """Let a step of ours fail so many times; then it does its work."""
        model = type(self.env["support.appointment"])
        original, left = getattr(model, name), [times]

        def step(records, *args, **kwargs):
            if left[0]:
                left[0] -= 1
                raise UserError("the printer is on fire")
            return original(records, *args, **kwargs)

        patcher = patch.object(model, name, step)
        patcher.start()
        self.addCleanup(patcher.stop)
        return left

    def _get_savepoints(self, work):
        """How many savepoints are made in the database while ``work`` runs."""
        cursor = type(self.env.cr)
        execute, made = cursor.execute, []

        def note(this, query, *args, **kwargs):
            if str(getattr(query, "code", query)).startswith("SAVEPOINT"):
                made.append(query)
            return execute(this, query, *args, **kwargs)

        with patch.object(cursor, "execute", note):
            work()
        return len(made)

    def test_a_mail_that_is_answered_needs_one_savepoint(self):
        self.assertEqual(self._get_savepoints(lambda: self._send_mail(GUIDE_MAIL)), 1)

    def test_a_mail_whose_answer_fails_is_read_all_the_same(self):
        # In one go with the mail, in one go with its reading, and by itself.
        left = self._fail("_queue_answer", times=99)
        with self.assertLogs("support_center.automation", "WARNING") as lines:
            draft = self._send_mail(GUIDE_MAIL)
        # Its own failure alone is told, and that of the whole is not.
        self.assertEqual({line.split()[0] for line in lines.output}, {LINE})
        self.assertLess(left[0], 97)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertTrue(draft.partner_id)
        self.assertFalse(self._get_answers(draft))
        self.assertEqual(self._get_log(draft, "process_email").mapped("outcome"), ["ok"])
        failed = self._get_log(draft, "intake_answer")
        self.assertEqual(set(failed.mapped("outcome")), {"failed"})
        self.assertIn("on fire", failed[0].message)
        self.assertTrue(draft.activity_ids)
        made = self.env["support.appointment"].search([("name", "=", draft.name)])
        self.assertEqual(made, draft)

    def test_what_fails_once_leaves_no_trace(self):
        self._fail("_queue_answer", times=1)
        draft = self._send_mail(GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(len(self._get_answers(draft)), 1)
        self.assertEqual(self._get_log(draft).mapped("outcome"), ["ok", "ok"])
        self.assertFalse(draft.activity_ids)

    def test_a_mail_that_cannot_be_read_stays_as_it_came(self):
        self._fail("_process_requests", times=2)
        with mute_logger("support_center.automation"):
            draft = self._send_mail(GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "received")
        self.assertFalse(draft.partner_id)
        self.assertEqual(self._get_log(draft, "process_email").mapped("outcome"), ["failed"])

    def test_one_of_several_that_fails_within_keeps_its_reading(self):
        """An action that another one causes fails for one record of a batch."""
        drafts = self._create_appointment() | self._create_appointment()
        bad = drafts[1]

        def within(records):
            if bad in records:
                raise UserError("the printer is on fire")
            records.location = "within"

        def whole(records):
            records.description = "whole"
            records._run_automation("within", within)

        with mute_logger("support_center.automation"):
            done = drafts._run_automation("whole", whole)
        self.assertEqual(done, drafts)
        self.assertEqual(drafts.mapped("description"), ["whole", "whole"])
        self.assertEqual(drafts.mapped("location"), ["within", False])
        outcomes = {
            (row.action, row.res_id): row.outcome
            for draft in drafts
            for row in self._get_log(draft)
            if row.action in ("whole", "within")
        }
        self.assertEqual(
            outcomes,
            {
                ("whole", drafts[0].id): "ok",
                ("whole", bad.id): "ok",
                ("within", drafts[0].id): "ok",
                ("within", bad.id): "failed",
            },
        )

    def test_nobody_joins_what_is_over(self):
        """The records of a finished action are used on: a later one stands alone."""
        appointment = self._create_appointment()
        kept = []
        appointment._run_automation("first", kept.append)
        (used,) = kept

        def fail(records):
            records.description = "half made"
            raise UserError("the printer is on fire")

        with mute_logger("support_center.automation"):
            self.assertFalse(used._run_automation("second", fail))
        self.assertFalse(appointment.description)
        self.assertEqual(self._get_log(appointment, "second").outcome, "failed")

    def test_what_is_to_happen_after_the_commit_happens_once(self):
        """As another addon's message to Google, which is not undone with the savepoint."""
        appointment = self._create_appointment()
        queue, left = self.env.cr.postcommit, [1]

        def notify():
            """What an addon does once all is stored."""

        def within(_records):
            if left[0]:
                left[0] -= 1
                raise UserError("the printer is on fire")

        def whole(records):
            queue.add(notify)
            records._run_automation("within", within)

        self.assertEqual(appointment._run_automation("whole", whole), appointment)
        self.assertEqual(left, [0])
        self.assertEqual(list(queue._funcs).count(notify), 1)
        outcomes = {row.action: row.outcome for row in self._get_log(appointment)}
        self.assertEqual((outcomes["whole"], outcomes["within"]), ("ok", "ok"))
