from odoo import _, api, models


class SupportWebhookWords(models.AbstractModel):
    """The client speaks in codes; this is the one place where they become sentences."""

    _name = "support.webhook.words"
    _description = "Words for the Codes of Deliveries"

    @api.model
    def _describe_answer(self, answer):
        """One sentence on what became of an attempt; never the address, which may be secret.

        :param answer: ``delivery.client.Answer``
        :return: str
        """
        return self._describe_fault(answer.code, answer.params)

    @api.model
    def _describe_fault(self, code, params):
        """As ``_describe_answer``, by a code and its parameters."""
        params = {"status": "", "error": "", "address": "", "host": "", "reason": "", **params}
        texts = {
            "delivered": _("The receiver took it (%(status)s).", status=params["status"]),
            "gone": _("The receiver wants no more messages (410 Gone)."),
            "redirect": _(
                "The receiver redirects elsewhere (%(status)s), which is not followed: "
                "set the new address.",
                status=params["status"],
            ),
            "http_status": _("The receiver answered %(status)s.", status=params["status"]),
            "timeout": _("The receiver did not answer in time."),
            "connection": _(
                "The connection failed (%(error)s).", error=params["error"] or _("no reason given")
            ),
            "tls": _("The receiver's certificate or its encryption is not in order."),
            "unknown_host": _("The name %(host)s is not known.", host=params["host"]),
            "private_address": _(
                "The address %(address)s is not on the public internet. An administrator can "
                "allow private addresses in the settings.",
                address=params["address"],
            ),
            "bad_url": self._describe_url_fault(params["reason"]),
            "bad_secret": self._describe_secret_fault(params["reason"]),
            "no_url": _("There is no address any more; set one and send it again."),
            "own_fault": _("Sending failed on our side (%(error)s).", error=params["error"]),
            "interrupted": _("The server was ended during every attempt."),
        }
        return texts.get(code) or code

    @api.model
    def _describe_url_fault(self, reason):
        """What is wrong with a webhook address, by the code of ``check_url``."""
        return {
            "scheme": _("The webhook address has to begin with https:// or http://."),
            "host": _("The webhook address names no host."),
            "port": _("The host or port of the webhook address cannot be read."),
            "credentials": _("The webhook address must not hold a user name or password."),
            "characters": _("The webhook address holds a space or a character that is invisible."),
        }.get(reason, reason)

    @api.model
    def _describe_secret_fault(self, reason):
        """What is wrong with a webhook secret, by the code of ``check_secret``."""
        return {
            "missing": _("There is no webhook secret."),
            "no_prefix": _("The webhook secret has to begin with whsec_."),
            "not_base64": _("The webhook secret is no base64 text after whsec_."),
            "too_short": _("The webhook secret is shorter than 24 bytes."),
            "too_long": _("The webhook secret is longer than 64 bytes."),
        }.get(reason, reason)
