from datetime import timedelta

from odoo import _, api, fields, models


class SupportAppointmentType(models.Model):
    _name = "support.appointment.type"
    _description = "Support Appointment Type"
    _inherit = ["support.ids.mixin", "support.guarded.mixin"]
    _order = "sequence, name"
    # An import may name a type by its code, as other systems do.
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short name that external systems may use instead of the name.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    # Its index is that of the constraint below.
    company_id = fields.Many2one("res.company")
    color = fields.Integer()
    duration = fields.Float(default=1.0, required=True, help="Planned length in hours.")
    buffer_before = fields.Integer(help="Minutes kept free before the appointment.")
    buffer_after = fields.Integer(help="Minutes kept free after the appointment.")
    min_notice_hours = fields.Float(help="Earliest start, in hours from now, that is offered.")
    horizon_days = fields.Integer(
        default=60, help="Latest start, in days from now, that is offered; 0 for no limit."
    )
    cancel_notice_hours = fields.Float(
        help="Until how many hours before the start customers may move or cancel a visit on "
        "their page. After that it asks them to call."
    )
    # An archived skill is asked for by no other type any more; those that ask for it still do.
    skill_ids = fields.Many2many(
        "support.skill", string="Required Skills", context={"active_test": False}
    )
    instructions = fields.Html(
        "What to Prepare",
        translate=True,
        help="What customers read on their page: what they make ready before the visit.",
    )
    place = fields.Selection(
        [("on_site", "On site"), ("remote", "Remote")], default="on_site", required=True
    )

    _sql_constraints = [
        ("code_unique", "UNIQUE (company_id, code)", "This code belongs to another type."),
        ("duration_positive", "CHECK (duration > 0)", "The duration must be above zero hours."),
        (
            "minutes_positive",
            "CHECK (buffer_before >= 0 AND buffer_after >= 0)",
            "A buffer cannot be negative: enter minutes, or 0 for none.",
        ),
        (
            "notice_positive",
            "CHECK (min_notice_hours >= 0 AND horizon_days >= 0 AND cancel_notice_hours >= 0)",
            "Notice periods and the horizon cannot be negative.",
        ),
    ]

    @api.constrains("company_id")
    def _check_company_of_appointments(self):
        self.env["support.company.guard"]._check_moved(
            self,
            "support.appointment",
            "type_id",
            [],
            _("Leave the company empty, for use in all companies, or make another one."),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        guard, remedy = self.env["support.company.guard"], _("Archive it instead.")
        guard._check_unused(self, "support.appointment", "type_id", remedy)

    def _limit_offers(self, start, stop, duration):
        """The part of a time in which visits of this type may be offered.

        Nothing in the past; with a type no start before its minimum notice or
        after its horizon.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param timedelta duration: how long the visit takes
        :return: tuple of both, of which the first is the later where nothing is left
        """
        now = fields.Datetime.now()
        start = max(start, now + timedelta(hours=self.min_notice_hours))
        if self.horizon_days:
            stop = min(stop, now + timedelta(days=self.horizon_days) + duration)
        return start, stop

    @api.model
    def _find_by_names(self, names, company):
        """Types by code or name, whatever the case, in one query.

        :param names: iterable of strings as an integrator wrote them
        :param company: types of this company, or of none, are considered
        :return: dict of the lower-case string to its ``support.appointment.type``;
            a code wins over a name
        """
        wanted = {name.strip().lower() for name in names}
        if not wanted:
            return {}
        types = self.search([("company_id", "in", [company.id, False])])
        by_name = {record.name.lower(): record for record in reversed(types)}
        by_name.update({record.code.lower(): record for record in types if record.code})
        return {name: by_name[name] for name in wanted if name in by_name}
