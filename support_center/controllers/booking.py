import hashlib
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode

import werkzeug

from odoo import SUPERUSER_ID, _, fields, http
from odoo.http import request
from odoo.tools import consteq, file_open, file_path, format_date

from odoo.addons.base.models.res_partner import _tzs

from ..formatting import (
    format_duration_in_words,
    format_moment_in_words,
    get_company_zone,
    get_day,
    is_zone,
)
from ..intake.values import LIMITS
from ..languages import get_company_lang
from ..models.common.support_arguments import MAX_ID
from ..models.online_booking.support_appointment_type import PAGE_CODE
from ..models.online_booking.support_booking_page import KEYS, Visitor, read_origin

# How much is taken of what is typed, in characters.
LENGTHS = {name: min(LIMITS.get(key, 254), 5_000) for name, key in KEYS.items()}
# Whatever else an address or a form brings.
MOST_CHARACTERS = 2_000
# So many days stand on a page.
DAYS = 14
# No type offers times later than these; what an address names beyond is nothing.
MOST_DAYS = 400
# Which parameters of an address go along from page to page.
CARRIED = ("company", "lang", "tz", "embed")
STATIC = "support_center/static/src/booking/"
OWN_SITE = ["'self'"]
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"[0-9]{1,10}")


@lru_cache
def get_asset_url(name):
    """The address of a script or style, another one as soon as it is another."""
    with file_open(STATIC + name, "rb") as file:
        version = hashlib.sha256(file.read()).hexdigest()[:12]
    return f"/{STATIC}{name}?v={version}"


class SupportBooking(http.Controller):
    """Booking pages for everybody: plain HTML, no account, no cookie.

    Their forms carry a token that we signed instead of Odoo's CSRF token. That one belongs to a
    session, and in the frame of another site browsers keep no cookie and so no session. It would
    protect nothing here either: a forged request uses somebody's log-in, and these pages use none.
    They act as OdooBot within what ``support.booking.page`` allows, and do for whom is logged in
    exactly what they do for anybody, so whatever another site could have a browser send, it could
    send itself. What the token is for: it says whose hold a time is, and when the form was made.
    """

    # ------------------------------------------------------------------
    # Routes
    # ------------------------------------------------------------------

    @http.route("/book", type="http", auth="public", methods=["GET"], sitemap=False)
    def book(self, **_parameters):
        """The published types of a company."""
        page = self._get_page()
        company = page._find_company(self._get_number("company"))
        if not company:
            return self._not_found(page)
        page = self._localize(page, company)
        kinds = [
            {
                **self._describe_type(kind),
                "url": self._get_url(f"/book/{kind.code}", **self._get_prefill()),
            }
            for kind in page._find_types(company)
        ]
        return self._render("booking_types", page, company, {"kinds": kinds}, is_public=True)

    @http.route("/book/embed.js", type="http", auth="public", methods=["GET"], sitemap=False)
    def book_script(self, **_parameters):
        """The script of sites that show a booking page as a part of theirs."""
        stream = http.Stream.from_path(file_path(STATIC + "embed.js"))
        return stream.get_response(mimetype="text/javascript", max_age=3600)

    @http.route("/book/<string:code>", type="http", auth="public", methods=["GET"], sitemap=False)
    def book_type(self, code, **_parameters):
        """The days and free times of a type."""
        visitor, page = self._get_visitor(code)
        if not visitor:
            return self._not_found(page)
        return self._render_times(page, visitor)

    @http.route(
        "/book/<string:code>/details",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        # Not a session's: see the class.
        csrf=False,
    )
    def book_details(self, code, **_parameters):
        """A time was chosen: hold it, and ask for the rest."""
        visitor, page = self._get_visitor(code)
        if not visitor:
            return self._not_found(page)
        token = page._read_form_token(self._get_text("token"), visitor.kind, visitor.company)
        if request.httprequest.method == "GET" or not token:
            return self._redirect(self._get_url(f"/book/{visitor.kind.code}"))
        visitor = visitor._replace(key=token["key"])
        start = self._read_start(self._get_text("start"))
        values = self._get_values()
        if not start:
            return self._render_times(page, visitor)
        outcome, hold = page._hold(visitor, start)
        if outcome.code == "done":
            return self._render_details(page, visitor, start, hold, values)
        if outcome.code == "limit":
            return self._render_message(page, visitor, _("Not now, please"), outcome.words, 429)
        return self._render_details(
            page, visitor, start, hold, values, alternatives=outcome.alternatives
        )

    @http.route(
        "/book/<string:code>/book",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        # Not a session's: see the class.
        csrf=False,
    )
    def book_now(self, code, **_parameters):
        """The form was sent: book."""
        visitor, page = self._get_visitor(code)
        if not visitor:
            return self._not_found(page)
        token = page._read_form_token(self._get_text("token"), visitor.kind, visitor.company)
        start = token and self._read_start(token.get("start"))
        if request.httprequest.method == "GET" or not start:
            return self._redirect(self._get_url(f"/book/{visitor.kind.code}"))
        visitor = visitor._replace(key=token["key"])
        values, hold = self._get_values(), page._find_own_hold(visitor, start)
        # Only a button that was pressed: programs send what is hidden or filled in already.
        if self._get_text("choice") != "book":
            return self._render_details(page, visitor, start, hold, values)
        words = page._find_robot(token, self._get_text("website"))
        if words:
            return self._render_details(page, visitor, start, hold, values, words=words)
        outcome = page._book(visitor, start, values)
        if outcome.code == "done":
            booking = page._sign("done", {"id": outcome.appointment.id})
            url = self._get_url(f"/book/{visitor.kind.code}/done", booking=booking)
            return self._redirect(url)
        if outcome.code == "limit":
            return self._render_details(
                page, visitor, start, hold, values, words=outcome.words, status=429
            )
        return self._render_details(
            page,
            visitor,
            start,
            hold,
            values,
            faults=outcome.faults,
            alternatives=outcome.alternatives if outcome.code == "taken" else None,
        )

    @http.route(
        "/book/<string:code>/done", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def book_done(self, code, **_parameters):
        """What was booked, as it was typed and chosen: for those who have this address.

        It tells nothing of what we know of the customer, not even whether we know them, and so it
        has no link to the page of the appointment, which does: that one is in our mail.
        """
        visitor, page = self._get_visitor(code)
        if not visitor:
            return self._not_found(page)
        values = page._read_signed("done", self._get_text("booking"))
        # The appointment of a signed number, and of the type whose page this is.
        visit = page.env["support.appointment"].browse(values["id"]) if values else None
        if not visit or not visit.exists() or not visit.booking_key or not visit._is_link_valid():
            return self._redirect(self._get_url(f"/book/{visitor.kind.code}"))
        return self._render(
            "booking_done",
            page,
            visitor.company,
            {
                **self._describe_type(visitor.kind),
                "when": self._describe_start(page.env, visit.requested_date, visitor.zone),
                "lines": visit._get_booking_lines(),
                "email": visit._get_booking_typed().get("email"),
                "is_instant": visitor.kind.booking_mode == "instant",
                "verify": visitor.kind.booking_verify,
                "minutes": page._get_verify_minutes(),
                "event": "booked",
                "url": self._get_url("/book"),
            },
        )

    @http.route(
        "/book/verify/<int:appointment_id>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        # Not a session's: who has the link's token is who may confirm, whatever the log-in.
        csrf=False,
    )
    def book_verify(self, appointment_id, **_parameters):
        """The link of our mail: GET asks, POST confirms the address and books."""
        page = self._get_page()
        visit = self._find_by_token(page, appointment_id)
        if not visit:
            return self._not_found(page)
        company, zone = visit.company_id, visit._get_booking_zone()
        lang = self._find_lang(page.env, self._get_text("lang")) or visit._get_booking_lang()
        page = self._localize(page, company, lang)
        visit = visit.with_env(page.env)
        if visit.booking_state == "verified" and visit.state not in ("draft", "cancelled"):
            return self._redirect(visit._get_link_to())
        outcome, start = None, self._read_start(self._get_text("start"))
        is_post = request.httprequest.method == "POST"
        if is_post and (start or self._get_text("choice") == "confirm"):
            outcome = page._verify(visit, start)
            if outcome.code == "done":
                return self._redirect(visit._get_link_to())
        is_over = visit.state == "cancelled" or not visit.active
        return self._render(
            "booking_verify",
            page,
            company,
            {
                **self._describe_type(visit.type_id),
                "when": self._describe_start(page.env, visit.requested_date, zone),
                "lines": visit._get_booking_lines(),
                "until": visit._get_booking_deadline(),
                "is_over": is_over,
                "is_verified": visit.booking_state == "verified",
                "alternatives": self._prepare_buttons(
                    page.env, outcome.alternatives if outcome else [], zone
                ),
                "is_taken": bool(outcome),
                "action": f"/book/verify/{visit.id}",
                "access_token": visit.access_token,
                "page_url": visit._get_link_to(),
            },
            status=410 if is_over else 200,
        )

    # ------------------------------------------------------------------
    # Who asks for what
    # ------------------------------------------------------------------

    def _get_page(self):
        """``support.booking.page`` as OdooBot, also for users who are logged in."""
        # What a user has in the context of their session is nothing to these pages either.
        env = request.env(user=SUPERUSER_ID, su=True, context={})
        return env["support.booking.page"]

    def _get_visitor(self, code):
        """
        :return: tuple of ``Visitor``, None for a page that there is not, and the service in the
            visitor's language
        """
        page = self._get_page()
        if not PAGE_CODE.fullmatch(code):
            return None, page
        kind, company = page._find_type(code, self._get_number("company"))
        if not kind:
            return None, page
        page = self._localize(page, company)
        zone = self._get_text("tz")
        visitor = Visitor(
            kind=kind.with_env(page.env),
            company=company.with_env(page.env),
            key=page._make_key(),
            address=request.httprequest.remote_addr,
            zone=zone if is_zone(zone) else get_company_zone(company),
            lang=page.env.lang,
        )
        return visitor, page

    def _find_by_token(self, page, appointment_id):
        token = self._get_text("access_token")
        if appointment_id > MAX_ID or not token or not token.isascii():
            return None
        visit = page.env["support.appointment"].browse(appointment_id).exists()
        if not visit or not visit.booking_key or not visit._is_link_valid():
            return None
        return visit if consteq(visit.access_token or "", token) else None

    def _localize(self, page, company, lang=None):
        """The service in the language of the visitor, and for this company."""
        lang = lang or self._choose_lang(page.env, company)
        # The words of this controller and of the templates, too.
        request.update_context(lang=lang)
        return page.with_context(lang=lang).with_company(company)

    def _choose_lang(self, env, company):
        """The language of the address, else the first one that the browser asks for, else the
        company's.

        :return: str, the code of an installed language
        """
        wanted = [self._get_text("lang")]
        wanted += [code for code, _weight in request.httprequest.accept_languages]
        for code in wanted:
            if found := self._find_lang(env, code):
                return found
        return get_company_lang(company)

    def _find_lang(self, env, code):
        """
        :param str code: as browsers or Odoo write it, like ``fr``, ``fr-BE`` or ``fr_BE``
        :return: str, the nearest installed language; None without one
        """
        code = (code or "").replace("-", "_").lower()
        installed = [code_ for code_, _name in env["res.lang"].get_installed()]
        exact = [each for each in installed if each.lower() == code]
        alike = [each for each in installed if each.lower().split("_")[0] == code.split("_")[0]]
        return next(iter([*exact, *alike]), None)

    # ------------------------------------------------------------------
    # Parameters
    # ------------------------------------------------------------------

    def _get_text(self, name, length=MOST_CHARACTERS):
        """A parameter as text that can be stored: of the form, else of the address."""
        value = request.params.get(name)
        if not isinstance(value, str):
            return ""
        return CONTROL_CHARACTERS.sub("", value[: length * 2].replace("\r\n", "\n"))[:length]

    def _get_number(self, name):
        """A number above zero; a number that no record has for anything else that is given."""
        text = self._get_text(name)
        if not text:
            return None
        return min(int(text), MAX_ID) if NUMBER.fullmatch(text) and int(text) else MAX_ID

    def _get_values(self):
        """What is typed into the form, or fills it in beforehand."""
        return {name: self._get_text(name, length).strip() for name, length in LENGTHS.items()}

    def _get_prefill(self):
        """What of the address fills the form in, without what is empty."""
        values = {**self._get_values(), "date": self._get_text("date", 32)}
        return {name: text for name, text in values.items() if text}

    def _read_date(self, text):
        """A day within reach, or None."""
        try:
            day = date.fromisoformat((text or "")[:10])
        except ValueError:
            return None
        today = fields.Date.today()
        # Yesterday may be today somewhere.
        if today - timedelta(days=1) <= day <= today + timedelta(days=MOST_DAYS):
            return day
        return None

    def _read_start(self, text):
        """A time as our buttons have it, in naive UTC; None for anything else."""
        try:
            start = datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S")
        except ValueError:
            return None
        return start if self._read_date(text) else None

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    def _get_carried(self):
        """The parameters that each address of these pages goes on with."""
        carried = {name: self._get_text(name, 200) for name in CARRIED}
        return {name: text for name, text in carried.items() if text}

    def _get_url(self, path, **params):
        query = urlencode({**self._get_carried(), **params})
        return f"{path}?{query}" if query else path

    def _redirect(self, url):
        response = werkzeug.utils.redirect(url, 303)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _render_times(self, page, visitor):
        today = get_day(fields.Datetime.now(), visitor.zone)
        wanted = self._read_date(self._get_text("date", 32))
        day = self._read_date(self._get_text("day", 32)) or wanted
        first = max(self._read_date(self._get_text("from", 32)) or wanted or today, today)
        days = page._find_days(visitor, first, DAYS)
        chosen = next((each for each in days if each.date == day), None)
        if not chosen or not chosen.times:
            chosen = next((each for each in days if each.times), None)
        prefill = self._get_prefill()
        path = f"/book/{visitor.kind.code}"
        around = {key: text for key, text in prefill.items() if key != "date"}
        horizon = visitor.kind.horizon_days or MOST_DAYS
        later = first + timedelta(days=DAYS)
        earlier = max(first - timedelta(days=DAYS), today)
        values = {
            **self._describe_type(visitor.kind),
            "days": [
                {
                    "weekday": self._format_day(page.env, each.date, "EEE"),
                    "name": self._format_day(page.env, each.date, "d MMM"),
                    "count": len(each.times),
                    "is_chosen": each == chosen,
                    "url": self._get_url(
                        path, **around, **{"from": first.isoformat()}, day=each.date.isoformat()
                    )
                    + "#times",
                }
                for each in days
            ],
            "day_name": chosen and chosen.label,
            "times": [
                {
                    "value": fields.Datetime.to_string(each.start),
                    "label": each.label,
                    "is_own": each.is_own,
                }
                for each in (chosen.times if chosen else [])
            ],
            "later_url": later <= today + timedelta(days=min(horizon, MOST_DAYS))
            and self._get_url(path, **around, **{"from": later.isoformat()}),
            "earlier_url": first > today
            and self._get_url(path, **around, **{"from": earlier.isoformat()}),
            "action": self._get_url(f"{path}/details"),
            "token": page._make_form_token(visitor),
            "hidden": self._get_values(),
            "zone": visitor.zone,
            "zones": self._get_zones(visitor.zone),
            # For the form that changes the zone.
            "kept": {
                **{key: text for key, text in self._get_carried().items() if key != "tz"},
                **prefill,
            },
            "path": path,
            "all_url": self._get_url("/book"),
            "is_zone_given": is_zone(self._get_text("tz")),
        }
        return self._render("booking_times", page, visitor.company, values, is_public=True)

    def _render_details(
        self,
        page,
        visitor,
        start,
        hold,
        values,
        faults=None,
        words="",
        alternatives=None,
        status=200,
    ):
        """The form, with what was typed.

        :param alternatives: other times (naive UTC), where this one was taken by somebody
        """
        path = f"/book/{visitor.kind.code}"
        env = page.env
        return self._render(
            "booking_details",
            page,
            visitor.company,
            {
                **self._describe_type(visitor.kind),
                "when": self._describe_start(env, start, visitor.zone),
                "until": page._describe_hold(hold, visitor.zone),
                "zone": visitor.zone,
                "values": values,
                "faults": self._sort_faults(faults or {}),
                "words": words,
                "is_taken": alternatives is not None,
                "alternatives": self._prepare_buttons(env, alternatives or [], visitor.zone),
                "action": self._get_url(f"{path}/book"),
                "details_action": self._get_url(f"{path}/details"),
                "token": page._make_form_token(visitor, start),
                "is_on_site": visitor.kind.place == "on_site",
                "is_instant": visitor.kind.booking_mode == "instant",
                "names": list(KEYS),
                "lengths": LENGTHS,
                "back_url": self._get_url(path, day=get_day(start, visitor.zone).isoformat()),
                "event": "taken" if alternatives is not None else "chosen",
            },
            status=status,
        )

    def _render_message(self, page, visitor, title, text, status):
        values = {"title": title, "text": text, "url": self._get_url(f"/book/{visitor.kind.code}")}
        return self._render("booking_message", page, visitor.company, values, status=status)

    def _not_found(self, page):
        company = page.env["support.appointment.type"]._get_booking_company()
        page = self._localize(page, company)
        values = {
            "title": _("There is nothing to book here"),
            "text": _("The address may be incomplete, or this visit is not offered any more."),
            "url": page._find_types(company) and "/book",
        }
        return self._render("booking_message", page, company, values, status=404)

    def _render(self, template, page, company, values, status=200, is_public=False):
        """A page of ours, whole: Odoo's frame has cookies, menus and scripts that nobody needs.

        :param bool is_public: whether search engines may keep it
        """
        env = page.env
        origins = page._get_frame_origins()
        embed = self._get_text("embed", 200)
        lang = env["res.lang"]._lang_get(env.lang)
        html = request.env["ir.qweb"]._render(
            f"support_center.{template}",
            {
                "company": company.sudo(),
                "logo_url": f"/web/binary/company_logo?company={company.id}",
                "lang_code": (env.lang or "en_US").replace("_", "-").partition("@")[0],
                "direction": "rtl" if lang.direction == "rtl" else "ltr",
                "languages": self._list_languages(env),
                "style_url": get_asset_url("booking.css"),
                "script_url": get_asset_url("booking.js"),
                "embed": read_origin(embed) if read_origin(embed) in origins else "",
                "is_embedded": bool(embed),
                "is_public": is_public,
                "event": "shown",
                "is_zone_given": True,
                "zone": "",
                **values,
            },
        )
        response = request.make_response(f"<!DOCTYPE html>\n{html}")
        response.status_code = status
        response.headers.update(
            {
                "Content-Type": "text/html; charset=utf-8",
                # A time that was free is not free for long.
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": (
                    f"frame-ancestors {' '.join(OWN_SITE + origins)}; base-uri 'none'; "
                    "object-src 'none'; form-action 'self'"
                ),
            }
        )
        if not origins:
            # For browsers that know no other; it has no word for other sites.
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        if not is_public:
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _list_languages(self, env):
        """
        :return: list of dicts of the other languages of these pages; empty on a page that was
            sent a form, where a link would lose it
        """
        if request.httprequest.method != "GET":
            return []
        languages = []
        for code, name in env["res.lang"].get_installed():
            if code == env.lang:
                continue
            params = {
                key: value
                for key, value in request.httprequest.args.items()
                if key != "lang" and len(value) <= MOST_CHARACTERS
            }
            languages.append(
                {
                    "name": name.split(" / ")[-1],
                    "code": code.replace("_", "-").partition("@")[0],
                    "url": f"{request.httprequest.path}?{urlencode({**params, 'lang': code})}",
                }
            )
        return languages

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_type(self, kind):
        return {
            "title": kind.published_name or kind.name,
            "text": kind.published_text or "",
            "length": self._describe_length(kind),
            "place": _("at your place") if kind.place == "on_site" else _("by phone or online"),
        }

    def _describe_length(self, kind):
        return format_duration_in_words(kind.env, round(kind.duration * 60))

    def _describe_start(self, env, start, zone):
        return f"{format_moment_in_words(env, start, zone)} ({zone})"

    def _sort_faults(self, faults):
        """In the order of the form, after those that belong to no field of it."""
        order = list(KEYS)
        return dict(
            sorted(faults.items(), key=lambda each: order.index(each[0]) if each[0] in KEYS else -1)
        )

    def _format_day(self, env, day, pattern):
        return format_date(env, day, date_format=pattern)

    def _prepare_buttons(self, env, starts, zone):
        return [
            {
                "value": fields.Datetime.to_string(start),
                "label": format_moment_in_words(env, start, zone),
            }
            for start in sorted(starts)
        ]

    def _get_zones(self, zone):
        """The zones that people know by a city, and the one of the page."""
        known = {name for name, _label in _tzs if "/" in name and not name.startswith("Etc/")}
        return sorted({zone, *known})
