"""What the sender wrote, apart from what they quoted, forwarded or sign with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .introductions import (
    Introduction,
    find_introduction,
    is_lead,
    is_rule,
    read_headers,
    skip_blanks,
)
from .keys import match_key

# What a mail program puts under a mail is one short line.
_MAX_DEVICE_LINE = 120
_MAX_DEVICE_WORDS = 9
# Mail programs break lines at 72 to 78 columns.
_SHORTEST_TORN = 60
_QUOTED = re.compile(r"> ?")

_REPLY_SUBJECT = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|ref|rif|res|r|tr re|odp|odg|ynt|yan|vá|atb|ats|vast|bls|bal|"
    r"απ|σχετ|отв|ответ|відп|на|одг|rép|rsp|svar|trả lời|"
    r"回复|答复|回覆|答覆|返信|답장|회신|השב|תשובה|رد)"
    r"\s*(?:\[\d+\])?\s*[:：]",
    re.I,
)
_FORWARD_SUBJECT = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|fs|i̇lt|ilt|prosl|posl|trs|továbbítás|ffw|"
    r"πρθ|пересл|перслано|fvs|trd|转发|转寄|轉寄|轉發|転送|전달|הועבר|إعادة توجيه)\s*[:：]",
    re.I,
)
# "Sent" or "Get" before the name of a program or phone, and "sent" after it.
_SENT_FROM = re.compile(
    r"\W{0,3}(?:sent (?:from|via|with|by)|get outlook|from my|gesendet|von meinem|envoyé|"
    r"télécharge[rz]|obtenir|enviado|enviada|obtener|obter|inviato|scarica|ottieni|verzonden|"
    r"verstuurd|download|skickat|hämta|sendt|hent|lähetetty|hanki|wysłan[eo]|pobierz|odeslán[oa]|"
    r"získat|odoslané|отправлен[оа]|скачать|надіслано|отримати|изпратен[оа]|στάλθηκε|λήψη|"
    r"gönderildi|küldve|elküldve|trimis|poslano|saadetud|nosūtīts|išsiųsta|đã gửi|tải|"
    r"dikirim)(?!\w)|\W{0,3}(?:发自|發自|從|从|取自|获取|取得|נשלח|أرسلت|تم الإرسال|ส่งจาก)",
    re.I,
)
_SENT_WITH = re.compile(
    r"(?:gesendet|geschickt|verzonden|verstuurd|skickat|lähetetty|wysłan[eo]|gönderildi|küldve|"
    r"送信|發送|傳送|发送|보냄|전송|보냈습니다)\W*$",
    re.I,
)
# How such a line begins where it is a whole sentence.
_THIS_WAS = re.compile(r"\W{0,3}(?:von|diese|dit|denne|detta|this|ce|bu)\b", re.I)
_FROM_MY = re.compile(
    r"\W{0,3}(?:sent from (?:my|a|mobile|outlook|mail|windows)|sent via|sent with|sent by|"
    r"get outlook for|gesendet von|von meinem [^\n]{1,40} gesendet|envoyé (?:de|depuis|à partir)|"
    r"enviado (?:desde|do meu|a partir)|inviato da|verzonden (?:vanaf|met|via))\b",
    re.I,
)
_PRODUCT = re.compile(
    r"iphon|ipad|ipod|android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|honor|oneplus|pixel|"
    r"nokia|motorola|xperia|sony|htc|lumia|windows|outlook|hotmail|yahoo|gmail|icloud|mail\.ru|"
    r"yandex|proton|tutanota|k-9|bluemail|aquamail|airmail|mailbox|spark|gmx|web\.de|freenet|"
    r"telekom|zimbra|thunderbird|smartphone|handy|mobil|telef|phone|айфон|手机|携帯|휴대폰",
    re.I,
)
# The name of a program for phones that leads to where one gets it.
_LINKED_PRODUCT = re.compile(
    r"[^.?!:]{0,60}(?:outlook|mail|hotmail)[^.?!:]{0,40}"
    r"(?:https?://(?:aka\.ms|go\.microsoft\.com|outlook\.com/mobile|(?:overview\.)?mail\.yahoo|"
    r"[^\s/]{0,60}onelink\.me|apps\.apple\.com|play\.google\.com)\S*)",
    re.I,
)


@dataclass(frozen=True)
class Parts:
    """One message: the sender's ``own`` text and what it quotes or forwards.

    ``inner`` is without its quotation marks and its introduction; ``author`` is
    the ``From`` value of a forwarded message.
    """

    own: str
    inner: str = ""
    forwarded: bool = False
    author: str = ""


def is_reply(subject: str) -> bool:
    """Whether ``subject`` is that of a reply, and not of a forwarded reply."""
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward(subject: str) -> bool:
    """Whether ``subject`` is that of a forwarded message."""
    return bool(_FORWARD_SUBJECT.match(subject))


def split_quotes(text: str) -> Parts:
    """Split a message; see ``Parts``. Text below a quotation is the sender's own, too.

    Below an introduction all is quoted, unless the quotation has marks (``> ``).
    """
    lines = text.split("\n")
    pieces: list[list[str]] = [[]]
    quoted: list[str] = []
    found_first: Introduction | None = None
    number = 0
    while number < len(lines):
        found = find_introduction(lines, number)
        start = _skip_introduction(lines, found) if found else number
        is_marked = start < len(lines) and lines[start].startswith(">")
        if not found and not is_marked:
            pieces[-1].append(lines[number])
            number += 1
            continue
        pieces[-1] = _without_rule(pieces[-1]) if found else _without_lead(pieces[-1])
        number = _end_of_passage(lines, start) if is_marked else len(lines)
        if is_marked or not quoted:
            found_first = found_first or found
            quoted += [_unquote(line) for line in lines[start:number]]
        pieces.append([])
    own = _join(_without_signature(piece) for piece in pieces)
    return _read_quoted(own, _without_blank_ends(quoted), found_first)


def _skip_introduction(lines: list[str], found: Introduction) -> int:
    """The first line below an introduction, and below a second one that stands above marks.

    Some programs put "Original message" above "On … wrote:".
    """
    start = skip_blanks(lines, found.end)
    second = find_introduction(lines, start) if start < len(lines) else None
    below = skip_blanks(lines, second.end) if second else start
    return below if below < len(lines) and lines[below].startswith(">") else start


def _read_quoted(own: str, quoted: list[str], found: Introduction | None) -> Parts:
    """Quoted lines often begin with an introduction of their own, or with its headers."""
    again = read_headers(quoted, 0)
    if not again and not found and quoted:
        again = find_introduction(quoted, 0)
    first = found or again
    return Parts(
        own=own,
        inner="\n".join(_without_blank_ends(quoted[again.end :] if again else quoted)),
        forwarded=any(each.forwarded for each in (found, again) if each),
        author=(first.author if first else "") or (again.author if again else ""),
    )


def _join(pieces: Iterable[list[str]]) -> str:
    """The sender's own pieces, with a blank line where there was one."""
    own: list[str] = []
    blank = False
    for piece in pieces:
        filled = _without_blank_ends(piece)
        if filled:
            blank = blank or not piece[0].strip()
            own += ["", *filled] if own and blank else filled
            blank = False
        blank = blank or (bool(piece) and not piece[-1].strip())
    return "\n".join(own)


def _end_of_passage(lines: list[str], start: int) -> int:
    """The line after a marked quotation, whose longest lines may have lost their end."""
    while start < len(lines) and (lines[start].startswith(">") or _is_torn_off(lines, start)):
        start += 1
    return start


def _is_torn_off(lines: list[str], number: int) -> bool:
    """Whether a program broke the quoted line above and set no mark before its rest.

    An answer between quoted lines begins like a sentence, or stands below the end of one.
    """
    if number + 1 >= len(lines) or not lines[number + 1].startswith(">"):
        return False
    before, line = lines[number - 1].rstrip(), lines[number]
    return (
        len(before) >= _SHORTEST_TORN
        and before.startswith(">")
        and before[-1] not in ".?!:>"
        and line[:1].islower()
        and not match_key(line.partition(":")[0])
    )


def _without_lead(lines: list[str]) -> list[str]:
    """``lines`` above a marked quotation without "… wrote:" in whatever words."""
    number = len(lines) - 1
    while number >= 0 and not lines[number].strip():
        number -= 1
    return lines[:number] if number >= 0 and is_lead(lines[number]) else lines


def _without_rule(lines: list[str]) -> list[str]:
    """``lines`` above an introduction without the rule that sets it off."""
    number = len(lines)
    while number and (not lines[number - 1].strip() or is_rule(lines[number - 1])):
        number -= 1
    return [*lines[:number], ""] if number < len(lines) else lines


def _without_blank_ends(lines: list[str]) -> list[str]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _unquote(line: str) -> str:
    return _QUOTED.sub("", line, count=1) if line.startswith(">") else line


def _without_signature(lines: list[str]) -> list[str]:
    """``lines`` up to the signature; a rule of dashes above form lines is none."""
    end = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].strip()
        if line == "--":
            end = number
        elif match_key(line.partition(":")[0]):
            break
    while end and (not lines[end - 1].strip() or _is_of_a_device(lines[end - 1].strip())):
        end -= 1
    # What is cut off ended with a blank line, more or less.
    return lines[:end] if end == len(lines) else [*lines[:end], ""]


def _is_of_a_device(line: str) -> bool:
    """Whether a program or phone put ``line`` under the mail ("Sent from my phone")."""
    if len(line) > _MAX_DEVICE_LINE:
        return False
    if _LINKED_PRODUCT.fullmatch(line):
        return True
    words = len(line.split())
    if _PRODUCT.search(line) and words <= _MAX_DEVICE_WORDS + 1:
        if _SENT_FROM.match(line):
            return True
        if _SENT_WITH.search(line) and (words <= 4 or _THIS_WAS.match(line)):
            return True
    return bool(_FROM_MY.match(line)) and words <= _MAX_DEVICE_WORDS
