"""LMTP over a real socket: its greeting, and one answer for each recipient."""

from __future__ import annotations

import smtplib
import xmlrpc.client

import pytest
from aiosmtpd.smtp import SMTP

from mailgate import envelope, server
from mailgate.tests.client import ALIAS, MAIL, parsed
from mailgate.tests.conftest import Opener
from mailgate.tests.fake_odoo import FakeOdoo

HELPDESK = "helpdesk@example.com"


def deliver(port: int, to: tuple[str, ...], mail: bytes = MAIL) -> tuple[list[int], list[int]]:
    """Hand a mail over; the codes of the answers to the recipients, and of those after it."""
    with smtplib.LMTP("127.0.0.1", port, timeout=10) as lmtp:
        assert lmtp.ehlo()[0] == 250
        assert lmtp.mail("a@example.net")[0] == 250
        asked = [lmtp.rcpt(address)[0] for address in to]
        # smtplib reads one answer only, whatever the protocol.
        answers = [lmtp.data(mail)[0]]
        answers += [lmtp.getreply()[0] for _other in range(asked.count(250) - 1)]
        # Nothing is left over: the next answer belongs to the next command.
        code, text = lmtp.docmd("VRFY", "<x@example.com>")
        assert (code, text[:6]) == (252, b"Cannot")
    return asked, answers


def test_one_mail_one_recipient(odoo: FakeOdoo, lmtp_port: int) -> None:
    with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=10) as lmtp:
        assert lmtp.sendmail("a@example.net", [ALIAS], MAIL) == {}
    message = parsed(odoo.mails[0])
    assert message.get_all("Delivered-To") == [ALIAS]
    assert " with LMTP;" in message["Received"]


@pytest.mark.parametrize("command", ["HELO", "EHLO"])
def test_the_greetings_of_smtp_are_refused(lmtp_port: int, command: str) -> None:
    with smtplib.SMTP("127.0.0.1", lmtp_port, timeout=10) as smtp:
        assert smtp.docmd(command, "client.example")[0] == 500


def test_each_recipient_has_its_answer(odoo: FakeOdoo, lmtp_port: int) -> None:
    assert deliver(lmtp_port, (ALIAS, HELPDESK, "catchall@example.com")) == (
        [250, 250, 250],
        [250, 250, 250],
    )
    assert len(odoo.mails) == 1


def test_a_refused_recipient_has_none_after_the_mail(odoo: FakeOdoo, lmtp_port: int) -> None:
    assert deliver(lmtp_port, (ALIAS, "nobody@example.com", HELPDESK)) == (
        [250, 550, 250],
        [250, 250],
    )
    assert parsed(odoo.mails[0]).get_all("Delivered-To") == [ALIAS, HELPDESK]


def test_a_mail_that_odoo_fails_on_is_kept_for_each(odoo: FakeOdoo, lmtp_port: int) -> None:
    odoo.fault = xmlrpc.client.Fault(1, "ValueError: boom")
    assert deliver(lmtp_port, (ALIAS, HELPDESK)) == ([250, 250], [451, 451])


def test_a_failure_of_ours_is_told_to_each(
    odoo: FakeOdoo, lmtp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope, "complete", None)
    assert deliver(lmtp_port, (ALIAS, HELPDESK)) == ([250, 250], [451, 451])
    assert not odoo.mails


def test_a_mail_that_is_too_big_is_refused_for_each(
    open_port: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_BYTES", 100)
    port = open_port(kind=server.Lmtp)
    assert deliver(port, (ALIAS, HELPDESK), MAIL + b"x" * 200) == ([250, 250], [552, 552])


def test_a_mail_without_recipients_is_answered_once(lmtp_port: int) -> None:
    with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=10) as lmtp:
        lmtp.ehlo()
        lmtp.mail("a@example.net")
        assert lmtp.docmd("DATA")[0] == 503
        assert lmtp.noop()[0] == 250


def test_two_mails_on_one_connection(odoo: FakeOdoo, lmtp_port: int) -> None:
    with smtplib.LMTP("127.0.0.1", lmtp_port, timeout=10) as lmtp:
        for number in range(2):
            mail = MAIL.replace(b"<1@", f"<{number}@".encode())
            assert lmtp.sendmail("a@example.net", [ALIAS], mail) == {}
    assert len(odoo.mails) == 2


@pytest.mark.parametrize("greeting", ["LHLO", "EHLO"])
def test_commands_may_be_sent_ahead(odoo: FakeOdoo, open_port: Opener, greeting: str) -> None:
    kind, client = (server.Lmtp, smtplib.LMTP) if greeting == "LHLO" else (SMTP, smtplib.SMTP)
    with client("127.0.0.1", open_port(kind=kind), timeout=10) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("pipelining")
        smtp.send(f"MAIL FROM:<a@example.net>\r\nRCPT TO:<{ALIAS}>\r\nRCPT TO:<x@y.zz>\r\nDATA\r\n")
        assert [smtp.getreply()[0] for _command in range(4)] == [250, 250, 550, 354]
        smtp.send(MAIL + b".\r\n")
        assert smtp.getreply()[0] == 250
    assert len(odoo.mails) == 1
