from email.message import EmailMessage

from odoo import models

from ...delivery.calendar_file import offer_to_calendars

# Marks a notification of ours between the queue and the server; nobody outside gets to see it.
NOTICE_HEADER = "X-Support-Center-Notice"


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def send_email(self, message, *args, **kwargs):
        """Let mail programs show the visit of a notification with buttons for an answer."""
        # Anybody with a login may call this, with what is no message.
        if isinstance(message, EmailMessage) and NOTICE_HEADER in message:
            del message[NOTICE_HEADER]
            offer_to_calendars(message)
        return super().send_email(message, *args, **kwargs)
