from odoo.tests import tagged

from ..common import GUIDE_MAIL
from .common_mime import FORM, MimeCase, attached, file, html, leaf, multi

FORM_HTML = html("<p>" + GUIDE_MAIL.strip().replace("\n", "</p><p>") + "</p>")
FOOTER = "This message was checked by Example Gateway."
OLD_FORM = "customer_email: bob@other.example.com\nrequested_date: 2026-04-03 10:00\n"
OLD_FORM_HTML = (
    "<p>customer_email: bob@other.example.com</p><p>requested_date: 2026-04-03 10:00</p>"
    "<p>description: another fault</p>"
)
DISCLAIMER = (
    "<p>This e-mail and its files are confidential and meant for the persons it names alone. "
    "Should you have got it by mistake, tell its sender and delete it.</p>"
)
PICTURE = file("photo.png", media_type="image/png", disposition="inline")


@tagged("post_install", "-at_install")
class TestMailText(MimeCase):
    """The text that the sender wrote is read, whatever else a mail holds."""

    def test_html_that_says_nothing_does_not_replace_the_text(self):
        for label, content in {
            "a logo": '<html><body><img src="https://www.example.com/l.png"></body></html>',
            "a blank": "<html><body>&nbsp;</body></html>",
            "nothing": "",
            "a link": '<a href="https://example.com/m">View this email in your browser</a>',
            "a hint": "<p>Please read the plain text version of this message.</p>",
        }.items():
            with self.subTest(label):
                draft = self._send_entity(multi("alternative", FORM, html(content)))
                self._assert_accepted(draft)

    def test_the_form_is_read_where_it_is(self):
        empty = leaf("")
        hint = leaf("This mail is to be read as HTML.")
        for label, entity in {
            "in HTML alone": multi("alternative", hint, FORM_HTML),
            "beside an empty text": multi("alternative", empty, FORM_HTML),
            "beside an empty text, mixed": multi("mixed", empty, FORM_HTML),
            "in both": multi("alternative", FORM, FORM_HTML),
            "in both, mixed": multi("mixed", FORM, FORM_HTML),
            "with pictures": multi("related", multi("alternative", hint, FORM_HTML), PICTURE),
            "with pictures inside": multi(
                "alternative", hint, multi("related", FORM_HTML, PICTURE)
            ),
            "signed": multi(
                "signed", FORM, file("smime.p7s", media_type="application/pkcs7-signature")
            ),
            "signed by PGP": multi(
                "signed", FORM, leaf("type: x", "application/pgp-signature; name=signature.asc")
            ),
            "named as a file": leaf(
                GUIDE_MAIL, 'text/plain; name="mail.txt"', "Content-Disposition: inline"
            ),
            "named as a file, mixed": multi(
                "mixed", leaf(GUIDE_MAIL, 'text/plain; name="mail.txt"'), PICTURE
            ),
        }.items():
            with self.subTest(label):
                self._assert_accepted(self._send_entity(entity))

    def test_the_richer_html_is_shown(self):
        """A table that the plain form lacks; and the text is not shown twice."""
        text = leaf("Hello,\nmy printer is broken since Monday.")
        rich = html("<p>Hello,</p><p>my <b>printer</b> is broken since Monday.</p>")
        for subtype in ("alternative", "mixed"):
            ticket = self._send_ticket(multi(subtype, text, rich))
            self.assertEqual(ticket.description.count("printer"), 1)
            self.assertIn("<b>printer</b>", self._get_post(ticket).body)
            self.assertEqual(self._get_post(ticket).body.count("Monday"), 1)

    def test_a_footer_stands_below_the_text(self):
        alternative = multi("alternative", leaf(FOOTER), html(f"<p>{FOOTER}</p>"))
        for label, parts in {
            "both forms": [FORM, alternative],
            "HTML below text": [FORM, html(f"<p>{FOOTER}</p>{DISCLAIMER}")],
            "text below HTML": [FORM_HTML, leaf(FOOTER)],
            "below both forms": [multi("alternative", FORM, FORM_HTML), alternative],
            "with keys of its own": [FORM, leaf(FOOTER + "\nType: clean\nPriority: secret")],
            "of a list": [
                FORM, file("a.pdf"),
                leaf("_" * 40 + "\n" + FOOTER, "text/plain", "Content-Disposition: inline"),
            ],
            "of a list that hides how": [FORM, file("a.pdf"), leaf("_" * 40 + "\n" + FOOTER)],
        }.items():  # fmt: skip
            with self.subTest(label):
                draft = self._send_entity(multi("mixed", *parts))
                self._assert_accepted(draft)
                body = self._get_post(draft).body
                self.assertEqual(body.count(FOOTER), 1)
                self.assertLess(body.index("Network issue"), body.index(FOOTER))

    def test_a_ticket_has_its_sender_s_text(self):
        for label, parts in {
            "a footer": [leaf("My printer is broken."), html(DISCLAIMER)],
            "both forms": [
                multi("alternative", leaf("My printer is broken."), html("&nbsp;")),
                multi("alternative", leaf(FOOTER), html(FOOTER)),
            ],
            "a mail": [leaf("My printer is broken."), attached(leaf(OLD_FORM))],
        }.items():
            with self.subTest(label):
                ticket = self._send_ticket(multi("mixed", *parts))
                self.assertEqual(ticket.description, "My printer is broken.")
                self.assertIn("My printer is broken.", self._get_post(ticket).body)

    def test_text_round_a_picture_is_all_the_sender_s(self):
        entity = multi(
            "mixed",
            leaf("My printer shows this:", "text/plain; charset=us-ascii"),
            PICTURE,
            leaf("It began on Monday.", "text/plain; charset=us-ascii"),
        )
        ticket = self._send_ticket(entity)
        self.assertIn("shows this", ticket.description)
        self.assertIn("on Monday", ticket.description)
        self.assertEqual(self._get_file_names(ticket), ["photo.png"])
        form = GUIDE_MAIL.partition("description")
        entity = multi("mixed", leaf(form[0]), PICTURE, leaf(form[1] + form[2]))
        self._assert_accepted(self._send_entity(entity))

    def test_a_banner_above_the_text_hides_nothing(self):
        banner = leaf("CAUTION: this mail came from outside of the organisation.")
        self.assertIn(
            "printer is broken",
            self._send_ticket(multi("mixed", banner, leaf("My printer is broken."))).description,
        )
        draft = self._send_entity(multi("mixed", banner, FORM))
        self._assert_accepted(draft)

    def test_letters_in_a_character_set_that_is_not_named(self):
        words = "Störung: „Drucker“ geht nicht"
        for number, (media_type, charset) in enumerate(
            (
                (None, "utf-8"),
                ("text/plain", "utf-8"),
                ("text/plain; charset=us-ascii", "utf-8"),
                ("text/plain", "cp1252"),
                ("text/html", "utf-8"),
            )
        ):
            with self.subTest(media_type=media_type, charset=charset):
                form = GUIDE_MAIL.replace("Network issue", words)
                if media_type == "text/html":
                    form = form.replace("\n", "<br>")
                draft = self._process_raw(
                    (
                        "From: John Doe <customer@example.com>\n"
                        f"To: appointments@{self.alias_domain}\nSubject: APPOINTMENT_REQUEST\n"
                        f"Message-ID: <letters-{number}@example.com>\n"
                        + (f"Content-Type: {media_type}\n" if media_type else "")
                        + f"\n{form}"
                    ).encode(charset)
                )
                self.assertEqual(draft.description, words)
                self.assertIn(words, self._get_post(draft).body)

    def test_wrapped_lines_go_on(self):
        text = GUIDE_MAIL.replace(
            "Network issue",
            "Network issue that comes back each morning as soon as all of us \nlog in",
        )
        draft = self._send_entity(
            multi("mixed", leaf(text, "text/plain; charset=utf-8; format=flowed"), file("a.pdf"))
        )
        self.assertIn("all of us", draft.description)
        self.assertIn("log in", draft.description)

    def test_an_attached_mail_is_none_of_the_text(self):
        inner = multi("alternative", leaf(OLD_FORM), html(OLD_FORM_HTML))
        for label, parts in {
            "as a file": [FORM, attached(inner)],
            "shown inline": [FORM, attached(inner, name=None, disposition="inline")],
            "without a disposition": [FORM, attached(inner, name=None)],
            "before the text": [attached(inner), FORM],
            "below HTML": [FORM_HTML, attached(inner)],
            "in a digest": [FORM, multi("digest", attached(inner, name=None))],
        }.items():
            with self.subTest(label):
                draft = self._send_entity(multi("mixed", *parts))
                self._assert_accepted(draft)
                self.assertNotIn("bob@other", self._get_post(draft).body)
                self.assertNotIn("another fault", draft.intake_raw)
                (name,) = self._get_file_names(draft)
                self.assertEqual(name[-4:], ".eml")
                content = self._get_post(draft).attachment_ids.raw
                self.assertIn(b"another fault", content)

    def test_a_mail_passed_on_as_a_file_is_read(self):
        inner = leaf("requested_date: 2026-03-05 14:00\ndescription: Network issue\n")
        entity = attached(inner, sender="Ana Keller <ana@partner.example.com>", name="request.eml")
        for label, (parts, subject) in {
            "with some words": ([leaf("Please see the attached mail."), entity], "FW: Request"),
            "with no words": ([entity], "Request"),
            "among others": ([leaf("Both, please."), attached(leaf("Hi")), entity], "Fwd: Request"),
            "with a footer": ([leaf("See below."), entity, leaf(FOOTER)], "FW: Request"),
        }.items():
            with self.subTest(label):
                draft = self._send_entity(multi("mixed", *parts), subject=subject)
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(str(draft.start), "2026-03-05 14:00:00")
                self.assertIn("ana@partner.example.com", draft.intake_note)
                self.assertIn("Network issue", draft.description)
                self.assertIn("request.eml", self._get_file_names(draft))
                self.assertNotIn("Network issue", self._get_post(draft).body)

    def test_a_mail_that_is_nothing_but_another_one(self):
        inner = leaf("requested_date: 2026-03-05 14:00\ndescription: Network issue\n")
        draft = self._send_entity(attached(inner, sender="Ana <ana@partner.example.com>"))
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertIn("ana@partner.example.com", draft.intake_note)
        ticket = self._send_ticket(attached(leaf("My printer is broken.")))
        self.assertIn("My printer is broken.", ticket.description)
        self.assertIn("bob@other.example.com", ticket.description)

    def test_two_requests_in_one_mail_are_told_apart(self):
        entity = multi(
            "mixed", leaf("Two requests."), attached(leaf(OLD_FORM)), attached(leaf(GUIDE_MAIL))
        )
        draft = self._send_entity(entity, subject="FW: requests")
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("in more than one attached mail", draft.intake_note)
        self.assertEqual(len(self._get_file_names(draft)), 2)

    def test_a_reply_s_attached_mail_is_none_of_it(self):
        draft = self._send_entity(leaf("customer_email: customer@example.com\ntype: nothing"))
        self.assertEqual(draft.intake_state, "review")
        references = [f"In-Reply-To: {draft.intake_references}"]
        inner = multi("alternative", leaf(OLD_FORM), html(OLD_FORM_HTML))
        entity = multi("mixed", leaf("I will send it later."), attached(inner))
        self.assertFalse(self._send_entity(entity, subject="Re: request", headers=references))
        self.assertIn("I will send it later.", self._get_post(draft).body)
        self.assertNotIn("another fault", self._get_post(draft).body)
        self.assertFalse(draft.intake_corrections)
        footer = multi("alternative", leaf(FOOTER), html(FOOTER))
        entity = multi("mixed", leaf("requested_date: 2026-03-05 14:00\ntype:"), footer)
        self._send_entity(entity, subject="Re: request", headers=references)
        self.assertEqual(str(draft.requested_date), "2026-03-05 14:00:00")

    def test_a_form_in_a_file_is_asked_for(self):
        hello = leaf("Hello, see my request.")
        text_file = 'Content-Disposition: attachment; filename="f.txt"'
        for label, part in {
            "text": leaf(GUIDE_MAIL, "text/plain", text_file),
            "HTML": html(FORM_HTML, 'Content-Disposition: attachment; filename="f.html"'),
            "rich text": leaf(
                "{\\rtf1\\ansi {\\b customer_email:} customer@example.com\\par\n"
                "requested_date: 2026-03-05 14:00\\par}",
                'application/rtf; name="f.rtf"',
                'Content-Disposition: attachment; filename="f.rtf"',
            ),
        }.items():  # fmt: skip
            with self.subTest(label):
                draft = self._send_entity(multi("mixed", hello, part))
                self.assertEqual(draft.intake_state, "review")
                self.assertIn("stands in an attached file", draft.intake_note)
                self.assertNotIn("holds no request form", draft.intake_note)
                self.assertIn("see my request", draft.description)

    def test_parts_of_a_report_are_files(self):
        status = leaf("Reporting-MTA: dns; mx.example.com\n", "message/delivery-status")
        draft = self._send_entity(leaf("customer_email: customer@example.com"))
        entity = multi(
            "report; report-type=delivery-status",
            leaf("It could not be delivered."),
            status,
            attached(multi("alternative", leaf(OLD_FORM), html(OLD_FORM_HTML))),
        )
        headers = [f"In-Reply-To: {draft.intake_references}"]
        self.assertFalse(self._send_entity(entity, subject="Undelivered", headers=headers))
        self.assertNotIn("another fault", self._get_post(draft).body)

    def test_mails_of_other_models_are_odoo_s_alone(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "others",
                "alias_model_id": self.env["ir.model"]._get("res.partner").id,
                "alias_contact": "everyone",
            }
        )
        entity = multi("alternative", leaf("text"), html("<p>what Odoo takes</p>"))
        self._send_entity(entity, subject="A contact", to="others")
        contact = self.env["res.partner"].search([("name", "=", "A contact")])
        self.assertIn("what Odoo takes", self._get_post(contact).body)
