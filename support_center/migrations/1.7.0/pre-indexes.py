"""Indexes that nothing uses; Odoo makes those that a field asks for, and never drops one."""

from psycopg2.extensions import AsIs

UNUSED = (
    "mail_mail__support_notice_index",
    "support_appointment__rebooked_from_id_index",
    "support_appointment_type__company_id_index",
    "support_automation_log__action_index",
    "support_automation_log__outcome_index",
    "support_statistics__week_start_index",
    "support_webhook_delivery__event_index",
    "support_webhook_delivery__state_index",
)
# Of another kind from now on, under the same name, by which Odoo knows that one is there.
RENEWED = ("support_appointment__name_index", "support_ticket__number_index")


def migrate(cr, _version):
    """Drop what nothing uses, and make room for what Odoo makes anew.

    :param str _version: the version that was installed
    """
    cr.execute(
        """
        SELECT index.relname
          FROM pg_class AS index
          JOIN pg_am AS method ON method.oid = index.relam
         WHERE index.relnamespace = current_schema::regnamespace
           AND (index.relname IN %s OR index.relname IN %s AND method.amname = 'btree')
        """,
        [UNUSED, RENEWED],
    )
    for (name,) in cr.fetchall():
        cr.execute("DROP INDEX %s", [AsIs(name)])
