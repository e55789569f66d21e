from odoo import api, models
from odoo.tools import SQL

# Between two numbers of one contact, so that no digits of both make a third one.
BETWEEN_NUMBERS = "|"


class ResPartner(models.Model):
    """A contact is found by any part of its number, however that is written."""

    _inherit = "res.partner"

    def init(self):
        super().init()
        # Where PostgreSQL has no pg_trgm, all numbers are read, as for parts of names.
        if self.env.registry.has_trigram:
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX IF NOT EXISTS res_partner_support_phone_idx "
                    "ON res_partner USING gin (%s gin_trgm_ops)",
                    self._get_phone_digits_sql(),
                )
            )

    @api.model
    def _get_phone_digits_sql(self):
        """The digits of a contact's numbers, as the index and those who ask by it have them."""
        # Odoo 19 has no second one.
        columns = [name for name in ("phone", "mobile") if name in self._fields]
        texts = [SQL("COALESCE(%s, '')", SQL.identifier(self._table, name)) for name in columns]
        # Written out, since a parameter in its place would not be the index's expression.
        joined = SQL(f" || '{BETWEEN_NUMBERS}' || ").join(texts)
        return SQL(f"regexp_replace(%s, '[^0-9{BETWEEN_NUMBERS}]', '', 'g')", joined)

    @api.model
    def _search_phone_digits(self, digits, limit):
        """The contacts with ``digits`` in one of their numbers, in whatever spelling.

        No rights are looked at here: who asks searches for what they may see among these.

        :param str digits: ASCII digits, at least three for the index to serve
        :return: list of ids, at most ``limit``
        """
        self.flush_model(["phone", "mobile"] if "mobile" in self._fields else ["phone"])
        self.env.cr.execute(self._get_phone_digits_query(digits, limit))
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _get_phone_digits_query(self, digits, limit):
        # In no order: in that of the ids, PostgreSQL might read all contacts instead.
        return SQL(
            "SELECT id FROM res_partner WHERE %s LIKE %s LIMIT %s",
            self._get_phone_digits_sql(),
            f"%{digits}%",
            limit,
        )
