import psycopg2

from odoo import SUPERUSER_ID, _, api, models
from odoo.tools import email_normalize

from ...languages import get_company_lang
from ..automation.support_automation_log import AUTOMATION_LOGGER
from ..common.support_mail_address import fold_all


class SupportTicket(models.Model):
    """Tickets that are made by mail, and whom a mail about a ticket comes from."""

    _inherit = "support.ticket"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to a team's address becomes a ticket, whatever the mail or the alias holds.

        Odoo's mailbox polling marks a mail as read even when its processing raised, answers it
        with an error and marks the alias as invalid. So what the alias sets is left out where
        it cannot be stored, and a number that somebody else has used meanwhile is replaced by
        the next one.

        :raise AccessError: for callers who are not the mail gateway
        """
        self._check_mail_gateway()
        # Mail runs as OdooBot: the sender may be an internal user without any right on tickets.
        this = self.with_user(SUPERUSER_ID)
        defaults = this._clean_alias_values(custom_values)
        this = this.with_company(this._get_mail_company(defaults))
        failures = []
        for values in this._list_mail_attempts(msg_dict, defaults, failures):
            try:
                with this.env.cr.savepoint():
                    ticket = super(SupportTicket, this).message_new(msg_dict, custom_values=values)
                    ticket.flush_recordset()
            except Exception as error:
                if this._is_retried(error):
                    raise
                failures.append(error)
                AUTOMATION_LOGGER.warning(
                    "action=receive_email outcome=failed error=%s it is tried with other values",
                    type(error).__name__,
                )
                continue
            if any(values.get(field) != value for field, value in defaults.items()):
                ticket._report_alias_defaults(failures[0])
            return ticket
        raise failures[-1]

    @api.model
    def _clean_alias_values(self, custom_values):
        """The alias's own defaults, as far as they are fields here that the addon does not keep
        itself, such as the number.

        The mails of a team that was archived go to another team of its company.
        """
        left_out = self._get_protected_fields()
        values = {
            field: value
            for field, value in (custom_values or {}).items()
            if field in self._fields and field not in left_out
        }
        team = self._get_mail_team(values)
        if team and not team.active:
            company = team.company_id or self.env.company
            values["team_id"] = (self.with_company(company)._default_team() or team).id
        return values

    @api.model
    def _get_mail_team(self, defaults):
        team_id = defaults.get("team_id")
        teams = self.env["support.team"]
        return teams.browse(team_id).exists() if isinstance(team_id, int) else teams

    @api.model
    def _get_mail_company(self, defaults):
        """Whose a mailed ticket is: the company that the alias names, else its team's, else the
        one that the gateway works for."""
        company_id = defaults.get("company_id")
        companies = self.env["res.company"]
        company = companies
        if isinstance(company_id, int):
            company = companies.browse(company_id).exists()
        return company or self._get_mail_team(defaults).company_id or self.env.company

    @api.model
    def _list_mail_attempts(self, msg_dict, defaults, failures):
        """Values to make a ticket of a mail with, the best first.

        :param dict defaults: what the alias sets
        :param list failures: what the attempts so far have come to, as exceptions
        :return: iterator of dicts
        """
        company = self.env.company
        # Who fetches the mail has nothing to do with what is kept of it.
        in_lang = self.with_context(lang=get_company_lang(company))
        received = {
            "name": (msg_dict.get("subject") or "").strip() or in_lang._describe_no_subject(),
            "description": in_lang._get_mail_description(msg_dict),
            "company_id": company.id,
        }
        sender = self._find_sender(msg_dict)
        values = {**received, "partner_id": sender.id, **defaults}
        yield values
        if isinstance(failures[-1], psycopg2.errors.UniqueViolation):
            yield values
        team = self._get_mail_team(defaults)
        if team.company_id in (company, company.browse()):
            yield {**received, "partner_id": sender.id, "team_id": team.id}
        yield received

    @api.model
    def _get_mail_description(self, msg_dict):
        """What the sender of a mail wrote, else the mail that they pass on, else in words why
        nobody can read it."""
        text = self.env["support.appointment"]._get_mail_text(msg_dict)
        mail = self._get_gateway_mail()
        if text.strip() or not mail or not mail.text:
            return text
        words = self.env["support.intake.words"]
        return mail.text.forwarded or words._describe_obstacle(mail.text.obstacle) or text

    @api.model
    def _find_sender(self, msg_dict):
        """The contact who asks by a mail, of the company or of all; empty where there is none.

        A website's form names them in ``Reply-To``, and writes under its own address.
        """
        company = self.env.company
        mail = self._get_gateway_mail()
        person = mail.reply_to if mail else ""
        sender = email_normalize(person or msg_dict.get("email_from") or "")
        contacts = self.env["res.partner"]
        author = contacts.browse((not person and msg_dict.get("author_id")) or ())
        if author and author.company_id in (company, company.browse()):
            return author
        found = self.env["support.intake.contacts"]._find_partners(contacts, [sender], company)
        return found.get(sender, contacts) if sender else contacts

    def _get_correspondents(self):
        """The addresses that are known to be the customer's, or of those who follow for them.

        :return: set of str, as ``fold`` spells them
        """
        self.ensure_one()
        # sudo: as for appointments, mails are taken in for everybody.
        this = self.sudo()
        _name, written = this._get_person()
        followers = this.message_partner_ids.filtered("partner_share")
        addresses = (this.partner_id.email, written, *followers.mapped("email"))
        is_own = self.env["support.mail.address"]._is_own
        return {address for address in fold_all(addresses) if not is_own(address, this.company_id)}

    @api.model
    def _describe_no_subject(self):
        return _("No subject")
