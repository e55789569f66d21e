import json
import uuid

from odoo import _, api, fields, models

from ...delivery.address_guard import AddressGuard
from ...delivery.client import Limits, post
from ...delivery.signature import BadSecret
from ...formatting import aware
from .support_webhook_delivery import ALLOW_PRIVATE_KEY

# Somebody sits in front of it and waits.
PING_LIMITS = Limits(connect=3.0, read=8.0, total=10.0)


class SupportWebhookPing(models.AbstractModel):
    """Tries the response webhook: one message, at once and once, beside the outbox."""

    _name = "support.webhook.ping"
    _description = "Ping of the Response Webhook"

    @api.model
    def _ping(self):
        """Send a signed message of the type ``ping`` to the saved address.

        Nothing is written before the receiver has answered, so nobody waits for it with us.

        :return: ``(whether the receiver took it, words)``
        """
        deliveries = self.env["support.webhook.delivery"]
        words = self.env["support.webhook.words"]
        url = deliveries._get_url()
        if not url:
            return False, _("No address is set for the response webhook. Enter one and save.")
        now = fields.Datetime.now()
        body = self._get_ping_body(deliveries._get_timestamp())
        message_id = f"msg_{uuid.uuid4().hex}"
        try:
            headers = deliveries._sign(message_id, body, aware(now))
        except BadSecret as fault:
            return False, words._describe_secret_fault(fault.code)
        allow_private = self.env["ir.config_parameter"]._get_support_flag(ALLOW_PRIVATE_KEY)
        answer = post(url, body, headers, guard=AddressGuard(allow_private), limits=PING_LIMITS)
        text = words._describe_answer(answer)
        if answer.text:
            text = _("%(text)s It answered: %(answer)s", text=text, answer=answer.text[:200])
        self.env["support.automation.log"]._record(
            "ping_webhook", None, "ok" if answer.delivered else "failed", text
        )
        return answer.delivered, text

    @api.model
    def _get_ping_body(self, timestamp):
        """The message as it is signed and sent; of the shape of all others, without a visit."""
        body = {
            "type": "ping",
            "timestamp": timestamp,
            "data": {"text": "A ping from Support Center: nothing has happened."},
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
