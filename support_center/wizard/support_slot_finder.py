from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..formatting import (
    ONE_DAY,
    format_duration,
    format_moment,
    format_moment_short,
    format_names,
    get_midnight,
    get_viewer_zone,
)

DEFAULT_DAYS = 7
MAX_DAYS = 92
# What says where to look.
SEARCH_FIELDS = {"date_from", "date_to", "duration"}
# For how many days after a search in vain the next free times are looked for.
DAYS_AFTER = 28


class SupportSlotFinder(models.TransientModel):
    """Where a visit could be put: the best few times, one click away."""

    _name = "support.slot.finder"
    _description = "Find a Time"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    appointment_id = fields.Many2one(
        "support.appointment", required=True, readonly=True, ondelete="cascade"
    )
    # With the user's own rights, where Odoo would read as superuser: any appointment can be named.
    company_id = fields.Many2one(related="appointment_id.company_id", related_sudo=False)
    state = fields.Selection(related="appointment_id.state", related_sudo=False)
    customer_name = fields.Char(related="appointment_id.customer_name", related_sudo=False)
    requested_date = fields.Datetime(related="appointment_id.requested_date", related_sudo=False)
    wish_text = fields.Char(related="appointment_id.wish_text", related_sudo=False)
    type_id = fields.Many2one(related="appointment_id.type_id", related_sudo=False)
    date_from = fields.Datetime("From", required=True)
    date_to = fields.Datetime("Until", required=True)
    duration = fields.Float(required=True)
    technician_id = fields.Many2one(
        "support.technician",
        check_company=True,
        help="Empty for all who have the skills, work where the visit is and go to the area.",
    )
    day = fields.Date(
        help="Only this day of the customer's calendar; empty for all from “From” to “Until”."
    )
    part_of_day = fields.Selection(
        [("morning", "Morning"), ("afternoon", "Afternoon")],
        "Time of Day",
        help="On the customer's clock, the morning until noon; empty for any.",
    )
    zone_note = fields.Char(compute="_compute_zone_note")
    has_customer_zone = fields.Boolean(compute="_compute_zone_note")
    is_stale = fields.Boolean(readonly=True)
    shows_visit = fields.Boolean(readonly=True)
    message = fields.Text(readonly=True)
    line_ids = fields.One2many("support.slot.finder.line", "finder_id", readonly=True)
    is_expected = fields.Boolean(compute="_compute_notice_note")
    notice_note = fields.Text(compute="_compute_notice_note")
    tell_customer = fields.Boolean(
        "Tell the Customer",
        default=True,
        help="Off: no mail goes out about the new time, since you have told the customer yourself.",
    )
    tell_technician = fields.Boolean(
        "Tell the Technician",
        default=True,
        help="Off: the technicians get no notification, since you tell them yourself.",
    )
    can_tell_technician = fields.Boolean(compute="_compute_can_tell_technician")
    undo_step_id = fields.Many2one("support.undo.step", readonly=True)
    done_message = fields.Char(readonly=True)
    own_start = fields.Datetime(
        "Other Time", help="A time that is not in the list; it is looked at as any other."
    )
    own_change = fields.Char(compute="_compute_own_change")
    refusal = fields.Text(readonly=True)

    @api.depends("appointment_id")
    @api.depends_context("tz")
    def _compute_zone_note(self):
        zone = get_viewer_zone(self.env)
        for finder in self:
            customer_zone = finder.appointment_id._get_customer_timezone()
            finder.has_customer_zone = customer_zone != zone
            if finder.has_customer_zone:
                finder.zone_note = _(
                    "The times below are in %(zone)s, the customer's in %(customer_zone)s.",
                    zone=zone,
                    customer_zone=customer_zone,
                )
            else:
                finder.zone_note = _("The times below are in %(zone)s.", zone=zone)

    @api.depends("tell_customer")
    def _compute_notice_note(self):
        for finder in self:
            visit = finder.appointment_id
            finder.is_expected = visit.state == "confirmed" and bool(visit.announced_start)
            finder.notice_note = (
                finder._describe_notice("automation_send_rescheduled")
                if finder.is_expected
                else False
            )

    def _describe_notice(self, automation):
        """What the customer knows, and what they are told of another time.

        :param str automation: the rule that tells of new times
        """
        visit = self.appointment_id
        rule = self.env["support.automation.registry"]._get_switch(automation)
        values = {
            "customer": visit.customer_name or visit.partner_id.name,
            "start": format_moment(self.env, visit.announced_start),
            "rule": rule.name or automation,
        }
        if not self.tell_customer:
            return _(
                "%(customer)s expects the visit on %(start)s. No mail is sent: please tell them "
                "yourself.",
                **values,
            )
        if not rule.active:
            return _(
                "%(customer)s expects the visit on %(start)s, and the rule “%(rule)s” is off: "
                "nobody is written to.",
                **values,
            )
        return _(
            "%(customer)s expects the visit on %(start)s and is told of the new time by mail.",
            **values,
        )

    @api.depends("appointment_id")
    def _compute_can_tell_technician(self):
        for finder in self:
            visit = finder.appointment_id
            finder.can_tell_technician = (
                visit.state == "confirmed" and visit._is_notice_to_technicians_on()
            )

    @api.depends("own_start", "duration", "technician_id")
    @api.depends_context("tz")
    def _compute_own_change(self):
        for finder in self:
            finder.own_change = finder.own_start and finder.appointment_id._describe_move(
                finder._prepare_own_plan()
            )

    def _prepare_own_plan(self):
        """The other time, as ``_describe_move`` takes it."""
        return {
            "start": self.own_start,
            "duration": self.duration,
            "technician": self.technician_id._origin or self.appointment_id.technician_id,
        }

    @api.onchange("date_from", "date_to", "duration", "technician_id", "day", "part_of_day")
    def _onchange_search(self):
        # The lines are of another search now; their buttons would surprise.
        self.is_stale = bool(self._origin)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Where to look is the appointment's where it is not said, as when the page opens."""
        appointments = self.env["support.appointment"]
        return super().create(
            [
                {
                    **self._prepare_finder_vals(appointments.browse(vals["appointment_id"])),
                    **vals,
                }
                if vals.get("appointment_id") and SEARCH_FIELDS - vals.keys()
                else vals
                for vals in vals_list
            ]
        )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, appointment, shows_visit=False):
        """Look for times for one appointment and show them.

        :param appointment: a ``support.appointment``, draft or confirmed
        :param bool shows_visit: open the appointment once it is planned, where
            the page behind is not its own
        :return: window action
        """
        finder = self.create({"appointment_id": appointment.id, "shows_visit": shows_visit})
        return finder.action_search()

    @api.model
    def _prepare_finder_vals(self, appointment):
        """Where to look first: from the time that was asked for, or now, a week ahead.

        Where somebody named no time but some days or a part of the day, there.

        The type's minimum notice and horizon bound what is shown at first; a
        dispatcher who widens the search means it.
        """
        now = fields.Datetime.now()
        since = max(now, appointment.requested_date or now)
        duration = timedelta(hours=appointment.duration)
        until = since + timedelta(days=DEFAULT_DAYS)
        parts = []
        if appointment._get_wish_window() and since == now:
            since = max(now, appointment.wish_from or now)
            until = min(
                appointment.wish_to or since + timedelta(days=DEFAULT_DAYS),
                since + timedelta(days=MAX_DAYS),
            )
            parts = (appointment.wish_parts or "").split(",")
        since, until = appointment.type_id._limit_offers(since, until, duration)
        since, until = (moment.replace(second=0) for moment in (since, until))
        return {
            "appointment_id": appointment.id,
            "date_from": since,
            "date_to": max(until, since + duration),
            "duration": appointment.duration,
            # The page knows two halves of a day.
            "part_of_day": parts[0] if parts in (["morning"], ["afternoon"]) else False,
        }

    def action_search(self):
        """Look for times as the fields say, and show the page again.

        :return: window action
        """
        self._check_one()
        message, lines = self._find_lines()
        self.line_ids.unlink()
        self.write(
            {
                "message": message,
                "is_stale": False,
                "refusal": False,
                "line_ids": [(0, 0, vals) for vals in lines],
            }
        )
        return self._show()

    def _show(self):
        if self.state == "confirmed":
            title = _("Reschedule %(name)s", name=self.appointment_id.name)
        else:
            title = _("Find a Time for %(name)s", name=self.appointment_id.name)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def _find_lines(self):
        """
        :return: tuple of a message, empty where there is something to show, and
            a list of values of lines
        """
        fault = self._find_fault()
        if fault:
            return fault, []
        start, stop = self._get_window()
        offers = self._find_offers(start, stop, day=self.day)
        if offers:
            return "", self._prepare_line_vals(offers)
        candidates, fault = self._find_candidates()
        if fault:
            return fault, []
        later = self._find_offers(stop, stop + timedelta(days=DAYS_AFTER))
        message = self._describe_nothing_free(candidates, bool(later))
        return message, self._prepare_line_vals(later)

    def _get_window(self):
        """From when to when is looked, naive UTC; a chosen day counts before the other fields."""
        if not self.day:
            return self.date_from, self.date_to
        zone = self.appointment_id._get_customer_timezone()
        return get_midnight(self.day, zone), get_midnight(self.day + ONE_DAY, zone)

    def _find_offers(self, start, stop, day=None):
        """
        :return: list of ``Offer``, see ``support.offers``
        """
        return self.env["support.offers"]._find_offers(
            self.appointment_id,
            start,
            stop,
            self.technician_id,
            part_of_day=self.part_of_day or None,
            day=day or None,
            duration=self.duration,
            # What the type bounds is what is shown first; who widens the search means it.
            any_notice=True,
        )

    def _find_fault(self):
        """What is wrong with the search itself, in words."""
        now = fields.Datetime.now()
        if not self.duration > 0 or not self.appointment_id._as_timedelta(self.duration):
            return _("Enter how long the visit takes.")
        if self.duration > 24 * MAX_DAYS:
            return _("A visit of more than %(days)s days is not looked for.", days=MAX_DAYS)
        start, stop = self._get_window()
        if self.day and stop <= now:
            return _("This day is over: choose another one, or leave the day empty.")
        if stop <= max(start, now):
            return _("The search has to end after it begins, and after now.")
        if stop - start > timedelta(days=MAX_DAYS):
            return _("Look at %(days)s days at most.", days=MAX_DAYS)
        return ""

    def _prepare_line_vals(self, offers):
        """
        :param list offers: of ``Offer``
        """
        zone = get_viewer_zone(self.env)
        customer_zone = self.appointment_id._get_customer_timezone()
        technicians = self.env["support.technician"].browse(
            [offer.slot.technician_id for offer in offers]
        )
        names = {technician.id: technician.name for technician in technicians}
        lines = []
        for sequence, (slot, _cost, reasons, details) in enumerate(offers):
            name = _(
                "%(time)s with %(technician)s",
                time=format_moment_short(self.env, slot.start, zone),
                technician=names[slot.technician_id],
            )
            lines.append(
                {
                    "sequence": sequence,
                    "name": format_names([name, *reasons[:1]]),
                    "customer_time": format_moment_short(self.env, slot.start, customer_zone),
                    "reasons": "\n".join(details),
                    "start": slot.start,
                    "stop": slot.stop,
                    "technician_id": slot.technician_id,
                }
            )
        return lines

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def _find_candidates(self):
        """Who of the company may be sent.

        :return: tuple of ``support.technician`` and, where nobody may, the reason in words
        """
        appointment = self.appointment_id
        technicians = self.technician_id
        if not technicians:
            technicians = technicians._search_for_companies(appointment.company_id)
            technicians = technicians._filter_employed()
        if not technicians:
            return technicians, _("There is no technician yet: add one under “Technicians”.")
        asked_for = self.technician_id or appointment.technician_id
        fitting = appointment._filter_able(technicians, asked_for)
        if fitting:
            return fitting, ""
        return fitting, self._describe_nobody_fits(technicians)

    def _describe_nobody_fits(self, technicians):
        """Which of the hard rules rules everybody out, and what to do about it."""
        appointment, chosen = self.appointment_id, self.technician_id
        needed = appointment.type_id.skill_ids
        if chosen:
            return _(
                "%(name)s %(reasons)s. Leave the technician empty to look at all.",
                name=chosen.name,
                reasons="; ".join(appointment._find_unmet_rules(chosen, asked_for=chosen)),
            )
        technicians = technicians.filtered(lambda t: needed <= t.skill_ids)
        if not technicians:
            return _(
                "Nobody has all the skills that “%(type)s” needs (%(skills)s). Enter them under "
                "“Technicians”, or choose another type.",
                type=appointment.type_id.name,
                skills=format_names(needed.mapped("name")),
            )
        technicians = technicians._filter_for_type(appointment.type_id, is_urgent=True)
        if not technicians:
            if appointment.type_id.place == "remote":
                return _(
                    "This visit is remote, and all with the skills work on site only. Look at "
                    "“Works” of the technicians, or choose another type."
                )
            return _(
                "This visit is on site, and all with the skills work remotely only. Look at "
                "“Works” of the technicians, or choose another type."
            )
        if appointment._filter_able(technicians, technicians):
            return _(
                "All who could come are on call, for urgent visits only. Choose one of them as "
                "the technician, or give the visit the priority “Urgent”."
            )
        return _(
            "Nobody with the skills goes to the postal code %(code)s. Add it to an area, or the "
            "area to a technician.",
            code=appointment.partner_id.zip,
        )

    def _describe_nothing_free(self, candidates, has_later):
        """That all are busy, and what to do about it."""
        zone = get_viewer_zone(self.env)
        start, stop = self._get_window()
        values = {
            "name": (self.technician_id or candidates[:1]).name,
            "count": len(candidates),
            "duration": format_duration(round(self.duration * 60)),
            "start": format_moment_short(self.env, start, zone),
            "stop": format_moment_short(self.env, stop, zone),
        }
        if self.technician_id:
            text = _(
                "%(name)s is not free for %(duration)s from %(start)s to %(stop)s. Leave the "
                "technician empty to look at all.",
                **values,
            )
        elif len(candidates) == 1:
            text = _(
                "%(name)s is the only one who could come, and is not free for %(duration)s from "
                "%(start)s to %(stop)s.",
                **values,
            )
        else:
            text = _(
                "None of the %(count)s who could come is free for %(duration)s from %(start)s to "
                "%(stop)s.",
                **values,
            )
        if has_later:
            after = _("These are the next free times:")
        else:
            after = _(
                "Nor in the %(days)s days after: look at the opening hours of the company, "
                "schedules, leaves and the duration.",
                days=DAYS_AFTER,
            )
        if self.part_of_day == "morning":
            text = _("%(text)s Only mornings were looked at.", text=text)
        elif self.part_of_day == "afternoon":
            text = _("%(text)s Only afternoons were looked at.", text=text)
        return f"{text} {after}"

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def action_take_own_time(self):
        """Put the visit where the dispatcher says, or tell on this page why that cannot be.

        :return: window action
        :raise UserError: where no time was entered
        """
        self._check_one()
        if not self.own_start:
            raise UserError(_("Enter the other time first."))
        planned = self._prepare_own_plan()
        planned["technician_id"] = planned.pop("technician").id
        try:
            # Whatever was refused in the middle is undone, while this page stays.
            with self.env.cr.savepoint():
                self._plan(planned)
        except UserError as error:
            self.refusal = str(error)
            return self._show()
        return self._get_next_page()

    def _plan(self, vals, *, confirm=False):
        """Give the visit a time and a technician, so that it can be undone.

        :param dict vals: ``start``, ``duration``, ``technician_id`` and what else is saved
        :param bool confirm: whether the draft is confirmed, too
        :return: the ``support.appointment``
        """
        appointment = self.appointment_id
        appointment._check_plannable()
        technician = self.env["support.technician"].browse(vals["technician_id"] or ())
        planned = {**vals, "technician": technician}
        sentence = appointment._describe_move(planned)
        tells = {
            "tell_customer": self.tell_customer or not self.is_expected,
            "tell_technician": self.tell_technician,
        }

        def work():
            appointment._mark_told(planned, tells)
            # The note why it is this technician is a mark.
            appointment._write_protected(vals)
            if confirm:
                appointment.action_confirm()

        step = appointment._do_undoable("move", work)
        message = _("%(name)s: %(change)s", name=appointment.name, change=sentence)
        self.sudo().write({"undo_step_id": step.id, "done_message": message})
        return appointment

    def _get_next_page(self):
        following = None
        if self.shows_visit:
            following = self.appointment_id._get_form_action()
        # sudo: nobody has a right on the steps.
        return self.sudo().undo_step_id._get_action(self.done_message, following)
