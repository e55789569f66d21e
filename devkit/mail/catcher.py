"""A catcher for the mail that Odoo sends: an SMTP sink that fills a Maildir, and a page to read it.

``python -m devkit.mail.catcher --outbox DIR --smtp HOST:PORT --web HOST:PORT``. Nothing leaves the
machine. The page is read-only and shows what came, newest first. aiosmtpd stores each mail, with
its real recipients, which its headers need not name, in ``X-RcptTo``.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from devkit.mail.page import page_handler

_logger = logging.getLogger("mailcatch")
_STOP = (signal.SIGTERM, signal.SIGINT)


def split(address: str) -> tuple[str, int]:
    """``HOST:PORT`` as a pair."""
    host, _, port = address.rpartition(":")
    return host, int(port)


def serve(folder: Path, smtp: str, web: str) -> None:
    """Catch and show mail until SIGTERM or SIGINT."""
    # Before there are threads, so that none of them takes a signal that is waited for here.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    folder.parent.mkdir(parents=True, exist_ok=True)
    host, port = split(smtp)
    catcher = Controller(Mailbox(folder), hostname=host, port=port)
    catcher.start()
    pages = ThreadingHTTPServer(split(web), page_handler(folder))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    _logger.info("catching on %s, page on %s", smtp, web)
    signal.sigwait(_STOP)
    catcher.stop()
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
    serve(options.outbox, options.smtp, options.web)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
