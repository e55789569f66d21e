from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ...compat import commit_batch
from ...formatting import ONE_DAY, aware, get_day, get_midnight, get_technician_zone
from .support_day_sheet import PLANNED_STATES

# A sheet is drawn as a PDF, which takes about a second.
DAY_SHEET_BATCH = 20


class SupportTechnician(models.Model):
    _inherit = "support.technician"

    day_sheet_date = fields.Date(
        "Day Sheet Sent For",
        readonly=True,
        copy=False,
        groups="support_center.group_support_manager",
        help="The last day of which the sheet was sent.",
    )

    def action_day_sheet(self):
        """Print the visits of today of these technicians.

        :return: report action
        :raise AccessError: for somebody else's, unless the user plans
        """
        return self.env["support.day.sheet"]._print(False, self)

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _get_backlog_day_sheets_domain(self):
        """Technicians whose hour has come today, who have visits still to come and no sheet yet."""
        return [("id", "in", self._find_due_day_sheets().ids)]

    @api.model
    def _find_due_day_sheets(self):
        """
        :return: ``support.technician``, by name; each in the own zone
        """
        now = fields.Datetime.now()
        hour = self._get_day_sheet_hour()
        # A day has 25 hours at most; a technician's ends within that time.
        domain = [
            ("state", "in", PLANNED_STATES),
            ("stop", ">", now),
            ("start", "<", now + timedelta(hours=25)),
            ("technician_id.active", "=", True),
        ]
        due = self.browse()
        visits = self.env["support.appointment"].search(domain, order="start, id")
        for technician, those in visits.grouped("technician_id").items():
            zone = get_technician_zone(technician)
            today = get_day(now, zone)
            # sudo: the mark is the cron's own.
            is_told = technician.sudo().day_sheet_date
            if self._get_hour(now, zone) >= hour and (not is_told or is_told < today):
                ends = get_midnight(today + ONE_DAY, zone)
                if any(visit.start < ends for visit in those):
                    due |= technician
        return due

    @api.model
    def _get_hour(self, moment, zone):
        """
        :param datetime moment: naive UTC
        :return: int, what the clock of a zone shows, also on a day of 23 or 25 hours
        """
        return aware(moment).astimezone(ZoneInfo(zone)).hour

    @api.model
    def _get_day_sheet_hour(self):
        number = self.env["ir.config_parameter"]._get_support_number(
            "support_center.day_sheet_hour"
        )
        return min(int(number), 23)

    @api.model
    def _cron_send_day_sheets(self):
        """Send each technician the sheet of the day, once; the dispatchers everybody's."""
        done = self.browse()
        # sudo: the cron sends for every company.
        this = self.sudo()
        while batch := this._run_job_batch(partial(this._send_day_sheet_batch, done.ids)):
            done |= batch
        this._run_job_batch(this.env["support.day.sheet.mail"]._send_to_dispatchers)

    @api.model
    def _send_day_sheet_batch(self, done_ids):
        """
        :param list done_ids: ids of those whom this run has been at
        :return: the technicians that were looked at
        """
        due = self._find_due_day_sheets().filtered(lambda each: each.id not in set(done_ids))
        batch = due[:DAY_SHEET_BATCH]
        if batch:
            batch._run_automation("send_day_sheets", lambda those: those._send_day_sheets())
            commit_batch(self.env, len(batch), len(due) - len(batch))
        return batch

    def _send_day_sheets(self):
        """
        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        obstacles = self._find_day_sheet_obstacles()
        mail = self.env["support.day.sheet.mail"]
        for technician in self:
            day = get_day(fields.Datetime.now(), get_technician_zone(technician))
            if technician.id in obstacles:
                outcomes[technician.id] = ("skipped", obstacles[technician.id])
            else:
                mail._queue(technician, day)
            # Once each, also where nobody can be told: the log says so once a day.
            # sudo: the automation's own mark
            technician.sudo().day_sheet_date = day
        return outcomes

    def _find_day_sheet_obstacles(self):
        """Why technicians get no sheet: as for other news, and it needs an address in any case.

        :return: dict of record id to the reason in words
        """
        obstacles = self._find_notification_obstacles()
        # sudo: users and their addresses are not everybody's to read.
        unreachable = self.env["support.mail.address"]._find_obstacles(
            [each._get_day_sheet_address() for each in self.sudo()]
        )
        words = self.env["support.day.sheet"]._get_no_address_words()
        for technician in self:
            if technician.sudo()._get_day_sheet_address() in unreachable:
                obstacles.setdefault(technician.id, words)
        return obstacles

    def _get_day_sheet_address(self):
        self.ensure_one()
        return self.user_id.partner_id.email if self.user_id else self.email

    def _describe_backlog_audience(self, automation):
        if automation.audience != "day_sheet":
            return super()._describe_backlog_audience(automation)
        obstacles = self._find_day_sheet_obstacles()
        return {
            technician.id: obstacles.get(technician.id) or technician._get_day_sheet_address()
            for technician in self.sudo()  # sudo: as above
        }
