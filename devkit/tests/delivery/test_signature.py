"""Signatures, verified by the library of the standard."""

import base64
from datetime import datetime, timezone

import pytest
from delivery.signature import BadSecret, check_secret, make_secret, sign
from standardwebhooks import Webhook, WebhookVerificationError

BODY = '{"type":"appointment.confirmed","data":{"name":"Zoë"}}'


def _sign(secret, body=BODY, **options):
    return sign(secret, "msg_1", body, datetime.now(tz=timezone.utc), **options)


def _whsec(size):
    return "whsec_" + base64.b64encode(b"k" * size).decode()


def test_the_library_verifies_what_we_sign():
    secret = make_secret()
    headers = _sign(secret)
    assert Webhook(secret).verify(BODY, headers)["type"] == "appointment.confirmed"
    assert headers["webhook-id"] == "msg_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(make_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, {**headers, "webhook-id": "msg_2"})


def test_the_signature_of_a_known_message():
    """The example of the specification's reference libraries."""
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        datetime.fromtimestamp(1614265330, tz=timezone.utc),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_two_secrets_while_one_is_changed():
    """A receiver that knows either of them takes the message."""
    new, old = make_secret(), make_secret()
    headers = _sign(new, previous=old)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (new, old):
        assert Webhook(secret).verify(BODY, headers)["type"] == "appointment.confirmed"
    with pytest.raises(WebhookVerificationError):
        Webhook(make_secret()).verify(BODY, headers)
    with pytest.raises(BadSecret):
        _sign(new, previous="whsec_short")


def test_secrets_differ():
    assert make_secret() != make_secret()


def test_a_new_secret_holds_256_random_bits_in_its_written_form():
    secret = make_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


@pytest.mark.parametrize(
    "secret",
    [make_secret(), _whsec(24), _whsec(64), _whsec(25).rstrip("="), _whsec(25) + "="],
)
def test_good_secrets(secret):
    assert check_secret(secret) == secret
    assert _sign(secret)


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (None, "missing"),
        ("", "missing"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "no_prefix"),
        ("whsec_", "too_short"),
        ("whsec_not base64!", "not_base64"),
        ("whsec_änderung", "not_base64"),
        (_whsec(23), "too_short"),
        (_whsec(65), "too_long"),
    ],
)
def test_bad_secrets(secret, code):
    with pytest.raises(BadSecret) as caught:
        _sign(secret)
    assert caught.value.code == code
    assert not secret or secret not in str(caught.value)
