from odoo import api, fields, models
from odoo.tools import email_normalize


class SupportTechnician(models.Model):
    _name = "support.technician"
    _description = "Support Technician"
    _inherit = ["resource.mixin", "mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(related="resource_id.name", store=True, readonly=False)
    user_id = fields.Many2one(
        "res.users",
        related="resource_id.user_id",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    active = fields.Boolean(related="resource_id.active", store=True, readonly=False, default=True)
    email = fields.Char(
        compute="_compute_email",
        store=True,
        readonly=False,
        help="External systems name a technician by this address.",
    )
    phone = fields.Char()
    skill_ids = fields.Many2many("support.skill", string="Skills")
    area_ids = fields.Many2many(
        "support.area", string="Areas", help="Where this technician goes; empty for everywhere."
    )
    max_daily_appointments = fields.Integer(
        default=0, help="Most appointments on one day; 0 for no limit."
    )
    color = fields.Integer()
    appointment_ids = fields.One2many("support.appointment", "technician_id")

    _sql_constraints = [
        (
            "max_daily_positive",
            "CHECK (max_daily_appointments >= 0)",
            "The daily maximum cannot be negative: enter 0 for no limit.",
        ),
    ]

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("user_id.email")
    def _compute_email(self):
        for technician in self:
            technician.email = technician.user_id.email or technician.email

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _prepare_resource_values(self, vals, tz):
        values = super()._prepare_resource_values(vals, tz)
        user = self.env["res.users"].browse(vals.get("user_id"))
        if user:
            values["user_id"] = user.id
            if not tz and user.tz:
                values["tz"] = user.tz
        return values

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _message_auto_subscribe_notify(self, partner_ids, template):
        # Odoo would write "You have been assigned to …" to whoever is made a technician.
        return

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _find_by_emails(self, emails, company):
        """Technicians by their own or their user's address, in one query.

        :param emails: iterable of strings as an integrator wrote them
        :param company: technicians of this company, or of none, are considered
        :return: dict of the string to its ``support.technician``
        """
        by_address = {}
        wanted = {email: email_normalize(email) or email.strip().lower() for email in emails}
        if not wanted:
            return {}
        for technician in self.search([("company_id", "in", [company.id, False])]):
            for address in (technician.email, technician.user_id.login):
                normalized = email_normalize(address or "")
                if normalized:
                    by_address.setdefault(normalized, technician)
        return {
            email: by_address[address] for email, address in wanted.items() if address in by_address
        }

    def action_view_appointments(self):
        """Open the appointments of these technicians."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_action"
        )
        action["domain"] = [("technician_id", "in", self.ids)]
        action["context"] = {"default_technician_id": self.id if len(self) == 1 else False}
        return action
