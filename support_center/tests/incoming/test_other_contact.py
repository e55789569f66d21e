"""A contact who exists is not changed by a request; what it says otherwise is not lost."""

from ..common_dialogue import DialogueCase

FORM = """\
customer_email: known@example.com
customer_name: %(name)s
customer_phone: %(phone)s
requested_date: 2026-03-05 14:00
description: Network issue
"""
SENDER = "Known Customer <known@example.com>"
NAME = "Known Customer"
PHONE = "+32 2 555 01 00"
OTHER_PHONE = "+32 470 00 00 01"


class TestOtherContact(DialogueCase):
    def _send(self, name=NAME, phone=PHONE, number=1):
        return self._send_mail(
            FORM % {"name": name, "phone": phone},
            sender=SENDER,
            message_id=f"<contact-{number}@example.com>",
        )

    def test_another_name_and_phone_stand_in_the_note(self):
        draft = self._send("Kim Customer", OTHER_PHONE)
        self.assertEqual(draft.partner_id, self.customer)
        self.assertEqual(self.customer.name, NAME)
        self.assertEqual(draft.customer_phone, PHONE)
        self.assertIn(
            "another name: “Kim Customer” (the contact has “Known Customer”)", draft.intake_note
        )
        self.assertIn(f"another phone: {OTHER_PHONE} (the contact has {PHONE})", draft.intake_note)

    def test_the_answer_does_not_claim_that_it_was_taken(self):
        text = self._get_text(self._get_answers(self._send("Kim Customer", OTHER_PHONE)))
        self.assertNotIn("customer_phone", text)
        self.assertNotIn("customer_name", text)
        self.assertNotIn(OTHER_PHONE, text)
        self.assertNotIn(PHONE, text)
        self.assertIn("noted for our staff", " ".join(text.split()))
        self.assertIn("requested_date", text)

    def test_the_same_in_another_spelling_is_no_difference(self):
        spellings = [("known  CUSTOMER", "0032 2 5550100"), (NAME, "02/555.01.00"), (NAME, PHONE)]
        for number, (name, phone) in enumerate(spellings):
            with self.subTest(name=name, phone=phone):
                draft = self._send(name, phone, number)
                self.assertNotIn("another", draft.intake_note or "")
                text = self._get_text(self._get_answers(draft))
                self.assertIn("customer_phone", text)
                self.assertNotIn("noted for our staff", " ".join(text.split()))

    def test_a_contact_without_a_phone(self):
        self.customer.phone = False
        draft = self._send(phone=OTHER_PHONE)
        self.assertIn(f"gives a phone: {OTHER_PHONE} (the contact has none)", draft.intake_note)
        self.assertFalse(draft.customer_phone)

    def test_a_new_contact_has_what_was_given(self):
        draft = self._send_mail()
        self.assertNotIn("another", draft.intake_note or "")
        self.assertIn("John Doe", self._get_text(self._get_answers(draft)))

    def test_a_correction_by_reply_is_taken_and_told(self):
        draft = self._send(phone=OTHER_PHONE)
        (answer,) = self._get_answers(draft)
        self._reply(f"customer_phone: {OTHER_PHONE}\n", answer, sender=SENDER)
        self.assertEqual(draft.customer_phone, OTHER_PHONE)
        text = self._get_text(self._get_answers(draft)[-1])
        self.assertIn(OTHER_PHONE, text)

    def test_a_request_that_is_accepted_by_hand(self):
        draft = self._send_mail(
            FORM % {"name": "Kim Customer", "phone": OTHER_PHONE} + "priority: asap\n",
            sender=SENDER,
        )
        self.assertEqual(draft.intake_state, "review")
        draft.with_user(self.user_dispatcher).action_accept_request()
        self.assertEqual(draft.partner_id, self.customer)
        self.assertIn("Kim Customer", draft.intake_note)
        self.assertIn(OTHER_PHONE, draft.intake_note)
        self.assertIn("asap", draft.intake_note)

    def test_external_data(self):
        data = {
            "customer_email": "known@example.com",
            "customer_name": "Kim Customer",
            "requested_date": "2026-03-05 14:00:00",
        }
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        draft = appointments.with_context(external_data=data).create({})
        self.assertIn("Kim Customer", draft.sudo().intake_note)
        self.assertEqual(self.customer.name, NAME)
