"""Who wrote a mail, told by its headers."""

import pytest
from intake import classify, wants_no_answer

from .gateway import load


def _classify(
    headers=None, sender="John Doe <customer@example.com>", subject="APPOINTMENT_REQUEST"
):
    return classify(headers or {}, sender=sender, subject=subject)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("guide", "human"),
        ("gmail_reply", "human"),
        ("outlook_html", "human"),
        ("website_form", "generated"),
        ("website_table", "generated"),
        ("auto_reply", "auto_reply"),
        ("bounce", "bounce"),
        ("list", "list"),
    ],
)
def test_samples(name, kind):
    message = load(name)
    assert (
        classify(
            dict(message.items()), sender=str(message["From"]), subject=str(message["Subject"])
        )
        == kind
    )


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto-Submitted": "auto-replied"}, "auto_reply"),
        ({"AUTO-SUBMITTED": "Auto-Replied (vacation)"}, "auto_reply"),
        ({"auto-submitted": "auto-replied; owner-email=x"}, "auto_reply"),
        ({"Auto-Submitted": "auto-replied", "Return-Path": "<>"}, "auto_reply"),
        ({"X-Autoreply": "yes"}, "auto_reply"),
        ({"X-Autorespond": ""}, "auto_reply"),
        ({"Precedence": "auto_reply"}, "auto_reply"),
        (
            {
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "References": "<a>",
            },
            "auto_reply",
        ),
        ({"Return-Path": "<>"}, "bounce"),
        ({"Return-Path": " <> "}, "bounce"),
        ({"Content-Type": "multipart/report; report-type=delivery-status"}, "bounce"),
        ({"List-Id": "<users.example.com>"}, "list"),
        ({"list-post": "<mailto:users@example.com>"}, "list"),
        ({"Precedence": "List"}, "list"),
        ({"Precedence": "junk"}, "list"),
        ({"Precedence": "bulk"}, "generated"),
        ({"Auto-Submitted": "auto-generated"}, "generated"),
        ({"Auto-Submitted": "auto-notified"}, "generated"),
        ({"Auto-Submitted": "no"}, "human"),
        ({"X-Autoreply": "no"}, "human"),
        ({"X-Auto-Response-Suppress": "All"}, "human"),
        ({"Return-Path": "<customer@example.com>", "List-Unsubscribe": "<https://x>"}, "human"),
        ({"In-Reply-To": "<a@example.com>"}, "human"),
    ],
)
def test_headers(headers, kind):
    assert _classify(headers) == kind


@pytest.mark.parametrize(
    ("subject", "headers", "kind"),
    [
        ("Automatic reply: Visit", {}, "auto_reply"),
        ("Réponse automatique : Visite", {}, "auto_reply"),
        ("Automatische Antwort: Termin", {}, "auto_reply"),
        ("Out of office", {"X-Auto-Response-Suppress": "OOF"}, "auto_reply"),
        ("Abwesenheit Re: Termin", {"Auto-Submitted": "auto-generated"}, "auto_reply"),
        ("Out of office printer is broken", {}, "human"),
        ("I am away from my desk", {}, "human"),
    ],
)
def test_subjects(subject, headers, kind):
    assert _classify(headers, subject=subject) == kind


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("MAILER-DAEMON@mx.example.com", "bounce"),
        ("Mail Delivery <mailer-daemon@mx.example.com>", "bounce"),
        ("postmaster@example.com", "bounce"),
        ("noreply@example.com", "generated"),
        ("Shop <no-reply@example.com>", "generated"),
        ("do_not_reply@example.com", "generated"),
        ("noreplyman@example.com", "human"),
        ("", "human"),
        ("broken", "human"),
    ],
)
def test_senders(sender, kind):
    assert _classify(sender=sender) == kind


@pytest.mark.parametrize(
    "subject",
    ["Automatic reply: x", "Automatic response: x", "auto-reply: x", "Auto response: x",
     "autoreply: x", "AutoReply : x", "Automatische Antwort: x", "Abwesenheitsnotiz: x",
     "réponse automatique : x", "Respuesta automática: x", "Risposta automatica: x",
     "Automatisch antwoord: x", "Resposta automática: x", "  AUTOMATIC REPLY: x"],
)  # fmt: skip
def test_subjects_that_only_programs_write(subject):
    assert _classify(subject=subject) == "auto_reply"
    assert _classify(subject=f"Re: {subject}") == "human"
    assert _classify(subject=subject.replace(":", "")) == "human"


@pytest.mark.parametrize(
    "words",
    ["Out of office", "out of the office", "OOO", "away from my office", "away from the desk",
     "away from my mail", "on leave", "on vacation", "abwesend", "Abwesenheit",
     "Abwesenheitsassistent", "nicht im Büro", "absent du bureau", "absence du bureau",
     "fuera de oficina", "fuera de la oficina", "fuori sede", "fuori ufficio", "niet aanwezig",
     "afwezig", "afwezigheid", "fora do escritório"],
)  # fmt: skip
def test_subjects_that_count_together_with_a_header(words):
    subject = f"I am {words} today"
    assert _classify(subject=subject) == "human"
    assert _classify({"X-Auto-Response-Suppress": "OOF"}, subject=subject) == "auto_reply"
    assert _classify({"Auto-Submitted": "auto-generated"}, subject=subject) == "auto_reply"


@pytest.mark.parametrize("words", ["food", "outofoffice", "cooook", "vacation home", "office"])
def test_other_subjects_say_nothing_of_absence(words):
    assert _classify({"X-Auto-Response-Suppress": "OOF"}, subject=words) == "human"


GENERATED = {"Auto-Submitted": "auto-generated"}
SUPPRESSED = {"X-Auto-Response-Suppress": "All"}


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Precedence": "auto-reply"}, "auto_reply"),
        ({"Precedence": "AUTO_REPLY"}, "auto_reply"),
        ({"X-Auto-Reply": "Yes"}, "auto_reply"),
        ({"X-Auto-Reply": "No"}, "human"),
        ({"X-Autoreply": "NO"}, "human"),
        ({**GENERATED, **SUPPRESSED, "In-Reply-To": "<a>"}, "auto_reply"),
        ({**GENERATED, **SUPPRESSED}, "generated"),
        ({**GENERATED, "In-Reply-To": "<a>"}, "generated"),
        ({**SUPPRESSED, "In-Reply-To": "<a>", "References": "<a>"}, "human"),
        ({"Auto-Submitted": "No; x=y"}, "human"),
        ({"Auto-Submitted": "auto-generated(list)"}, "generated"),
        ({"Auto-Submitted": "auto-replied (x)"}, "auto_reply"),
        ({"Return-Path": "<>", "List-Id": "<x>"}, "bounce"),
        ({"Content-Type": "Multipart/Report; x"}, "bounce"),
        ({"Content-Type": "multipart/mixed; x=multipart/report"}, "human"),
        ({"Precedence": "bulk", "List-Id": "<x>"}, "list"),
        ({"Auto-Submitted": "auto-generated", "Precedence": "JUNK"}, "list"),
        ({"Precedence": "BULK"}, "generated"),
        ({"Precedence": "first-class"}, "human"),
        ({"Precedence": "list\n"}, "list"),
    ],
)
def test_headers_together(headers, kind):
    assert _classify(headers) == kind


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("MAILER-DAEMON", "bounce"),
        ("Mailer-Daemon@example.com", "bounce"),
        ('"John Doe"\n <POSTMASTER@example.com>', "bounce"),
        ("postmasters@example.com", "human"),
        ("a@postmaster.example", "human"),
        ("noreply@example.com", "generated"),
        ("No_Reply@example.com", "generated"),
        ("no.reply@example.com", "generated"),
        ("no-reply-5@example.com", "generated"),
        ("donotreply@example.com", "generated"),
        ("do.not.reply@example.com", "generated"),
        ("dont-reply@example.com", "generated"),
        ("dontreply@example.com", "generated"),
        ("reply@example.com", "human"),
        ("noreplyx@example.com", "human"),
        ("john.noreply@example.com", "human"),
        ("no-reply <john@example.com>", "human"),
        ("do@example.com", "human"),
    ],
)
def test_more_senders(sender, kind):
    assert _classify(sender=sender) == kind


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"X-Auto-Response-Suppress": "ALL"}, False),
        ({"x-auto-response-suppress": "DR;AutoReply"}, False),
        ({"X-Auto-Response-Suppress": "RN autoreply"}, False),
        ({"X-Auto-Response-Suppress": "RN,\n All"}, False),
        ({"X-Auto-Response-Suppress": "None"}, True),
        ({"X-Auto-Response-Suppress": "OOF"}, True),
        ({"X-Auto-Response-Suppress": "overall"}, True),
        ({"X-Other": "All"}, True),
        ({}, True),
    ],
)
def test_who_asks_for_no_automatic_answer(headers, wanted):
    assert wants_no_answer(headers) is not wanted
