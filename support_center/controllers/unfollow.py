from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.mail import MailController

from ..models.common.support_arguments import MAX_ID
from .portal import PRIVATE_HEADERS


class SupportUnfollow(MailController):
    """Odoo's link to follow a record no longer, for our records: it asks first.

    Odoo's own acts as soon as it is opened, by whatever program looks at the links of a mail. The
    technician would hear nothing more of their visit.
    """

    @http.route()
    def mail_action_unfollow(self, model=None, res_id=None, pid=None, token=None, **kwargs):
        if not all(isinstance(each, str) and each for each in (model, res_id, pid, token)):
            raise NotFound
        if not all(each.isdecimal() and int(each) <= MAX_ID for each in (res_id, pid)):
            raise NotFound
        if not model.startswith("support.") or model not in request.env:
            return super().mail_action_unfollow(model, res_id, pid, token, **kwargs)
        # The link is signed with all that stands in it, and with nothing that our form adds.
        values = {
            key: value
            for key, value in request.params.items()
            if key not in ("choice", "csrf_token")
        }
        if request.httprequest.method == "POST" and kwargs.get("choice") == "unfollow":
            request.params = values
            return super().mail_action_unfollow(**values)
        response = request.render(
            "support_center.portal_support_unfollow",
            {"page_name": "support_message", "values": values},
        )
        response.headers.update(PRIVATE_HEADERS)
        return response
