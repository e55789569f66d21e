"""What short replies to an appointment are made of, in five languages.

Phrases are in the notation of ``phrases``. A reply is understood only when each of its words is
in one of these, so a word that changes the meaning ("if", "but", "not yet") needs no entry: it is
not here. ``filler`` says nothing about the visit. ``reason_stops`` are words that keep a clause
from being a mere reason for a cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .phrases import Pattern, Phrase, fold, read_patterns, read_phrases

LANGUAGES = ("en", "de", "fr", "es", "it")
KINDS = ("yes", "no", "cancel", "earlier", "move", "filler")


@dataclass(frozen=True)
class Lexicon:
    """The phrases of one language.

    ``patterns`` maps a first word, or a slot, to patterns. ``greetings`` open a mail, ``closings``
    end one, what follows them is a name; ``because`` opens a reason. ``words`` are all of it.
    """

    code: str
    patterns: dict[str, list[Pattern]]
    greetings: frozenset[Phrase]
    closings: frozenset[Phrase]
    because: frozenset[str]
    reason_stops: frozenset[str]
    words: frozenset[str]


# Said in all languages.
_COMMON = {
    "yes": "(ok|okay|okey|oki|k) / 👍 / 👌 / ✅ / ✔",
    "filler": "🙂 / 😊 / 😀 / 😃 / 😄 / 🙏 / ☺ / 👋 / ❤ / 🌞 / ☀",
}

_ENGLISH = {
    "yes": """
        yes / yes please / yes thanks / yes thank you / yep / yup / yeah / sure / of course
        absolutely / definitely / certainly / agreed / perfect / great / lovely / wonderful
        excellent / brilliant / fantastic / super / fine / good / accepted / confirmed / noted
        (absolutely|perfectly|just|all|totally) (fine|good|ok|okay|perfect)
        [very|so] happy with (that|this|it|the appointment|the time)
        (that|this|it|the time|the date|the appointment|the slot|that time|this time) (is|sounds|looks|seems) [all|absolutely|perfectly|very|just] (fine|good|great|perfect|ok|okay|lovely|convenient)
        (that's|thats|it's|its) [all|absolutely|perfectly|very] (fine|good|great|perfect|ok|okay|lovely|convenient)
        (is|sounds|looks) [all|absolutely|perfectly|very|just] (fine|good|great|perfect|ok|okay|convenient)
        (works|suits|does work|will work|would work) [well|fine|perfectly|great]
        (that|this|it|the time|the date|the appointment|the slot|that time|this time) (works|suits|suits me|suits us|will work|would work|will do) [well|fine|perfectly]
        (suits me|suits us) [well|fine]
        (no problem|no problems|no problem at all|no worries)
        (i|we) [can|do|hereby] (confirm|accept) [that|it|this|the appointment|the visit|the time|the date|my appointment|our appointment|the booking]
        (i|we) am happy to confirm / (i am|i'm|we are|we're) happy to confirm [the appointment]
        (happy|pleased) to confirm [the appointment]
        (please confirm|confirm) [it|the appointment|the visit|my appointment|our appointment]
        [the|our|my] (appointment|visit|time|date|booking) is confirmed [from our side|from my side|on our side]
        appointment confirmed
        (i|we) (will|can) (be|make sure to be) (there|in|home|at home|present|available|waiting) [for you]
        (i'll|we'll|ill|will) be (there|in|home|at home|present|available|waiting) [for you]
        (i am|i'm|im|we are|we're) (there|in|at home|home|available|free) [then]
        (i|we) can make it / (someone|somebody) will be (there|in|at home|home)
        see you [there|then|soon] / see you [on] <day> / until <day> / till <day> / speak then
        (i'll|we'll|i will|we will) take (it|that|this|that one|this one)
        (i|we) agree / (looking|look) forward to (it|seeing you|your visit|the visit|meeting you) / (i|we) look forward to (it|seeing you|your visit|the visit)
        received and confirmed / all good / all set / all fine / all clear / will do / count me in
    """,
    "no": """
        no / nope / no thanks / no thank you / no sorry / not possible / impossible
        unfortunately not / sorry not possible / afraid not / i'm afraid not
        (i|we) (can't|cant|cannot|can not|could not|couldn't|will not be able to|won't be able to|am unable to|are unable to) (make it|make this|make that|come|attend|be there|do it|do that|do this|make the appointment|make this appointment|make that appointment|make the visit|attend the appointment|keep the appointment) [that day|on that day|then]
        (i'm|we're|im) (not able to|unable to) (make it|come|attend|be there|make the appointment|keep the appointment)
        (can't|cant|cannot|can not|unable to) (make it|come|attend|do it|be there) [that day]
        (i|we) (can't|cant|cannot|can not) (do|make) <time> / (can't|cant|cannot) (do|make) <time>
        (i|we) (can't|cannot|cant) (do|make) (that day|that date|that time|this time)
        (i|we) (won't|wont|will not) (be|be able to be) (there|in|home|at home|present|available) [that day|on that day|then]
        (i'm|im|i am|we're|we are) (not|not going to be) (there|in|home|at home|available|free) [that day|on that day|then]
        (i'm|im|i am|we're|we are) (away|on holiday|abroad|out of town|busy|at work|working) [that day|on that day|then]
        (that|this|it|the time|the date|the appointment) (doesn't|does not|doesnt|won't|will not|wont) (work|suit|suit me|suit us|fit)
        (doesn't|does not|doesnt|won't) (work|suit|suit me|suit us|fit)
        (that|this|it|the time|the date) is (not|not going to be) (possible|good|ok|okay|convenient)
        (that's|thats|it's) not (possible|good|ok|okay|convenient) / (is|isn't) not (possible|convenient) / is not (possible|good|convenient)
        (none|none of these|none of them|none of those) (work|works|suit|suits|suit me|suits me|suit us|fit|is possible|are possible) / neither works
        not (available|at home|in) [that day|on that day|then] / (wrong|bad) day
    """,
    "cancel": """
        cancel / cancellation / cancelling / cancelled please
        cancel (it|this|that|the appointment|the visit|my appointment|our appointment|my visit|our visit|my booking|our booking|the booking|the date|everything)
        (can|could|would|will) you [please|kindly] cancel [it|this|that|the appointment|the visit|my appointment|our appointment|my visit|our visit|my booking|the booking]
        (i|we) (would like|want|wish|need|have|am going|would prefer) to cancel [it|this|that|the appointment|the visit|my appointment|our appointment|my visit|our visit|my booking|the booking]
        (i'd|we'd|id) (like|prefer) to cancel [it|this|that|the appointment|the visit|my appointment|our appointment|my visit|our visit|my booking|the booking]
        (i've|i) got to cancel [it|the appointment|the visit|my appointment]
        (i|we) (must|will) cancel [it|this|the appointment|the visit|my appointment|our appointment]
        (i|we) (am|are) cancelling [it|this|the appointment|the visit|my appointment|our appointment]
        (i'm|im|we're) cancelling [it|this|the appointment|the visit|my appointment|our appointment]
        (i|we) [hereby] cancel [it|this|the appointment|the visit|my appointment|our appointment]
        (wish|want|need|have) to cancel [it|the appointment|the visit|my appointment]
        (you can|you may) cancel [it|the appointment|the visit|my appointment]
        (call|calling) (it off|off the visit|the visit off)
    """,
    "earlier": """
        [do you have|have you got|is there|are there|would there be|any chance of|any|is it possible to have|can i have|could i have|can i get|could i get] (anything|something|an appointment|a slot|a time|a date) (earlier|sooner) [available|free]
        (do you have|have you got|is there|would there be|any chance of|i would like|i'd like|i'd prefer|i would prefer|we'd prefer|can i have|could i have|can i get|could i get|is it possible to have) (an earlier|a sooner|any earlier) (appointment|slot|time|date|one|visit) [available|free]
        any earlier (appointment|slot|time|date|appointments|slots|times|dates) [available|free]
        (could|can) you come (earlier|sooner) / (earlier|sooner) would be better / is (earlier|sooner) possible
        an earlier (appointment|slot|time|date)
    """,
    "move": """
        (could|can|may|shall|should) (we|i|you) [please] (make it|move it|move this|change it|do it|do|reschedule|reschedule it|postpone it|have it|have|shift it|move the appointment|move the visit|reschedule the appointment|change the appointment|make it for|push it|move my appointment|reschedule my appointment|come) [to|on|for|at|by]
        [please] (reschedule|move|change|postpone|shift|make) [it|this|the appointment|the visit|my appointment|our appointment] [to|for|on]
        instead / rather / better / (would|will) be (better|good|fine|great|perfect|ok|best|possible|preferable) [for me|for us|instead]
        (would|will|could) (suit|work|work for|do|fit) [me|us] [better|well|instead]
        (would|is|are) be possible / is possible / possible / is it possible [on|for|to do|to move it to|to come] / would it be possible [on|for|to do|to move it to|to come]
        (i|we) (would|could) (prefer|do|make) / (i'd|we'd) (prefer|like) / (i|we) (prefer|can do) / how about / what about / is
        (i|we) would like / prefer / i am free / i'm free / (i'm|i am) available
    """,
    "filler": """
        please / pls / plz / thanks / thank you / thx / ty / cheers / many thanks / thanks (a lot|so much|very much|again|in advance) / thank you (so much|very much|again|kindly|in advance)
        (thanks|thank you|many thanks) for (the|your) (reminder|mail|email|message|information|info|confirmation|reply|answer|help|appointment|offer|offers|suggestions) / (thanks|thank you) for (confirming|letting me know|reminding me|your help|the quick reply)
        sorry / sorry about that / sorry for (the trouble|any trouble|the inconvenience|any inconvenience|the late notice|the short notice) / apologies / my apologies / i'm sorry / i am sorry
        unfortunately / (i'm|i am|im) afraid / sadly / kindly / just
        (hi|hello|hey|hi there|hello there|dear all|good morning|good afternoon|good evening|good day) / dear (sir|madam|sir or madam|team|sirs|all)
        (for|with|by) (me|us) / with me / from (us|me|our side|my side)
        the (appointment|visit|time|date|slot) / on <day> / at <time> / <time>
        have a (nice|good|great|lovely) (day|evening|weekend|week|one) / a lot / then
        (i|we) no longer need (it|the visit|the appointment) / no longer needed
        (i|we) (don't|do not|dont) need (it|the visit|the appointment) any (more|longer) / (it|everything|the problem) (works|is working) (again|now) / (it's|its) working (again|now)
        (problem|the problem|issue|the issue) [is|has been|was] (solved|fixed|resolved) / so / and / many
    """,
    "greetings": "hi / hello / hey / dear / good morning / good afternoon / good evening / good day / hi there / hello there",
    "closings": "best regards / kind regards / warm regards / regards / best wishes / many thanks / best / sincerely / yours sincerely / yours faithfully / kindest regards / cheers / thanks / thank you / thanks again / br / all the best / with kind regards / with best regards",
    "because": "because since as",
    "reason_stops": "that if but or not only instead unless except other another second first when then move reschedule change again later call phone why how what who where maybe perhaps might would could should you your appointment visit slot time date except until before after subscription invoice bill order ticket paid refund money never nobody don't dont didn't doesn't",
}

_GERMAN = {
    "yes": """
        ja / ja bitte / ja danke / ja gern / ja gerne / jap / jep / jo / joa / jawohl / gern / gerne / klar / na klar / selbstverständlich / natürlich / sicher
        passt / passt so / passt [mir|uns|bei mir|bei uns|für mich|für uns] [sehr] [gut|perfekt|prima|super] / perfekt / super / prima / top / klasse / wunderbar / hervorragend / bestens / toll / sehr gut / gut / fein / sehr schön / schön
        alles klar / alles gut / geht klar / geht in ordnung / in ordnung / einverstanden / bestätigt / akzeptiert / notiert / vermerkt / abgemacht / genau / geht
        (das|es|der termin|die zeit|die uhrzeit|der zeitpunkt|das datum) passt [mir|uns|bei mir|bei uns|für mich|für uns] [sehr] [gut|perfekt|prima|super|wunderbar]
        (das|es|der termin|die zeit|die uhrzeit) (ist|wäre|geht) [so] [für mich|für uns|bei mir|bei uns] (ok|okay|gut|in ordnung|perfekt|prima|super|klar|recht) [für mich|für uns]
        (ist|geht) [so] [für mich|für uns] (ok|okay|gut|in ordnung|perfekt|prima|super|recht|notiert|vermerkt|eingetragen) [für mich|für uns]
        (das|es) (klappt|geht|geht klar|passt so) [bei mir|bei uns] / klappt [bei mir|bei uns] / geht [bei mir|bei uns]
        (kein problem|keine probleme|gar kein problem|kein thema)
        [hiermit] (bestätige|bestätigen) (ich|wir) [hiermit|gerne|gern] [den termin|das|den besuch]
        (ich|wir) (bestätige|bestätigen) [hiermit|gerne|gern] [den termin|das|den besuch|ihnen den termin]
        (termin|der termin|der termin ist|termin ist) (bestätigt|ok|okay|in ordnung)
        (ich|wir) (bin|sind) [dann] (da|zuhause|zu hause|daheim|vor ort|anwesend|dabei|einverstanden|mit dem termin einverstanden|verfügbar)
        (bin|sind) [dann] (da|zuhause|zu hause|daheim|vor ort|anwesend|dabei|einverstanden|mit dem termin einverstanden)
        (ich|wir) (werde|werden) (da|zuhause|zu hause|vor ort|anwesend|daheim) sein / (ich|wir) (nehme|nehmen) (den|ihn|den termin|das)
        (den|ihn|den termin|das) (nehme|nehmen) (ich|wir) [gerne|gern] / wird (da|jemand da) sein
        bis dann / bis dahin / bis bald / bis <day> / bis [am] <day> / (ich|wir) (freue mich|freuen uns) / freue mich / freuen uns / (freue mich|freuen uns) (drauf|darauf|auf ihren besuch)
        (zusage|zugesagt) / (ich|wir) (sage|sagen) zu
    """,
    "no": """
        nein / nein danke / nein leider / nein leider nicht / leider nein / leider nicht / nee / nö / ne / geht nicht / geht leider nicht / leider nicht möglich / nicht möglich / unmöglich / leider unmöglich
        (das|es|der termin|die zeit|die uhrzeit|da) (passt|klappt|geht|ist) [bei mir|bei uns|mir|uns|für mich|für uns] [leider] [gar|überhaupt] (nicht|nicht möglich|unmöglich)
        (passt|klappt|geht|ist) [bei mir|bei uns|mir|uns|für mich|für uns] [leider] [gar|überhaupt|so] (nicht|nicht möglich|unmöglich)
        passt leider nicht / (keiner|keine|keins|nichts) [davon|der termine] (passt|geht|klappt|ist möglich) [mir|uns|bei mir|bei uns] [leider]
        [leider] (kann|können|könnte) (ich|wir) [leider] [da|an dem tag|an diesem tag|dann] [leider] nicht [kommen|da sein]
        (ich|wir) (kann|können) [leider] [da|an dem tag|an diesem tag|dann|den termin] [leider] nicht [kommen|da sein|wahrnehmen|einhalten]
        (ich|wir) (kann|können) den termin leider nicht (wahrnehmen|einhalten) / den termin (kann|können) (ich|wir) [leider] nicht (wahrnehmen|einhalten)
        (da|dann|an dem tag|an diesem tag) (kann|können) (ich|wir) [leider] nicht / <time> (kann|können) (ich|wir) [leider] [gar] nicht
        (kann|können) [da|an dem tag|an diesem tag|dann|<time>] [leider] nicht / kann (da|<time>) leider nicht / kann leider [da|an dem tag|an diesem tag|<time>] nicht
        (da|dann|an dem tag|an diesem tag|<time>) (bin|sind) (ich|wir) [leider] (nicht da|nicht zuhause|nicht zu hause|verhindert|im urlaub|verreist|unterwegs|nicht daheim|auf der arbeit)
        (ich|wir) (bin|sind) [da|dann|an dem tag|an diesem tag|<time>] [leider] (nicht da|nicht zuhause|nicht zu hause|verhindert|im urlaub|verreist|unterwegs|nicht daheim)
        bin [da|an dem tag|an diesem tag|<time>] [leider] (nicht da|nicht zuhause|nicht zu hause|verhindert|im urlaub|verreist|unterwegs|nicht daheim)
        (ich|wir) (schaffe|schaffen) es [leider] nicht / schaffe (ich|es) [leider] nicht / das schaffe ich [leider] nicht
        (ich|wir) (werde|werden) [an dem tag|an diesem tag|<time>] nicht (da|zuhause|zu hause) sein
    """,
    "cancel": """
        stornieren / storno / stornierung / absage / absagen / terminabsage / canceln / streichen / abbestellen
        [den|diesen|meinen|unseren] termin [bitte] (stornieren|absagen|streichen|löschen|canceln) / [den|meinen|unseren] besuch [bitte] (stornieren|absagen|streichen|canceln)
        bitte [den|diesen|meinen|unseren] (termin|besuch) [wieder] (stornieren|absagen|streichen|löschen|canceln)
        (stornieren|canceln|streichen|löschen) sie [bitte] (den termin|ihn|den besuch|meinen termin|das|diesen termin|unseren termin)
        sagen sie [bitte] (den termin|ihn|den besuch|meinen termin|das|diesen termin|unseren termin) [bitte] ab
        (ich|wir) (möchte|möchten|will|wollen|muss|müssen|würde|würden) [leider] [den|diesen|meinen|unseren] (termin|besuch) [<day>] [leider|gern|gerne] (stornieren|absagen|streichen|canceln)
        [leider] (möchte|möchten|muss|müssen) (ich|wir) [leider] [den|diesen|meinen|unseren] (termin|besuch) [<day>] [leider|gern|gerne] (stornieren|absagen|streichen|canceln)
        (ich|wir) (möchte|möchten|will|wollen|muss|müssen) [leider] (stornieren|absagen|canceln) / [leider] (muss|müssen) [ich|wir] [leider] (absagen|stornieren)
        (ich|wir) (storniere|stornieren|sage|sagen|cancele) [hiermit] (den termin|den besuch|meinen termin|unseren termin) [<day>] [hiermit|leider] [ab]
        hiermit (storniere|stornieren) (ich|wir) [den termin|den besuch|meinen termin|unseren termin] / hiermit (sage|sagen) (ich|wir) (den termin|den besuch|meinen termin|unseren termin) [leider] ab
        (können|könnten|würden) sie [bitte] (den termin|meinen termin|unseren termin|den besuch|ihn) [bitte] (stornieren|absagen|streichen|löschen)
        (sie können|können sie) den termin (stornieren|absagen|streichen|löschen)
    """,
    "earlier": """
        (haben sie|gibt es|hätten sie|gäbe es|habt ihr|wäre) [vielleicht|evtl|eventuell|noch|auch] (etwas|was|einen termin) (früher|eher|früheres)
        (haben sie|gibt es|hätten sie|gäbe es|habt ihr|wäre|ich hätte gerne|ich hätte gern|ich möchte|ich brauche|ich wünsche mir|wir hätten gerne|hätte gerne) [vielleicht|evtl|eventuell|noch|auch] (einen früheren|einen frühere|ein früherer|früheren) termin [möglich|frei]
        (geht es|geht|ginge|ginge es|wäre es|geht das|ginge das) [vielleicht|evtl|eventuell] [auch] [etwas] (früher|eher)
        (können|könnten) sie [vielleicht|evtl|auch] [schon] (früher|eher) kommen / (früher|eher) (möglich|wäre besser|wäre mir lieber)
        ist [auch] ein früherer termin möglich
    """,
    "move": """
        (können|könnten) (wir|sie) [bitte] [das|den termin|ihn|es] [bitte] [auf|am] / (verlegen|verschieben|kommen|machen|ändern|umbuchen)
        bitte [den termin] (auf|verschieben auf|verlegen auf|umbuchen auf|ändern auf) / [bitte] (verschieben|verlegen|umbuchen|ändern) [auf]
        (verschieben|verlegen) sie [bitte] (den termin|ihn|das) [bitte] [auf]
        (geht|ginge|wäre|passt|klappt) [es|das] [auch|vielleicht|evtl|eventuell|stattdessen] / (würde|könnte) [es|das] [auch|besser|mir|uns] (gehen|passen|klappen) / auf
        (wäre|würde|ist|geht|ginge|passt|passte) [mir|uns|für mich|für uns|es] (besser|lieber|gut|möglich|ideal|perfekt|recht|super|prima|okay|ok) [passen]
        lieber / besser / stattdessen / möglich / (wäre|ginge) [es] / am besten / (ich|wir) (möchte|möchten|würde|würden|könnte|könnten|hätte gerne|hätten gerne) [lieber|gern|gerne]
    """,
    "filler": """
        bitte / danke / dankeschön / vielen dank / besten dank / herzlichen dank / danke (sehr|schön|ihnen|euch|vielmals) / dank / lieben dank / merci
        (danke|vielen dank|besten dank|herzlichen dank|dankeschön) für (die|ihre|den|ihren|das|eure) (erinnerung|mail|e mail|nachricht|info|information|bestätigung|rückmeldung|antwort|termin|hilfe|vorschläge|angebot|bemühungen)
        leider / tut mir leid / tut mir sehr leid / es tut mir leid / tut uns leid / sorry / entschuldigung / entschuldigen sie / bedaure / schade / hiermit / dann / also / auch / so
        (hallo|hi|hey|moin|servus|grüezi|grüß gott|guten tag|guten morgen|guten abend|hallo zusammen|guten tag zusammen) / sehr geehrte damen und herren / liebes team
        (für|bei) (mich|mir|uns) / mir / uns / von (uns|mir|unserer seite|meiner seite) / der termin / den termin
        (schönen|einen schönen|noch einen schönen) (tag|abend|tag noch|abend noch) / schönes wochenende / (schöne|eine schöne) woche / am <day> / um <time> / <time> / am besten
        hat sich erledigt / (es|das) hat sich erledigt / (der termin|er|es|das) wird nicht mehr benötigt / wird nicht mehr gebraucht / (ich|wir) (brauche|brauchen|benötige|benötigen) (den termin|ihn|das) nicht mehr / (es|das gerät|alles) (läuft|geht|funktioniert) [jetzt] wieder / und
    """,
    "greetings": "hallo / hi / hey / moin / servus / guten tag / guten morgen / guten abend / liebe / lieber / liebes / sehr geehrte / sehr geehrter / grüß gott / grüezi / hallo zusammen / werte / werter",
    "closings": "mit freundlichen grüßen / mit freundlichem gruß / freundliche grüße / viele grüße / liebe grüße / beste grüße / schöne grüße / herzliche grüße / mit besten grüßen / gruß / grüße / lg / vg / mfg / bg / hg / danke / vielen dank / besten dank / lieben gruß / schönen gruß / hochachtungsvoll",
    "because": "weil da denn",
    "reason_stops": "dass das wenn falls aber oder nicht nur sondern außer statt stattdessen anderer anderen anderes zweite zweiten erste ersten dann verschieben verlegen wieder nochmal später anrufen rückruf warum wieso wie was wer wo vielleicht eventuell evtl würde könnte sollte sie ihr ihre ihren termin besuch zeit uhrzeit datum rechnung auftrag ticket bezahlt geld nie niemand keiner kein keine bis vor nach sonst",
}

_FRENCH = {
    "yes": """
        oui / ouais / oui merci / oui s' il vous plait / oui volontiers / volontiers / bien sûr / certainement / avec plaisir / bien entendu / absolument / tout à fait
        ça (marche|roule|joue|va|convient|fonctionne) [pour moi|pour nous] / [oui] d'accord / d' accord / (je suis|nous sommes) d' accord / entendu / c' est entendu / c' est d' accord / parfait / parfaitement / super / nickel / impeccable / excellent / génial / top / très bien / bien / bon / ok pour moi
        c' est [tout à fait|très] (parfait|bon|bien|ok|okay|noté|confirmé|super|nickel|impeccable|possible|génial) [pour moi|pour nous] / noté / bien noté / bien reçu / confirmé / validé / c' est validé
        (ça|cela|ce rendez vous|le rendez vous|l' heure|la date|l' horaire|ce créneau|le créneau|cet horaire) (me|nous) (convient|va) [très bien|parfaitement|bien|tout à fait]
        (me|nous) (convient|va) [très bien|parfaitement|bien|tout à fait]
        (ça|cela) (ira|me convient|nous convient) [très bien|parfaitement] / convient
        (pas de|aucun) (souci|soucis|problème|problèmes) / sans problème / sans souci
        (je|nous) [vous] (confirme|confirmons|valide|validons|accepte|acceptons) [le rendez vous|le rdv|ma présence|notre présence|la visite|mon rendez vous|notre rendez vous|la date|l' heure]
        (je) le (confirme|prends) / (rendez vous|rdv|le rendez vous|le rdv|le rendez vous est|le rdv est) confirmé
        (je|nous) (serai|serons) [bien] (là|présent|présente|présents|présentes|à la maison|chez moi|chez nous|disponible|disponibles|sur place)
        on sera (là|présents|à la maison|chez nous) / (je suis|nous sommes) (là|présent|présente|disponible|disponibles)
        (à|a) <day> / (à|a) (bientôt|plus|très vite) / (je|nous) le (prends|prenons) / au plaisir
    """,
    "no": """
        non / non merci / non désolé / non désolée / malheureusement non / impossible / impossible pour moi / pas possible / malheureusement pas / c' est impossible [pour moi|pour nous] / ce n' est pas possible [pour moi|pour nous] / c' est pas possible [pour moi|pour nous]
        (n' est pas|pas|est) (possible|impossible) [pour moi|pour nous]
        (je|nous) ne (peux|pouvons|pourrai|pourrons|suis|serai|serons) [malheureusement] pas [être] [<time>] [là|présent|présente|présents|disponible|disponibles|libre|chez moi|à la maison|venir] [ce jour là|ce jour|à cette date|<time>]
        je (peux|pourrai|suis|serai) [malheureusement] pas [là|présent|présente|disponible|libre] [ce jour là|ce jour|à cette date|<time>] / on ne (peut|pourra) pas / on (peut|pourra) pas
        (je suis|nous sommes|je serai) [malheureusement] (absent|absente|absents|en vacances|en déplacement|au travail|pris|prise|indisponible|occupé|occupée) [ce jour là|ce jour|<time>]
        (ça|cela|le rendez vous|ce rendez vous|la date|l' heure|l' horaire) ne (me|nous) (convient|va|convient malheureusement|va malheureusement) pas [malheureusement] / (ça|cela) (me|nous) (convient|va) pas / ne (me|nous) (convient|va|convient malheureusement) pas
        (aucun|aucune) [de ces|des] [créneaux|horaires|rendez vous] ne (me|nous) (convient|va) / (aucun|aucune) n' est possible / aucun ne convient
    """,
    "cancel": """
        annuler / annulation / annulez / j' annule / on annule / nous annulons / à annuler / je l' annule
        (annulez|annuler) (le rendez vous|le rdv|la visite|mon rendez vous|mon rdv|notre rendez vous|ce rendez vous|tout|l' intervention|ma visite)
        (j' annule|on annule|nous annulons) (le rendez vous|le rdv|la visite|mon rendez vous|mon rdv|notre rendez vous|ce rendez vous|l' intervention) [de <day>|du <day>|<day>]
        (merci|veuillez|merci de bien vouloir|prière|je vous prie|nous vous prions|je vous demande) [de|d'] (annuler|l' annuler|annuler le rendez vous|annuler le rdv|annuler la visite|annuler mon rendez vous|annuler mon rdv|annuler notre rendez vous|annuler ce rendez vous|annuler l' intervention)
        (je souhaite|je souhaiterais|je voudrais|je veux|je dois|je désire|j' aimerais|nous souhaitons|nous devons|nous voulons|nous voudrions|il faut|je préfère|je suis obligé d'|je suis obligée d'|je suis contraint d'|je suis contrainte d') (annuler|l' annuler) [le rendez vous|le rdv|la visite|mon rendez vous|mon rdv|notre rendez vous|ce rendez vous|l' intervention]
        (pouvez vous|pourriez vous|vous pouvez|pourrez vous) [s' il vous plait] annuler [le rendez vous|le rdv|la visite|mon rendez vous|mon rdv|notre rendez vous|ce rendez vous|l' intervention]
    """,
    "earlier": """
        (avez vous|auriez vous|vous avez|vous auriez|y a t il|y aurait il|il y a|il y aurait) (quelque chose|un rendez vous|un rdv|un créneau|une date|une place|une disponibilité) plus tôt
        (est il|serait il|est ce|c' est) possible (de venir|d' avoir un rendez vous|d' avoir un rdv|d' avoir un créneau|d' avancer le rendez vous|plus tôt) [plus tôt]
        (pouvez vous|pourriez vous) venir plus tôt / (un|le) (rendez vous|rdv|créneau) plus tôt [serait possible|est possible|serait il possible|est il possible|si possible]
        (je préférerais|je préfère|je voudrais|j' aimerais|je souhaiterais|nous préférerions) (un rendez vous|un rdv|un créneau|une date) plus tôt / plus tôt (serait mieux|si possible)
    """,
    "move": """
        (est ce|est il|serait il|c' est|ce serait|est ce que c' est|est ce que ce serait) possible [pour|de le déplacer|de le reporter|de venir|de déplacer le rendez vous]
        (merci|veuillez|pouvez vous|pourriez vous|peut on|pourrait on|pouvons nous|pourrions nous|est ce qu' on peut|on peut|je souhaite|je voudrais|je souhaiterais|j' aimerais) [de|d'] [le] (déplacer|reporter|décaler|changer|repousser|venir|mettre|fixer|passer|avancer) [le rendez vous|le rdv|la visite|mon rendez vous|mon rdv|notre rendez vous] [au|à|pour]
        (déplacer|reporter|décaler|changer|repousser) [le rendez vous|le rdv|la visite|mon rendez vous] [au|à|pour] / plutôt / mieux / de préférence / à la place
        (serait|ça serait|ce serait|est|irait|sera) [plus|il|t il] (mieux|bien|possible|parfait|idéal|préférable|bon|pratique|ok) [pour moi|pour nous] / (me|nous) (conviendrait|irait|convient|arrangerait|arrange) [mieux|bien|très bien|plus] / est il possible / serait il possible / possible
        (je préfère|je préférerais|nous préférons|nous préférerions|je peux|je pourrais)
    """,
    "filler": """
        merci / merci beaucoup / merci bien / un grand merci / merci (à vous|d' avance|encore|infiniment) / mille mercis / svp / stp / s' il vous plait / s' il te plait
        merci (pour|de) (le|votre|la|l'|vos) (rappel|mail|message|confirmation|information|réponse|retour|email|aide|propositions)
        désolé / désolée / désolés / je suis désolé / je suis désolée / nous sommes désolés / malheureusement / veuillez m' excuser / veuillez nous excuser / excusez moi / pardon / toutes mes excuses / avec mes excuses
        (bonjour|bonsoir|salut|coucou|bonjour à tous|bonjour madame|bonjour monsieur|madame|monsieur|madame monsieur)
        pour (moi|nous) / le rendez vous / le rdv / pour le rendez vous / (bonne|belle|excellente) (journée|soirée|semaine|fin de journée) / bon week end / bonne fin de semaine / pour <time> / de <time> / du <time> / <time>
        (je n' ai|nous n' avons) plus besoin (du rendez vous|de la visite|de ce rendez vous|de votre visite) / le problème est (résolu|réglé) / (tout|ça) (remarche|refonctionne) / (ça|cela) (marche|fonctionne) (de nouveau|à nouveau|maintenant) / et / alors / donc
    """,
    "greetings": "bonjour / bonsoir / salut / coucou / cher / chère / chers / madame / monsieur / mesdames / bonjour madame / bonjour monsieur / chère madame / cher monsieur",
    "closings": "cordialement / bien cordialement / très cordialement / bien à vous / sincères salutations / salutations / meilleures salutations / salutations distinguées / amicalement / bonne journée / belle journée / bonne soirée / respectueusement / cdt / cdlt / merci / merci beaucoup / merci d'avance / à bientôt / bàv",
    "because": "car puisque comme parce",
    "reason_stops": "que si mais ou pas ne seulement sauf autre autres deuxième second premier première quand alors déplacer reporter décaler encore plus tard rappeler appeler appelez rappelez pourquoi comment que quoi qui où peut-être peut vous votre vos rendez rdv visite créneau heure date facture commande ticket payé argent jamais personne sinon avant après",
}

_SPANISH = {
    "yes": """
        sí / si / sip / sí gracias / sí por favor / si gracias / si por favor / vale / claro / claro que sí / por supuesto / desde luego / de acuerdo / estoy de acuerdo / estamos de acuerdo / conforme / conformes / estamos conformes [con la cita] / estoy conforme [con la cita]
        perfecto / perfectamente / genial / estupendo / fenomenal / excelente / fantástico / ideal / muy bien / bien / bueno / está bien / todo bien / correcto / confirmado / confirmada / anotado / apuntado / entendido / recibido / hecho / aceptado / me apunto
        [la] (cita|visita) [queda|está] (confirmada|aceptada) / (está|esta|queda) (bien|confirmada|confirmado|perfecto|apuntado|anotado) [para mí|para nosotros]
        (me|nos) (viene|va|vale|parece|queda|conviene|encaja) [muy] (bien|perfecto|genial|perfectamente|estupendo|estupendamente|fenomenal) / (me|nos) (vale|conviene|encaja) / (eso|esa hora|esa fecha|la hora|la fecha|la cita|el horario) (me|nos) (viene|va|parece) [muy] (bien|perfecto)
        sin (problema|problemas) / no hay problema / ningún problema
        [yo|nosotros] (confirmo|confirmamos|acepto|aceptamos) [la cita|la visita|mi asistencia|nuestra asistencia|la hora|la fecha|asistencia]
        (allí|ahí|aquí) (estaré|estaremos) / (estaré|estaremos|estoy|estamos) (en casa|allí|ahí|aquí|presente|presentes|disponible) / (cuenten|cuente) conmigo
        nos vemos [<day>|entonces|ese día] / hasta <day> / hasta (entonces|luego|pronto|ese día) / (la|lo) (cojo|tomo|acepto) / me la quedo
    """,
    "no": """
        no / no gracias / no lo siento / lamentablemente no / desgraciadamente no / imposible / no es posible / me es imposible / me resulta imposible / (me|nos) (es|resulta) imposible / es imposible [para mí]
        no (puedo|podemos|podré|podremos) [ese día|ese dia|entonces|esa hora|a esa hora|<time>|estar|ir|asistir|acudir|venir|estar en casa|atenderles] [ese día|<time>]
        (no|yo no) voy a poder [ese día|<time>|ir|estar|asistir] / ese día no (puedo|podemos|podré|estaré|estaremos|estoy|me viene bien|nos viene bien|me va bien) [en casa|disponible]
        <time> no (puedo|podemos|podré|estaré|estoy|me viene bien|nos viene bien|me va bien) [en casa|disponible] / <time> (me|nos) (es|resulta) imposible
        no (me|nos) (viene|va|vale|conviene|encaja|queda) [muy|nada] [bien] / (ninguna|ninguno) [de ellas|de esas|de estas] (me|nos) (viene|va) bien / (ninguna|ninguno) es posible
        no (estaré|estaremos|estoy|estamos) [en casa|disponible|disponibles|allí|ahí] [ese día|<time>]
        (estoy|estaré|estaremos) (de viaje|de vacaciones|fuera|trabajando|ocupado|ocupada) [ese día|<time>]
    """,
    "cancel": """
        cancelar / anular / cancelación / anulación / cancelen / cancele / anulen / anule / cancélenla / cancélela / anúlenla / anúlela / cancelo / cancelamos / anulo / anulamos / cancela / cancelarla / anularla
        (cancelar|anular|cancelen|cancele|anulen|anule|cancelo|cancelamos|anulo|anulamos|cancela) (la cita|mi cita|la visita|nuestra cita|mi visita|esta cita|la reserva|mi reserva|todo) [de <day>|del <day>|<day>]
        (quiero|quisiera|querría|quería|deseo|necesito|debo|tengo que|tenemos que|queremos|querríamos|necesitamos|debemos|prefiero|me gustaría|voy a|vamos a|he de) (cancelar|anular|cancelarla|anularla) [la cita|mi cita|la visita|nuestra cita|mi visita|esta cita|la reserva|mi reserva]
        (pueden|puede|podrían|podría|pueden ustedes|podéis|puedes) (cancelar|anular|cancelarla|anularla) [la cita|mi cita|la visita|nuestra cita|mi visita|esta cita|la reserva]
        (les|le|os) (ruego|pido|rogamos|pedimos) que (cancelen|anulen|cancele|anule) [la cita|mi cita|la visita|nuestra cita|mi visita]
    """,
    "earlier": """
        (tienen|tiene|tendrían|tendría|tenéis|hay|habría|hubiera) (algo|alguna cita|una cita|algún hueco|un hueco|alguna hora|una hora|alguna fecha) (antes|más temprano|más pronto)
        (pueden|podrían|puede|podría|podéis) venir (antes|más temprano|más pronto) / (es|sería) posible (antes|más temprano|venir antes|una cita antes|adelantar la cita|adelantarla)
        (preferiría|prefiero|quisiera|me gustaría|querría|quiero|necesito|preferiríamos) (una cita|un hueco|una hora|una fecha|algo) (antes|más temprano|más pronto)
        (pueden|podrían|podemos|podríamos) adelantar [la cita|la visita] / (pueden|podrían) adelantarla
    """,
    "move": """
        (podría|puede|podrían|pueden|podemos|podríamos|es posible|sería posible|se puede|se podría) [ser|pasarla|pasarlo|cambiarla|cambiarlo|moverla|moverlo|cambiar la cita|mover la cita|venir|hacerlo|hacerla|aplazarla|quedar|retrasarla|cambiar] [a|al|para|en]
        (cambiar|mover|pasar|aplazar|cambien|muevan|pasen|cámbienla|cambiarla|moverla|pasarla) [la cita|mi cita|la visita] [a|al|para]
        (mejor|preferiría|prefiero|preferimos|en su lugar|más bien|quisiera|me gustaría|querría)
        (estaría|sería|quedaría|es|vendría|iría) (bien|mejor|posible|perfecto|ideal|preferible) [para mí|para nosotros] / (me|nos) (vendría|iría|vendria|iria|viene|va) (mejor|bien|perfecto) / sería posible / es posible / puede ser / podría ser / posible
    """,
    "filler": """
        por favor / porfa / gracias / muchas gracias / mil gracias / muchísimas gracias / gracias (a ustedes|de antemano|de nuevo|otra vez)
        (gracias|muchas gracias) por (el|su|la|sus|tu) (recordatorio|correo|mensaje|confirmación|información|respuesta|ayuda|aviso|atención|propuestas)
        lo siento / lo sentimos / lo siento mucho / perdón / perdonen / disculpe / disculpen / (disculpe|disculpen|perdonen) las molestias / perdonen las molestias / lamentablemente / desgraciadamente / por desgracia / siento las molestias
        (hola|buenas|buenos días|buenas tardes|buenas noches|hola buenas|hola buenos días|buen día) / estimados señores / estimado equipo / señores
        para (mí|nosotros) / por (mi|nuestra) parte / la cita / para la cita / (que tengan|que tenga|tengan|tenga|que pase|que pasen) (buen día|un buen día|buena tarde|una buena tarde|buen fin de semana) / (buen|feliz) día / buena tarde / de <time> / del <time> / <time>
        ya no (necesito|necesitamos) (la cita|la visita|esta cita) / ya no (la necesito|hace falta|es necesario|es necesaria) / ya (funciona|está resuelto|está arreglado) / el problema está (resuelto|solucionado) / y / entonces / pues
    """,
    "greetings": "hola / buenas / buenos días / buenas tardes / buenas noches / estimado / estimada / estimados / estimadas / querido / querida / hola buenas / buen día",
    "closings": "saludos / un saludo / saludos cordiales / un cordial saludo / cordiales saludos / atentamente / muy atentamente / cordialmente / un abrazo / gracias / muchas gracias / saludos y gracias / gracias y saludos / gracias y un saludo / muchos saludos",
    "because": "porque ya pues",
    "reason_stops": "que pero o no solo sólo sino excepto salvo otra otro otras otros segunda segundo primera primero cuando entonces cambiar mover aplazar nuevo más tarde llamar llamen llámenme por qué cómo quién dónde quizás quizá vez tal usted ustedes su sus cita visita hora fecha factura pedido ticket pagado dinero nunca nadie antes después menos",
}

_ITALIAN = {
    "yes": """
        sì / si / sì grazie / si grazie / sì per favore / certo / certo che sì / certamente / sicuro / senz'altro / assolutamente sì / volentieri / d' accordo / siamo d' accordo / sono d' accordo
        va (bene|benissimo|molto bene|benone) [così|per me|per noi] / (mi|ci|a me|a noi) va (bene|benissimo|molto bene) / per (me|noi) va (bene|benissimo|molto bene) / (mi|ci) sta bene / mi va benissimo
        [l' appuntamento|la visita|l' orario|la data|l' ora] (mi|ci) va (bene|benissimo) / (l' appuntamento|la visita|l' orario|la data|l' ora) va (bene|benissimo) [per me|per noi]
        perfetto / perfettamente / benissimo / bene / molto bene / ottimo / eccellente / fantastico / magnifico / ideale / tutto bene / tutto ok / ricevuto / segnato / annotato / confermato / confermata / inteso / accettato
        (l' appuntamento|appuntamento|la visita|l' appuntamento è|appuntamento è) (confermato|confermata)
        (nessun|nessuno) problema / nessun problema / non c' è problema / senza problemi / senza problema
        (confermo|confermiamo|accetto|accettiamo) [l' appuntamento|la visita|la mia presenza|la nostra presenza|la data|l' orario|la presenza]
        (ci) (sarò|saremo|sono|siamo) / ci sono / (sarò|saremo|sono|siamo) (a casa|presente|presenti|in casa|disponibile|disponibili|lì)
        a <day> / a (presto|dopo|allora) / ci vediamo [<day>|allora] / (lo|la|l') (prendo|accetto|prendiamo) / ci conto
    """,
    "no": """
        no / no grazie / no mi dispiace / no mi spiace / purtroppo no / impossibile / non è possibile / mi è impossibile / (mi|ci) è impossibile / è impossibile [per me|per noi] / per (me|noi) [<day>] è impossibile / (<day>) per (me|noi) è impossibile
        non (posso|possiamo|potrò|potremo) [quel giorno|a quell' ora|<time>|venire|esserci|essere presente] [quel giorno|<time>] / non (riesco|riusciamo) [a esserci|ad esserci|a venire|quel giorno|<time>]
        (quel giorno|<time>) non (posso|possiamo|ci sono|ci sarò|ci siamo|riesco|potrò|sono a casa|sarò a casa|sono disponibile)
        non (mi|ci) va [molto|affatto|proprio] bene / non va bene per (me|noi) / per (me|noi) non va bene / (nessuno|nessuna) [di questi|di queste] (mi|ci) va bene / (nessuno|nessuna) va bene
        non (sarò|saremo|sono|siamo|ci sarò|ci saremo|ci sono) [a casa|presente|presenti|disponibile|disponibili|in casa] [quel giorno|<time>]
        (sono|sarò|saremo) (in vacanza|in ferie|via|fuori|al lavoro|impegnato|impegnata|in viaggio) [quel giorno|<time>]
    """,
    "cancel": """
        annullare / annullamento / disdire / disdetta / cancellare / annullate / annulli / annullatelo / annullatela / cancellate / disdico / annullo / annulliamo / disdiciamo / cancello / annullarlo / disdirlo
        (annullare|annullate|annulli|disdire|cancellare|cancellate|disdico|annullo|annulliamo|disdiciamo|cancello) [pure] (l' appuntamento|la visita|il mio appuntamento|la mia visita|il nostro appuntamento|la prenotazione|questo appuntamento|tutto) [di <day>|del <day>|<day>]
        (annullate|cancellate) pure
        (vorrei|voglio|volevo|devo|dobbiamo|desidero|vorremmo|vogliamo|desideriamo|sono costretto a|sono costretta a|preferisco|ho bisogno di) (annullare|disdire|cancellare|annullarlo|disdirlo) [l' appuntamento|la visita|il mio appuntamento|la mia visita|il nostro appuntamento|la prenotazione|questo appuntamento]
        (potete|può|potreste|potrebbe|puoi) [per favore] (annullare|disdire|cancellare|annullarlo|disdirlo) [l' appuntamento|la visita|il mio appuntamento|la mia visita|il nostro appuntamento|la prenotazione|questo appuntamento]
        (vi|le) (prego|chiedo|preghiamo|chiediamo) [gentilmente] di (annullare|disdire|cancellare|annullarlo) [l' appuntamento|la visita|il mio appuntamento|il nostro appuntamento]
    """,
    "earlier": """
        (avete|avreste|ha|c' è|ci sarebbe|avrebbe|ce) (qualcosa|un appuntamento|un posto|una data|un orario|qualche posto) (prima|più presto|di prima)
        (potete|potreste|può|potrebbe) venire (prima|più presto) / (è|sarebbe) possibile (prima|venire prima|un appuntamento prima|anticipare|anticipare l' appuntamento|anticiparlo)
        (preferirei|preferisco|vorrei|mi piacerebbe|preferiremmo) (un appuntamento|un posto|una data|un orario|qualcosa) (prima|più presto) / (si può|potete|possiamo) (anticipare|anticiparlo) [l' appuntamento]
    """,
    "move": """
        (è|sarebbe) possibile [per|spostare a|spostarlo a|spostarlo al|spostare al|fare|venire|spostare l' appuntamento al|spostare l' appuntamento a]
        (possiamo|potete|potremmo|potreste|si può|si potrebbe|può|potrebbe|vi prego di|vi chiedo di|vorrei|preferirei|vorremmo|preferiremmo) [spostarlo|spostare|spostare l' appuntamento|spostare la visita|fare|rimandare|rinviare|cambiare|venire|posticipare|rimandarlo] [a|al|per]
        (spostare|spostate|rimandare|rinviare|cambiare|spostarlo) [l' appuntamento|la visita] [a|al|per] / meglio / piuttosto / invece / preferirei / preferisco / possibile
        (andrebbe|sarebbe|starebbe|va|è) (bene|meglio|possibile|perfetto|ideale|preferibile) [per me|per noi] / (mi|ci) (andrebbe|sarebbe|starebbe|va) (meglio|bene|benissimo)
    """,
    "filler": """
        per favore / per piacere / per cortesia / cortesemente / gentilmente / grazie / grazie mille / molte grazie / tante grazie / mille grazie / grazie (a voi|ancora|in anticipo|infinite)
        grazie per (il|la|l'|le) (promemoria|mail|messaggio|conferma|informazione|risposta|aiuto|avviso|e mail|proposte)
        mi dispiace / mi spiace / ci dispiace / scusi / scusate / scusate (il disturbo|per il disturbo|il disagio|l' inconveniente) / purtroppo / sfortunatamente / chiedo scusa / dispiaciuto
        (ciao|salve|buongiorno|buonasera|buon giorno|buona sera|buondì|salve a tutti) / gentili signori / spettabile ditta
        per (me|noi) / da parte (mia|nostra) / l' appuntamento / per l' appuntamento / (buona|una buona) (giornata|serata|settimana) / buon (weekend|fine settimana|lavoro) / di <time> / del <time> / <time>
        non mi serve più (l' appuntamento|la visita) / non (ho|abbiamo) più bisogno (dell' appuntamento|della visita) / (adesso|ora) funziona / funziona di nuovo / il problema è (risolto|stato risolto) / e / allora / quindi / pure
    """,
    "greetings": "ciao / salve / buongiorno / buonasera / buon giorno / buona sera / gentile / gentili / egregio / egregia / caro / cara / spettabile / spett",
    "closings": "saluti / cordiali saluti / distinti saluti / un saluto / tanti saluti / cordialmente / un caro saluto / grazie / grazie mille / molte grazie / a presto / cari saluti / buona giornata / grazie e saluti / saluti e grazie",
    "because": "perché poiché siccome dato",
    "reason_stops": "che se ma o oppure non solo tranne eccetto altro altra altri secondo seconda primo prima quando allora spostare rimandare cambiare ancora nuovo più tardi dopo chiamare chiamatemi richiamare richiamatemi perchè come chi cosa dove forse magari lei voi vostro vostra appuntamento visita orario ora data fattura ordine ticket pagato soldi mai nessuno altrimenti",
}

_TABLES = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "it": _ITALIAN}


@lru_cache(maxsize=len(LANGUAGES))
def get_lexicon(code: str) -> Lexicon:
    """The phrases of a language.

    :param code: one of ``LANGUAGES``
    """
    table = _TABLES[code]
    patterns: dict[str, list[Pattern]] = {}
    words: set[str] = set()
    for kind in KINDS:
        for text in (table.get(kind, ""), _COMMON.get(kind, "")):
            for pattern in read_patterns(text, kind):
                words.update(
                    word for place in pattern.places for phrase in place for word in phrase
                )
                for first in pattern.list_first():
                    patterns.setdefault(first, []).append(pattern)
    return Lexicon(
        code,
        patterns,
        read_phrases(table["greetings"]),
        read_phrases(table["closings"]),
        frozenset(fold(table["because"]).split()),
        frozenset(fold(table["reason_stops"]).split()),
        frozenset(words - {"<time>", "<day>"}),
    )
