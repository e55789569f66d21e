from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ...formatting import choose_zone, format_moment, format_moment_long

DEFAULT_DURATION = 1.0
# Longer than any visit, and short of what a date can hold.
MAX_DURATION = 24 * 366
# What tells when a visit is.
TIME_FIELDS = {"start", "stop", "duration"}


class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    requested_date = fields.Datetime(
        "Requested Time", help="What the customer asked for; planning does not change it."
    )
    timezone = fields.Selection(
        _tz_get,
        "Time Zone",
        help="The zone in which the customer is told the time, where it was given.",
    )
    start = fields.Datetime(tracking=True, index=True, copy=False)
    stop = fields.Datetime(
        "End",
        compute="_compute_stop",
        inverse="_inverse_stop",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
    )
    duration = fields.Float(
        default=DEFAULT_DURATION, required=True, help="Length in hours; the end follows from it."
    )
    busy_start = fields.Datetime(
        compute="_compute_busy",
        store=True,
        precompute=True,
        copy=False,
        help="Start less the type's buffer, as it was when the time was set.",
    )
    busy_stop = fields.Datetime(
        compute="_compute_busy",
        store=True,
        precompute=True,
        copy=False,
        help="End plus the type's buffer, as it was when the time was set.",
    )

    _sql_constraints = [
        (
            "duration_positive",
            "CHECK (duration > 0)",
            "The duration must be above zero hours: the end has to come after the start.",
        ),
        (
            "busy_covers_visit",
            "CHECK (start IS NULL OR (start < stop AND busy_start <= start AND stop <= busy_stop))",
            "The end has to come after the start.",
        ),
    ]

    @api.depends("start", "duration")
    def _compute_stop(self):
        for record in self:
            record.stop = record.start and record.start + self._as_timedelta(record.duration)

    def _inverse_stop(self):
        for record in self:
            if not record.stop:
                record.start = False
            elif record.start:
                record._check_duration(
                    {"duration": (record.stop - record.start).total_seconds() / 3600}
                )
                record.duration = (record.stop - record.start).total_seconds() / 3600
            else:
                record.start = record.stop - self._as_timedelta(record.duration)

    # The type is not among the dependencies: the buffers are a snapshot, taken
    # when the time is set, and a type that changes later touches nothing.
    @api.depends("start", "stop")
    def _compute_busy(self):
        for record in self:
            before, after = record._get_buffers()
            record.busy_start = record.start and record.start - timedelta(minutes=before)
            record.busy_stop = record.stop and record.stop + timedelta(minutes=after)

    @api.onchange("stop")
    def _onchange_stop(self):
        if self.start and self.stop:
            self.duration = (self.stop - self.start).total_seconds() / 3600

    @api.onchange("type_id")
    def _onchange_type_id(self):
        # Only while planning, and only a length that nobody chose: what a customer or a
        # dispatcher said stays.
        unchosen = (DEFAULT_DURATION, self._origin.type_id.duration)
        if self.type_id and self.state == "draft" and self.duration in unchosen:
            self.duration = self.type_id.duration

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation:
            change.vals_list = [self._complete_times(vals) for vals in change.vals_list]

    @api.model
    def _complete_times(self, vals):
        """Add to the values of a new appointment what its type says about its length.

        :return: dict
        """
        if vals.get("start") and vals.get("stop"):
            start, stop = (fields.Datetime.to_datetime(vals[key]) for key in ("start", "stop"))
            vals = {**vals, "duration": (stop - start).total_seconds() / 3600}
        # What somebody has asked for; a type's own length is taken as it is.
        self._check_duration(vals)
        if vals.get("type_id") and "duration" not in vals and "stop" not in vals:
            appointment_type = self.env["support.appointment.type"].browse(vals["type_id"])
            vals = {**vals, "duration": appointment_type.duration}
        return vals

    def _check_change(self, change):
        super()._check_change(change)
        if not change.is_creation:
            self._check_duration(change.vals)

    def _check_stored_change(self, change):
        super()._check_stored_change(change)
        if not change.is_creation and change.touches(TIME_FIELDS):
            # The snapshot of the buffers is taken now, not at the next flush.
            self.mapped("busy_start")
        if change.is_creation or (change.touches(TIME_FIELDS) and not change.is_restoring):
            change.changed("start").filtered(
                lambda a: a.state in ("draft", "confirmed")
            )._check_start_not_past()

    @api.model
    def _as_timedelta(self, hours):
        # Whole seconds, since Odoo's datetimes hold no fractions.
        return timedelta(seconds=round((hours or 0.0) * 3600))

    def _get_buffers(self):
        """Minutes to keep free ``(before, after)`` the visit."""
        self.ensure_one()
        return self.type_id.buffer_before, self.type_id.buffer_after

    @api.model
    def _check_duration(self, vals):
        """
        :raise ValidationError: for a length that is no whole second, or beyond ``MAX_DURATION``
        """
        if "duration" not in vals:
            return
        hours = vals["duration"] or 0
        if hours > MAX_DURATION:
            raise ValidationError(
                _(
                    "A duration of %(hours)s hours is not possible: %(most)s hours are the most.",
                    hours=round(hours, 2),
                    most=MAX_DURATION,
                )
            )
        # Less than half a second is rounded to none.
        if not hours > 0 or not self._as_timedelta(hours):
            raise ValidationError(
                _(
                    "A duration of %(hours)s hours is not possible: the end has to come after "
                    "the start.",
                    hours=round(hours, 2),
                )
            )

    def _check_start_not_past(self):
        """Refuse a start that lies behind us, but for a manager who records a visit.

        :raise ValidationError: names each such record and its start
        """
        if self.env.user.has_group("support_center.group_support_manager"):
            return
        now = fields.Datetime.now()
        past = self.filtered(lambda record: record.start and record.start < now)
        if past:
            raise ValidationError(
                "\n".join(
                    record._describe_past_start(format_moment(self.env, record.start))
                    for record in past
                )
            )

    def _describe_past_start(self, start):
        self.ensure_one()
        return _(
            "%(name)s cannot start in the past (%(start)s). Choose a later time; "
            "only a manager may record a visit that took place.",
            name=self.display_name,
            start=start,
        )

    def _get_customer_timezone(self):
        """The zone in which the customer is told the time.

        The appointment's own, else the customer's, the technician's, the
        company's; UTC where nobody has one.

        :return: str, an IANA name
        """
        self.ensure_one()
        # sudo: customer and technician may have gone to a company that is out of sight.
        visit = self.sudo()
        return choose_zone(
            visit.timezone
            or visit.partner_id.tz
            or visit.technician_id.tz
            or visit.company_id.resource_calendar_id.tz
        )

    def _format_for_customer(self, moment):
        """A time as the customer reads it, in the language of the environment.

        Weekday, day and hour come from the same localised instant, and the
        zone is named, so that the text is the same for each user's save and for
        a cron.

        :param datetime moment: naive UTC, or False
        :return: str, like ``Thursday 5 March 2026, 15:00 (Europe/Brussels)``
        """
        self.ensure_one()
        if not moment:
            return ""
        return format_moment_long(self.env, moment, self._get_customer_timezone())
