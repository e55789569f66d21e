"""One way to write a moment for people, and one zone in which they read it."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

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


def get_viewer_zone(env):
    """The zone in which the user at work reads times: the context's, the user's own, else UTC.

    :return: ``ZoneInfo``; UTC for a name that nobody knows, since a list is shown all the same
    """
    name = env.context.get("tz") or env.user.tz
    return ZoneInfo(name if name in _get_known_zones() else "UTC")


@cache
def _get_known_zones():
    return frozenset(available_timezones())
