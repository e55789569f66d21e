from odoo import _, api, models

from odoo.addons.base.models.res_partner import _tz_get

from ...formatting import format_names
from ..appointment.states import LIVE_STATES, OPEN_STATES
from ..automation.ir_config_parameter import DEFAULTS
from ..automation.support_automation_mixin import BACKLOG_MAX

OVERLAPS_SHOWN = 50
YES_OR_NO = {"", "true", "false", "1", "0", "yes", "no", "y", "n", "t", "f", "on", "off"}


class SupportHealthCheck(models.AbstractModel):
    _inherit = "support.health.check"

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    @api.model
    def _check_received(self):
        return self._prepare_request_rows(
            _("Requests not read"),
            [("intake_state", "=", "received"), ("state", "=", "draft")],
            _("They came in and no rule read them. Is the rule that reads them on?"),
            _("Every request was read."),
        )

    @api.model
    def _check_review(self):
        return self._prepare_request_rows(
            _("Requests to review"),
            [("intake_state", "=", "review"), ("state", "=", "draft")],
            _("Something is missing or wrong in them: a dispatcher has to look."),
            _("No request needs a dispatcher's look."),
        )

    @api.model
    def _check_customers(self):
        """Visits of before 1.4.0, which let a confirmed one lose its customer; the database
        cannot refuse new ones until these are mended and the module is upgraded."""
        return self._prepare_request_rows(
            _("Confirmed without a customer"),
            [("state", "in", LIVE_STATES), ("partner_id", "=", False)],
            _(
                "Nobody is told of them. Choose a customer or cancel them, then upgrade the module "
                "Support Center, so that the database refuses new ones."
            ),
            _("Every confirmed visit has a customer."),
        )

    @api.model
    def _prepare_request_rows(self, label, domain, warning, ok):
        count = (
            self.env["support.automation.registry"]
            ._get_readable("support.appointment")
            .search_count(domain, limit=BACKLOG_MAX)
        )
        return [
            self._prepare_row(
                label,
                "warning" if count else "ok",
                self._add_count_limit(warning, count) if count else ok,
                count=count,
                res_model="support.appointment" if count else False,
                domain=str(domain),
            )
        ]

    # ------------------------------------------------------------------
    # Booking guarantee
    # ------------------------------------------------------------------

    @api.model
    def _check_booking_guarantee(self):
        """The database itself refuses double bookings, or which ones are in its way."""
        label = _("Booking guarantee")
        guarantee = self.env["support.booking.guarantee"]
        if guarantee._recheck_constraint():
            return [self._prepare_row(label, "ok", _("The database refuses every double booking."))]
        pairs = guarantee._find_overlaps(limit=OVERLAPS_SHOWN)
        if not pairs:
            return [
                self._prepare_row(
                    label,
                    "problem",
                    _("The constraint is missing, and nothing is in its way: make it."),
                    can_make_guarantee=True,
                )
            ]
        named = format_names(f"{row[1]} / {row[3]}" for row in pairs[:5])
        return [
            self._prepare_row(
                label,
                "problem",
                _(
                    "The constraint is missing and these overlap: %(pairs)s. Move or cancel one of "
                    "each pair, then refresh and make it. New overlaps are refused meanwhile, "
                    "but not those of raw SQL.",
                    pairs=named,
                ),
                count=len(pairs),
                res_model="support.appointment",
                domain=str([("id", "in", sorted({i for row in pairs for i in (row[0], row[2])}))]),
            )
        ]

    # ------------------------------------------------------------------
    # Technicians
    # ------------------------------------------------------------------

    @api.model
    def _check_technicians(self):
        """Technicians who share a user, whose user is archived, or who left visits behind."""
        # sudo: as far as the user may see, users included, which not every manager may read.
        technicians = self.env["support.automation.registry"]._get_readable("support.technician")
        employed = technicians.search([("user_id", "!=", False)])
        archived = employed - employed._filter_employed()
        shared = employed.browse().union(
            *(those for those in employed.sudo().grouped("user_id").values() if len(those) > 1)
        )
        rows = [
            self._prepare_row(
                name,
                severity,
                message,
                count=len(found),
                res_model="support.technician",
                domain=str([("id", "in", found.ids)]),
            )
            for name, severity, message, found in (
                (
                    _("Technicians with the same user"),
                    "problem",
                    _(
                        "Two technicians of one user can be booked at the same time: %(names)s. "
                        "Archive one of each, or give them different users.",
                        names=format_names(shared.mapped("name")),
                    ),
                    shared,
                ),
                (
                    _("Technicians with an archived user"),
                    "warning",
                    _(
                        "They get no more visits and are told of none: %(names)s. Archive the "
                        "technician, or choose another user or none.",
                        names=format_names(archived.mapped("name")),
                    ),
                    archived,
                ),
            )
            if found
        ]
        rows += self._prepare_left_behind_rows()
        return rows or [
            self._prepare_row(
                _("Technicians"),
                "ok",
                _("Each user is one technician, and no visit was left behind."),
            )
        ]

    @api.model
    def _prepare_left_behind_rows(self):
        """Planned visits whose technician is archived or works for another company."""
        appointments = self.env["support.automation.registry"]._get_readable("support.appointment")
        planned = [("technician_id", "!=", False), ("state", "in", OPEN_STATES)]
        # The visits themselves of those technicians alone, of whom there are few.
        left = []
        for technician, company in appointments._read_group(
            planned, ["technician_id", "company_id"]
        ):
            # sudo: a technician of another company is out of the manager's sight.
            technician_sudo = technician.sudo()
            if not technician_sudo.active or (technician_sudo.company_id or company) != company:
                theirs = [("technician_id", "=", technician.id), ("company_id", "=", company.id)]
                left = [*(["|", *left] if left else []), "&", *theirs]
        if not left:
            return []
        ids = appointments.search([*planned, *left]).ids
        return [
            self._prepare_row(
                _("Visits left behind"),
                "warning",
                _(
                    "Their technician is archived or works for another company. Give them to "
                    "somebody else."
                ),
                count=len(ids),
                res_model="support.appointment",
                domain=str([("id", "in", sorted(ids))]),
            )
        ]

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    @api.model
    def _check_integration_users(self):
        """A program's user should be able to do no more than the integration group says."""
        label = _("Integration users")
        group = self.env.ref("support_center.group_support_integration")
        # sudo: who is in which group is not every manager's to read.
        accounts = self.env["res.users"].sudo().search([("groups_id", "in", group.ids)])
        allowed = self._get_all_groups(group.sudo())
        rows = []
        for account in accounts:
            # With what they imply, since Odoo 19 keeps only those given by hand in the field.
            extra = self._get_all_groups(account.groups_id) - allowed
            if extra:
                rows.append(
                    self._prepare_row(
                        _("Integration user %(name)s", name=account.name),
                        "warning",
                        _(
                            "Has more rights than an integration needs: %(groups)s.",
                            groups=format_names(extra.sorted("id")[:8].mapped("full_name")),
                        ),
                        count=len(extra),
                        res_model="res.users",
                        res_id=account.id,
                    )
                )
        return rows or [
            self._prepare_row(
                label,
                "ok",
                _("None of the %(count)s has other rights.", count=len(accounts))
                if accounts
                else _("There is none."),
                count=len(accounts),
            )
        ]

    @api.model
    def _get_all_groups(self, groups):
        """These groups and all that they imply."""
        found = groups
        while groups:
            groups = groups.implied_ids - found
            found |= groups
        return found

    # ------------------------------------------------------------------
    # Parameters
    # ------------------------------------------------------------------

    @api.model
    def _check_parameters(self):
        """Those of our parameters that cannot be read, or that nobody seems to have chosen."""
        # sudo: managers may not read parameters; a value that cannot be read is no secret.
        parameters = self.env["ir.config_parameter"].sudo()
        rows = []
        for key, fault in (
            *((key, self._find_number_fault) for key in DEFAULTS),
            ("support_center.intake_timezone", self._find_zone_fault),
            ("support_center.webhook_allow_private", self._find_flag_fault),
        ):
            message = fault(key, (parameters.get_param(key) or "").strip())
            if message:
                parameter = parameters.search([("key", "=", key)], limit=1)
                rows.append(
                    self._prepare_row(
                        key,
                        "warning",
                        message,
                        res_model="ir.config_parameter",
                        res_id=parameter.id,
                    )
                )
        return rows or [
            self._prepare_row(
                _("Parameters"),
                "ok",
                _("All can be read."),
                action_xmlid="support_center.res_config_settings_action",
            )
        ]

    @api.model
    def _find_number_fault(self, key, text):
        if self.env["ir.config_parameter"]._parse_support_number(key, text):
            return False
        return _(
            "“%(value)s” is no number above zero; %(default)s is taken.",
            value=text,
            default=DEFAULTS[key],
        )

    @api.model
    def _find_zone_fault(self, _key, text):
        if text and text not in dict(_tz_get(self)):
            return _("“%(value)s” is no time zone; UTC is taken.", value=text)
        zone = self.env["support.intake"]._find_zone_at_work()
        return zone and _(
            "Times in mails are read in UTC, while people here work in %(zone)s. Choose the zone "
            "of mailed requests in the settings.",
            zone=zone,
        )

    @api.model
    def _find_flag_fault(self, _key, text):
        if text.lower() in YES_OR_NO:
            return False
        return _("“%(value)s” is neither yes nor no; no is taken.", value=text)
