"""Mails that report what became of another mail, told by their parts and words.

``robots.classify`` goes by the headers. Small mail servers write their failures in
prose, some under a person's address; providers send feedback reports (RFC 5965) and
notifications in JSON. A person may write about a failure, quote one or pass one on, so
no single word is proof: several signs have to come together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import Message

from .html_text import html_to_text
from .keys import match_key
from .mime_headers import find_charset, read_address
from .quotes import is_forward, is_reply

# How much of a text is searched, in characters, and how many parts are looked at.
_MAX_TEXT = 60_000
_MAX_PARTS = 50
# The first lines, in which a server says what it is about.
_OPENING = 12
_START = 3
_MAX_DEPTH = 4

# RFC 3464, 5965, 6522 and 8098, and what they are called for international addresses.
_REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
        "message/disposition-notification",
        "message/global-disposition-notification",
    }
)
_RETURNED_TYPES = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/partial"}
)
_DAEMON = re.compile(
    r"(?:mail(?:er)?[-_.]?daemon|post[-_.]?master|mail[-_.]?delivery|double[-_.]?bounce|"
    r"microsoftexchange[0-9a-f]{8,}|bounces?|returned?[-_.]?mail|mdaemon|complaints?|feedback[-_.]?loop|fbl|abuse)\b",
    re.I,
)
_DAEMON_NAME = re.compile(
    r"(?:mail(?:er)?[- ]?daemon|mail delivery (?:sub)?system|mail delivery service|"
    r"mail administrator|internet mail delivery|system administrator|systemadministrator)",
    re.I,
)
_SUBJECT = re.compile(
    r"\s*(?:\W?(?:warning|error|notice)\W+)?(?:"
    r"(?:mail|message|e-?mail) (?:has )?failed\b|"
    r"(?:mail|message|e-?mail) (?:delivery|system) (?:fail|error|problem|status|report|notif)|"
    r"(?:mail|e-?mail|message) (?:could not be|not|was not|is) (?:un)?deliver|"
    r"undeliver(?:ed|able)|undelivered mail|non[- ]?deliver|"
    r"deliver(?:y|ed) (?:status|fail|error|problem|report|has failed|notif|delay|unsuccess)|"
    r"failed (?:delivery|mail)|failure (?:notice|delivery)|returned (?:mail|message|to sender)|"
    r"(?:your )?(?:mail|message) (?:was )?returned|bounced? (?:mail|message)|"
    r"unzustellbar|nicht zugestellt|zustell(?:ung|fehler|ungsfehler)|fehler bei der zustellung|"
    r"non remis|échec de (?:la )?(?:remise|livraison|distribution)|non distribu|"
    r"no se (?:puede|pudo) entregar|no entregad|error (?:de|en la) entrega|"
    r"mancat[oa] (?:recapito|consegna)|impossibile (?:recapitare|consegnare)|non recapitabile|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|não entregue|falha na entrega|"
    r"complaint about|abuse report|spam report|feedback report|email feedback"
    r")"
    r"|.{0,12}(?:配信不能|配送失敗|メールエラー|送信エラー|不達|не доставлен|退信|投递失败)",
    re.I,
)
# What a server says of a mail of ours; a person says it of "my mail", further down.
_OPENING_WORDS = re.compile(
    r"could not be delivered|cannot be delivered|can't be delivered|was not delivered|"
    r"not be delivered to|unable to (?:be )?deliver|failed to deliver|delivery (?:has )?failed|"
    r"error delivering|delivery to the following|had (?:permanent|transient|delivery)|"
    r"returned to (?:the )?sender|undeliver(?:ed|able)|this is the .{1,60}(?:mail|program|agent)|"
    r"did not reach|invalid (?:user|recipient) address|rejected your (?:mail|message)|"
    r"nicht zugestellt|unzustellbar|nicht übermittelt|zustellung .{0,40}fehl|"
    r"n'a pas pu être (?:remis|distribué|livré)|non remis|"
    r"no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entrega|no entregad|"
    r"non (?:è stato|può essere) (?:possibile )?(?:recapita|consegna)|"
    r"niet (?:worden )?(?:bezorgd|afgeleverd)|não (?:pôde|foi) (?:ser )?entregue|"
    r"送信できません|配信できません|не (?:удалось|может быть) достав|无法投递|unsolicited|"
    r"this is an? (?:email )?(?:abuse|spam|feedback) (?:report|complaint)",
    re.I,
)
# What only mail servers write, as their first words.
_DECLARED = re.compile(
    r"this message was created automatically by (?:the )?mail|"
    r"(?:hi\. )?this is the (?:qmail-send program|mail system at|.{1,40} mail (?:system|server))\b",
    re.I,
)
# A reply of a mail server (RFC 5321, 3463) or lines of a delivery report.
_DIAGNOSIS = re.compile(
    r"(?m)(?:^|[\s:;(\"'])[45]\d\d[- ](?:#?[45]\.\d{1,3}\.\d{1,3}\b|-? ?requested action|"
    r"(?:user|no such|mailbox|recipient|unknown|sorry|invalid|message|address|host|relay))"
    r"|^\s*(?:final|original)-recipient\s*:|^\s*action\s*:\s*(?:failed|delayed)"
    r"|^\s*diagnostic-code\s*:|^\s*status\s*:\s*[45]\.\d"
    r"|^\s*(?:rcpt to|mail from)\s*:|user unknown|no such user|mailbox is full|over quota",
    re.I,
)
_RETURNED_LINE = re.compile(
    r"(?m)^[ \t]{0,8}(received|return-path|message-id|mime-version|from|to|subject|date)"
    r"[ \t]*:[ \t]*\S",
    re.I,
)
_GREETING = re.compile(
    r"(?:hello|hi|hey|dear|good (?:morning|day|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|"
    r"liebe[rs]?|sehr geehrte|moin|bonjour|bonsoir|madame|monsieur|hola|buen[oa]s|estimad[oa]|"
    r"buongiorno|buonasera|gentile|salve|ciao|beste|geachte|olá|bom dia)\b(?![^\n]{0,60}program)",
    re.I,
)
# Words with which people speak of themselves or ask for something; "mon" and "mi" are
# weekdays, too.
_PERSON = re.compile(
    r"\b(?:i|i'm|i've|my|me|we|our|please|ich|mir|mein\w*|wir|unser\w*|bitte|je|j'ai|ma|mes|"
    r"nous|notre|yo|mis|nuestr\w+|io|mio|mia|ho|nostr\w+|ik|mijn|wij|meu|minha)\b",
    re.I,
)
# Events that providers tell by mail or post by webhook, as one word.
_EVENT_KEYS = ("notificationType", "eventType", "event", "RecordType", "type", "Type")
_EVENTS = frozenset(
    "bounce bounced hardbounce softbounce complaint complained spamcomplaint spam spamreport "
    "delivery delivered deliverydelay delayed deferred deferral reject rejected dropped blocked "
    "failed permanentfail temporaryfail outofband policyrejection renderingfailure "
    "emailbounced emailcomplained emaildelivered emaildeliverydelayed emailfailed invalidemail"
    .split()
)  # fmt: skip
# What each such notification names: the mail, its receiver or the provider's id of it.
_EVENT_COMPANIONS = frozenset(
    "bounce complaint delivery mail email recipient rcptto sgmessageid messageid msg emailid "
    "bouncedrecipients destination"
    .split()
)  # fmt: skip
_WRAPPERS = ("Message", "event-data", "msys", "message_event", "data", "msg", "detail")


def is_report(message: Message, *, sender: str, subject: str) -> bool:
    """Whether a mail tells what became of another mail: nobody asks for anything in it.

    :param message: parsed; what is attached to it as a mail is not looked into
    :param sender: the ``From`` value
    """
    name, address = read_address(sender)
    if message.get_content_type() == "multipart/report" or message.get("X-Failed-Recipients"):
        return True
    if _has_null_sender(sender):
        return True
    types = [part.get_content_type() for part in _walk(message)]
    passed_on = is_forward(subject) or (is_reply(subject) and "in-reply-to" in message)
    by_daemon = bool(
        _DAEMON.match(address.partition("@")[0]) or _DAEMON_NAME.fullmatch(name.strip())
    )
    if not passed_on and _REPORT_TYPES.intersection(types):
        return True
    text = _read_text(message)
    if _is_notification(text):
        return True
    return _is_prose_report(
        text,
        subject,
        returned=bool(_RETURNED_TYPES.intersection(types)),
        by_daemon=by_daemon,
        by_program=by_daemon or _is_program(message, address),
        passed_on=is_forward(subject) or (passed_on and not by_daemon),
    )


def _has_null_sender(sender: str) -> bool:
    """``From: MAILER-DAEMON <>``: no mail program lets a person write that."""
    return bool(re.search(r"<\s*>\s*$", sender))


def _is_program(message: Message, address: str) -> bool:
    submitted = str(message.get("Auto-Submitted") or "no").strip().lower()
    local_part = address.partition("@")[0].lower()
    return not submitted.startswith("no") or bool(
        re.match(r"(?:no|do[-_.]?not|dont)[-_.]?reply\b|system\b|mailer\b", local_part)
    )


def _walk(message: Message) -> Iterator[Message]:
    """The parts of a mail, those of a mail that is attached left out."""
    waiting, count = [message], 0
    while waiting and count < _MAX_PARTS:
        part = waiting.pop(0)
        count += 1
        yield part
        content = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting += [each for each in content if isinstance(each, Message)]


def _read_text(message: Message) -> str:
    """The first text of a mail, as plain text; empty where there is none that can be read."""
    for wanted in ("text/plain", "text/html"):
        for part in _walk(message):
            if part.get_content_type() != wanted or part.get_content_disposition() == "attachment":
                continue
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes) or not content.strip():
                continue
            charset = find_charset(part.get_content_charset()) or "utf-8"
            content = content[: _MAX_TEXT * 4]
            try:
                text = content.decode(charset, "replace")
            except (LookupError, ValueError):
                text = content.decode("utf-8", "replace")
            text = text.replace("\r\n", "\n").replace("\r", "\n")[:_MAX_TEXT]
            return html_to_text(text) if wanted == "text/html" else text
    # Of a part whose boundary is broken, the parser hands out the source.
    for part in _walk(message):
        content = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(content, str):
            return content[:_MAX_TEXT]
    return ""


def _is_prose_report(
    text: str,
    subject: str,
    *,
    returned: bool,
    by_daemon: bool,
    by_program: bool,
    passed_on: bool,
) -> bool:
    """Whether a server says in prose that a mail did not arrive.

    :param returned: whether the mail is attached
    :param by_daemon: whether the sender is one that mail servers use
    :param by_program: whether a program wrote it, as far as its headers tell
    :param passed_on: whether a person sends something on or answers it
    """
    if passed_on:
        return False
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines[:_OPENING]:
        if _OPENING_WORDS.search(line):
            break
        if _is_form_line(line):
            # A form stands first in what people ask for.
            return False
    if not lines:
        return returned and bool(_SUBJECT.match(subject))
    opening, start = "\n".join(lines[:_OPENING]), "\n".join(lines[:_START])
    speaks = bool(_OPENING_WORDS.search(opening))
    titled = bool(_SUBJECT.match(subject))
    if by_daemon:
        # The address alone says so; a person would not write such words under it.
        return speaks or titled
    if speaks and titled and _DECLARED.match(lines[0]):
        # Some speak under the address of an administrator.
        return True
    plain = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    diagnosed = bool(_DIAGNOSIS.search(plain))
    returns = returned or _returns_headers(plain)
    starts = bool(_OPENING_WORDS.search(start))
    if by_program:
        # A website's form may hold what a customer writes about a failure of theirs.
        return (titled and (diagnosed or returns)) or (starts and diagnosed and returns)
    # Under a person's address all has to come together, and nobody speaks of themselves.
    by_person = bool(_GREETING.match(lines[0]) or _PERSON.search(start))
    return titled and starts and diagnosed and returns and not by_person


def _is_form_line(line: str) -> bool:
    left, colon, value = line.partition(":")
    key = match_key(left) if colon and value.strip() else None
    return bool(key and "_" in key)


def _returns_headers(text: str) -> bool:
    """Whether the headers of a mail stand in ``text``, with what only servers write."""
    names = {match[1].lower() for match in _RETURNED_LINE.finditer(text)}
    return bool(names & {"received", "message-id", "return-path"}) and len(names) > 2


def _is_notification(text: str) -> bool:
    """Whether a text is a provider's notification in JSON on a mail that was sent."""
    start = text.lstrip("\ufeff \t\n")
    if start[:1] not in ("{", "["):
        return False
    # Mail programs break long lines: a break inside a value is no JSON.
    for candidate in (start, start.replace("\n", "")):
        try:
            value, _end = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        return _is_event(value)
    return False


def _is_event(value: object, depth: int = 0) -> bool:
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, list):
        return any(_is_event(each, depth + 1) for each in value[:3])
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return _is_notification(value)
    if not isinstance(value, dict):
        return False
    names = {_letters(key) for key in value}
    for key in _EVENT_KEYS:
        if _letters(value.get(key)) in _EVENTS and names & _EVENT_COMPANIONS:
            return True
    if {"status", "reason", "email"} <= names:
        return True
    return any(_is_event(value[key], depth + 1) for key in _WRAPPERS if key in value)


def _letters(value: object) -> str:
    return "".join(filter(str.isalnum, value.lower())) if isinstance(value, str) else ""
