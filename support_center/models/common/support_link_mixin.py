import secrets
from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models

# For how long after the visit, or after a ticket was closed, the customer's link still opens it.
LINK_DAYS = 14


class SupportLinkMixin(models.AbstractModel):
    """A customer's link that ends some days after the matter it is about.

    Odoo's chatter compares the token and the signature of a link with what a record gives
    out, on some ten routes. A record whose link has ended gives out nothing that anybody
    could have, so that all of these refuse, and those that a later Odoo adds.

    It stands before ``portal.mixin`` and ``mail.thread`` in ``_inherit``.
    """

    _name = "support.link.mixin"
    _description = "Link That Ends"

    # What the chatter's routes compare a token with, instead of the one that never ends.
    _mail_post_token_field = "valid_access_token"  # noqa: S105, the name of a field

    # Who has a token of the record is asked for by those who may not read it.
    valid_access_token = fields.Char(compute="_compute_valid_access_token", compute_sudo=True)

    @api.depends(lambda self: ["access_token", *self._get_link_fields()])
    def _compute_valid_access_token(self):
        for record in self:
            is_valid = record.access_token and record._is_link_valid()
            # A text, since it is compared in constant time, which only texts can be.
            record.valid_access_token = record.access_token if is_valid else ""

    @api.model
    def _get_link_fields(self):
        """Names of the fields that ``_get_link_end`` reads."""
        return []

    def _get_link_end(self):
        """When the customer's link ends.

        :return: naive UTC datetime; None as long as no end is in sight
        """
        raise NotImplementedError

    def _is_link_valid(self):
        """Whether the customer's link still opens this record."""
        self.ensure_one()
        end = self._get_link_end()
        return not end or fields.Datetime.now() <= end

    def _get_link_to(self, suffix="", **params):
        """The address of a page of this record for who has its link and does not log in.

        :param str suffix: of the path, like ``/times``; the record's own page without it
        :param params: further parameters of the address; those without a value are left out
        :return: str, absolute, with the token
        """
        self.ensure_one()
        known = {key: value for key, value in params.items() if value or value == 0}
        query = urlencode({"access_token": self._portal_ensure_token(), **known})
        return f"{self.get_base_url()}{self.access_url}{suffix}?{query}"

    @api.model
    def _add_link_days(self, moment):
        return moment + timedelta(days=LINK_DAYS)

    def _sign_token(self, pid):
        """What the link of one recipient is signed with, as Odoo does it.

        Without a valid link it is something new each time: what signs nothing can be
        compared with nothing.
        """
        self.ensure_one()
        if not self.valid_access_token:
            return secrets.token_hex(32)
        return super()._sign_token(pid)
