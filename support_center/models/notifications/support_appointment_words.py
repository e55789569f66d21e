from odoo import _, fields, models

from ...formatting import format_duration
from ...languages import get_customer_lang


class SupportAppointment(models.Model):
    """What mails to customers say of an appointment, in the language of the environment.

    The templates only put it in its place.
    """

    _inherit = "support.appointment"

    def _get_customer_lang(self):
        """The language in which the customer is written to; see ``languages``."""
        self.ensure_one()
        # sudo: as in `_describe_detail`, of customers.
        return get_customer_lang(self.sudo().partner_id, self.company_id)

    def _get_formatted_start(self):
        """The planned time as the customer reads it, else the one asked for."""
        self.ensure_one()
        return self._format_for_customer(self.start or self.requested_date)

    def _get_formatted_announced_start(self):
        """The time that the customer was told before."""
        self.ensure_one()
        return self._format_for_customer(self.announced_start)

    def _get_notice_lines(self):
        """When, how long, where, what, who comes.

        :return: list of ``(label, text)``; what is not known is left out
        """
        self.ensure_one()
        details = self._get_details()
        lines = [(_("When"), self._get_formatted_start())]
        lines += [
            (label, self._describe_detail(key, details[key]))
            for key, label in self._get_detail_labels().items()
        ]
        return [(label, text) for label, text in lines if text]

    def _get_changed_lines(self):
        """What is different from what the customer was told.

        :return: list of ``(label, text before, text now)``
        """
        self.ensure_one()
        before, now = self.announced_details or {}, self._get_details()
        labels = self._get_detail_labels()
        return [
            (
                labels[key],
                self._describe_detail(key, before.get(key)) or "–",
                self._describe_detail(key, now[key]) or "–",
            )
            for key in self._get_changed_details()
        ]

    def _get_changed_details(self):
        """Which of the details are different; unlike their words, without a query.

        :return: list of the keys of ``_get_detail_labels``
        """
        self.ensure_one()
        before, now = self.announced_details or {}, self._get_details()
        return [
            key
            for key in self._get_detail_labels()
            if (before.get(key) or False) != (now[key] or False)
        ]

    def _get_detail_labels(self):
        return {
            "duration": _("Duration"),
            "location": _("Where"),
            "type": _("What"),
            "technician": _("Who comes"),
        }

    def _get_details(self):
        """What the customer is told beside the time, ready for JSON and for comparison.

        :return: dict; ``duration`` in minutes, ``type`` and ``technician`` as ids
        """
        self.ensure_one()
        return {
            "duration": round(self.duration * 60),
            "location": self.location or False,
            "type": self.type_id.id,
            "technician": self.technician_id.id,
        }

    def _describe_detail(self, key, value):
        """A detail as the customer reads it; empty where there is none."""
        if not value:
            return ""
        if key == "duration":
            return format_duration(value)
        models_by_key = {"type": "support.appointment.type", "technician": "support.technician"}
        if key in models_by_key:
            # sudo: the user who changes a visit may not be one who reads technicians.
            return self.env[models_by_key[key]].sudo().browse(value).exists().name or ""
        return value

    def _can_be_answered(self):
        """Whether a mail offers to come, to move or to cancel: of a visit that lies ahead."""
        self.ensure_one()
        return bool(self.state == "confirmed" and self.start and self.start > fields.Datetime.now())

    def _get_customer_link(self):
        """The signed link to the customer's page of this appointment."""
        self.ensure_one()
        return self.get_base_url() + self._get_share_url()
