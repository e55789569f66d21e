"""What an administrator has set survives an upgrade, of a database with overlaps in it too;
uninstalling leaves a working database.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devkit.db.instance import Instance, wait_ready
from devkit.paths import ADDON_NAME, logs
from devkit.run import ports
from devkit.run.rpc import Rpc
from devkit.testing import overlaps
from devkit.testing.logcheck import check
from devkit.ui import Problem

EDITED = "Edited by hand {{ object.name }}"
# What is switched or edited, all of it data that an upgrade must leave alone.
TEMPLATE = "mail_template_appointment_reminder"
RULE = "automation_notify_technician"
CRON = "cron_send_appointment_reminders"
ALIAS = "mail_alias_appointments"
PARAMETER = "config_parameter_reminder_hours"
SETTINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("mail.template", TEMPLATE, {"subject": EDITED}),
    ("base.automation", RULE, {"active": False}),
    ("ir.cron", CRON, {"active": False}),
    ("mail.alias", ALIAS, {"alias_name": "service"}),
    ("ir.config_parameter", PARAMETER, {"value": "36"}),
)


def lifecycle(inst: Instance, name: str, log: Path) -> list[str]:
    """Edit, upgrade, look, uninstall, look; what went wrong.

    :param name: a database that may be changed
    :param log: what Odoo says meanwhile; an error in it is a failure
    """
    log.write_text("")
    inst.configure(max_cron_threads=0)
    run = _Lifecycle(inst, name, log)
    try:
        found = run.failures()
    except (Problem, OSError) as error:
        found = [f"{type(error).__name__}: {error}"]
    errors = check(log)
    if not any(overlaps.NOT_MADE.search(text) for text in errors):
        found.append("Odoo did not say that the constraint cannot be made")
    errors = [text.splitlines()[0] for text in errors if not overlaps.EXPECTED.search(text)]
    return found + [f"{log.name}: {line}" for line in errors[:10]]


class _Lifecycle:
    """The steps, each on a server of its own."""

    def __init__(self, inst: Instance, name: str, log: Path) -> None:
        self._inst = inst
        self._name = name
        self._log = log

    def failures(self) -> list[str]:
        """What of the promises is broken."""
        self._with_server(self._edit)
        # A database of before the constraint may hold what it forbids.
        self._inst.install_addon(self._name, "-u", demo=False, log=self._log)
        found = self._with_server(self._look_after_upgrade)
        self._with_server(self._uninstall)
        # A server of its own, since the one that uninstalled has the old registry in its memory.
        return found + self._with_server(self._look_after_uninstall)

    def _with_server(self, work: Callable[[Rpc], list[str]]) -> list[str]:
        port = ports.free().http
        odoo = self._inst.start(self._name, port, self._log)
        try:
            wait_ready(odoo, port)
            return work(Rpc(f"http://{ports.HOST}:{port}", self._name))
        finally:
            odoo.stop()

    @staticmethod
    def _record(rpc: Rpc, xmlid: str) -> int:
        (data,) = rpc(
            "ir.model.data",
            "search_read",
            [("module", "=", ADDON_NAME), ("name", "=", xmlid)],
            ["res_id"],
        )
        return int(data["res_id"])

    def _edit(self, rpc: Rpc) -> list[str]:
        """Change what administrators change, and have records of every kind."""
        for model, xmlid, values in SETTINGS:
            rpc(model, "write", [self._record(rpc, xmlid)], values)
        partner = rpc("res.partner", "create", {"name": "Lifecycle", "email": "life@example.com"})
        rpc("ir.config_parameter", "set_param", f"{ADDON_NAME}.webhook_response_url", "https://x.y")
        technician = rpc("support.technician", "create", {"name": "Lifecycle"})
        rpc("support.team", "create", {"name": "Lifecycle", "alias_name": "lifecycle"})
        ticket = rpc("support.ticket", "create", {"name": "Lifecycle", "partner_id": partner})
        visit = rpc(
            "support.appointment",
            "create",
            {
                "partner_id": partner,
                "technician_id": technician,
                "ticket_id": ticket,
                "ignore_working_hours": True,
                "start": time.strftime("%Y-%m-%d 10:00:00", time.gmtime(time.time() + 9 * 86400)),
            },
        )
        rpc("support.appointment", "write", [visit], {"state": "confirmed"})
        overlaps.make(rpc)
        return []

    def _look_after_upgrade(self, rpc: Rpc) -> list[str]:
        """Every edit is still there."""
        found = []
        for model, xmlid, values in SETTINGS:
            (now,) = rpc(model, "read", [self._record(rpc, xmlid)], list(values))
            found += [
                f"the upgrade changed {field} of {xmlid} to {now[field]!r}"
                for field, value in values.items()
                if now[field] != value
            ]
        return found + overlaps.look(rpc)

    @staticmethod
    def _uninstall(rpc: Rpc) -> list[str]:
        modules = rpc("ir.module.module", "search", [("name", "=", ADDON_NAME)])
        rpc("ir.module.module", "button_immediate_uninstall", modules)
        return []

    @staticmethod
    def _look_after_uninstall(rpc: Rpc) -> list[str]:
        """The database serves, and nothing of ours is left to trip over."""
        found = []
        if not rpc("res.partner", "search_count", [("name", "=", "Lifecycle")]):
            found.append("the contacts are gone with the addon")
        left = [("model", "=like", "support.%")]
        for model, domain in (
            ("ir.model", left),
            ("ir.model.data", [("module", "=", ADDON_NAME)]),
            ("ir.cron", [("code", "like", "support"), ("active", "in", [True, False])]),
            ("base.automation", [("active", "in", [True, False])]),
            ("mail.alias", [("alias_name", "in", ["service", "lifecycle"])]),
            ("mail.template", left),
            ("mail.mail", left),
            ("mail.activity", [("res_model", "=like", "support.%")]),
            ("ir.config_parameter", [("key", "=like", f"{ADDON_NAME}.%")]),
        ):
            count = rpc(model, "search_count", domain)
            if count:
                found.append(f"{count} of {model} are left")
        with urllib.request.urlopen(f"{rpc.url}/web/login", timeout=60) as page:
            if page.status != 200:
                found.append(f"/web/login answers {page.status}")
        return found


def log_for(series: str) -> Path:
    """The log of these steps."""
    return logs() / f"lifecycle-{series}-odoo.log"
