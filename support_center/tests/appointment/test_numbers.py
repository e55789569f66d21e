import psycopg2

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import Connection, connect
from ..common import SupportMailCase


@tagged("post_install", "-at_install")
class TestNumbers(SupportMailCase):
    """Numbers that exist already are skipped, whatever has run ahead of the sequence."""

    def setUp(self):
        super().setUp()
        # For each test anew, since what PostgreSQL has counted is not rolled back.
        self.sequence = self.env.ref("support_center.sequence_support_appointment")
        self.sequence.write({"prefix": "N%(year)s/", "number_next": 11})
        self.tickets = self.env.ref("support_center.sequence_support_ticket")
        self.tickets.write({"prefix": "K%(year)s/", "number_next": 11})

    def _import(self, *numbers, **values):
        """Appointments with numbers of their own, as an import brings them."""
        return self.env["support.appointment"].create(
            [{"name": f"N2026/{number:05}", **values} for number in numbers]
        )

    def _create(self, count=1, **values):
        return self.env["support.appointment"].create([dict(values) for _each in range(count)])

    def test_numbers_of_an_import_are_skipped(self):
        self._import(11, 12, 14)
        self.assertEqual(
            self._create(3).mapped("name"), ["N2026/00013", "N2026/00015", "N2026/00016"]
        )

    def test_what_is_refused_uses_no_number_up(self):
        for values in ({"duration": 0}, {"state": "done"}):
            with self.assertRaises(UserError):
                self._create(**values)
        self.assertEqual(self._create().name, "N2026/00011")

    def test_numbers_of_the_same_batch_are_skipped(self):
        made = self.env["support.appointment"].create([{}, {"name": "N2026/00011"}, {}])
        self.assertEqual(made.mapped("name"), ["N2026/00012", "N2026/00011", "N2026/00013"])

    def test_numbers_of_archived_records_are_skipped(self):
        self._import(11).active = False
        self.assertEqual(self._create().name, "N2026/00012")

    def test_numbers_that_are_written_are_skipped(self):
        self._create().name = "N2026/00012"
        self.assertEqual(self._create().name, "N2026/00013")

    def test_numbers_of_records_that_the_user_cannot_read_are_skipped(self):
        """A technician sees their own visits only; the number of another one is taken all the
        same."""
        self._import(11)
        group = self.env.ref("support_center.group_support_integration")
        self.user_integration.groups_id |= group
        data = {"customer_email": "someone@example.com"}
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        self.assertEqual(
            appointments.with_context(external_data=data).create({}).name, "N2026/00012"
        )

    def test_numbers_of_another_company_are_not_in_the_way(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self._import(11, company_id=company.id)
        self.assertEqual(self._create().name, "N2026/00011")
        self._import(13, company_id=company.id)
        self.assertEqual(
            self._create(2, company_id=company.id).mapped("name"), ["N2026/00012", "N2026/00014"]
        )

    def test_the_company_of_the_context_decides(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self._import(11, company_id=company.id)
        appointments = self.env["support.appointment"].with_context(default_company_id=company.id)
        self.assertEqual(appointments.create({}).name, "N2026/00012")

    def test_a_number_set_back_is_caught_up(self):
        self._create(30)
        self.sequence.number_next = 12
        self.assertEqual(self._create().name, "N2026/00041")

    def test_an_edited_prefix_and_padding(self):
        self.sequence.write({"prefix": "N2026/", "suffix": "-x", "padding": 2})
        self.env["support.appointment"].create({"name": "N2026/11-x"})
        self.sequence.number_next = 99
        self.env["support.appointment"].create({"name": "N2026/100-x"})
        self.assertEqual(self._create(2).mapped("name"), ["N2026/99-x", "N2026/101-x"])
        self.sequence.write({"padding": 0, "suffix": False, "number_next": 7})
        self.env["support.appointment"].create({"name": "N2026/7"})
        self.assertEqual(self._create().name, "N2026/8")

    def test_a_number_of_another_year_is_not_in_the_way(self):
        self.env["support.appointment"].create({"name": "N2025/00011"})
        self.assertEqual(self._create().name, "N2026/00011")

    def test_steps_downwards(self):
        self.sequence.write({"number_increment": -1})
        self._import(10, 9)
        self.sequence.number_next = 10
        self.assertEqual(self._create(2).mapped("name"), ["N2026/00008", "N2026/00007"])

    def test_a_range_of_dates(self):
        self.sequence.write({"use_date_range": True, "prefix": "N%(range_year)s/"})
        self._import(2)
        self.assertEqual(self._create(2).mapped("name"), ["N2026/00001", "N2026/00003"])
        self.assertEqual(self._create().name, "N2026/00004")
        self.assertEqual(len(self.sequence.date_range_ids), 1)

    def test_without_gaps(self):
        self.sequence.write({"implementation": "no_gap", "number_next": 11})
        self._import(12, 13)
        self.assertEqual(self._create(2).mapped("name"), ["N2026/00011", "N2026/00014"])
        self.assertEqual(self.sequence.number_next, 15)
        self.sequence.number_next = 11
        self.assertEqual(self._create().name, "N2026/00015")

    def test_without_gaps_in_a_range_of_dates(self):
        self.sequence.write(
            {"implementation": "no_gap", "use_date_range": True, "prefix": "N%(range_year)s/"}
        )
        self._import(1, 2)
        self.assertEqual(self._create(2).mapped("name"), ["N2026/00003", "N2026/00004"])
        self.assertEqual(self.sequence.date_range_ids.number_next, 5)

    def test_tickets_likewise(self):
        tickets = self.env["support.ticket"]
        tickets.create([{"name": "Old", "number": f"K2026/{number:05}"} for number in (11, 13)])
        made = tickets.create([{"name": "New"}, {"name": "New"}])
        self.assertEqual(made.mapped("number"), ["K2026/00012", "K2026/00014"])

    def test_without_a_sequence_nothing_is_refused(self):
        self.sequence.unlink()
        self.assertEqual(self._create(2).mapped("name"), [False, False])

    def test_one_query_however_many_are_skipped(self):
        def count(numbers, is_imported):
            if is_imported:
                self._import(*range(self.sequence.number_next_actual, 300))
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env["ir.sequence"]._fill_references(
                [{} for _each in range(numbers)], "name", "support.appointment"
            )
            return self.cr.sql_log_count - before

        count(1, is_imported=False)
        # The sequence, and the numbers.
        self.assertEqual(count(1, is_imported=False), 2)
        self.assertEqual(count(20, is_imported=True), 2)

    def test_a_mail_is_not_refused_for_a_number(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        self._import(*range(11, 51))
        made = self._send_mail()
        self.assertEqual(made.name, "N2026/00051")
        self.assertEqual(alias.alias_status, "valid")


@tagged("post_install", "-at_install")
class TestNumbersAtOnce(BaseCase):
    """Somebody imports numbers while a mail comes in, on two connections."""

    PREFIX = "RACE/"

    def setUp(self):
        super().setUp()
        with Connection(connect()) as env:
            company = env["res.company"].create({"name": "Numbers at Once"})
            self.company_id = company.id
            team = env["support.team"].create(
                {"name": "Race", "company_id": company.id, "alias_name": "race-numbers"}
            )
            # Known without a domain, so that none has to be made.
            team.alias_id.alias_incoming_local = True
            self.team_id, self.address = team.id, "race-numbers@example.com"
            self.sequence_id = (
                env["ir.sequence"]
                .create(
                    {
                        "name": "Race",
                        "code": "support.ticket",
                        "prefix": self.PREFIX,
                        "company_id": company.id,
                    }
                )
                .id
            )
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            tickets = env["support.ticket"].search([("company_id", "=", self.company_id)])
            env.cr.execute(
                "DELETE FROM support_automation_log WHERE res_model = 'support.ticket' "
                "AND res_id = ANY(%s)",
                [tickets.ids],
            )
            tickets.unlink()
            env["support.team"].browse(self.team_id).unlink()
            env["ir.sequence"].browse(self.sequence_id).unlink()
            env["res.company"].browse(self.company_id).unlink()

    def _import(self, env, *numbers):
        env["support.ticket"].create(
            [
                {"name": "Old", "number": f"{self.PREFIX}{number}", "team_id": self.team_id}
                for number in numbers
            ]
        )
        env.flush_all()

    def _receive(self, env, message_id):
        raw = (
            f"From: racer@example.com\nTo: {self.address}\nSubject: Help\n"
            f"Message-Id: <{message_id}@example.com>\nContent-Type: text/plain\n\nHelp\n"
        )
        made = env["mail.thread"].message_process(False, raw)
        env.flush_all()
        return env["support.ticket"].browse(made)

    def test_numbers_that_were_imported_since_the_mail_s_transaction_began(self):
        first, second = Connection(connect()), Connection(connect())
        # The second one has begun: it will not see what the first one commits.
        second.env["res.partner"].search_count([])
        self._import(first.env, 1, 2, 3)
        first.finish()
        ticket = self._receive(second.env, "numbers-1")
        self.assertEqual(ticket.number, f"{self.PREFIX}4")
        second.finish()

    def test_a_mail_does_not_wait_for_a_number_without_gaps(self):
        with Connection(connect()) as env:
            env["ir.sequence"].browse(self.sequence_id).implementation = "no_gap"
        first, second = Connection(connect()), Connection(connect())
        second.env["res.partner"].search_count([])
        first.env["support.ticket"].create({"name": "Other", "team_id": self.team_id})
        first.finish()
        with mute_logger("odoo.sql_db"):
            # What was changed since the transaction began cannot be changed by it.
            ticket = self._receive(second.env, "numbers-2")
        self.assertEqual(ticket.number, f"{self.PREFIX}2")
        second.finish()

    def test_a_person_is_told_to_try_again(self):
        with Connection(connect()) as env:
            env["ir.sequence"].browse(self.sequence_id).implementation = "no_gap"
        first, second = Connection(connect()), Connection(connect())
        first.env["support.ticket"].create({"name": "Other", "team_id": self.team_id})
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.LockNotAvailable):
            second.env["support.ticket"].create({"name": "Mine", "team_id": self.team_id})
        second.drop()
        first.finish()
