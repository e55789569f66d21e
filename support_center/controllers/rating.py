from werkzeug.exceptions import NotFound

from odoo.addons.rating.controllers.main import Rating


class SupportRating(Rating):
    def _get_rating_and_record(self, token):
        """A rating's link, which has a token of its own, ends with the customer's.

        :raise NotFound: as for a token that there is not
        """
        rating_sudo, record_sudo = super()._get_rating_and_record(token)
        if "valid_access_token" in record_sudo._fields and not record_sudo._is_link_valid():
            raise NotFound
        return rating_sudo, record_sudo
