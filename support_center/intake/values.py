"""One reader for each kind of value; each returns None after telling a problem."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from .keys import (
    FLAGS,
    HOURS,
    HOURS_MINUTES,
    ISO_HOURS,
    MAX_HOURS,
    MINUTES,
    PRIORITIES,
    SHORT,
    TABLE,
)
from .request import Findings
from .text import clean, describe, one_line

# Longest values, in characters; what does not fit a line or an address is no name.
LIMITS = {key.name: key.limit for key in TABLE.values() if not (key.patterns or key.words)}
_PHONE = re.compile(
    r"""(?:(?:telefon|telephone|téléphone|teléfono|telefono|phone|mobile?|handy|tel|tél)[.: ]*)?
    [0-9+()/.,\-#*x ]*
    (?:(?:extension|ext|tel|durchwahl|dw|poste|extensión|interno|int)[.:= ]*[0-9+()/.,\-#*x ]*)?""",
    re.I | re.X,
)
# The link that mail programs write behind a number, or in its place (RFC 3966).
_PHONE_LINK = re.compile(r"\s*[<(\[]?(?:tel|callto):([^\s<>()\[\]]*)[>)\]]?", re.I)
_PHONE_EXTENSION = re.compile(r";ext=([0-9.\-]+)", re.I)
_PHONE_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | {"\uff0b": "+", "\ufe62": "+", "\uff08": "(", "\uff09": ")", "\uff0f": "/"}
    | {"\uff0e": "."}
)
# Fewer digits are no number that anybody could call.
_LEAST_DIGITS = 3
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'`|]{1,254}@[^\s<>()\[\],;:\"'`|@]{1,254}")
# Longer text is not worth cleaning to see whether anything is in it.
MAX_BLANK = 10_000


def is_absent(value: object) -> bool:
    """None, False, text without anything to see, and empty lists and mappings.

    XML-RPC sends False for what is empty, and PHP an empty list for an empty mapping.
    """
    if isinstance(value, (list, tuple, Mapping)):
        return not value
    if isinstance(value, str):
        return len(value) <= MAX_BLANK and not clean(value).strip()
    return value is None or value is False


def read_text(key: str, value: object, findings: Findings, *, lines: bool = False) -> str | None:
    """A text within the limit of its key.

    :param lines: keep line breaks
    """
    if TABLE[key].numbers == "text":
        value = write_number(value)
    if not isinstance(value, str):
        kind = type(value).__name__
        findings.problem(key, "not_text", value=describe(value), type=kind, expected="text")
        return None
    limit = LIMITS[key]
    # Far more than the limit is not worth cleaning; whitespace may be cut away.
    text = clean(value[: limit * 4])
    text = text.strip() if lines else one_line(text)
    if len(text) > limit or len(value) > limit * 4:
        findings.problem(
            key, "too_long", value=describe(value), length=str(len(value)), max=str(limit)
        )
        return None
    return text or None


def write_number(value: object) -> object:
    """A number as text, without the point that programs add to whole ones; else the value."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, int):
        # Longer than any limit; Python itself refuses to write thousands of digits.
        return str(value) if value.bit_length() <= 2048 else value
    is_finite = value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    if not is_finite:
        return value
    # What is larger than any id or phone number keeps its exponent.
    is_whole = -1e18 < value < 1e18 and value == int(value)
    return str(int(value)) if is_whole else str(value)


def read_phone(value: object, findings: Findings, *, keep: bool = False) -> str | None:
    """A phone number in plain characters, else as it was written; only its characters are checked.

    :param keep: tell of what is no phone number in a note, for a mail, which no number holds up:
        with digits in it, it is kept as it came, and without any it is left out
    """
    if keep and isinstance(value, str):
        text = one_line(clean(value[: LIMITS["customer_phone"] * 4]))
        is_short = len(text) <= LIMITS["customer_phone"] >= len(value) / 4
    else:
        keep, is_short = False, True
        found = read_text("customer_phone", value, findings)
        if found is None:
            return None
        text = found
    plain = _plain_phone(text)
    if is_short and _PHONE.fullmatch(plain) and _count_digits(plain) >= _LEAST_DIGITS:
        return plain
    if not keep:
        findings.problem("customer_phone", "invalid", value=describe(text), expected="phone")
        return None
    is_kept = is_short and _count_digits(plain) >= _LEAST_DIGITS
    findings.note("phone_kept" if is_kept else "phone_left_out", value=describe(text))
    return text if is_kept else None


def _plain_phone(text: str) -> str:
    """``text`` with ASCII digits and signs, and a ``tel:`` link as the number that it holds."""
    text = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in text.translate(_PHONE_SIGNS)
    )
    link = _PHONE_LINK.search(text)
    if not link:
        return text
    before = one_line(text[: link.start()]).strip("[]() ")
    if _count_digits(before) >= _LEAST_DIGITS and not text[link.end() :].strip(" )]>"):
        return before
    if before or text[link.end() :].strip():
        return text
    extension = _PHONE_EXTENSION.search(link[1])
    number = link[1].partition(";")[0]
    return f"{number} ext. {extension[1]}" if extension else number


def _count_digits(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


def normalise_email(text: str) -> str | None:
    """The address in the form in which contacts are matched, or None.

    No look-up is made. Test domains and ``.local``, which companies do use
    inside, are allowed. As in Odoo, an ASCII local part is lowered and another
    kept; international domains come out in Unicode.
    """
    # The library refuses .local as not deliverable, and allows .test if told so:
    # one label stands in for the other.
    local_domain = text.lower().endswith(".local")
    try:
        found = validate_email(
            text[: -len("local")] + "test" if local_domain else text,
            check_deliverability=False,
            test_environment=True,
        )
    except EmailNotValidError:
        return None
    if "." not in found.domain:
        return None
    domain = found.domain.lower()
    if local_domain:
        domain = domain[: -len("test")] + "local"
    local = found.local_part
    return f"{local.lower() if local.isascii() else local}@{domain}"


def read_email(key: str, value: object, findings: Findings) -> str | None:
    """An e-mail address and nothing else, normalised."""
    text = read_text(key, value, findings)
    if text is None:
        return None
    address = normalise_email(text)
    if address is None:
        findings.problem(key, "invalid", value=describe(text), expected="email")
    return address


def read_written_email(key: str, value: str, findings: Findings) -> tuple[str | None, str]:
    """An address as it stands in a mail: with a name, ``mailto:`` or a full stop.

    :return: normalised address or None, and the name written with it
    """
    text = one_line(clean(value[:1000]))
    found = list(dict.fromkeys(address.lower() for address in _ADDRESS.findall(text)))
    if len(found) > 1:
        findings.problem(
            key, "ambiguous", value=describe(text), expected="email", reason="several_addresses"
        )
        return None, ""
    written = _ADDRESS.search(text)
    address = normalise_email(written[0].strip(".!?*_")) if written else None
    if address is None or written is None:
        findings.problem(key, "invalid", value=describe(text), expected="email")
        return None, ""
    name = text[: written.start()].strip(" <([\"'*,;:")
    return address, "" if name.lower().endswith("mailto") else name


def read_sender(sender: str | None) -> tuple[str | None, str]:
    """Normalised address and display name of a ``From`` value."""
    if not sender:
        return None, ""
    text = one_line(clean(sender[:1000]))
    name, address = parseaddr(text)
    normal = normalise_email(address)
    if normal is None:
        match = _ADDRESS.search(text)
        normal = normalise_email(match[0]) if match else None
    name = one_line(name)[: LIMITS["customer_name"]]
    return normal, "" if "@" in name else name


def read_priority(value: object, findings: Findings) -> str | None:
    """``'0'`` to ``'3'`` from one of the words or numbers of ``PRIORITIES``."""
    value = write_number(value)
    found = (
        PRIORITIES.get(one_line(clean(value)).lower())
        if isinstance(value, str) and len(value) <= SHORT
        else None
    )
    if found is None:
        findings.problem(
            "priority", "invalid", value=describe(value), expected="low, normal, high, urgent, 0-3"
        )
    return found


def read_duration(value: object, findings: Findings) -> float | None:
    """Hours, more than 0 and at most ``MAX_HOURS``.

    Text may be ``1.5``, ``1,5 h``, ``90 min``, ``1:30``, ``1h30`` or ``PT2H``.
    """
    hours: float | None = None
    if isinstance(value, Decimal):
        hours = None if value.is_nan() else float(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        # Compared before it is converted: an integer may not fit a float.
        hours = float(value) if -1 < value <= MAX_HOURS else None
    elif isinstance(value, str) and len(value) <= SHORT:
        hours = _read_hours(one_line(clean(value)))
    if hours is None or not math.isfinite(hours) or not 0 < hours <= MAX_HOURS:
        findings.problem(
            "duration", "invalid", value=describe(value), expected="hours", max=str(MAX_HOURS)
        )
        return None
    return hours


def _read_hours(text: str) -> float | None:
    if match := HOURS_MINUTES.fullmatch(text):
        return int(match[1]) + int(match[2]) / 60
    if match := ISO_HOURS.fullmatch(text):
        return float(match[1].replace(",", ".")) / (60 if match[2] in "mM" else 1)
    if match := HOURS.fullmatch(text):
        return float(match[1].replace(",", "."))
    if match := MINUTES.fullmatch(text):
        return int(match[1]) / 60
    return None


def read_flag(key: str, value: object, findings: Findings) -> bool:
    """A Boolean, also as a number or word; False after a problem."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    found = (
        FLAGS.get(value.strip().lower()) if isinstance(value, str) and len(value) <= SHORT else None
    )
    if found is None:
        findings.problem(key, "invalid", value=describe(value), expected="true, false")
        return False
    return found
