from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...formatting import aware
from ...models.planning.support_technician import Slot
from ..common import SupportCase, at

ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Asia/Tokyo"]
# A week in which New York changes its clock, on 8 March, or Brussels, on 29 March.
WEEKS = [date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 27)]
DAYS = 4
HOURS = st.sampled_from([[(0, 24)], [(8, 17)], [(9, 12.5), (13.5, 18)], [(6, 10), (20, 24)]])
MOMENTS = st.integers(0, DAYS * 24 - 1)
# How many of the times are tried in each company.
TRIED = 3


@tagged("post_install", "-at_install")
class TestCustomerTimesProperty(SupportCase):
    """Whatever the page offers can be booked at that instant, in companies of every kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["base.automation"].search([]).active = False
        (cls.technician | cls.technician_2).active = False
        cls.stranger = cls._create_appointment(start=False, send_confirmation_email=False)

    def test_what_is_offered_can_be_booked(self):
        @settings(
            deadline=None,
            max_examples=8,
            derandomize=True,
            database=None,
            # A company takes a while: what fails is shown as it was found.
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(
            week=st.sampled_from(WEEKS),
            zone=st.sampled_from(ZONES),
            page_zone=st.sampled_from(ZONES),
            opening=st.none() | st.tuples(HOURS, st.sampled_from(ZONES)),
            people=st.lists(
                st.fixed_dictionaries(
                    {
                        "zone": st.sampled_from(ZONES),
                        "hours": st.none() | HOURS,
                        "max_daily": st.sampled_from([0, 0, 2]),
                        "visits": st.lists(MOMENTS, max_size=3),
                        "leaves": st.lists(MOMENTS, max_size=1),
                        "holds": st.lists(MOMENTS, max_size=3),
                    }
                ),
                min_size=1,
                max_size=3,
            ),
            duration=st.sampled_from([0.5, 1.0, 2.5]),
            buffers=st.sampled_from([(0, 0), (15, 30)]),
            is_planned=st.booleans(),
            data=st.data(),
        )
        def check(**situation):
            with self.env.cr.savepoint() as savepoint:
                self._check(**situation)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def _check(self, week, zone, page_zone, opening, people, duration, buffers, is_planned, data):
        self.customer.tz = zone
        self.env.company.resource_calendar_id = opening and self._create_schedule(*opening)
        kind = self.env["support.appointment.type"].create(
            {
                "name": "Kind",
                "duration": duration,
                "buffer_before": buffers[0],
                "buffer_after": buffers[1],
                "horizon_days": 0,
            }
        )
        first = at(f"{week} 00:00")
        technicians = self.env["support.technician"]
        for number, person in enumerate(people):
            technicians |= self._create_technician(number, person, first)
        visit = self._create_appointment(
            type_id=kind.id, start=False, send_confirmation_email=False
        )
        times = self.env["support.customer.times"]
        before = list(times._find_days(visit, week, DAYS, page_zone))
        if is_planned and any(day.times for day in before):
            # To be moved: it is not in its own way.
            time = next(day.times[0] for day in before if day.times)
            visit.write(
                {"start": time.start, "technician_id": time.technician_id, "state": "confirmed"}
            )
        days = times._find_days(visit, week, DAYS, page_zone)
        self.assertEqual([day.date for day in days], [week + timedelta(days=n) for n in range(4)])
        found = [time for day in days for time in day.times]
        self.assertEqual(len({time.start for time in found}), len(found), "each start once")
        for day in days:
            for time in day.times:
                self.assertEqual(aware(time.start).astimezone(ZoneInfo(page_zone)).date(), day.date)
        offers = [offer.slot for offer in times._find_alternatives(visit)]
        picked = (
            data.draw(st.sets(st.sampled_from(range(len(found))), max_size=TRIED)) if found else []
        )
        tried = [(found[n].start, found[n].technician_id) for n in picked]
        tried += [(slot.start, slot.technician_id) for slot in offers]
        for start, technician_id in tried:
            with self.env.cr.savepoint() as savepoint:
                # What is held meanwhile by the holder is theirs still.
                hold = times._hold_time(visit, start, technician_id)
                self.assertEqual((hold.start, hold.technician_id.id), (start, technician_id))
                outcome = visit._customer_take(start, technician_id, "page")
                self.assertEqual(outcome.code, "done", (start, outcome.words))
                self.assertEqual((visit.start, visit.technician_id.id), (start, technician_id))
                savepoint.rollback()
            self.env.invalidate_all()
        self._check_nothing_is_lost(visit, technicians, found, first)

    def _check_nothing_is_lost(self, visit, technicians, found, first):
        """Once all that others hold has ended, nothing that was offered is gone, and what they
        held is free."""
        self.env["support.slot.hold"].search([])._release()
        days = self.env["support.customer.times"]._find_days(
            visit, first.date() - timedelta(days=1), DAYS + 2
        )
        starts = {time.start for day in days for time in day.times}
        self.assertEqual({time.start for time in found} - starts, set())

    # ------------------------------------------------------------------
    # The company
    # ------------------------------------------------------------------

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

    def _create_technician(self, number, person, first):
        hours = person["hours"]
        technician = self.env["support.technician"].create(
            {
                "name": f"Technician {number}",
                "tz": person["zone"],
                "max_daily_appointments": person["max_daily"],
                "resource_calendar_id": hours and self._create_schedule(hours, person["zone"]).id,
            }
        )
        for hour in {hour // 2 * 2 for hour in person["visits"]}:
            day = technician.max_daily_appointments and len(person["visits"]) > 2
            if day:
                break
            self._create_appointment(
                technician_id=technician.id,
                start=first + timedelta(hours=hour),
                state="confirmed",
                ignore_working_hours=True,
                send_confirmation_email=False,
            )
        for hour in person["leaves"]:
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Away",
                    "resource_id": technician.resource_id.id,
                    "date_from": first + timedelta(hours=hour),
                    "date_to": first + timedelta(hours=hour + 20),
                }
            )
        for hour in person["holds"]:
            start = first + timedelta(hours=hour)
            slot = Slot(start, start + timedelta(hours=1), technician.id)
            self.env["support.slot.hold"]._hold(
                [slot], appointment=self.stranger, origin="mail", minutes=30
            )
        return technician
