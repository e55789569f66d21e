from odoo import _, api, models
from odoo.exceptions import AccessError, UserError

# A panel's name, as the view gives it, to the part of its methods' names.
PANELS = ("setup", "automation", "mail", "webhook")


class SupportSettingsPanel(models.AbstractModel):
    """What the panels on the settings page show, and what their buttons do.

    Python decides, the web client only draws: each panel is a list of rows, and each row has
    its words, its state and its buttons. A panel named ``mail`` is ``_load_mail`` and one
    ``_press_mail_<button>`` for each button.
    """

    _name = "support.settings.panel"
    _description = "Panels of the Settings Page"

    @api.model
    def load(self, panel):
        """What a panel shows now.

        :param str panel: one of ``PANELS``
        :return: dict with ``intro``, a text or False; ``rows``, see ``_prepare_panel_row``; and
            ``is_folded``, whether the rows are shown only when somebody asks for them
        :raise AccessError: for whoever is neither manager nor administrator
        """
        self._check_panel(panel)
        return {"intro": False, "is_folded": False, **getattr(self, f"_load_{panel}")()}

    @api.model
    def press(self, panel, key, button):
        """Do what a button of a row says.

        :param str panel: one of ``PANELS``
        :param str key: which row
        :param str button: the name of one of its buttons, or ``open`` for its title
        :return: an action for the web client, or False
        :raise AccessError: for whoever is neither manager nor administrator
        :raise UserError: for a button that is not there, or not any more
        """
        self._check_panel(panel)
        key = self.env["support.arguments"]._get_text("key", key)
        rows = {row["key"]: row for row in getattr(self, f"_load_{panel}")()["rows"]}
        offered = [each["name"] for each in rows[key]["buttons"]] if key in rows else []
        if key in rows and rows[key]["can_open"]:
            offered.append("open")
        if button not in offered:
            raise UserError(
                _("This has changed in the meantime. Reload the page and look at it again.")
            )
        return getattr(self, f"_press_{panel}_{button}")(key) or False

    @api.model
    def _check_panel(self, panel):
        if panel not in PANELS:
            raise UserError(_("There is no panel “%(name)s”.", name=panel))
        user = self.env.user
        if not (
            user.has_group("base.group_system")
            or user.has_group("support_center.group_support_manager")
        ):
            raise AccessError(_("Only a manager or an administrator sees the settings."))
