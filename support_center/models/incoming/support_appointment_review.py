import json

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...compat import check_access
from ...formatting import format_names
from ...intake import find_lines
from .intake_states import WAITING_REQUESTS
from .support_appointment_reply import FIELDS_OF_KEYS

# A longer request is shown in full on its own page of the form.
MAX_SHOWN = 20_000
REJECTION = "mail_template_request_rejected"
# A mail's language need not be the reader's: each line has its own direction.
LINE = Markup('<div class="o_support_line" dir="auto">%s</div>')
DOUBTFUL_LINE = Markup(
    '<div class="o_support_line o_support_doubt" dir="auto">'
    '%s<span class="o_support_reason" dir="auto">%s</span></div>'
)


class SupportAppointment(models.Model):
    """What a dispatcher does with a request from outside: look, put right, accept or reject."""

    _inherit = "support.appointment"

    review_original = fields.Html(
        "The Request as It Came", compute="_compute_review_original", groups="base.group_user"
    )
    review_attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Attachments",
        compute="_compute_review_attachment_ids",
        groups="base.group_user",
    )
    who = fields.Char(compute="_compute_who", groups="base.group_user")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("intake_raw", "intake_errors", "intake_corrections", "intake_reading")
    @api.depends_context("lang")
    def _compute_review_original(self):
        for record in self:
            record.review_original = record._render_original()

    @api.depends("customer_name", "customer_email", "intake_sender", "name")
    def _compute_who(self):
        for record in self:
            record.who = (
                record.customer_name or record.customer_email or record.intake_sender or record.name
            )

    def _compute_review_attachment_ids(self):
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("res_field", "=", False)]
        )
        by_record = attachments.grouped("res_id")
        for record in self:
            record.review_attachment_ids = by_record.get(record.id, attachments.browse())

    def _render_original(self):
        """The request's own text, each doubtful line with its reason; all of it is escaped.

        :return: Markup, False without a text
        """
        self.ensure_one()
        raw = self._get_readable_request()
        if not raw:
            return False
        reasons = {}
        for fault in self.intake_errors or []:
            # Before version 1.8.0 there was one text for programs and people.
            text = fault.get("text") or fault["message"]
            reasons.setdefault(fault["field"], []).append(text)
        numbers = (self.intake_reading or {}).get("lines")
        if numbers is None:
            numbers = find_lines(raw[:MAX_SHOWN])
        doubts = {number: reasons[key] for key, number in numbers.items() if key in reasons}
        lines = []
        for number, text in enumerate(raw[:MAX_SHOWN].splitlines()):
            reason = doubts.get(number)
            # A line without a character would have no height.
            shown = text or "\N{NO-BREAK SPACE}"
            lines.append(DOUBTFUL_LINE % (shown, " ".join(reason)) if reason else LINE % shown)
        if len(raw) > MAX_SHOWN:
            lines.append(LINE % _("… The page “Request” of the appointment has the rest."))
        for correction in self.intake_corrections or []:
            lines.append(LINE % _("A reply corrected:"))
            label = self.env["support.intake.words"]._get_label
            lines += [
                LINE % f"{label(key)}: {value}" for key, value in correction["values"].items()
            ]
        return Markup("").join(lines)

    def _get_readable_request(self):
        if self.source != "webhook" or not self.intake_raw:
            return self.intake_raw
        try:
            return json.dumps(json.loads(self.intake_raw), indent=2, ensure_ascii=False)
        except ValueError:
            return self.intake_raw

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def _get_edited_fields(self):
        return (*super()._get_edited_fields(), "intake_state")

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation or change.touches({"intake_errors", "intake_state"}):
            return
        # What somebody has put right is not marked as doubtful any more.
        # sudo: the faults are read by internal users only, whatever the user at work is.
        for record in self.sudo().filtered(lambda a: a.state == "draft" and a.intake_errors):
            left = [
                fault
                for fault in record.intake_errors
                if not FIELDS_OF_KEYS.get(fault["field"], {fault["field"]}) & change.vals.keys()
            ]
            if len(left) != len(record.intake_errors):
                change.add(record, {"intake_errors": left or False})

    @api.model
    def get_review_view_id(self):
        """
        :return: int, the form that the inbox shows beside its queue
        """
        check_access(self, "read")
        return self.env.ref("support_center.support_appointment_view_form_review").id

    def action_open_appointment(self):
        """Show the appointment with all there is to it, and its chatter."""
        check_access(self, "read")
        self._check_one()
        return self._get_form_action()

    # ------------------------------------------------------------------
    # Accept
    # ------------------------------------------------------------------

    def action_accept_and_plan(self):
        """Accept requests and keep them at hand, so that they can be planned at once."""
        return self.action_accept_request()

    def _filter_waiting(self):
        """
        :raise UserError: where none of these is a request that waits
        """
        waiting = self.filtered(lambda a: a.state == "draft" and a.intake_state in WAITING_REQUESTS)
        if not waiting:
            raise UserError(
                _(
                    "None of these waits for a look any more: %(names)s.",
                    names=format_names(self.mapped("name")),
                )
            )
        return waiting

    # ------------------------------------------------------------------
    # Reject
    # ------------------------------------------------------------------

    def action_reject_request(self):
        """Ask for the reason, and whether the sender is to have it by mail.

        :return: window action
        """
        check_access(self.browse(), "write")
        return self.env["support.reject.wizard"]._open(self._filter_waiting())

    def _reject(self, reason, is_told):
        """Call requests off that nobody is going to plan.

        :param str reason: as the sender may read it
        :param bool is_told: whether the sender gets it by mail, where there is somebody to get it
        """
        drafts = self._filter_waiting()
        drafts.write({"state": "cancelled", "cancel_reason": " ".join(reason.split())})
        for each in drafts if is_told else ():
            draft = each.with_context(lang=each._get_company_lang())
            address, obstacle = draft._find_rejection_address()
            if obstacle:
                draft._message_log(body=obstacle)
            else:
                mail = draft._queue_answer(REJECTION, address)
                draft.env["support.notification"]._record(draft, "rejection", mail)
        return True

    def _find_rejection_address(self):
        """Who is to be told that a request is rejected.

        :return: tuple of an address and why nobody can be told, one of them empty
        """
        self.ensure_one()
        fault = self.env["support.notifier"]._find_template_fault(REJECTION)
        if fault:
            return "", fault
        if self.source == "email":
            obstacle = self._get_answer_obstacle()
            if not obstacle:
                return self._get_asker(), ""
            addresses = self.env["support.mail.address"]
            # A website form writes from our own address on behalf of the customer.
            if addresses._find_obstacle(self.intake_sender, self.company_id) != "own":
                return "", obstacle
        address = email_normalize(self.customer_email or "") or ""
        obstacle = self.env["support.mail.address"]._explain_no_answer(address, self.company_id)
        return ("", obstacle) if obstacle else (address, "")

    def _get_rejection(self):
        """What the mail about a rejected request says.

        :return: dict of ``name``, ``reason``, ``subject`` and ``when``; texts, no HTML
        """
        self.ensure_one()
        return {
            "name": self.customer_name or "",
            "reason": self.cancel_reason or "",
            "subject": self.intake_subject or self.name,
            "when": self._format_for_customer(self.requested_date),
        }
