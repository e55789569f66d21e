import base64
import json
import re
import secrets
from collections import namedtuple
from urllib.parse import urlsplit

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ...exceptions import DoubleBooking
from ...formatting import aware, format_hour, is_odoo_zone
from ...languages import get_company_lang
from ..holds.support_slot_hold import VISITOR_KEY
from ..incoming.support_intake import OWN_DEFAULTS
from ..planning.support_technician import Slot
from .support_appointment import TYPED

# Within so many seconds nobody reads a form, fills it in and sends it.
LEAST_SECONDS = 3
# After so long what stands on a page is asked for once more.
MOST_SECONDS = 2 * 60 * 60
# What the key of a request is called on the page, and the other way round.
KEYS = {
    "name": "customer_name",
    "email": "customer_email",
    "phone": "customer_phone",
    "location": "location",
    "description": "description",
}
NAMES = {key: name for name, key in KEYS.items()}

FRAME_ORIGINS = "support_center.booking_frame_origins"
# The mails to who booked.
VERIFY = "mail_template_booking_verify"
REQUEST_RECEIVED = "mail_template_booking_request"

# Who books what: a published type, the company, the browser's random key, the machine's address,
# IANA zone and language code of the page.
Visitor = namedtuple("Visitor", "kind company key address zone lang")
# What became of it. ``code``: "done", "taken" (alternatives are offered), "faults" (dict of the
# name of a field to what is wrong with it), "limit", "robot" (both in ``words``) or "over".
Outcome = namedtuple(
    "Outcome", "code appointment words faults alternatives", defaults=[None, "", {}, []]
)


def read_origin(text):
    """The origin of a site's address, as browsers write it.

    :param str text: such as ``https://www.example.com/contact``
    :return: str, such as ``https://www.example.com``; empty for what is none
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[a-z0-9.-]+", host):
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


class TimeTaken(Exception):
    """Somebody else was faster: what was made for this booking is undone."""


class SupportBookingPage(models.AbstractModel):
    """What a visitor without an account may do on the public pages, and nothing else.

    Called as OdooBot, as the mail gateway is: nothing depends on whether somebody is logged in.
    """

    _name = "support.booking.page"
    _description = "Booking Page"

    # ------------------------------------------------------------------
    # What is published
    # ------------------------------------------------------------------

    @api.model
    def _find_company(self, company_id=None):
        """The company that a page books at.

        :param int company_id: as the address names it; without it that of visitors
        :return: ``res.company``; empty for one at which nothing can be booked
        """
        companies = self.env["res.company"]
        company = self.env["support.appointment.type"]._get_booking_company()
        if company_id:
            company = companies.browse(company_id).exists().filtered("active")
        return company if company and self._find_types(company) else companies

    @api.model
    def _find_types(self, company):
        """The published types of a company: its own, and those of no company in particular."""
        return self.env["support.appointment.type"].search(
            [("booking_mode", "!=", "off"), ("company_id", "in", [company.id, False])]
        )

    @api.model
    def _find_type(self, code, company_id=None):
        """The type of a page's address, with the company that it is booked at.

        A type of a company is found without naming the company, where no other has its code.

        :param str code: whatever its case
        :return: tuple of ``support.appointment.type`` and ``res.company``, both empty for none
        """
        types = self.env["support.appointment.type"]
        main = types._get_booking_company()
        found = types.search([("booking_mode", "!=", "off"), ("code", "=ilike", code)])
        # An underscore is any character to the database.
        found = found.filtered(lambda kind: kind.code.lower() == code.lower())
        if company_id:
            companies = self.env["res.company"].browse(company_id).exists().filtered("active")
            found = found.filtered(lambda kind: kind.company_id in (companies, types.company_id))
        else:
            companies = main
        if not found or not companies:
            return types, self.env["res.company"]
        best = found.sorted(
            lambda kind: (kind.company_id != companies, bool(kind.company_id), kind.id)
        )[0]
        return best, best.company_id or companies

    @api.model
    def _get_frame_origins(self):
        """The sites that may show the pages as a part of theirs.

        :return: list of str, such as ``https://www.example.com``
        """
        # sudo: read for visitors, and told to every browser.
        text = self.env["ir.config_parameter"].sudo().get_param(FRAME_ORIGINS) or ""
        return [origin for origin in map(read_origin, text.split()) if origin]

    # ------------------------------------------------------------------
    # Signed values
    # ------------------------------------------------------------------

    @api.model
    def _make_key(self):
        """A browser's key, which it hands back signed with each form."""
        return secrets.token_hex(16)

    @api.model
    def _sign(self, purpose, values):
        """Values that come back as they are, or not at all.

        :param str purpose: what is signed for one is worth nothing for another
        :param dict values: for JSON
        :return: str that fits an address
        """
        text = base64.urlsafe_b64encode(json.dumps(values, sort_keys=True).encode()).decode()
        return f"{text}.{self._get_signature(purpose, text)}"

    @api.model
    def _read_signed(self, purpose, signed):
        """
        :return: dict; None for what we did not sign
        """
        text, _dot, signature = (signed or "").rpartition(".")
        if not text.isascii() or not signature.isascii():
            return None
        if not consteq(self._get_signature(purpose, text), signature):
            return None
        return json.loads(base64.urlsafe_b64decode(text))

    @api.model
    def _get_signature(self, purpose, text):
        return hmac(self.env(su=True), f"support_center-booking-{purpose}", text)

    @api.model
    def _make_form_token(self, visitor, start=None):
        """What a form carries: whose it is, what for, and when the page was made.

        :param datetime start: naive UTC, of the time that is booked by the form
        """
        values = {
            "key": visitor.key,
            "type": visitor.kind.id,
            "company": visitor.company.id,
            "made": self._get_seconds(),
        }
        if start:
            values["start"] = fields.Datetime.to_string(start)
        return self._sign("form", values)

    @api.model
    def _read_form_token(self, signed, kind, company):
        """
        :return: dict with ``key``, ``made``, and ``start`` of a form that books; None for a token
            of another type, or none of ours
        """
        values = self._read_signed("form", signed)
        if not values or (values["type"], values["company"]) != (kind.id, company.id):
            return None
        return values

    @api.model
    def _get_seconds(self):
        return int(aware(fields.Datetime.now()).timestamp())

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    @api.model
    def _make_unsaved(self, visitor):
        """The visit as it would be, for those who look for its times.

        In the company's zone, whatever the visitor's: their own day is theirs to judge, and who
        sits on the other side of the earth chooses among all times at which the company is open.
        """
        # Nobody whom we know: what a visitor sees does not depend on whose address they type.
        partner = self.env["res.partner"].new({"tz": False})
        return self.env["support.appointment"].new(
            {
                "company_id": visitor.company.id,
                "type_id": visitor.kind.id,
                "duration": visitor.kind.duration,
                "partner_id": partner,
                "requested_date": False,
                "timezone": False,
            }
        )

    @api.model
    def _find_days(self, visitor, date_from, days):
        """
        :return: as ``_find_days`` of ``support.customer.times``
        """
        return self.env["support.customer.times"]._find_days(
            self._make_unsaved(visitor), date_from, days, visitor.zone, visitor.key
        )

    @api.model
    def _find_alternatives(self, visitor, start):
        """Three other times, as a person would offer them.

        :return: list of datetimes, naive UTC
        """
        offers = self.env["support.customer.times"]._find_alternatives(
            self._make_unsaved(visitor), without=(start,), limit=3
        )
        return [offer.slot.start for offer in offers]

    @api.model
    def _hold(self, visitor, start):
        """Hold a time for somebody who fills the form in.

        :param datetime start: naive UTC
        :return: tuple of ``Outcome`` ("done", "taken" or "limit") and ``support.slot.hold``
        """
        holds = self.env["support.slot.hold"]
        if own := self._find_own_hold(visitor, start):
            return Outcome("done"), own
        attempts = self.env["support.booking.attempt"]
        if limit := attempts._count("hold", visitor.address, self._get_booking_key(visitor, start)):
            return Outcome("limit", words=self._describe_limit(limit, visitor)), holds
        hold = self.env["support.customer.times"]._hold_time(
            self._make_unsaved(visitor), start, visitor_key=visitor.key
        )
        if not hold:
            others = self._find_alternatives(visitor, start)
            return Outcome("taken", alternatives=others), holds
        return Outcome("done"), hold

    @api.model
    def _find_own_hold(self, visitor, start):
        own = self.env["support.slot.hold"]._find_own(visitor_key=visitor.key)
        return own.filtered(lambda hold: hold.start == start)[:1]

    @api.model
    def _describe_hold(self, hold, zone):
        """Until when a time is held, in words.

        :return: str like “14:30”, empty without a hold
        """
        return format_hour(self.env, hold[0].expires_at, zone) if hold else ""

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    @api.model
    def _find_robot(self, token, honeypot):
        """What speaks for a program that has filled the form in, in words for a person.

        :param dict token: as of ``_read_form_token``
        :param str honeypot: what came in the field that people do not see
        :return: str; empty where nothing does
        """
        seconds = self._get_seconds() - token["made"]
        if honeypot:
            return _(
                "Something was filled in that nobody can see here, perhaps by your browser. It "
                "is empty again now: please look your details over, and book once more."
            )
        if seconds < LEAST_SECONDS:
            return _("That was very quick. Please check your details, and send them again.")
        if seconds > MOST_SECONDS:
            return _(
                "This page was open for a long time. Please look your details over, and book "
                "once more."
            )
        return ""

    @api.model
    def _book(self, visitor, start, values):
        """Book, or ask for, a time on the page.

        An address that has to be confirmed first makes neither a contact nor a confirmed visit:
        a draft is made, with the time held for it.

        :param datetime start: naive UTC
        :param dict values: str by the names of ``KEYS``, as they were typed
        :return: ``Outcome``
        """
        page = self.with_company(visitor.company)
        booking_key = page._get_booking_key(visitor, start)
        appointments = page.env["support.appointment"]
        page.env["support.intake.key"]._claim("booking", [(booking_key,)])
        if known := appointments._find_by_booking_key(booking_key):
            return Outcome("done", known)
        reading, faults = page._read_values(visitor, start, values)
        if faults:
            return Outcome("faults", faults=faults)
        email = reading.result.request.customer_email
        attempts = page.env["support.booking.attempt"]
        if limit := attempts._count("book", visitor.address, booking_key, email):
            return Outcome("limit", words=page._describe_limit(limit, visitor))
        try:
            # A draft for a time that somebody else has taken is none.
            with page.env.cr.savepoint():
                visit = page._make_booking(visitor, start, values, reading)
                visit.flush_recordset()
        except (TimeTaken, DoubleBooking):
            return Outcome("taken", alternatives=page._find_alternatives(visitor, start))
        page._tell_visitor(visit)
        return Outcome("done", visit)

    @api.model
    def _get_booking_key(self, visitor, start):
        return f"{visitor.key}-{int(aware(start).timestamp())}"

    @api.model
    def _read_values(self, visitor, start, values):
        """Read what was typed, as every request is read.

        :return: tuple of ``Reading`` and a dict of the name of a field to what is wrong with it
        """
        intake, words = self.env["support.intake"], self.env["support.intake.words"]
        payload = {key: values.get(name, "") for name, key in KEYS.items()}
        payload["requested_date"] = f"{fields.Datetime.to_string(start)}Z"
        if is_odoo_zone(self.env, visitor.zone):
            payload["timezone"] = visitor.zone
        (reading,) = intake._read_payloads([{key: text for key, text in payload.items() if text}])
        faults = {}
        for problem in reading.problems:
            name = NAMES.get(problem.field, problem.field)
            faults[name] = words._describe_beside_value(problem)
        if not values.get("name"):
            faults["name"] = _("Please enter your name.")
        if not values.get("email"):
            faults["email"] = _("Please enter your e-mail address: we write to you there.")
        if not values.get("location") and visitor.kind.place == "on_site":
            faults["location"] = _("Please say where we should come to.")
        address = reading.result.request.customer_email
        addresses = self.env["support.mail.address"]
        if address and addresses._is_own(address, visitor.company):
            faults["email"] = _("This is our own address. Please enter yours.")
        return reading, faults

    @api.model
    def _needs_verification(self, kind, email):
        """Whether the booking counts only once the link in our mail was opened."""
        if kind.booking_verify != "unknown":
            return kind.booking_verify == "always"
        contacts = self.env["support.intake.contacts"]
        # sudo: whether there is such a contact changes what happens, and is not told.
        known = contacts._find_partners(self.env["res.partner"].sudo(), [email], self.env.company)
        return email not in known

    @api.model
    def _make_booking(self, visitor, start, values, reading):
        """
        :raise TimeTaken: where the time is not the visitor's to book any more
        """
        intake = self.env["support.intake"]
        email = reading.result.request.customer_email
        needs_verification = self._needs_verification(visitor.kind, email)
        if needs_verification:
            vals = self._prepare_unverified_vals(reading)
        else:
            partners = self._get_partners(reading, visitor.lang)
            vals = intake._prepare_appointment_vals(reading, partners)
        is_instant = visitor.kind.booking_mode == "instant"
        # Also of who only asks: a form tells a time, and not that it is one that we offer.
        hold = self._hold_for_booking(visitor, start)
        if is_instant:
            vals["start"] = False
        typed = {name: values.get(name) or "" for name in TYPED}
        typed.update(lang=visitor.lang, zone=visitor.zone, mode=visitor.kind.booking_mode)
        vals.update(
            type_id=visitor.kind.id,
            duration=visitor.kind.duration,
            requested_date=start,
            source="portal",
            intake_raw=self._describe_raw(typed),
            booking_typed=typed,
            booking_key=self._get_booking_key(visitor, start),
            booking_state="unverified" if needs_verification else False,
        )
        (visit,) = self.env["support.appointment"]._create_prepared(
            [{**OWN_DEFAULTS, **vals, "company_id": visitor.company.id}]
        )
        if not needs_verification:
            visit._subscribe_customers()
        if needs_verification and is_instant:
            self._hold_until_verified(visit, hold)
        elif is_instant:
            visit = visit.with_context(**{VISITOR_KEY: visitor.key})
            self._plan(visit, start, hold.technician_id)
            hold._release()
        else:
            # What somebody asks for keeps nobody else from it.
            hold._release()
        return visit

    @api.model
    def _describe_raw(self, typed):
        """What was typed, as those who look after the visit read it."""
        appointments = self.env["support.appointment"]
        lines = appointments.with_context(
            lang=get_company_lang(self.env.company)
        )._describe_booking(typed)
        return "\n".join(f"{label}: {text}" for label, text in lines)

    @api.model
    def _get_partners(self, reading, lang):
        """The customer, found or made as for each request, with the language of the page.

        :return: as ``_get_partners`` of ``support.intake.contacts``
        """
        contacts = self.env["support.intake.contacts"]
        email = reading.result.request.customer_email
        known = contacts._find_or_claim([email])
        partners = contacts._get_partners([reading])
        if not known and self.env["res.lang"]._lang_get(lang):
            # What a visitor reads says more than what the company speaks.
            partners[email].lang = lang
        return partners

    @api.model
    def _prepare_unverified_vals(self, reading):
        """Values of a draft of somebody whose address nobody has confirmed: no contact."""
        request = reading.result.request
        words = self.with_context(lang=get_company_lang(self.env.company))
        return {
            **self.env["support.intake"]._prepare_understood_vals(reading),
            "customer_name": request.customer_name,
            "customer_email": request.customer_email,
            "customer_phone": request.customer_phone,
            "company_id": self.env.company.id,
            "intake_state": "review",
            "intake_note": words._describe_unverified(),
        }

    @api.model
    def _describe_unverified(self):
        return _(
            "Booked on the booking page. The address is new to us, or every address is to be "
            "confirmed: once the link in our mail is opened, this request is accepted by itself. "
            "Accept it by hand where you know the customer."
        )

    @api.model
    def _hold_for_booking(self, visitor, start):
        """The visitor's hold of a time, made anew where the old one has ended.

        :raise TimeTaken: where somebody else was faster
        """
        hold = self._find_own_hold(visitor, start)
        if not hold:
            hold = self.env["support.customer.times"]._hold_time(
                self._make_unsaved(visitor), start, visitor_key=visitor.key
            )
        if not hold:
            raise TimeTaken
        return hold

    @api.model
    def _hold_until_verified(self, visit, hold):
        """Hold the visitor's time for the draft, until its address is confirmed.

        :raise TimeTaken: where that cannot be
        """
        slot = Slot(hold.start, hold.stop, hold.technician_id.id)
        hold._release()
        minutes = self._get_verify_minutes()
        holds = self.env["support.slot.hold"]
        if not holds._hold([slot], appointment=visit, minutes=minutes, origin="booking"):
            raise TimeTaken

    @api.model
    def _get_verify_minutes(self):
        parameters = self.env["ir.config_parameter"]
        return int(parameters._get_support_number("support_center.booking_verify_minutes"))

    @api.model
    def _plan(self, visit, start, technician):
        """Confirm a visit at the time that was chosen.

        Who was free at it may turn out not to fit, once the customer and their place are known;
        then somebody else is sent who does.

        :raise TimeTaken: where nobody can come any more
        """
        try:
            if technician and visit._can_be_done_by(technician):
                visit.write({"start": start, "technician_id": technician.id})
                note = self.with_context(lang=visit._get_company_lang())._describe_online()
                visit._store_notes({visit.id: note})
            else:
                visit.write({"start": start})
                if visit._assign():
                    raise TimeTaken
            visit.action_confirm()
        except UserError as error:
            # Not free any more, in words for those who plan.
            raise TimeTaken from error

    # ------------------------------------------------------------------
    # Confirming an address
    # ------------------------------------------------------------------

    @api.model
    def _verify(self, visit, start=None):
        """The link in our mail was opened, and the button on its page pressed.

        :param visit: ``support.appointment`` whose token was handed in
        :param datetime start: naive UTC, another time that was offered since
        :return: ``Outcome``: "done", "taken", or "over" for one that was called off meanwhile
        """
        page = self.with_company(visit.company_id)
        visit = visit.with_env(page.env)
        # Two windows of one person are one after the other.
        page.env["support.intake.key"]._claim("booking", [(visit.booking_key,)])
        visit.invalidate_recordset()
        if visit.state not in ("draft", "cancelled"):
            return Outcome("done", visit)
        if visit.state == "cancelled" or not visit.active:
            return Outcome("over", visit)
        if visit.booking_state == "unverified":
            page._accept_verified(visit)
        typed = visit._get_booking_typed()
        if typed.get("mode") != "instant":
            return Outcome("done", visit)
        return page._plan_verified(visit, start or visit.requested_date, typed)

    @api.model
    def _accept_verified(self, visit):
        """Make the customer of a draft whose address is theirs."""
        vals = {"booking_state": "verified"}
        if visit.intake_state == "review":
            vals.update(intake_state="accepted", intake_note=False)
            if not visit.partner_id:
                contacts = self.env["support.intake.contacts"]
                lang = visit._get_booking_lang()
                is_known = contacts._find_or_claim([visit.customer_email])
                partner = contacts._get_partner_by_hand(visit)
                if not is_known:
                    partner.lang = lang
                vals["partner_id"] = partner.id
                vals["intake_note"] = visit._describe_other_contact(partner)
            is_request = visit._get_booking_typed().get("mode") != "instant"
            if is_request and not visit.start and visit.requested_date > fields.Datetime.now():
                vals["start"] = visit.requested_date
        visit._write_protected(vals)
        visit._subscribe_customers()

    @api.model
    def _plan_verified(self, visit, start, typed):
        visitor = Visitor(
            kind=visit.type_id,
            company=visit.company_id,
            key=visit.booking_key.partition("-")[0],
            address="",
            zone=visit._get_booking_zone(),
            lang=typed.get("lang"),
        )
        own = self.env["support.slot.hold"]._find_own(appointment=visit)
        hold = own.filtered(lambda hold: hold.start == start)[:1]
        try:
            with self.env.cr.savepoint():
                hold = hold or self._hold_for_booking(visitor, start)
                keyed = visit.with_context(**{VISITOR_KEY: visitor.key})
                self._plan(keyed, start, hold.technician_id)
                visit.flush_recordset()
                (own | hold)._release()
        except (TimeTaken, DoubleBooking):
            return Outcome("taken", visit, alternatives=self._find_alternatives(visitor, start))
        return Outcome("done", visit)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _describe_online(self):
        return _("Chosen by the customer on the booking page.")

    @api.model
    def _describe_limit(self, limit, visitor):
        """Why nothing more is booked now, and what a person can do.

        :param str limit: as of ``_find_exceeded``
        """
        if limit == "email":
            text = _("A number of bookings came for this e-mail address today.")
        else:
            text = _("A number of bookings came from your network within this hour.")
        company = visitor.company
        ways = [each for each in (company.phone, company.email) if each]
        if not ways:
            return text + " " + _("Please try again later.")
        return (
            text
            + " "
            + _("Please try again later, or reach us here: %(ways)s.", ways=", ".join(ways))
        )

    # ------------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------------

    @api.model
    def _tell_visitor(self, visit):
        """Write to who booked: one mail. What is confirmed is told by the rule for that."""
        if visit.booking_state == "unverified":
            kind, name, told = "booking_verify", VERIFY, "verification"
        elif visit.state == "draft":
            kind, name, told = "booking_request", REQUEST_RECEIVED, "answer"
        else:
            return
        notifier, log = self.env["support.notifier"], self.env["support.automation.log"]
        fault = notifier._find_template_fault(name)
        notifications = self.env["support.notification"]
        if fault:
            notifications._record(visit, told, state="failed", reason=fault)
            log._record(kind, visit, "failed", fault)
            return
        lang = visit._get_booking_lang()
        template = notifier._get_template(name).with_context(lang=lang)
        subject = template._render_field("subject", visit.ids)[visit.id]
        body = template._render_field("body_html", visit.ids)[visit.id]
        mail = notifier._queue_to_address(visit, visit.customer_email, subject, body, kind=kind)
        notifications._record(visit, told, mail)
        notifier._wake_queue()
        log._record(kind, visit, "ok")
