"""From 1.1: visits that are planned already come into their technicians' calendars."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Enter the visits to come, as a change of each would do.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["support.appointment"]._resync_calendar()
