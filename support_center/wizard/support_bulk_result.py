from odoo import _, api, fields, models


class SupportBulkResult(models.TransientModel):
    """What became of many at once: how many were done, and why the others were not."""

    _name = "support.bulk.result"
    _description = "Result for Many Appointments"
    _inherit = "support.ids.mixin"

    title = fields.Char(readonly=True)
    done_count = fields.Integer(readonly=True)
    left_count = fields.Integer(compute="_compute_left_count")
    line_ids = fields.One2many("support.bulk.result.line", "result_id", readonly=True)

    @api.depends("line_ids")
    def _compute_left_count(self):
        for result in self:
            result.left_count = len(result.line_ids)

    @api.model
    def _open(self, title, done_count, left):
        """Show what could not be done.

        :param str title: what was to be done
        :param int done_count: for how many it was
        :param dict left: each ``support.appointment`` for which it was not to why, in words
        :return: window action
        """
        lines = [
            (0, 0, {"appointment_id": appointment.id, "reason": reason})
            for appointment, reason in left.items()
        ]
        result = self.create({"title": title, "done_count": done_count, "line_ids": lines})
        return {
            "type": "ir.actions.act_window",
            "name": _(
                "%(title)s: %(done)s done, %(left)s not",
                title=title,
                done=done_count,
                left=len(left),
            ),
            "res_model": self._name,
            "res_id": result.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def action_view_left(self):
        """Open those that could not be done, as a list.

        :return: window action
        """
        self._check_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_action"
        )
        return {
            **action,
            "domain": [("id", "in", self.line_ids.appointment_id.ids)],
            "context": {},
        }
