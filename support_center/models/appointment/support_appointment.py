import uuid

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...compat import check_access
from ...formatting import format_names
from ..common.support_protection_mixin import INTERNAL, INTERNAL_KEY, RESTORING
from .change import Change
from .states import LIVE_STATES

PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]
# Frozen once the visit is confirmed.
CONTACT_FIELDS = {"customer_name", "customer_email", "customer_phone"}


class SupportAppointment(models.Model):
    _name = "support.appointment"
    _description = "Support Appointment"
    # Ours first, so that they stand in front of what Odoo's own do.
    _inherit = [
        "support.ids.mixin",
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

    # By parts of it; as a whole by the constraint below. Where PostgreSQL has no pg_trgm, an index
    # of this kind is not made, and parts are looked for in all rows.
    name = fields.Char("Reference", readonly=True, copy=False, default="/", index="trigram")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", check_company=True, index=True, tracking=True
    )
    customer_name = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True, index="trigram"
    )
    customer_email = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True, index="trigram"
    )
    customer_phone = fields.Char(
        compute="_compute_customer", store=True, readonly=False, precompute=True
    )
    type_id = fields.Many2one(
        "support.appointment.type", check_company=True, tracking=True, index="btree_not_null"
    )
    technician_id = fields.Many2one(
        "support.technician",
        check_company=True,
        index=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
    )
    location = fields.Char(index="trigram")
    description = fields.Text(index="trigram")
    priority = fields.Selection(PRIORITIES, default="1", required=True, tracking=True)
    cancel_reason = fields.Char(copy=False, tracking=True)
    # Made with the record, since a batch of mails with links would write them one by one.
    access_token = fields.Char(copy=False, default=lambda self: str(uuid.uuid4()))
    # In the INSERT, where Odoo would compute and update it afterwards: four queries less.
    rating_last_value = fields.Float(
        compute="_compute_rating_last_value", compute_sudo=True, store=True, precompute=True
    )
    log_count = fields.Integer(compute="_compute_log_count", groups="base.group_user")

    _sql_constraints = [
        (
            "name_unique",
            "UNIQUE (name, company_id)",
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

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    # Only this class overrides ``create``, ``write`` and ``unlink`` of an appointment. A capability
    # takes part by overriding the hook of a step, and calls ``super()``; first, but where it stands
    # round something:
    #
    #   _prepare_change(change)       completes the values; the one step that may alter them
    #   _check_change(change)         refuses; what it can know from the values
    #   _store_change(change, store)  stands round the ORM's own call: locks, words of a refusal
    #   _check_stored_change(change)  refuses; what only the stored rows tell, such as their end
    #   _react_to_change(change)      does what follows; refuses nothing
    #   _delete_records(delete)       stands round the ORM's own ``unlink``
    #
    # What follows from each state, and in which step, stands in ``states.py``;
    # docs/architecture.md has the path of a request, a confirmation and a move through them.

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
        made = self._create_from_context(vals_list)
        return self._create_given(vals_list) if made is None else made

    @api.model
    def _create_given(self, vals_list):
        """``create`` of values that came from a caller; see there."""
        is_internal = self.env.context.get(INTERNAL_KEY) is INTERNAL
        vals_list = self._prepare_created_values(vals_list)
        return self._without_internal()._create_prepared(vals_list, is_internal=is_internal)

    @api.model
    def _create_from_context(self, _vals_list):
        """Hook: the appointments that the context describes in place of values.

        :return: recordset; None where it describes none
        """

    @api.model
    def _create_prepared(self, vals_list, *, is_internal=True):
        """``create`` of values in the form in which the ORM stores them.

        :param list vals_list: dicts
        :param bool is_internal: whether they are the addon's own
        :return: the new appointments
        """
        change = Change(self.browse(), vals_list, is_creation=True, is_internal=is_internal)
        self._save_change(change)
        return change.records

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
        is_internal = self._is_internal()
        is_restoring = self.env.context.get(INTERNAL_KEY) is RESTORING
        records = self._without_internal()
        records._save_change(
            Change(
                records,
                [vals],
                is_creation=False,
                is_internal=is_internal,
                is_restoring=is_restoring,
            )
        )
        return True

    def _write_restored(self, vals):
        """``write`` of what was before a change of somebody, with the rights of the user at work.

        The one way against the order of the states and into the past; whether the technician can
        come is looked at as ever.

        :param dict vals: as for ``write``; with a state its moments, too
        """
        return self.with_context(**{INTERNAL_KEY: RESTORING}).write(vals)

    def unlink(self):
        """
        :raise UserError: for what a customer expects, or what has a history
        """
        return self._delete_records(super().unlink)

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _save_change(self, change):
        """Lead a change through the steps.

        :param change: ``Change`` of these records
        """
        self._prepare_change(change)
        if change.touches(self._get_watched_fields()):
            change.remember(self._get_watched_fields())
        self._check_change(change)
        if change.is_creation:
            # Last, so that what is refused uses no number up.
            self.env["ir.sequence"]._fill_references(change.vals_list, "name", self._name)

        def store():
            if change.is_creation:
                change.records = super(SupportAppointment, self).create(change.vals_list)
            else:
                for records, vals in change.group():
                    super(SupportAppointment, records).write(vals)
            change.records._check_stored_change(change)

        self._store_change(change, store)
        change.records._react_to_change(change)

    @api.model
    def _get_watched_fields(self):
        """Hook: fields of which the steps after the preparation ask what they held before.

        :return: set of str; a change of none of them remembers nothing
        """
        return {"state", "active", "technician_id", "start", "stop", "duration", "partner_id"}

    def _prepare_change(self, change):
        """Hook: complete the values, before anything is checked."""
        if change.is_creation:
            change.vals_list = self._complete_companies(change.vals_list)
            return
        if "state" in change.vals:
            # Settled as a draft still, since confirming freezes it.
            self.mapped("customer_name")
        if "partner_id" in change.vals:
            self._take_over_contact(change)

    def _check_change(self, change):
        """Hook: refuse what the values alone tell to be wrong. Nothing is written here.

        :raise UserError: in words that name the record and the remedy
        """
        if not change.is_creation:
            self._check_live_keeps(change.vals)

    def _store_change(self, _change, store):
        """Hook round the ORM's own call, which happens once; twice only where records differ in
        what is written to them.

        :param callable store: without arguments; stores, and checks what was stored
        """
        store()

    def _check_stored_change(self, change):
        """Hook: refuse what only the stored rows tell, such as an end or a buffer.

        :raise UserError: in words that name the record and the remedy
        """

    def _react_to_change(self, change):
        """Hook: what follows from a change. Nothing is refused here any more."""

    def _delete_records(self, delete):
        """Hook round the ORM's own ``unlink``.

        Here and not in methods that Odoo calls on deletion, since mail.thread
        deletes the mails before any of those runs.

        :param callable delete: without arguments
        :return: what ``delete`` returns
        """
        return delete()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_announced(self):
        # A draft that the customer expects is cancelled first, or they wait for nobody.
        kept = self.filtered(lambda a: a.state not in ("draft", "cancelled") or a._is_expected())
        if kept:
            raise UserError(
                _(
                    "Cancel or archive instead: %(names)s went beyond a draft, "
                    "and its history is kept.",
                    names=format_names(kept.mapped("name")),
                )
            )

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
                    names=format_names(changed.mapped("name")),
                )
            )
        return vals if frozen != self else {k: v for k, v in vals.items() if k not in names}

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
                    names=format_names(live.mapped("name")),
                )
            )
        if live and "partner_id" in vals and not vals["partner_id"]:
            raise ValidationError(
                _(
                    "%(names)s: a confirmed visit keeps its customer. Choose another customer, "
                    "or cancel the visit first.",
                    names=format_names(live.mapped("name")),
                )
            )
        if "company_id" in vals:
            moved = live.filtered(lambda a: a.company_id.id != vals["company_id"])
            if moved:
                raise ValidationError(
                    _(
                        "%(names)s: a confirmed visit stays in its company. Set it back to draft "
                        "first, or cancel it and create a new one there.",
                        names=format_names(moved.mapped("name")),
                    )
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_log(self):
        """Open the automation log of these appointments."""
        check_access(self, "read")
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self), self)

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    @api.model
    def _get_fields_kept_in_erasure(self):
        return super()._get_fields_kept_in_erasure() | {"name", "edit_trail"}

    def _prepare_erased_vals(self):
        vals = super()._prepare_erased_vals()
        # Nobody can plan a request without a word.
        return {**vals, "active": False} if self.state == "draft" else vals

    def _get_person(self):
        return self.customer_name, self.customer_email

    def _is_expected(self):
        """Hook: whether the customer waits for this visit, or for word of what became of it."""
        self.ensure_one()
        return self.state in LIVE_STATES

    def _find_erasure_obstacle(self):
        if self._is_expected():
            return _(
                "%(name)s: the customer expects somebody. Cancel it, or close it once the visit "
                "took place, then erase.",
                name=self.name,
            )
        return super()._find_erasure_obstacle()

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _take_over_contact(self, change):
        """The contact of a confirmed visit is frozen, but not beyond its customer.

        Nor for one that is confirmed by the same change.
        """
        partner = self.env["res.partner"].browse(change.vals["partner_id"] or ())
        contact = {
            "customer_name": partner.name,
            "customer_email": partner.email,
            "customer_phone": partner.phone,
        }
        live = self.filtered(
            lambda a: (change.state or a.state) in LIVE_STATES and a.partner_id != partner
        )
        change.add(live, {key: contact[key] for key in contact.keys() - change.vals.keys()})

    @api.model
    def _get_link_fields(self):
        return ["stop", "requested_date"]

    def _get_link_end(self):
        return self._add_link_days(self.stop or self.requested_date or self.create_date)

    def _get_form_action(self):
        """
        :return: window action that shows this appointment
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
        }
