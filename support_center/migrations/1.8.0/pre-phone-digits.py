"""From 1.7: the digits of each customer's number, which a search looks for."""


def migrate(cr, _version):
    """Fill the new column in one statement, where Odoo would compute and write each visit.

    :param str _version: the version that was installed
    """
    cr.execute(
        """
        ALTER TABLE support_appointment ADD COLUMN IF NOT EXISTS customer_phone_digits varchar;
        UPDATE support_appointment
           SET customer_phone_digits = NULLIF(regexp_replace(customer_phone, '[^0-9]', '', 'g'), '')
         WHERE customer_phone ~ '[0-9]' AND customer_phone_digits IS NULL
        """
    )
