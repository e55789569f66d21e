from odoo import _, api, fields, models

from ..compat import check_access
from ..models.health.support_health_check import SEVERITIES

RANKS = {severity: rank for rank, (severity, _label) in enumerate(SEVERITIES)}


class SupportHealth(models.TransientModel):
    """The page that shows what ``support.health.check`` finds."""

    _name = "support.health"
    _description = "Health"
    _inherit = "support.ids.mixin"

    checked_at = fields.Datetime(readonly=True)
    automation_line_ids = fields.One2many(
        "support.health.line", "health_id", domain=[("section", "=", "automation")]
    )
    check_line_ids = fields.One2many(
        "support.health.line", "health_id", domain=[("section", "=", "check")]
    )
    problem_count = fields.Integer(compute="_compute_counts")
    warning_count = fields.Integer(compute="_compute_counts")

    @api.depends("automation_line_ids.severity", "check_line_ids.severity")
    def _compute_counts(self):
        for page in self:
            severities = (page.automation_line_ids | page.check_line_ids).mapped("severity")
            page.problem_count = severities.count("problem")
            page.warning_count = severities.count("warning")

    @api.depends("checked_at")
    def _compute_display_name(self):
        for page in self:
            page.display_name = _("Health")

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def action_open(self):
        """Look at everything and show the page.

        :return: window action
        """
        page = self.create({})
        page.action_refresh()
        return {
            "type": "ir.actions.act_window",
            "name": _("Health"),
            "res_model": self._name,
            "res_id": page.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "current",
        }

    def action_refresh(self):
        """Look again, and show what is so now."""
        self._check_one()
        check_access(self, "write")
        self._show(self.env["support.health.check"]._run_checks())

    def action_test_mail_server(self):
        """Look again, and connect to the outgoing mail servers too."""
        self._check_one()
        check_access(self, "write")
        checks = self.env["support.health.check"]
        self._show(checks._probe_mail_servers() + checks._run_checks())

    def _show(self, rows):
        """Replace the lines.

        :param list rows: as ``support.health.check`` returns them
        """
        (self.automation_line_ids | self.check_line_ids).unlink()
        self.env["support.health.line"].create(
            [{**row, "health_id": self.id, "rank": RANKS[row["severity"]]} for row in rows]
        )
        self.checked_at = fields.Datetime.now()
        self.invalidate_recordset()
