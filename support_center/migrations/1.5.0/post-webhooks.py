"""From 1.4: messages about one appointment leave in order, and carry a number that grows."""


def migrate(cr, _version):
    """Number the messages that are there, and tell the number in those that may still be sent.

    :param str _version: the version that was installed
    """
    # The number of the appointment is in the message itself, also where it was deleted since.
    cr.execute(
        """
        UPDATE support_webhook_delivery
           SET appointment_number = COALESCE(
                   appointment_id, NULLIF(payload::jsonb #>> '{data,id}', '')::int)
         WHERE COALESCE(appointment_number, 0) = 0
        """
    )
    cr.execute(
        """
        WITH numbered AS (
            SELECT id, row_number() OVER (PARTITION BY appointment_number ORDER BY id) AS number
              FROM support_webhook_delivery
             WHERE appointment_number IS NOT NULL AND COALESCE(sequence, 0) = 0)
        UPDATE support_webhook_delivery AS delivery
           SET sequence = numbered.number
          FROM numbered
         WHERE delivery.id = numbered.id
        """
    )
    # As text, so that nothing else of the message changes: it ends with that of ``data``.
    cr.execute(
        """
        UPDATE support_webhook_delivery
           SET payload = regexp_replace(payload, '}}$', ',"sequence":' || sequence || '}}')
         WHERE state IN ('pending', 'dead') AND payload LIKE '%}}'
           AND sequence > 0 AND NOT COALESCE((payload::jsonb -> 'data') ? 'sequence', FALSE)
        """
    )
    cr.execute(
        """
        UPDATE support_appointment AS appointment
           SET webhook_sequence = counted.last
          FROM (SELECT appointment_id, max(sequence) AS last
                  FROM support_webhook_delivery
                 WHERE appointment_id IS NOT NULL
              GROUP BY appointment_id) AS counted
         WHERE appointment.id = counted.appointment_id
           AND COALESCE(appointment.webhook_sequence, 0) < counted.last
        """
    )
