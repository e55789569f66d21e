from datetime import timedelta

from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext

from ..common import SupportMailCase, at

RULE = "automation_notify_technician"


@tagged("post_install", "-at_install")
class TestTechnicianNotice(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As the two series do not have it alike.
        cls.env["res.lang"]._lang_get("en_US").time_format = "%H:%M:%S"
        cls.user_technician.notification_type = "inbox"
        cls.user_2 = new_test_user(
            cls.env,
            login="support_technician_2",
            groups="support_center.group_support_technician",
            email="two@example.com",
            notification_type="email",
        )
        cls.technician_2.user_id = cls.user_2

    def _get_told(self, record, user):
        return self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )

    def _confirm(self, **values):
        """A confirmed visit, saved by a dispatcher."""
        return self._create_appointment(
            state="confirmed", send_confirmation_email=False, **values
        ).with_user(self.user_dispatcher)

    def _list_subjects(self, record, user):
        return self._get_told(record, user).sorted("id").mapped("subject")

    def test_told_on_assignment_by_preference(self):
        visit = self._confirm(location="Main Street")
        visit.technician_id = self.technician
        message = self._get_told(visit, self.user_technician)
        self.assertEqual(message.notification_ids.notification_type, "inbox")
        self.assertIn("Main Street", message.body)
        self.assertEqual(message.subject, "New visit: Known Customer, Thu 5 Mar, 10:00")
        self.assertIn(visit.name, message.body)
        self.assertEqual(visit.technician_notified_id, self.technician)
        visit.technician_id = self.technician_2
        message = self._get_told(visit, self.user_2)
        self.assertEqual(message.notification_ids.notification_type, "email")
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.state, "outgoing")

    def test_told_on_creation_and_once(self):
        visit = self._confirm(technician_id=self.technician.id)
        visit.write({"technician_id": self.technician.id})
        visit._rule_notify_technician()
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 1)
        self.assertFalse(self._get_told(visit, self.user_2))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "ok")

    def test_past_visit_is_not_announced(self):
        visit = self._confirm().with_user(self.user_manager)
        visit.write({"start": at("2026-02-26 10:00"), "technician_id": self.technician.id})
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "skipped")

    def test_who_lost_it_gets_a_short_word(self):
        visit = self._confirm(technician_id=self.technician.id)
        first = self._get_told(visit, self.user_technician)
        visit.technician_id = self.technician_2
        message = self._get_told(visit, self.user_technician) - first
        self.assertIn("no longer assigned to you", message.body)
        visit.technician_id = False
        self.assertEqual(len(self._get_told(visit, self.user_2)), 2)
        self.assertFalse(visit.technician_notified_id)

    def test_never_to_those_who_assigned_themselves(self):
        self.user_technician.groups_id += self.env.ref("support_center.group_support_dispatcher")
        visit = self._confirm().with_user(self.user_technician)
        visit.technician_id = self.technician
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "skipped")
        visit.technician_id = self.technician_2
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertTrue(self._get_told(visit, self.user_2))

    def test_in_the_technician_s_language_and_zone(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.user_technician.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        visit = self._confirm(technician_id=self.technician.id)
        body = self._get_told(visit, self.user_technician).body
        self.assertIn("05.03.2026 11:00 (Europe/Berlin)", body)

    def test_technician_without_user_gets_a_mail(self):
        self.technician_2.write({"user_id": False, "email": "north@example.com"})
        visit = self._confirm(technician_id=self.technician_2.id, location="<b>Main Street</b>")
        mail = self._get_notices(visit, "technician")
        self.assertEqual((mail.email_to, mail.state), ("north@example.com", "outgoing"))
        self.assertEqual(mail.subject, "New visit: Known Customer, Thu 5 Mar, 10:00")
        self.assertIn(visit.name, mail.body_html)
        self.assertIn("&lt;b&gt;Main Street", mail.body_html)
        self.assertEqual(visit.technician_notified_id, self.technician_2)
        visit.technician_id = self.technician
        subject = self._get_notices(visit, "technician")[-1].subject
        self.assertEqual(subject, "Visit reassigned: Known Customer, Thu 5 Mar, 10:00")

    def test_technician_who_cannot_be_reached(self):
        self.technician_2.write({"user_id": False, "email": False})
        visit = self._confirm(technician_id=self.technician_2.id)
        row = self._get_log(visit, "notify_technician")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("neither a user nor", row.message)
        self.assertFalse(visit.technician_notified_id)

    def test_who_lost_it_hears_of_it_once_if_the_new_one_cannot_be_told(self):
        visit = self._confirm(technician_id=self.technician.id)
        self.technician_2.write({"user_id": False, "email": False})
        visit.technician_id = self.technician_2
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 2)
        visit.start = at("2026-03-05 14:00")
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 2)
        self.technician_2.email = "north@example.com"
        visit.start = at("2026-03-05 15:00")
        self.assertIn("New visit", self._get_notices(visit, "technician").subject)

    def test_many_who_cannot_be_reached_take_one_row_each(self):
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "technician_id": self.technician_2.id,
                    "start": at("2026-03-05 08:00") + timedelta(hours=number),
                    "state": "confirmed",
                    "ignore_working_hours": True,
                    "send_confirmation_email": False,
                }
                for number in range(20)
            ]
        )
        rows = self._get_log(action="notify_technician").filtered(
            lambda row: row.res_id in visits.ids
        )
        self.assertEqual(len(rows), 20)

    def test_a_user_who_has_left_is_not_told(self):
        visit = self._confirm()
        other = self._confirm(start=at("2026-03-06 10:00"))
        (self.user_technician | self.user_2).active = False
        for each, technician in ((visit, self.technician), (other, self.technician_2)):
            each.sudo().technician_id = technician
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertFalse(self._get_told(visit, self.user_2))
        self.assertFalse(self._get_told(other, self.user_2))
        rows = self._get_log(action="notify_technician").filtered(
            lambda row: row.res_id in (visit.id, other.id)
        )
        self.assertEqual(set(rows.mapped("outcome")), {"skipped"})

    def test_a_cancelled_visit_tells_no_technician(self):
        visit = self._create_appointment()
        visit.action_cancel()
        visit.technician_id = self.technician
        self.assertFalse(self._get_told(visit, self.user_technician))

    # ------------------------------------------------------------------
    # What they are told of, and once
    # ------------------------------------------------------------------

    def test_a_draft_tells_nobody_and_its_confirmation_does(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        visit.start = at("2026-03-06 11:00")
        visit.technician_id = self.technician_2
        visit.technician_id = self.technician
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertFalse(self._get_told(visit, self.user_2))
        self.assertFalse(visit.technician_notified_id)
        visit.action_confirm()
        subjects = ["New visit: Known Customer, Fri 6 Mar, 11:00"]
        self.assertEqual(self._list_subjects(visit, self.user_technician), subjects)
        self.assertEqual(visit.technician_notified_start, at("2026-03-06 11:00"))

    def test_a_draft_that_is_cancelled_tells_nobody(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        visit.action_cancel()
        self.assertFalse(self._get_told(visit, self.user_technician))

    def test_a_move_is_one_sentence_with_both_times(self):
        visit = self._confirm(technician_id=self.technician.id)
        told = self._get_told(visit, self.user_technician)
        visit.start = at("2026-03-06 11:00")
        message = self._get_told(visit, self.user_technician) - told
        self.assertEqual(message.subject, "Visit moved: Known Customer, Fri 6 Mar, 11:00")
        text = " ".join(html2plaintext(message.body).replace("*", "").split())
        self.assertRegex(text, r"was moved from .*5.*10:00.* to .*6.*11:00")
        visit.write({"start": at("2026-03-06 11:00")})
        visit.location = "Elsewhere"
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 2)

    def test_a_move_to_another_technician_is_one_message_to_each(self):
        visit = self._confirm(technician_id=self.technician.id)
        visit.write({"start": at("2026-03-06 11:00"), "technician_id": self.technician_2.id})
        self.assertEqual(
            self._list_subjects(visit, self.user_technician)[1:],
            # Under the time that they have in mind.
            ["Visit reassigned: Known Customer, Thu 5 Mar, 10:00"],
        )
        self.assertEqual(
            self._list_subjects(visit, self.user_2), ["New visit: Known Customer, Fri 6 Mar, 11:00"]
        )

    def test_a_cancellation_with_its_reason_once(self):
        visit = self._confirm(technician_id=self.technician.id)
        told = self._get_told(visit, self.user_technician)
        visit.cancel_reason = "Burst <pipe>"
        visit.action_cancel()
        visit.technician_id = self.technician_2
        message = self._get_told(visit, self.user_technician) - told
        self.assertEqual(message.subject, "Visit cancelled: Known Customer, Thu 5 Mar, 10:00")
        self.assertIn("Burst &lt;pipe&gt;", message.body)
        self.assertFalse(self._get_told(visit, self.user_2))
        visit.action_draft()
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 2)
        visit.action_confirm()
        self.assertEqual(
            self._list_subjects(visit, self.user_2), ["New visit: Known Customer, Thu 5 Mar, 10:00"]
        )

    def test_back_to_draft_takes_the_visit_back(self):
        visit = self._confirm(technician_id=self.technician.id)
        visit.action_draft()
        self.assertEqual(
            self._list_subjects(visit, self.user_technician)[1:],
            ["Visit not confirmed any more: Known Customer, Thu 5 Mar, 10:00"],
        )
        visit.start = at("2026-03-06 11:00")
        visit.action_confirm()
        self.assertEqual(
            self._list_subjects(visit, self.user_technician)[2:],
            ["New visit: Known Customer, Fri 6 Mar, 11:00"],
        )

    def test_what_they_do_themselves_tells_them_nothing(self):
        self.user_technician.groups_id += self.env.ref("support_center.group_support_dispatcher")
        visit = self._confirm(technician_id=self.technician.id).with_user(self.user_technician)
        visit.start = at("2026-03-06 11:00")
        row = self._get_log(visit, "notify_technician")[0]
        self.assertIn("made the change themselves", row.message)
        visit.with_user(self.user_dispatcher).start = at("2026-03-06 13:00")
        visit.action_cancel()
        self.assertEqual(
            self._list_subjects(visit, self.user_technician),
            [
                "New visit: Known Customer, Thu 5 Mar, 10:00",
                "Visit moved: Known Customer, Fri 6 Mar, 13:00",
            ],
        )

    def test_work_on_the_visit_tells_nothing(self):
        visit = self._confirm(technician_id=self.technician.id, start=at("2026-03-02 10:00"))
        visit.action_start()
        visit.action_done()
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 1)

    def test_the_rule_is_the_switch_of_all(self):
        visit = self._confirm(technician_id=self.technician.id)
        rule = self.env.ref("support_center.automation_notify_technician")
        rule.active = False
        visit.start = at("2026-03-06 11:00")
        visit._report_customer_message("Please answer", "The gate is locked.")
        visit.action_cancel()
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 1)
        self.assertEqual(visit.technician_notified_start, at("2026-03-05 10:00"))
        rule.active = True
        backlog = self.env["support.automation.backlog"]
        self.assertEqual(backlog._find(RULE), visit)
        self.env["support.appointment"].search([("id", "=", visit.id)])._rule_notify_technician()
        self.assertFalse(backlog._find(RULE))
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 2)

    def test_what_the_customer_writes(self):
        visit = self._confirm(technician_id=self.technician.id)
        visit._report_customer_message("Please answer", "The gate is locked.")
        message = self._get_told(visit, self.user_technician).sorted("id")[-1]
        self.assertIn("The gate is locked.", message.body)
