from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...compat import check_access
from ...formatting import (
    format_moment_in_words,
    format_moment_short,
    format_names,
    get_viewer_zone,
)
from ..appointment.states import PLANNABLE_STATES
from ..notifications.support_appointment import ANNOUNCED_MARKS
from ..notifications.support_appointment_technician import EXPECTED, TECHNICIAN_MARKS
from .support_undo_step import UNDO_SECONDS

# What an undone change gives back, by the pipeline as every change ...
RESTORED_FIELDS = (
    "state", "start", "duration", "technician_id", "ignore_working_hours", "cancel_reason",
    "cancel_silently", "confirmed_at", "started_at", "ended_at", "assignment_note", "ticket_id",
    "active",
)  # fmt: skip
# ... and what was known to the customer, as marks; to the technicians, see ``TECHNICIAN_MARKS``.
CUSTOMER_MARKS = (*ANNOUNCED_MARKS, "announced_before", "confirmation_queued_at")
# Which states a dispatcher takes back, to what the visit was before; and the moment of each.
TAKEN_BACK = {"in_progress": "confirmed", "done": "in_progress", "no_show": "confirmed"}
STAMPS = {"in_progress": "started_at", "done": "ended_at", "no_show": "ended_at"}
# In the context of a button that shows a message with *Undo* afterwards.
OFFER_KEY = "support_offer_undo"
# What moves a visit on its page, and who is told of it.
MOVED_FIELDS = ("start", "stop", "duration", "technician_id")
TELLS = ("tell_customer", "tell_technician")


class SupportAppointment(models.Model):
    """What somebody has changed by hand is taken back, and nobody hears of it.

    The mails of such a change wait on the queue until it is too late for *Undo*.
    """

    _inherit = "support.appointment"

    # ------------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------------

    def _do_undoable(self, kind, work):
        """Change these appointments so that the user can take it back; for what a person does.

        :param str kind: one of those of ``support.undo.step``
        :param callable work: without arguments; changes them. What it returns as a dict is kept
            with the step, see ``_react_to_undo``
        :return: ``support.undo.step``, as superuser
        """
        before = {visit.id: visit._prepare_undo_entry() for visit in self}
        waiting = self._find_waiting_mails()
        notes = self._count_notes()
        extra = work()
        mails = self._find_waiting_mails() - waiting
        mails._hold(UNDO_SECONDS)
        return self.env["support.undo.step"].sudo().create(
            {
                "user_id": self.env.uid,
                "kind": kind,
                "appointment_ids": [(6, 0, self.ids)],
                "entries": {str(visit.id): visit._finish_undo_entry(before) for visit in self},
                "extra": extra if isinstance(extra, dict) else {},
                "new_mails": {str(mail.id): mail._is_for_customer() for mail in mails},
                "old_mail_ids": waiting.ids,
                "is_noted": self._count_notes() != notes,
            }
        )  # fmt: skip

    @api.model
    def _get_restored_fields(self):
        """Hook: the fields that an undone change gives back."""
        return RESTORED_FIELDS

    @api.model
    def _get_customer_marks(self):
        """Hook: the marks of what the customer was told, which hold again with the mails of a
        change that were taken off the queue."""
        return CUSTOMER_MARKS

    def _prepare_undo_entry(self):
        """How the appointment is now, ready for JSON.

        :return: dict of ``values``, ``marks`` and ``version``
        """
        self.ensure_one()
        # sudo: marks are not every user's to read.
        visit = self.sudo()
        marks = (*self._get_customer_marks(), *TECHNICIAN_MARKS)
        return {
            "values": {name: visit._get_stored(name) for name in self._get_restored_fields()},
            "marks": {name: visit._get_stored(name) for name in marks},
            "version": visit.edit_version,
        }

    def _finish_undo_entry(self, before):
        """What is to be given back: what the change has changed.

        :param dict before: of ids to what ``_prepare_undo_entry`` returned before the change
        :return: dict of ``values``, ``marks``, ``version`` and ``version_before``
        """
        old, new = before[self.id], self._prepare_undo_entry()
        changed = {
            part: {name: value for name, value in old[part].items() if value != new[part][name]}
            for part in ("values", "marks")
        }
        return {**changed, "version": new["version"], "version_before": old["version"]}

    def _get_stored(self, name):
        value = self[name]
        if self._fields[name].type == "datetime":
            return fields.Datetime.to_string(value) or False
        if self._fields[name].type == "many2one":
            return value.id
        return value

    def _find_waiting_mails(self):
        # sudo: the queue is not every user's to read.
        return self.env["mail.mail"].sudo().search(
            [
                ("state", "in", ["outgoing", "exception"]),
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
            ]
        )  # fmt: skip

    def _count_notes(self):
        """How many entries in people's inboxes are about these appointments."""
        # sudo: what others have in their inbox is theirs.
        return self.env["mail.notification"].sudo().search_count(
            [
                ("notification_type", "=", "inbox"),
                ("mail_message_id.model", "=", self._name),
                ("mail_message_id.res_id", "in", self.ids),
                ("mail_message_id.message_type", "=", "user_notification"),
            ]
        )  # fmt: skip

    # ------------------------------------------------------------------
    # Taking back
    # ------------------------------------------------------------------

    def _restore(self, step):
        """Give back what was before a change.

        :param step: ``support.undo.step``, as superuser
        :raise UserError: where somebody has changed more since, or the time is taken
        """
        self._check_unchanged_since(step)
        # All at once, since they may be written one by one.
        technicians = [entry["values"].get("technician_id") for entry in step.entries.values()]
        technicians = self.technician_id.union(self.technician_id.browse(filter(None, technicians)))
        self.env["support.booking"]._lock(technicians)
        marks = self._take_back_mails(step)
        self._restore_marks(step, marks)
        groups = {}
        for visit in self:
            vals = step.entries[str(visit.id)]["values"]
            key = tuple(sorted(vals.items()))
            groups[key] = groups.get(key, self.browse()) | visit
        for vals, visits in groups.items():
            if vals:
                visits._write_restored(dict(vals))
        # The change of the time has made some of them empty.
        self._restore_marks(step, marks)
        old_mails = self.env["mail.mail"].sudo().browse(step.old_mail_ids or ()).exists()
        old_mails.filtered(lambda mail: mail.state == "cancel").mark_outgoing()
        self._react_to_undo(step)
        self._message_log_batch(bodies={visit.id: visit._describe_undone(step) for visit in self})
        self.env["support.notifier"]._wake_queue()

    def _describe_undone(self, step):
        kinds = dict(step._fields["kind"]._description_selection(self.env))
        return _("Undone: %(change)s.", change=kinds[step.kind])

    def _react_to_undo(self, step):
        """Hook: give back what a change has done beside the appointments' own values.

        :param step: ``support.undo.step``, as superuser
        """

    def _check_unchanged_since(self, step):
        """
        :raise UserError: names each appointment and who changed it
        """
        faults = []
        for visit in self:
            version = step.entries[str(visit.id)]["version"]
            if visit.edit_version != version:
                faults.append(
                    _(
                        "%(name)s was changed by %(user)s since, so it stays as it is now.",
                        name=visit.name,
                        # sudo: the name of a colleague in another company may be out of sight.
                        user=visit.sudo().write_uid.name,
                    )
                )
        if faults:
            raise UserError("\n".join(faults))

    def _take_back_mails(self, step):
        """Take the mails of a change off the queue.

        :return: set of names of marks that hold again, since nobody has read anything else
        """
        known = {int(mail_id): is_theirs for mail_id, is_theirs in (step.new_mails or {}).items()}
        mails = self.env["mail.mail"].sudo().browse(known).exists()
        waiting = mails.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        waiting.cancel()
        # Of some mails nothing is kept once they were sent.
        withdrawn = mails.filtered(lambda mail: mail.state == "cancel")
        told = {known[mail_id] for mail_id in known.keys() - set(withdrawn.ids)}
        marks = set()
        if True not in told:
            marks.update(self._get_customer_marks())
        if False not in told and not step.is_noted:
            marks.update(TECHNICIAN_MARKS)
        return marks

    def _restore_marks(self, step, names):
        groups = {}
        for visit in self:
            marks = step.entries[str(visit.id)]["marks"]
            marks = {name: value for name, value in marks.items() if name in names}
            if marks:
                groups.setdefault(tuple(sorted(marks)), {})[visit.id] = marks
        for each in groups.values():
            self._write_marks({}, each)

    # ------------------------------------------------------------------
    # Moves on the page of an appointment
    # ------------------------------------------------------------------

    def web_save(self, vals, specification, *args, **kwargs):
        """What the web client saves: a move can be undone, and those who know of it are chosen.

        :param dict vals: as for ``write``; with ``tell_customer`` and ``tell_technician``, False
            where they are not to be told
        """
        tells = {name: vals[name] for name in TELLS if name in vals}
        vals = {name: value for name, value in vals.items() if name not in TELLS}
        save = super().web_save
        planned = self._read_move(vals) if len(self) == 1 else None
        if not planned:
            return save(vals, specification, *args, **kwargs)
        saved = []

        def work():
            self._mark_told(planned, tells)
            saved.append(save(vals, specification, *args, **kwargs))

        message = _("%(name)s: %(change)s", name=self.name, change=self._describe_move(planned))
        step = self._do_undoable("move", work)
        step.message = message
        return saved[0]

    def _get_move_question(self, planned):
        """What to ask before a move of which somebody would be told who expects the visit.

        :param dict planned: as ``_read_move`` returns it
        :return: dict of ``change``, both times in one sentence, ``reason``, who expects what, and
            ``choices``, as ``_get_tell_choices`` returns them; None where nobody expects the visit
            or is told
        """
        self.ensure_one()
        if not planned or self.state != "confirmed":
            return None
        is_told = self._is_customer_told(planned)
        # sudo: what a technician knows is not everybody's to read.
        known = self.sudo().technician_notified_id
        choices = self._get_tell_choices(planned)
        if not is_told and not (known and "tell_technician" in choices):
            return None
        return {
            "change": self._describe_move(planned),
            "reason": self._describe_expectation() if is_told else self._describe_known(known),
            "choices": choices,
        }

    def _is_customer_told(self, planned):
        """Whether a move is one that the customer gets a mail about.

        :param dict planned: as ``_read_move`` returns it
        """
        if self.state != "confirmed" or not self.announced_start:
            return False
        told = self.announced_details or {}
        is_moved = planned["start"] != self.announced_start
        is_changed = (told.get("technician") or False) != planned["technician"].id
        is_changed |= told.get("duration") != round(planned["duration"] * 60)
        if not (is_moved or is_changed):
            return False
        rule = "automation_send_rescheduled" if is_moved else "automation_send_updated"
        if not self.env["support.automation.registry"]._get_switch(rule).active:
            return False
        return not self._get_obstacles("rescheduled" if is_moved else "updated")

    def _describe_expectation(self):
        zone = self._get_customer_timezone()
        return _(
            "%(customer)s was told to expect this visit on %(time)s (%(zone)s) and will get a mail "
            "about the change.",
            customer=self.customer_name or self.partner_id.name,
            time=format_moment_short(self.env, self.announced_start, zone),
            zone=zone,
        )

    def _describe_known(self, technician):
        return _(
            "%(technician)s knows of this visit; the customer gets no mail about the change.",
            technician=technician.name,
        )

    def _read_move(self, vals):
        """Time and technician as they would be.

        :param dict vals: as for ``write``
        :return: dict of ``start``, ``duration`` and ``technician``; None where nothing is moved
        :raise AccessError: for another technician whom the user may not see
        """
        moved = {name: vals[name] for name in MOVED_FIELDS if name in vals}
        if not moved or self.state not in PLANNABLE_STATES:
            return None
        moved = self.env["support.values"]._prepare(self, moved)
        moment = fields.Datetime.to_datetime
        start = moment(moved.get("start", self.start))
        duration = moved.get("duration", self.duration)
        if "duration" not in moved and moved.get("stop") and start:
            duration = (moment(moved["stop"]) - start).total_seconds() / 3600
        technician = self.technician_id.browse(
            moved.get("technician_id", self.technician_id.id) or ()
        )
        if technician != self.technician_id:
            # Their name stands in the sentence: only of those who are in sight.
            technician.read(["name"])
        planned = {"start": start, "duration": duration, "technician": technician}
        now = {"start": self.start, "duration": self.duration, "technician": self.technician_id}
        return planned if planned != now else None

    def _get_tell_choices(self, planned):
        """Who is told of a move, unless somebody chooses that they are not.

        :param dict planned: as ``_read_move`` returns it
        :return: dict of the names in ``TELLS`` to labels
        """
        choices = {}
        if self._is_customer_told(planned):
            name = self.customer_name or self.partner_id.name
            choices["tell_customer"] = _("Tell %(name)s", name=name)
        if technicians := self._find_told_technicians(planned):
            names = format_names(technicians.mapped("name"))
            choices["tell_technician"] = _("Tell %(name)s", name=names)
        return choices

    def _find_told_technicians(self, planned):
        """Whom of the technicians the rule tells of a move.

        :param dict planned: as ``_read_move`` returns it
        :return: ``support.technician``, as superuser
        """
        # sudo: what a technician knows, and their user, are not everybody's to read.
        known, start = self.sudo().technician_notified_id, self.sudo().technician_notified_start
        coming = planned["technician"].sudo()
        is_news = (known, start) != (coming, planned["start"])
        if not is_news or self.state not in EXPECTED or not self._is_notice_to_technicians_on():
            return known.browse()
        technicians = known | coming
        technicians = technicians.filtered(lambda each: each.user_id != self.env.user)
        obstacles = technicians._find_notification_obstacles()
        return technicians.filtered(lambda technician: technician.id not in obstacles)

    def _mark_told(self, planned, tells):
        """Leave nothing to tell to those who are not to be told of a move that follows.

        :param dict planned: as ``_read_move`` returns it
        :param dict tells: of the names in ``TELLS`` to bool
        """
        vals = {
            "start": planned["start"],
            "duration": planned["duration"],
            "technician_id": planned["technician"].id,
        }
        marks = {}
        if tells.get("tell_customer") is False and self.announced_start:
            self._cancel_pending_notifications()
            marks.update(self._prepare_told_vals(vals))
        if tells.get("tell_technician") is False:
            marks.update(self._prepare_technician_told_vals(vals))
        if marks:
            self._write_marks(marks)

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def action_start(self):
        return self._offer_undo("start", super().action_start)

    def action_done(self):
        return self._offer_undo("done", super().action_done)

    def action_no_show(self):
        return self._offer_undo("no_show", super().action_no_show)

    def _offer_undo(self, kind, work):
        """What a button does, with a message afterwards where the button asks for it."""
        if not self.env.context.get(OFFER_KEY):
            return work()
        step = self._do_undoable(kind, work)
        return step._get_action(self._describe_states())

    def _describe_states(self):
        return "\n".join(visit._describe_state() for visit in self)

    def _describe_state(self):
        self.ensure_one()
        return _("%(name)s: %(state)s", name=self.name, state=self._get_state_label())

    def action_take_back(self):
        """Give a visit that was started, done or missed by mistake the state that it had before.

        :return: True
        :raise UserError: for a visit in another state
        :raise AccessError: for anybody but a dispatcher
        """
        check_access(self, "write")
        self._check_take_back()
        for visit in self:
            state = visit.state
            visit._write_restored({"state": TAKEN_BACK[state], STAMPS[state]: False})
            visit._message_log(
                body=_(
                    "Taken back: %(state)s.",
                    state=dict(self._fields["state"]._description_selection(self.env))[state],
                )
            )
        return True

    def _check_take_back(self):
        """
        :raise AccessError: for anybody but a dispatcher
        :raise UserError: names each visit and its state
        """
        if not self._is_dispatcher():
            raise AccessError(
                _("Only a dispatcher takes back that a visit was started, done or missed.")
            )
        others = self.filtered(lambda visit: visit.state not in TAKEN_BACK)
        if others:
            raise UserError("\n".join(visit._describe_not_taken_back() for visit in others))

    def _describe_not_taken_back(self):
        return _(
            "%(name)s is in state “%(state)s”: only a visit that was started, done or missed "
            "is taken back.",
            name=self.name,
            state=self._get_state_label(),
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_move(self, planned):
        """Both times in one sentence, in the viewer's zone and format.

        :param dict planned: ``start``, ``duration`` and ``technician`` as they would be
        :return: str
        """
        self.ensure_one()
        old, new = self.start, planned["start"]
        lines = []
        if new and old and new != old:
            lines.append(
                _("From %(old)s to %(new)s.", old=self._write_day(old), new=self._write_day(new))
            )
        elif new and not old:
            lines.append(_("On %(new)s.", new=self._write_day(new)))
        # sudo: the technician of a visit may work for a company that is out of sight by now.
        before, after = self.technician_id.sudo(), planned["technician"].sudo()
        if before and after and before != after:
            lines.append(_("%(new)s goes instead of %(old)s.", new=after.name, old=before.name))
        elif after and not before:
            lines.append(_("%(new)s goes.", new=after.name))
        elif before and not after:
            lines.append(_("%(old)s does not go any more.", old=before.name))
        if not lines and new:
            stop = new + self._as_timedelta(planned["duration"])
            lines.append(_("It now lasts until %(stop)s.", stop=self._write_day(stop)))
        return " ".join(lines)

    def _write_day(self, moment):
        return format_moment_in_words(self.env, moment, get_viewer_zone(self.env))

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    def _erase_related(self):
        super()._erase_related()
        # sudo: nobody has a right on the steps. What was before may be a person's words.
        steps = self.env["support.undo.step"].sudo()
        steps.search([("appointment_ids", "in", self.ids)]).unlink()
