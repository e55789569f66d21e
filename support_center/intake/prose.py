"""What people write in their own words: one exact time, or a wish for some days or hours.

An exact time counts as one where every word of its phrase was understood, as in a form, and where
nothing round it takes it back or offers another one. Whatever else is said of days becomes a wish:
a window, parts of the day, weekdays on which it does not suit. A wish decides nothing, it only
says which free times are offered first; what is not understood of it is left out.

Text below a closing line, quoted text and what speaks of the past say nothing about the visit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import partial

from dateutil.easter import easter

from .lexicon import get_lexicon
from .places import find_address, find_phone
from .prose_words import PROSE_LANGUAGES, ProseWords, get_prose_words
from .request import AFTERNOON, EVENING, MORNING, PARTS, Wish
from .text import one_line
from .times import UnreadableTime
from .wording import read_words
from .zones import UTC

# From which hour of the day on it is this part.
PART_HOURS = {MORNING: (0, 12), AFTERNOON: (12, 17), EVENING: (17, 24)}

# How much of a mail is read, in characters and sentences: who wants a visit says so early.
_MAX_TEXT = 6_000
_MAX_SENTENCES = 60
_LONGEST_SENTENCE = 600
# A wish for a time further ahead is a slip, or is about something else.
_MOST_AHEAD = timedelta(days=400)
# How much of a sentence is shown as the words of the wish.
_SHOWN = 160
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Prose:
    """What was read: ``when`` is the phrase of the one exact time, as it was written."""

    when: str = ""
    wish: Wish | None = None
    phone: str = ""
    address: str = ""


def read_prose(text: str, *, sent: datetime, zone: tzinfo, region: str | None = None) -> Prose:
    """Read what a person wrote in sentences.

    :param text: the sender's own text, clean
    :param sent: aware; what "tomorrow" counts from
    :param zone: that of the writer
    :param region: two letters of the country in which a phone number without "+" counts
    """
    own = _PROGRAM_LINE.sub("", without_closing(text[:_MAX_TEXT]))
    sentences = list(_split(own))[:_MAX_SENTENCES]
    local = sent.astimezone(zone)
    best = max(
        (_read_in(get_prose_words(code), sentences, local) for code in _guess_languages(own)),
        key=lambda reading: reading.count,
    )
    return Prose(
        when=best.when,
        wish=None if best.when else best.conclude(),
        phone=find_phone(own, region),
        address=find_address(own),
    )


def read_wish(text: str, *, sent: datetime, zone: tzinfo) -> Wish | None:
    """What one phrase wishes for, as the value of a form may say it."""
    return read_prose(one_line(text)[:_LONGEST_SENTENCE], sent=sent, zone=zone).wish


# ----------------------------------------------------------------------------
# The text
# ----------------------------------------------------------------------------

_CLOSING = re.compile(
    r"\W{0,3}(?:(?:with |best |kind |kindest |warm |many )*(?:regards|wishes)|(?:yours )?sincerely|"
    r"yours (?:faithfully|truly)|cheers|thanks(?: a lot| in advance)?|thank you|many thanks|"
    r"(?:mit )?(?:freundliche[nm]?|viele[nm]?|beste[nm]?|liebe[nm]?|herzliche[nm]?|schöne[nm]?) "
    r"gr(?:u|ü|ue)(?:ß|ss)e?n?|mfg|vg|lg|hochachtungsvoll|vielen dank|danke(?: im voraus)?|"
    r"(?:bien |très )?cordialement|bien à vous|(?:sincères |meilleures )?salutations|merci"
    r"(?: d'avance)?|(?:un )?(?:cordial |atentos )?saludos?|atentamente|(?:muchas )?gracias|"
    r"(?:cordiali|distinti|cari) saluti|saluti|(?:mille )?grazie(?: mille)?)\b.{0,25}",
    re.I,
)
# A line that a mail program wrote, in a report or above what is forwarded: nobody's wish.
_PROGRAM_LINE = re.compile(
    r"^\W{0,3}(?:received|message-id|return-path|x-[\w-]{1,40}|sent|gesendet|envoyé|"
    r"enviado(?: el)?|inviato)\s?:.*$|^.*\b\d\d:\d\d:\d\d [+-]\d{4}\b.*$",
    re.I | re.M,
)
# "10. Dezember" does not end a sentence.
_SENTENCE_END = re.compile(
    r"(?<![\s(.]\d\.)(?<![\s(.]\d\d\.)(?<!^\d\.)(?<!^\d\d\.)(?<=[.!?])\s+(?=\S)"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:nr|no|tel|tél|str|st|dr|mr|mrs|ms|sr|sra|sig|bzw|ca|z\.b|a\.m|p\.m|e\.g|i\.e|d\.h|"
    r"approx|av|avda|bd|n|art)|\b\w)\.$",
    re.I,
)
# Mail programs break lines at 72 to 78 columns; a shorter line ended on purpose.
_WRAPPED = 50


def without_closing(text: str) -> str:
    """``text`` above the line with which its writer takes leave."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and len(line) < 60 and _CLOSING.fullmatch(line.strip()):
            return "\n".join(lines[:number])
    return text


def _split(text: str) -> Iterator[str]:
    """The sentences of a text, without the line breaks that a program put in."""
    lines = text.split("\n")
    block = ""
    for number, line in enumerate(lines):
        is_wrapped = number and len(lines[number - 1].rstrip()) >= _WRAPPED
        if block and line.strip() and is_wrapped:
            block = f"{block} {line.strip()}"
            continue
        yield from _split_block(block)
        block = line.strip()
    yield from _split_block(block)


def _split_block(block: str) -> Iterator[str]:
    start, kept = 0, ""
    pieces = _SENTENCE_END.split(block)
    for piece in pieces:
        kept = f"{kept} {piece}".strip()
        # What begins small, or with a number, goes on; so does what follows an abbreviation.
        if _ABBREVIATED.search(kept):
            continue
        start += 1
        yield kept[:_LONGEST_SENTENCE]
        kept = ""
    if kept:
        yield kept[:_LONGEST_SENTENCE]


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _guess_languages(text: str) -> tuple[str, ...]:
    """The language of a text by its small words, and those that are nearly as likely."""
    words = [word.lower() for word in _WORD.findall(text)]
    scores = {
        code: sum(
            (word in found.common) + 2 * (word in found.weekdays or word in found.months)
            for word in words
        )
        for code in PROSE_LANGUAGES
        for found in [get_prose_words(code)]
    }
    best = max(scores.values())
    found = [code for code, score in scores.items() if score >= best - 1]
    return tuple(sorted(found, key=lambda code: -scores[code]))


# ----------------------------------------------------------------------------
# What was read
# ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Span:
    """Days from ``start`` to ``stop``, both included; ``weekday`` where it was said by its name."""

    start: date
    stop: date
    weekday: int | None = None


@dataclass
class _Reading:
    """What the sentences say, in one language."""

    sent: datetime
    spans: list[_Span] = field(default_factory=list)
    since: list[date] = field(default_factory=list)
    until: list[date] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    no_parts: set[str] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)
    no_weekdays: set[int] = field(default_factory=set)
    no_days: set[date] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    is_soon: bool = False
    whens: list[tuple[str, date, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much was read, to tell one language from another."""
        lists = (self.spans, self.since, self.until, self.hours, self.parts, self.no_parts)
        more = (self.weekdays, self.no_weekdays, self.no_days, self.whens)
        return sum(len(each) for each in lists) + sum(len(each) for each in more) + self.is_soon

    @property
    def when(self) -> str:
        """The phrase of the one exact time; empty where there is none, or something beside it."""
        if len({phrase[2] for phrase in self.whens}) != 1:
            return ""
        phrase, day, _key = self.whens[0]
        others = [span for span in self.spans if not span.start == span.stop == day]
        beside = (others, self.since, self.until, self.hours, self.weekdays, self.no_weekdays)
        if any(beside) or self.no_days or self.no_parts:
            return ""
        return phrase

    def conclude(self) -> Wish | None:
        """One window from all that was said; None where nothing was."""
        today = self.sent.date()
        spans = self._place_weekdays([span for span in self.spans if self._is_ahead(span)])
        first = min((span.start for span in spans), default=None)
        last = max((span.stop for span in spans), default=None)
        for day in self.since:
            if today < day <= today + _MOST_AHEAD and (last is None or day <= last):
                first = max(first or day, day)
        for day in self.until:
            if today <= day <= today + _MOST_AHEAD and (first is None or first <= day):
                last = min(last or day, day)
        if first and first < today:
            first = today
        start = self._at(first, 0) if first else None
        stop = self._at(last + _ONE_DAY, 0) if last else None
        if self.is_soon and not start:
            start = self.sent
        parts = self._read_parts()
        if first and first == last and self.hours:
            start, stop = self._at(first, self.hours[0][0]), self._at(first, self.hours[-1][1])
        without = self._read_without(spans, first, last)
        if start and stop and stop <= self.sent:
            return None
        if not (start or stop or parts or without):
            return None
        return Wish(
            start and max(start, self.sent).astimezone(UTC),
            stop and stop.astimezone(UTC),
            parts,
            without,
            tuple(dict.fromkeys(self.words)),
        )

    def _place_weekdays(self, spans: list[_Span]) -> list[_Span]:
        """ "Next week on Tuesday or Wednesday": the weekdays are those of the week."""
        weeks = [span for span in spans if (span.stop - span.start).days == 6]
        named = [span for span in spans if span.weekday is not None and span.start == span.stop]
        if len(weeks) != 1 or not named or len(weeks) + len(named) != len(spans):
            return spans
        monday = weeks[0].start
        days = [monday + timedelta(days=span.weekday or 0) for span in named]
        return [_Span(day, day, day.weekday()) for day in days]

    def _is_ahead(self, span: _Span) -> bool:
        today = self.sent.date()
        if span.start == span.stop and span.start in self.no_days:
            return False
        return today <= span.stop and span.start <= today + _MOST_AHEAD

    def _at(self, day: date, hour: int) -> datetime:
        moment = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24))
        return moment.replace(tzinfo=self.sent.tzinfo)

    def _read_parts(self) -> tuple[str, ...]:
        wanted = set(self.parts)
        for since, until in self.hours:
            wanted |= {
                part
                for part, (begins, ends) in PART_HOURS.items()
                if since < ends and until > begins and not (part == EVENING and since < 8)
            }
        if not wanted and self.no_parts:
            wanted = set(PARTS)
        wanted -= self.no_parts
        return tuple(part for part in PARTS if part in wanted)

    def _read_without(
        self, spans: list[_Span], first: date | None, last: date | None
    ) -> tuple[int, ...]:
        """Weekdays on which it does not suit; where others are named, all but these."""
        without = set(self.no_weekdays)
        wanted = set(self.weekdays)
        if spans and first and last and (last - first).days < 14:
            # "Monday or Thursday": the days between were not asked for.
            named = {
                (span.start + timedelta(days=ahead)).weekday()
                for span in spans
                for ahead in range(min((span.stop - span.start).days, 6) + 1)
            }
            between = {
                (first + timedelta(days=ahead)).weekday()
                for ahead in range(min((last - first).days, 6) + 1)
            }
            if not wanted:
                without |= between - named
        if wanted:
            without |= set(range(7)) - wanted
        return tuple(sorted(without)) if len(without) < 7 else ()


def _read_in(words: ProseWords, sentences: list[str], sent: datetime) -> _Reading:
    reading = _Reading(sent)
    patterns = _Patterns.of(words)
    for sentence in sentences:
        before = reading.count
        _Sentence(words, patterns, sentence, reading).read()
        if reading.count > before:
            shown = one_line(sentence)
            reading.words.append(shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…")
    return reading


# ----------------------------------------------------------------------------
# One sentence
# ----------------------------------------------------------------------------

_PLAIN = str.maketrans(
    # What stands for days below is nobody's to write.
    dict.fromkeys("⟦⟧", " ")
    | dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_ELISION = re.compile(r"\b(l|d|jusqu|qu|n|s|j|c|dell|all|dall|nell|quest)'(?=\w)")
_GREETING = re.compile(
    r"\b(?:good (?:morning|afternoon|evening|day)|guten (?:morgen|tag|abend)|schönen (?:tag|abend)|"
    r"buenos días|buenas (?:tardes|noches)|buona (?:sera|giornata|serata)|bonne (?:journée|soirée)|"
    r"have a (?:nice|good|great) (?:day|week|weekend|evening)|(?:ein )?schöne[sn]? (?:wochenende|"
    r"woche)|"
    r"bon week-?end|buen fin de semana|buon (?:fine settimana|pomeriggio)|happy new year|"
    r"(?:merry|happy) christmas|frohe weihnachten|joyeux noël|feliz navidad|buon natale)\b"
)
# No is not always no.
_IDLE_NOT = re.compile(
    r"\b(?:no problem|why not|not (?:at all )?urgent|not in a hurry|no (?:hurry|rush)|kein problem|"
    r"warum nicht|nicht (?:so |sehr )?(?:dringend|eilig)|pas de (?:problème|souci)|pourquoi pas|"
    r"(?:n' est )?pas (?:très )?(?:urgent|pressé)|no hay (?:ningún )?problema|sin problemas?|"
    r"no (?:es|corre) (?:muy )?(?:urgente|prisa)|nessun problema|non c' è problema|"
    r"non è (?:molto )?urgente|perché no)\b"
)
# Politeness that makes no time less certain.
_POLITE = re.compile(
    r"\b(?:if (?:that is |that's |it is |it's |this is )?(?:possible|convenient|ok|okay|fine)"
    r"(?: (?:with|for) you)?|if (?:that|this|it) (?:suits|works)(?: for)?(?: you)?|if you can|"
    r"wenn (?:es )?(?:irgend )?(?:möglich|es geht|es passt|das geht|das passt|ihnen das "
    r"passt)(?: ist)?|"
    r"falls möglich|si (?:c' est |cela est |ça )?(?:possible|convient)|si cela vous convient|"
    r"si (?:es|fuera|le es) posible|si les viene bien|se (?:è )?possibile|se va bene|s' il vous "
    r"plaît)\b"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|otherwise|wenn|falls|sofern|sonst|si|sinon|se|altrimenti|si no)\b"
)
_CLAUSE = re.compile(
    r"[,;:()!?]|\s-\s|\b(?:but|aber|mais|pero|ma|però|deshalb|daher|donc|quindi|so that|sondern|"
    r"sino)\b"
)
_TOKEN = re.compile(r"\d[\d.:/h-]*\d|\d+|[^\W\d_]+(?:['-][^\W\d_]+)*'?|[^\w\s]")
_MARK = re.compile("⟦([dwpc])(\\d+)⟧")
_ITEM = r"⟦{kind}(\d+)⟧"


class _Patterns:
    """The compiled expressions of one language."""

    _known: dict[str, _Patterns] = {}

    @classmethod
    def of(cls, words: ProseWords) -> _Patterns:
        if words.code not in cls._known:
            cls._known[words.code] = cls(words)
        return cls._known[words.code]

    def __init__(self, words: ProseWords) -> None:
        self._compile_days(words)
        self._compile_spans(words)
        self._compile_hours(words)
        self._compile_bounds(words)

    def _compile_days(self, w: ProseWords) -> None:
        months = _join(w.months)
        weekdays = _join(w.weekdays)
        # So many at most: a mail may hold the word a thousand times.
        art, of = w.article.replace(")*", "){0,3}"), w.of
        lead = rf"(?:(?:{art})(?P<name>{weekdays})s?,? )?(?:{art})"
        nth = r"(?:\.|st|nd|rd|th|er|º|°)?"
        of_month = rf"(?:{of})(?P<month>{months})\b\.?(?:,? (?:{of}|del )?(?P<year>20\d\d))?"
        self.iso = _rx(rf"{lead}(?P<year>20\d\d)-(?P<m>\d\d)-(?P<day>\d\d)")
        self.full = _rx(
            rf"{lead}(?P<day>\d{{1,2}})[./-](?P<m>\d{{1,2}})[./-](?P<year>20\d\d|\d\d)(?!\d)"
        )
        self.dotted = _rx(rf"{lead}(?P<day>\d{{1,2}})\. ?(?P<m>\d{{1,2}})\.(?!\d)")
        self.slashed = _rx(rf"{lead}(?P<day>\d{{1,2}})/(?P<m>\d{{1,2}})(?![\d/])")
        self.month_range = _rx(
            rf"(?:{art})(?P<day>\d{{1,2}}){nth} ?(?:{w.to}|{w.and_}) "
            rf"?(?:{art})(?P<last>\d{{1,2}}){nth} ?"
            rf"{of_month}"
        )
        self.day_month = _rx(rf"{lead}(?P<day>\d{{1,2}}|1er|primo|primero|premier){nth} {of_month}")
        self.month_day = _rx(
            rf"{lead}(?P<month>{months})\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
            rf"(?:,? (?P<year>20\d\d))?"
        )
        self.day_of_month = _rx(w.day_of_month, bounds=False)
        self.weekday = _rx(
            rf"(?:(?P<any>{w.any_}|los|les|montags bis) )?(?:{art})?(?:(?P<next>{w.next}) |"
            rf"{w.this} )?"
            rf"(?P<name>{weekdays})(?P<plural>e?n?s)?(?: (?P<next2>{w.next}))?"
            rf"(?P<part>vormittag|nachmittag|abend|morgen|früh)?"
        )
        self.days = [(_rx(rf"{expression}"), ahead) for expression, ahead in w.days.items()]
        self.holidays = [(name, _rx(rf"(?:{art}){names}")) for name, names in w.holidays.items()]

    def _compile_spans(self, w: ProseWords) -> None:
        art, months = w.article.replace(")*", "){0,3}"), _join(w.months)
        number = _join(w.numbers) + r"|\d{1,2}"
        self.after_next = _rx(w.after_next)
        self.week_number = _rx(w.week_number)
        week = (
            rf"(?:(?P<next>{w.next}) {w.week}|(?P<this>{w.this}) {w.week}|"
            rf"{w.week} (?P<next2>{w.next}))"
        )
        self.part_of_week = _rx(
            rf"(?P<which>(?P<early>{w.early})|(?P<middle>{w.middle})|(?P<late>{w.late})) ?"
            rf"(?:{art})(?:{week}|(?P<plain>{w.week}))"
        )
        self.weekend = _rx(
            rf"(?:{art})(?:(?P<next>{w.next}) |(?P<this>{w.this}) )?(?:{w.weekend})"
            rf"(?: (?P<next2>{w.next}))?"
        )
        self.week = _rx(rf"(?:{art}){week}")
        month_name = rf"(?P<month>{months})(?: (?P<year>20\d\d))?"
        unit = (
            rf"(?:(?P<next>{w.next}) {w.month}|(?P<this>{w.this}) {w.month}|"
            rf"{w.month} (?P<next2>{w.next})|(?P<plain>{w.month}))"
        )
        self.part_of_month = _rx(
            rf"(?P<which>(?P<early>{w.early})|(?P<middle>{w.middle})|(?P<late>{w.late}))[ -]?"
            rf"(?:{art})(?:{month_name}|{unit})(?![ -]?\d)"
        )
        self.month = _rx(rf"(?:{art})(?:{unit.replace('|(?P<plain>' + w.month + ')', '')})")
        self.in_month = _rx(rf"(?:{w.in_month}) {month_name}(?![ -]?\d{{1,2}}\b)")
        self.in_days = _rx(w.in_days.replace("{n}", number))
        self.in_weeks = _rx(w.in_weeks.replace("{n}", number))
        self.within = _rx(w.within.replace("{n}", number))

    def _compile_hours(self, w: ProseWords) -> None:
        self.parts = [(name, _rx(expression)) for name, expression in w.parts.items()]
        self.clock = _rx(
            rf"(?:(?:at|um|à|a las|las|alle|ore|le ore|le|dalle|die) "
            rf")?(?:(?P<h>\d{{1,2}})(?:[:.]|h ?)(?P<min>\d\d)"
            rf"(?: ?(?P<half>[ap]\.?m)\b\.?)?{w.oclock}|(?P<h2>\d{{1,2}}) "
            rf"?(?:(?P<half2>[ap]\.?m)\b\.?|"
            rf"uhr\b|h\b|heures?\b|horas\b|o'clock\b))",
            bounds=False,
        )
        # In English only where no other noun follows it.
        ends = r"(?= ?(?:$|[,;!?)]|(?:would|is|on|and|or|please|in|works?|suits?|if|every|any)\b))"
        # "Dopo le 18", "a partir de las 16": a bare number is an hour where these stand before it.
        self.bare_hour = {
            "es": _rx(r"(?:a |de )?las (?P<h>\d{1,2})(?! ?(?:[:.]\d|h))"),
            "it": _rx(r"(?:alle|dalle|delle|le ore|ore|le) (?P<h>\d{1,2})(?! ?(?:[:.]\d|h))"),
            "en": _rx(rf"(?<=after )(?P<h>\d{{1,2}}){ends}|(?<=before )(?P<h2>\d{{1,2}}){ends}"),
        }.get(w.code)
        self.soon = _rx(w.soon)
        self.past = _rx(w.past)
        self.away = _rx(w.away)
        self.doubt = _rx(w.doubt)

    def _compile_bounds(self, w: ProseWords) -> None:
        art = w.article.replace(")*", "){0,3}")
        gap = rf" ?(?:{art})"
        day, hour = r"⟦d(\d+)⟧", r"(?:⟦c(\d+)⟧|(\d{1,2})\b)"
        from_ = (
            r"(?:from|von|vom|du|de|del|desde|dal|dalla|dall'|da|entre|zwischen|between|tra|fra|"
            r"le|il|el)"
        )
        self.day_range = _rx(rf"(?:{from_}{gap})?{day} ?(?:{w.to}){gap}{day}", bounds=False)
        self.between_days = _rx(rf"{w.between}{gap}{day} {w.and_}{gap}{day}", bounds=False)
        between = rf"(?:{w.between}|{from_})"
        self.between_hours = _rx(
            rf"\b{between}(?: le| las| ore| the hours of)? ?{hour}(?:{w.oclock}) ?"
            rf"(?:{w.and_}|{w.to})(?: le| las| ore)? ?{hour}",
            bounds=False,
        )
        self.hour_range = _rx(rf"⟦c(\d+)⟧ ?(?:{w.to}) ?⟦c(\d+)⟧", bounds=False)
        no = w.not_
        self.bounds = [
            ("since", _rx(rf"\b(?:{w.since}){gap}⟦([dc])(\d+)⟧", bounds=False)),
            (
                "since",
                _rx(
                    r"⟦([d])(\d+)⟧ (?:onwards?|or later|oder später|in poi|ou plus tard|"
                    r"en adelante|o más tarde)",
                    bounds=False,
                ),
            ),
            ("until", _rx(rf"\b(?:{w.until}){gap}⟦([dc])(\d+)⟧", bounds=False)),
            (
                "until",
                _rx(
                    r"⟦([d])(\d+)⟧ (?:at the latest|spätestens|au plus tard|como muy tarde|"
                    r"a más tardar|al più tardi)",
                    bounds=False,
                ),
            ),
            ("since", _rx(rf"\b(?:{no}) (?:{w.before}){gap}⟦([dc])(\d+)⟧", bounds=False)),
            ("until", _rx(rf"\b(?:{no}) (?:{w.after}){gap}⟦([dc])(\d+)⟧", bounds=False)),
            ("before", _rx(rf"\b(?:{w.before}){gap}⟦([dc])(\d+)⟧", bounds=False)),
            ("after", _rx(rf"\b(?:{w.after}){gap}⟦([dc])(\d+)⟧", bounds=False)),
        ]
        items = rf"⟦[dwp]\d+⟧(?: ?(?:,|{w.or_}) ?(?:{art})⟦[dwp]\d+⟧)*"
        self.no_before = _rx(
            rf"\b(?:{no})\b(?: [^\s⟦⟧,;.]+){{0,3}}? (?:{art})?(?P<items>{items})", bounds=False
        )
        self.no_after = _rx(
            rf"(?P<items>{items})(?: [^\s⟦⟧,;.]+){{0,3}}? (?:{no})\b(?! (?:before|after|vor|nach|"
            rf"avant|après|antes|prima|dopo))",
            bounds=False,
        )


def _join(names: object) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))  # type: ignore[call-overload]


def _rx(expression: str, *, bounds: bool = True) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)" if bounds else expression)


class _Sentence:
    """One sentence, in which what is understood is replaced by marks, step by step."""

    def __init__(
        self, words: ProseWords, patterns: _Patterns, text: str, reading: _Reading
    ) -> None:
        self.words, self.patterns, self.reading = words, patterns, reading
        self.original = text
        self.today = reading.sent.date()
        self.found: list[object] = []
        plain = one_line(text.translate(_PLAIN)).lower()
        plain = _GREETING.sub(" ", _ELISION.sub(r"\1' ", plain))
        # The full stop may end a day as well: "nach dem 10."
        self.text = re.sub(r"(?<!\d)\.+$", "", one_line(_IDLE_NOT.sub(" ", plain)))

    def read(self) -> None:
        self._find_when()
        self._mark_days()
        self._mark_parts_and_hours()
        self._drop_other_matters()
        if self.patterns.soon.search(self.text):
            self.reading.is_soon = True
        self._take_bounds()
        self._take_negations()
        self._take_rest()

    # -- one exact time --------------------------------------------------------

    def _find_when(self) -> None:
        """Phrases of this sentence that are one exact time, with nothing round them against it."""
        plain = self.original.translate(_PLAIN)
        for start, end in self._list_runs(plain):
            found = self._read_run(plain, start, end)
            if found:
                phrase, day, key, begins, ends = found
                if self._is_certain(plain, begins, ends):
                    self.reading.whens.append((phrase, day, key))
                else:
                    # Not certain: that there are two keeps either from being taken.
                    self.reading.whens += [(phrase, day, key), ("", day, "?")]

    def _list_runs(self, text: str) -> Iterator[tuple[int, int]]:
        """Where words about times stand together."""
        lexicon = get_lexicon(self.words.code)
        run: list[re.Match[str]] = []
        for match in [*_TOKEN.finditer(text), None]:
            if match and self._is_of_time(match[0], lexicon.knows):
                run.append(match)
                continue
            if match and run and match[0] in ",.-/()" and run:
                run.append(match)
                continue
            if any(any(letter.isdigit() for letter in each[0]) for each in run):
                yield run[0].start(), run[-1].end()
            run = []

    def _is_of_time(self, token: str, knows: Callable[[str], bool]) -> bool:
        low = token.lower()
        if low[0].isdigit() or knows(low):
            return True
        return low.endswith("s") and low[:-1] in self.words.weekdays

    def _read_run(self, text: str, start: int, end: int) -> tuple[str, date, str, int, int] | None:
        for begins, ends in self._list_cuts(text, start, end):
            phrase = self._without_connecting(text[begins:ends])
            if len(phrase) > 80:
                continue
            try:
                clue = read_words(phrase, self.reading.sent)
            except UnreadableTime:
                continue
            if clue.day and clue.clock and not self._holds_meaning(text, start, begins, ends, end):
                key = f"{clue.day} {clue.clock} {clue.zone}"
                return phrase, clue.day, key, begins, ends
        return None

    def _without_connecting(self, phrase: str) -> str:
        """``phrase`` without words at its end that lead to something else: "14:00 por favor"."""
        connecting = get_lexicon(self.words.code).connecting
        words = phrase.strip(" ,.;:-()").split(" ")
        while words and words[-1].lower().strip(",.") in connecting:
            words.pop()
        return " ".join(words).strip(" ,.;:-()")

    def _list_cuts(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The whole of a run first, then what stands between its commas."""
        yield start, end
        commas = [match.start() for match in re.finditer(r",|\s-\s|[()]", text[start:end])]
        edges = [start, *(start + comma for comma in commas), end]
        for first in range(len(edges) - 1):
            for last in range(len(edges) - 1, first, -1):
                if (edges[first], edges[last]) != (start, end):
                    yield edges[first], edges[last]

    def _holds_meaning(self, text: str, start: int, begins: int, ends: int, end: int) -> bool:
        """Whether what was cut off says "or", "before" or the like."""
        meanings = get_lexicon(self.words.code).meanings
        rest = f"{text[start:begins]} {text[ends:end]}".lower()
        return any(word in meanings for word in _WORD.findall(rest))

    def _is_certain(self, text: str, begins: int, ends: int) -> bool:
        """Whether nothing in the clause, before or behind it, takes the time back."""
        before = _POLITE.sub(" ", self._normal(text[:begins]))
        behind = _POLITE.sub(" ", self._normal(text[ends:]))
        clause_before = _CLAUSE.split(before)[-1]
        pieces = _CLAUSE.split(behind)
        clause = f"{clause_before} {pieces[0]}"
        following = pieces[1] if len(pieces) > 1 else ""
        patterns = self.patterns
        if patterns.past.search(clause) or patterns.away.search(clause):
            return False
        if patterns.doubt.search(_IDLE_NOT.sub(" ", clause)):
            return False
        if patterns.doubt.search(following) and not _is_about_fault(following):
            return False
        return not _CONDITION.search(before)

    def _normal(self, text: str) -> str:
        return _ELISION.sub(r"\1' ", text.lower())

    # -- days ----------------------------------------------------------------

    def _mark_days(self) -> None:
        patterns = self.patterns
        self._put("d", patterns.after_next, lambda m: self._week(2))
        self._put("d", patterns.week_number, lambda m: self._numbered_week(int(m[1])))
        self._put("d", patterns.iso, self._dated)
        self._put("d", patterns.full, self._dated)
        self._put("d", patterns.month_range, self._month_range)
        self._put("d", patterns.day_month, self._dated)
        if self.words.code == "en":
            self._put("d", patterns.month_day, self._dated)
        self._put("d", patterns.dotted, self._dated)
        self._put("d", patterns.slashed, self._slashed)
        self._put("d", patterns.day_of_month, self._day_of_month, keep=1)
        self._put("d", patterns.weekend, self._weekend)
        self._put("d", patterns.part_of_week, self._part_of_week)
        self._put("d", patterns.week, lambda m: self._week(0 if m["this"] else 1))
        self._put("d", patterns.part_of_month, self._part_of_month)
        self._put("d", patterns.month, self._part_of_month)
        self._put("d", patterns.in_month, self._part_of_month)
        for name, expression in patterns.holidays:
            self._put("d", expression, partial(self._holiday, name))
        self._put("d", patterns.within, self._within)
        self._put("d", patterns.in_weeks, lambda m: self._week(self._number(m[1])))
        self._put("d", patterns.in_days, lambda m: self._ahead(self._number(m[1])))
        for expression, ahead in patterns.days:
            self._put("d", expression, partial(self._on_day, ahead))
        self._mark_tomorrow()
        self._put_weekdays()

    def _put(
        self,
        kind: str,
        pattern: re.Pattern[str],
        make: Callable[[re.Match[str]], object],
        keep: int = 0,
    ) -> None:
        """Replace what a pattern finds by a mark; what comes to nothing stays."""

        def replace(match: re.Match[str]) -> str:
            try:
                made = make(match)
            except (ValueError, OverflowError):
                # No such day.
                return match[0]
            if made is None:
                return match[0]
            self.found.append(made)
            kept = match[keep] if keep else ""
            return f"{kept}⟦{kind}{len(self.found) - 1}⟧"

        self.text = pattern.sub(replace, self.text)

    def _mark_tomorrow(self) -> None:
        """ "Morgen" and "mañana" are tomorrow where they are no morning."""
        if self.words.code == "de":
            pattern = r"(?<!am )(?<!frühen )(?<!jeden )\bmorgen\b"
        elif self.words.code == "es":
            pattern = r"(?<!la )(?<!las )(?<!esta )\bmañana\b"
        else:
            return
        self._put("d", re.compile(pattern), lambda m: self._ahead(1))

    def _number(self, text: str) -> int:
        return self.words.numbers.get(text) or int(text)

    def _on_day(self, ahead: int, _match: re.Match[str]) -> _Span:
        return self._ahead(ahead)

    def _ahead(self, days: int) -> _Span:
        day = self.today + timedelta(days=days)
        return _Span(day, day)

    def _within(self, match: re.Match[str]) -> _Span:
        number = self._number(match[1])
        is_weeks = match[2].startswith(("w", "sem", "sett"))
        return _Span(self.today, self.today + timedelta(days=number * (7 if is_weeks else 1)))

    def _monday(self, weeks: int) -> date:
        return self.today + timedelta(days=7 * weeks - self.today.weekday())

    def _week(self, weeks: int) -> _Span:
        monday = self._monday(weeks)
        return _Span(monday, monday + timedelta(days=6))

    def _numbered_week(self, number: int) -> _Span:
        year = self.today.year
        monday = date.fromisocalendar(year, number, 1)
        if monday + timedelta(days=6) < self.today:
            monday = date.fromisocalendar(year + 1, number, 1)
        return _Span(monday, monday + timedelta(days=6))

    def _part_of_week(self, match: re.Match[str]) -> _Span:
        groups = match.groupdict()
        weeks = 1 if groups.get("next") or groups.get("next2") else 0
        monday = self._monday(weeks)
        first, last = (0, 1) if groups["early"] else (1, 3) if groups["middle"] else (3, 4)
        return _Span(monday + timedelta(days=first), monday + timedelta(days=last))

    def _weekend(self, match: re.Match[str]) -> _Span:
        # "Next weekend", said on a Monday, is the one of this week to most.
        saturday = self._monday(0) + timedelta(days=5)
        return _Span(saturday, saturday + _ONE_DAY)

    def _part_of_month(self, match: re.Match[str]) -> _Span | None:
        groups = match.groupdict()
        if groups.get("month"):
            number = self.words.months[groups["month"]]
            year = int(groups.get("year") or self._year_of(number))
        else:
            ahead = 1 if groups.get("next") or groups.get("next2") else 0
            number = (self.today.month - 1 + ahead) % 12 + 1
            year = self.today.year + (self.today.month - 1 + ahead) // 12
        last = (date(year + number // 12, number % 12 + 1, 1) - _ONE_DAY).day
        if groups.get("early"):
            return _Span(date(year, number, 1), date(year, number, 10))
        if groups.get("middle"):
            return _Span(date(year, number, 10), date(year, number, 20))
        if groups.get("late"):
            return _Span(date(year, number, 20), date(year, number, last))
        return _Span(date(year, number, 1), date(year, number, last))

    def _year_of(self, month: int) -> int:
        return self.today.year + (month < self.today.month)

    def _dated(self, match: re.Match[str]) -> _Span | None:
        groups = match.groupdict()
        written = groups["day"]
        day = int(written) if written.isdigit() else 1
        month = int(groups["m"]) if groups.get("m") else self.words.months[groups["month"]]
        if groups.get("m") and self.words.code == "en" and "/" in match[0]:
            # Half the world writes the month first.
            if month > 12 >= day:
                day, month = month, day
            elif day <= 12 and month != day:
                return None
        return self._make_day(day, month, groups.get("year"), groups.get("name"))

    def _slashed(self, match: re.Match[str]) -> _Span | None:
        if self.words.code == "en":
            return None
        return self._make_day(int(match["day"]), int(match["m"]), None, match["name"])

    def _make_day(
        self, day: int, month: int, year: str | None, weekday: str | None
    ) -> _Span | None:
        if year:
            found = date(int(year) + 2000 * (len(year) == 2), month, day)
        else:
            found = date(self.today.year, month, day)
            if found < self.today:
                # Said of one some weeks ago, it is a day of the past.
                if self.today - found < timedelta(days=90):
                    return _Span(found, found)
                found = date(self.today.year + 1, month, day)
        if weekday and self.words.weekdays[weekday] != found.weekday():
            return None
        return _Span(found, found, found.weekday() if weekday else None)

    def _month_range(self, match: re.Match[str]) -> _Span | None:
        first = self._make_day(
            int(match["day"]), self.words.months[match["month"]], match["year"], None
        )
        last = self._make_day(
            int(match["last"]), self.words.months[match["month"]], match["year"], None
        )
        if not first or not last or last.start < first.start:
            return None
        return _Span(first.start, last.stop)

    def _day_of_month(self, match: re.Match[str]) -> _Span | None:
        day = int(match[2])
        if not 1 <= day <= 31:
            return None
        first = self.today.replace(day=1)
        for ahead in range(3):
            number = first.month - 1 + ahead
            try:
                found = date(first.year + number // 12, number % 12 + 1, day)
            except ValueError:
                continue
            if found >= self.today:
                return _Span(found, found)
        return None

    def _holiday(self, name: str, _match: re.Match[str]) -> _Span:
        year = self.today.year
        if name == "christmas":
            found = _Span(date(year, 12, 24), date(year, 12, 26))
        elif name == "new_year":
            found = _Span(date(year, 12, 31), date(year + 1, 1, 1))
        else:
            sunday = easter(year)
            if sunday < self.today:
                sunday = easter(year + 1)
            found = _Span(sunday - timedelta(days=2), sunday + _ONE_DAY)
        if found.stop < self.today:
            found = _Span(
                found.start.replace(year=year + 1), found.stop.replace(year=found.stop.year + 1)
            )
        return found

    def _put_weekdays(self) -> None:
        def replace(match: re.Match[str]) -> str:
            number = self.words.weekdays[match["name"]]
            part = match["part"] or ""
            name = {"vormittag": MORNING, "morgen": MORNING, "früh": MORNING}.get(part)
            name = name or {"nachmittag": AFTERNOON, "abend": EVENING}.get(part)
            added = ""
            if name:
                self.found.append(name)
                added = f" ⟦p{len(self.found) - 1}⟧"
            any_ = match["any"] or ""
            is_any = (bool(any_) and any_ not in ("on", "an")) or bool(match["plural"])
            if is_any:
                self.found.append(number)
                return f"⟦w{len(self.found) - 1}⟧{added}"
            ahead = (number - self.today.weekday()) % 7 or 7
            day = self.today + timedelta(days=ahead)
            is_next = match["next"] or match["next2"]
            last = day
            if is_next and number > self.today.weekday() and self.words.code in ("en", "de"):
                # The one of this week to some, the one of next week to others.
                last = day + _ONE_WEEK
            self.found.append(_Span(day, last, number))
            return f"⟦d{len(self.found) - 1}⟧{added}"

        self.text = self.patterns.weekday.sub(replace, self.text)

    # -- parts and hours --------------------------------------------------------

    def _mark_parts_and_hours(self) -> None:
        for name, expression in self.patterns.parts:
            self._put("p", expression, partial(_name_part, name))
        self._put("c", self.patterns.clock, self._clock)
        if self.patterns.bare_hour:
            self._put("c", self.patterns.bare_hour, self._bare_hour)

    def _bare_hour(self, match: re.Match[str]) -> int | None:
        groups = match.groupdict()
        hour = int(groups["h"] or groups["h2"])
        return hour if hour <= 24 else None

    def _clock(self, match: re.Match[str]) -> int | None:
        hour = int(match["h"] or match["h2"])
        half = (match["half"] or match["half2"] or "")[:1]
        if half == "p" and hour < 12:
            hour += 12
        return hour if hour <= 24 else None

    # -- what else the sentence is about ----------------------------------------

    def _drop_other_matters(self) -> None:
        """Leave out the days of clauses that speak of the past, or of when nobody is there."""
        pieces: list[str] = []
        position = 0
        for match in [*_CLAUSE.finditer(self.text), None]:
            end = match.start() if match else len(self.text)
            pieces.append(self._keep_wishes(self.text[position:end]))
            if match:
                pieces.append(match[0])
                position = match.end()
        self.text = "".join(pieces)

    def _keep_wishes(self, clause: str) -> str:
        if not _MARK.search(clause):
            return clause
        if self.patterns.past.search(clause):
            return _MARK.sub(" ", clause)
        if self.patterns.away.search(clause):
            self._take_absence(clause)
            return _MARK.sub(" ", clause)
        return clause

    def _take_absence(self, clause: str) -> None:
        """ "Away until the 10th" asks for a time after it; "not there on Friday" for none then."""
        for match in self.patterns.day_range.finditer(clause):
            self.reading.since.append(self._day(match[2]).stop + _ONE_DAY)
            return
        for kind, expression in self.patterns.bounds:
            for match in expression.finditer(clause):
                if kind == "until" and match[1] == "d":
                    self.reading.since.append(self._day(match[2]).stop + _ONE_DAY)
                    return
                if kind in ("since", "after") and match[1] == "d":
                    self.reading.until.append(self._day(match[2]).start - _ONE_DAY)
                    return
        for mark in _MARK.finditer(clause):
            self._exclude(mark[1], self.found[int(mark[2])])

    def _day(self, number: str) -> _Span:
        found = self.found[int(number)]
        assert isinstance(found, _Span)
        return found

    # -- windows -------------------------------------------------------------

    def _take_bounds(self) -> None:
        for pattern in (self.patterns.between_days, self.patterns.day_range):
            self.text = pattern.sub(self._take_day_range, self.text)
        for pattern in (self.patterns.between_hours, self.patterns.hour_range):
            self.text = pattern.sub(self._take_hour_range, self.text)
        for kind, expression in self.patterns.bounds:
            self.text = expression.sub(partial(self._take_bound, kind), self.text)

    def _take_day_range(self, match: re.Match[str]) -> str:
        first, last = self._day(match[1]), self._day(match[2])
        stop = last.stop
        if stop < first.start and last.weekday is not None:
            # "Thursday to Monday"
            stop += _ONE_WEEK
        if stop < first.start:
            return match[0]
        self.found.append(_Span(first.start, stop))
        return f"⟦d{len(self.found) - 1}⟧"

    def _take_hour_range(self, match: re.Match[str]) -> str:
        groups = match.groups()
        if len(groups) == 2:
            first, last = (self.found[int(group)] for group in groups)
        else:
            first, last = (
                self.found[int(marked)] if marked else int(bare)
                for marked, bare in (groups[:2], groups[2:])
            )
        if not isinstance(first, int) or not isinstance(last, int) or max(first, last) > 24:
            return match[0]
        # "Between two and five" is in the afternoon.
        first, last = (hour + 12 if 1 <= hour <= 6 else hour for hour in (first, last))
        if first >= last:
            return match[0]
        self.reading.hours.append((first, last))
        return " "

    def _take_bound(self, kind: str, match: re.Match[str]) -> str:
        if match[1] == "c":
            hour = self.found[int(match[2])]
            assert isinstance(hour, int)
            hour = hour + 12 if 1 <= hour <= 6 else hour
            is_since = kind in ("since", "after")
            self.reading.hours.append((hour, 24) if is_since else (0, hour))
            return " "
        span = self._day(match[2])
        if kind == "since" and self._is_since_then(match):
            return " "
        if kind == "since":
            self.reading.since.append(span.start)
        elif kind == "after":
            self.reading.since.append(span.stop + _ONE_DAY)
        elif kind == "until":
            self.reading.until.append(span.stop)
        else:
            self.reading.until.append(span.start - _ONE_DAY)
        return " "

    def _is_since_then(self, match: re.Match[str]) -> bool:
        """Whether "desde el lunes" and "da lunedì" tell how long something does not work."""
        is_either = match[0].split()[0] in ("desde", "da", "dal", "dall'", "von", "vom")
        return is_either and bool(re.search(rf"\b(?:{self.words.not_})\b", match.string))

    # -- what does not suit ------------------------------------------------------

    def _take_negations(self) -> None:
        for pattern in (self.patterns.no_before, self.patterns.no_after):
            self.text = pattern.sub(self._take_negation, self.text)

    def _take_negation(self, match: re.Match[str]) -> str:
        for mark in _MARK.finditer(match["items"]):
            self._exclude(mark[1], self.found[int(mark[2])])
        return " "

    def _exclude(self, kind: str, found: object) -> None:
        if kind == "p":
            self.reading.no_parts.add(str(found))
        elif isinstance(found, _Span):
            if found.weekday is not None:
                self.reading.no_weekdays.add(found.weekday)
            if found.start == found.stop:
                self.reading.no_days.add(found.start)
        elif kind == "w" and isinstance(found, int):
            self.reading.no_weekdays.add(found)

    def _take_rest(self) -> None:
        for mark in _MARK.finditer(self.text):
            kind, found = mark[1], self.found[int(mark[2])]
            if kind == "p":
                self.reading.parts.add(str(found))
            elif kind == "w" and isinstance(found, int):
                self.reading.weekdays.add(found)
            elif isinstance(found, _Span):
                self.reading.spans.append(found)


def _name_part(name: str, _match: re.Match[str]) -> str:
    return name


def _is_about_fault(clause: str) -> bool:
    """Whether a negation is of the machine: "it does not print any more"."""
    return bool(
        re.search(
            r"\b(?:work|print|start|heat|cool|turn|open|close|funktioniert|geht|druckt|startet|"
            r"heizt|"
            r"läuft|fonctionne|marche|imprime|chauffe|démarre|funciona|imprime|calienta|arranca|"
            r"enciende|funziona|stampa|scalda|parte|accende)\b",
            clause,
        )
        and not re.search(r"\b(?:or|oder|ou|o|oppure|if|wenn|falls|si|se|sinon|unless)\b", clause)
    )
