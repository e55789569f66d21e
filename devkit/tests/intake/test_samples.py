"""Whole mails, from raw bytes to the request."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import pytest
from intake import html_to_text, parse_mail, repair

from .gateway import load, read

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
AT_TWO_IN_BERLIN = datetime(2025, 1, 15, 13, tzinfo=timezone.utc)


def _parse(name):
    message = load(name)
    if name.startswith("broken"):
        assert repair(message)
    body, _attachments = read(message)
    date = message["Date"]
    return parse_mail(
        html_to_text(body),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        now=NOW,
        sent=None if name.startswith("broken") else parsedate_to_datetime(str(date)),
        default_timezone="Europe/Berlin",
    )


@pytest.mark.parametrize(
    ("name", "email", "date", "description"),
    [
        ("guide", "customer@example.com", AT_TWO_IN_BERLIN, "Network issue"),
        (
            "gmail_reply",
            "customer@example.com",
            datetime(2025, 1, 16, 9, tzinfo=timezone.utc),
            None,
        ),
        (
            "gmail_forward",
            "customer@example.com",
            AT_TWO_IN_BERLIN,
            "The printer does not print.\nIt only blinks.",
        ),
        ("outlook_html", "customer@example.com", AT_TWO_IN_BERLIN, "Network issue – second floor"),
        ("outlook_forward", "customer@example.com", AT_TWO_IN_BERLIN, "Das Netz fällt aus."),
        (
            "apple_mail",
            "customer@example.com",
            datetime(2024, 12, 3, 13, tzinfo=timezone.utc),
            "Network issue",
        ),
        ("thunderbird_flowed", "customer@example.com", AT_TWO_IN_BERLIN, "Das Gerät piept."),
        (
            "website_form",
            "customer@example.net",
            AT_TWO_IN_BERLIN,
            "Message Body:\nSee https://example.com/manual: page 12.",
        ),
        (
            "website_table",
            "customer@example.net",
            AT_TWO_IN_BERLIN,
            "Netzwerkstörung\nim ganzen Haus",
        ),
        ("latin1_qp", "customer@example.com", AT_TWO_IN_BERLIN, "Gerät läuft nicht, Überhitzung"),
        ("iso2022jp", "customer@example.com", AT_TWO_IN_BERLIN, "プリンターの故障"),
        (
            "koi8r",
            "customer@example.com",
            datetime(2025, 1, 15, 11, tzinfo=timezone.utc),
            "Не работает сеть",
        ),
        ("broken_charset", "customer@example.com", AT_TWO_IN_BERLIN, "Gerät läuft nicht"),
        ("broken_boundary", "customer@example.com", AT_TWO_IN_BERLIN, "Überhitzung"),
    ],
)
def test_requests(name, email, date, description):
    result = _parse(name)
    assert result.problems == ()
    assert result.has_form
    assert result.request.customer_email == email
    assert result.request.requested_date == date
    assert result.request.description == description


def test_more_of_some_samples():
    assert _parse("outlook_html").request.priority == "3"
    assert _parse("latin1_qp").request.customer_name == "Jöhn Doe"
    assert _parse("website_form").request.extra == (("Company", "Example Ltd"),)
    assert _parse("website_table").request.extra == (("Floor", "3"),)
    assert _parse("thunderbird_flowed").request.location.endswith("ring twice at the back door")
    codes = [note.code for note in _parse("website_form").notes]
    assert "sender_differs" in codes


def test_mails_without_a_form():
    for name in ("auto_reply", "list"):
        assert not _parse(name).has_form
