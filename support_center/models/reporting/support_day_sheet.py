from odoo import _, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ...formatting import (
    ONE_DAY,
    format_hour_of_day,
    get_day,
    get_midnight,
    get_technician_zone,
    get_viewer_zone,
)

# What somebody goes to, and what was of the same day.
PLANNED_STATES = ("confirmed", "in_progress")
SHOWN_STATES = (*PLANNED_STATES, "done", "no_show")


class SupportDaySheet(models.AbstractModel):
    """A day's visits on paper: of one technician, of several, or of everybody."""

    _name = "support.day.sheet"
    _description = "Day Sheet"

    # ------------------------------------------------------------------
    # Printing
    # ------------------------------------------------------------------

    @api.model
    def print_day(self, day=False, technician_id=False):
        """The day's sheet: of a technician, or of all who have visits.

        Who does not plan gets the own one, whatever is left out.

        :param day: ``YYYY-MM-DD``; without it, today in each technician's zone
        :param technician_id: id; without it everybody, one page each
        :return: report action
        :raise AccessError: for somebody else's, unless the user plans
        :raise ValidationError: for what is no day or no id
        """
        arguments = self.env["support.arguments"]
        day = arguments._get_day("day", day)
        number = arguments._get_id("technician_id", technician_id)
        technicians = self.env["support.technician"].browse(number or []).exists()
        if not number:
            technicians = self._find_technicians(day)
        return self._print(day, technicians)

    @api.model
    def print_own_day(self, day=False):
        """The sheet of the user's own visits, also of one who plans those of others.

        :param day: as of ``print_day``
        :return: report action
        :raise ValidationError: for what is no day
        """
        day = self.env["support.arguments"]._get_day("day", day)
        return self._print(day, self._find_own_technicians())

    @api.model
    def _find_own_technicians(self):
        return self.env["support.my.day"]._find_own_technicians()

    @api.model
    def _print(self, day, technicians):
        """
        :param date day: False for today
        :return: report action
        """
        self._check_sheets_access(technicians)
        report = self.env.ref("support_center.action_report_day_sheet")
        data = {
            "day": day and day.isoformat(),
            "technician_ids": technicians.ids,
        }
        # Without records, or Odoo's client leaves the day out.
        return report.report_action([], data=data, config=False)

    @api.model
    def _is_planner(self):
        return self.env["support.appointment"]._is_dispatcher()

    @api.model
    def _check_sheets_access(self, technicians):
        technicians.read(["name"])  # refuses those of another company
        is_foreign = any(technician.user_id != self.env.user for technician in technicians)
        if is_foreign and not self._is_planner():
            raise AccessError(_("You can print your own day only."))

    @api.model
    def _find_technicians(self, day):
        """All who have visits on a day; for those who do not plan, themselves."""
        technicians = self.env["support.technician"]
        if not self._is_planner():
            return self._find_own_technicians()
        zone = get_viewer_zone(self.env)
        day = day or get_day(fields.Datetime.now(), zone)
        # A day and a night on either side: it is another day in other zones.
        domain = self._get_visits_domain(day - ONE_DAY, day + ONE_DAY, zone)
        groups = self.env["support.appointment"]._read_group(
            [*domain, ("technician_id", "!=", False)], ["technician_id"]
        )
        # Who went to another company is out of sight, and has only visits here that are over.
        found = technicians.with_context(active_test=False).search(
            [("id", "in", [technician.id for (technician,) in groups])]
        )
        sheets = self._prepare_sheets(found, day)
        return technicians.browse([each["technician"].id for each in sheets if each["visits"]])

    # ------------------------------------------------------------------
    # Sheets
    # ------------------------------------------------------------------

    @api.model
    def _get_visits_domain(self, first, last, zone):
        """
        :param date first: in ``zone``
        :param date last: the last day
        """
        return [
            ("state", "in", SHOWN_STATES),
            ("stop", ">", get_midnight(first, zone)),
            ("start", "<", get_midnight(last + ONE_DAY, zone)),
        ]

    @api.model
    def _prepare_sheets(self, technicians, day=False, companies=None):
        """What the sheets show, in the language of the environment and each technician's zone.

        A technician may work for several companies. A reader's rights leave out the visits of
        those that are not theirs; a superuser, who has none, names the companies.

        :param technicians: ``support.technician``; one sheet each, by name
        :param date day: False for today
        :param companies: ``res.company`` whose visits are shown; None for all
        :return: list of dicts with ``technician``, ``name``, ``day`` in words, ``zone`` (empty
            where it is the reader's) and ``visits``, as ``_prepare_visit`` returns them
        """
        now = fields.Datetime.now()
        zones = {technician: get_technician_zone(technician) for technician in technicians}
        days = {technician: day or get_day(now, zone) for technician, zone in zones.items()}
        if not technicians:
            return []
        domain = self._get_visits_domain(
            min(days.values()) - ONE_DAY, max(days.values()) + ONE_DAY, "UTC"
        )
        domain += [("technician_id", "in", technicians.ids)]
        if companies:
            domain += [("company_id", "in", companies.ids)]
        visits = self.env["support.appointment"].search(domain, order="start, id")
        by_technician = visits.grouped("technician_id")
        viewer = get_viewer_zone(self.env)
        sheets = []
        for technician in technicians.sorted("name"):
            zone, shown = zones[technician], days[technician]
            begins, ends = get_midnight(shown, zone), get_midnight(shown + ONE_DAY, zone)
            those = by_technician.get(technician, visits.browse()).filtered(
                lambda a, begins=begins, ends=ends: a.stop > begins and a.start < ends
            )
            sheets.append(
                {
                    "technician": technician,
                    "name": technician.name,
                    "day": format_date(self.env, shown, date_format="full"),
                    "zone": zone if zone != viewer else "",
                    "visits": [self._prepare_visit(visit, zone, shown) for visit in those],
                }
            )
        return sheets

    @api.model
    def _prepare_visit(self, visit, zone, day):
        """
        :return: dict of texts, empty where there is nothing
        """
        place = self.env["support.my.day"]._get_place(visit)
        priorities = dict(visit._fields["priority"]._description_selection(self.env))
        return {
            "start": format_hour_of_day(self.env, visit.start, zone, day),
            "stop": format_hour_of_day(self.env, visit.stop or visit.start, zone, day),
            "reference": visit.name,
            "state": "" if visit.state in PLANNED_STATES else visit._get_state_label(),
            "customer": visit.customer_name or visit.partner_id.name or "",
            "phone": visit.customer_phone or "",
            "place": place,
            "map_url": (place and visit.map_url) or "",
            "what": visit.type_id.name or "",
            "priority": priorities[visit.priority] if visit.priority in ("2", "3") else "",
            "notes": visit.description or "",
        }

    @api.model
    def _get_no_address_words(self):
        return _("No sheet: there is no valid e-mail address. Enter one.")

    @api.model
    def _get_failure_words(self):
        return _("The day sheets for the dispatchers could not be sent")
