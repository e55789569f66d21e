"""Plus-addresses and postmaster: what is accepted, and where Odoo is told to put the mail."""

from __future__ import annotations

import logging
import smtplib

import pytest

from mailgate.envelope import is_postmaster, spellings
from mailgate.tests.client import ALIAS, MAIL, parsed, send
from mailgate.tests.conftest import Opener
from mailgate.tests.fake_odoo import FakeOdoo


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@example.com", ["a@example.com"]),
        ("a+b@example.com", ["a+b@example.com", "a@example.com"]),
        ("a+b+c@example.com", ["a+b+c@example.com", "a@example.com"]),
        ("a+@example.com", ["a+@example.com", "a@example.com"]),
        ("+b@example.com", ["+b@example.com"]),
        ("a@plus+domain.example", ["a@plus+domain.example"]),
        ("a+b", ["a+b", "a"]),
    ],
)
def test_spellings(address: str, expected: list[str]) -> None:
    assert spellings(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postmaster", True),
        ("Postmaster@Example.com", True),
        ("postmaster+spam@example.com", True),
        ("postmasters@example.com", False),
        ("a@postmaster", False),
    ],
)
def test_postmaster_is_known_by_its_local_part(address: str, expected: bool) -> None:
    assert is_postmaster(address) is expected


@pytest.mark.parametrize(
    ("address", "alias"),
    [
        ("appointments+spring@example.com", ALIAS),
        ("Appointments+@Example.com", "Appointments@Example.com"),
        ("helpdesk+x@any.example", "helpdesk@any.example"),
        ("bounce+12@example.com", "bounce@example.com"),
    ],
)
def test_a_plus_address_leads_to_its_alias(
    odoo: FakeOdoo, port: int, address: str, alias: str
) -> None:
    """Odoo compares whole addresses, so it has to be told of the alias itself."""
    assert send(port, to=(address,)) == 250
    (mail,) = odoo.mails
    assert parsed(mail).get_all("Delivered-To") == [alias]
    assert parsed(mail).get_all("X-Original-To") == [address]
    assert mail.endswith(MAIL)


def test_an_alias_with_a_plus_in_its_name_goes_first(odoo: FakeOdoo, port: int) -> None:
    odoo.aliases.add("appointments+vip@example.com")
    assert send(port, to=("appointments+vip@example.com",)) == 250
    message = parsed(odoo.mails[0])
    assert message.get_all("Delivered-To") == ["appointments+vip@example.com"]
    assert message["X-Original-To"] is None


def test_a_plus_address_without_an_alias_is_refused(odoo: FakeOdoo, port: int) -> None:
    assert send(port, to=("nobody+x@example.com",)) == 550
    assert not odoo.mails


def test_an_alias_that_is_reached_twice_is_named_once(odoo: FakeOdoo, port: int) -> None:
    assert send(port, to=(ALIAS, "appointments+x@example.com")) == 250
    message = parsed(odoo.mails[0])
    assert message.get_all("Delivered-To") == [ALIAS]
    assert message.get_all("X-Original-To") == ["appointments+x@example.com"]


@pytest.mark.parametrize("address", ["postmaster", "Postmaster@any.example", "postmaster+x@b.cd"])
def test_postmaster_is_accepted_without_a_question_and_reaches_the_alias_named(
    odoo: FakeOdoo, open_port: Opener, address: str
) -> None:
    with smtplib.SMTP("127.0.0.1", open_port(postmaster=ALIAS), timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail("a@example.net")
        assert smtp.docmd("RCPT", f"TO:<{address}>")[0] == 250
        assert not odoo.asked
        assert smtp.data(MAIL)[0] == 250
    message = parsed(odoo.mails[0])
    assert message.get_all("Delivered-To") == [ALIAS]
    assert message.get_all("X-Original-To") == [address]


def test_postmaster_is_accepted_while_odoo_is_away_and_its_mail_kept(
    odoo: FakeOdoo, open_port: Opener
) -> None:
    port = open_port(postmaster=ALIAS)
    odoo.close()
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail("a@example.net")
        assert smtp.rcpt("postmaster@example.com")[0] == 250
        assert smtp.data(MAIL)[0] == 451


def test_postmaster_that_nobody_reads_is_refused_with_the_setting(
    odoo: FakeOdoo, port: int
) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail("a@example.net")
        code, text = smtp.rcpt("postmaster@example.com")
    assert code == 550
    assert b"MAILGATE_POSTMASTER" in text
    assert not odoo.mails


def test_an_alias_of_odoo_named_postmaster_needs_no_setting(odoo: FakeOdoo, port: int) -> None:
    odoo.aliases.add("postmaster@example.com")
    assert send(port, to=("postmaster@example.com",)) == 250
    assert parsed(odoo.mails[0]).get_all("Delivered-To") == ["postmaster@example.com"]


@pytest.mark.parametrize("others", [(), (ALIAS,)], ids=["alone", "beside another"])
def test_a_setting_that_names_no_alias_keeps_the_mail_and_is_loud(
    odoo: FakeOdoo, open_port: Opener, others: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    port = open_port(postmaster="gone@example.com")
    assert send(port, to=(*others, "postmaster@example.com")) == 451
    assert not odoo.mails
    (record,) = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert "gone@example.com" in record.getMessage()
    assert "MAILGATE_POSTMASTER" in record.getMessage()
