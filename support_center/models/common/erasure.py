"""Finding and blanking what names a person, for any table."""

import json

from odoo.tools import SQL

from ...intake import spell_address

# What holds text is erased unless it is named as kept, so that a field which is added later is
# erased too.
TEXT_TYPES = ("char", "text", "html", "json")


def get_patterns(email, name):
    """What to look for in text, for ``ILIKE ANY``."""
    # An international domain is stored as it was written.
    wanted = [*spell_address(email.strip())]
    # A single word would find half of the database.
    if " " in (name or "").strip():
        wanted.append(name.strip())
    escaped = (json.dumps(text, ensure_ascii=False)[1:-1] for text in wanted if text)
    return [
        "%" + text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        for text in escaped
    ]


def blank(record, kept, values):
    """Empty the columns of one record that hold text or point to a contact.

    In plain SQL: an erasure is no change of the visit that a rule, the chatter, the calendar or
    a customer is to hear of, and some of these tables refuse every other change.

    :param set kept: names of fields that stay as they are
    :param dict values: of column to what it gets in place of nothing
    """
    columns = {
        name: None
        for name, field in record._fields.items()
        if field.store
        and field.column_type
        and (field.type in TEXT_TYPES or field.comodel_name == "res.partner")
        and name not in kept
    }
    columns.update(values)
    if not columns:
        return
    record.flush_recordset()
    record.env.cr.execute(
        SQL(
            "UPDATE %s SET %s WHERE id = %s",
            SQL.identifier(record._table),
            SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items()
            ),
            record.id,
        )
    )
    record.invalidate_recordset(flush=False)
