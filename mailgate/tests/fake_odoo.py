"""A stand-in for Odoo's XML-RPC on a real socket, whose answers a test chooses."""

from __future__ import annotations

import threading
import time
import xmlrpc.client
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOGIN, PASSWORD, DATABASE = "gate", "right", "db"


class FakeOdoo:
    """Knows some addresses, keeps the mails it takes, and fails as told.

    ``fault`` is an exception that ``message_process`` raises; ``status`` an HTTP status instead
    of any answer; ``delay`` the seconds each answer takes; ``garbage`` a body that is no XML-RPC.
    ``asked`` has the addresses that it was asked for.
    """

    def __init__(self) -> None:
        self.aliases = {"appointments@example.com"}
        self.local_aliases = {"helpdesk"}
        self.mails: list[bytes] = []
        self.asked: list[str] = []
        self.running = 0
        self.most_running = 0
        self.result: Any = 7
        self.fault: xmlrpc.client.Fault | None = None
        self.status = 200
        self.delay = 0.0
        self.garbage = b""
        self.password = PASSWORD
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = fake.garbage or fake.answer(body)
                self.send_response(fake.status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Go away: from now on the port refuses connections."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: bytes) -> bytes:
        """The response to one request."""
        arguments, method = xmlrpc.client.loads(body)
        try:
            result = self._call(str(method), list(arguments))
            return xmlrpc.client.dumps((result,), methodresponse=True).encode()
        except xmlrpc.client.Fault as fault:
            return xmlrpc.client.dumps(fault, methodresponse=True).encode()

    def _call(self, method: str, arguments: list[Any]) -> Any:
        if method == "authenticate":
            return 5 if arguments[1:3] == [LOGIN, self.password] else False
        database, _uid, password, model, name, values = arguments[:6]
        if database != DATABASE:
            raise xmlrpc.client.Fault(1, "OperationalError: there is no such database")
        if password != self.password:
            raise xmlrpc.client.Fault(3, "Access Denied")
        if (model, name) == ("mail.alias", "search_count"):
            terms = {term[0]: term[2] for term in values[0] if isinstance(term, list)}
            self.asked.append(terms["alias_full_name"])
            known = terms["alias_full_name"] in self.aliases
            return int(known or terms["alias_name"] in self.local_aliases)
        if (model, name) == ("mail.alias.domain", "search_read"):
            row = {"catchall_email": "catchall@example.com", "bounce_email": "bounce@example.com"}
            return [row, {"catchall_email": False, "bounce_email": False}]
        assert (model, name) == ("mail.thread", "message_process")
        return self._process(values)

    def _process(self, values: list[Any]) -> Any:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        time.sleep(self.delay)
        self.running -= 1
        if self.fault:
            raise self.fault
        assert values[0] is False
        self.mails.append(values[1].data)
        return self.result
