import io
from datetime import timedelta

from icalendar import Calendar

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PageCase

PDF = b"%PDF-1.4 the plan of the house"


@tagged("post_install", "-at_install")
class TestPage(PageCase):
    """What the page of an appointment says, and what may be written there."""

    def _post_ours(self, body, **values):
        return self.visit.with_user(self.user_dispatcher).message_post(
            body=body, message_type="comment", **{"subtype_xmlid": "mail.mt_comment", **values}
        )

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_it_says_what_when_where_who_and_what_to_prepare(self):
        self.type.instructions = "<p>Clear the way to the <b>boiler</b>.</p>"
        self.visit.type_id = self.type
        self.visit.description = "It drips.\nSince Monday."
        tree, text = self._get()
        self.assertEqual(tree.xpath("//h1")[0].text_content(), "Repair")
        (start,) = tree.xpath("//time")
        self.assertIn("(Europe/Brussels)", start.text)
        self.assertEqual(start.get("datetime"), f"{self.start.isoformat()}Z")
        self.assertEqual(start.get("data-zone"), "Europe/Brussels")
        for words in (
            self.visit.name,
            "Confirmed",
            "123 Main Street",
            "First Technician comes to you at this time.",
            "Clear the way to the boiler.",
            "It drips.",
            "+32 2 555 02 00",
        ):
            self.assertIn(words, text)
        # Of its own accord it says nothing of another clock.
        (own,) = tree.xpath("//p[contains(@class, 'o_support_own_time')]")
        self.assertEqual(own.get("hidden"), "hidden")

    def test_when_who_comes_is_expected(self):
        late = self.start + timedelta(minutes=30)
        self.visit.timezone = "UTC"
        self.visit._write_marks({"expected_arrival": late})
        span = self.visit.with_context(lang="en_US")._describe_arrival()
        self.assertRegex(span, r"\d\d:20–\d\d:00 \(UTC\)")
        self.assertIn(f"Expected arrival: {span}.", self._get()[1])
        self.visit._write_marks({"on_the_way_at": fields.Datetime.now()})
        span = self.visit.with_context(lang="en_US")._describe_arrival()
        self.assertRegex(span, r"\d\d:25–\d\d:45 \(UTC\)")
        text = self._get()[1]
        self.assertIn(f"First Technician is on the way. Expected arrival: {span}.", text)
        self.assertNotIn("comes to you at this time", text)

    def test_nobody_is_expected_any_more_once_the_time_has_passed(self):
        now = fields.Datetime.now()
        self.visit.with_user(self.user_manager).write({"start": now - timedelta(hours=3)})
        self.visit._write_marks({"on_the_way_at": now - timedelta(hours=3)})
        text = self._get()[1]
        self.assertNotIn("Expected arrival", text)
        self.assertIn("Did nobody come?", text)

    def test_the_map_is_told_no_address_of_ours_and_only_where_somebody_comes(self):
        (link,) = self._get()[0].xpath("//a[contains(@href, 'openstreetmap')]")
        self.assertEqual(
            link.get("href"), "https://www.openstreetmap.org/search?query=123+Main+Street"
        )
        self.assertIn("noreferrer", link.get("rel"))
        self.type.place = "remote"
        self.visit.type_id = self.type
        tree, text = self._get()
        self.assertFalse(tree.xpath("//a[contains(@href, 'openstreetmap')]"))
        self.assertIn("We call you at this time.", text)

    def test_each_state_says_what_happens_next(self):
        words = {
            "draft": "write to you as soon as it is certain",
            "confirmed": "comes to you at this time",
            "in_progress": "The work is going on.",
            "done": "The visit is over.",
            "cancelled": "This visit will not take place.",
            "no_show": "We met nobody.",
        }
        # By what can be done with it then.
        buttons = {
            "draft": {"/times", "/cancel"},
            "confirmed": {"/attend", "/times", "/cancel"},
            "cancelled": {"/times"},
            "no_show": {"/times"},
        }
        for number, (state, expected) in enumerate(words.items()):
            with self.subTest(state=state):
                visit = self._create_visit(
                    state=state, start=self.start + timedelta(days=number + 1)
                )
                tree, text = self._get(visit=visit)
                self.assertIn(expected, text)
                paths = {
                    node.get("href") or node.get("action")
                    for node in tree.xpath("//a[@href] | //form[@action]")
                }
                paths = {path.partition("?")[0] for path in paths}
                possible = {
                    suffix
                    for suffix in ("/attend", "/times", "/cancel")
                    if visit.access_url + suffix in paths
                }
                self.assertEqual(possible, buttons.get(state, set()))

    def test_a_technician_on_the_way_is_announced(self):
        self.visit._write_marks(
            {"on_the_way_at": fields.Datetime.now(), "expected_arrival": self.start}
        )
        self.assertIn("First Technician is on the way.", self._get()[1])

    def test_it_is_written_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        tree, text = self._get()
        self.assertEqual(tree.get("lang"), "de-DE")
        self.assertRegex(text, "(Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag), ")

    def test_what_staff_see_they_do_not_do(self):
        self.authenticate(self.user_dispatcher.login, self.user_dispatcher.login)
        tree, text = self._get()
        self.assertIn("do in the back office", text)
        self.assertFalse(self._find_buttons(tree))
        login = self.user_dispatcher.login
        self._post("/message", "send", login=login, words="As the customer")
        self.assertNotIn("As the customer", "".join(self.visit.message_ids.mapped("body")))

    # ------------------------------------------------------------------
    # Calendars and the report
    # ------------------------------------------------------------------

    def test_the_file_for_calendars_is_the_event_of_the_mails(self):
        answer = self.url_open(self._url("/calendar.ics"))
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        self.assertEqual(event["UID"], self.visit.ics_uid)
        self.assertEqual(event["SEQUENCE"], self.visit.ics_sequence)
        self.assertEqual(event["DTSTART"].dt.replace(tzinfo=None), self.start)
        self.visit.action_cancel()
        self.assertEqual(self.url_open(self._url("/calendar.ics")).status_code, 404)

    def test_the_other_calendars_are_told_no_link_of_ours(self):
        links = self._get()[0].xpath("//a[contains(@href, 'calendar/')]/@href")
        self.assertEqual(len(links), 2)
        for link in links:
            self.assertNotIn(self.visit.access_token, link)
            self.assertIn("Main+Street", link)

    def test_the_report_is_there_once_the_visit_is_done(self):
        self.assertEqual(self.url_open(self._url("/report")).status_code, 404)
        done = self._create_visit(
            state="done", start=self.start + timedelta(days=1), work_done="Changed the valve"
        )
        self.assertTrue(self._get(visit=done)[0].xpath("//a[contains(@href, '/report?')]"))
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            answer = self.url_open(self._url("/report", visit=done))
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(
            self.url_open(self._url("/report", visit=done, token="wrong")).status_code, 404
        )

    # ------------------------------------------------------------------
    # Write to us
    # ------------------------------------------------------------------

    def test_a_message_with_a_file_reaches_a_dispatcher(self):
        self.visit.user_id = self.user_dispatcher
        answer = self._post(
            "/message",
            "send",
            words="The key is\nwith my <neighbour>.",
            files=[("files", ("plan.pdf", io.BytesIO(PDF), "application/pdf"))],
        )
        self.assertIn("Your message is with us.", answer.text)
        message = self.visit.message_ids[0]
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertIn("with my &lt;neighbour&gt;.", message.body)
        self.assertEqual(message.attachment_ids.raw, PDF)
        self.visit.invalidate_recordset()
        activity = self.visit.activity_ids
        self.assertEqual(activity.user_id, self.user_dispatcher)
        self.assertIn("The key is", activity.note)
        self.assertTrue(self.visit.customer_waiting_since)

    def test_who_logs_in_writes_in_their_own_name(self):
        user = self._create_portal_user("support_colleague", self.customer)
        self._post("/message", "send", token=False, login=user.login, words="Come by the back door")
        self.assertEqual(self.visit.message_ids[0].author_id, user.partner_id)

    def test_what_cannot_be_taken_is_said_and_the_words_are_kept(self):
        pdf = ("files", ("plan.pdf", io.BytesIO(PDF), "application/pdf"))
        cases = (
            ([("files", ("run.html", io.BytesIO(b"<b>"), "application/pdf"))], "run.html is of a"),
            ([("files", ("a.svg", io.BytesIO(b"<svg/>"), "image/png"))], "a.svg is of a kind"),
            ([pdf] * 6, "at most 5 files"),
            (
                [("files", ("big.pdf", io.BytesIO(b"0" * (10 * 1024 * 1024 + 1)), "x/y"))],
                "big.pdf is too large",
            ),
        )
        before = self.visit.message_ids
        for files, expected in cases:
            with self.subTest(expected=expected):
                answer = self._post("/message", "send", words="My words", files=files)
                tree, text = self._parse(answer)
                self.assertIn(expected, text)
                self.assertEqual(tree.xpath("//textarea")[0].text.strip(), "My words")
                # On a phone the form is far below the top, where a page begins.
                (section,) = tree.xpath("//p[@role='alert']/ancestor::section")
                (action,) = section.xpath(".//form/@action")
                self.assertEqual(action.rpartition("#")[2], section.get("id"))
        self.assertIn("Write a few words", self._post("/message", "send", words=" ").text)
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.message_ids, before)

    def test_nobody_writes_without_end(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "3")
        for number in range(4):
            answer = self._post("/message", "send", words=f"Number {number}")
        self.assertIn("You have written a lot in a short time.", answer.text)
        self.visit.invalidate_recordset()
        self.assertNotIn("Number 3", "".join(self.visit.message_ids.mapped("body")))

    def test_a_form_that_nobody_sent_writes_nothing(self):
        before = self.visit.message_ids
        self._post("/message", words="Sent by a program")
        self._post("/message", "send", words="A wrong token", token="wrong")
        with mute_logger("odoo.http"):
            self.url_open(self._url("/message"), data={"choice": "send", "words": "No token"})
        self.url_open(self._url("/message", choice="send", words="By an address"))
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.message_ids, before)

    # ------------------------------------------------------------------
    # The correspondence
    # ------------------------------------------------------------------

    def test_what_the_visit_is_about_is_not_told_twice(self):
        self.visit.description = "The oven is cold."
        self._post("/message", "send", words="The oven is cold.")
        self._post("/message", "send", words="The key is next door.")
        _tree, text = self._get()
        self.assertEqual(text.count("The oven is cold."), 1)
        self.assertEqual(text.count("The key is next door."), 1)

    def test_who_comes_or_came_is_said_where_somebody_does(self):
        cases = (("confirmed", "Who comes"), ("done", "Who came"), ("cancelled", ""))
        for number, (state, expected) in enumerate(cases):
            with self.subTest(state=state):
                start = self.visit.start + timedelta(days=number + 1)
                visit = self._create_visit(state=state, start=start)
                found = self._get(visit=visit)[0].xpath("//dt[starts-with(text(), 'Who')]/text()")
                self.assertEqual("".join(found), expected)
        self.type.place = "remote"
        self.visit.type_id = self.type
        tree, text = self._get()
        self.assertNotIn("Who comes", text)
        self.assertTrue(tree.xpath("//dt[text()='With']"))

    def test_the_correspondence_is_shown_and_internal_notes_never(self):
        self._post("/message", "send", words="Where is the <door>?")
        self._post_ours("On the left", attachments=[("map.png", b"a picture")])
        self._post_ours("They are difficult", subtype_xmlid="mail.mt_note")
        internal = self._post_ours("Hidden from all")
        internal.is_internal = True
        tree, text = self._get()
        self.assertIn("Where is the <door>?", text)
        self.assertIn("On the left", text)
        self.assertNotIn("They are difficult", text)
        self.assertNotIn("Hidden from all", text)
        (link,) = tree.xpath("//a[contains(@href, '/file/')]")
        self.assertEqual(link.text, "map.png")
        answer = self.url_open(link.get("href"))
        self.assertEqual(answer.content, b"a picture")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_no_other_file_is_given_out(self):
        note = self._post_ours(
            "For us", subtype_xmlid="mail.mt_note", attachments=[("note.txt", b"secret")]
        )
        shown = self._post_ours("For you", attachments=[("shown.txt", b"shown")]).attachment_ids
        other = self._create_visit(start=self.start + timedelta(days=1))
        for number, params in (
            (note.attachment_ids.id, {}),
            (shown.id, {"visit": other}),
            (shown.id, {"token": "wrong"}),
            (shown.id, {"token": False}),
            (2**62, {}),
        ):
            answer = self.url_open(self._url(f"/file/{number}", **params))
            self.assertEqual(answer.status_code, 404)

    def test_an_ended_link_opens_none_of_it(self):
        file = self._post_ours("For you", attachments=[("shown.txt", b"shown")]).attachment_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = start - interval '60 days',"
            " stop = stop - interval '60 days', busy_start = busy_start - interval '60 days',"
            " busy_stop = busy_stop - interval '60 days' WHERE id = %s",
            [self.visit.id],
        )
        self.env.invalidate_all()
        before = self.visit.message_ids
        for suffix in ("", "/calendar.ics", "/report", "/message", f"/file/{file.id}"):
            answer = self.url_open(self._url(suffix))
            self.assertEqual(answer.status_code, 410, suffix)
            self.assertNotIn("For you", answer.text)
        self.assertEqual(self._post("/message", "send", words="Late").status_code, 410)
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.message_ids, before)
