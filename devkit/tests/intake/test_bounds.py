"""What is handed on to parsers is bounded, whatever the mail holds."""

import base64
import re
from datetime import datetime, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest.mock import patch

import pytest
from intake import (
    bound_message,
    bounds,
    flatten,
    has_original,
    html_to_text,
    is_ordinary,
    is_readable,
    parse_mail,
    parse_mapping,
    quotes,
    read_envelope,
    read_reply,
    shorten,
)

NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)
MEGABYTE = 1_000_000
FORM = "customer_email: a@example.com<br>requested_date: 2030-03-05 14:00<br>"
HEAD = b"From: a@example.com\r\nTo: Office <Appointments@example.com>\r\nMIME-Version: 1.0\r\n"
OURS = {"appointments@example.com"}


def _fill(unit, size=MEGABYTE):
    return unit * (size // len(unit))


HTML_BOMBS = {
    "distinct attributes": "<p " + " ".join(f"a{number}=1" for number in range(16_000)) + ">x</p>",
    "attributes without a value": "<p " + " ".join(f"a{n}" for n in range(2_000)) + ">x</p>",
    "attributes without blanks": "<p " + "".join(f'a{n}=""' for n in range(900)) + ">x</p>",
    "namespaces": "<p " + " ".join(f"xmlns:a{number}=b" for number in range(20_000)) + ">x</p>",
    "open comments": _fill("<!--", 40_000),
    "open quotation marks": _fill('<a href="', 40_000),
    "open tags": _fill("<a "),
    "less than": _fill("< "),
    "500 levels": "<div>" * 500 + "x" + "</div>" * 500,
    "levels of tables": "<table><tr><td>" * 20_000,
    "elements": _fill("<b>x</b>"),
    "CDATA": _fill("<![CDATA["),
    "conditional comments": _fill("<!--[if mso]>"),
    "styles": _fill("<style>"),
    "scripts": _fill("<script>"),
    "encodings": "<a " + _fill(' encoding="x'),
    "blanks in a tag": "<p" + " " * MEGABYTE,
    "blanks before a slash": _fill("<p" + " " * 5_000 + "/x>"),
    "entities": "&" + _fill("amp;"),
    "long number": "&#" + "9" * MEGABYTE + ";",
    "Office tags": _fill("<o:"),
    "one word": "a" * MEGABYTE,
    "quoted passages": "<pre>" + _fill("\n&gt;a\nb"),
    "marks of quotations": '<hr class="stopSpelling">' * 2_000,
    "marks in entities": '<p class="yahoo&#95;quoted">x</p>' * 2_000,
    "name of a tag": "<" + "a" * MEGABYTE,
}


@pytest.mark.parametrize("bomb", HTML_BOMBS.values(), ids=HTML_BOMBS)
def test_html_is_bounded_and_the_form_above_it_is_read(bomb):
    html = bounds.bound_html(FORM + bomb)
    assert html != FORM + bomb
    assert len(html) <= 2 * bounds.KEPT_TEXT
    assert html.count("<") <= 3 * bounds.KEPT_TAGS
    assert bounds.is_bounded(html), "it is not cut twice"
    assert max((len(tag) for tag in re.findall("<[^>]*>", html)), default=0) < 600
    assert "customer_email: a@example.com" in html_to_text(FORM + bomb)


@pytest.mark.parametrize("bomb", HTML_BOMBS.values(), ids=HTML_BOMBS)
def test_no_more_than_the_bounds_reaches_libxml2(bomb, monkeypatch):
    """For every caller of ``html_to_text``, and whatever it is given."""
    seen = []
    fromstring = html_to_text.__globals__["etree"].fromstring

    class _Etree:
        def __getattr__(self, name):
            return getattr(original, name)

        @staticmethod
        def fromstring(text, parser):
            seen.append(text)
            return fromstring(text, parser)

    original = html_to_text.__globals__["etree"]
    monkeypatch.setitem(html_to_text.__globals__, "etree", _Etree())
    html_to_text(bomb)
    assert all(len(text) <= 5 * bounds.MAX_TEXT for text in seen)
    assert all(text.count(b"<") <= 3 * html_to_text.__globals__["MAX_TAGS"] for text in seen)
    assert all(len(tag) < 600 for text in seen for tag in re.findall(b"<[^>]*>", text))


def test_ordinary_html_stays_as_it_is():
    newsletter = (
        "<style>"
        + "p{margin:0}" * 800
        + "</style>"
        + 600
        * (
            "<table><tr><td style='padding:0 10px'><a href='https://example.com/x?y=1'>Hello</a></td>"
            "</tr></table>"
        )
    )
    picture = '<img src="data:image/png;base64,' + "A" * 2_000 + '">'
    style = "<p style=\"background:url('data:image/png;base64," + "A" * MEGABYTE + "')\">x</p>"
    for html in (newsletter, picture, style, FORM, "<!-- a <b> c -->" * 20, "<div>" * 60 + "x"):
        assert bounds.bound_html(html) is html


def test_what_is_kept_of_html_is_what_people_see():
    html = (
        "<script>x()</script><table><tr><th>a</th><td>1</td></tr></table><p style='display: none'>"
        "no</p><a href='https://example.com/' onclick='x()'>page</a><img src=x onerror=x()>"
        "<p>1 < 2 &amp; 3</p><ul><li>b</ul>"
    ) + "<i>" * 4_000
    kept = bounds.simplify(html)
    for part in ("script", "onclick", "onerror", "x()", "<img"):
        assert part not in kept
    assert '<a href="https://example.com/">page</a>' in kept
    assert html_to_text(kept).splitlines() == ["a: 1", "", "page", "", "1 < 2 & 3", "", "- b"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * MEGABYTE,
        "\n" * MEGABYTE,
        _fill("> a\nb\n"),
        _fill("sent from my x\n"),
        _fill("key: value\n"),
        " " * MEGABYTE + "x",
    ],
)
def test_text_is_bounded(text):
    kept = bounds.bound_text(text)
    assert text.startswith(kept)
    assert len(kept) <= bounds.MAX_TEXT
    assert kept.count("\n") <= bounds.MAX_LINES
    assert len(re.findall(r"\n>.*\n[^>]", kept)) <= bounds.MAX_QUOTED


def test_quoted_lines_of_a_mail_are_one_passage():
    """Where lines end as in mails Odoo takes each for one, and copies the rest for it."""
    text = "hello\r\n" + "> a\r\n" * 2_000
    message = EmailMessage()
    message.set_content(text.encode(), "text", "plain", cte="base64", params={"charset": "utf-8"})
    assert not is_ordinary(message)
    assert not bound_message(message), "nothing is cut"
    assert message.get_content() == text.replace("\r\n", "\n")
    assert is_ordinary(message)


class _Counted(str):
    """A line that counts how often it is stripped, which the loops over lines do."""

    stripped = 0

    def strip(self, *args):
        _Counted.stripped += 1
        return str.strip(self, *args)


@pytest.mark.parametrize(
    "line",
    [
        "sent from my x",
        "",
        "--",
        "> a",
        "On x wrote:",
        "From: a",
        "Word: 5 May 2026, 10:00",
        "On 5 May 2026 at 10:00 A <a@example.com>",
        "5 <",
        "---- x ----",
    ],
)
def test_the_work_on_signatures_and_quotations_grows_with_the_number_of_lines(line, monkeypatch):
    """Not with its square, as it did for thousands of lines below a mail."""

    class _Text(str):
        def split(self, *_args):
            return [_Counted(each) for each in str.split(self, "\n")]

    counts = []
    for number in (1_000, 2_000, 4_000):
        _Counted.stripped = 0
        quotes.split_quotes(_Text("\n".join(["hello", *[line] * number])))
        counts.append(_Counted.stripped)
    assert counts[2] <= 5 * counts[0], counts


# ----------------------------------------------------------------------
# Messages
# ----------------------------------------------------------------------


def _parse(source):
    return message_from_bytes(source, policy=policy.SMTP)


def _nested(levels, lines=b""):
    source = HEAD
    for number in range(levels):
        source += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (
            number,
            number,
        )
    source += b"Content-Type: text/plain\r\n\r\nhello" + lines
    return source + b"".join(b"\r\n--b%d--" % number for number in reversed(range(levels)))


def _with_parts(number, part=b"Content-Type: text/plain\r\n\r\nx"):
    head = HEAD + b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n"
    first = b"--bb\r\nContent-Type: text/plain\r\n\r\nhello"
    return head + first + (b"\r\n--bb\r\n" + part) * number + b"\r\n--bb--\r\n"


SOURCES = {
    "500 levels": _nested(500),
    "10,000 levels": _nested(10_000),
    "some levels and many lines": _nested(25, b"\r\n" * 300_000),
    "20,000 parts": _with_parts(20_000),
    "parts without headers": _with_parts(20_000, b"\r\nx"),
    "brackets in the type": HEAD + b"Content-Type: text/plain " + b"(" * 2_000 + b"\r\n\r\nhello",
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a=b" * 70_000 + b"\r\n\r\nhello",
    "parameters of a part": _with_parts(
        1, b"Content-Type: text/plain" + b";" * 70_000 + b"\r\n\r\nx"
    ),
    "attached mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"\r\nhello",
    "headers": HEAD + b"".join(b"X-%d: b\r\n" % n for n in range(70_000)) + b"\r\nhello",
    "headers of a part": _with_parts(
        1, b"".join(b"X-%d: b\r\n" % n for n in range(70_000)) + b"\r\nx"
    ),
    "status": HEAD
    + b"Content-Type: multipart/report; boundary=bb\r\n\r\n--bb\r\n\r\nhello\r\n--bb\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"a: b\r\n\r\n" * 50_000
    + b"--bb--\r\n",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_source_is_made_flat(source):
    assert not is_readable(source)
    flat = flatten(source)
    assert is_readable(flat)
    message = _parse(flat)
    parts = message.get_payload()
    assert len(parts) <= bounds.MAX_PARTS + 1
    assert not any(part.is_multipart() for part in parts)
    assert has_original(message)
    assert parts[-1].get_payload(decode=True) == source, "nothing is lost"
    assert parts[-1].get_filename() == "original.eml"
    assert (message["From"], message["To"]) == (
        "a@example.com",
        "Office <Appointments@example.com>",
    )
    texts = [part.get_content() for part in parts[:-1] if part.get_content_maintype() == "text"]
    attached = [part for part in parts[:-1] if part.get_filename()]
    assert any("hello" in text for text in texts) or attached
    assert message.get_content_subtype() == ("report" if b"multipart/report" in source else "mixed")


def test_ordinary_sources_are_readable():
    mail = EmailMessage()
    mail["To"] = "appointments@example.com"
    mail.set_content("hello")
    mail.add_alternative("<p>hello</p>", subtype="html")
    for number in range(40):
        mail.add_attachment(b"x" * 10_000, "image", "png", filename=f"photo {number} ä.png")
    forwarded = mail
    for _level in range(5):
        outer = EmailMessage()
        outer["To"] = "appointments@example.com"
        outer.set_content("see below")
        outer.add_attachment(forwarded)
        forwarded = outer
    for message in (mail, forwarded):
        source = message.as_bytes(policy=policy.SMTP)
        assert is_readable(source)
        assert is_ordinary(_parse(source))
        before = message.as_bytes()
        assert not bound_message(message)
        assert message.as_bytes() == before
        assert not has_original(_parse(source))


def _with_header(name, value):
    return _parse(HEAD + name + b": " + value + b"\r\n\r\nhello")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cc", b", ".join(b"u%d@example.org" % number for number in range(40_000))),
        ("Cc", b"(" * 10_000),
        ("Cc", b'"' * 10_000),
        ("Cc", b"a " * 10_000),
        ("Reply-To", b"a" * 3_000 + b"@example.org"),
        ("Subject", b"a" * MEGABYTE),
        ("References", b"<a@example.org> " * 70_000),
        ("In-Reply-To", b"<" * MEGABYTE),
        ("Message-ID", b"<" + b"a" * 9_000 + b"@example.org>"),
        ("Date", b"(" * 5_000),
        ("X-Any", b"a" * MEGABYTE),
    ],
)
def test_headers_are_bounded(name, value):
    message = _with_header(name.encode(), value)
    assert not is_ordinary(message)
    (original,) = bound_message(message, OURS)
    assert original.name == "headers.txt"
    assert value in original.content
    kept = str(message[name])
    assert len(kept) <= bounds.MAX_OF_A_NAME
    assert max(len(str(old)) for _name, old in message.raw_items()) <= bounds.LONGEST_HEADER
    assert is_ordinary(message), "it is not cut twice"
    assert name not in ("Subject", "X-Any") or kept.startswith("a" * 1_900)
    assert message["To"] == "Office <Appointments@example.com>"


def test_our_own_address_stays_among_thousands():
    many = b", ".join(b"u%d@example.org" % number for number in range(40_000))
    message = _parse(b"To: " + many + b", appointments@example.com\r\n\r\nhello")
    bound_message(message, OURS)
    assert "appointments@example.com" in str(message["To"])
    message = _parse(
        b"To: u@example.org\r\n" * 3_000 + b"To: appointments@example.com\r\n\r\nhello"
    )
    bound_message(message, OURS)
    assert "appointments@example.com" in ", ".join(map(str, message.get_all("To")))


def test_long_message_ids_stay_apart():
    first, second = (
        _with_header(b"Message-ID", b"<" + b"a" * 9_000 + end) for end in (b"b>", b"c>")
    )
    for message in (first, second):
        bound_message(message)
    assert first["Message-ID"] != second["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{32}@message-id\.invalid>", str(first["Message-ID"]))


def test_a_long_text_is_cut_and_kept():
    content = base64.encodebytes((FORM + HTML_BOMBS["distinct attributes"]).encode())
    message = _parse(
        HEAD + b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + content
    )
    assert not is_ordinary(message)
    (original,) = bound_message(message)
    assert original.name == "message.html"
    assert original.content.decode() == FORM + HTML_BOMBS["distinct attributes"]
    assert message.get_content_type() == "text/html"
    assert "a15999" not in message.get_content()
    assert is_ordinary(message)


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "nonsense"])
def test_no_charset_hides_a_bomb(charset):
    codec = "utf-8" if charset == "nonsense" else charset
    content = base64.encodebytes(HTML_BOMBS["distinct attributes"].encode(codec))
    message = _parse(
        HEAD
        + b"Content-Type: text/html; charset=%s\r\n" % charset.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + content
    )
    bound_message(message)
    assert "a15999" not in message.get_content()


def test_a_picture_in_the_text_is_attached_and_named_there():
    """Odoo looks at each letter of its address for each other one."""
    picture = base64.b64encode(b"picture" * 100_000).decode()
    html = f'{FORM}<img src="data:image/png;base64,{picture}" alt="x"><p>after</p>'
    message = EmailMessage()
    message.set_content(html, subtype="html", cte="base64")
    assert not is_ordinary(message)
    (original,) = bound_message(message)
    assert (original.name, original.content) == ("picture-1.png", b"picture" * 100_000)
    assert message.get_content().strip() == (
        f'{FORM}<img src="cid:{original.cid}" alt="x"><p>after</p>'
    )
    assert is_ordinary(message)
    images = "".join(
        f'<img src="http://example.com/{"a" * 3_000}{number}">' for number in range(20)
    )
    assert not bounds.is_bounded(images)


def test_many_texts_become_attachments():
    source = _with_parts(60, b"Content-Type: text/html\r\n\r\n" + b"<p>x</p>" * 100)
    message = _parse(source)
    assert is_readable(source)
    assert not is_ordinary(message)
    bound_message(message)
    shown = [
        part
        for part in message.walk()
        if part.get_content_maintype() == "text" and not part.get_filename()
    ]
    assert 1 < len(shown) <= bounds.MAX_TEXT_PARTS
    assert len(message.get_payload()) == 61, "all are there"


def test_the_envelope_needs_no_parser():
    source = (
        HEAD
        + b"References: <a@b> <c@d>\r\n <e@f>\r\nX-To: no@example.com\r\n\r\nTo: no@example.com"
    )
    for mail in (source, _parse(source)):
        envelope = read_envelope(mail)
        assert envelope.addresses == OURS
        assert envelope.message_ids == {"<a@b>", "<c@d>", "<e@f>"}


# ----------------------------------------------------------------------
# External data
# ----------------------------------------------------------------------


def _nest(levels: int) -> object:
    value: object = "x"
    for _level in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "payload",
    [
        {"customer_email": "a@example.com", "photo": "A" * MEGABYTE},
        {"customer_email": "A" * MEGABYTE, "location": [1, 2], "priority": "high"},
        {"description": "A" * MEGABYTE, "duration": "1"},
        {f"key {number}": number for number in range(50_000)},
        {" " * number + "customer_email": "a" for number in range(180)},
        {"location": _nest(900)},
        {"location": {str(n): {str(m): "x" * 50 for m in range(100)} for n in range(100)}},
        {"duration": 10**5_000},
        "A" * MEGABYTE,
        ["A" * MEGABYTE] * 5,
        list(range(100_000)),
        5,
        None,
    ],
)
def test_what_is_read_of_short_data_is_what_is_read_of_the_whole(payload):
    short = shorten(payload)
    assert len(repr(short)) <= 200_000
    whole, again = parse_mapping(payload, now=NOW), parse_mapping(short, now=NOW)  # type: ignore[arg-type]
    assert [(p.field, p.code) for p in whole.problems] == [
        (p.field, p.code) for p in again.problems
    ]
    assert whole.request == again.request
    assert len(whole.problems) <= 50
    assert len(repr(whole.problems)) < 20_000, "no megabyte comes back in a fault"


def test_replies_and_mails_of_a_megabyte_are_read():
    text = "duration: 2\n" + _fill("sent from my x\n") + _fill("> a\n")
    assert read_reply(text, []) == {"duration": "2"}
    found = parse_mail(text, sender=None, subject="", now=NOW, default_timezone="UTC")
    assert found.request.duration == 2


@pytest.mark.parametrize("disposition", ["inline", 'attachment; filename="a.txt"'])
@pytest.mark.parametrize("charset", ["charset=punycode", "charset*0=puny; charset*1=code"])
def test_what_no_charset_is_costs_nothing(charset, disposition):
    """Python decodes Punycode in time that grows with the square of the text, for Odoo as well."""
    source = f"Content-Type: text/plain; {charset}\r\nContent-Disposition: {disposition}\r\n\r\n"
    message = message_from_bytes(HEAD + source.encode() + b"Bcher-kva", policy=policy.SMTP)
    with patch("encodings.punycode.punycode_decode") as decode_slowly:
        assert not is_ordinary(message)
        assert not bound_message(message)
        assert message.get_content() == "Bcher-kva"
        assert is_ordinary(message)
    decode_slowly.assert_not_called()
    assert message.get_filename() == ("a.txt" if "a.txt" in disposition else None)


def test_groups_in_groups_of_addresses_are_not_read():
    """Python's reader of addresses calls itself for each of them."""
    message = message_from_bytes(HEAD.replace(b"a@", b"a:" * 200 + b"a@"), policy=policy.SMTP)
    assert not is_ordinary(message)
    bound_message(message)
    assert message["From"] == "a@example.com"
