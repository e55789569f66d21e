"""What is quoted in any language by any program, and what only looks like it."""

from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake import KEYS, html_to_text, parse_mail
from intake.quotes import split_quotes
from intake.text import clean

from .quotations import DEVICES, HEADERS, RULES, SENTENCES

NOW = datetime(2026, 11, 28, 9, tzinfo=timezone.utc)
OWN = "Hello, the same trouble again.\n\nPlease come soon: it is 3 o'clock now.\nAna"
OLD = "customer_email: old@example.com\nrequested_date: 2027-01-05 10:00\npriority: low\n"
MARKED = "".join(f"> {line}\n" for line in OLD.splitlines())
RELAXED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
GMAIL, OUTLOOK = SENTENCES["English, Gmail"], HEADERS["Polish"]
sentences = pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
headers = pytest.mark.parametrize("block", HEADERS.values(), ids=HEADERS)


def _parse(text, subject="Re: Visit"):
    return parse_mail(
        text, sender="ana@example.com", subject=subject, now=NOW, default_timezone="UTC"
    )


def _split(text):
    return split_quotes(clean(text))


# ----------------------------------------------------------------------------
# Sentences
# ----------------------------------------------------------------------------


@sentences
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
def test_what_stands_below_a_sentence_is_quoted(sentence, blank):
    parts = _split(f"{OWN}\n\n{sentence}{blank}{OLD}")
    assert (parts.own, parts.inner) == (OWN, OLD.strip())
    assert not _parse(f"{OWN}\n\n{sentence}{blank}{OLD}").has_form


@sentences
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
def test_text_below_marked_lines_is_the_sender_s_own(sentence, blank):
    parts = _split(f"{OWN}\n\n{sentence}{blank}{MARKED}\nAnd ring twice.")
    assert (parts.own, parts.inner) == (f"{OWN}\n\nAnd ring twice.", OLD.strip())


@sentences
def test_a_sentence_right_below_a_line_of_prose_takes_nothing_of_it(sentence):
    own = f"{OWN}\nI have only time for it in 2 weeks, on Mondays, as I said"
    assert _split(f"{own}\n{sentence}\n\n{OLD}").own == own


@sentences
def test_what_is_marked_together_with_its_sentence(sentence):
    quoted = "".join(f"> {line}\n" for line in f"{sentence}\n{OLD}".splitlines())
    parts = _split(f"{OWN}\n\n{quoted}")
    assert parts.own == OWN
    assert _parse(quoted, "Fwd: Visit").request.customer_email == "old@example.com"


def test_marks_of_direction_are_no_part_of_a_sentence():
    sentence = (
        "\u202bבתאריך יום ב׳, 5 באוק׳ 2026 ב-9:05 מאת \u202aAnn Lee\u202c\u200f "
        "<\u202aann.lee@example.com\u202c\u200f>:\u202c"
    )
    assert _split(f"{OWN}\n\n{sentence}\n\n{OLD}").own == OWN


# ----------------------------------------------------------------------------
# Blocks of headers
# ----------------------------------------------------------------------------


@headers
@pytest.mark.parametrize("above", ["\n\n", f"\n\n{'_' * 32}\n", "\n\n====\n\n"])
def test_what_stands_below_headers_is_quoted(block, above):
    text = f"{OWN}{above}{block}\n\n{OLD}"
    parts = _split(text)
    assert (parts.own, parts.inner) == (OWN, OLD.strip())
    assert not _parse(text, "RE: Visit").has_form


@headers
@pytest.mark.parametrize("above", ["", f"{OWN}\n\n"])
@pytest.mark.parametrize("subject", ["Visit", "Fwd: Visit", "WG: Visit", "PD: x", "转发：x"])
def test_in_a_forwarded_mail_it_is_read(block, above, subject):
    result = _parse(f"{above}{block}\n\n{OLD}", subject)
    assert result.request.customer_email == "old@example.com"
    assert result.request.priority == "0"
    assert result.request.extra == ()
    (note,) = (note for note in result.notes if note.code == "forwarded_from")
    assert "old@example.com" in note.params["value"]


@pytest.mark.parametrize(
    "subject",
    ["Odp: x", "YNT: x", "Отв: x", "Σχετ: x", "ΑΠ: x", "Vá: x", "回复：x", "답장: x", "返信: x",
     "Trả lời: x"],
)  # fmt: skip
def test_replies_in_other_languages_are_replies(subject):
    assert not _parse(f"{OWN}\n\n{OUTLOOK}\n\n{OLD}", subject).has_form


@headers
def test_a_text_of_its_own_below_the_headers_of_a_forwarded_mail(block):
    result = _parse(f"{block}\n\nIt still hums.", "Fwd: Visit")
    assert result.request.description == "It still hums."


# ----------------------------------------------------------------------------
# Rules and devices
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("block", ["", "From: Old Doe\nSubject: Visit\n", "Zorp: Old\nTo: Me\n"])
def test_what_stands_below_a_rule_with_words_is_quoted(rule, block):
    parts = _split(f"{OWN}\n\n{rule}\n{block}\n{OLD}")
    assert parts.own == OWN
    assert "requested_date" in parts.inner


@pytest.mark.parametrize(
    "rule",
    ["---- Your message ----", "===== APPOINTMENT =====", "--- Ihre Nachricht ---", "---------",
     "-- Details --", "---- customer_email ----"],
)  # fmt: skip
def test_a_heading_between_rules_is_none(rule):
    result = _parse(f"{OWN}\n\n{rule}\n{OLD}", "Re: Visit")
    assert result.request.priority == "0"


@pytest.mark.parametrize("line", DEVICES)
def test_the_line_of_a_device_is_nobody_s_text(line):
    assert _split(f"{OWN}\n\n{line}").own == OWN
    assert _split(f"{OWN}\n\n{line}\n\n{GMAIL}\n\n{OLD}").own == OWN
    assert _split(f"{OWN}\n\n{line}\n{OUTLOOK}\n\n{OLD}").own == OWN
    assert _split(f"{OWN}\n\n{line}\n\n{MARKED}\nAnd ring twice.").own == (
        f"{OWN}\n\nAnd ring twice."
    )


@pytest.mark.parametrize(
    "line",
    ["My iPhone is broken.", "The report was sent from my iPhone", "Please get Outlook to work",
     "Sent from my desk, which is much easier than my phone.", "iPhone", "Outlook",
     "I have it from https://play.google.com/store/example", "Outlook says this: https://aka.ms/x",
     "I sent it from the phone that you gave me in May", "Windows hat es nicht gesendet"],
)  # fmt: skip
def test_a_last_line_about_a_device_is_the_sender_s(line):
    assert _split(f"{OWN}\n\n{line}").own == f"{OWN}\n\n{line}"


# ----------------------------------------------------------------------------
# What only looks like it
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "own",
    [
        # Forms of other people's making.
        "Name: Ana Keller\nE-Mail: ana@example.com\nPhone: 555 0100\nDate: 05.01.2027 10:00",
        "Nome: Ana\nEmail: ana@example.com\nData: 5/1/2027 10:00\nMessaggio: non va",
        "Contact: Ana\nMail: ana@example.com\nConfirm mail: ben@example.com\nWhen: 5.1.2027 10:00",
        "From: Berlin\nTo: Hamburg\nDate: 2027-01-05 10:00",
        "From: 10:00\nTo: 12:00\nDate: Monday",
        "Device: Printer\nSerial: 12-34-56\nSince: 05.01.2027 10:00\nRoom: 4",
        "To: the technician\nDate: 2027-01-05 10:00",
        "Contact: Ana Keller <ana@example.com>\nSince: 05.01.2027 10:00",
        # Prose with colons, dates and addresses.
        "These are the hours at which I am there in 2027, from 5 January on:\nMonday 10:00",
        "Call Ben (ben@example.com) or me:\n0170 123456",
        "Please call Ben (ben@example.com) on 5 May 2027 at 10:00:\n0170 123456",
        "On 5 May 2027 at 10:00 call Ben (ben@example.com):\n0170 123456",
        "On 5 May 2026 I wrote that the printer is broken. It still is, see here:\nit hums",
        "I wrote on 5 May 2026 to you:\nthe printer hums",
        "On 5 May 2026 I wrote to Ben <ben@example.com> and this is what came back:\nno",
        "On 5 May 2026 Ben <ben@example.com> wrote me a mail\nthat the printer hums",
        "Subject: Printer\nDate: 05.01.2027 10:00\nReachable at: ana@example.com",
        "---- My trip ----\nFrom: Berlin\nTo: Hamburg\n\nPlease come.",
        "---- What I sent ----\nA printer",
        "Please look at the forwarded message:\n\nthe printer hums",
        "I wrote this on 5 May 2026 and nobody came.\nPlease come.",
        "On 5 January 2027 at 10:00 I am at home.\n\nOn 6 January I am not.",
        "My address is ana@example.com\nMy number: 0170 123456",
        "Times that suit me: 05.01.2027 10:00, 06.01.2027 11:00\n\nAna",
        "Error: 2026-10-05 09:05:14 GMT is in the future",
        "2026-10-05 09:05 the light went out\n2026-10-05 09:10 it came back",
        "Note: urgent\nWarning: water\nDanger: high voltage",
        "Begin with the forwarded message: the key is under the mat.",
        "One:\n\nTwo:\n\nThree: 3",
    ],
)
@pytest.mark.parametrize("around", ["{}", "Hello,\n\n{}", "{}\n\nBest regards\nAna"])
def test_nothing_of_the_sender_s_own_is_lost(own, around):
    text = around.format(own)
    assert _split(text).own == text
    assert _split(f"{text}\n\n{GMAIL}\n\n{OLD}").own == text
    assert _split(f"{text}\n\n{OUTLOOK}\n\n{OLD}").own == text
    assert _split(f"{text}\n\n{MARKED}").own == text


def test_the_rest_of_a_quoted_line_that_lost_its_mark():
    long = "> The printer on the third floor has been making this noise for a week and it gets"
    assert _split(f"{OWN}\n\n{long}\nlouder.\n> Please come.\n").own == OWN
    # An answer between quoted lines stays.
    asked = "> Is it loud, and has it been so for the whole of this week, as I was told?"
    for answer in ("Yes.", "yes", "priority: high"):
        assert _split(f"{asked}\n{answer}\n> x").own == answer
    assert _split(f"{long}\nYes, it is.\n> Please come.\n").own == "Yes, it is."


def test_a_line_of_the_sender_s_above_marked_lines_stays():
    own = f"{OWN}\n\nThese are my answers to your questions:"
    assert _split(f"{own}\n\n> Is it loud?\nYes.").own == f"{own}\n\nYes."


# Whatever people write but addresses, marks and rules.
prose = st.lists(
    st.text("abcdefgh äöü ABC 0123 .,:;?!()/'\"# éñ šł дж 漢字 年月日", max_size=60)
    | st.sampled_from(
        ["", "requested_date: 2027-01-06 10:00", "Phone: 0170 12 34 56", "on 5 May 2027 at 10:00",
         "From: home", "Date: 5 May 2027", "I wrote this on 5 May 2027.", "Subject: x"]
    ),
    min_size=1,
    max_size=8,
).map("\n".join)  # fmt: skip


def _lines(text):
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@RELAXED
@given(prose, st.sampled_from([*SENTENCES.values(), *HEADERS.values()]), st.booleans())
def test_any_text_above_any_introduction_comes_back_whole(own, sample, marked):
    own = clean(own).strip()
    below = MARKED if marked else OLD
    parts = _split(f"{own}\n\n{sample}\n\n{below}")
    assert _lines(parts.own) == _lines(own)


form_lines = st.lists(
    st.sampled_from(
        [*(f"{key}: {value}" for key in KEYS for value in ("x", "2027-01-05 10:00")),
         "customer_email: Ana Keller <ana@example.com>", "technician: ben@example.com",
         "Contact: Ana Keller <ana@example.com>", "Second contact: Ben <ben@example.com>",
         "Wished: Monday, 5 May 2027 10:00", "Floor: 3", "Device: Printer", "Zorp: 5.1.2027 10:00"]
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@RELAXED
@given(form_lines, st.sampled_from(KEYS), st.booleans(), st.sampled_from(["", f"{OWN}\n\n"]))
def test_a_form_is_never_taken_for_headers(lines, key, first, above):
    lines = [f"{key}: x", *lines] if first else [*lines, f"{key}: x"]
    text = above + "\n".join(lines)
    assert _split(text).own == text


# ----------------------------------------------------------------------------
# HTML
# ----------------------------------------------------------------------------

FORM = OLD.strip().replace("\n", "<br>")


@pytest.mark.parametrize(
    "html",
    [
        '<div class="gmail_quote"><div class="gmail_attr">Zorp flim:<br></div>'
        f'<blockquote class="gmail_quote">{FORM}</blockquote></div>',
        '<div class="moz-cite-prefix">Zorp flim<br></div>'
        f'<blockquote type="cite">{FORM}</blockquote>',
        f'<div id="yahoo_quoted_12" class="yahoo_quoted"><div>Zorp flim</div>{FORM}</div>',
        f'<span id="OLK_SRC_BODY_SECTION"><div>Zorp flim</div><div>{FORM}</div></span>',
        '<div id="mail-editor-reference-message-container" '
        f'class="ms-outlook-mobile-reference-message skipProofing"><div>Zorp</div>{FORM}</div>',
        f'<div name="quote"><div>Zorp flim:</div><div name="quoted-content">{FORM}</div></div>',
        '<div id="appendonsend"></div><hr tabindex="-1">'
        f'<div id="divRplyFwdMsg"><b>Zorp:</b> Old<br><b>Qua:</b> x</div><div>{FORM}</div>',
        f'<div id="x_divRplyFwdMsg">Zorp flim 2026</div><div>{FORM}</div>',
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
        f"<p><b>Zorp:</b> Old<br><b>Qua:</b> x</p></div></div><p>{FORM}</p>",
        f'<div class="OutlookMessageHeader"><b>Zorp:</b> Old</div><div>{FORM}</div>',
        f'<div>Zorp flim:</div><blockquote class="protonmail_quote">{FORM}</blockquote>',
        f'<div class="zmail_extra">---- On 5 Oct 2026 Old wrote ----<br>{FORM}</div>',
        *(f"<p>{block.replace('<', '&lt;').replace(chr(10), '<br>')}</p><p>{FORM}</p>"
          for block in HEADERS.values()),
        *(f"<div>{sentence.replace('<', '&lt;').replace(chr(10), ' ')}</div><div>{FORM}</div>"
          for sentence in SENTENCES.values()),
    ],
)  # fmt: skip
def test_quotations_of_html(html):
    own = "<p>Hello, the same trouble again.</p>"
    text = html_to_text(f"<html><body>{own}<div><br></div>{html}</body></html>")
    parts = _split(text)
    assert parts.own == "Hello, the same trouble again."
    assert "requested_date: 2027-01-05 10:00" in parts.inner
    assert not _parse(text, "Re: Visit").has_form
    assert _parse(text, "Fwd: Visit").request.priority == "0"


def test_what_is_written_between_the_parts_of_a_quotation_of_gmail_stays():
    html = (
        '<div dir="ltr">See below.</div><div class="gmail_quote"><div class="gmail_attr">'
        "On Mon, Oct 5, 2026 Ann &lt;ann@example.com&gt; wrote:</div><blockquote>Is it loud?"
        "</blockquote><div>Yes, very.</div><blockquote>Since when?</blockquote><div>May.</div>"
        "</div>"
    )
    assert _split(html_to_text(html)).own.split() == "See below. Yes, very. May.".split()


def test_a_forwarded_mail_of_gmail_in_html():
    html = (
        '<div>FYI</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded '
        "message ---------<br>From: <b>Old</b> &lt;<a>old@example.com</a>&gt;<br>"
        f"Date: Mon, 5 Oct 2026<br>Subject: Visit<br>To: office@example.com</div><br>{FORM}</div>"
    )
    assert _parse(html_to_text(html), "Visit").request.customer_email == "old@example.com"
