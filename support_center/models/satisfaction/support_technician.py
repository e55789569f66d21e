from odoo import _, fields, models
from odoo.tools.misc import formatLang

from .support_satisfaction import LEAST_ANSWERS


class SupportTechnician(models.Model):
    """What customers say of somebody's visits, once there are enough answers to say anything."""

    _inherit = "support.technician"

    rating_summary = fields.Char(
        "Satisfaction",
        compute="_compute_rating_summary",
        groups="support_center.group_support_dispatcher",
        help="Average of the customers' answers of the last year, 1 to 5; from five answers on.",
    )

    def _compute_rating_summary(self):
        self.env["rating.rating"].flush_model()
        self.env["support.appointment"].flush_model(["technician_id"])
        self.env.cr.execute(
            """
            SELECT visit.technician_id, COUNT(*), AVG(answer.rating)
              FROM rating_rating AS answer
              JOIN support_appointment AS visit ON visit.id = answer.res_id
             WHERE answer.res_model = 'support.appointment' AND answer.consumed
               AND answer.rating >= 1 AND visit.technician_id = ANY(%s)
               AND answer.write_date > %s
             GROUP BY visit.technician_id
            """,
            [self.ids, fields.Datetime.subtract(fields.Datetime.now(), years=1)],
        )
        figures = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for technician in self:
            count, average = figures.get(technician._origin.id, (0, 0))
            technician.rating_summary = self._describe_figures(count, average)

    def _describe_figures(self, count, average):
        """
        :return: str in words; no figure of fewer than ``LEAST_ANSWERS`` answers
        """
        if count < LEAST_ANSWERS:
            return _("Too few answers")
        return _(
            "%(average)s of 5 (%(count)s answers)",
            average=formatLang(self.env, average, digits=1),
            count=count,
        )
