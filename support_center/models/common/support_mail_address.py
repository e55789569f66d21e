from odoo import _, api, models, tools
from odoo.tools import email_domain_extract, email_normalize, formataddr

from ...intake import classify, fold_address, spell_address


def fold(address):
    """An address as it is compared: both spellings of an international domain are one.

    :param address: str as it stands in a mail or on a contact, or False
    :return: str, empty for what is no address
    """
    return fold_address(email_normalize(address or "") or "")


def fold_all(addresses):
    """
    :param addresses: iterable as for ``fold``
    :return: set of str, without what is no address
    """
    return {folded for address in addresses if (folded := fold(address))}


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
        companies = self._get_companies()
        spellings = spell_address(normalized)
        own = {email_normalize(each.email or "") for each in companies}
        for domain in companies.alias_domain_id:
            own |= {domain.bounce_email, domain.catchall_email, domain.default_from_email}
        if fold_address(normalized) in {fold_address(address) for address in own if address}:
            return True
        full_names, names = self._get_alias_names()
        if not full_names.isdisjoint(spellings):
            return True
        # sudo: mail domains are not every user's to read.
        domain = company.sudo().alias_domain_id
        return bool(domain) and (domain.id, normalized.partition("@")[0]) in names

    # Forgotten when an alias or its domain changes, see ``mail.alias``.
    @tools.ormcache()
    def _get_alias_names(self):
        """At which addresses mails come in.

        :return: set of whole addresses, and set of pairs of the id of a domain and a name
        """
        # sudo: aliases are not every user's to read.
        aliases = self.env["mail.alias"].sudo().search_fetch(
            [("alias_name", "!=", False)], ["alias_name", "alias_full_name", "alias_domain_id"]
        )  # fmt: skip
        return (
            frozenset(aliases.mapped("alias_full_name")),
            frozenset((alias.alias_domain_id.id, alias.alias_name) for alias in aliases),
        )

    @api.model
    def _get_companies(self):
        """All companies that are not archived, as superuser."""
        # sudo: companies are not every user's to read.
        return self.env["res.company"].sudo().browse(self._get_company_ids())

    # Forgotten when a company is made, archived or deleted, see ``res.company``.
    @tools.ormcache()
    def _get_company_ids(self):
        """
        :return: tuple of ids
        """
        # sudo: as in _get_companies
        companies = self.env["res.company"].sudo().with_context(active_test=True)
        return companies.search([])._ids

    @api.model
    def _list_own_domains(self):
        """The domains at which our companies receive mail.

        :return: set of str in lower case
        """
        companies = self._get_companies()
        names = {email_domain_extract(company.email or "") for company in companies}
        names |= {domain.name.lower() for domain in companies.alias_domain_id}
        return names - {False, ""}

    @api.model
    def _find_obstacles(self, addresses, company=None):
        """Why addresses cannot or must not be mailed; nothing else in the addon decides that.

        :param addresses: iterable of str, as they stand on a contact or in a mail, or False
        :param company: ``res.company`` that answers what came in: its own addresses are left out,
            and those at which programs read; None for a mail that may go there, too
        :return: dict of address to ``missing``, ``invalid``, ``own``, ``program`` or
            ``opted_out``; what is not in it may be mailed
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
            elif company and classify({}, sender=normal, subject="") != "human":
                obstacles[address] = "program"
            elif fold_address(normal) in opted_out:
                obstacles[address] = "opted_out"
        return obstacles

    @api.model
    def _find_obstacle(self, address, company=None):
        """As ``_find_obstacles``, of one address; an empty str where it may be mailed."""
        return self._find_obstacles([address], company).get(address, "")

    @api.model
    def _explain_no_answer(self, address, company):
        """Why nothing that came in is answered to an address.

        :return: str in words; empty where it is answered
        """
        obstacle = self._find_obstacle(address, company)
        if not obstacle:
            return ""
        return {
            "missing": _("Not answered: no usable address of a sender or customer is known."),
            "invalid": _("Not answered: no usable address of a sender or customer is known."),
            "own": _("Not answered: the address is one of our own."),
            "program": _(
                "Not answered: a program reads what comes to %(address)s.", address=address
            ),
            "opted_out": _("Not answered: the customer opted out of our mails."),
        }[obstacle]

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
        domain = company.sudo().alias_domain_id
        alias = self.env["mail.alias"].sudo().browse(self._get_alias_ids(model, domain.id))
        return formataddr((company.name, alias.alias_full_name)) if alias else ""

    # Forgotten when an alias changes, see ``mail.alias``.
    @tools.ormcache("model", "domain_id")
    def _get_alias_ids(self, model, domain_id):
        """The alias of a domain at which mails become records of ``model``.

        :return: tuple of one id, or of none
        """
        # sudo: as in _is_own.
        found = (
            self.env["mail.alias"]
            .sudo()
            .search(
                [
                    ("alias_model_id.model", "=", model),
                    ("alias_name", "!=", False),
                    ("alias_force_thread_id", "in", [False, 0]),
                    ("alias_domain_id", "in", [domain_id] if domain_id else []),
                ],
                order="id",
            )
        )
        name = "support_center.mail_alias_appointments"
        ours = self.env["ir.model.data"]._xmlid_to_res_id(name)
        return (found.filtered(lambda each: each.id == ours) or found[:1])._ids

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
        domain = alias.alias_domain_id
        served = domain and self._get_companies().filtered(lambda c: c.alias_domain_id == domain)
        return served if len(served) == 1 else companies
