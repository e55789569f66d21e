from odoo import models


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _find_record(
        self, xmlid=None, res_model="ir.attachment", res_id=None, access_token=None, **options
    ):
        """The record of ``/web/content`` and ``/web/image``; a token ends with its link.

        Without the token the caller's own rights decide, as for everybody else.
        """
        is_attachment = res_id and not xmlid and res_model == "ir.attachment"
        if access_token and is_attachment:
            ended = self.env["ir.attachment"].browse(res_id)._filter_link_ended()
            access_token = None if ended else access_token
        return super()._find_record(xmlid, res_model, res_id, access_token, **options)
