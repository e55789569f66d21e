from email.utils import parseaddr

from odoo import _, api, fields, models

from ...compat import check_access
from ...formatting import format_names, format_title
from ..appointment.states import LIVE_STATES
from ..appointment.support_appointment import PRIORITIES
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

    # By parts of it; as a whole by the constraint below.
    number = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    name = fields.Char("Subject", required=True, tracking=True, index="trigram")
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
            "UNIQUE (number, company_id)",
            "A ticket of this number exists already in the company.",
        ),
    ]

    def _get_responsible_users(self):
        return self.user_id

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
    # Actions
    # ------------------------------------------------------------------

    def action_view_appointments(self):
        """Open the appointments of these tickets."""
        check_access(self, "read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_action"
        )
        action["name"] = format_title(action["name"], self)
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
