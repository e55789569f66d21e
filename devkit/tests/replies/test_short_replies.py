"""Short replies in five languages: what is acted upon is right, and the rest is a person's."""

from datetime import datetime, timezone

import pytest
from replies import read_short_reply

from .corpus import HALVES, SAMPLES, context, load, read, score

# Of what is acted upon, the share that has to be right.
LEAST_PRECISION = 0.98
# Of what asks for something, the share that has to be understood, in each half.
LEAST_RECALL = {"development": 0.95, "held_out": 0.9}
LANGUAGES = ("de", "en", "es", "fr", "it")


def _list_wrong(found):
    return "\n".join(f"{each.language}: {each.text!r} -> {read}" for each, read in found.wrong)


def test_the_set_is_large_and_even():
    samples = load()
    assert len(samples) >= 400
    for language in LANGUAGES:
        own = [sample for sample in samples if sample.language == language]
        assert len(own) >= 80
        # A third at least is for a person, so that acting on everything would be wrong.
        assert sum(sample.kind == "unclear" for sample in own) >= len(own) / 3
    texts = [(sample.language, sample.text, sample.choices) for sample in samples]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("half", HALVES)
def test_half(half):
    found = score(load(half))
    assert found.precision >= LEAST_PRECISION, _list_wrong(found)
    assert found.recall >= LEAST_RECALL[half], f"recall {found.recall:.3f}"


def test_whole_set():
    found = score(load())
    assert found.precision >= LEAST_PRECISION, _list_wrong(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_language(language):
    found = score([sample for sample in load() if sample.language == language])
    assert found.precision >= LEAST_PRECISION, _list_wrong(found)
    assert found.recall >= 0.9


@pytest.mark.parametrize("choices", [0, 3])
def test_look_alikes_are_for_a_person(choices):
    """Idioms, denials beside a time, and what only begins like an answer."""
    texts = (SAMPLES / "for_a_person.txt").read_text(encoding="utf-8").splitlines()
    acted = [text for text in texts if read(text, choices).kind != "unclear"]
    assert not acted
    assert len(texts) > 100


@pytest.mark.parametrize(
    "text",
    [
        "No puedo cancelar",
        "No quiero cancelar",
        "Non posso annullare",
        "Je ne peux pas annuler",
        "¡No cancelen!",
        "Please do not cancel",
        "bis 14 Uhr bin ich da",
        "ok until 2pm",
        "Ja 29.3.2026 2:30 Uhr",
        "Si me viene bien confirmo",
        "cancel Thursday 3pm please",
        "Cancel\nPS: please call",
        "Cancel it, I want an earlier time",
        "Yes\nNo",
        "ok?",
        "ok 🙄",
        "Yes...",
        "",
        " \n ",
        "yes " * 100,
        "x" * 5000,
    ],
)
def test_for_a_person(text):
    assert read_short_reply(text, context()).kind == "unclear"


def test_sentence_that_decided():
    found = read_short_reply("Hi Anna,\n\nthat works for me. See you then!\n\nTom", context())
    assert (found.kind, found.sentence, found.certainty) == ("yes", "that works for me.", 1)
    found = read_short_reply("Yes. And please bring a second router as well.", context())
    assert found.kind == "unclear"
    assert found.sentence == "And please bring a second router as well."
    assert 0 < found.certainty < 1


def test_signature_below_a_farewell():
    text = "Yes\n\nBest regards\nTom Miller\nACME Ltd\nTel. +44 20 1234567"
    assert read_short_reply(text, context()).kind == "yes"


def test_reason_of_a_cancellation():
    assert read_short_reply("Cancel please. My cat ate the router", context()).kind == "cancel"
    assert read_short_reply("Cancel please. My bill is wrong", context()).kind == "unclear"


def test_time_of_the_visit_is_no_new_time():
    assert read_short_reply("12.03.2026 14:00", context()).kind == "unclear"
    assert read_short_reply("ja, 12.3. 14 Uhr passt", context()).kind == "yes"
    assert read_short_reply("ja, 13.3. 14 Uhr passt", context()).kind == "unclear"


def test_weekday_of_a_visit_in_another_week():
    """ "Friday" is this week's or that of the week of the visit."""
    assert read_short_reply("Freitag 15 Uhr wäre besser", context()).kind == "unclear"
    this_week = datetime(2026, 3, 5, 13, tzinfo=timezone.utc)
    found = read_short_reply("Freitag 15 Uhr wäre besser", context(start=this_week))
    assert (found.kind, found.when) == ("new_time", datetime(2026, 3, 6, 14, tzinfo=timezone.utc))


def test_without_a_visit():
    found = read_short_reply("tomorrow at 10", context(start=None))
    assert (found.kind, found.when) == ("new_time", datetime(2026, 3, 3, 9, tzinfo=timezone.utc))
    assert read_short_reply("yesterday at 10", context(start=None)).kind == "unclear"


def test_choice_needs_the_offer():
    assert read_short_reply("2", context(choices=3)).number == 2
    assert read_short_reply("2", context(choices=1)).kind == "unclear"
    assert read_short_reply("Yes", context(choices=3)).kind == "unclear"
    assert read_short_reply("Yes", context(choices=1)).kind == "yes"
