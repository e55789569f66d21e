from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.planning.support_technician import Slot
from .common import PageCase

MOVED = "Your visit is now on"


@tagged("post_install", "-at_install")
class TestPageActions(PageCase):
    """I will be there, another time, cancel: asked by GET, done by a person's POST."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.active = False
        cls.visit.user_id = cls.user_dispatcher

    def _reload(self, visit=None):
        (visit or self.visit).invalidate_recordset()
        return visit or self.visit

    def _find_times(self, tree):
        """The values of the times that a page offers, in its order."""
        return [value for value in self._find_buttons(tree) if value and "/" in value]

    def _find_hold(self):
        domain = [("appointment_id", "=", self.visit.id), ("origin", "=", "page")]
        return self.env["support.slot.hold"].search(domain)

    def _hold(self, value):
        """Press a time; the page that asks, and the number of the hold in its address."""
        answer = self._post("/times", value)
        self.assertIn("/move?", answer.url)
        (time,) = self._parse(answer)[0].xpath("//input[@name='time']/@value")
        self.assertEqual(time, value)
        return answer, answer.url.rpartition("hold=")[2]

    def _book_over(self, start):
        """Somebody else takes the technician's time, whoever holds it."""
        self.env["support.slot.hold"].search([])._release()
        other = self.env["res.partner"].create({"name": "Faster"})
        return self._create_visit(start=start, partner_id=other.id)

    # ------------------------------------------------------------------
    # I will be there
    # ------------------------------------------------------------------

    def test_the_customer_says_that_they_will_be_there(self):
        tree, text = self._get("/attend")
        self.assertIn("Will you be there?", text)
        self.assertEqual(self._find_buttons(tree), {"attend": "I will be there"})
        self.assertEqual(self._reload().attendance, "unknown")
        answer = self._post("/attend", "attend")
        self.assertEqual(self._reload().attendance, "confirmed")
        self.assertIn("We know that you will be there.", answer.text)
        # The page asks no more, and neither does the link of the mail.
        self.assertNotIn("attend", self._find_buttons(self._get()[0]))
        self.assertIn("We know that you will be there.", self._get("/attend")[1])

    def test_no_thank_you_to_a_time_that_was_offered(self):
        start = self.start + timedelta(days=1)
        slot = Slot(start, start + timedelta(hours=1), self.technician.id)
        hold = self.env["support.slot.hold"]._hold(
            [slot], appointment=self.visit, minutes=30, origin="reoffer"
        )
        offer = self.env["support.slot.offer"]._offer(hold, "freed")
        tree, _text = self._get("/move", hold=hold.id)
        self.assertEqual(list(self._find_buttons(tree)), ["move", "refuse"])
        self.assertEqual(offer.state, "open", "only looked at")
        answer = self._post("/move", "refuse")
        self.assertIn("Nothing has changed for you.", answer.text)
        self.assertEqual(offer.state, "refused")
        self.assertFalse(hold.exists(), "the time is free for the next one")
        self.assertEqual(self._reload().start, self.start)

    # ------------------------------------------------------------------
    # Cancel
    # ------------------------------------------------------------------

    def test_cancelled_with_words_and_planned_again(self):
        tree, text = self._get("/cancel")
        self.assertIn("Cancel this visit?", text)
        self.assertEqual(self._find_buttons(tree), {"cancel": "Cancel the visit"})
        self.assertEqual(self._reload().state, "confirmed")
        answer = self._post("/cancel", "cancel", words="It works again")
        self.assertEqual(self._reload().state, "cancelled")
        self.assertEqual(self.visit.cancel_reason, "It works again")
        self.assertIn("Your visit is cancelled.", answer.text)
        self.assertTrue(self._parse(answer)[0].xpath("//a[contains(@href, '/times?')]"))
        self.assertEqual(self.visit.activity_ids.user_id, self.user_dispatcher)
        # Once more says so and changes nothing.
        self.assertIn("Your visit is cancelled.", self._post("/cancel", "cancel").text)
        value = self._find_times(self._get("/times")[0])[0]
        self._hold(value)
        self.assertIn(MOVED, self._post("/move", "move", time=value).text)
        self.assertEqual(self._reload().state, "confirmed")

    def test_what_we_cancelled_is_asked_for_again(self):
        self.visit.action_cancel()
        tree, text = self._get("/times")
        self.assertIn("Please call us", text)
        self.assertEqual(set(self._find_buttons(tree)), {"ask"})
        self._post("/times", "ask", words="In spring, please")
        self.assertEqual(self._reload().state, "cancelled")
        self.assertIn("In spring, please", "".join(self.visit.activity_ids.mapped("note")))

    # ------------------------------------------------------------------
    # Another time
    # ------------------------------------------------------------------

    def test_from_the_link_of_a_mail_to_a_moved_visit_in_three_taps(self):
        tree, text = self._get("/times")  # the first: the link
        self.assertIn("Choose another time", text)
        self.assertIn("All times are those of Europe/Brussels.", text)
        value = self._find_times(tree)[5]
        page, _hold = self._hold(value)  # the second: a time
        self.assertIn("We keep this time for you for 10 more minutes.", " ".join(page.text.split()))
        self.assertEqual(self._reload().start, self.start)
        answer = self._post("/move", "move", time=value)  # the third: the button
        self.assertIn(MOVED, answer.text)
        self.assertEqual(self._reload().start.isoformat(), value.partition("/")[0])
        self.assertEqual(self.visit.state, "confirmed")
        # To send it again says the same.
        sequence = self.visit.ics_sequence
        self.assertIn(MOVED, self._post("/move", "move", time=value).text)
        self.assertEqual(self._reload().ics_sequence, sequence)

    def test_each_day_says_how_many_times_are_free_and_leads_to_them(self):
        tree, _text = self._get("/times")
        links = tree.xpath("//ul[contains(@class, 'o_support_days')]//a")
        self.assertTrue(links)
        for link in links:
            target = link.get("href").lstrip("#")
            (heading,) = tree.xpath(f"//h2[@id='{target}']")
            # Where a link leads, there the focus goes.
            self.assertEqual(heading.get("tabindex"), "-1")
            (group,) = tree.xpath(f"//div[@aria-labelledby='{target}']")
            count = len(group.xpath(".//button"))
            words = " ".join(link.text_content().split())
            noun = "free time" if count == 1 else "free times"
            self.assertEqual(words, f"{heading.text} {count} {noun}")
        self.assertEqual(
            len(tree.xpath("//a[@href='#days'][text()='Choose a different day']")), len(links)
        )

    def test_later_and_earlier_days(self):
        tree, text = self._get("/times")
        self.assertNotIn("Earlier days", text)
        (later,) = tree.xpath("//a[text()='Later days']/@href")
        first = self._find_times(tree)
        tree, text = self._parse(self.url_open(later))
        self.assertIn("Earlier days", text)
        self.assertGreater(min(self._find_times(tree)), max(first))
        for day in ("nonsense", "1990-01-01", "9999-12-31", ""):
            tree, _text = self._get("/times", **{"from": day})
            self.assertEqual(self._find_times(tree)[:3], first[:3])

    def test_a_draft_gets_its_time(self):
        draft = self._create_visit(state="draft", start=False, technician_id=False)
        tree, text = self._get(visit=draft)
        self.assertIn("Choose a time", text)
        tree, text = self._get("/times", visit=draft)
        self.assertIn("Choose a time", text)
        answer = self._post("/times", self._find_times(tree)[0], visit=draft)
        tree, text = self._parse(answer)
        self.assertIn("Take this time?", text)
        (value,) = tree.xpath("//input[@name='time']/@value")
        self._post("/move", "move", visit=draft, time=value)
        self.assertEqual(self._reload(draft).state, "confirmed")
        self.assertEqual(draft.technician_id, self.technician)

    def test_who_was_slower_reads_so_and_sees_three_other_times(self):
        value = self._find_times(self._get("/times")[0])[3]
        self._book_over(fields.Datetime.to_datetime(value.partition("/")[0].replace("T", " ")))
        answer = self._post("/times", value)
        self._check_taken(answer)

    def test_who_was_slower_on_the_last_step_reads_so_too(self):
        value = self._find_times(self._get("/times")[0])[3]
        _page, hold = self._hold(value)
        hold_sudo = self.env["support.slot.hold"].browse(int(hold))
        self.env.cr.execute(
            "UPDATE support_slot_hold SET expires_at = expires_at - interval '1 hour'"
            " WHERE id = %s",
            [hold_sudo.id],
        )
        self.env.invalidate_all()
        # Nobody holds it any more: what is free now, this time included.
        tree, text = self._get("/move", hold=hold)
        self.assertIn("is not held for you any more", text)
        self.assertIn(value, self._find_times(tree))
        other = self.env["res.partner"].create({"name": "Faster"})
        self._create_visit(start=hold_sudo.start, partner_id=other.id)
        answer = self._post("/move", "move", time=value)
        self._check_taken(answer)

    def _check_taken(self, answer):
        tree, text = self._parse(answer)
        self.assertIn("omebody was faster", text)
        (group,) = tree.xpath("//div[@aria-labelledby='o_support_others']")
        self.assertEqual(len(group.xpath(".//button[@name='choice']")), 3)
        self.assertEqual(self._reload().start, self.start)
        # One of them is a tap away.
        value = group.xpath(".//button/@value")[0]
        self.assertIn("/move?", self._post("/times", value).url)

    def test_nothing_suits(self):
        answer = self._post("/times", "ask", words="A Saturday, please")
        self.assertIn("We have been told", answer.text)
        self._reload()
        self.assertIn("A Saturday, please", "".join(self.visit.activity_ids.mapped("note")))
        self.assertEqual(self.visit.start, self.start)

    def test_who_wants_to_come_earlier_keeps_their_time(self):
        self.assertIn("earlier", self._find_buttons(self._get("/times")[0]))
        answer = self._post("/times", "earlier")
        self.assertIn("as soon as an earlier time becomes free", answer.text)
        self.assertTrue(self._reload().wants_earlier)
        self.assertEqual(self.visit.start, self.start)
        self.assertNotIn("earlier", self._find_buttons(self._get("/times")[0]))

    # ------------------------------------------------------------------
    # Bounds
    # ------------------------------------------------------------------

    def test_within_the_notice_period_the_page_asks_for_a_call(self):
        self.type.cancel_notice_hours = 100
        self.visit.type_id = self.type
        for suffix in ("/times", "/cancel"):
            tree, text = self._get(suffix)
            self.assertIn("less than 100 h", text)
            self.assertTrue(tree.xpath("//a[@href='tel:+32 2 555 02 00']"))
            self.assertFalse(self._find_times(tree))
        answer = self._post("/cancel", "cancel", words="I am ill")
        self.assertIn("We have been told", answer.text)
        self.assertEqual(self._reload().state, "confirmed")
        self.assertIn("I am ill", "".join(self.visit.activity_ids.mapped("note")))
        # A time that was noted down before is not held any more.
        value = f"{(self.start + timedelta(days=9)).isoformat()}/{self.technician.id}"
        self.assertIn("Please call us", self._post("/times", value).text)
        self.assertFalse(self._find_hold())
        # To say that one will be there is never too late.
        self._post("/attend", "attend")
        self.assertEqual(self._reload().attendance, "confirmed")

    def test_what_is_over_is_not_changed(self):
        for state in ("in_progress", "done"):
            visit = self._create_visit(state=state, start=self.start + timedelta(days=5))
            for suffix, choice in (
                ("/attend", "attend"),
                ("/cancel", "cancel"),
                ("/times", "ask"),
                ("/move", "move"),
            ):
                with self.subTest(state=state, suffix=suffix):
                    self._get(suffix, visit=visit)
                    self._post(suffix, choice, visit=visit)
                    self._reload(visit)
                    self.assertEqual((visit.state, visit.attendance), (state, "unknown"))
                    self.assertFalse(visit.activity_ids)

    def test_a_program_that_follows_and_sends_everything_changes_nothing(self):
        value = self._find_times(self._get("/times")[0])[2]
        _page, hold = self._hold(value)
        suffixes = ("", "/attend", "/cancel", "/times", "/move", "/message")
        before = self._describe()
        for _round in range(2):
            for suffix in suffixes:
                params = {"hold": hold} if suffix == "/move" else {}
                tree, _text = self._parse(self.url_open(self._url(suffix, **params)))
                self._press_nothing(tree, self._url(suffix))
                for choice in ("attend", "cancel", "move", "ask", "earlier", value):
                    self.url_open(self._url(suffix, choice=choice.replace("+", "%2B"), **params))
        self.assertEqual(self._describe(), before)

    def _describe(self):
        self._reload()
        return (
            self.visit.read(["state", "start", "attendance", "technician_id", "cancel_reason"]),
            self.visit.message_ids.ids,
            self.visit.activity_ids.ids,
            self._find_hold().ids,
        )

    def test_no_form_counts_without_the_link_and_the_session(self):
        other = self._create_visit(start=self.start + timedelta(days=1))
        value = self._find_times(self._get("/times")[0])[2]
        _page, hold = self._hold(value)
        stranger = self._create_portal_user("support_stranger")
        before = self._describe()
        for suffix, choice in (("/attend", "attend"), ("/cancel", "cancel"), ("/move", "move")):
            for params in (
                {"token": "wrong"},
                {"token": other.access_token},
                {"token": False},
                {"token": False, "login": stranger.login},
                {"token": False, "login": self.user_employee.login},
            ):
                answer = self._post(suffix, choice, time=value, **params)
                self.assertEqual(answer.status_code, 404)
            with mute_logger("odoo.http"):
                answer = self.url_open(self._url(suffix), data={"choice": choice, "time": value})
            self.assertEqual(answer.status_code, 400)
        # A hold is of one visit, and in the way of the others.
        self.assertIn("This offer has ended", self._get("/move", visit=other, hold=hold)[1])
        self.assertIn(
            "omebody was faster", self._post("/move", "move", visit=other, time=value).text
        )
        self.assertEqual(self._reload(other).start, self.start + timedelta(days=1))
        for number in ("0", "-1", "x", "9" * 30, ""):
            self.assertIn("These times are free now", self._get("/move", hold=number)[1])
        self.assertEqual(self._describe(), before)

    def test_a_colleague_who_logs_in_does_the_same_and_a_dispatcher_looks_on(self):
        user = self._create_portal_user("support_colleague", self.customer)
        self._post("/attend", "attend", token=False, login=user.login)
        self.assertEqual(self._reload().attendance, "confirmed")
        login = self.user_dispatcher.login
        answer = self._post("/cancel", "cancel", login=login)
        self.assertIn("do in the back office", answer.text)
        self.assertEqual(self._reload().state, "confirmed")
        self.assertIn(
            "Your visit is cancelled.",
            self._post("/cancel", "cancel", token=False, login=user.login).text,
        )

    def test_every_page_keeps_to_those_who_have_the_link(self):
        _page, hold = self._hold(self._find_times(self._get("/times")[0])[2])
        for suffix, params in (
            ("", {}),
            ("/attend", {}),
            ("/cancel", {}),
            ("/times", {}),
            ("/move", {"hold": hold}),
        ):
            for token, code in ((True, 200), ("wrong", 404)):
                answer = self.url_open(self._url(suffix, token=token, **params))
                self.assertEqual(answer.status_code, code, suffix)
                self.assertEqual(answer.headers["Cache-Control"], "no-store", suffix)
                self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer", suffix)
                self.assertEqual(answer.headers["X-Frame-Options"], "SAMEORIGIN", suffix)

    def test_it_is_asked_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        for suffix in ("/attend", "/cancel", "/times"):
            tree, text = self._get(suffix)
            self.assertEqual(tree.get("lang"), "de-DE")
            self.assertRegex(text, r"(Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch")

    def test_a_page_of_times_is_light(self):
        answer = self.url_open(self._url("/times"))
        tree, _text = self._parse(answer)
        (ours,) = tree.xpath("//div[@class='o_support_page']")
        self.assertLess(len(html.tostring(ours)), 60 * 1024)
