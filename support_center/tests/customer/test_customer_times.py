from datetime import date

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestCustomerTimes(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.times = cls.env["support.customer.times"]
        cls.draft = cls._create_appointment(start=False)
        cls.other = cls._create_appointment(start=False)

    def test_days_in_a_zone(self):
        days = self.times._find_days(self.draft, date(2026, 3, 4), days=3, zone="Europe/Brussels")
        self.assertEqual([day.date.day for day in days], [4, 5, 6])
        self.assertEqual(days[0].label, "Wednesday 4 March")
        first = days[0].times[0]
        self.assertEqual((first.start, first.label), (at("2026-03-04 08:00"), "09:00"))
        starts = [time.start for time in days[0].times]
        self.assertEqual(len(starts), len(set(starts)))
        weekend = self.times._find_days(self.draft, date(2026, 3, 7), days=2)
        self.assertEqual([day.times for day in weekend], [[], []])

    def test_who_holds_a_time_sees_it_and_others_do_not(self):
        (self.technician_2).active = False
        start = at("2026-03-04 10:00")
        hold = self.times._hold_time(self.draft, start, self.technician.id)
        self.assertEqual(hold.appointment_id, self.draft)

        def find(visit, **values):
            (day,) = self.times._find_days(visit, date(2026, 3, 4), days=1, zone="UTC", **values)
            return {time.start: time.is_own for time in day.times}

        self.assertIs(find(self.draft)[start], True)
        self.assertNotIn(start, find(self.other))
        self.assertFalse(self.times._hold_time(self.other, start, self.technician.id))
        offers = self.times._find_alternatives(self.other, without=[at("2026-03-03 09:00")])
        self.assertEqual(len(offers), 3)

    def test_another_technician_comes_where_the_one_is_taken(self):
        start = at("2026-03-04 10:00")
        self.times._hold_time(self.other, start, self.technician.id)
        hold = self.times._hold_time(self.draft, start, self.technician.id)
        self.assertEqual(hold.technician_id, self.technician_2)

    def test_a_visitor_without_an_appointment(self):
        new = self.env["support.appointment"].new(
            {"type_id": self.type.id, "company_id": self.env.company.id, "duration": 1}
        )
        start = at("2026-03-04 10:00")
        hold = self.times._hold_time(new, start, visitor_key="k1")
        self.assertEqual((hold.start, hold.visitor_key), (start, "k1"))
        again = self.times._hold_time(new, start, visitor_key="k1")
        self.assertEqual(again, hold)
        (day,) = self.times._find_days(new, date(2026, 3, 4), 1, "UTC", visitor_key="k1")
        self.assertTrue(next(time for time in day.times if time.start == start).is_own)

    def test_no_time_that_is_not_offered(self):
        for start in ("2026-03-04 03:00", "2026-03-04 10:10", "2026-02-27 10:00"):
            self.assertFalse(self.times._hold_time(self.draft, at(start)), start)
