from odoo import _, api, fields, models
from odoo.tools import plaintext2html

from ...compat import check_access
from ...formatting import format_title
from ...languages import in_all_languages

# Told to the system outside when an appointment comes into one of these states.
STATE_EVENTS = {
    "confirmed": "appointment.confirmed",
    "cancelled": "appointment.cancelled",
    "done": "appointment.done",
}


class SupportAppointment(models.Model):
    """What is told to a system outside about an appointment."""

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
        """Hook: all that the system outside is to know by now, as ``webhook_told`` keeps it.

        A draft that was made by hand has nothing to be told.
        """
        self.ensure_one()
        mark = {}
        if self.state != "draft":
            mark["state"] = self.state
        if self.state in ("confirmed", "in_progress"):
            mark["start"] = fields.Datetime.to_string(self.start)
        return mark

    @api.model
    def _get_webhook_events(self, told, mark):
        """Hook: the events that lead from what was told to what holds, in their order."""
        events = []
        state = mark.get("state")
        if state != told.get("state"):
            events += [STATE_EVENTS[state]] if state in STATE_EVENTS else []
        elif state == "confirmed" and mark["start"] != told.get("start"):
            events.append("appointment.rescheduled")
        return events

    @api.model
    def _get_backlog_webhook_out_domain(self):
        """Confirmed visits to come of which the system outside was never told."""
        return self._get_backlog_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'confirmed' AND start > %(now)s
               AND (webhook_told IS NULL OR webhook_told IN ('null'::jsonb, 'false'::jsonb))
            """
        )

    def _describe_backlog_audience(self, automation):
        if automation.audience == "webhook":
            url = self.env["support.webhook.delivery"]._get_url()
            return dict.fromkeys(self.ids, url or _("Nobody: no address is set."))
        return super()._describe_backlog_audience(automation)

    def _prepare_webhook_data(self):
        """Hook: what a message tells of the appointment."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            # Of requests from outside, see ``incoming``.
            "external_ref": None,
            "state": self.state,
            "start": self._format_webhook_time(self.start),
            "stop": self._format_webhook_time(self.stop),
            "timezone": self._get_customer_timezone(),
            "errors": [],
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
        action["name"] = format_title(action["name"], self)
        action["domain"] = [("appointment_id", "in", self.ids)]
        action["context"] = {}
        return action
