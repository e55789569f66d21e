"""From 1.5: the many abstract models that an appointment was made of are class extensions now."""

from psycopg2 import sql

from odoo import SUPERUSER_ID, api

# What Odoo keeps of a model's parts, each in the table of that name.
PARTS = (
    "ir.model.fields.selection",
    "ir.model.fields",
    "ir.model.constraint",
    "ir.model.inherit",
    "ir.model",
)


def migrate(cr, _version):
    """Take the models that have gone out of Odoo's lists, before Odoo itself does.

    It would unlink them record by record, and needs the class of a model for its selections: the
    whole update fails where there is none. A model with a table is left to it, so that no data
    goes without a word.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        SELECT model.id, model.model
          FROM ir_model AS model
          JOIN ir_model_data AS data ON data.model = 'ir.model' AND data.res_id = model.id
         WHERE data.module = 'support_center'
           AND to_regclass(quote_ident(replace(model.model, '.', '_'))) IS NULL
        """
    )
    gone = [model_id for model_id, name in cr.fetchall() if name not in env]
    if not gone:
        return
    # Their fields, selections and heirs go with them, as the database's own keys say.
    cr.execute("DELETE FROM ir_model WHERE id = ANY(%s)", [gone])
    for part in PARTS:
        query = sql.SQL(
            """
            DELETE FROM ir_model_data AS data
             WHERE data.module = 'support_center' AND data.model = %s
               AND NOT EXISTS (SELECT FROM {} AS part WHERE part.id = data.res_id)
            """
        )
        cr.execute(query.format(sql.Identifier(part.replace(".", "_"))), [part])
    env.registry.clear_cache()
