from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from odoo import _, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.tools import consteq, is_html_empty

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..formatting import format_duration
from ..languages import get_customer_lang, get_user_lang
from ..models.common.support_arguments import MAX_ID
from ..models.portal.support_appointment import FILE_KINDS, MAX_FILE_BYTES, MAX_FILES, MAX_WORDS

# Of a page that a token in its address opens: kept out of caches, search engines, other
# sites' frames and the addresses that other sites are told.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


@dataclass(frozen=True)
class OpenVisit:
    """A record that somebody has opened by its link, or by logging in.

    ``record`` is read as superuser, in the reader's language: whether they may see it has been
    looked at. ``path`` is the address of its page, and ``token`` what they came with.
    """

    record: Any
    path: str
    token: str
    by_login: bool

    def link(self, suffix="", **params):
        """The address of a page of this record, for the same reader."""
        if self.token:
            params = {"access_token": self.token, **params}
        query = urlencode({key: value for key, value in params.items() if value})
        return f"{self.path}{suffix}?{query}" if query else f"{self.path}{suffix}"

    @property
    def may_act(self):
        """Staff look at the page; what they do, they do in the back office."""
        return not self.by_login or request.env.user.share

    @property
    def channel(self):
        return "portal" if self.by_login else "page"

    @property
    def author(self):
        """Who writes: the user who has logged in; an empty one for who has only the link."""
        user = request.env.user
        return user.partner_id.browse() if user._is_public() else user.partner_id


class SupportCustomerPortal(CustomerPortal):
    # ------------------------------------------------------------------
    # One appointment
    # ------------------------------------------------------------------

    @http.route(
        ["/my/appointments/<int:appointment_id>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        # The language is the reader's and not a part of the address, which mails carry.
        multilang=False,
    )
    def portal_support_appointment(self, appointment_id, access_token=None, **parameters):
        """The customer's page of one appointment: what, who, when, where. It only shows.

        Opened by the token in a mail's link or by logging in. A token opens
        one appointment, until some days after the visit; an unknown one tells
        nothing about what exists.
        """
        visit, refusal = self._support_open(appointment_id, access_token)
        return refusal or self._support_page(visit, done=parameters.get("done"))

    def _support_open(self, appointment_id, access_token):
        """The appointment of a page, and who looks at it.

        :return: tuple of ``OpenVisit`` and None, or None and the answer that refuses
        """
        try:
            appointment_sudo = self._document_check_access(
                "support.appointment", appointment_id, access_token
            )
        except (AccessError, MissingError):
            if self._support_has_link_ended("support.appointment", appointment_id, access_token):
                # sudo: whose token it was is known by now; nothing but the language is read.
                expired_sudo = request.env["support.appointment"].sudo().browse(appointment_id)
                self._support_use_reader_language(expired_sudo, by_login=False)
                return None, self._support_page_expired()
            return None, self._support_page_not_found()
        # Who asked twice is shown the one that was kept.
        appointment_sudo = appointment_sudo._follow_merge()
        by_login = self._support_may_read(appointment_sudo)
        appointment_sudo = self._support_use_reader_language(appointment_sudo, by_login)
        path = f"/my/appointments/{appointment_id}"
        return OpenVisit(appointment_sudo, path, access_token or "", by_login), None

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def _document_check_access(self, model_name, document_id, access_token=None):
        """A token of ours opens nothing once the link has ended, on any route of the portal.

        :raise MissingError: for a number that no record can have, too
        """
        if isinstance(document_id, int) and document_id > MAX_ID:
            raise MissingError(_("This document does not exist."))
        if not self._support_is_token(access_token) or self._support_has_link_ended(
            model_name, document_id, access_token
        ):
            access_token = None
        return super()._document_check_access(model_name, document_id, access_token)

    def _support_is_token(self, access_token):
        # Other texts cannot be compared in constant time; Python raises a TypeError.
        return isinstance(access_token, str) and access_token.isascii()

    def _support_has_link_ended(self, model_name, document_id, access_token):
        """Whether the token was the record's, and its link opens it no longer."""
        model = request.env[model_name]
        if "valid_access_token" not in model._fields or document_id > MAX_ID:
            return False
        # sudo: the token in the link is all that its reader needs to have.
        document_sudo = model.sudo().browse(document_id).exists()
        return bool(
            document_sudo.access_token
            and self._support_is_token(access_token)
            and consteq(document_sudo.access_token, access_token)
            and not document_sudo._is_link_valid()
        )

    def _support_may_read(self, record):
        """Whether the user who is logged in may read it without any token."""
        model = request.env[record._name]
        return bool(
            not request.env.user._is_public()
            and self._support_may_list(record._name)
            and model.search_count([("id", "=", record.id)], limit=1)
        )

    def _support_may_list(self, model_name):
        """Whether the user who is logged in may read any record of a model."""
        return request.env["ir.model.access"].check(model_name, "read", raise_exception=False)

    def _support_get_choice(self, post, allowed):
        """What a person chose on the page: the value of the button that they pressed.

        Buttons send their value only when they are pressed, so that a program that posts a form
        with all that is filled in already has chosen nothing.

        :param dict post: parameters of a request
        :param allowed: the values that count
        :return: str; None where nobody has chosen
        """
        choice = post.get("choice")
        return choice if request.httprequest.method == "POST" and choice in allowed else None

    def _support_use_reader_language(self, appointment_sudo, by_login):
        """Show the page in the language of the user who is logged in, else in the customer's,
        as their mails are; the browser's is anybody's who has the link.

        :return: the record in that language
        """
        company = appointment_sudo.company_id
        if by_login:
            lang = get_user_lang(request.env.user, company)
        else:
            lang = get_customer_lang(appointment_sudo.partner_id, company)
        # A website may have fewer languages than Odoo, and the frame of its pages no others.
        lang = request.env["ir.http"].get_nearest_lang(lang) or request.env.lang
        request.update_context(lang=lang)
        return appointment_sudo.with_context(lang=lang)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _support_page(self, visit, done=None, **values):
        """The page of the appointment.

        :param str done: what the customer has just done, as an address tells it
        :param values: more of them, such as the words of a message that was not taken
        """
        values = {
            **self._prepare_support_appointment_values(visit),
            "said": self._support_get_said(visit.record, done),
            **values,
        }
        return self._support_render("support_center.portal_support_appointment", visit, values)

    def _support_render(self, template, visit, values):
        """A page about a record.

        :return: the answer, kept private
        """
        values = {
            "page_name": "support_appointment",
            "appointment": visit.record,
            "visit": visit,
            "by_login": visit.by_login,
            **values,
        }
        return self._support_keep_private(request.render(template, values))

    def _prepare_support_appointment_values(self, visit):
        """What the page shows; times as text, as the mails have them."""
        appointment_sudo = visit.record
        is_to_come = appointment_sudo._is_to_come()
        return {
            "title": appointment_sudo._get_page_title(),
            "state": appointment_sudo._get_page_state(),
            "start": appointment_sudo._format_for_customer(appointment_sudo.start),
            "requested": appointment_sudo._format_for_customer(appointment_sudo.requested_date),
            "duration": format_duration(round(appointment_sudo.duration * 60)),
            "next_step": appointment_sudo._get_next_step(),
            "map_url": appointment_sudo._get_page_map_url(),
            "calendars": appointment_sudo._get_calendar_links(),
            "letters": appointment_sudo._list_letters(),
            "has_instructions": is_to_come
            and not is_html_empty(appointment_sudo.type_id.instructions),
            "has_report": appointment_sudo.state == "done",
            "may_attend": visit.may_act and appointment_sudo._may_promise(),
            "may_change": visit.may_act and is_to_come,
            "may_ask_again": visit.may_act and appointment_sudo._may_ask_again(),
            "file_kinds": ",".join(f".{kind}" for kind in FILE_KINDS),
            "max_files": MAX_FILES,
            "max_megabytes": MAX_FILE_BYTES // (1024 * 1024),
            "max_words": MAX_WORDS,
        }

    def _support_get_said(self, appointment_sudo, done):
        """What the page says of what was just done, where it is so.

        The address alone is not believed: anybody can write one.

        :return: str; empty where there is nothing to say
        """
        if done == "attend" and appointment_sudo.attendance == "confirmed":
            return _("Thank you. We know that you will be there.")
        if done == "cancel" and appointment_sudo.state == "cancelled":
            return _("Your visit is cancelled. Nobody comes.")
        if done == "move" and appointment_sudo.state == "confirmed":
            return _(
                "Your visit is now on %(moment)s.",
                moment=appointment_sudo._format_for_customer(appointment_sudo.start),
            )
        if done == "message":
            return _("Thank you. Your message is with us.")
        return ""

    def _support_page_not_found(self):
        response = request.render(
            "support_center.portal_support_message",
            {
                "page_name": "support_message",
                "title": _("This link opens nothing"),
                "text": _("It may be incomplete. Copy the whole link from the mail, or log in."),
            },
        )
        response.status_code = 404
        return self._support_keep_private(response)

    def _support_page_expired(self):
        response = request.render(
            "support_center.portal_support_message",
            {
                "page_name": "support_message",
                "title": _("This link has expired"),
                "text": _("The visit is over. Write to us, or log in to see it."),
            },
        )
        response.status_code = 410
        return self._support_keep_private(response)

    def _support_keep_private(self, response):
        """Keep a page that a token opens to those who were given the token."""
        response.headers.update(PRIVATE_HEADERS)
        return response
