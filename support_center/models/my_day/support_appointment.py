from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...formatting import choose_zone, format_duration, format_moment, format_span
from ..automation.support_automation_log import AUTOMATION_LOGGER

# What is over with a time, or with the visit.
UNDER_WAY = ("on_the_way_at", "expected_arrival", "on_the_way_told_at")
# How much earlier and later than they expect it technicians are there: once they have set off, and
# before.
ARRIVAL_UNDER_WAY = timedelta(minutes=5), timedelta(minutes=15)
ARRIVAL_PLANNED = timedelta(minutes=10), timedelta(minutes=30)
# In hours: the clock may tick between the end of a visit and its measure.
TICK = 2 / 3600
REPORT = "support_center.support_visit_report"


class SupportAppointment(models.Model):
    """What the technician does on the way and at the customer's, and the report about it."""

    _inherit = "support.appointment"

    on_the_way_at = fields.Datetime(
        "On the Way Since", readonly=True, copy=False, help="When the technician set off."
    )
    expected_arrival = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the technician expects to be there; empty while that is the planned start.",
    )
    on_the_way_told_at = fields.Datetime(
        "Customer Told of the Arrival", readonly=True, copy=False, groups="base.group_user"
    )
    work_done = fields.Text(copy=False)
    parts_used = fields.Text(copy=False)
    time_used = fields.Float(
        copy=False,
        help="In hours. Noted from start to end of the visit when it is done, if nobody has "
        "entered it by then.",
    )
    customer_signature = fields.Binary(
        "Signature of the Customer", readonly=True, copy=False, attachment=True
    )
    signed_by = fields.Char(readonly=True, copy=False)
    signed_at = fields.Datetime(readonly=True, copy=False)
    report_sent_at = fields.Datetime(
        "Visit Report Queued", readonly=True, copy=False, groups="base.group_user"
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation:
            return
        if change.is_restoring:
            self._restore_work(change)
            return
        if change.state == "done" and not change.vals.get("time_used"):
            # The phone says when it was, where it had no signal.
            ended_at = fields.Datetime.to_datetime(change.vals.get("ended_at"))
            for visit in self.filtered(lambda a: a.state == "in_progress" and not a.time_used):
                change.add(visit, {"time_used": visit._measure_time(ended_at)})
        if change.touches({"start", "technician_id"}) or change.state in ("draft", "cancelled"):
            # Who is on the way to another time, or another person, is not on the way.
            others = self.filtered(
                lambda a: (
                    any(a[name] for name in UNDER_WAY[:2])
                    and (
                        change.state in ("draft", "cancelled")
                        or change.vals.get("start", a.start) != a.start
                        or change.vals.get("technician_id", a.technician_id.id)
                        != a.technician_id.id
                    )
                )
            )
            change.add(others, dict.fromkeys(UNDER_WAY, False))

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if change.touches({"expected_arrival"}):
            # The boards show who runs late.
            self._notify_boards(self.company_id)

    def _measure_time(self, until=None):
        """From the start of the work to its end.

        :param datetime until: naive UTC; now without it
        :return: float, hours
        """
        self.ensure_one()
        if not self.started_at:
            return 0.0
        until = until or fields.Datetime.now()
        return max(0.0, (until - self.started_at).total_seconds() / 3600)

    def _restore_work(self, change):
        """A visit that goes on is measured anew when it is done; what somebody has entered stays.

        :param change: as of ``_prepare_change``
        """
        if change.state != "in_progress" or "time_used" in change.vals:
            return
        measured = self.filtered(
            lambda a: (
                a.state == "done"
                and a.ended_at
                and abs(a.time_used - a._measure_time(a.ended_at)) < TICK
            )
        )
        change.add(measured, {"time_used": 0.0})

    @api.model
    def _get_restored_fields(self):
        return (*super()._get_restored_fields(), *UNDER_WAY[:2])

    @api.model
    def _get_customer_marks(self):
        return (*super()._get_customer_marks(), UNDER_WAY[2], "report_sent_at")

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def _rule_send_on_the_way(self):
        """Tell the customer that the technician is on the way, once, where the type says so."""
        due = self._with_saved_together("automation_send_on_the_way").filtered(
            lambda a: a._is_arrival_to_be_told()
        )
        due._run_automation("send_on_the_way", lambda those: those._announce("on_the_way"))

    def _is_arrival_to_be_told(self):
        self.ensure_one()
        # sudo: the mark is not everybody's to read.
        return bool(
            self.state == "confirmed"
            and self.on_the_way_at
            and self.type_id.notify_on_the_way
            and not self.sudo().on_the_way_told_at
        )

    def _rule_send_report(self):
        """Send the customer the report of a visit that is done, once, and file it in the ticket."""
        due = self._with_saved_together("automation_send_report").filtered(
            # sudo: as above
            lambda a: a.state == "done" and not a.sudo().report_sent_at
        )
        due._run_automation("send_report", lambda those: those._announce("report"))

    def _get_notice_end(self, kind):
        if kind == "on_the_way":
            # Told later, as by a phone that had no signal, it would name a time that has passed.
            return self.expected_arrival or self.start
        if kind == "report":
            return False
        return super()._get_notice_end(kind)

    def _create_notice_files(self, kind):
        files = super()._create_notice_files(kind)
        if kind == "report":
            for visit in self:
                name, content = visit._render_visit_report()
                # sudo: attachments of a queued mail are the queue's.
                attachment = self.env["ir.attachment"].sudo().create(
                    {"name": name, "raw": content, "res_model": "mail.message"}
                )  # fmt: skip
                files.setdefault(visit.id, []).append(attachment.id)
                visit._file_report(name, content)
        return files

    def _react_to_notice(self, kind):
        super()._react_to_notice(kind)
        if kind == "on_the_way":
            self._write_marks({"on_the_way_told_at": fields.Datetime.now()})
        elif kind == "report":
            self._write_marks({"report_sent_at": fields.Datetime.now()})

    # ------------------------------------------------------------------
    # The report
    # ------------------------------------------------------------------

    def _render_visit_report(self):
        """The report of one visit, in the customer's language.

        :return: tuple of file name and bytes: a PDF, or a page of HTML where the server makes none
        """
        self.ensure_one()
        # sudo: rendered for the customer, with whatever rights the visit is finished.
        reports = self.env["ir.actions.report"].sudo()
        in_lang = reports.with_context(lang=self._get_customer_lang())
        name = self.with_context(lang=self._get_customer_lang())._get_report_name()
        if reports._can_make_pdf():
            try:
                content, kind = in_lang._render_qweb_pdf(REPORT, self.ids)
            except UserError as error:
                # What it says is what counts: the page is sent in its place.
                AUTOMATION_LOGGER.warning(
                    "action=draw_visit_report outcome=failed record=%s,%s %s",
                    self._name,
                    self.id,
                    type(error).__name__,
                )
            else:
                return f"{name}.{kind}", content
        content, _kind = in_lang._render_qweb_html(REPORT, self.ids)
        return f"{name}.html", content

    def _get_report_name(self):
        """File name of the report without its ending."""
        self.ensure_one()
        return _("Visit report %(reference)s", reference=self.name.replace("/", "-"))

    def _file_report(self, name, content):
        """Keep the report in the history of the ticket."""
        self.ensure_one()
        # sudo: who finishes the visit need not be one who may write to the ticket.
        ticket = self.ticket_id.sudo()
        if ticket:
            ticket.message_post(
                body=_("Visit report of %(reference)s", reference=self.name),
                attachments=[(name, content)],
                message_type="comment",
                subtype_xmlid="mail.mt_note",
            )

    def action_visit_report(self):
        """Show the report; as a page where no PDF can be made on this server.

        :raise UserError: for visits that have not begun
        """
        check_access(self, "write")
        early = self.filtered(lambda a: a.state not in ("in_progress", "done", "no_show"))
        if early:
            raise UserError(
                _("%(name)s has not begun: there is nothing to report.", name=early[0].name)
            )
        # sudo: reports are not everybody's to read; what is shown is read with the user's rights.
        action = self.env.ref(REPORT + "_action").sudo()
        return action.report_action(self, config=False)

    def _get_report_lines(self):
        """What the report says of the visit.

        :return: list of ``(label, text)``; what is not known is left out
        """
        self.ensure_one()
        began = self._format_for_customer(self.started_at)
        ended = self._format_for_customer(self.ended_at)
        lines = [
            (_("Customer"), self.customer_name or self.partner_id.name),
            (_("Where"), self.location),
            (_("What"), self.type_id.name),
            # sudo: a customer may read the report and no technician.
            (_("Technician"), self.technician_id.sudo().name),
            (_("Planned for"), self._format_for_customer(self.start)),
            (_("Begun"), began),
            (_("Ended"), ended),
            (_("Time used"), self._format_time_used()),
        ]
        return [(label, text) for label, text in lines if text]

    def _format_time_used(self):
        return format_duration(round(self.time_used * 60)) if self.time_used else ""

    def _get_signature_data(self):
        """The picture of the signature, as a page can show it.

        :return: str for ``src``; empty where nobody has signed by hand
        """
        self.ensure_one()
        # sudo: the picture is an attachment, which is not everybody's to read.
        content = self.sudo().with_context(bin_size=False).customer_signature
        if not content:
            return ""
        return "data:image/png;base64," + (
            content.decode() if isinstance(content, bytes) else content
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_next_step_of_confirmed(self, now):
        expected = self._describe_arrival()
        # Who is expected at no time any more has forgotten to say that they are there.
        if not expected or max(self.stop, self.expected_arrival or self.stop) <= now:
            return super()._get_next_step_of_confirmed(now)
        technician = self.technician_id.sudo().name  # sudo: customers may read no technician.
        if self.on_the_way_at and technician:
            return _(
                "%(technician)s is on the way. Expected arrival: %(moment)s.",
                technician=technician,
                moment=expected,
            )
        return _("Expected arrival: %(moment)s.", moment=expected)

    def _get_formatted_arrival(self):
        """When the technician expects to be there, as the customer reads it."""
        self.ensure_one()
        return self._format_for_customer(self.expected_arrival or self.start)

    def _get_arrival_span(self):
        """From when until when the technician may be expected.

        Nobody is there to the minute: a technician who is on the way names a time that holds for
        some minutes, one who has not set off may be somewhat earlier or later than planned. Where
        the time has passed already, what is honest is from now on.

        :return: tuple of naive UTC; None for a visit that has begun, or is not confirmed
        """
        self.ensure_one()
        expected = self.expected_arrival or self.start
        if self.state != "confirmed" or not expected:
            return None
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        before, after = ARRIVAL_UNDER_WAY if self.on_the_way_at else ARRIVAL_PLANNED
        if expected < now:
            expected, before = now, timedelta()
        earliest = max(expected - before, now)
        # People name times by five minutes: the first one down, the last one up.
        earliest -= timedelta(minutes=earliest.minute % 5)
        latest = expected + after
        return earliest, latest + timedelta(minutes=-latest.minute % 5)

    def _describe_arrival(self):
        """When the technician is expected, as the customer reads it: a span of time in their zone.

        :return: str, like “Thu 5 Mar, 15:00–15:20 (Europe/Brussels)”; empty where the technician
            has not set off and named no other time, and for a visit that is not confirmed
        """
        self.ensure_one()
        span = (self.on_the_way_at or self.expected_arrival) and self._get_arrival_span()
        if not span:
            return ""
        zone = self._get_customer_timezone()
        return f"{format_span(self.env, *span, zone)} ({zone})"

    def _ask_about_lateness(self):
        """Let who plans the day know; in the language of the environment."""
        self.ensure_one()
        zone = choose_zone(self._automation_responsible().tz, self.technician_id.sudo().tz)
        note = _(
            "%(technician)s is late and expects to be there at %(moment)s.",
            # sudo: technicians are not everybody's to read.
            technician=self.technician_id.sudo().name,
            moment=format_moment(self.env, self.expected_arrival, zone),
        )
        return self._automation_activity_with(_("The technician is late"), note)

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    def _erase_related(self):
        super()._erase_related()
        # sudo: the list of what was sent is nobody's to read.
        self.env["support.my.day.entry"].sudo()._forget_visits(self)
