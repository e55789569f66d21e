from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import _, fields, models

from ...formatting import aware, format_hour, get_day
from ...intake import fold_address, read_own_text
from ...replies.numbers import read_choice
from ...scheduling.offers import NOON
from ..common.support_mail_address import fold
from ..holds.support_slot_hold import MAIL_MINUTES
from .intake_states import WAITING_REQUESTS

# How many times an answer offers.
OFFERED = 3
# A mail is read later than it is sent: so long before its start a time is offered at least.
NOTICE = timedelta(hours=2)
# So many are found for each that is offered, so that these need not be next to each other.
CHOICE = 8
# For how long after the wish they are looked for, and for how long where there are too few.
DAYS = timedelta(days=14)
MORE_DAYS = timedelta(days=60)
# A flood of mails must not hold the calendar: so many times are held by mails at once, for one
# person over all of their requests, and for all who write to a company.
MOST_OF_PERSON = 3
MOST_OF_COMPANY = 30
# Who has answered nothing to so many offers gets no other ones, until the last is so old.
MOST_UNANSWERED = 2
UNANSWERED_FOR = timedelta(days=30)
# With another fault than these it is not known which visit would be offered.
HARMLESS = {"requested_date", "priority", "customer_phone", "customer_name"}


class SupportAppointment(models.Model):
    """Free times that the answer to a request offers, by links and by numbers.

    They are held for half an hour. Who takes one later has it if it is free still.
    """

    _inherit = "support.appointment"

    mail_offers = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The times that the last answer offers, in the order of their numbers.",
    )
    has_open_offers = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The customer has answered nothing to the times that were offered.",
    )
    offered_at = fields.Datetime(readonly=True, copy=False, groups="base.group_user")

    # ------------------------------------------------------------------
    # Offering
    # ------------------------------------------------------------------

    def _offer_times(self, without=(), said=""):
        """Hold a few free times, so that the answer can offer them.

        :param without: starts, naive UTC, that are not to be among them
        :param str said: what the customer is told first, in their language
        """
        self.ensure_one()
        slots = []
        if self._is_offered_times(is_again=bool(said)):
            self._note_customer_zone()
            slots = self._find_times_to_offer(set(without))
        holds = self.env["support.slot.hold"]
        if slots:
            holds = holds._hold(slots, appointment=self, minutes=MAIL_MINUTES, origin="mail")
        elif self.mail_offers:
            holds._find_own(appointment=self).filtered(lambda h: h.origin == "mail")._release()
        if not (holds or said or self.mail_offers):
            return
        now = fields.Datetime.now()
        until = min(holds.mapped("expires_at"), default=now)
        offers = {
            "times": [
                {
                    "start": fields.Datetime.to_string(hold.start),
                    "technician": hold.technician_id.id,
                    "hold": hold.id,
                }
                for hold in holds
            ],
            "until": fields.Datetime.to_string(until),
            "said": said,
        }
        self._write_protected(
            {
                "mail_offers": offers,
                "has_open_offers": bool(holds),
                "offered_at": now if holds else self.offered_at,
            }
        )

    def _is_offered_times(self, is_again=False):
        """Whether the answer to this request may offer times at all.

        :param bool is_again: whether the customer has chosen a time that is not free any more
        """
        if self.state != "draft" or self.intake_automatic:
            return False
        if self.intake_state == "accepted" and not (is_again or self._is_in_own_words()):
            # A form with a time that could be read: the dispatcher says whether it is free.
            return False
        problems = (self.intake_reading or {}).get("problems") or []
        wrong = {problem["field"] for problem in problems}
        if self.intake_state == "review" and not wrong <= HARMLESS:
            return False
        if any(problem["code"] == "unconfirmed" for problem in problems):
            return False
        return not self._has_too_many_offers()

    def _has_too_many_offers(self):
        """Whether this person, or all who write, hold as many times as may be held by mails."""
        now = fields.Datetime.now()
        asker = self._get_asker()
        # sudo: one person's requests are counted over all companies, and holds are not every
        # user's to read.
        drafts = self.sudo().with_context(active_test=False)
        same = [
            "|",
            ("intake_sender_normalized", "=", asker),
            ("customer_email_key", "=", fold_address(asker)),
            ("id", "!=", self.id),
        ]
        others = drafts.search([*same, ("offered_at", ">", now - UNANSWERED_FOR)])
        open_ = others.filtered(lambda draft: draft.state == "draft" and draft.has_open_offers)
        if len(open_) >= MOST_UNANSWERED:
            return True
        holds = self.env["support.slot.hold"].sudo()
        live = [("origin", "=", "mail"), ("expires_at", ">", now)]
        if others and holds.search_count([*live, ("appointment_id", "in", others.ids)]) >= (
            MOST_OF_PERSON
        ):
            return True
        of_company = [
            *live, ("company_id", "=", self.company_id.id), ("appointment_id", "!=", self.id)
        ]  # fmt: skip
        return holds.search_count(of_company) > MOST_OF_COMPANY - OFFERED

    def _note_customer_zone(self):
        """Let a contact's own zone count before the request is accepted, and it has a customer."""
        if self.partner_id or self.timezone:
            return
        zone = self._find_asker_contact().tz
        if zone and zone != self._get_customer_timezone():
            self._write_protected({"timezone": zone})

    def _find_times_to_offer(self, without):
        """
        :return: list of ``Slot``, by time: the very time that was asked for, where it is free, and
            those that a person would offer, in different halves of days as far as there are some
        """
        soonest = fields.Datetime.now() + NOTICE
        since = max(soonest, self.wish_from or soonest)
        until = max(since, self.wish_to or since, self.requested_date or since)
        until = min(until, since + MORE_DAYS)
        chosen = self._find_requested_slot(soonest)
        for days in (DAYS, MORE_DAYS):
            offers = self.env["support.offers"]._find_offers(
                self, since, until + days, limit=OFFERED * CHOICE
            )
            slots = [*chosen, *(offer.slot for offer in offers)]
            slots = [slot for slot in slots if slot.start not in without]
            if len({slot.start for slot in slots}) >= OFFERED:
                break
        return sorted(self._spread(slots), key=lambda slot: slot.start)

    def _find_requested_slot(self, soonest):
        if not self.requested_date or self.requested_date < soonest:
            return []
        end = self.requested_date + self._as_timedelta(self.duration)
        offers = self.env["support.offers"]._find_offers(self, self.requested_date, end, limit=1)
        return [offer.slot for offer in offers]

    def _spread(self, slots):
        """The first few of these, in different halves of days as far as all of them fit.

        :param list slots: of ``Slot``, the best first
        """
        offers = self.env["support.offers"]
        zone = self._get_customer_timezone()
        fits = {slot.start: offers._fits_wish(self, slot.start) for slot in slots}
        chosen, halves = {}, set()
        for is_wished in (True, False):
            for is_new_half in (True, False):
                for slot in slots:
                    half = (
                        get_day(slot.start, zone),
                        aware(slot.start).astimezone(ZoneInfo(zone)).hour < NOON.hour,
                    )
                    if len(chosen) >= OFFERED or slot.start in chosen:
                        continue
                    if fits[slot.start] == is_wished and (half not in halves) == is_new_half:
                        chosen[slot.start] = slot
                        halves.add(half)
        return list(chosen.values())

    def _queue_offers(self):
        """Queue the answer, with its row: an offer where it names times."""
        mail = self._queue_answer()
        kind = "offer" if (self.mail_offers or {}).get("times") else "answer"
        self.env["support.notification"]._record(self, kind, mail=mail)

    # ------------------------------------------------------------------
    # What the answer says of them
    # ------------------------------------------------------------------

    def _get_answer_offers(self):
        """
        :return: dict of ``said``, ``intro``, ``times`` (dicts of ``number``, ``text``, ``url``),
            ``how``, ``until`` and ``url``; texts in the language of the environment, no HTML
        """
        offers = self.mail_offers or {}
        times = [
            {
                "number": number,
                "text": self._format_for_customer(fields.Datetime.to_datetime(offer["start"])),
                "url": self._get_link_to("/move", hold=offer["hold"]),
            }
            for number, offer in enumerate(offers.get("times") or (), 1)
        ]
        return {
            "said": offers.get("said") or "",
            "intro": self._describe_offers(times and offers["times"]),
            "times": times,
            "how": self._describe_how_to_choose(len(times)),
            "until": self._describe_held_until(offers["until"]) if times else "",
            "url": self._get_link_to("/times") if times else "",
        }

    def _describe_offers(self, offers):
        if not offers:
            return ""
        if not self._get_wish_window():
            return _("These times are free:")
        starts = [fields.Datetime.to_datetime(offer["start"]) for offer in offers]
        fits = [self.env["support.offers"]._fits_wish(self, start) for start in starts]
        if all(fits):
            return _("These times are free then:")
        if not any(fits):
            return _("Nothing is free then. These are the nearest free times:")
        return _("These times are free, not all of them as you wished:")

    def _describe_how_to_choose(self, count):
        return {
            0: "",
            1: _("To take it, open its link or answer this mail with 1."),
            2: _("To take one, open its link or answer this mail with 1 or 2."),
            3: _("To take one, open its link or answer this mail with 1, 2 or 3."),
        }[count]

    def _describe_held_until(self, until):
        zone = self._get_customer_timezone()
        return _(
            "We hold these times for you until %(hour)s (%(zone)s). After that, the links show "
            "what is free then.",
            hour=format_hour(self.env, fields.Datetime.to_datetime(until), zone),
            zone=zone,
        )

    # ------------------------------------------------------------------
    # What is chosen
    # ------------------------------------------------------------------

    def _take_reply(self, msg_dict, kind, invited=None):
        """A number takes one of the times that the last answer offers, before anything else is
        looked for in a reply."""
        number = None if invited else self._read_choice(msg_dict, kind)
        if number:
            return self._take_numbered(number, msg_dict)
        if self.has_open_offers and not self._get_reply_obstacle(msg_dict, kind):
            self._write_protected({"has_open_offers": False})
        return super()._take_reply(msg_dict, kind, invited)

    def _read_choice(self, msg_dict, kind):
        """The number of an offered time that a reply by the customer chooses; None for any other.

        :param kind: what ``intake.classify`` says of the mail
        """
        self.ensure_one()
        times = (self.mail_offers or {}).get("times")
        if (
            not times
            or self.state != "draft"
            or self._get_reply_obstacle(msg_dict, kind)
            or fold(msg_dict.get("email_from")) not in self._list_own_addresses()
        ):
            return None
        return read_choice(read_own_text(self._get_mail_text(msg_dict)), len(times))

    def _take_numbered(self, number, msg_dict):
        """Give the draft the time that a reply chooses, or offer others where it is taken.

        The customer hears of a booked time by the confirmation, as of any.

        :param int number: from 1
        :param dict msg_dict: as ``mail.thread.message_parse`` returns it
        :return: ``(outcome, message)``, as the guard expects
        """
        offer = self.mail_offers["times"][number - 1]
        start = fields.Datetime.to_datetime(offer["start"])
        this = self.with_context(lang=self._get_answer_lang())
        this._write_protected(
            {
                "intake_references": self._get_mail_references(msg_dict),
                "has_open_offers": False,
            }
        )
        outcome = this._customer_take(start, offer["technician"], "mail")
        if outcome.code in ("done", "already"):
            if not this.confirmation_sent:
                # The rule that confirms is off, or could not: somebody has to say so.
                this._tell_outcome(outcome.words)
            return "ok", _("The customer has taken the time with number %(number)s.", number=number)
        if outcome.code == "taken":
            this._offer_times(without=[start], said=outcome.words)
            this._queue_offers()
            return "skipped", outcome.words
        this._tell_outcome(outcome.words)
        return "skipped", outcome.words

    def _tell_outcome(self, words):
        """Answer with a sentence, and offer nothing."""
        self._write_protected({"mail_offers": {"times": [], "said": words}})
        mail = self._queue_answer()
        self.env["support.notification"]._record(self, "reply", mail=mail)

    def _customer_take(self, start, technician_id, channel):
        """A request that waits for a look is accepted by what its customer does: they have it."""
        if self.state == "draft" and self.intake_state in WAITING_REQUESTS and self.customer_email:
            self._for_customer().action_accept_request()
        return super()._customer_take(start, technician_id, channel)
