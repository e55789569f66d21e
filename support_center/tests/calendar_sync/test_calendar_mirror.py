from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tests.common import RecordCapturer
from odoo.tools import mute_logger

from ...models.calendar_sync.calendar_event import CalendarEvent
from ..common import at
from .common import CalendarCase


@tagged("post_install", "-at_install")
class TestCalendarMirror(CalendarCase):
    def test_a_confirmed_visit_is_an_event_of_its_technician(self):
        visit = self._plan(description="<b>Bring</b> a ladder", type_id=self.type.id)
        event = self._get_event(visit)
        self.assertEqual(event.name, f"{visit.name}: Known Customer")
        self.assertEqual((event.start, event.stop), (visit.start, visit.stop))
        self.assertEqual(event.location, "Main Street 1")
        self.assertEqual(event.user_id, self.user_technician)
        self.assertEqual(event.partner_ids, self.user_technician.partner_id)
        self.assertEqual(event.attendee_ids.state, "accepted")
        self.assertEqual((event.privacy, event.show_as), ("private", "busy"))
        self.assertFalse(event.allday)
        self.assertFalse(event.alarm_ids)
        for part in (
            "+32 2 555 01 00",
            "Repair",
            "&lt;b&gt;Bring&lt;/b&gt; a ladder",
            f"res_id={visit.id}",
        ):
            self.assertIn(part, event.description)
        # No button's or form's context makes the visit an activity too.
        self.assertFalse(event.activity_ids)
        self.assertFalse(event.res_id)

    def test_what_the_form_left_in_the_context_is_not_the_events(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        visit.with_user(self.user_dispatcher).with_context(
            active_model="support.appointment",
            active_id=visit.id,
            default_name="Wrong",
            default_location="Wrong",
            default_allday=True,
            default_partner_ids=self.customer.ids,
        ).action_confirm()
        event = self._get_event(visit)
        self.assertFalse(event.location)
        self.assertFalse(event.allday)
        self.assertFalse(event.activity_ids)
        self.assertEqual(event.partner_ids, self.user_technician.partner_id)

    def test_colleagues_do_not_learn_who_the_customer_is(self):
        event = self._get_event(self._plan())
        self.env.invalidate_all()
        for user in (self.user_employee, self.user_2, self.user_dispatcher):
            seen = event.with_user(user).read(["name", "location", "description"])[0]
            self.assertNotIn("Known", seen["name"])
            self.assertFalse(seen["location"])
            self.assertFalse(seen["description"])
            self.env.invalidate_all()
        seen = event.with_user(self.user_technician).read(["name", "location"])[0]
        self.assertIn("Known Customer", seen["name"])
        self.assertEqual(seen["location"], "Main Street 1")

    def test_created_confirmed(self):
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        self.assertEqual(self._get_event(visit).user_id, self.user_technician)

    def test_what_has_no_event(self):
        draft = self._create_appointment(technician_id=self.technician.id)
        self.technician_2.user_id = False
        without_user = self._plan(technician_id=self.technician_2.id)
        without_technician = self._plan(technician_id=False)
        past = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-02-10 10:00"), state="done"
        )
        for visit in (draft, without_user, without_technician, past):
            self.assertFalse(self._get_event(visit))
            self.assertFalse(self._get_log(visit, "calendar_mirror"))

    def test_a_technician_who_has_left_gets_none(self):
        self.user_technician.active = False
        self.assertFalse(self._get_event(self._plan()))

    def test_a_reschedule_moves_the_event(self):
        visit = self._plan()
        event = self._get_event(visit)
        visit.write({"start": at("2026-03-06 09:00"), "duration": 1.5})
        self.assertEqual(self._get_event(visit), event)
        self.assertEqual(
            (event.start, event.stop), (at("2026-03-06 09:00"), at("2026-03-06 10:30"))
        )
        self.assertEqual(event.attendee_ids.state, "accepted")

    def test_texts_follow_only_when_their_source_changes(self):
        visit = self._plan(description="Ladder")
        event = self._get_event(visit)
        mine = event.with_user(self.user_technician)
        mine.write({"description": "<p>Key under the mat</p>", "name": "My visit"})
        visit.start = at("2026-03-06 09:00")
        self.assertIn("Key under the mat", event.description)
        self.assertEqual(event.name, "My visit")
        visit.write({"description": "Long ladder", "location": "Side Street 2"})
        self.assertIn("Long ladder", event.description)
        self.assertEqual(event.location, "Side Street 2")
        self.assertEqual(event.name, "My visit")

    def test_nothing_is_done_or_logged_where_nothing_changes(self):
        visit = self._plan()
        event = self._get_event(visit)
        rows = self._get_log(visit, "calendar_mirror")
        stamp = event.write_date
        visit.write({"priority": "3"})
        visit.write({"start": visit.start, "technician_id": self.technician.id})
        self.env.flush_all()
        self.assertEqual(self._get_log(visit, "calendar_mirror"), rows)
        self.assertEqual(event.write_date, stamp)

    def test_an_undone_cancellation_gets_the_same_event_back(self):
        for way_out in ("action_cancel", "action_no_show", "action_draft"):
            visit = self._plan()
            event = self._get_event(visit)
            event.with_user(self.user_technician).write(
                {"videocall_location": "https://meet.example.com/a"}
            )
            getattr(visit, way_out)()
            self.assertFalse(event.active, way_out)
            if visit.state != "draft":
                visit.action_draft()
            self.assertFalse(event.active, way_out)
            visit.write({"start": at("2026-03-09 08:00"), "location": "Elsewhere"})
            visit.action_confirm()
            self.assertEqual(self._get_event(visit), event)
            self.assertTrue(event.active, way_out)
            self.assertEqual(event.start, at("2026-03-09 08:00"))
            self.assertEqual(event.location, "Elsewhere")
            self.assertEqual(event.videocall_location, "https://meet.example.com/a")
            visit.action_cancel()

    def test_archived_visit(self):
        visit = self._plan()
        visit.sudo().announced_start = False  # who is expected cannot be archived
        event = self._get_event(visit)
        visit.with_user(self.user_manager).action_archive()
        self.assertFalse(event.active)
        visit.with_user(self.user_manager).action_unarchive()
        self.assertTrue(event.active)

    def test_done_stays_as_history(self):
        visit = self._plan().with_user(self.user_technician)
        event = self._get_event(visit)
        with freeze_time(visit.start):
            visit.action_start()
            visit.action_done()
        self.assertTrue(event.active)

    def test_another_technician_gets_an_event_of_his_own(self):
        visit = self._plan()
        old = self._get_event(visit)
        visit.technician_id = self.technician_2
        new = self._get_event(visit)
        # An event that changed hands would stay in the old technician's Google or Outlook.
        self.assertFalse(old.exists())
        self.assertEqual(new.user_id, self.user_2)
        self.assertEqual(new.partner_ids, self.user_2.partner_id)
        visit.technician_id = False
        self.assertFalse(self._get_event(visit))

    def test_a_cancelled_visit_confirmed_for_another(self):
        visit = self._plan()
        visit.action_cancel()
        visit.action_draft()
        visit.technician_id = self.technician_2
        visit.action_confirm()
        event = self._get_event(visit)
        self.assertEqual(event.user_id, self.user_2)
        self.assertTrue(event.active)

    def test_deleted_appointment(self):
        visit = self._plan()
        event = self._get_event(visit)
        visit.action_cancel()
        visit.with_user(self.user_manager).unlink()
        self.assertFalse(event.exists())

    def test_a_copy_is_a_visit_of_its_own(self):
        visit = self._plan()
        event = self._get_event(visit)
        self.assertFalse(self._get_event(visit.copy()))
        self.assertFalse(event.copy().support_appointment_id)

    def test_the_technicians_new_user_takes_over_what_is_to_come(self):
        visit = self._plan()
        done = self._plan(start=at("2026-03-04 10:00")).with_user(self.user_technician)
        with freeze_time(done.start):
            done.action_start()
            done.action_done()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = '2026-02-04 10:00', stop = '2026-02-04 11:00', "
            "busy_start = '2026-02-04 10:00', busy_stop = '2026-02-04 11:00' WHERE id = %s",
            [done.id],
        )
        self.env.invalidate_all()
        self.technician_2.user_id = False
        self.technician.with_user(self.user_manager).user_id = self.user_2
        self.assertEqual(self._get_event(visit).user_id, self.user_2)
        self.assertEqual(self._get_event(done).user_id, self.user_technician)
        self.technician.with_user(self.user_manager).user_id = False
        self.assertFalse(self._get_event(visit))
        self.technician.user_id = self.user_technician
        self.assertEqual(self._get_event(visit).user_id, self.user_technician)

    def test_dispatcher_opens_the_event_from_the_visit(self):
        visit = self._plan()
        event = self._get_event(visit)
        self.assertEqual(visit.calendar_event_ids, event)
        self.assertEqual(visit.action_view_calendar_event()["res_id"], event.id)
        own = event.with_user(self.user_technician)
        self.assertEqual(own.action_view_support_appointment()["res_id"], visit.id)

    # ------------------------------------------------------------------
    # No mail
    # ------------------------------------------------------------------

    def test_no_mail_leaves_by_the_calendar_and_the_customer_is_no_attendee(self):
        self.user_technician.notification_type = "email"
        self.user_2.notification_type = "email"
        with self.mock_mail_gateway(), RecordCapturer(self.env["mail.mail"], []) as captured:
            visit = self._plan()
            events = self._get_event(visit)
            visit.start = at("2026-03-06 09:00")
            visit.location = "Elsewhere"
            self._move(events.with_user(self.user_technician))
            visit.technician_id = self.technician_2
            events |= self._get_event(visit)
            visit.action_cancel()
            visit.action_draft()
            visit.action_confirm()
        messages = self.env["mail.message"].search(
            [("model", "in", ["calendar.event", "calendar.attendee"]), ("res_id", "in", events.ids)]
        )
        self.assertFalse(messages.notified_partner_ids)
        mails = captured.records
        self.assertLessEqual(self._get_notices(visit), mails)
        self.assertEqual(set(mails.mapped("model")), {"support.appointment"})
        self.assertNotIn("invitation.ics", mails.attachment_ids.mapped("name"))
        event = self._get_event(visit)
        self.assertNotIn(self.customer, event.message_partner_ids)
        self.assertNotIn(self.customer, event.attendee_ids.partner_id)
        self.assertFalse(
            self.env["calendar.attendee"].search([("partner_id", "=", self.customer.id)])
        )

    # ------------------------------------------------------------------
    # Faults, switch, cost
    # ------------------------------------------------------------------

    def test_a_failing_calendar_harms_no_save(self):
        good = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00")
        )
        bad = self._create_appointment(technician_id=self.technician_2.id)
        create = CalendarEvent.create

        def fail_for_second(records, vals_list):
            if any(vals["user_id"] == self.user_2.id for vals in vals_list):
                raise RuntimeError("Calendar out of order")
            return create(records, vals_list)

        with (
            patch.object(CalendarEvent, "create", fail_for_second),
            mute_logger("support_center.automation"),
        ):
            (good | bad).with_user(self.user_dispatcher).action_confirm()
        self.assertEqual(bad.state, "confirmed")
        self.assertTrue(self._get_event(good))
        row = self._get_log(bad, "calendar_mirror")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("out of order", row.message)
        self.assertIn("calendar_mirror", bad.activity_ids.summary)
        # The next change makes up for it.
        bad.with_user(self.user_dispatcher).start = at("2026-03-05 11:00")
        self.assertEqual(self._get_event(bad).start, at("2026-03-05 11:00"))

    def test_switched_off_and_on_again(self):
        visit = self._plan()
        event = self._get_event(visit)
        self._set_mirror(False)
        self.assertEqual(
            self.env["ir.config_parameter"].get_param("support_center.calendar_mirror"), "False"
        )
        self.assertFalse(event.active)
        visit.start = at("2026-03-06 09:00")
        other = self._plan()
        self.assertFalse(self._get_event(other))
        self._set_mirror(True)
        self.assertTrue(event.active)
        self.assertEqual(event.start, at("2026-03-06 09:00"))
        self.assertTrue(self._get_event(other))

    def test_a_missing_parameter_means_on(self):
        self.env["ir.config_parameter"].search(
            [("key", "=", "support_center.calendar_mirror")]
        ).unlink()
        self.assertTrue(self._get_event(self._plan()))

    def _count_queries(self, count, is_on):
        """Queries of confirming, changing and cancelling so many visits, without our mails."""
        self._number_of_visits = getattr(self, "_number_of_visits", 0)
        numbers = range(self._number_of_visits, self._number_of_visits + count)
        self._number_of_visits += count
        visits = (
            self.env["support.appointment"]
            .create(
                [
                    {
                        "partner_id": self.customer.id,
                        "technician_id": self.technician.id,
                        "start": at(
                            f"2026-{4 + n // 200:02}-{1 + n % 200 // 10:02} {8 + n % 10:02}:00"
                        ),
                    }
                    for n in numbers
                ]
            )
            .with_user(self.user_dispatcher)
        )
        self.env["ir.config_parameter"].set_param("support_center.calendar_mirror", str(is_on))
        counts = []
        with patch.object(type(visits), "_run_automation", run_mirror_only):
            for work in (
                visits.action_confirm,
                lambda: visits.write({"location": "Elsewhere"}),
                visits.action_cancel,
            ):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                work()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self._get_event(visits)), count if is_on else 0)
        return counts

    def test_the_cost_does_not_grow_with_the_number_of_visits(self):
        self.technician.resource_calendar_id = False  # at work on each of these days
        added = {}
        for count in (1, 5, 100):  # the first fills Odoo's caches
            with_mirror = self._count_queries(count, is_on=True)
            without = self._count_queries(count, is_on=False)
            added[count] = [more - less for more, less in zip(with_mirror, without, strict=True)]
        for few, many in zip(added[5], added[100], strict=True):
            self.assertLessEqual(many, few)
        # Confirming, changing, cancelling.
        for cost, limit in zip(added[100], (25, 15, 12), strict=True):
            self.assertLessEqual(cost, limit)


def run_mirror_only(records, action, handler):
    """In the place of ``_run_automation``: what the calendar costs, without mails and log."""
    if action == "calendar_mirror":
        handler(records)
    return records
