import re

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import SupportMailCase, at

# The code, a word of the mails, how Thursday, 5 March 2026 is written, and Friday the 6th in short.
LANGUAGES = (
    ("fr_FR", "rendez-vous", "jeudi 5 mars 2026, 15:00 (UTC)", r"ven\. 6 mars"),
    ("de_DE", "Termin", "Donnerstag, 5. März 2026, 15:00 (UTC)", r"Fr\., 6\. März"),
    ("es_ES", "cita", "jueves, 5 de marzo de 2026, 15:00 (UTC)", r"vie\.?, 6 mar"),
    ("it_IT", "appuntamento", "giovedì 5 marzo 2026, 15:00 (UTC)", "ven 6 mar"),
)
KINDS = ("confirmation", "reminder", "rescheduled", "updated", "cancelled")


@tagged("post_install", "-at_install")
class TestLanguages(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        codes = [language[0] for language in LANGUAGES]
        for code in codes:
            cls.env["res.lang"]._activate_lang(code)
        module = cls.env["ir.module.module"].search([("name", "=", "support_center")])
        module._update_translations(codes)
        cls.appointment = cls._create_appointment(
            start=at("2026-03-05 15:00"), technician_id=cls.technician.id, location="1 Street"
        )
        cls.appointment.action_confirm()
        cls.appointment.cancel_reason = "X"

    def _render(self, kind, code):
        """Subject and lines of a mail to a customer of a language."""
        self.customer.lang = code
        template = self.env.ref(f"support_center.mail_template_appointment_{kind}")
        values = template._generate_template(self.appointment.ids, ("subject", "body_html"))
        values = values[self.appointment.id]
        lines = html2plaintext(values["body_html"]).splitlines()
        return values["subject"], [line.strip() for line in lines if line.strip()]

    def test_each_mail_is_in_the_customers_language(self):
        for kind in KINDS:
            english_subject, english = self._render(kind, "en_US")
            # Names, addresses and links are the same everywhere.
            sentences = {
                line
                for line in english
                if len(re.findall(r"[a-z]{2,}", line)) > 3 and not re.search("@|http", line)
            }
            self.assertTrue(sentences)
            for code, word, date, _short in LANGUAGES:
                with self.subTest(kind=kind, language=code):
                    subject, lines = self._render(kind, code)
                    text = "\n".join([subject, *lines])
                    self.assertIn(word, text)
                    self.assertIn(date, text)
                    self.assertNotEqual(subject, english_subject)
                    self.assertFalse(sentences & set(lines))

    def test_a_refusal_is_in_the_dispatchers_language(self):
        draft = self._create_appointment(
            start=at("2026-03-05 20:00"), technician_id=self.technician.id
        )
        with self.assertRaises(ValidationError) as caught:
            draft.action_confirm()
        english = set(str(caught.exception).splitlines())
        for code, _word, _date, short in LANGUAGES:
            with self.subTest(language=code):
                with self.assertRaises(ValidationError) as caught:
                    draft.with_context(lang=code).action_confirm()
                text = str(caught.exception)
                self.assertRegex(text, short)
                self.assertFalse(english & set(text.splitlines()), text)

    def test_the_states_are_told_in_the_users_language(self):
        names = set()
        for code, *_rest in LANGUAGES:
            labels = self.env["support.appointment"].with_context(lang=code).fields_get(["state"])
            names.add(dict(labels["state"]["selection"])["confirmed"])
        self.assertNotIn("Confirmed", names)
        self.assertGreater(len(names), 2)

    def test_a_question_is_found_whatever_language_it_was_asked_in(self):
        backlog = self.env["support.backlog"]
        french = backlog.with_context(lang="fr_FR")
        french._ask_manager(self.appointment, "cron_send_appointment_reminders", 2)
        self.assertEqual(len(backlog._find_question(self.appointment)), 1)
        self.assertNotEqual(french._get_summary(), backlog._get_summary())
