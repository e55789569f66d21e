from odoo.tests import tagged

from .common import PageCase


class PageTour:
    """On a device of each size, in a language each."""

    def test_from_the_link_of_a_mail_to_a_moved_visit(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = self.lang
        # The browser of the tests is in no zone of the customer's.
        self.visit.timezone = "Europe/Athens"
        before = self.visit.start
        self.start_tour(self._url("/times"), "support_center_move_by_mail")
        self.visit.invalidate_recordset()
        self.assertNotEqual(self.visit.start, before)
        self.assertEqual(self.visit.state, "confirmed")


@tagged("post_install", "-at_install")
class TestPageTourPhone(PageTour, PageCase):
    browser_size = "375x667"
    touch_enabled = True
    lang = "de_DE"


@tagged("post_install", "-at_install")
class TestPageTourDesktop(PageTour, PageCase):
    browser_size = "1440x900"
    lang = "en_US"
