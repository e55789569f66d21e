import json
from datetime import timedelta

from odoo import api, fields, models

# A phone that was without signal for longer has other troubles.
KEPT_DAYS = 60


class SupportMyDayEntry(models.Model):
    """What phones have sent from My Day, by the key that each gave it.

    A phone that never saw the answer sends the same again: it gets the answer, and nothing is
    done twice.
    """

    _name = "support.my.day.entry"
    _description = "Entry Sent from My Day"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True)
    answer = fields.Json(readonly=True)

    _sql_constraints = [
        ("key_unique", "UNIQUE (user_id, key)", "This entry was sent already."),
    ]

    @api.model
    def _answer_once(self, key, work):
        """Do something the first time that a key comes, and answer the same each time.

        :param str key: chosen by the phone, another one for each entry
        :param callable work: without arguments; returns what JSON can hold
        :return: what ``work`` returned the first time
        """
        # By the index of the constraint, also against the same entry in another transaction:
        # Odoo runs the later call again once the first is through.
        self.env.cr.execute(
            """
            INSERT INTO support_my_day_entry
                        (user_id, key, create_uid, create_date, write_uid, write_date)
                 VALUES (%(uid)s, %(key)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
            ON CONFLICT (user_id, key) DO NOTHING RETURNING id
            """,
            {"uid": self.env.uid, "key": key, "now": fields.Datetime.now()},
        )
        if not self.env.cr.rowcount:
            self.env.cr.execute(
                "SELECT answer FROM support_my_day_entry WHERE user_id = %s AND key = %s",
                [self.env.uid, key],
            )
            return self.env.cr.fetchone()[0]
        answer = work()
        self.env.cr.execute(
            "UPDATE support_my_day_entry SET answer = %s WHERE user_id = %s AND key = %s",
            [json.dumps(answer), self.env.uid, key],
        )
        return answer

    @api.model
    def _forget_visits(self, visits):
        """Take out answers that tell of these visits, whose customers they name.

        The phone gets that there is nothing to tell, and still does nothing twice.

        :param visits: ``support.appointment``
        """
        told = [json.dumps([{"id": visit_id}]) for visit_id in visits.ids]
        self.env.cr.execute(
            "UPDATE support_my_day_entry SET answer = 'false' WHERE answer @> ANY(%s::jsonb[])",
            [told],
        )
        self.invalidate_model(["answer"])

    @api.autovacuum
    def _gc_entries(self):
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        # sudo: no user may touch these rows; this is Odoo's own cleaning.
        self.sudo().search([("create_date", "<", before)], limit=10000).unlink()
