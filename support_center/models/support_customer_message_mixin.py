from odoo import fields, models


class SupportCustomerMessageMixin(models.AbstractModel):
    """What a customer writes about a visit reaches a dispatcher, and waits for an answer."""

    _name = "support.customer.message.mixin"
    _description = "Messages of Customers"

    customer_waiting_since = fields.Datetime(
        "Customer Waits Since",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the customer wrote something that nobody has answered yet.",
    )

    def _report_customer_message(self, summary, note):
        """Tell the dispatcher of the company what the customer wrote, and mark the record.

        The texts are to be worded by the record as ``_for_responsible`` returns it.

        :param str summary: of the activity, such as "The customer declined the visit"
        :param str note: what the customer wrote, as plain text
        :return: the new ``mail.activity``, or an empty recordset where the same one is open
        """
        self.ensure_one()
        if not self.customer_waiting_since:
            self._write_protected({"customer_waiting_since": fields.Datetime.now()})
        return self._automation_activity(summary, note)
