from datetime import timedelta
from urllib.parse import urlsplit

from odoo import _, api, fields, models

from .support_backlog import DELIVERY

LATE_AFTER = timedelta(minutes=30)


class SupportHealthWebhookMixin(models.AbstractModel):
    _name = "support.health.webhook.mixin"
    _description = "Health of Webhooks"

    @api.model
    def _check_webhook_settings(self):
        """What the two rules need, as far as they are switched on."""
        backlog = self.env["support.backlog"]
        rows = []
        if backlog._get_switch("automation_webhook_response").active:
            rows.append(self._prepare_webhook_out_row())
        if backlog._get_switch("automation_webhook_create").active:
            rows.append(self._prepare_webhook_in_row())
        return rows or [
            self._prepare_row(
                _("Webhooks"), "ok", _("Not in use: both rules are off, as when installed.")
            )
        ]

    @api.model
    def _get_support_text(self, key):
        # sudo: only whether it is set, and an address that managers see with each delivery.
        return (self.env["ir.config_parameter"].sudo().get_param(key) or "").strip()

    @api.model
    def _prepare_webhook_out_row(self):
        url = self._get_support_text("support_center.webhook_response_url")
        severity, message = "ok", _("Answers go to %(url)s.", url=url)
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname
        except ValueError:
            usable = False
        if not url:
            severity, message = "problem", _("The rule is on, but no address is set.")
        elif not usable:
            severity, message = "problem", _("“%(url)s” is no http(s) address.", url=url)
        elif not self._get_support_text("support_center.webhook_secret"):
            severity = "warning"
            message = _("No secret is set yet; one is made with the first message.")
        return self._prepare_row(
            _("Webhook out"), severity, message, action_xmlid=self._get_settings_xmlid()
        )

    @api.model
    def _prepare_webhook_in_row(self):
        text = self._get_support_text("support_center.webhook_company_id")
        # sudo: the names of companies, for whoever sees this page.
        companies = self.env["res.company"].sudo()
        company = companies.browse(int(text) if text.isdigit() else []).exists()
        severity = "ok"
        message = _("Requests become drafts of %(company)s.", company=company.name)
        if text and not company:
            severity = "problem"
            message = _(
                "The company set (“%(value)s”) does not exist; the first one is taken.", value=text
            )
        elif not text and companies.search_count([]) > 1:
            severity = "warning"
            message = _("No company is set, and there are several: the first one is taken.")
        elif not text:
            message = _("Requests become drafts of the only company.")
        return self._prepare_row(
            _("Webhook in"), severity, message, action_xmlid=self._get_settings_xmlid()
        )

    @api.model
    def _get_settings_xmlid(self):
        return "support_center.res_config_settings_action"

    @api.model
    def _check_deliveries(self):
        """Messages that were given up, or wait for long past their time."""
        deliveries = self.env["support.backlog"]._get_readable(DELIVERY)
        limit = fields.Datetime.now() - LATE_AFTER
        late_domain = [
            ("state", "=", "pending"),
            ("held", "=", False),
            ("next_try", "<", fields.Datetime.to_string(limit)),
        ]
        rows = self._prepare_count_rows(
            deliveries,
            [
                (
                    _("Webhooks given up"),
                    "problem",
                    _("The receiver never took them. Open one for the reason, and retry."),
                    [("state", "=", "dead")],
                ),
                (
                    _("Webhooks waiting"),
                    "warning",
                    _("They are past their time. Does “Deliver Webhooks” run?"),
                    late_domain,
                ),
            ],
        )
        return rows or [
            self._prepare_row(
                _("Webhook deliveries"), "ok", _("Nothing given up, nothing past its time.")
            )
        ]
