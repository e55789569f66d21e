"""Fills a database with years of appointments for `make bench GROWTH=1`; runs in an Odoo shell.

One appointment of each kind is made as users make it, with its mails, its entry in the
calendar, its log and its messages to the outside. SQL then copies all of their rows, column by
column, with other people and times. So the rows are as long as real ones, and a new column of
the addon needs no change here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from devkit.testing.growth.kinds import (
    KINDS,
    LEAD_DAYS,
    TECHNICIANS,
    VISITS_BY_TICKET,
    Kind,
    contacts,
    moment_sql,
    prototype_sql,
)

MODEL = "support.appointment"
# How many appointments one transaction copies.
CHUNK = 100_000
# Where it stands how far a database is.
MARK = "devkit.growth"
# Nobody listens there.
WEBHOOK = "http://127.0.0.1:9/hook"
# For how many days rows are kept of the log, the outbox and the mail queue.
LOG_DAYS, OUTBOX_DAYS, MAIL_DAYS = 365, 30, 90
_CLEAR = (
    "customer_email: {sender}<br>customer_name: Customer {number}<br>"
    "customer_phone: +32 2 {number:07}<br>requested_date: {moment:%Y-%m-%d %H:%M}<br>"
    "location: {number} Main Street<br>"
    "description: The printer in the hall prints stripes and squeaks.<br>"
)
_UNCLEAR = "customer_email: {sender}<br>requested_date: as soon as you can<br>"


def send_request(
    env: Any, number: int, moment: datetime, *, sender: str = "", is_unclear: bool = False
) -> Any:
    """A request by mail through Odoo's gateway.

    :return: the appointment that it makes
    """
    sender = sender or f"c{number}@customers.example.com"
    form = _UNCLEAR if is_unclear else _CLEAR
    return send_mail(env, sender, form.format(sender=sender, number=number, moment=moment))


def send_mail(env: Any, sender: str, body: str, headers: str = "") -> Any:
    """A mail through Odoo's gateway.

    :param str headers: more lines, each with its end
    :return: the appointment that it made or was added to
    """
    mail = (
        f"From: Somebody <{sender}>\r\nTo: appointments@example.com\r\n"
        f"Subject: The printer squeaks\r\n{headers}"
        f"Message-Id: <{time.time_ns()}@customers.example.com>\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{body}"
    )
    visit = env[MODEL].browse(env["mail.thread"].message_process(None, mail))
    env.flush_all()
    return visit


def add_to_group(group: Any, users: Any) -> None:
    """Give users the rights of a group."""
    # Odoo 19 has renamed the field.
    name = "user_ids" if "user_ids" in group._fields else "users"
    group.write({name: [(4, user.id) for user in users]})


class Fill:
    """Brings a database to a number of appointments."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)

    def grow(self, size: int) -> int:
        """Have ``size`` appointments with all that belongs to them, and fresh statistics.

        :return: how many there are, which is more where there were more already
        """
        found = self._read_mark()
        if not found:
            found = self._prepare()
            self.env.cr.execute("ANALYZE")
        for since in range(found["count"], size, CHUNK):
            until = min(since + CHUNK, size)
            Copier(self.env.cr, self.now, found).copy(since, until)
            self._write_mark({**found, "count": until})
            self.env.cr.commit()
        self.env.cr.execute("ANALYZE")
        self.env.cr.commit()
        self.env.invalidate_all()
        return max(size, int(found["count"]))

    # ------------------------------------------------------------------
    # What is there once
    # ------------------------------------------------------------------

    def _read_mark(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.env["ir.config_parameter"].get_param(MARK) or "{}")
        return found

    def _write_mark(self, found: Mapping[str, Any]) -> None:
        self.env["ir.config_parameter"].set_param(MARK, json.dumps(found))
        self.env.flush_all()

    def _prepare(self) -> dict[str, Any]:
        """What there is before the first copy.

        :return: dict with ``count`` of the copies; ``prototypes``, an id for each kind; and
            ``moment``, for when these were planned
        """
        self._set_up()
        self._make_technicians()
        moment = self.now.replace(hour=9, minute=0, second=0) + timedelta(days=LEAD_DAYS)
        prototypes = {kind.name: self._make_prototype(kind, moment) for kind in KINDS}
        found = {"count": 0, "prototypes": prototypes, "moment": str(moment)}
        # All of it or nothing, so that a fill that was ended can be gone on with.
        self._write_mark(found)
        self.env.cr.commit()
        return found

    def _set_up(self) -> None:
        """Settings with all automations on, and nothing that would run by itself."""
        env = self.env
        companies = env["res.company"].search([])
        domains = env["mail.alias.domain"]
        domain = domains.search([], limit=1) or domains.create({"name": "example.com"})
        companies.write({"email": "office@example.com", "alias_domain_id": domain.id})
        env.ref("support_center.mail_alias_appointments").write(
            {"alias_name": "appointments", "alias_domain_id": domain.id}
        )
        parameters = env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_allow_private", "True")
        parameters.set_param("support_center.webhook_response_url", WEBHOOK)
        env.ref("support_center.automation_webhook_response").active = True
        env["support.appointment.type"].create(
            [
                {"name": "Repair", "buffer_before": 15, "buffer_after": 15},
                {"name": "Installation", "duration": 2.0},
                {"name": "Inspection"},
            ]
        )

    def _make_technicians(self) -> None:
        env = self.env
        zones = ("Europe/Brussels", "UTC")
        calendar = env["resource.calendar"].create({"name": "Week", "tz": zones[0]})
        skills = env["support.skill"].create([{"name": f"Skill {n}"} for n in range(5)])
        areas = env["support.area"].create([{"name": f"Area {n}"} for n in range(10)])
        users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
        users = users.create(
            [
                {
                    "name": f"Technician {n:03}",
                    "login": f"growth_{n:03}",
                    "email": f"t{n}@example.com",
                }
                for n in range(TECHNICIANS)
            ]
        )
        add_to_group(env.ref("support_center.group_support_technician"), users)
        env["support.technician"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_calendar_id": calendar.id,
                    "tz": zones[n % 2],
                    "skill_ids": [(4, skills[n % 5].id)],
                    "area_ids": [(4, areas[n % 10].id)] if n % 2 else [],
                }
                for n, user in enumerate(users)
            ]
        )

    def _make_prototype(self, kind: Kind, moment: datetime) -> int:
        """One appointment, as users make one of this kind; its id."""
        env, position = self.env, KINDS.index(kind)
        visit = send_request(env, position, moment, is_unclear=kind.is_unclear)
        if kind.is_planned:
            technicians = env["support.technician"]
            visit.technician_id = technicians.search([], order="id", limit=1, offset=position)
            visit.start = moment
        if not kind.is_unclear and visit.intake_state == "review":
            visit.action_accept_request()
        for action in kind.actions:
            getattr(visit, action)()
            self.send_queue()
            if kind.name == "done" and action == "action_confirm":
                visit._announce("reminder")  # noqa: SLF001, as the scheduled action does
        if kind.name == "wanted":
            visit.start = False
        self.send_queue()
        return int(visit.id)

    def send_queue(self) -> None:
        """What the queue's cron leaves of a mail, without a server to send it to."""
        self.env.flush_all()
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        mails.write({"state": "sent"})
        messages = mails.mail_message_id
        messages.notification_ids.write({"notification_status": "sent"})
        mails.filtered("auto_delete").unlink()
        self.env.flush_all()


class Copier:
    """Copies the prototypes and their rows by SQL.

    The temporary table ``item`` has a row for each new appointment: its ``id`` and ``number``,
    the ``proto_id``, by how much its times are later (``shift``), and who takes part.
    """

    def __init__(self, cr: Any, now: datetime, found: Mapping[str, Any]) -> None:
        self.cr = cr
        self.params = {"now": now, "moment": found["moment"]}
        self.prototypes = found["prototypes"]
        self._ids: dict[str, str] = {}

    def copy(self, since: int, until: int) -> None:
        """Make the appointments from number ``since`` to before ``until``."""
        self._leave_checks_out()
        self._copy_contacts(contacts(since), contacts(until))
        self._make_items(since, until)
        self._copy_rows("support_appointment", "proto.id = item.proto_id", _APPOINTMENT)
        own = f"proto.res_model = '{MODEL}' AND proto.res_id = item.proto_id"
        self._copy_calendar()
        self._copy_messages()
        self._copy_rows("mail_activity", own, {"res_id": "item.id"})
        self._copy_rows(
            "support_automation_log",
            f"{own} AND {self._is_younger(LOG_DAYS)}",
            {"res_id": "item.id", "reference": "item.name"},
        )
        self._copy_rows(
            "support_webhook_delivery",
            f"proto.appointment_id = item.proto_id AND {self._is_younger(OUTBOX_DAYS)}",
            _DELIVERY,
        )
        self._run("DROP TABLE item")

    def _leave_checks_out(self) -> None:
        """Foreign keys are two thirds of the work; what is copied keeps to them anyway."""
        self.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if self.cr.fetchone()[0]:
            self.cr.execute("SET LOCAL session_replication_role = replica")

    def _is_younger(self, days: int) -> str:
        """SQL for whether a copy would still be kept."""
        return f"proto.create_date + item.shift > %(now)s - interval '{days} days'"

    def _run(self, query: str, **params: Any) -> None:
        self.cr.execute(query, {**self.params, **params})

    def _copy_contacts(self, first: int, last: int) -> None:
        """Contacts and tickets of the numbers from ``first`` to before ``last``."""
        self._run(
            """
            CREATE TABLE IF NOT EXISTS growth_contact
                   (number int PRIMARY KEY, id int, ticket_id int);
            CREATE TABLE IF NOT EXISTS growth_technician AS
            SELECT row_number() OVER (ORDER BY technician.id) - 1 AS number, technician.id,
                   users.id AS user_id, users.partner_id
              FROM support_technician technician JOIN res_users users ON users.id = user_id;
            CREATE TEMP TABLE item AS
            SELECT number, nextval('res_partner_id_seq')::int AS id,
                   nextval('support_ticket_id_seq')::int AS ticket_id,
                   (SELECT partner_id FROM support_appointment WHERE id = %(proto)s) AS proto_id,
                   'Customer ' || number AS name, interval '0' AS shift,
                   'c' || number || '@customers.example.com' AS email
              FROM generate_series(%(first)s, %(last)s - 1) AS number;
            INSERT INTO growth_contact SELECT number, id, ticket_id FROM item
            """,
            first=first,
            last=last,
            proto=self.prototypes["done"],
        )
        self._copy_rows("res_partner", "proto.id = item.proto_id", _CONTACT)
        self._run(
            """
            INSERT INTO support_ticket (id, name, number, company_id, stage_id, state, priority,
                   partner_id, access_token, active, create_date, write_date, create_uid,
                   write_uid, description, closed_at)
            SELECT item.ticket_id, 'The printer squeaks', 'G/T/' || item.number, company.id,
                   stage.id, stage.state, '1', item.id, gen_random_uuid(), TRUE, made, made, 1, 1,
                   'It does so since last week.', CASE WHEN stage.state = 'solved' THEN made END
              FROM item
              JOIN LATERAL (SELECT %(now)s - interval '1 hour' * (mod(item.number * 7919, 43800))
                                   AS made) AS times ON TRUE
              JOIN support_stage AS stage
                ON stage.state = CASE WHEN mod(item.number, 100) = 0 THEN 'open' ELSE 'solved' END
              JOIN (SELECT min(id) AS id FROM res_company) AS company ON TRUE;
            DROP TABLE item
            """
        )

    def _make_items(self, since: int, until: int) -> None:
        prototype, moment = prototype_sql(self.prototypes), moment_sql()
        self._run(
            f"""
            CREATE TEMP TABLE item AS
            SELECT nextval('support_appointment_id_seq')::int AS id, planned.number,
                   planned.proto_id, planned.moment - %(moment)s::timestamp AS shift,
                   'G/' || planned.number AS name,
                   'Customer ' || contact.number AS customer_name,
                   'c' || contact.number || '@customers.example.com' AS email,
                   '2' || lpad(contact.number::text, 7, '0') AS phone,
                   contact.id AS partner_id,
                   CASE WHEN mod(planned.number, {VISITS_BY_TICKET}) = 0
                        THEN contact.ticket_id END AS ticket_id,
                   technician.id AS technician_id, technician.user_id,
                   technician.partner_id AS technician_partner_id
              FROM (SELECT number, {prototype} AS proto_id, {moment} AS moment
                      FROM generate_series(%(since)s::bigint, %(until)s - 1) AS number
                  ORDER BY moment) AS planned
              JOIN growth_contact AS contact
                ON contact.number = mod(planned.number * 7919, %(contacts)s)
              JOIN growth_technician AS technician
                ON technician.number = mod(planned.number, {TECHNICIANS})
          ORDER BY planned.moment;
            ANALYZE item
            """,  # noqa: S608, our own
            since=since,
            until=until,
            contacts=contacts(until),
        )

    def _copy_calendar(self) -> None:
        mine = "proto.support_appointment_id = item.proto_id"
        self._number("calendar_event", mine)
        event = "proto.id = copy.proto_id"
        technician = {"partner_id": "item.technician_partner_id"}
        self._copy_rows(
            "calendar_event",
            event,
            {
                "id": "copy.id",
                "support_appointment_id": "item.id",
                "user_id": "item.user_id",
                "res_id": "CASE WHEN proto.res_id = item.proto_id THEN item.id END",
                "name": "item.name || ': ' || item.customer_name",
                "access_token": "NULL",
            },
        )
        mine = "proto.event_id = copy.proto_id"
        self._copy_rows("calendar_attendee", mine, {"event_id": "copy.id", **technician})
        self._run(
            """
            INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
            SELECT copy.id, item.technician_partner_id FROM copy JOIN item USING (number);
            DROP TABLE copy
            """
        )

    def _copy_messages(self) -> None:
        self._number("mail_message", f"proto.model = '{MODEL}' AND proto.res_id = item.proto_id")
        self._copy_rows(
            "mail_message",
            "proto.id = copy.proto_id",
            {
                "id": "copy.id",
                "res_id": "item.id",
                "record_name": "item.name",
                "parent_id": "NULL",
                "message_id": "'<' || gen_random_uuid() || '@example.com>'",
            },
        )
        mine = "proto.mail_message_id = copy.proto_id"
        message = {"mail_message_id": "copy.id"}
        self._copy_rows("mail_tracking_value", mine, message)
        self._copy_rows("mail_mail", f"{mine} AND {self._is_younger(MAIL_DAYS)}", message)
        self._copy_rows(
            "mail_notification",
            mine,
            {
                **message,
                "mail_mail_id": "NULL",
                "res_partner_id": "CASE WHEN proto.res_partner_id IN "
                "(SELECT partner_id FROM growth_technician) THEN item.technician_partner_id "
                "ELSE item.partner_id END",
            },
        )
        self._run(
            """
            INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)
            SELECT copy.id, CASE WHEN EXISTS (SELECT 1 FROM growth_technician AS technician
                                               WHERE technician.partner_id = proto.res_partner_id)
                                 THEN item.technician_partner_id ELSE item.partner_id END
              FROM copy JOIN item USING (number)
              JOIN mail_message_res_partner_rel AS proto ON proto.mail_message_id = copy.proto_id;
            CREATE TEMP TABLE file AS
            SELECT nextval('ir_attachment_id_seq')::int AS id, rel.attachment_id AS proto_id,
                   copy.id AS message_id, copy.number
              FROM copy JOIN message_attachment_rel AS rel ON rel.message_id = copy.proto_id;
            """
        )
        self._copy_rows(
            "ir_attachment",
            "proto.id = copy.proto_id",
            {"id": "copy.id", "res_id": "copy.message_id"},
            copies="file",
        )
        self._run(
            """
            INSERT INTO message_attachment_rel (message_id, attachment_id)
            SELECT message_id, id FROM file;
            DROP TABLE file;
            DROP TABLE copy
            """
        )

    def _number(self, table: str, condition: str) -> None:
        """Make ``copy``: an id for each new row of a table that others refer to."""
        self._run(
            f"""
            CREATE TEMP TABLE copy AS
            SELECT nextval('{table}_id_seq')::int AS id, proto.id AS proto_id, item.number
              FROM item JOIN {table} AS proto ON {condition}
          ORDER BY item.id, proto.id;
            ANALYZE copy
            """  # noqa: S608, our own
        )

    def _copy_rows(
        self,
        table: str,
        condition: str,
        values: Mapping[str, str],
        copies: str = "copy",
    ) -> None:
        """Copy the rows of a table for each item; moments are moved by the item's ``shift``.

        :param condition: which rows (``proto``) for which ``item`` (or ``copy`` of one)
        :param values: SQL of the columns that are no copies
        """
        source = "item"
        if "copy." in condition:
            source = f"{copies} AS copy JOIN item USING (number)"
        columns = self._read_columns(table)
        # What a series does not have is left out.
        known = columns.keys() | {"id"}
        columns.update({name: sql for name, sql in values.items() if name in known})
        self._run(
            f"INSERT INTO {table} ({', '.join(map(_quote, columns))})"  # noqa: S608, our own
            f" SELECT {', '.join(columns.values())} FROM {source} JOIN {table} AS proto"
            f" ON {condition} ORDER BY item.id, proto.id"
        )

    def _read_columns(self, table: str) -> dict[str, str]:
        """SQL of each column of a copy, but for the ``id``, which the database gives."""
        self.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = 'public' AND column_name != 'id'",
            [table],
        )
        return {
            name: f"proto.{_quote(name)}"
            + {"date": " + date_trunc('day', item.shift)"}.get(
                kind, " + item.shift" if kind.startswith("timestamp") else ""
            )
            for name, kind in self.cr.fetchall()
        }


def _quote(name: str) -> str:
    return f'"{name}"'


def _if_set(column: str, value: str) -> str:
    """SQL for a value where the prototype has one."""
    return f"CASE WHEN proto.{column} IS NOT NULL THEN {value} END"


_TYPE = "(SELECT min(id) + mod(item.number, 3) FROM support_appointment_type)"
_APPOINTMENT = {
    "id": "item.id",
    "name": "item.name",
    "partner_id": _if_set("partner_id", "item.partner_id"),
    "customer_name": _if_set("customer_name", "item.customer_name"),
    "customer_email": _if_set("customer_email", "item.email"),
    "customer_email_key": _if_set("customer_email_key", "item.email"),
    "customer_phone": _if_set("customer_phone", "'+3' || item.phone"),
    "customer_phone_digits": _if_set("customer_phone_digits", "'3' || item.phone"),
    "customer_phone_key": _if_set("customer_phone_key", "item.phone"),
    "intake_sender": _if_set("intake_sender", "item.email"),
    "intake_sender_normalized": _if_set("intake_sender_normalized", "item.email"),
    "technician_id": _if_set("technician_id", "item.technician_id"),
    "technician_notified_id": _if_set("technician_notified_id", "item.technician_id"),
    "ticket_id": "item.ticket_id",
    "location": _if_set("location", "item.number || ' Main Street'"),
    "type_id": _TYPE,
    # What the customer and the receiver of messages know is what holds.
    "announced_details": f"""
        proto.announced_details || jsonb_build_object('technician', item.technician_id, 'type',
            {_TYPE}, 'location', item.number || ' Main Street')
    """,
    "webhook_told": """
        CASE WHEN proto.webhook_told ? 'start' THEN proto.webhook_told || jsonb_build_object(
            'start', to_char(proto.start + item.shift, 'YYYY-MM-DD HH24:MI:SS'))
        ELSE proto.webhook_told END
    """,
    "ics_uid": "gen_random_uuid()",
    "access_token": "gen_random_uuid()",
    "started_at": _if_set("started_at", "proto.start + item.shift"),
    "ended_at": "CASE WHEN proto.state IN ('done', 'no_show') THEN proto.stop + item.shift "
    "ELSE proto.ended_at + item.shift END",
    "reminder_sent": "proto.reminder_sent OR proto.state = 'done'",
}
_CONTACT = {
    "id": "item.id",
    "name": "item.name",
    "complete_name": "item.name",
    "email": "item.email",
    "email_normalized": "item.email",
    "phone": "'+32 2 ' || lpad(item.number::text, 7, '0')",
    "commercial_partner_id": "item.id",
}
_DELIVERY = {
    "appointment_id": "item.id",
    "appointment_number": "item.id",
    "message_id": "'msg_' || gen_random_uuid()",
    "state": "CASE WHEN mod(item.number, 200) = 0 THEN 'dead' ELSE 'delivered' END",
    "delivered_at": "proto.create_date + item.shift",
    "next_try": "NULL",
    "attempts": "1",
}
