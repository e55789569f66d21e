"""From 1.5: the rules about technicians' time are named in the words of the other rules."""

from odoo import SUPERUSER_ID, api

NAMES = {
    "tell_hit_visits": ("Tell of Visits in an Absence", "Notify of Time-Off Conflicts"),
    "tell_schedule_conflicts": ("Tell of Schedule Conflicts", "Notify of Schedule Conflicts"),
}


def migrate(cr, _version):
    """Rename rules and their actions where nobody has named them otherwise.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    for name, (before, now) in NAMES.items():
        for kind in ("automation", "server_action"):
            record = env.ref(f"support_center.{kind}_{name}", raise_if_not_found=False)
            if record and record.name == before:
                record.name = now
