import base64
import io
import struct
import zlib

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SupportMailCase, at

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


@tagged("post_install", "-at_install")
class TestMyDay(SupportMailCase):
    """The technician's own day; it is Monday, 8 o'clock UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As the two series do not have it alike.
        cls.env["res.lang"]._lang_get("en_US").time_format = "%H:%M:%S"
        cls.visit = cls._plan("2026-03-02 10:00", location="Main Street 1")
        cls.day = cls.env["support.my.day"].with_user(cls.user_technician)

    @classmethod
    def _plan(cls, start, **values):
        values.setdefault("technician_id", cls.technician.id)
        return cls._create_appointment(start=at(start), state="confirmed", **values)

    def _get_names(self, day=False):
        return [visit["name"] for visit in self.day.load(day)["visits"]]

    def test_today_in_order_with_the_next_one_marked(self):
        later = self._plan("2026-03-02 14:00")
        first = self._plan("2026-03-02 09:00")
        self._plan("2026-03-03 09:00")
        self._plan("2026-03-02 09:00", technician_id=self.technician_2.id)
        self._create_appointment(start=at("2026-03-02 16:00"), technician_id=self.technician.id)
        data = self.day.load()
        self.assertTrue(data["is_today"] and data["is_technician"])
        self.assertEqual(data["day"], "2026-03-02")
        self.assertEqual(self._get_names(), [first.name, self.visit.name, later.name])
        self.assertEqual([v["is_next"] for v in data["visits"]], [True, False, False])
        first.with_user(self.user_technician).action_start()
        first.with_user(self.user_technician).action_done()
        data = self.day.load()
        self.assertEqual([v["is_next"] for v in data["visits"]], [False, True, False])
        self.assertEqual(data["done_count"], 1)

    def test_another_day(self):
        tomorrow = self._plan("2026-03-03 09:00")
        self.assertEqual(self._get_names(self.day.load()["next_day"]), [tomorrow.name])
        self.assertFalse(any(v["is_next"] for v in self.day.load("2026-03-03")["visits"]))
        with self.assertRaisesRegex(UserError, "“soon”: a day like 2030-01-15 is expected"):
            self.day.load("soon")

    def test_a_day_without_days_beside_it_is_refused_in_words(self):
        for day in ("9999-12-31", "0001-01-01", "tomorrow", 3):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "a day like"):
                self.env["support.my.day"].load(day)

    def test_days_are_those_of_the_technician_s_zone(self):
        self.technician.tz = "Asia/Tokyo"
        early = self._plan("2026-03-02 22:00", ignore_working_hours=True)  # Tuesday in Tokyo
        self.assertEqual(self._get_names("2026-03-03"), [early.name])
        (visit,) = self.day.load("2026-03-03")["visits"]
        self.assertIn("7:00", visit["start"])

    def test_what_began_yesterday_and_goes_on(self):
        self.visit.with_user(self.user_technician).action_start()
        self.visit.write({"start": at("2026-03-01 22:00"), "duration": 4.0})
        self.assertEqual(self._get_names(), [self.visit.name])
        self.assertTrue(self.day.load()["visits"][0]["is_next"])

    def test_a_visit_over_midnight_is_on_both_days(self):
        """A technician who comes after midnight can start it, and sees that it is not tonight's."""
        night = self._plan("2026-03-02 22:00", duration=11.0, ignore_working_hours=True)
        self.assertEqual(self._get_names(), [self.visit.name, night.name])
        visit = self.day.load()["visits"][1]
        self.assertRegex(visit["start"], "^22:00")
        self.assertRegex(visit["stop"], "^Tue 09:00")
        (visit,) = self.day.load("2026-03-03")["visits"]
        self.assertRegex(visit["start"], "^Mon 22:00")
        self.assertRegex(visit["stop"], "^09:00")
        until_midnight = self._plan("2026-03-04 20:00", duration=4.0, ignore_working_hours=True)
        self.assertEqual(self._get_names("2026-03-04"), [until_midnight.name])
        self.assertFalse(self._get_names("2026-03-05"))

    def test_called_off_meanwhile_is_said(self):
        self.visit._cancel("The customer is ill", tell=False)
        (visit,) = self.day.load()["visits"]
        self.assertEqual(
            (visit["state"], visit["cancel_reason"]), ("cancelled", "The customer is ill")
        )

    def test_how_to_get_there(self):
        (visit,) = self.day.load()["visits"]
        self.assertEqual(visit["phone"], self.customer.phone)
        self.assertEqual(visit["place"], "Main Street 1")
        self.assertIn("query=Main%20Street%201", visit["map_url"])
        self.visit.location = False
        self.customer.write(
            {"street": "Side 2", "city": "Town", "partner_latitude": 50.5, "partner_longitude": 4.5}
        )
        (visit,) = self.day.load()["visits"]
        self.assertIn("Side 2", visit["place"])
        self.assertIn("mlat=50.5", visit["map_url"])
        self.visit.type_id = self.env["support.appointment.type"].create(
            {"name": "By phone", "place": "remote"}
        )
        (visit,) = self.day.load()["visits"]
        self.assertFalse(visit["place"] or visit["map_url"])

    def test_a_note_for_colleagues_only(self):
        self.visit.message_subscribe(partner_ids=self.customer.ids)
        with self.mock_mail_gateway():
            message_id = self.day.add_note(self.visit.id, " Needs <b>a part</b>\nsoon ")
        message = self.env["mail.message"].browse(message_id)
        self.assertEqual(message.author_id, self.user_technician.partner_id)
        self.assertTrue(message.subtype_id.internal)
        self.assertIn("&lt;b&gt;a part", message.body)
        self.assertNotIn(self.customer, message.notified_partner_ids)
        with self.assertRaisesRegex(UserError, "Write something first"):
            self.day.add_note(self.visit.id, "  ")

    def test_a_photo_becomes_an_attachment(self):
        self.day.add_photo(self.visit.id, "broken.png", PIXEL)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", self.visit._name), ("res_id", "=", self.visit.id)]
        )
        self.assertEqual((attachment.name, attachment.mimetype), ("broken.png", "image/png"))
        self.assertEqual(self.day.load()["visits"][0]["photo_count"], 1)

    def test_what_is_no_photo(self):
        text = base64.b64encode(b"#!/bin/sh").decode()
        for content, words in (
            ("", "picture of up to 20 MB"),
            ("no base64!", "did not arrive as a whole"),
            (text, "“a.sh” is no picture"),
        ):
            with self.subTest(content), self.assertRaisesRegex(UserError, words):
                self.day.add_photo(self.visit.id, "a.sh", content)

    def test_a_drawing_with_a_script_is_no_photo(self):
        # Of other users Odoo stores it as plain text.
        admin = new_test_user(
            self.env,
            login="support_administrator",
            groups="base.group_system,support_center.group_support_dispatcher",
        )
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        content = base64.b64encode(drawing).decode()
        with self.assertRaisesRegex(UserError, "“plan.svg” is no picture"):
            self.day.with_user(admin).add_photo(self.visit.id, "plan.svg", content)

    def _draw(self, kind):
        """A picture so large that Odoo makes it smaller."""
        drawn = io.BytesIO()
        # Noise, which no compression makes small: there is something to cut off.
        Image.effect_noise((2400, 1300), 100).save(drawn, kind)
        return drawn.getvalue()

    def test_a_broken_photo_is_refused_in_words(self):
        png, jpeg = self._draw("PNG"), self._draw("JPEG")
        size = b"IHDR" + struct.pack(">II", 60000, 60000) + png[24:29]
        broken = {
            "cut.png": png[: len(png) // 2],
            "cut.jpg": jpeg[: len(jpeg) // 2],
            "chunk.png": png[:50] + b"\0" * 200 + png[250:],
            "huge.png": png[:12] + size + struct.pack(">I", zlib.crc32(size)) + png[33:],
        }
        kept = 0
        for name, data in broken.items():
            # Of one that breaks off, the decoder may show what there is.
            try:
                self.day.add_photo(self.visit.id, name, base64.b64encode(data).decode())
                kept += 1
            except UserError as error:
                self.assertIn(f"“{name}” is broken, or too large", str(error))
        self.assertLess(kept, len(broken))
        with self.assertRaisesRegex(UserError, "“huge.png” is broken, or too large"):
            huge = base64.b64encode(broken["huge.png"]).decode()
            self.day.add_photo(self.visit.id, "huge.png", huge)
        self.assertEqual(self.day.load()["visits"][0]["photo_count"], kept)
        self.day.add_photo(self.visit.id, "whole.jpg", base64.b64encode(jpeg).decode())
        self.env.invalidate_all()
        self.assertEqual(self.day.load()["visits"][0]["photo_count"], kept + 1)

    def test_nobody_works_on_others_visits(self):
        other = self._plan("2026-03-02 09:00", technician_id=self.technician_2.id)
        with self.assertRaises(AccessError):
            self.day.add_note(other.id, "Mine")
        with self.assertRaises(AccessError):
            self.day.add_photo(other.id, "a.png", PIXEL)
        with self.assertRaises(AccessError):
            self.env["support.my.day"].with_user(self.user_employee).load()
        self.assertFalse(
            self.env["support.my.day"].with_user(self.user_dispatcher).load()["visits"]
        )

    def test_the_queries_do_not_grow_with_the_visits(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.day.load()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for hour in ("11:00", "13:00", "14:00", "15:00"):
            partner = self.env["res.partner"].create({"name": hour, "street": hour})
            self._plan(f"2026-03-02 {hour}", partner_id=partner.id)
        count()
        self.assertEqual(count(), few)
