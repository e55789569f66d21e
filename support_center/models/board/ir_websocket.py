from odoo import models

BOARD_CHANNEL = "support_center.board"
# Who is at the board is told to those who may open it.
PLANNERS_CHANNEL = "support_center.board_planners"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        own = [*self._get_board_channels(), *self._get_planners_channels()]
        return super()._build_bus_channel_list([*channels, *own])

    def _get_board_channels(self):
        """The changes that this user hears of.

        :return: list of pairs of a company and a word: a client can ask for plain words only, and
            so for none of these
        """
        user = self.env.user
        if not user or not user.has_group("support_center.group_support_technician"):
            return []
        return [(company, BOARD_CHANNEL) for company in user.company_ids]

    def _get_planners_channels(self):
        """Whom else this user hears planning; as above, for dispatchers alone."""
        user = self.env.user
        if not user or not user.has_group("support_center.group_support_dispatcher"):
            return []
        return [(company, PLANNERS_CHANNEL) for company in user.company_ids]
