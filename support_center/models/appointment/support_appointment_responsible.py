from odoo import fields, models


class SupportAppointment(models.Model):
    """Who in the office looks after an appointment."""

    _inherit = "support.appointment"

    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self._get_planner(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        copy=False,
        tracking=True,
        index="btree_not_null",
        help="The dispatcher who looks after this appointment and is asked where an automation "
        "needs a person; without one, whom the company has chosen in the settings.",
    )

    def _get_planner(self):
        """
        :return: the user, where it is a dispatcher who does this in person; else an empty one
        """
        user = self.env.user
        if self.env.su or not user.has_group("support_center.group_support_dispatcher"):
            return user.browse()
        return user

    def _prepare_change(self, change):
        super()._prepare_change(change)
        planner = self._get_planner() if change.state == "confirmed" else None
        if planner and "user_id" not in change.vals:
            nobodys = change.records.filtered(lambda visit: not visit.user_id)
            change.add(nobodys, {"user_id": planner.id})

    def _get_responsible_users(self):
        return self.user_id
