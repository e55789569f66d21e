"""Zone, day and hour: which zone somebody reads in, and how a moment is written for them.

All texts of the addon take them from here. The language is that of the environment, which
``languages`` chooses; what needs no Odoo stands in ``scheduling.moments`` and is offered here, too.
"""

import re

from babel.units import format_unit

from odoo.tools import format_date, format_datetime, get_lang, posix_to_ldml
from odoo.tools.misc import babel_locale_parse

from .scheduling.moments import (
    FALLBACK_ZONE,
    ONE_DAY,
    UTC,
    aware,
    choose_zone,
    from_local,
    get_day,
    get_midnight,
    is_zone,
    naive,
)

__all__ = [
    "FALLBACK_ZONE",
    "ONE_DAY",
    "UTC",
    "aware",
    "choose_zone",
    "format_day",
    "format_duration",
    "format_hour",
    "format_hour_of_day",
    "format_hours",
    "format_moment",
    "format_moment_in_words",
    "format_moment_long",
    "format_moment_short",
    "format_names",
    "format_span",
    "format_title",
    "from_local",
    "get_company_zone",
    "get_day",
    "get_midnight",
    "get_technician_zone",
    "get_viewer_zone",
    "is_odoo_zone",
    "is_zone",
    "naive",
]

# English readers are American, British and everybody else: day before month, in words, is read
# alike by all of them.
ENGLISH = {"long": "EEEE d MMMM y", "words": "EEEE d MMMM", "short": "EEE d MMM"}


# ----------------------------------------------------------------------
# Zones
# ----------------------------------------------------------------------


def get_viewer_zone(env):
    """The zone in which whom the environment belongs to reads a time.

    The context's comes first: a page or a program that names one shows its times in it. Else the
    user's own, as everywhere in Odoo. Some users have none, scheduled actions' for one: the hours
    of the company are what its people plan by, so that its zone says more to them than UTC.

    :return: IANA name; a name in the context that is no zone is passed over
    """
    for name in (env.context.get("tz"), env.user.tz):
        if is_zone(name):
            return name
    return get_company_zone(env.company)


def get_company_zone(company):
    """The zone of a company's working schedule, by which its days and weeks are told apart.

    :param company: ``res.company``
    """
    # sudo: a working schedule is not every user's to read; only its zone is used.
    return choose_zone(company.sudo().resource_calendar_id.tz)


def get_technician_zone(technician):
    """The zone in which a technician works.

    :param technician: ``support.technician``, or ``resource.resource``; an empty one is in UTC
    """
    # sudo: the zone of a colleague is not everybody's to read, but said with each of their times.
    return choose_zone(technician.sudo().tz)


def is_odoo_zone(env, name):
    """Whether a field of Odoo for a zone takes ``name``: its list is not this machine's."""
    return name in env["res.partner"]._fields["tz"].get_values(env)


# ----------------------------------------------------------------------
# Moments; each in the language of ``env``
# ----------------------------------------------------------------------


def format_moment(env, moment, zone=None, *, names_zone=True):
    """A time for those who work here, with the zone it is told in.

    :param datetime moment: naive UTC
    :param str zone: IANA name; the viewer's without it
    :return: str, like ``05/01/2026 10:00 (Europe/Paris)``, date and hour as the reader's language
        in Odoo writes them, without seconds
    """
    zone = zone or get_viewer_zone(env)
    lang = get_lang(env)
    date = posix_to_ldml(lang.date_format, locale=babel_locale_parse(lang.code))
    text = format_datetime(env, moment, tz=zone, dt_format=f"{date} {_get_hour_pattern(env)}")
    return f"{text} ({zone})" if names_zone else text


def format_moment_long(env, moment, zone):
    """A time for a customer, day and month in words, with the zone it is told in.

    :param datetime moment: naive UTC
    :return: str, like ``Thursday 5 March 2026, 15:00 (Europe/Brussels)``
    """
    pattern = f"{_get_date_pattern(env, 'long')}, {_get_hour_pattern(env)}"
    return f"{format_datetime(env, moment, tz=zone, dt_format=pattern)} ({zone})"


def format_moment_in_words(env, moment, zone):
    """A time among others of the same year, in a sentence.

    :param datetime moment: naive UTC
    :return: str, like “Tuesday 3 March, 10:00”, in the order of the reader's language
    """
    pattern = f"{_get_date_pattern(env, 'words')}, {_get_hour_pattern(env)}"
    return format_datetime(env, moment, tz=zone, dt_format=pattern)


def format_moment_short(env, moment, zone):
    """A time among others of the same weeks and zone.

    :param datetime moment: naive UTC
    :return: str, like “Thu 5 Mar, 10:00”, in the order of the reader's language
    """
    pattern = f"{_get_date_pattern(env, 'short')}, {_get_hour_pattern(env)}"
    return format_datetime(env, moment, tz=zone, dt_format=pattern)


def format_day(env, day):
    """:return: str, like “Thu 5 Mar”, in the order of the reader's language"""
    return format_date(env, day, date_format=_get_date_pattern(env, "short"))


def format_weekdays(env, weekdays):
    """Weekdays as they stand in a sentence.

    :param weekdays: iterable of numbers, Monday is 0
    :return: str, like “Friday, Saturday”
    """
    names = babel_locale_parse(get_lang(env).code).days["format"]["wide"]
    return format_names(names[number] for number in sorted(weekdays))


def format_date_in_words(env, day):
    """:return: str, like “Thursday 5 March”, in the order of the reader's language"""
    return format_date(env, day, date_format=_get_date_pattern(env, "words"))


def format_hour(env, moment, zone):
    """:return: str, like “10:00” or “10:00 AM”, of a moment in naive UTC"""
    return format_datetime(env, moment, tz=zone, dt_format=_get_hour_pattern(env))


def format_hour_of_day(env, moment, zone, day):
    """The hour, with its weekday where that is not ``day``.

    :param datetime moment: naive UTC
    :return: str, like “10:00” or “Fri 01:00”
    """
    hour = format_hour(env, moment, zone)
    other = get_day(moment, zone)
    return hour if other == day else f"{format_date(env, other, date_format='EEE')} {hour}"


def format_hours(env, start, stop, zone):
    """:return: str, like “08:00–12:00”, of two moments in naive UTC"""
    return f"{format_hour(env, start, zone)}–{format_hour(env, stop, zone)}"


def format_span(env, start, stop, zone):
    """:return: str, like “Thu 5 Mar, 10:00–11:00”; the second day is named where it differs"""
    is_one_day = get_day(start, zone) == get_day(stop, zone)
    end = (format_hour if is_one_day else format_moment_short)(env, stop, zone)
    return f"{format_moment_short(env, start, zone)}–{end}"


def format_duration(minutes):
    """:return: str, like “1:30 h”"""
    return "%d:%02d h" % divmod(minutes, 60)


def format_duration_in_words(env, minutes):
    """:return: str, like “1 hour 30 minutes”, in the language of the environment"""
    locale = babel_locale_parse(get_lang(env).code)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(format_unit(hours, "duration-hour", locale=locale))
    if minutes or not hours:
        parts.append(format_unit(minutes, "duration-minute", locale=locale))
    return " ".join(parts)


def format_names(names):
    """A list as it stands in a sentence: each of ``names``, with a comma between them.

    :param names: iterable of str
    """
    return ", ".join(names)


def format_title(title, records):
    """The title of a page about records: which one, or how many.

    :param str title: in the reader's language
    :param records: recordset
    :return: str, like “Time Off: Ann” or “Time Off (3)”
    """
    if len(records) == 1:
        return f"{title}: {records.display_name}"
    return f"{title} ({len(records)})" if records else title


def _get_hour_pattern(env):
    """How an hour is written: as the reader's language in Odoo has it, without its seconds.

    :return: str, a pattern of Unicode's CLDR, like ``HH:mm``
    """
    lang = get_lang(env)
    without_seconds = re.sub(r"\W?%S", "", lang.time_format)
    return posix_to_ldml(without_seconds, locale=babel_locale_parse(lang.code))


def _get_date_pattern(env, length):
    """How a date is written in the language of an environment.

    :param str length: ``long``, like “Donnerstag, 5. März 2026”, ``words``, like “Do., 5. März”
        with the month in full, or ``short``, like “Do., 5. Mär.”
    :return: str, a pattern of Unicode's CLDR, whose own pattern it is in all languages but English
    """
    locale = babel_locale_parse(get_lang(env).code)
    if locale.language == "en":
        return ENGLISH[length]
    if length == "long":
        return locale.date_formats["full"].pattern
    if length == "words" and "MMMMEd" in locale.datetime_skeletons:
        return locale.datetime_skeletons["MMMMEd"].pattern
    return locale.datetime_skeletons["MMMEd"].pattern
