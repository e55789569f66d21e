from odoo import api, models
from odoo.tools import email_domain_extract, email_normalize, formataddr

from ...intake import fold_address, spell_address


class SupportMailAddress(models.AbstractModel):
    """Whose an address is, whether it may be mailed, and where an answer to us should go."""

    _name = "support.mail.address"
    _description = "Addresses of Mails"

    @api.model
    def _is_own(self, address, company):
        """Whether ``address`` is one at which the company itself receives mail."""
        normalized = email_normalize(address or "")
        if not normalized:
            return False
        # sudo: aliases and companies are not every user's to read.
        companies = self.env["res.company"].sudo().search([])
        spellings = spell_address(normalized)
        own = {email_normalize(each.email or "") for each in companies}
        for domain in companies.alias_domain_id:
            own |= {domain.bounce_email, domain.catchall_email, domain.default_from_email}
        if fold_address(normalized) in {fold_address(address) for address in own if address}:
            return True
        local_part = normalized.partition("@")[0]
        aliases = self.env["mail.alias"].sudo()
        return bool(
            aliases.search_count(
                [
                    "|",
                    ("alias_full_name", "in", spellings),
                    "&",
                    ("alias_name", "=", local_part),
                    ("alias_domain_id", "in", company.alias_domain_id.ids),
                ],
                limit=1,
            )
        )

    @api.model
    def _list_own_domains(self):
        """The domains at which our companies receive mail.

        :return: set of str in lower case
        """
        # sudo: as in _is_own.
        companies = self.env["res.company"].sudo().search([])
        names = {email_domain_extract(company.email or "") for company in companies}
        names |= {domain.name.lower() for domain in companies.alias_domain_id}
        return names - {False, ""}

    @api.model
    def _find_obstacles(self, addresses, company=None):
        """Why addresses cannot or must not be mailed; nothing else in the addon decides that.

        :param addresses: iterable of str, as they stand on a contact or in a mail, or False
        :param company: ``res.company`` whose own addresses are left out; None for a mail that
            may go to one of them, too
        :return: dict of address to ``missing``, ``invalid``, ``own`` or ``opted_out``; what is
            not in it may be mailed
        """
        # As Odoo reads the address of a contact: of several, the first one counts.
        normalized = {
            address: email_normalize(address or "", strict=False) for address in addresses
        }
        opted_out = self._get_opted_out(normalized.values())
        obstacles = {}
        for address, normal in normalized.items():
            if not (address or "").strip():
                obstacles[address] = "missing"
            elif not normal:
                obstacles[address] = "invalid"
            elif company and self._is_own(normal, company):
                obstacles[address] = "own"
            elif fold_address(normal) in opted_out:
                obstacles[address] = "opted_out"
        return obstacles

    @api.model
    def _find_obstacle(self, address, company=None):
        """As ``_find_obstacles``, of one address; an empty str where it may be mailed."""
        return self._find_obstacles([address], company).get(address, "")

    @api.model
    def _get_opted_out(self, addresses):
        """Those of the normalised addresses that want no mail from us.

        :return: set of addresses as ``fold_address`` spells them
        """
        known = {
            spelling for address in addresses if address for spelling in spell_address(address)
        }
        if not known:
            return set()
        # sudo: the list of those who opted out is not every user's to read.
        blacklist = self.env["mail.blacklist"].sudo()
        return set(
            map(fold_address, blacklist.search([("email", "in", list(known))]).mapped("email"))
        )

    @api.model
    def _get_reply_to(self, record):
        """The address to which an answer about ``record`` comes in.

        :return: str; what Odoo itself takes where no alias with a domain is there
        """
        address = self._get_alias_address(record.company_id, record._name)
        return address or record._notify_get_reply_to()[record.id]

    @api.model
    def _get_alias_address(self, company, model):
        """The address of a company at which mails become records of ``model``.

        :return: str with the company's name, empty without an alias that has a domain
        """
        # sudo: as in _is_own.
        aliases = self.env["mail.alias"].sudo()
        found = aliases.search(
            [
                ("alias_model_id.model", "=", model),
                ("alias_name", "!=", False),
                ("alias_force_thread_id", "in", [False, 0]),
                ("alias_domain_id", "in", company.sudo().alias_domain_id.ids),
            ],
            order="id",
        )
        ours = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        alias = found.filtered(lambda each: each == ours) or found[:1]
        return formataddr((company.name, alias.alias_full_name)) if alias else ""

    @api.model
    def _get_alias_company(self, alias, defaults):
        """The company to which what a mail to ``alias`` makes belongs.

        :param alias: ``mail.alias``
        :param dict defaults: what the alias sets
        :return: ``res.company``: the one that the defaults name, the owner's, the only one of
            the alias's domain; empty where none of them decides
        """
        # sudo: as in _is_own.
        alias = alias.sudo()
        companies = alias.env["res.company"]
        company_id = (defaults or {}).get("company_id")
        if isinstance(company_id, int) and (company := companies.browse(company_id).exists()):
            return company
        owners = alias.env.get(alias.alias_parent_model_id.model)
        if owners is not None and alias.alias_parent_thread_id and "company_id" in owners:
            owner = owners.browse(alias.alias_parent_thread_id).exists()
            if owner.company_id:
                return owner.company_id
        served = alias.alias_domain_id.company_ids
        return served if len(served) == 1 else companies
