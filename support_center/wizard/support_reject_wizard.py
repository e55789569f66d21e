from odoo import _, api, fields, models

from ..formatting import format_names, format_title


class SupportRejectWizard(models.TransientModel):
    _name = "support.reject.wizard"
    _description = "Rejection of Requests"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    appointment_ids = fields.Many2many("support.appointment", string="Requests", required=True)
    reason = fields.Text(required=True, help="As the sender may read it.")
    is_told = fields.Boolean(
        "Tell the Sender by Mail",
        compute="_compute_is_told",
        store=True,
        readonly=False,
        precompute=True,
    )
    can_tell = fields.Boolean(compute="_compute_telling")
    telling = fields.Char(compute="_compute_telling")

    @api.model
    def _open(self, appointments):
        """
        :return: window action
        """
        return {
            "type": "ir.actions.act_window",
            "name": format_title(_("Reject the Request"), appointments),
            "res_model": self._name,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_appointment_ids": appointments.ids},
        }

    @api.depends("appointment_ids")
    def _compute_telling(self):
        for wizard in self:
            told, reasons = [], []
            for appointment in wizard.appointment_ids._origin:
                address, obstacle = appointment._find_rejection_address()
                if obstacle:
                    reasons.append(obstacle)
                else:
                    told.append(address)
            wizard.can_tell = bool(told)
            if told:
                wizard.telling = _("The mail goes to %(addresses)s.", addresses=format_names(told))
            else:
                wizard.telling = " ".join(dict.fromkeys(reasons))

    @api.depends("appointment_ids")
    def _compute_is_told(self):
        for wizard in self:
            wizard.is_told = wizard.can_tell

    def action_reject(self):
        """Reject the requests and close the page."""
        for wizard in self:
            wizard.appointment_ids._reject(wizard.reason, wizard.is_told)
        return {"type": "ir.actions.act_window_close"}
