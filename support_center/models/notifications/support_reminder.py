from collections import namedtuple

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

HOURS_KEY = "support_center.reminder_hours"
# What a job and the notifier need to know of a reminder: read with the visits, in one query.
DueReminder = namedtuple("DueReminder", "id template_id is_first")
# A change of one of these makes other visits due: none of those whose moment has passed.
TIMING_FIELDS = {"active", "hours_before", "type_ids", "company_id"}
# Further ahead nobody plans.
MAX_HOURS = 24 * 365


class SupportReminder(models.Model):
    """How long before a visit its customer is reminded, for which types, with which mail.

    The first one is the guide's: its hours are the parameter ``support_center.reminder_hours``,
    and ``reminder_sent`` is its mark. What the others have sent is in ``support.notification``.
    """

    _name = "support.reminder"
    _description = "Reminder"
    _inherit = ["support.ids.mixin", "support.guarded.mixin"]
    _order = "hours_before desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    hours_before = fields.Float(
        required=True,
        default=24,
        help="How many hours before the visit begins the customer is reminded.",
    )
    type_ids = fields.Many2many(
        "support.appointment.type",
        "support_reminder_type_rel",
        "reminder_id",
        "type_id",
        "Appointment Types",
        help="Only visits of these types; of all of them where none is chosen.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Mail Template",
        domain=[("model", "=", "support.appointment")],
        ondelete="set null",
        help="“Support Appointment Reminder” where none is chosen.",
    )
    company_id = fields.Many2one(
        "res.company", help="Only visits of this company; of all companies where it is empty."
    )
    is_first = fields.Boolean(
        readonly=True,
        help="Its hours are the system parameter support_center.reminder_hours, which the settings "
        "show as well.",
    )
    since = fields.Datetime(
        "Counts From",
        readonly=True,
        help="When it was switched on or changed. Visits whose reminder would have been due before "
        "get none, so that nobody hears of a backlog.",
    )

    _sql_constraints = [
        (
            "hours_before_positive",
            "CHECK (hours_before > 0 AND hours_before <= 8760)",
            "A reminder goes out some time before the visit: enter hours above zero, at most 8760.",
        ),
    ]

    @api.constrains("template_id")
    def _check_template(self):
        # sudo: who plans reminders need not be one who reads templates.
        for reminder in self.sudo():
            template = reminder.template_id
            if template and template.model != "support.appointment":
                raise ValidationError(
                    _(
                        "“%(name)s” is no mail template of appointments. Choose one that applies "
                        "to Support Appointment.",
                        name=template.name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        reminders = super().create(vals_list)
        first = reminders.filtered("is_first")
        if first:
            first._take_hours_of_parameter()
        (reminders - first).filtered("active")._count_from_now()
        return reminders

    def write(self, vals):
        """A reminder that is switched on, or changed, begins with what becomes due from now on.

        The hours of the first one are the parameter's: they are written there.
        """
        before = {reminder.id: reminder._get_timing() for reminder in self}
        result = super().write(vals)
        if not TIMING_FIELDS & vals.keys():
            return result
        changed = self.filtered(lambda reminder: reminder._get_timing() != before[reminder.id])
        first = changed.filtered("is_first")
        if first and "hours_before" in vals:
            parameters = self.env["ir.config_parameter"].sudo()
            if parameters._get_support_number(HOURS_KEY) != first.hours_before:
                # sudo: a manager may change when customers are reminded, and no other parameter.
                parameters.set_param(HOURS_KEY, f"{first.hours_before:g}")
        # The first one catches up what is within its hours: that is the guide's.
        is_switched_on = bool(vals.get("active"))
        (changed if is_switched_on else changed - first).filtered("active")._count_from_now()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_first(self):
        if self.filtered("is_first"):
            raise UserError(
                _("The first reminder stays. Archive it where nobody is to get it, or switch off "
                  "the scheduled action “Send Appointment Reminders”.")
            )  # fmt: skip

    def _get_timing(self):
        """What says which visits are due."""
        self.ensure_one()
        return self.active, self.hours_before, self.type_ids, self.company_id

    def _count_from_now(self):
        for reminder in self:
            reminder._write_protected({"since": fields.Datetime.now()})

    @api.model
    def _restart_further(self):
        """Let all but the first one begin with what becomes due from now on."""
        # sudo: who switches the job on need not be one who changes reminders.
        self.sudo().search([("is_first", "=", False)])._count_from_now()

    # ------------------------------------------------------------------
    # The first one and its parameter
    # ------------------------------------------------------------------

    @api.model
    def _get_first(self):
        """The guide's reminder, as superuser; switched off or not."""
        # sudo: as in _restart_further
        reminders = self.sudo().with_context(active_test=False)
        return reminders.search([("is_first", "=", True)], limit=1)

    def _take_hours_of_parameter(self):
        """Show the hours of the parameter, by which the job goes whatever is shown here."""
        hours = min(self.env["ir.config_parameter"]._get_support_number(HOURS_KEY), MAX_HOURS)
        for reminder in self:
            if reminder.hours_before != hours:
                reminder.hours_before = hours

    def _as_due(self):
        """
        :return: ``DueReminder``; None for an empty recordset
        """
        return DueReminder(self.id, self.template_id.id, self.is_first) if self else None
