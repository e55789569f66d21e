from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import at
from .test_undo import UndoCase


@tagged("post_install", "-at_install")
class TestUndoMerge(UndoCase):
    """Two requests are made one, knowingly, and two again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._create(description="The printer", start=False)
        cls.same = cls._create(description="the  PRINTER", location="Attic", start=False)

    @classmethod
    def _create(cls, **values):
        return cls._create_appointment(**values).with_user(cls.user_dispatcher)

    def _open(self, visit=None):
        action = (visit or self.kept).action_merge_duplicates()
        return self.env[action["res_model"]].with_user(self.user_dispatcher).browse(
            action["res_id"]
        )  # fmt: skip

    def _get_ticked(self, visit=None):
        return self._open(visit).line_ids.filtered("is_selected").appointment_id

    def test_ticked_is_the_same_person_with_the_same_words_or_time(self):
        phone = self._create(
            partner_id=False,
            customer_phone="+32 2 555 01 00",
            description="The printer",
            start=False,
        )
        other_words = self._create(description="The screen", start=False)
        wizard = self._open()
        self.assertLessEqual(phone | other_words | self.same, wizard.candidate_ids)
        self.assertEqual(self._get_ticked(), self.same)
        timed = self._create(start=at("2026-03-09 10:00"), description="The door")
        again = self._create(start=at("2026-03-09 10:00"), description="The lock")
        self._create(start=at("2026-03-09 11:00"), description="The key")
        self.assertEqual(self._get_ticked(timed), again)

    def test_what_is_open_is_kept(self):
        for visit in (self.kept, self.same):
            self.assertEqual(self._open(visit).kept_id, visit)

    def test_both_are_seen_side_by_side_and_what_will_be(self):
        text = self._open().comparison
        for part in (
            f"{self.kept.name} (kept)", f"{self.same.name} (cancelled)", "After the merge",
            "Known Customer", "Attic", "the  PRINTER",
        ):  # fmt: skip
            self.assertIn(part, text)
        wizard = self._open()
        wizard.line_ids.is_selected = False
        self.assertIn(f"{self.same.name} (stays)", wizard.comparison)
        self.assertNotIn("After the merge", wizard.comparison)
        self.same.description = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self._open().comparison)

    def test_undone_they_are_two_again(self):
        ticket = self.env["support.ticket"].create({"name": "P", "partner_id": self.customer.id})
        self.same.write({"ticket_id": ticket.id, "description": "The printer smokes"})
        message = self.same.message_post(body="Please hurry", message_type="comment")
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"x", "res_model": self.same._name, "res_id": self.same.id}
        )
        wizard = self._open()
        wizard.line_ids.filtered(lambda line: line.appointment_id == self.same).is_selected = True
        before = [self._get_state(visit) for visit in (self.kept, self.same)]
        action = wizard.action_merge()
        self.assertEqual(self.same.merged_into_id, self.kept)
        self.assertEqual(message.res_id, self.kept.id)
        self._undo(action["params"]["id"])
        self.assertEqual([self._get_state(visit) for visit in (self.kept, self.same)], before)
        self.assertEqual((message.res_id, file.res_id), (self.same.id, self.same.id))

    def _get_state(self, visit):
        names = ("state", "merged_into_id", "ticket_id", "description", "location", "partner_id")
        return [visit[name] for name in (*names, "cancel_reason", "ended_at")]

    def test_a_confirmed_duplicate_and_its_customer_hears_nothing(self):
        other = self._create(start=at("2026-03-05 10:00"), description="Same time")
        other.action_confirm()
        self._send_queue()
        wizard = self._open(self.visit)
        wizard.line_ids.filtered(lambda line: line.appointment_id == other).is_selected = True
        wizard.is_sure = True
        before = self._get_known(other)
        step = wizard.action_merge()["params"]["id"]
        self.assertEqual(self._get_waiting(other).mapped("support_notice"), ["cancelled"])
        self._undo(step)
        self.assertFalse(self._get_waiting(other | self.visit))
        self.assertEqual(self._get_known(other), before)

    def test_from_the_merged_one_later(self):
        self._open().action_merge()
        with freeze_time("2026-03-04 08:00:00"):
            self.same.action_undo_merge()
        self.assertEqual(self.same.state, "draft")
        self.assertFalse(self.same.merged_into_id)
        with self.assertRaisesRegex(UserError, "cannot be undone any more. Set it back to draft"):
            self.same.action_undo_merge()

    def test_not_once_somebody_went_on_with_the_kept_one(self):
        self._open().action_merge()
        self.kept.with_user(self.user_manager).priority = "3"
        with self.assertRaisesRegex(UserError, "changed by support_manager"):
            self.same.action_undo_merge()
        self.assertEqual(self.same.state, "cancelled")

    def test_a_technician_takes_back_no_merge_of_a_dispatcher(self):
        (self.kept | self.same).write({"technician_id": self.technician.id})
        self._open().action_merge()
        with self.assertRaisesRegex(AccessError, "Only the person who made a change"):
            self.same.with_user(self.user_technician).action_undo_merge()
        self.assertEqual(self.same.state, "cancelled")
