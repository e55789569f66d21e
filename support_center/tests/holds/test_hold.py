from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...models.planning.support_technician import Slot
from ..common import NOW, SupportCase, at

TEN = at("2026-03-05 10:00")
ELEVEN = at("2026-03-05 11:00")


@tagged("post_install", "-at_install")
class TestHold(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holds = cls.env["support.slot.hold"]
        cls.visit = cls._create_appointment(start=False)
        cls.other = cls._create_appointment(technician_id=cls.technician.id)

    def _slot(self, start=TEN, technician=None, hours=1):
        technician = technician or self.technician
        return Slot(start, start + timedelta(hours=hours), technician.id)

    def _hold(self, *starts, appointment=None, **values):
        slots = [self._slot(start) for start in starts or (TEN,)]
        return self.holds._hold(slots, appointment=appointment or self.visit, **values)

    def _assert_held(self, work):
        with self.assertRaisesRegex(
            ValidationError,
            r"(?s)First Technician is held at Thu 5 Mar, 10:00.11:00 for a customer who is "
            r"choosing a time, until 08:10\. .*The next free times",
        ) as caught:
            work()
        return str(caught.exception)

    def test_a_held_time_is_refused_to_others_by_every_way(self):
        self._hold()
        self._assert_held(self.other.action_confirm)
        later = self._create_appointment(
            technician_id=self.technician.id, state="confirmed", start=at("2026-03-05 14:00")
        )
        self._assert_held(lambda: later.write({"start": TEN}))
        self._assert_held(lambda: later.write({"start": at("2026-03-05 09:30")}))
        elsewhere = self._create_appointment(
            technician_id=self.technician_2.id, state="confirmed", start=TEN
        )
        self._assert_held(lambda: elsewhere.write({"technician_id": self.technician.id}))
        self._assert_held(
            lambda: self._create_appointment(
                technician_id=self.technician.id, state="confirmed", start=TEN
            )
        )

    def test_working_hours_may_be_overruled_and_a_hold_not(self):
        self._hold()
        self.other.ignore_working_hours = True
        self._assert_held(self.other.action_confirm)

    def test_the_holder_books_it_and_it_is_gone(self):
        hold = self._hold()
        self.visit.write({"start": TEN, "technician_id": self.technician.id})
        self.visit.action_confirm()
        self.assertFalse(hold.exists())
        self.assertFalse(self.holds._find_own(appointment=self.visit))

    def test_what_has_ended_is_in_nobodys_way(self):
        self._hold()
        with freeze_time(at("2026-03-02 08:10")):
            self.other.action_confirm()
        self.assertEqual(self.other.state, "confirmed")

    def test_a_visitor_books_what_they_hold(self):
        self.holds._hold([self._slot()], appointment=self.visit.new({}), visitor_key="k1")
        self._assert_held(self.other.action_confirm)
        self._assert_held(self.other.with_context(support_visitor_key="k2").action_confirm)
        self.other.with_context(support_visitor_key="k1").action_confirm()
        self.assertEqual(self.other.state, "confirmed")

    def test_free_times_leave_out_what_others_hold(self):
        def starts(visit):
            offers = self.env["support.offers"]._find_offers(
                visit, TEN, ELEVEN, technicians=self.technician
            )
            return [offer.slot.start for offer in offers]

        self.assertEqual(starts(self.other.copy()), [TEN])
        self._hold()
        self.assertEqual(starts(self.other.copy()), [])
        self.assertEqual(starts(self.visit), [TEN])
        self.assertFalse(self.technician._is_available(TEN, ELEVEN))
        self.assertTrue(self.technician._is_available(TEN, ELEVEN, without=self.visit))
        slots = self.env["support.appointment"].get_slots("2026-03-05", "2026-03-05", 1)
        names = {s["start"]: [t["name"] for t in s["technicians"]] for s in slots}
        self.assertNotIn("First Technician", names.get("2026-03-05 10:00:00", []))
        self.assertIn("First Technician", names["2026-03-05 11:00:00"])

    def test_one_time_has_one_hold(self):
        self.assertTrue(self._hold())
        self.assertFalse(self._hold(appointment=self.other))
        # Of several the others are held all the same, in their order and with their numbers.
        starts = at("2026-03-05 13:00"), TEN, at("2026-03-05 09:00")
        held = self._hold(*starts, appointment=self.other, origin="mail", minutes=30)
        self.assertEqual(held.mapped("start"), [starts[0], starts[2]])
        self.assertEqual(held.mapped("number"), [1, 2])
        self.assertEqual(set(held.mapped("expires_at")), {at("2026-03-02 08:30")})

    def test_a_booked_time_is_not_held(self):
        self.other.action_confirm()
        self.assertFalse(self._hold())
        self.assertTrue(self._hold(ELEVEN))

    def test_buffers_are_the_appointments(self):
        self.visit.type_id = self.type  # a quarter of an hour before, half an hour after
        hold = self._hold()
        self.assertEqual(hold.busy_start, TEN - timedelta(minutes=self.type.buffer_before))
        self.assertEqual(hold.busy_stop, ELEVEN + timedelta(minutes=self.type.buffer_after))
        self.assertFalse(self._hold(ELEVEN, appointment=self.other))

    def test_another_choice_gives_the_former_one_back(self):
        first = self._hold()
        second = self._hold(at("2026-03-05 10:30"))
        self.assertEqual(second.start, at("2026-03-05 10:30"))
        self.assertFalse(first.exists())
        # An offer by mail stays beside what is looked at on the page.
        mail = self._hold(at("2026-03-06 09:00"), origin="mail")
        third = self._hold(at("2026-03-05 14:00"))
        self.assertEqual(self.holds._find_own(appointment=self.visit), third | mail)

    def test_a_lost_choice_keeps_the_former_one(self):
        self._hold(appointment=self.other)
        mail = self._hold(at("2026-03-05 11:30"), origin="mail")
        slot = self._slot(at("2026-03-05 10:45"))
        self.assertFalse(self.holds._hold([slot], appointment=self.visit))
        self.assertTrue(mail._is_live())

    def test_the_own_time_is_prolonged_once(self):
        hold = self._hold()
        for minute, until in ((8, 18), (16, 18)):
            with freeze_time(at(f"2026-03-02 08:{minute:02}")):
                self.assertEqual(self._hold(), hold)
                self.assertEqual(hold.expires_at, at(f"2026-03-02 08:{until}"))
                self.assertTrue(hold._is_live())
        with freeze_time(at("2026-03-02 08:18")):
            self.assertFalse(hold._is_live())
            again = self._hold()
            self.assertNotEqual(again, hold)
            self.assertEqual(again.expires_at, at("2026-03-02 08:28"))

    def test_released_it_is_free(self):
        self._hold()._release()
        self.other.action_confirm()
        self.assertEqual(self.other.state, "confirmed")

    def test_somebody_is_named_who_holds(self):
        with self.assertRaisesRegex(ValueError, "for an appointment or for a visitor"):
            self.holds._hold([self._slot()])

    def test_a_held_time_counts_for_the_daily_maximum(self):
        self.technician.max_daily_appointments = 1
        self._hold(TEN, ELEVEN)
        afternoon = at("2026-03-05 14:00"), at("2026-03-05 15:00")
        self.assertFalse(self.technician._is_available(*afternoon))
        self.technician.max_daily_appointments = 2
        self.assertTrue(self.technician._is_available(*afternoon))

    def test_nobody_writes_holds_from_outside(self):
        hold = self._hold()
        mine = hold.with_user(self.user_dispatcher)
        self.assertEqual(mine.start, TEN)
        for work in (mine.unlink, lambda: mine.write({"expires_at": NOW}), mine.copy):
            with self.assertRaisesRegex(AccessError, "Held Time"):
                work()
        with self.assertRaisesRegex(AccessError, "Held Time"):
            hold.with_user(self.user_technician).read(["start"])

    def test_pruning_leaves_what_is_held(self):
        hold = self._hold()
        old = self._hold(ELEVEN, appointment=self.other)
        self.env.cr.execute(
            "UPDATE support_slot_hold SET expires_at = %s WHERE id = %s",
            [at("2026-03-02 06:59"), old.id],
        )
        self.env.invalidate_all()
        self.holds._gc_ended_holds()
        self.assertEqual(self.holds.search([]), hold)
