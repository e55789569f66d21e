"""What a mail server makes of addresses, and what it adds to a mail before it hands it on."""

from __future__ import annotations

import email.parser
import email.policy
import email.utils
import hashlib
from collections.abc import Mapping


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


def spellings(address: str) -> list[str]:
    """The addresses under which an alias may be found: as given, then without its ``+detail``.

    An alias of Odoo may have a plus in its name, so the whole address goes first.
    """
    local, at, domain = address.partition("@")
    base = local.partition("+")[0]
    return [address] if base in ("", local) else [address, f"{base}{at}{domain}"]


def is_postmaster(address: str) -> bool:
    """Whether this is the address that every mail server must have, with a domain or without."""
    local = spellings(address)[-1].partition("@")[0]
    return local.lower() == "postmaster"


def complete(
    content: bytes,
    *,
    sender: str,
    recipients: Mapping[str, str],
    peer: str,
    host: str,
    protocol: str = "ESMTP",
) -> tuple[bytes, str]:
    """Put the trace headers in front of a mail.

    Odoo routes by headers and compares whole addresses, so the address of each alias that the
    mail goes to gets its ``Delivered-To``: a blind copy has no other trace of it, and a
    plus-address would find no alias. What the sender really asked for is then in
    ``X-Original-To``, as Postfix has it. The headers that people see stay as they came.

    :param recipients: the address of the alias for each accepted recipient
    :param protocol: what the mail came by, a name of RFC 3848
    :return: the whole mail and its Message-Id.
    """
    # Many programs write a leading mbox line; in the middle of the headers it would end them.
    if content.startswith(b"From "):
        content = content.partition(b"\n")[2]
    # The empty sender of a bounce comes as "<>" from some servers and as "" from others.
    lines = [f"Return-Path: <{sender.strip('<>')}>"]
    lines += [f"Delivered-To: {alias}" for alias in dict.fromkeys(recipients.values())]
    lines += [
        f"X-Original-To: {recipient}"
        for recipient, alias in recipients.items()
        if recipient != alias
    ]
    lines += [
        f"Received: from {peer}",
        f"\tby {host} (mailgate) with {protocol}; {email.utils.formatdate(localtime=False)}",
    ]
    identity = message_id(content)
    if not identity:
        identity = own_message_id(sender, content)
        lines.append(f"Message-Id: {identity}")
    head = "".join(f"{line}\r\n" for line in lines)
    return head.encode("utf-8") + content, identity
