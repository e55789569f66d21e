from odoo import Command, api, models

# In the order in which they are erased: what they leave in the log comes last.
SEARCHED = (
    "support.appointment",
    "support.ticket",
    "support.webhook.delivery",
    "support.automation.log",
)


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def action_lookup(self):
        """Find our records too that hold the address or the name without pointing to a contact.

        Odoo looks for addresses in fields of certain names, and for those who have a contact.
        """
        action = super().action_lookup()
        known = {(line.res_model, line.res_id) for line in self.line_ids}
        self.line_ids = [
            Command.create(vals)
            for vals in self._prepare_support_lines()
            if (vals.pop("res_model"), vals["res_id"]) not in known
        ]
        return action

    def _prepare_support_lines(self):
        """
        :return: list of dict, values of lines, with the model's name on top
        """
        self.ensure_one()
        lines = []
        for name in SEARCHED:
            found = self.env[name]._search_personal_data(self.email, self.name)
            lines += self._prepare_lines_of(found)
        return lines + self._prepare_lines_of(self._search_detached_messages())

    @api.model
    def _prepare_lines_of(self, records):
        model = self.env["ir.model"]._get(records._name)
        return [
            {
                "res_model": records._name,
                "res_model_id": model.id,
                "res_id": record.id,
                "is_active": record.active if "active" in record else True,
            }
            for record in records
        ]

    def _search_detached_messages(self):
        """Messages of our mails that outlived their appointment, see ``_keep_cancellations``."""
        # sudo: the queue is not everybody's to read who looks for a person's data.
        mails = self.env["mail.mail"].sudo()
        kept = mails.search([("support_notice", "!=", False), ("model", "=", False)])
        email = self.email.strip().lower()
        return kept.filtered(
            lambda mail: email in f"{mail.email_to} {mail.recipient_ids.mapped('email')}".lower()
        ).mail_message_id
