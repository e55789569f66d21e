from odoo import api, models, tools

from ...intake.caller import get_searched_digits, read_caller

# What of a contact each word of a search may stand in.
WORD_FIELDS = ("complete_name", "email", "street", "street2", "zip", "city")
# More words than anybody types of a caller; each is looked for in each of the fields.
MAX_WORDS = 6
# Of so many contacts at most the ids stand in a query.
CONTACTS_FOUND = 500


class SupportContactFinder(models.AbstractModel):
    """Finds contacts by whatever is known of them: name, number, address or place."""

    _name = "support.contact.finder"
    _description = "Search for Contacts"

    @api.model
    def _find(self, text, limit):
        """The contacts of whom each word of ``text`` tells something.

        Where nobody has all that was typed, those who have its number or its e-mail address: a
        contact of whom less is known.

        :param str text: as a dispatcher types it
        :param int limit: so many at most
        :return: ``res.partner`` that the user may see, of the company or of none, those whose
            name begins with ``text`` first
        """
        caller = read_caller(text)
        by_number = self._get_number_domain(caller.phone)
        by_email = [("email", "ilike", caller.email)] if caller.email else []
        words = f"{caller.name} {caller.place}".replace(",", " ").split()[:MAX_WORDS]
        by_words = [term for word in words for term in self._get_word_domain(word)]
        found = self._search_all([*by_words, *by_number, *by_email], limit)
        if not found and by_words and (by_number or by_email):
            sure = ["|", *by_number, *by_email] if by_number and by_email else by_number or by_email
            found = self._search_all(sure, limit)
        begins = text.strip().casefold()
        return found.sorted(lambda p: not (p.complete_name or "").casefold().startswith(begins))

    @api.model
    def _search_all(self, terms, limit):
        partners = self.env["res.partner"]
        if not terms:
            return partners
        own = ("company_id", "in", [self.env.company.id, False])
        return partners.search([own, *terms], limit=limit, order="complete_name, id")

    @api.model
    def _get_number_domain(self, text):
        """
        :return: list of one term; empty where ``text`` is no number
        """
        digits = self._get_searched_digits(text)
        if not digits:
            return []
        found = self.env["res.partner"]._search_phone_digits(digits, CONTACTS_FOUND)
        return [("id", "in", found)]

    @api.model
    def _get_word_domain(self, word):
        return ["|"] * (len(WORD_FIELDS) - 1) + [(name, "ilike", word) for name in WORD_FIELDS]

    @api.model
    def _get_contact_domain(self, text, field="partner_id"):
        """What is of a contact of whom ``text``, as it stands, tells something; or of those who
        belong to it.

        The contacts are looked up first: with a query for them among other conditions, PostgreSQL
        could use the index of none of these. Only of very many it is a query.

        :param str field: of the model that is searched in, a contact
        :return: domain
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        terms = self._get_word_domain(text)
        by_number = self._get_number_domain(text)
        if by_number:
            terms = ["|", *by_number, *terms]
        found = partners.search(terms, limit=CONTACTS_FOUND + 1)
        if len(found) > CONTACTS_FOUND:
            query = partners._search(terms)
            whole = ["|", ("id", "in", query), ("commercial_partner_id", "in", query)]
            # The first term for the opposite: what has no contact is not one of these either.
            return ["&", (field, "!=", False), (field, "in", partners._search(whole))]
        # sudo: as by Odoo's own ``child_of``; what is found is what the user has to see.
        family = partners.sudo().search([("id", "child_of", found.ids)]) if found else found
        return [(field, "in", family.ids)]

    @api.model
    def _get_searched_digits(self, text):
        """See ``get_searched_digits``; empty for what is no number."""
        return get_searched_digits(text or "", self._get_country_codes())

    # Countries and their codes do not change in the day's work.
    @tools.ormcache()
    def _get_country_codes(self):
        # sudo: countries are everybody's to read, but for customers' users.
        countries = self.env["res.country"].sudo().search_fetch([], ["phone_code"])
        return frozenset(str(code) for code in countries.mapped("phone_code") if code)
