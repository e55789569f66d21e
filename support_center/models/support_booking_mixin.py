from functools import partial

from odoo import api, models


class SupportBookingMixin(models.AbstractModel):
    """A double booking is told in words too where it shows late: at a flush or in raw SQL.

    ``create`` and ``write`` book by ``support.scheduler``. These are Odoo's
    lowest layers, which whoever else changes an appointment comes through: a
    computed field, another addon, a flush at the commit.
    """

    _name = "support.booking.mixin"
    _description = "Words for Double Bookings"

    @api.model
    def _create(self, data_list):
        insert = partial(super()._create, data_list)
        return self.env["support.scheduler"]._flush_in_words(insert)

    def _write(self, vals):
        update = partial(super()._write, vals)
        return self.env["support.scheduler"]._flush_in_words(update)

    def _write_multi(self, vals_list):
        # Odoo 19 flushes by this one.
        update = partial(super()._write_multi, vals_list)
        return self.env["support.scheduler"]._flush_in_words(update)

    @api.model
    def _sql_error_to_message(self, exc):
        """Odoo 19's own words for a database error that ended a request.

        17.0 has the constraint's message for it, which names nobody.

        :param psycopg2.Error exc: the transaction is rolled back by now
        :return: str
        """
        scheduler = self.env["support.scheduler"]
        if scheduler._is_double_booking(exc):
            return scheduler._explain_double_booking(exc)
        return super()._sql_error_to_message(exc)
