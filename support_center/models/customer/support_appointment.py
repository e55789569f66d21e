from collections import namedtuple
from datetime import timedelta

from odoo import SUPERUSER_ID, _, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ..appointment.states import PLANNABLE_STATES

ATTENDANCES = [
    ("unknown", "Not Answered"),
    ("confirmed", "Will Be There"),
    ("declined", "Will Not Be There"),
]
# So much of a customer's words becomes the reason of a cancellation.
MAX_REASON = 200
# What a customer says of a visit is said of these.
ANSWERED_FOR = {"start", "partner_id"}
# Holds of times that we have offered.
OFFERED_BY_US = ("mail", "reoffer")

# What became of what a customer did. ``code`` is ``done``; ``already``, it was so; ``taken``,
# somebody was faster; ``ask``, a dispatcher was told; or ``refused``. ``words`` is a sentence for
# the customer, ``alternatives`` a list of ``Offer`` of ``support.offers``, for ``taken``.
CustomerOutcome = namedtuple("CustomerOutcome", "code words alternatives")


class SupportAppointment(models.Model):
    """What a customer does about their visit, whatever the channel.

    Who acts was made sure of by the caller, by a token, a log-in or the address of a mail.
    Channels are ``page``, ``portal``, ``mail``, ``calendar`` and ``booking``. It is done as
    OdooBot, whose save fires the rules, with the customer as the author in the history; the
    same act twice is done once. The customer hears of it in the language of the environment.
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

    wants_earlier = fields.Boolean(
        "Wants an Earlier Time",
        copy=False,
        tracking=True,
        help="The customer would like to come earlier: a time that becomes free is offered to "
        "them, where the rule for that is on.",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation or not (change.is_reopening or change.touches(ANSWERED_FOR)):
            return
        if "attendance" not in change.vals:
            said = self.filtered(lambda a: a.attendance != "unknown")
            change.add(
                said.filtered(lambda a: a._is_answer_over(change)), {"attendance": "unknown"}
            )
        if "wants_earlier" not in change.vals:
            waiting = self.filtered("wants_earlier")
            change.add(
                waiting.filtered(lambda a: a._is_wait_over(change)), {"wants_earlier": False}
            )

    def _is_answer_over(self, change):
        """Whether what the customer said of the visit holds no more: it was said for the time that
        was known, by the customer of then; and who called it off did so of what was over."""
        if change.is_reopening and self.state == "cancelled":
            return True
        return any(
            name in change.vals and self._is_changed(name, change.vals[name])
            for name in ANSWERED_FOR
        )

    def _is_wait_over(self, change):
        """Whether the visit comes earlier now, or is another customer's."""
        vals = change.vals
        if "partner_id" in vals and self._is_changed("partner_id", vals["partner_id"]):
            return True
        start = fields.Datetime.to_datetime(vals.get("start"))
        return bool(start and self.start and start < self.start)

    # ------------------------------------------------------------------
    # What the customer does
    # ------------------------------------------------------------------

    def _customer_attend(self, channel):
        """I will be there."""
        visit = self._for_customer()
        if not visit._is_open_to_customer() or visit.state != "confirmed" or not visit._is_ahead():
            return visit._refuse_customer()
        thanks = _("Thank you. %(when)s", when=visit._describe_customer_time())
        if visit.attendance == "confirmed":
            return visit._tell_customer("already", thanks)
        visit._write_protected({"attendance": "confirmed"})
        visit._note_customer("customer_attend", channel)
        return visit._tell_customer("done", thanks)

    def _customer_decline(self, channel, words=""):
        """The customer will not be there, and does not say what then: a dispatcher asks."""
        visit = self._for_customer()
        if not visit._is_open_to_customer() or not visit._is_ahead():
            return visit._refuse_customer()
        thanks = _("Thank you for telling us. We will get in touch with you about another time.")
        if visit.attendance == "declined":
            return visit._tell_customer("already", thanks)
        visit._write_protected({"attendance": "declined"})
        visit._note_customer("customer_decline", channel, words)
        visit._for_responsible()._report_declined(words)
        return visit._tell_customer("done", thanks)

    def _customer_cancel(self, channel, words=""):
        """Call the visit off, unless it is too late for that."""
        visit = self._for_customer()
        thanks = _("Your appointment is cancelled.")
        if visit.state == "cancelled":
            return visit._tell_customer("already", thanks)
        if not visit._is_open_to_customer() or not visit._is_ahead():
            return visit._refuse_customer()
        if not visit._can_customer_change():
            return visit._ask_office("cancel", channel, words)
        visit._cancel_for_customer(words)
        visit._note_customer("customer_cancel", channel, words)
        visit._for_responsible()._report_cancelled(words)
        return visit._tell_customer("done", thanks)

    def _customer_take(self, start, technician_id, channel):
        """Book this time, or move to it; whether it is free is looked at now.

        A request is planned and confirmed, a visit that the customer has cancelled by mistake is
        taken up again.

        :param datetime start: naive UTC
        :param int technician_id: who was offered; another one comes where they are taken
        """
        visit = self._for_customer()
        before = visit.state, visit.start
        if before == ("confirmed", start):
            return visit._tell_customer("already", visit._describe_customer_time())
        if not visit.active or before[0] not in (*PLANNABLE_STATES, "cancelled"):
            return visit._refuse_customer()
        if not visit.partner_id or not visit._can_customer_plan(start):
            return visit._ask_office("time", channel, visit._format_for_customer(start))
        times = visit.env["support.customer.times"]
        hold = times._hold_time(visit, start, technician_id)
        try:
            is_planned = bool(hold) and visit._plan_for_customer(hold)
        except UserError as error:
            # Nothing that another time would mend.
            hold._release()
            return visit._ask_office("time", channel, str(error))
        if not is_planned:
            return visit._tell_customer(
                "taken",
                _("Somebody was faster: this time is not free any more."),
                times._find_alternatives(visit, [start]),
            )
        visit._note_customer("customer_take", channel)
        visit._for_responsible()._report_taken(*before)
        return visit._tell_customer("done", visit._describe_customer_time())

    def _customer_ask_for_time(self, channel, words):
        """The customer wants another time, and names none that could be taken."""
        visit = self._for_customer()
        if not visit._is_open_to_customer():
            return visit._refuse_customer()
        return visit._ask_office("time", channel, words)

    def _customer_ask_for_earlier(self, channel):
        """The customer would like to come earlier, and keeps their time until there is one."""
        visit = self._for_customer()
        if not visit._is_open_to_customer() or not visit._is_ahead():
            return visit._refuse_customer()
        is_offered = visit._is_earlier_time_offered()
        thanks = (
            _("Thank you. You get a mail as soon as an earlier time becomes free.")
            if is_offered
            else _(
                "Thank you. We have been told, and write to you if an earlier time becomes free."
            )
        )
        if visit.wants_earlier:
            return visit._tell_customer("already", thanks)
        visit.wants_earlier = True
        visit._note_customer("customer_ask_earlier", channel)
        if not is_offered:
            visit._for_responsible()._report_wants_earlier()
        return visit._tell_customer("done", thanks)

    def _is_earlier_time_offered(self):
        """Whether an earlier time that becomes free is offered to the customer by itself."""
        rule = self.env["support.automation.registry"]._get_switch("automation_reoffer_slot")
        return bool(rule.active and not self._get_obstacles("offer"))

    def _can_customer_change(self):
        """Whether the customer may move or cancel the visit alone.

        A request that nobody has promised a time may always be changed.
        """
        self.ensure_one()
        if not self._is_open_to_customer():
            return False
        if self.state == "draft" and not self.announced_start:
            return True
        notice = timedelta(hours=self.type_id.cancel_notice_hours)
        return not self.start or self.start - notice > fields.Datetime.now()

    def _can_customer_plan(self, start=None):
        """Whether the customer may choose a time alone.

        Also for a visit that they cancelled themselves, by mistake or not, as long as none has
        taken its place. What we cancelled, we plan again.

        :param datetime start: naive UTC, the time that is chosen: what we have offered may be taken
            within the notice of the type, too
        """
        self.ensure_one()
        if self.state != "cancelled":
            return self._can_customer_change() or bool(start and self._has_own_offer(start))
        # Cancelled by themselves, see ``_cancel_for_customer``.
        is_own = self.active and self.attendance == "declined" and self._is_ahead()
        return is_own and not any(map(len, self._find_replacements()))

    def _has_own_offer(self, start):
        """Whether we have offered this time ourselves, and hold it for the customer.

        :param datetime start: naive UTC
        """
        if not self._is_open_to_customer() or not self.partner_id:
            return False
        holds = self.env["support.slot.hold"]._find_own(appointment=self)
        return any(hold.origin in OFFERED_BY_US and hold.start == start for hold in holds)

    def _list_undo_of_customer(self):
        """How the customer takes back what they have just done, in words, with the link."""
        self.ensure_one()
        if self.state == "cancelled":
            return _(
                "Was this a mistake? Choose a time again: %(link)s",
                link=self._get_link_to("/times"),
            )
        if self.attendance == "declined":
            return _(
                "Was this a mistake? Say that you will be there: %(link)s",
                link=self._get_link_to("/attend"),
            )
        return _(
            "Was this a mistake? You can choose another time or cancel here: %(link)s",
            link=self._get_link_to(),
        )

    # ------------------------------------------------------------------
    # Doing it
    # ------------------------------------------------------------------

    def _for_customer(self):
        """The visit as OdooBot, so that the rules that its save fires have the rights they need."""
        self.ensure_one()
        return self.with_user(SUPERUSER_ID)

    def _is_open_to_customer(self):
        """Whether the visit goes on: what was put aside is nobody's to come to, and nothing keeps
        its technician from being booked again."""
        return self.active and self.state in PLANNABLE_STATES

    def _is_ahead(self):
        return not self.start or self.start > fields.Datetime.now()

    def _plan_for_customer(self, hold):
        """Give the visit the time of a hold of its own, and give its other holds back.

        :param hold: ``support.slot.hold``
        :return: whether it was possible
        :raise UserError: where another time would not help
        """
        vals = {
            "start": hold.start,
            "technician_id": hold.technician_id.id,
            "attendance": "unknown",
            "wants_earlier": False,
        }
        if not self.timezone and not self.partner_id.tz:
            # What they chose was told in this zone: another technician's would be another hour.
            vals["timezone"] = self._get_customer_timezone()
        try:
            with self.env.cr.savepoint():
                if self.state == "cancelled":
                    self.write({"state": "draft", "cancel_reason": False})
                if self.state == "draft":
                    self._change_state("confirmed", vals)
                else:
                    self._write_protected(vals)
                self.env["support.slot.hold"]._find_own(appointment=self)._release()
        except ValidationError:
            return False
        return True

    def _cancel_for_customer(self, words):
        """Cancel, so that it can be told later who did."""
        self._write_protected({"attendance": "declined"})
        reason = " ".join((words or "").split())[:MAX_REASON]
        this = self.with_context(lang=self._get_company_lang())
        this._cancel(reason or this._describe_own_cancellation())
        self.env["support.slot.hold"]._find_own(appointment=self)._release()

    def _describe_own_cancellation(self):
        return _("Cancelled by the customer")

    # ------------------------------------------------------------------
    # Telling the customer
    # ------------------------------------------------------------------

    def _tell_customer(self, code, words, alternatives=()):
        return CustomerOutcome(code, words, list(alternatives))

    def _refuse_customer(self):
        if not self.active:
            return self._tell_customer(
                "refused", _("This appointment was put aside. Please write to us.")
            )
        if self.state == "cancelled":
            return self._tell_customer("refused", _("This appointment was cancelled."))
        if self.state == "draft":
            return self._tell_customer("refused", _("This appointment is not confirmed yet."))
        return self._tell_customer("refused", _("This appointment has begun or is over."))

    def _describe_customer_time(self):
        return _("Your appointment is on %(when)s.", when=self._format_for_customer(self.start))

    def _ask_office(self, wish, channel, words):
        """Have a dispatcher do what the customer cannot do alone.

        :param str wish: ``cancel`` or ``time``
        """
        self._note_customer(f"customer_ask_{wish}", channel, words)
        self._for_responsible()._report_wish(wish, words)
        phone = self.company_id.phone
        is_late = self.state == "confirmed" and not self._can_customer_change()
        if is_late and phone:
            text = _(
                "It is too late to change this here. We have been told, and get in touch with "
                "you; to be sure, please call %(phone)s.",
                phone=phone,
            )
        elif is_late:
            text = _(
                "It is too late to change this here. We have been told, and get in touch with you."
            )
        elif phone:
            text = _(
                "We have been told, and get in touch with you. You can call us, too: %(phone)s.",
                phone=phone,
            )
        else:
            text = _("We have been told, and get in touch with you.")
        return self._tell_customer("ask", text)

    # ------------------------------------------------------------------
    # Telling the office
    # ------------------------------------------------------------------

    def _report_customer_act(self, summary, note):
        """Hook: a dispatcher has to do something about what a customer did.

        Worded by the record as ``_for_responsible`` returns it.
        """
        self._automation_activity_with(summary, note)

    def _report_wish(self, wish, words):
        summary = (
            _("The customer wants to cancel")
            if wish == "cancel"
            else _("The customer wants another time")
        )
        self._report_customer_act(summary, words or _("They did not say more."))

    def _report_wants_earlier(self):
        self._automation_activity_with(
            _("The customer would like to come earlier"),
            _("Nobody offers them a time that becomes free by itself: please look for one."),
        )

    def _report_declined(self, words):
        self._report_customer_act(
            _("The customer will not be there"), words or _("They did not say more.")
        )

    def _report_cancelled(self, words):
        # They wait for nothing.
        self._automation_activity_with(
            _("The customer has cancelled"), words or _("They did not say why.")
        )

    def _report_taken(self, state, start):
        """
        :param str state: before
        :param datetime start: before, naive UTC, or False
        """
        now = self._format_for_customer(self.start)
        if state == "confirmed":
            summary = _("The customer has moved the visit")
            note = _(
                "From %(before)s to %(now)s, with %(technician)s.",
                before=self._format_for_customer(start),
                now=now,
                technician=self.technician_id.name,
            )
        else:
            summary = _("The customer has booked a time")
            note = _("%(now)s, with %(technician)s.", now=now, technician=self.technician_id.name)
        self._automation_activity_with(summary, note)

    def _note_customer(self, action, channel, words=""):
        """What the customer did, in the log and, as theirs, in the history.

        :param str action: as of ``_describe_customer_act``
        :param str words: what the customer wrote, if anything
        """
        this = self.with_context(lang=self._get_company_lang())
        text = this._describe_customer_act(action)
        this.env["support.automation.log"]._record(action, this, "ok", f"{text} ({channel})")
        this._message_log(
            body=plaintext2html(f"{text}\n{words}" if words else text),
            author_id=this.partner_id.id or None,
        )

    def _describe_customer_act(self, action):
        """
        :return: str, a sentence
        """
        if action == "customer_take":
            return _(
                "The customer has chosen this time: %(when)s",
                when=self._format_for_customer(self.start),
            )
        return {
            "customer_attend": _("The customer will be there."),
            "customer_decline": _("The customer will not be there."),
            "customer_cancel": _("The customer has cancelled."),
            "customer_ask_cancel": _("The customer wants to cancel."),
            "customer_ask_time": _("The customer wants another time."),
            "customer_ask_earlier": _("The customer would like to come earlier."),
        }[action]
