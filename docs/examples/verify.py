"""Whether a message is from Support Center: its body comes in, its headers are variables."""

import base64
import hashlib
import hmac
import os
import sys
import time


def is_genuine(secret, headers, body):
    """Standard Webhooks: the signature is right, and no older than five minutes."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is being changed there are two signatures, with a blank between.
    return any(
        hmac.compare_digest(each, f"v1,{right}") for each in headers["webhook-signature"].split()
    )


names = ("webhook-id", "webhook-timestamp", "webhook-signature")
found = {name: os.environ[name.upper().replace("-", "_")] for name in names}
print("genuine" if is_genuine(os.environ["SECRET"], found, sys.stdin.buffer.read()) else "forged")
