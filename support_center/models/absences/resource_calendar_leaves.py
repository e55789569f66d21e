from datetime import timedelta

from odoo import api, fields, models

from ...formatting import ONE_DAY, get_day, get_midnight, get_technician_zone

# Whose leave or holiday it is, and whether it is one.
WHOSE_FIELDS = {"resource_id", "calendar_id", "time_type"}


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    # ------------------------------------------------------------------
    # Whole days of the technician
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        """Propose a technician's whole day, today in the technician's time zone.

        Odoo proposes the hours of the user's company, in the user's own zone.
        """
        values = super().default_get(fields_list)
        # What the caller gave stays.
        wanted = {"date_from", "date_to"} & set(fields_list)
        wanted = {name for name in wanted if f"default_{name}" not in self.env.context}
        resource = self.env["resource.resource"].browse(
            values.get("resource_id") or self.env.context.get("default_resource_id") or []
        )
        if len(wanted) == 2 and resource._filter_technicians():
            first, last = self._get_whole_day(fields.Datetime.now(), resource)
            values.update(date_from=first, date_to=last)
        return values

    @api.depends("date_from")
    def _compute_date_to(self):
        """The end of the first day, in the technician's time zone where it is a technician's."""
        technicians = self.resource_id._filter_technicians()
        theirs = self.filtered(lambda leave: leave.date_from and leave.resource_id in technicians)
        super(ResourceCalendarLeaves, self - theirs)._compute_date_to()
        for leave in theirs:
            leave.date_to = self._get_whole_day(leave.date_from, leave.resource_id)[1]

    @api.model
    def _get_whole_day(self, moment, resource):
        """The day of ``moment`` on the resource's wall calendar.

        :param datetime moment: naive UTC
        :param resource: ``resource.resource``
        :return: tuple of its first and its last second, naive UTC
        """
        zone = get_technician_zone(resource)
        day = get_day(moment, zone)
        # Not 24 hours later: a day on which the clock changes has 23 or 25.
        first, following = get_midnight(day, zone), get_midnight(day + ONE_DAY, zone)
        return first, following - timedelta(seconds=1)

    # ------------------------------------------------------------------
    # Visits in conflict
    # ------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if WHOSE_FIELDS & vals.keys():
            self._update_conflict_activities()
        return result

    def unlink(self):
        result = super().unlink()
        self._update_conflict_activities()
        return result

    @api.model
    def _update_conflict_activities(self):
        """Close what was asked of a dispatcher because of a leave that is gone or another's.

        The rule below hears of what is a leave, and of whose it is, after the change only.
        """
        # sudo: as below
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        told = technicians.search([("time_off_conflict_activity_id", "!=", False)])
        told._run_automation(
            "tell_hit_visits", lambda technicians: technicians.sudo()._notify_time_off_conflicts()
        )

    def _rule_tell_hit_visits(self):
        """Tell a dispatcher which planned visits fall into new or moved leaves and holidays."""
        # sudo: a user who enters a leave need not be one who plans visits.
        leaves = self.sudo().filtered(
            lambda leave: leave.time_type == "leave" and leave.date_to > fields.Datetime.now()
        )
        if not leaves:
            return
        # A holiday is everybody's until its schedule and company are looked at.
        is_public = not all(leave.resource_id for leave in leaves)
        domain = [] if is_public else [("resource_id", "in", leaves.resource_id.ids)]
        leaves.env["support.technician"].search(domain)._run_automation(
            "tell_hit_visits",
            # sudo: as above; the guard has put the rights of the user who saved back.
            lambda technicians: technicians.sudo()._notify_time_off_conflicts(leaves),
        )
