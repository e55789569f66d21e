"""What a dispatcher types of a caller: a name, a number, an address, in one line."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_EMAIL = re.compile(r"[^\s<>()\[\],;:\"'|]+@[^\s<>()\[\],;:\"'|@]+")
# Digits and what stands between those of a number; nothing behind it that a number would not have
# there, such as the town behind a postal code.
_NUMBER = re.compile(r"(?<![\w.])[+(0-9][0-9()/.\-\u2010-\u2015 \u00a0]*[0-9](?!\w| +[^\W\d_])")
_ONLY_NUMBER = re.compile(r"[+0-9()/.\-\u2010-\u2015\s]+")
# As they are written in the United Kingdom, the Netherlands, Sweden, Poland, and with digits alone.
_BRITISH = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_POSTAL_CODE = rf"{_BRITISH}|\d{{4}} ?[A-Z]{{2}}\b|\d{{3}} \d{{2}}|\d{{2}}-\d{{3}}|\d{{4,6}}"
_CODE_FIRST = re.compile(
    rf"^(?P<street>.*?)[\s,]*\b(?:[A-Z]{{1,2}}-)?(?P<zip>{_POSTAL_CODE})\s+(?P<city>[^\d,]+)$",
    re.DOTALL,
)
# "…, London SE1 2AB" and "…, Springfield, IL 62701"; of a state nothing is known here.
_CODE_LAST = re.compile(
    r"^(?P<street>.*?),\s*(?P<city>[^\d,]+?)(?:,?\s+[A-Z]{2})?[\s,]+"
    rf"(?P<zip>{_BRITISH}|\d{{5}}(?:-\d{{4}})?)$",
    re.DOTALL,
)
# Fewer digits are a house number, a postal code or a year.
_LEAST_OF_NUMBER = 6
# So many are a number, however it begins.
_SURELY_NUMBER = 9
# Of fewer digits half of all numbers would be found.
LEAST_SEARCHED = 4
# How much of a number that may begin with a country's tells whose it is.
_ENOUGH = 8
# Nobody types more of a caller; what stands behind is not taken apart.
MAX_TYPED = 500


@dataclass(frozen=True)
class Caller:
    """Each an empty str where nothing of the kind was typed."""

    name: str = ""
    phone: str = ""
    email: str = ""
    place: str = ""


@dataclass(frozen=True)
class Address:
    """A place in the parts that a contact has for it."""

    street: str = ""
    zip: str = ""
    city: str = ""


def read_caller(text: str) -> Caller:
    """What was typed, as the parts of a new contact; nothing is checked.

    >>> read_caller("Bakery Miller, Main Street 5, +49 30 1234567")
    Caller(name='Bakery Miller', phone='+49 30 1234567', email='', place='Main Street 5')
    """
    text = " ".join(text[:MAX_TYPED].replace("\n", ", ").split())
    email = _EMAIL.search(text)
    if email:
        text = f"{text[: email.start()]} {text[email.end() :]}"
    phone = _find_phone(text)
    if phone:
        text = text.replace(phone, " ", 1)
    parts = [" ".join(part.split()) for part in re.split(r"[,;<>]", text)]
    parts = [part for part in parts if part]
    # Where a house number or a postal code is, the address begins; else behind the name.
    first = next((n for n, part in enumerate(parts) if any(map(str.isdigit, part))), 1)
    return Caller(
        name=", ".join(parts[:first]),
        phone=phone.strip(),
        email=email[0].strip(".") if email else "",
        place=", ".join(parts[first:]),
    )


def _find_phone(text: str) -> str:
    if _ONLY_NUMBER.fullmatch(text) and len(get_digits(text)) >= LEAST_SEARCHED:
        return text
    for match in _NUMBER.finditer(text):
        count = len(get_digits(match[0]))
        begins = match[0][0] in "+(0"
        if count >= (_LEAST_OF_NUMBER if begins else _SURELY_NUMBER):
            return match[0]
    return ""


def split_place(place: str) -> Address:
    """The parts of an address in one line; what has no postal code is all street.

    >>> split_place("Main Street 5, 10115 Berlin")
    Address(street='Main Street 5', zip='10115', city='Berlin')
    """
    place = place.strip()
    match = None
    if len(place) <= MAX_TYPED:
        match = _CODE_FIRST.match(place) or _CODE_LAST.match(place)
    if not match:
        return Address(street=place)
    return Address(match["street"].strip(" ,"), match["zip"], match["city"].strip())


def get_digits(text: str) -> str:
    """The ASCII digits of ``text``, as they are stored to search by."""
    return re.sub(r"[^0-9]", "", text)


def get_searched_digits(text: str, country_codes: Collection[str]) -> str:
    """What every spelling of the number in ``text`` has in common.

    The country's code or the zero in its place is left out: "+49 30 1234567", "0049 30 1234567"
    and "030/1234567" are all looked for as "301234567".

    :param country_codes: such as "49" and "1"
    :return: str of digits; empty for what is no number, or too short to look for
    """
    text = text.strip()
    if not _ONLY_NUMBER.fullmatch(text):
        return ""
    digits = get_digits(text.replace("(0)", ""))
    has_country = text.startswith(("+", "(+")) or digits.startswith("00")
    if has_country:
        digits = digits.removeprefix("00")
        lengths = [length for length in (3, 2, 1) if digits[:length] in country_codes]
        digits = digits[lengths[0] :] if lengths else digits
    if has_country or digits.startswith("0"):
        digits = digits.lstrip("0")
    elif len(digits) > _ENOUGH:
        digits = digits[-_ENOUGH:]
    return digits if len(digits) >= LEAST_SEARCHED else ""
