from datetime import time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...formatting import aware
from ..common import SupportCase, at

ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Asia/Tokyo"]
# What is looked at: from Monday at eight, which is now, to Thursday.
WINDOW = at("2026-03-02 08:00"), at("2026-03-05 08:00")
LEAST_NOTICE = timedelta(minutes=15)
QUARTER = timedelta(minutes=15)
LIMIT = 6
HOURS = st.sampled_from(
    [[(0, 24)], [(8, 17)], [(9, 12.5), (13.5, 18)], [(6, 10), (20, 24)], [(22, 24)]]
)
MOMENTS = st.integers(0, 71).map(lambda hours: WINDOW[0] + timedelta(hours=hours))


@st.composite
def people(draw):
    """Technicians: how they work, and the hours of Monday at eight when they are elsewhere."""
    return draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "service_mode": st.sampled_from(["both", "both", "on_site", "remote"]),
                    "on_call": st.sampled_from([False, False, True]),
                    "has_hours": st.booleans(),
                    "visits": st.lists(
                        st.tuples(st.integers(1, 70), st.sampled_from(["near", "far", "nowhere"])),
                        max_size=2,
                        unique_by=lambda visit: visit[0] // 3,
                    ),
                }
            ),
            min_size=1,
            max_size=4,
        )
    )


@tagged("post_install", "-at_install")
class TestOffersProperty(SupportCase):
    """What a person would offer, in companies of every kind.

    Which times are free is taken from the slots, and what is known of the ways from the ranking;
    both have such tests of their own. What follows is asked here in the plainest way: of every
    quarter of an hour, and of every pair of rows.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = {
            name: cls.env["res.partner"].create({"name": name, **place})
            for name, place in (
                ("near", {"partner_latitude": 50.86, "partner_longitude": 4.35}),
                ("far", {"partner_latitude": 51.86, "partner_longitude": 4.35}),
                ("nowhere", {}),
            )
        }
        cls.customer.write({"partner_latitude": 50.85, "partner_longitude": 4.35})

    def test_what_is_promised(self):
        @settings(
            deadline=None,
            max_examples=40,
            derandomize=True,
            database=None,
            # A company takes a while: what fails is shown as it was found.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(
            opening=st.none() | st.tuples(HOURS, st.sampled_from(ZONES)),
            zone=st.sampled_from(ZONES),
            people=people(),
            place=st.sampled_from(["on_site", "on_site", "remote"]),
            priority=st.sampled_from(["1", "1", "3"]),
            wish=st.none() | MOMENTS,
            current=st.none() | st.tuples(MOMENTS, st.integers(0, 3)),
            asked_for=st.sampled_from([None, None, 0]),
            part_of_day=st.sampled_from([None, None, "morning", "afternoon"]),
            is_one_day=st.sampled_from([False, False, True]),
        )
        def check(**situation):
            with self.env.cr.savepoint() as savepoint:
                self._check(**situation)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def _check(
        self,
        opening,
        zone,
        people,
        place,
        priority,
        wish,
        current,
        asked_for,
        part_of_day,
        is_one_day,
    ):
        self._set_opening_hours(opening)
        self.customer.tz = zone
        self.type.write({"place": place, "horizon_days": 0})
        (self.technician | self.technician_2).active = False
        technicians = self.env["support.technician"].create(
            [self._prepare_technician_vals(number, each) for number, each in enumerate(people)]
        )
        own = technicians.browse()
        visit = self._create_appointment(
            type_id=self.type.id,
            priority=priority,
            start=False,
            requested_date=wish,
        )
        if current:
            start, number = current
            own = technicians[number % len(technicians)]
            visit.write({"start": start, "technician_id": own.id})
        for technician, each in zip(technicians, people, strict=True):
            self._add_visits(technician, each["visits"])
        named = technicians[asked_for] if asked_for is not None else technicians.browse()
        day = at("2026-03-03 00:00").date() if is_one_day else None
        options = {"part_of_day": part_of_day, "day": day}
        offers = self.env["support.offers"]._find_offers(
            visit, *WINDOW, named, limit=LIMIT, any_notice=True, **options
        )
        # Who may come: no remote desk to a customer, those on call where it is urgent, where they
        # were asked for, and to what is theirs.
        wanted = named or own
        excluded = {"on_site": "remote", "remote": "on_site"}[place]
        able = (named or technicians).filtered(
            lambda t: (
                t.service_mode != excluded and (not t.on_call or priority == "3" or t in wanted)
            )
        )
        free = [
            slot
            for slot in able._find_slots(*WINDOW, visit._get_demand())
            if not current or slot.start != visit.start or slot.technician_id != own.id
        ]
        allowed = [
            slot
            for slot in free
            if self._is_offered(
                slot,
                opening,
                ZoneInfo(zone),
                is_emergency=priority == "3" and technicians.browse(slot.technician_id).on_call,
                **options,
            )
        ]
        slots = [offer.slot for offer in offers]
        self.assertEqual([slot for slot in slots if slot not in allowed], [])
        starts = {slot.start for slot in allowed}
        self.assertEqual(len(slots), min(LIMIT, len(starts)))
        self.assertEqual(len({slot.start for slot in slots}), len(slots))
        self._check_order(visit, slots, allowed, ZoneInfo(zone), wish, own, priority)
        for offer in offers:
            self.assertTrue(offer.reasons and all(offer.reasons), offer)

    def _check_order(self, visit, slots, allowed, zone, wish, own, priority):
        def half(start):
            local = aware(start).astimezone(zone)
            return local.date(), local.hour < 12

        def tier(slot):
            # A wish that is over is none any more.
            if not wish or wish <= WINDOW[0]:
                return 2
            if half(slot.start) == half(wish):
                return 0
            return 1 if half(slot.start)[0] == half(wish)[0] else 2

        turns = [(slot.technician_id, half(slot.start)) for slot in slots]
        numbers = [turns[:place].count(turn) for place, turn in enumerate(turns)]
        self.assertEqual(numbers, sorted(numbers), "a second time before somebody's first")
        first = slots[: numbers.count(0)]
        tiers = [tier(slot) for slot in first]
        self.assertEqual(tiers, sorted(tiers), "the wished half of the day comes first")
        if allowed:
            best = min(tier(slot) for slot in allowed)
            self.assertEqual(tiers[0], best)
            theirs = [s for s in allowed if s.technician_id in own.ids and tier(s) == best]
            if theirs and priority != "3":
                self.assertEqual(slots[0].technician_id, own.id, "who has it comes first")
        scored = self.env["support.ranking"]._score_slots(visit, allowed)
        known = {slot: score.is_way_known for score, slot in scored}
        strangers = [slot for slot in first if slot.technician_id not in own.ids]
        for place, slot in enumerate(strangers):
            if not known[slot]:
                self.assertFalse(
                    [s for s in strangers[place:] if known[s] and half(s.start) == half(slot.start)]
                )

    def _is_offered(self, slot, opening, zone, *, is_emergency, part_of_day, day):
        if slot.start < WINDOW[0] + LEAST_NOTICE:
            return False
        local = aware(slot.start).astimezone(zone)
        if day not in (None, local.date()):
            return False
        if part_of_day not in (None, "morning" if local.hour < 12 else "afternoon"):
            return False
        return is_emergency or self._is_in_hours(slot, opening, zone)

    def _is_in_hours(self, slot, opening, zone):
        # Visits of two hours, all on the half hour; the night has no shift of so many.
        moment, minutes = aware(slot.start), []
        day = moment.astimezone(zone).date()
        while moment < aware(slot.stop):
            minutes.append(moment)
            moment += QUARTER
        for moment in minutes:
            here = moment.astimezone(zone)
            if here.date() != day or not time(7) <= here.time() < time(21):
                return False
        if not opening:
            return True
        shifts, office = opening
        for moment in minutes:
            here = moment.astimezone(ZoneInfo(office))
            clock = here.hour + here.minute / 60
            if not any(opens <= clock < closes for opens, closes in shifts):
                return False
        return True

    # ------------------------------------------------------------------
    # The company
    # ------------------------------------------------------------------

    def _set_opening_hours(self, opening):
        if not opening:
            self.env.company.resource_calendar_id = False
            return
        shifts, zone = opening
        self.env.company.resource_calendar_id = self._create_schedule(shifts, zone)

    def _create_schedule(self, shifts, zone):
        return self.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": zone,
                "attendance_ids": [
                    (0, 0, {"name": "Shift", "dayofweek": str(weekday), "day_period": "morning",
                            "hour_from": opens, "hour_to": closes})
                    for weekday in range(7)
                    for opens, closes in shifts
                ],
            }
        )  # fmt: skip

    def _prepare_technician_vals(self, number, person):
        return {
            "name": f"Technician {number}",
            "tz": "UTC",
            "service_mode": person["service_mode"],
            "on_call": person["on_call"],
            # Without a schedule they are always at work.
            "resource_calendar_id": self.calendar.id if person["has_hours"] else False,
        }

    def _add_visits(self, technician, visits):
        for hours, place in visits:
            start = WINDOW[0] + timedelta(hours=hours // 3 * 3)
            self._create_appointment(
                partner_id=self.places[place].id,
                technician_id=technician.id,
                start=start,
                stop=start + timedelta(hours=1),
                state="confirmed",
                ignore_working_hours=True,
                send_confirmation_email=False,
            )
