"""What the works of `make bench` ask the database, so that nobody loses it again.

Times are measured there, see docs/performance.md. Here are the queries alone, warm and within one
transaction: each work was done before, the cache of records is empty, all is flushed.
"""

from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

from odoo import fields, release
from odoo.tests import get_db_name, tagged

from ..common import GUIDE_DATA, GUIDE_MAIL, SupportCase, SupportHttpCase, SupportMailCase, at

# The highest numbers that were measured, on 17.0 and on 19.0. A change that brings one down
# writes the new one here; one that goes up is a loss. One insert of a batch is that of
# support.notification. The series differ by what Odoo itself asks.
ROWS = {
    # Odoo's gateway alone asks 27 for a new and 32 for a known sender, on 17.0. A template, an
    # attachment and the rules that write cost most of the rest.
    "mail of a new sender, answered": (57, 68),
    "mail of a new sender": (45, 57),
    "mail of a known sender, answered": (54, 63),
    "mail of a known sender": (42, 52),
    # A bare `mail.thread` record takes 8.
    "create one": (10, 11),
    "create a hundred": (10, 11),
    "external_data, one": (18, 19),
    "external_data, a hundred": (19, 20),
    # With the check of the password; the savepoints are those of a test's own cursor.
    "external_data, one over HTTP": (23, 20),
    "reminder job, a hundred due": (38, 36),
    "reminder job, nothing due": (3, 3),
    "free times of 50 technicians": (6, 6),
    "get_slots of 50 technicians": (11, 11),
    "ranking of 50 technicians": (12, 11),
    # Of drafts: their technicians are told once these are confirmed, which the next row has.
    "assignment among 50 technicians": (26, 27),
    # One is the row of the booking among the held times, by which no hold that it does not see is
    # overrun, and no booking by a hold. Another is the row of the message to the customer.
    "confirm with technician and mail": (78, 81),
    "confirm a hundred with mail": (241, 242),
}
IS_LATER = release.version_info[0] > 17
HUNDRED = 100
TECHNICIANS = 50


class QueryCounts:
    @contextmanager
    def _assert_row(self, row):
        """Count what is asked within, from an empty cache to what a commit would write."""
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield
        self.env.cr.flush()
        count = self.env.cr.sql_log_count - before
        with self.subTest(row):
            self.assertLessEqual(count, ROWS[row][IS_LATER])


@tagged("post_install", "-at_install")
class TestQueriesOfMails(QueryCounts, SupportMailCase):
    """Through the gateway: the same form of senders who differ by their address alone."""

    def _take_in(self, number):
        message = EmailMessage()
        message["From"] = f"John Doe <new{number}@example.com>"
        message["To"] = f"appointments@{self.alias_domain}"
        message["Subject"] = "APPOINTMENT_REQUEST"
        message["Message-Id"] = f"<counted-{number}@example.com>"
        message.set_content(GUIDE_MAIL.replace("customer@", f"new{number}@"))
        self.env["mail.thread"].message_process(None, message.as_bytes())

    def _assert_mail(self, row, number):
        drafts = self.env["support.appointment"]
        last = drafts.search([], order="id desc", limit=1).id or 0
        with self.mock_mail_gateway(), self._assert_row(row):
            self._take_in(number)
        draft = drafts.search([("id", ">", last)])
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.partner_id.email, f"new{number}@example.com")
        notices = self.env["mail.mail"].search_count(
            [("model", "=", draft._name), ("res_id", "=", draft.id)]
        )
        self.assertEqual(bool(notices), row.endswith("answered"))

    def test_mails(self):
        known = self.env["res.partner"].create(
            [{"name": "John Doe", "email": f"new{number}@example.com"} for number in range(4)]
        )
        self.assertTrue(known)
        rule = self.env.ref("support_center.automation_intake_answer")
        for number, suffix in ((0, ", answered"), (10, "")):
            rule.active = bool(suffix)
            with self.mock_mail_gateway():
                self._take_in(100 + number)
                self._take_in(int(number / 5))
            self._assert_mail(f"mail of a new sender{suffix}", 200 + number)
            self._assert_mail(f"mail of a known sender{suffix}", int(number / 5) + 1)


@tagged("post_install", "-at_install")
class TestQueriesOfRecords(QueryCounts, SupportCase):
    def _prepare(self, count):
        start = at("2026-03-05 10:00")
        return [
            {"partner_id": self.customer.id, "start": start + timedelta(hours=number)}
            for number in range(count)
        ]

    def test_create(self):
        appointments = self.env["support.appointment"]
        appointments.create(self._prepare(1))
        with self._assert_row("create one"):
            appointments.create(self._prepare(1))
        with self._assert_row("create a hundred"):
            appointments.create(self._prepare(HUNDRED))

    def _ask(self, first, customers):
        data = [
            {
                **GUIDE_DATA,
                "external_ref": f"R-{first}-{customer.id}",
                "customer_email": customer.email,
            }
            for customer in customers
        ]
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        vals_list = [{} for _each in data]
        appointments.with_context(external_data=data).create(vals_list)

    def test_external_data(self):
        customers = self.env["res.partner"].create(
            [{"name": f"C {n}", "email": f"c{n}@example.com"} for n in range(HUNDRED)]
        )
        # From an empty cache, as what is counted: who may read which field is looked up once.
        self.env.invalidate_all()
        self._ask(0, self.customer)
        with self._assert_row("external_data, one"):
            self._ask(1, self.customer)
        with self._assert_row("external_data, a hundred"):
            self._ask(2, customers)
        made = self.env["support.appointment"].search([("source", "=", "api")])
        self.assertEqual(made.partner_id, self.customer | customers)

    def _create_due(self, count):
        self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-03 05:00"),
                    "state": "confirmed",
                    "send_confirmation_email": False,
                }
                for _each in range(count)
            ]
        )

    def test_reminders(self):
        appointments = self.env["support.appointment"]
        self._create_due(2)
        appointments._cron_send_reminders()
        self._create_due(HUNDRED)
        with self._assert_row("reminder job, a hundred due"):
            appointments._cron_send_reminders()
        due = [("reminder_sent", "=", False)]
        self.assertFalse(appointments.search(due))
        with self._assert_row("reminder job, nothing due"):
            appointments._cron_send_reminders()


@tagged("post_install", "-at_install")
class TestQueriesOfTimes(QueryCounts, SupportCase):
    """Fifty technicians with users of their own, each with a visit in the week."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = cls.env["res.users"].with_context(no_reset_password=True)
        users = users.create(
            [
                {"name": f"T {n:02}", "login": f"counted_t{n:02}", "email": f"t{n}@example.com"}
                for n in range(TECHNICIANS)
            ]
        )
        (cls.technician | cls.technician_2).active = False
        cls.crew = cls.env["support.technician"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_calendar_id": cls.calendar.id,
                    "tz": ("UTC", "Europe/Brussels")[number % 2],
                }
                for number, user in enumerate(users)
            ]
        )
        cls.env["support.appointment"].create(
            [
                {
                    "partner_id": cls.customer.id,
                    "technician_id": technician.id,
                    "start": at("2026-03-05 13:00"),
                    "state": "confirmed",
                    "send_confirmation_email": False,
                }
                for technician in cls.crew
            ]
        )

    def test_free_times(self):
        week = at("2026-03-02 00:00"), at("2026-03-09 00:00")
        self.crew._free_slots(*week)
        with self._assert_row("free times of 50 technicians"):
            slots = self.crew._free_slots(*week)
        self.assertEqual(len({slot.technician_id for slot in slots}), TECHNICIANS)
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        appointments.get_slots("2026-03-03", "2026-03-09")
        with self._assert_row("get_slots of 50 technicians"):
            slots = appointments.get_slots("2026-03-03", "2026-03-09")
        self.assertEqual(len(slots[0]["technicians"]), TECHNICIANS // 2)

    def test_who_goes(self):
        first, second, third = (
            self._create_appointment(start=at(f"2026-03-0{day} 10:00")) for day in (3, 4, 6)
        )
        self.crew._rank_for(first)
        with self._assert_row("ranking of 50 technicians"):
            ranked = self.crew._rank_for(first)
        self.assertEqual(len([found for found in ranked if found.cost is not None]), TECHNICIANS)
        second.action_assign()
        with self._assert_row("assignment among 50 technicians"):
            third.action_assign()
        self.assertTrue(third.technician_id)

    def test_confirm(self):
        visits = self._create_appointment() | self._create_appointment()
        for visit, technician in zip(visits, self.crew, strict=False):
            visit.technician_id = technician
        visits[0].action_confirm()
        with self._assert_row("confirm with technician and mail"):
            visits[1].action_confirm()
        self.assertTrue(visits[1].confirmation_sent)
        many = self.env["support.appointment"].create(
            [
                {"partner_id": self.customer.id, "start": at("2026-03-05 10:00")}
                for _each in range(HUNDRED)
            ]
        )
        with self._assert_row("confirm a hundred with mail"):
            many.action_confirm()
        self.assertTrue(all(many.mapped("confirmation_sent")))


@tagged("post_install", "-at_install")
class TestQueriesOverHttp(QueryCounts, SupportHttpCase):
    def _ask(self, number):
        moment = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        data = {
            **GUIDE_DATA,
            "customer_email": self.customer.email,
            "requested_date": str(moment),
            "external_ref": f"H-{number}",
        }
        user = self.user_integration
        options = {"context": {"external_data": data}}
        return self.xmlrpc_object.execute_kw(
            get_db_name(), user.id, user.login, "support.appointment", "create", [{}], options
        )

    def test_one_request(self):
        self._ask(1)
        with self._assert_row("external_data, one over HTTP"):
            made = self._ask(2)
        self.assertTrue(self.env["support.appointment"].browse(made).exists())
