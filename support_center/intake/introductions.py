"""The lines that mail programs put above a message that they quote or forward.

They have three shapes, whatever the language: a sentence with a date and a sender
("On … wrote:"), a block of mail headers, and a rule with words in it. Where a shape
alone would leave a doubt, since a form is made of ``key: value`` lines too, words of
many languages decide; a block in another language counts by its shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .keys import match_key

# A line is looked at up to here; nothing of an introduction is longer.
_MAX_COLUMNS = 400
_MAX_SENTENCE = 400
# How many lines a sentence or the value of a header is broken into.
_MAX_WRAPPED = 5
_MAX_LABEL_WORDS = 4
_MAX_HEADERS = 12
# A shorter line was not broken to fit the page.
_SHORTEST_WRAPPED = 38
# How far into a sentence its date stands at most: "On", "W dniu", the day of the week.
_LATEST_DATE = 40
# What stands between date and address, or follows "wrote"; and what follows an address.
_LONGEST_NAME = 60
_LONGEST_TAIL = 80
_SHORT_TAIL = 12

_ROLES = {
    word: role
    for role, words in {
        "from": """from von de da van fra från frá od od: ot от від από kimden gönderen feladó de_la
            expeditor saatja no nuo šalje lähettäjä отправитель від_кого от_кого remitente
            expéditeur absender mittente remetente afzender nadawca odesílatel odosielateľ
            pošiljatelj 发件人 寄件者 寄件人 差出人 送信者 보낸_사람 보낸사람 מאת من từ
            người_gửi dari pengirim จาก प्रेषक""",
        "to": """to an a à para aan pour til till vastaanottaja do komu кому до προς kime alıcı
            címzett către catre destinatar saaja kam gavėjas за prima primatelj 收件人 收件者 宛先
            받는_사람 받는사람 אל إلى الى đến tới người_nhận kepada ถึง प्रति""",
        "date": """date datum data fecha sent gesendet envoyé envoyé_le enviado enviado_el
            enviada_em inviato verzonden dato sendt sent_at skickat lähetetty päivämäärä päiväys
            wysłano odesláno odoslané odoslaný dátum elküldve küldve trimis dată отправлено дата
            отправки надіслано відправлено изпратено послато poslano στάλθηκε αποστολή ημερομηνία
            gönderildi gönderilme_tarihi gönderme_tarihi tarih saadetud kuupäev nosūtīts datums
            išsiųsta 发送时间 發送時間 寄件日期 日期 时间 日時 日付 送信日時 보낸_날짜 날짜
            נשלח תאריך التاريخ تاريخ_الإرسال تم_الإرسال đã_gửi ngày ngày_gửi dikirim tanggal ส่ง วันที่
            भेजा_गया दिनांक message_du""",
        "subject": """subject betreff objet sujet asunto assunto oggetto onderwerp emne ämne aihe
            efni temat předmět predmet tárgy subiect тема θέμα konu teema temats tema относно 主题
            主旨 件名 제목 נושא الموضوع chủ_đề subjek perihal เรื่อง विषय""",
        "cc": """cc bcc kopie kopia copie copie_à copia kopi kopio kopija копия копія másolat κοιν
            bilgi reply-to antwort_an 抄送 副本 참조 עותק نسخة salinan สำเนา สำเนาถึง""",
    }.items()
    for word in words.replace("_", "\0").split()
    for word in [word.replace("\0", " ")]
}
# "wrote", as the sentence above a quotation has it.
_WROTE = re.compile(
    r"(?<!\w)(?:wrote|writes|schrieb|écrit|escribió|escribio|escreveu|scritto|schreef|"
    r"geschreven|skrev|skrifaði|kirjoitti|kirjutas|napisa[łl]|napsal|písal|napísal|pisze|пишет?|писав|"
    r"написав|написал|написа|έγραψε|yazdı|írta|scris|rakstīja|rašė|viết|menulis)"
    r"|写道|寫道|写了|書きました|작성|썼습니다|님이|כתב|كتب|كتابة|เขียน|लिखा",
    re.I,
)
# Beginnings of "original" and "forwarded", as rules above a message have them.
_OF_A_MESSAGE = re.compile(
    r"(?<!\w)(?:d['’])?(?:origin|oryginal|orijinal|özgün|urspr|opprinn|oprind|oorspr|alkuper|"
    r"původní|pôvodn|исходн|оригин|оригін|eredeti|αρχικ|algne|sākotn|pradin|izvorn|asli|gốc|"
    r"antwort|reply)|原始|元の|원본|המקור|הודעה מקור|الأصل",
    re.I,
)
_FORWARDED = re.compile(
    r"(?<!\w)(?:forward|fwd|weitergel|transf[eé]r|transmi|réexp|inoltr|doorgest|reenvi|encamin|"
    r"vidareb|videres|välit|przekaz|přepos|prepos|předá|пересл|переадр|препрат|továbbít|"
    r"redirec|ilet|προωθ|edasta|pārsūt|persiųst|proslij|prosljeđ|diterusk|chuyển)"
    r"|转发|轉寄|転送|전달|הועבר|محول|เมื่อส่งต่อ",
    re.I,
)
# "Begin forwarded message:" stands above it without a rule.
_BEGIN = re.compile(
    r"(?<!\w)(?:begin|start|anfang|d[ée]but|inizio|in[ií]cio|начал|počet|pocz|začát|začiat|"
    r"başlang|alkaa|αρχή|kezdet)",
    re.I,
)
_MAX_RULE_WORDS = 6
# "Ann said:", in a language that nobody listed.
_MAX_LEAD_WORDS = 3
_HEADER = re.compile(
    r"\s*[*_]{0,3} ?"
    r"([^\W\d_](?:[^:：﹕@<>\d\n\"()/|=*_\t]{0,28}[^:：﹕@<>\d\n\"()/|=*_\s])?)"
    r"\s{0,3}[*_]{0,3}\s{0,3}[:：﹕][*_]{0,3}(?!//)\s*(.*)"
)
_ADDRESS = re.compile(
    r"[^\s<>()\[\]\"',:;@]{1,64}@[^\s<>()\[\]\"',:;@]{1,200}\.[^\s<>()\[\]\"',:;@.]{1,64}"
)
_IN_BRACKETS = re.compile(
    r"[<(\[]\s{0,3}(?:mailto:[^<>@]{0,80}<?)?[^\s<>()\[\]@]{1,200}@[^\s<>()\[\]@]+"
)
_LINK = re.compile(r"(?:https?|mailto):[^\s<>]*", re.I)
_NUMBER = re.compile(r"\d+")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_NUMERIC_DATE = re.compile(r"\d{1,4}([./-]) ?\d{1,2}\1 ?\d{1,4}")
_YEAR_FIRST = re.compile(r"\d{4}[/-]\d\d?[/-]\d\d?\D")
_MYSELF = re.compile(
    r"i|ich|je|yo|io|ik|eu|we|wir|nous|you|she|they|er|sie|es|my|mein\w*|unser\w*|mon|ma|mi|mio|mia",
    re.I,
)
# "a écrit", "ha scritto"
_AUXILIARY = re.compile(r"\s(?:a|ha|hat|has|heeft)\s*$")
_MAX_NAME_WORDS = 4
# "27. November"
_DATE_DOT = re.compile(r"(?<=\d)\.(?=\s)")
_SENTENCE_END = re.compile(r"[.!?;]\s")
_STAMPED = re.compile(r"\d{4}-\d\d?-\d\d? \d\d?:\d\d GMT[+-]\d\d?:\d\d \S")
_RULE = re.compile(r"\s*[-_=*~—–#]{3,}\s*")
_WORDED_RULE = re.compile(
    r"\s*[*_]?[-_=]{2,}[ >]{0,3}([^-_=\s][^\n]{0,118}?)[ <]{0,3}[-_=]{2,}[*_]?\s*"
)


@dataclass(frozen=True)
class Introduction:
    """What stands above a message: ``end`` is the line after it.

    ``author`` is the value of ``From``, in whatever language; ``forwarded`` says
    that it is of a kind that is put above forwarded messages, too.
    """

    end: int
    forwarded: bool = False
    author: str = ""


@dataclass(frozen=True)
class _Header:
    """A header; ``role`` is what its word is known for, ``end`` the line after it."""

    label: str
    value: str
    role: str | None
    end: int


def find_introduction(lines: list[str], start: int) -> Introduction | None:
    """The introduction that begins at line ``start``, if one does; in constant time."""
    line = lines[start][:_MAX_COLUMNS]
    if not line.strip() or line.startswith(">"):
        return None
    return (
        _find_rule(lines, start, line)
        or _find_block(lines, start)
        or _find_sentence(lines, start, line)
    )


def read_headers(lines: list[str], start: int) -> Introduction | None:
    """The mail headers at line ``start``, which is known to begin a message."""
    headers = _take_headers(lines, start)
    known = [header for header in headers if header.role]
    if any(header.role == "from" for header in known) or len(known) > 1:
        return Introduction(_end_with_words(headers), True, _find_author(headers))
    if _has_shape(headers):
        return Introduction(headers[-1].end, True, _find_author(headers))
    return None


def is_lead(line: str) -> bool:
    """Whether ``line``, right above a marked quotation, may say whose it is, in whatever words."""
    line = line[:_MAX_COLUMNS].strip()
    if not line.endswith((":", "：")) or match_key(line[:-1]):
        return False
    is_short = len(line.split()) <= _MAX_LEAD_WORDS
    return is_short or "@" in line or bool(_WROTE.search(line)) or _is_moment(line)


def is_rule(line: str) -> bool:
    """Whether ``line`` is nothing but a rule."""
    return bool(_RULE.fullmatch(line[:_MAX_COLUMNS]))


def skip_blanks(lines: list[str], start: int, most: int = 3) -> int:
    """The first line at or after ``start`` that is not blank, or after ``most`` blank ones."""
    end = min(start + most, len(lines))
    while start < end and not lines[start].strip():
        start += 1
    return start


# ----------------------------------------------------------------------------
# Rules
# ----------------------------------------------------------------------------


def _find_rule(lines: list[str], start: int, line: str) -> Introduction | None:
    """``---- Original message ----``, or "Begin forwarded message:" without a rule."""
    match = _WORDED_RULE.fullmatch(line)
    words = match[1] if match else line.strip()
    forwarded = bool(_FORWARDED.search(words))
    if match_key(words) or not (match or (forwarded and words.endswith((":", "：")))):
        return None
    after = skip_blanks(lines, start + 1)
    below = after if after < len(lines) else start
    if match:
        is_told = forwarded or bool(_OF_A_MESSAGE.search(words)) or _is_told(words)
    else:
        is_told = bool(_BEGIN.search(words)) and len(words.split()) <= _MAX_RULE_WORDS
    if is_told:
        return read_headers(lines, below) or Introduction(start + 1, forwarded)
    # Any other words may be a heading of the sender's.
    return _find_block(lines, below) if match and below > start else None


def _is_told(words: str) -> bool:
    """Whether ``words`` between rules are "On … wrote" or at least "… wrote"."""
    wrote = list(_WROTE.finditer(words))
    ends = bool(wrote) and wrote[-1].end() == len(words) and len(words.split()) > 1
    return ends or _is_sentence(f"{words}:")


# ----------------------------------------------------------------------------
# Blocks of headers
# ----------------------------------------------------------------------------


def _find_block(lines: list[str], start: int) -> Introduction | None:
    before = lines[start - 1] if start else ""
    # What stands below a header was looked at together with it.
    if not _match_header(lines[start]) or _get_role(before) or _is_form_line(before):
        return None
    if _match_header(before) and not _get_role(lines[start]):
        return None
    headers = _take_headers(lines, start)
    above = lines[_skip_back(lines, start - 1)] if start else ""
    ruled = is_rule(above) or bool(_WORDED_RULE.fullmatch(above[:_MAX_COLUMNS]))
    first = start <= 3 and not any(line.strip() for line in lines[:start])
    if headers[0].role and _has_words(headers, ruled, first):
        return Introduction(_end_with_words(headers), True, _find_author(headers))
    end = headers[-1].end
    touches_form = end < len(lines) and _is_form_line(lines[end])
    # Where "From" stands below other lines, the headers may begin there.
    begins_below = any(header.role == "from" for header in headers[1:])
    if not (touches_form or begins_below) and not _match_header(before) and _has_shape(headers):
        return Introduction(end, True, _find_author(headers))
    return None


def _skip_back(lines: list[str], start: int, most: int = 3) -> int:
    """The last line at or before ``start`` that is not blank, within ``most`` lines."""
    end = max(start - most, 0)
    while start > end and not lines[start].strip():
        start -= 1
    return start


def _is_form_line(line: str) -> bool:
    name, separator, _value = line[:_MAX_COLUMNS].partition(":")
    return bool(separator) and match_key(name) is not None


@lru_cache(maxsize=256)
def _match_header(line: str) -> re.Match[str] | None:
    """``line`` as a header; kept for a moment, since neighbouring lines look at it again."""
    match = _HEADER.fullmatch(line[:_MAX_COLUMNS].rstrip())
    if match and len(match[1].split()) <= _MAX_LABEL_WORDS and not match_key(match[1]):
        return match
    return None


def _get_role(line: str) -> str | None:
    match = _match_header(line)
    return _ROLES.get(match[1].strip().lower()) if match else None


def _read_header(lines: list[str], number: int) -> _Header | None:
    match = _match_header(lines[number])
    if match is None:
        return None
    end = _end_of_value(lines, number + 1)
    value = " ".join([match[2], *(line.strip()[:_MAX_COLUMNS] for line in lines[number + 1 : end])])
    return _Header(match[1].strip(), value.strip(" *_"), _get_role(lines[number]), end)


def _take_headers(lines: list[str], start: int) -> list[_Header]:
    """The headers from line ``start`` on; some programs write them with blank lines between."""
    headers: list[_Header] = []
    number, is_spaced = start, False
    while number < len(lines) and len(headers) < _MAX_HEADERS:
        header = _read_header(lines, number)
        if header is None:
            break
        headers.append(header)
        number = header.end
        below = skip_blanks(lines, number, most=1)
        begins = not headers[1:] and header.role == "from" and "@" in header.value
        is_spaced = below > number and (is_spaced or begins)
        if is_spaced and below < len(lines):
            role = _get_role(lines[below])
            number = below if role and role not in {known.role for known in headers} else number
    return headers


def _end_of_value(lines: list[str], start: int) -> int:
    """The line after the value that goes on at line ``start``, if it does.

    A value is broken into lines that are indented or that stand above a known header.
    """
    end, most = start, min(start + _MAX_WRAPPED, len(lines))
    while end < most and lines[end].strip() and not _match_header(lines[end]):
        end += 1
    if end < len(lines) and lines[end].strip() and _get_role(lines[end]):
        return end
    end = start
    while (
        end < most
        and lines[end].startswith((" ", "\t", "<"))
        and lines[end].strip()
        and not _match_header(lines[end])
    ):
        end += 1
    return end


def _end_with_words(headers: list[_Header]) -> int:
    """The line after the last header whose word is known."""
    return max((header.end for header in headers if header.role), default=0)


def _has_words(headers: list[_Header], ruled: bool, first: bool) -> bool:
    """Whether the words for "From", "Date", "To" and "Subject" say that these are mail headers.

    :param ruled: they stand below a rule
    :param first: nothing stands above them
    """
    roles = {header.role for header in headers} - {None, "cc"}
    author = next((header for header in headers if header.role == "from"), None)
    dated = any(header.role == "date" and _is_moment(header.value) for header in headers)
    if author is None:
        mailed = any(header.role == "to" and _ADDRESS.search(header.value) for header in headers)
        return len(headers) == 2 and dated and mailed
    if _ADDRESS.search(author.value):
        return len(roles) >= (2 if first else 3) or dated
    # People write "From: Berlin, To: Hamburg, Date: Monday", too.
    return len(roles) >= (3 if ruled else 4)


def _has_shape(headers: list[_Header]) -> bool:
    """Whether these are mail headers in a language that nobody listed.

    Unlike a form's they hold a name with its address, or two addresses.
    """
    if len(headers) < 3 or any("mail" in header.label.lower() for header in headers):
        return False
    addresses = {
        found[0].lower() for header in headers for found in [_ADDRESS.search(header.value)] if found
    }
    named = any(_is_named(header.value) for header in headers)
    return (named or len(addresses) > 1) and any(
        _is_moment(header.value) and not _ADDRESS.search(header.value) for header in headers
    )


def _is_named(value: str) -> bool:
    bracket = _IN_BRACKETS.search(value)
    return bool(bracket and any(letter.isalnum() for letter in value[: bracket.start()]))


def _find_author(headers: list[_Header]) -> str:
    for header in headers:
        if header.role == "from":
            return header.value
    return next((header.value for header in headers if _ADDRESS.search(header.value)), "")


# ----------------------------------------------------------------------------
# Sentences
# ----------------------------------------------------------------------------


def _find_sentence(lines: list[str], start: int, line: str) -> Introduction | None:
    if not ("@" in line or _NUMBER.search(line)) or match_key(line.partition(":")[0]):
        return None
    parts, number = [line.strip()], start + 1
    for _count in range(_MAX_WRAPPED):
        text = " ".join(parts)
        if _is_sentence(text):
            return None if _begins_below(parts) else Introduction(number)
        following = skip_blanks(lines, number, most=1)
        rest = lines[following][:_MAX_COLUMNS].strip() if following < len(lines) else ""
        before = lines[number - 1] if following == number else None
        if not rest or len(text) > _MAX_SENTENCE or not _is_torn(text, rest, before):
            break
        parts.append(rest)
        number = following + 1
    return None


def _begins_below(parts: list[str]) -> bool:
    """Whether the first lines of a sentence are prose that only stands above it."""
    whole = " ".join(parts)
    rests = (" ".join(parts[first:]) for first in range(1, len(parts)))
    return any(
        _is_sentence(rest)
        and not rest.startswith("<")
        and _is_moment(rest) is _is_moment(whole)
        and bool(_IN_BRACKETS.search(rest)) is bool(_IN_BRACKETS.search(whole))
        for rest in rests
    )


def _is_torn(text: str, rest: str, before: str | None) -> bool:
    """Whether a sentence goes on in ``rest``.

    It was broken to fit the page, round the address, or before "wrote".

    :param before: the line that ``rest`` stands below; None for a blank one between
    """
    if text.count("<") > text.count(">"):
        return True
    if rest.startswith(">"):
        return False
    if rest.startswith("<"):
        return True
    return before is not None and (
        len(before) >= _SHORTEST_WRAPPED
        or (rest.endswith((":", "：")) and len(rest) < _SHORTEST_WRAPPED)
    )


def _is_sentence(text: str) -> bool:
    """Whether ``text`` says when a message was written, and by whom."""
    text = text.rstrip(" *_")
    ends = text.endswith((":", "："))
    if len(text) > _MAX_SENTENCE or not (ends or "@" in text or _STAMPED.match(text)):
        return False
    bracket = _IN_BRACKETS.search(text)
    if bracket:
        return _names_address(text, bracket, ends)
    date, wrote = _NUMBER.search(text), _WROTE.search(text)
    if _STAMPED.match(text):
        return True
    if ends and date and wrote and wrote.start() < date.start():
        return _dates_last(text, wrote)
    if not (ends and date and wrote):
        return False
    rest = text[wrote.end() :]
    is_short = len(rest) < _LONGEST_NAME and not _SENTENCE_END.search(rest)
    return is_short and date.start() < _LATEST_DATE and _is_moment(text)


def _dates_last(text: str, wrote: re.Match[str]) -> bool:
    """Whether ``text`` is "Name wrote on 27.11.2026 10:00:"; of themselves people write it, too."""
    rest = text[wrote.end() :]
    name = _AUXILIARY.sub("", text[: wrote.start()]).split()
    return (
        1 <= len(name) <= _MAX_NAME_WORDS
        and all(word[:1].isupper() for word in name)
        and not any(_MYSELF.fullmatch(word) for word in name)
        and len(rest) < _LATEST_DATE
        and not re.search(r"[.!?;]\s|,\s*\D", _DATE_DOT.sub(" ", rest))
        and _is_moment(rest)
    )


def _names_address(text: str, bracket: re.Match[str], ends: bool) -> bool:
    """Whether a sentence with an address in brackets introduces what its owner wrote."""
    # Outlook writes "name <address<mailto:address>>".
    before, tail = text[: bracket.start()], _IN_BRACKETS.sub("", text[bracket.end() :])
    date = _NUMBER.search(before)
    dated = date is not None and date.start() < _LATEST_DATE and _is_moment(before)
    wrote_after, wrote_before = _WROTE.search(tail), _WROTE.search(before)
    if wrote_after and len(tail) < _LONGEST_TAIL:
        # "Name <address> wrote:"; without a colon a date stands before it, and nothing after it.
        return ends or (dated and wrote_after.end() == len(tail))
    if dated and wrote_before:
        return ends and len(tail) < _SHORT_TAIL
    if dated and ends:
        # In a language that nobody listed: "date, name <address>", and a word at most.
        name = before[max(found.end() for found in _NUMBER.finditer(before)) :]
        named = len(name) < _LONGEST_NAME and bracket[0].startswith("<")
        return named and len(tail) < _LONGEST_TAIL / 2
    # "2013/7/20 Name <address>", and nothing after it.
    return dated and _YEAR_FIRST.match(text) is not None and tail == ">"


def _is_moment(text: str) -> bool:
    """Whether ``text`` names a day, in whatever language: by its numbers alone."""
    text = _LINK.sub(" ", text[:_MAX_COLUMNS])
    text = _ADDRESS.sub(" ", text) if "@" in text else text
    numbers = [number for number in _NUMBER.findall(text) if len(number) <= 4]
    short = [number for number in numbers if len(number) <= 2]
    if any(len(number) == 4 and 1300 <= int(number) < 2700 for number in numbers):
        return bool(short)
    return len(short) >= 3 and bool(_CLOCK.search(text) or _NUMERIC_DATE.search(text))
