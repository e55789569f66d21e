from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...compat import check_access
from ...formatting import choose_zone, format_moment, format_names, get_day
from .states import ALLOWED_TRANSITIONS, LIVE_STATES, STATE_STAMPS, STATES


class SupportAppointment(models.Model):
    """The states of an appointment and the ways between them, in one table."""

    _inherit = "support.appointment"

    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand="_expand_states",
    )
    confirmed_at = fields.Datetime(
        readonly=True, copy=False, help="When the visit was confirmed; a draft has none."
    )
    started_at = fields.Datetime(
        readonly=True, copy=False, help="When the technician began; a draft has none."
    )
    ended_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the visit was done, cancelled or missed; a draft has none.",
    )

    @api.model
    def _expand_states(self, states, domain, order=None):
        """Columns of a board in the order of a visit's life, not of the alphabet."""
        return [state for state, _label in STATES if state in states]

    # What a dispatcher is asked about before: see ``_is_too_early``.
    is_before_day = fields.Boolean(compute="_compute_is_before", groups="base.group_user")
    is_before_start = fields.Boolean(compute="_compute_is_before", groups="base.group_user")

    @api.depends("start", "technician_id", "timezone")
    def _compute_is_before(self):
        for appointment in self:
            appointment.is_before_day = appointment._is_too_early("in_progress")
            appointment.is_before_start = appointment._is_too_early("no_show")

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        # The moments go into the same INSERT or UPDATE as the state.
        if change.is_creation:
            change.vals_list = [
                {**self._prepare_state_stamps(vals.get("state")), **vals}
                for vals in change.vals_list
            ]
        elif not change.is_restoring and (stamps := self._prepare_state_stamps(change.state)):
            stamps = {name: stamps[name] for name in stamps.keys() - change.vals.keys()}
            # A save that names the state an appointment has already is no change of it.
            change.add(self.filtered(lambda a: a.state != change.state), stamps)

    def _check_change(self, change):
        super()._check_change(change)
        if change.is_creation:
            if not change.is_internal:
                self._check_first_states(change.vals_list)
        elif "state" in change.vals and not change.is_restoring:
            self._check_transition(change.state, change.vals)
            self._check_not_too_early(change.state)

    def _store_change(self, change, store):
        if change.is_creation:
            # The database's own refusal would name nothing; the words name the number, which is
            # drawn after all other checks. A default, of the context or of the user, counts as a
            # value does.
            defaults = self.default_get(["state", "partner_id", "start"])
            self._check_confirmable_vals([{**defaults, **vals} for vals in change.vals_list])
        super()._store_change(change, store)

    def _check_stored_change(self, change):
        super()._check_stored_change(change)
        if change.is_creation or change.state in LIVE_STATES or "start" in change.vals:
            self.filtered(lambda a: a.state in LIVE_STATES)._check_confirmable()

    @api.model
    def _prepare_state_stamps(self, state):
        """The moments to note with a change to ``state``.

        :param str state: one of ``STATES``, or empty where the state stays
        :return: dict of values; a draft has no moments, whatever it was before
        """
        if state == "draft":
            return dict.fromkeys(STATE_STAMPS.values(), False)
        if state not in STATE_STAMPS:
            return {}
        return {STATE_STAMPS[state]: fields.Datetime.now()}

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Confirm drafts that have a start and a customer, and book their technicians."""
        return self._change_state("confirmed")

    def action_start(self):
        """The technician has begun."""
        return self._change_state("in_progress")

    def action_done(self):
        """The visit is over; this is final."""
        return self._change_state("done")

    def action_cancel(self):
        """Call the visit off; it can be re-opened as a draft."""
        return self._change_state("cancelled")

    def action_no_show(self):
        """Nobody was there; it can be re-opened as a draft."""
        return self._change_state("no_show")

    def action_draft(self):
        """Re-open a visit that was confirmed, cancelled or missed."""
        return self._change_state("draft")

    def _get_state_label(self):
        """
        :return: str, the state in the user's language
        """
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _change_state(self, state, vals=None):
        """One ``write`` for the whole recordset.

        :param dict vals: what is saved together with the state
        :raise UserError: where the appointment is in that state already too,
            since a button pressed twice should not pretend to have done something
        """
        # Before anything is said about the states; of the model alone, which costs no query: the
        # rows are looked at by ``write``.
        check_access(self.browse(), "write")
        for appointment in self:
            if appointment.state == state:
                raise UserError(
                    _(
                        "%(name)s is already in state “%(state)s”.",
                        name=appointment.name,
                        state=appointment._get_state_label(),
                    )
                )
        self._write_protected({**(vals or {}), "state": state})
        return True

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

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
                        allowed=format_names(f"“{labels[each]}”" for each in first),
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

    def _check_transition(self, state, vals=None):
        """Refuse what ``ALLOWED_TRANSITIONS`` does not have.

        :param dict vals: what is written together with the state
        :raise UserError: names the appointment, its state and what is allowed
        :raise ValidationError: for what cannot be confirmed
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        if state not in ALLOWED_TRANSITIONS:
            raise UserError(
                _(
                    "“%(state)s” is not a state of an appointment; there are %(states)s.",
                    state=state,
                    states=format_names(labels),
                )
            )
        for appointment in self:
            allowed = ALLOWED_TRANSITIONS[appointment.state]
            if state != appointment.state and state not in allowed:
                raise UserError(
                    _(
                        "%(name)s is in state “%(current)s” and cannot become “%(wanted)s”. "
                        "Allowed from here: %(allowed)s.",
                        name=appointment.name,
                        current=labels[appointment.state],
                        wanted=labels[state],
                        allowed=format_names(labels[each] for each in allowed) or _("nothing"),
                    )
                )
        if state in LIVE_STATES:
            # Before booking, which writes at once: the database's own refusal names nobody.
            self._check_confirmable(vals)

    @api.model
    def _is_dispatcher(self):
        return self.env.su or self.env.user.has_group("support_center.group_support_dispatcher")

    def _is_too_early(self, state):
        """Whether nobody can know yet that the visit has come into this state.

        A visit is started and done on its day at the earliest, and missed once it has begun.

        :param str state: one of ``STATES``
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if not self.start or self.start <= now:
            return False
        if state == "no_show":
            return True
        zone = self._get_work_zone()
        return state in ("in_progress", "done") and get_day(now, zone) < get_day(self.start, zone)

    def _get_work_zone(self):
        """
        :return: str, the zone whose days the visit is counted by: the technician's
        """
        # sudo: the technician may work for a company that is out of sight by now.
        return choose_zone(self.sudo().technician_id.tz or self._get_customer_timezone())

    def _describe_too_early(self, state):
        """Why it is too early for a state, and what to do.

        :return: str
        """
        values = {
            "name": self.name,
            "time": format_moment(self.env, self.start, self._get_work_zone()),
        }
        if state == "in_progress":
            return _(
                "%(name)s is planned for %(time)s: start it on that day, or ask a dispatcher to "
                "move it to today.",
                **values,
            )
        if state == "done":
            return _(
                "%(name)s is planned for %(time)s: it is done on that day at the earliest. Ask a "
                "dispatcher to move it to today.",
                **values,
            )
        return _(
            "%(name)s begins on %(time)s: before that the customer is not absent. Wait until "
            "then, or ask a dispatcher to cancel it.",
            **values,
        )

    def _check_not_too_early(self, state):
        """A technician starts, ends and misses no visit that is to come; a dispatcher may, and
        is asked by the page.

        :raise UserError: names each visit, its time and what to do
        """
        user = self.env.user
        if self._is_dispatcher() or not user.has_group("support_center.group_support_technician"):
            return
        early = self.filtered(lambda a: a.state != state and a._is_too_early(state))
        if early:
            raise UserError("\n".join(each._describe_too_early(state) for each in early))

    def _check_confirmable(self, vals=None):
        """A confirmed appointment needs a start and a customer.

        :param dict vals: what is about to be written, where it is looked at beforehand
        :raise ValidationError: names each appointment and what it lacks
        """
        vals = vals or {}
        faults = [
            self._describe_not_confirmable(
                appointment.name,
                vals.get("start", appointment.start),
                vals.get("partner_id", appointment.partner_id),
            )
            for appointment in self
        ]
        if any(faults):
            raise ValidationError("\n".join(fault for fault in faults if fault))

    @api.model
    def _describe_not_confirmable(self, name, start, partner):
        """What an appointment lacks before it can be confirmed.

        :return: str, empty where it lacks nothing
        """
        missing = []
        if not start:
            missing.append(_("a start"))
        if not partner:
            missing.append(_("a customer"))
        if not missing:
            return ""
        return _(
            "%(name)s cannot be confirmed: it needs %(missing)s.",
            name=name,
            missing=_(" and ").join(missing),
        )
