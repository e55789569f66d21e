from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    # Each change and deletion of an event asks for its activities, of which nearly none has one.
    calendar_event_id = fields.Many2one(index="btree_not_null")
