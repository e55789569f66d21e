import json
import re
from urllib.parse import urljoin, urlparse

from lxml import etree, html

from odoo import fields, http
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.notifications.support_notifier import NOTIFICATIONS
from ..common import SupportHttpCase

# Files and pages that change nothing by their nature and cost time.
UNCHANGED = re.compile(r"^/(web/(static|assets|content|image)|support_center/static)/")
# What is counted in each table that a customer's act would leave a trace in.
TRACES = {
    "support.appointment": ["state", "start", "stop", "technician_id", "cancel_reason", "active"],
    "support.ticket": ["state", "stage_id"],
    "res.partner": ["is_blacklisted"],
}


@tagged("post_install", "-at_install")
class TestScanner(SupportHttpCase):
    """A program that looks at each link of each mail, and sends each form that it finds.

    It opens all links twice, in both orders, and sends every form with all that is filled in
    beforehand, as scanners of mail do: nothing is confirmed, moved, cancelled, rated or
    unsubscribed. Which mails there are, and which links, is read from what is rendered.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.visit = cls._create_appointment(
            start=fields.Datetime.add(now, days=6),
            technician_id=cls.technician.id,
            state="confirmed",
            type_id=cls.type.id,
        )
        cls.draft = cls._create_appointment(
            requested_date=fields.Datetime.add(now, days=9), start=False
        )
        cls.done = cls._create_appointment(
            start=fields.Datetime.subtract(now, hours=5), state="done"
        )
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.visit.message_subscribe(cls.user_technician.partner_id.ids)
        cls.env.flush_all()

    # ------------------------------------------------------------------
    # What there is to be opened
    # ------------------------------------------------------------------

    def _get_templates(self):
        """Every mail template of appointments, ours and an administrator's."""
        return self.env["mail.template"].search([("model", "=", "support.appointment")])

    def _render_mails(self):
        """
        :return: dict of name to the HTML of a mail
        """
        bodies = {}
        for template in self._get_templates():
            for record in (self.visit, self.draft, self.done):
                found = template._render_field("body_html", record.ids)
                bodies[f"{template.name}: {record.name}"] = found[record.id]
        # As they really leave, with what Odoo adds.
        for mail in self._get_notices(self.visit):
            bodies[f"mail {mail.id}"] = mail._prepare_outgoing_body()
        return bodies

    def _get_links(self):
        """The links of all mails that lead to this server, and Odoo's own to rate."""
        links = []
        for body in self._render_mails().values():
            links += html.fromstring(f"<div>{body}</div>").xpath("//a/@href")
        for record in (self.visit, self.done, self.ticket):
            token = record._rating_get_access_token()
            links += [f"/rate/{token}/{rate}" for rate in (1, 3, 5)]
            links.append(f"/rate/{token}/submit_feedback")
        links += [self.done._get_link_to("/rate"), self._get_unfollow_link()]
        links += [
            record._get_link_to(suffix)
            for record in (self.visit, self.draft)
            for suffix in ("", "/attend", "/times", "/move", "/cancel", "/message")
        ]
        self.env.flush_all()
        return [link for link in dict.fromkeys(links) if self._is_ours(link)]

    def _get_unfollow_link(self):
        """What Odoo puts below its mails to users who follow a record."""
        return self.visit._notify_get_action_link(
            "unfollow",
            model=self.visit._name,
            res_id=self.visit.id,
            pid=self.user_technician.partner_id.id,
        )

    def _is_ours(self, link):
        parts = urlparse(link)
        host = urlparse(self.base_url()).netloc
        own = urlparse(self.visit.get_base_url()).netloc
        return parts.scheme in ("", "http", "https") and parts.netloc in ("", host, own)

    # ------------------------------------------------------------------
    # The program
    # ------------------------------------------------------------------

    def _open(self, link, data=None):
        parts = urlparse(link)
        path = parts._replace(scheme="", netloc="", fragment="").geturl()
        return self.url_open(path, data=data, timeout=30)

    def _scan(self, links):
        """Open each, and send each form of each page, with all that stands in it."""
        seen = set()
        for link in links:
            page = self._open(link)
            self.assertLess(page.status_code, 500, link)
            # Without a form, too: some send to whatever they have opened.
            self.assertLess(self._open(link, data={"x": "1"}).status_code, 500, link)
            for address, data in self._list_forms(page):
                key = (urlparse(address).path, json.dumps(sorted(data)))
                if key not in seen:
                    seen.add(key)
                    answer = self._open(address, data=data)
                    self.assertLess(answer.status_code, 500, address)
        return seen

    def _list_forms(self, page):
        """The forms of a page that lead to us, as programs fill them in.

        :return: list of (address, values): all hidden fields, what is filled in, what is chosen
        """
        try:
            root = html.fromstring(page.text)
        except etree.ParserError:
            return []
        forms = []
        for form in root.xpath("//form"):
            address = urljoin(page.url, form.get("action") or "")
            path = urlparse(address).path
            if not self._is_ours(address) or UNCHANGED.match(path) or path.startswith("/web/"):
                continue
            data = {
                each.name: each.value
                for each in form.inputs
                if each.get("name")
                and each.value is not None
                and each.tag != "button"
                # A button is pressed by somebody.
                and each.get("type") not in ("submit", "image", "button")
            }
            data["csrf_token"] = http.Request.csrf_token(self)
            forms.append((address, data))
        return forms

    def _look(self):
        """All that a customer's act would change."""
        self.env.invalidate_all()
        state = {}
        records = self.visit | self.draft | self.done
        for record in [*records, self.ticket, self.customer]:
            names = [name for name in TRACES[record._name] if name in record._fields]
            if "attendance" in record._fields:
                names.append("attendance")
            state[record] = record.read(names)
        domain = [("consumed", "=", True)]
        state["ratings"] = self.env["rating.rating"].search_count(domain)
        state["followers"] = sorted(records.message_partner_ids.ids)
        state["appointments"] = self.env["support.appointment"].search_count([])
        messages = [
            ("model", "in", ["support.appointment", "support.ticket"]),
            ("res_id", "in", [*records.ids, self.ticket.id]),
        ]
        state["messages"] = self.env["mail.message"].search_count(messages)
        if "support.slot.hold" in self.env:
            state["holds"] = self.env["support.slot.hold"].search_count([])
        return state

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_each_mail_is_looked_at(self):
        names = {template.get_external_id()[template.id] for template in self._get_templates()}
        wanted = {f"support_center.{each.template}" for each in NOTIFICATIONS.values()}
        self.assertLessEqual(wanted, names)
        links = self._get_links()
        paths = {urlparse(link).path for link in links}
        page = f"/my/appointments/{self.visit.id}"
        self.assertLessEqual({f"{page}/attend", f"{page}/times", f"{page}/cancel", page}, paths)

    @mute_logger("odoo.http", "odoo.addons.mail.models.mail_render_mixin")
    def test_a_program_changes_nothing(self):
        links = self._get_links()
        before = self._look()
        self.authenticate(None, None)
        for order in (links, links[::-1]):
            sent = self._scan(order)
        self.assertTrue(sent, "there is a form at least, that of the stars")
        self.assertEqual(self._look(), before)

    def test_a_person_may_stop_following(self):
        self.authenticate(None, None)
        page = self._open(self._get_unfollow_link())
        ((address, data),) = self._list_forms(page)
        self._open(address, data={**data, "choice": "unfollow"})
        self.env.invalidate_all()
        self.assertNotIn(self.user_technician.partner_id, self.visit.message_partner_ids)
