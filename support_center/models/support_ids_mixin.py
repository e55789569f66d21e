from collections.abc import Iterable, Mapping

from odoo import _, models
from odoo.exceptions import MissingError, UserError

from .support_arguments import MAX_ID


class SupportIdsMixin(models.AbstractModel):
    """Ids as other systems send them, in the one place where Odoo makes records of them.

    Odoo browses whatever a call names and leaves it to the database to refuse it, which a
    caller sees as a Python error. Each model of ours has this, so that no method has to look.
    """

    _name = "support.ids.mixin"
    _description = "Ids of Calls"

    def browse(self, ids=None):
        """As Odoo's; ids as texts are those of the numbers.

        :raise ValidationError: for what can be no id
        """
        if ids and ids.__class__ is not int:
            if isinstance(ids, Iterable) and not isinstance(ids, (str, bytes, Mapping)):
                ids = tuple(ids)
            else:
                ids = (ids,)
            # Few need a closer look.
            if not all(each.__class__ is int and 0 < each <= MAX_ID for each in ids):
                ids = tuple(self._get_sound_id(each) for each in ids)
        elif ids and not 0 < ids <= MAX_ID:
            self._get_sound_id(ids)
        return super().browse(ids)

    def _get_sound_id(self, value):
        # The ids of records that are not saved yet are false, and of a type of their own.
        if not value and value.__class__.__name__ == "NewId":
            return value
        arguments = self.env["support.arguments"]
        return arguments._get_id("id", value) or arguments._refuse(
            "id", value, _("the id of a record")
        )

    def _check_one(self):
        """As ``ensure_one``, for what people and programs call.

        :raise UserError: for none, for several and for one that is not there any more
        """
        if len(self.ids) != 1:
            raise UserError(
                _(
                    "One record is expected, not %(count)s: choose one and try again.",
                    count=len(self.ids),
                )
            )
        if not self.exists():
            raise MissingError(_("This record does not exist any more. Reload the page."))
