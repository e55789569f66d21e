"""What users of an earlier version have in their database, made as they make it, by XML-RPC."""

from __future__ import annotations

import time
import xmlrpc.client
from collections.abc import Callable
from typing import Any

from devkit.mail import sample
from devkit.paths import ADDON_NAME
from devkit.run.rpc import Rpc, ensure_alias_domain

MODEL = "support.appointment"
EDITED = "Edited by hand {{ object.name }}"
# What administrators switch or edit of the addon's own data: model, name and their values.
SETTINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("mail.template", "mail_template_appointment_reminder", {"subject": EDITED}),
    ("base.automation", "automation_notify_technician", {"active": False}),
    ("base.automation", "automation_webhook_response", {"active": True}),
    ("ir.cron", "cron_cleanup_old_appointments", {"active": False, "interval_number": 9}),
    ("ir.config_parameter", "config_parameter_reminder_hours", {"value": "36"}),
    ("mail.alias", "mail_alias_appointments", {"alias_name": "service"}),
)
# What administrators write with our fields in it.
OWN_DOMAIN = (
    "[('intake_state', '=', 'review'), ('technician_id', '=', False), ('source', '=', 'email')]"
)
OWN_RULE = "[('priority', '=', '3'), ('announced_at', '!=', False), ('technician_id', '!=', False)]"
OWN_BODY = (
    '<p><t t-out="object.customer_name or \'\'"/> <t t-out="object._get_formatted_start()"/>'
    " <t t-out=\"object.technician_id.name or ''\"/></p>"
)
SAID_BY_RULE = "Said by a rule of their own"
# The visits by a name each, which is that of their customer too, and the actions that follow.
VISITS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "confirmed": ("action_confirm",),
    "started": ("action_confirm", "action_start"),
    "done": ("action_confirm", "action_start", "action_done"),
    "cancelled": ("action_confirm", "action_cancel"),
    "missed": ("action_confirm", "action_no_show"),
    "archived": (),
    "soon": ("action_confirm",),
    "waiting": ("action_confirm",),
}
# Those that are made last: what they are told of stays on the queue.
QUEUED = ("waiting",)


def address(name: str) -> str:
    """The mail address of a visit's customer."""
    return f"{name}@example.com"


def at(days: float, hour: int = 10) -> str:
    """A moment so many days ahead, as Odoo reads it."""
    return time.strftime(f"%Y-%m-%d {hour:02}:00:00", time.gmtime(time.time() + days * 86400))


def record_of(rpc: Rpc, xmlid: str, module: str = ADDON_NAME) -> int:
    """The number of a record of the addon's own data."""
    domain = [("module", "=", module), ("name", "=", xmlid)]
    (data,) = rpc("ir.model.data", "search_read", domain, ["res_id"])
    return int(data["res_id"])


def send_queue(rpc: Rpc) -> None:
    """Send what is on the mail queue, as the scheduled action does."""
    run_cron(rpc, record_of(rpc, "ir_cron_mail_scheduler_action", "mail"))


def run_cron(rpc: Rpc, cron: int) -> None:
    """Run a scheduled action by hand; that nothing comes back is no fault."""
    try:
        rpc("ir.cron", "method_direct_trigger", [cron])
    except xmlrpc.client.Fault as fault:
        if "cannot marshal None" not in fault.faultString:
            raise


def make(rpc: Rpc, webhook: str) -> None:
    """Have records of every kind, edits, switches, and mails and messages that wait.

    :param webhook: the address that takes messages about visits
    """
    recipient = ensure_alias_domain(rpc)
    company = rpc("res.company", "search", [], limit=1)
    rpc("res.company", "write", company, {"email": "office@example.com"})
    _set(rpc, "webhook_allow_private", "True")
    people = _make_people(rpc)
    visits = _make_visits(rpc, people, [name for name in VISITS if name not in QUEUED])
    rpc(MODEL, "write", [visits["archived"]], {"active": False})
    _move_soon(rpc, visits["soon"])
    _receive_mails(rpc, recipient)
    send_queue(rpc)
    _set(rpc, "webhook_response_url", webhook)
    for model, xmlid, values in SETTINGS:
        rpc(model, "write", [record_of(rpc, xmlid)], values)
    _make_visits(rpc, people, QUEUED)
    _make_own(rpc)


def _set(rpc: Rpc, name: str, value: str) -> None:
    rpc("ir.config_parameter", "set_param", f"{ADDON_NAME}.{name}", value)


def _make_people(rpc: Rpc) -> dict[str, int]:
    """Technicians with skills, areas and time off, a team, tickets in two states."""
    skill = rpc("support.skill", "create", {"name": "Printers"})
    area = rpc("support.area", "create", {"name": "North"})
    team = rpc("support.team", "create", {"name": "Field", "alias_name": "field"})
    kind = rpc("support.appointment.type", "create", {"name": "Repair of a printer"})
    technicians = []
    for name, user in (("Tess", rpc.uid), ("Timo", False)):
        values = {"name": name, "user_id": user, "skill_ids": [(6, 0, [skill])]}
        more = {"area_ids": [(6, 0, [area])], "phone": "+49 30 1234", "tz": "UTC"}
        technicians.append(rpc("support.technician", "create", {**values, **more}))
    (resource,) = rpc("support.technician", "read", technicians[1:], ["resource_id"])
    off = {"name": "Summer", "resource_id": resource["resource_id"][0]}
    off.update(date_from=at(30, 0), date_to=at(33, 0))
    rpc("resource.calendar.leaves", "create", off)
    customer = rpc("res.partner", "create", {"name": "Ticket", "email": address("ticket")})
    ticket = {"name": "Paper jam", "partner_id": customer, "team_id": team}
    open_ticket = rpc("support.ticket", "create", ticket)
    solved = rpc("support.ticket", "create", {**ticket, "name": "No toner"})
    (stage,) = rpc("support.stage", "search", [("state", "=", "solved")], limit=1)
    rpc("support.ticket", "write", [solved], {"stage_id": stage})
    return {"technician": technicians[0], "type": kind, "ticket": open_ticket}


def _make_visits(rpc: Rpc, people: dict[str, int], names: Any) -> dict[str, int]:
    """A visit for each of the names, brought into its state by its buttons."""
    visits = {}
    for name in names:
        customer = rpc("res.partner", "create", {"name": name, "email": address(name)})
        values = {
            "partner_id": customer,
            "technician_id": people["technician"],
            "type_id": people["type"],
            "ticket_id": people["ticket"] if name == "confirmed" else False,
            "start": at(6 + list(VISITS).index(name)),
            "location": f"Street {name}",
            "description": f"About {name}",
            "ignore_working_hours": True,
            "send_confirmation_email": name != "soon",
        }
        visits[name] = rpc(MODEL, "create", values)
        for action in VISITS[name]:
            rpc(MODEL, action, [visits[name]])
    return visits


def _move_soon(rpc: Rpc, visit: int) -> None:
    """Within the hours of which a reminder tells, and not announced by another mail."""
    start = time.strftime("%Y-%m-%d %H:00:00", time.gmtime(time.time() + 20 * 3600))
    rpc(MODEL, "write", [visit], {"start": start})


def _receive_mails(rpc: Rpc, recipient: str) -> None:
    """One request that is read, and one that somebody has to look at."""
    for which in ("read", "review"):
        mail = sample.compose(recipient, f"<{which}@upgrade.example.com>")
        if which == "review":
            del mail["From"]
            mail["From"] = f"Rita <{address('review')}>"
            mail.set_content(f"customer_email: {address('review')}\nrequested_date: sometime soon")
        content = xmlrpc.client.Binary(mail.as_bytes())
        rpc("mail.thread", "message_process", False, content)


def _make_own(rpc: Rpc) -> None:
    """A filter, a rule and a template of the administrator's own, with our fields in them."""
    (model,) = rpc("ir.model", "search", [("model", "=", MODEL)])
    filters = {"name": "Own filter", "model_id": MODEL, "domain": OWN_DOMAIN}
    rpc("ir.filters", "create", filters)
    code = f"record.message_post(body={SAID_BY_RULE!r})"
    action = {"name": "Own", "model_id": model, "state": "code", "code": code}
    rpc(
        "base.automation",
        "create",
        {
            "name": "Own rule",
            "model_id": model,
            "trigger": "on_create_or_write",
            "filter_domain": OWN_RULE,
            "action_server_ids": [(0, 0, action)],
        },
    )
    template = {"name": "Own template", "model_id": model, "body_html": OWN_BODY}
    template.update(subject="Own {{ object.customer_email }}", lang="{{ object.partner_id.lang }}")
    rpc("mail.template", "create", template)


def visits_by_name(rpc: Rpc) -> dict[str, int]:
    """The visits that ``make`` has made, by the name of their customer."""
    domain: list[Any] = [("location", "=like", "Street %"), ("active", "in", [True, False])]
    rows = rpc(MODEL, "search_read", domain, ["location"])
    return {row["location"].removeprefix("Street "): row["id"] for row in rows}


def collect(work: Callable[[], None], what: str) -> list[str]:
    """Do something that has to succeed; what Odoo refused it with."""
    try:
        work()
    except xmlrpc.client.Fault as fault:
        return [f"{what}: {fault.faultString.strip().splitlines()[-1]}"]
    return []
