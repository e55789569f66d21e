from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import BookingCase

DOORS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@tagged("post_install", "-at_install")
class TestBooking(BookingCase):
    """From the list of what is published to a confirmed visit, without JavaScript or account."""

    def test_from_the_list_to_the_confirmed_visit(self):
        page = self.open("/book?tz=UTC")
        self.assertEqual(page.title, "Book a visit")
        self.assertIn("2 hours", page.words)
        self.assertIn("We come with tools & parts.", page.words)
        self.assertNotIn("<b>Not</b>", page.text)
        page = page.follow("Repair at home")
        self.assertIn("All times are in the time zone UTC", page.words)
        (start, label), *_others = page.get_buttons("start")
        page = page.press("start", start)
        self.assertIn("Kept for you until", page.words)
        (hold,) = self.env["support.slot.hold"].search([])
        self.assertEqual(fields.Datetime.to_string(hold.start), start)
        technician = hold.technician_id
        page = self._book(page)
        self.assertEqual(page.title, "You are booked")
        self.assertIn("/book/rep/done", page.url)
        for text in (*self.typed.values(), label, "Repair at home", "(UTC)"):
            self.assertIn(text, page.words)
        (visit,) = self._find_bookings()
        self.assertIn(visit.name, page.words)
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(fields.Datetime.to_string(visit.start), start)
        self.assertEqual(visit.requested_date, visit.start)
        self.assertEqual(visit.technician_id, technician)
        self.assertEqual(visit.duration, 2.0)
        self.assertEqual((visit.source, visit.intake_state), ("portal", "accepted"))
        self.assertEqual(visit.partner_id.name, "Vera Visitor")
        self.assertEqual(visit.partner_id.email, "vera@example.org")
        self.assertEqual(visit.location, "5 Harbour Street")
        self.assertEqual(visit.create_uid, self.env.ref("base.user_root"))
        self.assertFalse(self.env["support.slot.hold"].search(self._live()))
        # The mail has the link to the page of the appointment.
        (mail,) = self._get_notices(visit, "confirmation")
        self.assertIn(visit.access_token, mail.body_html)
        self.assertNotIn(visit.access_token, page.text)

    def test_what_is_typed_is_asked_for_until_it_is_right(self):
        page = self._choose()
        page = self._book(page, name="", email="no address", location="")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Please enter your name.", page.words)
        self.assertIn("Please say where we should come to.", page.words)
        # In the order of the form.
        targets = page.tree.xpath("//div[@role='alert']//a/@href")
        self.assertEqual(
            [target.rpartition("#o_book_")[2] for target in targets], ["name", "email", "location"]
        )
        self.assertIn("no address", page.get_values()["email"])
        self.assertEqual(page.get_values()["phone"], self.typed["phone"])
        self.assertFalse(self._find_bookings())
        self.assertEqual(self._book(page).title, "You are booked")
        page = self._book(email="info@our.example")
        self.assertIn("This is our own address.", page.words)

    def test_what_is_done_from_afar_asks_for_no_place(self):
        self.type.place = "remote"
        self.assertNotIn("location", self._choose().get_values())
        named = self._choose("/book/rep?tz=UTC&location=Room+5")
        self.assertEqual(named.get_values()["location"], "Room 5")

    def test_a_request_waits_for_a_dispatcher(self):
        self.type.booking_mode = "request"
        page = self._choose()
        self.assertEqual(page.get_buttons("choice"), [("book", "Ask for this time")])
        page = self._book(page)
        self.assertEqual(page.title, "Thank you, we have your request")
        (visit,) = self._find_bookings()
        self.assertEqual((visit.state, visit.intake_state), ("draft", "accepted"))
        self.assertEqual(visit.start, visit.requested_date)
        self.assertFalse(visit.technician_id)
        (mail,) = self._find_mails("booking_request")
        self.assertEqual(mail.email_to, "vera@example.org")
        self.assertIn("not confirmed yet", mail.body_html)
        self.assertIn(visit.access_token, mail.body_html)
        # What somebody asks for keeps nobody else from it.
        value = fields.Datetime.to_string(visit.start)
        self.assertIn(value, dict(self.open("/book/rep?tz=UTC").get_buttons("start")))

    def test_a_known_customer_is_found_and_not_shown(self):
        self.customer.write({"lang": "en_US"})
        page = self._book(email="Known@Example.com", name="Somebody", phone="+32 2 555 99 99")
        (visit,) = self._find_bookings()
        self.assertEqual(visit.partner_id, self.customer)
        self.assertEqual(self.customer.name, "Known Customer")
        self.assertEqual(self.customer.phone, "+32 2 555 01 00")
        self.assertIn("Somebody", visit.intake_note)
        for text in ("Known Customer", "555 01 00", visit.access_token):
            self.assertNotIn(text, page.text)
        self.assertIn("Somebody", page.words)
        again = self.open(page.url)
        self.assertNotIn("Known Customer", again.text)

    def test_whether_somebody_is_known_is_not_told(self):
        self.type.booking_verify = "unknown"
        known = self._book(email="known@example.com")
        unknown = self._book(email="nobody@example.org")
        self.assertEqual(known.title, unknown.title)
        texts = []
        for page, visit in zip((known, unknown), self._find_bookings(), strict=True):
            text = page.words.replace(visit.name, "NUMBER")
            text = text.replace(page.tree.xpath("//*[@class='o_book_when']")[0].text_content(), "")
            texts.append(text.replace("known@example.com", "").replace("nobody@example.org", ""))
        self.assertEqual(*texts)
        self.assertEqual(self._find_bookings().mapped("state"), ["confirmed", "draft"])

    def test_a_button_pressed_twice_books_once(self):
        page = self._choose()
        first, second = self._book(page), self._book(page)
        self.assertEqual(first.url, second.url)
        self.assertEqual(len(self._find_bookings()), 1)

    def test_programs_that_send_what_is_filled_in_change_nothing(self):
        page = self.open("/book/rep?tz=UTC&name=A&email=a@example.org&location=Here")
        self.open(page.get_form().action, page.get_values())
        self.assertFalse(self.env["support.slot.hold"].search([]))
        page = page.press("start")
        for _time in range(2):
            again = self.open(page.get_form().action, page.get_values())
            self.assertEqual(again.get_values()["name"], "A")
        self.assertFalse(self._find_bookings())

    def test_what_the_address_fills_in_comes_along(self):
        day = (fields.Datetime.now() + timedelta(days=5)).date().isoformat()
        page = self.open(
            f"/book?tz=UTC&name=Ann&email=ann@example.org&phone=123&location=Here&description=Cold"
            f"&date={day}"
        )
        page = page.follow("Repair at home")
        self.assertTrue(page.get_buttons("start")[0][0].startswith(day))
        values = page.press("start").get_values()
        values.pop("token")
        self.assertEqual(
            values,
            {
                "name": "Ann", "email": "ann@example.org", "phone": "123", "location": "Here",
                "description": "Cold", "website": "",
            },
        )  # fmt: skip

    def test_somebody_was_faster(self):
        one = self._choose()
        value = one.tree.xpath("//*[@class='o_book_when']")[0].text_content()
        # Both technicians are taken by others.
        start = self.env["support.slot.hold"].search([]).start
        other = self.open("/book/rep?tz=UTC").press("start", fields.Datetime.to_string(start))
        self.assertIn("Kept for you", other.words)
        third = self.open("/book/rep?tz=UTC")
        self.assertNotIn(fields.Datetime.to_string(start), dict(third.get_buttons("start")))
        sent = {**third.get_values(), **self.typed, "start": fields.Datetime.to_string(start)}
        page = self.open(third.get_form().action, sent)
        self.assertIn("was just taken by somebody else", page.words)
        self.assertIn(value, page.words)
        buttons = page.get_buttons("start")
        self.assertEqual(len(buttons), 3)
        self.assertEqual(page.get_values()["description"], self.typed["description"])
        self.assertFalse(page.get_buttons("choice"))
        # One of the others, with all that was typed.
        page = page.press("start", buttons[1][0])
        self.assertEqual(page.get_values()["description"], self.typed["description"])
        self.assertEqual(page.press("choice").title, "You are booked")
        self.assertEqual(fields.Datetime.to_string(self._find_bookings().start), buttons[1][0])

    def test_a_hold_that_has_ended(self):
        page = self._choose()
        hold = self.env["support.slot.hold"].search([])
        start, kept = hold.start, page.get_values()
        hold.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        again = self.open(page.get_form().action, kept)
        self.assertIn("not kept for you any more", again.words)
        # Nobody was faster.
        self.assertEqual(self._book(page).title, "You are booked")
        # Somebody was, with both technicians.
        page = self._choose()
        hold = self.env["support.slot.hold"].search(self._live())
        start = hold.start
        hold.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        for technician in self.technician | self.technician_2:
            busy = self.env["support.appointment"].search(
                [("technician_id", "=", technician.id), ("start", "=", start)]
            )
            if not busy:
                self._create_appointment(
                    start=start,
                    technician_id=technician.id,
                    state="confirmed",
                    type_id=self.type.id,
                )
        page = self._book(page)
        self.assertIn("was just taken by somebody else", page.words)
        self.assertEqual(page.get_values()["name"], "Vera Visitor")
        self.assertEqual(len(self._find_bookings()), 1)

    def test_back_and_another_time_keeps_one_hold(self):
        times = self.open("/book/rep?tz=UTC")
        for number in (0, 3, 1):
            page = times.press("start", times.get_buttons("start")[number][0])
            self.assertIn("Kept for you until", page.words)
        self.assertEqual(self.env["support.slot.hold"].search_count(self._live()), 1)

    def test_the_zone_of_the_visitor(self):
        page = self.open("/book/rep?tz=Pacific/Auckland")
        self.assertIn("Pacific/Auckland", page.words)
        page = page.press("start")
        self.assertIn("(Pacific/Auckland)", page.words)
        self._book(page)
        (visit,) = self._find_bookings()
        self.assertEqual(visit.timezone, "Pacific/Auckland")
        page = self.open("/book/rep")
        zone = self.company.resource_calendar_id.tz
        self.assertIn(f"All times are in the time zone {zone}", page.words)
        self.assertIn(f"zone {zone}", self.open("/book/rep?tz=Mars/Base").words)

    def test_the_language_of_the_visitor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.type.with_context(lang="fr_FR").published_name = "Dépannage"
        page = self.open("/book", **{"Accept-Language": "fr-BE,en;q=0.5"})
        self.assertEqual(page.tree.get("lang"), "fr-FR")
        self.assertIn("Dépannage", page.words)
        page = self.open("/book?lang=en", **{"Accept-Language": "fr-BE"})
        self.assertEqual(page.tree.get("lang"), "en-US")
        page = self.open("/book?lang=xx", **{"Accept-Language": "fr-BE"})
        self.assertEqual(page.tree.get("lang"), "fr-FR")
        page = self._choose("/book/rep?tz=UTC&lang=fr_FR")
        self.assertEqual(page.tree.get("lang"), "fr-FR")
        page = self._book(page)
        self.assertEqual(page.tree.get("lang"), "fr-FR")
        self.assertEqual(self._find_bookings().partner_id.lang, "fr_FR")

    def test_what_is_not_published(self):
        self.type.booking_mode = "off"
        for url in ("/book", "/book/rep", "/book/nothing", "/book/rep?company=abc"):
            page = self.open(url)
            self.assertEqual(page.status_code, 404, url)
            self.assertIn("There is nothing to book here", page.words)
        self.type.write({"booking_mode": "instant", "active": False})
        self.assertEqual(self.open("/book/rep").status_code, 404)

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Other House"})
        self.env["support.technician"].create(
            {"name": "Third", "company_id": other.id, "resource_calendar_id": False, "tz": "UTC"}
        )
        self.env["support.appointment.type"].create(
            {
                "name": "Other visit", "code": "other", "company_id": other.id,
                "booking_mode": "instant", "booking_verify": "never", "place": "remote",
            }
        )  # fmt: skip
        self.assertNotIn("Other visit", self.open("/book").words)
        page = self.open(f"/book?company={other.id}")
        self.assertIn("Other visit", page.words)
        self.assertIn("Repair at home", page.words)
        self.assertIn("Other House", page.text)
        page = self._choose("/book/other?tz=UTC")
        self._book(page, location="")
        (visit,) = self._find_bookings()
        self.assertEqual(visit.company_id, other)
        self.assertEqual(visit.partner_id.company_id, other)
        self.assertEqual(self.open(f"/book/other?company={self.company.id}").status_code, 404)
        self.assertEqual(self.open("/book?company=999999").status_code, 404)

    def test_a_log_in_changes_nothing(self):
        user = new_test_user(
            self.env, login="support_shopper", groups="base.group_user", email="in@example.org"
        )
        self.authenticate(user.login, user.login)
        page = self.open("/book/rep?tz=UTC")
        self.assertNotIn("in@example.org", page.press("start").text)
        self._book()
        (visit,) = self._find_bookings()
        self.assertEqual(visit.create_uid, self.env.ref("base.user_root"))
        self.assertNotIn(user.partner_id, visit.message_partner_ids)

    def test_junk(self):
        for url in (
            "/book/rep?company=-1", "/book/rep?company=99999999999999999999", "/book/%00",
            "/book/rep%27%3B--", "/book/" + "x" * 300, "/book/rep/done", "/book/rep/details",
            "/book/rep/done?booking=a.b", "/book/rep/done?booking=%C3%A9.%C3%A9", "/book/rep/book",
            "/book/verify/0", "/book/verify/99999999999", "/book/verify/1?access_token=x",
            "/book/verify/1?access_token=%C3%A9", "/book/rep?tz=../../etc/passwd",
            "/book/rep?date=0000-99-99&day=9&from=99999-01-01", "/book/rep?tz=%00",
            "/book/rep?lang=%00&embed=javascript:1", "/book/rep?embed=http://[::1",
            "/book/rep?date=9999-12-31&from=9999-12-31",
            "/book/rep?name=%00%3Cscript%3Ealert(1)%3C/script%3E&email=" + "x" * 3000,
        ):  # fmt: skip
            with self.subTest(url=url[:80]):
                page = self.open(url)
                self.assertIn(page.status_code, (200, 404))
                self.assertNotIn("<script>alert", page.text)
        page = self._choose()
        values = page.get_values()
        for junk in (
            {"token": ""}, {"token": "x.y"}, {"token": values["token"][:-1]}, {"start": "x"},
            {"start": "9999-12-31 00:00:00"}, {"start": "2000-01-01 00:00:00"},
            {"start": "2026-13-01 10:00:00"}, {"name": "\x00"},
        ):  # fmt: skip
            for path in ("details", "book"):
                with self.subTest(path=path, junk=junk):
                    sent = {**values, "choice": "book", **junk}
                    page = self.open(f"/book/rep/{path}", sent)
                    self.assertEqual(page.status_code, 200)
        self.assertFalse(self._find_bookings())
        long = {"name": "n" * 9_000, "location": "<b>x</b>" * 900, "description": "d\x00" * 9_000}
        page = self._book(**long)
        self.assertEqual(page.title, "You are booked", page.words)
        (visit,) = self._find_bookings()
        self.assertEqual(visit.partner_id.name, "n" * len(visit.partner_id.name))
        self.assertLess(len(visit.location), 1_000)
        self.assertNotIn("\x00", visit.description)

    def test_a_time_that_is_not_offered(self):
        page = self.open("/book/rep?tz=UTC")
        start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=2, seconds=7)
        sent = {**page.get_values(), **self.typed, "start": fields.Datetime.to_string(start)}
        page = self.open(page.get_form().action, sent)
        self.assertIn("was just taken", page.words)
        self.assertFalse(self.env["support.slot.hold"].search([]))

    def test_headers(self):
        page = self._choose()
        for response in (page.response, self.url_open("/book"), self.url_open("/book/rep")):
            self.assertEqual({key: response.headers[key] for key in DOORS}, DOORS)
            self.assertIn("frame-ancestors 'self';", response.headers["Content-Security-Policy"])
            self.assertEqual(response.headers["X-Frame-Options"], "SAMEORIGIN")
        self.assertIn("noindex", page.response.headers["X-Robots-Tag"])

    def test_frames_of_other_sites(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(
            "support_center.booking_frame_origins",
            "https://www.example.com/ http://shop.example:8080",
        )
        page = self.open("/book/rep?embed=https://www.example.com")
        self.assertIn(
            "frame-ancestors 'self' https://www.example.com http://shop.example:8080;",
            page.response.headers["Content-Security-Policy"],
        )
        self.assertNotIn("X-Frame-Options", page.response.headers)
        self.assertEqual(page.tree.xpath("//body")[0].get("data-parent"), "https://www.example.com")
        # It goes along from page to page.
        page = page.press("start")
        self.assertEqual(page.tree.xpath("//body")[0].get("data-parent"), "https://www.example.com")
        page = self.open("/book/rep?embed=https://evil.example")
        self.assertFalse(page.tree.xpath("//body")[0].get("data-parent"))

    def test_the_script_of_other_sites_is_small(self):
        response = self.url_open("/book/embed.js")
        self.assertEqual(response.status_code, 200)
        self.assertIn("javascript", response.headers["Content-Type"])
        self.assertLessEqual(len(response.content), 5 * 1024)

    def test_pages_are_light(self):
        for url in ("/book", "/book/rep?tz=UTC"):
            page = self.open(url)
            files = [
                self.url_open(each.get("href") or each.get("src")).content
                for each in page.tree.xpath("//link[@rel='stylesheet'] | //script")
            ]
            self.assertEqual(len(files), 2)
            size = len(page.text.encode()) + sum(map(len, files))
            self.assertLess(size, 60 * 1024)

    def test_queries_do_not_grow_with_the_technicians(self):
        def count():
            self.open("/book/rep?tz=UTC")
            before = self.env.cr.sql_log_count
            self.open("/book/rep?tz=UTC")
            return self.env.cr.sql_log_count - before

        few = count()
        self.env["support.technician"].create(
            [
                {"name": f"Number {number}", "resource_calendar_id": False, "tz": "UTC"}
                for number in range(27)
            ]
        )
        many = count()
        self.assertLessEqual(many, few, (few, many))
