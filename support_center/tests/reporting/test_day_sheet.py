import base64
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import SupportMailCase, at

STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"
PDF = "odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf"


class DaySheetCase(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["support.appointment"].search([]).write({"active": False})
        cls.env.cr.execute("DELETE FROM support_appointment")
        cls.env.invalidate_all()
        cls.cron = cls.env.ref("support_center.cron_send_day_sheets")
        cls.parameters = cls.env["ir.config_parameter"]
        cls.parameters.set_param("support_center.day_sheet_hour", "6")
        cls.technician.tz = cls.technician_2.tz = "UTC"
        cls.user_technician.tz = "UTC"
        cls.user_dispatcher.tz = "UTC"
        # 17.0 and 19.0 write English hours each in their own way.
        cls.env["res.lang"].search([("code", "=", "en_US")]).time_format = "%H:%M:%S"

    def _plan(self, start="2026-03-02 10:00", state="confirmed", **values):
        values.setdefault("technician_id", self.technician.id)
        with freeze_time("2026-02-01"):
            visit = self._create_appointment(start=at(start), **values)
        self.env.cr.execute(
            "UPDATE support_appointment SET state = %s WHERE id = %s", [state, visit.id]
        )
        self.env.invalidate_all()
        return visit

    def _get_sheet_mails(self):
        return self.env["mail.mail"].sudo().search([("subject", "like", "Visits of")])

    def _get_rows(self):
        return self.env["support.automation.log"].search([("action", "=", "send_day_sheets")])

    def _run(self, now="2026-03-02 08:00:00"):
        with freeze_time(now):
            self._run_by_hand(self.cron)
        self.env.invalidate_all()

    def _get_file(self, mail):
        attachment = mail.attachment_ids
        self.assertEqual(len(attachment), 1)
        return attachment.name, base64.b64decode(attachment.datas).decode()


@tagged("post_install", "-at_install")
class TestDaySheet(DaySheetCase):
    """What stands on the paper, and who may print it; today is Monday, 2 March 2026."""

    def _render(self, action, user):
        # As the browser asks for it: without records, with the action's data.
        report = self.env["ir.actions.report"].with_user(user)
        html, _kind = report._render_qweb_html(action["report_name"], None, data=action["data"])
        return html.decode()

    def _print(self, user, *args):
        action = self.env["support.day.sheet"].with_user(user).print_day(*args)
        return self._render(action, user)

    def test_what_a_technician_needs_on_the_way(self):
        self._plan(
            location="1 Main Street",
            customer_phone="+32 2 555 01 00",
            description="The printer smokes.\nCellar",
            type_id=self.type.id,
            priority="3",
        )
        self._plan("2026-03-03 10:00", location="Tomorrow Street")
        page = self._print(self.user_technician)
        for text in (
            self.technician.name,
            "Monday, March 2, 2026",
            "10:00",
            "12:00",
            self.customer.name,
            "tel:+32 2 555 01 00",
            "1 Main Street",
            "The printer smokes.\nCellar",
            self.type.name,
            "Urgent",
            "openstreetmap",
        ):
            self.assertIn(text, page)
        self.assertNotIn("10:00:00", page)
        self.assertNotIn("Tomorrow Street", page)
        self.assertIn("Tomorrow Street", self._print(self.user_technician, "2026-03-03"))

    def test_the_priority_is_called_what_it_is(self):
        self._plan(priority="2")
        page = self._print(self.user_technician)
        self.assertIn("High", page)
        self.assertNotIn("Urgent", page)

    def test_drafts_and_cancelled_visits_are_not_on_it(self):
        self._plan("2026-03-02 10:00", "draft", location="Draft Street")
        self._plan("2026-03-02 12:00", "cancelled", location="Cancelled Street")
        self._plan("2026-03-02 14:00", "done", location="Done Street")
        page = self._print(self.user_technician)
        self.assertNotIn("Draft Street", page)
        self.assertNotIn("Cancelled Street", page)
        self.assertIn("Done Street", page)

    def test_who_went_to_another_company_keeps_nobody_from_printing(self):
        self._plan("2026-03-02 10:00", "done", location="Far Street")
        self._plan("2026-03-02 14:00", location="Near Street", technician_id=self.technician_2.id)
        self.technician.company_id = self.env["res.company"].create({"name": "Second Company"})
        self.env.invalidate_all()
        page = self._print(self.user_dispatcher)
        self.assertIn("Near Street", page)

    def test_hours_and_words_are_the_readers(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.user_dispatcher.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        self.technician.tz = "America/New_York"
        self._plan("2026-03-02 18:30")
        page = self._print(self.user_dispatcher.with_context(lang="de_DE"), "2026-03-02")
        self.assertIn("13:30", page)  # the technician's clock
        self.assertIn("(America/New_York)", page)
        sheets = self.env["support.day.sheet"].with_context(lang="de_DE", tz="UTC")
        (sheet,) = sheets._prepare_sheets(self.technician)
        self.assertEqual(sheet["day"], "Montag, 2. März 2026")
        self.env["res.lang"]._lang_get("en_US").time_format = "%I:%M:%S %p"
        (sheet,) = self.env["support.day.sheet"]._prepare_sheets(self.technician)
        self.assertIn("1:30 PM", sheet["visits"][0]["start"])

    def test_over_midnight_is_on_both_days(self):
        self._plan("2026-03-02 23:00", duration=2.0)
        sheets = self.env["support.day.sheet"]
        for day, start in (("2026-03-02", "23:00"), ("2026-03-03", "Mon 23:00")):
            action = sheets.print_day(day)
            self.assertEqual(action["data"]["technician_ids"], self.technician.ids)
            (sheet,) = sheets._prepare_sheets(
                self.technician, self.env["support.arguments"]._get_day("day", day)
            )
            self.assertEqual(sheet["visits"][0]["start"], start)
        self.assertFalse(sheets.print_day("2026-03-04")["data"]["technician_ids"])

    def test_a_dispatcher_prints_everybody_a_technician_the_own(self):
        self._plan(location="First Street")
        self._plan(technician_id=self.technician_2.id, location="Second Street")
        page = self._print(self.user_dispatcher)
        self.assertIn("First Street", page)
        self.assertIn("Second Street", page)
        page = self._print(self.user_dispatcher, False, self.technician_2.id)
        self.assertNotIn("First Street", page)
        page = self._print(self.user_technician)
        self.assertIn("First Street", page)
        self.assertNotIn("Second Street", page)
        sheets = self.env["support.day.sheet"].with_user(self.user_technician)
        with self.assertRaisesRegex(AccessError, "your own day only"):
            sheets.print_day(False, self.technician_2.id)
        # Whatever is asked of the report itself.
        data = {"technician_ids": self.technician_2.ids}
        page = self._render(
            {"report_name": "support_center.report_day_sheet", "data": data}, self.user_technician
        )
        self.assertNotIn("Second Street", page)

    def test_on_my_day_everybody_prints_their_own(self):
        self._plan(location="First Street")
        self._plan(technician_id=self.technician_2.id, location="Second Street")
        self.user_technician.groups_id += self.env.ref("support_center.group_support_dispatcher")
        sheets = self.env["support.day.sheet"].with_user(self.user_technician)
        page = self._render(sheets.print_own_day("2026-03-02"), self.user_technician)
        self.assertIn("First Street", page)
        self.assertNotIn("Second Street", page)

    def test_of_another_company_nothing_is_printed(self):
        self._plan(location="First Street")
        company = self.env["res.company"].create({"name": "Second Company"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="support_center.group_support_dispatcher",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertNotIn("First Street", self._print(stranger))
        with self.assertRaises(AccessError):
            self._print(stranger, False, self.technician.id)
        # Nor of a technician who works for all of them.
        self.technician.company_id = False
        self.assertNotIn("First Street", self._print(stranger, False, self.technician.id))
        action = self.technician.with_user(stranger).action_day_sheet()
        self.assertNotIn("First Street", self._render(action, stranger))
        action["data"]["company_ids"] = self.env.company.ids
        self.assertNotIn("First Street", self._render(action, stranger))

    def test_from_the_technicians_form_and_the_print_menu(self):
        self._plan(location="First Street")
        action = self.technician.with_user(self.user_dispatcher).action_day_sheet()
        self.assertIn("First Street", self._render(action, self.user_dispatcher))
        bindings = self.env["ir.actions.actions"].get_bindings("support.technician")
        self.assertIn("Day Sheet", [each["name"] for each in bindings["report"]])
        report = self.env["ir.actions.report"].with_user(self.user_dispatcher)
        html, _kind = report._render_qweb_html(
            "support_center.report_day_sheet", self.technician.ids
        )
        self.assertIn("First Street", html.decode())

    def test_what_is_no_day_is_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "day is “tomorrow”"):
            self.env["support.day.sheet"].print_day("tomorrow")


@tagged("post_install", "-at_install")
class TestDaySheetMails(DaySheetCase):
    """The scheduled action: off by default, each technician once a day at the hour of choice."""

    def test_off_and_hourly_when_installed(self):
        self.assertFalse(self.cron.active)
        self.assertEqual((self.cron.interval_number, self.cron.interval_type), (1, "hours"))

    def test_each_technician_with_visits_once_a_day(self):
        self._plan(location="First Street")
        self._run("2026-03-02 05:59:00")
        self.assertFalse(self._get_sheet_mails())
        self._run("2026-03-02 06:00:00")
        mail = self._get_sheet_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.user_technician.partner_id)
        self.assertEqual(mail.state, "outgoing")
        name, page = self._get_file(mail)
        self.assertEqual(name, "day-sheet-2026-03-02.html")
        self.assertIn("First Street", page)
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertNotIn("/web/assets", page)
        for hour in (7, 8, 12):
            self._run(f"2026-03-02 {hour:02}:00:00")
        self.assertEqual(len(self._get_sheet_mails()), 1)
        self._plan("2026-03-03 10:00")
        self._run("2026-03-03 06:10:00")
        self.assertEqual(len(self._get_sheet_mails()), 2)

    def test_the_hour_is_that_of_each_technicians_zone(self):
        self.technician.tz = "America/New_York"
        self.technician_2.tz = "Asia/Tokyo"
        self.technician_2.email = "second@example.com"
        self._plan("2026-03-02 20:00")
        self._plan("2026-03-02 23:00", technician_id=self.technician_2.id)  # Tuesday there
        self._run("2026-03-02 10:59:00")
        self.assertFalse(self._get_sheet_mails())
        self._run("2026-03-02 11:00:00")  # six in New York
        self.assertEqual(len(self._get_sheet_mails()), 1)
        self._run("2026-03-02 21:00:00")  # six in Tokyo
        self.assertEqual(len(self._get_sheet_mails()), 2)

    def test_the_hour_is_the_clock_s_also_where_that_is_changed(self):
        self.technician.tz = "Europe/Brussels"
        self.env.company.resource_calendar_id.tz = "Europe/Brussels"
        self.parameters.set_param("support_center.day_sheet_dispatchers", "True")
        self._plan("2026-03-29 18:00")
        self._run("2026-03-29 03:59:00")
        self.assertFalse(self._get_sheet_mails())
        self._run("2026-03-29 04:00:00")  # six in the summer that has just begun
        own, all_sheets = self._get_sheet_mails().sorted("id")
        self.assertIn("later is on the page My Day", own.body_html)
        self.assertIn("later is on the board", all_sheets.body_html)
        self.assertIn("The visits of Sunday, March 29, 2026 are", own.body_html)

    def test_nobody_is_told_of_a_day_that_is_over_or_empty(self):
        self._plan("2026-03-02 09:00")
        self._run("2026-03-02 15:00:00")
        self.assertFalse(self._get_sheet_mails())

    def test_dispatchers_get_everybodys_if_chosen(self):
        self._plan(location="First Street")
        self._plan(technician_id=self.technician_2.id, location="Second Street")
        company = self.env["res.company"].create({"name": "Second Company"})
        far = new_test_user(
            self.env,
            "far_dispatcher",
            groups="support_center.group_support_dispatcher",
            email="far@example.com",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.env.company.resource_calendar_id.tz = "UTC"
        self._run()
        dispatcher = self.user_dispatcher.partner_id
        self.assertNotIn(dispatcher, self._get_sheet_mails().recipient_ids)
        self.parameters.set_param("support_center.day_sheet_dispatchers", "True")
        self._run("2026-03-02 08:10:00")
        mails = self._get_sheet_mails().filtered(lambda mail: dispatcher in mail.recipient_ids)
        self.assertEqual(len(mails), 1)
        _name, page = self._get_file(mails)
        self.assertIn("First Street", page)
        self.assertIn("Second Street", page)
        self.assertNotIn(far.partner_id, self._get_sheet_mails().recipient_ids)
        before = self._get_sheet_mails()
        self._run("2026-03-02 09:00:00")
        self.assertEqual(self._get_sheet_mails(), before)

    def _make_second_company(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        far = new_test_user(
            self.env,
            "far_dispatcher",
            groups="support_center.group_support_dispatcher",
            email="far@example.com",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        company.resource_calendar_id.tz = "UTC"
        self.env.company.resource_calendar_id.tz = "UTC"
        self.parameters.set_param("support_center.day_sheet_dispatchers", "True")
        return company, far

    def _get_mails_of(self, user):
        return self._get_sheet_mails().filtered(lambda mail: user.partner_id in mail.recipient_ids)

    def test_a_technician_of_all_companies_shows_each_its_own_visits(self):
        company, far = self._make_second_company()
        self.technician.company_id = False
        self._plan(location="First Street")
        self._plan(
            "2026-03-02 14:00",
            location="Second Street",
            company_id=company.id,
            partner_id=self.env["res.partner"].create({"name": "Far Customer"}).id,
        )
        drawn = []

        def draw(report, name, ids, data):
            html, _kind = report._render_qweb_html(name, ids, data=data)
            drawn.append(html.decode())
            return html, "pdf"

        for state in ("install", "ok"):
            with (
                self.subTest(state),
                patch(STATE, lambda _self, state=state: state),
                patch(PDF, draw),
            ):
                self._get_sheet_mails().unlink()
                self.env["res.company"].search([]).support_day_sheet_date = False
                self.technician.day_sheet_date = False
                self._run()
                for user, own, foreign in (
                    (self.user_dispatcher, "First Street", "Second Street"),
                    (far, "Second Street", "First Street"),
                ):
                    mail = self._get_mails_of(user)
                    self.assertEqual(len(mail), 1)
                    page = self._get_file(mail)[1]
                    self.assertIn(own, page)
                    self.assertNotIn(foreign, page)
                # The technician's own has both, as their day does.
                page = self._get_file(self._get_mails_of(self.user_technician))[1]
                self.assertIn("First Street", page)
                self.assertIn("Second Street", page)
        self.assertTrue(drawn)

    def test_of_a_day_without_visits_the_log_says_nothing(self):
        self._make_second_company()
        self._run()
        self.assertFalse(self._get_rows())
        self.assertFalse(self._get_sheet_mails())

    def test_dispatchers_without_an_address_are_named_with_the_remedy(self):
        _company, _far = self._make_second_company()
        self._plan()
        group = self.env.ref("support_center.group_support_dispatcher")
        self.env["res.users"].search([("groups_id", "in", group.ids)]).partner_id.email = False
        self.user_technician.email = "technician@example.com"
        self._run()
        row = self._get_rows().filtered(lambda each: not each.res_id)
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("enter one in the dispatchers' preferences", row.message)

    def test_one_companys_failure_is_told_and_stops_no_other(self):
        company, far = self._make_second_company()
        self._plan(technician_id=self.technician_2.id)
        self._plan(
            technician_id=self.env["support.technician"]
            .create({"name": "Far", "company_id": company.id, "tz": "UTC"})
            .id,
            company_id=company.id,
            partner_id=self.env["res.partner"].create({"name": "Far Customer"}).id,
        )
        mails = type(self.env["support.day.sheet.mail"])
        create = mails._create_mail

        def fail(mail, of_company, *args, **kwargs):
            if of_company == self.env.company and not kwargs.get("record"):
                raise ValueError("The template is broken")
            return create(mail, of_company, *args, **kwargs)

        with (
            patch.object(mails, "_create_mail", fail),
            self.assertLogs("support_center.automation", "ERROR") as log,
        ):
            self._run()
            self._run("2026-03-02 09:00:00")
        self.assertIn("action=send_day_sheets outcome=failed", log.output[0])
        self.assertTrue(self._get_mails_of(far))
        failed = self._get_rows().filtered(lambda row: row.outcome == "failed")
        self.assertEqual(failed.company_id, self.env.company)
        # Somebody of the company is asked, once while it is open.
        activity = self.env.company.partner_id.activity_ids.filtered(
            lambda each: "day sheets" in each.summary
        )
        self.assertEqual(len(activity), 1)
        self.assertIn("The template is broken", activity.note)
        self.assertTrue(activity.user_id.has_group("support_center.group_support_manager"))
        self.assertFalse(self._get_mails_of(self.user_dispatcher))
        self._run("2026-03-02 10:00:00")
        self.assertEqual(len(self._get_mails_of(self.user_dispatcher)), 1)

    def test_in_the_technicians_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.user_technician.partner_id.lang = "de_DE"
        self._plan()
        self._run()
        mail = self._get_sheet_mails() or self.env["mail.mail"].sudo().search(
            [("subject", "like", "2. März 2026")]
        )
        self.assertIn("Montag, 2. März 2026", mail.subject)
        self.assertIn('lang="de-DE"', self._get_file(mail)[1])

    def test_as_pdf_where_the_server_makes_them(self):
        self._plan()
        with patch(STATE, lambda _self: "ok"), patch(PDF, lambda *_args, **_kw: (b"%PDF", "pdf")):
            self._run()
        attachment = self._get_sheet_mails().attachment_ids
        self.assertEqual(attachment.name, "day-sheet-2026-03-02.pdf")
        self.assertEqual(attachment.mimetype, "application/pdf")

    def test_a_pdf_that_fails_is_sent_as_a_page(self):
        def fail(*_args, **_kwargs):
            raise UserError("wkhtmltopdf went away")

        self._plan(location="First Street")
        with (
            patch(STATE, lambda _self: "ok"),
            patch(PDF, fail),
            self.assertLogs("support_center.automation", "WARNING") as log,
        ):
            self._run()
        name, page = self._get_file(self._get_sheet_mails())
        self.assertTrue(name.endswith(".html"))
        self.assertIn("First Street", page)
        self.assertNotIn("First Street", "".join(log.output))

    def test_somebody_without_an_address_is_in_the_log_once(self):
        self._plan(technician_id=self.technician_2.id)
        self.technician_2.write({"user_id": False, "email": False})
        for hour in (8, 9):
            self._run(f"2026-03-02 {hour:02}:00:00")
        self.assertFalse(self._get_sheet_mails())
        self.assertEqual(self._get_rows().mapped("outcome"), ["skipped"])

    def test_nothing_personal_in_the_log(self):
        self._plan(location="First Street", customer_phone="+32 2 555 01 00")
        self.parameters.set_param("support_center.day_sheet_dispatchers", "True")
        self._run()
        text = " ".join(row.message or "" for row in self._get_rows())
        self.assertTrue(text.strip())
        for secret in ("First Street", "555", self.customer.name):
            self.assertNotIn(secret, text)

    # ------------------------------------------------------------------
    # The pages round it
    # ------------------------------------------------------------------

    def test_the_dry_run_says_who_would_get_one(self):
        self._plan()
        admin = new_test_user(self.env, "sheet_admin", groups="base.group_system")
        dry_runs = self.env["support.dry.run"].with_user(admin)
        dry_run = dry_runs.browse(dry_runs._open("cron_send_day_sheets")["res_id"])
        self.assertEqual(dry_run.line_ids.mapped("reference"), [self.technician.name])
        self.assertEqual(dry_run.line_ids.recipient, self.user_technician.email)
        self.assertEqual(dry_run.count, 1)
        dry_run.action_switch_on()
        self.assertTrue(self.cron.active)
        self._run()
        self.assertEqual(len(self._get_sheet_mails()), 1)
        dry_run = dry_runs.browse(dry_runs._open("cron_send_day_sheets")["res_id"])
        self.assertFalse(dry_run.count)

    def test_health_says_where_no_pdf_can_be_made(self):
        checks = self.env["support.health.check"]
        for state, severity, words in (
            ("ok", "ok", "as PDF"),
            ("install", "warning", "wkhtmltopdf is not installed"),
            ("workers", "warning", "one worker"),
            ("broken", "warning", "does not work"),
        ):
            self.cron.active = True
            with self.subTest(state), patch(STATE, lambda _self, state=state: state):
                (row,) = checks._check_day_sheets()
                self.assertEqual(row["severity"], severity)
                self.assertIn(words, row["message"])

    def test_a_sample_goes_to_the_user_and_leaves_nothing(self):
        panel = self.env["support.settings.panel"].with_user(self.user_manager)
        self.user_manager.email = "manager@example.com"
        before = [
            self.env[model].with_context(active_test=False).search_count([])
            for model in ("support.appointment", "support.technician", "resource.resource")
        ]
        panel.press("automation", "cron_send_day_sheets", "sample")
        mail = self.env["mail.mail"].sudo().search([("subject", "like", "[Sample] Day Sheet")])
        self.assertEqual(mail.recipient_ids, self.user_manager.partner_id)
        self.assertIn("123 Main Street", self._get_file(mail)[1])
        after = [
            self.env[model].with_context(active_test=False).search_count([])
            for model in ("support.appointment", "support.technician", "resource.resource")
        ]
        self.assertEqual(before, after)

    def test_the_hour_in_the_settings(self):
        settings = self.env["res.config.settings"].create({"support_center_day_sheet_hour": 17})
        settings.execute()
        self.assertEqual(self.parameters.get_param("support_center.day_sheet_hour"), "17")
        with self.assertRaisesRegex(ValidationError, "is 24: enter a whole hour from 1 to 23"):
            self.env["res.config.settings"].create({"support_center_day_sheet_hour": 24})

    def test_queries_do_not_depend_on_visits(self):
        def _count(now):
            self.env.flush_all()
            self.env.invalidate_all()
            with freeze_time(now):
                before = self.env.cr.sql_log_count
                self.env["support.technician"].sudo()._cron_send_day_sheets()
                self.env.flush_all()
                return self.env.cr.sql_log_count - before

        for day in (2, 3, 4):
            self._plan(f"2026-03-0{day} 09:00")
        for hour in range(10, 19):
            self._plan(f"2026-03-04 {hour}:00", location=f"{hour} Street")
        _count("2026-03-02 06:00:00")
        few = _count("2026-03-03 06:00:00")
        self.assertLessEqual(_count("2026-03-04 06:00:00"), few)
