"""The words of wishes in the five languages that people write requests in.

``lexicon`` has the words of one exact time; here are those of a window: weeks and parts of months,
before, after and until, what is left out, and what makes a sentence speak of something else. They
are pieces of regular expressions for text in small letters, with plain apostrophes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .lexicon import get_lexicon

#: English, German, French, Spanish, Italian.
PROSE_LANGUAGES = ("en", "de", "fr", "es", "it")


@dataclass(frozen=True)
class ProseWords:
    """Regular expressions of one language; each is a group of alternatives.

    ``common`` are words by which a text in the language is known. ``days`` maps expressions to
    days ahead. ``parts`` maps the parts of the day to expressions, ``holidays`` the names of
    ``prose.HOLIDAYS``. ``past`` and ``away`` make that a day is not when somebody is to come.
    """

    code: str
    common: frozenset[str]
    weekdays: dict[str, int]
    months: dict[str, int]
    article: str
    of: str
    next: str
    this: str
    after_next: str
    week: str
    week_number: str
    weekend: str
    month: str
    in_month: str
    early: str
    middle: str
    late: str
    days: dict[str, int]
    in_days: str
    in_weeks: str
    within: str
    numbers: dict[str, int]
    parts: dict[str, str]
    before: str
    until: str
    after: str
    since: str
    between: str
    and_: str
    to: str
    not_: str
    or_: str
    any_: str
    soon: str
    day_of_month: str
    oclock: str
    holidays: dict[str, str]
    past: str
    away: str
    doubt: str


_TABLES: dict[str, dict[str, object]] = {
    "en": {
        "common": "the is are and you your please could would we our have i my in with for can it "
        "not does hello dear thanks regards come any next week",
        "article": r"(?:the |on |on the |in |in the |of |of the |around |about |sometime |some "
            r"time )*",
        "of": r"(?:of )?",
        "next": r"(?:next|the coming|the following|coming|following)",
        "this": r"(?:this|the same|this coming)",
        "after_next": r"(?:(?:the )?week after next(?: week)?|(?:the )?week after the next)",
        "week": "week",
        "week_number": r"(?:calendar )?week(?: no\.?| number)? ?(\d{1,2})\b",
        "weekend": r"week-?ends?",
        "month": "month",
        "in_month": r"(?:in|during|within|of|this|next|any ?time in)",
        "early": r"(?:early|(?:at |in |towards? )?the (?:beginning|start) of|beginning of|start of|"
        r"(?:in )?the first half of)",
        "middle": r"(?:mid|mid-|(?:in )?the middle of|middle of)",
        "late": r"(?:late|later|(?:at |by |towards? )?the end of|end of|(?:in )?the second half "
            r"of)",
        "days": {"(?:the )?day after tomorrow": 2, "today": 0, "tomorrow": 1},
        "in_days": r"in ({n}) days(?:' time)?",
        "in_weeks": r"in ({n}) weeks?(?:' time)?",
        "within": r"(?:within|in the next|over the next|during the next|in the coming) "
        r"(?:the )?(?:next |coming )?({n}) (days?|weeks?)",
        "numbers": "one=a two three four five six seven eight nine ten",
        "parts": {
            "morning": r"(?:(?:in|during) the |the )?(?:early |late )?(?:mornings?|forenoons?)|"
            r"before (?:noon|midday|lunch)|first thing",
            "afternoon": r"(?:(?:in|during) the |the )?(?:early |late )?afternoons?|"
            r"after (?:noon|midday|lunch)",
            "evening": r"(?:(?:in|during) the |the )?(?:early |late )?evenings?|tonight|"
            r"after (?:work|office hours)",
        },
        "before": r"(?:before|prior to|earlier than|sooner than|ahead of)",
        "until": r"(?:until|till|by|no later than|not later than|at the latest|up to|through)",
        "after": r"(?:after|later than|not until after)",
        "since": r"(?:from|as of|as from|starting(?: from| on)?|onwards? from|beginning|not until|"
        r"no earlier than|not earlier than|no sooner than|at the earliest)",
        "between": "between",
        "and_": "(?:and|&)",
        "to": r"(?:to|until|till|through|-|–)",
        "not_": r"(?:not|no|never|except|excluding|but not|other than|apart from|can't|cannot|"
        r"don't|doesn't|won't|isn't|aren't|couldn't|wouldn't|unable|impossible)",
        "or_": "(?:or|and|/)",
        "any_": r"(?:any|every|each|all|on)",
        "soon": r"as soon as (?:possible|you can|ever possible)|asap|a\.s\.a\.p|"
        r"at your earliest convenience|(?:very )?urgently|immediately",
        "day_of_month": r"\b(the )(\d{1,2})(?:st|nd|rd|th)\b",
        "oclock": r"(?: ?o'clock| ?hours| ?hrs)?",
        "holidays": {
            "christmas": r"christmas(?: day| eve)?|x-?mas|the holidays",
            "new_year": r"(?:the )?new year(?:'s(?: day| eve)?)?",
            "easter": r"easter",
        },
        "past": r"since|last|ago|was|were|had|did|broke|broken on|stopped|happened|started|began|"
        r"failed|bought|ordered|installed|invoices?|bill|dated|birthday|delivered|visited|came|"
        r"worked|your (?:letter|mail|e-mail|email|message|offer|quote) (?:of|from)",
        "away": r"away|on holidays?|on vacation|on leave|absent|abroad|out of office|travelling|"
        r"traveling|closed|not available|unavailable|not at home|not there|not in|"
        r"meetings?|webinar|conference|party|busy",
        "doubt": r"maybe|perhaps|might|unless|either|or|if|otherwise|alternatively|still|again|"
        r"appointment (?:on|of|for) .{0,40} (?:cancel|move)|meeting|webinar|conference|party|"
        r"would (?:also )?work|not|no|cannot|can't|don't|doesn't|won't|isn't|never|nor",
    },
    "de": {
        "common": "der die das ist und sie ihr bitte könnten könnte wir unser haben ich mein mit "
        "für kann es nicht hallo guten tag danke grüße kommen nächste woche ein eine bei uns am "
        "im zu den dem auf passt geht",
        "article": r"(?:der |die |das |den |dem |des |am |an |im |in |in der |zum |zur |so |etwa "
            r"|gegen )*",
        "of": "",
        "next": r"(?:nächste[nrsm]?|naechste[nrsm]?|kommende[nrsm]?|folgende[nrsm]?)",
        "this": r"(?:diese[nrsm]?|selbe[nrsm]?)",
        "after_next": r"übernächste[nrs]? woche",
        "week": "woche",
        "week_number": r"(?:kw|kalenderwoche|woche) ?(\d{1,2})\b",
        "weekend": r"wochenenden?",
        "month": "monats?",
        "in_month": r"(?:im|noch im|während des|diesen|nächsten)",
        "early": r"(?:(?:am |zu )?anfang|(?:zu )?beginn|(?:in der )?ersten hälfte)",
        "middle": r"(?:(?:in der )?mitte)",
        "late": r"(?:(?:gegen |am |zum )?ende|(?:in der )?zweiten hälfte)",
        "days": {"heute": 0, "übermorgen": 2, "uebermorgen": 2},
        "in_days": r"in ({n}) tagen",
        "in_weeks": r"in ({n}) wochen?",
        "within": r"(?:innerhalb (?:von |der )?|binnen |in den |im laufe der )(?:nächsten |"
            r"kommenden )?"
        r"({n}) (tage[n]?|wochen?)",
        "numbers": "ein=eine=einer=einem zwei drei vier fünf sechs sieben acht neun zehn",
        "parts": {
            "morning": r"(?:am |in der |im laufe des |jeden |den )?(?:frühen |späten "
                r")?(?:vormittags?|"
            r"vormittage?n?|morgens|früh|in der früh)|am morgen|am frühen morgen|vor (?:dem "
            r")?mittag",
            "afternoon": r"(?:am |im laufe des |jeden |den )?(?:frühen |späten )?(?:nachmittags?|"
            r"nachmittage?n?)|nach (?:dem )?mittag",
            "evening": r"(?:am |im laufe des |jeden |den )?(?:frühen |späten )?(?:abends?|"
                r"abende?n?)|"
            r"nach feierabend|nach der arbeit",
        },
        "before": r"(?:vor|früher als|eher als)",
        "until": r"(?:bis(?: zum| zur| spätestens| einschließlich)?|spätestens(?: bis)?(?: am| "
            r"zum)?|"
        r"nicht später als)",
        "after": r"(?:nach|später als)",
        "since": r"(?:ab|frühestens(?: ab| am)?|nicht früher als|nicht eher als|erst(?: ab| am| "
            r"wieder ab)?|"
        r"von|vom)",
        "between": "zwischen",
        "and_": "und",
        "to": r"(?:bis(?: zum| einschließlich)?|-|–)",
        "not_": r"(?:nicht|kein|keine|keinen|keinesfalls|niemals|nie|außer|ausser|ausgenommen|"
            r"ohne)",
        "or_": "(?:oder|und|/|bzw\\.?)",
        "any_": r"(?:jede[nrs]?|irgendeine?n?|alle|an)",
        "soon": r"so (?:bald|schnell|rasch) (?:wie|als) möglich|schnellstmöglich|baldmöglichst|"
        r"möglichst (?:bald|schnell|rasch)|umgehend|dringend|asap",
        "day_of_month": r"\b((?:dem|den|am|ab|bis|bis zum|vor|nach|zum|vom|der) )(\d{1,2})\.(?! "
            r"?\d)",
        "oclock": r"(?: ?uhr)?",
        "holidays": {
            "christmas": r"weihnachten|weihnachtsfeiertagen?|heiligabend|heilig abend|den "
                r"feiertagen",
            "new_year": r"neujahr|silvester|jahreswechsel|jahresende",
            "easter": r"ostern",
        },
        "past": r"seit|letzte[nrsm]?|vorige[nrsm]?|vergangene[nrsm]?|war|waren|hatte[n]?|wurde[n]?|"
        r"gestern|begonnen|kaputtgegangen|ausgefallen|rechnung(?:en)?|bestellung|bestellt|"
        r"geburtstag|geliefert|gekauft|schreiben vom|mail vom|angebot vom|angerufen",
        "away": r"im urlaub|in urlaub|urlaub|verreist|abwesend|nicht (?:da|zu hause|zuhause|im "
            r"haus|"
        r"erreichbar|verfügbar|hier|im büro)|unterwegs|geschlossen|besprechung|"
        r"webinar|konferenz|sitzung",
        "doubt": r"vielleicht|eventuell|evtl|falls|wenn|sofern|oder|entweder|sonst|alternativ|"
            r"außer|"
        r"besprechung|webinar|konferenz|nicht|kein|keine|keinen|nie|bereits|schon",
    },
    "fr": {
        "common": "le la les est et vous votre vos nous notre avons je mon ma mes avec pour peut "
        "il "
        "ne pas bonjour merci cordialement venir semaine prochaine un une des du au en dans que "
        "qui "
        "serait possible suis chez",
        "article": r"(?:le |la |l' |les |un |une |du |de |de la |de l' |d' |à la |à l' |en |dans |"
        r"dans la |dans le |courant |vers |vers le |pendant |pendant la )*",
        "of": r"(?:de |d' )?",
        "next": r"(?:prochaine?s?|suivante?s?|qui vient|à venir)",
        "this": r"(?:cette|ce|cet|ces)",
        "after_next": r"(?:la )?semaine d' après|dans quinze jours",
        "week": "semaine",
        "week_number": r"semaine ?(?:n° ?)?(\d{1,2})\b",
        "weekend": r"week-?ends?",
        "month": "mois",
        "in_month": r"(?:en|courant|au mois de|au mois d' |pendant le mois de|fin)",
        "early": r"(?:(?:en |au |tout )?début(?: de| du| d')?(?: la)?)",
        "middle": r"(?:(?:à la |au )?(?:mi|mi-|milieu)(?: de| du)?(?: la)?)",
        "late": r"(?:(?:en |à la )?fin(?: de| du| d')?(?: la)?)",
        "days": {"aujourd' ?hui": 0, "après-demain": 2, "apres-demain": 2, "demain": 1},
        "in_days": r"dans ({n}) jours",
        "in_weeks": r"dans ({n}) semaines?",
        "within": r"(?:d' ici |dans les |sous |au cours des )({n}) (?:prochains |prochaines )?"
        r"(jours?|semaines?)",
        "numbers": "un=une deux trois quatre cinq six sept huit neuf dix",
        "parts": {
            "morning": r"(?:le |au |en |dans la |de |en fin de |en début de )?(?:matin|matins|"
                r"matinées?)|"
            r"avant midi",
            "afternoon": r"(?:l' |dans l' |en |d' |en fin d' |en début d' |les |le )?"
            r"(?:après-midis?|apres-midis?|aprèm)|après midi|apres midi",
            "evening": r"(?:le |au |en |dans la |en fin de |en début de )?(?:soir|soirs|soirées?)|"
            r"après le travail",
        },
        "before": r"(?:avant|plus tôt que)",
        "until": r"(?:jusqu' ?|jusque|d' ici|au plus tard|pas plus tard que)(?:au |le |à |l' )*",
        "after": r"(?:après|apres|plus tard que|passé)",
        "since": r"(?:à partir|à compter|dès|pas plus tôt que|au plus tôt)(?: de| du| d')?",
        "between": "entre",
        "and_": "et",
        "to": r"(?:au|à|jusqu' ?au|-|–)",
        "not_": r"(?:pas|sauf|jamais|excepté|hormis|hors|sans|impossible|aucun)",
        "or_": "(?:ou|et|/)",
        "any_": r"(?:n' importe quel(?:le)?|tous|toutes|chaque|tout)",
        "soon": r"(?:dès|aussitôt|aussi vite|aussi tôt) que possible|(?:le )?plus (?:vite|tôt|"
            r"rapidement) "
        r"possible|au plus vite|rapidement|en urgence|d' urgence|dans les meilleurs délais",
        "day_of_month": r"\b((?:le|du|au) )(\d{1,2})(?:er)?\b(?! ?(?:h\b|h\d|heures?|:|%|€|,? "
        r"(?:bis |ter )?(?:rue|avenue|bd|boulevard|place|chemin|route|allée|impasse|quai)))",
        "oclock": r"(?: ?h(?:eures?)?)?",
        "holidays": {
            "christmas": r"noël|noel|les fêtes|fêtes de fin d' année",
            "new_year": r"(?:le )?nouvel an|le jour de l' an|la fin de l' année|fin d' année",
            "easter": r"pâques|paques",
        },
        "past": r"depuis|dernière?s?|dernières?|passée?s?|était|étaient|avait|avons eu|a été|ont "
            r"été|"
        r"hier|commencé|arrêtée?|tombée?|facture|commande|commandé|anniversaire|livrée?|achetée?|"
        r"votre (?:courrier|mail|lettre|devis) du|il y a",
        "away": r"absente?s?|en vacances|en congés?|en déplacement|pas là|pas disponibles?|"
        r"indisponibles?|fermée?s?|pas chez (?:moi|nous)|"
        r"réunions?|webinaire|conférence",
        "doubt": r"peut-être|éventuellement|si|sinon|ou|soit|sauf|réunion|webinaire|conférence|pas|"
        r"jamais|déjà|ne|n'",
    },
    "es": {
        "common": "el la los las es y usted su sus nosotros nuestro tenemos yo mi con para puede "
        "no hola buenos días gracias saludos venir semana un una del al en que por favor sería "
        "posible se me",
        "article": r"(?:el |la |los |las |un |una |del |de |de la |en |en la |en el |por |por la |"
        r"por las |durante |durante la |hacia |sobre )*",
        "of": r"(?:de )?",
        "next": r"(?:próxim[oa]s?|proxim[oa]s?|siguientes?|que viene|que entra|entrante)",
        "this": r"(?:esta|este|estos|estas)",
        "after_next": r"(?:dentro de|en) quince días|la semana siguiente a la próxima",
        "week": "semana",
        "week_number": r"semana (?:número |n[º°] ?)?(\d{1,2})\b",
        "weekend": r"fin(?:es)? de semana",
        "month": "mes",
        "in_month": r"(?:en|durante|durante el mes de|en el mes de)",
        "early": r"(?:(?:a|al|en) )?(?:principios?|comienzos?|inicios?)(?: de| del)?(?: la)?",
        "middle": r"(?:(?:a|en) )?(?:mediados|mitad)(?: de| del)?(?: la)?",
        "late": r"(?:(?:a|al) )?(?:finales|fines|final)(?: de| del)?(?: la)?",
        "days": {"hoy": 0, "pasado mañana": 2},
        "in_days": r"(?:dentro de|en) ({n}) días",
        "in_weeks": r"(?:dentro de|en) ({n}) semanas?",
        "within": r"(?:en (?:los|las) próxim[oa]s|en menos de|antes de|en un plazo de) ({n}) "
        r"(días|semanas?)",
        "numbers": "un=una=uno dos tres cuatro cinco seis siete ocho nueve diez",
        "parts": {
            "morning": r"(?:por|en|de|durante|a) las? mañanas?|a primera hora|antes del mediodía|"
            r"esta mañana",
            "afternoon": r"(?:(?:por|en|de|durante) las? |a la |(?:esta|esa|una|alguna|"
                r"cualquier) |la |las )?"
            r"(?<!muy )(?<!más )tardes?(?! o temprano)|después de comer",
            "evening": r"(?:(?:por|en|de|durante) las? |a la |esta |la |las )?noches?|"
            r"después del trabajo|última hora de la tarde",
        },
        "before": r"(?:antes)(?: del?| de la| de las)?",
        "until": r"(?:hasta|como muy tarde|a más tardar|como máximo|no más tarde)(?: del?| el| "
            r"las?)*",
        "after": r"(?:después|despues|tras|pasad[oa]s?|más tarde)(?: del?| de las?)*",
        "since": r"(?:a partir|no antes|como muy pronto)(?: del?| de las?| el)*|desde(?: el| "
            r"las?)?",
        "between": "entre",
        "and_": "(?:y|e)",
        "to": r"(?:al|a|hasta|-|–)",
        "not_": r"(?:no|nunca|excepto|salvo|menos|sin|ningún|imposible)",
        "or_": "(?:o|u|y|/)",
        "any_": r"(?:cualquier|cualquiera|todos|todas|cada)",
        "soon": r"(?:lo|cuanto) (?:antes|más pronto)(?: posible)?|tan pronto como (?:sea posible|"
            r"puedan)|"
        r"con urgencia|urgentemente|inmediatamente",
        "day_of_month": r"\b((?:el|del|al|hasta el|desde el) (?:día )?)(\d{1,2})\b(?! ?(?::|h\b|"
            r"horas|%|€))",
        "oclock": r"(?: ?h(?:oras|s)?)?",
        "holidays": {
            "christmas": r"(?:la )?navidad(?:es)?|nochebuena|las fiestas",
            "new_year": r"(?:el )?año nuevo|nochevieja|fin de año",
            "easter": r"semana santa|pascua",
        },
        "past": r"pasad[oa] (?:lunes|martes|miércoles|jueves|viernes|sábado|domingo|semana)|"
        r"(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo|semana) pasad[oa]|era|fue|estaba|"
        r"había|ayer|hace|empezó|dejó|rompió|falló|estropeó|factura|pedido|cumpleaños|entregad[oa]|"
        r"comprad[oa]|su (?:carta|correo|presupuesto) del?|lleva(?:mos)?",
        "away": r"de vacaciones|fuera|ausentes?|de viaje|no (?:estoy|estamos|estaré|estaremos|"
            r"hay nadie)|"
        r"cerrad[oa]s?|reunión|reuniones|seminario|conferencia",
        "doubt": r"quizás?|tal vez|si|o|u|reunión|seminario|conferencia|no|nunca|salvo|excepto|ya|"
        r"tampoco",
    },
    "it": {
        "common": "il la lo gli le è e voi vostro noi nostro abbiamo io mio mia con per può non "
        "buongiorno salve grazie saluti venire settimana un una del al in che favore sarebbe "
        "possibile mi si della dei ho di dopo prima delle alle dalle questo questa",
        "article": r"(?:il |lo |la |l' |i |gli |le |un |una |del |della |dell' |di |in |"
        r"nel |nella |nell' |durante |durante la |verso |verso il |intorno |per )*",
        "of": r"(?:di )?",
        "next": r"(?:prossim[oaie]|successiv[oa]|seguenti?|entrante|che viene)",
        "this": r"(?:questa|questo|quest'|queste)",
        "after_next": r"tra quindici giorni|fra quindici giorni",
        "week": "settimana",
        "week_number": r"settimana (?:n\. ?|numero )?(\d{1,2})\b",
        "weekend": r"fine settimana|week-?end",
        "month": "mese",
        "in_month": r"(?:in|a|ad|nel mese di|durante il mese di|per)",
        "early": r"(?:(?:a |all' ?|in )?(?:inizio|inizi|primi|principio)(?: di| del| della)?)",
        "middle": r"(?:(?:a |alla )?metà(?: di| del| della)?)",
        "late": r"(?:(?:a |alla |per )?fine(?: di| del| della)?)",
        "days": {"oggi": 0, "dopodomani": 2, "domani": 1},
        "in_days": r"(?:tra|fra) ({n}) giorni",
        "in_weeks": r"(?:tra|fra) ({n}) settiman[ae]",
        "within": r"(?:entro|nei prossimi|nelle prossime|in) ({n}) (giorni|settiman[ae])",
        "numbers": "un=una=uno due tre quattro cinque sei sette otto nove dieci",
        "parts": {
            "morning": r"(?:di |al |la |in |nella |della |di prima |per la |una |ogni |domani )?"
            r"(?:mattin[aoei]|mattinat[ae])|prima di mezzogiorno|stamattina|domattina",
            "afternoon": r"(?:di |al |il |nel |del |nei |un |ogni |nel primo |nel tardo |primo |"
                r"tardo )?"
            r"pomeriggi[o]?|dopo pranzo",
            "evening": r"(?:di |alla |la |in |nella |una |ogni )?(?:sera|sere|serata)|stasera|"
            r"dopo il lavoro",
        },
        "before": r"(?:prima)(?: di| del| della| dell'| delle)*",
        "until": r"(?:entro|fino|al più tardi|non oltre)(?: il| la| le| l'| a| al| alla| alle| "
            r"all')*",
        "after": r"(?:dopo|successivamente|più tardi)(?: il| la| le| l'| di| del| dell')*",
        "since": r"(?:a partire|non prima)(?: da| dal| dalle| dall'| di| del)*|dal|dalle|dall'|da",
        "between": "(?:tra|fra)",
        "and_": "(?:e|ed)",
        "to": r"(?:al|alle|all'|a|fino al|-|–)",
        "not_": r"(?:non|mai|tranne|eccetto|escluso|salvo|senza|impossibile|nessun)",
        "or_": "(?:o|oppure|e|ed|/)",
        "any_": r"(?:qualsiasi|qualunque|ogni|tutti|tutte)",
        "soon": r"(?:il )?prima possibile|(?:al|il) più presto(?: possibile)?|appena possibile|"
        r"con urgenza|urgentemente|quanto prima",
        "day_of_month": r"\b((?:il|l'|del|dell'|dal|dall'|al|all'|entro il|dopo il) (?:giorno )?)"
        r"(\d{1,2})\b(?! ?(?::|h\b|%|€))",
        "oclock": r"",
        "holidays": {
            "christmas": r"natale|le feste|vigilia",
            "new_year": r"capodanno|fine anno|la fine dell' anno|san silvestro",
            "easter": r"pasqua",
        },
        "past": r"scors[oaie]|passat[oaie]|era|erano|aveva|è stat[oa]|sono stat[oaie]|ieri|fa|"
        r"smesso|rott[oa]|guasta?to|iniziat[oa]|fattura|ordine|ordinat[oa]|compleanno|"
        r"consegnat[oa]|"
        r"acquistat[oa]|vostr[oa] (?:lettera|mail|preventivo) del|non funziona da",
        "away": r"in ferie|in vacanza|fuori (?:città|sede|casa)|assent[ei]|in viaggio|non "
            r"(?:sono|siamo|sarò|saremo|"
        r"c' è) (?:a casa|in casa|disponibil[ei]|in ufficio|nessuno|presenti?)|chius[oi]|"
        r"riunion[ei]|seminario|conferenza",
        "doubt": r"forse|magari|se|o|oppure|altrimenti|riunione|seminario|conferenza|non|mai|"
            r"tranne|"
        r"già",
    },
}  # fmt: skip

# Shorter names of weekdays are words of their own ("so", "mar", "sun").
_SHORTEST_WEEKDAY = 5
_MORE_WEEKDAYS = {"en": {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4}, "it": {}}


@lru_cache(maxsize=len(PROSE_LANGUAGES))
def get_prose_words(code: str) -> ProseWords:
    """The words of a language.

    :param code: one of ``PROSE_LANGUAGES``
    """
    table = dict(_TABLES[code])
    lexicon = get_lexicon(code)
    weekdays = {
        name: number
        for name, number in lexicon.weekdays.items()
        if len(name) >= _SHORTEST_WEEKDAY and name.isalpha()
    }
    table["weekdays"] = weekdays | _MORE_WEEKDAYS.get(code, {})
    table["months"] = {name: number for name, number in lexicon.months.items() if len(name) > 2}
    table["common"] = frozenset(str(table["common"]).split())
    table["numbers"] = {
        word: number
        for number, words in enumerate(str(table["numbers"]).split(), 1)
        for word in words.split("=")
    }
    return ProseWords(code=code, **table)  # type: ignore[arg-type]
