from odoo import fields, models


class SupportAnswerMixin(models.AbstractModel):
    """The dialogue by mail: a request is answered, a corrected one read again."""

    _name = "support.answer.mixin"
    _description = "Answers to Mailed Requests"

    intake_round = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many times a request of this appointment was read.",
    )

    def _rule_answer_request(self):
        return None
