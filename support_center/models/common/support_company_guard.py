from odoo import _, api, models
from odoo.exceptions import UserError

from ...formatting import format_names

# How many records a refusal names.
NAMED_RECORDS = 10


class SupportCompanyGuard(models.AbstractModel):
    """Refuses, in words, what would leave appointments or tickets without what they refer to.

    What goes to another company is out of sight in the old one, where it is still referred to;
    what is deleted is gone from them without a word.
    """

    _name = "support.company.guard"
    _description = "Guard of Records in Use"

    @api.model
    def _check_moved(self, records, model, field, domain, remedy):
        """Refuse a change of company that tears ``records`` from what refers to them.

        Records without a company belong to all companies. One query for each company.

        :param records: whose ``company_id`` was changed
        :param str model: of what refers to them
        :param str field: by which it does
        :param list domain: which of those count
        :param str remedy: what to do instead, a sentence
        :raise UserError: names the records and what refers to them
        """
        for company, those in records.grouped("company_id").items():
            if not company:
                continue
            users = self._find_users(
                model, [(field, "in", those.ids), ("company_id", "!=", company.id), *domain]
            )
            if users:
                raise UserError(
                    _(
                        "%(names)s cannot go to %(company)s: %(users)s of %(other)s would be left "
                        "behind. %(remedy)s",
                        names=format_names(users[field].mapped("display_name")),
                        company=company.name,
                        users=self._describe_names(users),
                        other=format_names(users.company_id.mapped("name")),
                        remedy=remedy,
                    )
                )

    @api.model
    def _check_unused(self, records, model, field, remedy):
        """Refuse to delete what is referred to.

        :raise UserError: names the records and what refers to them
        """
        users = self._find_users(model, [(field, "in", records.ids)])
        used = users[field] & records.sudo() if users else records.browse()
        if used:
            raise UserError(
                _(
                    "%(names)s cannot be deleted: %(users)s refer to it. %(remedy)s",
                    names=format_names(used.mapped("display_name")),
                    users=self._describe_names(users),
                    remedy=remedy,
                )
            )

    @api.model
    def _find_users(self, model, domain):
        """What refers to a record, archived ones too, as superuser: one more than are named."""
        # sudo: what is left behind may belong to a company that is out of the user's sight.
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search(domain, limit=NAMED_RECORDS + 1, order="id desc")

    @api.model
    def _describe_names(self, records):
        """
        :return: str, the names of up to ``NAMED_RECORDS`` records, and whether there are more
        """
        names = format_names(records[:NAMED_RECORDS].mapped("display_name"))
        if len(records) > NAMED_RECORDS:
            return _("%(names)s and more", names=names)
        return names
