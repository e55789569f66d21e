"""Who is answered, and what is a request, whatever stands between a person and us."""

from email.message import EmailMessage

from ..common import GUIDE_MAIL
from ..common_dialogue import DialogueCase

ANA = "Ana Keller <ana.keller@example.com>"
WISH = "requested_date: 2026-03-05 14:00\ndescription: The router restarts every hour\n"
FORM = f"customer_email: ana.keller@example.com\ncustomer_name: Ana Keller\n{WISH}"
FAILURE = """\
There was an error delivering your mail to <nobody@example.org>.

550 5.1.1 <nobody@example.org> User unknown

Received: from web.company.example; Mon, 2 Mar 2026 09:00:00 +0100
Message-ID: <1@company.example>
From: appointments@company.example
Subject: APT/2026/00001

"""


class TestSenders(DialogueCase):
    def _send(self, body=FORM, number=1, **values):
        return self._send_mail(body, message_id=f"<sender-{number}@example.com>", **values)

    def _assert_answered(self, draft, address):
        self.assertEqual(len(draft), 1)
        (answer,) = self._get_answers(draft)
        self.assertIn(address, answer.email_to)

    def test_reply_to_names_the_person(self):
        draft = self._send(
            WISH + "\n--\nThis e-mail was sent from a contact form on Example Site",
            sender="Example Site <wordpress@www.example.com>",
            headers=[("Reply-To", ANA)],
        )
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.customer_email, "ana.keller@example.com")
        self.assertEqual(draft.partner_id.name, "Ana Keller")
        self._assert_answered(draft, "ana.keller@example.com")
        partners = self.env["res.partner"].with_context(active_test=False)
        self.assertFalse(partners.search([("email", "ilike", "wordpress@")]))

    def test_the_person_s_name_in_every_spelling(self):
        encoded = "Reply-To: =?utf-8?Q?J=C3=BCrgen_K=C3=B6hler?= <juergen@example.com>"
        spellings = [
            encoded.encode(),
            b"Reply-To: =?utf-8?B?SsO8cmdlbiBLw7ZobGVy?= <juergen@example.com>",
            # Scripts of websites write what is no ASCII as it is.
            "Reply-To: Jürgen Köhler <juergen@example.com>".encode(),
            "Reply-To: Jürgen Köhler <juergen@example.com>".encode("latin-1"),
        ]
        for number, header in enumerate(spellings):
            with self.subTest(header):
                draft = self._process_raw(
                    b"From: Example Site <wordpress@www.example.com>\n"
                    + header
                    + f"\nTo: appointments@{self.alias_domain}\nSubject: APPOINTMENT_REQUEST\n"
                    f"Message-Id: <name-{number}@example.com>\n\n{WISH}".encode()
                )
                self.assertEqual(draft.customer_name, "Jürgen Köhler")
                self.assertEqual(draft.customer_email, "juergen@example.com")
                self._assert_answered(draft, "juergen@example.com")
                draft.partner_id.active = False

    def test_an_address_that_is_no_ascii_loses_no_mail(self):
        for number, address in enumerate(("jürgen@example.com", "juergen@müller.example")):
            with self.subTest(address):
                raw = (
                    "From: Example Site <wordpress@www.example.com>\n"
                    f"Reply-To: Jürgen <{address}>\nTo: appointments@{self.alias_domain}\n"
                    "Subject: APPOINTMENT_REQUEST\n"
                    f"Message-Id: <odd-{number}@example.com>\n\n{WISH}"
                )
                draft = self._process_raw(raw.encode())
                self.assertEqual(len(draft), 1)
                self.assertIn("router restarts", draft.description)

    def test_a_list_that_answers_go_to_is_no_person(self):
        draft = self._send(
            WISH,
            sender=ANA,
            headers=[
                ("Reply-To", "Support list <support@lists.example.com>"),
                ("List-Id", "Support <support.lists.example.com>"),
                ("Precedence", "list"),
            ],
        )
        self.assertEqual(draft.customer_email, "ana.keller@example.com")
        self.assertEqual(draft.customer_name, "Ana Keller")

    def test_a_form_is_a_request_whatever_its_headers_say(self):
        kinds = [
            [("Precedence", "junk")],
            [("Precedence", "list"), ("List-Id", "<news.example.com>")],
            [("Auto-Submitted", "auto-replied")],
            [("X-Autoreply", "yes")],
            [("Return-Path", "<>")],
        ]
        for number, headers in enumerate(kinds):
            with self.subTest(headers):
                draft = self._send(
                    number=number,
                    sender="Example Site <forms@www.example.com>",
                    headers=[*headers, ("Reply-To", ANA)],
                )
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.customer_email, "ana.keller@example.com")
                self._assert_answered(draft, "ana.keller@example.com")

    def test_the_same_headers_without_a_form_make_nothing(self):
        for number, headers in enumerate(
            [
                [("Precedence", "junk")],
                [("List-Id", "<news.example.com>")],
                [("Auto-Submitted", "auto-replied")],
                [("Return-Path", "<>")],
            ]
        ):
            with self.subTest(headers):
                self.assertFalse(self._send("Hello there.", number, headers=headers))

    def test_an_automatic_reply_that_repeats_the_form_makes_nothing(self):
        automatic = ("Auto-Submitted", "auto-replied")
        for number, (subject, headers, sender) in enumerate(
            [
                ("Automatic reply: visit", [automatic], ANA),
                ("Visit", [automatic, ("In-Reply-To", "<unknown@example.com>")], ANA),
                ("Visit", [automatic, ("X-Odoo-Objects", "support.appointment-1")], ANA),
                ("Visit", [automatic], "office@company.example.com"),
            ]
        ):
            with self.subTest(subject=subject, headers=headers):
                self.assertFalse(
                    self._send(number=number, subject=subject, headers=headers, sender=sender)
                )

    def _get_group_headers(self):
        group = f"support@{self.alias_domain}"
        return {
            "sender": f"'Ana Keller' via Support <{group}>",
            "to": group,
            "headers": [
                ("Delivered-To", f"appointments@{self.alias_domain}"),
                ("X-Original-From", ANA),
                ("X-Original-Sender", "ana.keller@example.com"),
                ("Precedence", "list"),
                ("Mailing-list", f"list {group}; contact support+owners@{self.alias_domain}"),
                ("List-ID", f"<support.{self.alias_domain}>"),
            ],
        }

    def test_a_group_as_the_company_s_public_address(self):
        for number, body in enumerate([FORM, WISH, "Hello,\n\nthe printer is on fire.\n"]):
            with self.subTest(body):
                draft = self._send(body, number, **self._get_group_headers())
                self.assertIn("ana.keller@example.com", draft.intake_sender)
                self.assertNotIn("via", draft.intake_sender)
                self._assert_answered(draft, "ana.keller@example.com")
                if body != FORM:
                    continue
                self.assertEqual(draft.customer_email, "ana.keller@example.com")
                self.assertEqual(draft.customer_name, "Ana Keller")

    def test_a_reply_by_the_company_s_group_corrects_the_request(self):
        draft = self._send(FORM + "priority: asap\n", sender=ANA)
        (answer,) = self._get_answers(draft)
        group = self._get_group_headers()
        made = self._send(
            "priority: high\n",
            2,
            **{**group, "headers": [*group["headers"], ("In-Reply-To", answer.message_id)]},
        )
        self.assertFalse(made)
        self.assertEqual(draft.priority, "2")
        self.assertEqual(draft.intake_state, "accepted")

    def test_nobody_becomes_the_customer_by_a_reply_s_headers(self):
        draft = self._send(FORM + "priority: asap\n", sender=ANA)
        (answer,) = self._get_answers(draft)
        for number, (sender, headers) in enumerate(
            [
                ("Eve <eve@evil.example>", [("Reply-To", ANA)]),
                (
                    "'Ana Keller' via List <list@evil.example>",
                    [("List-Post", "<mailto:list@evil.example>"), ("X-Original-From", ANA)],
                ),
            ]
        ):
            with self.subTest(sender):
                self._reply(
                    "priority: high\n", answer, number=number, sender=sender, headers=headers
                )
                self.assertEqual(draft.intake_state, "review")

    def test_reply_to_of_a_program_or_of_ours_is_no_person(self):
        for number, address in enumerate(
            ["no-reply@example.com", f"appointments@{self.alias_domain}", "nonsense"]
        ):
            with self.subTest(address):
                draft = self._send(WISH, number, sender=ANA, headers=[("Reply-To", address)])
                self.assertEqual(draft.customer_email, "ana.keller@example.com")
                self._assert_answered(draft, "ana.keller@example.com")

    def test_a_program_s_address_does_not_stand_in(self):
        draft = self._send(WISH, sender="Example Site <no-reply@www.example.com>")
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("customer_email", draft.intake_note)
        self.assertFalse(self._get_answers(draft))

    def test_a_program_s_mail_without_a_form_is_not_answered_to_its_reply_to(self):
        draft = self._send(
            "Your order has left our house.",
            sender="Shop <no-reply@shop.example.com>",
            headers=[("Reply-To", "reply+42@shop.example.com")],
        )
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(self._get_answers(draft))

    def test_our_own_website_s_form_is_answered_to_the_customer(self):
        draft = self._send(sender="office@company.example.com")
        self._assert_answered(draft, "ana.keller@example.com")

    def test_reports_on_mails_make_nothing(self):
        notification = '{"notificationType": "Bounce", "bounce": {}, "mail": {"source": "a@b.c"}}'
        report = EmailMessage()
        report["From"] = "staff@provider.example"
        report["To"] = "appointments@%s" % self.alias_domain
        report["Subject"] = "Complaint"
        report["Message-Id"] = "<arf@provider.example>"
        report.set_content("A user has marked a mail of yours as unwanted.")
        report.add_attachment(
            b"Feedback-Type: abuse\n", maintype="text", subtype="plain", filename="report"
        )
        report.get_payload()[1].replace_header("Content-Type", "message/feedback-report")
        cases = [
            {"body": FAILURE, "sender": "MAILER-DAEMON <>", "subject": "Mail delivery failed"},
            {"body": FAILURE + FORM, "sender": "MAILER-DAEMON <>", "subject": "Delivery"},
            {"body": FAILURE, "sender": "mx@example.org", "subject": "Mail delivery failed"},
            {"body": FAILURE + FORM, "sender": "mx@example.org", "subject": "Undelivered mail"},
            {"body": notification, "sender": "no-reply@sns.example", "subject": "Notification"},
            {"message": report},
        ]
        for number, values in enumerate(cases):
            with self.subTest(**values):
                self.assertFalse(self._send(number=number, **values))
                self.assertIn("delivery report", self._get_log(action="receive_email")[0].message)

    def test_failures_that_servers_write_in_their_own_words(self):
        exim = (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. The following address(es) failed:\n\n"
            "  nobody@example.org\n    550 No such user here\n"
        )
        exchange = (
            "Delivery has failed to these recipients or groups:\n\nnobody@example.org\n"
            "The email address you entered couldn't be found.\n"
        )
        log = (
            "|------------------------- Message log follows: -------------------------|\n"
            " no valid recipients were found for this message\n"
        )
        mails = [
            ("root@host.example.net", "Mail delivery failed: returning message to sender", exim),
            (
                "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>",
                "Undeliverable: Your visit",
                exchange,
            ),
            (
                "Mail Delivery System <mailer@mail.example.net>",
                "mail failed, returning to sender",
                log,
            ),
        ]
        for number, (sender, subject, body) in enumerate(mails):
            with self.subTest(subject):
                self.assertFalse(self._send(body, number, sender=sender, subject=subject))

    def test_a_notice_of_ours_that_comes_back_makes_nothing(self):
        visit = self._create_appointment()
        visit.action_confirm()
        (notice,) = self._get_notices(visit, "confirmation")
        headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
        own = f"Support <appointments@{self.alias_domain}>"
        for number, sender in enumerate((own, "office@company.example.com")):
            with self.subTest(sender):
                self.assertFalse(
                    self._send(
                        self._get_text(notice),
                        number,
                        sender=sender,
                        subject=notice.subject,
                        headers=[*headers, ("Reply-To", own)],
                    )
                )
        # What our own website writes for a person is none.
        draft = self._send(WISH, 9, sender=own, headers=[*headers, ("Reply-To", ANA)])
        self.assertEqual(draft.customer_email, "ana.keller@example.com")
        prose = self._send("Please come.", 10, sender=own, headers=[*headers, ("Reply-To", ANA)])
        self.assertEqual(prose.customer_email, "ana.keller@example.com")

    def test_people_who_write_of_a_failure_are_heard(self):
        draft = self._send(
            "Hello,\n\nsince Monday all of our mails come back, please help:\n\n" + FAILURE,
            sender=ANA,
            subject="Mail delivery failed",
        )
        self.assertEqual(draft.intake_state, "review")
        draft = self._send(FORM + "\n" + FAILURE, 2, sender=ANA, subject="Mail delivery failed")
        self.assertTrue(draft)

    def test_a_ticket_by_a_website_s_form_belongs_to_the_person(self):
        self.env["support.team"].search([("alias_name", "=", "helpdesk")]).alias_name = False
        team = self.env["support.team"].create({"name": "Helpdesk", "alias_name": "helpdesk"})
        message = EmailMessage()
        message["From"] = "Example Site <forms@www.example.com>"
        message["Reply-To"] = "Known Customer <known@example.com>"
        message["To"] = f"helpdesk@{self.alias_domain}"
        message["Subject"] = "Router"
        message["Message-Id"] = "<ticket-form@example.com>"
        message.set_content("It restarts every hour.")
        self._send_mail(message=message)
        ticket = self.env["support.ticket"].search([("team_id", "=", team.id)])
        self.assertEqual(ticket.partner_id, self.customer)

    def test_the_answer_goes_to_the_customer_whom_somebody_writes_for(self):
        draft = self._send_mail(GUIDE_MAIL, sender="Front Desk <desk@example.com>")
        self._assert_answered(draft, "customer@example.com")
        (answer,) = self._get_answers(draft)
        self.assertNotIn("desk@example.com", answer.email_to)
