from odoo import _, api, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...formatting import format_names

# In the context of what the addon itself writes, see ``_write_protected``. An object, since what
# arrives by RPC is text and numbers: no caller from outside can put it there.
INTERNAL_KEY = "support_center_internal"
INTERNAL = object()
# As INTERNAL, and gives back what was before, against the order of the states, too: see
# ``_write_restored``.
RESTORING = object()

# What no caller sets though the field is not read-only in Odoo's own mixins.
PROTECTED_ELSEWHERE = {"access_token", "rating_last_value"}
# Numbers that an import brings along; once a record has one, it stays.
IMPORTED = {"name", "number", "external_ref"}


class SupportProtectionMixin(models.AbstractModel):
    """Fields that the addon alone sets: a read-only field in a view guards nothing."""

    _name = "support.protection.mixin"
    _description = "Protected Fields"

    @api.model
    def _prepare_created_values(self, vals_list):
        """What ``create`` makes of a caller's values, first of all.

        :return: list of dicts, as the ORM will store them
        :raise ValidationError: names each field whose value cannot be stored
        :raise AccessError: names the fields that the addon alone sets
        """
        vals_list = [self.env["support.values"]._prepare(self, vals) for vals in vals_list]
        if self._is_internal():
            return vals_list
        self._check_protected_on_create(vals_list)
        # What is empty changes nothing: the addon's own value stands in its place.
        protected = self._get_protected_fields()
        return [
            {name: value for name, value in vals.items() if value or name not in protected}
            for vals in vals_list
        ]

    @api.model
    def default_get(self, fields_list):
        """Odoo's defaults; what the addon alone sets takes none of the context or of the user.

        Also where the addon itself creates on somebody's behalf, by whatever way.
        """
        protected = self._get_protected_fields()
        context = {
            key: value
            for key, value in self.env.context.items()
            if not (key.startswith("default_") and key.removeprefix("default_") in protected)
        }
        clean = self if len(context) == len(self.env.context) else self.with_context(context)  # pylint: disable=context-overridden
        defaults = super(SupportProtectionMixin, clean).default_get(fields_list)
        stored = protected & self.env["ir.default"]._get_model_defaults(self._name).keys()
        for name in stored & set(fields_list):
            field = self._fields[name]
            defaults.pop(name, None)
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                record = self.browse()
                defaults[name] = field.convert_to_write(
                    field.convert_to_record(value, record), record
                )
        return defaults

    def _prepare_written_values(self, vals):
        """What ``write`` makes of a caller's values, first of all; as above.

        :return: dict of what may be written; a protected field that would not change is left out
        """
        vals = self.env["support.values"]._prepare(self, vals)
        return vals if self._is_internal() else self._check_protected(vals)

    @api.model
    @tools.ormcache()
    def _get_protected_fields(self):
        """What the addon itself keeps: marks, counters, what came in and what was announced.

        :return: set of names: every stored read-only field of this addon, so that a new one is
            protected from the day it is declared, and ``PROTECTED_ELSEWHERE``
        """
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            # Odoo itself leaves these out of every write.
            and name not in models.MAGIC_COLUMNS
            and (
                name in PROTECTED_ELSEWHERE
                or (field.readonly and "support_center" in (field._modules or ()))
            )
        )

    def _is_internal(self):
        """Whether the addon itself writes, or somebody who is superuser anyway."""
        return self.env.su or self.env.context.get(INTERNAL_KEY) in (INTERNAL, RESTORING)

    def _without_internal(self):
        """These records without the key of ``_write_protected``, which holds for one call."""
        if INTERNAL_KEY not in self.env.context:
            return self
        context = {key: value for key, value in self.env.context.items() if key != INTERNAL_KEY}
        return self.with_context(context)  # pylint: disable=context-overridden

    def _write_protected(self, vals):
        """``write`` of what no caller may set, with the rights of the user at work.

        The one way for the addon's own marks; rules see the change as any other.

        :param dict vals: as for ``write``
        """
        return self.with_context(**{INTERNAL_KEY: INTERNAL}).write(vals)

    def _write_marks(self, vals, each=None):
        """Store marks and counters, which are nobody's business: the one way past ``write``.

        No rule sees it, nothing is tracked or counted as an edit, and ``write_date`` stays. The
        caller has made sure that the user may change the records. One UPDATE for all of them.

        :param dict vals: field to the value of all records, or to ``SQL`` in which ``record`` is
            the row as it was; only fields that the addon alone sets
        :param dict each: record id to a dict of the record's own values, the same fields for each
        :raise ValueError: for a field that is no mark
        """
        own = list(next(iter(each.values()))) if each else []
        names = [*vals, *own]
        if unknown := set(names) - self._get_protected_fields():
            raise ValueError(f"no marks of {self._name}: {', '.join(sorted(unknown))}")
        records = self.browse(each) if each else self
        # A record that is not in the database yet has nothing to be marked.
        ids = [record_id for record_id in records._ids if isinstance(record_id, int)]
        if not ids or not names:
            return
        # What waits to be written would be written over the marks later.
        records.flush_recordset(names)
        assignments = [
            SQL("%s = %s", SQL.identifier(name), self._get_mark_sql(name, value))
            for name, value in vals.items()
        ]
        assignments += [
            SQL("%s = %s", SQL.identifier(name), SQL.identifier("mark", name)) for name in own
        ]
        rows = [
            SQL(", ").join(
                [
                    SQL("%s", record_id),
                    *(self._get_mark_sql(name, each[record_id][name]) for name in own),
                ]
            )
            for record_id in (ids if own else [])
        ]
        source = SQL()
        if own:
            source = SQL(
                " FROM (VALUES %s) AS mark (id, %s)",
                SQL(", ").join(SQL("(%s)", row) for row in rows),
                SQL(", ").join(SQL.identifier(name) for name in own),
            )
        self.env.cr.execute(
            SQL(
                "UPDATE %s AS record SET %s%s WHERE record.id IN %s%s",
                SQL.identifier(self._table),
                SQL(", ").join(assignments),
                source,
                tuple(ids),
                SQL(" AND record.id = mark.id") if own else SQL(),
            )
        )
        records.invalidate_recordset(names, flush=False)

    @api.model
    def _get_mark_sql(self, name, value):
        """A value as ``_write_marks`` stores it, with the type of its column."""
        if isinstance(value, SQL):
            return value
        field = self._fields[name]
        return SQL(f"%s::{field.column_type[1]}", field.convert_to_column(value, self.browse()))

    @api.model
    def _create_protected(self, vals_list):
        """``create`` with fields that no caller may set, see ``_write_protected``."""
        # Nothing but these values: what the button left in the context is the caller's.
        context = {
            key: value for key, value in self.env.context.items() if not key.startswith("default_")
        }
        this = self.with_context({**context, INTERNAL_KEY: INTERNAL})  # pylint: disable=context-overridden
        return this.create(vals_list)._without_internal()

    def _check_protected(self, vals):
        """Refuse what the addon alone sets; a value that changes nothing is left out.

        :param dict vals: as the ORM will store them
        :return: dict of what may be written
        :raise AccessError: names the fields
        """
        names = self._get_protected_fields() & vals.keys()
        if not names:
            return vals
        # sudo: compared is also what the caller may not read.
        changed = [
            name
            for name in sorted(names)
            if any(record._is_changed(name, vals[name]) for record in self.sudo())
        ]
        self._refuse_protected(changed)
        return {name: value for name, value in vals.items() if name not in names}

    @api.model
    def _check_protected_on_create(self, vals_list):
        """The same for new records, where a default of the context or user is a value too.

        :param list vals_list: dicts as the ORM will store them
        :raise AccessError: names the fields
        """
        allowed = IMPORTED if self._may_import_numbers() else set()
        protected = self._get_protected_fields() - allowed
        defaults = {
            **self.env["ir.default"]._get_model_defaults(self._name),
            **{
                key.removeprefix("default_"): value
                for key, value in self.env.context.items()
                if key.startswith("default_")
            },
        }
        refused = set()
        for vals in vals_list:
            given = {**defaults, **vals}
            refused |= {
                name
                for name in protected & given.keys()
                if given[name] and not self._is_default(name, given[name])
            }
        self._refuse_protected(sorted(refused))

    @api.model
    def _may_import_numbers(self):
        return self.env.user.has_group("support_center.group_support_manager")

    @api.model
    def _is_default(self, name, value):
        default = self._fields[name].default
        return bool(default) and value == default(self)

    def _is_changed(self, name, value):
        self.ensure_one()
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return bool(value)
        old = field.convert_to_cache(self[name], self, validate=False)
        return (old or False) != (field.convert_to_cache(value, self, validate=False) or False)

    @api.model
    def _refuse_protected(self, names):
        if not names:
            return
        # sudo: the label of a field that the caller may not read is no secret.
        labels = self.sudo().fields_get(names, ["string"])
        raise AccessError(
            _(
                "%(model)s: %(fields)s cannot be set from outside, Support Center keeps it itself. "
                "Leave it out.",
                model=self._description,
                fields=format_names(f"{labels[name]['string']} ({name})" for name in names),
            )
        )


class SupportGuardedMixin(models.AbstractModel):
    """``create`` and ``write`` of a model whose own do nothing else with the values first."""

    _name = "support.guarded.mixin"
    _description = "Guarded Values"
    _inherit = ["support.protection.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = self._prepare_created_values(vals_list)
        return super(SupportGuardedMixin, self._without_internal()).create(vals_list)

    def write(self, vals):
        vals = self._prepare_written_values(vals)
        return super(SupportGuardedMixin, self._without_internal()).write(vals)
