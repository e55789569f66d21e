import json

from odoo import api, fields, models

from ...formatting import aware
from ...intake import parse_mapping, split, unwrap
from .support_intake import Reading

# Who may write a mail may write any reference into it; a webhook's address is known to
# few, so that a reference which a mail took does not swallow a webhook's request.
TRUSTED_SOURCES = ("webhook", "api")


class SupportIntakeWebhook(models.AbstractModel):
    """What comes by Odoo's own webhook: kept first, read later."""

    _name = "support.intake.webhook"
    _description = "Requests by Webhook"

    @api.model
    def _store(self, payload, files=()):
        """Keep what came in as drafts that nobody has read yet.

        Called as the user and in the company that the drafts shall belong to.

        :param payload: whatever JSON can be; a list holds several requests, and what stands around
            one is kept with it
        :param files: list of ``(name, bytes)`` that came along; the first new draft has them
        :return: ``support.appointment``: new ones in state ``received``, or
            those that exist under the same ``external_ref``
        """
        payloads = self._split(payload)
        readings = self._parse(payloads)
        references = self.env["support.intake.references"]
        found = references._find_or_claim(readings)
        known = {
            reference: record
            for reference, record in found.items()
            if record.source in TRUSTED_SOURCES
        }
        made, known = references._make(
            dict(enumerate(readings)),
            known,
            lambda indices: self._create_received(
                [
                    (payloads[index], readings[index].result.request.external_ref)
                    for index in indices
                ],
                taken=found.keys() - known.keys(),
                files=files,
            ),
        )
        references._log_changed_payloads("receive_webhook", readings, payloads, known)
        appointments = self.env["support.appointment"]
        return appointments.browse(dict.fromkeys(record.id for record in made))

    @api.model
    def _claim(self, payload):
        """Meet whoever makes the same customer or appointment at this moment, before any work.

        The one that comes second is ended here by the database, and run again, see
        ``base.automation._execute_webhook``.

        :param payload: as for ``_store``
        """
        readings = self._parse(self._split(payload))
        self.env["support.intake.references"]._find_or_claim(readings)
        self.env["support.intake.contacts"]._find_or_claim(
            {reading.result.request.customer_email for reading in readings} - {None}
        )

    @api.model
    def _parse(self, payloads):
        """Only the parser, which never raises: names are looked up when the draft is read.

        :return: list of ``Reading``
        """
        now = aware(fields.Datetime.now())
        return [
            Reading(parse_mapping(unwrap(each), now=now), None, None, None, ()) for each in payloads
        ]

    @api.model
    def _split(self, payload):
        return split(payload) or [payload]

    @api.model
    def _create_received(self, requests, taken, files=()):
        """Raw drafts.

        :param requests: list of ``(payload, external_ref)``
        :param taken: references that somebody else's appointments have
        :param files: list of ``(name, bytes)``, for the first one
        """
        intake = self.env["support.intake"]
        drafts = self.env["support.appointment"]._create_prepared(
            [
                {
                    "source": "webhook",
                    "intake_state": "received",
                    **intake._prepare_raw_vals(payload),
                    "external_ref": reference if reference not in taken else False,
                    "company_id": self.env.company.id,
                }
                for payload, reference in requests
            ]
        )
        intake._attach_originals(drafts, [payload for payload, _reference in requests])
        self._attach_files(drafts[:1], files)
        if drafts:
            self.env["support.automation.log"]._record("receive_webhook", drafts, "ok")
        return drafts

    @api.model
    def _attach_files(self, draft, files):
        """Keep the files of a form; one that is a page is kept as text, as those of mails are."""
        if draft:
            attachments = self.env["ir.attachment"].with_context(attachments_mime_plainxml=True)
            attachments.create(
                [
                    {"name": name, "raw": content, "res_model": draft._name, "res_id": draft.id}
                    for name, content in files
                ]
            )

    @api.model
    def _read_draft(self, draft):
        """Read the request in the raw text of a draft that came by webhook.

        :param draft: one ``support.appointment``
        :return: ``Reading``
        """
        try:
            payload = json.loads(draft.intake_raw or "")
        except (ValueError, RecursionError):
            payload = draft.intake_raw
        intake = self.env["support.intake"].with_company(draft.company_id)
        reading = intake._read_payloads([unwrap(payload)])[0]
        return intake._note_shortened(reading, draft.intake_shortened)
