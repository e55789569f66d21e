"""Mails in people's own words: one exact time, an address, a number to call, or a wish."""

import csv
from datetime import datetime
from pathlib import Path
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
with (Path(__file__).parent / "samples" / "wishes.tsv").open(encoding="utf-8", newline="") as table:
    # A line ends at its last value.
    _ROWS = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
WISHES = [(*row, *[""] * (6 - len(row))) for row in _ROWS]


@pytest.mark.parametrize(("language", "text", "start", "stop", "parts", "without"), WISHES)
def test_wishes(language, text, start, stop, parts, without):
    found = _read(text)
    assert not found.when
    wish = found.wish
    assert wish, language
    assert (_show(wish.start), _show(wish.stop)) == (start, stop)
    assert ",".join(wish.parts) == parts
    assert ",".join(map(str, wish.without)) == without
    assert wish.words == (text,)


def test_there_are_many_of_each_language():
    for language in ("en", "de", "fr", "es", "it"):
        assert len([row for row in WISHES if row[0] == language]) >= 25
    assert len(WISHES) >= 120


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Could you come on Thursday 3 December, 14:00?", "2026-12-03 14:00"),
        ("It does not print, please come on Thursday 3 December at 14:00.", "2026-12-03 14:00"),
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
    assert result.request.requested_date
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
        "can call me on 0475 12 34 56.\n\nKind regards\nJohn Doe\nAcme Ltd\n1 Other Road, "
        "Elsewhere\n"
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


@pytest.mark.parametrize(
    "line",
    [
        "Received: from web.example.org; Thu, 3 Dec 2026 14:00:00 +0100",
        "Date: Thu, 3 Dec 2026 14:00:00 +0100",
        "Sent: Thursday, 3 December 2026 14:00",
        "> Gesendet: Donnerstag, 3. Dezember 2026 14:00",
    ],
)
def test_what_a_mail_program_wrote_is_no_wish(line):
    found = _read(f"Hello,\n\nall of our mails come back, please help:\n\n{line}\n")
    assert not found.when
    assert not found.wish


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
    assert wish
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
    "lunes mañana tarde il del lunedì prima dopo , . ; ( ) - ⟦d0⟧ "
    "2026-02-30 kw 99 ' 00 a.m.".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=60), st.text(max_size=60))
def test_nothing_makes_it_fail(words, noise):
    found = _read(f"{' '.join(words)}\n{noise}")
    if found.wish and found.wish.start and found.wish.stop:
        assert found.wish.start < found.wish.stop


@pytest.mark.parametrize(
    "word", ["the ", "on the ", "von ", "le ", "10 ", "not ", "a-", "Via A ", "1 "]
)
def test_many_times_one_word_is_read_in_time(word):
    _read(word * 3000)
