from collections import namedtuple

from odoo import SUPERUSER_ID, _, api, models

from ...languages import in_all_languages

# A cron of ours that is switched on while more than so many wait holds these back. Few are
# handled as usual: who is visited tomorrow wants to be reminded today.
BACKLOG_LIMIT = 20
# How many are handled in one go, under one savepoint.
HANDLE_BATCH = 100

# model: what the automation is about; domain: the method that says what it should have handled,
# none where it acts on changes only; handler: a rule's method on records; hold: the field that
# holds a record back from a cron; audience: who is told; notice: as in ``support.notifier``.
Automation = namedtuple(
    "Automation",
    "model domain handler hold audience notice is_on",
    defaults=("", "", "", "", "", True),
)
APPOINTMENT = "support.appointment"
DELIVERY = "support.webhook.delivery"
AUTOMATIONS = {
    "cron_send_appointment_reminders": Automation(
        APPOINTMENT,
        "_get_backlog_reminders_domain",
        hold="reminder_held",
        audience="customer",
        notice="reminder",
    ),
    "cron_acknowledge_customers": Automation(
        APPOINTMENT, "_get_backlog_acknowledge_domain", audience="sender"
    ),
    "cron_deliver_webhooks": Automation(DELIVERY, "_get_backlog_deliveries_domain", hold="held"),
    "cron_cleanup_old_appointments": Automation(
        APPOINTMENT, "_get_backlog_cleanup_domain", is_on=False
    ),
    "cron_generate_appointment_statistics": Automation("support.statistics", "", is_on=False),
    "automation_process_email": Automation(
        APPOINTMENT, "_get_backlog_mail_domain", "action_process_email", audience="sender"
    ),
    "automation_intake_answer": Automation(
        APPOINTMENT, "_get_backlog_answer_domain", "_rule_answer_request", audience="sender"
    ),
    "automation_send_confirmation": Automation(
        APPOINTMENT,
        "_get_backlog_confirmation_domain",
        "_rule_send_confirmation",
        audience="customer",
        notice="confirmation",
    ),
    "automation_send_rescheduled": Automation(
        APPOINTMENT,
        "_get_backlog_rescheduled_domain",
        "_rule_send_rescheduled",
        audience="customer",
        notice="rescheduled",
    ),
    "automation_send_updated": Automation(
        APPOINTMENT,
        "_get_backlog_updated_domain",
        "_rule_send_updated",
        audience="customer",
        notice="updated",
    ),
    "automation_send_cancelled": Automation(
        APPOINTMENT,
        "_get_backlog_cancelled_domain",
        "_rule_send_cancelled",
        audience="customer",
        notice="cancelled",
    ),
    "automation_notify_technician": Automation(
        APPOINTMENT,
        "_get_backlog_technician_domain",
        "_rule_notify_technician",
        audience="technician",
    ),
    "automation_sync_ticket_status": Automation(
        APPOINTMENT, "_get_backlog_ticket_domain", "_rule_sync_ticket_status", audience="ticket"
    ),
    "automation_webhook_create": Automation(
        APPOINTMENT,
        "_get_backlog_webhook_in_domain",
        "_rule_read_webhook",
        audience="sender",
        is_on=False,
    ),
    "automation_webhook_response": Automation(
        APPOINTMENT,
        "_get_backlog_webhook_out_domain",
        "_rule_webhook_response",
        audience="webhook",
        is_on=False,
    ),
    "automation_reoffer_slot": Automation(
        APPOINTMENT, "_get_backlog_reoffer_domain", "_rule_reoffer_slot", is_on=False
    ),
    "automation_tell_hit_visits": Automation("resource.calendar.leaves"),
    "automation_tell_schedule_conflicts": Automation("support.technician"),
}


class SupportBacklog(models.AbstractModel):
    """Knows every rule and cron of ours and what each should have handled; holds old work back
    when a cron is switched on."""

    _name = "support.backlog"
    _description = "Backlog of Automations"

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    @api.model
    def _get_names(self, switches):
        """Which of our automations these crons or rules are.

        :param switches: ``ir.cron`` or ``base.automation``
        :return: dict of record id to the name in ``AUTOMATIONS``; others are left out
        """
        names = {}
        for record_id, xmlid in switches.get_external_id().items():
            module, _dot, name = xmlid.partition(".")
            if module == "support_center" and name in AUTOMATIONS:
                names[record_id] = name
        return names

    @api.model
    def _get_switch(self, name):
        """The cron or rule of that name, as superuser; empty if it was deleted."""
        model = "ir.cron" if name.startswith("cron_") else "base.automation"
        record = self.env.ref(f"support_center.{name}", raise_if_not_found=False)
        # sudo: managers see how automation is doing, and may not read crons and rules; nor may
        # dispatchers, who are told what a rule does to their customers.
        return (record or self.env[model]).sudo()

    @api.model
    def _get_domain(self, name):
        """What the automation would handle now.

        :return: domain, or None for one that acts on changes only
        """
        automation = AUTOMATIONS[name]
        if not automation.domain:
            return None
        return getattr(self._get_readable(automation.model), automation.domain)()

    @api.model
    def _get_readable(self, model):
        """The model as far as the user may see its records.

        An administrator switches automation for everybody, whether he is in one of our groups
        or not; a manager sees the own companies' records.
        """
        is_system = self.env.su or self.env.user.has_group("base.group_system")
        return self.env[model].sudo(is_system)

    @api.model
    def _find(self, name, limit=None):
        domain = self._get_domain(name)
        records = self._get_readable(AUTOMATIONS[name].model)
        return records.browse() if domain is None else records.search(domain, limit=limit)

    @api.model
    def _count(self, name):
        domain = self._get_domain(name)
        if domain is None:
            return 0
        return self._get_readable(AUTOMATIONS[name].model).search_count(domain)

    # ------------------------------------------------------------------
    # Switching on
    # ------------------------------------------------------------------

    @api.model
    def _warn_of_switch(self, switch):
        """Ask before a cron or rule is switched on in Settings.

        :param switch: one ``ir.cron`` or ``base.automation``, as a form holds it
        :return: dict with a warning, or None
        """
        origin = switch._origin
        if not switch.active or not origin or origin.active:
            return None
        name = self._get_names(origin).get(origin.id)
        count = name and self._count(name)
        if not count:
            return None
        if AUTOMATIONS[name].hold and count > BACKLOG_LIMIT:
            effect = _("These are held back; Health then asks whether to send them.")
        elif name.startswith("cron_"):
            effect = _("The next run handles them.")
        else:
            effect = _("A rule acts on changes, so these are left alone unless they change.")
        message = _(
            "%(count)s record(s) wait for “%(name)s” already. %(effect)s To see which, discard "
            "this change and use Support Center / Configuration / Health.",
            count=count,
            name=switch.name,
            effect=effect,
        )
        return {"warning": {"title": _("Before you switch this on"), "message": message}}

    @api.model
    def _ask_instead(self, switches):
        """The dry run in place of an "Unarchive" from Odoo's menus, which cannot ask.

        :param switches: ``ir.cron`` or ``base.automation``
        :return: window action, or None where there is nothing to ask
        """
        if len(switches) != 1 or switches.active:
            return None
        name = self._get_names(switches).get(switches.id)
        return self.env["support.dry.run"]._open(name) if name and self._count(name) else None

    @api.model
    def _hold_old_work(self, crons):
        """Hold back what waits for crons that were switched on just now, if it is much.

        :param crons: ``ir.cron``
        """
        for name in self._get_names(crons).values():
            if not AUTOMATIONS[name].hold:
                continue
            waiting = self.sudo()._find(name)  # sudo: of all companies, whoever switches
            if len(waiting) > BACKLOG_LIMIT:
                self._hold(name, waiting)

    @api.model
    def _hold(self, name, records):
        """Hold records back from a cron, until somebody decides; one log row and one activity."""
        records.sudo().write({AUTOMATIONS[name].hold: True})  # sudo: the automation's own mark
        self.env["support.automation.log"]._record(
            "hold_backlog", records.browse(), "skipped", self._describe_hold(name, len(records))
        )
        appointment = records[:1] if records._name == APPOINTMENT else records.appointment_id[:1]
        self._ask_manager(appointment.sudo(), name, len(records))

    @api.model
    def _ask_manager(self, appointment, name, count):
        """Ask a manager to decide on what is held back.

        :param str name: of the automation
        :param int count: how many records it held back
        """
        if not appointment:
            return
        manager = appointment._automation_manager()
        lang = appointment._for_reader(manager).env.lang
        this = self.with_context(lang=lang)
        appointment._try_activity(
            "hold_backlog",
            lambda: appointment.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                **this._prepare_question_vals(name, count),
            ),
        )

    @api.model
    def _prepare_question_vals(self, name, count):
        """
        :return: dict with the summary and the note of the activity
        """
        return {
            "summary": self._get_summary(),
            "note": _(
                "%(message)s Decide in Support Center / Configuration / Health.",
                message=self._describe_hold(name, count),
            ),
        }

    @api.model
    def _describe_hold(self, name, count):
        return _(
            "“%(name)s” was switched on while %(count)s were due already: these are held back.",
            name=self._get_switch(name).name,
            count=count,
        )

    @api.model
    def _get_summary(self):
        return _("Held back: send or leave?")

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    @api.model
    def _find_held(self, name):
        automation = AUTOMATIONS[name]
        domain_method = {
            "reminder_held": "_get_held_reminders_domain",
            "held": "_get_held_deliveries_domain",
        }[automation.hold]
        records = self._get_readable(automation.model)
        return records.search(getattr(records, domain_method)())

    @api.model
    def _release(self, name):
        """Let a cron handle what was held back, and wake it.

        :return: the records
        """
        held = self._find_held(name)
        held.sudo().write({AUTOMATIONS[name].hold: False})  # sudo: the automation's own mark
        self._close_question(name, "release_backlog", held)
        self._get_switch(name)._trigger()
        return held

    @api.model
    def _leave(self, name):
        """Decide that what is held back stays so."""
        self._close_question(name, "leave_backlog", self._find_held(name))

    @api.model
    def _close_question(self, name, action, records):
        message = _(
            "%(count)s held back from “%(name)s”.",
            count=len(records),
            name=self._get_switch(name).name,
        )
        self.env["support.automation.log"]._record(action, records.browse(), "ok", message)
        self._find_question(records).action_done()

    @api.model
    def _find_question(self, records):
        """The activity that asks about these records, as superuser."""
        appointments = records if records._name == APPOINTMENT else records.appointment_id
        # sudo: the activity may be another manager's.
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", APPOINTMENT),
                    ("res_id", "in", appointments.ids),
                    ("summary", "in", in_all_languages(self, "_get_summary")),
                ]
            )
        )

    @api.model
    def _handle(self, name, records):
        """Run a rule's own method on records that it should have handled.

        As OdooBot, like crons and mail: the rights of the administrator who decides say
        nothing about appointments.
        """
        this = records.with_user(SUPERUSER_ID)
        for start in range(0, len(this), HANDLE_BATCH):
            getattr(this[start : start + HANDLE_BATCH], AUTOMATIONS[name].handler)()
