"""Who wrote a mail, told by its headers."""

import pytest
from intake import classify

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
