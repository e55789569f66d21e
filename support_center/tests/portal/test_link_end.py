import base64
import importlib.util
import io
import json
from datetime import timedelta

from odoo import http
from odoo.modules import get_module_path
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportHttpCase

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
POSTED = "Posted by the customer"
DAY = timedelta(days=1)


class Links(SupportHttpCase):
    """Every route of both series that opens a record by its token or signature."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.image_1920 = base64.b64encode(PICTURE)
        cls.is_portal_store = hasattr(cls.env["mail.thread"], "_get_thread_with_access")

    def _prepare(self, record):
        """A message with a file for the customer, and whatever opens the record."""
        record._portal_ensure_token()
        self.record, self.token = record, record.access_token
        self.signature = {"pid": self.customer.id, "hash": record._sign_token(self.customer.id)}
        self.message = record.message_post(
            body="Please bring the key",
            author_id=self.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("plan.txt", b"the plan of the house")],
        )
        self.file = self.message.attachment_ids
        self.file.generate_access_token()
        self.rating = record._rating_get_access_token()
        self.env.flush_all()

    def _call(self, route, **params):
        """What a JSON route answers; None where it refuses."""
        answer = self.url_open(
            route,
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result") if "error" not in answer else None

    def _upload(self, route, field, **fields):
        self.authenticate(None, None)
        answer = self.url_open(
            route,
            data={"csrf_token": http.Request.csrf_token(self), **fields},
            files={field: ("key.txt", io.BytesIO(b"the key"), "text/plain")},
        )
        return answer.ok

    # ------------------------------------------------------------------
    # The routes
    # ------------------------------------------------------------------

    def _get_routes(self):
        """Name of each route to a callable: whether it opens the record."""
        routes = {
            "avatar by token": lambda: self._shows_avatar(f"access_token={self.token}"),
            "avatar by signature": lambda: self._shows_avatar(
                f"_hash={self.signature['hash']}&pid={self.customer.id}"
            ),
            "attachment": lambda: self._shows_file(self.file.access_token),
            "attachment as image": lambda: (
                self.url_open(
                    f"/web/image/{self.file.id}?access_token={self.file.access_token}"
                ).text
                == "the plan of the house"
            ),
            "rating": lambda: self.url_open(f"/rate/{self.rating}/5").ok,
            "rating with words": lambda: self.url_open(f"/rate/{self.rating}/submit_feedback").ok,
        }
        if self.record._name == "support.appointment":
            routes["page"] = lambda: self._shows_page(
                f"/my/appointments/{self.record.id}?access_token={self.token}"
            )
            routes["mail's button"] = lambda: self._shows_page(
                f"/mail/view?model={self.record._name}&res_id={self.record.id}"
                f"&access_token={self.token}&pid={self.customer.id}&hash={self.signature['hash']}"
            )
        return {**routes, **(self._get_new() if self.is_portal_store else self._get_old())}

    def _shows_page(self, url):
        page = self.url_open(url)
        return page.ok and self.record.name in page.text

    def _shows_avatar(self, query):
        route = f"/mail/avatar/mail.message/{self.message.id}/author_avatar/50x50"
        placeholder = self.url_open(f"{route}?access_token=wrong").content
        answer = self.url_open(f"{route}?{query}")
        return answer.ok and answer.content != placeholder

    def _shows_file(self, token):
        answer = self.url_open(f"/web/content/{self.file.id}?access_token={token}")
        return answer.text == "the plan of the house"

    def _posts(self, route, **params):
        before = self.record.message_ids
        self._call(route, **params)
        self.record.invalidate_recordset(["message_ids"])
        return POSTED in "".join((self.record.message_ids - before).mapped("body"))

    def _get_old(self):
        """Those of 17.0."""
        mail = "/mail"
        of_record = {"res_model": self.record._name, "res_id": self.record.id}
        return {
            "chatter": lambda: (
                "Please bring"
                in json.dumps(self._call(f"{mail}/chatter_init", **of_record, token=self.token))
            ),
            "messages": lambda: (
                "Please bring"
                in json.dumps(self._call(f"{mail}/chatter_fetch", **of_record, token=self.token))
            ),
            "post by token": lambda: self._posts(
                f"{mail}/chatter_post", **of_record, message=POSTED, token=self.token
            ),
            "post by signature": lambda: self._posts(
                f"{mail}/chatter_post", **of_record, message=POSTED, **self.signature
            ),
            "upload": lambda: self._upload(
                "/portal/attachment/add",
                "file",
                **of_record,
                name="key.txt",
                access_token=self.token,
            ),
        }

    def _get_new(self):
        """Those of 19.0."""
        of_record = {"thread_model": self.record._name, "thread_id": self.record.id}
        thread = {**of_record, "request_list": ["attachments"]}
        by_token, post = {"token": self.token}, {"post_data": {"body": POSTED}}
        reaction = {"message_id": self.message.id, "content": "👍", "action": "add"}
        edit = {"message_id": self.message.id, "update_data": {"body": "Please bring two keys"}}
        return {
            "chatter by token": lambda: (
                "can_react"
                in json.dumps(self._call("/portal/chatter_init", **of_record, **by_token))
            ),
            "chatter by signature": lambda: (
                "can_react"
                in json.dumps(self._call("/portal/chatter_init", **of_record, **self.signature))
            ),
            "messages": lambda: (
                "Please bring"
                in json.dumps(self._call("/mail/chatter_fetch", **of_record, **by_token))
            ),
            "thread": lambda: (
                "plan.txt"
                in json.dumps(
                    self._call(
                        "/mail/data",
                        fetch_params=[["mail.thread", {**thread, "access_params": by_token}]],
                    )
                )
            ),
            "post by token": lambda: self._posts(
                "/mail/message/post", **of_record, **post, **by_token
            ),
            "post by signature": lambda: self._posts(
                "/mail/message/post", **of_record, **post, **self.signature
            ),
            "reaction": lambda: bool(
                self._call("/mail/message/reaction", **reaction, **self.signature)
            ),
            "edit": lambda: bool(
                self._call("/mail/message/update_content", **edit, **self.signature)
            ),
            "upload": lambda: self._upload(
                "/mail/attachment/upload",
                "ufile",
                **of_record,
                is_pending="true",
                **by_token,
            ),
            "attachment by its signature": lambda: self._shows_file(
                self.file._get_raw_access_token()
            ),
        }

    def _list_open(self):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_binary"):
            return {name for name, opens in self._get_routes().items() if opens()}


@tagged("post_install", "-at_install")
class TestLinkEnd(Links):
    def _end_visit(self, appointment):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = start - interval '60 days',"
            " stop = stop - interval '60 days', busy_start = busy_start - interval '60 days',"
            " busy_stop = busy_stop - interval '60 days' WHERE id = %s",
            [appointment.id],
        )
        self.env.invalidate_all()

    def _plan(self, **values):
        self.env.cr.execute("SELECT date_trunc('hour', now() at time zone 'UTC')")
        (now,) = self.env.cr.fetchone()
        return self._create_appointment(start=now.replace(minute=0) + DAY * 10, **values)

    def test_the_link_of_an_appointment_opens_all_of_it_and_then_nothing(self):
        self._prepare(self._plan(state="confirmed"))
        self.assertEqual(self._list_open(), set(self._get_routes()))
        self._end_visit(self.record)
        self.assertEqual(self._list_open(), set())
        # A link that a mail about the past visit brings opens no more than the old one.
        self.signature["hash"] = self.record._sign_token(self.customer.id)
        self.assertEqual(self._list_open(), set())

    def test_the_link_of_a_ticket_ends_some_days_after_it_was_closed(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        self._prepare(ticket)
        self.assertEqual(self._list_open(), set(self._get_routes()))
        ticket.stage_id = self.env.ref("support_center.support_stage_solved")
        self.assertEqual(self._list_open(), set(self._get_routes()))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_ticket SET closed_at = closed_at - interval '60 days' WHERE id = %s",
            [ticket.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._list_open(), set())
        # Opened again, it is the customer's again.
        ticket.stage_id = self.env.ref("support_center.support_stage_open")
        self.assertFalse(ticket.closed_at)
        self.assertEqual(self._list_open(), set(self._get_routes()))

    def test_another_or_no_token_opens_nothing(self):
        self._prepare(self._plan())
        other = self._plan()
        other._portal_ensure_token()
        for token in (other.access_token, "", "é", "None", "False"):
            self.token = token
            self.signature["hash"] = token
            opened = {name for name in self._list_open() if "attachment" not in name}
            self.assertEqual(opened - {"rating", "rating with words"}, set(), token)
        # Neither does what a record without a token could be thought to have.
        unsent = self._plan()
        self._prepare(other)
        self.env.cr.execute(
            "UPDATE support_appointment SET access_token = NULL WHERE id = %s", [unsent.id]
        )
        unsent.invalidate_recordset()
        self.record = unsent
        self.signature["hash"] = unsent._sign_token(self.customer.id)
        for token in ("", "False", "None"):
            self.token = token
            self.assertFalse({"page", "messages", "post by signature"} & self._list_open(), token)

    def test_who_logs_in_needs_no_link(self):
        self._prepare(self._plan(state="confirmed"))
        self._end_visit(self.record)
        user = new_test_user(self.env, login="support_portal_link", groups="base.group_portal")
        user.partner_id.parent_id = self.customer
        self.authenticate(user.login, user.login)
        self.assertTrue(
            self._shows_page(f"/my/appointments/{self.record.id}?access_token={self.token}")
        )
        self.assertTrue(self._shows_file(self.file.access_token))

    def test_the_link_opens_it_again_when_the_visit_is_moved(self):
        self._prepare(self._plan())
        self._end_visit(self.record)
        self.assertFalse(self._list_open())
        self.record.start = self._plan().start
        self.assertEqual(self._list_open(), set(self._get_routes()))

    def test_every_page_keeps_to_those_who_have_the_link(self):
        self._prepare(self._plan(state="confirmed"))
        page = f"/my/appointments/{self.record.id}"
        valid = f"{page}?access_token={self.token}"
        wanted = {
            200: [valid],
            404: [
                page,
                f"{page}?access_token=wrong",
                f"{page}?access_token=é",
                "/my/appointments/0?access_token=x",
                "/my/appointments/99999999999999?access_token=x",
            ],
        }
        for code, urls in wanted.items():
            for url in urls:
                self._check_private(url, code)
        self._end_visit(self.record)
        self._check_private(valid, 410)

    def _check_private(self, url, code):
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, code, url)
        self.assertEqual(answer.headers["X-Frame-Options"], "SAMEORIGIN", url)
        self.assertIn("frame-ancestors 'self'", answer.headers["Content-Security-Policy"], url)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer", url)
        self.assertEqual(answer.headers["Cache-Control"], "no-store", url)
        self.assertIn("noindex", answer.headers["X-Robots-Tag"], url)

    def test_an_update_says_of_closed_tickets_when_they_were_closed(self):
        tickets = self.env["support.ticket"].create([{"name": "Old"}, {"name": "Open"}])
        tickets[0].stage_id = self.env.ref("support_center.support_stage_solved")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_ticket SET closed_at = NULL, write_date = '2025-01-07 10:00:00'"
            " WHERE id IN %s",
            [tuple(tickets.ids)],
        )
        path = f"{get_module_path('support_center')}/migrations/1.4.0/pre-ticket-closing.py"
        spec = importlib.util.spec_from_file_location("support_center_closing", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "1.3.0")
        self.env.invalidate_all()
        self.assertEqual(str(tickets[0].closed_at), "2025-01-07 10:00:00")
        self.assertFalse(tickets[1].closed_at)
