from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _fill_references(self, vals_list, field, code):
        """Number those of the values that have no number yet, with one query a company.

        :param vals_list: list of dicts for ``create``; they are changed in place
        :param str field: where the number goes; ``/`` counts as none
        :param str code: the sequence's code
        """
        by_company = {}
        for vals in vals_list:
            if (vals.get(field) or "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                by_company.setdefault(company_id, []).append(vals)
        for company_id, unnumbered in by_company.items():
            company = self.env["res.company"].browse(company_id)
            references = self._next_references(code, len(unnumbered), company)
            for vals, reference in zip(unnumbered, references, strict=True):
                vals[field] = reference

    def _next_references(self, code, count, company):
        """Take ``count`` numbers of the sequence ``code`` in one query.

        ``next_by_code`` asks the database once for each number, which alone
        makes a large import slow.

        :param str code: the sequence's code
        :param int count: how many references are needed
        :param company: ``res.company`` whose sequence is preferred
        :return: list of ``count`` formatted references, in order
        """
        # sudo: whoever may create a record may number it.
        sequence = self.sudo().search(
            [("code", "=", code), ("company_id", "in", [company.id, False])],
            order="company_id",
            limit=1,
        )
        if not sequence or sequence.implementation != "standard" or sequence.use_date_range:
            numbered = self.with_company(company)
            return [numbered.next_by_code(code) for _number in range(count)]
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            ["ir_sequence_%03d" % sequence.id, count],
        )
        return [sequence.get_next_char(number) for (number,) in self.env.cr.fetchall()]
