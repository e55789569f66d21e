from collections import namedtuple
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ...formatting import from_local
from ..automation.base_automation import WITHOUT_RULES

# week: -1 the last, 0 this one (at a weekend: the coming one), 1 the next; day: 0 is Monday;
# hour: as the technician's clock shows it, for visits without one as Berlin's; ahead: the state
# of a visit to come; past: of one that is over.
Row = namedtuple(
    "Row",
    "week day hour technician type partner text ahead past priority ticket",
    defaults=("confirmed", "done", "1", ""),
)
VISITS = [
    Row(-1, 0, "09:00", "north", "visit", "office", "Find out why the network drops."),
    Row(-1, 0, "13:30", "south", "visit", "shop", "Replace the access point.", priority="2"),
    Row(-1, 1, "08:30", "mornings", "installation", "school", "Mount six screens.",
        ticket="screens"),
    Row(-1, 1, "10:00", "london", "visit", "gallery", "Wiring of the new room."),
    Row(-1, 2, "09:00", "remote", "call", "library", "Update the catalogue's server."),
    Row(-1, 2, "14:00", "north", "visit", "clinic", "Check the backup line.", past="no_show"),
    Row(-1, 3, "09:30", "south", "visit", "bakery", "Oven control is off line."),
    Row(-1, 3, "13:30", "london", "installation", "hotel", "Phones on the second floor.",
        past="cancelled", ticket="phones"),
    Row(-1, 4, "09:00", "north", "installation", "office", "Two new workplaces."),
    Row(0, 0, "09:00", "north", "visit", "office", "Look at the switch in the cellar."),
    Row(0, 0, "13:30", "north", "visit", "school", "Wireless in the gym."),
    Row(0, 0, "09:00", "south", "visit", "shop", "Move the till to the other counter."),
    Row(0, 0, "10:00", "london", "visit", "hotel", "Guests cannot log in.", priority="2"),
    Row(0, 1, "08:30", "mornings", "installation", "clinic", "Reception gets a new terminal."),
    Row(0, 1, "09:00", "south", "visit", "bakery", "Second try at the oven control."),
    Row(0, 1, "09:30", "remote", "call", "library", "Train the evening shift."),
    Row(0, 1, "13:30", "north", "installation", "office", "Printer for the third floor."),
    Row(0, 2, "09:00", "north", "visit", "clinic", "Backup line, second visit.", priority="2"),
    Row(0, 2, "13:30", "south", "visit", "shop", "The new till does not print.", ticket="till"),
    Row(0, 2, "09:00", "london", "installation", "gallery", "Ticket desk."),
    Row(0, 3, "09:00", "mornings", "installation", "school", "Spare projector."),
    Row(0, 3, "14:00", "north", "visit", "office", "Measure the network under load.",
        priority="2", ticket="network"),
    Row(0, 3, "10:30", "remote", "call", "hotel", "Phones: settings of the exchange."),
    Row(0, 3, "13:30", "south", "visit", "bakery", "Change of the router.", ahead="cancelled",
        past="cancelled"),
    Row(0, 4, "09:00", "london", "visit", "hotel", "Phones on the second floor are dead.",
        priority="2"),
    Row(0, 4, "09:00", "north", "visit", "school", "Yearly check.", priority="0"),
    Row(0, 4, "13:30", "south", "installation", "shop", "Scanner at the back door.",
        ahead="draft", past="cancelled"),
    Row(1, 0, "09:00", "north", "visit", "clinic", "Yearly check.", priority="0"),
    Row(1, 0, "13:30", "south", "visit", "bakery", "Wireless for the café.", ahead="draft"),
    Row(1, 1, "09:00", "south", "visit", "shop", "Look whether the till prints."),
    Row(1, 1, "10:00", "remote", "call", "library", "Follow-up of the training.", priority="0"),
    Row(1, 2, "09:00", "london", "visit", "gallery", "Take the ticket desk into service."),
    Row(1, 2, "13:30", "", "visit", "office", "Move of two desks.", ahead="draft"),
    # South is on leave by then: see Schedule Conflicts.
    Row(1, 3, "09:00", "south", "visit", "bakery", "Yearly check.", priority="0"),
    Row(1, 3, "13:30", "", "call", "hotel", "Explain the new phones.", ahead="draft"),
    Row(1, 4, "09:00", "north", "installation", "school", "Mount two more screens."),
]  # fmt: skip
LEAVE = ("south", 1, 3, 4)
# Requests that came by mail: sender, subject, text; %-parts are filled with dates to come.
MAILS = [
    (
        "Example Gallery <gallery@example.com>",
        "APPOINTMENT_REQUEST",
        "customer_email: gallery@example.com\ncustomer_name: Example Gallery\n"
        "requested_date: 31.02.%(year)s 10 o'clock\npriority: as soon as you can\n"
        "description: The projector in room 2 flickers.",
    ),
    (
        "Example Bakery <bakery@example.com>",
        "Printer broken again",
        "Hello,\n\nour label printer is broken again. Can somebody come next week, in the "
        "morning if possible?\n\nKind regards\nThe bakery",
    ),
    (
        "Example Office <office@example.com>",
        "APPOINTMENT_REQUEST",
        "customer_email: office@example.com\ncustomer_name: Example Office\n"
        "requested_date: %(wish)s 10:00\ntimezone: Europe/Berlin\npriority: high\n"
        "type: On-site visit\ndescription: The wireless is slow on the third floor.",
    ),
]
BERLIN = "Europe/Berlin"


class SupportDemo(models.AbstractModel):
    """The demo data that hang on the day of the installation: a week's work, around it.

    Called once, by the demo file. No rule acts, so nobody is written to; the marks say what the
    rules would have done, so that *Health* begins with nothing missed.
    """

    _name = "support.demo"
    _description = "Demo Week"

    @api.model
    def _load(self):
        """Make the visits, requests and leaves; once only."""
        if self._get_demo("visit_01"):
            return
        this = self.with_context(
            support_center_without_rules=WITHOUT_RULES,
            tracking_disable=True,
            mail_create_nosubscribe=True,
            lang="en_US",
        )
        now = fields.Datetime.now()
        visits = this._create_visits(now)
        emergency = this._create_emergency(now)
        this._mark_as_told(visits | emergency)
        this._create_wishes(now)
        this._create_mails(now)
        this._create_leave(now)

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    @api.model
    def _get_moment(self, now, week, day, hour, zone):
        """A time of the demo weeks, naive UTC.

        :param str hour: as a clock in ``zone`` shows it, like ``09:30``
        """
        today = now.date()
        monday = today - timedelta(days=today.weekday())
        if today.weekday() > 4:
            monday += timedelta(weeks=1)
        date = monday + timedelta(weeks=week, days=day)
        local = datetime.combine(date, time.fromisoformat(hour))
        return from_local(local, zone)

    # ------------------------------------------------------------------
    # Visits
    # ------------------------------------------------------------------

    @api.model
    def _create_visits(self, now):
        vals_list = [self._prepare_visit_vals(now, row) for row in VISITS]
        return self._create_named("visit", vals_list)

    @api.model
    def _prepare_visit_vals(self, now, row):
        technician = self._get_demo(f"technician_{row.technician}") if row.technician else None
        zone = technician.tz if technician else BERLIN
        start = self._get_moment(now, row.week, row.day, row.hour, zone)
        kind = self._get_demo(f"type_{row.type}")
        stop = start + timedelta(hours=kind.duration)
        if stop <= now:
            state = row.past
        elif start <= now:
            state = "in_progress" if technician and row.ahead == "confirmed" else row.past
        else:
            state = row.ahead
        partner = self._get_demo(f"partner_{row.partner}")
        return {
            "partner_id": partner.id,
            "type_id": kind.id,
            "technician_id": technician.id if technician else False,
            "ticket_id": self._get_demo(f"ticket_{row.ticket}").id if row.ticket else False,
            "start": start,
            "location": ", ".join(filter(None, [partner.street, partner.zip, partner.city])),
            "description": row.text,
            "priority": row.priority,
            "state": state,
            **self._prepare_history_vals(now, state, start, stop),
        }

    @api.model
    def _prepare_history_vals(self, now, state, start, stop):
        """What a visit has behind it in its state."""
        vals = {}
        if state != "draft":
            vals["confirmed_at"] = min(start - timedelta(days=3), now - timedelta(hours=1))
        if state in ("in_progress", "done"):
            vals["started_at"] = start + timedelta(minutes=5)
        if state in ("done", "no_show"):
            vals["ended_at"] = stop
        if state == "cancelled":
            vals["ended_at"] = min(start - timedelta(days=1), now - timedelta(minutes=30))
            vals["cancel_reason"] = "The customer needs no visit any more."
        return vals

    @api.model
    def _create_emergency(self, now):
        """One visit that is going on, at whatever hour: somebody is always on duty."""
        start = now.replace(second=0, microsecond=0) - timedelta(minutes=40 + now.minute % 5)
        partner = self._get_demo("partner_clinic")
        return self._create_named(
            "emergency",
            [
                {
                    "partner_id": partner.id,
                    "type_id": self._get_demo("type_visit").id,
                    "technician_id": self._get_demo("technician_on_call").id,
                    "ticket_id": self._get_demo("ticket_server").id,
                    "start": start,
                    "location": partner.street,
                    "description": "Server room without power.",
                    "priority": "3",
                    "state": "in_progress",
                    "ignore_working_hours": True,
                    "confirmed_at": start - timedelta(minutes=20),
                    "started_at": start,
                }
            ],
        )

    @api.model
    def _mark_as_told(self, visits):
        """What the rules would have done, had they been on when the visits were made."""
        hours = self.env["ir.config_parameter"]._get_support_number("support_center.reminder_hours")
        soon = fields.Datetime.now() + timedelta(hours=hours)
        for visit in visits.filtered(lambda v: v.state != "draft"):
            is_expected = visit.state not in ("cancelled", "no_show")
            visit.write(
                {
                    "confirmation_sent": is_expected,
                    "confirmation_queued_at": visit.confirmed_at,
                    "reminder_sent": is_expected and visit.start <= soon,
                    "announced_at": visit.confirmed_at,
                    "announced_start": is_expected and visit.start,
                    "announced_details": is_expected and visit._get_details(),
                    "technician_notified_id": is_expected and visit.technician_id.id,
                    "technician_notified_start": is_expected
                    and bool(visit.technician_id)
                    and visit.start,
                    "ticket_sync_mark": visit.ticket_id and visit._get_ticket_sync_mark(),
                }
            )

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    @api.model
    def _create_wishes(self, now):
        """Drafts that wait for a time, and one that somebody entered twice."""
        wish = self._get_moment(now, 1, 1, "10:00", BERLIN)
        bakery, office = self._get_demo("partner_bakery"), self._get_demo("partner_office")
        common = {"type_id": self._get_demo("type_visit").id, "requested_date": wish}
        twice = {
            **common,
            "partner_id": office.id,
            "start": wish + timedelta(days=1),
            "description": "The meeting room's screen stays black.",
        }
        self._create_named(
            "wish",
            [
                {
                    **common,
                    "partner_id": bakery.id,
                    "description": "Waits for a time that becomes free; any morning will do.",
                },
                {
                    "partner_id": self._get_demo("partner_library").id,
                    "type_id": self._get_demo("type_call").id,
                    "description": "Any day will do.",
                    "priority": "0",
                },
                {**twice, "source": "portal", "intake_state": "accepted"},
                twice,
            ],
        )

    @api.model
    def _create_mails(self, now):
        """Requests by mail, read as a real one would be: two need a review, one is accepted."""
        words = {
            "year": now.year + 1,
            "wish": (self._get_moment(now, 1, 2, "10:00", BERLIN)).strftime("%Y-%m-%d"),
        }
        for number, (sender, subject, text) in enumerate(MAILS):
            body = text % words if "%(" in text else text
            draft = self._create_named(
                f"mail_{number}",
                [
                    {
                        "source": "email",
                        "intake_state": "received",
                        "intake_raw": body,
                        "intake_subject": subject,
                        "intake_sender": sender,
                        "intake_sent_at": now - timedelta(minutes=10 + number),
                        "intake_received_at": now - timedelta(minutes=10 + number),
                    }
                ],
            )
            draft._process_requests()
            # Nobody is to be answered: the sender is made up.
            draft.intake_answered_round = draft.intake_round
            draft.message_unsubscribe(draft.message_partner_ids.ids)
            draft.message_post(
                body=plaintext2html(body),
                subject=subject,
                email_from=sender,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
            )

    @api.model
    def _create_leave(self, now):
        """A leave that came after the visits were planned: one of them falls into it."""
        name, week, first, last = LEAVE
        technician = self._get_demo(f"technician_{name}")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Training",
                "resource_id": technician.resource_id.id,
                "calendar_id": technician.resource_calendar_id.id,
                "date_from": self._get_moment(now, week, first, "00:00", technician.tz),
                "date_to": self._get_moment(now, week, last, "23:59", technician.tz),
                "time_type": "leave",
            }
        )

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    @api.model
    def _get_demo(self, name):
        return self.env.ref(f"support_center.{name}", raise_if_not_found=False)

    @api.model
    def _create_named(self, prefix, vals_list):
        """Create appointments with XML ids like ``visit_01``, as a demo file would."""
        records = self.env["support.appointment"]._create_protected(vals_list)
        # Out of an update's reach: it would delete what no file of the module holds any more.
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"support_center.{prefix}_{n:02}", "record": record, "noupdate": True}
                for n, record in enumerate(records, 1)
            ]
        )
        return records
