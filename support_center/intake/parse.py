"""The two entry points: one for mappings, one for the text of a mail.

A mail is read in two steps, so that its text is looked at once: ``read_mail_form`` finds the form
in it, ``read_mail_request`` understands what stands there, again whenever a reply corrects it.

Neither raises, whatever it is given; what is wrong comes back as problems that
name the key, what was sent and what would have been right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import islice

from . import values
from .body import Form, read_form
from .calendar_mail import CalendarMail, describe_event, find_customer, request_values
from .keys import KEYS, TABLE, match_key
from .prose import Prose, read_prose, read_wish
from .quotes import is_forward, is_reply, split_quotes
from .request import (
    MAX_FINDINGS,
    AppointmentRequest,
    Correction,
    Findings,
    MailForm,
    ParseResult,
    Wish,
)
from .text import (
    SHOWN_ITEMS,
    SHOWN_LEVELS,
    clean,
    describe,
    describe_fully,
    holds_binary,
    one_line,
)
from .times import KEY as DATE
from .times import WordReader, aware, is_near, read_requested_date
from .wording import read_words
from .zones import UTC, find_written_zone, find_zone

#: What a problem with an answer of a calendar belongs to: it is no key of the form.
CALENDAR = "calendar"
# How much of a mail is searched for the form, in characters.
MAX_MAIL = 200_000
# Unknown keys that are kept, and how much of each.
MAX_EXTRA = 50
MAX_EXTRA_VALUE = 1_000
_ANY_KEY = re.compile("|".join(key.replace("_", r"[\W_]{0,9}") for key in KEYS), re.I)
# A forwarded mail may hold a forwarded mail; nobody goes on for longer.
_MAX_DEPTH = 5


def parse_mapping(
    data: Mapping[str, object], *, now: datetime, default_timezone: str = "UTC"
) -> ParseResult:
    """Read external data as it comes by XML-RPC or as JSON.

    :param data: keys as in ``KEYS``, in any spelling of ``match_key``; anything
        that is no mapping gives one problem
    :param now: aware; times up to it are past
    :param default_timezone: IANA name for times without a zone
    """
    findings = Findings()
    if isinstance(data, (list, tuple)) and not data:
        # PHP has one type for lists and mappings, and sends what is empty as a list.
        data = {}
    if not isinstance(data, Mapping):
        findings.problem(
            "external_data",
            "not_mapping",
            value=describe(data),
            type=type(data).__name__,
            expected="mapping",
        )
        return ParseResult(AppointmentRequest(), tuple(findings.problems))
    known, extra = _sort_keys(data, findings)
    for key in TABLE.values():
        if key.required and key.name not in known:
            findings.problem(key.name, "missing", expected="email")
    email = _read(values.read_email, "customer_email", known, findings)
    request = _build(
        known, email, "", extra, findings, now=now, sent=now, default_timezone=default_timezone
    )
    return ParseResult(request, tuple(findings.problems), tuple(findings.notes))


def parse_mail(
    text: str,
    *,
    sender: str | None,
    subject: str,
    now: datetime,
    default_timezone: str,
    sent: datetime | None = None,
    arrived: datetime | None = None,
    corrections: Iterable[Correction] = (),
    invitation: CalendarMail | None = None,
    obstacle: str = "",
    region: str | None = None,
) -> ParseResult:
    """Read the form in the text of a mail, and the invitation beside it.

    :param text: plain text, or what ``html_to_text`` makes of HTML
    :param subject: tells replies, whose quoted form is old, from forwarded mails

    The others are those of ``read_mail_request``.
    """
    return read_mail_request(
        read_mail_form(text, subject),
        sender=sender,
        now=now,
        default_timezone=default_timezone,
        sent=sent,
        arrived=arrived,
        corrections=corrections,
        invitation=invitation,
        obstacle=obstacle,
        region=region,
    )


def read_mail_form(text: str, subject: str) -> MailForm:
    """Find the form in the text of a mail; see ``parse_mail``."""
    form, author = find_form(clean(text[:MAX_MAIL]), subject)
    return MailForm(
        form.values,
        form.repeated,
        tuple(form.extra),
        form.free_text,
        found=form.found,
        author=author,
        length=len(text),
    )


def read_mail_request(
    written: MailForm,
    *,
    sender: str | None,
    now: datetime,
    default_timezone: str,
    sent: datetime | None = None,
    arrived: datetime | None = None,
    corrections: Iterable[Correction] = (),
    invitation: CalendarMail | None = None,
    obstacle: str = "",
    region: str | None = None,
) -> ParseResult:
    """Understand the values of a form that came by mail, and the invitation beside it.

    :param written: as ``read_mail_form`` returns it; it is not changed
    :param sender: the ``From`` value, with or without name
    :param now: aware; times up to it are past
    :param default_timezone: IANA name for times without a zone
    :param sent: aware, what "tomorrow" counts from, if it lies near ``arrived``; None where the
        mail does not say so
    :param arrived: aware, when the mail came in: "tomorrow" counts from here where ``sent`` is of
        no use, and a note says so; None to take ``sent``, or ``now``, as it is
    :param corrections: what later mails put right, in the order in which they came
    :param invitation: what a calendar sent; it says what the form leaves open
    :param obstacle: why the text could not be read, see ``mail_text``; told where no form was
        found
    :param region: two letters of the country in which a phone number without "+" counts, where
        somebody writes in sentences
    """
    findings = Findings()
    if written.length > MAX_MAIL:
        findings.note("truncated", length=str(written.length), max=str(MAX_MAIL))
    form = Form(
        dict(written.values),
        dict(written.repeated),
        list(written.extra),
        written.free_text,
        written.found,
    )
    author = written.author
    sent, arrived = _correct(form, corrections) or (sent, arrived)
    sent_known = not arrived or (sent is not None and is_near(aware(sent), aware(arrived)))
    if not sent_known:
        sent = arrived
    for key, value in form.repeated.items():
        findings.note("key_repeated", field=key, value=describe(value))
    if invitation:
        _add_invitation(form, invitation, findings)
    known: dict[str, object] = dict(form.values)
    if not known.get("description") and form.free_text:
        known["description"] = form.free_text
    prose = None
    if not (written.found or invitation or obstacle):
        zone = _get_zone(default_timezone)
        prose = read_prose(form.free_text, sent=sent or now, zone=zone, region=region)
        _add_prose(known, prose)
    _shorten_description(known, findings)
    address, name = values.read_sender(sender)
    email, written_name = _read_customer(form, address, findings, invitation)
    if author and values.read_sender(author)[0] not in (None, address):
        findings.note("forwarded_from", value=describe(author))
    if "technician" in known:
        technician, _name = values.read_written_email(
            "technician", form.values["technician"], findings
        )
        known["technician"] = technician
    _tell_missing_date(known, findings, "" if form.found else obstacle)
    request = _build(
        known,
        email,
        written_name or (name if email and email == address else ""),
        _limit_extra([*form.extra], findings),
        findings,
        now=now,
        sent=sent or now,
        default_timezone=default_timezone,
        words=read_words,
        sent_known=sent_known,
    )
    if not request.requested_date:
        request = replace(
            request,
            wish=_find_wish(form, prose, sent or now, request.timezone or default_timezone),
        )
    return ParseResult(request, tuple(findings.problems), tuple(findings.notes), form.found)


def _find_wish(form: Form, prose: Prose | None, sent: datetime, timezone: str) -> Wish | None:
    """The wish that the requested date of a form is, else that of a mail in sentences."""
    if DATE in form.values:
        return read_wish(form.values[DATE], sent=sent, zone=_get_zone(timezone))
    return prose.wish if prose else None


def _tell_missing_date(known: Mapping[str, object], findings: Findings, obstacle: str) -> None:
    told = any(problem.field in (DATE, CALENDAR) for problem in findings.problems)
    if DATE not in known and not told:
        reason = {"reason": obstacle} if obstacle else {}
        findings.problem(DATE, "missing", expected="YYYY-MM-DD HH:MM:SS", **reason)


def _get_zone(name: str) -> tzinfo:
    found = find_zone(name)
    return found[1] if found else UTC


def _add_prose(known: dict[str, object], prose: Prose) -> None:
    """Take what sentences say beyond doubt, where no later mail has said it in a form."""
    for key, value in (
        (DATE, prose.when),
        ("customer_phone", prose.phone),
        ("location", prose.address),
    ):
        if value:
            known.setdefault(key, value)


def find_form_keys(text: str, subject: str = "") -> frozenset[str]:
    """The keys with a value of the form that ``parse_mail`` would read in ``text``."""
    # Most texts name none, and to tell apart what they quote costs more than to look.
    text = clean(text[:MAX_MAIL])
    if not _ANY_KEY.search(text):
        return frozenset()
    form, _author = find_form(text, subject)
    return frozenset(form.values)


def shorten(payload: object) -> object:
    """External data without what ``parse_mapping`` would not look at anyway.

    What it reads of the result, faults included, it reads of the whole, so that a request of
    megabytes can be kept in a few kilobytes.
    """
    if not isinstance(payload, Mapping):
        return _shorten_value(payload, values.LIMITS["description"])
    kept: dict[str, object] = {}
    known = unknown = 0
    for name, value in payload.items():
        key = match_key(clean(name[:200])) if isinstance(name, str) else None
        known, unknown = known + (key is not None), unknown + (key is None)
        if unknown > MAX_EXTRA if key is None else known > len(KEYS) + MAX_FINDINGS:
            continue
        # One more than the longest text that is cleaned: too long stays too long.
        limit = values.LIMITS.get(key, MAX_EXTRA_VALUE) * 4 + 1 if key else MAX_EXTRA_VALUE * 2
        kept[str(name)[:200]] = _shorten_value(value, limit)
    return kept


def _shorten_value(value: object, limit: int, level: int = SHOWN_LEVELS) -> object:
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, Mapping):
        items = islice(value.items(), SHOWN_ITEMS + 1 if level else 0)
        return {str(key)[:limit]: _shorten_value(each, limit, level - 1) for key, each in items}
    if isinstance(value, (list, tuple)):
        items = islice(value, SHOWN_ITEMS + 1 if level else 0)
        return [_shorten_value(each, limit, level - 1) for each in items]
    is_long = isinstance(value, int) and value.bit_length() > 512
    is_plain = value is None or isinstance(value, (bool, int, float))
    return value if is_plain and not is_long else describe(value)


def find_form(text: str, subject: str) -> tuple[Form, str]:
    """The form in the sender's own text, else in what they forwarded, and who wrote that."""
    parts = split_quotes(text)
    form = read_form(parts.own)
    free_text, author = form.free_text, ""
    for _depth in range(_MAX_DEPTH):
        forwarded = parts.forwarded or not parts.own or is_forward(subject)
        if form.found or not parts.inner or not forwarded or is_reply(subject):
            break
        author = parts.author or author
        parts = split_quotes(parts.inner)
        form = read_form(parts.own)
        free_text = "\n\n".join(filter(None, [free_text, form.free_text]))
    form.free_text = free_text
    return form, author


def _correct(
    form: Form, corrections: Iterable[Correction]
) -> tuple[datetime | None, datetime | None] | None:
    """Put later values in place of the first ones.

    :return: when the requested time was written and when it came in, if a correction holds one
    """
    sent = None
    for correction in corrections:
        for key, value in correction.values.items():
            if key in KEYS and value.strip():
                form.values[key] = clean(value)
                form.repeated.pop(key, None)
                form.found = True
                sent = (correction.sent, correction.arrived) if key == DATE else sent
    return sent


def _shorten_description(known: dict[str, object], findings: Findings) -> None:
    """A long mail is no fault: it stays whole in the chatter."""
    text, limit = str(known.get("description", "")), values.LIMITS["description"]
    if len(text) > limit:
        findings.note("description_cut", length=str(len(text)), max=str(limit))
        known["description"] = text[: limit - 1] + "…"


def _add_invitation(form: Form, invitation: CalendarMail, findings: Findings) -> None:
    """Take from an invitation what the form does not say.

    What answers an invitation of ours is no request: it is told, and nothing is taken of it.
    """
    if not invitation.events:
        findings.note("calendar_unreadable")
        return
    event = invitation.events[0]
    values = request_values(event)
    if not event.is_request:
        if DATE not in form.values:
            answers = ", ".join(each.partstat for each in event.attendees[:1])
            what = " ".join(filter(None, [event.method, answers]))
            findings.problem(CALENDAR, "unknown_visit", value=describe(what))
        about = ", ".join(filter(None, [values.get(DATE), event.summary]))
        if about:
            findings.note("calendar_about", value=describe_fully(about, 500))
        return
    form.found = True
    if DATE not in form.values:
        if len({each.uid for each in invitation.events}) > 1:
            findings.problem(DATE, "ambiguous", value=values.pop(DATE, ""), reason="several_dates")
        elif event.repeats:
            findings.note("invitation_repeats")
    else:
        # Its own time says in which zone it counts.
        values.pop("timezone", None)
    for key, value in values.items():
        form.values.setdefault(key, value)
    if not form.values.get("description"):
        form.free_text = describe_event(event, form.free_text)
    findings.note("invitation")


def _read_customer(
    form: Form, address: str | None, findings: Findings, invitation: CalendarMail | None = None
) -> tuple[str | None, str]:
    written = form.values.get("customer_email")
    if written:
        email, name = values.read_written_email("customer_email", written, findings)
        if email and address and email != address:
            findings.note("sender_differs", sender=address, customer_email=email)
        return email, name
    event = invitation.events[0] if invitation and invitation.events else None
    organizer = find_customer(event, address) if event and event.is_request else None
    if event and organizer:
        if address:
            findings.note("sender_differs", sender=address, customer_email=organizer)
        return organizer, event.organizer_name
    if address:
        findings.note("sender_stood_in", sender=address)
        return address, ""
    findings.problem("customer_email", "missing", expected="email")
    return None, ""


def _sort_keys(
    data: Mapping[str, object], findings: Findings
) -> tuple[dict[str, object], tuple[tuple[str, str], ...]]:
    """Values by canonical key, and the unknown ones; absent values are left out."""
    known: dict[str, object] = {}
    extra: list[tuple[str, object]] = []
    for name, value in data.items():
        if not isinstance(name, str):
            findings.problem(
                "external_data",
                "key_not_text",
                value=describe(name),
                type=type(name).__name__,
                expected="text",
            )
            continue
        if values.is_absent(value):
            continue
        key = match_key(clean(name[:200]))
        if key is None and holds_binary(value):
            findings.problem("external_data", "binary", value=describe(name), expected="text")
        elif key is None:
            extra.append((name, value))
        elif key not in known:
            known[key] = value
        elif _differ(known[key], value):
            findings.problem(key, "duplicate", value=describe(value), other=describe(known[key]))
    return known, _limit_extra(extra, findings)


def _differ(one: object, other: object) -> bool:
    return describe_fully(one, MAX_EXTRA_VALUE) != describe_fully(other, MAX_EXTRA_VALUE)


def _limit_extra(
    extra: list[tuple[str, object]], findings: Findings
) -> tuple[tuple[str, str], ...]:
    kept = tuple(
        (describe(key), describe_fully(value, MAX_EXTRA_VALUE)) for key, value in extra[:MAX_EXTRA]
    )
    if extra:
        names = ", ".join(key for key, _value in kept)
        findings.note("unknown_keys", keys=describe(names, 300), count=str(len(extra)))
    if len(extra) > MAX_EXTRA:
        findings.note("extra_dropped", count=str(len(extra) - MAX_EXTRA), max=str(MAX_EXTRA))
    return kept


def _build(
    known: Mapping[str, object],
    email: str | None,
    sender_name: str,
    extra: tuple[tuple[str, str], ...],
    findings: Findings,
    *,
    now: datetime,
    sent: datetime,
    default_timezone: str,
    words: WordReader | None = None,
    sent_known: bool = True,
) -> AppointmentRequest:
    """Read every value but the customer's address, in the order of ``KEYS``."""
    name = _read(values.read_text, "customer_name", known, findings)
    if not name and sender_name and "customer_name" not in known:
        name = one_line(sender_name)[: values.LIMITS["customer_name"]]
        findings.note("name_from_address", value=describe(name))
    phone = known.get("customer_phone")
    zone, zone_given = _read_zone(known, default_timezone, findings)
    moment, zone_name, place = None, None, None
    if DATE in known:
        moment, zone_name, place = read_requested_date(
            known[DATE],
            zone=zone,
            zone_given=zone_given,
            now=aware(now),
            sent=aware(sent),
            findings=findings,
            read_words=words,
            sent_known=sent_known,
        )
    description, priority = known.get("description"), known.get("priority")
    return AppointmentRequest(
        customer_email=email,
        customer_name=name,
        customer_phone=(
            # Words are read of mails, which are never refused for a phone number.
            None if phone is None else values.read_phone(phone, findings, keep=words is not None)
        ),
        requested_date=moment,
        timezone=zone_name,
        named_timezone=_find_written_zone(known) or place,
        duration=(
            values.read_duration(known["duration"], findings) if "duration" in known else None
        ),
        description=(
            None
            if description is None
            else values.read_text("description", description, findings, lines=True)
        ),
        location=_read(values.read_text, "location", known, findings),
        priority=None if priority is None else values.read_priority(priority, findings),
        type_ref=_read(values.read_text, "type", known, findings),
        technician_ref=_read(values.read_email, "technician", known, findings),
        ticket_ref=_read(values.read_text, "ticket", known, findings),
        external_ref=_read(values.read_text, "external_ref", known, findings),
        validate_only=_read_validate_only(known, findings),
        extra=extra,
    )


def _read(
    reader: Callable[[str, object, Findings], str | None],
    key: str,
    known: Mapping[str, object],
    findings: Findings,
) -> str | None:
    return reader(key, known[key], findings) if known.get(key) is not None else None


def _read_validate_only(known: Mapping[str, object], findings: Findings) -> bool:
    key = "validate_only"
    return key in known and values.read_flag(key, known[key], findings)


def _find_written_zone(known: Mapping[str, object]) -> str | None:
    given = known.get("timezone")
    return find_written_zone(one_line(clean(given[:200]))) if isinstance(given, str) else None


def _read_zone(
    known: Mapping[str, object], default: str, findings: Findings
) -> tuple[tuple[str, tzinfo], bool]:
    """Name and zone in which a time counts, and whether the request named it."""
    given = known.get("timezone")
    if given is not None:
        found = find_zone(one_line(clean(given[:200]))) if isinstance(given, str) else None
        if found:
            return (found[0] or "UTC", found[1]), True
        code = "unknown" if isinstance(given, str) else "not_text"
        findings.problem("timezone", code, value=describe(given), expected="Europe/Berlin")
    found = find_zone(default)
    if found and found[0]:
        return (found[0], found[1]), False
    findings.note("default_zone_unknown", value=describe(default), timezone="UTC")
    return ("UTC", UTC), False
