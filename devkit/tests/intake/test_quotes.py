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


# ----------------------------------------------------------------------------
# Subjects
# ----------------------------------------------------------------------------

FORWARDED = f"{FORWARDS[-3]}\n{OLD}"


@pytest.mark.parametrize(
    "subject",
    ["Re: x", "RE: x", "Aw: x", "AW: x", "Antw: x", "Sv: x", "VS: x", "Ref: x", "Rif: x", "Res: x",
     "R: x", "TR Re: x", "Re[2]: x", "Re [12] : x", "  re : x"],
)  # fmt: skip
def test_in_a_reply_what_it_forwards_is_old(subject):
    assert not _parse(FORWARDED, subject).has_form


@pytest.mark.parametrize(
    "subject",
    ["x", "", "Fwd: Re: x", "Fw: x", "FWD: x", "WG: x", "TR: x", "RV: x", "ENC: x", "I: x",
     "Doorst: x", "VB: x", "VL: x", "Regarding: x", "Re x", "Q Re: x", "  fwd : x"],
)  # fmt: skip
def test_elsewhere_it_is_the_request(subject):
    assert _parse(FORWARDED, subject).has_form


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("Fwd: x", True), ("FW: x", True), ("Wg: x", True), ("Tr: x", True), ("rv: x", True),
        ("Enc: x", True), ("i: x", True), ("doorst: x", True), ("Vb: x", True), ("vl : x", True),
        ("  Fwd: x", True),
        ("x", False), ("Re: x", False), ("Fwd x", False), ("Weg: x", False), ("Re: Fwd: x", False),
    ],
)  # fmt: skip
def test_a_quotation_below_other_text_counts_only_when_it_is_forwarded(subject, read):
    result = _parse(f"Please take care.\n\n{INTRODUCTIONS[0]}\n{QUOTED}", subject)
    assert result.has_form is read


def test_a_mail_that_is_nothing_but_a_quotation_is_read():
    result = _parse(f"{INTRODUCTIONS[0]}\n{QUOTED}", "x")
    assert result.has_form
    assert result.request.customer_email == "old@example.com"


# ----------------------------------------------------------------------------
# Headers, signatures
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "date", "recipient", "subject"),
    [
        ("From", "Date", "To", "Subject"), ("From", "Sent", "To", "Subject"),
        ("Von", "Datum", "An", "Betreff"), ("Von", "Gesendet", "An", "Betreff"),
        ("De", "Fecha", "Para", "Asunto"), ("De", "Enviado", "A", "Assunto"),
        ("De", "Data", "Para", "Assunto"), ("De", "Envoyé", "À", "Objet"),
        ("Da", "Inviato", "A", "Oggetto"), ("Van", "Verzonden", "Aan", "Onderwerp"),
        ("Fra", "Dato", "Til", "Emne"), ("Från", "Datum", "Till", "Ämne"),
        ("FROM", "SENT", "TO", "SUJET"), ("*Von", "*Gesendet", "*An", "*Betreff"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("copy", ["", "Cc: b@example.com\n", "Kopie: b@example.com\n"])
def test_mail_headers_in_many_languages(sender, date, recipient, subject, copy):
    headers = (
        f"{sender}: John Doe <old@example.com>\n{date}: Monday\n{recipient}: office\n{copy}"
        f"{subject}: x\n"
    ).replace("*: ", ":* ")
    result = _parse(f"FYI\n\n{headers}\n{OLD}", "Fwd: x", sender="office@example.com")
    assert result.problems == ()
    assert result.request.customer_email == "old@example.com"
    assert result.request.extra == ()
    (note,) = (note for note in result.notes if note.code == "forwarded_from")
    assert note.params == {"value": "John Doe <old@example.com>"}
    assert not _parse(f"Thank you\n\n{headers}\n{OLD}", "Re: x").has_form


def test_who_forwards_their_own_mail_is_not_told_apart():
    result = _parse(FORWARDED, "Fwd: x", sender="OLD@example.com")
    assert result.has_form
    assert "forwarded_from" not in [note.code for note in result.notes]


def test_the_first_author_counts_for_a_mail_that_was_forwarded_twice():
    outer = FORWARDS[-3].replace("John Doe <old@example.com>", "Office <office@example.com>")
    result = _parse(f"{outer}\nFYI\n\n{FORWARDED}", "Fwd: x", sender="boss@example.com")
    assert result.request.customer_email == "old@example.com"
    assert result.request.description == "Old text"
    (note,) = (note for note in result.notes if note.code == "forwarded_from")
    assert note.params == {"value": "John Doe <old@example.com>"}


def test_what_was_written_above_a_forwarded_form_is_part_of_the_description():
    old = OLD.replace("description: Old text\n", "\nIt still hums.")
    result = _parse(f"Please hurry.\n\n{FORWARDS[-3]}\n{old}", "Fwd: x")
    assert result.request.description == "Please hurry.\n\nIt still hums."


@pytest.mark.parametrize(
    "line",
    ["Sent from my phone", "SENT FROM MY PHONE", "Sent from Outlook", "Get Outlook for Android",
     "Gesendet von Mail", "Von meinem Telefon gesendet", "Envoyé de mon téléphone",
     "Envoyé depuis mon mobile", "Enviado desde mi móvil", "Enviado do meu telemóvel",
     "Inviato da Telefono", "Verzonden vanaf mijn telefoon"],
)  # fmt: skip
def test_the_signature_of_a_device_is_no_description(line):
    text = "requested_date: 2025-01-16 10:00\n\nPlease ring.\n\n"
    assert _parse(f"{text}{line}", "x").request.description == "Please ring."
    assert _parse(f"{text}{line}\n\n{line}\n", "x").request.description == "Please ring."
    assert _parse(f"{text}{line}\nThanks", "x").request.description == (
        f"Please ring.\n\n{line}\nThanks"
    )
    assert _parse(f"{text}It was {line}", "x").request.description == (
        f"Please ring.\n\nIt was {line}"
    )


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("please\n--\nJohn", "please"),
        ("please\n-- \nJohn\n-- \nExample Ltd", "please"),
        ("please\n---\nJohn", "please\n---\nJohn"),
        ("please -- \nJohn", "please -- \nJohn"),
        ("-- \nJohn", None),
    ],
)
def test_where_a_signature_begins(text, description):
    result = _parse(f"requested_date: 2025-01-16 10:00\n{text}", "x")
    assert result.request.description == description


@pytest.mark.parametrize(
    ("text", "description"),
    [
        # An introduction in a language that nobody listed, above a quotation.
        ("Thanks!\n\nKirjoitti Support:\n\n> old\n> older", "Thanks!"),
        ("> old\n> older\n\nThanks!\n", "Thanks!"),
        ("Thanks!\n> old\n> older\nBye", "Thanks!\nBye"),
        ("Thanks!\n> old", "Thanks!"),
        ("He said:\n> old\nBye", "Bye"),
    ],
)
def test_what_is_left_round_a_quotation(text, description):
    result = _parse(text, "Re: x")
    assert not result.has_form
    assert result.request.description == description


def test_a_key_above_a_quotation_is_no_introduction():
    result = _parse("requested_date: 2025-01-16 10:00\nlocation:\n> old\n> older", "Re: x")
    assert result.request.location is None
    assert result.request.description is None


# ----------------------------------------------------------------------------
# Forms that look like headers, introductions that look like forms
# ----------------------------------------------------------------------------


def test_a_form_is_not_taken_for_mail_headers():
    result = _parse(
        "Subject: printer\nFloor: 3\nType: Repair\nFrom: x\nrequested_date: 2025-01-16 10:00", "x"
    )
    assert result.request.type_ref == "Repair"
    assert result.request.extra == (("Subject", "printer"), ("Floor", "3"), ("From", "x"))
    result = _parse(
        "Type: Repair\nTicket: 5\nrequested_date: 2025-01-16 10:00\nDate: Monday\nTo: us", "x"
    )
    assert (result.request.type_ref, result.request.ticket_ref) == ("Repair", "5")


@pytest.mark.parametrize("own", ["Please take care.\n\n", "a\n\nb:\n\nc\n\n"])
def test_own_text_above_a_forwarded_form_does_not_keep_it_from_being_read(own):
    result = _parse(f"{own}{FORWARDED}", "x")
    assert result.has_form
    assert result.request.customer_email == "old@example.com"


BARE = QUOTED.replace("> description: Old text\n", "")


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("blank", ["", "\n"])
def test_an_introduction_is_no_part_of_what_is_forwarded(introduction, blank):
    result = _parse(f"{introduction}\n{blank}{BARE}", "Fwd: x")
    assert result.request.customer_email == "old@example.com"
    assert result.request.description is None
    assert result.request.extra == ()


def test_no_line_of_a_forwarded_quotation_is_lost():
    result = _parse(f"Please take care.\n{BARE}", "Fwd: x")
    assert result.request.customer_email == "old@example.com"
    assert result.request.priority == "0"
    assert result.request.description == "Please take care."
    result = _parse(f"{BARE}\nPlease take care.\nBye", "Fwd: x")
    assert result.request.customer_email == "old@example.com"
    assert result.request.priority == "0"
    assert result.request.description == "Please take care.\nBye"


@pytest.mark.parametrize(
    ("between", "description"),
    [
        ("Begin forwarded message:\n\n", "FYI"),
        ("-----Original Message-----\n\n  Please come.\n\n", "FYI\n\nPlease come."),
        (
            "-----Original Message-----\nFrom: x <old@example.com>\nTo: a@example.com,\n"
            "\tb@example.com\nSubject: x\n\n  Please come.\n\n",
            "FYI\n\nPlease come.",
        ),
    ],
)
def test_what_stands_between_own_text_and_a_forwarded_form(between, description):
    form = OLD.replace("description: Old text\n", "")
    result = _parse(f"FYI\n\n{between}{form}", "Fwd: x")
    assert result.request.customer_email == "old@example.com"
    assert result.request.description == description


def test_an_author_with_a_colon():
    headers = FORWARDS[-3].replace("John Doe", "Doe: John")
    result = _parse(f"{headers}\n{OLD}", "Fwd: x")
    (note,) = (note for note in result.notes if note.code == "forwarded_from")
    assert note.params == {"value": "Doe: John <old@example.com>"}


def test_an_unmarked_quotation_below_an_hour():
    introduction = "On 5 May 2026 at 10:15 Support <support@example.com> wrote:"
    result = _parse(f"Thank you!\n\n{introduction}\n\n{OLD}", "Re: x")
    assert not result.has_form
    assert result.request.description == "Thank you!"


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("One\nTwo\nKirjoitti Support:\n> old\n> older\n> oldest", "One\nTwo"),
        ("One\nTwo\nKirjoitti Support: \t\n> old\n> older\n> oldest", "One\nTwo"),
        ("One:\nTwo\n> old\n> older\n> oldest", "One:\nTwo"),
        ("One:\nHe said:\n> old\nBye", "One:\nBye"),
        ("One\nHe said: \t\n> old\nBye", "One\nBye"),
        ("Please call, this is why:", "Please call, this is why:"),
        ("> old\nOne:", "One:"),
    ],
)
def test_only_the_line_above_a_quotation_introduces_it(text, description):
    result = _parse(text, "Re: x")
    assert not result.has_form
    assert result.request.description == description


@pytest.mark.parametrize("quotation", ["> old", "> old\n> older\n> oldest"])
@pytest.mark.parametrize("key", ["priority:", "  Customer name :"])
def test_a_key_introduces_nothing(quotation, key):
    assert _parse(f"One\n{key}\n{quotation}\nBye", "Re: x").has_form


def test_what_a_forwarded_mail_itself_quotes_is_not_read():
    head = "Begin forwarded message:\n\n> From: John Doe <old@example.com>\n> Subject: x\n> \n"
    nested = "> > location: Elsewhere\n> > ticket: 7\n"
    result = _parse(f"{head}{BARE}{nested}", "Fwd: x")
    assert result.request.customer_email == "old@example.com"
    assert result.request.location is None
    assert result.request.ticket_ref is None
