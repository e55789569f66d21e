"""From 1.4: the calendars of customers take changes of a visit from its first organizer only."""


def migrate(cr, _version):
    """Keep the company's address as the organizer of the visits that were announced with it.

    New ones are organized by the alias, at which the answers come in.

    :param str _version: the version that was installed
    """
    cr.execute(
        """
        UPDATE support_appointment AS visit
           SET ics_organizer = partner.email
          FROM res_company AS company
          JOIN res_partner AS partner ON partner.id = company.partner_id
         WHERE company.id = visit.company_id AND visit.announced_at IS NOT NULL
           AND visit.ics_organizer IS NULL AND COALESCE(partner.email, '') != ''
        """
    )
