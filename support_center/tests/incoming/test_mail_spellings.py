"""What mails spell in more than one way: domains, telephone numbers, times."""

import json

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportMailCase, at

UNICODE, ASCII = "ana@müller.example.com", "ana@xn--mller-kva.example.com"
# Both ways round: as the contact is stored, and as the mail writes it.
WAYS = ((UNICODE, ASCII), (ASCII, UNICODE), (ASCII, ASCII), (UNICODE, UNICODE))


class TestMailSpellings(SupportMailCase):
    def _request(self, number, *, sender="Ana <ana@example.com>", headers=(), **lines):
        lines = {"requested_date": "2026-03-05 14:00", **lines}
        body = "\n".join(f"{key}: {value}" for key, value in lines.items())
        return self._send_mail(
            body, sender=sender, message_id=f"<spelled-{number}@example.com>", headers=headers
        )

    # ------------------------------------------------------------------
    # International domains
    # ------------------------------------------------------------------

    def test_a_contact_is_found_whichever_way_it_is_written(self):
        partners = self.env["res.partner"]
        for number, (stored, written) in enumerate(WAYS):
            with self.subTest(stored=stored, written=written):
                contact = partners.create({"name": "Ana", "email": stored})
                before = partners.search_count([])
                by_sender = self._request(f"s{number}", sender=f"Ana <{written}>")
                by_key = self._request(f"k{number}", customer_email=written)
                self.assertEqual((by_sender | by_key).partner_id, contact)
                self.assertEqual(set((by_sender | by_key).mapped("intake_state")), {"accepted"})
                self.assertEqual(partners.search_count([]), before)
                contact.email = False

    def test_a_new_contact_is_one_for_both_spellings(self):
        drafts = self._request(1, customer_email=ASCII) | self._request(2, customer_email=UNICODE)
        self.assertEqual(len(drafts.partner_id), 1)
        # Both mails are from the same person, for the same day.
        self.assertEqual(drafts[0].duplicate_count, 1)

    def test_a_caller_finds_the_contact_too(self):
        contact = self.env["res.partner"].create({"name": "Ana", "email": ASCII})
        data = [
            {**GUIDE_DATA, "customer_email": spelling} for spelling in (UNICODE, ASCII, "A" + ASCII)
        ]
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        made = appointments.with_context(external_data=data).create([{}, {}, {}]).sudo()
        self.assertEqual(made[:2].partner_id, contact)
        self.assertNotEqual(made[2].partner_id, contact)

    def test_many_addresses_are_looked_up_in_one_query(self):
        contacts = self.env["support.intake.contacts"]
        emails = [f"ana{number}@müller.example.com" for number in range(40)]
        partners = self.env["res.partner"].sudo()
        partners.create(
            [{"name": "Ana", "email": email.replace("müller", "xn--mller-kva")} for email in emails]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            found = contacts._find_partners(partners, emails, self.env.company)
        self.assertEqual(found.keys(), set(emails))

    def test_duplicates_are_found_without_a_contact_too(self):
        one, other = (
            self._create_appointment(partner_id=False, customer_email=spelling)
            for spelling in (UNICODE, ASCII)
        )
        self.assertEqual(one.duplicate_count, 1)
        self.assertEqual(one._find_duplicates()[one], other)

    def test_a_reply_in_the_other_spelling_corrects_the_request(self):
        for number, (first, second) in enumerate(WAYS):
            with self.subTest(first=first, second=second):
                draft = self._request(f"r{number}", sender=f"Ana <{first}>", requested_date="soon")
                self.assertEqual(draft.intake_state, "review")
                self._request(
                    f"a{number}",
                    sender=f"Ana <{second}>",
                    headers=[("In-Reply-To", f"<spelled-r{number}@example.com>")],
                    customer_email=second,
                )
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.start, at("2026-03-05 14:00"))

    def test_a_technician_is_named_in_either_spelling(self):
        self.technician.user_id = False
        for stored, written in WAYS:
            self.technician.email = stored
            found = self.env["support.technician"]._find_by_emails([written], self.env.company)
            self.assertEqual(found, {written: self.technician})

    def test_our_own_address_is_known_in_either_spelling(self):
        addresses = self.env["support.mail.address"]
        for stored, written in WAYS:
            self.env.company.email = stored
            self.assertTrue(addresses._is_own(written, self.env.company))
            self.assertFalse(addresses._is_own("bob@müller.example.com", self.env.company))

    def test_who_opted_out_is_known_in_either_spelling(self):
        addresses = self.env["support.mail.address"]
        for number, (stored, written) in enumerate(WAYS):
            address = written.replace("ana", f"ana{number}")
            self.env["mail.blacklist"].create({"email": stored.replace("ana", f"ana{number}")})
            self.assertEqual(addresses._find_obstacles([address]), {address: "opted_out"})

    def test_personal_data_is_found_in_either_spelling(self):
        draft = self._request(1, sender=f"Ana <{ASCII}>")
        found = self.env["support.appointment"]._search_personal_data(UNICODE, "")
        self.assertIn(draft, found if found._name == draft._name else draft.browse(found.ids))

    def test_a_ticket_finds_its_sender(self):
        team = self.env["support.team"].create({"name": "First", "alias_name": "first-line"})
        for number, (stored, written) in enumerate(WAYS):
            contact = self.env["res.partner"].create({"name": "Ana", "email": stored})
            self._send_mail(
                "It burns.",
                sender=f"Ana <{written}>",
                to=f"first-line@{self.alias_domain}",
                message_id=f"<ticket-{number}@example.com>",
            )
            ticket = self.env["support.ticket"].search(
                [("team_id", "=", team.id)], order="id desc", limit=1
            )
            self.assertEqual(ticket.partner_id, contact)
            contact.email = False

    # ------------------------------------------------------------------
    # Telephone numbers
    # ------------------------------------------------------------------

    def test_a_telephone_number_is_kept_in_plain_characters(self):
        for number, (written, kept) in enumerate(
            {
                "+44 20 7946‑0958": "+44 20 7946-0958",
                "＋４４ ２０ ７９４６ ０９５８": "+44 20 7946 0958",
                "tel:+44-20-7946-0958;ext=7": "+44-20-7946-0958 ext. 7",
                "+44 (0)20 7946 0958 ext. 12": "+44 (0)20 7946 0958 ext. 12",
                "030 1234567 Durchwahl 12": "030 1234567 Durchwahl 12",
                "030 1234567 / 0171 7654321": "030 1234567 / 0171 7654321",
                "030 1234567 oder 0171 7654321": "030 1234567 oder 0171 7654321",
            }.items()
        ):
            with self.subTest(written):
                draft = self._request(
                    f"p{number}", customer_phone=written, customer_email=f"p{number}@example.com"
                )
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.customer_phone, kept)

    def test_a_telephone_number_alone_sends_no_mail_to_review(self):
        draft = self._request(1, customer_phone="ask my neighbour")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertFalse(draft.customer_phone)
        self.assertIn("“ask my neighbour” is no phone number; it was left out.", draft.intake_note)
        draft = self._request(2, customer_phone="030 1234 after six", customer_email="b@b.example")
        self.assertEqual(draft.customer_phone, "030 1234 after six")
        self.assertIn("it was kept as it came", draft.intake_note)

    @mute_logger("support_center.automation")
    def test_a_caller_is_told_what_is_no_telephone_number(self):
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        data = {**GUIDE_DATA, "customer_phone": "ask my neighbour"}
        with self.assertRaisesRegex(ValidationError, "Expected: a phone number") as caught:
            appointments.with_context(external_data=data).create({})
        (fault,) = json.loads(str(caught.exception).splitlines()[-1])
        self.assertEqual((fault["field"], fault["code"]), ("customer_phone", "invalid"))

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    def test_times_are_read_right(self):
        for number, (text, start) in enumerate(
            {
                "12 March 2026, 3:00 in the afternoon": "2026-03-12 15:00",
                "12.3. 14 Uhr": "2026-03-12 14:00",
                "heute Abend 7 Uhr": "2026-03-02 19:00",
                "mañana a las 3 de la tarde": "2026-03-03 15:00",
                "demain à 3 heures de l'après-midi": "2026-03-03 15:00",
                "domani alle 3 del pomeriggio": "2026-03-03 15:00",
                "12 March 2026 14:00 -05:00": "2026-03-12 19:00",
            }.items()
        ):
            with self.subTest(text):
                draft = self._request(f"t{number}", requested_date=text)
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.start, at(start))

    def test_what_is_more_or_less_than_a_time_is_asked_about_in_words(self):
        for number, (text, words) in enumerate(
            {
                "tomorrow before 8:00": "says before, after, until or not, and no one time.",
                "jeden Montag um 10 Uhr": "names a time that comes again and again.",
                "la semaine prochaine": "names no one day and hour.",
                "mañana a las 3": "It could be: 03:00, 15:00.",
                "domani a mezzanotte": "names a midnight, which lies between two days",
                "tomorrow 9 in the afternoon": "do not go together",
                "next Thursday 14:00": "may be meant this week or next week. "
                "It could be: 05.03., 12.03.",
                "12:30 am 12.03.2026": "means different times in different languages. It could be: "
                "12.03.2026 00:30, 12.03.2026 12:30.",
                "tomorrow 14:00 with Bob": "holds what was not understood: “with bob”.",
                "Monday 12 March 2026 14:00": "does not fit the weekday that is named",
            }.items()
        ):
            with self.subTest(text):
                draft = self._request(f"w{number}", requested_date=text)
                self.assertEqual(draft.intake_state, "review")
                self.assertFalse(draft.start)
                self.assertIn(words, draft.intake_note)

    def test_an_hour_that_is_not_quite_exact_is_told(self):
        draft = self._request(1, requested_date="morgen gegen 14 Uhr")
        self.assertEqual(draft.start, at("2026-03-03 14:00"))
        self.assertIn("is about a time; 2026-03-03 14:00 was taken.", draft.intake_note)
