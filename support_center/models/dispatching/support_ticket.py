from odoo import api, fields, models

from ...compat import check_access
from ...formatting import format_title
from .support_appointment_overview import OPPOSITES
from .support_appointment_related import SENT_TYPES

# Of so many visits of a reference at most the tickets are found.
TICKETS_FOUND = 500


class SupportTicket(models.Model):
    """What belongs to a ticket: its own, and that of its visits."""

    _inherit = "support.ticket"
    # Of what stands in a ticket as a whole, an import names it by the number or the subject.
    _rec_names_search = ["number", "name", "anything"]

    mail_count = fields.Integer(
        compute="_compute_mail_count", groups="support_center.group_support_technician"
    )
    log_count = fields.Integer(compute="_compute_log_count", groups="base.group_user")
    anything = fields.Char(
        store=False,
        search="_search_anything",
        groups="base.group_user",
        help="Finds by the number and the subject, by the customer's name, number, address and "
        "place, and by the reference of a visit.",
    )

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
    def _search_anything(self, operator, value):
        """As that of appointments."""
        is_negative = operator in OPPOSITES
        operator = OPPOSITES.get(operator, operator)
        domain = [("number", operator, value)]
        if operator in ("like", "ilike", "=like", "=ilike") and isinstance(value, str) and value:
            visits = self.env["support.appointment"].with_context(active_test=False)
            visits = visits.search([("name", "ilike", value)], limit=TICKETS_FOUND, order="id desc")
            domain = [
                "|", "|", "|",
                ("number", "ilike", value),
                ("name", "ilike", value),
                ("id", "in", visits.ticket_id.ids),
                *self.env["support.contact.finder"]._get_contact_domain(value),
            ]  # fmt: skip
        return ["!", *domain] if is_negative else domain

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

    def action_new_visit(self):
        """Book a visit for this ticket: customer, place and words are carried over.

        :return: client action
        """
        check_access(self, "read")
        self._check_one()
        return {
            "type": "ir.actions.client",
            "tag": "support_center.new_visit",
            "name": self.display_name,
            "params": {"ticket_id": self.id},
        }
