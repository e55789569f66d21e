"""From 1.5: fields and a model with the field's own words for names; what they hold stays."""

from psycopg2.extensions import AsIs

# Of a model: the table, and the old names to the new ones. Not all of them are columns.
FIELDS = {
    "support.technician": {
        "hit_count": "time_off_conflict_count",
        "hit_activity_id": "time_off_conflict_activity_id",
        "hit_marks": "time_off_conflict_marks",
    },
    "support.appointment": {"trouble_note": "warning_message"},
}
MODELS = {"support.scheduler": "support.booking"}
# What people make over fields: table, column, and which rows are about the model.
_OF_MODEL = "model_id = (SELECT id FROM ir_model WHERE model = %(model)s)"
MADE_BY_PEOPLE = (
    ("ir_filters", "domain", "model_id = %(model)s"),
    ("ir_filters", "context", "model_id = %(model)s"),
    ("ir_filters", "sort", "model_id = %(model)s"),
    (
        "ir_exports_line",
        "name",
        "export_id IN (SELECT id FROM ir_exports WHERE resource = %(model)s)",
    ),
    ("ir_act_window", "domain", "res_model = %(model)s"),
    ("ir_act_window", "context", "res_model = %(model)s"),
    ("ir_act_server", "code", _OF_MODEL),
    ("ir_rule", "domain_force", _OF_MODEL),
    ("base_automation", "filter_domain", _OF_MODEL),
    ("base_automation", "filter_pre_domain", _OF_MODEL),
)


def migrate(cr, _version):
    """Rename columns, fields and a model, before Odoo would make them anew and empty.

    Views, filters, exports, actions and rules that somebody has made over the fields are told the
    new names too.

    :param str _version: the version that was installed
    """
    for model, names in FIELDS.items():
        for old, new in names.items():
            _rename_column(cr, model.replace(".", "_"), old, new)
            _rename_field(cr, model, old, new)
    for old, new in MODELS.items():
        _rename_model(cr, old, new)


def _rename_column(cr, table, old, new):
    cr.execute(
        """
        SELECT array_agg(column_name::text) FROM information_schema.columns
         WHERE table_schema = current_schema AND table_name = %s AND column_name IN %s
        """,
        [table, (old, new)],
    )
    (found,) = cr.fetchone()
    # Where both are there, the script has run before.
    if found == [old]:
        cr.execute(
            "ALTER TABLE %s RENAME COLUMN %s TO %s", [AsIs(name) for name in (table, old, new)]
        )
        _rename_constraints(cr, table, old, new)


def _rename_constraints(cr, table, old, new):
    """What PostgreSQL has named after the column."""
    cr.execute(
        """
        SELECT conname, replace(conname, %(old)s, %(new)s) FROM pg_constraint
         WHERE conrelid = %(table)s::regclass AND conname LIKE %(like)s
        """,
        {"old": old, "new": new, "table": table, "like": f"{table}\\_{old}\\_%"},
    )
    for names in cr.fetchall():
        cr.execute(
            "ALTER TABLE %s RENAME CONSTRAINT %s TO %s", [AsIs(name) for name in (table, *names)]
        )


def _rename_field(cr, model, old, new):
    cr.execute(
        """
        UPDATE ir_model_fields SET name = %(new)s
         WHERE model = %(model)s AND name = %(old)s
           AND NOT EXISTS (
               SELECT 1 FROM ir_model_fields WHERE model = %(model)s AND name = %(new)s)
        """,
        {"model": model, "old": old, "new": new},
    )
    prefix = f"field_{model.replace('.', '_')}__"
    _rename_xml_id(cr, prefix + old, prefix + new)
    params = {"model": model, "old": rf"\y{old}\y", "new": new}
    cr.execute(
        """
        UPDATE ir_ui_view SET arch_db = regexp_replace(arch_db::text, %(old)s, %(new)s, 'g')::jsonb
         WHERE model = %(model)s AND arch_db::text ~ %(old)s
        """,
        params,
    )
    for table, column, condition in MADE_BY_PEOPLE:
        cr.execute(
            f"""
            UPDATE {table} SET {column} = regexp_replace({column}, %(old)s, %(new)s, 'g')
             WHERE {condition} AND {column} ~ %(old)s
            """,  # noqa: S608, the names are those above
            params,
        )


def _rename_xml_id(cr, old, new):
    cr.execute(
        """
        UPDATE ir_model_data SET name = %(new)s
         WHERE module = 'support_center' AND name = %(old)s
           AND NOT EXISTS (
               SELECT 1 FROM ir_model_data WHERE module = 'support_center' AND name = %(new)s)
        """,
        {"old": old, "new": new},
    )


def _rename_model(cr, old, new):
    cr.execute("SELECT 1 FROM ir_model WHERE model = %s", [new])
    if cr.fetchone():
        return
    cr.execute("UPDATE ir_model SET model = %s WHERE model = %s", [new, old])
    cr.execute("UPDATE ir_model_fields SET model = %s WHERE model = %s", [new, old])
    before, after = (name.replace(".", "_") for name in (old, new))
    _rename_xml_id(cr, f"model_{before}", f"model_{after}")
    cr.execute(
        """
        UPDATE ir_model_data SET name = replace(name, %(before)s, %(after)s)
         WHERE module = 'support_center' AND starts_with(name, %(before)s)
        """,
        {"before": f"field_{before}__", "after": f"field_{after}__"},
    )
