from odoo import _, api, models

from ...formatting import format_moment


class SupportSettingsPanel(models.AbstractModel):
    """The shape of the rows that ``support.settings.panel`` hands to the web client."""

    _inherit = "support.settings.panel"

    @api.model
    def _prepare_panel_row(self, key, name, text, **values):
        """One row of a panel.

        :param str key: names the row in its panel
        :param str name: its title
        :param str text: a sentence on what it is or does
        :param values: ``badge``, a pair of words and one of ``success``, ``warning``,
            ``danger``, ``secondary``; ``facts``, a list of short texts; ``copy``, a text that
            is to be copied; ``can_open``, whether the title is a link; ``buttons``, a list as
            ``_prepare_button`` makes it
        :return: dict, ready for JSON
        """
        return {
            "key": key,
            "name": name,
            "text": text,
            "badge": None,
            "facts": [],
            "copy": False,
            "can_open": False,
            "buttons": [],
            **values,
        }

    @api.model
    def _prepare_button(self, name, label, *, is_primary=False):
        return {"name": name, "label": label, "is_primary": is_primary}

    @api.model
    def _can_read(self, model):
        return self.env["ir.model.access"].check(model, "read", raise_exception=False)

    @api.model
    def _format_panel_time(self, moment):
        """A naive UTC moment as the user reads it."""
        return format_moment(self.env, moment, names_zone=False)

    @api.model
    def _prepare_open_action(self, model, name, res_id=None, domain=None):
        """:return: window action, on one record or on a list"""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "target": "current",
        }
        if res_id:
            return {**action, "views": [[False, "form"]], "res_id": res_id}
        return {**action, "views": [[False, "list"], [False, "form"]], "domain": domain or []}

    @api.model
    def _prepare_notice(self, message, *, is_good=True):
        """A notification; one that tells of a fault stays until it is closed."""
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
