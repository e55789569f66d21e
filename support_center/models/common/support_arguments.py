import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from xmlrpc.client import DateTime

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

# What PostgreSQL holds in the column of an id.
MAX_ID = 2**31 - 1
# So much around a time is looked at; at the end of all days there is less.
MARGIN = timedelta(days=366)
# So much of a value that is refused is repeated.
SHOWN_LENGTH = 80


class SupportArguments(models.AbstractModel):
    """Arguments of calls from outside, as values or as an error in words.

    Each method takes the argument's name, for the error, and its value. Nothing and False, which
    stands for it in XML-RPC, are None or empty.
    """

    _name = "support.arguments"
    _description = "Arguments of Calls"

    @api.model
    def _prepare_fault(self, field, code, message, index=0):
        """One fault as a program reads it.

        :param str field: the key or argument that is wrong
        :param str code: stable, see ``docs/api.md``
        :param int index: which request of a list, from 0
        :return: dict
        """
        return {"index": index, "field": field, "code": code, "message": message}

    @api.model
    def _refuse_call(self, message, faults, error=ValidationError):
        """Refuse a call of another system in words, and once more for its program.

        :param str message: the words, one line or several
        :param list faults: as ``_prepare_fault`` returns them
        :param error: class of the exception
        :raise error: always; its last line is ``faults`` as JSON
        """
        raise error(message + "\n" + json.dumps(faults, ensure_ascii=False))

    @api.model
    def _refuse(self, name, value, expected):
        """
        :param str expected: the values that would do, in the user's language
        :raise ValidationError: always
        """
        text = str(value)
        shown = text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…"
        raise ValidationError(
            _(
                "%(name)s is “%(value)s”: %(expected)s is expected.",
                name=name,
                value=shown.replace("\0", "␀"),
                expected=expected,
            )
        )

    @api.model
    def _get_moment(self, name, value):
        """
        :param value: ``YYYY-MM-DD HH:MM:SS`` or XML-RPC's own type for a moment, UTC
        :return: naive UTC datetime, or None
        """
        if value is None or value is False or value == "":
            return None
        is_typed = isinstance(value, DateTime)
        read = self.env["support.values"]._read_moment if is_typed else fields.Datetime.to_datetime
        moment = self._parse(read, value)
        if not moment:
            self._refuse(name, value, _("a time in UTC like 2030-01-15 14:00:00"))
        return moment.replace(microsecond=0)

    @api.model
    def _get_day(self, name, value):
        """
        :param value: ``YYYY-MM-DD``
        :return: date, or None
        """
        if value is None or value is False or value == "":
            return None
        day = None if isinstance(value, datetime) else self._parse(self._read_day, value)
        if not day:
            self._refuse(name, value, _("a day like 2030-01-15"))
        return day

    @api.model
    def _read_day(self, value):
        return value if isinstance(value, date) else date.fromisoformat(value)

    @api.model
    def _parse(self, parse, value):
        """
        :return: date or datetime; None for what is none, or has nothing around it
        """
        if not isinstance(value, (str, date, DateTime)):
            return None
        try:
            found = parse(value)
            return found if found - MARGIN < found + MARGIN else None
        except (OverflowError, ValueError):
            return None  # the caller names it with what is expected

    @api.model
    def _get_text(self, name, value):
        """
        :return: str
        """
        if value is None or value is False:
            return ""
        if not isinstance(value, str) or "\0" in value:
            self._refuse(name, value, _("a text"))
        return value

    @api.model
    def _get_number(self, name, value):
        """
        :return: int, 0 for nothing
        """
        if value is None or value is False:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_ID:
            self._refuse(name, value, _("a whole number"))
        return value

    @api.model
    def _get_id(self, name, value):
        """
        :param value: an id, also as a text
        :return: int; 0 for nothing
        """
        if isinstance(value, str) and value.isdecimal() and value.isascii():
            value = int(value)
        if value is None or value is False:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ID:
            self._refuse(name, value, _("the id of a record"))
        return value

    @api.model
    def _get_ids(self, name, value):
        """
        :param value: list of ids
        :return: list of int
        """
        if value is None or value is False:
            return []
        if not isinstance(value, (list, tuple)):
            self._refuse(name, value, _("a list of ids"))
        return [self._get_id(name, each) for each in value if each]

    @api.model
    def _get_mapping(self, name, value):
        """
        :param value: a mapping whose keys are texts
        :return: dict
        """
        if value is None or value is False:
            return {}
        if not isinstance(value, Mapping):
            self._refuse(name, value, _("a mapping of names to values"))
        return dict(value)
