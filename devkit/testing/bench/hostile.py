"""What somebody may send to keep the server busy. Not in the table: nobody else is compared."""

from __future__ import annotations

import resource
import time
from typing import Any


def run(env: Any) -> None:
    """Print a line for each mail: milliseconds, queries, and what the process grew by."""
    form = "customer_email: c1@bench.example.com<br>requested_date: 2090-01-15 14:00<br>"
    attributes = " ".join(f"a{number}=1" for number in range(110_000))
    levels = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'
        for level in range(10_000)
    )
    kinds = {
        "an ordinary request": f"Content-Type: text/html\r\n\r\n{form}",
        "1 MB of attributes": f"Content-Type: text/html\r\n\r\n{form}<p {attributes}>",
        "1 MB of comments": f"Content-Type: text/html\r\n\r\n{form}" + "<!--" * 250_000,
        "1 MB of elements": f"Content-Type: text/html\r\n\r\n{form}" + "<b>x</b>" * 125_000,
        "1 MB of quoted lines": "\r\n" + "> a\r\nb\r\n" * 125_000,
        "10,000 nested parts": f"{levels}\r\n{form}",
        "70,000 headers": "".join(f"X-{number}: b\r\n" for number in range(70_000)) + "\r\nx",
    }
    for number, (label, rest) in enumerate(kinds.items()):
        source = (
            "From: c1@bench.example.com\r\nTo: appointments@bench.example.com\r\nSubject: x\r\n"
            f"Message-Id: <bench-hostile-{number}@example.com>\r\n{rest}"
        )
        env.invalidate_all()
        grown, queries, started = _memory(), env.cr.sql_log_count, time.perf_counter()
        env["mail.thread"].message_process(None, source)
        env.cr.commit()
        milliseconds = (time.perf_counter() - started) * 1000
        queries = env.cr.sql_log_count - queries
        print(
            f"mail, {label:<24} {milliseconds:8.0f} ms {queries:5} q +{_memory() - grown} MB",
            flush=True,
        )


def _memory() -> int:
    """The highest use of memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
