"""The guide's own sample request, with its date ahead, sent as a real mail."""

from __future__ import annotations

import datetime
import smtplib
import time
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from devkit.run.rpc import Rpc
from devkit.ui import Problem

CUSTOMER = "customer@example.com"
SUBJECT = "APPOINTMENT_REQUEST"
_MODEL = "support.appointment"
_FIELDS = ["name", "state", "intake_state", "requested_date", "priority", "customer_email"]


def working_day_ahead(days: int = 3, today: datetime.date | None = None) -> datetime.date:
    """The day after ``days`` more working days."""
    day = today or datetime.date.today()
    while days:
        day += datetime.timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def compose(recipient: str, identity: str | None = None) -> EmailMessage:
    """The mail; ``identity`` is its Message-Id, a new one when not given."""
    message = EmailMessage()
    message["From"] = f"John Doe <{CUSTOMER}>"
    message["To"] = recipient
    message["Subject"] = SUBJECT
    message["Message-Id"] = identity or f"<sample-{uuid.uuid4()}@example.com>"
    message["Date"] = datetime.datetime.now(datetime.timezone.utc)
    message.set_content(
        f"customer_email: {CUSTOMER}\n"
        "customer_name: John Doe\n"
        f"requested_date: {working_day_ahead()} 14:00:00\n"
        "description: Network issue\n"
        "priority: high\n"
    )
    return message


def send(message: EmailMessage, server: str) -> None:
    """Send a mail to the SMTP front at ``HOST:PORT``."""
    with smtplib.SMTP(server, timeout=180) as smtp:
        smtp.send_message(message)


def new_drafts(
    rpc: Rpc, action: Callable[[], None], patience: float = 10.0
) -> list[dict[str, Any]]:
    """The appointments that exist after ``action`` and did not before."""
    before = rpc(_MODEL, "search", [])
    action()
    until = time.monotonic() + patience
    while True:
        found = rpc(_MODEL, "search_read", [("id", "not in", before)], _FIELDS)
        if found or time.monotonic() > until:
            return list(found)
        time.sleep(0.2)


def send_and_find(rpc: Rpc, recipient: str, server: str) -> dict[str, Any]:
    """Send the sample and return the draft that came of it."""
    try:
        drafts = new_drafts(rpc, lambda: send(compose(recipient), server))
    except (smtplib.SMTPException, OSError) as error:
        raise Problem(
            f"the sample mail was not taken: {error}",
            "see the logs of the SMTP front (mailgate.log) and of Odoo (odoo.log)",
        ) from error
    if len(drafts) != 1:
        raise Problem(
            f"the sample mail made {len(drafts)} appointments, not one",
            "see the log of Odoo (odoo.log)",
        )
    return drafts[0]


def rpc_one_liner(url: str, database: str) -> str:
    """A command to try next: it makes an appointment over XML-RPC and prints its reference."""
    data = {
        "customer_email": CUSTOMER,
        "customer_name": "John Doe",
        "requested_date": f"{working_day_ahead(4)} 10:00:00",
        "description": "Network troubleshooting needed",
        "priority": "high",
        "location": "123 Main Street",
    }
    return (
        'python3 -c "from xmlrpc.client import ServerProxy as P; '
        f"o=P('{url}/xmlrpc/2/object'); a=('{database}',2,'admin'); "
        f"i=o.execute_kw(*a,'support.appointment','create',[{{}}],"
        f"{{'context':{{'external_data':{data}}}}}); "
        "print(o.execute_kw(*a,'support.appointment','read',[i,['name','intake_state']]))\""
    )
