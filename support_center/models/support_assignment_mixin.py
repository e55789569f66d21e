from datetime import timedelta

from odoo import _, fields, models
from odoo.exceptions import UserError

from .support_state_mixin import LIVE_STATES


class SupportAssignmentMixin(models.AbstractModel):
    """Who goes: the choice of a technician, and the reason in words."""

    _name = "support.assignment.mixin"
    _description = "Assignment of a Technician"

    assignment_note = fields.Text(
        readonly=True, copy=False, groups="base.group_user", help="Why this technician."
    )

    def action_assign(self):
        """Give each appointment the best technician who is free at its time.

        Needed skills and the customer's area are hard rules; among those who
        are left the one with the fewest appointments in that week wins, then
        the name decides, so that the choice can be foretold. The reason is
        written to ``assignment_note``.

        :raise UserError: names the appointments without a start, or those for
            whom nobody is free
        """
        unplanned = self.filtered(lambda a: not a.start)
        if unplanned:
            raise UserError(
                _(
                    "Set a start first: %(names)s.",
                    names=", ".join(unplanned.mapped("name")),
                )
            )
        nobody = self.browse()
        for appointment in self:
            technician, note = appointment._choose_technician()
            if technician:
                appointment.write({"technician_id": technician.id, "assignment_note": note})
            else:
                nobody |= appointment
        if nobody:
            raise UserError(
                _(
                    "No technician with the right skills and area is free for %(names)s. "
                    "Choose another time, or a technician by hand.",
                    names=", ".join(nobody.mapped("name")),
                )
            )
        return True

    def _choose_technician(self):
        """The best free technician for this appointment and why.

        :return: tuple of a ``support.technician``, empty if nobody fits, and a str
        """
        self.ensure_one()
        candidates = self.env["support.technician"].search(
            [("company_id", "in", [self.company_id.id, False])]
        )
        candidates = candidates.filtered(self._can_be_done_by)
        free = candidates._is_available(self.start, self.stop, self._get_buffers(), without=self)
        if not free:
            return free, ""
        load = self._count_week(free)
        best = min(free, key=lambda t: (load.get(t, 0), t.name, t.id))
        return best, _(
            "%(name)s: free at that time, has the skills, %(count)s other appointments that "
            "week; %(others)s others could have come.",
            name=best.name,
            count=load.get(best, 0),
            others=len(free) - 1,
        )

    def _can_be_done_by(self, technician):
        """Whether the technician has the skills and goes to the customer's area."""
        return not self._find_unmet_rules(technician)

    def _find_unmet_rules(self, technician):
        """What of this visit the technician may not be asked for, whatever the time.

        :return: list of str, each as what follows the technician's name
        """
        self.ensure_one()
        # sudo: whose skills and areas do not fit is said to whoever plans.
        technician, faults = technician.sudo(), []
        if not technician.active:
            faults.append(_("is archived"))
        company = technician.company_id
        if company and self.company_id and company != self.company_id:
            faults.append(_("works for %(company)s", company=company.name))
        # sudo: as above.
        missing = self.sudo().type_id.skill_ids - technician.skill_ids
        if missing:
            faults.append(_("lacks the skill %(skills)s", skills=", ".join(missing.mapped("name"))))
        areas, postal_code = technician.area_ids, self.sudo().partner_id.zip
        if self.type_id.place != "remote" and areas and postal_code:
            if not areas._covers(postal_code):
                faults.append(_("does not go to %(postal_code)s", postal_code=postal_code))
        return faults

    def _count_week(self, technicians):
        """Live appointments of each technician in the seven days round the start."""
        week = timedelta(days=3, hours=12)
        # sudo: the load of colleagues counts, though it is not one's own to read.
        groups = self.sudo()._read_group(
            [
                ("technician_id", "in", technicians.ids),
                ("state", "in", LIVE_STATES),
                ("id", "not in", self.ids),
                ("start", ">=", self.start - week),
                ("start", "<", self.start + week),
            ],
            ["technician_id"],
            ["__count"],
        )
        return {technicians.browse(technician.id): count for technician, count in groups}
