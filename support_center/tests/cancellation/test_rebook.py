from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestRebook(SupportMailCase):
    """What fell through is planned anew, with one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.visit = cls._create_appointment(
            technician_id=cls.technician.id,
            type_id=cls.type.id,
            duration=3.0,
            ticket_id=cls.ticket.id,
            description="The printer",
            location="Second floor",
            priority="2",
            timezone="Asia/Tokyo",
            send_reminder_email=False,
            requested_date=at("2026-03-04 10:00"),
            start=at("2026-03-05 13:00"),
        ).with_user(cls.user_dispatcher)
        cls.visit.action_confirm()

    def _get_draft(self):
        return self.env["support.appointment"].search([("rebooked_from_id", "=", self.visit.id)])

    def test_a_new_draft_and_where_to_put_it(self):
        self.visit.action_no_show()
        action = self.visit.action_rebook()
        draft = self._get_draft()
        self.assertEqual(draft.state, "draft")
        for field in (
            "partner_id", "customer_email", "type_id", "duration", "ticket_id", "description",
            "location", "priority", "timezone", "send_reminder_email", "send_confirmation_email",
            "company_id",
        ):  # fmt: skip
            self.assertEqual(draft[field], self.visit[field], field)
        self.assertFalse(draft.start or draft.technician_id or draft.requested_date)
        self.assertNotEqual(draft.ics_uid, self.visit.ics_uid)
        self.assertEqual(action["res_model"], "support.slot.finder")
        finder = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(finder.appointment_id, draft)
        self.assertTrue(finder.line_ids)
        self.assertIn(draft.name, "".join(self.visit.message_ids.mapped("body")))
        self.assertIn(self.visit.name, "".join(draft.message_ids.mapped("body")))

    def test_nobody_is_written_to(self):
        self.visit.action_cancel()
        before = self.env["mail.mail"].search([])
        told = self.visit.read(["announced_at", "ics_sequence", "state", "ended_at"])
        self.visit.action_rebook()
        self.assertEqual(self.env["mail.mail"].search([]), before)
        self.assertFalse(self._get_draft().message_ids.notification_ids)
        self.assertEqual(
            self.visit.read(["announced_at", "ics_sequence", "state", "ended_at"]), told
        )

    def test_a_second_click_opens_the_first_one(self):
        self.visit.action_cancel()
        self.visit.action_rebook()
        draft = self._get_draft()
        action = self.visit.action_rebook()
        self.assertEqual(self._get_draft(), draft)
        self.assertEqual(action["res_model"], "support.slot.finder")
        draft.write({"start": at("2026-03-06 10:00"), "send_confirmation_email": False})
        draft.action_confirm()
        action = self.visit.action_rebook()
        self.assertEqual((action["res_model"], action["res_id"]), (draft._name, draft.id))
        draft.active = False
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.action_rebook()["res_id"], draft.id)

    def test_what_was_rebooked_can_fall_through_and_be_rebooked(self):
        self.visit.action_cancel()
        self.visit.action_rebook()
        draft = self._get_draft().with_user(self.user_dispatcher)
        draft.action_cancel()
        draft.action_rebook()
        self.assertEqual(draft.rebooked_ids.state, "draft")

    def test_only_what_fell_through(self):
        with self.assertRaises(UserError) as caught:
            self.visit.action_rebook()
        self.assertIn(self.visit.name, str(caught.exception))

    def test_a_technician_books_nothing(self):
        self.visit.action_no_show()
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_technician).action_rebook()

    def test_a_customer_without_a_contact(self):
        draft = self._create_appointment(partner_id=False, customer_name="Jane", start=False)
        draft.action_cancel()
        draft.with_user(self.user_dispatcher).action_rebook()
        self.assertEqual(draft.rebooked_ids.customer_name, "Jane")

    def test_not_opened_again_beside_the_one_in_its_place(self):
        self.visit.action_cancel()
        self.visit.action_rebook()
        draft = self._get_draft().with_user(self.user_dispatcher)
        with self.assertRaises(UserError) as caught:
            self.visit.action_draft()
        self.assertIn(f"was rebooked as {draft.name}", str(caught.exception))
        draft.action_cancel()
        self.visit.action_draft()
        self.assertEqual(self.visit.state, "draft")
        with self.assertRaises(UserError) as caught:
            draft.action_draft()
        self.assertIn(f"took the place of {self.visit.name}", str(caught.exception))
