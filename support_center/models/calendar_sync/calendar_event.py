import psycopg2

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...languages import get_user_lang
from ..appointment.states import LIVE_STATES
from .calendar_event_guard import LINK
from .support_appointment import MIRRORED_STATES

# Put in the context by ``_as_mirror`` alone. What arrives by RPC is text and numbers, never this
# very object: nobody outside of the server can pass a change off as the mirror's own.
MIRROR_KEY = "support_center_mirror"
MIRROR = object()

# The event's names in Google and in Outlook, where Odoo synchronises with them.
SYNC_IDS = ("google_id", "microsoft_id", "ms_universal_event_id")
TIME_FIELDS = ("start", "stop", "start_date", "stop_date", "duration", "allday")


class CalendarEvent(models.Model):
    """An event that mirrors an appointment: a move is a reschedule, or it is refused."""

    _inherit = "calendar.event"

    # Unique, which also makes the index: one event for each appointment.
    support_appointment_id = fields.Many2one(
        "support.appointment",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="support_center.group_support_technician",
        help="The visit that this event stands for in its technician's calendar.",
    )

    _sql_constraints = [
        (
            "support_appointment_unique",
            "UNIQUE (support_appointment_id)",
            "An appointment has one event in the calendar.",
        ),
    ]

    def init(self):
        super().init()
        # Meetings that keep technicians from visits, and the few long ones that began before.
        # Odoo has no index for when an event is; most mirror a visit, which is looked at itself.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_calendar_event_own_idx
                ON calendar_event (start) WHERE support_appointment_id IS NULL;
            CREATE INDEX IF NOT EXISTS support_calendar_event_own_long_idx
                ON calendar_event (stop)
             WHERE support_appointment_id IS NULL
               AND LEAST(stop - start, interval '24 hours') = interval '24 hours'
            """
        )

    @api.model
    def _get_public_fields(self):
        # Not hidden with the rest of a private event: the number of an appointment tells nothing,
        # and Odoo would leave its “hidden” in the cache, where the checks below would read it.
        return super()._get_public_fields() | {LINK}

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_mirror():
            vals_list = [{**vals, LINK: False} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Take a move of a mirrored event to its appointment, with all its checks.

        A change that makes no sense for a visit is refused. One that a synchronisation
        brings is put back instead, since an error would end the whole run.

        :raise UserError: names the appointment and what to do
        """
        if LINK in vals and not self._is_mirror():
            raise UserError(_("Which appointment an event stands for is not set by hand."))
        mirrored = self._get_mirrored()
        if not mirrored:
            return super().write(vals)
        # Before anything is said or done about the visits.
        check_access(self, "write")
        others = self - mirrored
        if others:
            # A copy, since Odoo takes values out of what it is given.
            super(CalendarEvent, others).write(dict(vals))
        # The technician is told of the visit by the appointment, not by Odoo's calendar.
        quiet = mirrored.with_context(no_mail_to_attendees=True)
        if self._is_from_sync():
            for event in quiet:
                event._write_from_sync(vals, super(CalendarEvent, event).write)
            return True
        for event in mirrored:
            reason = event._get_refusal(vals)
            if reason:
                raise UserError(reason)
        # Undone together, also for a caller who catches the error and goes on.
        with self.env.cr.savepoint():
            super(CalendarEvent, quiet).write(dict(vals))
            mirrored._take_over_times()
        return True

    def unlink(self):
        """Refuse to delete the event of a visit that stands.

        :raise UserError: names the appointment and what to do
        """
        mirrored = self._get_mirrored()
        if not mirrored:
            return super().unlink()
        check_access(self, "unlink")
        live = mirrored.filtered(lambda e: e.sudo()._is_visit_live())
        if not self._is_from_sync():
            live._refuse_deletion()
            return super().unlink()
        for event in live:
            event._restore_for_visit("deleted")
        # Google reports the deletion that our archiving asked for: a cancellation may be undone.
        waiting = mirrored.filtered(
            lambda e: e.sudo().support_appointment_id.state not in MIRRORED_STATES
        )
        return super(CalendarEvent, self - live - waiting).unlink()

    # ------------------------------------------------------------------
    # The mirror's own work
    # ------------------------------------------------------------------

    def _as_mirror(self, user):
        """These events in an environment for the mirror's own changes.

        As the technician's user: Google's and Outlook's synchronisation take the calendar of
        the user who writes, and refuse or misplace an event that one user makes for another. As
        superuser, since that user's rights may be gone. And with a context of its own: what the
        button or the form left there would become default values of the event.

        :param user: ``res.users`` whose calendar it is
        """
        context = {
            "lang": get_user_lang(user, user.company_id),
            "tz": user.tz,
            MIRROR_KEY: MIRROR,
            # No mail by the calendar: technician and customer are told by the appointment.
            "no_mail_to_attendees": True,
            "skip_contact_description": True,
            # What happened to the visit is in the appointment's chatter.
            "tracking_disable": True,
        }
        return self.with_env(self.env(user=user.id, context=context, su=True))

    def _is_mirror(self):
        return self.env.context.get(MIRROR_KEY) is MIRROR

    def _remove_mirror(self):
        """Delete the events of appointments that are gone or have another technician."""
        for user, events in self.grouped("user_id").items():
            mine = events._as_mirror(user)
            # Google's synchronisation archives what it has still to delete outside.
            mine.write({LINK: False})
            mine.unlink()

    def _erase_visit_texts(self, visit):
        """Leave nothing in a visit's entry but its time and its reference."""
        self.ensure_one()
        mine = self._as_mirror(self.user_id)
        mine.write({"name": visit.name, "location": False, "description": False})
        messages = mine.env["mail.message"]
        messages.search([("model", "=", self._name), ("res_id", "=", self.id)]).unlink()

    def _get_mirror_archive_values(self):
        """Values that archive an event and delete it in Google or Outlook, where it is there.

        Where it is not, it must not wait for it: Google's synchronisation takes up a limited
        number of changed events at a time.
        """
        is_outside = any(self[name] for name in self._get_sync_ids())
        return {"active": False} if is_outside else self._get_archive_values()

    def _get_mirror_restore_values(self):
        """Values that bring an archived event back, and make it anew in Google and Outlook,
        which have deleted theirs."""
        return {"active": True, **dict.fromkeys(self._get_sync_ids(), False)}

    def _get_writer(self, values):
        """As whom the mirror changes the event.

        As the one in whose calendar it is, see ``_as_mirror``; but where nothing is synchronized,
        it does not matter who archives: all of them are then one write, however many technicians
        there are.

        :param dict values: what is to be written
        :return: ``res.users``
        """
        if values == {"active": False} and not self._get_sync_ids():
            return self.env["res.users"].browse(SUPERUSER_ID)
        return self.user_id

    def _get_sync_ids(self):
        return [name for name in SYNC_IDS if name in self._fields and self._fields[name].store]

    # ------------------------------------------------------------------
    # Changes by others
    # ------------------------------------------------------------------

    def _is_from_sync(self):
        """Whether Google's or Outlook's synchronisation is writing: this is how they say so."""
        return bool(self.env.context.get("dont_notify"))

    def _cancel(self):
        # Called by Google's synchronisation alone, which deletes without saying who it is.
        return super(CalendarEvent, self.with_context(dont_notify=True))._cancel()

    def _cancel_microsoft(self):
        # As above, for Outlook's.
        return super(CalendarEvent, self.with_context(dont_notify=True))._cancel_microsoft()

    def _get_mirrored(self):
        """Those that stand for an appointment and are not being written by the mirror."""
        if self._is_mirror():
            return self.browse()
        # sudo: the link counts for users too who may not read it. What a form is being filled in
        # with is no record yet.
        linked = self.browse(self.sudo().filtered(lambda e: e.id and e[LINK]).ids)
        is_on = linked and self.env["ir.config_parameter"]._get_support_flag(
            "support_center.calendar_mirror"
        )
        return linked if is_on else self.browse()

    def _refuse_deletion(self):
        """
        :raise UserError: names each appointment that stands, and what to do
        """
        if self:
            raise UserError("\n".join(event._explain_keeping() for event in self))

    def _take_over_times(self):
        """Reschedule the appointments whose events were moved.

        :raise UserError: where an appointment cannot be then
        """
        # sudo: to compare; the appointment itself is written with the user's own rights.
        for event in self.sudo():
            visit = event.support_appointment_id
            if (event.start, event.stop) == (visit.start, visit.stop) or not event.active:
                continue
            if visit.state not in LIVE_STATES:
                raise UserError(
                    _(
                        "%(name)s is over: its entry stays where the visit took place.",
                        name=visit.name,
                    )
                )
            visit._move_from_calendar(event.start, event.stop)

    # ------------------------------------------------------------------
    # Changes by a synchronisation
    # ------------------------------------------------------------------

    def _write_from_sync(self, vals, write):
        """Take over what Google or Outlook bring, as far as it makes sense for a visit.

        Never raises for what cannot be: the event goes back to the appointment's time, which
        also sends it out again, and a dispatcher is told.

        :param write: Odoo's own ``write`` of this event
        """
        self.ensure_one()
        # The reason is read by who looks after the visit, not by whose calendar it is. sudo: as
        # in _get_refusal
        lang = self.sudo().support_appointment_id._get_company_lang()
        event = self.with_context(lang=lang)
        vals, reason = event.sudo()._strip_sync_vals(vals)
        if not reason:
            try:
                with self.env.cr.savepoint():
                    write(dict(vals))
                    event._take_over_times()
                return
            # A length below zero is refused by the database alone.
            except (UserError, psycopg2.IntegrityError) as error:
                reason = str(error)
        write({name: vals[name] for name in vals if name not in TIME_FIELDS})
        event._restore_for_visit("changed", reason)

    def _restore_for_visit(self, what, reason=""):
        """Put the event back to the appointment's time, and tell a dispatcher.

        :param str what: as ``_report_calendar_refusal`` takes it
        :param str reason: why it has no effect, if not because the visit is planned
        """
        self.ensure_one()
        event = self.sudo()  # sudo: as in _get_refusal
        visit = event.support_appointment_id
        event._as_mirror(event.user_id).write(
            {
                "start": visit.start,
                "stop": visit.stop,
                "allday": False,
                "active": visit._has_calendar_entry(),
            }
        )
        visit.sudo(False)._report_calendar_refusal(what, reason)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_support_appointment(self):
        """Open the appointment that this event stands for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "support.appointment",
            "res_id": self.support_appointment_id.id,
            "views": [(False, "form")],
        }
