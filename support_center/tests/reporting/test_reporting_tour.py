from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from ..common_tours import ToursCase

STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"


@tagged("post_install", "-at_install")
class TestReportingTour(ToursCase):
    """A manager asks for figures and prints a day, in a browser."""

    def _record(self, start, state, **values):
        visit = self._create(technician_id=self.technician.id, **values)
        visit._write_restored({"start": start, "stop": start + timedelta(hours=1)})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET state = %s WHERE id = %s", [state, visit.id]
        )
        self.env.invalidate_all()

    def test_a_figure_its_visits_and_the_spreadsheet(self):
        self.env["support.appointment"].search([]).active = False
        self.env.cr.execute("UPDATE support_appointment SET state = 'draft'")
        for model in ("support.team", "support.appointment.type"):
            self.env[model].search([]).active = False
        middle = fields.Datetime.now().replace(day=15, hour=10, minute=0, second=0, microsecond=0)
        last = middle - relativedelta(months=1)
        self._record(last, "done")
        self._record(last + timedelta(days=1), "no_show")
        self._record(middle - relativedelta(months=2), "done")
        action = self.env.ref("support_center.support_reporting_action")
        self.start_tour(
            f"/web#action={action.id}", "support_center_reporting", login=self.user_manager.login
        )

    def test_the_sheets_of_the_day_on_the_board(self):
        self.technician.tz = self.user_dispatcher.tz = "UTC"
        now = fields.Datetime.now()
        self._record(now.replace(hour=12), "confirmed", location="1 Main Street")
        action = self.env.ref("support_center.support_board_action")
        # Odoo shows as a page what the server cannot make a PDF of, which a tour can read.
        with patch(STATE, lambda _self: "install"):
            self.start_tour(
                f"/web#action={action.id}",
                "support_center_day_sheet",
                login=self.user_dispatcher.login,
            )
