"""What Odoo's mail gateway reads of a message, in the words of these tests."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"
HEADERS = (
    "Message-Id",
    "Subject",
    "From",
    "To",
    "Cc",
    "Delivered-To",
    "Resent-To",
    "Resent-Cc",
    "References",
    "In-Reply-To",
    "Date",
)


def parse(raw: bytes) -> EmailMessage:
    """A message with the policy that the gateway uses."""
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def load(name: str) -> EmailMessage:
    return parse((SAMPLES / f"{name}.eml").read_bytes())


def read(message: EmailMessage) -> tuple[str, list[tuple[str | None, Any]]]:
    """The body as HTML and the attachments; raises where the gateway would."""
    for name in HEADERS:
        " ".join(str(value) for value in message.get_all(name, []))
    plain, html, attachments = "", "", []
    for part in message.walk():
        if part.get_content_maintype() == "multipart":
            continue
        filename, content = part.get_filename(), part.get_content()
        if isinstance(content, EmailMessage):
            content = content.as_bytes()
        if filename or str(part.get("Content-Disposition", "")).startswith("attachment"):
            attachments.append((filename, content))
        elif part.get_content_type() == "text/html":
            html += content
        elif part.get_content_type() == "text/plain":
            plain += content
        else:
            attachments.append((filename, content))
    return html or f"<pre>{escape(plain)}</pre>", attachments
