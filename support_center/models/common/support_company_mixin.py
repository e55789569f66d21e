from odoo import api, models

# What a record may name that belongs to a company, the first to decide first.
DECISIVE_FIELDS = ("team_id", "technician_id", "ticket_id", "type_id", "partner_id")


class SupportCompanyMixin(models.AbstractModel):
    """A record belongs to the company of what it names, where no company is given."""

    _name = "support.company.mixin"
    _description = "Company by What Is Named"

    @api.model
    def _complete_companies(self, vals_list):
        """Add the company to those of the values that have none, but name a record of one.

        A visit of another company's technician is that company's, in whichever company the
        user happens to be. Where the records named disagree with each other, or the user may
        not work in that company, nothing is decided here: ``_check_company`` refuses in words.

        :param vals_list: list of dicts for ``create``
        :return: list of new dicts
        """
        vals_list = [dict(vals) for vals in vals_list]
        if self.env.context.get("default_company_id"):
            return vals_list
        undecided = [vals for vals in vals_list if not vals.get("company_id")]
        for name in DECISIVE_FIELDS:
            if name not in self._fields or not undecided:
                continue
            default = self.env.context.get(f"default_{name}")
            ids = [vals.get(name, default) for vals in undecided]
            # sudo: whose a record is decides only where the user may write anyway.
            records = self.env[self._fields[name].comodel_name].sudo()
            records = records.browse({each for each in ids if each and isinstance(each, int)})
            companies = {record.id: record.company_id for record in records}
            for vals, record_id in zip(undecided, ids, strict=True):
                company = companies.get(record_id)
                if company and self._may_work_in(company):
                    vals["company_id"] = company.id
            undecided = [vals for vals in undecided if not vals.get("company_id")]
        return vals_list

    @api.model
    def _may_work_in(self, company):
        return self.env.su or company == self.env.company or company in self.env.user.company_ids
