from odoo import _, api, fields, models
from odoo.exceptions import UserError


class SupportMoveMixin(models.AbstractModel):
    """Putting a visit elsewhere, and what its customer hears of that.

    For a page with ``appointment_id``, ``technician_id``, ``duration`` and ``shows_visit``, which
    ``_show`` shows again.
    """

    _name = "support.move.mixin"
    _description = "Moving a Visit"

    is_expected = fields.Boolean(compute="_compute_notice_note")
    notice_note = fields.Text(compute="_compute_notice_note")
    tell_customer = fields.Boolean(
        "Tell the Customer",
        default=True,
        help="Off: no mail goes out about the new time, since you have told the customer yourself.",
    )
    own_start = fields.Datetime(
        "Other Time", help="A time that is not in the list; it is looked at as any other."
    )
    refusal = fields.Text(readonly=True)

    @api.depends("tell_customer")
    def _compute_notice_note(self):
        for finder in self:
            visit = finder.appointment_id
            finder.is_expected = visit.state == "confirmed" and bool(visit.announced_start)
            finder.notice_note = (
                finder._describe_notice("automation_send_rescheduled")
                if finder.is_expected
                else False
            )

    def _describe_notice(self, automation):
        """What the customer knows, and what he is told of another time.

        :param str automation: the rule that tells of new times
        """
        visit = self.appointment_id
        rule = self.env["support.automation.registry"]._get_switch(automation)
        values = {
            "customer": visit.customer_name or visit.partner_id.name,
            "start": self.env["support.scheduler"]._format_time(visit.announced_start),
            "rule": rule.name or automation,
        }
        if not self.tell_customer:
            return _(
                "%(customer)s expects the visit on %(start)s. No mail is sent: please tell them "
                "yourself.",
                **values,
            )
        if not rule.active:
            return _(
                "%(customer)s expects the visit on %(start)s, and the rule “%(rule)s” is off: "
                "nobody is written to.",
                **values,
            )
        return _(
            "%(customer)s expects the visit on %(start)s and is told of the new time by mail.",
            **values,
        )

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def action_take_own_time(self):
        """Put the visit where the dispatcher says, or tell on this page why that cannot be.

        :return: window action
        :raise UserError: where no time was entered
        """
        self._check_one()
        if not self.own_start:
            raise UserError(_("Enter the other time first."))
        technician = self.technician_id or self.appointment_id.technician_id
        try:
            # Whatever was refused in the middle is undone, while this page stays.
            with self.env.cr.savepoint():
                self._plan(
                    {
                        "start": self.own_start,
                        "duration": self.duration,
                        "technician_id": technician.id,
                    }
                )
        except UserError as error:
            self.refusal = str(error)
            return self._show()
        return self._get_next_page()

    def _plan(self, vals):
        """Give the visit a time and a technician.

        :param dict vals: ``start``, ``duration``, ``technician_id`` and what else is saved
        :return: the ``support.appointment``
        """
        appointment = self.appointment_id
        appointment._check_plannable()
        if self.is_expected and not self.tell_customer:
            appointment._withdraw_news()
            vals = {**vals, **appointment._prepare_told_vals(vals)}
        # The time that the customer knows of already is a mark.
        appointment._write_protected(vals)
        return appointment

    def _get_next_page(self):
        if self.shows_visit:
            return self.appointment_id._get_form_action()
        return {"type": "ir.actions.act_window_close"}
