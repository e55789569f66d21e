from odoo import _, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..languages import get_user_lang
from ..models.common.support_arguments import MAX_ID

# Of a page that a token in its address opens: kept out of caches, search engines, other
# sites' frames and the addresses that other sites are told.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


class SupportCustomerPortal(CustomerPortal):
    @http.route(
        ["/my/appointments/<int:appointment_id>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        # The language is the reader's and not a part of the address, which mails carry.
        multilang=False,
    )
    def portal_support_appointment(self, appointment_id, access_token=None, **_parameters):
        """The customer's page of one appointment: who, when, where. It only shows.

        Opened by the token in a mail's link or by logging in. A token opens
        one appointment, until some days after the visit; an unknown one tells
        nothing about what exists.
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
                return self._support_page_expired()
            return self._support_page_not_found()
        # Who asked twice is shown the one that was kept.
        appointment_sudo = appointment_sudo._follow_merge()
        by_login = self._support_may_read(appointment_sudo.id)
        appointment_sudo = self._support_use_reader_language(appointment_sudo, by_login)
        values = {
            **self._prepare_support_appointment_values(appointment_sudo),
            "page_name": "support_appointment",
            "by_login": by_login,
        }
        response = request.render("support_center.portal_support_appointment", values)
        return self._support_keep_private(response)

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
        # sudo: the token is all that a reader of the link needs to have.
        document_sudo = model.sudo().browse(document_id).exists()
        return bool(
            document_sudo.access_token
            and self._support_is_token(access_token)
            and consteq(document_sudo.access_token, access_token)
            and not document_sudo._is_link_valid()
        )

    def _support_may_read(self, appointment_id):
        """Whether the user who is logged in may read it without any token."""
        env = request.env
        return bool(
            not env.user._is_public()
            and env["ir.model.access"].check("support.appointment", "read", raise_exception=False)
            and env["support.appointment"].search_count([("id", "=", appointment_id)], limit=1)
        )

    def _support_use_reader_language(self, appointment_sudo, by_login):
        """Show the page in the language of the user who is logged in, else in the customer's,
        as their mails are; the browser's is anybody's who has the link.

        :return: the appointment in that language
        """
        if by_login:
            lang = get_user_lang(request.env.user, appointment_sudo.company_id)
        else:
            lang = appointment_sudo._get_customer_lang()
        # A website may have fewer languages than Odoo, and the frame of its pages no others.
        lang = request.env["ir.http"].get_nearest_lang(lang) or request.env.lang
        request.update_context(lang=lang)
        return appointment_sudo.with_context(lang=lang)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _prepare_support_appointment_values(self, appointment_sudo):
        """What the page shows; times as text, as the mails have them."""
        return {
            "appointment": appointment_sudo,
            "start": appointment_sudo._format_for_customer(appointment_sudo.start),
            "requested": appointment_sudo._format_for_customer(appointment_sudo.requested_date),
        }

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
