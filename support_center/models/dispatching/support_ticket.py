from odoo import api, fields, models

from ...compat import check_access
from ...formatting import format_title
from .support_appointment_related import SENT_TYPES


class SupportTicket(models.Model):
    """What belongs to a ticket: its own, and that of its visits."""

    _inherit = "support.ticket"

    mail_count = fields.Integer(
        compute="_compute_mail_count", groups="support_center.group_support_technician"
    )
    log_count = fields.Integer(compute="_compute_log_count", groups="base.group_user")

    def _compute_mail_count(self):
        # sudo: how many there are is shown; each is read with the user's own rights.
        messages = self.env["mail.message"].sudo()
        for ticket, domain in self._get_domains("model", self._get_mails_domain).items():
            ticket.mail_count = messages.search_count(domain)

    def _compute_log_count(self):
        # sudo: the number of rows is shown; the rows themselves need the right.
        log = self.env["support.automation.log"].sudo()
        for ticket, domain in self._get_domains("res_model", list).items():
            ticket.log_count = log.search_count(domain)

    @api.model
    def _get_mails_domain(self):
        return [("message_type", "in", SENT_TYPES)]

    def _get_domains(self, field, get_more):
        """Of each of these tickets, what is about it or about one of its visits.

        Counted ticket by ticket: the numbers are on the form alone.

        :param str field: that names the model
        :param callable get_more: what else is asked
        """
        return {
            ticket: [
                *get_more(),
                "|",
                "&",
                (field, "=", ticket._name),
                ("res_id", "in", ticket.ids),
                "&",
                (field, "=", ticket.appointment_ids._name),
                ("res_id", "in", ticket.appointment_ids.ids),
            ]
            for ticket in self
        }

    def action_view_mails(self):
        """Open the mails about this ticket and its visits."""
        check_access(self, "read")
        self._check_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("support_center.mail_message_action")
        return {
            **action,
            "name": format_title(action["name"], self),
            "domain": self._get_domains("model", self._get_mails_domain)[self],
        }

    def action_view_log(self):
        """Open what was done automatically about this ticket and its visits."""
        check_access(self, "read")
        self._check_one()
        domain = self._get_domains("res_model", list)[self]
        return self.env["support.automation.log"]._open(domain, self)
