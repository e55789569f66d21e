from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.rating.controllers.main import Rating

from ..intake.text import clean
from ..languages import get_customer_lang
from .portal import PRIVATE_HEADERS, SupportCustomerPortal

OUR_MODELS = ("support.appointment", "support.ticket")


class SupportRating(Rating):
    """Odoo's links of a rating, for our records: they show a page, and a person decides.

    In 17.0 they store a rating as soon as somebody, or some program, opens the link; and the form
    that they show has its answer filled in.
    """

    @http.route()
    def action_open_rating(self, token, rate, **kwargs):
        _rating_sudo, record_sudo = self._get_rating_and_record(token)
        if record_sudo._name not in OUR_MODELS:
            return super().action_open_rating(token, rate, **kwargs)
        return show_rating_page(record_sudo, f"/rate/{token}/submit_feedback")

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        _rating_sudo, record_sudo = self._get_rating_and_record(token)
        if record_sudo._name not in OUR_MODELS:
            return super().action_submit_rating(token, rate=rate, **kwargs)
        if request.httprequest.method == "POST":
            take_rating(record_sudo, kwargs)
        return show_rating_page(record_sudo, f"/rate/{token}/submit_feedback")

    def _get_rating_and_record(self, token):
        """A rating's link, which has a token of its own, ends with the customer's.

        :raise NotFound: as for a token that there is not
        """
        rating_sudo, record_sudo = super()._get_rating_and_record(token)
        if "valid_access_token" in record_sudo._fields and not record_sudo._is_link_valid():
            raise NotFound
        return rating_sudo, record_sudo


class SupportRatingPage(SupportCustomerPortal):
    @http.route(
        ["/my/appointments/<int:appointment_id>/rate"],
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_appointment_rate(self, appointment_id, access_token=None, **post):
        """How was it? GET shows; POST counts where a person has pressed one of the stars."""
        visit, refusal = self._support_open(appointment_id, access_token)
        if refusal:
            return refusal
        if not visit.may_act:
            # What is said of a technician is the customer's, and so is the link.
            return self._support_page(visit)
        record_sudo = visit.record
        if request.httprequest.method == "POST":
            take_rating(record_sudo, post)
        return show_rating_page(record_sudo, f"/my/appointments/{record_sudo.id}/rate")


def take_rating(record_sudo, post):
    """Store an answer, where the button that a person pressed tells one.

    :param dict post: what the form sent; ``choice`` is the name of its buttons, of which a program
        that sends what is filled in presses none
    """
    choice = post.get("choice")
    words = post.get("words")
    if choice in ("1", "2", "3", "4", "5"):
        satisfaction = request.env["support.satisfaction"].sudo()  # sudo: by the record's link
        satisfaction._rate(record_sudo, int(choice), clean(words) if isinstance(words, str) else "")


def show_rating_page(record_sudo, action):
    """The page with the stars, and what was answered already.

    :param str action: where the form leads, without a token
    """
    lang = request.env["ir.http"].get_nearest_lang(
        get_customer_lang(record_sudo.partner_id, record_sudo.company_id)
    )
    request.update_context(lang=lang or request.env.lang)
    record_sudo = record_sudo.with_context(lang=lang or request.env.lang)
    satisfaction = record_sudo.env["support.satisfaction"]
    answer = satisfaction._get_answers(record_sudo)[:1]
    response = request.render(
        "support_center.portal_support_rating",
        {
            "page_name": "support_message",
            "record": record_sudo,
            "when": record_sudo._get_formatted_start()
            if record_sudo._name == OUR_MODELS[0]
            else "",
            "action": action,
            "token": record_sudo.access_token,
            "answer": answer,
            "is_open": record_sudo._is_to_be_rated()
            and (not answer or satisfaction._is_open(answer)),
            "is_early": not record_sudo._is_to_be_rated(),
            "stars": satisfaction._list_stars(),
        },
    )
    response.headers.update(PRIVATE_HEADERS)
    return response
