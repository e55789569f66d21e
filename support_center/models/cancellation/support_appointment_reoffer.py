from datetime import timedelta

from markupsafe import Markup

from odoo import _, api, fields, models

from ...formatting import aware, format_moment
from ...scheduling.explain import why_not


class SupportAppointment(models.Model):
    """A time that became free is offered to who waits for one."""

    _inherit = "support.appointment"

    reoffered_to_id = fields.Many2one(
        "support.appointment",
        "Offered to",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The waiting request that the time of this cancelled visit was offered to.",
    )
    reoffer_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        # For every activity that is done, in all of Odoo: its deletion looks for it here.
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | {"reoffered_to_id", "reoffer_activity_id"}

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_reopening:
            # Re-opened, the visit wants its time back; another cancellation offers it anew.
            change.set_default({"reoffered_to_id": False, "reoffer_activity_id": False})

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if change.is_reopening:
            self._withdraw_offers(change)

    def _withdraw_offers(self, change):
        """Tell those who are to offer a visit's time that it is not free any more.

        :param change: ``Change`` that has re-opened these visits
        """
        # sudo: the user who re-opens a visit need not see the requests of others.
        for visit in self.sudo():
            change.before(visit, "reoffer_activity_id").sudo().unlink()
            draft = change.before(visit, "reoffered_to_id").sudo()
            if draft.state == "draft":
                draft.with_context(lang=draft._get_company_lang())._note_withdrawn_offer(visit)

    def _note_withdrawn_offer(self, visit):
        self._message_log(
            body=_(
                "The time of %(visit)s is not free any more: it was cancelled by mistake.",
                visit=visit._get_html_link(title=visit.name),
            )
        )

    def _rule_reoffer_slot(self):
        """Offer the time of a cancelled visit to the customer who waits for it and fits best.

        No appointment changes. Whether the customer or a dispatcher is written to says
        ``_offer_freed_time``.
        """
        return self._run_automation("reoffer_slot", lambda visits: visits._reoffer_slots())

    @api.model
    def _get_backlog_reoffer_domain(self):
        """Times to come that a cancellation set free and nobody was offered."""
        return [
            ("state", "=", "cancelled"),
            ("technician_id", "!=", False),
            ("reoffered_to_id", "=", False),
            ("start", ">", fields.Datetime.now()),
        ]

    def _reoffer_slots(self):
        """
        :return: ``{id: (outcome, message)}``, one for each visit
        """
        return {visit.id: visit._reoffer_slot() for visit in self}

    def _reoffer_slot(self):
        """Offer one visit's time, if it is ahead, free, and not offered already.

        :return: tuple of the outcome and its reason
        """
        self.ensure_one()
        # sudo: a technician or customer who calls a visit off does not see the requests
        # of others. A dispatcher is told, and nothing but our own mark is written.
        visit = self.sudo()
        technician = visit.technician_id
        reason = visit._why_not_reofferable()
        if reason:
            return "skipped", reason
        draft = visit._choose_waiting_draft()
        if not draft:
            return "skipped", _(
                "No waiting request fits into the time of %(technician)s.",
                technician=technician.name,
            )
        return visit._offer_freed_time(draft)

    def _offer_freed_time(self, waiting):
        """Ask a dispatcher to offer this visit's time to the customer who waits; a hook.

        :param waiting: ``support.appointment`` that it fits
        :return: tuple of the outcome and its reason
        """
        activity = waiting._schedule_reoffer_activity(self)
        self._write_marks({"reoffered_to_id": waiting.id, "reoffer_activity_id": activity.id})
        return "ok", _("Offered to %(reference)s.", reference=waiting.name)

    def _why_not_reofferable(self):
        """Why this visit's time is nothing to offer.

        :return: str, empty when it is
        """
        technician = self.technician_id
        if self.state != "cancelled" or not technician or not self.start:
            return _("No technician's time became free.")
        if self.start <= fields.Datetime.now():
            return _("The time is not ahead any more.")
        if self.reoffered_to_id.state == "draft":
            return _(
                "The time is on offer to %(reference)s already.",
                reference=self.reoffered_to_id.name,
            )
        if not technician._filter_employed():
            return _(
                "%(technician)s or the technician's user is archived.", technician=technician.name
            )
        if why_not(self._read_agenda(), self._get_demand(), aware(self.start)):
            return _(
                "%(technician)s is not at work at that time, or booked again.",
                technician=technician.name,
            )
        return ""

    def _choose_waiting_draft(self):
        """The waiting request that fits best: by priority, then the oldest.

        :return: ``support.appointment``, empty if none fits
        """
        drafts = self.search(self._get_waiting_domain(), order="priority desc, create_date, id")
        agenda, now = self._read_agenda(), fields.Datetime.now()
        for draft in drafts:
            start, busy_stop = self._fit_in(draft)
            notice = timedelta(hours=draft.type_id.min_notice_hours)
            if (
                busy_stop <= self.busy_stop
                and start >= now + notice
                and draft._can_be_done_by(self.technician_id)
                and not why_not(agenda.without_booking(draft.id), draft._get_demand(), aware(start))
            ):
                return draft
        return self.browse()

    def _get_waiting_domain(self):
        """Drafts of the company that wait for a time.

        They were made by hand or accepted, and have no technician; or they
        are planned for later than this visit although the customer had asked
        for a time that is not later. One offer at a time goes to each.
        """
        on_offer = self.search(
            [
                ("reoffered_to_id", "!=", False),
                ("id", "!=", self.id),
                ("state", "=", "cancelled"),
                ("start", ">", fields.Datetime.now()),
            ]
        ).reoffered_to_id
        return [
            ("id", "not in", [self.id, *on_offer.ids]),
            ("company_id", "=", self.company_id.id),
            ("partner_id", "!=", False),
            ("duration", "<=", (self.busy_stop - self.busy_start).total_seconds() / 3600),
            *self._get_who_waits_domain(),
        ]

    def _get_who_waits_domain(self):
        """Hook: of all appointments those that wait.

        :return: list with a single term, so that another one can be put beside it
        """
        return [
            "&",
            "&",
            ("state", "=", "draft"),
            ("intake_state", "in", ["none", "accepted"]),
            "|",
            ("technician_id", "=", False),
            "&",
            ("requested_date", "<=", self.start),
            ("start", ">", self.start),
        ]

    def _fit_in(self, draft):
        """When ``draft`` could start in this visit's time, and until when it would be busy.

        :return: tuple of naive UTC datetimes
        """
        before, after = draft._get_buffers()
        start = max(self.start, self.busy_start + timedelta(minutes=before))
        return start, start + self._as_timedelta(draft.duration) + timedelta(minutes=after)

    def _read_agenda(self):
        """What this visit's technician does around its time.

        :return: ``scheduling.agenda.Agenda``
        """
        agendas = self.env["support.availability"]._read_agendas(
            self.technician_id, self.start, self.stop
        )
        return agendas[self.technician_id.id]

    def _schedule_reoffer_activity(self, visit):
        """Ask a dispatcher, in their language, to offer ``visit``'s time to this customer.

        :return: the ``mail.activity``
        """
        self.ensure_one()
        user = self._automation_responsible()
        draft = self._for_reader(user)
        return draft.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            **draft._prepare_reoffer_vals(visit),
        )

    def _prepare_reoffer_vals(self, visit):
        """
        :return: dict with the summary and the note of the activity
        """
        technician = visit.technician_id
        since, until = (
            format_moment(self.env, moment, technician.tz) for moment in (visit.start, visit.stop)
        )
        note = _(
            "%(technician)s is free from %(start)s to %(stop)s, since %(visit)s was cancelled. "
            "This request fits best: plan it there, once the customer agrees.",
            technician=technician.name,
            start=since,
            stop=until,
            visit=visit._get_html_link(title=visit.name),
        )
        return {"summary": _("A time became free"), "note": Markup("<p>%s</p>") % note}
