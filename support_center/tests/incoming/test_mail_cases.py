from datetime import datetime, timedelta
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import file_path

from ..common import SupportMailCase

ANA = "ana.keller@example.com"
# 14:00 in Berlin, where the mails of this test are read.
WISH = datetime(2027, 1, 12, 13, 0)
WORDS = "The router restarts every hour"


@tagged("post_install", "-at_install")
class TestMailCases(SupportMailCase):
    """Mails that other people's software sent, each of which was read wrong or lost once.

    They lie in ``tests/mails`` as they came in.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-11-28 10:00:00"))
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("support_center.intake_timezone", "Europe/Berlin")

    def _hand_in(self, name, **replaced):
        """Hand a mail of the folder to the gateway; the records of ours that it made."""
        source = Path(file_path(f"support_center/tests/mails/{name}.eml")).read_bytes()
        source = source.replace(b"company.example.com", self.alias_domain.encode())
        for mark, value in replaced.items():
            source = source.replace(f"@@{mark}@@".encode(), value.encode())
        return self._process_raw(source)

    def _read(self, name):
        draft = self._hand_in(name)
        self.assertEqual(len(draft), 1, f"one draft of {name}")
        return draft

    def _assert_accepted(self, name, start=WISH, email=ANA):
        draft = self._read(name)
        self.assertEqual(draft.intake_state, "accepted", f"{name}: {draft.intake_note}")
        self.assertEqual(draft.start, start, name)
        self.assertEqual(draft.partner_id.email_normalized, email, name)
        return draft

    def _get_answers(self, draft):
        return self.env["mail.mail"].search(
            [("model", "=", draft._name), ("res_id", "=", draft.id)]
        )

    def _get_file_names(self, draft):
        return set(draft.message_ids.attachment_ids.mapped("name"))

    # ------------------------------------------------------------------
    # Calendar mails
    # ------------------------------------------------------------------

    def test_an_invitation_is_a_request(self):
        draft = self._read("01-outlook-invite")
        self.assertEqual(draft.requested_date, WISH)
        self.assertEqual(draft.location, "12 Harbour Street")
        self.assertIn("Router visit", draft.description)
        self.assertNotIn("requested_date is missing", draft.intake_note or "")
        self.assertTrue(any(name.endswith(".ics") for name in self._get_file_names(draft)))

    def _create_announced(self):
        visit = self._create_appointment(
            partner_id=self.env["res.partner"].create({"name": "Ana Keller", "email": ANA}).id,
            start="2027-01-12 13:00:00",
            state="confirmed",
        )
        visit.flush_recordset()
        return visit

    def _answer_invitation(self, name):
        visit = self._create_announced()
        before = visit.read(["state", "start", "stop", "technician_id"])
        mails = self.env["mail.mail"].search([])
        made = self._hand_in(
            name,
            UID=visit.ics_uid,
            START=visit.start.strftime("%Y%m%dT%H%M%SZ"),
            STOP=visit.stop.strftime("%Y%m%dT%H%M%SZ"),
        )
        self.assertFalse(made, f"{name}: no second draft")
        self.assertEqual(visit.read(["state", "start", "stop", "technician_id"]), before)
        answers = self.env["mail.mail"].search([]) - mails
        self.assertNotIn("requested_date", "".join(answers.mapped("body_html")))
        return visit

    def test_an_accepted_invitation_is_filed(self):
        visit = self._answer_invitation("02-ics-reply-accepted")
        self.assertIn("accepted", "".join(visit.message_ids.mapped("body")).lower())
        self.assertFalse(visit.activity_ids)

    def test_a_declined_invitation_is_told(self):
        visit = self._answer_invitation("03-ics-reply-declined")
        self.assertIn("Sorry, I am away that day.", "".join(visit.activity_ids.mapped("note")))

    def test_another_time_is_told(self):
        visit = self._answer_invitation("04-ics-counter")
        self.assertIn("Could it be one day later?", "".join(visit.activity_ids.mapped("note")))

    # ------------------------------------------------------------------
    # Who asks
    # ------------------------------------------------------------------

    def test_the_person_of_a_contact_form(self):
        draft = self._assert_accepted("05-contact-form-reply-to")
        self.assertEqual(draft.partner_id.name, "Ana Keller")
        self.assertEqual(draft.description, WORDS)
        answers = self._get_answers(draft)
        self.assertTrue(answers)
        for answer in answers:
            self.assertIn(ANA, answer.email_to)
        strangers = self.env["res.partner"].search(
            ["|", ("email", "ilike", "wordpress@"), ("name", "=", "Example Site")]
        )
        self.assertFalse(strangers)

    def test_a_form_under_headers_of_lists(self):
        for name in ("06-contact-form-precedence-junk", "07-google-group-via"):
            with self.subTest(name):
                draft = self._assert_accepted(name)
                for answer in self._get_answers(draft):
                    self.assertIn(ANA, answer.email_to)

    def test_two_spellings_of_a_domain(self):
        for email in ("ana@xn--mller-kva.example.com", "ana@müller.example.com"):
            with self.subTest(email):
                known = self.env["res.partner"].create({"name": "Ana Keller", "email": email})
                draft = self._read("17-idn-punycode")
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(draft.partner_id, known)
                draft.unlink()
                known.unlink()
                self.env["support.intake.key"].search([]).unlink()

    # ------------------------------------------------------------------
    # Which part is the text
    # ------------------------------------------------------------------

    def test_the_text_that_the_sender_wrote(self):
        for name in (
            "09-smime-opaque",
            "10-pgp-inline",
            "13b-alternative-html-without-form",
            "15-date-year-2",
            "29-own-form-attached-mail",
            "30-gateway-footer-alternative",
            "31-alt-html-logo-only",
        ):
            with self.subTest(name):
                draft = self._assert_accepted(name)
                lines = [line for line in draft.description.splitlines() if line.strip()]
                self.assertEqual(lines[0], WORDS)
                self.assertNotIn("another fault", draft.description)

    def test_nothing_of_a_signature_is_in_the_description(self):
        self.assertEqual(self._assert_accepted("10-pgp-inline").description, WORDS)

    def test_an_attached_mail_stays_attached(self):
        self.assertIn("old.eml", self._get_file_names(self._read("29-own-form-attached-mail")))

    def test_a_mail_forwarded_as_an_attachment(self):
        draft = self._read("11-forward-as-attachment")
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, WISH)
        self.assertIn(ANA, draft.intake_note)
        self.assertIn("request.eml", self._get_file_names(draft))

    def test_an_old_form_below_headers_in_polish(self):
        draft = self._read("37-reply-outlook-polish")
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.requested_date)
        self.assertNotIn("old fault", draft.description or "")

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def test_a_phone_with_a_typographic_hyphen(self):
        draft = self._assert_accepted("16-phone-nb-hyphen")
        digits = "".join(filter(str.isdigit, draft.customer_phone))
        self.assertEqual(digits, "442079460958")

    def test_three_in_the_afternoon(self):
        draft = self._read("34-time-afternoon")
        if draft.intake_state == "accepted":
            self.assertEqual(draft.start, WISH + timedelta(hours=1))
        else:
            self.assertFalse(draft.start)

    def test_a_short_german_date(self):
        self._assert_accepted("35-time-german-short")
