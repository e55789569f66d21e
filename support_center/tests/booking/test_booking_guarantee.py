from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.sql import constraint_definition

from odoo.addons.support_center.exceptions import DoubleBooking
from odoo.addons.support_center.models.booking.support_booking_guarantee import NO_DOUBLE_BOOKING

from ..common import at
from ..health.common import HealthCase
from .test_double_booking import RaceCase

DROP = f"ALTER TABLE support_appointment DROP CONSTRAINT {NO_DOUBLE_BOOKING}"
LABEL = "Booking guarantee"


@tagged("post_install", "-at_install")
class TestBookingGuarantee(HealthCase):
    """A database that holds overlaps already: what is refused, and how it is mended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guarantee = cls.env["support.booking.guarantee"]

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.clear_cache)
        self.definition = constraint_definition(
            self.env.cr, "support_appointment", NO_DOUBLE_BOOKING
        )
        self.env.cr.execute(DROP)
        self.registry.clear_cache()

    def _book(self, hour="10:00", **values):
        return self._create_appointment(
            technician_id=self.technician.id,
            start=at(f"2026-03-05 {hour}"),
            state="confirmed",
            **values,
        )

    def _overlap(self):
        """Two visits at one time, as raw SQL or an old release left them."""
        pair = self._book() | self._book("14:00")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = %s, stop = %s, busy_start = %s, "
            "busy_stop = %s WHERE id = %s",
            [at("2026-03-05 10:30"), at("2026-03-05 11:30")] * 2 + [pair[1].id],
        )
        pair.invalidate_recordset()
        return pair

    def test_new_overlaps_are_refused_all_the_same(self):
        first = self._book()
        second = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-05 10:30")
        ).with_user(self.user_dispatcher)
        for work in (
            second.action_confirm,
            lambda: self._book("10:30"),
            lambda: self._book("09:00", duration=2),
        ):
            with self.assertRaises(DoubleBooking) as caught, self.env.cr.savepoint():
                work()
            for part in ("First Technician", first.name, "10:", "11:00"):
                self.assertIn(part, str(caught.exception))
        self.assertEqual(second.state, "draft")
        self._book("11:00")

    def test_two_in_one_create_are_refused(self):
        vals = {
            "partner_id": self.customer.id,
            "technician_id": self.technician.id,
            "start": at("2026-03-05 10:00"),
            "state": "confirmed",
        }
        with (
            self.assertRaisesRegex(DoubleBooking, "First Technician is already booked"),
            self.env.cr.savepoint(),
        ):
            self.env["support.appointment"].create([vals, vals])

    def test_what_overlaps_already_can_be_worked_on(self):
        one, two = self._overlap()
        one.action_start()
        two.write({"location": "Elsewhere"})
        self._book("16:00")
        # Out and in again is a new overlap.
        two.action_cancel()
        two.action_draft()
        with (
            self.assertRaisesRegex(DoubleBooking, f"In the way: {one.name}"),
            self.env.cr.savepoint(),
        ):
            two.action_confirm()

    def test_mended_and_made_by_the_button(self):
        pair = self._overlap()
        page = self._look(self.user_manager)
        line = self._assert_line(LABEL, "problem", f"{pair[0].name} / {pair[1].name}", page)
        self.assertFalse(line.can_make_guarantee)
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            line.action_make_guarantee()
        self.assertIn("First Technician", str(caught.exception))
        pair[1].with_user(self.user_dispatcher).write({"start": at("2026-03-05 11:00")})
        page.action_refresh()
        line = self._assert_line(LABEL, "problem", "nothing is in its way", page)
        self.assertTrue(line.can_make_guarantee)
        line.action_make_guarantee()
        self._assert_line(LABEL, "ok", "refuses every double booking", page)
        # The same as an upgrade makes, so that the next one leaves it alone.
        definition = constraint_definition(self.env.cr, "support_appointment", NO_DOUBLE_BOOKING)
        self.assertEqual(definition, self.definition)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE support_appointment SET busy_start = %s WHERE id = %s",
                [at("2026-03-05 10:30"), pair[1].id],
            )

    def test_made_already_is_no_fault(self):
        self.guarantee._create_constraint()
        self.guarantee._create_constraint()
        self.assertTrue(self.guarantee._constraint_exists())

    def test_only_managers_make_it(self):
        line = self._get_line(LABEL, self._look(self.user_manager))
        with self.assertRaisesRegex(AccessError, "Only a manager decides"):
            line.with_user(self.user_dispatcher).action_make_guarantee()

    def test_what_is_remembered_wrongly_is_forgotten(self):
        self.guarantee._create_constraint()
        self.assertTrue(self.guarantee._constraint_exists())
        self.env.cr.execute(DROP)
        self.assertTrue(self.guarantee._constraint_exists())
        self._look()
        self.assertFalse(self.guarantee._constraint_exists())


@tagged("post_install", "-at_install")
class TestRaceWithoutGuarantee(RaceCase):
    """Two real connections while the constraint is missing."""

    def setUp(self):
        super().setUp()
        with self._connect() as env:
            env.cr.execute(DROP)
            env.registry.clear_cache()
        self.addCleanup(self._make)

    def _make(self):
        with self._connect() as env:
            env.registry.clear_cache()
            env["support.booking.guarantee"]._create_constraint()

    def _confirm_with_an_old_view(self):
        """The second cannot see the first's commit."""
        first, second = self._connect_both()
        first.record.action_confirm()
        first.finish()
        try:
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                second.record.action_confirm()
        finally:
            second.drop()

    def test_whose_view_is_older_is_made_to_look_again(self):
        self._confirm_with_an_old_view()
        # As Odoo repeats the request.
        with self._connect() as env, self.assertRaises(DoubleBooking) as caught:
            env["support.appointment"].browse(self.ids[1]).action_confirm()
        self.assertIn("Race Technician", str(caught.exception))

    def test_another_time_is_booked_by_the_repetition(self):
        with self._connect() as env:
            other = env["support.appointment"].browse(self.ids[1])
            other.start = self.start + timedelta(hours=3)
        self._confirm_with_an_old_view()
        with self._connect() as env:
            env["support.appointment"].browse(self.ids[1]).action_confirm()
        with self._connect() as env:
            states = env["support.appointment"].browse(self.ids).mapped("state")
        self.assertEqual(states, ["confirmed", "confirmed"])
