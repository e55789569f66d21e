from odoo import _, api, models
from odoo.tools import config

from ...formatting import format_names, get_company_zone

SETUP_PAGES = {
    "technician": "support_center.support_technician_action",
    "hours": "support_center.support_technician_action",
    "type": "support_center.support_appointment_type_action",
    "team": "support_center.support_team_action",
    "first_request": "support_center.support_appointment_action",
}
# The steps that are done on the page of the settings itself.
HERE = ("zone", "responsible")


class SupportSettingsPanel(models.AbstractModel):
    """The first steps: what there has to be before a request can become a visit."""

    _inherit = "support.settings.panel"

    @api.model
    def _load_setup(self):
        steps = self._get_setup_steps()
        badges = {True: [_("Done"), "success"], False: [_("To do"), "warning"]}
        rows = [
            self._prepare_panel_row(
                key,
                name,
                done if is_done else missing,
                badge=badges[is_done],
                can_open=key not in HERE and self._can_read(self._get_setup_target(key)[0]),
            )
            for key, name, is_done, done, missing in steps
        ]
        left = sum(not is_done for _key, _name, is_done, _done, _missing in steps)
        if not left:
            intro = _("All is in place: requests can come in, be planned and be answered.")
        else:
            intro = _("%(left)s of %(all)s steps are left.", left=left, all=len(steps))
        return {"intro": intro, "rows": rows, "is_folded": not left}

    @api.model
    def _get_setup_steps(self):
        """The steps in their order.

        :return: list of ``(key, name, whether it is done, words if so, words if not)``
        """
        return [
            self._get_office_step(),
            *self._get_mail_out_steps(),
            *self._get_mail_in_steps(),
            *self._get_planning_steps(),
            *self._get_people_steps(),
            self._get_first_request_step(),
        ]

    @api.model
    def _get_office_step(self):
        # sudo: a working schedule is not every manager's to read.
        calendar = self.env.company.sudo().resource_calendar_id
        return (
            "office",
            _("Opening Hours and Time Zone"),
            bool(calendar.attendance_ids),
            _(
                "Customers are offered times within “%(schedule)s”, in %(zone)s.",
                schedule=calendar.name,
                zone=get_company_zone(self.env.company),
            ),
            _("Give the company a working schedule: customers are offered times within it."),
        )

    @api.model
    def _get_mail_out_steps(self):
        company = self.env.company
        # sudo: managers may not read mail servers; only whether there are some counts.
        has_server = bool(
            self.env["ir.mail_server"].sudo().search_count([], limit=1)
            or config.get("smtp_server") not in (None, "", "localhost")
        )
        return [
            (
                "mail_server",
                _("Outgoing Mail"),
                has_server,
                _("A server is set: customers can be written to."),
                _("Set the server that sends mails, or customers hear nothing."),
            ),
            (
                "company",
                _("Your Company's Address"),
                bool(company.email),
                _("Mails to customers come from %(address)s.", address=company.email),
                _("Give the company an e-mail address: mails to customers come from it."),
            ),
        ]

    @api.model
    def _get_mail_in_steps(self):
        alias = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        # sudo: managers may not read servers and aliases; only whether there are some counts.
        alias_sudo = alias and alias.sudo()
        # Without a name nothing is taken in, whatever the domain.
        has_address = alias_sudo and alias_sudo.alias_name and alias_sudo.alias_domain_id
        address = has_address and alias_sudo.display_name
        teams = self.env["support.team"].sudo()
        teams = teams.search([("company_id", "in", [self.env.company.id, False])])
        unreachable = teams.filtered(
            lambda team: not (team.alias_id.alias_name and team.alias_id.alias_domain_id)
        )
        has_incoming = self._has_mailed_request() or bool(
            self.env["fetchmail.server"].sudo().search_count([("state", "=", "done")], limit=1)
        )
        intake = self.env["support.intake"]
        zone_at_work = intake._find_zone_at_work()
        return [
            (
                "mail_in",
                _("Incoming Mail"),
                has_incoming,
                _("Mails come in."),
                _(
                    "Add the mailbox that Odoo fetches from, or let your mail server hand mails "
                    "over; this step is done when the first one has come in."
                ),
            ),
            (
                "alias_domain",
                _("Address for Requests"),
                bool(address),
                _("Mail to %(address)s becomes a request.", address=address),
                _("Set a mail domain, so that requests and answers find their way in."),
            ),
            (
                "team",
                _("Teams and Their Addresses"),
                bool(teams) and not unreachable,
                _("Each team has an address: a mail to it becomes a ticket."),
                _(
                    "Give %(teams)s an address: a mail to it becomes a ticket.",
                    teams=format_names(unreachable.mapped("name")),
                )
                if unreachable
                else _("Add a team and its address: a mail to it becomes a ticket."),
            ),
            (
                "zone",
                _("Time Zone of Mails"),
                not zone_at_work,
                _(
                    "A time in a mail that names no zone is read in %(zone)s.",
                    zone=intake._get_mail_timezone(),
                ),
                _(
                    "Choose “Time Zone of Mailed Requests” below: “14:00” in a mail is read in "
                    "UTC, while people here work in %(zone)s.",
                    zone=zone_at_work,
                ),
            ),
        ]

    @api.model
    def _get_planning_steps(self):
        # An administrator in none of our groups is told too.
        technicians = self.env["support.automation.registry"]._get_readable("support.technician")
        count = technicians.search_count([("company_id", "=", self.env.company.id)])
        without_hours = technicians.search_count(self._get_without_hours_domain())
        types = technicians.env["support.appointment.type"]
        return [
            (
                "type",
                _("Kinds of Visits"),
                bool(types.search_count([], limit=1)),
                _("Length, buffers and skills come from the type that is chosen."),
                _("Describe a first kind of visit: how long it takes, who can do it."),
            ),
            (
                "technician",
                _("Technicians"),
                bool(count),
                _("1 technician can be sent to customers.")
                if count == 1
                else _("%(count)s technicians can be sent to customers.", count=count),
                _("Add the people who go to customers, with skills and areas."),
            ),
            (
                "hours",
                _("Working Hours"),
                bool(count) and not without_hours,
                _("Every technician has a schedule."),
                self._describe_missing_hours(without_hours),
            ),
        ]

    @api.model
    def _get_people_steps(self):
        # sudo: users are not every manager's to read; the name is shown.
        responsible = self.env.company.sudo().support_responsible_id
        return [
            (
                "dispatcher",
                _("Rights"),
                self._has_dispatcher(),
                _("Somebody besides the administrator plans and answers."),
                _("Give a user the right “Dispatcher”, to review requests and plan."),
            ),
            (
                "responsible",
                _("Who Is Asked"),
                bool(responsible),
                _(
                    "%(user)s gets the activities of the automations, where nobody else is "
                    "responsible.",
                    user=responsible.name,
                ),
                _(
                    "Choose “Responsible for Support” below: until then the first dispatcher gets "
                    "the activities of the automations."
                ),
            ),
        ]

    @api.model
    def _get_first_request_step(self):
        alias = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        # sudo: managers may not read aliases; the address is shown.
        address = alias.sudo().display_name if alias else ""
        if self._has_mailed_request():
            missing = _(
                "A mail has become a request. Confirm it, and read the answer that the sender gets."
            )
        else:
            missing = _(
                "Write a mail to %(address)s as a customer would, find it under “To Review”, "
                "confirm it, and read the answer.",
                address=address,
            )
        return (
            "first_request",
            _("A First Request by Mail"),
            self._has_mailed_request([("confirmation_sent", "=", True)]),
            _("A mail has become a request, then a visit, and the sender was told."),
            missing,
        )

    @api.model
    def _has_mailed_request(self, domain=()):
        visits = self.env["support.automation.registry"]._get_readable("support.appointment")
        own = [("source", "=", "email"), ("company_id", "=", self.env.company.id), *domain]
        return bool(visits.search_count(own, limit=1))

    @api.model
    def _describe_missing_hours(self, count):
        """
        :param int count: how many technicians have no working hours
        """
        if not count:
            return _("Give each technician a schedule; visits are planned within it.")
        if count == 1:
            return _("1 technician has no schedule: free day and night.")
        return _("%(count)s technicians have no schedule: free day and night.", count=count)

    @api.model
    def _get_without_hours_domain(self):
        return [("company_id", "=", self.env.company.id), ("resource_calendar_id", "=", False)]

    @api.model
    def _has_dispatcher(self):
        group = self.env.ref("support_center.group_support_dispatcher")
        manager = self.env.ref("support_center.group_support_manager")
        # sudo: who is in which group is not every manager's to read; only whether somebody is.
        users = self.env["res.users"].sudo()
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        return bool(
            users.search_count(
                [
                    ("groups_id", "in", [group.id, manager.id]),
                    ("id", "!=", administrator.id if administrator else 0),
                ],
                limit=1,
            )
        )

    @api.model
    def _get_setup_target(self, key):
        """Where a step is done.

        :return: ``(model, id or None, domain or None)``
        """
        return {
            "mail_server": ("ir.mail_server", None, None),
            "office": ("resource.calendar", self.env.company.resource_calendar_id.id, None),
            "company": ("res.company", self.env.company.id, None),
            "mail_in": ("fetchmail.server", None, None),
            "team": ("support.team", None, None),
            "first_request": ("support.appointment", None, [("source", "=", "email")]),
            "alias_domain": ("mail.alias.domain", None, None),
            "technician": ("support.technician", None, None),
            "hours": ("support.technician", None, None),
            "type": ("support.appointment.type", None, None),
            "dispatcher": ("res.users", None, [("share", "=", False)]),
        }[key]

    @api.model
    def _press_setup_open(self, key):
        names = {step[0]: step[1] for step in self._get_setup_steps()}
        model, res_id, domain = self._get_setup_target(key)
        if key == "hours":
            without_hours = self.env["support.technician"].search_count(
                self._get_without_hours_domain()
            )
            domain = self._get_without_hours_domain() if without_hours else None
        if key in SETUP_PAGES:
            # The page of the menu: while it is empty, it says what to enter.
            page = self.env["ir.actions.actions"]._for_xml_id(SETUP_PAGES[key])
            return {**page, "name": names[key], "domain": domain or page["domain"]}
        return self._prepare_open_action(model, names[key], res_id=res_id, domain=domain)
