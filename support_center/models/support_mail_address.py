from odoo import api, models
from odoo.tools import email_normalize, formataddr


class SupportMailAddress(models.AbstractModel):
    """Whose an address is, and where an answer to us should go."""

    _name = "support.mail.address"
    _description = "Addresses of the Mail Dialogue"

    @api.model
    def _is_own(self, address, company):
        """Whether ``address`` is one at which the company itself receives mail."""
        normalized = email_normalize(address or "")
        if not normalized:
            return False
        # sudo: aliases and companies are not every user's to read.
        companies = self.env["res.company"].sudo().search([])
        if normalized in [email_normalize(each.email or "") for each in companies]:
            return True
        for domain in companies.alias_domain_id:
            if normalized in (
                domain.bounce_email,
                domain.catchall_email,
                domain.default_from_email,
            ):
                return True
        local_part = normalized.partition("@")[0]
        aliases = self.env["mail.alias"].sudo()
        return bool(
            aliases.search_count(
                [
                    "|",
                    ("alias_full_name", "=", normalized),
                    "&",
                    ("alias_name", "=", local_part),
                    ("alias_domain_id", "in", company.alias_domain_id.ids),
                ],
                limit=1,
            )
        )

    @api.model
    def _is_opted_out(self, address):
        """Whether ``address`` wants no mail from us."""
        # sudo: the list of those who opted out is not every user's to read.
        return bool(
            self.env["mail.blacklist"]
            .sudo()
            .search_count([("email", "=", email_normalize(address or ""))], limit=1)
        )

    @api.model
    def _get_reply_to(self, record):
        """The address to which an answer about ``record`` comes in.

        :return: str, the alias of the record's company and model where there
            is one with a domain, else what Odoo itself takes
        """
        company = record.company_id
        # sudo: as in _is_own.
        aliases = self.env["mail.alias"].sudo()
        found = aliases.search(
            [
                ("alias_model_id.model", "=", record._name),
                ("alias_name", "!=", False),
                ("alias_force_thread_id", "in", [False, 0]),
                ("alias_domain_id", "in", company.alias_domain_id.ids),
            ],
            order="id",
        )
        ours = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        alias = found.filtered(lambda each: each == ours) or found[:1]
        if alias:
            return formataddr((company.name, alias.alias_full_name))
        return record._notify_get_reply_to()[record.id]
