from collections import namedtuple

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ...compat import check_access
from ...formatting import aware, format_names
from ...intake import fold_address
from ...scheduling.explain import why_not
from ...scheduling.slots import find_starts
from ..appointment.states import OPEN_STATES
from ..planning.support_availability import DEFAULT_STEP_MINUTES

# A time that can be had: naive UTC, and whose it is.
Slot = namedtuple("Slot", "start stop technician_id")


class SupportTechnician(models.Model):
    _name = "support.technician"
    _description = "Support Technician"
    _inherit = [
        "support.ids.mixin",
        "support.guarded.mixin",
        "resource.mixin",
        "support.automation.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    # An import may name a technician by the address, as other systems do.
    _rec_names_search = ["name", "email"]
    _check_company_auto = True
    # Dispatchers, who may not change a technician, close the activities on one.
    _mail_post_access = "read"

    name = fields.Char(related="resource_id.name", store=True, readonly=False)
    user_id = fields.Many2one(
        "res.users",
        related="resource_id.user_id",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    active = fields.Boolean(related="resource_id.active", store=True, readonly=False, default=True)
    email = fields.Char(
        compute="_compute_email",
        store=True,
        readonly=False,
        copy=False,
        help="External systems name a technician by this address.",
    )
    phone = fields.Char()
    # An archived skill or area is given to nobody any more; it still holds for those who have it.
    skill_ids = fields.Many2many("support.skill", string="Skills", context={"active_test": False})
    area_ids = fields.Many2many(
        "support.area",
        string="Areas",
        context={"active_test": False},
        help="Where this technician goes; empty for everywhere.",
    )
    max_daily_appointments = fields.Integer(
        default=0, help="Most appointments on one day; 0 for no limit."
    )
    color = fields.Integer()
    appointment_ids = fields.One2many("support.appointment", "technician_id")

    _sql_constraints = [
        (
            "max_daily_positive",
            "CHECK (max_daily_appointments >= 0)",
            "The daily maximum cannot be negative: enter 0 for no limit.",
        ),
        # What two transactions write at once no check in Python can see. At the commit, so that
        # whatever goes through the ORM is told by the check below in words that name somebody.
        (
            "one_user",
            "EXCLUDE USING btree (user_id WITH =) WHERE (active AND user_id IS NOT NULL) "
            "DEFERRABLE INITIALLY DEFERRED",
            "This user is another technician already.",
        ),
    ]

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("user_id.email")
    def _compute_email(self):
        for technician in self:
            technician.email = technician.user_id.email or technician.email

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.constrains("user_id", "active")
    def _check_one_technician_a_user(self):
        """Refuse a second technician of one user, in whatever company.

        To the guarantee against double bookings two technicians are two people, who can be at
        two customers at once. Who works for several companies is one technician of none.

        :raise ValidationError: names the user and the technician that they are already
        """
        linked = self.filtered(lambda technician: technician.active and technician.user_id)
        if not linked:
            return
        # sudo: the other one may belong to a company that is out of sight.
        everybody = self.sudo().search([("user_id", "in", linked.user_id.ids)], order="id")
        for user, technicians in everybody.grouped("user_id").items():
            if len(technicians) > 1:
                raise ValidationError(
                    _(
                        "%(user)s can be one technician only, not several: %(names)s. Choose "
                        "another user or none, or archive the other technician. For work in "
                        "several companies leave the technician's company empty.",
                        user=user.name,
                        names=format_names(technicians.mapped("name")),
                    )
                )

    @api.constrains("company_id")
    def _check_visits_stay_in_sight(self):
        """Refuse another company while the old one has visits that are not over.

        :raise UserError: names the technicians and the visits
        """
        self.env["support.company.guard"]._check_moved(
            self,
            "support.appointment",
            "technician_id",
            self._get_open_domain(),
            _(
                "Give them to somebody else, finish or cancel them first; or leave the "
                "technician's company empty, for work in all companies."
            ),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_appointments(self):
        self.env["support.company.guard"]._check_unused(
            self, "support.appointment", "technician_id", _("Archive the technician instead.")
        )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        """Copy schedule, skills and areas, and not the person: one user is one technician."""
        vals_list = super().copy_data(default)
        if "user_id" not in (default or {}):
            # The mixin has made the resources already, with the user.
            resources = self.env["resource.resource"].browse(
                [vals["resource_id"] for vals in vals_list]
            )
            resources.user_id = False
        return vals_list

    def _prepare_resource_values(self, vals, tz):
        values = super()._prepare_resource_values(vals, tz)
        user = self.env["res.users"].browse(vals.get("user_id"))
        if user:
            values["user_id"] = user.id
            if not tz and user.tz:
                values["tz"] = user.tz
        return values

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _message_auto_subscribe_notify(self, partner_ids, template):
        # Odoo would write "You have been assigned to …" to whoever is made a technician.
        return

    def _find_notification_obstacles(self):
        """Why technicians cannot be told of their visits.

        Somebody with a user is told in the inbox or by mail, as that user prefers; without a
        user, by mail.

        :return: dict of record id to the reason in words; those not in it can be told
        """
        # sudo: users and their addresses are not everybody's to read.
        technicians = self.sudo()
        addresses = {
            technician.id: technician.user_id.partner_id.email
            if technician.user_id
            else technician.email
            for technician in technicians
        }
        unreachable = self.env["support.mail.address"]._find_obstacles(addresses.values())
        obstacles = {}
        for technician in technicians:
            user, address = technician.user_id, addresses[technician.id]
            # Who has left the company is not told of its customers.
            if user and not user.active:
                obstacles[technician.id] = _("The technician's user is archived.")
            elif not technician.active:
                obstacles[technician.id] = _(
                    "%(technician)s does not work here any more: assign somebody else.",
                    technician=technician.name,
                )
            elif not user and unreachable.get(address) == "missing":
                obstacles[technician.id] = _(
                    "The technician has neither a user nor an e-mail address."
                )
            elif address in unreachable and (not user or user.notification_type == "email"):
                obstacles[technician.id] = _(
                    "%(technician)s is told of visits by e-mail, but “%(address)s” is no valid "
                    "address, or it is on the blacklist.",
                    technician=technician.name,
                    address=address or "",
                )
        return obstacles

    # ------------------------------------------------------------------
    # Availability
    # ------------------------------------------------------------------

    def _is_available(self, start, stop, buffers=(0, 0), without=None, any_hour=False):
        """Those of these technicians who can be at a customer's from ``start`` to ``stop``.

        Looked at are working hours, absences, visits with their buffers, busy
        events in the calendar and the daily maximum; not skills and areas,
        which depend on what the visit is for. The number of queries does not
        grow with the technicians.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param tuple buffers: minutes to keep free before and after
        :param without: ``support.appointment`` that are not in their own way
        :param bool any_hour: leave hours and absences out, as a dispatcher may
        :return: ``support.technician``, in the order given; so for one
            technician it is true when available
        """
        availability = self.env["support.availability"]
        demand = availability._prepare_demand((stop - start).total_seconds() / 3600, buffers)
        agendas = availability._read_agendas(self, start, stop, without)
        return self._filter_employed().filtered(
            lambda t: not why_not(agendas[t.id], demand, aware(start), any_hour=any_hour)
        )

    def _free_slots(
        self,
        start,
        stop,
        duration=None,
        appointment_type=None,
        step=DEFAULT_STEP_MINUTES,
        limit=None,
        without=None,
    ):
        """When these technicians could come, from ``start`` to ``stop``.

        A visit lies wholly between the two. With a type its buffers, minimum
        notice, horizon and skills count, and its length where none is given.
        Nothing in the past is offered. Starts stand at multiples of ``step``
        on the technician's own wall clock, also over a change of the clock.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param float duration: hours; the type's, else one hour
        :param appointment_type: ``support.appointment.type``, or none
        :param int step: minutes, a divisor of a day
        :param int limit: the first so many only
        :param without: ``support.appointment`` that are not in their own way
        :return: list of ``Slot(start, stop, technician_id)``, naive UTC, by
            time and then in the order of the technicians
        :raise ValueError: for a length or step that is not positive
        """
        kind = appointment_type or self.env["support.appointment.type"]
        availability = self.env["support.availability"]
        demand = availability._prepare_demand(
            duration or kind.duration or 1.0, (kind.buffer_before, kind.buffer_after), step
        )
        start, stop = kind._limit_offers(start, stop, demand.duration)
        technicians = self._filter_employed().filtered(lambda t: kind.skill_ids <= t.skill_ids)
        if start >= stop or not technicians:
            return []
        return technicians._find_slots(start, stop, demand, limit, without)

    def _find_slots(self, start, stop, demand, limit=None, without=None):
        """As ``_free_slots``, for what a visit needs instead of its type.

        :param demand: ``scheduling.slots.Demand``
        """
        agendas = self.env["support.availability"]._read_agendas(self, start, stop, without)
        window = aware(start), aware(stop)
        # In UTC already, so that dropping the zone is enough; there may be thousands.
        found = [
            (moment.replace(tzinfo=None), position)
            for position, technician in enumerate(self)
            for moment in find_starts(agendas[technician.id], demand, window)
        ]
        found.sort()
        ids, duration = self.ids, demand.duration
        return [
            Slot(moment, moment + duration, ids[position]) for moment, position in found[:limit]
        ]

    def _rank_for(self, appointment):
        """Who of these technicians should go to ``appointment``.

        Skills, area, company and availability are hard rules. Among those who
        are left the lowest cost wins, see "Who is chosen" in
        docs/scheduling.md. The number of queries does not grow with the
        technicians.

        :param appointment: ``support.appointment`` with a start, also a new one
        :return: list of ``Ranked(technician, cost, reasons)``: best first, cost
            in minutes; then those who cannot come, with None for the cost.
            ``reasons`` is a list of str in the language of the environment
        """
        return self.env["support.ranking"]._rank_for(appointment, self)

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _search_for_companies(self, companies):
        """Who may be sent by one of ``companies``: their own technicians and those of none.

        :param companies: ``res.company`` recordset
        """
        return self.search([("company_id", "in", [*companies.ids, False])])

    def _filter_employed(self):
        """Those who still work here: not archived, and with a user that is not archived either.

        One without a user works too, and is told of visits by mail.
        """
        # sudo: users of other companies are not every dispatcher's to read.
        left = self.sudo().filtered(lambda t: not t.active or (t.user_id and not t.user_id.active))
        return self.filtered(lambda technician: technician.id not in left.ids) if left else self

    @api.model
    def _get_open_domain(self):
        return [("active", "=", True), ("state", "in", OPEN_STATES)]

    def _find_open_visits(self):
        """Visits of these technicians that are not over, of all companies, as superuser."""
        # sudo: they may belong to companies that are out of the user's sight.
        visits = self.env["support.appointment"].sudo()
        return visits.search([("technician_id", "in", self.ids), *self._get_open_domain()])

    @api.model
    def _find_by_emails(self, emails, company):
        """Technicians by their own or their user's address, in one query.

        :param emails: iterable of strings as an integrator wrote them
        :param company: technicians of this company, or of none, are considered
        :return: dict of the string to its ``support.technician``
        """
        by_address = {}
        wanted = {
            email: fold_address(email_normalize(email) or email.strip().lower()) for email in emails
        }
        if not wanted:
            return {}
        for technician in self._search_for_companies(company)._filter_employed():
            for address in (technician.email, technician.user_id.login):
                normalized = fold_address(email_normalize(address or ""))
                if normalized:
                    by_address.setdefault(normalized, technician)
        return {
            email: by_address[address] for email, address in wanted.items() if address in by_address
        }

    def action_view_appointments(self):
        """Open the appointments of these technicians."""
        check_access(self, "read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_action"
        )
        action["domain"] = [("technician_id", "in", self.ids)]
        action["context"] = {"default_technician_id": self.id if len(self) == 1 else False}
        return action
