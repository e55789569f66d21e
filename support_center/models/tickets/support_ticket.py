from email.utils import parseaddr

import psycopg2

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.tools import email_normalize

from ...compat import check_access
from ...formatting import format_names
from ...languages import get_company_lang
from ..appointment.states import LIVE_STATES
from ..appointment.support_appointment import PRIORITIES
from ..automation.support_automation_log import AUTOMATION_LOGGER
from .support_stage import CLOSED_STATES


class SupportTicket(models.Model):
    _name = "support.ticket"
    _description = "Support Ticket"
    _inherit = [
        "support.ids.mixin",
        "support.link.mixin",
        "portal.mixin",
        "rating.mixin",
        "mail.activity.mixin",
        "support.erasure.mixin",
        "support.automation.mixin",
        "support.company.mixin",
        "support.protection.mixin",
    ]
    _order = "priority desc, id desc"
    # An import may name a ticket by its number, as other systems do.
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, default="/", index=True)
    name = fields.Char("Subject", required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", check_company=True, index=True, tracking=True
    )
    description = fields.Text()
    priority = fields.Selection(PRIORITIES, default="1", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    team_id = fields.Many2one(
        "support.team",
        check_company=True,
        index=True,
        tracking=True,
        default=lambda self: self._default_team(),
    )
    stage_id = fields.Many2one(
        "support.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        copy=False,
        tracking=True,
        group_expand="_read_group_stage_ids",
        domain="['|', ('team_ids', '=', False), ('team_ids', 'in', team_id)]",
    )
    state = fields.Selection(related="stage_id.state", store=True, index=True)
    closed_at = fields.Datetime("Closed On", compute="_compute_closed_at", store=True, copy=False)
    synced_stage_id = fields.Many2one(
        "support.stage",
        readonly=True,
        copy=False,
        help="The stage that a visit brought the ticket to last; another one was set by hand.",
    )
    user_id = fields.Many2one(
        "res.users", "Assigned to", domain="[('share', '=', False)]", index=True, tracking=True
    )
    appointment_ids = fields.One2many("support.appointment", "ticket_id", "Appointments")
    appointment_count = fields.Integer(compute="_compute_appointment_count")
    active = fields.Boolean(default=True)

    _sql_constraints = [
        (
            "number_unique",
            "UNIQUE (company_id, number)",
            "A ticket of this number exists already in the company.",
        ),
    ]

    @api.model
    def _default_team(self):
        return self.env["support.team"].search(
            [("company_id", "in", [self.env.company.id, False])], limit=1
        )

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("team_id")
    def _compute_stage_id(self):
        first_stages = {}
        for ticket in self:
            usable = ticket.stage_id and (
                not ticket.stage_id.team_ids or ticket.team_id in ticket.stage_id.team_ids
            )
            if not usable:
                team = ticket.team_id
                if team not in first_stages:
                    first_stages[team] = team._get_first_stage()
                ticket.stage_id = first_stages[team]

    @api.depends("state")
    def _compute_closed_at(self):
        for ticket in self:
            is_closed = ticket.state in CLOSED_STATES
            ticket.closed_at = is_closed and (ticket.closed_at or fields.Datetime.now())

    @api.depends("appointment_ids")
    def _compute_appointment_count(self):
        counts = dict(
            self.env["support.appointment"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            ticket.appointment_count = counts.get(ticket, 0)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"[{ticket.number}] {ticket.name or ''}".strip()

    @api.model
    def _read_group_stage_ids(self, stages, domain, order=None):
        # Odoo 19 passes no order; all stages are shown as columns on both.
        return stages.search([], order=order or stages._order)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create tickets, in the company of their team where none is given."""
        vals_list = self._prepare_created_values(vals_list)
        vals_list = [self._complete_team(vals) for vals in self._complete_companies(vals_list)]
        self.env["ir.sequence"]._fill_references(vals_list, "number", "support.ticket")
        return super(SupportTicket, self._without_internal()).create(vals_list)

    def _complete_team(self, vals):
        """A ticket of another company than the user's starts with a team of that company."""
        company = self.env["res.company"].browse(vals.get("company_id"))
        is_chosen = "team_id" in vals or "default_team_id" in self.env.context
        if is_chosen or not company or company == self.env.company:
            return vals
        return {**vals, "team_id": self.with_company(company)._default_team().id}

    def write(self, vals):
        vals = self._prepare_written_values(vals)
        in_step = self.browse()
        if "team_id" in vals and "stage_id" not in vals:
            in_step = self.filtered(lambda t: t.synced_stage_id == t.stage_id)
        result = super(SupportTicket, self._without_internal()).write(vals)
        if "company_id" in vals:
            self.env["support.company.guard"]._check_moved(
                self,
                "support.appointment",
                "ticket_id",
                [],
                _("Open another ticket there, or take the appointments off this one first."),
            )
        # Another team may have other stages: the move to one of them is nobody's decision
        # against what the visits say.
        for stage, tickets in in_step.grouped("stage_id").items():
            tickets._write_protected({"synced_stage_id": stage.id})
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if not (default or {}).get("name"):
            for vals in vals_list:
                vals["name"] = _("%(subject)s (copy)", subject=vals["name"])
        return vals_list

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    @api.model
    def _get_fields_kept_in_erasure(self):
        return super()._get_fields_kept_in_erasure() | {"number"}

    def _prepare_erased_vals(self):
        in_lang = self.with_context(lang=self._get_company_lang())
        return {**super()._prepare_erased_vals(), "name": in_lang._describe_erased()}

    def _describe_erased(self):
        return _("Erased")

    def _get_person(self):
        # Without a contact it came by mail, and the first message is who it came from.
        first = self.message_ids.filtered("email_from").sorted("id")[:1]
        name, email = super()._get_person()
        written = parseaddr(first.email_from or "")
        return name or written[0], email or written[1]

    def _find_erasure_obstacle(self):
        expected = self.appointment_ids.filtered(lambda visit: visit.state in LIVE_STATES)
        if expected:
            return _(
                "%(name)s: somebody is expected for it (%(visits)s). Cancel the visit, or close it "
                "once it took place, then erase.",
                name=self.number,
                visits=format_names(expected.mapped("name")),
            )
        return super()._find_erasure_obstacle()

    def _call_off_for_erasure(self):
        self.appointment_ids._call_off_for_erasure()

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

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
                if this._is_retried_by_odoo(error):
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

        :return: set of str, normalised
        """
        self.ensure_one()
        # sudo: as for appointments, mails are taken in for everybody.
        this = self.sudo()
        _name, written = this._get_person()
        followers = this.message_partner_ids.filtered("partner_share")
        addresses = (this.partner_id.email, written, *followers.mapped("email"))
        known = {email_normalize(address or "") for address in addresses} - {False, ""}
        own = self.env["support.mail.address"]._is_own
        return {address for address in known if not own(address, this.company_id)}

    @api.model
    def _describe_no_subject(self):
        return _("No subject")

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_appointments(self):
        """Open the appointments of these tickets."""
        check_access(self, "read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_action"
        )
        action["domain"] = [("ticket_id", "in", self.ids)]
        if len(self) == 1:
            action["context"] = {
                "default_ticket_id": self.id,
                "default_partner_id": self.partner_id.id,
            }
        return action

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _get_link_fields(self):
        return ["closed_at"]

    def _get_link_end(self):
        # As long as it is open, somebody may have something to say about it.
        return self.closed_at and self._add_link_days(self.closed_at)

    def _follow_visit(self, state):
        """Move the ticket to the first stage of ``state`` that its team uses.

        A stage that somebody set after the last such move stays: people know
        more than visits do. Where it means what the visit means anyway, the
        two are in step again.

        :param str state: one of ``TICKET_STATES``
        :return: False, or in words why nothing was done
        """
        self.ensure_one()
        by_hand = self.synced_stage_id and self.synced_stage_id != self.stage_id
        if by_hand and self.state != state:
            return _("The stage “%(stage)s” was set by hand and stays.", stage=self.stage_id.name)
        stage = self.stage_id if self.state == state else self._find_stage(state)
        if not stage:
            return _("No stage of the ticket's team has the state “%(state)s”.", state=state)
        vals = {"stage_id": stage.id, "synced_stage_id": stage.id}
        self._write_protected(
            {field: value for field, value in vals.items() if self[field].id != value}
        )
        return False

    def _find_stage(self, state):
        self.ensure_one()
        return self.env["support.stage"].search(
            [
                ("state", "=", state),
                "|",
                ("team_ids", "=", False),
                ("team_ids", "in", self.team_id.ids),
            ],
            limit=1,
        )

    @api.model
    def _find_by_numbers(self, numbers, company):
        """Tickets by their number, in one query.

        :param numbers: iterable of strings as an integrator wrote them
        :param company: tickets of this company are considered
        :return: dict of the string to its ``support.ticket``
        """
        wanted = {number: number.strip().upper() for number in numbers}
        if not wanted:
            return {}
        tickets = self.search(
            [("number", "in", list(wanted.values())), ("company_id", "=", company.id)]
        )
        by_number = {ticket.number: ticket for ticket in tickets}
        return {
            number: by_number[normal] for number, normal in wanted.items() if normal in by_number
        }
