"""A system outside that verifies what it is told with the library of the standard."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from odoo.tests.common import _super_send


class ReceiverMixin:
    """For test classes whose code calls a receiver on this machine."""

    @classmethod
    def _request_handler(cls, session, prepared, /, **options):
        # Odoo 19 looks at time-outs here and takes none of two parts.
        if urlsplit(prepared.url).hostname in ("127.0.0.1", "localhost"):
            return _super_send(session, prepared, **options)
        return super()._request_handler(session, prepared, **options)


class Receiver:
    """Answers each message with the next of ``answers``, then with 200 for ever."""

    def __init__(self, secret, answers):
        self.answers = list(answers)
        self.messages = []
        self.ids = []
        self.signatures = []
        self._verifier = Webhook(secret)

    def take(self, headers, body):
        """Verify a message.

        :return: ``(status, headers)`` of the answer
        :raise WebhookVerificationError: for a wrong signature
        """
        self.ids.append(headers["webhook-id"])
        self.signatures.append(headers["webhook-signature"].split(" "))
        message = self._verifier.verify(body, dict(headers))
        status, *extra = self.answers.pop(0) if self.answers else (200,)
        if 200 <= status < 300:
            self.messages.append(message)
        return status, extra


@contextmanager
def receiving(secret, answers=(), before=lambda: None):
    """A running receiver; ``before`` is called while its sender waits."""
    receiver = Receiver(secret, answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            before()
            status, extra = receiver.take(self.headers, body)
            self.send_response(status)
            for name, value in extra:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"<b>answer</b>")

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
