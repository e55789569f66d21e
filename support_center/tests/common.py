from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from email.message import EmailMessage
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, http
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.common import get_db_name

from odoo.addons.base.models import res_users
from odoo.addons.mail.tests.common import MailCommon

# A Monday; everything in the tests happens at this moment (UTC).
NOW = "2026-03-02 08:00:00"

GUIDE_DATA = {
    "customer_email": "customer@example.com",
    "customer_name": "John Doe",
    "requested_date": "2026-03-05 14:00:00",
    "description": "Network troubleshooting needed",
    "priority": "high",
    "location": "123 Main Street",
}
GUIDE_MAIL = """\
customer_email: customer@example.com
customer_name: John Doe
requested_date: 2026-03-05 14:00:00
description: Network issue
priority: high
"""
# What the pages of the tests load; see ``SupportHttpCase._make_bundles``. Some are of one series
# only, and empty in the other.
BUNDLES = {
    "web.assets_web": ("css", "js"),
    "web.assets_web_print": ("css",),
    "web.assets_emoji": ("js",),
    "web.assets_frontend": ("css",),
    "web.assets_frontend_minimal": ("js",),
    "web.assets_frontend_lazy": ("js",),
    "web.assets_tests": ("js",),
    "bus.websocket_worker_assets": ("js",),
    "web_editor.backend_assets_wysiwyg": ("css", "js"),
    "web.chartjs_lib": ("js",),
}


def at(text):
    """A naive UTC datetime from ``YYYY-MM-DD HH:MM``."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


class QuickPasswords:
    """A password that nobody attacks is hashed once.

    As Odoo 19 does it for its own tests; in 17.0, each user of each class took half a second, for
    600,000 times. Before anything else, because Odoo's own world of mail has users too.
    """

    @classmethod
    def setUpClass(cls):
        # Not by ``startClassPatcher``: Odoo complains of a patch that is older than the class.
        stack = ExitStack()
        stack.enter_context(patch.object(res_users, "MIN_ROUNDS", 1))
        cls.addClassCleanup(stack.close)
        super().setUpClass()


class SupportCommon(QuickPasswords):
    """The world of the tests: roles, a customer, two technicians, a type."""

    @classmethod
    def _clear_the_stage(cls):
        """Take away what was in the database before, such as demo data.

        Nearly everything here looks at all rows: jobs, the ranking of technicians, Health. Other
        rows would be counted and chosen too. By SQL, so that nobody is told of it; it is rolled
        back with the class.
        """
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            DELETE FROM calendar_event WHERE support_appointment_id IS NOT NULL;
            DELETE FROM support_webhook_delivery;
            DELETE FROM support_webhook_endpoint;
            DELETE FROM support_statistics;
            DELETE FROM support_appointment;
            DELETE FROM support_ticket;
            DELETE FROM support_technician;
            DELETE FROM support_appointment_type;
            DELETE FROM support_automation_log;
            DELETE FROM mail_activity WHERE res_model LIKE 'support.%';
            UPDATE mail_mail SET state = 'cancel' WHERE state IN ('outgoing', 'exception');
            """
        )
        cls.env.invalidate_all()

    @classmethod
    def _set_up_support(cls):
        env = cls.env
        cls._clear_the_stage()
        env["ir.config_parameter"].set_param("support_center.intake_timezone", "UTC")
        # Odoo 19 writes English hours with AM and PM: one text is expected on both.
        english = env["res.lang"].search([("code", "=", "en_US")])
        if english.time_format != "%H:%M:%S":
            english.time_format = "%H:%M:%S"
        for role in ("technician", "dispatcher", "manager", "integration"):
            user = new_test_user(
                env,
                login=f"support_{role}",
                groups=f"support_center.group_support_{role}",
                tz="UTC",
            )
            setattr(cls, f"user_{role}", user)
        cls.user_employee = new_test_user(env, login="support_employee", groups="base.group_user")
        cls.customer = env["res.partner"].create(
            {"name": "Known Customer", "email": "known@example.com", "phone": "+32 2 555 01 00"}
        )
        cls.calendar = env["resource.calendar"].create({"name": "Office hours", "tz": "UTC"})
        cls.technician = env["support.technician"].create(
            {
                "name": "First Technician",
                "user_id": cls.user_technician.id,
                "resource_calendar_id": cls.calendar.id,
                "tz": "UTC",
            }
        )
        cls.technician_2 = env["support.technician"].create(
            {"name": "Second Technician", "resource_calendar_id": cls.calendar.id, "tz": "UTC"}
        )
        cls.type = env["support.appointment.type"].create(
            {
                "name": "Repair",
                "code": "rep",
                "duration": 2.0,
                "buffer_before": 15,
                "buffer_after": 30,
            }
        )

    @classmethod
    def _create_appointment(cls, **values):
        """An appointment; one with a past is made as the addon itself takes history over."""
        appointments = cls.env["support.appointment"]
        has_past = values.get("state") in ("in_progress", "done", "no_show")
        create = appointments._create_protected if has_past else appointments.create
        return create([{"partner_id": cls.customer.id, "start": at("2026-03-05 10:00"), **values}])

    @contextmanager
    def assertRaisesRegex(self, exception, regex, **options):  # noqa: N802, as unittest has it
        """As Odoo's ``assertRaises``, which undoes what was begun, and with a look at the words."""
        with self.assertRaises(exception, **options) as caught:
            yield caught
        self.assertRegex(str(caught.exception), regex)

    def _run_by_hand(self, cron):
        """The button *Run Manually* of Settings, as an administrator presses it."""
        # Odoo 19 runs a cron by hand in a cursor of its own, which a HttpCase is ready for.
        enter = getattr(self, "enter_registry_test_mode", nullcontext)
        with nullcontext() if isinstance(self, HttpCase) else enter():
            cron.with_user(self.env.ref("base.user_admin")).method_direct_trigger()

    def _get_notices(self, record, kind=None):
        """The mails to the customer that were put on the queue, oldest first."""
        domain = [("model", "=", record._name), ("res_id", "in", record.ids)]
        domain.append(("support_notice", "=", kind) if kind else ("support_notice", "!=", False))
        return self.env["mail.mail"].search(domain, order="id")

    def _get_log(self, record=None, action=None):
        domain = [("res_model", "=", "support.appointment")]
        if record is not None:
            domain.append(("res_id", "=", record.id))
        if action:
            domain.append(("action", "=", action))
        return self.env["support.automation.log"].search(domain)

    def _get_automations(self):
        return self.env["support.automation.registry"]._get_automations()


class SupportCase(SupportCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls._set_up_support()


class SupportMailCase(SupportCommon, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls._set_up_support()

    def _send_mail(
        self,
        body=GUIDE_MAIL,
        *,
        sender="John Doe <customer@example.com>",
        to=None,
        subject="APPOINTMENT_REQUEST",
        message_id="<request-1@example.com>",
        headers=(),
        message=None,
    ):
        """Hand a real mail to Odoo's gateway and return the drafts it made."""
        if message is None:
            message = EmailMessage()
            message["From"] = sender
            message["To"] = to or "appointments@%s" % self.alias_domain
            message["Subject"] = subject
            message["Message-Id"] = message_id
            message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
            for name, value in headers:
                message[name] = value
            message.set_content(body)
        raw = message if isinstance(message, bytes) else message.as_bytes()
        return self._process_raw(raw)

    def _process_raw(self, raw):
        appointments = self.env["support.appointment"]
        last = appointments.search([], order="id desc", limit=1).id or 0
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, raw)
        return appointments.search([("id", ">", last)], order="id")

    def _send_queue(self):
        """Send what waits, so that the customers have it."""
        with self.mock_mail_gateway():
            self.env["mail.mail"].sudo().process_email_queue()


class SupportHttpCase(SupportCommon, HttpCase):
    """Time is not frozen here: sessions and the browser live in the real one.

    So the technicians work round the clock, or a test would fail at night.
    """

    has_bundles = False

    @classmethod
    def setUpClass(cls):
        cls._make_bundles()  # before the transaction of the tests, which would not see them
        super().setUpClass()
        # Read before the browser asks from several threads: Python 3.11 may fail when two parse
        # a manifest at once (https://github.com/python/cpython/issues/106905).
        getattr(http.root, "statics", None)  # a lazy property of 17.0
        cls._set_up_support()
        (cls.technician | cls.technician_2).resource_calendar_id = False

    @classmethod
    def _make_bundles(cls):
        """Store the scripts and styles of the pages, once in a database, for all tests to come.

        Odoo's own runner does so before its tests, pytest's does not. Then each test with a
        browser minifies and compiles the whole web client anew, five seconds of its seven,
        because what it stores is undone at its end. A bundle goes by a name that its files and
        their dates make, so an old one is never taken for a new one.
        """
        if cls.has_bundles:
            return
        with Registry(get_db_name()).cursor() as cr:  # committed at its end
            qweb = api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]
            for name, kinds in BUNDLES.items():
                for kind in kinds:
                    bundle = qweb._get_asset_bundle(name, css=kind == "css", js=kind == "js")
                    getattr(bundle, kind)()
        SupportHttpCase.has_bundles = True
