"""One way to write a moment for people."""

from odoo.tools import format_datetime


def format_time(env, moment, zone=None):
    """A time as people read it, with the zone it is told in.

    :param env: whose language decides the form
    :param datetime moment: naive UTC
    :param str zone: IANA name; the user's own without it, UTC as a last resort
    :return: str, like ``05/01/2026 10:00 (Europe/Paris)``
    """
    zone = zone or env.user.tz or "UTC"
    text = format_datetime(env, moment, tz=zone, dt_format="short")
    return f"{text} ({zone})"
