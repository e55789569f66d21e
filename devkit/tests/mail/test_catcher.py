"""The catcher of outgoing mail: real SMTP in, list, text and page out."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from devkit.mail import outbox
from devkit.run import ports


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[ports.Ports]:
    """A running catcher on free ports, filling ``outbox``."""
    where = ports.free()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "devkit.mail.catcher", "--outbox", str(tmp_path / "outbox")),
            *("--smtp", f"127.0.0.1:{where.catch}", "--web", f"127.0.0.1:{where.mail}"),
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 10
    while (ports.is_free(where.catch) or ports.is_free(where.mail)) and time.monotonic() < until:
        time.sleep(0.02)
    yield where
    process.terminate()
    assert process.wait(10) == 0


def send(where: ports.Ports, subject: str, html: str = "") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
    message.set_content("Grüße")
    if html:
        message.add_alternative(html, subtype="html")
    message.add_attachment(b"BEGIN", maintype="text", subtype="calendar", filename="visit.ics")
    with smtplib.SMTP("127.0.0.1", where.catch) as smtp:
        smtp.send_message(message, to_addrs=["hidden@example.com"])


def page(where: ports.Ports, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{where.mail}{path}") as answer:
        return str(answer.read().decode())


def test_list_and_text(catcher: ports.Ports, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    send(catcher, "First")
    send(catcher, "Second")
    first, second = outbox.show_list(folder).splitlines()
    assert first.split()[0] == "1"
    assert "First" in first
    assert "hidden@example.com" in second
    shown = outbox.show_one(folder, 1)
    assert "Subject: First" in shown
    assert "Grüße" in shown
    assert "Attachment: visit.ics" in shown
    assert outbox.show_one(folder, 3) == "there is no mail 3"


def test_no_mail(tmp_path: Path) -> None:
    assert outbox.show_list(tmp_path / "none") == "no mail was sent yet"


def test_pages(catcher: ports.Ports) -> None:
    assert "No mail yet" in page(catcher, "/")
    send(catcher, "<b>Hi</b>", html="<p>Hello</p><script>alert(1)</script>")
    listed = page(catcher, "/")
    assert "&lt;b&gt;Hi" in listed
    assert "<b>Hi" not in listed
    shown = page(catcher, "/1")
    assert "<script>" not in shown
    assert 'sandbox=""' in shown
    assert "X-RcptTo: hidden@example.com" in page(catcher, "/1/source")


@pytest.mark.parametrize("path", ["/2", "/../etc/passwd", "/1/other", "/favicon.ico"])
def test_no_such_page(catcher: ports.Ports, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        page(catcher, path)


def test_a_mail_with_an_unknown_charset_is_shown() -> None:
    message = outbox.parse(b"Content-Type: text/plain; charset=no-such\r\n\r\nBody\r\n")
    assert "Body" in outbox.text(message)


def test_what_odoo_sends_is_kept_to_the_byte(catcher: ports.Ports, tmp_path: Path) -> None:
    """Long lines, raw umlauts in header and body, and each of several recipients."""
    mail = (
        "From: a@example.com\r\n"
        f"Subject: Grüße {'x' * 90} {'y' * 90}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"From the start: Grüße {'z' * 400}\r\n"
    ).encode()
    with smtplib.SMTP("127.0.0.1", catcher.catch) as smtp:
        smtp.sendmail("", ["b@example.com", "c@example.com"], mail)
    (caught,) = outbox.read_all(tmp_path / "outbox")
    assert caught.recipients == "b@example.com, c@example.com"
    assert "Grüße" in caught.subject
    (stored,) = (tmp_path / "outbox" / "new").iterdir()
    head, _, body = mail.partition(b"\r\n\r\n")
    text = stored.read_bytes().replace(b"\r\n", b"\n")
    assert text.startswith(head.replace(b"\r\n", b"\n"))
    assert text.endswith(b"\n\n" + body.replace(b"\r\n", b"\n"))
