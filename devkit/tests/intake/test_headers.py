"""Headers and parts that Python's email package cannot read, and what is made of each."""

import email.policy
from email.message import EmailMessage

import pytest
from intake import repair

from .gateway import parse, read


def _repair(raw):
    message = parse(raw)
    assert repair(message)
    assert not repair(message)
    return message


def _header(name, value):
    return _repair(name + b": " + value + b"\r\n\r\nbody text\r\n")


# ----------------------------------------------------------------------------
# Addresses
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Delivered-To", "Return-Path",
     "Resent-From", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Sender", "FROM"],
)  # fmt: skip
def test_addresses_stay_readable_beside_a_name_that_was_not(name):
    message = _header(name.encode(), b"J\xf6hn <a@example.com>")
    assert str(message[name]) == "Jöhn <a@example.com>"
    ((_name, raw),) = message.raw_items()
    assert raw.endswith(" <a@example.com>")
    assert raw.isascii()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"J\xf6hn <a@example.com>", "Jöhn <a@example.com>"),
        (b"J\xc3\xb6hn <a@example.com>", "Jöhn <a@example.com>"),
        (b"J\x81hn <a@example.com>", "J\ufffdhn <a@example.com>"),
        (b"=?x-foo?q?b=0A?= <b@example.com>", "b <b@example.com>"),
        (b"=?utf-8?q?=C3=A4=0Ax?= <a@example.com>", "ä x <a@example.com>"),
        (b"=?utf-8?b?!!!?=\xe4 <a@example.com>", "ä <a@example.com>"),
        (b'"a\xe4, b" <a@example.com>, c@example.com', '"aä, b" <a@example.com>, c@example.com'),
        (b"\xe4@example.com", "ä@example.com"),
        (b"J\xe4 a@example.com", "a@example.com"),
        (b"\xe4, b <a@example.com>", "b <a@example.com>"),
    ],
)
def test_senders(value, shown):
    assert str(_header(b"From", value)["From"]) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"no address \xe4", "no address ä"),
        (b"<", "<"),
        (b"a@", "a@"),
        (b"a@[127.0.0.1", "a@[127.0.0.1"),
        (b"undisclosed-recipients:;\xe4", "undisclosed-recipients:;ä"),
    ],
)
def test_what_holds_no_address_is_kept_under_another_name(value, shown):
    message = _header(b"From", value)
    assert message["From"] is None
    assert str(message["X-Unreadable-From"]) == shown


# ----------------------------------------------------------------------------
# Identifiers, subjects
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Message-ID", "Resent-Message-ID"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"<\xe4a@example.com>", "<a@example.com>"),
        (b"<\xe4[a] ,b@[example].com>", "<ab@example.com>"),
        (b'<\xe4a,(b)"c;d:e\\f@[1.2]>', "<abcdef@1.2>"),
        (b"\xe4abc", "<abc@message-id.invalid>"),
        (b"<\xe4a@>", "<a@message-id.invalid>"),
        (b"<\xe4@example.com>", "<example.com@message-id.invalid>"),
    ],
)
def test_identifiers(name, value, shown):
    assert str(_header(name.encode(), value)[name]) == shown


@pytest.mark.parametrize("value", [b"<>", b"", b"<\xe4>", b"  "])
def test_an_empty_identifier_is_made_of_what_the_mail_says(value):
    def make(sender=b"a@example.com", to=b"b", date=b"c", subject=b"d", body=b"e", other=b"f"):
        raw = (
            b"From: %b\r\nTo: %b\r\nDate: %b\r\nSubject: %b\r\nX-Other: %b\r\n"
            b"Message-ID: %b\r\n\r\n%b\r\n"
        )
        message = _repair(raw % (sender, to, date, subject, other, value, body))
        return str(message["Message-ID"])

    first = make()
    assert first.startswith("<")
    assert first.endswith("@message-id.invalid>")
    assert len(first.partition("@")[0]) == 33
    assert make() == first
    assert make(other=b"x") == first
    for name in ("sender", "to", "date", "subject", "body"):
        assert make(**{name: b"x@example.com"}) != first


def test_a_mail_without_an_identifier_or_with_a_good_one_keeps_it():
    assert not repair(parse(b"Subject: x\r\n\r\nbody"))
    message = parse(b"Message-ID: <a@b>\r\n\r\nbody")
    assert not repair(message)
    assert message["Message-ID"] == "<a@b>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"\xfcber", "über"),
        (b"\xc3\xbcber", "über"),
        (b"=?utf-8?q?=C3=A4=0A?=", "ä"),
        (b"=?x-foo?q?a=E4b?= \xfc", "aäb ü"),
        (b"=?utf-8?q?=E4?= \xfc", "ä ü"),
        (b"=?idna?q?a=E4?= \xfc", "aä ü"),
        (b"=?utf-8?b?w6Q=?= \xfc", "ä ü"),
        (b"=?iso-8859-1?q?=E4?= \xfc", "ä ü"),
        (b"=?x-foo?q?=C3=A4?= \xfc", "ä ü"),
        (b"=?x-foo?q?=80?= \xfc", "€ ü"),
        (b"=?utf-8?b?abcde?= \xfc", "=?utf-8?b?abcde?= ü"),
        (b"=?x-foo?q?a=81?= \xfc", "a ü"),
        (b"a\tb \xfc  c", "a b ü c"),
        (b"a\x07b", "ab"),
        (b"a\x7fb", "ab"),
        (b"a\x00b", "ab"),
    ],
)
def test_subjects(value, shown):
    message = _header(b"Subject", value)
    assert str(message["Subject"]) == shown
    ((_name, raw),) = message.raw_items()
    assert raw.isascii()


@pytest.mark.parametrize("value", [b"=?utf-8?q?=C3=A4?=", b"a\tb", b"a b", b""])
def test_subjects_that_need_nothing(value):
    assert not repair(parse(b"Subject: " + value + b"\r\n\r\nbody"))


def test_a_very_long_subject_stays_one_line():
    message = _header(b"Subject", b"\xfc" * 500)
    assert str(message["Subject"]) == "ü" * 500
    ((_name, raw),) = message.raw_items()
    assert "\n" not in raw


def test_other_headers_keep_their_place_and_value():
    message = _repair(
        b"X-One: 1\r\nSubject: \xfc\r\nReceived: a\r\nReceived: b\r\nsubject: c\r\n\r\nbody"
    )
    assert [name for name, _value in message.raw_items()] == [
        "X-One",
        "Subject",
        "Received",
        "Received",
        "subject",
    ]
    assert message.get_all("Received") == ["a", "b"]
    assert [str(value) for value in message.get_all("Subject")] == ["ü", "c"]


def test_one_of_two_headers_of_a_name_may_be_broken():
    message = _repair(b"Subject: a\x07b\r\nsubject: c\r\n\r\nbody")
    assert [str(value) for value in message.get_all("Subject")] == ["ab", "c"]


def test_an_identifier_is_put_where_the_empty_one_was():
    message = _repair(b"X-One: 1\r\nmessage-id: <>\r\nTo: a@b\r\nMESSAGE-ID: <>\r\n\r\nbody")
    assert [name for name, _value in message.raw_items()] == ["X-One", "Message-ID", "To"]
    assert message["To"] == "a@b"


# ----------------------------------------------------------------------------
# Types and file names
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "content_type", "name"),
    [
        (b"text/html; charset=utf-8\x00", "text/html", None),
        (b"Text/HTML\x00; x=y", "text/html", None),
        (b'text/html; charset=utf-8; name="\xe4.html"', "text/html", "ä.html"),
        (b'application/pdf; name="\xe4.pdf"', "application/pdf", "ä.pdf"),
        (b"x\x00/y; boundary=b", "application/octet-stream", "attachment"),
        (b"/plain", "text/plain", None),
        (b"\xe4", "text/plain", None),
    ],
)
def test_types(value, content_type, name):
    message = _header(b"Content-Type", value)
    assert message.get_content_type() == content_type
    assert message.get_filename() == name
    again = parse(message.as_bytes())
    assert again.get_content_type() == content_type
    body, attachments = read(message)
    if name:
        assert attachments[0][0] == name
    else:
        assert "body text" in body


@pytest.mark.parametrize(
    ("value", "content_type", "boundary"),
    [
        ("Text/HTML; name*=undefined''x", "text/html", None),
        ("  text/x-y.z+1; name*=undefined''x", "text/x-y.z+1", None),
        ("nothing; name*=undefined''x", "application/octet-stream", None),
        ("text/html; Boundary=b; name*=undefined''x", "text/html", "b"),
        ("text/html; boundary = \"b c\"; name*=undefined''x", "text/html", "b c"),
        ("text/html; boundary=ü; name*=undefined''x", "text/html", None),
    ],
)
def test_of_a_type_that_raises_the_sound_half_is_kept(value, content_type, boundary):
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_raw("Content-Type", value)
    message.set_payload("body text")
    with pytest.raises(UnicodeError):
        message.get_content_type()
    assert repair(message)
    assert not repair(message)
    assert message.get_content_type() == content_type
    assert message.get_boundary() == boundary


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"attachment; filename*=undefined''plan.pdf", "plan.pdf"),
        (b'attachment; filename="\xe4.pdf"', "ä.pdf"),
        (b'attachment; filename="\xc3\xa4.pdf"', "ä.pdf"),
        (b"inline; filename*=undefined''%20a", "%20a"),
        (b"attachment; filename*0*=undefined''pl\\an.pdf", "pl_an.pdf"),
        (b"attachment; FILENAME*=undefined'de'plan.pdf; size=5", "plan.pdf"),
        (b"attachment; filename*=undefined''a\xe4b.txt", "a?b.txt"),
        (b"attachment; filename*=\x00utf-8'de'ab.txt; x=1", "ab.txt"),
        (b"\x00", None),
    ],
)
def test_file_names(value, name):
    message = _repair(
        b"Content-Type: application/pdf\r\nContent-Disposition: " + value + b"\r\n\r\n%PDF-"
    )
    assert message.get_content_disposition() in ("attachment", "inline")
    assert message.get_filename() == name
    assert read(message)[1] == [(name, b"%PDF-")]


# ----------------------------------------------------------------------------
# Content
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (b"text/plain; charset=x-unknown", b"Ger\xe4t", "Gerät"),
        (b"text/plain; charset=x-unknown", b"Ger\xc3\xa4t", "Gerät"),
        (b"text/plain; charset=x-unknown", b"Ger\x81t \xe4", "Ger\x81t ä"),
        (b"text/plain; charset=utf-8", b"Ger\xe4t", "Gerät"),
        (b"text/plain; charset=utf-8", b"a\x00b", "ab"),
        (b"text/plain; charset=us-ascii", b"Ger\xe4t", "Gerät"),
        (b"text/plain; charset=utf-16", b"\xff\xfea\x00\x00\x00b\x00", "ab"),
    ],
)
def test_text_in_the_wrong_charset(content_type, body, text):
    message = _repair(b"Content-Type: " + content_type + b"\r\n\r\n" + body)
    assert message.get_content().strip() == text
    assert message.get_content_charset() == "utf-8"
    assert parse(message.as_bytes()).get_content().strip() == text


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"a\xef\xbf\xbdb", b"utf-8"),
        (b"Ger\xc3\xa4t", b"utf-8"),
        (b"Ger\xe4t", b"iso-8859-1"),
        (b"\xff\xfea\x00", b"utf-16"),
    ],
)
def test_text_in_the_right_charset(body, charset):
    message = parse(b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n" + body)
    before = message.as_bytes()
    assert not repair(message)
    assert message.as_bytes() == before


def test_a_kind_of_text_that_is_none_becomes_plain_text():
    message = _repair(b"Content-Type: text/x$y; charset=foo\r\n\r\n\xe4")
    assert message.get_content_type() == "text/plain"


@pytest.mark.parametrize("subtype", ["html", "plain", "calendar", "x-y.z+1"])
def test_the_kind_of_a_text_stays(subtype):
    message = _repair(
        b"Content-Type: text/%b; charset=foo\r\nContent-ID:  <1@x> \r\n\r\n\xe4" % subtype.encode()
    )
    assert message.get_content_type() == f"text/{subtype}"
    assert message["Content-ID"] == "<1@x>"
    assert message["Content-Transfer-Encoding"] == "base64"
    assert message.get_content().strip() == "ä"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (b"Content-Type: text/plain; charset=foo\r\nContent-Disposition: attachment", "attachment"),
        (b"Content-Type: text/plain; charset=foo\r\nContent-Disposition:  ATTACHMENT; x=y",
         "attachment"),
        (b'Content-Type: text/plain; charset=foo; name="a.txt"', "a.txt"),
        (b"Content-Type: text/plain; charset=foo\r\nContent-Disposition: inline; filename=a.txt",
         "a.txt"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_decoded_stays_as_bytes(headers, name):
    message = _repair(headers + b"\r\nContent-ID: <1@x>\r\n\r\n\x00\xe4")
    assert message.get_content_type() == "application/octet-stream"
    assert message.get_content_disposition() == "attachment"
    assert message["Content-ID"] == "<1@x>"
    assert read(message)[1] == [(name, b"\x00\xe4")]


def test_a_file_that_can_be_decoded_stays_as_it_is():
    message = parse(
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Disposition: attachment; filename=a.txt\r\n\r\na\x00\xe4"
    )
    assert not repair(message)


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        (b"base64", b"R2Vyw6R0", "Gerät"),
        (b"base64", b"R2Vyw6R0=!", "Gerät"),
        (b"quoted-printable", b"Ger=C3=A4t", "Gerät"),
        (b"8bit", b"Ger\xc3\xa4t", "Gerät"),
    ],
)
def test_the_transfer_encoding_is_undone(encoding, body, text):
    message = _repair(
        b"Content-Type: text/plain; charset=foo\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
        + body
    )
    assert message.get_content().strip() == text


# ----------------------------------------------------------------------------
# Multiparts
# ----------------------------------------------------------------------------

PARTS = (
    b"preamble\r\n--%b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--%b\r\n"
    b"Content-Type: text/html\r\n\r\n<p>second</p>\r\n--%b--\r\n"
)


@pytest.mark.parametrize("boundary", [b"B", b"b (1)+_,-./:=?x", b"x" * 70, b"a'b"])
@pytest.mark.parametrize("claimed", [b"", b"; boundary=other"])
@pytest.mark.parametrize("subtype", ["alternative", "mixed", "related"])
def test_a_boundary_that_was_lost_is_found_again(boundary, claimed, subtype):
    message = _repair(
        b"Content-Type: multipart/"
        + subtype.encode()
        + claimed
        + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + PARTS.replace(b"%b", boundary)
    )
    assert message.get_content_type() == f"multipart/{subtype}"
    assert message["Content-Transfer-Encoding"] is None
    assert message.get_boundary() == boundary.decode()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "<p>second</p>" in read(message)[0]
    again = parse(message.as_bytes())
    assert [part.get_content_type() for part in again.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("body", "subtype"),
    [
        (b"just text", "plain"),
        (b"--B\r\nno header\r\n\r\nx", "plain"),
        (b"--" + b"x" * 71 + b"\r\nContent-Type: text/plain\r\n\r\nx", "plain"),
        (b"a<html>", "html"), (b"<BODY >", "html"), (b"<div>", "html"), (b"<p>", "html"),
        (b"<br>", "html"), (b"<table>", "html"), (b"<span x>", "html"),
        (b"<pre>", "plain"), (b"<a>", "plain"), (b"<bread>", "plain"),
        (b" " * 9_999 + b"<p>", "plain"), (b" " * 9_998 + b"<p>", "html"),
    ],
)  # fmt: skip
def test_a_multipart_without_parts_becomes_its_text(body, subtype):
    message = _repair(b"Content-Type: multipart/mixed; boundary=none\r\n\r\n" + body)
    assert message.get_content_type() == f"text/{subtype}"
    assert message.get_content().strip() == body.decode().strip()


def test_parts_within_parts_are_repaired():
    message = _repair(
        b"Content-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n"
        b"Content-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n"
        b"Content-Type: text/plain; charset=foo\r\n\r\n\xe4\r\n--C--\r\n--A\r\n"
        b"Content-Type: text/plain; charset=foo\r\n\r\n\xf6\r\n--A--\r\n"
    )
    texts = [part.get_content().strip() for part in message.walk() if not part.is_multipart()]
    assert texts == ["ä", "ö"]


@pytest.mark.parametrize(("number", "is_repaired"), [(98, True), (99, False)])
def test_the_first_hundred_parts_are_repaired(number, is_repaired):
    sound = b"--A\r\nContent-Type: text/plain\r\n\r\nx\r\n" * number
    broken = b"--A\r\nContent-Type: text/plain; charset=foo\r\n\r\n\xe4\r\n--A--\r\n"
    message = parse(b"Content-Type: multipart/mixed; boundary=A\r\n\r\n" + sound + broken)
    assert repair(message) is is_repaired
