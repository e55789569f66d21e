from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...compat import check_access
from ...formatting import format_moment_short, format_names, get_viewer_zone
from ...intake import fold_address
from ...intake.caller import read_caller, split_place
from ...intake.request import Findings
from ...intake.values import read_email, read_phone, read_text
from ...languages import get_company_lang
from ..appointment.states import OPEN_STATES
from ..planning.support_offers import PARTS_OF_DAY

# How many candidates are listed for what was typed.
CANDIDATES = 8
# Fewer characters find everybody.
LEAST_TYPED = 2
# How many visits and tickets of a customer are shown.
SHOWN_VISITS = 3
SHOWN_TICKETS = 5
# Among so many of a customer's last visits the usual technician is looked for.
LAST_VISITS = 10
# For so many days times are looked for at first, and for so many where there are none.
DAYS = 14
MORE_DAYS = 60


class SupportQuickVisit(models.AbstractModel):
    """The page on which a dispatcher books a visit while the customer is on the phone.

    Everything is read and written with the dispatcher's own rights; times are UTC, as
    ``YYYY-MM-DD HH:MM:SS``, words are in the zone of the screen.
    """

    _name = "support.quick.visit"
    _description = "New Visit"

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def load(self, values=None):
        """What the page begins with.

        :param dict values: what is known where it is opened: ``start`` and ``technician_id`` of a
            free time on the board, ``ticket_id``, ``partner_id``
        :return: dict with ``types``, ``customer`` (see ``load_customer``) or False, ``words``,
            ``ticket_id``, ``chosen`` (the time on the board in words, empty for one that is over)
            and ``zone``
        :raise AccessError: for anybody but a dispatcher, and for what they may not read
        """
        return self._get_page()._load(values)

    @api.model
    def _load(self, values):
        values = self._read_values(values)
        ticket = values["ticket_id"]
        partner = values["partner_id"] or ticket.partner_id
        company = self._get_company(values)
        types = self.env["support.appointment.type"].search(
            [("company_id", "in", [company.id, False])]
        )
        return {
            "types": [{"id": each.id, "name": each.name} for each in types],
            "customer": self._prepare_customer(partner) if partner else False,
            "words": self._describe_ticket(ticket),
            "ticket_id": ticket.id,
            "chosen": self._describe_chosen(values),
            "zone": get_viewer_zone(self.env),
        }

    @api.model
    def find_customers(self, text):
        """The contacts whom ``text`` may mean, and what it would make of a new one.

        :param str text: a name, a number, an e-mail address, a place, or several of them
        :return: dict with ``candidates``, each with ``id``, ``name``, ``place`` and
            ``details``, and ``typed``: ``name``, ``phone``, ``email`` and ``place``
        """
        return self._get_page()._find_customers(text)

    @api.model
    def _find_customers(self, text):
        text = self.env["support.arguments"]._get_text("text", text).strip()
        found = self.env["res.partner"]
        if len(text) >= LEAST_TYPED:
            found = self.env["support.contact.finder"]._find(text, CANDIDATES)
        caller = read_caller(text)
        return {
            "candidates": self._prepare_candidates(found),
            "typed": {
                "name": caller.name,
                "phone": caller.phone,
                "email": caller.email,
                "place": caller.place,
            },
        }

    @api.model
    def load_customer(self, partner_id):
        """What is known of a customer.

        :param int partner_id: a contact
        :return: dict with ``id``, ``name``, ``phone``, ``email``, ``place``, ``technician`` (the
            usual one's name, or False), ``last_visits`` and ``open_visits`` (lists of ``id`` and
            ``label``) and ``tickets`` (the open ones, likewise)
        """
        page = self._get_page()
        partner = page._read_record("partner_id", partner_id, "res.partner")
        if not partner:
            raise ValidationError(_("Choose a customer first."))
        return page._prepare_customer(partner)

    @api.model
    def find_times(self, values):
        """The free times for what is known so far, best first.

        :param dict values: as for ``create_visit``, and ``day`` (``YYYY-MM-DD``) and
            ``part_of_day`` (``morning`` or ``afternoon``) to look at no others
        :return: dict with ``times``, each with ``start``, ``technician_id``, ``technician``,
            ``label``, ``reasons`` as the customer may hear them, ``details`` for those who plan
            (both str, a line each), ``message`` where there are none, ``similar``: what the same
            customer has or wants near these times already, and ``chosen_note``: why ``start`` is
            no good time for ``technician_id``; each in words, or empty
        """
        page = self._get_page()
        return page._find_times(page._read_values(values))

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    @api.model
    def create_visit(self, values):
        """Make the visit, and its customer where that is a new one.

        :param dict values: ``partner_id`` or ``contact`` (``name``, ``phone``, ``email``,
            ``place``), ``type_id``, ``place``, ``words``, ``ticket_id``, ``is_urgent``, ``start``,
            ``technician_id``, ``details`` (see ``find_times``), and ``confirm``: whether it is
            confirmed at once
        :return: dict with ``ok``; if so ``id``, ``name`` and ``message``, else ``reason`` in words
            and what ``find_times`` answers now
        """
        page = self._get_page()
        values = page._read_values(values)
        try:
            # What was made before the refusal goes with it, such as a new contact.
            with self.env.cr.savepoint():
                visit = page._create_visit(values)
        except UserError as error:
            return {"ok": False, "reason": str(error), **page._find_times(values)}
        return {
            "ok": True,
            "id": visit.id,
            "name": visit.name,
            "message": page._describe_created(visit),
        }

    @api.model
    def _create_visit(self, values):
        company = self._get_company(values)
        partner = values["partner_id"] or self._create_partner(values["contact"], company)
        if not partner:
            raise ValidationError(_("Say who calls first: choose a customer, or enter a name."))
        is_booked = values["confirm"]
        if is_booked and not values["start"]:
            raise ValidationError(_("Choose one of the free times first."))
        visit = self.env["support.appointment"].create(
            self._prepare_visit_vals(values, partner, company)
        )
        if visit.technician_id and values["details"]:
            note = self.env["support.offers"]._describe_taken(
                values["technician_id"], values["details"]
            )
            visit._store_notes({visit.id: note})
        if is_booked:
            visit.action_confirm()
        return visit

    @api.model
    def _prepare_visit_vals(self, values, partner, company):
        place = values["place"]
        if values["type_id"].place == "remote" and place in (
            self._get_place(partner),
            values["contact"]["place"],
        ):
            # It filled itself in; nobody goes there.
            place = False
        vals = {
            "partner_id": partner.id,
            "company_id": company.id,
            "type_id": values["type_id"].id,
            "location": place,
            "description": values["words"],
            "ticket_id": values["ticket_id"].id,
            "start": values["start"],
            "technician_id": values["technician_id"].id,
        }
        if values["is_urgent"]:
            vals["priority"] = "3"
        return vals

    @api.model
    def _create_partner(self, contact, company):
        """The contact that was typed; nobody who is known already is made or changed.

        :return: ``res.partner``; empty where nothing was typed
        :raise ValidationError: names what is wrong, or whose the e-mail address is
        """
        if not any(contact.values()):
            return self.env["res.partner"]
        contact = self._check_contact(contact)
        email = contact["email"]
        if email:
            known = self.env["support.intake.contacts"].with_company(company)
            known = known._find_or_claim([email]).get(email)
            if known:
                raise ValidationError(
                    _(
                        "%(address)s is the address of %(name)s already. Choose this contact, or "
                        "leave the address out.",
                        address=email,
                        name=known.display_name,
                    )
                )
        place = split_place(contact["place"] or "")
        return self.env["res.partner"].create(
            {
                "name": contact["name"],
                "phone": contact["phone"],
                "email": email,
                "street": place.street,
                "zip": place.zip,
                "city": place.city,
                "company_id": company.id,
                # As of a contact that a request makes: what the dispatcher speaks and where they
                # sit says nothing of the customer.
                "lang": get_company_lang(company),
                "tz": False,
            }
        )

    @api.model
    def _check_contact(self, contact):
        """The values as they are stored, by the same rules as those of requests.

        :raise ValidationError: one line for each that is wrong
        """
        findings = Findings()
        checked = {
            "name": contact["name"] and read_text("customer_name", contact["name"], findings),
            "phone": contact["phone"] and read_phone(contact["phone"], findings),
            "email": contact["email"] and read_email("customer_email", contact["email"], findings),
            "place": contact["place"] and read_text("location", contact["place"], findings),
        }
        words = self.env["support.intake.words"]
        faults = [words._describe_problem(each, is_for_people=True) for each in findings.problems]
        if not checked["name"] and not faults:
            faults.append(_("Enter the name of the new customer."))
        if faults:
            raise ValidationError("\n".join(faults))
        if checked["email"]:
            checked["email"] = fold_address(checked["email"])
        return checked

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    @api.model
    def _find_times(self, values):
        visit = self._make_unsaved(values)
        offers = self._find_offers(visit, values, DAYS) or self._find_offers(
            visit, values, MORE_DAYS
        )
        zone = get_viewer_zone(self.env)
        technicians = self.env["support.technician"].browse(
            [offer.slot.technician_id for offer in offers]
        )
        names = {technician.id: technician.name for technician in technicians}
        times = [
            {
                "start": fields.Datetime.to_string(offer.slot.start),
                "technician_id": offer.slot.technician_id,
                "label": format_moment_short(self.env, offer.slot.start, zone),
                "technician": names[offer.slot.technician_id],
                "reasons": "\n".join(offer.reasons),
                "details": "\n".join(offer.details),
            }
            for offer in offers
        ]
        starts = [offer.slot.start for offer in offers]
        if values["start"] or not starts:
            starts.append(values["start"])
        return {
            "chosen_note": self._describe_chosen_fault(visit, values),
            "times": times,
            "message": "" if times else self._describe_no_times(visit, values),
            "similar": self._describe_similar(visit, starts),
        }

    @api.model
    def _find_offers(self, visit, values, days):
        now = fields.Datetime.now()
        stop = now + timedelta(days=days)
        if values["day"]:
            # A day that the customer named is looked at, however far it is.
            stop = max(stop, fields.Datetime.to_datetime(values["day"]) + timedelta(days=2))
        return self.env["support.offers"]._find_offers(
            visit,
            now,
            stop,
            part_of_day=values["part_of_day"],
            day=values["day"],
            # What is asked of customers who book themselves binds no dispatcher.
            any_notice=True,
        )

    @api.model
    def _make_unsaved(self, values):
        """The visit as it would be, without its time, for those who rank times for it."""
        company = self._get_company(values)
        partner = values["partner_id"]
        if not partner:
            # Not of the contact's other values: only the place decides who can come.
            partner = self.env["res.partner"].new(
                {"zip": split_place(values["contact"]["place"]).zip, "tz": False}
            )
        kind = values["type_id"]
        vals = {
            "partner_id": partner,
            "company_id": company.id,
            "type_id": kind.id,
            # Who was clicked on the board is asked for by name, and offered first.
            "technician_id": values["technician_id"].id,
            "description": values["words"],
            "priority": "3" if values["is_urgent"] else "1",
            "requested_date": False,
        }
        if kind:
            vals["duration"] = kind.duration
        return self.env["support.appointment"].new(vals)

    @api.model
    def _describe_chosen_fault(self, visit, values):
        technician, start = values["technician_id"], values["start"]
        if not technician or not start:
            return ""
        faults = visit._find_unmet_rules(technician, asked_for=technician)
        stop = start + timedelta(hours=visit.duration)
        if not faults and technician._is_available(start, stop, visit._get_buffers()):
            return ""
        faults = faults or [_("is not free at this time")]
        return _("%(name)s %(reasons)s.", name=technician.name, reasons="; ".join(faults))

    @api.model
    def _describe_no_times(self, visit, values):
        technicians = self.env["support.technician"]._search_for_companies(visit.company_id)
        if not technicians._filter_employed():
            return _("There is no technician yet: add one under “Technicians”.")
        if not visit._filter_able(technicians, visit.technician_id):
            if visit._filter_able(technicians, technicians):
                return _(
                    "All who could come are on call, for urgent visits only. Click a free time of "
                    "one of them on the board, or tick “Urgent”."
                )
            return _(
                "No technician has the skills for this type and serves this place. Choose another "
                "type, or save a draft and plan it later."
            )
        if values["day"] or values["part_of_day"]:
            return _("No time is free then: look at another day, or at any time of the day.")
        return _("No time is free in the next %(days)s days.", days=MORE_DAYS)

    @api.model
    def _describe_similar(self, visit, starts):
        """What the check for duplicates would say of a visit at these times.

        :param list starts: naive UTC, or False for a visit without a time
        :return: str, empty where there is nothing
        """
        if not visit.partner_id._origin:
            return ""
        now = fields.Datetime.now()
        others = self.env["support.appointment"].search(
            visit._get_duplicates_domain(), order="start, id"
        )
        similar = others.browse()
        for start in starts:
            visit.update({"start": start, "requested_date": now})
            similar |= others.filtered(visit._looks_like)
        if not similar:
            return ""
        zone = get_viewer_zone(self.env)
        return _(
            "Near these times this customer already has: %(visits)s.",
            visits=format_names(
                f"{other.name} ({self._describe_moment(other, zone)})"
                for other in similar[:SHOWN_VISITS]
            ),
        )

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_candidates(self, partners):
        visits = self.env["support.appointment"]
        counts = visits._read_group(
            [("partner_id", "in", partners.ids)], ["partner_id"], ["__count"]
        )
        counts = {partner.id: count for partner, count in counts}
        return [
            {
                "id": partner.id,
                "name": partner.display_name,
                "place": self._get_place(partner),
                "details": self._describe_candidate(partner, counts.get(partner.id, 0)),
            }
            for partner in partners
        ]

    @api.model
    def _describe_candidate(self, partner, count):
        """What tells a contact from another one of the same name."""
        phones = self.env["support.intake.contacts"]._get_phones(partner)
        facts = [*phones, partner.email]
        if count == 1:
            facts.append(_("1 visit"))
        elif count:
            facts.append(_("%(count)s visits", count=count))
        return " · ".join(fact for fact in facts if fact)

    @api.model
    def _get_place(self, partner):
        """Where a contact lives, in one line."""
        town = " ".join(part for part in (partner.zip, partner.city) if part)
        return ", ".join(part for part in (partner.street, partner.street2, town) if part)

    @api.model
    def _prepare_customer(self, partner):
        now = fields.Datetime.now()
        visits = self.env["support.appointment"]
        family = self._get_family(partner)
        of_customer = ("partner_id", "in", family.ids)
        last = visits.search(
            [of_customer, ("start", "<", now), ("state", "in", ["in_progress", "done", "no_show"])],
            order="start desc, id desc",
            limit=LAST_VISITS,
        )
        coming = visits.search(
            [of_customer, ("state", "in", OPEN_STATES), "|", ("start", ">=", now),
             ("start", "=", False)],
            order="start, id",
            limit=SHOWN_VISITS,
        )  # fmt: skip
        tickets = self.env["support.ticket"].search(
            [of_customer, ("state", "not in", ["solved", "cancelled"])], limit=SHOWN_TICKETS
        )
        phones = self.env["support.intake.contacts"]._get_phones(partner)
        own_place = self._get_place(partner)
        technician = self._find_usual_technician(last)
        return {
            "id": partner.id,
            "name": partner.display_name,
            "phone": phones[0] if phones else "",
            "email": partner.email or "",
            "place": own_place or next((visit.location for visit in last if visit.location), ""),
            "technician": technician.name if technician else False,
            "last_visits": self._prepare_visits(last[:SHOWN_VISITS]),
            "open_visits": self._prepare_visits(coming),
            "tickets": [{"id": ticket.id, "label": f"{ticket.display_name}"} for ticket in tickets],
        }

    @api.model
    def _get_family(self, partner):
        """The contacts of the same customer: a company's people, or the one person."""
        # sudo: as by Odoo's own ``child_of``; visits and tickets are searched as the user.
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        return everybody.search([("id", "child_of", partner.sudo().commercial_partner_id.ids)])

    @api.model
    def _find_usual_technician(self, visits):
        """Who was there most often, among those who still work here.

        :param visits: ``support.appointment``, the latest first
        :return: ``support.technician``, empty where nobody was there
        """
        # sudo: a technician may have gone to a company that is out of sight.
        technicians = [visit.sudo().technician_id for visit in visits if visit.technician_id]
        working = [technician for technician in technicians if technician._filter_employed()]
        # Of equals the first one is who was there last.
        return max(working, key=working.count) if working else self.env["support.technician"]

    @api.model
    def _prepare_visits(self, visits):
        return [{"id": visit.id, "label": self._describe_visit(visit)} for visit in visits]

    @api.model
    def _describe_visit(self, visit):
        # sudo: as in _find_usual_technician
        facts = [
            self._describe_moment(visit, get_viewer_zone(self.env)),
            visit.type_id.name,
            visit.sudo().technician_id.name,
            visit._get_state_label(),
        ]
        return " · ".join(fact for fact in facts if fact)

    @api.model
    def _describe_moment(self, visit, zone):
        if not visit.start:
            return _("no time yet")
        return format_moment_short(self.env, visit.start, zone)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _describe_ticket(self, ticket):
        if not ticket:
            return ""
        return "\n".join(text for text in (ticket.name, ticket.description) if text)

    @api.model
    def _describe_chosen(self, values):
        if not values["start"] or values["start"] < fields.Datetime.now():
            return ""
        time = format_moment_short(self.env, values["start"], get_viewer_zone(self.env))
        technician = values["technician_id"]
        if not technician:
            return time
        return _("%(time)s with %(technician)s", time=time, technician=technician.name)

    @api.model
    def _describe_created(self, visit):
        values = {
            "name": visit.name,
            "customer": visit.customer_name,
            "time": format_moment_short(self.env, visit.start, get_viewer_zone(self.env))
            if visit.start
            else "",
            # sudo: as in _find_usual_technician
            "technician": visit.sudo().technician_id.name,
        }
        if visit.state == "draft":
            return _("%(name)s is a draft: %(customer)s.", **values)
        if not visit.technician_id:
            return _("%(name)s is confirmed: %(customer)s, %(time)s.", **values)
        return _("%(name)s is confirmed: %(customer)s, %(time)s with %(technician)s.", **values)

    # ------------------------------------------------------------------
    # Arguments
    # ------------------------------------------------------------------

    @api.model
    def _get_page(self):
        """This service for a dispatcher, in the zone of the screen where that is one.

        :raise AccessError: for anybody else
        """
        if not self.env.user.has_group("support_center.group_support_dispatcher"):
            raise AccessError(_("Only a dispatcher books visits here."))
        return self.with_context(tz=get_viewer_zone(self.env))

    @api.model
    def _get_company(self, values):
        return values["ticket_id"].company_id or self.env.company

    @api.model
    def _read_values(self, values):
        """The values of a call; each of them is there.

        :raise ValidationError: names the one that is of another kind than expected
        :raise AccessError: for a record that the user may not read
        """
        arguments = self.env["support.arguments"]
        values = arguments._get_mapping("values", values)
        contact = arguments._get_mapping("contact", values.get("contact"))
        models_by_name = {
            "partner_id": "res.partner",
            "type_id": "support.appointment.type",
            "ticket_id": "support.ticket",
            "technician_id": "support.technician",
        }
        read = {
            name: self._read_record(name, values.get(name), model)
            for name, model in models_by_name.items()
        }
        part = arguments._get_text("part_of_day", values.get("part_of_day")) or None
        if part and part not in PARTS_OF_DAY:
            arguments._refuse("part_of_day", part, format_names(PARTS_OF_DAY))
        read.update(
            {
                name: arguments._get_text(name, values.get(name)).strip()
                for name in ("place", "words", "details")
            },
            contact={
                name: arguments._get_text(name, contact.get(name)).strip()
                for name in ("name", "phone", "email", "place")
            },
            start=arguments._get_moment("start", values.get("start")),
            day=arguments._get_day("day", values.get("day")),
            part_of_day=part,
            is_urgent=bool(values.get("is_urgent")),
            confirm=bool(values.get("confirm")),
        )
        return read

    @api.model
    def _read_record(self, name, value, model):
        """
        :return: a record of ``model`` that the user may read; empty where none is named
        """
        record_id = self.env["support.arguments"]._get_id(name, value)
        record = self.env[model].browse(record_id or ())
        if record and not record.exists():
            raise ValidationError(
                _("%(name)s %(id)s does not exist any more.", name=name, id=record_id)
            )
        check_access(record, "read")
        return record
