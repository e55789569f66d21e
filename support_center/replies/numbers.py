"""Which of the numbered times of an answer a reply takes: "2", "the second", "Nr. 2 bitte".

A number is a choice only where the whole reply says nothing else: every word has to be one of
those that people put round it. What may be a day ("den 2.", "le 2") or an hour is none.
"""

from __future__ import annotations

import re

_LONGEST = 400
_MOST_LINES = 12
# A reply of more words says more than a number.
_MOST_WORDS = 16
_MOST_NAMES = 5


def _count(text: str) -> dict[str, int]:
    """Number by its words, which ``=`` joins."""
    return {
        word: number for number, words in enumerate(text.split(), 1) for word in words.split("=")
    }


_NUMBERS = {
    **_count("one two three four five"),
    **_count("eins=eine zwei drei vier fünf"),
    **_count("un=une deux trois quatre cinq"),
    **_count("uno=una dos tres cuatro cinco"),
    **_count("uno due tre quattro cinque"),
}
_ORDINALS = {
    **_count("first second third fourth fifth"),
    **_count(
        "erste=erster=ersten=erstes zweite=zweiter=zweiten=zweites dritte=dritter=dritten=drittes "
        "vierte=vierter=vierten=viertes fünfte=fünfter=fünften=fünftes"
    ),
    **_count(
        "premier=première=premiere deuxième=deuxieme=second=seconde troisième=troisieme "
        "quatrième=quatrieme cinquième=cinquieme"
    ),
    **_count("primero=primera=primer segundo=segunda tercero=tercera=tercer cuarto=cuarta "
             "quinto=quinta"),
    **_count("primo=prima secondo=seconda terzo=terza quarto=quarta quinto=quinta"),
}  # fmt: skip
_LAST = frozenset(
    "last letzte letzter letzten letztes dernier dernière último última ultimo ultima".split()
)
# Words that say that a number is one of a list.
_OF_A_LIST = frozenset(
    "number nr nbr option choice offer slot time appointment proposal suggestion one "
    "nummer möglichkeit vorschlag termin zeit angebot variante "
    "numéro numero num n n° choix créneau creneau horaire proposition rendez-vous rdv "
    "número núm opción opcion propuesta horario cita hora "
    "opzione proposta orario appuntamento scelta".split()
)
# What else may stand beside it and says nothing against it.
_FILLERS = frozenset(
    "a an the i i'd i'll i'm we we'd we'll would will want take takes choose prefer like please "
    "pls "
    "thanks thank you many very much yes yep yeah ok okay fine good great perfect that's that is "
    "it "
    "it's works work suits suit best for me us my our with go going let's sounds lovely then book "
    "confirm my answer would be "
    "ja gern gerne bitte danke vielen dank der die das den dem ich wir nehme nehmen hätte hätten "
    "möchte möchten wähle wählen nehm passt passen mir uns gut prima super wäre ist am besten "
    "perfekt "
    "okay dann bestätige "
    "oui d'accord svp s'il vous plaît plait merci bien beaucoup le la les je nous prends prendrai "
    "prendrais prenons choisis préfère voudrais veux me nous convient va très parfait c'est ce "
    "serait pour moi celui celle "
    "sí si vale por favor gracias muchas el la lo yo me nos quedo con quiero prefiero elijo escojo "
    "tomo tomamos viene vienen va bien perfecto estupendo sería es para mí nosotros "
    "sì va bene per favore piacere cortesia grazie mille il lo io prendo prendiamo scelgo "
    "preferisco "
    "vorrei mi ci andrebbe benissimo perfetto sarebbe è meglio noi".split()
)
# Beside these a bare figure may be a day of the month.
_BEFORE_A_DAY = frozenset("the den dem am der le el il du on".split())
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|"
    r"liebe[rs]?|sehr geehrte[rs]?|servus|moin|bonjour|bonsoir|salut|ch[eè]re?s?|madame|monsieur|"
    r"hola|buenos días|buenas(?: tardes| noches)?|estimad[oa]s?|buongiorno|buonasera|salve|ciao|"
    r"gentil[ei])\b[^\d\n?]{0,40}[,!.:]?",
    re.I,
)
_CLOSING = re.compile(
    r"(?:(?:with |best |kind |kindest |warm )*(?:regards|wishes)|sincerely|yours|cheers|best|"
    r"(?:mit )?(?:freundlich|viel|best|lieb|herzlich|schön)\w* gr(?:u|ü|ue)(?:ß|ss)e?n?|gruß|"
    r"grüße|mfg|"
    r"vg|lg|bien (?:cordialement|à vous)|cordialement|salutations|(?:un |cordial )*saludos?|"
    r"atentamente|(?:cordiali |distinti )?saluti|thanks|thank you|danke|merci|gracias|grazie)\b"
    r"[^\d\n?]{0,60}",
    re.I,
)
# Without its full stop, "no" refuses.
_ABBREVIATED_NUMBER = re.compile(r"\bno\. ?(?=\d)", re.I)
_TOKEN = re.compile(r"n°|\d+|[^\W\d_]+(?:['’.-][^\W\d_]+)*|\S")
_IDLE_MARKS = frozenset(".,!:;#()[]\"“”„«»*-–—'’´`👍🙂😊")


def read_choice(text: str, count: int) -> int | None:
    """The number that a reply chooses.

    :param text: what the sender wrote, without what they quote
    :param int count: how many times were offered
    :return: from 1 to ``count``; None where it is not certain that one is chosen, and which
    """
    if count < 1 or len(text) > _LONGEST * 4:
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    while lines and _GREETING.fullmatch(lines[0]):
        lines.pop(0)
    said = _without_leave(lines)
    if not said or len(said) > _MOST_LINES:
        return None
    line = " ".join(said)
    return _read(line, count) if len(line) <= _LONGEST else None


def _without_leave(lines: list[str]) -> list[str]:
    """The lines above a closing, and above the name with which a mail ends."""
    for number, line in enumerate(lines):
        if number and _CLOSING.fullmatch(line):
            return lines[:number]
    while len(lines) > 1 and _is_name(lines[-1]):
        lines = lines[:-1]
    return lines


def _is_name(line: str) -> bool:
    words = line.strip(" .,-").split()
    return (
        0 < len(words) <= _MOST_NAMES
        and all(word[0].isupper() for word in words)
        and not any(word.lower().strip(".,") in _ORDINALS | _NUMBERS for word in words)
        and not any(letter.isdigit() for letter in line)
    )


def _read(line: str, count: int) -> int | None:
    line = _ABBREVIATED_NUMBER.sub("number ", line)
    tokens = [token.lower().replace("’", "'") for token in _TOKEN.findall(line)]
    words = [token.rstrip(".") or token for token in tokens if token not in _IDLE_MARKS]
    if not words or len(words) > _MOST_WORDS:
        return None
    chosen: set[int] = set()
    is_of_list = any(word in _OF_A_LIST for word in words)
    for at, word in enumerate(words):
        number = _read_number(words, at, count)
        if number is None and not _says_nothing(word):
            return None
        if word.isdecimal() and at and words[at - 1] in _BEFORE_A_DAY and not is_of_list:
            return None
        if number is not None:
            chosen.add(number)
    if len(chosen) != 1:
        return None
    (number,) = chosen
    return number if 1 <= number <= count else None


def _says_nothing(word: str) -> bool:
    return word in _FILLERS or word in _OF_A_LIST or word in _NUMBERS or word in ("nd", "st", "rd")


def _read_number(words: list[str], at: int, count: int) -> int | None:
    """The number that the word at a position is; None for any other word."""
    word = words[at]
    if word.isdecimal():
        return int(word) if len(word) < 3 else None
    if word in _ORDINALS:
        return _ORDINALS[word]
    if word in _LAST:
        return count
    if word not in _NUMBERS or (_is_article(word) and _has_other(words, at)):
        return None
    return _NUMBERS[word]


def _is_article(word: str) -> bool:
    return word in ("un", "une", "una", "eine", "uno", "one")


def _has_other(words: list[str], at: int) -> bool:
    """Whether another word of the reply is a number, so that this one is none: "the second one"."""
    return any(
        other != at and (word.isdecimal() or word in _ORDINALS or word in _LAST or
                         (word in _NUMBERS and not _is_article(word)))
        for other, word in enumerate(words)
    )  # fmt: skip
