from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SupportCase, at

START = at("2026-03-05 10:00")


class OfferCase(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("support_center.automation_reoffer_slot")
        cls.rule.active = True
        cls.technician_2.active = False
        cls.people = cls.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com", "tz": "UTC"} for n in range(4)]
        )
        cls.visit = cls._create_appointment(
            technician_id=cls.technician.id, start=START, state="confirmed"
        )

    def _wait(self, number, **values):
        values = {"start": False, **values}
        return self._create_appointment(partner_id=self.people[number].id, **values)

    def _get_offers(self, *visits):
        offers = self.env["support.slot.offer"].search([], order="id")
        return [(offer.appointment_id, offer.state) for offer in offers]

    def _get_mails(self, visit):
        return self.env["mail.mail"].search(
            [("res_id", "=", visit.id), ("support_notice", "=", "offer")], order="id"
        )

    def _run_job(self, moment):
        with freeze_time(at(moment)):
            self.env["support.slot.offer"]._cron_pass_on_offers()


@tagged("post_install", "-at_install")
class TestFreedTimes(OfferCase):
    """A freed time goes to those who wait, one at a time, held for each."""

    def test_the_most_urgent_first_then_the_next_on_expiry(self):
        second, first = self._wait(0), self._wait(1, priority="2")
        self.visit.action_cancel()
        self.assertEqual(self._get_offers(), [(first, "open")])
        self.assertEqual(self.visit.reoffered_to_id, first)
        (hold,) = self.env["support.slot.hold"]._find_own(appointment=first)
        self.assertEqual((hold.start, hold.origin), (START, "reoffer"))
        self.assertEqual(hold.expires_at, at("2026-03-02 08:30"))
        self.assertFalse(self._get_mails(second))
        self._run_job("2026-03-02 08:29")
        self.assertEqual(self._get_offers(), [(first, "open")])
        self._run_job("2026-03-02 08:30")
        self.assertEqual(self._get_offers(), [(first, "expired"), (second, "open")])
        self.assertEqual(self.visit.reoffered_to_id, second)
        # One message per person, and nobody is left.
        self._run_job("2026-03-02 09:01")
        self._run_job("2026-03-02 10:00")
        self.assertEqual(self._get_offers(), [(first, "expired"), (second, "expired")])
        self.assertEqual((len(self._get_mails(first)), len(self._get_mails(second))), (1, 1))

    def test_the_mail_asks_and_its_link_names_the_hold(self):
        draft = self._wait(0)
        self.visit.action_cancel()
        mail = self._get_mails(draft)
        self.assertEqual(mail.recipient_ids, self.people[0])
        body = html.fromstring(mail.body_html)
        (link,) = [a for a in body.iter("a") if "/move" in a.get("href")]
        hold = self.env["support.slot.hold"]._find_own(appointment=draft)
        self.assertRegex(link.get("href"), rf"/my/appointments/{draft.id}/move\?.*hold={hold.id}$")
        self.assertIn("5 March 2026, 10:00", link.text_content())
        self.assertIn("08:30 (UTC)", body.text_content())
        self.assertIn("A time became free", body.text_content())
        row = self.env["support.notification"].search([("appointment_id", "=", draft.id)])
        self.assertEqual((row.kind, row.state), ("offer", "queued"))
        self.assertFalse(draft.activity_ids)

    def test_exactly_one_taker(self):
        first, second = self._wait(0), self._wait(1)
        self.visit.action_cancel()
        self._run_job("2026-03-02 08:31")
        with freeze_time(at("2026-03-02 08:32")):
            # Too late: it is held for the next one by now.
            late = first._customer_take(START, self.technician.id, "mail")
            self.assertEqual((late.code, len(late.alternatives)), ("taken", 3))
            outcome = second._customer_take(START, self.technician.id, "mail")
        self.assertEqual(outcome.code, "done")
        self.assertEqual((second.state, second.start), ("confirmed", START))
        self.assertEqual(self._get_offers(), [(first, "expired"), (second, "taken")])
        self._run_job("2026-03-02 09:10")
        self.assertEqual(len(self.env["support.slot.offer"].search([])), 2)

    def test_a_dispatcher_books_it_for_them(self):
        draft = self._wait(0)
        self.visit.action_cancel()
        draft.write({"start": START, "technician_id": self.technician.id})
        draft.action_confirm()
        self._run_job("2026-03-02 08:31")
        self.assertEqual(self._get_offers(), [(draft, "taken")])

    def test_refused_the_next_one_is_asked_at_once(self):
        first, second = self._wait(0), self._wait(1)
        self.visit.action_cancel()
        self.assertEqual(first._customer_refuse_offer("page").code, "done")
        self.assertEqual(first._customer_refuse_offer("page").code, "already")
        self.assertEqual(first.state, "draft")
        self._run_job("2026-03-02 08:01")
        self.assertEqual(self._get_offers(), [(first, "refused"), (second, "open")])

    def test_who_would_like_to_come_earlier(self):
        later = self._wait(
            0, technician_id=self.technician.id, start=at("2026-03-06 10:00"), state="confirmed"
        )
        self.visit.action_cancel()
        self.assertEqual(self._get_offers(), [])
        later._customer_ask_for_earlier("page")
        self.visit._rule_reoffer_slot()
        self.assertEqual(self._get_offers(), [(later, "open")])
        self.assertEqual(later.start, at("2026-03-06 10:00"))
        later._customer_take(START, self.technician.id, "mail")
        self.assertEqual((later.start, later.wants_earlier), (START, False))
        self.assertEqual(self._get_offers(), [(later, "taken")])

    def test_who_has_two_requests_is_asked_once(self):
        one = self._wait(0)
        self._wait(0)
        self.visit.action_cancel()
        self._run_job("2026-03-02 08:31")
        self.assertEqual(self._get_offers(), [(one, "expired")])

    def test_the_visit_that_is_taken_up_again_has_its_time(self):
        draft = self._wait(0)
        self.visit.action_cancel()
        self.visit.action_undo_cancel()
        self.assertEqual((self.visit.state, self.visit.start), ("confirmed", START))
        self.assertEqual(self._get_offers(), [(draft, "withdrawn")])
        self.assertEqual(self._get_mails(draft).state, "cancel")

    def test_switched_off_meanwhile_nobody_else_is_asked(self):
        first, _second = self._wait(0), self._wait(1)
        self.visit.action_cancel()
        self.rule.active = False
        self._run_job("2026-03-02 08:31")
        self.assertEqual(self._get_offers(), [(first, "expired")])

    def test_whom_no_mail_reaches_a_dispatcher_calls(self):
        self.people[0].email = False
        draft = self._wait(0)
        self.visit.action_cancel()
        self.assertEqual(draft.activity_ids.summary, "A time became free")
        self.assertEqual(self._get_offers(), [])
        self.assertFalse(self.env["support.slot.hold"]._find_own(appointment=draft))


@tagged("post_install", "-at_install")
class TestOfferedInsteadOfTheirs(OfferCase):
    """Somebody falls ill: the customers concerned are offered three times at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.active = True
        cls.visits = cls.env["support.appointment"].union(
            *(
                cls._create_appointment(
                    partner_id=partner.id,
                    technician_id=cls.technician.id,
                    start=START + timedelta(hours=number + 3),
                    state="confirmed",
                )
                for number, partner in enumerate(cls.people[:2])
            )
        )
        cls.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "resource_id": cls.technician.resource_id.id,
                "calendar_id": cls.calendar.id,
                "date_from": at("2026-03-02 00:00"),
                "date_to": at("2026-03-20 00:00"),
            }
        )

    def test_three_times_each_and_none_twice(self):
        visits = self.visits.with_user(self.user_dispatcher)
        action = visits.action_offer_times()
        offers = self.env["support.slot.offer"].search(action["domain"])
        self.assertEqual(len(offers), 6)
        self.assertEqual(offers.technician_id, self.technician_2)
        self.assertEqual(set(offers.mapped("state")), {"open"})
        self.assertEqual(len(set(offers.mapped("start"))), 6)
        for visit in self.visits:
            (mail,) = self._get_mails(visit)
            links = [
                a for a in html.fromstring(mail.body_html).iter("a") if "/move" in a.get("href")
            ]
            self.assertEqual(len(links), 3)
            # By time, as people read them.
            own = offers.filtered_domain([("appointment_id", "=", visit.id)])
            starts = sorted(own.mapped("start"))
            self.assertEqual(
                [link.text_content() for link in links],
                [visit._format_for_customer(start) for start in starts],
            )
            self.assertIn("cannot take place as planned", mail.body_html)
            self.assertEqual((visit.state, visit.technician_id), ("confirmed", self.technician))

    def test_one_is_taken_also_on_the_last_day_and_the_others_are_free_again(self):
        kind = self.env["support.appointment.type"].create(
            {"name": "Late", "cancel_notice_hours": 500, "duration": 1}
        )
        visit = self.visits[0]
        visit.type_id = kind
        visit.action_offer_times()
        offers = self.env["support.slot.offer"].search([], order="number")
        outcome = visit._customer_take(offers[1].start, offers[1].technician_id.id, "mail")
        self.assertEqual(outcome.code, "done")
        self.assertEqual(visit.start, offers[1].start)
        self.assertEqual(offers.mapped("state"), ["refused", "taken", "refused"])
        self.assertFalse(self.env["support.slot.hold"]._find_own(appointment=visit))

    def test_nobody_is_asked_twice_at_once_and_who_cannot_be_asked_is_named(self):
        self.people[1].email = False
        result = self.visits.action_offer_times()
        self.assertRegex(
            result["params"]["message"], rf"{self.visits[1].name}: .*no valid e-mail address"
        )
        with self.assertRaisesRegex(UserError, "an offer that is open still"):
            self.visits[0].action_offer_times()
        self.assertEqual(len(self._get_mails(self.visits[0])), 1)

    def test_from_the_page_of_conflicts(self):
        action = self.technician.with_user(self.user_dispatcher).action_replan_hits()
        page = self.env["support.replan"].with_user(self.user_dispatcher).browse(action["res_id"])
        page.line_ids.filtered(
            lambda line: line.appointment_id not in self.visits
        ).is_selected = False
        page.action_offer_times()
        offered = self.env["support.slot.offer"].search([]).appointment_id
        self.assertEqual(offered, self.visits)
