from odoo import models

BOARD_CHANNEL = "support_center.board"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        # A channel of a record and a word: a client can ask for plain words only, and so for
        # none of these.
        user = self.env.user
        if user and user.has_group("support_center.group_support_technician"):
            channels = [*channels, *((company, BOARD_CHANNEL) for company in user.company_ids)]
        return super()._build_bus_channel_list(channels)
