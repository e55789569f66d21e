from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import config

from ...delivery.smtp_probe import probe
from ..notifications.support_notifier import RENDERED

# Odoo sends the queue every hour or sooner; what waits longer is stuck.
STUCK_AFTER = timedelta(hours=2)
MAIL_MODELS = ["support.appointment", "support.ticket", "support.technician"]


class SupportHealthCheck(models.AbstractModel):
    _inherit = "support.health.check"

    # ------------------------------------------------------------------
    # Server and queue
    # ------------------------------------------------------------------

    @api.model
    def _check_mail_server(self):
        """Whether a server is set; ``_probe_mail_servers`` looks whether it answers."""
        label = _("Outgoing mail server")
        # sudo: managers may not read mail servers; name and host are shown.
        servers = self.env["ir.mail_server"].sudo().search([])
        where = ", ".join(f"{s.smtp_host}:{s.smtp_port}" for s in servers)
        if not servers:
            if not config.get("smtp_server") or config["smtp_server"] == "localhost":
                return [
                    self._prepare_row(
                        label,
                        "warning",
                        _("None is set, so Odoo hands mails to this very machine. Set one."),
                        res_model="ir.mail_server",
                        domain="[]",
                    )
                ]
            where = _(
                "%(host)s:%(port)s, from the configuration file",
                host=config["smtp_server"],
                port=config["smtp_port"],
            )
        return [
            self._prepare_row(
                label,
                "ok",
                _("%(where)s. “Test Mail Server” tries it.", where=where),
                res_model="ir.mail_server",
                domain="[]",
            )
        ]

    @api.model
    def _probe_mail_servers(self):
        """Connect to each outgoing mail server; nothing is sent and nobody logs in.

        :return: list of rows
        """
        # sudo: as in _check_mail_server
        servers = self.env["ir.mail_server"].sudo().search([])
        targets = [(s.name, s.smtp_host, s.smtp_port, s.smtp_encryption) for s in servers] or [
            (
                _("Outgoing mail server"),
                config.get("smtp_server") or "localhost",
                int(config.get("smtp_port") or 25),
                "ssl" if config.get("smtp_ssl") == "ssl" else "none",
            )
        ]
        rows = []
        for name, host, port, encryption in targets:
            fault = probe(host or "localhost", port or 25, ssl="ssl" in (encryption or ""))
            if fault:
                message = _(
                    "%(host)s:%(port)s does not answer as a mail server: %(fault)s",
                    host=host,
                    port=port,
                    fault=fault,
                )
            else:
                message = _("%(host)s:%(port)s answers.", host=host, port=port)
            rows.append(
                self._prepare_row(
                    _("%(name)s: connection", name=name),
                    "problem" if fault else "ok",
                    message,
                    res_model="ir.mail_server",
                    domain="[]",
                )
            )
        return rows

    @api.model
    def _check_mail_queue(self):
        """Mails of ours that failed, or that wait for too long."""
        # sudo: managers may not read the queue; the numbers are shown.
        mails = self.env["mail.mail"].sudo()
        failed_domain = [("model", "in", MAIL_MODELS), ("state", "=", "exception")]
        limit = fields.Datetime.now() - STUCK_AFTER
        stuck_domain = [
            ("model", "in", MAIL_MODELS),
            ("state", "=", "outgoing"),
            ("create_date", "<", fields.Datetime.to_string(limit)),
            "|",
            ("scheduled_date", "=", False),
            ("scheduled_date", "<", fields.Datetime.to_string(limit)),
        ]
        rows = self._prepare_count_rows(
            mails,
            [
                (
                    _("Mails that failed"),
                    "problem",
                    _("They were not sent. Open them for the reason, and retry."),
                    failed_domain,
                ),
                (
                    _("Mails on the queue"),
                    "warning",
                    _("They wait for more than two hours. Does the mail queue's job run?"),
                    stuck_domain,
                ),
            ],
        )
        return rows or [
            self._prepare_row(_("Mail queue"), "ok", _("No mail of ours failed or is stuck."))
        ]

    # ------------------------------------------------------------------
    # Address for requests
    # ------------------------------------------------------------------

    @api.model
    def _check_alias(self):
        """The alias is there, makes appointments, takes mail from everybody, has a domain."""
        label = _("Address for requests")
        alias = self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
        if not alias:
            return [
                self._prepare_row(
                    label,
                    "problem",
                    _("The alias was deleted. Upgrade the module Support Center to have it again."),
                    is_module_link=True,
                )
            ]
        alias = alias.sudo()  # sudo: what managers may not read is not shown
        fault = self._find_alias_fault(alias)
        link = {"res_model": "mail.alias", "res_id": alias.id}
        if not fault and not alias.alias_domain_id:
            fault = (
                "warning",
                _(
                    "No alias domain is set: mail is known by “%(name)s@” alone, and customers' "
                    "answers do not find their way back.",
                    name=alias.alias_name,
                ),
            )
        others = self._check_other_aliases(alias)
        if fault:
            return [self._prepare_row(label, *fault, **link), *others]
        return [
            self._prepare_row(
                label,
                "ok",
                _("Mail to %(address)s becomes a request.", address=alias.display_name),
                **link,
            ),
            *others,
        ]

    @api.model
    def _check_other_aliases(self, alias):
        """Aliases of teams and of other companies that Odoo has marked as invalid."""
        invalid = alias.search(
            [
                ("alias_model_id.model", "in", MAIL_MODELS),
                ("alias_status", "=", "invalid"),
                ("id", "!=", alias.id),
            ]
        )
        return [
            self._prepare_row(
                each.display_name,
                "problem",
                _("The last mail could not be taken in: see the alias's defaults."),
                res_model="mail.alias",
                res_id=each.id,
            )
            for each in invalid
        ]

    @api.model
    def _find_alias_fault(self, alias):
        """:return: severity and words, or None"""
        if alias.alias_model_id.model != "support.appointment":
            return "problem", _(
                "The alias makes “%(model)s”, no appointments. Set its model again.",
                model=alias.alias_model_id.name,
            )
        if not alias.alias_name:
            return "problem", _("The alias has no name, so no mail reaches it.")
        if alias.alias_contact != "everyone":
            return "warning", _("Not everybody may write to the alias: new customers bounce.")
        if alias.alias_status == "invalid":
            return "problem", _("The last mail could not be taken in: see the alias's defaults.")
        return None

    # ------------------------------------------------------------------
    # Templates
    # ------------------------------------------------------------------

    @api.model
    def _check_templates(self):
        """Each template is there and can be rendered."""
        # sudo: any appointment will do for the trial, nothing of it is shown.
        appointments = self.env["support.appointment"].sudo()
        sample = appointments.search(
            [("start", "!=", False), ("partner_id.email_normalized", "!=", False)],
            order="id desc",
            limit=1,
        )
        rows = []
        templates = self.env["support.automation.registry"]._get_sorted_templates()
        for xmlid, entry in templates.items():
            template = self.env.ref(f"support_center.{xmlid}", raise_if_not_found=False)
            if not template:
                rows.append(
                    self._prepare_row(
                        entry.name,
                        "problem",
                        _("The template was deleted. Upgrade the module to have it again."),
                        is_module_link=True,
                    )
                )
                continue
            template = template.sudo()  # sudo: the trial reads whatever the template reads
            fault = self._find_template_fault(xmlid, entry, template, sample)
            flaw = not fault and self._find_template_flaw(template)
            if fault or flaw:
                rows.append(
                    self._prepare_row(
                        template.name,
                        "problem" if fault else "warning",
                        fault or flaw,
                        res_model="mail.template",
                        res_id=template.id,
                    )
                )
        if rows:
            return rows
        message = _("All are there and can be rendered.")
        if not sample:
            message = _("All are there; without an appointment none can be tried.")
        return [
            self._prepare_row(
                _("Mail templates"),
                "ok",
                message,
                res_model="mail.template",
                domain="[('model', '=', 'support.appointment')]",
            )
        ]

    @api.model
    def _find_template_fault(self, xmlid, entry, template, sample):
        """Why a template cannot be used, in words; empty if it can."""
        notifier = self.env["support.notifier"]
        fault = notifier._find_template_fault(xmlid)
        if fault or not sample:
            return fault
        try:
            with self.env.cr.savepoint():
                rendered = template._generate_template(sample.ids, RENDERED)
        except Exception as error:  # noqa: BLE001, the fault is what is looked for
            cause = error.__cause__ or error
            return _(
                "It cannot be rendered: %(error)s", error=str(cause).strip().splitlines()[0][:200]
            )
        if entry.is_answer:
            return ""
        return notifier._find_mail_faults(template, rendered).get(sample.id, "")

    @api.model
    def _find_template_flaw(self, template):
        """What should be put right though mails go out, in words; empty if nothing."""
        if not template.subject:
            return _("It has no subject: mails go out with the appointment's reference instead.")
        if template.mail_server_id and not template.mail_server_id.active:
            return _(
                "Its mail server “%(server)s” is archived: mails go out by another one.",
                server=template.mail_server_id.name,
            )
        return ""

    # ------------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------------

    @api.model
    def _check_recipients(self):
        """Customers and technicians of visits to come whom no mail reaches."""
        # sudo: visits of all companies are counted; how many they are is shown.
        appointments = self.env["support.appointment"].sudo()
        ahead = [
            ("state", "=", "confirmed"),
            ("start", ">", fields.Datetime.to_string(fields.Datetime.now())),
        ]
        rows = self._prepare_count_rows(
            appointments,
            [
                (
                    _("Customers without an address"),
                    "warning",
                    _("No mail about these visits is sent. Enter valid e-mail addresses, or call."),
                    [*ahead, ("partner_id.email_normalized", "=", False)],
                ),
                (
                    _("Customers who opted out"),
                    "warning",
                    _("Their addresses are on the blacklist, so nothing is sent. Call them."),
                    [*ahead, ("partner_id.is_blacklisted", "=", True)],
                ),
                (
                    _("Customers whose mails came back"),
                    "warning",
                    _("Check the addresses; a mail from the customer clears this."),
                    [*ahead, ("partner_id.message_bounce", ">", 0)],
                ),
            ],
        )
        # Of each technician once, and not of all the visits.
        groups = appointments._read_group(
            [*ahead, ("technician_id", "!=", False)], ["technician_id"]
        )
        technicians = appointments.technician_id.union(*(technician for (technician,) in groups))
        unreachable = technicians._find_notification_obstacles()
        rows += [
            self._prepare_row(
                technician.name,
                "warning",
                unreachable[technician.id],
                res_model="support.technician",
                res_id=technician.id,
            )
            for technician in technicians
            if technician.id in unreachable
        ]
        return rows or [
            self._prepare_row(
                _("People who cannot be told"),
                "ok",
                _("All customers and technicians of visits to come can be reached."),
            )
        ]
