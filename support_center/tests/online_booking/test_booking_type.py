from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...models.online_booking.support_booking_page import read_origin
from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestBookingType(SupportCase):
    """How a type is published, and what Settings take."""

    def test_publishing(self):
        with Form(self.env["support.appointment.type"].with_user(self.user_manager)) as form:
            form.name = "Boiler check & more"
            form.booking_mode = "instant"
            self.assertEqual(form.code, "boiler-check-more")
        record = form.save()
        self.assertEqual(record.booking_url, f"{record.get_base_url()}/book/boiler-check-more")
        action = record.action_open_booking_page()
        self.assertEqual((action["url"], action["target"]), (record.booking_url, "new"))
        with self.assertRaisesRegex(ValidationError, "a part of the address"):
            record.code = "no spaces"
        record.booking_mode = "off"
        record.code = "no spaces"
        self.assertFalse(record.booking_url)
        with self.assertRaisesRegex(ValidationError, "is not published"):
            record.action_open_booking_page()

    def test_the_company_stands_in_the_address_where_it_has_to(self):
        other = self.env["res.company"].create({"name": "Other House"})
        self.type.booking_mode = "request"
        self.assertTrue(self.type.booking_url.endswith("/book/rep"))
        self.type.company_id = other
        self.assertTrue(self.type.booking_url.endswith(f"/book/rep?company={other.id}"))

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.type.with_user(self.user_dispatcher).booking_mode = "instant"
        with self.assertRaises(AccessError):
            self.env["support.booking.attempt"].with_user(self.user_manager).search([])

    def test_settings(self):
        settings = self.env["res.config.settings"]
        name = "support_center_booking_frame_origins"
        settings.create({name: "https://www.example.com http://shop.example:8080/"}).execute()
        page = self.env["support.booking.page"]
        self.assertEqual(
            page._get_frame_origins(), ["https://www.example.com", "http://shop.example:8080"]
        )
        for text in ("www.example.com", "https://a.example/page", "*", "javascript:alert(1)"):
            with self.assertRaisesRegex(ValidationError, "is no address of a site"):
                settings.create({name: text})
        with self.assertRaisesRegex(ValidationError, "enter a whole number above zero"):
            settings.create({"support_center_booking_network_limit": 0})
        # What stands there all the same cannot break out of the header.
        self.env["ir.config_parameter"].set_param(
            "support_center.booking_frame_origins",
            "https://a.example; script-src * https://b.example",
        )
        self.assertEqual(page._get_frame_origins(), ["https://b.example"])

    def test_origins(self):
        for text, origin in (
            ("https://www.Example.com/contact?a=1", "https://www.example.com"),
            ("https://example.com:443", "https://example.com"),
            ("http://localhost:8069", "http://localhost:8069"),
            ("https://user@example.com", "https://example.com"),
            ("ftp://example.com", ""), ("https://", ""), ("http://[::1", ""), ("x", ""),
            ("https://a.example'", ""), ("https://a.example:99999", ""),
        ):  # fmt: skip
            self.assertEqual(read_origin(text), origin, text)
