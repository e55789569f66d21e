from odoo import models

from ..common.erasure import blank

OUR_MODELS = ("support.appointment", "support.ticket")


class RatingRating(models.Model):
    _inherit = "rating.rating"

    def _get_support_ratings(self):
        """Those of our records, which our statistics count."""
        return self.filtered(lambda rating: rating.res_model in OUR_MODELS)

    def _erase_support_rating(self):
        """Erase what a customer wrote beside the stars, and who it was; the stars stay."""
        for rating in self:
            record = self.env[rating.res_model].browse(rating.res_id)
            blank(
                rating,
                {"res_model", "parent_res_model", "rated_partner_id"},
                {"res_name": record.name if record._name == OUR_MODELS[0] else record.number},
            )
