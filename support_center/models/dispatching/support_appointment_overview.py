from datetime import date, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from odoo import _, api, fields, models

from ...formatting import aware, get_day, get_midnight, get_viewer_zone
from ...intake.caller import get_digits
from ..appointment.states import LIVE_STATES

# A visit longer than this is rare enough to be looked for by an index of its own.
LONG_VISIT_HOURS = 48
# What says of a search that it is for a window of time.
WINDOW_TERMS = {("start", "<"), ("start", "<="), ("stop", ">"), ("stop", ">=")}
MAP_POINT = (
    "https://www.openstreetmap.org/?mlat=%(lat).8g&mlon=%(lon).8g#map=17/%(lat).8g/%(lon).8g"
)
OPPOSITES = {"!=": "=", "not in": "in", "not like": "like", "not ilike": "ilike"}
# Of so many contacts at most the ids stand in the query for their visits.
CONTACTS_FOUND = 500
# Where what somebody types in the search box may stand, as it is, in any place.
TEXT_FIELDS = ("name", "customer_name", "customer_email", "location", "description")
MAP_SEARCH = "https://www.openstreetmap.org/search?query=%s"


class SupportAppointment(models.Model):
    """What lists, boards and the search ask of an appointment at a glance."""

    _inherit = "support.appointment"
    _rec_names_search = ["name", "anything"]

    is_late = fields.Boolean(
        "Late",
        compute="_compute_is_late",
        search="_search_is_late",
        help="Confirmed and not begun although its time has come, or not ended long after it.",
    )
    is_today = fields.Boolean(
        "Today", compute="_compute_period", search="_search_is_today", help="Starts today."
    )
    is_tomorrow = fields.Boolean(
        "Tomorrow",
        compute="_compute_period",
        search="_search_is_tomorrow",
        help="Starts tomorrow.",
    )
    is_this_week = fields.Boolean(
        "This Week",
        compute="_compute_period",
        search="_search_is_this_week",
        help="Starts in this week.",
    )
    is_waiting = fields.Boolean(
        "Waiting List",
        compute="_compute_is_waiting",
        search="_search_is_waiting",
        help="A request without a time or a technician, or planned later than it was asked for.",
    )
    customer_search = fields.Char(
        store=False,
        search="_search_customer_search",
        help="Finds by the contact and those who belong to it, and by the name and the address "
        "that the request gave.",
    )
    anything = fields.Char(
        store=False,
        search="_search_anything",
        groups="base.group_user",
        help="Finds by the customer's name, number, address and place, by the reference of the "
        "visit or its ticket, by the technician and by the description.",
    )
    # Computed before the INSERT, without a query; a number is looked for by it.
    customer_phone_digits = fields.Char(
        compute="_compute_customer_phone_digits",
        store=True,
        precompute=True,
        index="trigram",
        groups="base.group_user",
    )
    calendar_label = fields.Char(compute="_compute_calendar_label")
    customer_time = fields.Char(
        "For the Customer",
        compute="_compute_customer_time",
        help="The start as the customer reads it, where their clock differs from yours.",
    )
    map_url = fields.Char("Map", compute="_compute_map_url")

    def init(self):
        super().init()
        # What a list and a board open with: the open ones, soonest first. By the index of the
        # start alone all the past would be read, to find none of them in it. Without a word on
        # ``active``, which each series asks for in SQL of its own. The second is the waiting
        # list's, out of all that is planned already.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_open_idx
                ON support_appointment (start, id)
             WHERE state IN ('draft', 'confirmed', 'in_progress');
            CREATE INDEX IF NOT EXISTS support_appointment_draft_idx
                ON support_appointment (start, id) WHERE state = 'draft'
            """
        )

    # ------------------------------------------------------------------
    # A window of time
    # ------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Give a window of time, as calendars and the board ask for it, its other bound.

        Of ``start`` before its end and ``stop`` after its beginning no index serves both: all
        the past would be read, or all that is planned. All but the long ones begin near.
        """
        since = self._find_window_start(domain)
        if since:
            earliest = since - timedelta(hours=LONG_VISIT_HOURS)
            bound = ["|", ("start", ">=", earliest), ("duration", ">", LONG_VISIT_HOURS)]
            domain = [*bound, *domain]
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _find_window_start(self, domain):
        """
        :param domain: any domain, in prefix notation
        :return: datetime after which all that is found ends, where the domain also says before
            when it starts; else None
        """
        found, depth = {}, 0  # how many terms of alternatives or opposites are still to come
        for term in domain:
            if term in ("|", "!") or (depth and term == "&"):
                depth += {"|": 2, "!": 1, "&": 2}[term] - (1 if depth else 0)
            elif term != "&":
                if depth:
                    depth -= 1
                # Odoo 19 takes a whole domain as a term, too.
                elif isinstance(term, (tuple, list)) and tuple(term[:2]) in WINDOW_TERMS:
                    found[term[0]] = term[2]
        since = found.get("stop") if "start" in found else None
        # Odoo 19 also takes words, such as "today".
        is_moment = isinstance(since, date) or (isinstance(since, str) and since[:4].isdigit())
        return fields.Datetime.to_datetime(since) if is_moment else None

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    @api.depends("state", "start", "stop")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for record in self:
            due = record.start if record.state == "confirmed" else record.stop
            record.is_late = bool(record.state in LIVE_STATES and due and due < now)

    @api.model
    def _search_is_late(self, operator, value):
        now = fields.Datetime.now()
        domain = [
            "|",
            "&", ("state", "=", "confirmed"), ("start", "<", now),
            "&", ("state", "=", "in_progress"), ("stop", "<", now),
        ]  # fmt: skip
        return self._either(operator, value, domain)

    @api.depends("start")
    @api.depends_context("tz", "lang")
    def _compute_period(self):
        periods = {
            "is_today": self._get_today(),
            "is_tomorrow": self._get_tomorrow(),
            "is_this_week": self._get_this_week(),
        }
        for record in self:
            for name, (since, until) in periods.items():
                record[name] = bool(record.start and since <= record.start < until)

    @api.model
    def _search_is_today(self, operator, value):
        return self._either(operator, value, self._within("start", self._get_today()))

    @api.model
    def _search_is_tomorrow(self, operator, value):
        return self._either(operator, value, self._within("start", self._get_tomorrow()))

    @api.model
    def _search_is_this_week(self, operator, value):
        return self._either(operator, value, self._within("start", self._get_this_week()))

    @api.model
    def _get_today(self):
        """The user's day, midnight to midnight, as naive UTC."""
        return self._get_days(0, 1)

    @api.model
    def _get_tomorrow(self):
        """The user's next day, as ``_get_today``."""
        return self._get_days(1, 2)

    @api.model
    def _get_this_week(self):
        """The user's week as naive UTC; with which day it begins, their language says."""
        today = self._get_date()
        first = int(self.env["res.lang"]._lang_get(self.env.user.lang or "en_US").week_start) - 1
        since = (today.weekday() - first) % 7
        return self._get_days(-since, 7 - since)

    @api.model
    def _get_days(self, first, end):
        zone, today = get_viewer_zone(self.env), self._get_date()
        return tuple(get_midnight(today + timedelta(days=days), zone) for days in (first, end))

    @api.model
    def _get_date(self):
        return get_day(fields.Datetime.now(), get_viewer_zone(self.env))

    @api.model
    def _within(self, field, period):
        return [(field, ">=", period[0]), (field, "<", period[1])]

    @api.model
    def _either(self, operator, value, domain):
        """``domain`` or its opposite, as ``operator`` and ``value`` ask a Boolean for.

        Odoo 19 asks with ``in`` and a collection, Odoo 17 with ``=`` and one value.
        """
        values = value if hasattr(value, "__iter__") else [value]
        wanted = {bool(each) for each in values}
        if operator in ("!=", "not in", "<>"):
            wanted = {True, False} - wanted
        if wanted == {True}:
            return domain
        if wanted == {False}:
            # Not simply the opposite, which leaves out what has no date at all.
            return [("id", "not in", self._search(domain))]
        return [(1, "=", 1 if wanted else 0)]

    # ------------------------------------------------------------------
    # Waiting list
    # ------------------------------------------------------------------

    @api.depends("state", "active", "intake_state", "start", "technician_id", "requested_date")
    def _compute_is_waiting(self):
        for record in self:
            record.is_waiting = (
                record.active
                and record.state == "draft"
                and record.intake_state in ("none", "accepted")
                and (
                    not record.start
                    or not record.technician_id
                    or bool(record.requested_date and record.requested_date < record.start)
                )
            )

    @api.model
    def _search_is_waiting(self, operator, value):
        # No domain compares two fields, so that it is a condition in SQL; it stays a part of the
        # search, which ends with the first page of a list. The state stands outside for its index.
        # sudo: the search itself asks for what its user may see.
        drafts = self.sudo().with_context(active_test=False)
        waiting = drafts._search(
            [
                ("state", "=", "draft"),
                ("active", "=", True),
                ("intake_state", "in", ["none", "accepted"]),
            ]
        )
        drafts.flush_model(["start", "technician_id", "requested_date"])
        waiting.add_where(
            "(support_appointment.start IS NULL OR support_appointment.technician_id IS NULL "
            "OR support_appointment.requested_date < support_appointment.start)"
        )
        return self._either(operator, value, [("state", "=", "draft"), ("id", "in", waiting)])

    # ------------------------------------------------------------------
    # Who and where
    # ------------------------------------------------------------------

    @api.model
    def _search_customer_search(self, operator, value):
        """By what a user typed of a customer.

        The contacts are looked up first: with a query for them among the other conditions,
        PostgreSQL could use the index of none of these.
        """
        is_negative = operator in OPPOSITES
        operator = OPPOSITES.get(operator, operator)
        partners = self.env["res.partner"]
        # The first of them for the opposite: what has no contact is not one of these either.
        by_contact = ["&", ("partner_id", "!=", False), ("partner_id", "child_of", value)]
        if isinstance(value, str):
            found = partners.name_search(value, operator=operator, limit=CONTACTS_FOUND + 1)
            if len(found) <= CONTACTS_FOUND:
                ids = [partner_id for partner_id, _name in found]
                # sudo: as by Odoo's own ``child_of``; the visits are what the user has to see.
                everybody = partners.sudo().with_context(active_test=False)
                family = everybody.search([("id", "child_of", ids)])
                by_contact = [("partner_id", "in", family.ids)]
        by_request = [(name, operator, value) for name in ("customer_name", "customer_email")]
        domain = ["|", *by_contact, "|", *by_request]
        return ["!", *domain] if is_negative else domain

    @api.depends("customer_phone")
    def _compute_customer_phone_digits(self):
        for record in self:
            record.customer_phone_digits = get_digits(record.customer_phone or "") or False

    @api.model
    def _search_anything(self, operator, value):
        """By what a user typed, whatever it is; for a name as a whole, only by the reference.

        All that it stands in is a condition on the appointment's own columns, each of which has
        an index: technicians, tickets and contacts are looked up first, and bounded.
        """
        is_negative = operator in OPPOSITES
        operator = OPPOSITES.get(operator, operator)
        domain = [("name", operator, value)]
        if operator in ("like", "ilike", "=like", "=ilike") and isinstance(value, str) and value:
            domain = self._get_anything_domain(value)
        return ["!", *domain] if is_negative else domain

    @api.model
    def _get_anything_domain(self, text):
        finder = self.env["support.contact.finder"]
        ways = [
            *([(name, "ilike", text)] for name in TEXT_FIELDS),
            finder._get_contact_domain(text),
            [("technician_id", "in", self._find_technician_ids(text))],
            self._get_ticket_domain(text),
        ]
        digits = finder._get_searched_digits(text)
        if digits:
            ways.append([("customer_phone_digits", "like", digits)])
        return ["|"] * (len(ways) - 1) + [term for way in ways for term in way]

    @api.model
    def _find_technician_ids(self, text):
        # sudo: a user who sees the visit sees who goes, also who has left since.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        return technicians.search([("name", "ilike", text)]).ids

    @api.model
    def _get_ticket_domain(self, text):
        """The visits of the tickets of this number or subject that the user may see."""
        tickets = self.env["support.ticket"].with_context(active_test=False)
        domain = ["|", ("number", "ilike", text), ("name", "ilike", text)]
        found = tickets.search(domain, limit=CONTACTS_FOUND + 1, order="id desc")
        if len(found) <= CONTACTS_FOUND:
            return [("ticket_id", "in", found.ids)]
        # Of very many it is a query, which may read all visits; the first term as for contacts.
        return ["&", ("ticket_id", "!=", False), ("ticket_id", "in", tickets._search(domain))]

    @api.depends("customer_name", "technician_id.name", "name")
    @api.depends_context("lang")
    def _compute_calendar_label(self):
        for record in self:
            who = record.customer_name or record.name
            # sudo: a user who sees the visit sees who goes.
            technician = record.sudo().technician_id.name
            record.calendar_label = (
                _("%(customer)s · %(technician)s", customer=who, technician=technician)
                if technician
                else _("%(customer)s · nobody yet", customer=who)
            )

    @api.depends(
        "start", "timezone", "partner_id.tz", "technician_id.tz", "company_id.resource_calendar_id"
    )
    @api.depends_context("tz", "lang")
    def _compute_customer_time(self):
        zone = ZoneInfo(get_viewer_zone(self.env))
        for record in self:
            if not record.start:
                record.customer_time = False
                continue
            moment = aware(record.start)
            told = ZoneInfo(record._get_customer_timezone())
            # Where both clocks show the same hour, one is enough.
            same = moment.astimezone(told).utcoffset() == moment.astimezone(zone).utcoffset()
            record.customer_time = False if same else record._format_for_customer(record.start)

    @api.depends(
        "location",
        "partner_id.partner_latitude",
        "partner_id.partner_longitude",
        "partner_id.contact_address",
    )
    def _compute_map_url(self):
        for record in self:
            record.map_url = record._get_map_url()

    def _get_map_url(self):
        """Where the visit is, on a map that needs no key.

        :return: str; False where nothing is known
        """
        self.ensure_one()
        # sudo: a technician who goes to a customer has to find the way, contacts or not.
        partner = self.partner_id.sudo()
        if self.location:
            return MAP_SEARCH % quote(self.location)
        if partner.partner_latitude or partner.partner_longitude:
            point = {"lat": partner.partner_latitude, "lon": partner.partner_longitude}
            return MAP_POINT % point
        parts = [partner.street, partner.zip, partner.city, partner.country_id.name]
        address = ", ".join(part for part in parts if part)
        return MAP_SEARCH % quote(address) if partner.street or partner.city else False
