from typing import NamedTuple

from odoo import _, api, models
from odoo.exceptions import AccessError

from ...intake import CalendarMail

# Where the context holds the ``GatewayMail`` that is being taken in.
GATEWAY_KEY = "support_center_gateway_mail"


class SenderText(NamedTuple):
    """What the sender of a mail wrote, as text; see ``intake.MailText``."""

    text: str
    forwarded: str
    obstacle: str


class GatewayMail(NamedTuple):
    """What the gateway knows of a mail, for ``message_new`` and ``message_update``, which do not
    see its headers.

    An instance in the context is also the proof that the gateway calls: what arrives by RPC is
    text, numbers, lists and dicts, never this class.
    """

    # What ``intake.classify`` says of the mail.
    kind: str
    # Whether a program wrote it, so that nobody reads an answer.
    is_automatic: bool
    # Name and address of the person who is to be answered; empty where that is the sender.
    reply_to: str = ""
    # What calendars sent with it; None where nothing of that kind is in it.
    calendar: CalendarMail | None = None
    # None for a mail that is one text, in which there is nothing to choose.
    text: SenderText | None = None
    # Whether only the reference in its subject, which can be guessed, led it to its record.
    is_named: bool = False


class MailThread(models.AbstractModel):
    """What all packages may ask of the mail that is being taken in; ``incoming`` takes it in."""

    _inherit = "mail.thread"

    @api.model
    def _get_gateway_mail(self):
        """The mail that the gateway is taking in.

        :return: ``GatewayMail``; None where somebody else calls
        """
        mail = self.env.context.get(GATEWAY_KEY)
        return mail if isinstance(mail, GatewayMail) else None

    @api.model
    def _check_mail_gateway(self):
        """Refuse callers of the gateway's methods who are not the gateway.

        These methods have no underscore and so are open to everybody with a login, while they
        take what they are given for a mail and act as OdooBot. Who is superuser needs no trick.

        :raise AccessError: says what to do instead
        """
        if not (self.env.su or self._get_gateway_mail()):
            raise AccessError(
                _(
                    "Only the mail gateway may call this. Send the mail to the alias, or hand it "
                    "as it is to mail.thread's message_process."
                )
            )
