"""From 1.0.0: what was done by hand before the automation came counts as done."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Mark technicians as told and tickets as in step; let corrected mails be read.

    :param str _version: the version that was installed
    """
    cr.execute(
        """
        UPDATE support_appointment
           SET technician_notified_id = technician_id,
               ticket_sync_mark = ticket_id || ':' || state
         WHERE technician_notified_id IS NULL AND ticket_sync_mark IS NULL
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("support_center.automation_process_email", raise_if_not_found=False)
    corrections = env["ir.model.fields"]._get("support.appointment", "intake_corrections")
    # Rules are the administrator's to edit, so an upgrade does not touch them; one that reads
    # new mails alone would leave the corrections of a reply unread.
    if rule and rule.trigger_field_ids.mapped("name") == ["intake_state"]:
        rule.trigger_field_ids |= corrections
