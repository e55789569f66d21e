from odoo.tests import new_test_user, tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestTechnicianNotice(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
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

    def test_told_on_assignment_by_preference(self):
        visit = self._create_appointment(location="Main Street").with_user(self.user_dispatcher)
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
        visit = self._create_appointment(technician_id=self.technician.id)
        visit.write({"technician_id": self.technician.id})
        visit._rule_notify_technician()
        self.assertEqual(len(self._get_told(visit, self.user_technician)), 1)
        self.assertFalse(self._get_told(visit, self.user_2))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "ok")

    def test_past_visit_is_not_announced(self):
        visit = self._create_appointment().with_user(self.user_manager)
        visit.write({"start": at("2026-02-26 10:00"), "technician_id": self.technician.id})
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "skipped")

    def test_who_lost_it_gets_a_short_word(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        first = self._get_told(visit, self.user_technician)
        visit.technician_id = self.technician_2
        message = self._get_told(visit, self.user_technician) - first
        self.assertIn("no longer assigned to you", message.body)
        visit.technician_id = False
        self.assertEqual(len(self._get_told(visit, self.user_2)), 2)
        self.assertFalse(visit.technician_notified_id)

    def test_never_to_who_assigned_himself(self):
        self.user_technician.groups_id += self.env.ref("support_center.group_support_dispatcher")
        visit = self._create_appointment().with_user(self.user_technician)
        visit.technician_id = self.technician
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertEqual(self._get_log(visit, "notify_technician").outcome, "skipped")
        visit.technician_id = self.technician_2
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertTrue(self._get_told(visit, self.user_2))

    def test_in_the_technician_s_language_and_zone(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.user_technician.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        visit = self._create_appointment(technician_id=self.technician.id)
        body = self._get_told(visit, self.user_technician).body
        self.assertIn("05.03.26, 11:00 (Europe/Berlin)", body)

    def test_technician_without_user_gets_a_mail(self):
        self.technician_2.write({"user_id": False, "email": "north@example.com"})
        visit = self._create_appointment(
            technician_id=self.technician_2.id, location="<b>Main Street</b>"
        )
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
        visit = self._create_appointment(technician_id=self.technician_2.id)
        row = self._get_log(visit, "notify_technician")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("neither a user nor", row.message)
        self.assertFalse(visit.technician_notified_id)

    def test_many_who_cannot_be_reached_take_one_row_each(self):
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "technician_id": self.technician_2.id,
                    "start": at("2026-03-05 08:00"),
                }
                for _number in range(20)
            ]
        )
        rows = self._get_log(action="notify_technician").filtered(
            lambda row: row.res_id in visits.ids
        )
        self.assertEqual(len(rows), 20)

    def test_a_user_who_has_left_is_not_told(self):
        (self.user_technician | self.user_2).active = False
        visit = self._create_appointment(technician_id=self.technician.id)
        visit.technician_id = self.technician_2
        self.assertFalse(self._get_told(visit, self.user_technician))
        self.assertFalse(self._get_told(visit, self.user_2))
        rows = self._get_log(visit, "notify_technician")
        self.assertEqual(set(rows.mapped("outcome")), {"skipped"})

    def test_a_cancelled_visit_tells_no_technician(self):
        visit = self._create_appointment()
        visit.action_cancel()
        visit.technician_id = self.technician
        self.assertFalse(self._get_told(visit, self.user_technician))
