from odoo import SUPERUSER_ID, api, models
from odoo.http import request

from ...intake import parse_body, parse_fields
from ...languages import get_company_lang
from .ir_http import WEBHOOK_PATH

# What a call without parameters and body holds; an empty mapping or list is something.
NOTHING = object()
FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
INTAKE_EVENTS = {"accepted": "appointment.accepted", "review": "appointment.rejected"}


class SupportAppointment(models.Model):
    """Requests that come by webhook, and what their sender is told of the reading."""

    _inherit = "support.appointment"

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    @api.model
    def _receive_webhook(self, payload):
        """Keep what came to the rule's address; see ``support.intake.webhook``.

        Odoo's route has no user and no company: the drafts are OdooBot's, in
        the company of ``support_center.webhook_company_id``.

        :param payload: as Odoo's route reads it; what is no plain JSON reaches us as
            the parameters of the address, so that the body is read anew
        :return: ``support.appointment``; an empty one, which makes the route
            answer with an error, only for a call that holds nothing at all
        """
        payload = self._get_webhook_payload(payload)
        if payload is NOTHING:
            return self.browse()
        return self._get_webhook_intake()._store(payload, self._get_webhook_files())

    @api.model
    def _claim_webhook(self, payload):
        """Meet other calls for the same customer or appointment before anything is done."""
        payload = self._get_webhook_payload(payload)
        if payload is not NOTHING:
            self._get_webhook_intake()._claim(payload)

    @api.model
    def _get_webhook_intake(self):
        """``support.intake.webhook`` as OdooBot in the company of requests by webhook."""
        company = self._get_webhook_company()
        context = {"lang": get_company_lang(company), "allowed_company_ids": company.ids}
        return self.env(user=SUPERUSER_ID, context=context)["support.intake.webhook"]

    @api.model
    def _get_webhook_payload(self, payload):
        """``payload``, or what the body of the call holds where Odoo could not read it, else
        ``NOTHING``."""
        if not request or not request.httprequest.path.startswith(WEBHOOK_PATH):
            return payload
        call = request.httprequest
        charset = call.mimetype_params.get("charset")
        if call.mimetype == "multipart/form-data":
            has_any = call.form or call.files
            found = parse_fields(call.form.items(multi=True)) if has_any else None
        else:
            is_form = call.mimetype == "application/x-www-form-urlencoded"
            found = parse_body(call.get_data(), is_form=is_form, charset=charset)
        if found is None:
            # Nothing but the parameters of the address, as of a call by GET.
            return {**call.args} or NOTHING
        is_form = call.mimetype in FORM_TYPES
        return {**call.args, **found} if is_form and isinstance(found, dict) else found

    @api.model
    def _get_webhook_files(self):
        """The files of a form.

        :return: list of ``(name, bytes)``
        """
        if not request or not request.httprequest.path.startswith(WEBHOOK_PATH):
            return []
        files = request.httprequest.files.values()
        found = []
        for each in files:
            each.seek(0)  # the call may have been run before, see ``_execute_webhook``
            found.append((each.filename or each.name, each.read()))
        return found

    @api.model
    def _get_webhook_company(self):
        """The company that requests by webhook belong to: the first one unless set."""
        # sudo: the route has no user; a parameter and a company's id are read.
        companies = self.env["res.company"].sudo()
        text = self.env["ir.config_parameter"].sudo().get_param("support_center.webhook_company_id")
        chosen = companies.browse(int(text) if text and text.isdigit() else []).exists()
        return chosen or companies.search([], order="id", limit=1)

    def _rule_read_webhook(self):
        """Read requests that came by webhook and were not read yet."""
        this = self
        if self.env.su and (not self.env.uid or self.env.user._is_public()):
            # Odoo's route has no user, or the public one; the drafts are OdooBot's.
            this = self.with_user(SUPERUSER_ID)
        this._read_webhooks(("received",))

    def _read_webhooks(self, intake_states):
        waiting = self.filtered(
            lambda a: (
                a.source == "webhook" and a.state == "draft" and a.intake_state in intake_states
            )
        )
        waiting._run_automation("read_webhook", lambda drafts: drafts._process_requests())

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    def _get_webhook_mark(self):
        mark = super()._get_webhook_mark()
        if self.source != "manual" and self.intake_state in INTAKE_EVENTS:
            mark.update(intake=self.intake_state, round=self.intake_round)
        return mark

    @api.model
    def _get_webhook_events(self, told, mark):
        events = super()._get_webhook_events(told, mark)
        intake = [(each.get("intake"), each.get("round")) for each in (told, mark)]
        if mark.get("intake") and intake[0] != intake[1]:
            return [INTAKE_EVENTS[mark["intake"]], *events]
        return events

    def _prepare_webhook_data(self):
        return {
            **super()._prepare_webhook_data(),
            "external_ref": self.external_ref or None,
            "errors": [
                {name: value for name, value in fault.items() if name != "text"}
                for fault in self.intake_errors or []
            ],
        }
