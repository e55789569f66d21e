"""Reports on other mails, whatever their headers say, and people who write of such."""

import json
from email.message import EmailMessage

import pytest
from intake import is_report

from .gateway import SAMPLES, parse

RETURNED = """\
Received: from web.company.example (web [192.0.2.7])
\tby relay.example.org; Mon, 2 Mar 2026 09:00:00 +0100
Message-ID: <1@company.example>
From: Support <appointments@company.example>
To: nobody@example.org
Subject: APT/2026/00001: we have your request
"""
FAILED = f"""\
There was an error delivering your mail to <nobody@example.org>.

mx.example.org [192.0.2.9] said:
550 5.1.1 <nobody@example.org> User unknown

The headers of your mail follow.

{RETURNED}"""
PERSON = "Ana Keller <ana.keller@example.com>"


def _is_report(text, *, sender=PERSON, subject="Mail delivery failed", headers=(), raw=None):
    message = EmailMessage()
    message["From"] = "x@example.com"
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    return is_report(raw or message, sender=sender, subject=subject)


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON <>", "<>", "Mailer-Daemon@mx.example.org", "post_master@example.org",
     "Mail Delivery System <relay@example.org>", "no-reply@example.org", "mail-daemon@example.org"],
)  # fmt: skip
def test_a_server_that_tells_in_prose(sender):
    assert _is_report(FAILED, sender=sender)


@pytest.mark.parametrize(
    ("subject", "first"),
    [
        ("Mail delivery failed: returning message to sender", "It was returned to the sender:"),
        ("Undelivered Mail Returned to Sender", "This mail could not be delivered."),
        ("Unzustellbar: Ihr Termin", "Diese Nachricht konnte nicht zugestellt werden:"),
        ("Non remis : visite", "Ce message n'a pas pu être remis :"),
        ("No se puede entregar: visita", "El correo no ha podido entregarse:"),
        ("Mancata consegna: visita", "Il messaggio non è stato possibile recapitarlo:"),
        ("メールエラー通知", "送信できませんでした。"),
        ("Error: mail delivery problem", "Delivery to the following address failed"),
    ],
)
def test_prose_under_a_person_s_address_needs_all_signs(subject, first):
    text = f"{first}\n550 5.1.1 <nobody@example.org> user unknown\n\n{RETURNED}"
    assert _is_report(text, subject=subject)
    assert not _is_report(text, subject="Network")
    assert not _is_report(text, subject=f"Fwd: {subject}")
    assert not _is_report(f"{first}\n\n{RETURNED}", subject=subject)
    assert not _is_report(f"{first}\n550 5.1.1 user unknown\n", subject=subject)
    assert not _is_report(f"Hello,\n{text}", subject=subject)
    assert not _is_report(f"My mail to you bounced.\n{text}", subject=subject)


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nmy mails come back since Monday. Please come and look.\n\n" + FAILED,
        "Since Monday our mails are not delivered: 550 5.7.1 relaying denied. Who can come?",
        "> There was an error delivering your mail\n> 550 5.1.1 user unknown\n\nThat is it.",
        "requested_date: 2026-03-05 14:00\ncustomer_name: Ana\ndescription: " + FAILED,
        "",
    ],
)
def test_people_write_about_failures(text):
    for subject in ("Mail delivery failed", "APPOINTMENT_REQUEST", "Re: your visit"):
        assert not _is_report(text, subject=subject)


def test_a_website_s_form_may_hold_what_a_customer_writes_of_a_failure():
    text = (
        "Name: Ana\nMessage: our mails come back: 550 5.1.1 user unknown. Could not be delivered."
    )
    assert not _is_report(text, sender="no-reply@www.example.com", subject="Contact form")


def test_a_form_stands_first_in_what_people_ask_for():
    text = "customer_email: ana@example.com\n" + FAILED
    assert not _is_report(text, sender="no-reply@www.example.com")
    assert not _is_report(text, sender="postmaster@www.example.com")
    assert _is_report(FAILED + "\ncustomer_email: ana@example.com\n", sender="postmaster@x.example")


def _with_part(content_type, *, text="See below.", subject="Notice"):
    kind = content_type.encode()
    raw = (
        b"From: a@example.org\nSubject: " + subject.encode() + b"\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\n" + text.encode() + b"\n"
        b"--b\nContent-Type: " + kind + b"\n\nSubject: inner\n\nx\n--b--\n"
    )
    return is_report(parse(raw), sender="a@example.org", subject=subject)


@pytest.mark.parametrize(
    "content_type",
    ["message/delivery-status", "message/feedback-report", "message/disposition-notification",
     "message/global-delivery-status"],
)  # fmt: skip
def test_parts_that_only_reports_have(content_type):
    assert _with_part(content_type)
    assert not _with_part(content_type, subject="Fwd: Notice")


def test_a_person_attaches_a_mail():
    assert not _with_part("message/rfc822")
    assert not _with_part("message/rfc822", text="", subject="Original")
    assert _with_part("message/rfc822", text="", subject="complaint about message from 192.0.2.1")
    assert not _with_part("message/rfc822", text="", subject="Fwd: Undelivered Mail")


@pytest.mark.parametrize(
    "event",
    [
        {"notificationType": "Bounce", "bounce": {}, "mail": {}},
        {"eventType": "Complaint", "mail": {}},
        {"Type": "Notification", "TopicArn": "arn:x",
         "Message": json.dumps({"notificationType": "Delivery", "mail": {}})},
        [{"event": "dropped", "email": "a@example.org", "sg_message_id": "1"}],
        [{"status": "550", "reason": "550 unknown", "email": "a@example.org"}],
        {"event-data": {"event": "failed", "recipient": "a@example.org"}},
        {"RecordType": "Bounce", "Email": "a@example.org"},
        {"msys": {"message_event": {"type": "bounce", "rcpt_to": "a@example.org"}}},
        [{"event": "hard_bounce", "msg": {"email": "a@example.org"}}],
        {"type": "email.bounced", "data": {"email_id": "1", "to": []}, "email": "a"},
    ],
)  # fmt: skip
def test_notifications_of_providers(event):
    text = json.dumps(event)
    sender = "Notifications <no-reply@provider.example>"
    assert _is_report(text, sender=sender, subject="Notification")
    assert _is_report(f"{text}\n--\nTo stop these, follow the link.", sender=sender, subject="N")
    middle = len(text) // 2
    assert _is_report(f"{text[:middle]}\n{text[middle:]}", sender=sender, subject="N")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"customer_email": "a@example.org", "requested_date": "2026-03-05 14:00"}),
        json.dumps({"event": "visit", "email": "a@example.org"}),
        json.dumps({"type": "bounce"}),
        json.dumps([1, 2]),
        "{ not json",
        "[" * 5000,
    ],
)
def test_other_json(text):
    assert not _is_report(text, subject="N")


def test_own_samples():
    reports = []
    for path in sorted(SAMPLES.glob("*.eml")):
        message = parse(path.read_bytes())
        headers = {name: str(value) for name, value in message.raw_items()}
        if is_report(message, sender=headers["From"], subject=str(message["Subject"])):
            reports.append(path.stem)
    assert reports == ["bounce"]


def test_text_that_cannot_be_decoded():
    raw = b"From: <>\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe"
    assert not is_report(parse(raw), sender="a@example.org", subject="x")
    html = b"From: x\nContent-Type: text/html\n\n<p>The mail could not be delivered.</p>"
    assert is_report(parse(html), sender="postmaster@example.org", subject="x")
