from dataclasses import dataclass

from odoo import api, models


@dataclass(frozen=True)
class Automation:
    """All that there is to say of one rule (``base.automation``) or scheduled action (``ir.cron``).

    :param str model: what it acts on
    :param int sequence: its place on the pages; scheduled actions stand before rules
    :param str description: what it is for, in the reader's language
    :param str effect: what it does to one record, in the reader's language
    :param str domain: the method of ``model`` that says what it should have handled by now; empty
        where it acts on changes only
    :param str handler: a rule's method on records; empty for scheduled actions
    :param str hold: the field that holds a record back from a scheduled action, where there is one
    :param str held_domain: the method of ``model`` that says what is held back
    :param str asks_on: the field that leads from a record to the one that gets the activity which
        asks about what is held back; empty where that is the record itself
    :param str audience: who is told, see ``_describe_backlog_audience``; empty for nobody
    :param str notice: what is told, a kind of ``support.notifier``
    :param str template: XML id of the mail template that it sends, without the module
    :param str preview: the method of ``model`` that says in words what a scheduled action does as
        soon as it is switched on; one that has it runs then, and not at its next turn
    :param bool is_on: whether it is on when the module is installed
    """

    model: str
    sequence: int
    description: str
    effect: str
    domain: str = ""
    handler: str = ""
    hold: str = ""
    held_domain: str = ""
    asks_on: str = ""
    audience: str = ""
    notice: str = ""
    template: str = ""
    preview: str = ""
    is_on: bool = True


@dataclass(frozen=True)
class MailTemplate:
    """All that there is to say of one mail template.

    :param str name: as it is when installed, for where the template was deleted
    :param int sequence: its place on the pages
    :param str sample: what a sample of it is about, ``visit`` or ``request``; empty where there
        is none
    :param str method: what a calendar does with the file that goes with it (RFC 5546); empty
        where none goes with it
    :param bool is_answer: whether the program and not the template decides whom it goes to
    """

    name: str
    sequence: int
    sample: str = ""
    method: str = ""
    is_answer: bool = False


class SupportAutomationRegistry(models.AbstractModel):
    """Every rule, scheduled action and mail template of ours, each described once.

    A package describes its own in its ``support_automation_registry.py``. The backlog, the dry
    run, Health, the settings page and the samples of mails read it here.
    """

    _name = "support.automation.registry"
    _description = "Registry of Automations"

    @api.model
    def _get_automations(self):
        """The rules and scheduled actions; each package adds its own.

        :return: dict of XML id to ``Automation``: ours without the module, those of other addons
            with it; the id of a scheduled action begins with ``cron_``
        """
        return {}

    @api.model
    def _get_templates(self):
        """The mail templates; each package adds its own.

        :return: dict of XML id, without the module, to ``MailTemplate``
        """
        return {}

    @api.model
    def _get_sorted_automations(self):
        """As ``_get_automations``, in the order of the pages."""
        return self._sort(self._get_automations())

    @api.model
    def _get_sorted_templates(self):
        """As ``_get_templates``, in the order of the pages."""
        return self._sort(self._get_templates())

    @api.model
    def _sort(self, entries):
        return dict(sorted(entries.items(), key=lambda item: item[1].sequence))

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    @api.model
    def _get_names(self, switches):
        """Which of our automations these scheduled actions or rules are.

        :param switches: ``ir.cron`` or ``base.automation``
        :return: dict of record id to the name in ``_get_automations``; others are left out
        """
        automations = self._get_automations()
        names = {}
        for record_id, xmlid in switches.get_external_id().items():
            name = xmlid.removeprefix("support_center.")
            if name in automations:
                names[record_id] = name
        return names

    @api.model
    def _is_scheduled_action(self, name):
        """
        :param str name: as in ``_get_automations``
        :return: bool; False for a rule
        """
        return name.rpartition(".")[2].startswith("cron_")

    @api.model
    def _get_switch(self, name):
        """The scheduled action or rule of that name, as superuser; empty if it was deleted."""
        model = "ir.cron" if self._is_scheduled_action(name) else "base.automation"
        xmlid = name if "." in name else f"support_center.{name}"
        record = self.env.ref(xmlid, raise_if_not_found=False)
        # sudo: managers see how automation is doing, and may not read crons and rules; nor may
        # dispatchers, who are told what a rule does to their customers.
        return (record or self.env[model]).sudo()

    @api.model
    def _get_readable(self, model):
        """The model as far as the user may see its records.

        An administrator switches automation for everybody, with or without one of our groups; a
        manager sees the own companies' records.
        """
        is_system = self.env.su or self.env.user.has_group("base.group_system")
        return self.env[model].sudo(is_system)
