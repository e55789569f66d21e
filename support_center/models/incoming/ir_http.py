from odoo import models
from odoo.http import request

WEBHOOK_PATH = "/web/hook/"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the body of a webhook as it came, before Odoo takes it for the fields of a form.

        Many programs name no content type, so that JSON arrives as a form, in which a plus sign
        would be a blank and everything behind an ampersand another field.
        """
        super()._pre_dispatch(rule, args)
        call = request.httprequest
        if call.path.startswith(WEBHOOK_PATH) and call.mimetype != "multipart/form-data":
            call.get_data()  # which remembers it
