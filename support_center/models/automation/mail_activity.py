from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    support_customer_message = fields.Boolean(
        readonly=True, help="It asks to answer what a customer wrote about a visit."
    )

    def _action_done(self, feedback=False, attachment_ids=None):
        """Who has done what a customer's message asked for has answered it."""
        asking = self.filtered(
            lambda each: each.support_customer_message and each.res_model == "support.appointment"
        )
        # sudo: the activity's user need not be one who may write the visit.
        visits = self.env["support.appointment"].sudo().browse(asking.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for visit in visits.exists():
            if not visit.activity_ids.filtered("support_customer_message"):
                visit._settle_customer_message()
        return result
