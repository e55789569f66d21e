import hashlib
from datetime import timedelta

from odoo import api, fields, models


class SupportIntakeKey(models.Model):
    _name = "support.intake.key"
    _description = "Meeting Point of Simultaneous Requests"
    _inherit = "support.ids.mixin"
    _rec_name = "digest"

    # What the key stands for is not kept: it may hold an address.
    digest = fields.Char(required=True, readonly=True)

    _sql_constraints = [
        ("digest_unique", "UNIQUE (digest)", "The key exists already."),
    ]

    @api.model
    def _claim(self, kind, keys):
        """Make transactions that act on the same ``keys`` at once come one after the other.

        Odoo's transactions do not see what another one commits meanwhile, so
        waiting for a lock is not enough: the second would still not see the
        contact that the first has made. Writing the same row makes PostgreSQL
        end the second one with a serialization failure, upon which Odoo runs
        it again, this time with the first one's work in sight.

        :param str kind: what the keys are, like ``contact``
        :param keys: iterable of tuples of plain values
        """
        digests = sorted({hashlib.sha256(repr((kind, *key)).encode()).hexdigest() for key in keys})
        if digests:
            self.env.cr.execute(
                """
                INSERT INTO support_intake_key (digest, create_date)
                     SELECT digest, now() AT TIME ZONE 'UTC' FROM unnest(%s) AS digest
                ON CONFLICT (digest) DO UPDATE SET create_date = EXCLUDED.create_date
                """,
                [digests],
            )

    @api.autovacuum
    def _gc_old_keys(self):
        """Prune keys that no running transaction can still meet at."""
        self.env.cr.execute(
            "DELETE FROM support_intake_key WHERE create_date < %s",
            [fields.Datetime.now() - timedelta(days=1)],
        )
