from email.message import EmailMessage

from odoo.tests import tagged

from ..common import GUIDE_MAIL, at
from ..common_dialogue import WRONG_MAIL, DialogueCase

OWN = "Hello, the same trouble again, please come soon.\nAna"
BOTH = "requested_date: 2026-03-06 10:00\npriority: high"
OLD = """\
customer_email: old@example.com
requested_date: 2026-03-05 10:00
description: old fault
"""
# Headers as mail programs write them above what they quote: reply's subject, block.
BLOCKS = {
    "RE: Visit": (
        "Od: Company <old@example.com>\nWysłano: piątek, 27 lutego 2026 10:00\n"
        "Do: Ana Keller <ana.keller@example.com>\nTemat: Visit\n"
    ),
    "YNT: Visit": (
        "Kimden: Company <old@example.com>\nGönderildi: 27 Şubat 2026 Cuma 10:00\n"
        "Kime: Ana Keller <ana.keller@example.com>\nKonu: Visit\n"
    ),
    "Отв: Visit": (
        "От: Company <old@example.com>\nОтправлено: 27 февраля 2026 г. 10:00\n"
        "Кому: Ana Keller <ana.keller@example.com>\nТема: Visit\n"
    ),
    "回复：Visit": (
        "发件人： Company <old@example.com>\n发送时间： 2026年2月27日 10:00\n"
        "收件人： Ana\n主题： Visit\n"
    ),
    "Re: Visit": (
        "Zorp: Company <old@example.com>\nBlik: 27 flim 2026 10:00\nQua: Ana\nFlam: Visit\n"
    ),
}
SENTENCES = (
    'In data 27 febbraio 2026 10:00:31 "Company" <old@example.com> ha scritto:',
    "fre. 27. feb. 2026 kl. 10:00 skrev Company <old@example.com\n>:",
    "pe 27. helmik. 2026 klo 10.00 Company (old@example.com) kirjoitti:",
    "пт, 27 февр. 2026 г. в 10:00, Company <old@example.com>:",
    '27.02.2026, 10.00, "Company" <old@example.com>:',
    "Company schrieb am 27.02.2026 um 10:00:",
    "Company wrote on 27/02/2026:",
    "Company a écrit le 27/02/2026 10:00 :",
    "Company ha scritto il 27/02/2026 10:00:",
    "-----original message-----",
    "-------- Message d'origine --------",
)


@tagged("post_install", "-at_install")
class TestMailQuotations(DialogueCase):
    def _send(self, body, subject, number):
        return self._send_mail(
            body,
            subject=subject,
            sender="Ana Keller <ana.keller@example.com>",
            message_id=f"<q{number}@example.com>",
        )

    def _assert_only_own_words(self, draft):
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.requested_date)
        self.assertFalse(draft.start)
        self.assertEqual(draft.customer_email, "ana.keller@example.com")
        self.assertEqual(draft.description, OWN)

    def test_an_old_form_below_headers_in_any_language_is_not_booked(self):
        for number, (subject, block) in enumerate(BLOCKS.items()):
            with self.subTest(subject):
                self._assert_only_own_words(self._send(f"{OWN}\n\n{block}\n{OLD}", subject, number))

    def test_nor_one_below_a_sentence_or_a_rule(self):
        for number, sentence in enumerate(SENTENCES):
            with self.subTest(sentence):
                body = f"{OWN}\n\nEnvoyé à partir de Outlook pour iOS<https://aka.ms/x>\n{sentence}"
                self._assert_only_own_words(self._send(f"{body}\n\n{OLD}", "Re: Visit", number))

    def test_what_people_write_of_themselves_is_no_introduction(self):
        for number, line in enumerate(
            (
                "I wrote on 27.02.2026:",
                "As I wrote on 27.02.2026:",
                "Ich schrieb am 27.02.2026 um 10:00:",
                "The log wrote on 27.02.2026:",
            )
        ):
            with self.subTest(line):
                draft = self._send(f"Hello,\n{line}\nthe router is dead.\n", "Visit", number)
                self.assertIn("the router is dead", draft.description)

    def test_a_form_that_is_forwarded_in_any_language_is_read(self):
        for number, block in enumerate(BLOCKS.values()):
            with self.subTest(block):
                draft = self._send(f"{OWN}\n\n{block}\n{OLD}", "Fwd: Visit", number)
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.start, at("2026-03-05 10:00"))
                self.assertEqual(draft.customer_email, "old@example.com")
                self.assertIn("Company <old@example.com>", draft.intake_note)

    def test_a_form_of_the_sender_s_above_a_quotation_is_read(self):
        block = BLOCKS["RE: Visit"]
        draft = self._send(f"{GUIDE_MAIL}\n{block}\n{OLD}", "RE: Visit", 1)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.start, at("2026-03-05 14:00"))
        self.assertEqual(draft.description, "Network issue")

    def test_a_form_below_marked_lines_with_two_introductions_is_read(self):
        marked = "".join(f"> {line}\n" for line in OLD.splitlines())
        rule = "------- Original Message -------\nOn Friday, February 27th, 2026 at 10:00 AM, "
        draft = self._send(
            f"{rule}Company <old@example.com> wrote:\n\n{marked}\n{GUIDE_MAIL}", "Re: Visit", 1
        )
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.requested_date, at("2026-03-05 14:00"))
        self.assertNotIn("old fault", draft.description)

    def test_outlook_s_html_is_known_by_its_elements(self):
        message = EmailMessage()
        message["From"] = "Ana Keller <ana.keller@example.com>"
        message["To"] = "appointments@%s" % self.alias_domain
        message["Subject"] = "Re: Visit"
        message["Message-Id"] = "<html@example.com>"
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        message.set_content(
            f"<html><body><div>{OWN.replace(chr(10), '<br>')}</div>"
            "<div id='appendonsend'></div><hr>"
            "<div id='divRplyFwdMsg'><b>Zorp:</b> Company<br><b>Qua:</b> Ana</div>"
            f"<div>{OLD.replace(chr(10), '<br>')}</div></body></html>",
            subtype="html",
        )
        self._assert_only_own_words(self._send_mail(message=message))

    def test_a_reply_corrects_with_its_own_lines_only(self):
        draft = self._send_mail(WRONG_MAIL)
        self.assertEqual(draft.intake_state, "review")
        answer = self._get_answers(draft)
        quoted = WRONG_MAIL.replace("Network issue", "Something else")
        self._reply(f"{BOTH}\n\n{BLOCKS['YNT: Visit']}\n{quoted}", answer)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.description, "Network issue")
