import json
from contextlib import ExitStack
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.incoming import mail_thread, support_appointment_reply, support_intake
from ..common import GUIDE_MAIL
from ..common_dialogue import WRONG_MAIL
from .test_calendar_mail import CalendarCase, attendee, ics


@tagged("post_install", "-at_install")
class TestReadOnce(CalendarCase):
    """What came in is read once, and what was read is used until the request is answered."""

    def _count(self, *names):
        """Let the functions of the parser be counted.

        :param names: tuples of a module and the function that it imports
        :return: context manager with a dict of name to how often it was called, once it is left
        """
        stack = ExitStack()
        mocks = {
            name: stack.enter_context(patch.object(module, name, wraps=getattr(module, name)))
            for module, name in names
        }
        self.addCleanup(stack.close)
        return lambda: {name: mock.call_count for name, mock in mocks.items()}

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    def test_a_mail_is_read_once_until_it_is_answered(self):
        count = self._count(
            (support_intake, "read_mail_form"), (support_intake, "read_mail_request")
        )
        draft = self._send_mail(GUIDE_MAIL)
        self.assertIn("priority: high", self._get_text(self._get_answers(draft)))
        self.assertTrue(draft.review_original)
        self.assertEqual(count(), {"read_mail_form": 1, "read_mail_request": 1})

    def test_a_reply_reads_its_own_text_once_and_the_request_no_more(self):
        draft = self._send_mail(WRONG_MAIL)
        answer = self._get_answers(draft)
        count = self._count(
            (support_intake, "read_mail_form"), (support_appointment_reply, "read_reply")
        )
        self._reply("requested_date: 2026-03-05 14:00\npriority: high\n", answer)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertIn("Network issue", draft.description)
        self.assertIn("priority: high", self._get_text(self._get_answers(draft)[-1]))
        self.assertEqual(count(), {"read_mail_form": 0, "read_reply": 1})

    def test_what_a_website_sends_in_its_own_name_is_looked_at_once(self):
        count = self._count((support_intake, "read_mail_form"))
        draft = self._send_mail(
            "requested_date: 2026-03-05 14:00\n", sender="office@company.example.com"
        )
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(count(), {"read_mail_form": 1})

    def test_by_hand_all_of_it_is_read_anew(self):
        draft = self._send_mail(GUIDE_MAIL.replace("14:00", "noon-ish"))
        self.assertEqual(draft.intake_state, "review")
        draft._write_marks({"intake_raw": GUIDE_MAIL})
        draft.action_process_email()
        self.assertEqual(draft.intake_state, "accepted")

    def test_a_draft_of_before_is_answered_and_corrected_as_ever(self):
        for reading in (None, {"version": 0}, "nothing of ours"):
            with self.subTest(reading=reading):
                draft = self._send_mail(
                    WRONG_MAIL, message_id=f"<before-{reading and len(reading)}@example.com>"
                )
                draft._write_marks({"intake_reading": reading})
                answer = self._get_answers(draft)
                lines = draft._get_answer()["lines"]
                self.assertIn("2026-02-30 14:00", [line["value"] for line in lines])
                self._reply(
                    "requested_date: 2026-03-05 14:00\npriority: high\n",
                    answer,
                    number=str(reading and len(reading)),
                )
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.intake_reading["version"], 1)

    def test_a_type_that_is_gone_leaves_the_answer_whole(self):
        kind = self.env["support.appointment.type"].create({"name": "Gone Soon", "duration": 2})
        draft = self._send_mail(GUIDE_MAIL + "type: Gone Soon\n")
        self.assertEqual(draft.type_id, kind)
        values = {line["key"]: line["value"] for line in draft._get_answer()["lines"]}
        self.assertEqual(values["type"], "Gone Soon")
        draft.type_id = False
        kind.unlink()
        values = {line["key"]: line["value"] for line in draft._get_answer()["lines"]}
        self.assertNotIn("type", values)
        self.assertEqual(values["priority"], "high")

    def test_what_is_kept_is_bounded(self):
        body = WRONG_MAIL + "\n".join(f"key{number}: {'x' * 900}" for number in range(2000))
        draft = self._send_mail(body)
        self.assertEqual(draft.intake_state, "review")
        self.assertLess(len(json.dumps(draft.intake_reading)), 200_000)
        self._reply("requested_date: 2026-03-05 14:00\npriority: high\n", self._get_answers(draft))
        self.assertEqual(draft.intake_state, "accepted")

    def test_nobody_sets_it_from_outside_and_an_erasure_takes_it(self):
        draft = self._send_mail(GUIDE_MAIL)
        self.assertIn("Network", json.dumps(draft.intake_reading))
        with self.assertRaisesRegex(AccessError, "intake_reading"):
            draft.with_user(self.user_manager).write({"intake_reading": {"version": 1}})
        draft.with_user(self.user_manager).action_erase_personal_data()
        self.assertFalse(draft.intake_reading)

    # ------------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------------

    def test_headers_are_classified_once_and_a_calendar_file_is_read_once(self):
        visit = self._confirm()
        for name, send in {
            "request": lambda: self._send_mail(GUIDE_MAIL),
            "answer": lambda: self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid)),
            "invitation": lambda: self._send(
                ics(uid="new-1@example.net", method="REQUEST"), method="REQUEST"
            ),
        }.items():
            with self.subTest(name):
                stack = ExitStack()
                names = ("is_report", "read_calendar_mail", "find_reply_to")
                with stack:
                    mocks = [
                        stack.enter_context(
                            patch.object(mail_thread, each, wraps=getattr(mail_thread, each))
                        )
                        for each in names
                    ]
                    send()
                self.assertEqual([mock.call_count for mock in mocks], [1, 1, 1])
