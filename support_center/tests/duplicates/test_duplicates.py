from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, Form, tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import Connection, connect
from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestDuplicates(SupportMailCase):
    """The same request twice is found, and made one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._as_dispatcher(cls._create_appointment(description="The printer"))

    @classmethod
    def _as_dispatcher(cls, visits):
        return visits.with_user(cls.user_dispatcher)

    def _create(self, **values):
        return self._as_dispatcher(self._create_appointment(**values))

    def _find(self, visit=None):
        return (visit or self.first)._find_duplicates()[visit or self.first]

    def _open(self, visit=None):
        action = (visit or self.first).action_merge_duplicates()
        return self.env[action["res_model"]].with_user(self.user_dispatcher).browse(
            action["res_id"]
        )  # fmt: skip

    def _merge(self):
        """All that may be the same, which a dispatcher has ticked."""
        wizard = self._open()
        wizard.line_ids.is_selected = True
        return wizard.action_merge()

    # Finding

    def test_the_same_customer_about_the_same_time(self):
        second = self._create(start=at("2026-03-06 14:00"))
        self._create(start=at("2026-03-20 14:00"))
        self.assertEqual(self._find(), second)
        self.assertEqual(self.first.duplicate_count, 1)
        self.assertEqual(self._find(second), self.first)

    def test_by_address_and_by_number_however_they_are_written(self):
        by_mail = self._create(
            partner_id=False, customer_email="Known Customer <KNOWN@example.com>"
        )
        by_phone = self._create(partner_id=False, customer_phone="0032 (0)2/555.01.00")
        self._create(partner_id=False, customer_phone="112")
        self._create(partner_id=False, customer_phone="112", customer_email="other@example.com")
        self.assertEqual(self._find(), by_mail | by_phone)

    def test_the_same_words_weeks_later(self):
        again = self._create(start=at("2026-03-20 14:00"), description="the  PRINTER\n")
        self.assertEqual(self._find(), again)

    def test_what_is_over_or_of_another_company_is_none(self):
        self._create(start=at("2026-03-06 14:00")).action_cancel()
        company = self.env["res.company"].create({"name": "Other"})
        self._create_appointment(company_id=company.id)
        self.assertFalse(self._find())
        self.first.action_cancel()
        self._create(start=at("2026-03-06 09:00"))
        self.assertFalse(self._find())

    def test_one_query_however_many(self):
        visits = self.first
        for hour in range(9, 17):
            visits |= self._create(start=at(f"2026-03-06 {hour:02}:00"))
        visits.invalidate_recordset()
        visits.mapped("customer_email_key")
        visits.mapped("partner_id.company_id")
        with self.assertQueryCount(3):
            found = visits._find_duplicates()
        self.assertEqual(len(found[self.first]), 8)

    # Merging

    def test_the_duplicate_is_cancelled_and_what_was_said_goes_on(self):
        ticket = self.env["support.ticket"].create({"name": "P", "partner_id": self.customer.id})
        second = self._create(start=at("2026-03-06 14:00"), ticket_id=ticket.id, location="Attic")
        second.message_post(body="Please hurry", message_type="comment")
        self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"x", "res_model": second._name, "res_id": second.id}
        )
        wizard = self._open()
        self.assertEqual(wizard.kept_id, self.first)
        self.assertFalse(wizard.expected_note)
        self.assertFalse(wizard.line_ids.filtered("is_selected"), "Another time, other words")
        wizard.line_ids[1].is_selected = True
        action = wizard.action_merge()
        self.assertEqual(action["params"]["next"]["res_id"], self.first.id)
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(second.merged_into_id, self.first)
        self.assertIn(self.first.name, second.cancel_reason)
        self.assertEqual(self.first.ticket_id, ticket)
        self.assertEqual(self.first.location, "Attic")
        self.assertIn("Please hurry", "".join(self.first.message_ids.mapped("body")))
        self.assertNotIn("Please hurry", "".join(second.message_ids.mapped("body")))
        self.assertIn(second.name, "".join(self.first.message_ids.mapped("body")))
        self.assertEqual(
            self.env["ir.attachment"].search([("name", "=", "a.txt")]).res_id, self.first.id
        )
        self.assertFalse(self._get_notices(self.first | second))
        self.assertEqual(ticket.state, "new")
        self.assertFalse(self.first.duplicate_count)

    def test_the_confirmed_one_is_kept_and_its_customer_hears_nothing(self):
        second = self._create(start=at("2026-03-06 14:00"))
        second.action_confirm()
        self._send_queue()
        before = self._get_notices(second)
        self.first.location = "Elsewhere"
        wizard = self._open()
        # The one that is open, until somebody says otherwise.
        self.assertEqual(wizard.kept_id, self.first)
        self.assertFalse(wizard.line_ids.filtered("is_selected"))
        wizard.kept_id = second
        wizard.line_ids.filtered(lambda line: not line.is_kept).is_selected = True
        wizard.action_merge()
        self.assertEqual(self.first.state, "cancelled")
        self.assertEqual(second.state, "confirmed")
        self.assertEqual(self._get_notices(second), before)
        self.assertFalse(self._get_notices(self.first))
        # What they were told of is not changed unseen.
        self.assertFalse(second.location)
        self.assertIn("The printer", second.description)

    def test_two_confirmed_ones_are_not_merged_without_a_word(self):
        second = self._create(start=at("2026-03-06 14:00"))
        (self.first | second).action_confirm()
        wizard = self._open()
        self.assertFalse(wizard.line_ids.filtered("is_selected"))
        with self.assertRaisesRegex(UserError, f"Tick what is the same as {self.first.name}"):
            wizard.action_merge()
        with Form(wizard) as form:
            with form.line_ids.edit(1) as line:
                line.is_selected = True
            self.assertIn(second.name, form.expected_note)
        with self.assertRaises(UserError) as caught:
            wizard.action_merge()
        self.assertIn(second.name, str(caught.exception))
        wizard.is_sure = True
        wizard.action_merge()
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(self.first.state, "confirmed")
        self.assertEqual(len(self._get_notices(second, "cancelled")), 1)
        self.assertEqual(self._get_notices(self.first).mapped("support_notice"), ["confirmation"])

    def test_two_confirmed_ones_and_the_customer_knows(self):
        second = self._create(start=at("2026-03-06 14:00"))
        (self.first | second).action_confirm()
        wizard = self._open()
        wizard.line_ids[1].is_selected = True
        wizard.write({"is_sure": True, "tell_customer": False})
        wizard.action_merge()
        self.assertFalse(self._get_notices(second, "cancelled"))

    def test_the_shared_ticket_is_not_opened_again(self):
        ticket = self.env["support.ticket"].create({"name": "P", "partner_id": self.customer.id})
        second = self._create(start=at("2026-03-06 14:00"), ticket_id=ticket.id)
        self.first.ticket_id = ticket
        self.first.action_confirm()
        self.assertEqual(ticket.state, "pending")
        self._merge()
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(ticket.state, "pending")

    def test_a_mail_that_waits_stays_with_its_visit(self):
        second = self._create(start=at("2026-03-06 14:00"))
        (self.first | second).action_confirm()
        wizard = self._open()
        wizard.line_ids[1].is_selected = True
        wizard.is_sure = True
        wizard.action_merge()
        self.assertEqual(
            self._get_notices(second).mapped("support_notice"), ["confirmation", "cancelled"]
        )

    def test_opened_again_it_is_no_duplicate_any_more(self):
        second = self._create(start=at("2026-03-06 14:00"))
        self._merge()
        second.action_draft()
        self.assertFalse(second.merged_into_id)
        self.assertEqual(self._find(), second)

    def test_another_one_can_be_kept(self):
        self.first.sudo().write({"partner_id": False, "intake_state": "review", "source": "email"})
        self.first.customer_email = "known@example.com"
        second = self._create(start=at("2026-03-06 14:00"))
        wizard = self._open(second)
        self.assertEqual(wizard.kept_id, second)
        wizard.kept_id = self.first
        wizard.line_ids.is_selected = True
        wizard.action_merge()
        self.assertEqual(self.first.partner_id, self.customer)

    def test_only_those_of_one_company_are_merged(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.user_dispatcher.company_ids += company
        far = self._create(company_id=company.id, description="Elsewhere's words")
        with self.assertRaisesRegex(UserError, f"{far.name}.*of several companies"):
            (self.first | far).with_context(
                allowed_company_ids=self.user_dispatcher.company_ids.ids
            )._check_mergeable()

    def test_nothing_to_merge_with(self):
        with self.assertRaisesRegex(UserError, f"nothing that {self.first.name} could be merged"):
            self.first.action_merge_duplicates()

    def test_over_meanwhile(self):
        second = self._create(start=at("2026-03-06 14:00"))
        wizard = self._open()
        wizard.line_ids.is_selected = True
        second.action_cancel()
        with self.assertRaises(UserError) as caught:
            wizard.action_merge()
        self.assertIn(second.name, str(caught.exception))

    def test_a_technician_merges_nothing(self):
        second = self._create(start=at("2026-03-06 14:00"))
        (self.first | second).technician_id = self.technician
        with self.assertRaises(AccessError):
            self.first.with_user(self.user_technician).action_merge_duplicates()


@tagged("post_install", "-at_install")
class TestMergeRace(BaseCase):
    """Two dispatchers merge the same two requests, each the other way round."""

    def setUp(self):
        super().setUp()
        with Connection(connect()) as env:
            partner = env["res.partner"].create({"name": "Race Customer"})
            vals = {"partner_id": partner.id}
            self.visit_ids = env["support.appointment"].create([vals, vals]).ids
            self.partner_id = partner.id
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            visits = env["support.appointment"].browse(self.visit_ids)
            visits.filtered(lambda a: a.state != "cancelled")._cancel("Over", tell=False)
            visits.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _merge(self, connection, kept_id):
        visits = connection.env["support.appointment"].browse(self.visit_ids)
        kept = visits.filtered(lambda a: a.id == kept_id)
        (visits - kept)._merge_into(kept, tell=False)
        connection.env.flush_all()

    def test_one_of_the_two_stays(self):
        first, second = Connection(connect()), Connection(connect())
        for connection in (first, second):
            # The snapshot of the transaction is taken here.
            connection.env["support.appointment"].browse(self.visit_ids).mapped("state")
        self._merge(first, self.visit_ids[0])
        with mute_logger("odoo.sql_db"), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self._merge, second, self.visit_ids[1])
            with self.assertRaises(StillWaiting):
                waiting.result(timeout=0.5)
            first.finish()
            # Odoo repeats the request of the one that fails so, which then is refused.
            with self.assertRaises(SerializationFailure):
                waiting.result(timeout=60)
        second.drop()
