from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.http import request
from odoo.tools import plaintext2html

from ...compat import check_access
from ...intake import parse_body, parse_fields
from ...languages import get_company_lang, in_all_languages
from ..incoming.ir_http import WEBHOOK_PATH

# Told to the system outside when an appointment comes into one of these states.
STATE_EVENTS = {
    "confirmed": "appointment.confirmed",
    "cancelled": "appointment.cancelled",
    "done": "appointment.done",
}
# What a call without parameters and body holds; an empty mapping or list is something.
NOTHING = object()
FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
INTAKE_EVENTS = {"accepted": "appointment.accepted", "review": "appointment.rejected"}


class SupportAppointment(models.Model):
    """Requests that come by webhook, and what is told to the system that sent them."""

    _inherit = "support.appointment"

    webhook_told = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What the system outside was told last.",
    )
    webhook_sequence = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many messages about it were put into the outbox, see data.sequence in them.",
    )
    webhook_count = fields.Integer(
        compute="_compute_webhook_count", groups="support_center.group_support_manager"
    )

    def _compute_webhook_count(self):
        counts = dict(
            self.env["support.webhook.delivery"]._read_group(
                [("appointment_id", "in", self.ids)], ["appointment_id"], ["__count"]
            )
        )
        for appointment in self:
            appointment.webhook_count = counts.get(appointment, 0)

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

    def _rule_webhook_response(self):
        """Put what is new about these appointments into the outbox, once."""
        together = self._with_saved_together("automation_webhook_response")
        due = together.filtered(lambda a: a._get_webhook_mark() != (a.webhook_told or {}))
        due._run_automation("webhook_response", lambda those: those._enqueue_webhook_events())

    def _enqueue_webhook_events(self):
        """Write the outbox rows and the mark; see ``_rule_webhook_response``.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        # sudo: the outbox, the mark, the address and the body are the system's; the user
        # who saves the appointment may have no right on them.
        these = self.sudo()
        deliveries = these.env["support.webhook.delivery"]
        url = deliveries._get_url()
        if not url:
            reason = _("Nobody is notified: no address is set for the response webhook.")
            return dict.fromkeys(self.ids, ("skipped", reason))
        outcomes, messages, marks = {}, [], {}
        for appointment in these:
            mark = appointment._get_webhook_mark()
            events = appointment._get_webhook_events(appointment.webhook_told or {}, mark)
            messages += [(event, appointment) for event in events]
            marks[appointment.id] = {"webhook_told": mark}
            outcomes[appointment.id] = (
                ("ok", ", ".join(events))
                if events
                else ("skipped", _("There is no event for this change."))
            )
        these._write_marks({}, marks)
        deliveries._enqueue(messages, url)
        return outcomes

    def _get_webhook_mark(self):
        """All that the system outside is to know by now, as ``webhook_told`` keeps it.

        A draft that was made by hand has nothing to be told.
        """
        self.ensure_one()
        mark = {}
        if self.source != "manual" and self.intake_state in INTAKE_EVENTS:
            mark.update(intake=self.intake_state, round=self.intake_round)
        if self.state != "draft":
            mark["state"] = self.state
        if self.state in ("confirmed", "in_progress"):
            mark["start"] = fields.Datetime.to_string(self.start)
        return mark

    @api.model
    def _get_webhook_events(self, told, mark):
        """The events that lead from what was told to what holds, in their order."""
        events = []
        intake = [(each.get("intake"), each.get("round")) for each in (told, mark)]
        if mark.get("intake") and intake[0] != intake[1]:
            events.append(INTAKE_EVENTS[mark["intake"]])
        state = mark.get("state")
        if state != told.get("state"):
            events += [STATE_EVENTS[state]] if state in STATE_EVENTS else []
        elif state == "confirmed" and mark["start"] != told.get("start"):
            events.append("appointment.rescheduled")
        return events

    def _prepare_webhook_data(self):
        """What a message tells of the appointment."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "external_ref": self.external_ref or None,
            "state": self.state,
            "start": self._format_webhook_time(self.start),
            "stop": self._format_webhook_time(self.stop),
            "timezone": self._get_customer_timezone(),
            "errors": self.intake_errors or [],
        }

    @api.model
    def _format_webhook_time(self, moment):
        return moment.isoformat(timespec="seconds") + "Z" if moment else None

    # ------------------------------------------------------------------
    # Given up
    # ------------------------------------------------------------------

    def _ask_about_dead_webhook(self, event, text):
        """Ask a manager to look at a message that was given up, once until somebody has.

        The receiver that gives no answer to one message gives none to the
        next, so that an activity for each would bury the managers.

        :param str event: what was not told
        :param str text: why
        """
        self._ask_about_webhooks(
            "_get_dead_webhook_summary",
            lambda asking: asking._get_dead_webhook_note(event, text),
        )

    def _ask_about_webhook_off(self, endpoint):
        """Ask a manager to look at an address that was switched off, once until somebody has.

        :param endpoint: ``support.webhook.endpoint``
        """
        self._ask_about_webhooks(
            "_get_webhook_off_summary",
            lambda asking: endpoint.with_context(lang=asking.env.lang)._get_off_text(),
        )

    def _ask_about_webhooks(self, summary, note):
        """Make an activity for a manager unless there is one of that summary.

        :param str summary: the method that words it
        :param note: callable that takes the appointment in the manager's language
        """
        summaries = in_all_languages(self, summary)
        known = [("res_model", "=", self._name), ("summary", "in", summaries)]
        if not self or self.env["mail.activity"].search_count(known, limit=1):
            return
        manager = self._automation_manager()
        asking = self._for_reader(manager)
        self._try_activity(
            "deliver_webhook",
            lambda: asking.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=getattr(asking, summary)(),
                note=plaintext2html(note(asking)),
                user_id=manager.id,
            ),
        )

    @api.model
    def _get_dead_webhook_summary(self):
        return _("Webhooks are not delivered")

    @api.model
    def _get_dead_webhook_note(self, event, text):
        return _(
            "%(event)s was given up: %(text)s See Configuration / Webhook Deliveries.",
            event=event,
            text=text,
        )

    @api.model
    def _get_webhook_off_summary(self):
        return self.env["support.webhook.endpoint"]._get_off_summary()

    def action_view_webhooks(self):
        """Open what was told of these appointments."""
        check_access(self, "read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_webhook_delivery_action"
        )
        action["domain"] = [("appointment_id", "in", self.ids)]
        action["context"] = {}
        return action
