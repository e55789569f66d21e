from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _filter_responsible(self, company):
        """Those who can do what an automation asks of them.

        :param company: ``res.company`` of what it is about
        :return: the active ones who have one of our roles and work for that company
        """
        return self.filtered(
            lambda user: (
                user.active
                and user.has_group("support_center.group_support_technician")
                and (not company or company in user.company_ids)
            )
        )
