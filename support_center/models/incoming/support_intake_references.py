import json

from odoo import _, api, models

from ...intake import unwrap
from ...languages import get_company_lang


class SupportIntakeReferences(models.AbstractModel):
    """The caller's own ids: the same one again gives the appointment that exists."""

    _name = "support.intake.references"
    _description = "External References of Requests"

    @api.model
    def _find_or_claim(self, readings):
        """Appointments of this user and company; what is not there yet, nobody else makes now.

        What is there is not claimed: of twenty calls with a new ``external_ref`` at the same
        moment one makes the record, and the others, which Odoo runs again, only read it.

        :param readings: list of ``Reading``
        :return: dict of ``external_ref`` to ``support.appointment`` as superuser
        """
        found = self._find(readings)
        company, uid = self.env.company.id, self.env.uid
        self.env["support.intake.key"]._claim(
            "external_ref",
            [
                (company, uid, reference)
                for reference in self._get_references(readings) - found.keys()
            ],
        )
        return found

    @api.model
    def _find(self, readings):
        references = self._get_references(readings)
        if not references:
            return {}
        # sudo: the same caller finds again what it made, whatever rules hide by now.
        appointments = self.env["support.appointment"].sudo().with_context(active_test=False)
        found = appointments.search(
            [
                ("external_ref", "in", list(references)),
                ("company_id", "=", self.env.company.id),
                ("create_uid", "=", self.env.uid),
            ]
        )
        return {appointment.external_ref: appointment for appointment in found}

    @api.model
    def _get_references(self, readings):
        return {reading.result.request.external_ref for reading in readings} - {None}

    @api.model
    def _make(self, readings, known, create):
        """One appointment for each reading, without making the same one twice.

        :param readings: dict of index to ``Reading``
        :param known: as ``_find`` returns it
        :param create: makes the new ones: takes a list of indices, returns
            the records in that order
        :return: ``(records, known)``: a list of the records in the order of the
            readings, and ``known`` with the new ones
        """
        new, order = {}, []
        for index, reading in readings.items():
            reference = reading.result.request.external_ref
            key = ("ref", reference) if reference else ("index", index)
            order.append(key)
            if reference not in known:
                new.setdefault(key, index)
        by_key = {("ref", reference): record for reference, record in known.items()}
        by_key.update(zip(new, create(list(new.values())), strict=True))
        references = {key[1]: record for key, record in by_key.items() if key[0] == "ref"}
        return [by_key[key] for key in order], references

    @api.model
    def _log_changed_payloads(self, action, readings, payloads, known):
        """A different payload under a known reference changes nothing, but is told."""
        intake = self.env["support.intake"]
        lang = get_company_lang(self.env.company)
        message = self.with_context(lang=lang)._describe_changed_payload()
        for reading, payload in zip(readings, payloads, strict=True):
            record = known.get(reading.result.request.external_ref)
            raw = intake._prepare_raw_vals(payload)["intake_raw"] if record else None
            if record and not self._is_same_request(record.sudo().intake_raw, raw):
                self.env["support.automation.log"]._record(
                    action,
                    record,
                    "skipped",
                    message,
                    payload=raw,
                )

    @api.model
    def _is_same_request(self, known, raw):
        """Whether two originals hold the same, whatever a program has put around it."""
        if known == raw:
            return True
        try:
            return unwrap(json.loads(known or "")) == unwrap(json.loads(raw))
        except (ValueError, RecursionError):
            return False

    @api.model
    def _describe_changed_payload(self):
        return _("The same external_ref came with other data; nothing was changed.")
