from collections.abc import Iterable

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
            is_one = isinstance(ids, (str, bytes)) or not isinstance(ids, Iterable)
            ids = (ids,) if is_one else tuple(ids)
            # Few need a closer look. What is false is a record that is not saved yet, or none.
            if not all(not id_ or (id_.__class__ is int and 0 < id_ <= MAX_ID) for id_ in ids):
                ids = tuple(id_ and self._read_id(id_) for id_ in ids)
        elif ids and not 0 < ids <= MAX_ID:
            self._read_id(ids)
        return super().browse(ids)

    def _read_id(self, value):
        return self.env["support.arguments"]._get_id("id", value)

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
