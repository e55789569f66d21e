from dataclasses import replace

from odoo import api, models
from odoo.exceptions import ValidationError

from ...formatting import format_names
from ...intake import Note, fold_address, spell_address
from ...languages import get_company_lang

# Odoo 19 has no second phone number.
ASKED_OF_CONTACTS = (
    "email_normalized", "company_id", "name", "email", "phone", "mobile", "lang", "tz", "active",
    "partner_share", "parent_id", "commercial_partner_id", "is_company",
)  # fmt: skip
# Fewer digits in common are no phone number.
SHORTEST_PHONE = 6


class SupportIntakeContacts(models.AbstractModel):
    """The one place where a request's customer is found or made."""

    _name = "support.intake.contacts"
    _description = "Customers of Requests"

    @api.model
    def _get_partners(self, readings):
        """The contact of each request's address, found or made, in one place.

        :param readings: list of ``Reading`` without problems
        :return: dict of normalised address to ``res.partner``; a contact that
            exists is never changed
        """
        company = self.env.company
        requests = {}
        for reading in readings:
            requests.setdefault(reading.result.request.customer_email, reading.result.request)
        partners = self._find_or_claim(requests)
        missing = [email for email in requests if email not in partners]
        if missing:
            # sudo: who asks for a visit becomes a contact, though the user at
            # work may have no right on contacts.
            made = (
                self.env["res.partner"]
                .sudo()
                .create([self._prepare_partner_vals(requests[email], company) for email in missing])
            )
            partners.update(zip(missing, made, strict=True))
        return partners

    @api.model
    def _find_or_claim(self, emails):
        """The contacts that exist; those that do not, nobody else makes at this moment.

        :param emails: iterable of normalised addresses
        :return: dict of address to ``res.partner`` as superuser
        """
        company = self.env.company
        # sudo: as in _get_partners.
        partners = self._find_partners(self.env["res.partner"].sudo(), emails, company)
        self.env["support.intake.key"]._claim(
            "contact", [(company.id, email) for email in emails if email not in partners]
        )
        return partners

    @api.model
    def _get_partner_by_hand(self, draft):
        """The contact of a draft whose customer a dispatcher has put right.

        :raise ValidationError: names what is wrong with the address
        """
        intake = self.env["support.intake"].with_company(draft.company_id)
        readings = intake._read_payloads(
            [
                {
                    "customer_email": draft.customer_email,
                    "customer_name": draft.customer_name,
                    "customer_phone": draft.customer_phone,
                }
            ]
        )
        faults = intake._list_faults(dict(enumerate(readings)))
        if faults:
            raise ValidationError(
                "\n".join(f"{draft.name}: {fault['message']}" for fault in faults)
            )
        return next(iter(self.with_company(draft.company_id)._get_partners(readings).values()))

    @api.model
    def _note_other_contact(self, reading, name, phones):
        """Say what a request gives otherwise than the contact has it, who is never changed by it.

        :param reading: ``Reading``
        :param str name: of the contact
        :param list phones: the contact's numbers
        :return: ``Reading`` with a note for the name, for the phone, or none
        """
        request = reading.result.request
        notes = []
        if request.customer_name and not self._is_same_name(request.customer_name, name):
            notes.append(Note("other_name", {"value": request.customer_name, "known": name or ""}))
        if request.customer_phone and not self._is_same_phone(request.customer_phone, phones):
            known = format_names(phones)
            notes.append(Note("other_phone", {"value": request.customer_phone, "known": known}))
        if not notes:
            return reading
        return reading._replace(
            result=replace(reading.result, notes=(*reading.result.notes, *notes))
        )

    @api.model
    def _get_phones(self, partner):
        """The numbers of a contact; Odoo 19 has no second one."""
        names = [name for name in ("phone", "mobile") if name in partner._fields]
        return [partner[name] for name in names if partner[name]]

    @api.model
    def _is_same_name(self, one, other):
        return " ".join(one.split()).casefold() == " ".join((other or "").split()).casefold()

    @api.model
    def _is_same_phone(self, phone, phones):
        """Whether a number is one of a contact's, with or without the country's."""
        wanted = self._get_digits(phone)
        return any(
            known == wanted
            or (
                min(len(known), len(wanted)) >= SHORTEST_PHONE
                and (known.endswith(wanted) or wanted.endswith(known))
            )
            for known in map(self._get_digits, phones)
        )

    @api.model
    def _get_digits(self, phone):
        return "".join(filter(str.isdigit, phone)).lstrip("0")

    @api.model
    def _find_partners(self, contacts, emails, company):
        """Contacts by their addresses, however an international domain is written in either.

        :param contacts: ``res.partner`` with the rights to search with
        :param emails: iterable of normalised addresses
        :return: dict of those addresses to ``res.partner``, in one query
        """
        emails = list(emails)
        spellings = {spelling for email in emails for spelling in spell_address(email)}
        # With all that is asked of a customer on the way to the stored request, in one query.
        found = contacts.search_fetch(
            [
                ("email_normalized", "in", list(spellings)),
                ("company_id", "in", [company.id, False]),
            ],
            [name for name in ASKED_OF_CONTACTS if name in contacts._fields],
            order="id",
        )
        partners = {}
        # The company's own contact wins over a shared one, the older over the newer.
        for partner in found.sorted(lambda contact: not contact.company_id):
            partners.setdefault(fold_address(partner.email_normalized), partner)
        folded = {email: fold_address(email) for email in emails}
        return {email: partners[key] for email, key in folded.items() if key in partners}

    @api.model
    def _prepare_partner_vals(self, request, company):
        return {
            "name": request.customer_name or request.customer_email,
            "email": request.customer_email,
            "phone": request.customer_phone,
            "company_id": company.id,
            # The language of the user who brings the request in says nothing of the customer's.
            "lang": get_company_lang(company),
            # Odoo would take the zone of the user who brings the request in.
            "tz": False,
        }
