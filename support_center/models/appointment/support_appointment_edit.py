import json
from collections import defaultdict

from odoo import _, api, fields, models
from odoo.tools import SQL

from ...exceptions import EditConflict
from ...formatting import format_moment, format_names

# What people plan with. A user who saves an older picture of these is told so.
EDITED_FIELDS = (
    "partner_id", "customer_name", "customer_email", "customer_phone",
    "requested_date", "timezone", "start", "stop", "duration",
    "technician_id", "type_id", "location", "description", "priority", "state",
)  # fmt: skip
# So many of the last changes can be told in detail.
TRAIL_LENGTH = 10


class SupportAppointment(models.Model):
    """Two people on one record do not overwrite each other unseen.

    Each change of what people plan with counts ``edit_version`` up. A write that names the
    version it was made from is refused where that is not the current one; a write that names
    none, as every automatic one, is not asked. No lock is needed for two saves at the same
    moment: the count is a row's UPDATE, so PostgreSQL lets the second one wait and then fail
    to serialize; Odoo repeats its request, which now sees the other version and is refused.
    """

    _inherit = "support.appointment"

    edit_version = fields.Integer(
        "Version", readonly=True, copy=False, help="Counts the changes of what people plan with."
    )
    edit_trail = fields.Json(
        "Last Changes",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Who made the last changes, when, and of which fields; the newest comes last.",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | set(self._get_edited_fields())

    @api.model
    def _get_edited_fields(self):
        """Hook: what people plan with.

        :return: tuple of field names
        """
        return EDITED_FIELDS

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation:
            # A form that was opened for a new record may send the field along.
            counted = ("edit_version", "edit_trail")
            change.vals_list = [
                {key: vals[key] for key in vals if key not in counted} for vals in change.vals_list
            ]

    def _store_change(self, change, store):
        if not change.is_creation:
            for names, records in self._group_by_edited_fields(change.vals).items():
                if len(self) == 1:
                    change.add(records, records._prepare_edit_vals(names))
                else:
                    records._count_edit(names)
        super()._store_change(change, store)

    def _prepare_edit_vals(self, names):
        """What counts one change of the fields ``names``, to be stored along with it."""
        # sudo: who may change the appointment need not be one who reads what others did.
        trail = [*(self.sudo().edit_trail or []), self._prepare_edit_entry(names)]
        return {"edit_version": self.edit_version + 1, "edit_trail": trail[-TRAIL_LENGTH:]}

    def _prepare_edit_entry(self, names):
        return {
            "uid": self.env.uid,
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "fields": names,
        }

    def _group_by_edited_fields(self, vals):
        """Whose guarded fields ``vals`` really changes.

        :return: dict of tuples of field names to recordsets
        """
        names = [name for name in self._get_edited_fields() if name in vals]
        groups = defaultdict(self.browse)
        if not names:
            return groups
        for record in self:
            edited = tuple(name for name in names if record._is_edited(name, vals[name]))
            if edited:
                groups[edited] |= record
        return groups

    def _is_edited(self, name, value):
        field = self._fields[name]
        old = field.convert_to_cache(self[name], self, validate=False)
        return old != field.convert_to_cache(value, self, validate=False)

    def _count_edit(self, names):
        """Count one change of the fields ``names``, in one UPDATE for all records."""
        entry = self._prepare_edit_entry(names)
        self._write_marks(
            {
                "edit_version": SQL("COALESCE(record.edit_version, 0) + 1"),
                "edit_trail": SQL(
                    "jsonb_path_query_array("
                    "COALESCE(record.edit_trail, '[]'::jsonb) || %s::jsonb, %s::jsonpath)",
                    json.dumps(entry),
                    f"$[last - {TRAIL_LENGTH - 1} to last]",
                ),
            }
        )

    # ------------------------------------------------------------------
    # Check
    # ------------------------------------------------------------------

    def _check_edit_version(self, vals):
        """Take the version off ``vals``, having looked whether it is the current one.

        ``edit_version`` is the number that the caller read, or, for several records, a dict of
        their ids to it, with the ids as texts, as JSON has them.

        :param dict vals: as for ``write``; not changed
        :return: dict without the version
        :raise EditConflict: names who changed what, and when
        :raise ValidationError: for a version that is no number
        """
        if not {"edit_version", "edit_trail"} & vals.keys():
            return vals
        vals = dict(vals)
        vals.pop("edit_trail", None)
        known = vals.pop("edit_version", None)
        if not isinstance(known, dict):
            known = {str(record.id): known for record in self}
        values = self.env["support.values"]
        refusals = []
        for record in self:
            version = known.get(str(record.id))
            if version is None or version is False:
                continue
            # A program may send the number as a text.
            version = values._prepare(record, {"edit_version": version})["edit_version"]
            if version < record.edit_version:
                refusals.append(record._describe_edit_conflict(version))
        if refusals:
            raise EditConflict("\n\n".join(refusals))
        return vals

    def _describe_edit_conflict(self, version):
        """Why a change made from ``version`` is not saved.

        :param int version: what the user had read
        :return: str
        """
        self.ensure_one()
        # sudo: who else works here may be beyond what the user sees of others.
        trail = (self.sudo().edit_trail or [])[version - self.edit_version :]
        lines = ["- " + self._describe_edit(entry) for entry in trail]
        return _(
            "%(name)s was changed while you had it open, so what you changed was not saved:\n"
            "%(changes)s\n"
            "Reload to see how it stands now, then make your change again.",
            name=self.display_name,
            changes="\n".join(lines),
        )

    def _describe_edit(self, entry):
        # sudo: as in _describe_edit_conflict
        user = self.env["res.users"].sudo().browse(entry["uid"]).exists()
        names = [name for name in entry["fields"] if name in self._fields]
        labels = self.sudo().fields_get(names, ["string"])
        return _(
            "%(user)s at %(time)s: %(fields)s",
            user=user.name or _("Somebody"),
            time=format_moment(self.env, fields.Datetime.to_datetime(entry["at"])),
            fields=format_names(labels[name]["string"] for name in names),
        )
