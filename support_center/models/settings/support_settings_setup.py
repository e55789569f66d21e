from odoo import _, api, models
from odoo.tools import config

SETUP_PAGES = {
    "technician": "support_center.support_technician_action",
    "hours": "support_center.support_technician_action",
    "type": "support_center.support_appointment_type_action",
}
# The step that is done on the page of the settings itself.
HERE = "zone"


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
                can_open=key != HERE and self._can_read(self._get_setup_target(key)[0]),
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
        company = self.env.company
        # sudo: managers may not read mail servers and aliases; only whether there are some counts.
        has_server = bool(
            self.env["ir.mail_server"].sudo().search_count([], limit=1)
            or config.get("smtp_server") not in (None, "", "localhost")
        )
        alias = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        alias_sudo = alias and alias.sudo()
        # Without a name nothing is taken in, whatever the domain.
        has_address = alias_sudo and alias_sudo.alias_name and alias_sudo.alias_domain_id
        address = has_address and alias_sudo.display_name
        # An administrator in none of our groups is told too.
        technicians = self.env["support.backlog"]._get_readable("support.technician")
        count = technicians.search_count([("company_id", "=", company.id)])
        tireless = technicians.search_count(self._get_tireless_domain())
        types = technicians.env["support.appointment.type"]
        intake = self.env["support.intake"]
        zone_at_work = intake._find_zone_at_work()
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
            (
                "alias_domain",
                _("Address for Requests"),
                bool(address),
                _("Mail to %(address)s becomes a request.", address=address),
                _("Set a mail domain, so that requests and answers find their way in."),
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
            (
                "technician",
                _("Technicians"),
                bool(count),
                _("%(count)s technician(s) can be sent to customers.", count=count),
                _("Add whoever goes to customers, with skills and areas."),
            ),
            (
                "hours",
                _("Working Hours"),
                bool(count) and not tireless,
                _("Every technician has a schedule."),
                _("%(count)s technician(s) have no schedule: free day and night.", count=tireless)
                if tireless
                else _("Give each technician a schedule; visits are planned within it."),
            ),
            (
                "type",
                _("Kinds of Visits"),
                bool(types.search_count([], limit=1)),
                _("Length, buffers and skills come from the type that is chosen."),
                _("Describe a first kind of visit: how long it takes, who can do it."),
            ),
            (
                "dispatcher",
                _("Dispatchers"),
                self._has_dispatcher(),
                _("Somebody besides the administrator plans and answers."),
                _("Give a user the right “Dispatcher”, to review requests and plan."),
            ),
        ]

    @api.model
    def _get_tireless_domain(self):
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
            "company": ("res.company", self.env.company.id, None),
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
            tireless = self.env["support.technician"].search_count(self._get_tireless_domain())
            domain = self._get_tireless_domain() if tireless else None
        if key in SETUP_PAGES:
            # The page of the menu: while it is empty, it says what to enter.
            page = self.env["ir.actions.actions"]._for_xml_id(SETUP_PAGES[key])
            return {**page, "name": names[key], "domain": domain or page["domain"]}
        return self._prepare_open_action(model, names[key], res_id=res_id, domain=domain)
