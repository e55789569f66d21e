from odoo import _, api, models


class SupportClientMixin(models.AbstractModel):
    """What buttons answer to the web client."""

    _name = "support.client.mixin"
    _description = "Answers to the Web Client"

    @api.model
    def _prepare_client_notification(self, message, *, is_good=True):
        """Have the web client show a notification; one that tells of a fault stays until it is
        closed.

        :return: client action
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": _("Done") if is_good else _("This did not work"),
                "message": message,
                "type": "success" if is_good else "danger",
                "sticky": not is_good,
            },
        }
