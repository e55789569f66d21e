"""Dates and times as people write them in mails, in seven languages.

A time is taken only when every word of its phrase was understood, since a wrong guess sends a
technician at the wrong hour. The text is cut into tokens, see ``word_tokens``, and each language
by itself tries to use up all of them; what remains is asked about. Where two languages understand
every word and do not come to the same ("half 3"), that is asked about too. Days that are counted
in other words than those of ``lexicon`` ("in zwei Tagen") are worked out by ``counted_days``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from .counted_days import count_days
from .lexicon import LANGUAGES, MORNING, NOON, Lexicon, Part, get_lexicon
from .times import Clue, UnreadableTime, make_clock, make_day
from .word_tokens import Token, cut, find_next_day

# An hour up to this one that says neither morning nor afternoon may be meant in either.
_LAST_UNSURE_HOUR = 6
# Minutes that are said before the hour in figures: "ten past two".
_SPOKEN_MINUTES = frozenset({5, 10, 15, 20, 25})
_MINUTES = frozenset("minutes minute min mn minuten minuti minutos mins".split())

_TWO_WORDS = {"pasado-mañana": ("es", 2), "depois-de-amanhã": ("pt", 2)}
# What a phrase may say besides one time, the gravest first, and the reason that is told.
_REASONS = {
    "repeated": ("ambiguous", "repeated"),
    "either": ("ambiguous", "several_times"),
    "both": ("ambiguous", "several_times"),
    "bound": ("ambiguous", "bound"),
    "negation": ("ambiguous", "bound"),
    "vague": ("invalid", "vague"),
}


@dataclass(frozen=True)
class Hour:
    """An hour as it was written; ``sure`` where morning or afternoon is beyond doubt."""

    clock: tuple[int, int, int]
    sure: bool
    marked: bool = False
    spoken: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a language does not take the phrase; ``left`` are the words that it does not know."""

    code: str
    reason: str | None = None
    options: str = ""
    left: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """The lowest one says most."""
        telling = self.reason is not None or self.code.startswith("missing")
        return (len(self.left), not telling)


class _Refused(Exception):
    def __init__(self, code: str, reason: str | None = None, options: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, reason, options)


def read_words(text: str, sent: datetime) -> Clue:
    """What ``text`` says about day, hour and zone.

    :param text: one line
    :param sent: when it was written, in the zone of the writer; "tomorrow"
        counts from there
    :raise UnreadableTime: for what is no time, may be more than one, or holds a word that no
        language knows; ``words`` of its params names these
    """
    tokens = cut(text, sent)
    clues: list[Clue] = []
    refusals: list[Refusal] = []
    for code in LANGUAGES:
        found = _read_in(get_lexicon(code), tokens, sent)
        if isinstance(found, Clue):
            clues.append(found)
        else:
            refusals.append(found)
    grave = [each for each in refusals if not each.left and each.reason in _GRAVE]
    if clues and not grave:
        return _agree(clues)
    if clues:
        refusals = grave
    refusal = min(refusals, key=lambda each: each.rank)
    params = {
        "reason": refusal.reason,
        "options": refusal.options,
        "words": " ".join(refusal.left)[:60] if refusal.reason == "words" else "",
    }
    raise UnreadableTime(refusal.code, **{name: value for name, value in params.items() if value})


# In one language a word may say this, which the same letters in another one do not undo.
_GRAVE = frozenset({reason for _code, reason in _REASONS.values()} | {"midnight"})


def _agree(clues: list[Clue]) -> Clue:
    """What all languages read that understand every word."""
    times = {(clue.day, clue.clock, clue.zone): clue for clue in clues}
    if len(times) > 1:
        options = sorted(
            {
                f"{clue.day:%d.%m.%Y} {clue.clock[0]:02}:{clue.clock[1]:02}"
                for clue in times.values()
                if clue.day and clue.clock
            }
        )
        raise UnreadableTime("ambiguous", reason="languages", options=", ".join(options))
    return clues[0]


# ----------------------------------------------------------------------------
# One language
# ----------------------------------------------------------------------------


def _read_in(lexicon: Lexicon, tokens: list[Token], sent: datetime) -> Clue | Refusal:
    phrase = _Phrase(lexicon, tokens, sent)
    try:
        phrase.take_all()
        if phrase.left:
            counted = count_days(lexicon, tokens, phrase.left, sent)
            if counted:
                phrase = _Phrase(lexicon, counted, sent)
                phrase.take_all()
        return phrase.conclude()
    except _Refused as error:
        left = tuple(dict.fromkeys(phrase.list_unknown()))
        return Refusal(error.refusal.code, error.refusal.reason, error.refusal.options, left)
    except UnreadableTime as error:
        # "15.30." is no day of a language that does not know the "alle" before it; another one may.
        return Refusal(error.code, error.params.get("reason"), error.params.get("options", ""))


@dataclass
class _Phrase:
    """The tokens of one phrase, used up from left to right in one language."""

    lexicon: Lexicon
    tokens: list[Token]
    sent: datetime
    days: list[Token] = field(default_factory=list)
    weekdays: list[int] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    zones: list[tuple[str | None, object]] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    #: Positions of tokens that nothing used.
    left: list[int] = field(default_factory=list)
    noons: int = 0
    midnights: int = 0
    is_next: bool = False
    #: What may follow the connecting words before this token; None where none stand there.
    open_to: frozenset[str] | None = None
    #: The words of ``open_to``.
    opened_at: int = 0
    #: The kind of the last thing before this token.
    after: str = ""

    # -- walking -------------------------------------------------------------

    def take_all(self) -> None:
        """Use up the tokens; those that say nothing known are in ``left``."""
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.kind == "mark":
                # A full stop may end an abbreviation.
                if token.text != ".":
                    self._close()
                at += 1
                continue
            end, kind = self._take(at)
            if end > at:
                if self.open_to is not None and not self.open_to & set(kind):
                    self._close()
                self.open_to = None
                self.after = kind
                at = end
                continue
            self._leave_or_connect(at)
            at += 1
        self._close()

    def _leave_or_connect(self, at: int) -> None:
        word = self.tokens[at].text
        follows = self.lexicon.connecting.get(word)
        if self.lexicon.meanings.get(word) == "about":
            self.meanings.append("about")
            if "C" in self.after and not self._is_time_like(at + 1):
                return
            follows = "C"
        if follows is None:
            self.left.append(at)
            # What stands before an unknown word is told with it.
            self.open_to = None
            self.after = ""
            return
        if self.open_to is None:
            self.opened_at = at
            self.open_to = frozenset("CDP")
        self.open_to &= frozenset(follows)
        if not self.open_to:
            self._close()

    def _close(self) -> None:
        """A connecting word that leads to nothing is one that was not understood."""
        if self.open_to is not None:
            self.left.append(self.opened_at)
        self.open_to = None

    def _take(self, at: int) -> tuple[int, str]:
        """Use what begins at a token.

        :return: position after it, the same one where nothing was used, and its kinds: ``D`` a
            day, ``C`` an hour, ``P`` a part of the day, or another letter
        """
        for take, kind in (
            (self._take_day, "D"),
            (self._take_hour, "C"),
            (self._take_noon, "CP"),
            (self._take_named_day, "D"),
            (self._take_part, "P"),
            (self._take_zone, "Z"),
            (self._take_meaning, "M"),
        ):
            end = take(at)
            if end > at:
                return end, kind
        return at, ""

    def _word(self, at: int) -> str:
        """The word at a position; empty where there is none.

        The zone "cet" is French for "this" as well.
        """
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        is_word = token.kind == "word" or (token.kind == "zone" and token.text.islower())
        return token.text if is_word else ""

    def _number(self, at: int) -> int | None:
        """The number at a position, in figures or in words."""
        if not 0 <= at < len(self.tokens):
            return None
        token = self.tokens[at]
        return token.number if token.kind == "number" else self.lexicon.numbers.get(token.text)

    def _is_figures(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"

    def _is_time_like(self, at: int) -> bool:
        is_clock = at < len(self.tokens) and self.tokens[at].kind in ("clock", "dotted")
        return is_clock or self._number(at) is not None

    def _after_mark(self, at: int, marks: str) -> int:
        """The position after an optional mark."""
        is_mark = at < len(self.tokens) and self.tokens[at].kind == "mark"
        return at + (is_mark and self.tokens[at].text in marks)

    # -- days ----------------------------------------------------------------

    def _take_day(self, at: int) -> int:
        token = self.tokens[at]
        if token.kind == "day":
            self.days.append(token)
            return at + 1
        if token.kind == "dotted" and self._is_dotted_day(at):
            day, month, _second = token.clock
            found = find_next_day(month, day, self.sent.date())
            self.days.append(Token("day", token.text, found, origin="year"))
            return at + 1
        return self._take_day_of_month(at)

    def _is_dotted_day(self, at: int) -> bool:
        """Whether "15.01." is a day: not after "at", before "o'clock" or beside a whole date."""
        token = self.tokens[at]
        return (
            token.text.endswith(".")
            and not self._opens_hour()
            and not self._is_hour_word(at + 1)
            and not any(
                other.kind == "day" or self._match_day_of_month(place)
                for place, other in enumerate(self.tokens)
            )
        )

    def _match_day_of_month(self, at: int) -> tuple[int, int, int] | None:
        """Day, month and the position after "15 January", "the 15th of January", "January 15"."""
        months = self.lexicon.months
        day = self._number(at)
        if day is not None:
            behind = self._after_mark(at + 1, ".")
            behind += self._word(behind) in self.lexicon.of
            month = months.get(self._word(behind))
            return (day, month, behind + 1) if month else None
        month = months.get(self._word(at))
        # Only English writes the month first.
        if month is None or self.lexicon.code != "en":
            return None
        behind = self._after_mark(at + 1, ".")
        day = self._number(behind)
        if day is None or not self._is_figures(behind) or self._is_hour_word(behind + 1):
            return None
        return day, month, behind + 1

    def _is_day(self, at: int) -> bool:
        """Whether a date in digits or with a month begins at a position."""
        is_digits = at < len(self.tokens) and self.tokens[at].kind == "day"
        return is_digits or bool(self._match_day_of_month(at))

    def _take_day_of_month(self, at: int) -> int:
        found = self._match_day_of_month(at)
        if not found:
            return at
        day, month, end = found
        year, end = self._take_year(end)
        if year is None:
            moment, origin = find_next_day(month, day, self.sent.date()), "year"
        else:
            moment, origin = make_day(year, month, day), "month"
        self.days.append(Token("day", "", moment, origin=origin))
        return end

    def _take_year(self, at: int) -> tuple[int | None, int]:
        """The year that may follow a month, and the position after it."""
        behind = self._after_mark(self._after_mark(at, "."), ",")
        behind += self._word(behind) in self.lexicon.of
        if not self._is_figures(behind):
            return None, self._after_mark(at, ".")
        text = self.tokens[behind].text
        if len(text) == 4:
            return int(text), behind + 1
        if len(text) == 2 and behind == at and not self._is_hour(behind):
            return 2000 + int(text), behind + 1
        return None, at

    def _take_named_day(self, at: int) -> int:
        """Weekdays, "tomorrow" and "this", alone or with the part of the day."""
        word, lexicon = self._word(at), self.lexicon
        if not word:
            return at
        if word in lexicon.this:
            # "This afternoon" is today's; before a weekday the word carries nothing.
            if self._find_part(at + 1):
                self._add_counted(0)
                return at + 1
            is_day = self._word(at + 1) in lexicon.weekdays or self._is_day(at + 1)
            return at + is_day
        if word in lexicon.following:
            near = {self._word(at - 1), self._word(at + 1)} & lexicon.weekdays.keys()
            self.is_next = self.is_next or bool(near)
            return at + bool(near or self._is_day(at + 1))
        if word == lexicon.tomorrow_or_morning and not self._is_morning(at):
            self._add_counted(1)
            return at + 1
        if word in lexicon.days:
            self._add_counted(lexicon.days[word])
            return at + 1
        code, days = _TWO_WORDS.get(word, ("", 0))
        if code == lexicon.code:
            self._add_counted(days)
            return at + 1
        if word in lexicon.shifted:
            ahead, part = lexicon.shifted[word]
            self._add_counted(ahead)
            self.parts.append(part)
            return at + 1
        return self._take_weekday(at)

    def _take_weekday(self, at: int) -> int:
        word, lexicon = self._word(at), self.lexicon
        end = self._after_mark(at + 1, ".")
        if word in lexicon.weekdays:
            self.weekdays.append(lexicon.weekdays[word])
            return end
        for name, number in lexicon.weekdays.items():
            rest = word[len(name) :]
            if len(name) < 5 or not rest or not word.startswith(name):
                continue
            if rest == "s" and lexicon.code in ("en", "de", "fr"):
                self.meanings.append("repeated")
                self.weekdays.append(number)
                return end
            part = MORNING if rest == lexicon.tomorrow_or_morning else lexicon.parts.get(rest)
            if part is None and rest in lexicon.noon:
                self.noons += 1
            elif part is None:
                continue
            else:
                self.parts.append(part)
            self.weekdays.append(number)
            return end
        return at

    def _add_counted(self, ahead: int) -> None:
        day = self.sent.date() + timedelta(days=ahead)
        self.days.append(Token("day", "", day, origin="counted"))

    def _is_morning(self, at: int) -> bool:
        """Whether "morgen" or "mañana" is the morning here: after a day, or after an article."""
        before = self._word(at - 1)
        if self.lexicon.code == "es":
            return before in ("la", "esta")
        return self.after == "D" or before in ("am", "de", "jeden", *self.lexicon.this)

    # -- hours ---------------------------------------------------------------

    def _opens_hour(self) -> bool:
        return self.open_to is not None and "C" in self.open_to

    def _is_hour_word(self, at: int) -> bool:
        return self._word(at) in self.lexicon.oclock or self._read_half(at) is not None

    def _read_half(self, at: int) -> str | None:
        """``a`` or ``p`` for a.m. and p.m.; German knows "am" as another word."""
        word = self._word(at)
        if word in ("a.m.", "p.m.", "pm") or (word == "am" and self.lexicon.code != "de"):
            return word[0]
        return None

    def _is_hour(self, at: int) -> bool:
        """Whether the number at a position is an hour by what follows it."""
        if self._is_hour_word(at + 1):
            return True
        behind, kinds = at + 1, frozenset("CDP")
        while self._word(behind) in self.lexicon.connecting and kinds:
            # "3 de la tarde", "3 in the afternoon"
            if self._find_part(behind):
                break
            kinds &= frozenset(self.lexicon.connecting[self._word(behind)])
            behind += 1
        return "P" in kinds and self._find_part(behind)

    def _take_hour(self, at: int) -> int:
        token = self.tokens[at]
        if token.kind == "clock":
            # "14:00 hours", where "2 hours" is a length.
            end = at + 1 + (self.lexicon.code == "en" and self._word(at + 1) == "hours")
            return self._finish_hour(end, token.clock, is_padded=token.text.startswith("0"))
        if token.kind == "dotted":
            return self._take_dotted_hour(at)
        for take in (self._take_spoken_before, self._take_minutes_before):
            end = take(at)
            if end > at:
                return end
        return self._take_plain_hour(at)

    def _take_dotted_hour(self, at: int) -> int:
        token = self.tokens[at]
        has_day = any(
            other.kind == "day"
            or self._match_day_of_month(place)
            or (other.kind == "dotted" and place < at)
            for place, other in enumerate(self.tokens)
        )
        has_clock = any(other.kind == "clock" for other in self.tokens)
        if self._opens_hour() or self._is_hour_word(at + 1) or (has_day and not has_clock):
            return self._finish_hour(at + 1, token.clock, is_padded=token.text.startswith("0"))
        return at

    def _match_words(self, at: int, table: dict[tuple[str, ...], int]) -> tuple[int, int]:
        """Length and value of the longest entry of a table that begins at a position."""
        matches = [
            words
            for words in table
            if all(self._word(at + place) == word for place, word in enumerate(words))
        ]
        words = max(matches, key=len, default=())
        return len(words), table.get(words, 0)

    def _take_spoken_before(self, at: int) -> int:
        """ "Half past two", "viertel vor drei"."""
        length, minutes = self._match_words(at, self.lexicon.before_hour)
        hour = self._number(at + length) if length else None
        if hour is None or not 0 <= hour <= 24:
            return at
        end = at + length + 1
        end += self._word(end) in self.lexicon.oclock
        return self._finish_hour(end, _shift(hour, minutes), is_spoken=True)

    def _take_minutes_before(self, at: int) -> int:
        """ "Ten past two", "zehn vor drei"."""
        minutes = self._number(at)
        if minutes not in _SPOKEN_MINUTES:
            return at
        behind = at + 1
        is_named = self._word(behind) in _MINUTES
        behind += is_named
        sign = 1 if self._word(behind) in self.lexicon.past else -1
        if sign < 0 and self._word(behind) not in self.lexicon.to:
            return at
        # "10 to 12" may be two hours in English.
        if sign < 0 and self.lexicon.code == "en" and not is_named:
            return at
        hour = self._number(behind + 1)
        if hour is None or not 1 <= hour <= 12:
            return at
        end = behind + 2
        end += self._word(end) in self.lexicon.oclock
        return self._finish_hour(end, _shift(hour, sign * minutes), is_spoken=True)

    def _take_noon(self, at: int) -> int:
        word = self._word(at)
        if word in self.lexicon.midnight and word:
            self.midnights += 1
            return at + 1
        if word not in self.lexicon.noon or not word:
            return at
        length, minutes = self._match_words(at + 1, self.lexicon.after_hour)
        if length:
            self.hours.append(Hour(_shift(12, minutes), sure=True, spoken=True))
        else:
            self.noons += 1
        return at + 1 + length

    def _take_plain_hour(self, at: int) -> int:
        """ "14 Uhr 30", "2 pm", "at 3", "las dos y media"."""
        hour = self._number(at)
        if hour is None or self.tokens[at].origin == "nth":
            return at
        has_word = self._word(at + 1) in self.lexicon.oclock
        length, _minutes = self._match_words(at + 1, self.lexicon.after_hour)
        is_hour = (
            has_word
            or self._read_half(at + 1) is not None
            or self._opens_hour()
            or self._is_hour(at)
            or (length and self._is_hour(at + length))
        )
        if not is_hour:
            return at
        end = at + 1 + has_word
        clock, end = self._take_minutes(end, hour, has_word=has_word)
        padded = self._is_figures(at) and self.tokens[at].text.startswith("0")
        return self._finish_hour(end, clock, is_padded=padded)

    def _take_minutes(
        self, at: int, hour: int, *, has_word: bool
    ) -> tuple[tuple[int, int, int], int]:
        """The time with the minutes that may follow an hour, and the position after them."""
        length, minutes = self._match_words(at, self.lexicon.after_hour)
        if length:
            return _shift(hour, minutes), at + length
        sign = (self._word(at) in self.lexicon.plus) - (self._word(at) in self.lexicon.minus)
        behind = at + bool(sign)
        minutes = self._number(behind) or 0
        if not 0 <= minutes <= 59 or self._match_day_of_month(behind):
            return (hour, 0, 0), at
        in_figures = self._is_figures(behind) and len(self.tokens[behind].text) == 2
        in_words = self._word(behind) in self.lexicon.numbers and minutes >= 5
        # "At two thirty", "deux heures trente"; a bare "14 30" is no time.
        if sign or ((in_figures or in_words) and has_word) or in_words:
            if (in_figures or in_words) and not self._is_hour_word(behind + 1):
                end = behind + 1 + (self._word(behind + 1) in _MINUTES)
                return _shift(hour, minutes * (sign or 1)), end
            if in_words and not sign and self._read_half(behind + 1):
                return _shift(hour, minutes), behind + 1
        return (hour, 0, 0), at

    def _finish_hour(
        self,
        at: int,
        clock: tuple[int, int, int],
        *,
        is_padded: bool = False,
        is_spoken: bool = False,
    ) -> int:
        """Keep an hour, with the a.m. or p.m. that may follow it.

        :raise UnreadableTime: for an hour that no clock shows
        """
        end = at + (self._word(at) in self.lexicon.oclock)
        half = self._read_half(end)
        if half:
            clock = (_read_twelve(clock[0], half), *clock[1:])
            end += 1
        make_clock(*clock)
        sure = bool(half) or is_padded or not 1 <= clock[0] <= _LAST_UNSURE_HOUR
        self.hours.append(Hour(clock, sure=sure, marked=bool(half), spoken=is_spoken))
        return end

    # -- the rest ------------------------------------------------------------

    def _find_part(self, at: int) -> bool:
        word, lexicon = self._word(at), self.lexicon
        is_both = word == lexicon.tomorrow_or_morning and bool(word)
        return bool(word) and (word in lexicon.parts or word in lexicon.noon or is_both)

    def _take_part(self, at: int) -> int:
        word, lexicon = self._word(at), self.lexicon
        end = self._after_mark(at + 1, ".")
        if word == lexicon.tomorrow_or_morning and word:
            self.parts.append(MORNING)
            return end
        if word not in lexicon.parts:
            return at
        self.parts.append(lexicon.parts[word])
        return end

    def _take_zone(self, at: int) -> int:
        """A zone counts after the hour only."""
        token = self.tokens[at]
        if token.kind not in ("zone", "offset") or not self.hours:
            return at
        if token.kind == "offset" and token.text.startswith("-"):
            hour = int(token.text[1:3])
            if hour > self.hours[-1].clock[0]:
                # "08:00 -10:00": two hours for a human.
                self.meanings.append("both")
                return at + 1
        if token.zone is None:
            return at
        self.zones.append(token.zone)
        return at + 1

    def _take_meaning(self, at: int) -> int:
        token = self.tokens[at]
        meaning = self.lexicon.meanings.get(token.text)
        if meaning is None or meaning == "about":
            return at
        self.meanings.append(meaning)
        return self._after_mark(at + 1, ".")

    # -- what it comes to ----------------------------------------------------

    def list_unknown(self) -> list[str]:
        """The tokens that were left, as they were written."""
        return [self.tokens[at].text for at in sorted(set(self.left))]

    def conclude(self) -> Clue:
        """
        :raise _Refused: says why the phrase is no one time
        """
        self._check_several()
        self._check_meanings()
        if self.left:
            raise _Refused("invalid", "words")
        if self.midnights:
            raise _Refused("ambiguous", "midnight")
        if len(set(self.zones)) > 1:
            raise _Refused("invalid")
        clock = self._read_clock()
        if not self.days and not self.weekdays:
            raise _Refused("missing_day" if clock else "invalid")
        day, origin = self._read_day(clock)
        is_plain = origin in ("digits", "year") and not self.parts and not self.noons
        zone = self.zones[0] if self.zones else None
        return Clue(
            day,
            clock,
            zone,  # type: ignore[arg-type]
            worded=not is_plain or any(hour.spoken for hour in self.hours),
            year_assumed=origin in ("year", "month_year"),
            counted=origin in ("counted", "weekday", "year", "month_year"),
            about="about" in self.meanings,
        )

    def _check_several(self) -> None:
        weekdays = set() if self.days else set(self.weekdays)
        if len({day.day for day in self.days}) > 1 or len(weekdays) > 1:
            raise _Refused("ambiguous", "several_dates")
        numbers = [at for at in self.left if self._number(at) is not None]
        joined = {"either", "both", "bound"} & set(self.meanings) or any(
            token.kind == "mark" and token.text in "-–/" for token in self.tokens
        )
        # "De 14 a 16 h"
        joined = joined or any(
            "C" in self.lexicon.connecting.get(self._word(at + 1), "")
            and self._word(at - 1) in self.lexicon.connecting
            for at in numbers
        )
        hours = {hour.clock for hour in self.hours}
        if len(hours) > 1 or (joined and len(hours) + len(numbers) > 1):
            raise _Refused("ambiguous", "several_times")

    def _check_meanings(self) -> None:
        for meaning, (code, reason) in _REASONS.items():
            if meaning in self.meanings:
                is_of_days = len(self.days) + len(self.weekdays) > 1 or not self.hours
                several_dates = reason == "several_times" and is_of_days
                raise _Refused(code, "several_dates" if several_dates else reason)

    def _read_clock(self) -> tuple[int, int, int] | None:
        parts = [*self.parts]
        hours = list(dict.fromkeys(self.hours))
        if self.noons and hours:
            parts.append(NOON)
        elif self.noons:
            hours = [Hour((12, 0, 0), sure=True, spoken=True)]
        if not hours:
            return None
        hour = min(hours, key=lambda each: not each.marked)
        clock = hour.clock
        for part in dict.fromkeys(parts):
            clock = _shift_to_part(clock, part, is_marked=hour.marked)
        if not parts and not hour.sure:
            options = f"{clock[0]:02}:{clock[1]:02}, {clock[0] + 12}:{clock[1]:02}"
            raise _Refused("ambiguous", "hour", options)
        return clock

    def _read_day(self, clock: tuple[int, int, int] | None) -> tuple[date, str]:
        """The day, and from what it was read."""
        weekdays = set(self.weekdays)
        if self.days:
            origins = [token.origin for token in self.days]
            origin = min(origins, key=["digits", "month", "year", "counted"].index)
            day = self.days[0].day
            assert day is not None
            if weekdays and weekdays != {day.weekday()}:
                reason = "weekday_year" if origin == "year" else "weekday"
                raise _Refused("ambiguous", reason)
            is_by_month = any(not token.text for token in self.days)
            return day, ("month_year" if origin == "year" and is_by_month else origin)
        return self._read_weekday(weekdays.pop(), clock), "weekday"

    def _read_weekday(self, weekday: int, clock: tuple[int, int, int] | None) -> date:
        sent = self.sent
        ahead = (weekday - sent.weekday()) % 7
        found = sent.date() + timedelta(days=ahead or 7)
        if self.is_next:
            if weekday > sent.weekday():
                # The one of this week to some, the one of next week to others.
                options = f"{found:%d.%m.}, {found + timedelta(days=7):%d.%m.}"
                raise _Refused("ambiguous", "next_weekday", options)
            return found
        if ahead == 0 and clock and clock > (sent.hour, sent.minute, sent.second):
            # "Monday 2 pm", written on a Monday morning: today or in a week?
            raise _Refused("ambiguous", "weekday")
        return found


def _shift(hour: int, minutes: int) -> tuple[int, int, int]:
    """The time some minutes after or before a full hour.

    "Quarter to one" is 12:45, in the afternoon or at night.
    """
    if minutes >= 0:
        return hour, minutes, 0
    return (hour - 1) or 12, 60 + minutes, 0


def _read_twelve(hour: int, half: str) -> int:
    """The hour of 24 that is ``hour`` a.m. or p.m.; "14:00 pm" says the same thing twice.

    :param half: ``a`` or ``p``
    :raise UnreadableTime: for an hour that is none
    """
    if hour == 0 or (hour > 12 and half == "a"):
        raise UnreadableTime(reason="no_such_hour")
    return hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour


def _shift_to_part(
    clock: tuple[int, int, int], part: Part, *, is_marked: bool
) -> tuple[int, int, int]:
    """The time in a part of the day: three in the afternoon is 15:00.

    :param is_marked: whether a.m. or p.m. settles it already
    :raise _Refused: where the two do not go together
    """
    hour, minute, second = clock
    before_noon, after_noon, whole = part
    if is_marked or hour > 12:
        fits = hour in whole or hour in before_noon or hour - 12 in after_noon
    elif hour in before_noon:
        fits = True
    elif hour in after_noon:
        hour, fits = hour + 12, True
    else:
        fits = hour in whole
    if not fits:
        raise _Refused("ambiguous", "part")
    return hour, minute, second
