"""What a dispatcher types of a caller, in the parts of a contact."""

from __future__ import annotations

import pytest
from intake.caller import Address, Caller, get_searched_digits, read_caller, split_place


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        ("", Caller()),
        ("Bakery Miller", Caller(name="Bakery Miller")),
        ("030 1234567", Caller(phone="030 1234567")),
        ("1234567", Caller(phone="1234567")),
        ("crumb@miller.example.com", Caller(email="crumb@miller.example.com")),
        (
            "Bakery Miller, Oven Street 12, 20095 Hamburg, +49 (0)40 123-4567",
            Caller("Bakery Miller", "+49 (0)40 123-4567", "", "Oven Street 12, 20095 Hamburg"),
        ),
        (
            "Zoe Quill <zoe@example.com> 0171/2345678",
            Caller("Zoe Quill", "0171/2345678", "zoe@example.com"),
        ),
        # A house number and a postal code are no numbers to call.
        ("Zoe, Road 5, 10115 Berlin", Caller("Zoe", place="Road 5, 10115 Berlin")),
        ("Zoe, North Road", Caller("Zoe", place="North Road")),
        ("Zoe\nRoad 5\nKiel", Caller("Zoe", place="Road 5, Kiel")),
    ],
)
def test_a_caller_in_parts(text, caller):
    assert read_caller(text) == caller


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("", Address()),
        ("Behind the church", Address("Behind the church")),
        ("Oven Street 12, 20095 Hamburg", Address("Oven Street 12", "20095", "Hamburg")),
        ("Oven Street 12 20095 Hamburg", Address("Oven Street 12", "20095", "Hamburg")),
        ("20095 Hamburg", Address("", "20095", "Hamburg")),
        ("Mill Lane 4, B-1050 Brussels", Address("Mill Lane 4", "1050", "Brussels")),
        ("Kade 3, 1011 AB Amsterdam", Address("Kade 3", "1011 AB", "Amsterdam")),
        ("Gatan 7, 111 22 Stockholm", Address("Gatan 7", "111 22", "Stockholm")),
        ("Ulica 9, 00-950 Warszawa", Address("Ulica 9", "00-950", "Warszawa")),
        ("6 Mill Road, SE1 2AB London", Address("6 Mill Road", "SE1 2AB", "London")),
        ("6 Mill Road, London SE1 2AB", Address("6 Mill Road", "SE1 2AB", "London")),
        ("6 Mill Road, London, EC1A 1BB", Address("6 Mill Road", "EC1A 1BB", "London")),
        ("8 Oak Ave, Springfield, IL 62701", Address("8 Oak Ave", "62701", "Springfield")),
        ("8 Oak Ave, Springfield 62701", Address("8 Oak Ave", "62701", "Springfield")),
    ],
)
def test_a_place_in_parts(place, address):
    assert split_place(place) == address


def test_more_than_anybody_types_is_not_taken_apart():
    many = ",a" * 500
    assert split_place(many + ", 20095 Hamburg") == Address(many + ", 20095 Hamburg")
    assert read_caller("Zoe" + "o" * 500 + " zoe@example.com").email == ""


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+49 30 1234567", "301234567"),
        ("0049 (0)30 123-4567", "301234567"),
        ("030/1234567", "301234567"),
        ("1234567", "1234567"),
        ("123", ""),
        ("12 Road", ""),
        ("", ""),
    ],
)
def test_what_spellings_of_a_number_have_in_common(text, digits):
    assert get_searched_digits(text, {"49", "1"}) == digits
