"""The person behind a mail, where a group, a list or a website stands between.

Groups write mails anew under their own address, for the sake of DMARC, and name the person in
other headers; websites write under their own and name the visitor in ``Reply-To`` (RFC 5322,
section 3.6.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .mime_headers import decode_words, read_address, read_addresses, to_text
from .parse import MAX_MAIL, find_form
from .quotes import split_quotes
from .robots import LIST_HEADERS, classify, is_automatic_subject
from .text import clean, one_line

# "'Ana Keller' via Support", also as other languages have it.
_VIA = re.compile(r"^\W*(.+?)\W*\s(?:via|über|par|vía|tramite|through)\s+\S.*$", re.I)
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_GROUPS = ("list-post", "mailing-list", "x-mailing-list", "x-beenthere")
_WRITERS = ("x-original-from", "x-original-sender", "x-mailfrom", "reply-to")
# Within quotation marks only (RFC 5322, section 3.2.3).
_SPECIALS = re.compile(r"[][\\()<>@,:;\".]")
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()]+@[^\s<>@,;:\"'()]+")


def find_writer(headers: Mapping[str, str], *, sender: str) -> str:
    """Who wrote a mail: ``sender``, or the person in whose name a group wrote it anew.

    :param headers: by name in any case
    :param sender: the ``From`` value
    :return: name and address; empty where a group wrote and names nobody
    """
    found = _read_values(headers)
    name, address = read_address(sender)
    via = _VIA.match(name)
    groups = _list_group_addresses(found)
    if not address or not (via or address.lower() in groups):
        return sender
    if LIST_HEADERS.isdisjoint(found) and "x-original-from" not in found:
        return sender
    for header in _WRITERS:
        for written, candidate in _list_people(found.get(header, "")):
            if candidate.lower() not in groups | {address.lower()} and _is_person(candidate):
                return _format(written or (via[1].strip("'\"") if via else ""), candidate)
    return ""


def find_reply_to(headers: Mapping[str, str], *, sender: str) -> str:
    """The person to whom answers to a mail go, as its ``Reply-To`` says.

    :return: name and address; empty without one, and where it is a program's, the sender's own
        or the group's that the mail went to
    """
    found = _read_values(headers)
    left_out = _list_group_addresses(found) | _list_recipients(found)
    left_out.add(read_address(sender)[1].lower())
    for name, address in _list_people(found.get("reply-to", "")):
        if address.lower() not in left_out and _is_person(address):
            return _format(name, address)
    return ""


def is_own_group(headers: Mapping[str, str], domains: Iterable[str]) -> bool:
    """Whether a mail was written to a group of our own, and came by it.

    A company may have a group's address as its public one, and what customers write to that is
    no mailing-list traffic.

    :param domains: at which we receive mail
    """
    found = _read_values(headers)
    groups = _list_group_addresses(found)
    own = {domain.lower() for domain in domains if domain}
    addressed = {
        address.lower()
        for _name, address in read_addresses(*(found.get(name, "") for name in ("to", "cc")))
    }
    return any(group.partition("@")[2] in own for group in groups & addressed)


def holds_form(text: str, subject: str) -> bool:
    """Whether a mail holds a request form that somebody has filled in, and not a quoted one."""
    form, _author = find_form(clean(text[:MAX_MAIL]), subject)
    return bool(form.values.get("requested_date")) and len(form.values) > 1


def read_own_text(text: str) -> str:
    """What the sender wrote, without quotes and signature; all of it where that leaves nothing."""
    cleaned = clean(text[:MAX_MAIL])
    return split_quotes(cleaned).own.strip() or cleaned.strip()


def repeats_a_request(headers: Mapping[str, str], *, subject: str) -> bool:
    """Whether an automatic reply may hold the form of the mail that it answers."""
    found = {str(name).lower() for name in headers}
    return bool(
        found & {"in-reply-to", "references", "x-odoo-objects", "x-odoo-message-id"}
        or is_automatic_subject(subject)
    )


def _read_values(headers: Mapping[str, str]) -> dict[str, str]:
    """The values by their names in lower case, each on one line.

    Websites write bytes that are no ASCII as they are; Python hands them out as escapes, which
    nothing can store.
    """
    return {str(name).lower(): one_line(to_text(str(value))) for name, value in headers.items()}


def _list_people(value: str) -> list[tuple[str, str]]:
    """Names and addresses in a header; the names as they are read, and not as they are sent."""
    return [(decode_words(name), address) for name, address in read_addresses(value)]


def _format(name: str, address: str) -> str:
    """Name and address as people read them; ``email.utils.formataddr`` encodes what is no ASCII."""
    if not name:
        return address
    if not _SPECIALS.search(name):
        return f"{name} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _is_person(address: str) -> bool:
    return "@" in address and classify({}, sender=address, subject="") == "human"


def _list_group_addresses(found: Mapping[str, str]) -> set[str]:
    text = " ".join(found.get(name, "") for name in _GROUPS)
    groups = {match.lower() for match in _ADDRESS.findall(text.replace("mailto:", " "))}
    match = re.search(r"<?([^<>\s]+)>?\s*$", found.get("list-id", ""))
    if match:
        # RFC 2919: the name of the list comes first, then its domain.
        groups.add(match[1].lower().replace(".", "@", 1))
    return groups


def _list_recipients(found: Mapping[str, str]) -> set[str]:
    values = [found[name] for name in _RECIPIENTS if name in found]
    return {address.lower() for _name, address in read_addresses(*values) if address}
