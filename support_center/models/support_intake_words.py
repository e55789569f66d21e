from odoo import _, api, models


class SupportIntakeWords(models.AbstractModel):
    _name = "support.intake.words"
    _description = "Words for the Parser's Codes"

    @api.model
    def _describe_problem(self, problem):
        return f"{problem.field}: {problem.code}"

    @api.model
    def _describe_notes(self, reading):
        return "\n".join(note.code for note in reading.result.notes)

    @api.model
    def _describe_review(self, reading):
        return "\n".join(self._describe_problem(problem) for problem in reading.problems)
