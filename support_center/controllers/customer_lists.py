from urllib.parse import urlencode

from odoo import _, fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..formatting import format_moment_long
from ..intake.text import clean
from ..languages import get_user_lang
from ..models.appointment.states import CLOSED_STATES, OPEN_STATES
from ..models.tickets.support_stage import CLOSED_STATES as CLOSED_TICKET_STATES
from .portal import OpenVisit, SupportCustomerPortal

# So many records stand on a page of a list.
PAGE_SIZE = 20
MAX_SEARCH = 100


class SupportCustomerLists(SupportCustomerPortal):
    """The appointments and tickets of a user; the record rules say which these are."""

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        for counter, model_name, domain in (
            ("support_appointment_count", "support.appointment", []),
            ("support_ticket_count", "support.ticket", []),
        ):
            if counter in counters:
                may_list = self._support_may_list(model_name)
                values[counter] = request.env[model_name].search_count(domain) if may_list else 0
        return values

    # ------------------------------------------------------------------
    # Appointments
    # ------------------------------------------------------------------

    @http.route(
        ["/my/appointments", "/my/appointments/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_my_support_appointments(self, page=1, **parameters):
        """The appointments of the user and their company, a page at a time."""
        self._support_use_user_language()
        found = self._support_search_list(
            "support.appointment",
            "/my/appointments",
            page,
            parameters,
            filters=self._support_get_appointment_filters(),
            sortings={
                "soonest": (_("Soonest first"), "start, id"),
                "latest": (_("Latest first"), "start desc, id desc"),
                "reference": (_("Reference"), "name desc, id desc"),
            },
            searched=("name", "location", "description", "customer_name"),
        )
        rows = [
            {
                "url": record.access_url,
                "reference": record.name,
                "title": record._get_page_title(),
                "when": self._support_word_start(record),
                "state": record._get_page_state(),
                "color": record._get_page_color(),
                "more": record.location or "",
            }
            for record in found.pop("records")
        ]
        return self._support_render_list(
            {
                **found,
                "page_name": "support_appointments",
                "title": _("Appointments"),
                "nothing": _("There is no appointment here."),
                "rows": rows,
            }
        )

    def _support_get_appointment_filters(self):
        """
        :return: dict of name to tuple of label, domain and the order that goes with it
        """
        now = fields.Datetime.now()
        return {
            "upcoming": (
                _("Upcoming"),
                [
                    ("state", "in", OPEN_STATES),
                    "|",
                    ("start", "=", False),
                    ("stop", ">=", now),
                ],
                "soonest",
            ),
            "past": (
                _("Past"),
                ["|", ("state", "in", CLOSED_STATES), ("stop", "<", now)],
                "latest",
            ),
            "all": (_("All"), [], "latest"),
        }

    def _support_word_start(self, appointment_sudo):
        if appointment_sudo.start:
            return appointment_sudo._format_for_customer(appointment_sudo.start)
        return _("Not planned yet")

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    @http.route(
        ["/my/tickets", "/my/tickets/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_my_support_tickets(self, page=1, **parameters):
        """The tickets of the user and their company, a page at a time."""
        self._support_use_user_language()
        closed = list(CLOSED_TICKET_STATES)
        found = self._support_search_list(
            "support.ticket",
            "/my/tickets",
            page,
            parameters,
            filters={
                "open": (_("Open"), [("state", "not in", closed)], "newest"),
                "closed": (_("Closed"), [("state", "in", closed)], "newest"),
                "all": (_("All"), [], "newest"),
            },
            sortings={
                "newest": (_("Newest first"), "id desc"),
                "oldest": (_("Oldest first"), "id"),
                "reference": (_("Reference"), "number desc, id desc"),
            },
            searched=("number", "name", "description"),
        )
        rows = [
            {
                "url": record.access_url,
                "reference": record.number,
                "title": record.name,
                "when": self._support_word_opened(record),
                "state": record._get_page_state(),
                "color": record._get_page_color(),
                "more": "",
            }
            for record in found.pop("records")
        ]
        return self._support_render_list(
            {
                **found,
                "page_name": "support_tickets",
                "title": _("Tickets"),
                "nothing": _("There is no ticket here."),
                "rows": rows,
            }
        )

    @http.route(
        ["/my/tickets/<int:ticket_id>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_support_ticket(self, ticket_id, access_token=None, **_parameters):
        """A ticket, by its link or by logging in, to read."""
        ticket, refusal = self._support_open_ticket(ticket_id, access_token)
        if refusal:
            return refusal
        record = ticket.record
        return self._support_render(
            "support_center.portal_support_ticket",
            ticket,
            {
                "page_name": "support_ticket",
                "appointment": None,
                "ticket": record,
                "state": record._get_page_state(),
                "opened": self._support_word_opened(record),
                "letters": record._list_letters(),
                "visits": self._support_list_visits(ticket),
            },
        )

    @http.route(
        "/my/tickets/<int:ticket_id>/file/<int:attachment_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_support_ticket_file(
        self, ticket_id, attachment_id, access_token=None, **_parameters
    ):
        """A file of the correspondence that the page of a ticket shows."""
        ticket, refusal = self._support_open_ticket(ticket_id, access_token)
        return refusal or self._support_send_letter_file(ticket.record, attachment_id)

    def _support_open_ticket(self, ticket_id, access_token):
        """As ``_support_open``, of a ticket."""
        try:
            ticket_sudo = self._document_check_access("support.ticket", ticket_id, access_token)
        except (AccessError, MissingError):
            if self._support_has_link_ended("support.ticket", ticket_id, access_token):
                # sudo: whose token it was is known by now; nothing but the language is read.
                expired_sudo = request.env["support.ticket"].sudo().browse(ticket_id)
                self._support_use_reader_language(expired_sudo, by_login=False)
                return None, self._support_page_expired()
            return None, self._support_page_not_found()
        by_login = self._support_may_read(ticket_sudo)
        ticket_sudo = self._support_use_reader_language(ticket_sudo, by_login)
        return OpenVisit(
            ticket_sudo, f"/my/tickets/{ticket_id}", access_token or "", by_login
        ), None

    def _support_word_opened(self, ticket_sudo):
        zone = ticket_sudo._get_customer_timezone()
        return format_moment_long(ticket_sudo.env, ticket_sudo.create_date, zone)

    def _support_list_visits(self, ticket):
        """The visits of a ticket, each with its own link where the reader may open it.

        :return: list of dict
        """
        visits_sudo = ticket.record.appointment_ids.sorted(lambda visit: visit.id, reverse=True)
        return [
            {
                "reference": visit.name,
                "when": self._support_word_start(visit),
                "state": visit._get_page_state(),
                # A token opens one record.
                "url": ticket.by_login and visit.access_url,
            }
            for visit in visits_sudo
        ]

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    def _support_use_user_language(self):
        lang = get_user_lang(request.env.user, request.env.company)
        request.update_context(
            lang=request.env["ir.http"].get_nearest_lang(lang) or request.env.lang
        )

    def _support_search_list(
        self, model_name, url, page, parameters, *, filters, sortings, searched
    ):
        """A page of the records that the user may read.

        :param str url: of the list
        :param dict parameters: of the address: ``filterby``, ``sortby`` and ``search``
        :param dict filters: name to tuple of label, domain and the name of its order
        :param dict sortings: name to tuple of label and order
        :param searched: names of the fields in which ``search`` is looked for
        :return: dict of values for the page; ``records`` are read as superuser
        """
        filterby = parameters.get("filterby")
        filterby = filterby if filterby in filters else next(iter(filters))
        sortby = parameters.get("sortby")
        sortby = sortby if sortby in sortings else filters[filterby][2]
        search = clean(str(parameters.get("search") or "")).strip()[:MAX_SEARCH]
        domain = list(filters[filterby][1])
        if search:
            domain += ["|"] * (len(searched) - 1)
            domain += [(name, "ilike", search) for name in searched]
        model = request.env[model_name]
        may_list = self._support_may_list(model_name)
        total = model.search_count(domain) if may_list else 0
        chosen = {"filterby": filterby, "sortby": sortby, "search": search}
        chosen = {key: value for key, value in chosen.items() if value}
        pager = portal_pager(url, total, page=page, step=PAGE_SIZE, url_args=chosen)
        records = model.browse()
        if total:
            records = model.search(
                domain, order=sortings[sortby][1], limit=PAGE_SIZE, offset=pager["offset"]
            )
        return {
            # sudo: which records these are, the user's own rights have said; the names of types
            # and technicians in them are not a customer's to read.
            "records": records.sudo().with_context(lang=request.env.lang),
            "total": total,
            "pager": pager,
            "list_url": url,
            "search": search,
            "sortby": sortby,
            "sortings": [(name, label) for name, (label, _order) in sortings.items()],
            "filters": [
                (name, label, name == filterby, self._support_get_filter_url(url, name, search))
                for name, (label, _domain, _sorting) in filters.items()
            ],
            "filterby": filterby,
        }

    def _support_get_filter_url(self, url, name, search):
        return f"{url}?" + urlencode({"filterby": name, **({"search": search} if search else {})})

    def _support_render_list(self, values):
        response = request.render("support_center.portal_support_list", values)
        return self._support_keep_private(response)
