from odoo import api, models


class ReportDaySheet(models.AbstractModel):
    """What Odoo's report engine asks for, with the rights of the reader."""

    _name = "report.support_center.report_day_sheet"
    _description = "Day Sheet"

    @api.model
    def _get_report_values(self, docids, data=None):
        data = data or {}
        arguments = self.env["support.arguments"]
        day = arguments._get_day("day", data.get("day"))
        ids = docids or arguments._get_ids("technician_ids", data.get("technician_ids"))
        technicians = self.env["support.technician"].browse(ids).exists()
        # They only leave something out: what a reader may not read is not there in any case.
        company_ids = arguments._get_ids("company_ids", data.get("company_ids"))
        companies = self.env["res.company"].browse(company_ids)
        return {
            "sheets": self.env["support.day.sheet"]._prepare_sheets(technicians, day, companies),
            "docs": technicians,
            "doc_ids": technicians.ids,
            "doc_model": technicians._name,
        }
