from odoo import _, models
from odoo.exceptions import UserError


class SupportAppointment(models.Model):
    """Many at once: what can be done is done, and of the rest it is told why not.

    ``action_confirm`` and its like do all or nothing, as other systems expect it; these here are
    for people who have ticked a list.
    """

    _inherit = "support.appointment"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_confirm_selected(self):
        """Confirm those of the selected that can be confirmed.

        :return: True for one; else the page that tells of those left, or a notification
        :raise UserError: for a single one, as ``action_confirm``
        """
        if len(self) <= 1:
            return self.action_confirm()
        left = self._do_for_each(lambda those: those.action_confirm())
        return self._report_bulk(_("Confirm"), left)

    def action_accept_selected(self):
        """Accept those of the selected requests that can be accepted.

        :return: as ``action_confirm_selected``
        :raise UserError: for a single one, as ``action_accept_request``
        """
        if len(self) <= 1:
            return self.action_accept_request()
        left = self._do_for_each(lambda those: those.action_accept_request())
        return self._report_bulk(_("Accept Request"), left)

    def action_assign_selected(self):
        """Give each of the selected its best technician, as ``action_assign`` does.

        :return: as ``action_confirm_selected``
        :raise UserError: for a single one, as ``action_assign``
        """
        if len(self) <= 1:
            return self.action_assign()
        wanted, left, unfit = self._assign_wanted()
        words = self.env["support.ranking.words"]
        left.update({a: words._describe_left(a, those) for a, those in unfit.items()})
        return wanted._report_bulk(_("Assign"), left)

    def action_open_cancel(self):
        """Ask for the reason, and whether the customers are told.

        :return: window action
        """
        return self.env["support.cancel.wizard"]._open(self)

    # ------------------------------------------------------------------
    # Work
    # ------------------------------------------------------------------

    def _do_for_each(self, work):
        """Do ``work`` for all of these for which that is possible.

        All are tried together first, since that is what costs least; where somebody refuses, by
        halves down to whom it concerns.

        :param work: callable that takes a recordset and raises ``UserError`` for what it refuses
        :return: dict of each appointment left as it was to why, in words
        """
        if not self:
            return {}
        # All at once, since they may be booked in any order.
        unassigned = self.filtered(lambda a: not a.technician_id)
        self._lock_candidates(unassigned.company_id, self.technician_id)
        self.env["support.booking"]._lock(self.technician_id)
        return self._try_together(work)

    def _try_together(self, work):
        try:
            # Leaving the savepoint flushes: what the database refuses is refused in here.
            with self.env.cr.savepoint():
                work(self)
        except UserError as error:
            if len(self) == 1:
                return {self: str(error)}
            middle = len(self) // 2
            return {**self[:middle]._try_together(work), **self[middle:]._try_together(work)}
        return {}

    def _report_bulk(self, title, left):
        """
        :param str title: what was to be done
        :param dict left: those of these for which it was not, to why
        :return: the page that says so, or a notification where all went well
        """
        if left:
            return self.env["support.bulk.result"]._open(title, len(self) - len(left), left)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": title,
                "message": _("%(count)s done.", count=len(self)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
