"""From 1.4: both spellings of an international domain tell one customer."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Compute again what duplicates are looked up by, where the domain is spelled in ASCII.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    appointments = env["support.appointment"].with_context(active_test=False)
    found = appointments.search([("customer_email_key", "ilike", "xn--")])
    env.add_to_compute(appointments._fields["customer_email_key"], found)
    found.flush_recordset(["customer_email_key"])
