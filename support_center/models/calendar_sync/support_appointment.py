from markupsafe import Markup

from odoo import Command, _, api, fields, models
from odoo.tools import plaintext2html

from ...compat import check_access
from ..appointment.states import LIVE_STATES
from ..automation.support_automation_mixin import SILENT

# A visit in these states has an entry in its technician's calendar; one that is done is history.
MIRRORED_STATES = (*LIVE_STATES, "done")

# What puts an appointment's entry there or takes it away ...
ENTRY_FIELDS = {"state", "active", "technician_id", "start", "stop", "duration"}
# ... and what feeds its text. Such a value is written when its source changes and left alone
# otherwise, so that what the technician adds in the calendar stays.
FED_BY = {
    "name": {"name", "partner_id", "customer_name"},
    "location": {"location"},
    "description": {"description", "type_id", "partner_id", "customer_phone"},
}
MIRROR_FIELDS = ENTRY_FIELDS.union(*FED_BY.values())

BATCH = 200


class SupportAppointment(models.Model):
    """Each planned visit as an event in its technician's calendar.

    What comes back from the calendar is handled by ``calendar.event``.
    """

    _inherit = "support.appointment"

    calendar_event_ids = fields.One2many(
        "calendar.event",
        "support_appointment_id",
        "Calendar Entry",
        groups="support_center.group_support_technician",
    )

    # ------------------------------------------------------------------
    # In step with what was saved
    # ------------------------------------------------------------------

    def _react_to_change(self, change):
        super()._react_to_change(change)
        self._sync_calendar_events(None if change.is_creation else change.vals)

    def _delete_records(self, delete):
        events = self.env["calendar.event"].union(*self._find_events().values())
        result = super()._delete_records(delete)
        self._remove_events(events)
        return result

    def _sync_calendar_events(self, vals=None):
        """Bring the entries of these appointments in step, after they were saved.

        A failure harms nobody's save: it goes to the log and to a dispatcher.

        :param dict vals: what was written; None after a creation
        """
        if vals is not None and not MIRROR_FIELDS & vals.keys():
            return
        # In another state there is an entry to take away only where one of these has changed.
        is_decided = vals is not None and bool({"state", "active", "technician_id"} & vals.keys())
        due = self.filtered(lambda a: is_decided or a.state in MIRRORED_STATES)
        if due and self.env["ir.config_parameter"]._get_support_flag(
            "support_center.calendar_mirror"
        ):
            changed = MIRROR_FIELDS if vals is None else MIRROR_FIELDS & vals.keys()
            due._run_automation(
                "calendar_mirror", lambda those: those._update_calendar_events(changed)
            )

    def _update_calendar_events(self, changed=()):
        """Make, change, archive and remove the entries, whatever was missed before included.

        :param changed: names of the fields that were written
        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = dict.fromkeys(self.ids, SILENT)
        # sudo: the user who plans a visit need not have a right in the technician's calendar.
        visits = self.sudo()
        events = visits._find_events()
        now = fields.Datetime.now()
        removed = self.env["calendar.event"]
        created, written = {}, {}
        for visit in visits:
            event, user = events.get(visit.id), visit._get_calendar_user()
            if event and event.user_id != user:
                # Google and Outlook know no change of the organiser: an event stays in the
                # calendar in which it was made, so the old technician's is deleted there.
                removed |= event
                event = None
                outcomes[visit.id] = ("ok", _("Taken out of the former technician's calendar."))
            if event:
                values, message = visit._get_event_changes(event, changed)
                if values:
                    key = (event._get_writer(values), tuple(sorted(values.items())))
                    written[key] = written.get(key, event.browse()) | event
                    outcomes[visit.id] = ("ok", message)
            elif user and visit._has_calendar_entry() and visit.stop > now:
                created.setdefault(user, []).append(visit._prepare_event_vals(user))
                outcomes[visit.id] = ("ok", _("Entered in the technician's calendar."))
        removed._remove_mirror()
        for (user, values), those in written.items():
            those._as_mirror(user).write(dict(values))
        for user, vals_list in created.items():
            self.env["calendar.event"]._as_mirror(user).create(vals_list)
        return outcomes

    def _find_events(self):
        """The entries of these appointments, archived ones too, in one query.

        :return: dict of an appointment's id to its ``calendar.event``, as superuser
        """
        # sudo: Odoo hides what a colleague's private event says.
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        found = events.search([("support_appointment_id", "in", self.ids)])
        return {event.support_appointment_id.id: event for event in found}

    def _get_calendar_user(self):
        """The user in whose calendar the visit belongs; none for one who has left."""
        return self.technician_id.user_id.filtered("active")

    def _has_calendar_entry(self):
        """Whether the visit is to be seen in its technician's calendar."""
        self.ensure_one()
        return bool(self.active and self.state in MIRRORED_STATES and self.start and self.stop)

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def _get_event_changes(self, event, changed):
        """What is to be written to the appointment's entry.

        :param event: its ``calendar.event``, archived or not
        :param changed: names of the appointment's fields that were written
        :return: tuple of a dict, empty where all is in step, and a str for the log
        """
        self.ensure_one()
        if not self._has_calendar_entry():
            # Archived, not deleted: an undone cancellation gets the same event back.
            values = event._get_mirror_archive_values() if event.active else {}
            return values, _("Taken out of the calendar.")
        texts = self._prepare_event_texts()
        times = {"start": self.start, "stop": self.stop}
        if not event.active:
            return (
                {**texts, **times, **event._get_mirror_restore_values()},
                _("Put back in the technician's calendar."),
            )
        values = {name: time for name, time in times.items() if event[name] != time}
        values.update({name: texts[name] for name in texts if FED_BY[name] & set(changed)})
        return values, _("Changed in the technician's calendar.")

    def _prepare_event_vals(self, user):
        """Values of a new entry.

        The technician alone attends. The customer is told by our own mails; as an attendee
        they would get those of the calendar, and of Google or Outlook, on top.

        :param user: ``res.users`` of the technician
        """
        self.ensure_one()
        return {
            **self._prepare_event_texts(),
            "start": self.start,
            "stop": self.stop,
            "allday": False,
            "user_id": user.id,
            "partner_ids": [Command.set(user.partner_id.ids)],
            # “Only internal users” would show each colleague who the customer is.
            "privacy": "private",
            "show_as": "busy",
            "support_appointment_id": self.id,
        }

    def _prepare_event_texts(self):
        """Title, place and description, in the technician's language."""
        self.ensure_one()
        visit = self._for_reader(self._get_calendar_user())
        customer = visit.customer_name or visit.partner_id.name
        return {
            "name": f"{visit.name}: {customer}" if customer else visit.name,
            "location": visit.location or False,
            "description": visit._prepare_event_description(),
        }

    def _prepare_event_description(self):
        """What the technician has to know on the way, as HTML; texts from outside are escaped."""
        self.ensure_one()
        url = f"{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}"
        facts = ((_("Type"), self.type_id.name), (_("Phone"), self.customer_phone))
        parts = [Markup("<p>%s: %s</p>") % fact for fact in facts if fact[1]]
        if self.description:
            parts.append(plaintext2html(self.description))
        parts.append(Markup('<p><a href="%s">%s</a></p>') % (url, self.name))
        return Markup("").join(parts)

    # ------------------------------------------------------------------
    # Removal, and all at once
    # ------------------------------------------------------------------

    def _remove_events(self, events):
        """Take the entries of appointments away that have just been deleted.

        :param events: ``calendar.event`` recordset, found before
        """
        try:
            with self.env.cr.savepoint():
                events._remove_mirror()
        except Exception as error:
            if self._is_retried(error):
                raise
            self.env["support.automation.log"]._record(
                "calendar_mirror", self.browse(), "failed", str(error), error=error
            )

    @api.model
    def _resync_calendar(self, technicians=None):
        """Mirror all visits that are still to come, or archive their entries while the
        mirror is switched off.

        :param technicians: ``support.technician``; everybody's visits without it
        """
        is_on = self.env["ir.config_parameter"]._get_support_flag("support_center.calendar_mirror")
        domain = [("stop", ">", fields.Datetime.now()), ("state", "in", MIRRORED_STATES)]
        if technicians is not None:
            domain.append(("technician_id", "in", technicians.ids))
        # sudo: a switch or a technician's new user concerns the visits of all companies.
        visits = self.sudo().search(domain)
        for offset in range(0, len(visits), BATCH):
            batch = visits[offset : offset + BATCH]
            if is_on:
                batch._run_automation(
                    "calendar_mirror", lambda those: those._update_calendar_events()
                )
            else:
                batch._run_automation("calendar_mirror", lambda those: those._archive_events())

    def _archive_events(self):
        """Archive the entries: nobody would keep them in step.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = dict.fromkeys(self.ids, SILENT)
        written = {}
        for visit_id, event in self._find_events().items():
            if event.active:
                values = event._get_mirror_archive_values()
                key = (event._get_writer(values), tuple(values.items()))
                written[key] = written.get(key, event.browse()) | event
                outcomes[visit_id] = ("ok", _("Taken out of the calendar."))
        for (user, values), events in written.items():
            events._as_mirror(user).write(dict(values))
        return outcomes

    # ------------------------------------------------------------------
    # Words from the calendar
    # ------------------------------------------------------------------

    def _move_from_calendar(self, start, stop):
        """Reschedule the visit as its event was moved, with the rights of the user who moved it.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :raise UserError: where the visit cannot be then, or not by this user
        """
        self.ensure_one()
        # Nothing that the calendar or a synchronisation put in the context is meant for us.
        context = {key: self.env.context[key] for key in ("lang", "tz") if key in self.env.context}
        visit = self.with_env(self.env(context=context, su=False)).with_company(self.company_id)
        visit.write({"start": start, "stop": stop})
        kept = self.with_context(lang=self._get_company_lang())
        self.env["support.automation.log"]._record(
            "calendar_move", self, "ok", kept._describe_calendar_move()
        )

    def _describe_calendar_move(self):
        return _("The visit was moved in the calendar.")

    def _report_calendar_refusal(self, what, reason=""):
        """Say in chatter, log and to a dispatcher that the calendar was not followed.

        :param str what: what happened to the entry: ``changed``, ``deleted`` or ``declined``
        :param str reason: why it has no effect, in the company's language; without it, because
            the visit is planned
        """
        self.ensure_one()
        # sudo: the calendar's user need not have a right in the appointment
        visit = self.sudo().with_context(lang=self._get_company_lang())
        note = "\n".join(visit._describe_calendar_refusal(what, reason))
        visit._message_log(body=plaintext2html(note))
        visit.env["support.automation.log"]._record("calendar_move", visit, "skipped", note)
        asking = visit._for_responsible()
        asking._try_activity(
            "calendar_move",
            lambda: asking._automation_activity(*asking._describe_calendar_refusal(what, reason)),
        )

    def _describe_calendar_refusal(self, what, reason):
        """
        :return: tuple of what happened and why it has no effect
        """
        texts = {
            "changed": _("The visit's entry was changed in another calendar."),
            "deleted": _("The visit's entry was deleted in another calendar."),
            "declined": _("The visit was declined in the calendar."),
        }
        events = self.env["calendar.event"]
        return texts[what], reason or events._explain_keeping_of(self)

    def action_view_calendar_event(self):
        """Open the visit's entry in the calendar."""
        check_access(self, "read")
        self._check_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.calendar_event_ids.id,
            "views": [(False, "form")],
        }
