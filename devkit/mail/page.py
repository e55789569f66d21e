"""The catcher's web page: a list of mails and, for each, its text, its HTML and its source."""

from __future__ import annotations

import re
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from devkit.mail import outbox

# Nothing of a mail may run or load: its HTML is shown in a frame without any rights.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'"
_STYLE = (
    "body{font:15px system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.3em .6em;"
    "border-bottom:1px solid #ddd;vertical-align:top}pre{white-space:pre-wrap}"
    "iframe{width:100%;height:32em;border:1px solid #ccc}"
)


def _page(title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )


def list_page(folder: Path) -> str:
    """All mails, newest first."""
    rows = "".join(
        f"<tr><td>{escape(str(mail.message.get('Date', '')))}<td>{escape(mail.recipients)}"
        f'<td><a href="/{mail.number}">{escape(mail.subject)}</a>'
        for mail in reversed(outbox.read_all(folder))
    )
    table = f"<table><tr><th>Date<th>To<th>Subject{rows}</table>" if rows else "<p>No mail yet.</p>"
    return _page("Mail that Odoo sent", table)


def mail_page(mail: outbox.Caught) -> str:
    """One mail."""
    message = mail.message
    names = ("From", "To", "Cc", "Reply-To", "Date", "Auto-Submitted")
    rows = "".join(
        f"<tr><th>{name}<td>{escape(str(message[name]))}" for name in names if message[name]
    )
    files = "".join(f"<tr><th>File<td>{escape(name)}" for name in outbox.attachments(message))
    html = outbox.html(message)
    frame = f'<iframe sandbox="" srcdoc="{escape(html)}"></iframe>' if html else ""
    body = (
        f'<p><a href="/">All mails</a> · <a href="/{mail.number}/source">Source</a></p>'
        f"<table>{rows}{files}</table>{frame}<pre>{escape(outbox.text(message))}</pre>"
    )
    return _page(mail.subject, body)


def page_handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    """A request handler that shows the Maildir in ``folder``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"/(?:(\d+)(/source)?)?", self.path)
            if not found:
                return self._answer(404, "text/plain", "no such page")
            if not found[1]:
                return self._answer(200, "text/html", list_page(folder))
            mails = [mail for mail in outbox.read_all(folder) if mail.number == int(found[1])]
            if not mails:
                return self._answer(404, "text/plain", "no such mail")
            if found[2]:
                source = mails[0].message.as_bytes().decode("utf-8", "replace")
                return self._answer(200, "text/plain", source)
            return self._answer(200, "text/html", mail_page(mails[0]))

        def _answer(self, code: int, kind: str, text: str) -> None:
            content = text.encode("utf-8", "replace")
            self.send_response(code)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing of single requests."""

    return Handler
