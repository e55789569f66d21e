from functools import partial

from odoo import api, models

from ..appointment.states import LIVE_STATES

# What decides whose time a visit takes, and when.
BOOKING_FIELDS = {
    "state", "active", "technician_id", "start", "stop", "duration", "busy_start", "busy_stop",
}  # fmt: skip


class SupportAppointment(models.Model):
    """A double booking is told in words too where it shows late: at a flush or in raw SQL.

    ``create`` and ``write`` book by ``support.booking``. These are Odoo's
    lowest layers, through which every other change of an appointment comes: a
    computed field, another addon, a flush at the commit.
    """

    _inherit = "support.appointment"

    _sql_constraints = [
        # A Python check cannot see what another transaction writes at the same
        # moment; the database can. The technician stands as a range of one, so
        # that no extension of PostgreSQL is needed; [) ranges may touch.
        (
            "no_double_booking",
            "EXCLUDE USING gist (int4range(technician_id, technician_id + 1) WITH &&, "
            "tsrange(busy_start, busy_stop) WITH &&) WHERE (active "
            "AND state IN ('confirmed', 'in_progress') AND technician_id IS NOT NULL "
            "AND busy_start IS NOT NULL AND busy_stop IS NOT NULL)",
            "The technician is already booked at that time. Choose another time or another "
            "technician.",
        ),
    ]

    def _store_change(self, change, store):
        technicians = self._get_booked_technicians(change)
        if not technicians:
            super()._store_change(change, store)
            return
        self.env["support.booking"]._book(
            technicians,
            partial(super()._store_change, change, store),
            change,
        )

    def _get_booked_technicians(self, change):
        """Technicians whose time a change may take.

        :return: ``support.technician``, empty where it takes nobody's
        """
        technicians = self.env["support.technician"]
        if change.is_creation:
            # A default, of the context or of the user, books as a value does.
            defaults = self.default_get(["technician_id", "state"])
            booked = [{**defaults, **vals} for vals in change.vals_list]
            return technicians.browse(
                {
                    vals["technician_id"]
                    for vals in booked
                    if vals.get("technician_id") and vals.get("state") in LIVE_STATES
                }
            )
        if not change.touches(BOOKING_FIELDS):
            return technicians
        vals = change.vals
        live = self.filtered(lambda a: (vals.get("state") or a.state) in LIVE_STATES)
        if live and vals.get("technician_id"):
            return technicians.browse(vals["technician_id"])
        return technicians if "technician_id" in vals else live.technician_id

    @api.model
    def _create(self, data_list):
        insert = partial(super()._create, data_list)
        return self.env["support.booking"]._flush_translated(insert)

    def _write(self, vals):
        update = partial(super()._write, vals)
        return self.env["support.booking"]._flush_translated(update)

    def _write_multi(self, vals_list):
        # Odoo 19 flushes by this one.
        update = partial(super()._write_multi, vals_list)
        return self.env["support.booking"]._flush_translated(update)

    @api.model
    def _sql_error_to_message(self, exc):
        """Odoo 19's own words for a database error that ended a request.

        17.0 has the constraint's message for it, which names nobody.

        :param psycopg2.Error exc: the transaction is rolled back by now
        :return: str
        """
        booking = self.env["support.booking"]
        if booking._is_double_booking(exc):
            return booking._explain_double_booking(exc)
        return super()._sql_error_to_message(exc)
