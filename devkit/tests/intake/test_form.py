"""The lines of a form in a mail: what is a line of it, where its value ends, what is none."""

from datetime import datetime, timezone

import pytest
from intake import parse_mail

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
DATE = "requested_date: 2025-01-15 14:00"


def _parse(text):
    return parse_mail(
        text,
        sender="customer@example.com",
        subject="APPOINTMENT_REQUEST",
        now=NOW,
        default_timezone="UTC",
    )


def _read(text):
    result = _parse(text)
    assert result.problems == (), result.problems
    return result.request


# ----------------------------------------------------------------------------
# One line
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "location: Main Street 1", "Location : Main Street 1", "LOCATION:Main Street 1",
        "location = Main Street 1", "location：Main Street 1", "location﹕Main Street 1",
        "location | Main Street 1", "| location | Main Street 1 |", "location\tMain Street 1",
        "   location:   Main Street 1   ",
        # Lists.
        "- location: Main Street 1", "+ location: Main Street 1", "• location: Main Street 1",
        "·location: Main Street 1", "‣ location: Main Street 1", "▪ location: Main Street 1",
        "◦ location: Main Street 1", "– location: Main Street 1", "— location: Main Street 1",
        "* location: Main Street 1", "1. location: Main Street 1", "12) location: Main Street 1",
        "- | location | Main Street 1 |",
        # Bold and italic, as mail programs write it in plain text.
        "*location:* Main Street 1", "**location**: Main Street 1", "*location*: Main Street 1",
        "*location: Main Street 1*", "**location: Main Street 1**", "_location:_ Main Street 1",
        "__location__: Main Street 1", "_location: Main Street 1_", "*location: * Main Street 1",
        "** location: Main Street 1 **", "***location:*** Main Street 1",
        "| location | Main Street 1 |  ",
        # Quoted, and as JSON has it.
        '"location": "Main Street 1",', '"location": "Main Street 1"', "'location': Main Street 1",
        "“location”: “Main Street 1”", "„location“: „Main Street 1“", "‘location’: Main Street 1",
        "`location`: `Main Street 1`", "location: «Main Street 1»",
        '  "location": "Main Street 1" ,',
    ],
)  # fmt: skip
def test_one_line_in_many_shapes(line):
    request = _read(f"{DATE}\n{line}")
    assert request.location == "Main Street 1"
    assert request.extra == ()
    assert request.description is None


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("location: *Main Street* 1", "*Main Street* 1"),
        ("*location:* Main Street 1*", "Main Street 1*"),
        ("_location_: Main_Street_", "Main_Street_"),
        ("location: Main Street 1,", "Main Street 1,"),
        ("*location* : Main Street 1*", "Main Street 1*"),
        ('location": Main Street 1,', "Main Street 1,"),
        ("location: 'Main Street' 1", "'Main Street' 1"),
        ('location: "Main Street 1', '"Main Street 1'),
        ("location: a: b = c | d", "a: b = c | d"),
        ("location: - 5", "- 5"),
    ],
)
def test_marks_that_belong_to_the_value_stay(line, value):
    assert _read(f"{DATE}\n{line}").location == value


@pytest.mark.parametrize(
    "line",
    [
        "123. location: Main Street 1",
        "1.location: Main Street 1",
        "> location: Main Street 1",
        "# location: Main Street 1",
        "my location: Main Street 1",
        "location Main Street 1",
        "location; Main Street 1",
        "location (" + "x" * 80 + "): Main Street 1",
    ],
)
def test_lines_that_are_no_line_of_the_key(line):
    assert _read(f"{DATE}\n{line}").location is None


# ----------------------------------------------------------------------------
# Keys that nobody knows
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("Company: Example Ltd", ("Company", "Example Ltd")),
        ("Company = Example Ltd", ("Company", "Example Ltd")),
        ("Company：Example Ltd", ("Company", "Example Ltd")),
        ("Company﹕Example Ltd", ("Company", "Example Ltd")),
        ("- *Company:* “Example  Ltd”", ("Company", "Example Ltd")),
        ('"Company": "Example Ltd",', ("Company", "Example Ltd")),
        ("Zip-Code/No. of_town's: x", ("Zip-Code/No. of_town's", "x")),
        ("Name of dog: Rex", ("Name of dog", "Rex")),
        ("x" * 40 + ": y", ("x" * 40, "y")),
        ("Room 8: 30", ("Room 8", "30")),
        ("Room 8:x", ("Room 8", "x")),
        ("Room:30", ("Room", "30")),
        ("Xerox: X1X", ("Xerox", "X1X")),
        # Marks round a key come before it; an underscore within it is none.
        ("id_no: A_", ("id_no", "A_")),
        ("a_b: _c_", ("a_b", "_c_")),
        ("Straße: Am Tor", ("Straße", "Am Tor")),
        ("Company: a: b", ("Company", "a: b")),
        ("Site: https://example.com", ("Site", "https://example.com")),
    ],
)
def test_a_key_that_nobody_knows_inside_the_form(line, pair):
    request = _read(f"location: Here\n{line}\n{DATE}")
    assert request.extra == (pair,)
    assert request.description is None


@pytest.mark.parametrize(
    "line",
    [
        "x" * 41 + ": y",
        "One two three four: x",
        "Company | Example Ltd",
        "Company\tExample Ltd",
        "http: //example.com",
        "HTTPS: x",
        "mailto: a@example.com",
        "tel: 1234567",
        "ftp: x",
        "www: x",
        "example://host",
        "Room 8:30",
        "Room 8:3pm",
        "8: ring twice",
        "_8: x",
        "Company!: Example Ltd",
        "(Company): Example Ltd",
        "Company:",
        ": x",
    ],
)
def test_a_sentence_is_no_key(line):
    request = _read(f"location: Here\n{line}\n{DATE}")
    assert request.extra == ()
    assert " ".join(request.description.split()) == " ".join(line.split())


def test_the_lines_that_touch_the_form_belong_to_it():
    request = _read(f"Company: First\nStreet: Second\nlocation: Here\n{DATE}\nFloor: 3\nDoor: 4")
    assert request.extra == (
        ("Company", "First"),
        ("Street", "Second"),
        ("Floor", "3"),
        ("Door", "4"),
    )
    assert request.description is None


def test_other_lines_with_a_colon_are_free_text():
    request = _read(f"Note: this\n\nlocation: Here\n\nCompany: Inside\n\n{DATE}\n\nRegards: John")
    assert request.extra == (("Company", "Inside"),)
    assert request.description.split() == ["Note:", "this", "Regards:", "John"]


@pytest.mark.parametrize("text", ["{\n%s\n}", "-----\n%s\n=====", "***\n\n%s\n.\n"])
def test_brackets_and_rules_round_a_form_are_no_description(text):
    assert _read(text % DATE).description is None


def test_a_first_letter_is_a_description():
    assert _read(f"{DATE}\n\n-- x --").description == "-- x --"


# ----------------------------------------------------------------------------
# Keys on lines of their own
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "location:\nMain Street 1",
        "Location\nMain Street 1",
        "Location\n\nMain Street 1",
        "Location\n   \nMain Street 1",
        "- Location\nMain Street 1",
        "2. Location\n   Main Street 1",
        "  Location (street) *  \nMain Street 1",
    ],
)
def test_the_value_below_its_key(text):
    request = _read(f"{DATE}\n{text}\nThank you")
    assert request.location == "Main Street 1"
    assert request.description == "Thank you"


@pytest.mark.parametrize(
    "text",
    [
        "location:\n\nMain Street 1",
        "Location\n\n\nMain Street 1",
        "location:",
        "Location",
        "Location\n",
        "location:\nCompany: Example Ltd",
        "Location\nticket: 5",
    ],
)
def test_a_key_without_a_value(text):
    assert _read(f"{DATE}\n{text}").location is None


@pytest.mark.parametrize(("length", "found"), [(80, True), (81, False)])
def test_the_longest_key_on_a_line_of_its_own(length, found):
    key = "- type (".ljust(length - 1, "x") + ")"
    assert _read(f"{DATE}\n{key}\nRepair").type_ref == ("Repair" if found else None)


@pytest.mark.parametrize("text", ["Location\nMain Street 1", "location: Here\nPriority\nhigh"])
def test_a_bare_word_is_a_key_only_beside_one_that_prose_does_not_have(text):
    result = _parse(text)
    assert result.request.priority is None
    assert result.has_form is ("Here" in text)
    assert result.request.location == ("Here" if "Here" in text else None)
    assert _read(f"{text}\n{DATE}").location == ("Here" if "Here" in text else "Main Street 1")


# ----------------------------------------------------------------------------
# Lines that a mail program has broken
# ----------------------------------------------------------------------------

LONG = "location: Main Street 1, house C, second floor, at the "


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Folded like a mail header.
        ("location: Main", " Street"),
        ("location: Main", "\tStreet"),
        # format=flowed: a blank at the end, from 50 characters on.
        ("location: ".ljust(49, "x") + " ", "end"),
        # No room for the next word: 76 columns.
        ("location: ".ljust(70, "x"), "street"),
        ("location: ".ljust(50, "x"), "x" * 26),
    ],
)
def test_a_broken_line_goes_on(first, second):
    request = _read(f"{DATE}\n{first}\n{second}\nThank you")
    assert request.location == f"{first.partition(': ')[2].strip()} {second.strip()}"
    assert request.description == "Thank you"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("location: Main ", "Street"),
        (" location: Main", " Street"),
        ("\tlocation: Main", " Street"),
        ("location: Main", " - Street"),
        ("location: Main", " * Street"),
        ("location: Main", " • Street"),
        ("location: Main", " > Street"),
        ("location: ".ljust(48, "x") + " ", "end"),
        ("location: ".ljust(49, "x"), "x" * 27),
        ("location: ".ljust(70, "x"), "stree"),
        ("location: ".ljust(70, "x"), "stree et cetera"),
        ("location: Main", "Xaver and Yves"),
        (LONG, "- back door"),
        (LONG, "* back door"),
        (LONG, "• back door"),
        (LONG, "\nback door"),
    ],
)
def test_a_line_that_ended_on_purpose(first, second):
    request = _read(f"{DATE}\n{first}\n{second}")
    assert request.location == first.partition(": ")[2].strip()


def test_a_line_broken_twice_ends_at_the_next_pair():
    request = _read(
        f"{LONG}\nback of the yard behind the third gate, please ring the \nbell\n{DATE}"
    )
    assert request.location == (
        "Main Street 1, house C, second floor, at the "
        "back of the yard behind the third gate, please ring the bell"
    )
    request = _read(f"{LONG}\nCompany: Example Ltd\n{DATE}")
    assert request.location == "Main Street 1, house C, second floor, at the"
    assert request.extra == (("Company", "Example Ltd"),)


def test_quotation_marks_round_a_broken_line():
    assert _read(f'{DATE}\nlocation: "Main\n Street"').location == "Main Street"


# ----------------------------------------------------------------------------
# The description, and keys that come twice
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (f"description: One\n  two  \n\nthree\n{DATE}\nfour", "One\ntwo\n\nthree"),
        (f"description:\n\nOne\nNote: two\n{DATE}", "One\nNote: two"),
        (f'description: "One\ntwo"\n{DATE}', "One\ntwo"),
        (f"{DATE}\ndescription: One\ntwo", "One\ntwo"),
        (f"{DATE}\ndescription:\nOne", "One"),
        (f"Hello\n{DATE}\ndescription: One", "One"),
        (f"Hello\n{DATE}\ndescription:", "Hello"),
    ],
)
def test_where_the_description_ends(text, description):
    assert _read(text).description == description


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("priority: low\npriority: high\npriority: urgent", "high"),
        ("priority: low\npriority: LOW\npriority:", None),
        ("priority: LOW\npriority: low", None),
        ("priority:\npriority: low", None),
        ("priority: low\npriority: low\npriority: high", "high"),
    ],
)
def test_the_first_value_counts_and_the_first_other_one_is_told(text, told):
    result = _parse(f"{text}\n{DATE}")
    assert result.request.priority == "0"
    notes = [dict(note.params) for note in result.notes if note.code == "key_repeated"]
    assert notes == ([{"field": "priority", "value": told}] if told else [])
