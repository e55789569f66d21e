"""The person behind a mail that a group, a list or a website has sent."""

from email.utils import parseaddr

import pytest
from intake import (
    find_reply_to,
    find_writer,
    holds_form,
    is_own_group,
    repeats_a_request,
    without_list_headers,
)

GROUP = {
    "To": "support@company.example",
    "Delivered-To": "appointments@company.example",
    "List-ID": "<support.company.example>",
    "Mailing-list": "list support@company.example; contact support+owners@company.example",
    "Precedence": "list",
}
TO = {"To": "Support <support@company.example>"}
VIA = "'Ana Keller' via Support <support@company.example>"
ANA = "Ana Keller <ana@example.com>"


@pytest.mark.parametrize(
    ("headers", "sender", "writer"),
    [
        ({"X-Original-From": ANA}, VIA, ANA),
        ({"X-Original-Sender": "ana@example.com"}, VIA, ANA),
        ({"Reply-To": ANA}, VIA, ANA),
        ({"Reply-To": f"support@company.example, {ANA}"}, VIA, ANA),
        ({"X-Original-From": ANA}, "support@company.example", ANA),
        ({}, VIA, ""),
        ({"Reply-To": "no-reply@example.com"}, VIA, ""),
        ({"Reply-To": "Other <other@example.com>"}, ANA, ANA),
        ({"X-Original-From": "Eve <eve@example.com>"}, ANA, ANA),
    ],
)
def test_who_wrote_what_a_group_sends(headers, sender, writer):
    assert find_writer({**GROUP, **headers}, sender=sender) == writer


def test_without_a_list_the_sender_is_who_they_say():
    sender = "Ana via Phone <ana@example.com>"
    assert find_writer({"Reply-To": "b@example.com"}, sender=sender) == sender
    assert find_writer({}, sender="") == ""


@pytest.mark.parametrize(
    ("reply_to", "person"),
    [
        (ANA, ANA),
        ("ana@example.com", "ana@example.com"),
        ("no-reply@example.com", ""),
        ("mailer-daemon@example.com", ""),
        ("Forms@WWW.example.com", ""),
        ("appointments@company.example", ""),
        ("support@company.example", ""),
        ("", ""),
        ("nobody", ""),
        (f"no-reply@example.com, {ANA}", ANA),
    ],
)
def test_where_answers_go(reply_to, person):
    headers = {**GROUP, "Reply-To": reply_to}
    assert find_reply_to(headers, sender="Site <forms@www.example.com>") == person


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        (GROUP, True),
        ({**TO, "List-Id": "Support <support.Company.example>"}, True),
        ({**TO, "List-Id": "support.company.example"}, True),
        ({**TO, "List-Post": "<mailto:support@company.example>"}, True),
        ({**TO, "List-Id": "<news.company.example>"}, False),
        ({"To": "b@company.example", "List-Id": "<support.company.example>"}, False),
        ({"To": "news@example.com", "List-Id": "<news.example.com>"}, False),
        ({**TO, "List-Post": "<https://groups.example.com/x>"}, False),
        ({}, False),
    ],
)
def test_groups_of_our_own(headers, is_own):
    assert is_own_group(headers, {"company.example", ""}) is is_own


def test_without_the_headers_of_a_list():
    left = without_list_headers({**GROUP, "Subject": "x", "precedence": "first-class"})
    assert set(left) == {"To", "Delivered-To", "Subject", "precedence"}


@pytest.mark.parametrize(
    ("text", "subject", "holds"),
    [
        ("customer_email: a@example.com\nrequested_date: 2026-03-05 14:00\n", "x", True),
        ("requested_date: 2026-03-05 14:00\n", "x", False),
        ("Hello,\nplease come.", "APPOINTMENT_REQUEST", False),
        (
            "I am away.\n\n> customer_email: a@example.com\n> requested_date: 5 March",
            "Re: x",
            False,
        ),
    ],
)
def test_filled_in_forms(text, subject, holds):
    assert holds_form(text, subject) is holds


def test_automatic_replies_repeat_what_they_answer():
    assert repeats_a_request({"In-Reply-To": "<1@x>"}, subject="x")
    assert repeats_a_request({"X-Odoo-Objects": "support.appointment-1"}, subject="x")
    assert repeats_a_request({}, subject="Automatic reply: x")
    assert not repeats_a_request({}, subject="APPOINTMENT_REQUEST")


@pytest.mark.parametrize("opening", ["a:", "(", "mailto:"])
def test_addresses_in_groups_without_end(opening):
    """Python's reader of addresses calls itself for each group and comment that is open."""
    deep = opening * 4000 + " <ana@example.com>"
    headers = {
        **GROUP,
        "Reply-To": deep,
        "X-Original-From": deep,
        "Envelope-To": deep,
        "To": deep + ", support@company.example",
    }
    assert parseaddr(find_writer(headers, sender=VIA))[1] == "ana@example.com"
    assert parseaddr(find_reply_to(headers, sender="bob@example.com"))[1] in ("", "ana@example.com")
    assert find_writer(headers, sender=deep) == deep
    assert is_own_group(headers, ["company.example"])
