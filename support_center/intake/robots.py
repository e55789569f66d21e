"""Who wrote a mail: a human, a program, an auto-responder, a mail server or a list.

Sources: RFC 3834 (``Auto-Submitted``, null return path, "no automatic response
to an automatic response"), RFC 2919 and RFC 2369 (``List-Id``, ``List-Post``),
RFC 6522 (``multipart/report``), and Microsoft's ``X-Auto-Response-Suppress``.
``Precedence`` is discouraged by RFC 2076, yet many programs set it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .mime_headers import read_address

_SERVERS = re.compile(r"mail(?:er)?[-_.]?daemon|post[-_.]?master")
_UNREAD = re.compile(r"(?:no|do[-_.]?not|dont)[-_.]?reply\b", re.I)
# Written by programs only, so that the header that should tell is not needed.
_AUTO_REPLY_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[- ]?(?:response|reply)|autoreply|automatische antwort|"
    r"abwesenheitsnotiz|réponse automatique|respuesta automática|risposta automatica|"
    r"automatisch antwoord|resposta automática)\s*:",
    re.I,
)
# A human may write these, too: they count together with a header.
_AWAY_SUBJECT = re.compile(
    r"\b(?:out of (?:the )?office|ooo|away from (?:my|the) (?:office|desk|mail)|"
    r"on (?:leave|vacation)|abwesend|"
    r"abwesenheit\w*|nicht im büro|absen(?:t|ce) du bureau|fuera de (?:la )?oficina|"
    r"fuori (?:sede|ufficio)|niet aanwezig|afwezig\w*|fora do escritório)\b",
    re.I,
)

# Of what is sent to all members of a list or group.
LIST_HEADERS = frozenset({"list-id", "list-post", "mailing-list", "x-mailing-list", "x-mlserver"})


def classify(headers: Mapping[str, str], *, sender: str, subject: str) -> str:
    """What kind of sender a mail has.

    :param headers: by name in any case, e.g. an ``email.message.Message``
    :param sender: the ``From`` value
    :return: ``bounce``; ``auto_reply`` (out of office and its like); ``list``;
        ``generated`` by a program, such as a website form: worth reading,
        though never to be answered; else ``human``
    """
    found = {str(name).lower(): _flat(value) for name, value in headers.items()}
    local_part = read_address(_flat(sender))[1].partition("@")[0].lower()
    content_type = found.get("content-type", "").lower()
    if content_type.startswith("multipart/report") or _SERVERS.fullmatch(local_part):
        return "bounce"
    if _is_auto_reply(found, subject):
        return "auto_reply"
    if found.get("return-path") == "<>":
        return "bounce"
    precedence = found.get("precedence", "").lower()
    if not LIST_HEADERS.isdisjoint(found) or precedence in ("list", "junk"):
        return "list"
    submitted = _submitted(found)
    if submitted or precedence == "bulk" or _UNREAD.match(local_part):
        return "generated"
    return "human"


def wants_no_answer(headers: Mapping[str, str]) -> bool:
    """Whether the sender asks for no automatic answer, be it a person or a program."""
    found = {str(name).lower(): _flat(value).lower() for name, value in headers.items()}
    suppressed = re.split(r"[,; ]+", found.get("x-auto-response-suppress", ""))
    return "all" in suppressed or "autoreply" in suppressed


def is_automatic_subject(subject: str) -> bool:
    """Whether only programs write such a subject."""
    return bool(_AUTO_REPLY_SUBJECT.match(subject))


def without_list_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a mail but for those by which ``classify`` knows a list."""
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in LIST_HEADERS
        and not (name.lower() == "precedence" and _flat(value).lower() in ("list", "junk", "bulk"))
    }


def _flat(value: object) -> str:
    """A header value on one line; the policy of a message may hand out objects."""
    return " ".join(str(value).split())


def _submitted(found: Mapping[str, str]) -> str:
    """The keyword of ``Auto-Submitted``, its parameters and comments left out."""
    keyword = re.split(r"[;( ]", found.get("auto-submitted", "").lower(), maxsplit=1)[0]
    return "" if keyword == "no" else keyword


def _is_auto_reply(found: Mapping[str, str], subject: str) -> bool:
    submitted = _submitted(found)
    if (
        submitted == "auto-replied"
        or found.get("precedence", "").lower() in ("auto_reply", "auto-reply")
        or "x-autorespond" in found
        or found.get("x-autoreply", "no").lower() != "no"
        or found.get("x-auto-reply", "no").lower() != "no"
        or _AUTO_REPLY_SUBJECT.match(subject)
    ):
        return True
    suppressed = "x-auto-response-suppress" in found
    if _AWAY_SUBJECT.search(subject):
        return bool(submitted or suppressed)
    return bool(submitted and suppressed and ("in-reply-to" in found or "references" in found))
