"""A real client of SMTP and what it reads of the answers."""

from __future__ import annotations

import email
import smtplib
from email.message import Message

ALIAS = "appointments@example.com"
MAIL = b"From: a@example.net\r\nTo: x\r\nMessage-Id: <1@example.net>\r\nSubject: Hi\r\n\r\nBody\r\n"


def send(
    port: int, mail: bytes = MAIL, to: tuple[str, ...] = (ALIAS,), sender: str = "a@example.net"
) -> int:
    """Send a mail; the code of the answer to RCPT when all are refused, else of that to DATA."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        try:
            smtp.sendmail(sender, list(to), mail)
        except smtplib.SMTPRecipientsRefused as refused:
            return int(next(iter(refused.recipients.values()))[0])
        except smtplib.SMTPResponseException as refused:
            return int(refused.smtp_code)
    return 250


def parsed(mail: bytes) -> Message:
    return email.message_from_bytes(mail)
