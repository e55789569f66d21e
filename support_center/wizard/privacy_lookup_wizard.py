from odoo import Command, api, models
from odoo.tools import SQL

from ..compat import check_access
from ..models.common.erasure import get_patterns

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

        :raise AccessError: unless the user is an administrator
        """
        check_access(self, "write")
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
        found = {
            name: self.env[name]._search_personal_data(self.email, self.name) for name in SEARCHED
        }
        lines = [vals for records in found.values() for vals in self._prepare_lines_of(records)]
        for records in (*self._search_mentions(found), self._search_detached_messages()):
            lines += self._prepare_lines_of(records)
        return lines

    @api.model
    def _prepare_lines_of(self, records):
        model_id = self.env["ir.model"]._get_id(records._name)
        return [
            {
                "res_model": records._name,
                "res_model_id": model_id,
                "res_id": record.id,
                "is_active": record.active if "active" in record else True,
            }
            for record in records
        ]

    def _search_mentions(self, found):
        """Messages, activities and files of our records that are about somebody else.

        Such as the former customer in the history of a visit, or a note to a technician: the
        record stays, and this goes.

        :param dict found: records by name of their model, which are listed themselves
        :return: list of recordsets, as superuser
        """
        ours = [name for name in self.env if name.startswith("support.")]
        queries = {
            "mail.message": """
                SELECT id, model, res_id FROM mail_message AS row_
                 WHERE model IN %(models)s AND (
                       to_jsonb(row_)::text ILIKE ANY(%(patterns)s)
                       OR id IN (
                           SELECT mail_message_id FROM mail_tracking_value AS tracked
                            WHERE to_jsonb(tracked)::text ILIKE ANY(%(patterns)s)))
                """,
            "mail.activity": """
                SELECT id, res_model, res_id FROM mail_activity AS row_
                 WHERE res_model IN %(models)s AND to_jsonb(row_)::text ILIKE ANY(%(patterns)s)
                """,
            "ir.attachment": """
                SELECT id, res_model, res_id FROM ir_attachment AS row_
                 WHERE res_model IN %(models)s AND to_jsonb(row_)::text ILIKE ANY(%(patterns)s)
                """,
        }
        params = {"models": tuple(ours), "patterns": get_patterns(self.email, self.name)}
        mentions = []
        for name, query in queries.items():
            self.env.cr.execute(SQL(query, **params))
            ids = [
                record_id
                for record_id, model, res_id in self.env.cr.fetchall()
                if model not in found or res_id not in found[model]._ids
            ]
            mentions.append(self.env[name].sudo().browse(ids))  # sudo: as below
        return mentions

    def _search_detached_messages(self):
        """Messages of mails that outlived their appointment, see ``_detach_cancellation_mails``."""
        # sudo: the queue is not everybody's to read who looks for a person's data.
        mails = self.env["mail.mail"].sudo()
        kept = mails.search([("support_notice", "!=", False), ("model", "=", False)])
        email = self.email.strip().lower()
        return kept.filtered(
            lambda mail: email in f"{mail.email_to} {mail.recipient_ids.mapped('email')}".lower()
        ).mail_message_id
