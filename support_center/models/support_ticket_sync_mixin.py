from odoo import models


class SupportTicketSyncMixin(models.AbstractModel):
    """The ticket follows its visits."""

    _name = "support.ticket.sync.mixin"
    _description = "Tickets in Step with Visits"

    def _rule_sync_ticket_status(self):
        return None
