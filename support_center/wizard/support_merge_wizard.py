from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..formatting import format_moment, format_names
from ..models.incoming.support_appointment_intake import WAITING_REQUESTS

# What is furthest on its way is kept, unless somebody says otherwise.
KEPT_FIRST = {"in_progress": 0, "confirmed": 1, "draft": 2}


class SupportMergeWizard(models.TransientModel):
    """Requests that may be one and the same: one is kept, the others are called off."""

    _name = "support.merge.wizard"
    _description = "Merge Duplicates"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    line_ids = fields.One2many("support.merge.wizard.line", "wizard_id")
    kept_id = fields.Many2one("support.appointment", "Keep", required=True)
    candidate_ids = fields.Many2many("support.appointment", compute="_compute_candidate_ids")
    # Those that a customer waits for and that would be called off.
    expected_note = fields.Text(compute="_compute_expected_note")
    tell_customer = fields.Boolean(
        "Tell the Customer",
        default=True,
        help="The customer is told that the visits named above are off. Off: you tell "
        "them yourself, or they know.",
    )
    is_sure = fields.Boolean("Cancel Duplicates")

    @api.depends("line_ids.appointment_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.line_ids.appointment_id

    @api.depends("line_ids.is_selected", "line_ids.appointment_id", "kept_id")
    def _compute_expected_note(self):
        for wizard in self:
            notes = [wizard._describe_expected(visit) for visit in wizard._get_expected()]
            wizard.expected_note = "\n".join(notes)

    def _describe_expected(self, visit):
        moment = visit.announced_start or visit.start
        return _(
            "%(name)s is confirmed for %(start)s.",
            name=visit.name,
            start=format_moment(self.env, moment),
        )

    def _get_duplicates(self):
        """
        :return: ``support.appointment`` that are ticked, without the one that is kept
        """
        ticked = self.line_ids.filtered("is_selected").appointment_id._origin
        return ticked - self.kept_id._origin

    def _get_expected(self):
        """Those of the duplicates that somebody waits for or works on."""
        return self._get_duplicates().filtered(
            lambda a: a.announced_start or a.state in ("confirmed", "in_progress")
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _open(self, appointments):
        """Show appointments that may be one.

        :param appointments: ``support.appointment``, two at least
        :return: window action
        :raise UserError: for a single one
        """
        appointments._check_mergeable()
        if len(appointments) < 2:
            raise UserError(
                _("There is nothing that %(name)s could be merged with.", name=appointments.name)
            )
        ordered = appointments.sorted(self._get_rank)
        wizard = self.create(
            {
                "kept_id": ordered[0].id,
                "line_ids": [(0, 0, {"appointment_id": each.id}) for each in ordered],
            }
        )
        # At first only what can be called off without a word to anybody.
        drafts = wizard.line_ids.filtered(lambda line: not line.is_expected)
        drafts.is_selected = True
        return {
            "type": "ir.actions.act_window",
            "name": _("Possible Duplicates"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get_rank(self, appointment):
        """What is furthest on its way first, then what needs no look any more, then the oldest."""
        return (
            KEPT_FIRST[appointment.state],
            appointment.intake_state in WAITING_REQUESTS,
            appointment.create_date,
            appointment.id,
        )

    def action_merge(self):
        """Keep one and call the ticked others off.

        :return: window action that shows the one that was kept
        :raise UserError: where nothing is ticked, or a confirmed visit would be called off
            without somebody having said so
        """
        self._check_one()
        duplicates, kept = self._get_duplicates(), self.kept_id
        if not duplicates:
            raise UserError(
                _("Tick what is the same as %(name)s, and is to be called off.", name=kept.name)
            )
        (duplicates | kept)._check_mergeable()
        expected = self._get_expected()
        if expected and not self.is_sure:
            raise UserError(
                _(
                    "%(names)s: a customer may wait for these. Tick “Cancel Duplicates” if they "
                    "are to be cancelled, or keep one of them instead.",
                    names=format_names(expected.mapped("name")),
                )
            )
        duplicates._merge_into(kept, tell=self.tell_customer)
        return kept._get_form_action()
