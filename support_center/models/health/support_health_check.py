from odoo import _, api, models

from ..automation.support_automation_log import AUTOMATION_LOGGER
from ..automation.support_automation_mixin import BACKLOG_MAX

SEVERITIES = [("problem", "Problem"), ("warning", "Warning"), ("ok", "OK")]
SECTIONS = [("automation", "Automations"), ("check", "Checks")]


class SupportHealthCheck(models.AbstractModel):
    """Looks whether everything automatic is able to work and does.

    One ``_check_<thing>`` method for each concern returns plain rows. A check
    that fails shows itself as a row; the others are shown all the same.
    """

    _name = "support.health.check"
    _description = "Health Checks"

    @api.model
    def _get_checks(self):
        """The checks in the order of their rows.

        :return: dict of method name to what it looks at, in words
        """
        return {
            "_check_crons": _("Scheduled actions"),
            "_check_rules": _("Automation rules"),
            "_check_held": _("Held back"),
            "_check_mail_server": _("Outgoing mail server"),
            "_check_mail_queue": _("Mail queue"),
            "_check_alias": _("Address for requests"),
            "_check_templates": _("Mail templates"),
            "_check_recipients": _("People who cannot be told"),
            "_check_webhook_settings": _("Webhook settings"),
            "_check_deliveries": _("Webhook deliveries"),
            "_check_received": _("Requests not read"),
            "_check_review": _("Requests to review"),
            "_check_customers": _("Confirmed without a customer"),
            "_check_booking_guarantee": _("Booking guarantee"),
            "_check_technicians": _("Technicians"),
            "_check_integration_users": _("Integration users"),
            "_check_parameters": _("Parameters"),
        }

    @api.model
    def _run_checks(self):
        """Run all checks, each on its own.

        :return: list of rows, see ``_prepare_row``
        """
        rows = []
        for method, label in self._get_checks().items():
            try:
                with self.env.cr.savepoint():
                    found = getattr(self, method)()
            except Exception as error:  # noqa: BLE001, it is logged and shown
                AUTOMATION_LOGGER.exception("action=health outcome=failed check=%s", method)
                found = [self._prepare_broken_row(label, error)]
            rows += found
        return rows

    @api.model
    def _prepare_row(self, name, severity, message, **values):
        """One line of the page.

        :param str severity: ``ok``, ``warning`` or ``problem``
        :param str message: plain words: what is so, and what mends it
        :param values: fields of ``support.health.line``: ``count``, and where
            to mend it: ``res_model`` with ``res_id`` or ``domain``, or
            ``action_xmlid``
        """
        return {
            "section": "check",
            "name": name,
            "severity": severity,
            "message": message,
            **values,
        }

    @api.model
    def _prepare_count_rows(self, records, kinds):
        """One line for each kind of record of which there are any.

        :param records: recordset of the model to count, with the rights to count in
        :param kinds: list of ``(name, severity, message, domain)``
        """
        counted = [(*kind, records.search_count(kind[-1], limit=BACKLOG_MAX)) for kind in kinds]
        return [
            self._prepare_row(
                name,
                severity,
                self._add_count_limit(message, count),
                count=count,
                res_model=records._name,
                domain=str(domain),
            )
            for name, severity, message, domain, count in counted
            if count
        ]

    @api.model
    def _add_count_limit(self, message, count):
        """Words about a number, and that there may be more, where no more were counted.

        :param int count: at most ``BACKLOG_MAX``
        """
        if count < BACKLOG_MAX:
            return message
        return _("%(message)s More are not counted.", message=message)

    @api.model
    def _prepare_broken_row(self, label, error):
        return self._prepare_row(
            label,
            "problem",
            _(
                "This check itself failed (%(error)s). The server log tells more.",
                error=type(error).__name__,
            ),
        )
