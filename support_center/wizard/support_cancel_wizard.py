from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..formatting import format_moment, format_names
from ..models.appointment.states import LIVE_STATES

REASONS = [
    ("customer", "The customer called it off"),
    ("technician", "The technician cannot come"),
    ("solved", "It was solved without a visit"),
    ("elsewhere", "It was booked elsewhere"),
    ("mistake", "It was booked by mistake"),
    ("other", "Another reason"),
]


class SupportCancelWizard(models.TransientModel):
    """Why visits are called off, and whether the customers are told."""

    _name = "support.cancel.wizard"
    _description = "Cancel Appointments"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    appointment_ids = fields.Many2many("support.appointment", readonly=True)
    count = fields.Integer(compute="_compute_counts")
    expected_count = fields.Integer(compute="_compute_counts")
    summary = fields.Text(compute="_compute_summary")
    reason = fields.Selection(REASONS, required=True, default="customer")
    note = fields.Char("Details", help="What the form and the chatter show with the reason.")
    tell_customer = fields.Boolean(
        "Tell the Customer",
        default=True,
        help="Off: no mail goes out about this cancellation, since you tell the customer "
        "yourself or they need not know.",
    )
    tell_technician = fields.Boolean(
        "Tell the Technician",
        default=True,
        help="Off: the technician gets no notification, since you tell them yourself.",
    )
    technician_names = fields.Char(compute="_compute_counts")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("appointment_ids")
    def _compute_counts(self):
        for wizard in self:
            wizard.count = len(wizard.appointment_ids)
            wizard.expected_count = len(wizard.appointment_ids.filtered("announced_start"))
            live = wizard.appointment_ids.filtered(lambda a: a.state in LIVE_STATES)
            wizard.technician_names = format_names(live.technician_id.mapped("name"))

    @api.depends("appointment_ids", "tell_customer")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard._describe("automation_send_cancelled")

    def _describe(self, automation):
        """What cancelling will do to whom.

        :param str automation: the rule that tells of cancellations
        """
        self.ensure_one()
        expected = self.appointment_ids.filtered("announced_start")
        if not expected:
            return _("No customer was told of a visit: nobody is written to.")
        if len(expected) == 1:
            who = _(
                "%(customer)s expects %(name)s on %(start)s.",
                customer=expected.customer_name or expected.partner_id.name,
                name=expected.name,
                start=format_moment(self.env, expected.announced_start),
            )
        else:
            who = _("%(count)s of these are expected by their customers.", count=len(expected))
        rule = self.env["support.automation.registry"]._get_switch(automation)
        if not self.tell_customer:
            what = _("No mail is sent: please tell them yourself.")
        elif not rule.active:
            what = _(
                "The rule “%(rule)s” is off: nobody is written to.", rule=rule.name or automation
            )
        else:
            what = _("They are told of the cancellation by mail.")
        return f"{who} {what}"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _open(self, appointments):
        """Ask before appointments are cancelled.

        :param appointments: ``support.appointment``
        :return: window action
        :raise UserError: for none at all, and where a single one cannot be cancelled
        """
        if not appointments:
            raise UserError(_("Choose the appointments that are to be cancelled."))
        if len(appointments) == 1:
            appointments._check_transition("cancelled")
        wizard = self.create({"appointment_ids": [(6, 0, appointments.ids)]})
        if len(appointments) == 1:
            title = _("Cancel %(name)s", name=appointments.name)
        else:
            title = _("Cancel %(count)s Appointments", count=len(appointments))
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def action_apply(self):
        """Cancel what can be cancelled.

        :return: client action with a message that offers *Undo*, and after it what was left and
            why; or that alone
        :raise UserError: without words for another reason, or for a single one that cannot be
            cancelled
        """
        self._check_one()
        reason = self._get_reason()
        visits, left = self.appointment_ids, {}

        def cancel(those):
            those._cancel(reason, tell=self.tell_customer, tell_technician=self.tell_technician)

        def work():
            if len(visits) == 1:
                cancel(visits)
            else:
                left.update(visits._do_for_each(cancel))

        step = visits._do_undoable("cancel", work)
        done = visits.filtered(lambda a: a not in left)
        if not done:
            return visits._report_bulk(_("Cancel"), left)
        if len(done) == 1:
            message = _("%(name)s is cancelled.", name=done.name)
        else:
            message = _("%(count)s appointments are cancelled.", count=len(done))
        return step._get_action(message, visits._report_bulk(_("Cancel"), left) if left else None)

    def _get_reason(self):
        """
        :return: str, as it is kept with the visits
        """
        note = (self.note or "").strip()
        if self.reason == "other":
            if not note:
                raise UserError(_("Say in words what the other reason is."))
            return note
        label = dict(self._fields["reason"]._description_selection(self.env))[self.reason]
        return f"{label}: {note}" if note else label
