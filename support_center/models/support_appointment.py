from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .support_schedule_mixin import DEFAULT_DURATION
from .support_state_mixin import LIVE_STATES
from .support_ticket import PRIORITIES

BOOKING_FIELDS = {
    "state", "active", "technician_id", "start", "stop", "duration", "busy_start", "busy_stop",
}  # fmt: skip
TIME_FIELDS = {"start", "stop", "duration"}
# Nobody is to be reminded of a visit in these states.
CALLED_OFF = ("draft", "cancelled", "no_show")


class SupportAppointment(models.Model):
    _name = "support.appointment"
    _description = "Support Appointment"
    # Ours first: its message_new stands in front of mail.thread's.
    _inherit = [
        "support.ids.mixin",
        "support.live.mixin",
        "support.answer.mixin",
        "support.answer.text.mixin",
        "support.reply.mixin",
        "support.review.mixin",
        "support.intake.mixin",
        "support.slots.mixin",
        "support.availability.mixin",
        "support.schedule.mixin",
        "support.edit.guard.mixin",
        "support.state.mixin",
        "support.assignment.mixin",
        "support.auto.assign.mixin",
        "support.booking.mixin",
        "support.notice.words.mixin",
        "support.notice.mixin",
        "support.technician.notice.mixin",
        "support.ticket.sync.mixin",
        "support.webhook.mixin",
        "support.calendar.mixin",
        "support.cleanup.mixin",
        "support.reoffer.mixin",
        "support.overview.mixin",
        "support.trouble.mixin",
        "support.planning.mixin",
        "support.rebook.mixin",
        "support.undo.mixin",
        "support.silence.mixin",
        "support.bulk.mixin",
        "support.duplicate.mixin",
        "support.related.mixin",
        "support.backlog.mixin",
        "support.automation.mixin",
        "support.link.mixin",
        "portal.mixin",
        "rating.mixin",
        "mail.activity.mixin",
    ]
    _order = "start desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char("Reference", readonly=True, copy=False, default="/", index=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", check_company=True, index=True, tracking=True
    )
    customer_name = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True
    )
    customer_email = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True
    )
    customer_phone = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True
    )
    type_id = fields.Many2one("support.appointment.type", check_company=True, tracking=True)
    technician_id = fields.Many2one(
        "support.technician",
        check_company=True,
        index=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
    )
    location = fields.Char()
    description = fields.Text()
    priority = fields.Selection(PRIORITIES, default="1", required=True, tracking=True)
    ticket_id = fields.Many2one("support.ticket", check_company=True, index=True)
    cancel_reason = fields.Char(copy=False, tracking=True)
    # In the INSERT, where Odoo would compute and update it afterwards: four queries less.
    rating_last_value = fields.Float(
        compute="_compute_rating_last_value", compute_sudo=True, store=True, precompute=True
    )
    log_count = fields.Integer(compute="_compute_log_count", groups="base.group_user")

    _sql_constraints = [
        (
            "name_unique",
            "UNIQUE (company_id, name)",
            "An appointment of this reference exists already in the company.",
        ),
        (
            "live_has_start",
            "CHECK (state NOT IN ('confirmed', 'in_progress') OR start IS NOT NULL)",
            "A confirmed appointment needs a start.",
        ),
        # A Python check cannot see what another transaction writes at the same
        # moment; the database can. The technician stands as a range of one, so
        # that no extension of PostgreSQL is needed; [) ranges may touch.
        (
            "no_double_booking",
            "EXCLUDE USING gist (int4range(technician_id, technician_id + 1) WITH &&, "
            "tsrange(busy_start, busy_stop) WITH &&) WHERE (active "
            "AND state IN ('confirmed', 'in_progress') AND technician_id IS NOT NULL "
            "AND busy_start IS NOT NULL AND busy_stop IS NOT NULL)",
            "The technician is already booked at that time. Choose another time or another "
            "technician.",
        ),
    ]

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    # Once confirmed, the contact as it was announced stays on the appointment.
    @api.depends("partner_id.name", "partner_id.email", "partner_id.phone")
    def _compute_customer(self):
        for appointment in self:
            partner = appointment.partner_id
            is_frozen = appointment.state != "draft" and appointment._origin
            if not partner or is_frozen:
                appointment.customer_name = appointment.customer_name
                appointment.customer_email = appointment.customer_email
                appointment.customer_phone = appointment.customer_phone
                continue
            appointment.customer_name = partner.name
            appointment.customer_email = partner.email
            appointment.customer_phone = partner.phone

    def _compute_log_count(self):
        counts = self.env["support.automation.log"]._count_of(self)
        for appointment in self:
            appointment.log_count = counts.get(appointment.id, 0)

    def _compute_access_url(self):
        super()._compute_access_url()
        for appointment in self:
            appointment.access_url = f"/my/appointments/{appointment.id}"

    def _get_buffers(self):
        return self.type_id.buffer_before, self.type_id.buffer_after

    @api.onchange("type_id")
    def _onchange_type_id(self):
        # Only while planning, and only a length that nobody chose: what a customer or a
        # dispatcher said stays.
        unchosen = (DEFAULT_DURATION, self._origin.type_id.duration)
        if self.type_id and self.state == "draft" and self.duration in unchosen:
            self.duration = self.type_id.duration

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Create appointments, or read them from the context's ``external_data``.

        With the context key ``external_data`` and empty values the
        appointments are made from that data, see ``support.intake``; with any
        value given the key counts for nothing. It is taken off at once.

        :raise ValidationError: names every wrong key, or the technician and
            time of a double booking
        """
        if "external_data" in self.env.context:
            return self._create_with_external_data(vals_list)
        return self._create_numbered(vals_list)

    def _create_numbered(self, vals_list):
        """``create`` proper: references, defaults of the type, booking."""
        vals_list = [self._complete_vals(vals) for vals in vals_list]
        self.env["ir.sequence"]._fill_references(vals_list, "name", "support.appointment")
        # A default, of the context or of the user, books as a value does.
        defaults = self.default_get(["technician_id", "state"])
        booked = ({**defaults, **vals} for vals in vals_list)
        live = [
            vals["technician_id"]
            for vals in booked
            if vals.get("technician_id") and vals.get("state") in LIVE_STATES
        ]
        unassigned = [
            vals.get("company_id") or self.env.company.id
            for vals in vals_list
            if vals.get("state") == "confirmed" and not vals.get("technician_id")
        ]
        self._lock_candidates(
            self.env["res.company"].browse(unassigned), self.env["support.technician"].browse(live)
        )
        insert = partial(super().create, vals_list)
        if live:
            technicians = self.env["support.technician"].browse(live)
            appointments = self.env["support.scheduler"]._book(technicians, insert)
        else:
            appointments = insert()
        appointments.filtered(lambda a: a.state in LIVE_STATES)._check_confirmable()
        appointments._check_planned_starts()
        appointments._assign_automatically()
        appointments._mirror_in_calendar()
        return appointments

    def write(self, vals):
        """Write, guarding the states, the past, double bookings and what others changed.

        :param dict vals: with ``edit_version``, the write is refused unless that is current
        :raise UserError: for a forbidden transition
        :raise EditConflict: where somebody else was faster
        :raise ValidationError: for a start in the past or a double booking
        """
        vals = self._check_edit_version(vals)
        self._check_duration(vals)
        if "state" in vals:
            self._check_transition(vals["state"], vals)
            # Settled as a draft still, since confirming freezes it.
            self.mapped("customer_name")
        starts = {a.id: a.start for a in self} if TIME_FIELDS & vals.keys() else {}
        others = self.browse()
        if "partner_id" in vals:
            others = self._forget_customer(vals["partner_id"])
        update = partial(super().write, vals)
        technicians = self._get_technicians_booked_by(vals)
        if vals.get("state") == "confirmed":
            self._lock_candidates(
                self.filtered(lambda a: not a.technician_id).company_id, technicians
            )
        if technicians:
            result = self.env["support.scheduler"]._book(technicians, update, self)
        else:
            result = update()
        others.filtered(lambda a: a.state in LIVE_STATES)._take_over_contact(vals)
        if starts:
            # The snapshot of the buffers is taken now, not at the next flush.
            self.mapped("busy_start")
        moved = self.filtered(lambda a: a.id in starts and a.start != starts[a.id])
        if moved:
            moved._check_planned_starts()
            moved._forget_reminders()
        unwanted = not vals.get("active", True) or not vals.get("send_reminder_email", True)
        if unwanted or vals.get("state") in CALLED_OFF:
            self._withdraw_reminders()
        if vals.get("state") in LIVE_STATES or (starts and "start" in vals and not vals["start"]):
            self.filtered(lambda a: a.state in LIVE_STATES)._check_confirmable()
        if vals.get("state") == "confirmed":
            self._assign_automatically()
        self._mirror_in_calendar(vals)
        return result

    def unlink(self):
        # Here, since mail.thread deletes the mails before any ondelete method runs.
        self.env["support.notifier"]._keep_cancellations(self)
        events = self.env["calendar.event"].union(*self._find_events().values())
        result = super().unlink()
        self._remove_events(events)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_announced(self):
        # A draft that the customer expects is to be called off first, or he waits for nobody.
        kept = self.filtered(
            lambda a: (
                a.state not in ("draft", "cancelled") or (a.state == "draft" and a.announced_start)
            )
        )
        if kept:
            raise UserError(
                _(
                    "Cancel or archive instead: %(names)s went beyond a draft, "
                    "and its history is kept.",
                    names=", ".join(kept.mapped("name")),
                )
            )

    def _complete_vals(self, vals):
        """Add what the appointment's type says about its length."""
        vals = dict(vals)
        if vals.get("start") and vals.get("stop"):
            start, stop = (fields.Datetime.to_datetime(vals[key]) for key in ("start", "stop"))
            vals["duration"] = (stop - start).total_seconds() / 3600
        self._check_duration(vals)
        if vals.get("type_id") and "duration" not in vals and "stop" not in vals:
            vals["duration"] = self.env["support.appointment.type"].browse(vals["type_id"]).duration
        return vals

    def _get_technicians_booked_by(self, vals):
        """Technicians whose time ``write(vals)`` may take; empty when it cannot."""
        technicians = self.env["support.technician"]
        if not BOOKING_FIELDS & vals.keys():
            return technicians
        live = self.filtered(lambda a: (vals.get("state") or a.state) in LIVE_STATES)
        if live and vals.get("technician_id"):
            return technicians.browse(vals["technician_id"])
        return technicians if "technician_id" in vals else live.technician_id

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_planned_starts(self):
        self.filtered(lambda a: a.state in ("draft", "confirmed"))._check_start_not_past()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_log(self):
        """Open the automation log of these appointments."""
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self))

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _get_link_fields(self):
        return ["stop", "requested_date", "merged_into_id"]

    def _get_link_end(self):
        # The link of a duplicate shows what goes on in its place, and ends with it.
        followed = self._follow_merge()
        return self._add_link_days(followed.stop or followed.requested_date or followed.create_date)
