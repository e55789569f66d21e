"""Which of the numbered times of an answer a reply takes."""

import pytest
from replies.numbers import read_choice


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2), ("2.", 2), ("#2", 2), ("(2)", 2), ("No. 2", 2), ("Nr. 2", 2), ("n° 2", 2),
        ("number two please", 2), ("the second", 2), ("The second one, please.", 2),
        ("Option 2, thanks!", 2), ("Yes, 2 works for me", 2), ("I'd take the first one", 1),
        ("one", 1), ("the last one", 3), ("2\n\nJohn Doe", 2),
        ("Hello,\n\n2 please\n\nBest regards\nJohn\n+32 2 555 01 00", 2),
        ("Dear Mr Smith,\nnumber 3 suits us.\nThanks, Ann", 3),
        ("Nummer 2 bitte", 2), ("die zweite", 2), ("Den zweiten Termin bitte", 2), ("eins", 1),
        ("Ich nehme die 1", 1), ("3 passt mir gut", 3), ("Vorschlag 2 wäre perfekt", 2),
        ("Guten Tag,\n2 bitte\nViele Grüße\nJürgen Groß", 2),
        ("le deuxième", 2), ("Le premier svp", 1), ("numéro 3", 3), ("un", 1),
        ("je prends le créneau 2", 2), ("Bonjour,\nle numéro 2 merci", 2),
        ("la segunda", 2), ("La opción 3, por favor", 3), ("uno", 1),
        ("me quedo con la primera", 1), ("Hola,\nel número 2, gracias", 2),
        ("il secondo, grazie", 2), ("numero due", 2), ("prendo la prima", 1),
        ("Buongiorno,\nl'ultimo grazie", None), ("l' ultimo", None), ("ultimo", 3),
    ],
)  # fmt: skip
def test_a_number_is_chosen(text, number):
    assert read_choice(text, 3) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "thanks", "no", "no, 2", "not 2", "1 or 2", "Termin 1 und 2", "2?", "4", "0", "12",
        "2 pm", "2 December", "the 2nd", "den 2.", "am 2.", "le 2", "el 2", "il 2", "Thursday",
        "We have 2 printers", "second floor", "Number 2 or call me", "2, but later",
        "2 passt leider nicht", "le 2 ne convient pas", "el 2 no", "il 2 no",
        "2" * 2000, "2\n" * 40, "I choose 2. By the way, the printer is broken, too.",
    ],
)  # fmt: skip
def test_anything_else_is_no_choice(text):
    assert read_choice(text, 3) is None


def test_only_what_was_offered_can_be_chosen():
    assert read_choice("3", 2) is None
    assert read_choice("the last one", 2) == 2
    assert read_choice("1", 0) is None
