from collections import namedtuple

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ...compat import check_access
from ...formatting import format_names, format_title
from ...intake import fold_address
from ..appointment.states import OPEN_STATES

# What decides for which visits a technician may be asked, whatever the time: ids, lists of ids of
# skills and areas; ``company_id`` is None for one of every company, ``has_left`` is explained at
# `_filter_employed`.
Fitness = namedtuple("Fitness", "id company_id has_left service_mode on_call skill_ids area_ids")
# The kind of visit that a technician of each mode is never sent to, by the ``place`` of its type.
EXCLUDED_PLACES = {"on_site": "remote", "remote": "on_site"}


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
    service_mode = fields.Selection(
        [("both", "On site and remote"), ("on_site", "On site only"), ("remote", "Remote only")],
        "Works",
        default="both",
        required=True,
        tracking=True,
        help="A technician who works remotely only is never sent to a customer, and one who works "
        "on site only gets no remote visits. Visits without a type go to both.",
    )
    on_call = fields.Boolean(
        default=False,
        tracking=True,
        help="Is there for urgent visits, and for those that are given to this technician by name; "
        "no other one is offered or assigned.",
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
        # Odoo would write "You have been assigned to …" to a user who is made a technician.
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
        technicians = self.sudo()
        if len(self) > 1 and all(self._ids):
            left_ids = technicians._find_left()
        else:
            left_ids = technicians.filtered(
                lambda t: not t.active or (t.user_id and not t.user_id.active)
            ).ids
        return self.filtered(lambda t: t.id not in left_ids) if left_ids else self

    def _find_left(self):
        """Those who do not work here any more, who are few; nothing of the others is read.

        :return: set of ids
        """
        self.flush_model(["active", "user_id"])
        self.env["res.users"].flush_model(["active"])
        self.env.cr.execute(
            """
            SELECT technician.id
              FROM support_technician technician
         LEFT JOIN res_users users ON users.id = technician.user_id
             WHERE technician.id = ANY(%s)
               AND (technician.active IS NOT TRUE OR users.active IS FALSE)
            """,
            [self.ids],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _read_fitness(self):
        """What decides for which visits technicians may be asked, in one query for all.

        :return: list of ``Fitness``
        """
        self.flush_model(
            ["active", "user_id", "company_id", "service_mode", "on_call", "skill_ids", "area_ids"]
        )
        self.env["res.users"].flush_model(["active"])
        self.env.cr.execute(
            """
            SELECT technician.id, technician.company_id,
                   technician.active IS NOT TRUE OR users.active IS FALSE,
                   technician.service_mode, technician.on_call IS TRUE,
                   ARRAY(SELECT support_skill_id FROM support_skill_support_technician_rel
                          WHERE support_technician_id = technician.id),
                   ARRAY(SELECT support_area_id FROM support_area_support_technician_rel
                          WHERE support_technician_id = technician.id ORDER BY support_area_id)
              FROM support_technician technician
         LEFT JOIN res_users users ON users.id = technician.user_id
             WHERE technician.id = ANY(%s)
            """,
            [self.ids],
        )
        return [Fitness(*row) for row in self.env.cr.fetchall()]

    def _filter_for_type(self, kind, is_urgent=False):
        """Those who may be offered for visits of a type, in one query.

        They still work here, have its skills and work where it takes place; those on call are
        there for urgent visits only. Without a type nothing is asked for but the first and last.

        :param kind: ``support.appointment.type``, or none
        :param bool is_urgent: whether the visits are
        """
        needed, place = set(kind.skill_ids.ids), kind.place
        fitting = {
            found.id
            for found in self._read_fitness()
            if not found.has_left
            and (is_urgent or not found.on_call)
            and needed <= set(found.skill_ids)
            and (not place or EXCLUDED_PLACES.get(found.service_mode) != place)
        }
        return self.filtered(lambda technician: technician.id in fitting)

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
        action["name"] = format_title(action["name"], self)
        action["domain"] = [("technician_id", "in", self.ids)]
        action["context"] = {"default_technician_id": self.id if len(self) == 1 else False}
        return action
