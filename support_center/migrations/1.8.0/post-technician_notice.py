"""From 1.7: technicians are told of moves and cancellations too, and of no drafts."""

from odoo import SUPERUSER_ID, api

TRIGGERS = ("technician_id", "state", "start")
DOMAIN_BEFORE = "['|', ('technician_id', '!=', False), ('technician_notified_id', '!=', False)]"
DOMAIN = (
    "['|', ('technician_notified_id', '!=', False), '&', ('technician_id', '!=', False), "
    "('state', 'in', ['confirmed', 'in_progress'])]"
)
DESCRIPTION = (
    "Tells technicians, in the inbox or by mail as each prefers, of confirmed visits that are new "
    "to them, moved, taken from them or cancelled, and of what customers write."
)


def migrate(cr, _version):
    """Note what the technicians know, and let an unedited rule look at time and state as well.

    :param str _version: the version that was installed
    """
    # Who was told of a visit was told of its time, or has seen it since: nobody hears of it anew.
    cr.execute(
        """
        UPDATE support_appointment
           SET technician_notified_start = start
         WHERE state IN ('confirmed', 'in_progress') AND start IS NOT NULL
           AND technician_notified_id = technician_id AND technician_notified_start IS NULL
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    rule = env.ref("support_center.automation_notify_technician", raise_if_not_found=False)
    # Rules are the administrator's to edit: one that watches something else stays as it is. Who
    # saved it last tells nothing, since the switch in the settings saves it as well.
    if (
        rule
        and rule.trigger_field_ids.mapped("name") == ["technician_id"]
        and rule.filter_domain == DOMAIN_BEFORE
        and not rule.filter_pre_domain
    ):
        names = env["ir.model.fields"]
        rule.write(
            {
                "trigger_field_ids": [
                    (6, 0, [names._get("support.appointment", name).id for name in TRIGGERS])
                ],
                "filter_domain": DOMAIN,
                "description": DESCRIPTION,
            }
        )
