from odoo import _, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...formatting import format_hour
from ..appointment.states import PLANNABLE_STATES
from ..holds.support_slot_hold import MAIL_MINUTES
from ..planning.support_technician import Slot

# How many times are offered to who cannot have theirs.
OFFERED = 3
# For so many visits at once times are offered.
MAX_VISITS = 50


class SupportAppointment(models.Model):
    """Times are offered by mail: one that became free, or others where somebody falls ill.

    Each is held for the customer, for ``MAIL_MINUTES``. A freed time is offered to one at a time,
    the most urgent first; who was asked once is not asked again.
    """

    _inherit = "support.appointment"

    offer_ids = fields.One2many(
        "support.slot.offer",
        "appointment_id",
        "Offered Times",
        readonly=True,
        groups="support_center.group_support_dispatcher",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_reopening:
            # The visit may want its time back: before it is looked at whether that is free.
            self.filtered(lambda visit: visit.state == "cancelled")._withdraw_mailed_offers()

    def _withdraw_mailed_offers(self):
        """What is on offer of the time of these visits is so no more."""
        if not self:
            return
        # sudo: who re-opens a visit need not see the visits of others.
        offers = self.env["support.slot.offer"].sudo()
        offers = offers.search([("freed_id", "in", self.ids), ("state", "=", "open")])
        if not offers:
            return
        # Who has not got the mail yet is not troubled with it.
        self.env["support.notifier"]._withdraw("offer", offers.appointment_id)
        offers._end("withdrawn")

    # ------------------------------------------------------------------
    # A freed time
    # ------------------------------------------------------------------

    def _why_not_reofferable(self):
        reason = super()._why_not_reofferable()
        open_offer = self.env["support.slot.offer"].search(
            [("freed_id", "=", self.id), ("state", "=", "open")], limit=1
        )
        if open_offer:
            return _(
                "The time is on offer to %(reference)s already.",
                reference=open_offer.appointment_id.name,
            )
        return reason

    def _get_who_waits_domain(self):
        """Also those whose visit is planned, and who would like to come earlier."""
        return [
            "|",
            *super()._get_who_waits_domain(),
            "&",
            "&",
            ("state", "=", "confirmed"),
            ("wants_earlier", "=", True),
            ("start", ">", self.start),
        ]

    def _get_waiting_domain(self):
        asked = self.env["support.slot.offer"].search([("freed_id", "=", self.id)])
        busy = self.env["support.slot.offer"].search([("state", "=", "open")])
        visits = (asked | busy).appointment_id
        return [
            *super()._get_waiting_domain(),
            ("id", "not in", visits.ids),
            # One message per person.
            ("partner_id", "not in", asked.appointment_id.partner_id.ids),
        ]

    def _offer_freed_time(self, waiting):
        """By mail, and the time is held; where there is no address, a dispatcher is asked."""
        if waiting._get_obstacles("offer"):
            return super()._offer_freed_time(waiting)
        start, _busy_stop = self._fit_in(waiting)
        stop = start + self._as_timedelta(waiting.duration)
        slot = Slot(start, stop, self.technician_id.id)
        holds = self.env["support.slot.hold"]._hold(
            [slot], appointment=waiting, minutes=MAIL_MINUTES, origin="reoffer"
        )
        if not holds:
            return "skipped", _(
                "%(technician)s is not at work at that time, or booked again.",
                technician=self.technician_id.name,
            )
        self.env["support.slot.offer"]._offer(holds, "freed", self)
        fault = waiting._mail_offers()
        if fault:
            return "skipped", fault
        self._write_marks({"reoffered_to_id": waiting.id})
        return "ok", _("Offered to %(reference)s.", reference=waiting.name)

    # ------------------------------------------------------------------
    # Several times at once
    # ------------------------------------------------------------------

    def action_offer_times(self):
        """Offer the customers of these visits three other times each, by mail.

        :return: window action with what was offered and who has not answered
        :raise UserError: where nobody could be offered anything; says why not
        """
        check_access(self, "write")
        known = self.exists()
        visits = known.filtered(lambda v: v.state in PLANNABLE_STATES and v._is_ahead())
        offers, left = visits[:MAX_VISITS]._offer_other_times()
        for visit in (known - visits) | visits[MAX_VISITS:]:
            left[visit] = _("it is over, was cancelled, or there are too many at once")
        reasons = "\n".join(f"{visit.name}: {reason}." for visit, reason in left.items())
        if not offers:
            raise UserError(reasons or _("There is no visit to offer other times for."))
        action = self.env["support.slot.offer"]._open_list(offers)
        if not left:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": _("Not all could be offered a time"),
                "message": reasons,
                "sticky": True,
                "next": action,
            },
        }

    def _offer_other_times(self):
        """
        :return: tuple of the offers, as superuser, and a dict of the visits to which nothing
            could be offered to why not, in words
        """
        offers, left = self.env["support.slot.offer"].sudo(), {}
        open_offers = offers._find_open(self).appointment_id
        obstacles = self._get_obstacles("offer")
        # The more urgent choose first; each sees what is held for those before it.
        for visit in self.sorted(lambda v: (-int(v.priority), v.start or v.create_date, v.id)):
            if visit.id in obstacles:
                left[visit] = obstacles[visit.id].rstrip(".")
            elif visit in open_offers:
                left[visit] = _("the customer has an offer that is open still")
            else:
                made, reason = visit._offer_own_times()
                offers |= made
                if reason:
                    left[visit] = reason
        return offers, left

    def _offer_own_times(self):
        """Offer one customer some times.

        :return: tuple of the offers and why there are none, in words
        """
        offers = self.env["support.slot.offer"].sudo()
        found = self.env["support.customer.times"]._find_alternatives(self, limit=OFFERED)
        # sudo: what is held is the addon's own.
        holds = self.env["support.slot.hold"]._hold(
            [offer.slot for offer in found],
            appointment=self,
            minutes=MAIL_MINUTES,
            origin="reoffer",
        )
        if not holds:
            return offers, _("no time is free")
        made = offers._offer(holds, "conflict")
        fault = self._mail_offers()
        return (offers, fault.rstrip(".")) if fault else (made, "")

    # ------------------------------------------------------------------
    # The mail
    # ------------------------------------------------------------------

    def _mail_offers(self):
        """Queue the mail with the open offers of this visit.

        :return: str, what is wrong with the template; then nothing is offered
        """
        self.ensure_one()
        self.env.flush_all()
        fault = self.env["support.notifier"]._queue("offer", self).get(self.id, "")
        if fault:
            self._report_template_fault(fault)
            self.env["support.slot.offer"]._find_open(self)._end("withdrawn")
        return fault

    def _get_notice_end(self, kind):
        # The visit's own time is not what an offer is about.
        return False if kind == "offer" else super()._get_notice_end(kind)

    def _get_mail_offers(self):
        """What the mail offers, in the order of the times.

        :return: list of dicts, as of ``support.slot.offer``'s ``_prepare_mail_line``
        """
        self.ensure_one()
        # sudo: whom a rule runs for need not read offers.
        offers = self.env["support.slot.offer"].sudo()._find_open(self)
        return [offer._prepare_mail_line() for offer in offers.sorted("start")]

    def _get_offer_end(self):
        """Until when what is offered is held, in words."""
        offers = self.env["support.slot.offer"].sudo()._find_open(self)
        if not offers:
            return ""
        zone = self._get_customer_timezone()
        return f"{format_hour(self.env, min(offers.mapped('expires_at')), zone)} ({zone})"

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _has_freed_offer(self):
        """Whether a time that became free is on offer to the customer, who may say no to it."""
        offers = self.env["support.slot.offer"]._find_open(self)
        return any(offer.kind == "freed" for offer in offers)

    def _customer_refuse_offer(self, channel):
        """No, thank you: the next one is asked. The own time stays as it is."""
        visit = self._for_customer()
        thanks = _("Thank you. Nothing has changed for you.")
        offers = visit.env["support.slot.offer"]._find_open(visit)
        if not offers:
            return visit._tell_customer("already", thanks)
        offers._end("refused")
        visit._note_customer("customer_refuse", channel)
        return visit._tell_customer("done", thanks)

    def _plan_for_customer(self, hold):
        is_planned = super()._plan_for_customer(hold)
        if is_planned:
            self.env["support.slot.offer"]._find_open(self)._end("refused")
        return is_planned

    def _cancel_for_customer(self, words):
        super()._cancel_for_customer(words)
        self.env["support.slot.offer"]._find_open(self)._end("refused")

    def _describe_customer_act(self, action):
        if action == "customer_refuse":
            return _("The customer does not want the time that was offered.")
        return super()._describe_customer_act(action)
