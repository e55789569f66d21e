"""What to know and to try once all is up; also the last step of ``docker compose up``.

``python -m devkit.run.welcome --odoo URL --db NAME --smtp HOST:PORT`` sets the alias domain where
there is none, sends the sample request and prints what came of it.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from devkit.mail import sample
from devkit.run.rpc import LOGIN, PASSWORD, Rpc, ensure_alias_domain
from devkit.ui import Problem, say, show_problem

_BAR = "-" * 78


def text(rpc: Rpc, smtp: str, recipient: str, draft: dict[str, Any], page: str) -> str:
    """The note on the screen; ``page`` says where outgoing mail is to be read."""
    return f"""{_BAR}
A mail to {recipient} became the draft appointment {draft["name"]}
  (intake: {draft["intake_state"]}, requested for {draft["requested_date"]} UTC);
  the answer to it is among the outgoing mail in a moment.

Odoo           {rpc.url}   log in as {LOGIN} / {PASSWORD}   (database {rpc.database})
               or as demo_manager, demo_dispatcher, demo_technician; the password is the log-in
Send mail to   {recipient} by SMTP at {smtp}
{_tell_of_teams(rpc)}Outgoing mail  {page}

What works and what does not: Support Center > Configuration > Health.
Try next, an appointment over XML-RPC:
{sample.rpc_one_liner(rpc.url, rpc.database)}
{_BAR}"""


def _tell_of_teams(rpc: Rpc) -> str:
    """A line for each team with an address, where a mail becomes a ticket."""
    teams = rpc("support.team", "search_read", [("alias_name", "!=", False)], ["alias_email"])
    addresses = [team["alias_email"] for team in teams if team["alias_email"]]
    return "".join(f"               {address}, for a ticket\n" for address in addresses)


def main(argv: list[str]) -> int:
    """Send the sample to servers that run already."""
    parser = argparse.ArgumentParser(prog="welcome", description=__doc__.split("\n\n")[0])
    parser.add_argument("--odoo", required=True, help="address of Odoo")
    parser.add_argument("--db", required=True, help="name of the database")
    parser.add_argument("--smtp", required=True, help="HOST:PORT of the SMTP front")
    parser.add_argument("--shown-odoo", default="", help="address of Odoo for people")
    parser.add_argument("--shown-smtp", default="", help="the SMTP front's address for people")
    parser.add_argument("--shown-mail", default="", help="where outgoing mail is to be read")
    options = parser.parse_args(argv)
    try:
        rpc = Rpc(options.odoo, options.db)
        recipient = ensure_alias_domain(rpc)
        draft = sample.send_and_find(rpc, recipient, options.smtp)
    except Problem as problem:
        show_problem(problem)
        return 1
    rpc.url = options.shown_odoo or rpc.url
    say(text(rpc, options.shown_smtp or options.smtp, recipient, draft, options.shown_mail))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
