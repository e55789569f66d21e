"""One mailbox, two spellings of its domain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake import fold_address, spell_address

UNICODE, ASCII = "ana@müller.example.com", "ana@xn--mller-kva.example.com"


@pytest.mark.parametrize("address", [UNICODE, ASCII, "ana@XN--MLLER-KVA.example.com"])
def test_both_spellings_fold_to_one(address):
    assert fold_address(address) == UNICODE
    assert spell_address(address) == (UNICODE, ASCII)


def test_sharp_s_is_a_letter_of_its_own():
    """Under the older standard it was another domain."""
    assert spell_address("a@straße.example") == ("a@straße.example", "a@xn--strae-oqa.example")
    assert fold_address("a@straße.example") != fold_address("a@strasse.example")


@pytest.mark.parametrize(
    "address",
    ["ana@example.com", "Jörg@example.com", "ana@xn--.example", "ana@xn--a.example", "nobody", "",
     "@", "ana@müller..example"],
)  # fmt: skip
def test_what_has_one_spelling_stays(address):
    assert fold_address(address) == address
    assert spell_address(address) == (address,)


def test_nothing_is_no_address():
    assert fold_address(None) == ""
    assert spell_address(None) == ("",)


@given(st.text(max_size=40))
def test_folding_never_raises_and_is_done_at_once(text):
    folded = fold_address(text)
    assert fold_address(folded) == folded
    assert folded in spell_address(text)
