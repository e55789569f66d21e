"""The reminder cron under fire: killed in the middle, then run by two processes at once.

Real processes and commits, on a database that is thrown away: what a test inside one transaction
cannot show.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from devkit.db.instance import Instance
from devkit.paths import logs
from devkit.ui import Problem

# More than four batches of the cron, so that there is a middle to be killed in.
VISITS = 450
KILL_AFTER_BATCH = 2
PATIENCE = 180.0

_PREPARE = f"""
from odoo import fields
from datetime import timedelta
env.company.email = "office@example.com"
customers = env["res.partner"].create(
    [{{"name": "Customer %s" % n, "email": "customer%s@example.com" % n}} for n in range({VISITS})]
)
env["support.appointment"].create([{{
    "partner_id": customer.id,
    "start": fields.Datetime.now() + timedelta(hours=20),
    "state": "confirmed",
    "send_confirmation_email": False,
}} for customer in customers])
env.cr.commit()
"""
# Says when a batch is committed, so that the killer knows where it is.
_RUN = """
from odoo.addons.support_center.models import support_notice_mixin as notices
commit = notices.commit_batch
batches = []
def tell(*args):
    commit(*args)
    batches.append(args)
    print("batch", len(batches), flush=True)
notices.commit_batch = tell
env["support.appointment"]._cron_send_reminders()
env.cr.commit()
print("finished", flush=True)
"""
_COUNT = """
env.cr.execute(
    "SELECT count(*), count(DISTINCT res_id) FROM mail_mail "
    "JOIN mail_message ON mail_message.id = mail_message_id WHERE support_notice = 'reminder'"
)
print("mails", *env.cr.fetchone(), flush=True)
unmarked = [("state", "=", "confirmed"), ("reminder_sent", "=", False)]
print("unmarked", env["support.appointment"].search_count(unmarked), flush=True)
"""


def crash_test(inst: Instance, name: str) -> list[str]:
    """Let the reminder cron be killed and run twice at once; what went wrong.

    :param name: a database that may be changed, with nobody on it
    """
    log = logs() / f"crash-{inst.tree.series}.log"
    log.write_text("")
    inst.configure(max_cron_threads=0)
    _finish(_start(inst, name, _PREPARE, log), log)
    killed = _start(inst, name, _RUN, log)
    _read_until(killed, f"batch {KILL_AFTER_BATCH}", log)
    killed.kill()
    killed.wait()
    before = _count(inst, name, log)
    two = [_start(inst, name, _RUN, log) for _number in range(2)]
    for process in two:
        if "finished" not in _finish(process, log):
            return ["one of two processes did not finish its run"]
    after = _count(inst, name, log)
    problems = []
    if not 0 < before["mails"] < VISITS:
        problems.append(f"it was not killed in the middle: {before['mails']} mails by then")
    if before["mails"] + before["unmarked"] != VISITS:
        problems.append(f"marks and mails differ after the kill: {before}")
    if after != {"mails": VISITS, "visits": VISITS, "unmarked": 0}:
        problems.append(f"not one mail for each of {VISITS} visits: {after}")
    return problems


def _start(inst: Instance, name: str, script: str, log: Path) -> subprocess.Popen[str]:
    """An Odoo shell that runs a script; its errors go to ``log``."""
    command = inst.command("shell", "-c", inst.config, "-d", name, "--no-http")
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=inst.env,
            cwd=inst.folder,
        )
    assert process.stdin
    process.stdin.write(script)
    process.stdin.close()
    return process


def _read_until(process: subprocess.Popen[str], line: str, log: Path) -> None:
    assert process.stdout
    for found in process.stdout:
        if found.strip() == line:
            return
    raise Problem(f"the cron ended before “{line}”", "see its log", log)


def _finish(process: subprocess.Popen[str], log: Path) -> str:
    """Everything it printed, once it has ended well."""
    assert process.stdout
    printed = process.stdout.read()
    if process.wait(PATIENCE):
        raise Problem(f"an Odoo shell ended with {process.returncode}", "see its log", log)
    return printed


def _count(inst: Instance, name: str, log: Path) -> dict[str, int]:
    words = _finish(_start(inst, name, _COUNT, log), log).split()
    return {
        "mails": int(words[words.index("mails") + 1]),
        "visits": int(words[words.index("mails") + 2]),
        "unmarked": int(words[words.index("unmarked") + 1]),
    }
