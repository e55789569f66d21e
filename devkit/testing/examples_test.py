"""The examples of ``docs/api.md``, run by their interpreters against a real server.

Each asks for a visit as an integrator does, as a user who logs in with two factors and therefore
calls with an API key; or finds out whether a message is from us.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
import xmlrpc.client
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from devkit.db.instance import Instance, wait_ready
from devkit.paths import REPO, logs
from devkit.run import ports
from devkit.ui import Problem

FOLDER = REPO / "docs" / "examples"
PATIENCE = 120.0
SECRET = "whsec_" + "c3VwcG9ydCBjZW50ZXIgZXhhbXBsZXMsIDMyIGJ5dGVz"
_OLD_SECRET = "whsec_" + "dGhlIHNlY3JldCB0aGF0IHdhcyBiZWZvcmUgdGhpcyE="
_PASSWORD = "an-integrator-s-own-password"
# How each is run, and a program that shows whether this machine can.
_RUNNERS = {
    ".py": (["python3"], ["python3", "-c", ""]),
    ".mjs": (["node"], ["node", "-e", "process.exit(typeof fetch === 'function' ? 0 : 1)"]),
    ".php": (["php"], ["php", "-r", "exit(function_exists('json_encode') ? 0 : 1);"]),
    ".pl": (["perl"], ["perl", "-MHTTP::Tiny", "-MJSON::PP", "-MDigest::SHA", "-e", "1"]),
    ".sh": (["sh"], ["curl", "--version"]),
}
# What each request prints, by a pattern.
_ASKED = """\
faults: 0
created: APT/\\d{4}/\\d{5} draft
again: the same
slots: 3
refused: priority invalid
"""
_JSON2 = """\
200 \\[\\]
200 \\[(\\d+)\\]
200 \\[\\1\\]
200 \\[\\{"start": "2035-01-15 .*\\]
422 \\{.*"name": "odoo.exceptions.ValidationError".*customer_email.*"missing.*\\}
"""
_STORED = '\\{"status": "ok"\\}\n'
# Node's own clients and the dates of a request are of today: nothing here is frozen.
_PREPARE = f"""
import base64, inspect, json
from datetime import datetime, timedelta
from odoo import Command
groups = "groups_id" if "groups_id" in env["res.users"]._fields else "group_ids"
user = env["res.users"].create({{
    "name": "Website", "login": "website", "password": "{_PASSWORD}",
    groups: [Command.set(env.ref("support_center.group_support_integration").ids)],
}})
keys = env["res.users.apikeys"].with_user(user)
until = [datetime.now() + timedelta(hours=12)]
until = until if "expiration_date" in inspect.signature(keys._generate).parameters else []
key = keys._generate("rpc", "Website", *until)
has_two_factors = "totp_secret" in user._fields
if has_two_factors:
    user.sudo().totp_secret = base64.b32encode(b"twenty bytes of time").decode()
env["support.technician"].create({{"name": "Example", "resource_calendar_id": False}})
rule = env.ref("support_center.automation_webhook_create")
rule.active = True
parameters = env["ir.config_parameter"].sudo()
parameters.set_param("support_center.webhook_company_id", str(env.company.id))
env.cr.commit()
told = {{"key": key, "hook": rule.webhook_uuid, "two": has_two_factors}}
print("prepared " + json.dumps(told), flush=True)
"""


@dataclass(frozen=True)
class Example:
    """A program, the pattern of what it prints, and on which series; all where it is empty."""

    name: str
    printed: str
    series: str = ""


REQUESTS = (
    Example("request_xmlrpc.py", _ASKED),
    Example("request_jsonrpc.mjs", _ASKED),
    Example("request_jsonrpc.php", _ASKED),
    Example("request_jsonrpc.pl", _ASKED),
    Example("request_json2.sh", _JSON2, "19.0"),
    Example("request_webhook.sh", _STORED),
)
VERIFIERS = ("verify.py", "verify.mjs", "verify.php", "verify.pl")


def examples_test(inst: Instance, name: str) -> tuple[list[str], list[str]]:
    """Run the examples.

    :param name: a database that may be changed, with nobody on it
    :return: what went wrong, and what was skipped and why, both for people
    """
    series = inst.tree.series
    log = logs() / f"examples-{series}.log"
    log.write_text("")
    inst.configure(max_cron_threads=0)
    told = _prepare(inst, name, log)
    problems, skipped = [], []
    with ExitStack() as stack:
        port = ports.free().http
        odoo = inst.start(name, port, logs() / f"examples-{series}-odoo.log")
        stack.callback(odoo.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        wait_ready(odoo, port)
        url = f"http://{ports.HOST}:{port}"
        env = {
            "ODOO_URL": url,
            "ODOO_DATABASE": name,
            "ODOO_LOGIN": "website",
            "ODOO_API_KEY": told["key"],
            "ODOO_HOOK": f"{url}/web/hook/{told['hook']}",
        }
        problems += _check_doors(url, name, told, series)
        for example in REQUESTS:
            if example.series not in ("", series):
                continue
            if not _can_run(example.name):
                skipped.append(_skip(example.name))
                continue
            printed = _run(inst, example.name, env, b"", folder, log)
            if not re.fullmatch(example.printed, printed):
                problems.append(f"{example.name} printed {printed!r}; see {log}")
        for example_name in VERIFIERS:
            if not _can_run(example_name):
                skipped.append(_skip(example_name))
                continue
            problems += _check_verifier(inst, example_name, folder, log)
    return problems, skipped


def _prepare(inst: Instance, name: str, log: Path) -> dict[str, Any]:
    """A user, a key, a technician and a webhook."""
    with log.open("ab") as errors:
        done = subprocess.run(
            [str(part) for part in inst.command("shell", "-c", inst.config, "-d", name)]
            + ["--no-http"],
            input=_PREPARE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=inst.env,
            cwd=inst.folder,
            check=False,
            timeout=PATIENCE,
        )
    found = re.search(r"^prepared (.*)$", done.stdout, re.M)
    if not found:
        raise Problem("the examples could not be prepared", "see its log", log)
    told: dict[str, Any] = json.loads(found[1])
    return told


def _check_doors(url: str, name: str, told: dict[str, Any], series: str) -> list[str]:
    """Who has a second factor comes in with a key alone; and what a wrong one is answered."""
    problems = []
    common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
    if told["two"] and common.authenticate(name, "website", _PASSWORD, {}):
        problems.append("the password alone lets a user with two factors in")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")
    try:
        models.execute_kw(name, 2, "wrong", "support.appointment", "get_slots", ["", ""])
        problems.append("a wrong key lets somebody in")
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != 3:
            problems.append(f"a wrong key has fault {fault.faultCode} and not 3")
    if series == "19.0":
        for key, expected in (("wrong", 401), (told["key"], 403)):
            found = _post_json2(f"{url}/json/2/support.appointment/create", name, key)
            if found != expected:
                problems.append(f"JSON-2 answered {found} and not {expected}")
    return problems


def _post_json2(url: str, name: str, key: str) -> int:
    headers = {
        "Authorization": f"bearer {key}",
        "Content-Type": "application/json",
        "X-Odoo-Database": name,
    }
    # Values of its own, which the group may not set.
    body = json.dumps({"vals_list": [{"location": "x"}]}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def _check_verifier(inst: Instance, name: str, folder: Path, log: Path) -> list[str]:
    """A message of ours is genuine, by either secret; an old, a changed or a foreign one is not."""
    body = json.dumps({"type": "ping", "data": {"text": "Grüße"}}, ensure_ascii=False)
    now = datetime.now(timezone.utc)
    signed = _sign(SECRET, now, body)
    old = _sign(_OLD_SECRET, now, body)
    ago = now - timedelta(hours=1)
    problems = []
    for what, expected, signature, moment, sent in (
        ("a message", "genuine", signed, now, body),
        ("one with two signatures", "genuine", f"{old} {signed}", now, body),
        ("one by another secret", "forged", old, now, body),
        ("a changed one", "forged", signed, now, body + " "),
        ("an old one", "forged", _sign(SECRET, ago, body), ago, body),
    ):
        env = {
            "SECRET": SECRET,
            "WEBHOOK_ID": "msg_1",
            "WEBHOOK_TIMESTAMP": str(int(moment.timestamp())),
            "WEBHOOK_SIGNATURE": signature,
        }
        printed = _run(inst, name, env, sent.encode(), folder, log).strip()
        if printed != expected:
            problems.append(f"{name}: {what} is {printed!r}; see {log}")
    return problems


def _sign(secret: str, moment: datetime, body: str) -> str:
    """A signature of the message ``msg_1``, as ``delivery.signature`` makes it.

    Made here, since the dev tool itself has nothing but the standard library.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"msg_1.{int(moment.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _run(
    inst: Instance, name: str, env: dict[str, str], sent: bytes, folder: Path, log: Path
) -> str:
    command, _probe = _RUNNERS[Path(name).suffix]
    program = [str(inst.python)] if command == ["python3"] else command
    with log.open("ab") as errors:
        done = subprocess.run(
            [*program, str(FOLDER / name)],
            input=sent,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **env},
            cwd=folder,
            check=False,
            timeout=PATIENCE,
        )
    return done.stdout.decode()


def _can_run(name: str) -> bool:
    probe = _RUNNERS[Path(name).suffix][1]
    if not shutil.which(probe[0]):
        return False
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _skip(name: str) -> str:
    probe = _RUNNERS[Path(name).suffix][1]
    return f"example {name} was skipped: this machine has no {probe[0]} that can run it"
