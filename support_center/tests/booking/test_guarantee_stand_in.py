from odoo.tests import tagged

from odoo.addons.support_center.exceptions import DoubleBooking

from ..common import at
from ..health.common import HealthCase
from .test_booking_guarantee import DROP, LABEL


@tagged("post_install", "-at_install")
class TestGuaranteeStandIn(HealthCase):
    """What stands in for a missing constraint sees what the constraint would see, no more and
    no less: visits that are on, whichever was made first, of one technician."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guarantee = cls.env["support.booking.guarantee"]

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.clear_cache)
        self.env.cr.execute(DROP)
        self.registry.clear_cache()

    def _create(self, hour="10:00", state="confirmed", **values):
        return self._create_appointment(
            technician_id=self.technician.id,
            start=at(f"2026-03-05 {hour}"),
            state=state,
            **values,
        )

    def _put(self, visit, hour, technician=None):
        """Move a visit as raw SQL or an old release did, past all checks."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = %(start)s, busy_start = %(start)s, "
            "stop = %(start)s + interval '1 hour', busy_stop = %(start)s + interval '1 hour', "
            "technician_id = %(technician)s WHERE id = %(id)s",
            {
                "start": at(f"2026-03-05 {hour}"),
                "technician": (technician or self.technician).id,
                "id": visit.id,
            },
        )
        visit.invalidate_recordset()

    def _get_pairs(self):
        return [(row[0], row[2]) for row in self.guarantee._find_overlaps(self.technician)]

    def _make_overlap(self, technician=None):
        """Two visits of which the second begins half an hour after the first."""
        one, two = self._create(), self._create("14:00")
        self._put(two, "10:30", technician)
        return one, two

    def test_two_that_overlap(self):
        one, two = self._make_overlap()
        self.assertEqual(self._get_pairs(), [(one.id, two.id)])
        ((_one, name, _two, name_2, technician_id, start, stop),) = self.guarantee._find_overlaps(
            self.technician
        )
        self.assertEqual((name, name_2, technician_id), (one.name, two.name, self.technician.id))
        self.assertEqual((start, stop), (at("2026-03-05 10:30"), at("2026-03-05 11:00")))

    def test_an_archived_one_is_in_nobodys_way(self):
        one, two = self._make_overlap()
        for archived in (one, two):
            with self.subTest(first=archived == one):
                self.env.cr.execute(
                    "UPDATE support_appointment SET active = (id != %s) WHERE id IN %s",
                    [archived.id, (one | two)._ids],
                )
                self.assertFalse(self._get_pairs())

    def test_a_running_one_is_in_the_way_whichever_it_is(self):
        one, two = self._make_overlap()
        for states in (
            ("in_progress", "confirmed"),
            ("confirmed", "in_progress"),
            ("in_progress", "in_progress"),
        ):
            with self.subTest(states):
                self._set_states(one, two, states)
                self.assertEqual(self._get_pairs(), [(one.id, two.id)])

    def _set_states(self, one, two, states):
        self.env.flush_all()
        for visit, state in zip((one, two), states, strict=True):
            self.env.cr.execute(
                "UPDATE support_appointment SET state = %s WHERE id = %s", [state, visit.id]
            )

    def test_what_is_over_or_not_yet_sure_is_not(self):
        one, two = self._make_overlap()
        for state in ("draft", "done", "cancelled", "no_show"):
            for states in ((state, "confirmed"), ("confirmed", state)):
                with self.subTest(states):
                    self._set_states(one, two, states)
                    self.assertFalse(self._get_pairs())

    def test_one_after_the_other_is_none(self):
        one, two = self._make_overlap()
        self._put(two, "11:00")
        self.assertFalse(self._get_pairs())
        self._put(two, "09:00")
        self.assertFalse(self._get_pairs())
        self._put(two, "09:01")
        self.assertEqual(self._get_pairs(), [(one.id, two.id)])

    def test_another_technician_is_none(self):
        self._make_overlap(self.technician_2)
        self.assertFalse(self._get_pairs())
        self.assertFalse(self.guarantee._find_overlaps(self.technician_2))

    # What is booked

    def _refuse(self, work, *names):
        with self.assertRaises(DoubleBooking) as caught:
            work()
        for name in names:
            self.assertIn(name, str(caught.exception))

    def test_a_running_visit_is_not_booked_over(self):
        running = self._create()
        running.action_start()
        self._refuse(lambda: self._create("10:30"), "First Technician", running.name)
        # One that was made first and is moved onto the running one.
        earlier = self._create("14:00")
        earlier.action_start()
        later = self._create("16:00")
        self._refuse(
            lambda: later.write({"start": at("2026-03-05 14:30")}), "First Technician", earlier.name
        )

    def test_a_running_visit_is_not_moved_over_another_one(self):
        later = self._create("14:00")
        running = self._create()
        running.action_start()
        manager = running.with_user(self.user_manager)
        self._refuse(lambda: manager.write({"duration": 5}), "First Technician", later.name)

    def test_an_archived_visit_is_booked_over_and_does_not_come_back(self):
        archived = self._create()
        archived.active = False
        taken = self._create("10:30")
        self.assertEqual(taken.state, "confirmed")
        self._refuse(lambda: archived.write({"active": True}), "First Technician", taken.name)

    def test_health_counts_what_the_constraint_would_refuse(self):
        _one, two = self._make_overlap()
        line = self._get_line(LABEL, self._look(self.user_manager))
        self.assertFalse(line.can_make_guarantee)
        self.env.cr.execute("UPDATE support_appointment SET active = false WHERE id = %s", [two.id])
        self.env.invalidate_all()
        line = self._get_line(LABEL, self._look(self.user_manager))
        self.assertTrue(line.can_make_guarantee)
        line.action_make_guarantee()
        self.assertTrue(self.guarantee._read_constraint())
