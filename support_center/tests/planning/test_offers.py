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
