from odoo import _, api, fields, models


class SupportArea(models.Model):
    _name = "support.area"
    _description = "Support Area"
    _inherit = ["support.ids.mixin", "support.guarded.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    zip_prefixes = fields.Char(
        "ZIP Prefixes",
        help="Beginnings of the postal codes that belong to this area, separated by commas: "
        "“10, 12, 1405”.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        guard, remedy = self.env["support.company.guard"], _("Archive it instead.")
        guard._check_unused(self, "support.technician", "area_ids", remedy)

    def _covers(self, postal_code):
        """Whether one of these areas holds ``postal_code``.

        :param str postal_code: as on the customer's address; spaces do not count
        :return: bool; an area without prefixes covers nothing
        """
        postal_code = (postal_code or "").replace(" ", "").upper()
        return bool(postal_code) and any(
            postal_code.startswith(prefix) for area in self for prefix in area._get_zip_prefixes()
        )

    def _get_zip_prefixes(self):
        self.ensure_one()
        words = (self.zip_prefixes or "").replace(" ", "").upper().split(",")
        return [word for word in words if word]
