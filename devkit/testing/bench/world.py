"""What all stages stand on: companies, aliases, people, and which peers are installed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from devkit.testing.bench.floor_addon import MODEL as FLOOR_MODEL

DOMAIN = "bench.example.com"
PARTNERS = 1_000
TECHNICIANS = 50
API_LOGIN = "bench_api"
PEER_LOGIN = "bench_peer"
_PEER_GROUPS = (
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman_all_leads",
    "helpdesk_mgmt.group_helpdesk_manager",
    "resource_booking.group_manager",
)


class World:
    """Finds or makes the records that the works share; nothing here is measured."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
        midnight = self.now.replace(hour=0, minute=0, second=0)
        # Next week's Monday, or the one after: never this week, part of which is over.
        self.monday = midnight + timedelta(days=14 - midnight.weekday())

    def has(self, module: str) -> bool:
        """Whether a module is installed."""
        domain = [("name", "=", module), ("state", "=", "installed")]
        return bool(self.env["ir.module.module"].search_count(domain))

    def set_up(self) -> None:
        """Once in a database: an alias for each contender, contacts, users with keys."""
        env = self.env
        domain = env["mail.alias.domain"].create({"name": DOMAIN})
        companies = env["res.company"].search([])
        companies.write({"email": f"office@{DOMAIN}", "alias_domain_id": domain.id})
        env.ref("support_center.mail_alias_appointments").alias_domain_id = domain
        env["mail.alias"].create(
            {
                "alias_name": "floor",
                "alias_domain_id": domain.id,
                "alias_model_id": env["ir.model"]._get_id(FLOOR_MODEL),  # noqa: SLF001, of Odoo
                "alias_contact": "everyone",
            }
        )
        team = env["crm.team"].search([], limit=1)
        team.write({"use_leads": True, "alias_name": "leads"})
        team.alias_id.alias_domain_id = domain
        if self.has("helpdesk_mgmt"):
            team = env["helpdesk.ticket.team"].create({"name": "Bench", "alias_name": "tickets"})
            team.alias_id.alias_domain_id = domain
        env["res.partner"].with_context(tracking_disable=True).create(
            [{"name": f"C {n}", "email": f"c{n}@{DOMAIN}"} for n in range(PARTNERS)]
        )
        self._make_users()
        env.cr.commit()

    def _make_users(self) -> None:
        """Without a password: over RPC, Odoo 17.0 hashes one for half a second at each call."""
        users = self.env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
        groups = "groups_id" if "groups_id" in users._fields else "group_ids"
        found = [self.env.ref(name, raise_if_not_found=False) for name in _PEER_GROUPS]
        ours = self.env.ref("support_center.group_support_integration")
        for login, ids in (
            (API_LOGIN, ours.ids),
            (PEER_LOGIN, [group.id for group in found if group]),
        ):
            values = {"name": login, "login": login, "email": f"{login}@{DOMAIN}"}
            users.create({**values, groups: [(6, 0, ids)]})

    def get_partners(self) -> Any:
        """The known contacts, in the order of their numbers."""
        domain = [("email", "like", f"c%@{DOMAIN}"), ("name", "like", "C %")]
        return self.env["res.partner"].search(domain, order="id")

    def get_team(self) -> Any:
        """The team of tickets of ``helpdesk_mgmt``."""
        return self.env["helpdesk.ticket.team"].search([("name", "=", "Bench")])

    def make_crew(self) -> Any:
        """Fifty technicians of two zones and one schedule, each with a user."""
        env = self.env
        users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
        users = users.create(
            [
                {"name": f"T {n:02}", "login": f"bench_t{n:02}", "email": f"t{n}@{DOMAIN}"}
                for n in range(TECHNICIANS)
            ]
        )
        calendar = env["resource.calendar"].create({"name": "Bench", "tz": "UTC"})
        crew = env["support.technician"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_calendar_id": calendar.id,
                    "tz": ("UTC", "Europe/Brussels")[number % 2],
                }
                for number, user in enumerate(users)
            ]
        )
        env.cr.commit()
        return crew

    def make_booking_type(self, users: Any) -> Any:
        """Of ``resource_booking``: a type that each of these users can be booked for alone."""
        env = self.env
        calendar = env["resource.calendar"].create({"name": "Bench booking", "tz": "UTC"})
        # On 19.0 a user who is a technician has a resource already, which counts as well.
        resources = env["resource.resource"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_type": "user",
                    "calendar_id": calendar.id,
                    "tz": "UTC",
                }
                for user in users
            ]
        )
        combinations = env["resource.booking.combination"].create(
            [{"resource_ids": [(6, 0, resource.ids)]} for resource in resources]
        )
        kind = env["resource.booking.type"].create(
            {
                "name": "Bench",
                "duration": 1,
                "slot_duration": 0.5,
                "combination_assignment": "sorted",
                "resource_calendar_id": calendar.id,
                "combination_rel_ids": [
                    (0, 0, {"sequence": number, "combination_id": combination.id})
                    for number, combination in enumerate(combinations)
                ],
            }
        )
        env.cr.commit()
        return kind
