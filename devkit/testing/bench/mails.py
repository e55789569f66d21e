"""Requests by mail through Odoo's own gateway: the same form to each alias."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from devkit.testing.bench.contest import Contender, Contest
from devkit.testing.bench.samples import FLOOR, OURS
from devkit.testing.bench.world import DOMAIN, PARTNERS, World
from devkit.ui import Problem

_ALIASES = {
    FLOOR: "floor",
    OURS: "appointments",
    "crm.lead": "leads",
    "helpdesk_mgmt": "tickets",
}
_RULE = "support_center.automation_intake_answer"
_STAGE = "helpdesk_mgmt.helpdesk_ticket_stage_new"
_RECEIPT = "helpdesk_mgmt.changed_stage_template"


class MailBench:
    """New and known senders, with and without an answer from those who can give one."""

    def __init__(self, contest: Contest, world: World) -> None:
        self.contest = contest
        self.world = world
        self.env = contest.env
        aliases = dict(_ALIASES)
        if not world.has("helpdesk_mgmt"):
            del aliases["helpdesk_mgmt"]
        self.aliases = aliases

    def run(self) -> None:
        """Rules and templates are switched between the rows: doing so empties Odoo's caches."""
        for is_answered in (True, False):
            suffix = "_answered" if is_answered else ""
            rows = (f"mail_new{suffix}", f"mail_known{suffix}")
            if not any(map(self.contest.wants, rows)):
                continue
            self._switch_answers(ours=is_answered, receipt=is_answered)
            self._run_row(rows[0], _new_sender)
            self._run_row(rows[1], _known_sender)
        # As both are installed.
        self._switch_answers(ours=True, receipt=False)

    def _switch_answers(self, *, ours: bool, receipt: bool) -> None:
        self.env.ref(_RULE).active = ours
        if "helpdesk_mgmt" in self.aliases:
            template = self.env.ref(_RECEIPT) if receipt else False
            self.env.ref(_STAGE).mail_template_id = template
        self.env.cr.commit()

    def _run_row(self, row: str, get_sender: Callable[[int], str]) -> None:
        if not self.contest.wants(row):
            return
        model = self.env["support.appointment"]
        last = model.search([], order="id desc", limit=1).id or 0
        self.contest.run(
            row,
            {
                name: Contender(partial(self._prepare, alias, get_sender))
                for name, alias in self.aliases.items()
            },
        )
        self._check(model.search([("id", ">", last)]), row)

    def _prepare(
        self, alias: str, get_sender: Callable[[int], str], env: Any, number: int
    ) -> Callable[[], object]:
        sender = get_sender(number)
        when = self.world.monday.strftime("%Y-%m-%d 14:00")
        source = (
            f"From: Jo Doe <{sender}>\r\nTo: {alias}@{DOMAIN}\r\nSubject: APPOINTMENT_REQUEST\r\n"
            f"Message-Id: <bench-{alias}-{number}@{DOMAIN}>\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            f"customer_email: {sender}\r\ncustomer_name: Jo Doe\r\nrequested_date: {when}\r\n"
            "description: The network is slow since Monday\r\npriority: high\r\n"
        )
        return partial(env["mail.thread"].message_process, None, source)

    def _check(self, drafts: Any, row: str) -> None:
        """That all of ours were read, and answered where that is measured."""
        is_answered = row.endswith("_answered")
        answers = self.env["mail.mail"].search_count(
            [
                ("model", "=", "support.appointment"),
                ("res_id", "in", drafts.ids),
                ("email_from", "!=", False),
            ]
        )
        if not drafts or set(drafts.mapped("intake_state")) != {"accepted"}:
            notes = set(drafts.mapped("intake_note"))
            raise Problem(f"{row}: not every request was read: {notes}", "see the log")
        if is_answered != bool(answers) or (is_answered and answers < len(drafts)):
            raise Problem(f"{row}: {answers} answers to {len(drafts)} requests", "see the log")


def _new_sender(number: int) -> str:
    return f"new{number}@{DOMAIN}"


def _known_sender(number: int) -> str:
    # Another one each time: who writes very often is not answered.
    return f"c{number % PARTNERS}@{DOMAIN}"
