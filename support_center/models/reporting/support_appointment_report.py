from odoo import api, fields, models
from odoo.tools import SQL

from ..appointment.states import STATES
from .support_statistics_figures import ON_TIME_MINUTES

# A job is fixed the first time if nobody has to come again. A visit that belongs to a ticket is
# compared with the other visits of that ticket, any other one with the customer's visits of the
# same type no more than so many days apart.
FIRST_FIX_DAYS = 30
# Fewer answers than these say more about who answered than about the work.
LEAST_RATINGS = 5

# Each figure that is an average of its visits: those that it says nothing of hold NULL in its
# column, which no average counts.
RATES = ("no_show_rate", "lead_days", "first_fix_rate", "on_time_rate", "rating")


class SupportAppointmentReport(models.Model):
    """One row for each appointment that has a time: what it counts for in each figure.

    A row has the id of its appointment. It belongs to the moment at which the visit was planned to
    start. A query and not a view of the database, so that no column of an appointment is bound by
    it; PostgreSQL looks no further than at the rows and columns that are asked for.

    Archived appointments count; drafts do not, since nobody expects anybody yet.
    """

    _name = "support.appointment.report"
    _description = "Appointment Analysis"
    _inherit = "support.ids.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "appointment_id"

    appointment_id = fields.Many2one("support.appointment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    team_id = fields.Many2one("support.team", readonly=True, help="Team of the visit's ticket.")
    type_id = fields.Many2one("support.appointment.type", readonly=True)
    technician_id = fields.Many2one("support.technician", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    date = fields.Datetime("Planned Start", readonly=True)
    done_count = fields.Integer("Visits Done", readonly=True)
    no_show_count = fields.Integer("No-Shows", readonly=True)
    no_show_rate = fields.Float(
        "No-Show Rate (%)",
        readonly=True,
        help="Visits at which the customer was absent, in percent of these and the visits done.",
    )
    lead_days = fields.Float(
        "Lead Time (Days)",
        readonly=True,
        help="Average of the days from the request to the planned start of confirmed visits.",
    )
    first_fix_rate = fields.Float(
        "First-Time Fix (%)",
        readonly=True,
        help="Jobs that were done with their first visit, in percent of all first visits done.",
    )
    booked_hours = fields.Float(
        readonly=True, help="Planned hours of technicians' visits, without cancelled ones."
    )
    on_time_rate = fields.Float(
        "Punctuality (%)",
        readonly=True,
        help="Visits that began at most 15 minutes after the planned start, in percent of those "
        "whose technician pressed Start.",
    )
    rating = fields.Float(
        "Satisfaction",
        readonly=True,
        help="Average of the customers' ratings, 1 to 5; blank for fewer than five of them.",
    )
    rating_count = fields.Integer("Ratings", readonly=True)
    # Of how many visits each rate is one: 1 where the visit counts in it.
    ended_count = fields.Integer(readonly=True)
    lead_count = fields.Integer(readonly=True)
    first_visit_count = fields.Integer(readonly=True)
    started_count = fields.Integer(readonly=True)

    _depends = {
        "support.appointment": [
            "company_id", "partner_id", "ticket_id", "type_id", "technician_id", "state", "start",
            "stop", "create_date", "confirmed_at", "started_at",
        ],
        "support.ticket": ["team_id"],
        "rating.rating": ["res_model", "res_id", "consumed", "rating"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return """
            SELECT visit.id,
                   visit.id AS appointment_id,
                   visit.company_id,
                   visit.partner_id,
                   (SELECT ticket.team_id FROM support_ticket AS ticket
                     WHERE ticket.id = visit.ticket_id) AS team_id,
                   visit.type_id,
                   visit.technician_id,
                   visit.state,
                   visit.start AS date,
                   (visit.state = 'done')::int AS done_count,
                   (visit.state = 'no_show')::int AS no_show_count,
                   CASE visit.state WHEN 'no_show' THEN 100.0 WHEN 'done' THEN 0.0 END::float
                       AS no_show_rate,
                   (visit.state IN ('done', 'no_show'))::int AS ended_count,
                   CASE WHEN {is_lead} THEN EXTRACT(epoch FROM visit.start - visit.create_date)
                                            / 86400
                        END::float AS lead_days,
                   ({is_lead})::int AS lead_count,
                   CASE WHEN visit.state != 'done' OR {earlier} THEN NULL
                        WHEN {later} THEN 0.0
                        ELSE 100.0
                        END::float AS first_fix_rate,
                   (visit.state = 'done' AND NOT {earlier})::int AS first_visit_count,
                   CASE WHEN visit.technician_id IS NOT NULL AND visit.state != 'cancelled'
                        THEN EXTRACT(epoch FROM visit.stop - visit.start) / 3600
                        ELSE 0
                        END::float AS booked_hours,
                   CASE WHEN visit.started_at <= visit.start + interval '{minutes} minutes'
                        THEN 100.0
                        WHEN visit.started_at IS NOT NULL THEN 0.0
                        END::float AS on_time_rate,
                   (visit.started_at IS NOT NULL)::int AS started_count,
                   (SELECT AVG(answer.rating) {answers})::float AS rating,
                   (SELECT COUNT(*) {answers})::int AS rating_count
              FROM support_appointment AS visit
             WHERE visit.start IS NOT NULL AND visit.state != 'draft'
        """.format(  # noqa: S608, of constants of ours
            minutes=int(ON_TIME_MINUTES),
            is_lead="""
                visit.start >= visit.create_date AND (
                    visit.confirmed_at IS NOT NULL
                    OR visit.state IN ('confirmed', 'in_progress', 'done', 'no_show'))
            """,
            earlier=self._get_other_visit_query("done", "<"),
            later=self._get_other_visit_query("confirmed", ">"),
            answers="""
                FROM rating_rating AS answer
               WHERE answer.res_model = 'support.appointment' AND answer.res_id = visit.id
                 AND answer.consumed AND answer.rating >= 1
            """,
        )

    @api.model
    def _get_other_visit_query(self, least, when):
        """Whether another visit of the same job took place, or is to.

        :param str least: ``done`` for visits that were, ``confirmed`` also for those to come
        :param str when: ``<`` or ``>``, before or after this one
        :return: SQL, constant but for these two
        """
        states = {"done": "'done'", "confirmed": "'confirmed', 'in_progress', 'done'"}[least]
        day = f"interval '{int(FIRST_FIX_DAYS)} days'"
        near = {
            "<": f"other.start < visit.start AND other.start >= visit.start - {day}",
            ">": f"other.start > visit.start AND other.start <= visit.start + {day}",
        }[when]
        return f"""(
            CASE WHEN visit.ticket_id IS NOT NULL
                 THEN EXISTS (SELECT FROM support_appointment AS other
                               WHERE other.ticket_id = visit.ticket_id
                                 AND other.state IN ({states})
                                 AND other.start {when} visit.start)
                 ELSE EXISTS (SELECT FROM support_appointment AS other
                               WHERE other.partner_id = visit.partner_id
                                 AND other.company_id = visit.company_id
                                 AND other.type_id IS NOT DISTINCT FROM visit.type_id
                                 AND other.state IN ({states})
                                 AND {near})
                 END)"""  # noqa: S608, of constants of ours

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_appointment(self):
        """
        :raise AccessError: for those who may not read it
        """
        self._check_one()
        self.read(["appointment_id"])  # refuses who may not
        return {
            "type": "ir.actions.act_window",
            "res_model": "support.appointment",
            "res_id": self.id,
            "views": [[False, "form"]],
        }

    # ------------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """A group's rate is the average of its visits' whatever is asked for; that of the ratings
        weighs each answer alike, and is blank for too few of them."""
        result = super()._read_group_select(aggregate_spec, query)
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATES or function not in ("sum", "avg"):
            return result
        column = self._field_to_sql(self._table, name, query)
        names = [name]
        expression = SQL("AVG(%s)", column)
        if name == "rating":
            number = self._field_to_sql(self._table, "rating_count", query)
            names.append("rating_count")
            expression = SQL(
                "CASE WHEN SUM(%(number)s) >= %(least)s "
                "THEN SUM(%(column)s * %(number)s) / SUM(%(number)s) END",
                column=column,
                number=number,
                least=LEAST_RATINGS,
            )
        # Odoo 17 wants to know the fields it has to flush; 19 finds them itself.
        return (expression, names) if isinstance(result, tuple) else expression
