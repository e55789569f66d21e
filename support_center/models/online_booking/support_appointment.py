from odoo import _, api, fields, models

from ...formatting import is_zone

# What a visitor types.
TYPED = ("name", "email", "phone", "location", "description")


class SupportAppointment(models.Model):
    """What an appointment keeps of a booking on the public pages."""

    _inherit = "support.appointment"

    booking_state = fields.Selection(
        [("unverified", "Address not confirmed"), ("verified", "Address confirmed")],
        "Online Booking",
        readonly=True,
        copy=False,
        help="Of a booking on the public page whose visitor was asked to confirm their address.",
    )
    booking_typed = fields.Json(readonly=True, copy=False)
    # The same visitor and time are the same booking, however often a button is pressed.
    booking_key = fields.Char(readonly=True, copy=False, index="btree_not_null")

    def _get_booking_typed(self):
        """What the visitor typed and chose, and nothing of what we know of the customer.

        :return: dict with the names of ``TYPED``, and ``lang``, ``zone`` and ``mode``; empty for
            what was not booked on the page, or was erased
        """
        self.ensure_one()
        return self.booking_typed or {}

    def _get_booking_zone(self):
        zone = self._get_booking_typed().get("zone")
        return zone if is_zone(zone) else self._get_customer_timezone()

    def _get_booking_lang(self):
        """The language of who booked; that of a customer whom we know by now."""
        lang = self._get_booking_typed().get("lang")
        if not self.partner_id and lang and self.env["res.lang"]._lang_get(lang):
            return lang
        return self._get_customer_lang()

    def _get_booking_lines(self):
        """What was booked, for the visitor alone: as they typed and chose it.

        :return: list of ``(label, text)``
        """
        self.ensure_one()
        return [(_("Reference"), self.name), *self._describe_booking(self._get_booking_typed())]

    @api.model
    def _describe_booking(self, typed):
        """What a visitor typed, in the language of the environment.

        :param dict typed: as of ``_get_booking_typed``
        :return: list of ``(label, text)``
        """
        labels = {
            "name": _("Name"),
            "email": _("E-mail"),
            "phone": _("Phone"),
            "location": _("Where"),
            "description": _("Your words"),
        }
        return [(label, typed[name]) for name, label in labels.items() if typed.get(name)]

    def _get_booking_link(self):
        """The link by which who booked confirms their address."""
        self.ensure_one()
        token = self._portal_ensure_token()
        return f"{self.get_base_url()}/book/verify/{self.id}?access_token={token}"

    def _get_booking_deadline(self):
        """Until when the time is held for who booked; empty when it is not.

        :return: str like “14:30”
        """
        return self.env["support.booking.page"]._describe_hold(
            self.env["support.slot.hold"]._find_own(appointment=self), self._get_booking_zone()
        )

    @api.model
    def _find_by_booking_key(self, key):
        return self.with_context(active_test=False).search([("booking_key", "=", key)], limit=1)
