from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL

# For how long an answer can be changed; then the first one is kept.
CHANGED_WITHIN = timedelta(hours=24)
# Up to so many of five stars, somebody asks what went wrong.
BAD = 2
# An average of fewer answers says more of these than of the technician.
LEAST_ANSWERS = 5
LONGEST_WORDS = 4_000


class SupportSatisfaction(models.AbstractModel):
    """What customers say of visits and tickets, in Odoo's own ratings."""

    _name = "support.satisfaction"
    _description = "Answers of Customers"

    @api.model
    def _rate(self, record, stars, words=""):
        """Store what a customer said. Only a person's choice may lead here.

        An answer can be changed for ``CHANGED_WITHIN``; a later one is logged and counts nothing.

        :param record: a visit or a ticket, as superuser, with the rights of its link
        :param int stars: 1 to 5
        :param str words: as the customer wrote them
        :return: whether the answer counts
        :raise ValueError: for another number of stars
        """
        if stars not in range(1, 6):
            raise ValueError(f"1 to 5 stars, not {stars!r}")
        record.ensure_one()
        # Two answers at the same instant come one after the other.
        self.env.cr.execute(
            SQL("SELECT FROM %s WHERE id = %s FOR UPDATE", SQL.identifier(record._table), record.id)
        )
        rating = self._find_answer(record)
        log = self.env["support.automation.log"]
        if not record._is_to_be_rated() or (rating and not self._is_open(rating)):
            log._record("rate", record, "skipped", self._describe_kept(stars))
            return False
        before = rating.consumed and rating.rating
        words = (words or "").strip()[:LONGEST_WORDS]
        if not rating.support_answered_at:
            rating.support_answered_at = fields.Datetime.now()
        # A note: it is no question that somebody has to answer.
        record.rating_apply(stars, rating=rating, feedback=words, subtype_xmlid="mail.mt_note")
        log._record("rate", record, "ok", self._describe_stars(stars))
        if stars <= BAD and (not before or before > BAD or words):
            responsible = record._for_responsible()
            self.with_context(lang=responsible.env.lang)._ask_what_was_wrong(
                responsible, stars, words
            )
        return True

    @api.model
    def _list_stars(self):
        """The answers, the best first: a thumb finds it, and nobody reads from the worst on.

        :return: list of (number of stars, words)
        """
        return [
            (5, _("Very good")),
            (4, _("Good")),
            (3, _("All right")),
            (2, _("Not good")),
            (1, _("Bad")),
        ]

    @api.model
    def _find_answer(self, record):
        """The customer's rating of the record, a new one where there is none yet."""
        ratings = self._get_answers(record)
        if not ratings:
            token = record._rating_get_access_token()
            ratings = ratings.search([("access_token", "=", token)])
        return ratings[:1]

    @api.model
    def _get_answers(self, record):
        """What was answered, the last one first."""
        # sudo: the record's link is all that its reader needs.
        return self.env["rating.rating"].sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("consumed", "=", True),
                ("rating", ">=", 1),
            ],
            order="id desc",
        )  # fmt: skip

    @api.model
    def _is_open(self, rating):
        """Whether an answer can still be changed."""
        answered_at = rating.support_answered_at or (rating.consumed and rating.write_date)
        return not answered_at or fields.Datetime.now() <= answered_at + CHANGED_WITHIN

    @api.model
    def _describe_kept(self, stars):
        return _(
            "%(stars)s of 5 came too late to change the first answer, or the visit is not done.",
            stars=stars,
        )

    @api.model
    def _describe_stars(self, stars):
        return _("%(stars)s of 5 stars", stars=stars)

    @api.model
    def _ask_what_was_wrong(self, record, stars, words):
        """Ask a dispatcher to talk to a customer who is not satisfied."""
        note = self._describe_stars(stars)
        if words:
            note = f"{note}: {words}"
        record._automation_activity_with(_("A customer is not satisfied"), note)
