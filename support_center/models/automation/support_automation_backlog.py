from odoo import SUPERUSER_ID, _, api, models

from ...languages import in_all_languages
from .support_automation_mixin import BACKLOG_MAX

# A cron of ours that is switched on while more than so many wait holds these back. Few are
# handled as usual: who is visited tomorrow wants to be reminded today.
BACKLOG_LIMIT = 20
# How many are handled in one go, under one savepoint.
HANDLE_BATCH = 100


class SupportAutomationBacklog(models.AbstractModel):
    """Counts what each rule and cron of ours should have handled; holds old work back when a
    cron is switched on, until somebody decides."""

    _name = "support.automation.backlog"
    _description = "Backlog of Automations"

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    @api.model
    def _get_automation(self, name):
        return self._get_registry()._get_automations()[name]

    @api.model
    def _get_registry(self):
        return self.env["support.automation.registry"]

    @api.model
    def _get_waiting_domain(self, name):
        """What the automation would handle now.

        :return: ``(the model with the rights to look, domain)``; the domain is None for one that
            acts on changes only
        """
        automation = self._get_automation(name)
        records = self._get_registry()._get_readable(automation.model)
        return records, getattr(records, automation.domain)() if automation.domain else None

    @api.model
    def _find(self, name, limit=None):
        records, domain = self._get_waiting_domain(name)
        return records.browse() if domain is None else records.search(domain, limit=limit)

    @api.model
    def _count(self, name):
        """How many wait; no more than ``BACKLOG_MAX`` are counted."""
        records, domain = self._get_waiting_domain(name)
        return 0 if domain is None else records.search_count(domain, limit=BACKLOG_MAX)

    @api.model
    def _look(self, name, limit):
        """What waits, and how much.

        :return: tuple of at most ``limit`` records, and how many there are as ``_count`` says it
        """
        records, domain = self._get_waiting_domain(name)
        if domain is None:
            return records.browse(), 0
        found = records.search(domain, limit=limit)
        if len(found) < limit:
            return found, len(found)
        return found, records.search_count(domain, limit=BACKLOG_MAX)

    @api.model
    def _describe_count(self, count):
        """A number as ``_count`` returns it, in words where there may be more."""
        return _("%(count)s or more", count=count) if count >= BACKLOG_MAX else str(count)

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
        name = self._get_registry()._get_names(origin).get(origin.id)
        count = name and self._count(name)
        if not count:
            return None
        if self._get_automation(name).hold and count > BACKLOG_LIMIT:
            effect = _("These are held back; Health then asks whether to send them.")
        elif self._get_registry()._is_scheduled_action(name):
            effect = _("The next run handles them.")
        else:
            effect = _("A rule acts on changes, so these are left alone unless they change.")
        if count == 1:
            waiting = _("1 record waits for “%(name)s” already.", name=switch.name)
        else:
            waiting = _(
                "%(count)s records wait for “%(name)s” already.",
                count=self._describe_count(count),
                name=switch.name,
            )
        message = _(
            "%(waiting)s %(effect)s To see which, discard this change and use Support Center / "
            "Configuration / Health.",
            waiting=waiting,
            effect=effect,
        )
        return {"warning": {"title": _("Before you switch this on"), "message": message}}

    @api.model
    def _hold_old_work(self, crons):
        """Hold back what waits for crons that were switched on just now, if it is much.

        :param crons: ``ir.cron``
        """
        for name in self._get_registry()._get_names(crons).values():
            if not self._get_automation(name).hold:
                continue
            # sudo: what waits in all companies, also those of which the user sees nothing
            waiting = self.sudo()._find(name)
            if len(waiting) > BACKLOG_LIMIT:
                self._hold(name, waiting)

    @api.model
    def _wake_switched_on(self, crons):
        """Have those run at once that are to, whenever their next turn would be.

        :param crons: ``ir.cron`` that were switched on just now
        """
        for cron_id, name in self._get_registry()._get_names(crons).items():
            if self._get_automation(name).preview:
                crons.browse(cron_id)._trigger()

    @api.model
    def _describe_switch(self, name):
        """What an automation does as soon as it is switched on, beside what waits for it.

        :return: str in words; empty where that is nothing
        """
        automation = self._get_automation(name)
        if not automation.preview:
            return ""
        return getattr(self._get_registry()._get_readable(automation.model), automation.preview)()

    @api.model
    def _hold(self, name, records):
        """Hold records back from a cron, until somebody decides; one log row and one activity."""
        automation = self._get_automation(name)
        records.sudo().write({automation.hold: True})  # sudo: the automation's own mark
        self.env["support.automation.log"]._record(
            "hold_backlog", records.browse(), "skipped", self._describe_hold(name, len(records))
        )
        self._ask_manager(self._get_asking(automation, records)[:1].sudo(), name, len(records))

    @api.model
    def _get_asking(self, automation, records):
        """The records that may get the activity which asks about ``records``."""
        return records.mapped(automation.asks_on) if automation.asks_on else records

    @api.model
    def _ask_manager(self, record, name, count):
        """Ask a manager to decide on what is held back.

        :param record: what gets the activity, with the automation guard; an empty one gets none
        :param str name: of the automation
        :param int count: how many records it held back
        """
        if not record:
            return
        manager = record._automation_manager()
        lang = record._for_reader(manager).env.lang
        this = self.with_context(lang=lang)
        record._try_activity(
            "hold_backlog",
            lambda: record.activity_schedule(
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
            name=self._get_registry()._get_switch(name).name,
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
        automation = self._get_automation(name)
        records = self._get_registry()._get_readable(automation.model)
        return records.search(getattr(records, automation.held_domain)())

    @api.model
    def _release(self, name):
        """Let a cron handle what was held back, and wake it.

        :return: the records
        """
        held = self._find_held(name)
        automation = self._get_automation(name)
        held.sudo().write({automation.hold: False})  # sudo: the automation's own mark
        self._close_question(name, "release_backlog", held)
        self._get_registry()._get_switch(name)._trigger()
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
            name=self._get_registry()._get_switch(name).name,
        )
        self.env["support.automation.log"]._record(action, records.browse(), "ok", message)
        self._find_question(name, records).action_feedback()

    @api.model
    def _find_question(self, name, records):
        """The activity that asks about these records, as superuser."""
        asking = self._get_asking(self._get_automation(name), records)
        # sudo: the activity may be another manager's.
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", asking._name),
                    ("res_id", "in", asking.ids),
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
        handler = self._get_automation(name).handler
        this = records.with_user(SUPERUSER_ID)
        for start in range(0, len(this), HANDLE_BATCH):
            getattr(this[start : start + HANDLE_BATCH], handler)()
