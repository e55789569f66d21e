from base64 import b64decode
from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext

from ..common import SupportHttpCase, at
from ..common_dialogue import DialogueCase

# A word of each mail, by language; the German of the one who saves is never to be seen.
WORDS = {"fr_FR": "rendez-vous", "es_ES": "cita", "en_US": "appointment"}
GERMAN = "Termin"
CUSTOMER_CHANGED = {"es_ES": "Se ha cambiado el cliente", "fr_FR": "Changement de client"}


class LanguageCommon:
    """A company that writes French, a dispatcher who works in German."""

    @classmethod
    def _set_up_languages(cls):
        codes = ["fr_FR", "de_DE", "es_ES"]
        for code in codes:
            cls.env["res.lang"]._activate_lang(code)
        module = cls.env["ir.module.module"].search([("name", "=", "support_center")])
        module._update_translations(codes)
        cls.company = cls.env.company
        cls.company.partner_id.lang = "fr_FR"
        cls.user_dispatcher.lang = "de_DE"
        cls.nobody_s = cls.env["res.partner"].create(
            {"name": "Nelly", "email": "nelly@example.com", "lang": False}
        )


@tagged("post_install", "-at_install")
class TestCustomerLanguage(LanguageCommon, DialogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_languages()

    def _as_dispatcher(self, record):
        return record.with_user(self.user_dispatcher).with_context(lang="de_DE")

    def _confirm(self, partner, **values):
        visit = self._as_dispatcher(self.env["support.appointment"]).create(
            {"partner_id": partner.id, "start": at("2026-03-05 10:00"), **values}
        )
        visit.action_confirm()
        self.env.flush_all()
        return visit

    def _get_calendar_text(self, mail):
        return b64decode(mail.attachment_ids.datas).decode().replace("\r\n ", "")

    # ------------------------------------------------------------------
    # The mails of one visit
    # ------------------------------------------------------------------

    def test_all_mails_of_a_visit_are_in_one_language_whoever_saves(self):
        visit = self._confirm(self.nobody_s)
        visit.write({"start": at("2026-03-05 11:00")})
        visit.with_user(self.user_manager).with_context(lang="en_US").location = "2 Street"
        self.env.flush_all()
        visit.sudo().write(
            {"start": at("2026-03-03 06:00"), "confirmation_queued_at": at("2026-02-20 08:00")}
        )
        cron = self.env["support.appointment"].with_user(SUPERUSER_ID).with_context(lang=None)
        cron._cron_send_reminders()
        visit.with_user(self.user_manager).with_context(lang="en_US").action_cancel()
        self.env.flush_all()
        mails = self._get_notices(visit.sudo())
        kinds = {"confirmation", "rescheduled", "updated", "reminder", "cancelled"}
        self.assertEqual(set(mails.mapped("support_notice")), kinds)
        for mail in mails:
            with self.subTest(mail.support_notice):
                text = f"{mail.subject}\n{html2plaintext(mail.body_html)}"
                self.assertIn(WORDS["fr_FR"], text)
                self.assertIn("mars 2026", text)
                self.assertNotIn(GERMAN, text)
                self.assertIn("Rendez-vous d'assistance", self._get_calendar_text(mail))

    def test_who_is_asked_for_the_language(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True, "lang": "es_ES"})
        partners = self.env["res.partner"].create(
            [
                {"name": "Own", "email": "own@example.com", "lang": "en_US", "parent_id": firm.id},
                {"name": "Firm's", "email": "of@example.com", "lang": "es_ES"},
                {"name": "None", "email": "none@example.com", "lang": "es_ES"},
            ]
        )
        own, of_firm, none = partners
        of_firm.write({"parent_id": firm.id, "lang": False})
        none.lang = False
        for partner, lang in ((own, "en_US"), (of_firm, "es_ES"), (none, "fr_FR")):
            with self.subTest(partner.name):
                mail = self._get_notices(self._confirm(partner).sudo())
                text = f"{mail.subject}\n{html2plaintext(mail.body_html)}"
                self.assertIn(WORDS[lang], text)
                self.assertNotIn(GERMAN, text)

    def test_english_where_nobody_has_a_language(self):
        self.company.partner_id.lang = False
        mail = self._get_notices(self._confirm(self.nobody_s).sudo())
        self.assertIn("Confirmed:", mail.subject)
        self.assertIn("Thursday 5 March 2026", mail.subject)

    def test_a_language_that_was_switched_off_counts_for_nothing(self):
        self.nobody_s.lang = "es_ES"
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'es_ES'")
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        self.env.invalidate_all()
        visit = self._confirm(self.nobody_s)
        mail = self._get_notices(visit.sudo())
        self.assertIn("Confirmé", mail.subject)
        self.assertIn("jeudi 5 mars 2026", mail.subject)
        self.assertNotIn("failed", self._get_log(visit.sudo()).mapped("outcome"))

    def test_a_template_without_a_language_falls_back_alike(self):
        template = self.env.ref("support_center.mail_template_appointment_confirmation")
        for lang in (False, "{{ object.partner_id.lang }}"):
            template.lang = lang
            mail = self._get_notices(self._confirm(self.nobody_s).sudo())
            with self.subTest(lang):
                self.assertIn("jeudi 5 mars 2026", mail.subject)
                self.assertIn("Rendez-vous d'assistance", self._get_calendar_text(mail))
            mail.unlink()
        template.lang = "es_ES"
        mail = self._get_notices(self._confirm(self.nobody_s).sudo())
        self.assertIn("jueves, 5 de marzo", mail.subject)
        self.assertNotIn("Rendez-vous", self._get_calendar_text(mail))

    def test_several_at_once_each_in_its_own(self):
        spanish = self.env["res.partner"].create(
            {"name": "Ana", "email": "ana@example.com", "lang": "es_ES"}
        )
        visits = self._as_dispatcher(self.env["support.appointment"]).create(
            [
                {"partner_id": partner.id, "start": at("2026-03-05 10:00")}
                for partner in (spanish, self.nobody_s, spanish)
            ]
        )
        visits.action_confirm()
        self.env.flush_all()
        words = {"es_ES": ("jueves", "Cita de soporte"), "fr_FR": ("jeudi", "Rendez-vous")}
        for visit, lang in zip(visits, ("es_ES", "fr_FR", "es_ES"), strict=True):
            mail = self._get_notices(visit.sudo())
            day, summary = words[lang]
            self.assertIn(day, mail.subject)
            self.assertIn(f"SUMMARY:{summary}", self._get_calendar_text(mail))

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    def test_a_contact_of_external_data_has_the_companys_language(self):
        for company_lang, expected in (("fr_FR", "fr_FR"), (False, "en_US")):
            self.company.partner_id.lang = company_lang
            email = f"{company_lang}@example.com".lower()
            data = {"customer_email": email, "requested_date": "2026-03-05 14:00:00"}
            appointments = self._as_dispatcher(self.env["support.appointment"])
            made = appointments.with_context(external_data=data).create({})
            self.assertEqual(made.partner_id.lang, expected)

    def test_what_is_kept_of_a_request_is_the_companys_the_refusal_the_callers(self):
        appointments = self._as_dispatcher(self.env["support.appointment"])
        data = {
            "customer_email": "skip@example.com",
            "requested_date": "2026-03-29 02:30:00",
            "timezone": "Europe/Brussels",
        }
        made = appointments.with_context(external_data=data).create({})
        french = self.env["support.intake.words"].with_context(lang="fr_FR")
        reading = self.env["support.intake"]._read_payloads([data])[0]
        self.assertTrue(made.intake_note)
        self.assertEqual(made.intake_note, french._describe_notes(reading))
        wrong = {"customer_email": "nobody"}
        intake = appointments.env["support.intake"]
        readings = dict(enumerate(intake._read_payloads([wrong])))
        faults = appointments.check_external_data(wrong)
        self.assertEqual(faults, intake._list_faults(readings))
        self.assertNotEqual(faults, self.env["support.intake"]._list_faults(readings))

    def test_the_answer_and_its_note_are_in_the_companys_language(self):
        draft = self._send_mail("customer_email: new@example.com\nrequested_date: 2026-02-30 14:00")
        (answer,) = self._get_answers(draft)
        self.assertIn("merci de corriger votre demande", answer.subject)
        note = draft.intake_note
        self._as_dispatcher(draft).action_read_again()
        self.env.flush_all()
        self.assertEqual(draft.intake_note, note)
        # Read again to the same end by somebody else, it is no news.
        self.assertEqual(self._get_answers(draft), answer)

    def test_an_answer_template_without_a_language_falls_back_alike(self):
        self.env.ref("support_center.mail_template_intake_answer").lang = False
        draft = self._send_mail("customer_email: new@example.com\nrequested_date: 2026-02-30 14:00")
        self.assertIn("merci de corriger votre demande", self._get_answers(draft).subject)

    def test_a_rejection_is_in_the_companys_language(self):
        draft = self._send_mail("customer_email: new@example.com\nrequested_date: 2026-02-30 14:00")
        before = self._get_answers(draft)
        wizard = self._as_dispatcher(self.env["support.reject.wizard"]).create(
            {"appointment_ids": [(6, 0, draft.ids)], "reason": "Non"}
        )
        wizard.action_reject()
        mail = self._get_answers(draft) - before
        french = self.env.ref("support_center.mail_template_request_rejected")
        subject = french.with_context(lang="fr_FR")._render_field("subject", draft.ids)[draft.id]
        self.assertEqual(mail.subject, subject)
        self.assertNotIn("we cannot take", subject)

    def test_a_ticket_without_a_subject_is_named_in_the_companys_language(self):
        team = self.env["support.team"].create({"name": "Mailed", "alias_name": "mailed-team"})
        gateway = self.env["mail.thread"].with_context(lang="de_DE")
        with self.mock_mail_gateway():
            gateway.message_process(
                None,
                f"From: known@example.com\nTo: mailed-team@{self.alias_domain}\n"
                "Message-Id: <no-subject@example.com>\n\nIt smokes.\n",
            )
        ticket = self.env["support.ticket"].search([("team_id", "=", team.id)])
        self.assertEqual(ticket.name, "Sans objet")

    # ------------------------------------------------------------------
    # Our own people
    # ------------------------------------------------------------------

    def test_an_activity_is_in_the_language_of_the_user_who_is_asked(self):
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        for user_lang, lang in (("es_ES", "es_ES"), (False, "fr_FR")):
            visit = self._create_appointment()
            asked = visit._automation_responsible()
            asked.lang = user_lang
            visit.action_confirm()
            with self.mock_mail_gateway():
                self._get_notices(visit).send()
            self._as_dispatcher(visit).partner_id = other
            with self.subTest(user_lang):
                self.assertEqual(visit.activity_ids.user_id, asked)
                self.assertEqual(visit.activity_ids.summary, CUSTOMER_CHANGED[lang])

    def test_the_log_is_in_the_companys_language(self):
        self.nobody_s.email = False
        visit = self._confirm(self.nobody_s)
        row = self._get_log(visit.sudo(), "send_confirmation")
        self.assertIn("le client n'a pas d'adresse email valide", row.message)

    def test_a_technician_is_told_in_the_own_language_else_in_the_companys(self):
        for lang, subject, label in (
            ("de_DE", "Neuer Einsatz: %s, Do., 5. März, 10:00", "Wann"),
            (False, "Nouvelle intervention\u00a0: %s, jeu. 5 mars, 10:00", "Quand"),
        ):
            self.user_technician.lang = lang
            visit = self._create_appointment(technician_id=self.technician.id)
            visit.action_confirm()
            message = self.env["mail.message"].search(
                [
                    ("model", "=", visit._name),
                    ("res_id", "=", visit.id),
                    ("message_type", "=", "user_notification"),
                ]
            )
            self.assertEqual(message.subject, subject % visit.customer_name)
            self.assertIn(f"<span>{label}</span>", message.body)
            visit.action_cancel()

    def test_why_a_technician_was_chosen_is_kept_in_the_companys_language(self):
        notes = set()
        for user, lang in ((self.user_dispatcher, "de_DE"), (self.user_manager, "en_US")):
            visit = self._create_appointment()
            visit.with_user(user).with_context(lang=lang).action_assign()
            notes.add(visit.assignment_note)
            visit.action_cancel()
        (note,) = notes
        self.assertIn("First Technician", note)
        self.assertNotIn("no visit", note)

    def test_a_sample_is_in_the_users_language_else_in_the_companys(self):
        admin = self.env.ref("base.user_admin")
        admin.email = "admin@example.com"
        for lang, word in (("es_ES", "confirmada"), (False, "Confirmé")):
            admin.lang = lang
            sample = self.env["support.mail.sample"].with_user(admin).with_context(lang="de_DE")
            mail = sample._send("mail_template_appointment_confirmation")
            self.assertIn(word, mail.subject)
            self.assertIn(WORDS[lang or "fr_FR"], html2plaintext(mail.body_html))
            self.assertNotIn(GERMAN, html2plaintext(mail.body_html))

    def test_an_entry_in_a_calendar_is_in_the_technicians_language_else_in_the_companys(self):
        new_user = new_test_user(
            self.env, login="lang_tech", groups="support_center.group_support_technician"
        )
        self.technician_2.user_id = new_user
        for lang, label in (("es_ES", "Tipo"), (False, "Type")):
            new_user.lang = lang
            visit = self._create_appointment(
                technician_id=self.technician_2.id,
                type_id=self.type.id,
                start=fields.Datetime.now() + timedelta(days=3 if lang else 4),
            )
            visit.with_context(lang="de_DE").action_confirm()
            self.assertIn(f"{label}: Repair", html2plaintext(visit.calendar_event_ids.description))


@tagged("post_install", "-at_install")
class TestCustomerLanguageOfPage(LanguageCommon, SupportHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_languages()
        start = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        cls.visit = cls._create_appointment(
            partner_id=cls.nobody_s.id, start=start + timedelta(days=10), state="confirmed"
        )

    def test_the_page_of_a_link_is_in_the_customers_language_whatever_the_browser_wants(self):
        url = self.visit._get_share_url()
        for headers in ({}, {"Accept-Language": "de-DE,de;q=0.9"}):
            page = self.url_open(url, headers=headers)
            with self.subTest(headers):
                self.assertEqual(page.status_code, 200)
                self.assertIn("Rendez-vous", page.text)
                self.assertNotIn(GERMAN, page.text)
                # A choice that would change nothing is not offered.
                self.assertNotIn("js_change_lang", page.text)
        self.nobody_s.lang = "es_ES"
        page = self.url_open(url, headers={"Accept-Language": "de-DE,de;q=0.9"})
        self.assertIn("Cita", page.text)

    def test_a_link_that_has_expired_says_so_in_the_customers_language(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = start - interval '40 days',"
            " stop = stop - interval '40 days', busy_start = busy_start - interval '40 days',"
            " busy_stop = busy_stop - interval '40 days' WHERE id = %s",
            [self.visit.id],
        )
        self.env.invalidate_all()
        page = self.url_open(
            self.visit._get_share_url(), headers={"Accept-Language": "de-DE,de;q=0.9"}
        )
        self.assertEqual(page.status_code, 410)
        self.assertIn("Ce lien a expiré", page.text)

    def test_who_is_logged_in_reads_the_own_language(self):
        portal = new_test_user(
            self.env, login="lang_portal", groups="base.group_portal", lang="es_ES"
        )
        self.visit.partner_id = portal.partner_id
        self.authenticate("lang_portal", "lang_portal")
        page = self.url_open(
            f"/my/appointments/{self.visit.id}", headers={"Accept-Language": "de-DE,de;q=0.9"}
        )
        self.assertEqual(page.status_code, 200)
        self.assertIn("Cita", page.text)
