from odoo import fields, models


class RatingRating(models.Model):
    _inherit = "rating.rating"

    support_answered_at = fields.Datetime(
        readonly=True, help="When the customer of a visit or ticket first answered."
    )
