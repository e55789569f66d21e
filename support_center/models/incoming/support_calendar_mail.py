from collections import namedtuple
from dataclasses import replace

from odoo import _, api, models
from odoo.tools import email_normalize, email_split, plaintext2html

from ...formatting import from_local, naive
from ...intake import (
    CalendarEvent,
    CalendarMail,
    dump_mail,
    find_attendee,
    load_mail,
    request_values,
    spell_address,
)
from ...intake.quotes import split_quotes
from ..common.support_mail_address import fold_all

# How much of what somebody wrote stands in an activity; the chatter has all of it.
MAX_SHOWN = 1_000
# After these there is nothing left that an answer could change.
OVER = ("cancelled", "done", "no_show")
# What a mail says about a visit: the kind of the answer, the event, who gave it (empty for the
# customer), whether that is one of us, what they wrote, and what is old about it.
Answer = namedtuple("Answer", "kind event person is_own text age")


class SupportCalendarMail(models.AbstractModel):
    """What calendars send: answers to our invitations, and invitations to us (RFC 5546).

    An answer goes to the visit of its UID and is told. What the customer's own calendar accepts or
    declines is their attendance; a time that it proposes is taken where it is free. An invitation
    is a request, and a later version of it a correction of that request.
    """

    _name = "support.calendar.mail"
    _description = "Mails of Calendars"

    # ------------------------------------------------------------------
    # Routes
    # ------------------------------------------------------------------

    @api.model
    def _find_visits(self, calendar):
        """The appointments that the calendar files of a mail name by their UID.

        :param calendar: ``intake.CalendarMail``
        :return: ``support.appointment`` as superuser, whatever company, state and archive
        """
        # sudo: as all of the gateway's look-ups; nobody is told what is found.
        appointments = self.env["support.appointment"].sudo().with_context(active_test=False)
        uids = [event.uid for event in calendar.events if event.uid]
        return appointments.search([("ics_uid", "in", uids)]) if uids else appointments

    @api.model
    def _route(self, calendar, message_dict, routes, models_of_ours):
        """Lead a mail with an answer or a known invitation to its appointment.

        :param calendar: ``intake.CalendarMail``
        :param routes: as ``message_route`` has found them
        :param models_of_ours: names of the models whose routes are ours to change
        :return: list of routes
        """
        ours = [route for route in routes or () if route[0] in models_of_ours]
        if not ours:
            return routes
        others = [route for route in routes if route[0] not in models_of_ours]
        visits = self._find_visits(calendar)
        if visits:
            found = [(visits._name, visit.id, None, *ours[0][3:]) for visit in visits]
            return [*found, *others]
        return [*(self._route_invitation(calendar, message_dict, route) for route in ours), *others]

    @api.model
    def _route_invitation(self, calendar, message_dict, route):
        """Lead another version of an invitation to the request that the first one made.

        Who names the UID must also be its sender: anybody may have seen it.
        """
        appointments = self.env["support.appointment"].sudo()  # sudo: as in _find_visits
        uids = [event.uid for event in calendar.events if event.uid]
        if route[0] != appointments._name:
            return route
        sender = email_normalize(message_dict.get("email_from") or "")
        if route[1] or not uids or not sender:
            return route
        domain = [
            ("intake_calendar_uid", "in", uids),
            ("intake_sender_normalized", "in", spell_address(sender)),
        ]
        company = self.env["mail.thread"]._get_route_company(route)
        if company:
            domain.append(("company_id", "=", company.id))
        known = appointments.with_context(active_test=False).search(
            domain, order="id desc", limit=1
        )
        return (route[0], known.id, None, *route[3:]) if known else route

    @api.model
    def _find_direct_route(self, message, message_dict, calendar):
        """The route of an answer that was sent to no alias: to the company's own address, say.

        :return: list of routes, empty where the mail goes its usual way
        """
        if message_dict.get("is_bounce"):
            return []
        visits = self._find_visits(calendar)
        if not visits or self._names_alias(message_dict):
            return []
        gateway = self.env["mail.thread"]
        routes = [
            gateway._routing_check_route(
                message,
                message_dict,
                (visits._name, visit.id, None, self.env.uid, None),
                raise_exception=False,
            )
            for visit in visits
        ]
        return [route for route in routes if route]

    @api.model
    def _names_alias(self, message_dict):
        """Whether a mail is for some alias, which then decides."""
        found = [each.lower() for each in email_split(message_dict.get("recipients") or "")]
        names = [address.partition("@")[0] for address in found]
        domain = ["|", ("alias_full_name", "in", found), ("alias_name", "in", names)]
        # sudo: as in _find_visits
        return bool(self.env["mail.alias"].sudo().search_count(domain, limit=1))

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    @api.model
    def _prepare_mail_vals(self, calendar):
        """What a draft keeps of the calendar files of its mail.

        :param calendar: ``intake.CalendarMail`` or None
        :return: dict
        """
        if not calendar:
            return {}
        event = next(iter(calendar.events), None)
        uid = event.uid if event and event.is_request else False
        return {"intake_calendar": dump_mail(calendar), "intake_calendar_uid": uid}

    @api.model
    def _is_answer(self, calendar):
        """Whether calendars sent it to one another, so that nobody reads an answer of ours."""
        return bool(calendar and calendar.events and not calendar.events[0].is_request)

    @api.model
    def _get_invitation(self, appointment):
        """The calendar files of a draft's mail, as ``parse_mail`` takes them.

        An address of our own is nobody's to send a visit to.
        """
        calendar = load_mail(appointment.intake_calendar)
        if not calendar:
            return None
        is_own = self.env["support.mail.address"]._is_own
        company = appointment.company_id
        events = [
            replace(event, organizer="") if is_own(event.organizer, company) else event
            for event in calendar.events
        ]
        return replace(calendar, events=tuple(events))

    @api.model
    def _take_invitation(self, draft, event, msg_dict):
        """Take a later version of an invitation as a correction of the request.

        :return: ``(outcome, message)``, as the guard expects
        """
        known = load_mail(draft.intake_calendar)
        before = known.find(event.uid) if known else None
        if before and event.sequence < before.sequence:
            return "skipped", _("An older version of the invitation came in; it changed nothing.")
        old = request_values(before) if before else {}
        values = {
            key: value for key, value in request_values(event).items() if old.get(key) != value
        }
        if values.get("requested_date") and event.timezone:
            values["timezone"] = event.timezone
        outcome = draft._take_reply(msg_dict, "human", values)
        if outcome[0] == "ok":
            # The next version finds the draft by its UID and is compared with this one. For whom
            # the request is, no later one says: anybody can write it in the customer's name.
            first = before or next(iter(known.events if known else ()), CalendarEvent())
            event = replace(
                event,
                organizer=first.organizer,
                organizer_name=first.organizer_name,
                sent_by=first.sent_by,
            )
            draft._write_protected(self._prepare_mail_vals(CalendarMail((event,))))
        return outcome

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.model
    def _take(self, record, msg_dict, calendar):
        """Say what a calendar mail means for an appointment, and tell the dispatcher.

        :param record: one ``support.appointment``
        :param dict msg_dict: as ``mail.thread.message_parse`` returns it
        :param calendar: ``intake.CalendarMail`` with events
        :return: ``(outcome, message)``, as the guard expects
        """
        event = (
            calendar.find(record.ics_uid)
            or calendar.find(record.intake_calendar_uid)
            or calendar.events[0]
        )
        is_foreign = event.uid != record.ics_uid
        is_request = record.source == "email" and record.state == "draft" and record.active
        if is_foreign and event.is_request and is_request:
            return self._take_invitation(record, event, msg_dict)
        answer = self._read_answer(record, event, msg_dict)
        line = self._describe(record, answer)
        if answer.age:
            line = f"{line} {self._describe_age(record, answer)}"
        record._message_log(body=plaintext2html(line))
        if not self._follow(record, answer) and self._is_told(record, answer):
            asking = record._for_responsible()
            asking.env[self._name]._tell(asking, answer)
        return "ok", line

    @api.model
    def _follow(self, record, answer):
        """Do what the customer's own calendar says of the visit as it is now.

        It belongs to the rule for short replies. A proposal is taken only where the time is free
        and nothing is written beside it; else the customer is offered others.

        :return: whether nobody has to look at it any more
        """
        event = answer.event
        is_of_customer = not (answer.person or answer.is_own or answer.age or event.is_part)
        if (
            not is_of_customer
            or event.uid != record.ics_uid
            or record.state != "confirmed"
            or not (record.active and record._is_reply_rule_on())
        ):
            return False
        # In the customer's language, as what they are answered.
        visit = record.with_context(lang=record._get_answer_lang())
        if answer.kind == "accepted":
            visit._customer_attend("calendar")
        elif answer.kind == "declined":
            visit._note_declined("calendar", answer.text)
        elif event.method == "COUNTER" and not answer.text:
            return self._take_proposal(visit, event)
        return False

    @api.model
    def _take_proposal(self, visit, event):
        """
        :param visit: ``support.appointment`` in the customer's language
        :return: whether the visit has the proposed time, or a dispatcher was told already
        """
        start = self._get_start(visit, event)
        length = event.stop - event.start if event.start and event.stop else None
        is_certain = start and (length is None or length == visit.stop - visit.start)
        if not is_certain or not self._is_other_time(visit, event):
            return False
        if not visit._can_customer_change():
            return False
        outcome = visit._customer_take(start, visit.technician_id.id, "calendar")
        if outcome.code == "refused":
            return False
        visit._queue_reply_answer(outcome, visit._get_asker())
        return outcome.code != "taken"

    @api.model
    def _tell(self, record, answer):
        """Make the activity; the record is as ``_for_responsible`` returns it."""
        summary = self._describe(record, answer).rstrip(".")
        lines = [self._describe_age(record, answer), self._describe_plan(record), answer.text]
        note = "\n".join(filter(None, lines))
        if answer.person:
            # Somebody else: the customer does not wait for an answer to that.
            return record._automation_activity(summary, note)
        return record._report_customer_message(summary, note)

    @api.model
    def _is_told(self, record, answer):
        """Whether somebody has to do something about an answer."""
        if answer.is_own:
            return False
        if answer.text:
            return True
        if answer.kind in ("accepted", "tentative"):
            return False
        if answer.kind in ("declined", "delegated", "cancelled"):
            return record.state not in OVER
        return True

    @api.model
    def _read_answer(self, record, event, msg_dict):
        """
        :return: ``Answer``
        """
        sender = email_normalize(msg_dict.get("email_from") or "") or ""
        known = (record.partner_id.email, record.customer_email, record.intake_sender)
        # Either spelling of an international domain, as the calendar may have it.
        customers = {spelling for address in fold_all(known) for spelling in spell_address(address)}
        attendee = find_attendee(event, customers or {sender})
        answers = {
            "ACCEPTED": "accepted",
            "DECLINED": "declined",
            "TENTATIVE": "tentative",
            "DELEGATED": "delegated",
        }
        methods = {"COUNTER": "counter", "CANCEL": "cancelled", "REFRESH": "refresh"}
        kind = methods.get(event.method, "other")
        if event.method == "REPLY":
            kind = answers.get(attendee.partstat, "other")
        elif event.is_request and self._is_other_time(record, event):
            # The customer has moved the visit in their own calendar.
            kind = "counter"
        person = "" if sender in customers else sender or _("Somebody")
        if event.method == "REPLY" and attendee.email and attendee.email not in customers:
            person = attendee.email
        is_own = self.env["support.mail.address"]._is_own(sender, record.company_id)
        text, age = self._get_text(event, msg_dict), self._get_age(record, event)
        return Answer(kind, event, person, is_own, text, age)

    @api.model
    def _get_text(self, event, msg_dict):
        """What the person wrote; not what their calendar writes for them."""
        if event.comment:
            return event.comment[:MAX_SHOWN]
        if event.writes_its_text:
            return ""
        text = self.env["support.appointment"]._get_mail_text(msg_dict)
        return split_quotes(text).own.strip()[:MAX_SHOWN]

    @api.model
    def _get_start(self, record, event):
        """The start of an event as naive UTC; without a zone it is the customer's.

        :return: False where it is not known
        """
        if not event.start:
            return False
        start = event.start
        if not start.tzinfo:
            return from_local(start, record._get_customer_timezone())
        return naive(start)

    @api.model
    def _is_other_time(self, record, event):
        start = self._get_start(record, event)
        return bool(event.day or (start and start != record.start))

    @api.model
    def _get_age(self, record, event):
        """Whether an answer is about a visit as it was before.

        :return: ``time`` for another time than the present one, ``version`` for other news
        """
        is_answer = event.method in ("REPLY", "CANCEL", "REFRESH")
        if is_answer and event.uid == record.ics_uid and self._is_other_time(record, event):
            return "time"
        known = record.ics_sequence
        if event.uid != record.ics_uid:
            calendar = load_mail(record.intake_calendar)
            before = calendar.find(event.uid) if calendar else None
            known = before.sequence if before else 0
        return "version" if event.sequence < known else ""

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _describe(self, record, answer):
        """What somebody answered, as one sentence in the language of the environment."""
        who = _("The customer")
        if answer.person:
            who = _("%(address)s (not the customer)", address=answer.person)
        counter = _("%(who)s asks for another time.", who=who)
        if self._is_other_time(record, answer.event):
            when = self._describe_time(record, answer.event)
            counter = _("%(who)s proposes another time: %(time)s.", who=who, time=when)
        attendee = find_attendee(answer.event, {answer.person})
        return {
            "accepted": _("%(who)s accepted the invitation.", who=who),
            "tentative": _("%(who)s accepted the invitation with reservations.", who=who),
            "declined": _("%(who)s declined the visit.", who=who),
            "delegated": _(
                "%(who)s passed the invitation on to %(whom)s.",
                who=who,
                whom=attendee.delegated_to or _("somebody else"),
            ),
            "counter": counter,
            "cancelled": _("%(who)s cancelled the visit in their calendar.", who=who),
            "refresh": _("%(who)s asks for the present time and place of the visit.", who=who),
        }.get(answer.kind) or _("%(who)s sent a calendar file about the visit.", who=who)

    @api.model
    def _describe_time(self, record, event):
        if event.day:
            return _("%(day)s, the whole day", day=event.day.isoformat())
        start = self._get_start(record, event)
        return record._format_for_customer(start)

    @api.model
    def _describe_age(self, record, answer):
        """What is old about an answer; empty where nothing is."""
        if answer.age == "time":
            return _(
                "This answer is about another time: %(time)s.",
                time=self._describe_time(record, answer.event),
            )
        if answer.age == "version":
            return _("This answer is about an earlier version of the invitation.")
        if answer.event.is_part:
            return _("This answer is about one date of a series.")
        return ""

    @api.model
    def _describe_plan(self, record):
        if not record.start:
            return ""
        return _(
            "The visit is planned for %(time)s; nothing was changed.",
            time=record._format_for_customer(record.start),
        )
