from odoo import _, api, fields, models
from odoo.exceptions import AccessError

# Whose ratings are answers of customers.
RATED = ("support.appointment", "support.ticket")
# What is said to an answer, by whom Odoo lets say it.
SAID_TO_IT = {"publisher_comment", "publisher_id", "publisher_datetime"}


class RatingRating(models.Model):
    """What a customer says of us is theirs.

    Odoo lets every colleague write every rating that they see, and so their own marks.
    """

    _inherit = "rating.rating"

    support_answered_at = fields.Datetime(
        readonly=True, help="When the customer of a visit or ticket first answered."
    )
    # Who has it answers in the customer's name.
    access_token = fields.Char(groups="base.group_system")

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._check_answers_kept()
        # Also as superuser: any message that is posted may bring stars along, which Odoo counts
        # as often as somebody posts, whether there was a visit or not.
        ratings.filtered("consumed").sudo(False)._check_answers_kept()
        return ratings

    def write(self, values):
        is_answer = bool(values.keys() - SAID_TO_IT)
        if is_answer:
            self._check_answers_kept()
        result = super().write(values)
        if is_answer:
            # Neither does another rating become one of ours.
            self._check_answers_kept()
        return result

    def unlink(self):
        self._check_answers_kept()
        return super().unlink()

    def _check_answers_kept(self):
        """
        :raise AccessError: for answers of customers, unless the addon itself writes them
        """
        if not self.env.su and any(rating.res_model in RATED for rating in self):
            raise AccessError(
                _("What customers answer is theirs: nobody else writes or removes it.")
            )
