from odoo.tests import tagged

from .common import SupportCase, at


@tagged("post_install", "-at_install")
class TestRankSlots(SupportCase):
    def test_best_first(self):
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-04 10:00"), state="confirmed"
        )
        draft = self._create_appointment(start=False)
        technicians = self.technician | self.technician_2
        slots = technicians._free_slots(at("2026-03-03 00:00"), at("2026-03-07 00:00"))
        ranked = self.env["support.ranking"]._rank_slots(draft, slots)
        self.assertEqual(len(ranked), len(slots))
        self.assertEqual(ranked[0].slot.technician_id, self.technician_2.id)
        self.assertEqual(ranked[0].slot.start, slots[0].start)
        new = self.env["support.appointment"].new({"partner_id": self.customer.id, "duration": 1})
        self.assertEqual(self.env["support.ranking"]._rank_slots(new, slots, 5), ranked[:5])
        draft.start = at("2026-03-05 10:00")
        best, other = technicians._rank_for(draft)
        self.assertEqual(best.technician, self.technician_2)
        self.assertLess(best.cost, other.cost)
