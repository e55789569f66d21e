"""From 1.0: another customer of a confirmed visit is told of it as well."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Let the rule that sends confirmations look at the customer, where nobody has edited it.

    New databases have had it since 1.1; those that came from 1.0 were left without.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("support_center.automation_send_confirmation", raise_if_not_found=False)
    # Rules are the administrator's to edit: one that a person has saved stays as it is.
    is_edited = rule and rule.write_uid.id != SUPERUSER_ID
    if rule and not is_edited and rule.trigger_field_ids.mapped("name") == ["state"]:
        rule.trigger_field_ids |= env["ir.model.fields"]._get("support.appointment", "partner_id")
