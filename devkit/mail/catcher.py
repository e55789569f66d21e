"""A catcher for the mail that Odoo sends: an SMTP sink that fills a Maildir, and a page to read it.

``python -m devkit.mail.catcher --outbox DIR --smtp HOST:PORT --web HOST:PORT``. Nothing leaves the
machine. The page is read-only and shows what came, newest first.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from devkit.mail import outbox
from devkit.mail.page import page_handler

_logger = logging.getLogger("mailcatch")


class Sink:
    """aiosmtpd's handler: every mail is kept, none is sent on."""

    def __init__(self, folder: Path) -> None:
        self._box = outbox.open_box(folder)

    async def handle_DATA(  # noqa: N802 - aiosmtpd gives the name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a mail with its real recipients, which its headers need not name."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head = f"X-Envelope-From: {envelope.mail_from}\r\n"
        head += "".join(f"X-Envelope-To: {address}\r\n" for address in envelope.rcpt_tos)
        self._box.add(head.encode() + content)
        _logger.info("caught a mail to %s", ", ".join(envelope.rcpt_tos))
        return "250 2.0.0 Caught"


def split(address: str) -> tuple[str, int]:
    """``HOST:PORT`` as a pair."""
    host, _, port = address.rpartition(":")
    return host, int(port)


async def serve(folder: Path, smtp: str, web: str) -> None:
    """Catch and show mail until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    sink = Sink(folder)
    host, port = split(smtp)

    def session() -> SMTP:
        return SMTP(sink, enable_SMTPUTF8=True, decode_data=False, loop=loop)

    server = await loop.create_server(session, host, port)
    pages = ThreadingHTTPServer(split(web), page_handler(folder))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _logger.info("catching on %s, page on %s", smtp, web)
    await stop.wait()
    server.close()
    pages.shutdown()


def main(argv: list[str]) -> int:
    """Run the catcher with the given options."""
    parser = argparse.ArgumentParser(prog="mailcatch", description=__doc__.split("\n\n")[0])
    parser.add_argument("--outbox", type=Path, required=True, help="folder of the Maildir")
    parser.add_argument("--smtp", default="127.0.0.1:2526", metavar="HOST:PORT")
    parser.add_argument("--web", default="127.0.0.1:8025", metavar="HOST:PORT")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve(options.outbox, options.smtp, options.web))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
