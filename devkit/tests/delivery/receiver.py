"""A receiver on this machine that answers as a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Gets the handler and answers by it.
Behaviour = Callable[[BaseHTTPRequestHandler], object]


class Receiver:
    """What came in, and the address to send to."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.url = f"http://127.0.0.1:{server.server_port}/hook"


def status(code: int, *headers: tuple[str, str], body: bytes = b"") -> Behaviour:
    """Answer with this status."""

    def _answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return _answer


@contextmanager
def receiving(behave: Behaviour):
    """A running receiver that does ``behave`` for each message."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            receiver.requests.append((dict(self.headers), self.rfile.read(length).decode()))
            behave(self)

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
