from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ...compat import commit_batch
from ...formatting import choose_zone, get_company_zone, get_day
from ...languages import get_company_lang, get_user_lang
from ..automation.support_automation_log import AUTOMATION_LOGGER
from ..automation.support_automation_mixin import MAX_SHOWN_ERROR
from .support_day_sheet import PLANNED_STATES

DISPATCHERS = "support_center.day_sheet_dispatchers"
REPORT = "support_center.action_report_day_sheet"


class _UndoneError(Exception):
    """Leaves the savepoint, so that nothing of the made-up visit stays."""


class SupportDaySheetMail(models.AbstractModel):
    """Puts day sheets on Odoo's mail queue: as PDF, or as a page where no PDF can be drawn."""

    _name = "support.day.sheet.mail"
    _description = "Day Sheets by Mail"

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _queue(self, technician, day):
        """Queue a technician's own sheet.

        :param technician: ``support.technician`` who can be told, as superuser
        :param date day: in the technician's zone
        """
        user = technician.user_id
        company = technician._get_responsible_company()
        lang = get_user_lang(user, company) if user else get_company_lang(company)
        this = self.with_context(lang=lang, tz=choose_zone(technician.tz, user.tz))
        this._create_mail(
            company,
            technician.with_env(this.env),
            day,
            {"email_to": technician._get_day_sheet_address()}
            if not user
            else {"recipient_ids": [(6, 0, user.partner_id.ids)]},
            record=technician,
        )

    @api.model
    def _send_to_dispatchers(self):
        """Queue everybody's sheets for the dispatchers of each company whose hour has come."""
        # sudo: the cron sends for every company.
        this = self.sudo()
        if not this.env["ir.config_parameter"]._get_support_flag(DISPATCHERS):
            return
        for company in this._find_due_companies():
            lang = get_company_lang(company)
            this.with_company(company).with_context(lang=lang)._send_to_dispatchers_of(company)
            commit_batch(this.env)

    @api.model
    def _send_to_dispatchers_of(self, company):
        """Queue everybody's sheets for the dispatchers of the environment's company, or say why
        they have none: in the log and, of an error, to a manager."""
        log = self.env["support.automation.log"]
        try:
            with self.env.cr.savepoint():
                outcome = self._queue_for_dispatchers(company)
                self.env.flush_all()
        # A sheet is drawn by templates, which an administrator may change: they may raise
        # anything, and the other companies' dispatchers are to get theirs.
        except Exception as error:
            if self.env["support.automation.mixin"]._is_retried(error):
                raise
            AUTOMATION_LOGGER.exception(
                "action=send_day_sheets outcome=failed company=%s", company.id
            )
            log._record(
                "send_day_sheets",
                None,
                "failed",
                _(
                    "The sheets of %(company)s for the dispatchers: %(error)s",
                    company=company.name,
                    error=type(error).__name__,
                ),
            )
            mixin = self.env["support.automation.mixin"]
            mixin._try_activity("send_day_sheets", partial(self._tell_of_failure, company, error))
        else:
            if outcome:
                log._record("send_day_sheets", None, *outcome)

    @api.model
    def _tell_of_failure(self, company, error):
        """Ask a manager to look at it, on the contact of the company; once while it is open."""
        user = self.env["support.automation.mixin"]._automation_manager()
        this = company.with_context(lang=get_user_lang(user, company))
        summary = this.env["support.day.sheet"]._get_failure_words()
        partner = this.partner_id
        if partner.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        partner.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=plaintext2html((str(error) or type(error).__name__)[:MAX_SHOWN_ERROR]),
            user_id=user.id,
        )

    @api.model
    def _find_due_companies(self):
        """Companies whose hour has come today, and whose dispatchers got nothing yet."""
        now = fields.Datetime.now()
        technicians = self.env["support.technician"]
        hour = technicians._get_day_sheet_hour()
        due = self.env["res.company"]
        for company in due.search([]):
            zone = get_company_zone(company)
            today = get_day(now, zone)
            sent = company.support_day_sheet_date
            if technicians._get_hour(now, zone) >= hour and (not sent or sent < today):
                due |= company
        return due

    @api.model
    def _queue_for_dispatchers(self, company):
        """Queue the sheets of a company's visits, and of no other company's, for its dispatchers.

        :return: tuple of the outcome and what the log is to say of it; None for a day without
            visits, of which there is nothing to say
        """
        zone = get_company_zone(company)
        day = get_day(fields.Datetime.now(), zone)
        company.support_day_sheet_date = day
        sheet = self.env["support.day.sheet"].with_context(tz=zone)
        visits = self.env["support.appointment"]._read_group(
            [
                ("company_id", "=", company.id),
                ("technician_id", "!=", False),
                ("state", "in", PLANNED_STATES),
                *sheet._get_visits_domain(day, day, zone),
            ],
            ["technician_id"],
        )
        technicians = self.env["support.technician"].union(*(each for (each,) in visits))
        if not technicians:
            return None
        users = self._find_dispatchers(company)
        if not users:
            return (
                "skipped",
                _(
                    "No dispatcher of %(company)s has an e-mail address: enter one in the "
                    "dispatchers' preferences.",
                    company=company.name,
                ),
            )
        for lang, those in users.grouped(lambda user: get_user_lang(user, company)).items():
            this = self.with_context(lang=lang, tz=zone)
            this._create_mail(
                company,
                technicians.with_env(this.env),
                day,
                {"recipient_ids": [(6, 0, those.partner_id.ids)]},
                companies=company,
            )
        count = len(users)
        if count == 1:
            words = _("The sheets of %(company)s went to 1 dispatcher.", company=company.name)
        else:
            words = _(
                "The sheets of %(company)s went to %(count)s dispatchers.",
                company=company.name,
                count=count,
            )
        return "ok", words

    @api.model
    def _find_dispatchers(self, company):
        group = self.env.ref("support_center.group_support_dispatcher")
        users = self.env["res.users"].search(
            [("groups_id", "in", group.ids), ("company_ids", "in", company.ids)]
        )
        return users.filtered("partner_id.email_normalized")

    @api.model
    def _create_mail(self, company, technicians, day, recipients, record=None, companies=None):
        """Queue one mail with the sheets of ``technicians``, in the language of the environment.

        :param companies: ``res.company`` whose visits are on the sheets; None for all of them, as
            only a technician's own sheet may have
        """
        common = self.env["support.notifier"]._prepare_queue_vals(False, company)
        when = format_date(self.env, day, date_format="full")
        names = technicians.name if len(technicians) == 1 else company.name
        subject = _("Visits of %(day)s: %(name)s", day=when, name=names)
        body = self.env["ir.qweb"]._render(
            "support_center.message_day_sheet",
            {"text": self._describe_sheets(when, is_own=bool(record)), "company": company},
        )
        name, content, mimetype = self._draw(technicians, day, companies)
        # sudo: nobody but administrators may write to the queue.
        mail = self.env["mail.mail"].sudo().create(
            {
                **common,
                # Nothing of it stays once it is sent: it is full of customers' addresses.
                "is_notification": False,
                "auto_delete": True,
                "model": record._name if record else False,
                "res_id": record.id if record else False,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "reply_to": company.email_formatted or self.env.user.email_formatted,
                "author_id": company.partner_id.id,
                "subject": subject,
                "body": body,
                "body_html": body,
                "is_internal": True,
                "subtype_id": self.env.ref("mail.mt_note").id,
                "attachment_ids": [
                    (
                        0,
                        0,
                        {
                            "name": name,
                            "raw": content,
                            "mimetype": mimetype,
                            "res_model": "mail.message",
                        },
                    )
                ],
                **recipients,
            }
        )  # fmt: skip
        self.env["support.notifier"]._wake_queue()
        return mail

    @api.model
    def _describe_sheets(self, when, *, is_own):
        """What the mail says of the file that goes with it.

        :param str when: the day in words
        :param bool is_own: whether it is a technician's own sheet, and not everybody's
        """
        if is_own:
            return _(
                "The visits of %(day)s are in the attached sheet, as they stand now. What changes "
                "later is on the page My Day.",
                day=when,
            )
        return _(
            "The visits of %(day)s are in the attached sheets, as they stand now. What changes "
            "later is on the board.",
            day=when,
        )

    # ------------------------------------------------------------------
    # Drawing
    # ------------------------------------------------------------------

    @api.model
    def _draw(self, technicians, day, companies=None):
        """
        :param companies: as ``_create_mail`` takes them
        :return: tuple of the file's name, its content as bytes and its MIME type
        """
        name = _("day-sheet-%(day)s", day=day.isoformat())
        if self.env["ir.actions.report"]._can_make_pdf():
            data = {
                "day": day.isoformat(),
                "technician_ids": technicians.ids,
                "company_ids": companies.ids if companies else [],
            }
            try:
                content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
                    REPORT, technicians.ids, data=data
                )
            except UserError as error:
                # The visits are what counts: the page is sent in its place.
                AUTOMATION_LOGGER.warning(
                    "action=draw_day_sheet outcome=failed %s", type(error).__name__
                )
            else:
                if kind == "pdf":
                    return f"{name}.pdf", content, "application/pdf"
        sheets = self.env["support.day.sheet"]._prepare_sheets(technicians, day, companies)
        page = self.env["ir.qweb"]._render(
            "support_center.day_sheet_file", {"sheets": sheets, "lang": self.env.lang}
        )
        return f"{name}.html", f"<!DOCTYPE html>{page}".encode(), "text/html"

    # ------------------------------------------------------------------
    # Sample
    # ------------------------------------------------------------------

    @api.model
    def _send_sample(self):
        """Queue a sheet of a made-up visit for the user; nothing of the visit stays.

        :return: the ``mail.mail``, as superuser
        :raise UserError: for a user without an address
        """
        if not self.env.user.partner_id.email_normalized:
            raise UserError(
                _("Enter your own e-mail address in your preferences: the sample goes there.")
            )
        samples = self.env["support.mail.sample"]
        this = self.with_context(lang=samples._in_own_language().env.lang).sudo()
        name, content, mimetype = this._draw_sample()
        # sudo: nobody but administrators may write to the queue.
        mail = self.env["mail.mail"].sudo().create(
            {
                "subject": _("[Sample] %(subject)s", subject=_("Day Sheet")),
                "body_html": samples._get_banner(),
                "recipient_ids": [(6, 0, self.env.user.partner_id.ids)],
                "email_from": self.env.company.email_formatted or self.env.user.email_formatted,
                "is_internal": True,
                "auto_delete": True,
                "attachment_ids": [
                    (
                        0,
                        0,
                        {
                            "name": name,
                            "raw": content,
                            "mimetype": mimetype,
                            "res_model": "mail.message",
                        },
                    )
                ],
            }
        )  # fmt: skip
        self.env["support.notifier"]._wake_queue()
        self.env["support.automation.log"]._record(
            "send_sample", None, "ok", _("Sample of “%(name)s”", name=_("Day Sheet"))
        )
        return mail

    @api.model
    def _draw_sample(self):
        """As ``_draw``, of a visit that is made and undone."""
        samples = self.env["support.mail.sample"]
        registry = self.env["support.automation.registry"]
        entry = next(each for each in registry._get_templates().values() if each.sample == "visit")
        drawn = []
        try:
            with self.env.cr.savepoint():
                technician = self.env["support.technician"].create({"name": self.env.user.name})
                # The context of the sample's visit keeps rules away, here as there.
                visit = samples.with_env(self.env)._create_visit(entry)
                visit.write({"technician_id": technician.id, "state": "confirmed"})
                day = get_day(visit.start, choose_zone(technician.tz))
                drawn += self._draw(technician, day)
                raise _UndoneError
        except _UndoneError:
            return tuple(drawn)
