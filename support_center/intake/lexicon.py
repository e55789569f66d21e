"""What words about days and hours mean in the seven languages that mails are read in.

Names of months and weekdays come from the CLDR by way of Babel; the rest is written out here,
since no library tells a word that changes a time from one that carries nothing. A word that is
not here is not understood, and a phrase with such a word is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

# Few languages, since each one costs time and makes wrong guesses likelier.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")

# Parts of the day: hours of a twelve-hour clock that are before noon in it, hours that are after
# noon in it, and the hours of a twenty-four-hour clock that it may be said with. An hour that
# is in none of them does not go with the word.
Part = tuple[range, range, range]
MORNING: Part = (range(12), range(0), range(12))
AFTERNOON: Part = (range(0), range(1, 7), range(12, 19))
LONG_AFTERNOON: Part = (range(0), range(1, 9), range(12, 21))
EVENING: Part = (range(0), range(5, 12), range(17, 24))
LATE_EVENING: Part = (range(0), range(7, 12), range(19, 24))
NIGHT: Part = (range(1, 6), range(10, 12), range(22, 24))
SMALL_HOURS: Part = (range(7), range(0), range(7))
NOON: Part = (range(11, 12), range(1, 3), range(11, 15))

_MEANINGS = ("about", "bound", "either", "both", "negation", "repeated", "vague")


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    ``connecting`` maps words that carry nothing to what they may stand before: ``D`` a day,
    ``C`` an hour, ``P`` a part of the day. ``meanings`` maps words that say more than a time to
    one of ``_MEANINGS``; ``days`` maps words to days ahead; ``shifted`` maps words to days ahead
    and the part of that day. ``idle_days`` are numbers of days that stand for whole weeks.
    """

    code: str
    connecting: dict[str, str]
    meanings: dict[str, str]
    parts: dict[str, Part]
    days: dict[str, int]
    shifted: dict[str, tuple[int, Part]]
    this: frozenset[str]
    following: frozenset[str]
    oclock: frozenset[str]
    noon: frozenset[str]
    midnight: frozenset[str]
    numbers: dict[str, int]
    of: frozenset[str]
    weekdays: dict[str, int]
    months: dict[str, int]
    idle_days: frozenset[int] = frozenset()
    #: Words that say "tomorrow" or "morning", by what stands before them.
    tomorrow_or_morning: str = ""
    #: Spoken minutes before the hour: "half past", "viertel vor".
    before_hour: dict[tuple[str, ...], int] = field(default_factory=dict)
    #: Spoken minutes after the hour: "et demie", "menos cuarto".
    after_hour: dict[tuple[str, ...], int] = field(default_factory=dict)
    #: Words between minutes in figures and the hour: "ten past two", "zehn vor drei".
    past: frozenset[str] = frozenset()
    to: frozenset[str] = frozenset()
    #: Words between the hour and minutes in figures: "y", "e", "et"; and "menos", "moins".
    plus: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()

    def knows(self, word: str) -> bool:
        """Whether the language has the word at all."""
        return word in self._vocabulary

    @property
    def _vocabulary(self) -> frozenset[str]:
        return _list_words(self.code)


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


def _meanings(**words: str) -> dict[str, str]:
    return {word: meaning for meaning in _MEANINGS for word in words.get(meaning, "").split()}


def _count(text: str, start: int = 1) -> dict[str, int]:
    """Number by its words; spellings of one number are joined by ``=``."""
    return {
        word: number
        for number, words in enumerate(text.split(), start)
        for word in words.split("=")
    }


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _english() -> dict[str, object]:
    return {
        "connecting": _pairs("on:D the:DP of:D coming:D at:CP in:P @:C kl:C"),
        "meanings": _meanings(
            about="around about approximately approx roughly circa ca ~",
            bound="before after until till by from since earliest latest later earlier than "
            "no-earlier no-later onwards onward starting",
            either="or either alternatively",
            both="and between to through plus &",
            negation="not no never except unless without cannot can't don't",
            repeated="every each daily weekly always",
            vague="any anytime asap soon possible week weekend month year time whenever "
            "sometime flexible early late",
        ),
        "parts": {
            "morning": MORNING, "mornings": MORNING, "afternoon": AFTERNOON, "evening": EVENING,
            "night": LATE_EVENING, "forenoon": MORNING,
        },
        "days": {"today": 0, "tomorrow": 1, "yesterday": -1, "overmorrow": 2},
        "shifted": {"tonight": (0, EVENING)},
        "this": _set("this"),
        "following": _set("next"),
        "oclock": _set("o'clock oclock hr hrs h"),
        "noon": _set("noon midday"),
        "midnight": _set("midnight"),
        "numbers": _count(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three "
            "twenty-four twenty-five twenty-six twenty-seven twenty-eight twenty-nine thirty"
        )
        | {"forty": 40, "forty-five": 45, "fifty": 50, "first": 1, "second": 2, "third": 3},
        "of": _set("of"),
        "before_hour": {
            ("half", "past"): 30, ("half-past",): 30, ("half",): 30,
            ("quarter", "past"): 15, ("quarter", "to"): -15, ("quarter", "after"): 15,
            ("quarter", "of"): -15,
        },
        "past": _set("past"),
        "to": _set("to"),
    }  # fmt: skip


def _german() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "am:DP den:D dem:D der:DP des:D an:D um:C in:P zur:P kommenden:D kommender:D "
            "kommende:D kommendem:D @:C kl:C"
        ),
        "meanings": _meanings(
            about="gegen ca circa zirka etwa ungefähr rund ~",
            bound="vor nach ab bis frühestens spätestens erst seit später früher von",
            either="oder entweder bzw beziehungsweise alternativ",
            both="und zwischen sowie &",
            negation="nicht kein keine keinen keiner keinesfalls außer ausser ohne nie niemals",
            repeated="jeden jede jedes jeder täglich wöchentlich immer",
            vague="jederzeit irgendwann bald sobald wie möglich möglichst schnellstmöglich "
            "baldmöglichst woche wochenende monat jahr egal flexibel ganztägig tagsüber",
        ),
        "parts": {
            **dict.fromkeys(_set("morgens früh vormittag vormittags vorm frühmorgens"), MORNING),
            **dict.fromkeys(_set("nachmittag nachmittags nachm"), AFTERNOON),
            **dict.fromkeys(_set("abend abends"), EVENING),
            **dict.fromkeys(_set("nacht nachts"), NIGHT),
        },
        "days": {
            "heute": 0, "übermorgen": 2, "uebermorgen": 2, "gestern": -1, "vorgestern": -2,
        },
        "shifted": {},
        "this": _set("diesen dieser diese dieses diesem"),
        "following": _set("nächsten nächster nächste nächstes nächstem naechsten"),
        "oclock": _set("uhr h"),
        "noon": _set("mittag mittags"),
        "midnight": _set("mitternacht"),
        "numbers": _count(
            "eins=ein zwei=zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn "
            "vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig einundzwanzig "
            "zweiundzwanzig dreiundzwanzig vierundzwanzig fünfundzwanzig sechsundzwanzig "
            "siebenundzwanzig achtundzwanzig neunundzwanzig dreißig=dreissig einunddreißig"
        )
        | {"vierzig": 40, "fünfundvierzig": 45, "fünfzig": 50, "ersten": 1, "erster": 1},
        "of": frozenset(),
        "idle_days": frozenset({8, 15}),
        "tomorrow_or_morning": "morgen",
        # "viertel drei" is left out: it is a quarter past two in one half of the country only.
        "before_hour": {
            ("halb",): -30, ("viertel", "vor"): -15, ("viertel", "nach"): 15,
            ("dreiviertel",): -15,
        },
        "past": _set("nach"),
        "to": _set("vor"),
    }  # fmt: skip


def _french() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "le:DP la:P l':DP du:DP de:DP d':D en:P dans:P à:CP a:C au:P jour:D @:C kl:C"
        ),
        "meanings": _meanings(
            about="vers environ autour approximativement ~",
            bound="avant après apres dès des partir jusqu'à jusqu'au jusqu' jusque depuis plus "
            "tard tôt",
            either="ou soit",
            both="et entre puis &",
            negation="pas ne non sauf jamais sans aucun",
            repeated="chaque tous toutes les hebdomadaire toujours",
            vague="semaine week-end weekend mois n'importe importe quand quel moment bientôt vite "
            "possible que dès-que journée",
        ),
        "parts": {
            **dict.fromkeys(_set("matin matinée matins"), MORNING),
            **dict.fromkeys(_set("après-midi apres-midi aprem"), AFTERNOON),
            **dict.fromkeys(_set("soir soirée soirs"), EVENING),
            "nuit": NIGHT,
        },
        "days": {
            "aujourd'hui": 0, "demain": 1, "après-demain": 2, "apres-demain": 2, "hier": -1,
            "avant-hier": -2,
        },
        "shifted": {},
        "this": _set("ce cet cette"),
        "following": _set("prochain prochaine"),
        "oclock": _set("heure heures h hr hrs"),
        "noon": _set("midi"),
        "midnight": _set("minuit"),
        "numbers": _count(
            "un=une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze "
            "quinze seize dix-sept dix-huit dix-neuf vingt vingt-et-un vingt-deux vingt-trois "
            "vingt-quatre vingt-cinq vingt-six vingt-sept vingt-huit vingt-neuf trente "
            "trente-et-un"
        )
        | {"quarante": 40, "quarante-cinq": 45, "cinquante": 50, "premier": 1},
        "of": _set("de d'"),
        "idle_days": frozenset({8, 15}),
        "after_hour": {
            ("et", "demie"): 30, ("et", "demi"): 30, ("et", "quart"): 15,
            ("moins", "le", "quart"): -15, ("moins", "quart"): -15, ("trente",): 30,
        },
        "plus": _set("et"),
        "minus": _set("moins"),
    }  # fmt: skip


def _spanish() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "el:D la:CP las:C al:CP a:CP de:DP del:DP en:P por:P día:D dia:D @:C kl:C"
        ),
        "meanings": _meanings(
            about="sobre hacia aproximadamente alrededor aprox ~",
            bound="antes después despues desde hasta partir tras más mas temprano tardar",
            either="o u bien",
            both="y entre e &",
            negation="no nunca excepto salvo sin ni",
            repeated="cada todos todas los semanal siempre",
            vague="semana mes cualquier cualquiera hora pronto posible cuanto cuando fin lo sea",
        ),
        "parts": {
            "tarde": LONG_AFTERNOON, "noche": LATE_EVENING, "madrugada": SMALL_HOURS,
            "mediodía": NOON, "mediodia": NOON,
        },
        "days": {"hoy": 0, "ayer": -1, "anteayer": -2},
        "shifted": {},
        "this": _set("este esta"),
        "following": _set("próximo próxima proximo proxima"),
        "oclock": _set("horas hora h hs hrs"),
        "noon": _set("mediodía mediodia"),
        "midnight": _set("medianoche"),
        "numbers": _count(
            "uno=una=un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
            "quince dieciséis=dieciseis diecisiete dieciocho diecinueve veinte veintiuno=veintiún "
            "veintidós=veintidos veintitrés=veintitres veinticuatro veinticinco "
            "veintiséis=veintiseis veintisiete veintiocho veintinueve treinta"
        )
        | {"cuarenta": 40, "cincuenta": 50, "primero": 1},
        "of": _set("de del"),
        "idle_days": frozenset({8, 15}),
        "tomorrow_or_morning": "mañana",
        "after_hour": {
            ("y", "media"): 30, ("y", "cuarto"): 15, ("menos", "cuarto"): -15,
        },
        "plus": _set("y"),
        "minus": _set("menos"),
    }  # fmt: skip


def _italian() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "il:D lo:D la:P a:CP ad:CP le:C l':CDP alle:C all':C ore:C di:DP del:DP della:DP "
            "dell':DP al:P in:P nel:P nella:P giorno:D h:C @:C kl:C"
        ),
        "meanings": _meanings(
            about="verso circa intorno approssimativamente ~",
            bound="prima dopo entro fino partire dalle dal dall' da poi tardi presto",
            either="o oppure ovvero",
            both="e ed tra fra &",
            negation="non no mai tranne eccetto senza",
            repeated="ogni tutti tutte i settimanale sempre",
            vague="settimana mese qualsiasi qualunque quando possibile appena weekend fine ora "
            "momento",
        ),
        "parts": {
            **dict.fromkeys(_set("mattina mattino mattinata"), MORNING),
            "pomeriggio": AFTERNOON,
            **dict.fromkeys(_set("sera serata"), EVENING),
            "notte": NIGHT,
        },
        "days": {"oggi": 0, "domani": 1, "dopodomani": 2, "ieri": -1},
        "shifted": {
            "stasera": (0, EVENING), "stamattina": (0, MORNING), "stamani": (0, MORNING),
            "domattina": (1, MORNING),
        },
        "this": _set("questo questa quest'"),
        "following": _set("prossimo prossima"),
        "oclock": _set("h"),
        "noon": _set("mezzogiorno"),
        "midnight": _set("mezzanotte"),
        "numbers": _count(
            "uno=una=un due tre quattro cinque sei sette otto nove dieci undici dodici tredici "
            "quattordici quindici sedici diciassette diciotto diciannove venti ventuno ventidue "
            "ventitré=ventitre ventiquattro venticinque ventisei ventisette ventotto ventinove "
            "trenta trentuno"
        )
        | {"quaranta": 40, "quarantacinque": 45, "cinquanta": 50, "primo": 1},
        "of": _set("di del"),
        "idle_days": frozenset({8, 15}),
        "after_hour": {
            ("e", "mezza"): 30, ("e", "mezzo"): 30, ("e", "un", "quarto"): 15,
            ("e", "quarto"): 15, ("meno", "un", "quarto"): -15, ("meno", "quarto"): -15,
        },
        "plus": _set("e"),
        "minus": _set("meno"),
    }  # fmt: skip


def _dutch() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "op:D de:DP het:D om:C in:P 's:P komende:D aanstaande:D van:D @:C kl:C"
        ),
        "meanings": _meanings(
            about="rond omstreeks ongeveer circa ca ~",
            bound="voor na tot vanaf uiterlijk vóór",
            either="of",
            both="en tussen &",
            negation="niet geen behalve nooit",
            repeated="elke iedere dagelijks wekelijks altijd",
            vague="week weekend maand jaar zodra mogelijk snel spoedig",
        ),
        "parts": {
            **dict.fromkeys(_set("ochtend ochtends 's-ochtends morgens voormiddag"), MORNING),
            **dict.fromkeys(_set("middag middags namiddag"), AFTERNOON),
            **dict.fromkeys(_set("avond avonds"), EVENING),
            **dict.fromkeys(_set("nacht nachts"), NIGHT),
        },
        "days": {"vandaag": 0, "overmorgen": 2, "gisteren": -1, "eergisteren": -2},
        "shifted": {
            "vanochtend": (0, MORNING), "vanmorgen": (0, MORNING), "vanmiddag": (0, AFTERNOON),
            "vanavond": (0, EVENING), "morgenochtend": (1, MORNING),
            "morgenmiddag": (1, AFTERNOON), "morgenavond": (1, EVENING),
        },
        "this": _set("deze dit"),
        "following": _set("volgende"),
        "oclock": _set("uur u h"),
        "noon": frozenset(),
        "midnight": _set("middernacht"),
        "numbers": _count(
            "een=één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien "
            "vijftien zestien zeventien achttien negentien twintig"
        )
        | {"dertig": 30},
        "of": frozenset(),
        "idle_days": frozenset({8}),
        "tomorrow_or_morning": "morgen",
        "before_hour": {("half",): -30, ("kwart", "over"): 15, ("kwart", "voor"): -15},
        "past": _set("over"),
        "to": _set("voor"),
    }  # fmt: skip


def _portuguese() -> dict[str, object]:
    return {
        "connecting": _pairs(
            "em:D no:D na:DP à:CP às:C as:C a:C ao:CP de:DP da:P do:DP pela:P dia:D @:C kl:C"
        ),
        "meanings": _meanings(
            about="cerca aproximadamente volta ~",
            bound="antes depois desde até após partir mais",
            either="ou",
            both="e entre &",
            negation="não nao nunca exceto sem",
            repeated="cada todos todas semanal sempre",
            vague="semana mês qualquer hora logo possível quando",
        ),
        "parts": {
            "manhã": MORNING, "tarde": LONG_AFTERNOON, "noite": LATE_EVENING,
            "madrugada": SMALL_HOURS,
        },
        "days": {"hoje": 0, "amanhã": 1, "ontem": -1, "anteontem": -2},
        "shifted": {},
        "this": _set("este esta"),
        "following": _set("próximo próxima proximo proxima"),
        "oclock": _set("horas hora h hs"),
        "noon": _set("meio-dia"),
        "midnight": _set("meia-noite"),
        "numbers": _count(
            "um=uma dois=duas três quatro cinco seis sete oito nove dez onze doze treze catorze "
            "quinze dezesseis=dezasseis dezessete=dezassete dezoito dezenove=dezanove vinte"
        )
        | {"trinta": 30, "primeiro": 1},
        "of": _set("de"),
        "idle_days": frozenset({8, 15}),
        "after_hour": {("e", "meia"): 30},
        "plus": _set("e"),
    }  # fmt: skip


_TABLES = {
    "en": _english, "de": _german, "fr": _french, "es": _spanish, "it": _italian, "nl": _dutch,
    "pt": _portuguese,
}  # fmt: skip
# Spellings that people use and the CLDR leaves out.
_MORE_WEEKDAYS = {
    "en": {"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
    "de": {"sonnabend": 5},
    "es": {"miercoles": 2, "sabado": 5},
    # Keyboards without the letter "ì" make do with "i" or "i'".
    "it": {
        f"{name}di{end}": number
        for number, name in enumerate(("lune", "marte", "mercole", "giove", "vener"))
        for end in ("", "'")
    },
    "pt": {"segunda": 0, "terça": 1, "quarta": 2, "quinta": 3, "sexta": 4},
}


def _read_numbers(text: str) -> dict[str, int]:
    pairs = (pair.split("=") for pair in text.split())
    return {word: int(number) for word, number in pairs}


_MORE_MONTHS = {
    "en": {"sept": 9},
    "de": {"jänner": 1, "feber": 2, "maerz": 3, "mrz": 3, "jan": 1, "feb": 2, "okt": 10},
    "fr": _read_numbers(
        "jan=1 fév=2 fev=2 fevr=2 fevrier=2 juill=7 aout=8 sep=9 dec=12 decembre=12"
    ),
    "es": {"setiembre": 9, "sep": 9, "set": 9},
    "it": {"sett": 9},
}


@lru_cache(maxsize=len(LANGUAGES))
def get_lexicon(code: str) -> Lexicon:
    """The words of a language.

    :param code: one of ``LANGUAGES``
    """
    table = _TABLES[code]()
    weekdays = _names_of(code, "days") | _MORE_WEEKDAYS.get(code, {})
    months = _names_of(code, "months") | _MORE_MONTHS.get(code, {})
    parts = dict(table["parts"])  # type: ignore[call-overload]
    return Lexicon(code, weekdays=weekdays, months=months, **{**table, "parts": parts})


@lru_cache(maxsize=len(LANGUAGES))
def _list_words(code: str) -> frozenset[str]:
    lexicon = get_lexicon(code)
    spoken = {word for words in (*lexicon.before_hour, *lexicon.after_hour) for word in words}
    tables = (
        lexicon.connecting, lexicon.meanings, lexicon.parts, lexicon.days, lexicon.shifted,
        lexicon.this, lexicon.following, lexicon.oclock, lexicon.noon, lexicon.midnight,
        lexicon.numbers, lexicon.of, lexicon.weekdays, lexicon.months, lexicon.past, lexicon.to,
        lexicon.plus, lexicon.minus, [lexicon.tomorrow_or_morning],
    )  # fmt: skip
    return frozenset(word for table in tables for word in table) | spoken


def _names_of(code: str, kind: str) -> dict[str, int]:
    """Number of a weekday (Monday is 0) or month by its names, from the CLDR."""
    from babel import Locale  # noqa: PLC0415 - slow, and seldom needed

    names: dict[str, int] = {}
    forms = getattr(Locale(code), kind)
    for style in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in forms[style].get(width, {}).items():
                names.setdefault(name.lower().rstrip("."), number)
    return names
