"""Replies, forwarded mails and signatures."""

from datetime import datetime, timezone

import pytest
from intake import parse_mail

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
OLD = (
    "customer_email: old@example.com\nrequested_date: 2025-01-15 14:00\npriority: low\n"
    "description: Old text\n"
)
QUOTED = "".join(f"> {line}\n" for line in OLD.splitlines())
INTRODUCTIONS = [
    "On Mon, Dec 2, 2024 at 9:05 AM Support <appointments@example.com> wrote:",
    "On Mon, Dec 2, 2024 at 9:05 AM Support\n<appointments@example.com> wrote:",
    "Am 02.12.2024 um 09:05 schrieb Support:",
    "Support <appointments@example.com> schrieb am Mo., 2. Dez. 2024, 09:05:",
    "Le lun. 2 déc. 2024 à 09:05, Support <appointments@example.com> a écrit :",
    "El lun, 2 dic 2024 a las 9:05, Support (<appointments@example.com>) escribió:",
    "Il giorno lun 2 dic 2024 alle ore 09:05 Support ha scritto:",
    "Op ma 2 dec 2024 om 09:05 schreef Support <appointments@example.com>:",
    "Em seg., 2 de dez. de 2024 às 09:05, Support escreveu:",
]


def _parse(text, subject, sender="customer@example.com"):
    return parse_mail(text, sender=sender, subject=subject, now=NOW, default_timezone="UTC")


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_a_corrected_line_above_the_quotation(introduction):
    result = _parse(f"requested_date: 2025-01-16 10:00\n\n{introduction}\n\n{QUOTED}", "Re: x")
    assert result.request.requested_date == datetime(2025, 1, 16, 10, tzinfo=timezone.utc)
    assert result.request.priority is None
    assert result.request.description is None
    assert result.request.customer_email == "customer@example.com"


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_a_corrected_line_below_the_quotation(introduction):
    result = _parse(f"{introduction}\n{QUOTED}\nrequested_date: 2025-01-16 10:00\n", "Re: x")
    assert result.request.requested_date == datetime(2025, 1, 16, 10, tzinfo=timezone.utc)
    assert result.request.priority is None


def test_corrected_lines_between_quotations():
    result = _parse(
        "> customer_email: old@example.com\n> a\n> b\nlocation: Here\n"
        "> requested_date: x\n> c\n> d\n"
        "requested_date: 2025-01-16 10:00\n> priority: low\n",
        "Re: x",
    )
    assert result.problems == ()
    assert result.request.location == "Here"
    assert result.request.priority is None


HEADERS = [
    "-----Original Message-----\nFrom: John Doe <old@example.com>\nSent: Monday\nTo: office\n",
    "________________________________\nFrom: John Doe <old@example.com>\nSent: Monday\nTo: me\n",
    "From: John Doe <old@example.com>\nSent: Monday, December 2\nTo: office\nSubject: x\n",
    "Von: John Doe <old@example.com>\nGesendet: Montag\nAn: office@example.com\nBetreff: x\n",
    "De : John Doe <old@example.com>\nEnvoyé : lundi\nÀ : office\nObjet : x\n",
    "De: John Doe <old@example.com>\nEnviado: lunes\nPara: office\nAsunto: x\n",
    "Da: John Doe <old@example.com>\nInviato: lunedì\nA: office\nOggetto: x\n",
    "Van: John Doe <old@example.com>\nVerzonden: maandag\nAan: office\nOnderwerp: x\n",
    "*From:* John Doe <old@example.com>\n*Sent:* Monday\n*To:* office@example.com\n*Subject:* x\n",
]
FORWARDS = [
    *HEADERS,
    "---------- Forwarded message ---------\nFrom: John Doe <old@example.com>\nDate: Mon\nTo: x\n",
    "---- Weitergeleitete Nachricht ----\nBetreff: x\nVon: John Doe <old@example.com>\nAn: x\n",
    "Begin forwarded message:\n\nFrom: John Doe <old@example.com>\nSubject: x\nTo: x@example.com\n",
]


@pytest.mark.parametrize("headers", HEADERS)
def test_an_old_form_below_mail_headers_is_not_read_in_a_reply(headers):
    result = _parse(f"Thank you!\n\n{headers}\n{OLD}", "RE: x")
    assert not result.has_form
    assert result.request.description == "Thank you!"


@pytest.mark.parametrize("headers", FORWARDS)
@pytest.mark.parametrize("above", ["", "Please take care.\n\n", "FYI\n\n-- \nFront Desk\n\n"])
@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_forwarded_form_is_read(headers, above, blank):
    result = _parse(f"{above}{headers}{blank}{OLD}", "Fwd: x", sender="office@example.com")
    assert result.problems == ()
    assert result.request.customer_email == "old@example.com"
    assert result.request.description == "Old text"
    assert result.request.extra == ()
    (note,) = (note for note in result.notes if note.code == "forwarded_from")
    assert note.params == {"value": "John Doe <old@example.com>"}


def test_a_forwarded_form_with_quotation_marks_is_read():
    text = "Begin forwarded message:\n\n> From: John Doe <old@example.com>\n> Subject: x\n> \n"
    result = _parse(text + QUOTED, "Fwd: x")
    assert result.request.customer_email == "old@example.com"


def test_a_form_of_ones_own_wins_over_a_forwarded_one():
    text = f"requested_date: 2025-01-16 10:00\n\n{FORWARDS[-3]}\n{OLD}"
    result = _parse(text, "Fwd: x")
    assert result.request.requested_date == datetime(2025, 1, 16, 10, tzinfo=timezone.utc)
    assert result.request.priority is None


def test_a_forwarded_reply_is_read_to_the_bottom():
    inner = f"See below.\n\nOn Mon, Dec 2, 2024 Support <support@example.com> wrote:\n{QUOTED}"
    result = _parse(f"{FORWARDS[-3]}\n{inner}", "Fwd: Re: x")
    assert result.has_form
    assert result.request.customer_email == "old@example.com"


def test_a_signature_is_no_description():
    result = _parse("requested_date: 2025-01-16 10:00\nplease\n-- \nJohn\nticket: 5", "x")
    # Known keys below a rule of dashes are part of the form after all.
    assert result.request.ticket_ref == "5"
    result = _parse("requested_date: 2025-01-16 10:00\nplease\n-- \nJohn\nExample Ltd", "x")
    assert result.request.description == "please"
