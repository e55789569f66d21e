"""A database that holds overlaps already: its upgrade goes on, Health lists them and mends it."""

from __future__ import annotations

import re
import time
import xmlrpc.client
from typing import Any

from devkit.run.rpc import Rpc

CONSTRAINT = "support_appointment_no_double_booking"
# What Odoo itself logs: that the constraint cannot be made, then the statements and the calls
# that are refused below. Anything else in the log is a fault.
EXPECTED = re.compile(rf"{CONSTRAINT}|WARNING \S+ odoo\.http: .* is already booked from ")
NOT_MADE = re.compile(rf"(?:WARNING|ERROR) \S+ odoo\.schema: .*{CONSTRAINT}")
# What an XML-RPC client is told of a ValidationError.
WARNING = 2
NAME = "Overlapping"


def make(rpc: Rpc) -> None:
    """Drop the constraint and have two visits at once, as no ORM would have them."""
    partner = rpc("res.partner", "create", {"name": NAME})
    technician = rpc("support.technician", "create", {"name": NAME, "tz": "UTC"})
    visits = rpc(
        "support.appointment",
        "create",
        [
            {
                "partner_id": partner,
                "technician_id": technician,
                "start": _at(hour),
                "ignore_working_hours": True,
            }
            for hour in (10, 14, 18)
        ],
    )
    rpc("support.appointment", "action_confirm", visits[:2])
    _run_sql(rpc, f"ALTER TABLE support_appointment DROP CONSTRAINT {CONSTRAINT}")
    _move(rpc, visits[1], 10)


def look(rpc: Rpc) -> list[str]:
    """Health lists the pair, new ones are refused, and once mended the guarantee is made."""
    visits = rpc("support.appointment", "search", [("partner_id.name", "=", NAME)], order="id")
    names = [row["name"] for row in rpc("support.appointment", "read", visits, ["name"])]
    found = []
    line = _health_line(rpc)
    if line["severity"] != "problem" or f"{names[0]} / {names[1]}" not in line["message"]:
        found.append(f"Health does not list the overlap: {line}")
    # A third one on the same hour, by the ORM.
    values = {"start": _at(10), "state": "confirmed"}
    found += _told(rpc, "while the constraint is missing", visits[2], values)
    rpc("support.appointment", "write", [visits[1]], {"start": _at(14)})
    rpc("support.health.line", "action_make_guarantee", [_health_line(rpc)["id"]])
    line = _health_line(rpc)
    if line["severity"] != "ok":
        found.append(f"Health did not make the guarantee: {line}")
    try:
        _move(rpc, visits[1], 10)
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != WARNING or f"{NAME} is already booked" not in fault.faultString:
            found.append(f"SQL is not refused in words: {fault.faultString}")
    else:
        found.append("the constraint is there and refuses nothing")
    return found


def _told(rpc: Rpc, when: str, visit: int, values: dict[str, str]) -> list[str]:
    try:
        rpc("support.appointment", "write", [visit], values)
    except xmlrpc.client.Fault as fault:
        if f"{NAME} is already booked" in fault.faultString:
            return []
        return [f"{when} a collision is not told in words: {fault.faultString}"]
    return [f"{when} a new overlap was accepted"]


def _health_line(rpc: Rpc) -> dict[str, Any]:
    """What Health says of the guarantee now."""
    page = rpc("support.health", "action_open")
    domain = [("health_id", "=", page["res_id"]), ("name", "=", "Booking guarantee")]
    (line,) = rpc("support.health.line", "search_read", domain, ["severity", "message"])
    return dict(line)


def _at(hour: int) -> str:
    return time.strftime(f"%Y-%m-%d {hour}:00:00", time.gmtime(time.time() + 20 * 86400))


def _move(rpc: Rpc, visit: int, hour: int) -> None:
    """Move a visit as no ORM would."""
    statement = (
        "UPDATE support_appointment SET start = %s, stop = %s, busy_start = %s, busy_stop = %s "
        "WHERE id = %s"
    )
    _run_sql(rpc, statement, *[_at(hour), _at(hour + 1)] * 2, visit)


def _run_sql(rpc: Rpc, statement: str, *values: str | int) -> None:
    """Run SQL in the server, by an action as an administrator may write one."""
    (model,) = rpc("ir.model", "search", [("model", "=", "support.appointment")])
    code = (
        f"env.cr.execute({statement!r}, {list(values)!r})\n"
        "action = {'type': 'ir.actions.act_window_close'}"
    )
    action = {"name": "SQL", "model_id": model, "state": "code", "code": code}
    rpc("ir.actions.server", "run", [rpc("ir.actions.server", "create", action)])
