"""Signatures of Standard Webhooks, made by the library of that standard."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
# The specification's limits for a secret, in bytes: 192 to 512 bits.
MIN_BYTES = 24
MAX_BYTES = 64


class BadSecret(ValueError):
    """A secret that cannot sign; ``code`` says why: ``missing``, ``no_prefix``,
    ``not_base64``, ``too_short`` or ``too_long``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make_secret() -> str:
    """A new random secret in its written form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_secret(secret: str | None) -> str:
    """The secret itself, if it can sign.

    :raise BadSecret: says why not; the secret is not in the text
    """
    if not secret:
        raise BadSecret("missing")
    if not secret.startswith(PREFIX):
        raise BadSecret("no_prefix")
    text = secret[len(PREFIX) :].rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise BadSecret("not_base64") from None
    if len(key) < MIN_BYTES:
        raise BadSecret("too_short")
    if len(key) > MAX_BYTES:
        raise BadSecret("too_long")
    return secret


def sign(
    secret: str | None,
    message_id: str,
    body: str,
    moment: datetime,
    *,
    previous: str | None = None,
) -> dict[str, str]:
    """The headers that let a receiver verify ``body``.

    :param previous: the secret before, while it is being changed: there is a signature by each,
        and a receiver takes the message if one of them is right
    :param message_id: the same for every attempt to deliver the message
    :param body: exactly what will be sent
    :param moment: aware UTC, when this attempt is made
    :raise BadSecret: for a secret that cannot sign
    """
    keys = [secret, previous] if previous else [secret]
    signatures = [Webhook(check_secret(key)).sign(message_id, moment, body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
