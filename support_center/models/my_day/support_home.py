from odoo import api, models

# Where each role begins, the first one that the user has counts: a manager is a dispatcher too,
# and a dispatcher may go to customers.
BEGINNINGS = (
    ("support_center.group_support_manager", "support_center.support_reporting_action"),
    ("support_center.group_support_dispatcher", "support_center.support_board_action"),
    ("support_center.group_support_technician", "support_center.support_my_day_action"),
    ("support_center.group_support_integration", "support_center.support_appointment_action"),
    # Administrators without a role set the product up.
    ("base.group_system", "support_center.support_health_action"),
)


class SupportHome(models.AbstractModel):
    """What the app opens with, by the role of the user."""

    _name = "support.home"
    _description = "First Page of the App"

    @api.model
    def load(self):
        """The page that the user begins with.

        :return: dict of an action; False for a user without any role here
        """
        for group, xmlid in BEGINNINGS:
            if self.env.user.has_group(group):
                return self.env["ir.actions.actions"]._for_xml_id(xmlid)
        return False
