from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ...formatting import (
    format_day,
    format_duration,
    format_hour,
    format_hour_of_day,
    format_hours,
    format_moment,
    format_moment_in_words,
    format_moment_long,
    format_moment_short,
    format_names,
    format_span,
    format_title,
    get_company_zone,
    get_technician_zone,
    get_viewer_zone,
    is_odoo_zone,
)
from ..common import SupportCase, at

MOMENT = at("2026-03-05 23:30")


@tagged("post_install", "-at_install")
class TestFormatting(TransactionCase):
    def test_how_moments_are_written(self):
        # Odoo 19 has English hours with AM and PM.
        self.env["res.lang"]._activate_lang("en_US").time_format = "%H:%M:%S"
        env = self.env(context={"lang": "en_US", "tz": "UTC"})
        later = at("2026-03-06 00:15")
        tokyo = "Asia/Tokyo"
        self.assertEqual(format_moment(env, MOMENT, tokyo), "03/06/2026 08:30 (Asia/Tokyo)")
        self.assertEqual(format_moment(env, MOMENT), "03/05/2026 23:30 (UTC)")
        self.assertEqual(format_moment(env, MOMENT, names_zone=False), "03/05/2026 23:30")
        self.assertEqual(
            format_moment_long(env, MOMENT, tokyo), "Friday 6 March 2026, 08:30 (Asia/Tokyo)"
        )
        self.assertEqual(format_moment_short(env, MOMENT, tokyo), "Fri 6 Mar, 08:30")
        self.assertEqual(format_day(env, MOMENT.date()), "Thu 5 Mar")
        self.assertEqual(format_hour(env, MOMENT, tokyo), "08:30")
        self.assertEqual(format_hours(env, MOMENT, later, tokyo), "08:30–09:15")
        self.assertEqual(format_span(env, MOMENT, later, tokyo), "Fri 6 Mar, 08:30–09:15")
        self.assertEqual(
            format_span(env, MOMENT, later, "UTC"), "Thu 5 Mar, 23:30–Fri 6 Mar, 00:15"
        )
        shown = MOMENT.date()
        self.assertEqual(format_hour_of_day(env, MOMENT, "UTC", shown), "23:30")
        self.assertEqual(format_hour_of_day(env, later, "UTC", shown), "Fri 00:15")
        self.assertEqual(format_duration(95), "1:35 h")
        self.assertEqual(format_names(["Ann", "Bob"]), "Ann, Bob")

    def test_they_are_written_as_the_language_has_them_and_without_seconds(self):
        lang = self.env["res.lang"]._activate_lang("en_US")
        env = self.env(context={"lang": "en_US", "tz": "UTC"})
        cases = [
            ("%d.%m.%Y", "%H:%M:%S", "05.03.2026 23:30", "Thu 5 Mar, 23:30"),
            ("%m/%d/%Y", "%I:%M:%S %p", "03/05/2026 11:30 PM", "Thu 5 Mar, 11:30 PM"),
            ("%Y-%m-%d", "%H:%M:%S", "2026-03-05 23:30", "Thu 5 Mar, 23:30"),
        ]
        for date_format, time_format, moment, short in cases:
            with self.subTest(time_format=time_format):
                lang.write({"date_format": date_format, "time_format": time_format})
                self.assertEqual(format_moment(env, MOMENT, names_zone=False), moment)
                self.assertEqual(format_moment_short(env, MOMENT, "UTC"), short)
                self.assertEqual(format_hour(env, MOMENT, "UTC"), short[11:])
                words = f"Thursday 5 March, {short[11:]}"
                self.assertEqual(format_moment_in_words(env, MOMENT, "UTC"), words)

    def test_a_title_says_which_record_or_how_many(self):
        partners = self.env["res.partner"].create([{"name": "Ann"}, {"name": "Bob"}])
        self.assertEqual(format_title("Mails", partners[0]), "Mails: Ann")
        self.assertEqual(format_title("Mails", partners), "Mails (2)")
        self.assertEqual(format_title("Mails", partners[:0]), "Mails")

    def test_zones_that_odoo_takes(self):
        self.assertTrue(is_odoo_zone(self.env, "Europe/Brussels"))
        for name in ("Mars/Olympus", "", False, None, 5, ["UTC"]):
            self.assertFalse(is_odoo_zone(self.env, name))


@tagged("post_install", "-at_install")
class TestViewerZone(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.resource_calendar_id.tz = "Asia/Tokyo"

    def _get_zone(self, user, **context):
        return get_viewer_zone(self.env(user=user, context=context))

    def test_the_context_then_the_user_then_the_company(self):
        self.user_dispatcher.tz = "America/New_York"
        self.assertEqual(self._get_zone(self.user_dispatcher, tz="Europe/Paris"), "Europe/Paris")
        self.assertEqual(self._get_zone(self.user_dispatcher, tz=False), "America/New_York")
        self.assertEqual(self._get_zone(self.user_dispatcher, tz="Mars"), "America/New_York")
        self.user_dispatcher.tz = False
        self.assertEqual(self._get_zone(self.user_dispatcher), "Asia/Tokyo")
        self.user_dispatcher.tz = "UTC"
        self.assertEqual(self._get_zone(self.user_dispatcher), "UTC")

    def test_a_company_without_hours_is_in_utc(self):
        self.company.resource_calendar_id = False
        self.user_dispatcher.tz = False
        self.assertEqual(self._get_zone(self.user_dispatcher), "UTC")
        self.assertEqual(get_company_zone(self.company), "UTC")

    def test_a_technician_without_a_zone_is_in_utc(self):
        self.assertEqual(get_technician_zone(self.env["support.technician"]), "UTC")
        self.technician.tz = "Asia/Tokyo"
        employee = self.env(user=self.user_employee)
        self.assertEqual(get_technician_zone(self.technician.with_env(employee)), "Asia/Tokyo")

    def test_refusals_and_offers_tell_one_zone(self):
        """The refusal of a past start told the user's zone, an offer that of the context."""
        self.user_dispatcher.tz = "America/New_York"
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        appointments = appointments.with_context(tz="Europe/Paris")
        with self.assertRaisesRegex(ValidationError, r"\(02/02/2026 11:00 \(Europe/Paris\)\)"):
            appointments.create({"partner_id": self.customer.id, "start": at("2026-02-02 10:00")})

    def test_without_any_zone_slots_are_the_company_s(self):
        self.user_integration.tz = False
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        slots = appointments.get_slots("2026-03-05", "2026-03-05")
        self.assertEqual({slot["timezone"] for slot in slots}, {"Asia/Tokyo"})
        self.assertEqual({slot["local_start"][:10] for slot in slots}, {"2026-03-05"})

    def test_without_any_zone_a_refusal_tells_the_company_s(self):
        self.user_dispatcher.tz = False
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, r"\(02/02/2026 19:00 \(Asia/Tokyo\)\)"):
            appointments.create({"partner_id": self.customer.id, "start": at("2026-02-02 10:00")})
