"""The SMTP server with a real SMTP client before it and a fake Odoo behind it."""

from __future__ import annotations

import logging
import smtplib
import threading
import xmlrpc.client

import pytest

from mailgate import envelope
from mailgate.tests.client import ALIAS, MAIL, parsed, send
from mailgate.tests.fake_odoo import PASSWORD, FakeOdoo


def test_a_known_alias_is_taken_once_odoo_answered(odoo: FakeOdoo, port: int) -> None:
    assert send(port) == 250
    (mail,) = odoo.mails
    assert mail.endswith(MAIL)


def test_trace_headers_stand_in_front(odoo: FakeOdoo, port: int) -> None:
    send(port, to=(ALIAS, "helpdesk@example.org"))
    (mail,) = odoo.mails
    message = parsed(mail)
    assert message.keys()[:4] == ["Return-Path", "Delivered-To", "Delivered-To", "Received"]
    assert message["Return-Path"] == "<a@example.net>"
    assert message.get_all("Delivered-To") == [ALIAS, "helpdesk@example.org"]
    assert "127.0.0.1" in message["Received"]


def test_a_bounce_has_an_empty_return_path(odoo: FakeOdoo, port: int) -> None:
    assert send(port, sender="", to=("bounce@example.com",)) == 250
    assert parsed(odoo.mails[0])["Return-Path"] == "<>"


@pytest.mark.parametrize(
    "address",
    ["APPOINTMENTS@Example.com", "helpdesk@any.example", "catchall@example.com"],
    ids=["any case", "local part alone", "catchall"],
)
def test_other_known_recipients(odoo: FakeOdoo, port: int, address: str) -> None:
    assert send(port, to=(address,)) == 250


def test_a_recipient_without_an_alias_is_refused_for_good(odoo: FakeOdoo, port: int) -> None:
    assert send(port, to=("nobody@example.com",)) == 550
    assert not odoo.mails


def test_an_unknown_recipient_does_not_harm_the_known_one(odoo: FakeOdoo, port: int) -> None:
    assert send(port, to=("nobody@example.com", ALIAS)) == 250
    assert parsed(odoo.mails[0]).get_all("Delivered-To") == [ALIAS]


def test_many_recipients_are_one_call(odoo: FakeOdoo, port: int) -> None:
    send(port, to=(ALIAS, "helpdesk@example.com", "catchall@example.com"))
    assert len(odoo.mails) == 1


def test_odoo_away_at_the_recipient(odoo: FakeOdoo, port: int) -> None:
    odoo.close()
    assert send(port) == 451


def test_odoo_goes_away_before_the_mail(odoo: FakeOdoo, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.helo()
        smtp.mail("a@example.net")
        assert smtp.rcpt(ALIAS)[0] == 250
        odoo.close()
        assert smtp.data(MAIL)[0] == 451


def test_a_slow_odoo_is_tried_again_later(odoo: FakeOdoo, port: int) -> None:
    odoo.delay = 1.0
    assert send(port) == 451


@pytest.mark.parametrize("status", [404, 500, 502, 503])
def test_http_errors(odoo: FakeOdoo, port: int, status: int) -> None:
    odoo.status = status
    assert send(port) == 451


def test_a_proxy_that_answers_with_a_page(odoo: FakeOdoo, port: int) -> None:
    odoo.garbage = b"<html>We will be <b>back"
    assert send(port) == 451


@pytest.mark.parametrize(
    ("code", "text", "answer"),
    [
        (1, "Traceback ...\nValueError: boom", 451),
        (1, "psycopg2.OperationalError: server closed the connection", 451),
        (1, "TypeError: cannot marshal None unless allow_none is enabled", 250),
        (1, "ValueError: No possible route found for incoming message from a to b", 550),
        (2, "Some warning of Odoo", 451),
        (3, "Access Denied", 451),
    ],
)
def test_faults(odoo: FakeOdoo, port: int, code: int, text: str, answer: int) -> None:
    odoo.fault = xmlrpc.client.Fault(code, text)
    assert send(port) == answer


def test_a_mail_that_odoo_had_before_is_taken(odoo: FakeOdoo, port: int) -> None:
    odoo.result = False
    assert send(port) == 250


def test_a_refused_login_keeps_the_mail_and_is_loud(
    odoo: FakeOdoo, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    odoo.password = "another"
    assert send(port) == 451
    assert [r.levelno for r in caplog.records if "NO MAIL" in r.message] == [logging.CRITICAL]
    assert PASSWORD not in caplog.text
    odoo.password = PASSWORD
    assert send(port) == 250


def test_a_login_that_is_withdrawn_later(odoo: FakeOdoo, port: int) -> None:
    assert send(port) == 250
    odoo.password = "another"
    assert send(port) == 451


def test_a_mail_without_message_id_gets_the_same_one_each_time(odoo: FakeOdoo, port: int) -> None:
    bare = MAIL.replace(b"Message-Id: <1@example.net>\r\n", b"")
    send(port, bare)
    send(port, bare)
    send(port, bare.replace(b"Body", b"Other"))
    first, second, other = (parsed(mail)["Message-Id"] for mail in odoo.mails)
    assert first == second
    assert first.endswith("@mailgate.invalid>")
    assert first != other


def test_an_empty_message_id_counts_as_none(odoo: FakeOdoo, port: int) -> None:
    send(port, MAIL.replace(b"<1@example.net>", b""))
    assert parsed(odoo.mails[0])["Message-Id"].endswith("@mailgate.invalid>")


def test_a_message_id_stays(odoo: FakeOdoo, port: int) -> None:
    send(port)
    assert parsed(odoo.mails[0]).get_all("Message-Id") == ["<1@example.net>"]


def test_bytes_outside_ascii_pass_unchanged(odoo: FakeOdoo, port: int) -> None:
    mail = MAIL.replace(b"Body", "Grüße".encode("latin-1"))
    assert send(port, mail) == 250
    assert odoo.mails[0].endswith(mail)


def test_a_leading_mbox_line_does_not_end_the_headers(odoo: FakeOdoo, port: int) -> None:
    send(port, b"From a@example.net Mon Jan  1 00:00:00 2026\r\n" + MAIL)
    assert parsed(odoo.mails[0])["Subject"] == "Hi"


def test_the_same_mail_on_two_connections_is_handed_over_one_by_one(
    odoo: FakeOdoo, port: int
) -> None:
    odoo.delay = 0.1
    threads = [threading.Thread(target=send, args=(port,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(odoo.mails) == 3
    assert odoo.most_running == 1


def test_different_mails_go_side_by_side(odoo: FakeOdoo, port: int) -> None:
    odoo.delay = 0.2
    mails = [MAIL.replace(b"<1@", f"<{number}@".encode()) for number in range(3)]
    threads = [threading.Thread(target=send, args=(port, mail)) for mail in mails]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert odoo.most_running > 1


def test_a_failure_of_ours_keeps_the_mail(
    odoo: FakeOdoo, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ValueError("a mail like no other")

    monkeypatch.setattr(envelope, "complete", fail)
    assert send(port) == 451
    assert "a mail like no other" in caplog.text
