import sys

from odoo import models


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """No bounce, and no alias called invalid, for a mail that only met another one.

        Odoo calls this for whatever ``message_new`` raises, also where it will hand in the mail
        once more a moment later: the sender would be told that the mail was refused, and get
        the answer to it as well.
        """
        error = sys.exc_info()[1]
        if error and self.env["support.automation.mixin"]._is_retried(error):
            return None
        # sudo: as for a route, see mail.thread. Odoo reads the alias in a cursor of its own.
        is_ours = self.sudo().alias_model_id.model in ("support.appointment", "support.ticket")
        this = self.sudo() if is_ours else self
        return super(MailAlias, this)._alias_bounce_incoming_email(
            message, message_dict, set_invalid=set_invalid
        )
