from odoo.tests import tagged

from ..common import SupportCase, at
from ..common_plans import explain

# What refers to something that is deleted in the day's work, without an index. Each deletion reads
# such a table whole, which is nothing where it is short.
SHORT_TABLES = {
    ("support_technician", "time_off_conflict_activity_id"),
}
# Deleted in the day's work by people, rules and jobs; all else goes once in a while.
DELETED_DAILY = (
    "mail_activity", "mail_message", "mail_mail", "calendar_event", "calendar_attendee",
    "ir_attachment", "support_automation_log", "support_webhook_delivery",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestIndexes(SupportCase):
    """What is asked all day does not read all there has ever been.

    The plans are those of PostgreSQL when it may not read a whole table, since of the few rows of
    a test it would read all: an index that it names then fits the question as it is asked.
    """

    def _select(self, query, *params):
        self.env.cr.execute(query, params or None)
        return self.env.cr.fetchall()

    # ------------------------------------------------------------------
    # All of them
    # ------------------------------------------------------------------

    def test_nothing_that_is_deleted_all_day_is_looked_for_in_long_tables(self):
        rows = self._select(
            """
            SELECT child.relname, key.attname
              FROM pg_constraint AS link
              JOIN pg_class AS child ON child.oid = link.conrelid
              JOIN pg_class AS target ON target.oid = link.confrelid
              JOIN pg_attribute AS key
                ON key.attrelid = link.conrelid AND key.attnum = link.conkey[1]
             WHERE link.contype = 'f' AND target.relname IN %s
               AND (child.relname LIKE 'support\\_%%' OR key.attname LIKE 'support\\_%%')
               AND NOT EXISTS (
                   SELECT FROM pg_index AS index
                    WHERE index.indrelid = link.conrelid AND index.indkey[0] = key.attnum
                      AND (index.indpred IS NULL
                           OR pg_get_expr(index.indpred, index.indrelid)
                              = '(' || key.attname || ' IS NOT NULL)'))
            """,
            DELETED_DAILY,
        )
        transient = {model._table for model in self.env.values() if model.is_transient()}
        found = {(table, column) for table, column in rows if table not in transient}
        self.assertEqual(found, SHORT_TABLES)

    def test_no_index_is_the_beginning_of_another_one(self):
        """Which would do its work as well; each costs time with every row that is written."""
        rows = self._select(
            r"""
            SELECT less.indexrelid::regclass::text, more.indexrelid::regclass::text
              FROM pg_index AS less
              JOIN pg_index AS more
                ON more.indrelid = less.indrelid AND more.indexrelid <> less.indexrelid
              JOIN pg_class AS one ON one.oid = less.indexrelid
              JOIN pg_class AS other ON other.oid = more.indexrelid AND other.relam = one.relam
             WHERE less.indrelid::regclass::text LIKE 'support\_%'
               AND NOT less.indisunique
               AND starts_with(more.indkey::text || ' ', less.indkey::text || ' ')
               AND 0 <> ALL (less.indkey::int2[])
               AND (pg_get_expr(more.indpred, more.indrelid)
                    = pg_get_expr(less.indpred, less.indrelid)
                    OR more.indpred IS NULL
                    -- One of a part of the rows is shorter, unless it is of all that have a value.
                    AND COALESCE(pg_get_expr(less.indpred, less.indrelid), '')
                        ~ '^(\(\w+ IS NOT NULL\))?$')
            """
        )
        self.assertEqual(rows, [])

    # ------------------------------------------------------------------
    # The calendar
    # ------------------------------------------------------------------

    def test_who_attends_an_event_and_what_is_to_be_done_about_it(self):
        for model, field in (("attendee", "event_id"), ("activity", "calendar_event_id")):
            name = "calendar.attendee" if model == "attendee" else "mail.activity"
            query = self.env[name].sudo()._search([(field, "in", [1, 2, 3])])
            index = f"{self.env[name]._table}__{field}_index"
            self.assertIn(index, explain(self.env, query, only=[index]))

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def test_the_contact_of_an_address(self):
        partners = self.env["res.partner"]
        for domain in (
            [("email_normalized", "in", ["a@example.com", "b@example.com"])],
            [("email_normalized", "=", "a@example.com")],
        ):
            index = "res_partner__email_normalized_index"
            self.assertIn(index, explain(self.env, partners._search(domain), only=[index]))

    def test_the_contact_of_a_part_of_a_number(self):
        partner = self.env["res.partner"].create({"name": "Zoe", "phone": "+49 (0)171/23-456 78"})
        partners = self.env["res.partner"]
        self.assertEqual(partners._search_phone_digits("7123456", 10), partner.ids)
        query = partners._get_phone_digits_query("7123456", 10)
        index = "res_partner_support_phone_idx"
        plan = explain(self.env, query, "indexscan", "sort", only=[index])
        check = self.assertIn if self.env.registry.has_trigram else self.assertNotIn
        check(index, plan)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def test_parts_of_words_where_postgresql_can_look_for_them(self):
        appointments, tickets = self.env["support.appointment"], self.env["support.ticket"]
        visit = self._create_appointment(
            name="APT-WORDS", description="A fuse box", location="Long Lane", partner_id=False,
            customer_name="Zoe Quill", customer_email="zoe@example.com",
            customer_phone="+49 171/234 56 78",
        )  # fmt: skip
        ticket = tickets.create({"name": "Broken kettle", "number": "T-900"})
        self.assertIn(visit.id, [each[0] for each in appointments.name_search("wORD")])
        cases = [
            (visit, [("name", "ilike", "wORD")], ["name"]),
            (
                visit,
                ["|", ("name", "ilike", "use box"), ("description", "ilike", "use box")],
                ["name", "description"],
            ),
            (visit, [("location", "ilike", "ng lan")], ["location"]),
            (
                visit,
                [("customer_search", "ilike", "oe qui")],
                ["customer_name", "customer_email"],
            ),
            (
                visit,
                [("anything", "ilike", "oe quill")],
                ["name", "customer_name", "customer_email", "location", "description"],
            ),
            (
                visit,
                [("anything", "ilike", "0171 23456")],
                [
                    "name",
                    "customer_name",
                    "customer_email",
                    "location",
                    "description",
                    "customer_phone_digits",
                ],
            ),
            (ticket, [("number", "ilike", "-900")], ["number"]),
            (ticket, [("name", "ilike", "kett")], ["name"]),
        ]
        for record, domain, columns in cases:
            with self.subTest(domain=domain):
                model = self.env[record._name]
                self.assertEqual(model.search(domain), record)
                indexes = [f"{model._table}__{column}_index" for column in columns]
                query = model._search(domain)
                plan = explain(self.env, query, "indexscan", "indexonlyscan", only=indexes)
                for index in indexes:
                    # Where the extension is missing, all are read as before.
                    check = self.assertIn if self.env.registry.has_trigram else self.assertNotIn
                    check(index, plan)

    def test_a_whole_reference(self):
        for model, name in (("support.appointment", "name"), ("support.ticket", "number")):
            query = self.env[model]._search([(name, "=", "X-1")])
            index = f"{self.env[model]._table}_{name}_unique"
            self.assertIn(index, explain(self.env, query, "bitmapscan", only=[index]))

    # ------------------------------------------------------------------
    # What waits, and what has failed
    # ------------------------------------------------------------------

    def test_what_is_to_be_archived(self):
        appointments = self.env["support.appointment"]
        domain = appointments._get_cleanup_domain(at("2025-09-01 00:00"))
        index = "support_appointment_closed_idx"
        plan = explain(self.env, appointments._search(domain, limit=500), only=[index])
        self.assertIn(index, plan)

    def test_whose_cancellation_was_not_told(self):
        appointments = self.env["support.appointment"]
        query = appointments._search(appointments._get_backlog_cancelled_domain())
        index = "support_appointment_expected_cancelled_idx"
        self.assertIn(index, explain(self.env, query, "indexscan", only=[index]))

    def test_whose_ticket_is_not_in_step(self):
        appointments = self.env["support.appointment"]
        asked = []
        execute = type(self.env.cr).execute

        def listen(cr, query, params=None, log_exceptions=True):
            asked.append((query, params))
            return execute(cr, query, params, log_exceptions)

        self.env.flush_all()
        self.patch(type(self.env.cr), "execute", listen)
        appointments._get_backlog_ticket_domain()
        query, params = asked[-1]
        index = "support_appointment_ticket_behind_idx"
        plan = explain(self.env, query, "bitmapscan", "sort", params=params, only=[index])
        self.assertIn(index, plan)

    def test_messages_that_were_given_up(self):
        query = self.env["support.webhook.delivery"]._search([("state", "=", "dead")])
        index = "support_webhook_delivery_over_idx"
        self.assertIn(index, explain(self.env, query, "indexscan", only=[index]))

    def test_mails_that_wait_or_have_failed(self):
        mails = self.env["mail.mail"].sudo()
        index = "mail_mail_support_unsent_idx"
        for state in ("outgoing", "exception"):
            query = mails._search([("state", "=", state)])
            self.assertIn(index, explain(self.env, query, "sort", only=[index]))

    def test_what_did_not_go_well(self):
        log = self.env["support.automation.log"]
        for outcome in ("failed", "skipped"):
            query = log._search([("outcome", "=", outcome)], order="id desc", limit=80)
            index = "support_automation_log_outcome_idx"
            self.assertIn(index, explain(self.env, query, "sort", "bitmapscan", only=[index]))

    # ------------------------------------------------------------------
    # What is old
    # ------------------------------------------------------------------

    def test_what_is_pruned(self):
        old = at("2025-01-01 00:00")
        mails = [("support_notice", "!=", False), ("state", "in", ["sent", "cancel"])]
        cases = [
            ("support.webhook.delivery", [("state", "=", "dead"), ("write_date", "<", old)],
             "write_date, id", "support_webhook_delivery_over_idx"),
            ("support.webhook.delivery", [("state", "=", "delivered"), ("write_date", "<", old)],
             "write_date, id", "support_webhook_delivery_over_idx"),
            ("mail.mail", [*mails, ("create_date", "<", old)],
             "create_date, id", "mail_mail_support_sent_idx"),
            ("support.automation.log", [("create_date", "<", old)],
             "create_date", "support_automation_log_age_idx"),
        ]  # fmt: skip
        for model, domain, order, index in cases:
            with self.subTest(model=model):
                query = self.env[model].sudo()._search(domain, order=order, limit=1000)
                self.assertIn(index, explain(self.env, query, "sort", only=[index]))
