from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase, at

BATCH_SIZE = "odoo.addons.support_center.models.archiving.support_appointment.CLEANUP_BATCH_SIZE"
OLD = "2025-08-01 10:00"  # more than 180 days before the tests' today
YOUNG = "2026-02-01 10:00"


@tagged("post_install", "-at_install")
class TestCleanup(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("support_center.cron_cleanup_old_appointments")

    def _run(self):
        self._run_by_hand(self.cron)
        self.env.invalidate_all()

    def _create_old(self, state="done", stop=OLD, **values):
        with freeze_time("2025-07-01"):
            return self._create_appointment(start=at(stop), state=state, **values)

    def test_as_in_the_guide(self):
        self.assertEqual(self.cron.name, "Cleanup Old Appointments")
        self.assertFalse(self.cron.active)
        self.assertEqual((self.cron.interval_number, self.cron.interval_type), (1, "days"))

    def test_old_and_closed_ones_are_archived_and_kept(self):
        closed = self.env["support.appointment"].union(
            *(self._create_old(state) for state in ("done", "cancelled", "no_show"))
        )
        kept = self._create_old("done", YOUNG)
        for state in ("draft", "confirmed", "in_progress"):
            kept |= self._create_old(state)
        self._run()
        self.assertEqual(closed.mapped("active"), [False] * 3)
        self.assertEqual(kept.mapped("active"), [True] * 4)
        self.assertEqual(len(closed.exists()), 3)
        for appointment in closed:
            row = self._get_log(appointment, "cleanup")
            self.assertEqual(row.outcome, "ok")
            self.assertIn("180 days", row.message)
        self.assertFalse(self._get_log(kept[0], "cleanup"))

    def test_twice_in_a_row_changes_nothing_more(self):
        appointment = self._create_old()
        self._run()
        self._run()
        self.assertFalse(appointment.active)
        self.assertEqual(len(self._get_log(appointment, "cleanup")), 1)

    def test_without_an_end_the_time_asked_for_counts_and_then_the_creation(self):
        asked = self._create_old("cancelled", requested_date=at(OLD))
        asked_lately = self._create_old("cancelled", requested_date=at(YOUNG))
        created = self._create_old("cancelled")
        created_lately = self._create_old("cancelled")
        every = asked | asked_lately | created | created_lately
        self.env.cr.execute(
            "UPDATE support_appointment SET start = NULL, stop = NULL, create_date = %s "
            "WHERE id IN %s",
            [at(OLD), tuple(every.ids)],
        )
        self.env.cr.execute(
            "UPDATE support_appointment SET create_date = %s WHERE id = %s",
            [at(YOUNG), created_lately.id],
        )
        self.env.invalidate_all()
        self._run()
        self.assertEqual(every.mapped("active"), [False, True, False, True])

    def test_the_parameter_rules(self):
        appointment = self._create_old("done", YOUNG)
        self.env["ir.config_parameter"].set_param("support_center.cleanup_days", "20")
        self._run()
        self.assertFalse(appointment.active)

    @mute_logger("support_center.automation")
    def test_a_parameter_that_is_no_number_gives_the_default(self):
        old, young = self._create_old(), self._create_old("done", YOUNG)
        self.env["ir.config_parameter"].set_param("support_center.cleanup_days", "0")
        self._run()
        self.assertEqual((old | young).mapped("active"), [False, True])

    def test_all_companies(self):
        company = self.env["res.company"].create({"name": "Second company"})
        partner = self.env["res.partner"].create({"name": "Theirs"})
        theirs = self._create_old(company_id=company.id, partner_id=partner.id)
        self._run()
        self.assertFalse(theirs.active)
        self.assertEqual(self._get_log(theirs, "cleanup").company_id, company)

    def test_an_empty_database(self):
        self.env["support.appointment"].search([]).write({"active": False})
        rows = self.env["support.automation.log"].search_count([])
        self._run()
        self.assertEqual(self.env["support.automation.log"].search_count([]), rows)

    @mute_logger("support_center.automation")
    def test_a_broken_one_stops_nobody_and_is_tried_again(self):
        broken = self._create_old(location="broken")
        others = self._create_old() | self._create_old()
        appointments = type(self.env["support.appointment"])
        write = appointments.write

        def _write(records, vals):
            if "active" in vals and "broken" in records.mapped("location"):
                raise ValueError("cannot be written")
            return write(records, vals)

        with patch.object(appointments, "write", _write), patch(BATCH_SIZE, 2):
            self._run()
        self.assertTrue(broken.active)
        self.assertEqual(others.mapped("active"), [False, False])
        self.assertEqual(self._get_log(broken, "cleanup").outcome, "failed")
        self.assertEqual(len(broken.activity_ids), 1)
        self._run()
        self.assertFalse(broken.active)

    def test_queries_grow_by_batch_and_not_by_appointment(self):
        self._create_old()
        self._run()  # what is read once for all

        def _count_queries(number):
            for _index in range(number):
                self._create_old()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["support.appointment"]._cron_cleanup_old_appointments()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = _count_queries(2), _count_queries(60)
        self.assertLessEqual(many, few + 2)
        with patch(BATCH_SIZE, 20):
            batches = _count_queries(60)
        self.assertGreater(batches, many)
        self.assertLessEqual(batches, 3 * (many + 1))

    def test_one_update_for_a_batch(self):
        appointments = self.env["support.appointment"].union(
            *(self._create_old() for _index in range(30))
        )
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as lines:
            self.env["support.appointment"]._cron_cleanup_old_appointments()
        updates = [line for line in lines.output if 'UPDATE "support_appointment"' in line]
        self.assertEqual(len(updates), 1)
        self.assertFalse(any(appointments.mapped("active")))

    def test_a_batch_costs_the_same_however_many_technicians_it_is_of(self):
        """Their calendar entries are archived together, not technician by technician."""
        users = self.env["res.users"].create(
            [{"name": f"T {n}", "login": f"cleanup_{n}", "email": f"t{n}@x.org"} for n in range(6)]
        )
        technicians = self.env["support.technician"].create(
            [{"name": user.name, "user_id": user.id, "tz": "UTC"} for user in users]
        )
        counts = []
        for chosen, day in ((technicians[:1], 1), (technicians[:1], 2), (technicians, 3)):
            with freeze_time("2025-07-01"):
                visits = self.env["support.appointment"].create(
                    [
                        {
                            "partner_id": self.customer.id,
                            "technician_id": chosen[number % len(chosen)].id,
                            "start": at(f"2025-08-0{day} {10 + number}:00"),
                            "ignore_working_hours": True,
                            "state": "confirmed",
                        }
                        for number in range(6)
                    ]
                )
            self.assertEqual(len(visits.calendar_event_ids), 6)
            visits._write_protected({"state": "in_progress"})
            visits._write_protected({"state": "done"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits._archive_old(180)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            events = visits.with_context(active_test=False).sudo().calendar_event_ids
            self.assertEqual(events.mapped("active"), [False] * 6)
        # The first time Odoo fills its caches; each technician costs nothing of their own.
        self.assertEqual(counts[2], counts[1])
