"""Mails in people's own words: one exact time, an address, a number to call, or a wish."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake import parse_mail
from intake.places import find_address, find_phone
from intake.prose import read_prose, without_closing
from intake.stored import dump_result, load_result

ZONE = ZoneInfo("Europe/Brussels")
# A Wednesday.
NOW = datetime(2026, 11, 25, 10, tzinfo=ZONE)


def _read(text):
    return read_prose(text, sent=NOW, zone=ZONE, region="BE")


def _show(moment):
    return moment.astimezone(ZONE).strftime("%d.%m. %H:%M").replace(" 00:00", "") if moment else ""


# Language, sentence, from, until (the first moment that is too late), parts, weekdays left out.
WISHES = [
    ("en", "Next week, in the morning if possible.", "30.11.", "07.12.", "morning", []),
    ("en", "Any afternoon would do.", "", "", "afternoon", []),
    ("en", "Please not on Fridays.", "", "", "", [4]),
    ("en", "Could somebody come before Christmas?", "", "24.12.", "", []),
    ("en", "I am free between 7 and 11 December, afternoons only.", "07.12.", "12.12.", "afternoon", []),
    ("en", "We are away until 10 December.", "11.12.", "", "", []),
    ("en", "The heating has been cold since Monday, could you come on Thursday afternoon?", "26.11.", "27.11.", "afternoon", []),
    ("en", "Tomorrow between 9 and 12 would be great.", "26.11. 09:00", "26.11. 12:00", "morning", []),
    ("en", "As soon as possible, please.", "25.11. 10:00", "", "", []),
    ("en", "Monday or Thursday would suit us best.", "26.11.", "01.12.", "", [4, 5, 6]),
    ("en", "The week after next, mornings.", "07.12.", "14.12.", "morning", []),
    ("en", "Early next week would be perfect.", "30.11.", "02.12.", "", []),
    ("en", "After the 10th, but before Christmas.", "11.12.", "24.12.", "", []),
    ("en", "By Friday at the latest.", "", "28.11.", "", []),
    ("en", "From Monday to Wednesday I work from home.", "30.11.", "03.12.", "", []),
    ("en", "Evenings only, after 18:00.", "", "", "evening", []),
    ("en", "Some time in January.", "01.01.", "01.02.", "", []),
    ("en", "We would like a visit in mid-December.", "10.12.", "21.12.", "", []),
    ("en", "At the end of the month.", "25.11. 10:00", "01.12.", "", []),
    ("en", "Within the next ten days.", "25.11. 10:00", "06.12.", "", []),
    ("en", "In two weeks.", "07.12.", "14.12.", "", []),
    ("en", "I am at home all day on 7 December.", "07.12.", "08.12.", "", []),
    ("en", "Not before Thursday, please.", "26.11.", "", "", []),
    ("en", "Wednesday is impossible, any other morning is fine.", "", "", "morning", [2]),
    ("en", "Mondays or Tuesdays are best.", "", "", "", [2, 3, 4, 5, 6]),
    ("en", "Is the weekend possible?", "28.11.", "30.11.", "", []),
    ("en", "Next week, but not on Wednesday or Friday.", "30.11.", "07.12.", "", [2, 4]),
    ("en", "Could it be this week?", "25.11. 10:00", "30.11.", "", []),
    ("en", "The day after tomorrow in the afternoon?", "27.11.", "28.11.", "afternoon", []),
    ("de", "Nächste Woche, möglichst vormittags.", "30.11.", "07.12.", "morning", []),
    ("de", "Jeder Nachmittag passt.", "", "", "afternoon", []),
    ("de", "Freitags geht es leider nicht.", "", "", "", [4]),
    ("de", "Wäre vor Weihnachten noch ein Termin möglich?", "", "24.12.", "", []),
    ("de", "Zwischen dem 7. und dem 11. Dezember, nur nachmittags.", "07.12.", "12.12.", "afternoon", []),
    ("de", "Wir sind bis zum 10. Dezember im Urlaub.", "11.12.", "", "", []),
    ("de", "Die Heizung ist seit Montag kalt, können Sie am Donnerstagnachmittag kommen?", "26.11.", "27.11.", "afternoon", []),
    ("de", "Morgen zwischen 9 und 12 Uhr wäre prima.", "26.11. 09:00", "26.11. 12:00", "morning", []),
    ("de", "So bald wie möglich, bitte.", "25.11. 10:00", "", "", []),
    ("de", "Montag oder Donnerstag wäre uns am liebsten.", "26.11.", "01.12.", "", [4, 5, 6]),
    ("de", "Übernächste Woche, vormittags.", "07.12.", "14.12.", "morning", []),
    ("de", "Anfang nächster Woche wäre gut.", "30.11.", "02.12.", "", []),
    ("de", "Nach dem 10., aber vor Weihnachten.", "11.12.", "24.12.", "", []),
    ("de", "Spätestens am Freitag.", "", "28.11.", "", []),
    ("de", "Von Montag bis Mittwoch bin ich zu Hause.", "30.11.", "03.12.", "", []),
    ("de", "Nur abends ab 18 Uhr.", "", "", "evening", []),
    ("de", "Irgendwann im Januar.", "01.01.", "01.02.", "", []),
    ("de", "Mitte Dezember wäre schön.", "10.12.", "21.12.", "", []),
    ("de", "Gegen Ende des Monats.", "25.11. 10:00", "01.12.", "", []),
    ("de", "Innerhalb der nächsten zehn Tage.", "25.11. 10:00", "06.12.", "", []),
    ("de", "In zwei Wochen.", "07.12.", "14.12.", "", []),
    ("de", "Am 7. Dezember bin ich den ganzen Tag da.", "07.12.", "08.12.", "", []),
    ("de", "Bitte nicht vor Donnerstag.", "26.11.", "", "", []),
    ("de", "Frühestens ab 7.12., bitte nicht freitags.", "07.12.", "", "", [4]),
    ("de", "Montags oder dienstags passt es gut.", "", "", "", [2, 3, 4, 5, 6]),
    ("de", "Ginge es auch am Wochenende?", "28.11.", "30.11.", "", []),
    ("de", "Am besten nächste Woche Dienstag oder Mittwoch, jeweils nachmittags.", "01.12.", "03.12.", "afternoon", []),
    ("de", "Noch diese Woche?", "25.11. 10:00", "30.11.", "", []),
    ("de", "Übermorgen nachmittags?", "27.11.", "28.11.", "afternoon", []),
    ("de", "KW 50 würde passen.", "07.12.", "14.12.", "", []),
    ("fr", "La semaine prochaine, le matin si possible.", "30.11.", "07.12.", "morning", []),
    ("fr", "N'importe quel après-midi.", "", "", "afternoon", []),
    ("fr", "Pas le vendredi, s'il vous plaît.", "", "", "", [4]),
    ("fr", "Serait-ce possible avant Noël ?", "", "24.12.", "", []),
    ("fr", "Entre le 7 et le 11 décembre, plutôt l'après-midi.", "07.12.", "12.12.", "afternoon", []),
    ("fr", "Nous sommes en vacances jusqu'au 10 décembre.", "11.12.", "", "", []),
    ("fr", "La chaudière est en panne depuis lundi, pourriez-vous passer jeudi après-midi ?", "26.11.", "27.11.", "afternoon", []),
    ("fr", "Demain entre 9h et 12h ce serait parfait.", "26.11. 09:00", "26.11. 12:00", "morning", []),
    ("fr", "Dès que possible, merci.", "25.11. 10:00", "", "", []),
    ("fr", "Lundi ou jeudi nous conviendrait.", "26.11.", "01.12.", "", [4, 5, 6]),
    ("fr", "Début de semaine prochaine.", "30.11.", "02.12.", "", []),
    ("fr", "Après le 10, mais avant Noël.", "11.12.", "24.12.", "", []),
    ("fr", "Au plus tard vendredi.", "", "28.11.", "", []),
    ("fr", "Du lundi au mercredi je suis chez moi.", "30.11.", "03.12.", "", []),
    ("fr", "Le soir après 18h.", "", "", "evening", []),
    ("fr", "Courant janvier.", "01.01.", "01.02.", "", []),
    ("fr", "À la mi-décembre ce serait bien.", "10.12.", "21.12.", "", []),
    ("fr", "En fin de mois.", "25.11. 10:00", "01.12.", "", []),
    ("fr", "Dans les dix prochains jours.", "25.11. 10:00", "06.12.", "", []),
    ("fr", "Dans deux semaines.", "07.12.", "14.12.", "", []),
    ("fr", "Je suis à la maison toute la journée le 7 décembre.", "07.12.", "08.12.", "", []),
    ("fr", "Pas avant jeudi.", "26.11.", "", "", []),
    ("fr", "À partir du 7 décembre.", "07.12.", "", "", []),
    ("fr", "Le week-end est-il possible ?", "28.11.", "30.11.", "", []),
    ("fr", "La semaine 50 nous irait bien.", "07.12.", "14.12.", "", []),
    ("fr", "Cette semaine si possible.", "25.11. 10:00", "30.11.", "", []),
    ("fr", "Après-demain dans l'après-midi ?", "27.11.", "28.11.", "afternoon", []),
    ("fr", "Mercredi je ne peux pas, sinon la semaine prochaine le matin.", "30.11.", "07.12.", "morning", [2]),
    ("es", "La semana que viene, por la mañana si es posible.", "30.11.", "07.12.", "morning", []),
    ("es", "Cualquier tarde me viene bien.", "", "", "afternoon", []),
    ("es", "Los viernes no puedo.", "", "", "", [4]),
    ("es", "¿Sería posible antes de Navidad?", "", "24.12.", "", []),
    ("es", "Entre el 7 y el 11 de diciembre, mejor por la tarde.", "07.12.", "12.12.", "afternoon", []),
    ("es", "Estamos de vacaciones hasta el 10 de diciembre.", "11.12.", "", "", []),
    ("es", "La caldera no calienta desde el lunes, ¿podrían venir el jueves por la tarde?", "26.11.", "27.11.", "afternoon", []),
    ("es", "Mañana entre las 9 y las 12 sería perfecto.", "26.11. 09:00", "26.11. 12:00", "morning", []),
    ("es", "Lo antes posible, por favor.", "25.11. 10:00", "", "", []),
    ("es", "El lunes o el jueves nos vendría bien.", "26.11.", "01.12.", "", [4, 5, 6]),
    ("es", "A principios de la próxima semana.", "30.11.", "02.12.", "", []),
    ("es", "Después del 10, pero antes de Navidad.", "11.12.", "24.12.", "", []),
    ("es", "Como muy tarde el viernes.", "", "28.11.", "", []),
    ("es", "De lunes a miércoles estoy en casa.", "30.11.", "03.12.", "", []),
    ("es", "Por la tarde a partir de las 16:00.", "", "", "afternoon,evening", []),
    ("es", "En enero.", "01.01.", "01.02.", "", []),
    ("es", "A mediados de diciembre estaría bien.", "10.12.", "21.12.", "", []),
    ("es", "A finales de mes.", "25.11. 10:00", "01.12.", "", []),
    ("es", "En los próximos diez días.", "25.11. 10:00", "06.12.", "", []),
    ("es", "Dentro de dos semanas.", "07.12.", "14.12.", "", []),
    ("es", "El 7 de diciembre estoy en casa todo el día.", "07.12.", "08.12.", "", []),
    ("es", "No antes del jueves.", "26.11.", "", "", []),
    ("es", "A partir del 7 de diciembre.", "07.12.", "", "", []),
    ("es", "¿Es posible el fin de semana?", "28.11.", "30.11.", "", []),
    ("es", "Esta semana si es posible.", "25.11. 10:00", "30.11.", "", []),
    ("es", "Pasado mañana por la tarde.", "27.11.", "28.11.", "afternoon", []),
    ("es", "La próxima semana, pero el miércoles no podemos.", "30.11.", "07.12.", "", [2]),
    ("it", "La prossima settimana, di mattina se possibile.", "30.11.", "07.12.", "morning", []),
    ("it", "Qualsiasi pomeriggio va bene.", "", "", "afternoon", []),
    ("it", "Il venerdì non posso.", "", "", "", [4]),
    ("it", "Sarebbe possibile prima di Natale?", "", "24.12.", "", []),
    ("it", "Tra il 7 e l'11 dicembre, meglio di pomeriggio.", "07.12.", "12.12.", "afternoon", []),
    ("it", "Siamo in ferie fino al 10 dicembre.", "11.12.", "", "", []),
    ("it", "La caldaia non funziona da lunedì, potreste venire giovedì pomeriggio?", "26.11.", "27.11.", "afternoon", []),
    ("it", "Domani tra le 9 e le 12 sarebbe perfetto.", "26.11. 09:00", "26.11. 12:00", "morning", []),
    ("it", "Il prima possibile, per favore.", "25.11. 10:00", "", "", []),
    ("it", "Lunedì o giovedì andrebbe bene.", "26.11.", "01.12.", "", [4, 5, 6]),
    ("it", "All'inizio della prossima settimana.", "30.11.", "02.12.", "", []),
    ("it", "Dopo il 10, ma prima di Natale.", "11.12.", "24.12.", "", []),
    ("it", "Entro venerdì.", "", "28.11.", "", []),
    ("it", "Da lunedì a mercoledì sono a casa.", "30.11.", "03.12.", "", []),
    ("it", "Di sera dopo le 18.", "", "", "evening", []),
    ("it", "A gennaio.", "01.01.", "01.02.", "", []),
    ("it", "A metà dicembre andrebbe bene.", "10.12.", "21.12.", "", []),
    ("it", "A fine mese.", "25.11. 10:00", "01.12.", "", []),
    ("it", "Nei prossimi dieci giorni.", "25.11. 10:00", "06.12.", "", []),
    ("it", "Tra due settimane.", "07.12.", "14.12.", "", []),
    ("it", "Il 7 dicembre sono a casa tutto il giorno.", "07.12.", "08.12.", "", []),
    ("it", "Non prima di giovedì.", "26.11.", "", "", []),
    ("it", "A partire dal 7 dicembre.", "07.12.", "", "", []),
    ("it", "È possibile nel fine settimana?", "28.11.", "30.11.", "", []),
    ("it", "Questa settimana se possibile.", "25.11. 10:00", "30.11.", "", []),
    ("it", "Dopodomani pomeriggio.", "27.11.", "28.11.", "afternoon", []),
    ("it", "La prossima settimana, ma mercoledì non ci siamo.", "30.11.", "07.12.", "", [2]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "start", "stop", "parts", "without"), WISHES)
def test_wishes(language, text, start, stop, parts, without):
    found = _read(text)
    assert not found.when
    wish = found.wish
    assert wish, language
    assert (_show(wish.start), _show(wish.stop)) == (start, stop)
    assert (",".join(wish.parts), list(wish.without)) == (parts, without)
    assert wish.words == (text,)


def test_there_are_many_of_each_language():
    for language in ("en", "de", "fr", "es", "it"):
        assert len([row for row in WISHES if row[0] == language]) >= 25
    assert len(WISHES) >= 120


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Could you come on Thursday 3 December, 14:00?", "2026-12-03 14:00"),
        ("The printer does not print, please come on Thursday 3 December at 14:00.", "2026-12-03 14:00"),
        ("Tomorrow at 10:30 would be fine.", "2026-11-26 10:30"),
        ("I would like a visit on 7 December at 9 am, if possible.", "2026-12-07 09:00"),
        ("Ginge es am Donnerstag, den 3. Dezember um 14 Uhr?", "2026-12-03 14:00"),
        ("Donnerstag, 3.12., 14:30 Uhr passt gut.", "2026-12-03 14:30"),
        ("Können Sie morgen um 10:30 Uhr kommen?", "2026-11-26 10:30"),
        ("Jeudi 3 décembre à 14h, c'est possible ?", "2026-12-03 14:00"),
        ("Pourriez-vous venir demain à 10h30 ?", "2026-11-26 10:30"),
        ("El jueves 3 de diciembre a las 14:00, por favor.", "2026-12-03 14:00"),
        ("¿Podrían venir mañana a las 10:30?", "2026-11-26 10:30"),
        ("Giovedì 3 dicembre alle 14:00, grazie.", "2026-12-03 14:00"),
        ("Potreste venire domani alle 10:30?", "2026-11-26 10:30"),
    ],
)  # fmt: skip
def test_one_exact_time_is_taken(text, wall):
    found = _read(text)
    assert found.when
    assert found.wish is None
    result = parse_mail(
        f"Hello,\n\n{text}\n\nBest regards\nJohn",
        sender="john@example.com",
        subject="Printer",
        now=NOW,
        default_timezone="Europe/Brussels",
    )
    assert not result.problems
    assert not result.has_form
    assert result.request.requested_date.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == wall


@pytest.mark.parametrize(
    "text",
    [
        "Not on Thursday 3 December at 14:00!",
        "If you cannot come on Thursday 3 December at 14:00, call me.",
        "Thursday 3 December at 14:00 or Friday 4 December at 10:00",
        "Any time before Thursday 3 December, 14:00",
        "I have a meeting on Thursday 3 December, 14:00.",
        "Your technician was here on Thursday 3 December at 14:00.",
        "Maybe Thursday 3 December at 14:00?",
        "Thursday 3 December at 14:00. Friday 4 December at 10:00 is fine, too.",
        "Thursday 3 December at 14:00, otherwise next week.",
        "Ab Donnerstag, 3. Dezember 14 Uhr",
        "Donnerstag, 3. Dezember, 14 Uhr passt uns nicht.",
        "Am 3. Dezember um 14 Uhr haben wir eine Besprechung.",
        "Pas jeudi 3 décembre à 14h.",
        "Jeudi 3 décembre à 14h ou vendredi à 10h.",
        "Peut-être jeudi 3 décembre à 14h.",
        "El jueves 3 de diciembre a las 14:00 no puedo.",
        "Il 3 dicembre alle 14:00 non ci sono.",
        "Thursday at 3",
    ],
)
def test_a_time_that_something_speaks_against_is_not_taken(text):
    assert not _read(text).when


@pytest.mark.parametrize(
    "text",
    [
        "My printer is on fire.",
        "Good morning, the printer is broken.",
        "Guten Morgen, der Drucker brennt.",
        "Bonne journée, notre imprimante est en panne.",
        "Buenas tardes, la impresora está rota.",
        "Your invoice of 3 December is wrong.",
        "The printer broke on Monday.",
        "It stopped last Thursday in the afternoon.",
        "Der Drucker ist seit Montag kaputt.",
        "Die Rechnung vom 3. Dezember stimmt nicht.",
        "L'imprimante est en panne depuis lundi.",
        "Votre facture du 3 décembre est fausse.",
        "La caldera no funciona desde el lunes.",
        "Su factura del 3 de diciembre está mal.",
        "La caldaia non funziona da lunedì.",
        "La vostra fattura del 3 dicembre è sbagliata.",
        "It happened on 20 November.",
        "We bought it on 1 October 2026.",
        "Room 12 on floor 3, door 14.",
        "It shows error 1412 after 20 pages.",
        "We have 3 printers and 10 computers.",
        "",
    ],
)
def test_what_is_no_wish(text):
    found = _read(text)
    assert not found.when
    assert found.wish is None


def test_a_whole_mail_is_read_above_its_closing_line():
    found = _read(
        "Hello,\n\nour coffee machine leaks. Could somebody have a look next week? Mornings are\n"
        "best for us, but Wednesday is impossible. We are at 12 Main Street, Springfield, and you\n"
        "can call me on 0475 12 34 56.\n\nKind regards\nJohn Doe\nAcme Ltd\n1 Other Road, Elsewhere\n"
        "Open on Saturday afternoon\n+32 2 555 01 00\n"
    )
    assert (_show(found.wish.start), _show(found.wish.stop)) == ("30.11.", "07.12.")
    assert (found.wish.parts, found.wish.without) == (("morning",), (2,))
    assert found.address == "12 Main Street, Springfield"
    assert found.phone == "0475 12 34 56"


@pytest.mark.parametrize(
    "closing",
    ["Best regards", "Mit freundlichen Grüßen", "Cordialement", "Un saludo", "Cordiali saluti"],
)
def test_closings(closing):
    assert without_closing(f"One.\nTwo.\n{closing},\nJohn\n") == "One.\nTwo."


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("My number is +32 2 555 01 00.", "+32 2 555 01 00"),
        ("Call me on 0475 12 34 56 please.", "0475 12 34 56"),
        ("Sie erreichen mich unter +49 30 901820.", "+49 30 901820"),
        ("Mon téléphone : +33 1 42 68 53 00", "+33 1 42 68 53 00"),
        ("Mi móvil es +34 612 34 56 78", "+34 612 34 56 78"),
        ("Il mio cellulare è +39 347 123 4567", "+39 347 123 4567"),
        ("Call me on 0475 12 34 56 or 0475 99 88 77.", ""),
        ("Invoice 0475123456 is wrong.", ""),
        ("Kundennummer 0475123456", ""),
        ("Facture n° 0475123456", ""),
        ("The serial number is +32475123456, please call.", ""),
        ("It is 0475 12 34 56.", ""),
        ("On 25.11.2026 at 10:00", ""),
        ("IBAN BE68 5390 0754 7034, please call us", ""),
    ],
)
def test_phones(text, phone):
    assert find_phone(text, "BE") == phone


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("We are at 12 Main Street, Springfield.", "12 Main Street, Springfield"),
        ("Bitte kommen Sie in die Hauptstraße 5, 10115 Berlin.", "Hauptstraße 5, 10115 Berlin"),
        ("Wir sind in der Lange Gasse 7a, 50667 Köln.", "Lange Gasse 7a, 50667 Köln"),
        ("Nous sommes au 12 rue de la Paix, 75002 Paris.", "12 rue de la Paix, 75002 Paris"),
        ("Estamos en la Calle Mayor 5, 28013 Madrid.", "Calle Mayor 5, 28013 Madrid"),
        ("Siamo in Via Roma 10, 00184 Roma.", "Via Roma 10, 00184 Roma"),
        ("From 12 Main Street to 15 Oak Avenue.", ""),
        ("Our old address was 12 Main Street.", ""),
        ("We have 12 printers in the main building.", ""),
        ("Il y a 3 routes possibles.", ""),
    ],
)
def test_addresses(text, address):
    assert find_address(text) == address


def test_a_form_is_read_as_before_and_its_words_are_a_wish():
    result = parse_mail(
        "customer_name: John\nrequested_date: next week, in the morning\n"
        "description: please call +32 2 555 01 00, we are at 12 Main Street\n",
        sender="john@example.com",
        subject="APPOINTMENT_REQUEST",
        now=NOW,
        default_timezone="Europe/Brussels",
    )
    assert result.has_form
    assert [problem.field for problem in result.problems] == ["requested_date"]
    assert result.request.customer_phone is None
    assert result.request.location is None
    wish = result.request.wish
    assert (_show(wish.start), _show(wish.stop), wish.parts) == ("30.11.", "07.12.", ("morning",))
    assert load_result(dump_result(result)) == result


def test_a_time_that_has_passed_is_a_problem_and_no_wish():
    result = parse_mail(
        "Please come on 20 November 2026 at 14:00.",
        sender="john@example.com",
        subject="",
        now=NOW,
        default_timezone="Europe/Brussels",
    )
    assert [problem.code for problem in result.problems] in (["past"], ["missing"])
    assert result.request.wish is None


_WORDS = st.sampled_from(
    "the on in next week monday before after not between and or 10 10th 14:00 31.02. 99/99 "
    "december christmas morgen nächste woche vor nach dem le la du au semaine prochaine el del "
    "lunes mañana tarde il del lunedì prima dopo , . ; ( ) - ⟦d0⟧ 2026-02-30 kw 99 ' 00 a.m.".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=60), st.text(max_size=60))
def test_nothing_makes_it_fail(words, noise):
    found = _read(f"{' '.join(words)}\n{noise}")
    if found.wish and found.wish.start and found.wish.stop:
        assert found.wish.start < found.wish.stop


@pytest.mark.parametrize("word", ["the ", "on the ", "von ", "le ", "10 ", "not ", "a-", "Via A ", "1 "])
def test_many_times_one_word_is_read_in_time(word):
    _read(word * 3000)
