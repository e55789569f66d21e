"""Texts and dates in the language of whoever reads them."""

from odoo.tools import get_lang
from odoo.tools.misc import babel_locale_parse

# English readers are American, British and everybody else: day before month, in words, is read
# alike by all of them.
ENGLISH = {"long": "EEEE d MMMM y", "short": "EEE d MMM"}


def get_date_pattern(env, length):
    """How a date is written in the language of an environment.

    :param str length: ``long``, like “Donnerstag, 5. März 2026”, or ``short``, like “Do., 5. März”
    :return: str, a pattern of Unicode's CLDR, whose own pattern it is in all languages but English
    """
    locale = babel_locale_parse(get_lang(env).code)
    if locale.language == "en":
        return ENGLISH[length]
    if length == "long":
        return locale.date_formats["full"].pattern
    return locale.datetime_skeletons["MMMEd"].pattern


def in_all_languages(records, name):
    """What a method words in each installed language.

    Who wrote an activity may have another language than who looks for it.

    :param records: of the model that has the method; it takes no arguments
    :param str name: of the method
    :return: list of str
    """
    installed = records.env["res.lang"].get_installed()
    return [getattr(records.with_context(lang=code), name)() for code, _label in installed]
