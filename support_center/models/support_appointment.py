from email.utils import parseaddr
from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..compat import check_access
from .support_protection_mixin import INTERNAL, INTERNAL_KEY
from .support_schedule_mixin import DEFAULT_DURATION
from .support_state_mixin import ALLOWED_TRANSITIONS, LIVE_STATES
from .support_ticket import PRIORITIES

BOOKING_FIELDS = {
    "state", "active", "technician_id", "start", "stop", "duration", "busy_start", "busy_stop",
}  # fmt: skip
TIME_FIELDS = {"start", "stop", "duration"}
# Frozen once the visit is confirmed.
CONTACT_FIELDS = {"customer_name", "customer_email", "customer_phone"}
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
        "support.customer.message.mixin",
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
        "support.erasure.mixin",
        "support.automation.mixin",
        "support.company.mixin",
        "support.protection.mixin",
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
        (
            "live_has_customer",
            "CHECK (state NOT IN ('confirmed', 'in_progress') OR partner_id IS NOT NULL)",
            "A confirmed appointment needs a customer. Cancel it before its customer is deleted.",
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

        :raise ValidationError: names every wrong key or value, or the
            technician and time of a double booking
        :raise AccessError: for fields that the addon alone sets
        :raise UserError: for a state that an appointment does not begin in
        """
        if "external_data" in self.env.context:
            return self._create_with_external_data(vals_list)
        return self._create_given(vals_list)

    def _create_given(self, vals_list):
        """``create`` of values that came from a caller; see there."""
        vals_list = self._prepare_created_values(vals_list)
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL:
            self._check_first_states(vals_list)
        self._check_new_references(vals_list)
        return self._without_internal()._create_numbered(vals_list)

    def _create_numbered(self, vals_list):
        """``create`` proper, of values that were looked at: references, defaults of the type,
        booking."""
        vals_list = [self._complete_vals(vals) for vals in self._complete_companies(vals_list)]
        self.env["ir.sequence"]._fill_references(vals_list, "name", "support.appointment")
        # A default, of the context or of the user, books as a value does.
        defaults = self.default_get(["technician_id", "state", "partner_id", "start"])
        booked = [{**defaults, **vals} for vals in vals_list]
        self._check_confirmable_vals(booked)
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

    def write(self, vals):  # pylint: disable=method-required-super
        """Write, guarding the states, the past, double bookings and what others changed.

        :param dict vals: with ``edit_version``, the write is refused unless that is current
        :raise UserError: for a forbidden transition
        :raise EditConflict: where somebody else was faster
        :raise ValidationError: for a value that cannot be stored, a start in the past, a double
            booking, or a confirmed visit that would lose its customer
        :raise AccessError: for fields that the addon alone sets
        """
        vals = self._check_edit_version(vals)
        vals = self._prepare_written_values(vals)
        return self._without_internal()._write_checked(vals)

    def _write_checked(self, vals):
        """``write`` proper, of values that may be written."""
        self._check_live_keeps(vals)
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

    def _check_protected(self, vals):
        """The contact as it was announced stays with a visit that is beyond a draft, too.

        It changes with the customer, or after the visit was set back to draft.
        """
        vals = super()._check_protected(vals)
        names = CONTACT_FIELDS & vals.keys()
        frozen = self.filtered(lambda a: a.state != "draft")
        if not names or not frozen or vals.get("state") == "draft":
            return vals
        if "partner_id" in vals and all(a.partner_id.id != vals["partner_id"] for a in frozen):
            # The new customer's own are taken, see ``_take_over_contact``.
            return {key: value for key, value in vals.items() if key not in names}
        changed = frozen.filtered(lambda a: any(a._is_changed(name, vals[name]) for name in names))
        if changed:
            raise AccessError(
                _(
                    "%(names)s: name, address and phone number stay as they were when the visit "
                    "was confirmed. Change the customer, or set the visit back to draft first.",
                    names=", ".join(changed.mapped("name")),
                )
            )
        return vals if frozen != self else {k: v for k, v in vals.items() if k not in names}

    @api.model
    def _check_first_states(self, vals_list):
        """An appointment begins where the table of transitions does.

        :raise UserError: names the state and what is possible
        """
        default = self.default_get(["state"]).get("state")
        first = ("draft", *ALLOWED_TRANSITIONS["draft"])
        labels = dict(self._fields["state"]._description_selection(self.env))
        for vals in vals_list:
            state = vals.get("state", default)
            if state not in first:
                raise UserError(
                    _(
                        "A new appointment cannot be in state “%(state)s”: create it as "
                        "%(allowed)s, then go on from there.",
                        state=labels.get(state, state),
                        allowed=", ".join(f"“{labels[each]}”" for each in first),
                    )
                )

    @api.model
    def _check_confirmable_vals(self, vals_list):
        """Before the INSERT: the database's own refusal names nothing.

        :param list vals_list: numbered values of new appointments, their defaults among them
        :raise ValidationError: names each appointment and what it lacks
        """
        faults = [
            self._describe_not_confirmable(vals["name"], vals.get("start"), vals.get("partner_id"))
            for vals in vals_list
            if vals.get("state") in LIVE_STATES
        ]
        if any(faults):
            raise ValidationError("\n".join(fault for fault in faults if fault))

    def _check_live_keeps(self, vals):
        """A visit that somebody expects has a customer and stays in its company.

        :param dict vals: as the ORM will store them
        :raise ValidationError: names the visits and the remedy
        """
        if vals.get("state") in ("draft", "cancelled"):
            return
        live = self.filtered(lambda a: a.state in LIVE_STATES)
        if live and "state" in vals and "start" in vals and not vals["start"]:
            raise ValidationError(
                _(
                    "%(names)s: a confirmed visit keeps its start, also when it is over.",
                    names=", ".join(live.mapped("name")),
                )
            )
        if live and "partner_id" in vals and not vals["partner_id"]:
            raise ValidationError(
                _(
                    "%(names)s: a confirmed visit keeps its customer. Choose another customer, "
                    "or cancel the visit first.",
                    names=", ".join(live.mapped("name")),
                )
            )
        if "company_id" in vals:
            moved = live.filtered(lambda a: a.company_id.id != vals["company_id"])
            if moved:
                raise ValidationError(
                    _(
                        "%(names)s: a confirmed visit stays in its company. Set it back to draft "
                        "first, or cancel it and create a new one there.",
                        names=", ".join(moved.mapped("name")),
                    )
                )

    def _check_planned_starts(self):
        self.filtered(lambda a: a.state in ("draft", "confirmed"))._check_start_not_past()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_log(self):
        """Open the automation log of these appointments."""
        check_access(self, "read")
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self))

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    @api.model
    def _get_fields_kept_in_erasure(self):
        # The reference, and marks that tell the automation what is done already.
        return super()._get_fields_kept_in_erasure() | {
            "name",
            "ics_uid",
            "edit_trail",
            "ticket_sync_mark",
            "webhook_told",
            "webhook_sequence",
        }

    def _prepare_erased_vals(self):
        vals = super()._prepare_erased_vals()
        # Nobody expects anything of it any more, and nobody can plan a request without a word.
        vals["announced_start"] = None
        return {**vals, "active": False} if self.state == "draft" else vals

    def _get_person(self):
        name, email = parseaddr(self.intake_sender or "")
        return self.customer_name or name, self.customer_email or email

    def _is_expected(self):
        """Whether the customer waits for this visit, or for word of what became of it."""
        self.ensure_one()
        return self.state in LIVE_STATES or bool(self.state == "draft" and self.announced_start)

    def _find_erasure_obstacle(self):
        if self._is_expected():
            return _(
                "%(name)s: the customer expects somebody. Cancel it, or close it once the visit "
                "took place, then erase.",
                name=self.name,
            )
        notifier = self.env["support.notifier"]
        if notifier._find_mails(["cancelled"], self, ["outgoing"]):
            return _(
                "%(name)s: the mail that calls the visit off has not left yet. Erase once it has, "
                "or delete it in Settings / Technical / Email / Emails.",
                name=self.name,
            )
        return super()._find_erasure_obstacle()

    def _call_off_for_erasure(self):
        expected = self.filtered(lambda visit: visit._is_expected())
        if expected:
            expected._cancel(_("The customer's data was erased."), tell=False)
        self.env["support.notifier"]._withdraw("cancelled", self)

    def _erase_related(self):
        super()._erase_related()
        deliveries = self.env["support.webhook.delivery"]
        deliveries.search([("appointment_id", "in", self.ids)])._erase_personal_data()
        for visit_id, event in self._find_events().items():
            event._erase_visit_texts(self.browse(visit_id))

    def _erase_personal_data(self):
        super()._erase_personal_data()
        # What a dispatcher is asked about a technician's absence names the customers.
        # sudo: as in the mixin; the activity may be anybody's.
        asked = self.sudo().technician_id.filtered("hit_activity_id")
        asked._run_automation(
            "tell_hit_visits", lambda technicians: technicians.sudo()._tell_of_hits()
        )

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
