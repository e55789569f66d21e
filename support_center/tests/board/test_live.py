import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.support_center.models.board.ir_websocket import BOARD_CHANNEL, PLANNERS_CHANNEL
from odoo.addons.support_center.models.board.support_appointment import CHANGED
from odoo.addons.support_center.models.board.support_board import PRESENCE

from ..common import SupportCase, SupportHttpCase, at


@tagged("post_install", "-at_install")
class TestLive(SupportCase):
    """Who hears of changes, and what."""

    def setUp(self):
        super().setUp()
        self._flush()
        self.last = self._get_last()

    def _flush(self):
        """What a commit does before it commits."""
        self.env.cr.flush()

    def _get_last(self):
        return self.env["bus.bus"].sudo().search([], order="id desc", limit=1).id or 0

    def _get_messages(self, kind=CHANGED):
        """What was put on the bus since: list of the company's id and the payload."""
        self._flush()
        rows = self.env["bus.bus"].sudo().search([("id", ">", self.last)], order="id")
        self.last = self._get_last()
        found = []
        for row in rows:
            message = json.loads(row.message)
            if message["type"] == kind:
                _dbname, model, company_id, word = json.loads(row.channel)
                channel = PLANNERS_CHANNEL if kind == PRESENCE else BOARD_CHANNEL
                self.assertEqual((model, word), ("res.company", channel))
                found.append((company_id, message["payload"]))
        return found

    def test_one_message_for_many(self):
        company = self.env.company.id
        visits = self.env["support.appointment"]
        for _number in range(5):
            visits += self._create_appointment(start=False)
        self.assertEqual(
            self._get_messages(), [(company, {"ids": visits.ids, "uid": self.env.uid})]
        )
        visits.write({"priority": "3"})
        visits[0].write({"location": "Elsewhere"})
        self.assertEqual(
            self._get_messages(), [(company, {"ids": visits.ids, "uid": self.env.uid})]
        )
        ids = visits.ids
        visits.unlink()
        ((_company, payload),) = self._get_messages()
        self.assertEqual(payload["ids"], ids)

    def test_nothing_but_ids(self):
        self._create_appointment(location="Secret Street", description="Secret words")
        ((_company, payload),) = self._get_messages()
        self.assertEqual(set(payload), {"ids", "uid"})

    def test_what_nobody_sees_is_no_news(self):
        visit = self._create_appointment()
        self._get_messages()
        visit.write({"description": "Bring a ladder", "send_reminder_email": False})
        self.assertEqual(self._get_messages(), [])

    def test_what_was_undone_is_no_news(self):
        visit = self._create_appointment()
        self._get_messages()
        try:
            with self.env.cr.savepoint():
                visit.priority = "3"
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        self.assertEqual(self._get_messages(), [])

    def test_both_companies_hear_of_a_visit_that_leaves_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        visit = self._create_appointment(partner_id=False, start=False)
        self._get_messages()
        visit.company_id = other
        told = {company for company, _payload in self._get_messages()}
        self.assertEqual(told, {self.env.company.id, other.id})

    def test_confirming_tells_the_board(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        self._get_messages()
        visit.action_confirm()
        messages = self._get_messages()
        self.assertEqual(len(messages), 1)
        self.assertEqual(messages[0][1]["ids"], visit.ids)

    def test_the_message_costs_the_same_for_many(self):
        visits = self.env["support.appointment"]
        for number in range(20):
            visits += self._create_appointment(start=at(f"2026-03-{10 + number % 10} 10:00"))
        self._get_messages()
        counts = []
        for those in (visits[:2], visits):
            companies = those.company_id
            before = self.env.cr.sql_log_count
            those._notify_boards(companies)
            self._flush()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 1)

    def test_who_listens(self):
        other = self.env["res.company"].create({"name": "Other"})
        own = (self.env.company, BOARD_CHANNEL)
        for user, channels in (
            (self.user_technician, [own]),
            (self.user_dispatcher, [own]),
            (self.user_manager, [own]),
            (self.user_integration, []),
            (self.user_employee, []),
            (self.env.ref("base.public_user"), []),
        ):
            found = self.env["ir.websocket"].with_user(user)._get_board_channels()
            self.assertEqual(found, channels, user.login)
        self.user_dispatcher.company_ids |= other
        found = self.env["ir.websocket"].with_user(self.user_dispatcher)._get_board_channels()
        self.assertEqual({company for company, _word in found}, set(self.env.company | other))

    # Who else is at the board

    def test_only_who_may_open_the_board_hears_who_is_there(self):
        for user, is_planner in (
            (self.user_technician, False),
            (self.user_dispatcher, True),
            (self.user_manager, True),
            (self.user_integration, False),
            (self.user_employee, False),
            (self.env.ref("base.public_user"), False),
        ):
            heard = self.env["ir.websocket"].with_user(user)._get_planners_channels()
            expected = [(self.env.company, PLANNERS_CHANNEL)] if is_planner else []
            self.assertEqual(heard, expected, user.login)

    def test_a_page_s_token_is_short(self):
        self._get_messages()
        self._announce(token="x" * 10000)
        ((_company_id, payload),) = self._get_messages(PRESENCE)
        self.assertEqual(payload["token"], "x" * 64)

    def _announce(self, user=None, **values):
        sign = {
            "token": "one page",
            "start": "2026-03-05 00:00:00",
            "stop": "2026-03-06 00:00:00",
            "dragging_id": False,
            "is_here": True,
            "asks": False,
            **values,
        }
        board = self.env["support.board"].with_user(user or self.user_dispatcher)
        return board.announce(sign)

    def test_of_who_plans_nothing_but_name_days_and_the_id_in_hand(self):
        visit = self._create_appointment(location="Secret Street", description="Secret words")
        self._get_messages()
        self._announce(dragging_id=visit.id, customer="Secret", name="Somebody Else")
        ((company_id, payload),) = self._get_messages(PRESENCE)
        self.assertEqual(company_id, self.env.company.id)
        self.assertEqual(
            payload,
            {
                "token": "one page",
                "uid": self.user_dispatcher.id,
                "name": self.user_dispatcher.name,
                "start": "2026-03-05 00:00:00",
                "stop": "2026-03-06 00:00:00",
                "dragging_id": visit.id,
                "is_here": True,
                "asks": False,
            },
        )

    def test_only_the_companies_that_are_planned_hear_of_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._announce()
        self.user_dispatcher.company_ids |= other
        heard = [each for each, _payload in self._get_messages(PRESENCE)]
        self.assertEqual(heard, self.env.company.ids)
        board = self.env["support.board"].with_user(self.user_dispatcher)
        days = {"token": "t", "start": "2026-03-05 00:00:00", "stop": "2026-03-06 00:00:00"}
        board.with_context(allowed_company_ids=other.ids).announce(days)
        self.assertEqual([each for each, _payload in self._get_messages(PRESENCE)], other.ids)
        for user in (self.user_technician, self.user_integration, self.user_employee):
            with self.assertRaisesRegex(AccessError, "Only a dispatcher"):
                self._announce(user)
        self.assertEqual(self._get_messages(PRESENCE), [])


@tagged("post_install", "-at_install")
class TestLiveHttp(SupportHttpCase):
    """The same through the server's own door."""

    def _peek(self, user, kind=CHANGED):
        self.authenticate(user.login, user.login)
        answer = self.url_open(
            "/websocket/peek_notifications",
            data=json.dumps(
                {
                    "params": {
                        # What is asked for by name is not given.
                        "channels": [
                            BOARD_CHANNEL,
                            PLANNERS_CHANNEL,
                            f"res.company,{self.env.company.id}",
                        ],
                        "last": 0,
                        "is_first_poll": True,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        notifications = answer["result"]["notifications"]
        return [n["message"]["payload"] for n in notifications if n["message"]["type"] == kind]

    def test_a_browser_hears_what_it_may(self):
        visit = self.env["support.appointment"].create({"partner_id": self.customer.id})
        self.env["support.board"].with_user(self.user_dispatcher).announce(
            {"token": "t", "start": "2026-03-05 00:00:00", "stop": "2026-03-06 00:00:00"}
        )
        self.env.cr.flush()
        for user, hears, hears_who in (
            (self.user_dispatcher, True, True),
            (self.user_technician, True, False),
            (self.user_employee, False, False),
        ):
            ids = [each for payload in self._peek(user) for each in payload["ids"]]
            self.assertEqual(visit.id in ids, hears, user.login)
            self.assertEqual(bool(self._peek(user, PRESENCE)), hears_who, user.login)
