from collections import namedtuple

from odoo import models

from ...formatting import format_moment
from ...intake import read_own_text

# So many messages of the correspondence are shown, the last ones.
SHOWN_MESSAGES = 30
# Kinds of messages that people wrote, and those that an automation sent.
WRITTEN_TYPES = ("comment", "email")
SENT_TYPES = ("auto_comment", "email_outgoing")

# One entry of the correspondence: who, when, what; `files` are attachments.
Letter = namedtuple("Letter", "author moment text files is_own")


class SupportCorrespondenceMixin(models.AbstractModel):
    """The correspondence with a customer, as the customer's page shows it."""

    _name = "support.correspondence.mixin"
    _description = "Correspondence with the Customer"

    def _list_letters(self):
        """What was written to and by the customer, the last first; internal notes never.

        Of mails that an automation sent, the subject alone: the page says the same.

        :return: list of ``Letter``
        """
        self.ensure_one()
        own = self.partner_id.commercial_partner_id
        zone = self._get_customer_timezone()
        letters = []
        for message in self._find_letters():
            author = message.author_id
            is_written = message.message_type in WRITTEN_TYPES
            text = self._get_letter_text(message) if is_written else message.subject or ""
            if not text and not message.attachment_ids:
                continue
            letters.append(
                Letter(
                    author=author.name or message.email_from or "",
                    moment=format_moment(self.env, message.date, zone, names_zone=False),
                    text=text,
                    files=message.attachment_ids if is_written else message.attachment_ids.browse(),
                    is_own=bool(own) and author.commercial_partner_id == own,
                )
            )
        return letters

    def _find_letters(self):
        # sudo: a token opens the correspondence of its visit, and so does a colleague's log-in.
        messages = self.env["mail.message"].sudo()
        return messages.search(self._get_letters_domain(), limit=SHOWN_MESSAGES, order="id desc")

    def _get_letters_domain(self):
        return [
            ("model", "=", self._name),
            ("res_id", "=", self.id),
            ("message_type", "in", (*WRITTEN_TYPES, *SENT_TYPES)),
            ("is_internal", "=", False),
            ("subtype_id", "!=", False),
            ("subtype_id.internal", "=", False),
        ]

    def _get_letter_text(self, message):
        # The history of a ticket is read like that of a visit.
        reader = self.env["support.appointment"]
        return read_own_text(reader._get_mail_text({"body": message.body}))

    def _find_letter_file(self, attachment_id):
        """A file of the correspondence.

        :param int attachment_id: as somebody asked for it
        :return: ``ir.attachment``, empty where the customer was shown none of that number
        """
        messages = self._find_letters().filtered(lambda each: each.message_type in WRITTEN_TYPES)
        return messages.attachment_ids.filtered(lambda each: each.id == attachment_id)
