import json
from datetime import timedelta

from odoo.tests import tagged

from .common import PageCase


@tagged("post_install", "-at_install")
class TestCustomerLists(PageCase):
    """What a customer finds who logs in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.partner"].create({"name": "The Firm", "is_company": True})
        cls.customer.parent_id = cls.firm
        cls.user = cls._create_portal_user("support_customer", cls.firm)
        cls.stranger = cls._create_portal_user("support_stranger")
        cls.past = cls._create_visit(state="done", location="Old Place")
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "The printer", "partner_id": cls.customer.id, "description": "It is silent"}
        )

    def _list(self, path, user=None, **params):
        user = user or self.user
        self.authenticate(user.login, user.login)
        query = "&".join(f"{key}={value}" for key, value in params.items())
        with self._record_writes() as writes:
            answer = self.url_open(f"{path}?{query}")
        self.assertEqual((answer.status_code, writes), (200, []))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return self._parse(answer)

    def _find_rows(self, tree):
        return tree.xpath("//ul[contains(@class, 'o_support_rows')]//a/@href")

    def test_a_company_sees_its_visits_and_nobody_elses(self):
        tree, _text = self._list("/my/appointments")
        self.assertEqual(self._find_rows(tree), [self.visit.access_url])
        tree, text = self._list("/my/appointments", self.stranger)
        self.assertEqual(self._find_rows(tree), [])
        self.assertIn("There is no appointment here.", text)
        # From the list to the page, and to what is done there.
        self.assertEqual(self.url_open(self._url(token=False)).status_code, 404)
        self.authenticate(self.user.login, self.user.login)
        self.assertEqual(self.url_open(self._url(token=False)).status_code, 200)

    def test_filters_order_and_search(self):
        later = self._create_visit(start=self.start + timedelta(days=9), location="New Place")
        draft = self._create_visit(start=False, state="draft", technician_id=False)
        for params, expected in (
            ({}, [self.visit, later, draft]),
            ({"sortby": "latest"}, [draft, later, self.visit]),
            ({"filterby": "past"}, [self.past]),
            ({"filterby": "all", "search": "New+Place"}, [later]),
            ({"search": self.visit.name}, [self.visit]),
            ({"search": "nothing"}, []),
            ({"filterby": "nonsense", "sortby": "nonsense"}, [self.visit, later, draft]),
        ):
            with self.subTest(params=params):
                tree, _text = self._list("/my/appointments", **params)
                urls = [visit.access_url for visit in expected]
                self.assertEqual(self._find_rows(tree), urls)

    def test_a_page_has_twenty_and_costs_what_one_of_few_costs(self):
        self._create_visit(start=self.start + timedelta(days=1))
        counts = []
        for total in (3, 30):
            while self.env["support.appointment"].search_count([("state", "=", "draft")]) < total:
                partner = self.env["res.partner"].create(
                    {"name": f"Colleague {total}", "parent_id": self.firm.id}
                )
                kind = self.env["support.appointment.type"].create({"name": f"Kind {partner.id}"})
                self._create_visit(
                    state="draft", partner_id=partner.id, type_id=kind.id, timezone=False
                )
            for _attempt in range(2):  # the first fills caches
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                tree, _text = self._list("/my/appointments")
                count = self.cr.sql_log_count - before
            counts.append(count)
        self.assertEqual(len(self._find_rows(tree)), 20)
        few, many = counts
        self.assertLessEqual(many, few)
        (link,) = tree.xpath("//nav[@aria-label='Pages']//a/@href")
        tree = self._parse(self.url_open(link))[0]
        self.assertEqual(len(self._find_rows(tree)), 12)

    def test_the_home_page_counts_them(self):
        self.authenticate(self.user.login, self.user.login)
        home = self._parse(self.url_open("/my/home"))[0]
        links = home.xpath("//div[contains(@class, 'o_portal_docs')]//a/@href")
        self.assertTrue({"/my/appointments", "/my/tickets"} <= set(links))
        counters = ["support_appointment_count", "support_ticket_count"]
        answer = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": counters}}),
            headers={"Content-Type": "application/json"},
        ).json()["result"]
        self.assertEqual(answer["support_appointment_count"], 2)
        self.assertEqual(answer["support_ticket_count"], 1)

    def test_users_without_rights_see_an_empty_list(self):
        for path in ("/my/appointments", "/my/tickets"):
            tree, _text = self._list(path, self.user_employee)
            self.assertEqual(self._find_rows(tree), [])

    def test_nobody_sees_a_list_without_a_log_in(self):
        for path in ("/my/appointments", "/my/tickets"):
            answer = self.url_open(path)
            self.assertIn("/web/login", answer.url)

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def test_tickets_are_listed_and_read(self):
        closed = self.ticket.copy({"name": "The old one", "partner_id": self.customer.id})
        closed.stage_id = self.env.ref("support_center.support_stage_solved")
        self.assertEqual(
            self._find_rows(self._list("/my/tickets")[0]), [f"/my/tickets/{self.ticket.id}"]
        )
        tree, _text = self._list("/my/tickets", filterby="closed")
        self.assertEqual(self._find_rows(tree), [f"/my/tickets/{closed.id}"])
        self.visit.ticket_id = self.ticket
        tree, text = self._list(self.ticket.access_url)
        for words in ("The printer", "It is silent", self.ticket.number, self.visit.name):
            self.assertIn(words, text)
        self.assertTrue(tree.xpath(f"//a[@href='{self.visit.access_url}']"))

    def test_a_ticket_opens_by_its_link_and_to_nobody_else(self):
        self.ticket.message_post(
            body="We are looking at it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("note.txt", b"a note")],
        )
        url = self.ticket._get_link_to().partition(self.ticket.get_base_url())[2]
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        tree, text = self._parse(answer)
        self.assertIn("We are looking at it", text)
        (link,) = tree.xpath("//a[contains(@href, '/file/')]/@href")
        self.assertEqual(self.url_open(link).content, b"a note")
        for path in (self.ticket.access_url, link.partition("?")[0]):
            self.assertEqual(self.url_open(path).status_code, 404)
            self.assertEqual(self.url_open(f"{path}?access_token=wrong").status_code, 404)
            self.authenticate(self.stranger.login, self.stranger.login)
            self.assertEqual(self.url_open(path).status_code, 404)
            self.authenticate(None, None)
