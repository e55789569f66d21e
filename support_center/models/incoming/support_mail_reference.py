import re

from odoo import api, models
from odoo.tools import email_normalize

# Of a subject; no reference is longer, and nobody names more of them.
MAX_SUBJECT = 500
MAX_TOKENS = 30
MAX_LENGTH = 60
# A reference holds a digit; what it looks like, its sequence says.
TOKEN = re.compile(r"[^\s()\[\]{}<>\"'“”„«»,;]*\d[^\s()\[\]{}<>\"'“”„«»,;]*")
# The field that holds the reference, by model.
REFERENCE_FIELDS = {"support.appointment": "name", "support.ticket": "number"}


class SupportMailReference(models.AbstractModel):
    """Finds what a mail is about by the reference in its subject."""

    _name = "support.mail.reference"
    _description = "References in Subjects"

    @api.model
    def _find_named(self, model, subject, company):
        """The records whose references stand in a subject.

        An administrator may give the sequence any prefix, so each word is looked up as it is.

        :param str model: one of ``REFERENCE_FIELDS``
        :param str subject: as it came
        :param company: ``res.company`` whose records are looked at
        :return: recordset as superuser, in the order of the subject
        """
        # sudo: mails are taken in for everybody.
        records = self.env[model].sudo()
        words = TOKEN.findall((subject or "")[:MAX_SUBJECT])[:MAX_TOKENS]
        words = [word.strip(".:!?#-–—_/\\") for word in words]
        words = [word for word in words if 3 <= len(word) <= MAX_LENGTH]
        if not words:
            return records
        field = REFERENCE_FIELDS[model]
        # Mail programs and people write it in any case; the index knows it as it is.
        spellings = {}
        for number, word in enumerate(words):
            for spelling in (word, word.upper(), word.lower()):
                spellings.setdefault(spelling, number)
        found = records.search([(field, "in", list(spellings)), ("company_id", "=", company.id)])
        return found.sorted(lambda record: spellings[record[field]])

    @api.model
    def _find_thread(self, model, subject, sender, company):
        """The record that a mail without ``References`` answers.

        :param str sender: who wrote it; of a record that they have nothing to do with, nothing
            is said
        :return: recordset of one, or empty
        """
        address = email_normalize(sender or "")
        named = self._find_named(model, subject, company) if address else self.env[model]
        return named.filtered(lambda record: address in record._get_correspondents())[:1]
