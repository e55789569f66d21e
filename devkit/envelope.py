"""What a mail server adds to a mail before it hands it on."""

from __future__ import annotations

import email.parser
import email.policy
import email.utils
import hashlib
from collections.abc import Sequence


def message_id(content: bytes) -> str:
    """The mail's Message-Id, or an empty text when it has none."""
    headers = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(content)
    return str(headers.get("Message-Id") or "").strip()


def own_message_id(sender: str, content: bytes) -> str:
    """A Message-Id for a mail without one, the same at each try of the sender.

    Odoo would make up a new one each time, and a mail sent again would be taken twice.
    """
    digest = hashlib.sha256(sender.encode() + b"\0" + content).hexdigest()
    return f"<{digest[:40]}@mailgate.invalid>"


def complete(
    content: bytes, *, sender: str, recipients: Sequence[str], peer: str, host: str
) -> tuple[bytes, str]:
    """Put the trace headers in front of a mail.

    Odoo routes by headers, so each accepted recipient gets its ``Delivered-To``: a blind copy
    has no other trace of it.

    :return: the whole mail and its Message-Id.
    """
    # Many programs write a leading mbox line; in the middle of the headers it would end them.
    if content.startswith(b"From "):
        content = content.partition(b"\n")[2]
    # The empty sender of a bounce comes as "<>" from some servers and as "" from others.
    lines = [f"Return-Path: <{sender.strip('<>')}>"]
    lines += [f"Delivered-To: {recipient}" for recipient in recipients]
    lines += [
        f"Received: from {peer}",
        f"\tby {host} (mailgate) with ESMTP; {email.utils.formatdate(localtime=False)}",
    ]
    identity = message_id(content)
    if not identity:
        identity = own_message_id(sender, content)
        lines.append(f"Message-Id: {identity}")
    head = "".join(f"{line}\r\n" for line in lines)
    return head.encode("utf-8") + content, identity
