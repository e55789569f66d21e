from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _has_attachments_ownership(self, attachment_tokens):
        """Whether the caller may do with these as their author may; asked by Odoo 19 only.

        A token counts for nothing once the link of the record has ended.
        """
        if attachment_tokens and len(attachment_tokens) == len(self):
            ended = self._filter_link_ended()
            attachment_tokens = [
                None if attachment in ended else token
                for attachment, token in zip(self, attachment_tokens, strict=True)
            ]
        return super()._has_attachments_ownership(attachment_tokens)

    def _filter_link_ended(self):
        """Those of a record of ours that the caller may see by its link only, which has ended.

        An attachment has a token of its own, which never ends.

        :return: ``ir.attachment``
        """
        # sudo: only the record's link is looked at. Nothing else may come into the cache on the
        # way, since what is in it is given to everybody.
        found = self.sudo().with_context(prefetch_fields=False).exists()
        found = found.filtered(lambda a: a.res_id and a.res_model in self.env)
        ended = self.browse()
        for model, attachments in found.grouped("res_model").items():
            if "valid_access_token" not in self.env[model]._fields:
                continue
            records = self.env[model].sudo().browse(attachments.mapped("res_id")).exists()
            over = records.filtered(lambda record: not record._is_link_valid())
            ids = set(over.ids) - set(self._find_readable(model, over.ids))
            ended |= self.browse(attachments.filtered(lambda a, ids=ids: a.res_id in ids).ids)
        return ended

    def _find_readable(self, model, ids):
        """Which of these records the caller may read without any token."""
        if not ids or not self.env["ir.model.access"].check(model, "read", raise_exception=False):
            return []
        return self.env[model].with_context(active_test=False).search([("id", "in", ids)]).ids
