from functools import partial

from odoo import models
from odoo.http import request
from odoo.service.model import retrying


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    def _execute_webhook(self, payload):
        """Run a webhook for appointments again when it met another one.

        Odoo does so for every call that comes by HTTP, but the controller of this one turns each
        error into an answer before Odoo sees it. It is run again here, by the same function,
        which also commits: nothing but the call's own work is in the transaction.
        """
        run = super()._execute_webhook
        if not request or self.model_name != "support.appointment":
            return run(payload)
        return retrying(partial(self._execute_claimed, run, payload), self.env)

    def _execute_claimed(self, run, payload):
        """Run ``run``; who else is at the same request is found out first, where an error is
        no failure yet that Odoo would log as one."""
        if "_receive_webhook" in (self.record_getter or ""):
            self.env["support.appointment"]._claim_webhook(payload)
        return run(payload)
