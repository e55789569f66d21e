from datetime import date

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestOffers(SupportCase):
    """Which of the free times are offered for a visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "UTC"

    def _find(self, appointment, start="2026-03-02 08:00", stop="2026-03-09 08:00", **options):
        return self.env["support.offers"]._find_offers(appointment, at(start), at(stop), **options)

    def _new(self, **values):
        """A visit that is being entered, and nowhere in the database."""
        return self.env["support.appointment"].new(
            {"partner_id": self.customer.id, "company_id": self.env.company.id, **values}
        )

    def _starts(self, offers):
        return [offer.slot.start.strftime("%a %H:%M") for offer in offers]

    def test_a_visit_that_is_not_saved(self):
        count = self.env["support.appointment"].search_count([])
        offers = self._find(self._new(type_id=self.type.id, duration=2.0))
        self.assertEqual(len(offers), 6)
        slot, _cost, reasons, _details = offers[0]
        self.assertEqual((slot.stop - slot.start).total_seconds(), 7200)
        self.assertTrue(all(isinstance(reason, str) for reason in reasons))
        self.assertEqual(self.env["support.appointment"].search_count([]), count)

    def test_one_day_and_one_half_of_it_in_the_customer_s_zone(self):
        draft = self._new(timezone="America/New_York")
        offers = self._find(draft, day=date(2026, 3, 4), part_of_day="morning")
        starts = [offer.slot.start for offer in offers]
        self.assertTrue(starts)
        for start in starts:
            self.assertTrue(at("2026-03-04 05:00") <= start < at("2026-03-04 17:00"), start)
        offers = self._find(draft, day=date(2026, 3, 4), part_of_day="afternoon")
        self.assertFalse([o for o in offers if o.slot.start < at("2026-03-04 17:00")])

    def test_another_part_of_the_day_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "'night': expected is one of morning, afternoon"):
            self._find(self._new(), part_of_day="night")

    def test_those_who_do_not_fit_are_not_offered_even_by_name(self):
        self.type.skill_ids = self.env["support.skill"].create({"name": "Fibre"})
        draft = self._new(type_id=self.type.id)
        self.assertEqual(self._find(draft, technicians=self.technician), [])
        self.technician_2.skill_ids = self.type.skill_ids
        offers = self._find(draft)
        self.assertEqual({o.slot.technician_id for o in offers}, set(self.technician_2.ids))

    # Bounds

    def _make_schedule(self, opens, closes, zone="UTC"):
        return self.env["resource.calendar"].create(
            {
                "name": "Opening hours",
                "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "Open", "dayofweek": str(weekday), "day_period": "morning",
                            "hour_from": opens, "hour_to": closes})
                    for weekday in range(7)
                ],
            }
        )  # fmt: skip

    def test_within_opening_hours_though_technicians_always_work(self):
        (self.technician | self.technician_2).resource_calendar_id = False
        self.env.company.resource_calendar_id = self._make_schedule(9, 11, "Europe/Brussels")
        offers = self._find(self._new(duration=1.0), limit=100)
        times = {offer.slot.start.strftime("%H:%M") for offer in offers}
        self.assertEqual(times, {"08:00", "08:30", "09:00"})
        # It is eight o'clock in UTC now: nobody is there in the next minutes.
        self.assertEqual(min(o.slot.start for o in offers), at("2026-03-02 08:30"))

    def test_nothing_at_midnight_where_nobody_says_when_they_open(self):
        (self.technician | self.technician_2).resource_calendar_id = False
        self.env.company.resource_calendar_id = False
        offers = self._find(self._new(duration=1.0, timezone="Asia/Tokyo"), limit=500)
        hours = {(offer.slot.start.hour + 9) % 24 for offer in offers}
        self.assertEqual(hours, set(range(7, 21)))

    def test_urgent_work_on_call_is_at_any_hour(self):
        self.technician.write({"resource_calendar_id": False, "on_call": True})
        self.technician_2.active = False
        draft = self._new(duration=1.0, priority="3")
        offers = self._find(draft, "2026-03-02 22:00", "2026-03-03 04:00")
        self.assertTrue(offers)
        draft.priority = "2"
        self.assertEqual(self._find(draft, "2026-03-02 22:00", "2026-03-03 04:00"), [])

    # Order

    def test_the_wished_half_of_the_day_comes_first_then_that_day(self):
        draft = self._new(requested_date=at("2026-03-05 14:00"))
        offers = self._find(draft)
        self.assertEqual(self._starts(offers)[0], "Thu 14:00")
        self.assertEqual(offers[0].reasons[0], "the time you asked for")
        days = [start[:3] for start in self._starts(offers)]
        self.assertEqual(days[:4], ["Thu"] * 4)
        hours = [offer.slot.start.hour < 12 for offer in offers[:4]]
        self.assertEqual(hours, [False, False, True, True])
        self.assertEqual(offers[2].reasons[0], "on the day you asked for")

    def test_who_has_the_visit_comes_first_on_a_reschedule(self):
        visit = self._create_appointment(
            start=at("2026-03-03 10:00"), technician_id=self.technician_2.id, state="confirmed"
        )
        # They have more to do than the other one, who would win else.
        for day in ("03", "04", "05"):
            self._create_appointment(
                start=at(f"2026-03-{day} 13:00"),
                duration=3.0,
                technician_id=self.technician_2.id,
                state="confirmed",
            )
        first, second = self._find(visit)[:2]
        self.assertEqual(first.slot.technician_id, self.technician_2.id)
        self.assertEqual(first.reasons[0], "the same technician as planned before")
        self.assertEqual(second.slot.technician_id, self.technician.id)

    def test_who_was_there_last_time_comes_first(self):
        self._create_appointment(
            start=at("2026-02-24 10:00"), technician_id=self.technician_2.id, state="done"
        )
        first = self._find(self._new())[0]
        self.assertEqual(first.slot.technician_id, self.technician_2.id)
        self.assertEqual(first.reasons[0], "who was with you last time")

    def test_each_has_a_row_in_each_half_of_a_day_before_a_second(self):
        offers = self._find(self._new(), stop="2026-03-03 08:00", limit=5)
        turns = [(o.slot.technician_id, o.slot.start.hour < 12) for o in offers]
        self.assertEqual(len(set(turns[:4])), 4)
        self.assertIn(turns[4], turns[:4])

    def test_a_way_that_nobody_knows_never_comes_first(self):
        self.customer.write({"partner_latitude": 50.85, "partner_longitude": 4.35})
        far = self.env["res.partner"].create(
            {"name": "Far", "partner_latitude": 51.65, "partner_longitude": 4.35}
        )
        # Over two hours in the car, which is more than what is assumed of the other.
        self._create_appointment(
            partner_id=far.id,
            technician_id=self.technician_2.id,
            start=at("2026-03-04 08:00"),
            state="confirmed",
        )
        offers = self._find(self._new(), day=date(2026, 3, 4), part_of_day="morning")
        self.assertEqual(offers[0].slot.technician_id, self.technician_2.id)
        self.assertEqual(offers[1].slot.technician_id, self.technician.id)

    # Words

    def test_the_earliest_is_said_to_be_so(self):
        offers = self._find(self._new())
        earliest = min(offers, key=lambda offer: offer.slot.start)
        self.assertEqual(
            [o for o in offers if "the earliest of these times" in o.reasons], [earliest]
        )
        (alone,) = self._find(self._new(), limit=1)
        self.assertEqual(alone.reasons, ["in the morning, if that suits you"])
        (alone,) = self._find(self._new(), limit=1, part_of_day="afternoon")
        self.assertEqual(alone.reasons, ["in the afternoon, as you asked"])
