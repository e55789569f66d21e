from odoo import _, api, fields, models

# What a visit's state makes of its ticket; ``done`` only when no other visit is open.
TICKET_STATE_BY_VISIT = {
    "confirmed": "pending",
    "in_progress": "open",
    "done": "solved",
    "cancelled": "open",
    "no_show": "open",
}
OPEN_VISITS = ("draft", "confirmed", "in_progress")


class SupportAppointment(models.Model):
    """The ticket follows its visits, until somebody sets its stage by hand."""

    _inherit = "support.appointment"

    ticket_id = fields.Many2one("support.ticket", check_company=True, index=True)
    ticket_sync_mark = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Ticket and state that the ticket was last brought in step with.",
    )

    def init(self):
        super().init()
        # Nearly none: those whose ticket was not brought in step, see the backlog below.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_ticket_behind_idx
                ON support_appointment (id)
             WHERE ticket_id IS NOT NULL AND state <> 'draft'
               AND ticket_sync_mark IS DISTINCT FROM ticket_id::text || ':' || state
            """
        )

    @api.model
    def _get_edited_fields(self):
        return (*super()._get_edited_fields(), "ticket_id")

    def _get_responsible_users(self):
        return super()._get_responsible_users() or self.ticket_id.user_id

    def _rule_sync_ticket_status(self):
        """Bring the tickets in step with the visits' states."""
        due = self._with_saved_together("automation_sync_ticket_status").filtered(
            lambda a: (
                a.ticket_id
                and a.state in TICKET_STATE_BY_VISIT
                and a.ticket_sync_mark != a._get_ticket_sync_mark()
            )
        )
        due._run_automation("sync_ticket", lambda those: those._sync_tickets())

    def _get_ticket_sync_mark(self):
        self.ensure_one()
        return f"{self.ticket_id.id}:{self.state}"

    def _sync_tickets(self):
        """Set the stage of each visit's ticket.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        busy = self._find_tickets_with_open_visits()
        for record in self:
            if record.state == "done" and record.ticket_id in busy:
                outcomes[record.id] = ("skipped", _("Other visits of the ticket are open."))
                continue
            reason = record.ticket_id._follow_visit(TICKET_STATE_BY_VISIT[record.state])
            if reason:
                outcomes[record.id] = ("skipped", reason)
        for mark, records in self.grouped(lambda a: a._get_ticket_sync_mark()).items():
            records._write_marks({"ticket_sync_mark": mark})
        return outcomes

    def _find_tickets_with_open_visits(self):
        """Those of the visits' tickets that have visits still to come."""
        # sudo: a colleague's visit keeps the ticket open, though it is not one's own to read.
        groups = self.sudo()._read_group(
            [("ticket_id", "in", self.ticket_id.ids), ("state", "in", OPEN_VISITS)], ["ticket_id"]
        )
        return self.env["support.ticket"].browse([ticket.id for (ticket,) in groups])

    @api.model
    def _get_backlog_ticket_domain(self):
        """Visits whose ticket was not brought in step with their state."""
        return self._get_backlog_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state IN %(states)s AND ticket_id IS NOT NULL
               AND ticket_sync_mark IS DISTINCT FROM ticket_id::text || ':' || state
            """,
            {"states": tuple(TICKET_STATE_BY_VISIT)},
        )

    def _describe_backlog_audience(self, automation):
        if automation.audience == "ticket":
            return {record.id: record.ticket_id.display_name for record in self}
        return super()._describe_backlog_audience(automation)
