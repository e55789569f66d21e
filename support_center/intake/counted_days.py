"""Days that are counted in words: "in zwei Tagen", "3 days from now".

``dateparser`` works them out. It is slow to import, and so loaded at the first such text only.
"""

from __future__ import annotations

from datetime import date, datetime

from .lexicon import Lexicon
from .word_tokens import Token

# Words that the library may read as one day, and how far before them its phrase may begin.
_MOST_COUNTED = 5
_COUNTED_BEFORE = 2


def count_days(
    lexicon: Lexicon, tokens: list[Token], left: list[int], sent: datetime
) -> list[Token] | None:
    """The tokens with one day in place of words such as "in 3 days", which the library reads.

    :param left: positions of the tokens that nothing used
    :return: None where the library does not know every one of the words, too
    """
    words = [at for at in left if tokens[at].kind == "word"]
    if not words:
        return None
    end = max(words) + 1
    for start in range(max(0, min(left) - _COUNTED_BEFORE), min(left) + 1):
        run = tokens[start:end]
        if len(run) > _MOST_COUNTED or any(each.kind not in ("word", "number") for each in run):
            continue
        day = _ask_library(lexicon, run, sent)
        if day:
            counted = Token("day", "", day, origin="counted")
            return [*tokens[:start], counted, *tokens[end:]]
    return None


def _ask_library(lexicon: Lexicon, run: list[Token], sent: datetime) -> date | None:
    words = [str(lexicon.numbers.get(token.text, token.text)) for token in run]
    # Of two words for one thing the library knows the one.
    words = ["tra" if lexicon.code == "it" and word == "fra" else word for word in words]
    found = _parse_counted(lexicon.code, words, sent)
    if found is None:
        return None
    # The library passes over some words, as "about": each one has to make a difference.
    for place in range(len(words)):
        if _parse_counted(lexicon.code, words[:place] + words[place + 1 :], sent) == found:
            return None
    if abs((found - sent.date()).days) in lexicon.idle_days:
        # "In acht Tagen", "dans quinze jours" are whole weeks to most.
        return None
    return found


def _parse_counted(code: str, words: list[str], sent: datetime) -> date | None:
    if not words:
        return None
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow, and seldom needed

    # The base is a whole day, since the library keeps its settings for each base it ever saw.
    base = datetime(sent.year, sent.month, sent.day)
    reader = DateDataParser(
        languages=[code],
        settings={
            "PARSERS": ["relative-time"],
            # Else "3 days" alone would be as good as "in 3 days".
            "PREFER_DATES_FROM": "past",
            "RELATIVE_BASE": base,
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    found = reader.get_date_data(" ".join(words))
    if found.date_obj is None or found.period != "day" or found.date_obj.time() != base.time():
        return None
    return found.date_obj.date()
