"""From 1.3: the links of tickets that were closed before end when they would have ended."""


def migrate(cr, _version):
    """Say when the closed tickets were closed, as far as that is known.

    Before the column is made by Odoo, which would say of all of them that it was just now.

    :param str _version: the version that was installed
    """
    cr.execute("ALTER TABLE support_ticket ADD COLUMN IF NOT EXISTS closed_at timestamp")
    cr.execute(
        """
        UPDATE support_ticket
           SET closed_at = write_date
         WHERE closed_at IS NULL AND state IN ('solved', 'cancelled')
        """
    )
