from odoo import models

BOARD_CHANNEL = "support_center.board"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        return super()._build_bus_channel_list([*channels, *self._get_board_channels()])

    def _get_board_channels(self):
        """The changes that this user hears of.

        :return: list of pairs of a company and a word: a client can ask for plain words only, and
            so for none of these
        """
        user = self.env.user
        if not user or not user.has_group("support_center.group_support_technician"):
            return []
        return [(company, BOARD_CHANNEL) for company in user.company_ids]
