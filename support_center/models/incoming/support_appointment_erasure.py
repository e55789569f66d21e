from email.utils import parseaddr

from odoo import models


class SupportAppointment(models.Model):
    """Who wrote a request without a contact is a person to look up, too."""

    _inherit = "support.appointment"

    def _get_person(self):
        name, email = super()._get_person()
        sender_name, sender_email = parseaddr(self.intake_sender or "")
        return name or sender_name, email or sender_email
