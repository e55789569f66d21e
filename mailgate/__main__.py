"""``python3 -m mailgate``: the program, its options and their variables.

Each option may stand in the environment instead, as ``MAILGATE_`` and its name.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mailgate.gateway import Account, OdooGateway
from mailgate.server import Address, Front, serve

PREFIX = "MAILGATE_"
PASSWORD_VARIABLE = f"{PREFIX}PASSWORD"
# Option, its default (None: it has to be given), and what it is.
OPTIONS = (
    ("url", None, "address of Odoo, such as http://odoo:8069"),
    ("db", None, "name of the database"),
    ("user", None, "login of an internal user of Odoo"),
    ("password-file", "", f"file with the password or API key; else {PASSWORD_VARIABLE} is read"),
    ("listen", "localhost:2525", "HOST:PORT for SMTP; empty for none"),
    ("lmtp", "", "HOST:PORT for LMTP; none by default"),
    ("postmaster", "", "address of the alias that gets the mail to postmaster"),
    ("timeout", "120", "seconds to wait for Odoo"),
)


def read_password(path: Path | None) -> str:
    """The password from a file, else from the environment; never from the command line.

    :raises SystemExit: when there is none
    """
    if path:
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SystemExit(f"--password-file {path} cannot be read: {error}") from error
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise SystemExit(f"set {PASSWORD_VARIABLE}, or give --password-file")
    return password


def variable(option: str) -> str:
    """The environment variable of an option."""
    return PREFIX + option.upper().replace("-", "_")


def parse(argv: Sequence[str] | None, environment: Mapping[str, str]) -> argparse.Namespace:
    """The options, of which those on the command line go before those in the environment.

    ``listen`` and ``lmtp`` are addresses or None.
    """
    parser = argparse.ArgumentParser(
        prog="mailgate",
        description="A mail server in front of Odoo's mail gateway: 250 is answered only after "
        "Odoo has committed. Each option may be a variable: --url is MAILGATE_URL.",
    )
    for name, default, text in OPTIONS:
        given = environment.get(variable(name), default)
        parser.add_argument(f"--{name}", default=given, help=text)
    options = parser.parse_args(argv)
    for name, default, _text in OPTIONS:
        if default is None and not getattr(options, name):
            parser.error(f"--{name} is missing; {variable(name)} may name it too")
    try:
        options.timeout = float(options.timeout)
    except ValueError:
        parser.error(f"--timeout: {options.timeout!r} is no number of seconds")
    for name in ("listen", "lmtp"):
        text = getattr(options, name)
        try:
            setattr(options, name, Address.parse(text) if text else None)
        except ValueError as error:
            parser.error(f"--{name}: {error}")
    if not options.listen and not options.lmtp:
        parser.error("both --listen and --lmtp are empty, so no mail could come in")
    if options.postmaster and "@" not in options.postmaster:
        parser.error(f"--postmaster: {options.postmaster!r} is no address with a domain")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the servers with the given options until they are stopped."""
    options = parse(argv, os.environ)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # aiosmtpd writes each line of a mail, addresses and all, to this logger.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    path = Path(options.password_file) if options.password_file else None
    account = Account(options.url, options.db, options.user, read_password(path))
    front = Front(OdooGateway(account, timeout=options.timeout), options.postmaster)
    asyncio.run(serve(front, options.listen, options.lmtp))
    return 0


if __name__ == "__main__":
    sys.exit(main())
