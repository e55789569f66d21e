from collections import namedtuple

from odoo import SUPERUSER_ID, _, fields, models
from odoo.exceptions import ValidationError

from ..appointment.states import PLANNABLE_STATES

ATTENDANCES = [
    ("unknown", "Not Answered"),
    ("confirmed", "Will Be There"),
    ("declined", "Declined"),
]
# By which way a customer acts.
CHANNELS = ("page", "portal", "mail", "calendar", "booking")

# What became of what a customer did. ``code`` is ``done``; ``already``, it was so; ``taken``,
# somebody was faster; ``ask``, a dispatcher was told; or ``refused``. ``words`` is a sentence for
# the customer, ``alternatives`` a list of ``Offer`` of ``support.offers``, for ``taken``.
CustomerOutcome = namedtuple("CustomerOutcome", "code words alternatives")


class SupportAppointment(models.Model):
    """What a customer does about their visit, whatever the channel.

    Who acts was made sure of by the caller, by a token, a log-in or the address of a mail. It is
    done as OdooBot, whose save fires the rules, with the customer as the author in the history.
    The same act twice is done once.
    """

    _inherit = "support.appointment"

    attendance = fields.Selection(
        ATTENDANCES,
        default="unknown",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Whether the customer has said that they will be there.",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation or "attendance" in change.vals:
            return
        if "start" in change.vals:
            # What was said holds for the time that was known.
            moved = self.filtered(
                lambda a: a.attendance != "unknown" and a._is_changed("start", change.vals["start"])
            )
            change.add(moved, {"attendance": "unknown"})

    # ------------------------------------------------------------------
    # What the customer does
    # ------------------------------------------------------------------

    def _customer_attend(self, channel):
        """I will be there."""
        visit = self._for_customer()
        if visit.state != "confirmed" or not visit._is_ahead():
            return visit._refuse_customer()
        if visit.attendance == "confirmed":
            return visit._tell_customer("already", visit._describe_expected())
        visit._write_protected({"attendance": "confirmed"})
        visit._note_customer("customer_attend", channel)
        return visit._tell_customer("done", visit._describe_expected())

    def _customer_decline(self, channel, words=""):
        """The customer will not be there, and does not say what then: a dispatcher asks."""
        visit = self._for_customer()
        if visit.state not in PLANNABLE_STATES or not visit._is_ahead():
            return visit._refuse_customer()
        thanks = _("Thank you for telling us. We will get in touch with you about another time.")
        if visit.attendance == "declined":
            return visit._tell_customer("already", thanks)
        visit._write_protected({"attendance": "declined"})
        visit._note_customer("customer_decline", channel, words)
        visit._for_responsible()._ask_about_declined(words)
        return visit._tell_customer("done", thanks)

    def _customer_cancel(self, channel, words=""):
        """Call the visit off."""
        visit = self._for_customer()
        if visit.state == "cancelled":
            return visit._tell_customer("already", _("Your appointment is cancelled."))
        if not visit._can_customer_change():
            return visit._ask_office(_("The customer wants to cancel"), channel, words)
        visit._cancel(words or _("Cancelled by the customer"))
        visit._note_customer("customer_cancel", channel, words)
        visit._for_responsible()._tell_of_cancellation(words)
        return visit._tell_customer("done", _("Your appointment is cancelled."))

    def _customer_take(self, start, technician_id, channel):
        """Book this time, or move to it; whether it is free is looked at now.

        :param datetime start: naive UTC
        :param int technician_id: who was offered; another one comes where they are taken
        """
        visit = self._for_customer()
        if visit.state == "confirmed" and visit.start == start:
            return visit._tell_customer("already", visit._describe_expected())
        if not visit._can_customer_change() or not visit.partner_id:
            when = visit._format_for_customer(start)
            return visit._ask_office(_("The customer wants another time"), channel, when)
        hold = self.env["support.customer.times"]._hold_time(visit, start, technician_id)
        if hold and visit._plan_for_customer(hold):
            visit._note_customer("customer_take", channel)
            return visit._tell_customer("done", visit._describe_expected())
        alternatives = visit.env["support.customer.times"]._find_alternatives(visit, [start])
        words = _("Somebody was faster: this time is not free any more.")
        return visit._tell_customer("taken", words, alternatives)

    def _customer_ask_for_time(self, channel, words):
        """The customer wants another time, and names none that could be taken."""
        return self._for_customer()._ask_office(
            _("The customer wants another time"), channel, words
        )

    def _can_customer_change(self):
        """Whether the customer may move or cancel the visit alone."""
        self.ensure_one()
        if self.state not in PLANNABLE_STATES:
            return False
        notice = self._as_timedelta(self.type_id.cancel_notice_hours)
        return not self.start or self.start - notice > fields.Datetime.now()

    def _list_undo_of_customer(self):
        """How the customer takes back what they did, in words."""
        return _("Was this a mistake? Then answer this mail or call us.")

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _for_customer(self):
        """The visit as OdooBot, so that the rules that its save fires have the rights they need.

        In the language of the environment, which the caller has chosen.
        """
        self.ensure_one()
        return self.with_user(SUPERUSER_ID)

    def _is_ahead(self):
        return not self.start or self.start > fields.Datetime.now()

    def _plan_for_customer(self, hold):
        """Give the visit the time of a hold of its own.

        :return: whether it was possible
        """
        vals = {"start": hold.start, "technician_id": hold.technician_id.id}
        try:
            with self.env.cr.savepoint():
                if self.state == "draft":
                    self._change_state("confirmed", vals)
                else:
                    self.write(vals)
                self.env["support.slot.hold"]._find_own(appointment=self)._release()
        except ValidationError:
            return False
        return True

    def _tell_customer(self, code, words, alternatives=()):
        return CustomerOutcome(code, words, list(alternatives))

    def _refuse_customer(self):
        return self._tell_customer("refused", _("This appointment is over or was cancelled."))

    def _describe_expected(self):
        return _("Your appointment is on %(when)s.", when=self._format_for_customer(self.start))

    def _ask_office(self, summary, channel, words):
        """Have a dispatcher do what the customer cannot do alone."""
        self._note_customer("customer_ask", channel, words)
        self._for_responsible()._automation_activity_with(summary, words or summary)
        phone = self.company_id.phone
        if phone:
            text = _("We were told, and get in touch with you. Or call us: %(phone)s.", phone=phone)
        else:
            text = _("We were told, and get in touch with you.")
        return self._tell_customer("ask", text)

    def _ask_about_declined(self, words):
        return self._automation_activity_with(
            _("The customer will not be there"), words or _("They did not say what then.")
        )

    def _tell_of_cancellation(self, words):
        return self._automation_activity_with(
            _("The customer has cancelled"), words or _("They gave no reason.")
        )

    def _note_customer(self, action, channel, words=""):
        """What the customer did, in the log and in the history."""
        self.env["support.automation.log"]._record(action, self, "ok", f"{channel}: {words or '-'}")
