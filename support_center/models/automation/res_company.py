from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    # Not required: of a company that has not said so, the first dispatcher is asked.
    support_responsible_id = fields.Many2one(
        "res.users",
        "Responsible for Support",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Gets the activities and notifications of the automations where nobody is responsible "
        "for the appointment or ticket itself.",
    )

    @api.constrains("support_responsible_id")
    def _check_support_responsible(self):
        """
        :raise ValidationError: names a user who could not open what they are asked about
        """
        for company in self:
            user = company.sudo().support_responsible_id  # sudo: users are not all readable
            if user and not user._filter_responsible(company):
                raise ValidationError(
                    _(
                        "%(user)s cannot be responsible for Support in %(company)s: give them the "
                        "right “Dispatcher” and access to this company, or choose another user.",
                        user=user.name,
                        company=company.name,
                    )
                )
