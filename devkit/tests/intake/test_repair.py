"""Broken mails that Python's email package cannot read, and what is made of them."""

import random

import pytest
from intake import repair

from .gateway import SAMPLES, load, parse, read

HEAD = b"From: a@example.com\r\nTo: appointments@example.com\r\nMessage-ID: <1@example.com>\r\n"


def _with_header(name, value):
    kept = [line for line in HEAD.split(b"\r\n") if not line.startswith(name + b":")]
    return b"\r\n".join([name + b": " + value, *kept]) + b"\r\nbody text\r\n"


def _with_part(headers, body):
    return (
        HEAD
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="B"\r\n\r\n'
        + b"--B\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--B\r\n"
        + headers
        + b"\r\n\r\n"
        + body
        + b"\r\n--B--\r\n"
    )


# Each of these makes the email package of some Python from 3.10 on raise.
RAISING = {
    "line feed in a name": _with_header(b"From", b"=?utf-8?q?John=0ADoe?= <a@example.com>"),
    "quote and line feed": _with_header(b"To", b"=?utf-8?q?a=22=0Ab?= <a@example.com>"),
    "no domain": _with_header(b"From", b"a@"),
    "open bracket": _with_header(b"Cc", b"<"),
    "open domain literal": _with_header(b"To", b"a@[127.0.0.1"),
    "lone return": _with_header(b"From", b'"\r" <a@example.com>'),
    "empty id": _with_header(b"Message-ID", b"<>"),
    "brackets in id": _with_header(b"Message-ID", b"<[abc]@example.com>"),
    "double brackets": _with_header(b"Message-ID", b"<<a@example.com>>"),
    "unknown charset": _with_header(b"Content-Type", b"text/plain; charset=x-unknown"),
    "charset of a database": _with_header(b"Content-Type", b"text/plain; charset=utf8mb4"),
    "no charset": _with_header(b"Content-Type", b'text/plain; charset=""'),
    "charset that is no charset": _with_header(b"Content-Type", b"text/plain; charset=base64"),
    "charset that cannot decode": _with_header(b"Content-Type", b"text/plain; charset=idna"),
    "NUL in the charset": _with_header(b"Content-Type", b"text/plain; charset=utf-8\x00"),
    "no main type": _with_header(b"Content-Type", b"/plain"),
    "unknown charset of a part": _with_part(b"Content-Type: text/plain; charset=ansi", b"\xe4"),
    "unknown charset of a file": _with_part(
        b'Content-Type: text/plain; charset=foo; name="x.txt"\r\n'
        b'Content-Disposition: attachment; filename="x.txt"',
        b"\xe4",
    ),
    "odd charset of a name": _with_part(
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; "
        b"filename*=undefined''plan.pdf",
        b"x",
    ),
    "broken mail within": _with_part(
        b"Content-Type: message/rfc822",
        b"From: a\r\nContent-Type: text/plain; charset=foo\r\n\r\n\xe4",
    ),
}


def _is_readable(raw):
    try:
        read(parse(raw))
    except Exception:  # noqa: BLE001 - whatever the gateway would stumble over
        return False
    return True


@pytest.mark.parametrize("raw", RAISING.values(), ids=RAISING)
def test_what_raises_is_repaired_once(raw):
    assert not _is_readable(raw) or b'\r"' in raw
    message = parse(raw)
    assert repair(message)
    body, _attachments = read(message)
    assert "body text" in body or "first" in body
    message.as_bytes()
    message.as_string()
    assert not repair(message)
    assert _is_readable(message.as_bytes())


@pytest.mark.parametrize(
    "path", [path for path in SAMPLES.glob("*.eml") if not path.stem.startswith("broken")], ids=str
)
def test_sound_mails_stay_as_they_are(path):
    message = load(path.stem)
    before = message.as_bytes()
    assert not repair(message)
    assert message.as_bytes() == before


def test_the_text_is_decoded_as_it_was_meant():
    for charset in ("utf-8", "cp1252"):
        body = "Gerät läuft".encode(charset)
        message = parse(HEAD + b"Content-Type: text/plain; charset=x-unknown\r\n\r\n" + body)
        assert repair(message)
        assert "Gerät läuft" in read(message)[0]


def test_a_charset_that_is_not_the_right_one():
    message = parse(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xdcberhitzung")
    assert repair(message)
    assert "Überhitzung" in read(message)[0]


def test_nul_is_removed_and_nothing_else():
    message = parse(HEAD + b"Subject: a\x00b\r\nContent-Type: text/plain\r\n\r\none\x00two")
    assert repair(message)
    assert message["Subject"] == "ab"
    assert "onetwo" in read(message)[0]


def test_addresses_survive_with_their_names():
    raw = _with_header(
        b"From", b"=?utf-8?q?J=C3=B6hn=0ADoe?= <a@example.com>, =?x-foo?q?b?= <b@example.com>"
    )
    message = parse(raw)
    assert repair(message)
    assert str(message["From"]) == "Jöhn Doe <a@example.com>, b <b@example.com>"
    message = parse(_with_header(b"From", b"J\xf6hn <a@example.com>"))
    assert repair(message)
    assert str(message["From"]) == "Jöhn <a@example.com>"


def test_a_header_beyond_repair_stays_readable():
    message = parse(_with_header(b"From", b"a@"))
    assert repair(message)
    assert message["From"] is None
    assert message["X-Unreadable-From"] == "a@"


def test_an_empty_id_becomes_the_same_id_each_time():
    raw = _with_header(b"Message-ID", b"<>")
    ids = set()
    for each in (raw, raw, raw.replace(b"body", b"other")):
        message = parse(each)
        assert repair(message)
        ids.add(str(message["Message-ID"]))
    assert len(ids) == 2
    message = parse(_with_header(b"Message-ID", b"<[abc]@example.com>"))
    assert repair(message)
    assert message["Message-ID"] == "<abc@example.com>"


def test_a_lost_boundary_is_found_again():
    message = load("broken_boundary")
    assert repair(message)
    body, attachments = read(message)
    assert "Überhitzung" in body
    assert attachments == [("plan.pdf", b"%PDF-")]


@pytest.mark.parametrize(
    "body", [b"just text \xe4", b"<p>text \xe4</p>", b"--x\r\nno headers \xe4"]
)
def test_a_multipart_without_parts_becomes_text(body):
    message = parse(HEAD + b"Content-Type: multipart/mixed; boundary=none\r\n\r\n" + body)
    assert repair(message)
    assert "ä" in read(message)[0]
    assert message.get_content_subtype() == ("html" if b"<p>" in body else "plain")


def test_a_file_in_an_unknown_charset_stays_as_it_is():
    message = load("broken_charset")
    assert repair(message)
    body, attachments = read(message)
    assert "Gerät läuft nicht" in body
    assert attachments == [("notes.txt", b"\x00\xff\xfenotes")]


def test_damaged_mails_can_be_read():
    # A fixed seed: each run damages the samples in the same way.
    dice = random.Random(7)  # noqa: S311 - repeatable, not secret
    sources = [path.read_bytes() for path in sorted(SAMPLES.glob("*.eml"))]
    junk = [b"\x00", b"\xff", b"\r", b"<", b'"', b"=?x?q?=0A?=", b"=?utf-8?b?", b";", b"/", b"@["]
    for _count in range(400):
        raw = bytearray(dice.choice(sources))
        for _damage in range(dice.randint(1, 8)):
            place = dice.randrange(len(raw))
            end = place + dice.choice([0, 1, 12])
            raw[place:end] = dice.choice(junk)
        message = parse(bytes(raw))
        repair(message)
        read(message)
        assert not repair(message)
