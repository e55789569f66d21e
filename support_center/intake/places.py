"""Addresses and phone numbers in sentences: taken where there is one and no doubt about it."""

from __future__ import annotations

import re

from .text import one_line

# Digits that may be a number to call; looked for before the library, which is slow to load, is.
_DIGITS = re.compile(r"\+?[(\d][\d\s()/.\-]{5,22}\d")
# A number without "+" is one to call where the sentence says so.
_CALL = re.compile(
    r"\b(?:tel|phone|telephone|mobile|cell|call|ring|reach|whatsapp|number is|telefon\w*|handy|"
    r"mobil\w*|ruf\w*|anruf\w*|erreich\w*|t[ée]l[ée]phone\w*|portable|appel\w*|joindre|joignable|"
    r"t[ée]l|tel[ée]fono|m[óo]vil|celular|llam\w*|contact\w*|cellulare|chiam\w*|recapito|"
    r"raggiung\w*)\b",
    re.I,
)
# What stands before a number that is something else.
_OTHER_NUMBER = re.compile(
    r"(?:invoice|order|customer|contract|serial|account|ticket|reference|ref|tracking|vat|iban|"
    r"fax|rechnung\w*|auftrag\w*|bestell\w*|kunden\w*|vertrag\w*|serien\w*|artikel\w*|konto\w*|"
    r"facture|commande|client|contrat|s[ée]rie|dossier|factura|pedido|cliente|contrato|"
    r"fattura|ordine|contratto|matricola|seriale|pratica|siret|ust|p\.? ?iva|cif|nif)"
    r"[^\d\n]{0,24}$",
    re.I,
)
_BEFORE, _AROUND = 40, 80


def find_phone(text: str, region: str | None = None) -> str:
    """The one number to call in a text, as it was written; empty for none, and for several.

    :param region: two letters of the country whose numbers are written without "+"
    """
    if not _DIGITS.search(text):
        return ""
    from phonenumbers import PhoneNumberMatcher  # noqa: PLC0415 - slow, and seldom needed

    found: dict[tuple[int | None, int | None], str] = {}
    for match in PhoneNumberMatcher(text, region):
        line = text.rfind("\n", 0, match.start) + 1
        before = text[max(line, match.start - _BEFORE) : match.start]
        around = text[max(0, match.start - _AROUND) : match.end + _BEFORE]
        is_named = match.raw_string.startswith("+") or _CALL.search(around)
        if is_named and not _OTHER_NUMBER.search(before):
            number = match.number
            found.setdefault((number.country_code, number.national_number), match.raw_string)
    return one_line(found.popitem()[1]) if len(found) == 1 else ""


_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_NUMBER = r"\d{1,4}(?: ?[a-zA-Z]\b)?(?:[-/]\d{1,4})?"
# The town, with or without its code; it goes on behind a comma or on the next line.
_TOWN = (
    rf"(?:(?:,|\s+-|\s+in|\s+à|\s+a|\s+en)?\s+(?:[A-Z]{{1,2}}-)?\d{{4,5}} {_NAME}(?:[ "
    rf"-]{_NAME}){{0,3}}"
    rf"|,\s+{_NAME}(?:[ -]{_NAME}){{0,2}}(?:,? [A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}})?)?"
)
_ADDRESSES = tuple(
    re.compile(expression)
    for expression in (
        # Hauptstraße 5, 10115 Berlin
        rf"(?:(?:Am|An|Auf|Im|In|Zum|Zur|Unter)(?: de[mrn])? )?(?:{_NAME}[ -])?"
        rf"(?:[A-ZÄÖÜ][\wäöüß-]*?(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|"
        rf"chaussee|steig|markt)|{_NAME} (?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|"
        rf"Ufer))"
        rf" {_NUMBER}{_TOWN}",
        # 12 rue de la Paix, 75002 Paris
        rf"{_NUMBER}(?: bis| ter)?,? (?:rue|avenue|av\.|boulevard|bd|chemin|place|impasse|allée|"
        rf"quai|"
        rf"route|cours|square)(?: (?:de|du|des|la|le|les|l['’]|d['’]))*[ '’]?{_NAME}"
        rf"(?:[ -](?:de|du|la|le|{_NAME})){{0,4}}{_TOWN}",
        # Calle Mayor 5, 28013 Madrid
        rf"(?:[Cc]alle|C/|[Aa]venida|Avda\.?|[Pp]laza|[Pp]aseo|[Cc]amino|[Rr]onda)"
        rf"(?: (?:de|del|la|las|los|el|{_NAME})){{1,6}},? (?:n[º°.]+ ?|número )?{_NUMBER}{_TOWN}",
        # Via Roma 10, 00184 Roma
        rf"(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Ll]argo|[Vv]icolo|[Ss]trada)"
        rf"(?: (?:di|del|della|dei|delle|dell['’]|{_NAME})){{1,6}},? (?:n\. ?)?{_NUMBER}{_TOWN}",
        # 123 Main Street, Springfield
        rf"{_NUMBER} (?:{_NAME} ){{1,4}}(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|"
        rf"Close|Court|Square|Way|Boulevard|Blvd\.?|Terrace|Crescent|Gardens|Row)(?!\w){_TOWN}",
    )
)
# Where somebody else is, or something was sent.
_ELSEWHERE = re.compile(
    r"(?:moved from|old address|former|previous|invoice address|billing address|not at|"
    r"alte adresse|früher|rechnungsadresse|ancienne adresse|adresse de facturation|"
    r"antigua dirección|dirección de facturación|vecchio indirizzo|indirizzo di fatturazione)"
    r"[^\n.]{0,40}$",
    re.I,
)


def find_address(text: str) -> str:
    """The one street with number in a text, with the town beside it; empty for none or several."""
    found: dict[str, str] = {}
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            if _ELSEWHERE.search(text[max(0, match.start() - 60) : match.start()]):
                continue
            written = one_line(match[0]).rstrip(" ,.-")
            # One address may look like one in two languages.
            if not any(written in other or other in written for other in found.values()):
                found[written.lower()] = written
    return next(iter(found.values())) if len(found) == 1 else ""
