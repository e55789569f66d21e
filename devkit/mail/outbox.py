"""The Maildir of caught mail: listing and reading it."""

from __future__ import annotations

import email
import email.policy
import mailbox
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Caught:
    """One caught mail; ``number`` counts from 1, oldest first."""

    number: int
    message: EmailMessage

    @property
    def recipients(self) -> str:
        """Who it was really sent to, as the catcher notes it."""
        return str(self.message.get("X-RcptTo", ""))

    @property
    def subject(self) -> str:
        """Its subject, on one line."""
        return " ".join(str(self.message.get("Subject", "(no subject)")).split())


def parse(content: bytes) -> EmailMessage:
    """A mail from its bytes, whatever is wrong with it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def read_all(folder: Path) -> list[Caught]:
    """All caught mails, oldest first."""
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(str(folder))
    files = [Path(folder, "new", key) for key in box.keys()]  # noqa: SIM118 - a Maildir is no dict
    files = [path if path.exists() else Path(folder, "cur", path.name) for path in files]
    files.sort(key=lambda path: path.stat().st_mtime_ns)
    return [Caught(i, parse(path.read_bytes())) for i, path in enumerate(files, 1)]


def text(message: EmailMessage) -> str:
    """The part to read in a terminal."""
    return _part(message, "plain") or _part(message, "html")


def html(message: EmailMessage) -> str:
    """The HTML part, or an empty text."""
    return _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    """The best body part of a kind; a wrong charset is shown as well as can be."""
    part = message.get_body(preferencelist=(kind,))
    if not part or part.get_content_subtype() != kind:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def attachments(message: EmailMessage) -> list[str]:
    """The names of attached files."""
    return [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]


def show_list(folder: Path, count: int = 20) -> str:
    """The newest mails, one a line."""
    mails = read_all(folder)
    if not mails:
        return "no mail was sent yet"
    lines = [
        f"{mail.number:4}  {str(mail.message.get('Date', ''))[:25]:25}  {mail.recipients[:34]:34}"
        f"  {mail.subject}"
        for mail in mails[-count:]
    ]
    return "\n".join(lines)


def show_one(folder: Path, number: int) -> str:
    """One mail: its main headers, attachments and text."""
    found = [mail for mail in read_all(folder) if mail.number == number]
    if not found:
        return f"there is no mail {number}"
    message = found[0].message
    names = ("From", "To", "Cc", "Reply-To", "Date", "Subject", "Message-Id", "Auto-Submitted")
    lines = [f"{name}: {message[name]}" for name in names if message[name]]
    lines += [f"Attachment: {name}" for name in attachments(message)]
    return "\n".join([*lines, "", text(message)])
