"""The ``Date`` of a mail counts only where it lies near the arrival; no mail is lost for it."""

from email.message import EmailMessage

from freezegun import freeze_time

from ..common import SupportMailCase, at

# The mails arrive on 2 March 2026 at 8:00 UTC.
NONSENSE = {
    "the year 101": "Tue, 13 Dec 0101 15:30:00 +0000",
    "the year 1": "Mon, 01 Jan 0001 00:00:00 +1200",
    "the year 9999": "Fri, 31 Dec 9999 23:59:59 -1200",
    "the year 20026": "Mon, 02 Mar 20026 08:00:00 +0000",
    "next January": "Tue, 12 Jan 2027 09:00:00 +0100",
    "two days ahead": "Wed, 04 Mar 2026 08:00:01 +0000",
    "the day 32": "Mon, 32 Mar 2026 08:00:00 +0000",
    "1970": "Thu, 01 Jan 1970 00:00:00 +0000",
    "nine days ago": "Sat, 21 Feb 2026 08:00:00 +0000",
    "no date": "this is no date",
    "a weekday": "Thursday",
    "a year of twenty digits": "Mon, 02 Mar 99999999999999999999 07:00:00 +0000",
    "an hour of eleven digits": "Mon, 02 Mar 2026 99999999999:00:00 +0000",
    "a zone nearly a day away": "Mon, 02 Mar 2026 07:00:00 -2359",
    "a zone of fourteen digits": "Mon, 02 Mar 2026 08:00:00 +99999999999999",
    "a zone beyond the world": "Mon, 02 Mar 2026 08:00:00 +9999",
    "empty": "",
    "nothing": None,
}
GOOD = {
    "a negative zone": ("Mon, 02 Mar 2026 02:59:00 -0500", at("2026-03-02 07:59")),
    "an unknown zone": ("Mon, 02 Mar 2026 07:59:00 -0000", at("2026-03-02 07:59")),
    "its own hour for UTC": ("Mon, 02 Mar 2026 21:59:00 +0000", at("2026-03-02 21:59")),
    "a queue of five days": ("Wed, 25 Feb 2026 08:00:00 +0000", at("2026-02-25 08:00")),
    "an old form": ("2 Mar 26 07:59 GMT", at("2026-03-02 07:59")),
    "ISO 8601": ("2026-03-02T08:59:00+01:00", at("2026-03-02 07:59")),
}


class TestMailDate(SupportMailCase):
    def _send_dated(self, date, body, *, number=1, to=None, second=None, headers=()):
        """Hand a mail with these Date headers to the gateway."""
        message = EmailMessage()
        message["From"] = "Ana <ana@example.com>"
        message["To"] = to or f"appointments@{self.alias_domain}"
        message["Subject"] = "APPOINTMENT_REQUEST"
        message["Message-Id"] = f"<dated-{number}@example.com>"
        for name, value in headers:
            message[name] = value
        message.set_content(body)
        raw = message.as_bytes()
        for value in (second, date):
            if value is not None:
                raw = b"Date: " + value.encode() + b"\n" + raw
        return self._process_raw(raw)

    def _get_message(self, record):
        return record.message_ids.filtered(lambda m: m.message_type == "email")

    def test_a_nonsensical_date_is_taken_as_now(self):
        for number, (what, date) in enumerate(NONSENSE.items()):
            with self.subTest(what):
                draft = self._send_dated(
                    date, "requested_date: 2026-03-05 14:00", number=f"n{number}"
                )
                self.assertEqual(draft.intake_state, "accepted")
                self.assertEqual(draft.start, at("2026-03-05 14:00"))
                self.assertFalse(draft.intake_sent_at)
                self.assertEqual(str(self._get_message(draft).date)[:10], "2026-03-02")
                # A whole date depends on no other.
                self.assertNotIn("counted from its arrival", draft.intake_note or "")

    def test_tomorrow_counts_from_the_arrival_then_and_the_note_says_so(self):
        for number, (what, date) in enumerate(NONSENSE.items()):
            with self.subTest(what):
                draft = self._send_dated(
                    date, "requested_date: tomorrow 14:00", number=f"t{number}"
                )
                self.assertEqual(draft.start, at("2026-03-03 14:00"))
                self.assertIn("counted from its arrival on 2026-03-02", draft.intake_note)

    def test_days_without_a_year_and_weekdays_count_from_the_arrival_too(self):
        for number, (text, start) in enumerate(
            [("5.3. 14:00", "2026-03-05 14:00"), ("Thursday 14:00", "2026-03-05 14:00")]
        ):
            draft = self._send_dated(
                NONSENSE["next January"], f"requested_date: {text}", number=f"y{number}"
            )
            self.assertEqual(draft.start, at(start))
            self.assertIn("counted from its arrival", draft.intake_note)

    def test_a_date_near_the_arrival_counts(self):
        for number, (what, (date, sent)) in enumerate(GOOD.items()):
            with self.subTest(what):
                draft = self._send_dated(
                    date, "requested_date: 2026-03-05 14:00", number=f"g{number}"
                )
                self.assertEqual(draft.intake_sent_at, sent)
                self.assertEqual(self._get_message(draft).date, sent)

    def test_tomorrow_of_a_mail_that_was_under_way_for_days_has_passed(self):
        draft = self._send_dated(
            "Thu, 26 Feb 2026 08:00:00 +0000", "requested_date: tomorrow 14:00"
        )
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("lies in the past", draft.intake_note)

    def test_of_two_dates_that_contradict_each_other_none_counts(self):
        draft = self._send_dated(
            "Mon, 02 Mar 2026 07:00:00 +0000",
            "requested_date: tomorrow 14:00",
            second="Fri, 27 Feb 2026 07:00:00 +0000",
        )
        self.assertFalse(draft.intake_sent_at)
        self.assertEqual(draft.start, at("2026-03-03 14:00"))
        self.assertIn("counted from its arrival", draft.intake_note)

    def test_the_same_date_twice_counts(self):
        date = "Mon, 02 Mar 2026 07:00:00 +0000"
        draft = self._send_dated(date, "requested_date: tomorrow 14:00", second=date)
        self.assertEqual(draft.intake_sent_at, at("2026-03-02 07:00"))
        self.assertNotIn("counted from its arrival", draft.intake_note)

    def test_read_again_days_later_tomorrow_is_the_day_after_the_arrival(self):
        draft = self._send_dated(None, "requested_date: tomorrow 14:00")
        self.assertEqual(draft.intake_received_at, at("2026-03-02 08:00"))
        draft._write_protected({"intake_state": "review"})
        with freeze_time("2026-03-03 09:00:00"):
            draft.action_read_again()
        self.assertEqual(draft.requested_date, at("2026-03-03 14:00"))

    def test_what_older_versions_stored_counts_no_more_than_what_comes_in(self):
        draft = self._send_dated(None, "requested_date: tomorrow 14:00")
        draft._write_protected({"intake_sent_at": at("2027-01-12 08:00"), "intake_state": "review"})
        draft.action_read_again()
        self.assertEqual(draft.requested_date, at("2026-03-03 14:00"))

    def test_a_reply_with_a_nonsensical_date_corrects_the_request(self):
        dates = [NONSENSE["the year 101"], NONSENSE["next January"], NONSENSE["the day 32"], None]
        for number, date in enumerate(dates):
            draft = self._send_dated(
                "Mon, 02 Mar 2026 08:00:00 +0000", "requested_date: soon", number=f"r{number}"
            )
            self.assertEqual(draft.intake_state, "review")
            self._send_dated(
                date,
                "requested_date: tomorrow 14:00",
                number=f"a{number}",
                headers=[("In-Reply-To", f"<dated-r{number}@example.com>")],
            )
            self.assertEqual(draft.intake_state, "accepted")
            self.assertEqual(draft.start, at("2026-03-03 14:00"))
            self.assertIn("counted from its arrival", draft.intake_note)

    def test_a_reply_with_a_good_date_counts_from_it(self):
        draft = self._send_dated("Mon, 02 Mar 2026 08:00:00 +0000", "requested_date: soon")
        self._send_dated(
            "Sun, 01 Mar 2026 08:00:00 +0000",
            "requested_date: in 3 days at 14:00",
            number=2,
            headers=[("In-Reply-To", "<dated-1@example.com>")],
        )
        self.assertEqual(draft.start, at("2026-03-04 14:00"))
        self.assertNotIn("counted from its arrival", draft.intake_note)

    def test_a_ticket_mail_with_a_nonsensical_date_is_not_lost(self):
        team = self.env["support.team"].create({"name": "First Line", "alias_name": "first-line"})
        for number, date in enumerate(NONSENSE.values()):
            self._send_dated(
                date,
                "The printer is on fire.",
                number=f"k{number}",
                to=f"{team.alias_name}@{self.alias_domain}",
            )
        tickets = self.env["support.ticket"].search([("team_id", "=", team.id)])
        self.assertEqual(len(tickets), len(NONSENSE))
        for ticket in tickets:
            self.assertEqual(str(self._get_message(ticket).date)[:10], "2026-03-02")

    def test_mails_to_others_keep_the_date_that_odoo_reads(self):
        message = EmailMessage()
        message["From"] = "Ana <ana@example.com>"
        message["To"] = f"somebody@{self.alias_domain}"
        message["Date"] = NONSENSE["next January"]
        message.set_content("Hello")
        parsed = self.env["mail.thread"].message_parse(message)
        self.assertEqual(parsed["date"], "2027-01-12 08:00:00")
