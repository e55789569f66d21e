from datetime import timedelta
from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...compat import commit_batch
from ...formatting import format_moment
from ..appointment.states import CLOSED_STATES

CLEANUP_BATCH_SIZE = 500


class SupportAppointment(models.Model):
    """Old appointments leave the lists; nothing is deleted."""

    _inherit = "support.appointment"

    def init(self):
        super().init()
        # What is over and still in the lists, the oldest first. ``active`` stands among the columns
        # and not in the condition, where Odoo 19's words for it would not be recognized.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_closed_idx
                ON support_appointment (active, stop)
             WHERE state IN ('done', 'cancelled', 'no_show')
            """
        )

    @api.model
    def _cron_cleanup_old_appointments(self):
        """Archive what is over for longer than ``support_center.cleanup_days`` days.

        Batches are committed one by one. An appointment that cannot be
        archived is logged, left as it is, and tried again by the next run.
        """
        days = self.env["ir.config_parameter"]._get_support_number("support_center.cleanup_days")
        domain = self._get_cleanup_domain(fields.Datetime.now() - timedelta(days=days))
        remaining = self.search_count(domain)
        batch = self.browse()
        while batch := self._run_job_batch(
            partial(
                self._clean_up_batch, [("id", ">", batch[-1:].id or 0), *domain], days, remaining
            )
        ):
            remaining = max(remaining - len(batch), 0)
            # A long backlog would otherwise stay in memory as a whole.
            self.env.invalidate_all()

    @api.model
    def _clean_up_batch(self, domain, days, remaining):
        """
        :param int remaining: how many there are, these included
        :return: the appointments that were looked at
        """
        batch = self.search(domain, order="id", limit=CLEANUP_BATCH_SIZE)
        if batch:
            batch._run_automation("cleanup", lambda records: records._archive_old(days))
            commit_batch(self.env, len(batch), max(remaining - len(batch), 0))
        return batch

    @api.model
    def _get_cleanup_domain(self, limit):
        """What is over since before ``limit``: by its end, else by the time asked for,
        else by its creation.

        :param datetime limit: naive UTC
        """
        return [
            ("active", "=", True),
            ("state", "in", CLOSED_STATES),
            "|",
            ("stop", "<", limit),
            "&",
            ("stop", "=", False),
            "|",
            ("requested_date", "<", limit),
            "&",
            ("requested_date", "=", False),
            ("create_date", "<", limit),
        ]

    @api.model
    def _get_backlog_cleanup_domain(self):
        days = self.env["ir.config_parameter"]._get_support_number("support_center.cleanup_days")
        return self._get_cleanup_domain(fields.Datetime.now() - timedelta(days=days))

    def _archive_old(self, days):
        self.write({"active": False})
        reason = _("Archived: over for more than %(days)g days.", days=days)
        return dict.fromkeys(self.ids, ("ok", reason))

    # ------------------------------------------------------------------
    # Archiving by hand
    # ------------------------------------------------------------------

    def action_archive(self):
        """Put out of sight, unless somebody is expected; a program that writes ``active`` may.

        :raise UserError: see ``_check_archivable``
        """
        self._check_archivable()
        return super().action_archive()

    def _check_archivable(self):
        """What somebody waits for is to be called off, not to be put out of sight.

        :raise UserError: names each visit, when it is expected, and what to do instead
        """
        now = fields.Datetime.now()
        faults = [
            visit._describe_expected()
            for visit in self
            if visit.active
            and visit.state not in CLOSED_STATES
            and visit.announced_start
            and max(visit.announced_start, visit.stop or visit.announced_start) > now
        ]
        if faults:
            raise UserError("\n".join(faults))

    def _describe_expected(self):
        self.ensure_one()
        return _(
            "%(name)s: the customer was told to expect somebody on %(start)s, and archiving it "
            "tells nobody. Cancel it first, then archive it.",
            name=self.name,
            start=format_moment(self.env, self.announced_start),
        )
