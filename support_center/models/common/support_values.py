import math
from collections.abc import Mapping
from datetime import date, datetime, timezone
from numbers import Number

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ...formatting import format_names

LARGEST_INTEGER = 2**31 - 1
TRUE_WORDS = {"1", "true", "yes", "y", "t", "on"}
FALSE_WORDS = {"0", "false", "no", "n", "f", "off", "none", "null", ""}
# So many values of a selection are named in a refusal.
NAMED_CHOICES = 12


class SupportValues(models.AbstractModel):
    """Values as callers send them, made into what the ORM stores, or refused in words.

    Taken is what plain Odoo takes (``"7"`` for a many2one, ``"1.5"`` for a number) and what web
    clients and integrators send (``[7, "Ann"]``, ISO 8601 with an offset), so that whatever
    looks at the values afterwards sees one form of them.
    """

    _name = "support.values"
    _description = "Values of Callers"

    @api.model
    def _prepare(self, model, vals):
        """``vals`` as the ORM will store them in ``model``.

        :param model: any recordset of the model
        :param dict vals: as for ``create`` or ``write``; not changed
        :return: dict; fields to many records are left as they are
        :raise ValidationError: names each field, its value, and what is expected
        """
        if isinstance(vals, (list, tuple)) and not vals:
            # PHP has one type for lists and mappings, and sends what is empty as a list.
            vals = {}
        if not isinstance(vals, Mapping):
            raise ValidationError(
                _(
                    "“%(value)s” cannot be stored: a mapping of fields to values is expected.",
                    value=str(vals)[:80],
                )
            )
        prepared, faults = {}, []
        for name, value in vals.items():
            field = model._fields.get(name)
            try:
                prepared[name] = self._prepare_value(field, value) if field else value
            except ValueError as error:
                faults.append(self._describe_bad_value(model, field, value, str(error)))
        if faults:
            raise ValidationError("\n".join(faults))
        return prepared

    @api.model
    def _prepare_value(self, field, value):
        """
        :raise ValueError: says what is expected instead
        """
        prepare = getattr(self, f"_prepare_{field.type}_value", None)
        return prepare(field, value) if prepare else value

    @api.model
    def _prepare_many2one_value(self, _field, value):
        if isinstance(value, (list, tuple)) and value:
            # As ``read`` returns it: the id and the name.
            value = value[0]
        if isinstance(value, models.BaseModel):
            return value.id
        # Also the id of a record that is not saved yet, whose class Odoo 19 keeps elsewhere.
        if hasattr(value, "origin") or value is None or value is False or value == "":
            return value or False
        number = self._read_number(value)
        if number is None or number != int(number) or not 0 < number <= LARGEST_INTEGER:
            raise ValueError(_("expected the number of a record, such as 7"))
        return int(number)

    @api.model
    def _prepare_integer_value(self, _field, value):
        if value is None or isinstance(value, bool) or value == "":
            return int(value or 0)
        number = self._read_number(value)
        if number is None or number != int(number) or abs(number) > LARGEST_INTEGER:
            raise ValueError(_("expected a whole number"))
        return int(number)

    @api.model
    def _prepare_float_value(self, _field, value):
        if value is None or value is False or value == "":
            return 0.0
        number = self._read_number(value)
        if number is None:
            raise ValueError(_("expected a number, such as 1.5"))
        return float(number)

    @api.model
    def _prepare_boolean_value(self, _field, value):
        if isinstance(value, str):
            word = value.strip().lower()
            if word not in TRUE_WORDS | FALSE_WORDS:
                raise ValueError(_("expected true or false"))
            return word in TRUE_WORDS
        if value is None or isinstance(value, Number):
            return bool(value)
        raise ValueError(_("expected true or false"))

    @api.model
    def _prepare_char_value(self, _field, value):
        if value is None or value is False:
            return False
        # XML-RPC's type for bytes has its content in ``data``.
        if isinstance(value, (bytes, bytearray, dict, list, tuple, set)) or hasattr(value, "data"):
            raise ValueError(_("expected a text"))
        text = value if isinstance(value, str) else str(value)
        # PostgreSQL keeps neither NUL nor half of a character, both of which JSON can name.
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            text = text.replace("\0", "").encode("utf-8", "replace").decode()
        return text

    _prepare_text_value = _prepare_char_value

    @api.model
    def _prepare_selection_value(self, field, value):
        if value is None or value is False or value == "":
            return False
        choices = field.get_values(self.env)
        if isinstance(value, Number):
            # JSON's 2 for the priority "2".
            value = str(value)
        if value not in choices:
            named = format_names(map(str, choices[:NAMED_CHOICES]))
            more = ", …" if len(choices) > NAMED_CHOICES else ""
            raise ValueError(_("expected one of %(choices)s", choices=named + more))
        return value

    @api.model
    def _prepare_datetime_value(self, _field, value):
        if value is None or value is False or value == "":
            return False
        try:
            moment = self._read_moment(value)
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
            if not 1900 <= moment.year <= 9000:
                raise ValueError(moment)
        except (ValueError, OverflowError):
            raise ValueError(
                _("expected a date and time such as 2026-12-31 14:00:00 (UTC)")
            ) from None
        return moment.replace(microsecond=0)

    @api.model
    def _read_moment(self, value):
        """
        :return: datetime, aware where the value names an offset
        :raise ValueError: for what is no moment
        """
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)
        text = str(value).strip()
        for read in (
            # Python 3.10 reads neither Z nor fractions of other than three or six digits.
            lambda: datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] == "Z" else text),
            lambda: fields.Datetime.to_datetime(text),
        ):
            try:
                return read()
            except ValueError:
                continue
        # XML-RPC's own type for a moment.
        return datetime.strptime(text, "%Y%m%dT%H:%M:%S")

    @api.model
    def _read_number(self, value):
        """
        :return: int or float; None for what is no number, or none that can be stored
        """
        if isinstance(value, str):
            text = value.strip()
            try:
                value = int(text)
            except ValueError:
                try:
                    value = float(text)
                except ValueError:
                    return None
        if isinstance(value, bool) or not isinstance(value, Number) or isinstance(value, complex):
            return None
        return value if isinstance(value, int) or math.isfinite(value) else None

    @api.model
    def _to_number(self, value):
        """A number that was sent as text, or with a point that a whole one does not need.

        :return: int or float; any other value as it is
        """
        number = self._read_number(value)
        if number is None:
            return value
        return int(number) if number == int(number) else number

    @api.model
    def _describe_bad_value(self, model, field, value, expected):
        # sudo: the label of a field that the caller may not read is no secret.
        label = model.sudo().fields_get([field.name], ["string"])[field.name]["string"]
        shown = repr(value)
        return _(
            "%(field)s (%(key)s): %(value)s cannot be stored, %(expected)s.",
            field=label,
            key=field.name,
            value=shown if len(shown) <= 80 else shown[:77] + "…",
            expected=expected,
        )
