from lxml import html

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestReoffer(SupportCase):
    """A cancelled visit's time is offered to who waits for one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("support_center.automation_reoffer_slot")
        cls.rule.active = True
        # Whom no mail reaches is called by a dispatcher; the others get an offer, see
        # ``customer/test_offers.py``.
        cls.customer.email = False
        cls.technician.tz = "Europe/Brussels"
        cls.visit = cls._create_appointment(
            technician_id=cls.technician.id,
            start=at("2026-03-05 08:00"),
            duration=2.0,
            state="confirmed",
        )

    def _create_waiting(self, **values):
        values.setdefault("start", at("2026-03-09 10:00"))
        return self._create_appointment(**values)

    def _get_reason(self):
        row = self._get_log(self.visit, "reoffer_slot")[:1]
        return row.outcome, row.message

    def test_as_declared(self):
        self.assertEqual(self.rule.name, "Reoffer Freed Slot")

    def test_a_dispatcher_is_told_of_the_draft_that_waits(self):
        draft = self._create_waiting()
        before = draft.read(["state", "start", "technician_id"])
        last = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        messages = draft.message_ids
        self.visit.with_user(self.user_dispatcher).action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, draft)
        activity = draft.activity_ids
        self.assertEqual(activity.summary, "A time became free")
        self.assertTrue(activity.user_id.has_group("support_center.group_support_dispatcher"))
        text = html.fromstring(activity.note).text_content()
        self.assertIn("First Technician", text)
        # Brussels is an hour ahead of UTC in winter.
        self.assertIn("9:00", text)
        self.assertIn("Europe/Brussels", text)
        self.assertIn(self.visit.name, text)
        (link,) = html.fromstring(activity.note).iter("a")
        self.assertEqual(link.get("data-oe-id"), str(self.visit.id))
        self.assertEqual(self._get_reason(), ("ok", f"Offered to {draft.name}."))
        # Nothing happened to the draft, and its customer was not written to.
        self.assertEqual(draft.read(["state", "start", "technician_id"]), before)
        mails = self.env["mail.mail"].search([("id", ">", last), ("res_id", "=", draft.id)])
        self.assertEqual(mails.recipient_ids - activity.user_id.partner_id, draft.partner_id[:0])
        self.assertFalse(any(mails.mapped("email_to")))
        self.assertEqual(draft.message_ids, messages)

    def test_switched_off_nothing_happens(self):
        self.rule.active = False
        draft = self._create_waiting()
        self.visit.action_cancel()
        self.assertFalse(draft.activity_ids)
        self.assertFalse(self.visit.reoffered_to_id)
        self.assertFalse(self._get_log(self.visit, "reoffer_slot"))

    def test_one_open_offer_for_a_time(self):
        draft, other = self._create_waiting(), self._create_waiting()
        self.visit.action_cancel()
        self.visit._rule_reoffer_slot()
        self.assertEqual(self.visit.reoffered_to_id, draft)
        self.assertEqual(len(draft.activity_ids), 1)
        self.assertFalse(other.activity_ids)
        self.assertEqual(self._get_reason()[0], "skipped")
        # Once the first is out of it, the next may be asked.
        draft.action_cancel()
        self.visit._rule_reoffer_slot()
        self.assertEqual(self.visit.reoffered_to_id, other)

    def test_one_offer_at_a_time_for_a_request(self):
        second = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00"), state="confirmed"
        )
        draft = self._create_waiting()
        (self.visit | second).action_cancel()
        self.assertEqual(len(draft.activity_ids), 1)
        self.assertEqual(len((self.visit | second).filtered("reoffered_to_id")), 1)

    def test_cancelled_again_is_offered_again(self):
        draft = self._create_waiting()
        self.visit.action_cancel()
        self.visit.action_draft()
        self.assertFalse(self.visit.reoffered_to_id)
        self.visit.action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, draft)

    def test_priority_first_then_the_oldest_request(self):
        self._create_waiting(priority="0")
        oldest = self._create_waiting(priority="2")
        self._create_waiting(priority="2")
        self.visit.action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, oldest)

    def test_who_does_not_fit(self):
        skill = self.env["support.skill"].create({"name": "Fibre"})
        fibre = self.env["support.appointment.type"].create(
            {"name": "Fibre", "duration": 1.0, "skill_ids": [(6, 0, skill.ids)]}
        )
        soon = self.env["support.appointment.type"].create(
            {"name": "Much notice", "duration": 1.0, "min_notice_hours": 96}
        )
        far = self.env["res.partner"].create({"name": "Far", "zip": "9000"})
        self.technician.area_ids = self.env["support.area"].create(
            {"name": "Near", "zip_prefixes": "10"}
        )
        company = self.env["res.company"].create({"name": "Second company"})
        unfit = {
            "too long": self._create_waiting(duration=3.0),
            "too long with its buffers": self._create_waiting(type_id=self.type.id),
            "skill": self._create_waiting(type_id=fibre.id),
            "notice": self._create_waiting(type_id=soon.id),
            "area": self._create_waiting(partner_id=far.id),
            "in review": self._create_waiting(intake_state="review"),
            "confirmed": self._create_waiting(state="confirmed"),
            "company": self._create_waiting(company_id=company.id),
            "planned already": self._create_waiting(technician_id=self.technician_2.id),
        }
        self.visit.action_cancel()
        told = [name for name, draft in unfit.items() if draft.activity_ids]
        self.assertEqual(told, [])
        outcome, reason = self._get_reason()
        self.assertEqual(outcome, "skipped")
        self.assertIn("No waiting request fits", reason)

    def test_who_was_given_a_later_time_than_asked_for_waits_too(self):
        draft = self._create_waiting(
            technician_id=self.technician_2.id, requested_date=at("2026-03-04 10:00")
        )
        self.visit.action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, draft)

    def test_a_time_that_is_past_or_taken_is_no_offer(self):
        draft = self._create_waiting()
        self.visit.action_cancel()
        draft.activity_ids.unlink()
        self.visit.reoffered_to_id = False
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-05 09:00"), state="confirmed"
        )
        self.visit._rule_reoffer_slot()
        self.assertIn("booked again", self._get_reason()[1])
        self.env.cr.execute(
            "UPDATE support_appointment SET start = start - interval '5 days', stop = stop - "
            "interval '5 days', busy_start = busy_start - interval '5 days', "
            "busy_stop = busy_stop - interval '5 days' WHERE id = %s",
            [self.visit.id],
        )
        self.env.invalidate_all()
        self.visit._rule_reoffer_slot()
        self.assertIn("not ahead", self._get_reason()[1])
        self.assertFalse(draft.activity_ids)

    def test_a_technician_s_cancellation_reaches_requests_that_he_may_not_see(self):
        draft = self._create_waiting()
        self.visit.with_user(self.user_technician).action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, draft)
        self.assertFalse(
            self.env["support.appointment"]
            .with_user(self.user_technician)
            .search([("id", "=", draft.id)])
        )

    def test_the_save_succeeds_whatever_happens(self):
        self._create_waiting()
        appointments = self.registry["support.appointment"]
        self.patch(appointments, "_choose_waiting_draft", lambda visit: 1 / 0)
        with self.assertLogs("support_center.automation", "WARNING"):
            self.visit.action_cancel()
        self.assertEqual(self.visit.state, "cancelled")
        self.assertEqual(self._get_reason()[0], "failed")
        self.assertFalse(self.visit.reoffered_to_id)
