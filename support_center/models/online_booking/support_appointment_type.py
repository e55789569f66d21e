import re

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...compat import check_access

# What an address of a page may hold without being written otherwise.
PAGE_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SupportAppointmentType(models.Model):
    """What the public booking pages show of a type."""

    _inherit = "support.appointment.type"

    booking_mode = fields.Selection(
        [
            ("off", "Not published"),
            ("request", "Customers ask, a dispatcher decides"),
            ("instant", "Customers book at once"),
        ],
        "Online Booking",
        default="off",
        required=True,
    )
    booking_verify = fields.Selection(
        [
            ("unknown", "If it is new to us"),
            ("always", "Always"),
            ("never", "Never"),
        ],
        "Confirm the Address",
        default="unknown",
        required=True,
        help="Whose booking counts only once they have opened the link in our mail. The time is "
        "held for them until then.",
    )
    published_name = fields.Char(
        translate=True, help="What customers read on the booking page; the name without it."
    )
    published_text = fields.Text(
        translate=True, help="What customers read on the booking page before they choose a time."
    )
    booking_url = fields.Char("Booking Page", compute="_compute_booking_url")

    @api.depends("code", "booking_mode", "company_id")
    def _compute_booking_url(self):
        for record in self:
            record.booking_url = record.booking_mode != "off" and record._get_booking_url()

    @api.constrains("booking_mode", "code")
    def _check_booking_code(self):
        for record in self:
            if record.booking_mode != "off" and not PAGE_CODE.fullmatch(record.code or ""):
                raise ValidationError(
                    _(
                        "%(name)s: its code is a part of the address of its booking page. Enter "
                        "one of letters, digits, “-” and “_”, such as “repair”, not “%(code)s”.",
                        name=record.name,
                        code=record.code or "",
                    )
                )

    @api.onchange("booking_mode")
    def _onchange_booking_mode(self):
        if self.booking_mode != "off" and self.name and not self.code:
            self.code = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:64]

    def _get_booking_url(self):
        """
        :return: str, the absolute address of the page; False for a code that fits no address
        """
        self.ensure_one()
        if not PAGE_CODE.fullmatch(self.code or ""):
            return False
        # A type of no company is booked at the company of who looks.
        company = self.company_id or self.env.company
        is_main = company == self._get_booking_company()
        query = "" if is_main else f"?company={company.id}"
        return f"{self.get_base_url()}/book/{self.code}{query}"

    @api.model
    def _get_booking_company(self):
        """The company of a page that names none: that of visitors without an account."""
        # sudo: the user of visitors is not every user's to read.
        return self.env.ref("base.public_user").sudo().company_id

    def action_open_booking_page(self):
        """Open the public page, as customers see it."""
        self._check_one()
        check_access(self, "read")
        if not self.booking_url:
            raise ValidationError(
                _(
                    "%(name)s is not published. Choose under “Online Booking” how customers may "
                    "book it.",
                    name=self.name,
                )
            )
        return {"type": "ir.actions.act_url", "url": self.booking_url, "target": "new"}
