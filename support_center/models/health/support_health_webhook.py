from datetime import timedelta
from urllib.parse import urlsplit

from odoo import _, api, fields, models

from ...delivery.signature import BadSecret, check_secret
from ...formatting import format_moment
from ..automation.support_automation_mixin import BACKLOG_MAX
from ..webhooks.support_webhook_delivery import PREVIOUS_SECRET_KEY

LATE_AFTER = timedelta(minutes=30)
# Nothing is late while nothing may be sent.
NEVER = timedelta(days=36_500)


class SupportHealthCheck(models.AbstractModel):
    _inherit = "support.health.check"

    @api.model
    def _check_webhook_settings(self):
        """What the two rules need, as far as they are switched on."""
        registry = self.env["support.automation.registry"]
        rows = []
        if registry._get_switch("automation_webhook_response").active:
            rows.append(self._prepare_webhook_out_row())
        if registry._get_switch("automation_webhook_create").active:
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
        else:
            fault = self._find_secret_fault()
            previous = self._get_support_text(PREVIOUS_SECRET_KEY)
            if fault:
                severity, message = "problem", fault
            elif previous:
                message = _(
                    "Answers go to %(url)s, signed by two secrets. Empty the previous one in the "
                    "settings once the receiver knows the new one.",
                    url=url,
                )
        return self._prepare_row(
            _("Webhook out"), severity, message, action_xmlid=self._get_settings_xmlid()
        )

    @api.model
    def _find_secret_fault(self):
        """Why nothing can be signed, in words, or None."""
        # sudo: whether they can sign, and nothing of them.
        deliveries = self.env["support.webhook.delivery"].sudo()
        try:
            check_secret(deliveries._get_or_make_secret())
            check_secret(deliveries._get_previous_secret() or deliveries._get_or_make_secret())
        except BadSecret as fault:
            return self.env["support.webhook.words"]._describe_secret_fault(fault.code)
        return None

    @api.model
    def _prepare_webhook_in_row(self):
        text = self._get_support_text("support_center.webhook_company_id")
        # sudo: the names of companies, for everybody who sees this page.
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
        """An address that was switched off or rests; messages that were given up, or wait for
        long past their time."""
        registry = self.env["support.automation.registry"]
        deliveries = registry._get_readable("support.webhook.delivery")
        endpoint = self.env["support.webhook.endpoint"]._find(deliveries._get_url())
        if endpoint.off_since:
            return [
                self._prepare_webhook_off_row(endpoint, deliveries),
                *self._prepare_delivery_rows(deliveries, fields.Datetime.now() - NEVER),
            ]
        now = fields.Datetime.now()
        rests_until = endpoint.rests_until
        if rests_until and rests_until > now:
            row = self._prepare_row(
                _("Webhook deliveries"),
                "ok",
                _(
                    "The receiver has too much to do; nothing is sent to it before %(time)s.",
                    time=format_moment(self.env, rests_until),
                ),
            )
            return [row, *self._prepare_delivery_rows(deliveries, now - NEVER)]
        # What has waited for the end of a rest is late by the time since then only.
        is_late = not rests_until or rests_until < now - LATE_AFTER
        limit = now - (LATE_AFTER if is_late else NEVER)
        return self._prepare_delivery_rows(deliveries, limit) or [
            self._prepare_row(
                _("Webhook deliveries"), "ok", _("Nothing given up, nothing past its time.")
            )
        ]

    @api.model
    def _prepare_webhook_off_row(self, endpoint, deliveries):
        waiting = [("state", "=", "pending"), ("held", "=", False)]
        count = deliveries.search_count(waiting, limit=BACKLOG_MAX)
        message = _(
            "Since %(time)s. %(reason)s Messages wait; none is lost. Mend the receiver or set "
            "another address, then switch it on again: what waits is sent, and what was "
            "refused with 410.",
            time=format_moment(self.env, endpoint.off_since),
            reason=endpoint._describe_off(),
        )
        return self._prepare_row(
            _("Response webhook switched off"),
            "problem",
            self._add_count_limit(message, count),
            count=count,
            res_model=deliveries._name,
            domain=str(waiting),
            can_resume_webhook=True,
        )

    @api.model
    def _prepare_delivery_rows(self, deliveries, limit):
        """
        :param limit: naive UTC; what is due since before then is told of
        """
        late_domain = [
            ("state", "=", "pending"),
            ("held", "=", False),
            ("is_behind", "=", False),
            ("next_try", "<", fields.Datetime.to_string(limit)),
        ]
        return self._prepare_count_rows(
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
