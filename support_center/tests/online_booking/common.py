from unittest.mock import patch

from lxml import html

from odoo import fields

from ...models.online_booking import support_booking_page
from ..common import SupportHttpCase


class Page:
    """A page as a browser without JavaScript has it."""

    def __init__(self, case, response):
        self.case, self.response = case, response
        self.status_code, self.url, self.text = response.status_code, response.url, response.text
        self.tree = html.fromstring(response.text, base_url=response.url)
        self.tree.make_links_absolute()

    @property
    def words(self):
        """What is read on it, in one line."""
        (main,) = self.tree.xpath("//main")
        return " ".join(main.text_content().split())

    @property
    def title(self):
        return " ".join(self.tree.xpath("//h1")[0].text_content().split())

    def get_buttons(self, name):
        """The buttons of a name: list of ``(value, words)``."""
        buttons = self.tree.xpath(f"//button[@name='{name}']")
        return [(each.get("value"), " ".join(each.text_content().split())) for each in buttons]

    def get_values(self, form=None):
        """What a form is filled in with."""
        form = self.get_form() if form is None else form
        return {
            name: value or ""
            for name, value in form.form_values()
            if name not in ("start", "choice")
        }

    def get_form(self):
        (form,) = self.tree.xpath("//form[@method='post']")
        return form

    def follow(self, words):
        """Follow the link that says ``words``."""
        links = self.tree.xpath("//a")
        link = next(each for each in links if " ".join(each.text_content().split()) == words)
        return self.case.open(link.get("href"))

    def press(self, name, value=None, /, **typed):
        """Press a button of a form; without a value the first of that name."""
        button = next(
            each
            for each in self.tree.xpath(f"//button[@name='{name}']")
            if value in (None, each.get("value"))
        )
        (form,) = button.xpath("ancestor::form")
        values = {**self.get_values(form), name: button.get("value"), **typed}
        return self.case.open(button.get("formaction") or form.action, values)


class BookingCase(SupportHttpCase):
    """A type that is published, and visitors who book it without JavaScript.

    Time is not frozen, see ``SupportHttpCase``; nobody waits for a form to be old enough.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(support_booking_page, "LEAST_SECONDS", 0))
        cls.type.write(
            {
                "booking_mode": "instant",
                "booking_verify": "never",
                "published_name": "Repair at home",
                "published_text": "We come with tools & parts.\n<b>Not</b> for gas.",
            }
        )
        cls.company = cls.env.company
        cls.company.write({"phone": "+32 2 555 00 00", "email": "info@our.example"})
        cls.typed = {
            "name": "Vera Visitor",
            "email": "vera@example.org",
            "phone": "+32 2 555 02 02",
            "location": "5 Harbour Street",
            "description": "The boiler is cold",
        }

    def open(self, url, data=None, **headers):
        return Page(self, self.url_open(url, data=data, headers=headers or None))

    def _choose(self, url="/book/rep?tz=UTC", number=0):
        """The form for one of the free times, counted from the first one."""
        page = self.open(url)
        return page.press("start", page.get_buttons("start")[number][0])

    def _book(self, page=None, **typed):
        page = page or self._choose()
        return page.press("choice", "book", **{**self.typed, **typed})

    def _live(self):
        """The domain of holds that have not ended."""
        return [("expires_at", ">", fields.Datetime.now())]

    def _find_bookings(self):
        return self.env["support.appointment"].search([("booking_key", "!=", False)], order="id")

    def _find_mails(self, kind):
        return self.env["mail.mail"].search([("support_notice", "=", kind)], order="id")
