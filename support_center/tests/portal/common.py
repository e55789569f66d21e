import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.sql_db import Cursor
from odoo.tests import new_test_user

from ..common import SupportHttpCase

WRITES = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
# What Odoo keeps of its own while it shows any page.
NO_CONTENT = {"ir_attachment", "bus_presence", "res_users_log"}


class PageCase(SupportHttpCase):
    """A customer's pages without a browser, as one sees them whose JavaScript is off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.start = now + timedelta(days=3)
        cls.env.company.phone = "+32 2 555 02 00"
        cls.visit = cls._create_visit()

    @classmethod
    def _create_visit(cls, **values):
        return cls._create_appointment(
            **{
                "start": cls.start,
                "technician_id": cls.technician.id,
                "location": "123 Main Street",
                "timezone": "Europe/Brussels",
                "state": "confirmed",
                **values,
            }
        )

    @classmethod
    def _create_portal_user(cls, login, parent=None):
        user = new_test_user(cls.env, login=login, groups="base.group_portal")
        user.partner_id.parent_id = parent
        return user

    def _url(self, suffix="", visit=None, token=True, **params):
        visit = visit or self.visit
        if token:
            params["access_token"] = visit.access_token if token is True else token
        query = "&".join(f"{key}={value}" for key, value in params.items())
        return f"{visit.access_url}{suffix}?{query}"

    def _get(self, suffix="", *, code=200, **params):
        """
        :return: tuple of the page as a tree, and all of its text with single spaces
        """
        with self._record_writes() as writes:
            answer = self.url_open(self._url(suffix, **params))
        self.assertEqual(answer.status_code, code)
        self.assertEqual(writes, [])
        return self._parse(answer)

    def _post(self, suffix="", choice=None, *, visit=None, token=True, login=None, **fields):
        """Send a form as somebody does who presses the button with the value ``choice``.

        :return: the answer, which was followed to where it leads
        """
        self.authenticate(login, login)
        files = fields.pop("files", None)
        data = {"csrf_token": http.Request.csrf_token(self), **fields}
        if choice is not None:
            data["choice"] = choice
        return self.url_open(self._url(suffix, visit=visit, token=token), data=data, files=files)

    def _parse(self, answer):
        tree = html.fromstring(answer.text)
        return tree, " ".join(tree.text_content().split())

    def _find_buttons(self, tree):
        """The value that each button sends, to its words."""
        return {
            button.get("value"): " ".join(button.text_content().split())
            for button in tree.xpath("//button[@name='choice']")
        }

    @contextmanager
    def _record_writes(self):
        """Which tables of ours or of Odoo's records are written meanwhile."""
        found, execute = [], Cursor.execute

        def look(cursor, query, *args, **kwargs):
            text = query if isinstance(query, str) else str(getattr(query, "code", query))
            match = WRITES.match(text)
            if match and match[2] not in NO_CONTENT:
                found.append(f"{match[1]} {match[2]}")
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.env.cr.precommit.run()  # what the test itself has still to tell
        with patch.object(Cursor, "execute", look):
            yield found

    def _press_nothing(self, tree, url):
        """Send each form of a page as a program does that fills nothing in."""
        self.authenticate(None, None)
        for form in tree.xpath("//form[@method='post']"):
            data = {
                field.get("name"): field.get("value") or ""
                for field in form.xpath(".//input[@name] | .//textarea[@name]")
            }
            data["csrf_token"] = http.Request.csrf_token(self)
            self.url_open(form.get("action") or url, data=data)
