"""Texts in the language of the person who reads them.

Which language that is depends on the reader alone, never on the user, cron or program whose save
brings the text about: it is decided here, for every mail, page, calendar file and activity.
"""

# The language of the source: what is left where nobody has chosen one.
FALLBACK = "en_US"


def get_company_lang(company):
    """The language of texts that the company keeps, or writes to nobody in particular.

    :param company: ``res.company``
    :return: str, the code of an installed language
    """
    # sudo: contacts are not every user's to read whose save brings the text about.
    return _choose(company.sudo().partner_id)


def get_customer_lang(partner, company):
    """The language in which the company writes to a customer.

    The customer's own, else that of the firm which they belong to, else the company's.

    :param partner: ``res.partner``; an empty one is a customer whom nobody knows yet
    :param company: ``res.company``
    :return: str, the code of an installed language
    """
    partner = partner.sudo()  # sudo: as in ``get_company_lang``
    return _choose(partner, partner.commercial_partner_id, company.sudo().partner_id)


def get_user_lang(user, company):
    """The language in which a user is told of a company's records.

    :param user: ``res.users``; OdooBot and users who are archived stand for nobody
    :param company: ``res.company``
    :return: str, the code of an installed language
    """
    user = user.sudo().filtered("active")  # sudo: as in ``get_company_lang``
    return _choose(user.partner_id, company.sudo().partner_id)


def _choose(*contacts):
    """The first language that one of ``contacts`` has and that is installed.

    A contact keeps a language that is switched off later, and Odoo renders nothing in it.
    """
    languages = contacts[0].env["res.lang"]
    for contact in contacts:
        if contact.lang and languages._lang_get(contact.lang):
            return contact.lang
    return FALLBACK


def in_all_languages(records, name):
    """What a method words in each installed language.

    Who is asked by an activity may have another language than who looks for it.

    :param records: of the model that has the method; it takes no arguments
    :param str name: of the method
    :return: list of str
    """
    installed = records.env["res.lang"].get_installed()
    return [getattr(records.with_context(lang=code), name)() for code, _label in installed]
