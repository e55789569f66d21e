import base64
from contextlib import contextmanager
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.models import mail_thread

from ...intake import MAX_HTML, bounds
from ..common import GUIDE_MAIL, SupportMailCase

FORM = GUIDE_MAIL.replace("\n", "<br>")
ATTRIBUTES = "<p " + " ".join(f"a{number}=1" for number in range(3_000)) + ">x</p>"
BOMBS = {
    "attributes": ATTRIBUTES,
    "comments": "<!--" * 3_000,
    "quotation marks": '<a href="' * 3_000,
    "levels": "<div>" * 500 + "x" + "</div>" * 500,
    "elements": "<b>x</b>" * 20_000,
    "a megabyte": "<p>word</p>" * 90_000,
}
SHORTENED = "too long or too complex to be shown whole"


@tagged("post_install", "-at_install")
class TestMailBounds(SupportMailCase):
    """Mails that would keep Odoo busy for seconds or hours, through the real gateway."""

    def _compose(self, html=None, text="", to=None, message_id="<bomb-1@example.com>"):
        message = EmailMessage()
        message["From"] = "John Doe <customer@example.com>"
        message["To"] = to or f"appointments@{self.alias_domain}"
        message["Subject"] = "APPOINTMENT_REQUEST"
        message["Message-Id"] = message_id
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        if html is None:
            message.set_content(text)
        else:
            message.set_content(html, subtype="html", cte="base64")
        return message

    @contextmanager
    def _recording_parsers(self):
        """What Odoo's own cleaner and parser were given, in characters."""
        seen = []
        sanitize = mail_thread.tools.html_sanitize

        def _sanitize(source, *args, **kwargs):
            seen.append(str(source))
            return sanitize(source, *args, **kwargs)

        # Odoo 19 imports it by its name.
        with (
            patch.object(mail_thread.tools, "html_sanitize", _sanitize),
            patch.object(mail_thread, "html_sanitize", _sanitize, create=True),
        ):
            yield seen

    def _assert_bounded(self, seen):
        self.assertTrue(seen, "Odoo was given something")
        for source in seen:
            self.assertLessEqual(len(source), MAX_HTML)
            self.assertLessEqual(source.count("<"), bounds.MAX_TAGS)
            self.assertTrue(bounds.is_bounded(source))

    def _get_mail_message(self, record):
        return record.message_ids.filtered(lambda message: message.message_type == "email")

    def _assert_shortened(self, record, name, content):
        message = self._get_mail_message(record)
        self.assertIn(SHORTENED, message.body)
        attachment = message.attachment_ids.filtered(lambda file: file.name == name)
        self.assertEqual(len(attachment), 1)
        self.assertEqual(attachment.raw.replace(b"\r\n", b"\n").strip(), content.strip())

    def test_a_request_is_read_and_kept(self):
        for number, (label, bomb) in enumerate(BOMBS.items()):
            with self.subTest(label), self._recording_parsers() as seen:
                html = FORM + bomb
                message = self._compose(html, message_id=f"<bomb-{number}@example.com>")
                draft = self._send_mail(message=message)
                self._assert_bounded(seen)
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(draft.customer_email, "customer@example.com")
                self.assertIn("too long or too complex", draft.intake_note)
                self.assertTrue(draft.intake_shortened)
                self.assertNotIn(SHORTENED, draft.intake_raw, "the parser reads the mail alone")
                self._assert_shortened(draft, "message.html", html.encode())

    def test_an_ordinary_mail_stays_as_it_is(self):
        message = self._compose(FORM + "<p>Kind <b>regards</b></p>" * 50)
        with patch.object(type(self.env["mail.alias"]), "search", side_effect=AssertionError):
            # Nobody asks whose it is before it is known to be too long.
            self.assertEqual(self.env["mail.thread"]._bound_mail(message), [])
        draft = self._send_mail(message=message)
        self.assertFalse(draft.intake_shortened)
        body = self._get_mail_message(draft).body
        self.assertIn("<b>regards</b>", body)
        self.assertNotIn(SHORTENED, body)
        self.assertFalse(self._get_mail_message(draft).attachment_ids)

    def test_a_picture_in_the_text_stays_where_it_was(self):
        """Odoo looks at each letter of a picture for each other one when it makes text of it."""
        content = b"\x89PNG\r\n\x1a\n" + b"x" * 100_000
        picture = base64.b64encode(content).decode()
        html = f'{FORM}<img src="data:image/png;base64,{picture}"><p>after</p>'
        with self._recording_parsers() as seen:
            draft = self._send_mail(message=self._compose(html))
        self.assertTrue(all(len(source) < 1_000 for source in seen))
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertFalse(draft.intake_shortened, "nothing was cut")
        message = self._get_mail_message(draft)
        self.assertEqual(message.attachment_ids.raw, content)
        self.assertIn(f"/web/image/{message.attachment_ids.id}?access_token=", message.body)
        self.assertNotIn(SHORTENED, message.body)

    def test_a_long_text_is_cut_and_kept(self):
        text = GUIDE_MAIL + "> a\nb\n" * 20_000
        draft = self._send_mail(message=self._compose(text=text))
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertLess(len(self._get_mail_message(draft).body), 20_000)
        self._assert_shortened(draft, "message.txt", text.encode())

    def test_a_reply_is_bounded_too(self):
        draft = self._send_mail("customer_email: customer@example.com\n")
        self.assertEqual(draft.intake_state, "review")
        html = "requested_date: 2026-03-06 10:00<br>" + ATTRIBUTES
        reply = self._compose(html, message_id="<reply-1@example.com>")
        del reply["To"]
        # Only what it answers says that it is for us.
        reply["To"] = f"{self.alias_catchall}@{self.alias_domain}"
        reply["In-Reply-To"] = "<request-1@example.com>"
        reply["References"] = "<request-1@example.com>"
        with self._recording_parsers() as seen:
            self._process_raw(reply.as_bytes())
        self._assert_bounded(seen)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        bodies = "".join(draft.message_ids.mapped("body"))
        self.assertIn(SHORTENED, bodies)
        names = draft.message_ids.attachment_ids.mapped("name")
        self.assertIn("message.html", names)

    def test_a_mail_to_a_team_is_bounded_too(self):
        team = self.env["support.team"].create({"name": "Desk", "alias_name": "desk"})
        self.assertTrue(team.alias_id)
        message = self._compose(FORM + ATTRIBUTES, to=f"desk@{self.alias_domain}")
        last = self.env["support.ticket"].search([], order="id desc", limit=1).id or 0
        with self._recording_parsers() as seen:
            self._process_raw(message.as_bytes())
        self._assert_bounded(seen)
        ticket = self.env["support.ticket"].search([("id", ">", last)])
        self.assertEqual(ticket.name, "APPOINTMENT_REQUEST")
        self._assert_shortened(ticket, "message.html", (FORM + ATTRIBUTES).encode())

    def test_mails_to_other_models_are_not_touched(self):
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "others",
                "alias_model_id": self.env["ir.model"]._get("res.partner").id,
                "alias_contact": "everyone",
            }
        )
        message = self._compose(FORM + BOMBS["elements"], to=f"others@{self.alias_domain}")
        before = message.as_bytes()
        self.assertEqual(self.env["mail.thread"]._bound_mail(message), [])
        self.assertEqual(message.as_bytes(), before)
        both = f"others@{self.alias_domain}, appointments@{self.alias_domain}"
        message.replace_header("To", both)
        draft = self._process_raw(message.as_bytes())
        self.assertEqual(draft.intake_state, "accepted")
        made = self.env["mail.message"].search([("message_id", "=", "<bomb-1@example.com>")])
        self.assertEqual(set(made.mapped("model")), {"res.partner", "support.appointment"})
        for each in made:
            self.assertIn(SHORTENED, each.body)
            self.assertEqual(each.attachment_ids.mapped("name"), ["message.html"])
        self.assertTrue(alias)

    def test_a_mailbox_of_ours_needs_no_address(self):
        message = self._compose(FORM + ATTRIBUTES, to="somebody@example.org")
        with self.mock_mail_gateway(), self._recording_parsers() as seen:
            made = self.env["mail.thread"].message_process(
                "support.appointment", message.as_bytes()
            )
        self._assert_bounded(seen)
        draft = self.env["support.appointment"].browse(made)
        self._assert_shortened(draft, "message.html", (FORM + ATTRIBUTES).encode())

    def test_nested_parts_are_made_flat(self):
        """Python's parser ends in an error a thousand levels deep, and the mail came for ever."""
        head = (
            f"From: customer@example.com\r\nTo: appointments@{self.alias_domain}\r\n"
            "Subject: APPOINTMENT_REQUEST\r\nMessage-Id: <deep@example.com>\r\n"
        )
        levels = range(2_000)
        opening = "".join(
            f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'
            for level in levels
        )
        closing = "".join(f"\r\n--b{level}--" for level in reversed(levels))
        form = GUIDE_MAIL.replace("\n", "\r\n")
        source = f"{head}{opening}Content-Type: text/plain\r\n\r\n{form}{closing}".encode()
        draft = self._process_raw(source)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertTrue(draft.intake_shortened)
        self._assert_shortened(draft, "original.eml", source.replace(b"\r\n", b"\n"))

    def test_headers_that_no_parser_ends_with(self):
        values = {
            "Content-Type": "text/plain " + "(" * 2_000,
            "Cc": "(" * 2_000,
            "Reply-To": '"' * 5_000,
            "References": "<a@example.com> " * 5_000,
        }
        for number, (name, value) in enumerate(values.items()):
            with self.subTest(name):
                source = (
                    f"From: customer@example.com\r\nTo: appointments@{self.alias_domain}\r\n"
                    f"Subject: APPOINTMENT_REQUEST\r\nMessage-Id: <head-{number}@example.com>\r\n"
                    f"{name}: {value}\r\n\r\n{GUIDE_MAIL}"
                ).encode()
                draft = self._process_raw(source)
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertIn(SHORTENED, self._get_mail_message(draft).body)

    def test_long_identifiers_fit_the_indexes(self):
        """PostgreSQL indexes no value of some kilobytes, and refused the whole mail."""
        noise = "".join(f"{number * 7919 % 99991:x}" for number in range(3_000))
        draft = self._send_mail(
            message_id=f"<{noise}@example.com>", sender=f"{noise[:3_000]}@example.com"
        )
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        again = self._send_mail(
            message_id=f"<{noise}@example.com>", sender=f"{noise[:3_000]}@example.com"
        )
        self.assertFalse(again, "the same mail is known again")

    def test_hundreds_of_attachments_are_kept_in_one(self):
        message = self._compose(text=GUIDE_MAIL)
        for number in range(300):
            message.add_attachment(b"x", "application", "pdf", filename=f"{number}.pdf")
        draft = self._process_raw(message.as_bytes())
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        names = self._get_mail_message(draft).attachment_ids.mapped("name")
        self.assertLessEqual(len(names), bounds.MAX_PARTS + 1)
        self.assertIn("original.eml", names)
