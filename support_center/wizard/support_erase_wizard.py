from odoo import _, api, fields, models

from ..formatting import format_title


class SupportEraseWizard(models.TransientModel):
    _name = "support.erase.wizard"
    _description = "Erasure of Personal Data"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    appointment_ids = fields.Many2many("support.appointment", string="Appointments")
    ticket_ids = fields.Many2many("support.ticket", string="Tickets")

    @api.model
    def _open(self, records):
        """
        :param records: ``support.appointment`` or ``support.ticket``
        :return: window action
        """
        field = "ticket_ids" if records._name == "support.ticket" else "appointment_ids"
        return {
            "type": "ir.actions.act_window",
            "name": format_title(_("Erase Personal Data"), records),
            "res_model": self._name,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {f"default_{field}": records.ids},
        }

    def action_erase(self):
        """Erase and close the page.

        :return: window action
        """
        for wizard in self:
            wizard.appointment_ids.action_erase_personal_data()
            wizard.ticket_ids.action_erase_personal_data()
        return {"type": "ir.actions.act_window_close"}
