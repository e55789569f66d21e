from odoo import _, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..languages import get_user_lang


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
            return self._support_page_not_found()
        # Whoever asked twice is shown the one that was kept.
        appointment_sudo = appointment_sudo._follow_merge()
        by_login = self._support_may_read(appointment_sudo.id)
        if not by_login and not appointment_sudo._is_link_valid():
            self._support_use_reader_language(appointment_sudo, by_login)
            return self._support_page_expired()
        appointment_sudo = self._support_use_reader_language(appointment_sudo, by_login)
        values = {
            **self._prepare_support_appointment_values(appointment_sudo),
            "page_name": "support_appointment",
            "by_login": by_login,
        }
        response = request.render("support_center.portal_support_appointment", values)
        return self._support_keep_private(response)

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
        """Keep a page that a token opens out of caches, search engines and referrers."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
