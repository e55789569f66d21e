import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from odoo import _, fields, models
from odoo.tools import email_normalize

from ...formatting import aware, naive
from ...intake import TimeReader
from ...intake.quotes import split_quotes
from ...intake.text import clean
from ...replies import Context, read_short_reply
from ..appointment.states import PLANNABLE_STATES
from ..automation.support_automation_mixin import SILENT
from ..common.support_mail_address import fold, fold_all
from ..holds.support_slot_hold import MAIL_MINUTES

UNDERSTOOD = "mail_template_reply_understood"
RULE = "automation_understand_reply"
# In the context: the sentence of a reply for which it is left to a dispatcher.
SENTENCE_KEY = "support_center_reply_sentence"
# In the context of the answer's template: what was done, see ``_get_reply_answer``.
ANSWER_KEY = "support_center_reply_answer"
# What is held because a mail offers it.
OFFERED_BY_MAIL = ("mail", "reoffer")
# For how long after their hold offered times are what the next reply is about.
ASKED_FOR = timedelta(days=1)
# What a customer says of the visit itself, whatever they were asked last.
PLAIN_KINDS = ("cancel",)
# What says nothing without what it answers.
BARE_KINDS = ("yes", "no")


class SupportAppointment(models.Model):
    """What a customer answers in a few words is done: a yes, a no, a number, another time.

    It belongs to the rule "Understand Short Replies", and to replies in the customer's own thread
    and from their own address. What is not understood to the last word, and all else, is for a
    dispatcher, with the sentence marked for which it is.
    """

    _inherit = "support.appointment"

    # As text, since the rule asks whether there is one.
    unread_reply = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What a reply asks for, as JSON, until the rule for short replies has done it.",
    )

    # ------------------------------------------------------------------
    # From the mail to the rule
    # ------------------------------------------------------------------

    def _take_reply(self, msg_dict, kind, invited=None):
        """Leave a short reply that is understood to the rule, and all others as they are.

        :return: ``(outcome, message)``, or ``SILENT``, as the guard expects
        """
        self.ensure_one()
        this = self
        if not invited and self._may_understand_reply(msg_dict, kind):
            text = split_quotes(clean(self._get_mail_text(msg_dict))).own.strip()
            understood = self._read_short_reply(text, msg_dict)
            if understood.kind != "unclear" and self._leave_to_rule(understood, text, msg_dict):
                return SILENT
            this = self.with_context(**{SENTENCE_KEY: understood.sentence})
        return super(SupportAppointment, this)._take_reply(msg_dict, kind, invited)

    def _may_understand_reply(self, msg_dict, kind):
        """Whether a mail is by the customer, in their own thread, and may change something."""
        mail = self._get_gateway_mail()
        sender = fold(msg_dict.get("email_from"))
        return bool(
            kind == "human"
            and self.active
            and self.state in PLANNABLE_STATES
            and not (mail and (mail.is_automatic or mail.is_named))
            and sender in self._list_own_addresses()
            and self._is_reply_rule_on()
            and not self._has_many_messages()
        )

    def _is_reply_rule_on(self):
        return self.env["support.automation.registry"]._get_switch(RULE).active

    def _list_own_addresses(self):
        """The addresses from which the customer decides about the visit.

        :return: set of str, as ``fold`` spells them
        """
        # sudo: as in _get_correspondents, which holds those of others who follow as well.
        this = self.sudo()
        known = fold_all([this.customer_email, this.partner_id.email, this._get_asker()])
        is_own = this.env["support.mail.address"]._is_own
        return {address for address in known if not is_own(address, this.company_id)}

    def _read_short_reply(self, text, msg_dict):
        """
        :param str text: what the customer wrote, without what they quote
        :return: ``replies.Understood``
        """
        zone = self._get_customer_timezone()
        times = TimeReader(aware(fields.Datetime.now()), (zone, ZoneInfo(zone)))
        context = Context(
            times,
            ZoneInfo(zone),
            aware(self.start) if self.start else None,
            max(self._list_told_times(), default=0),
        )
        understood = read_short_reply(text, context)
        if understood.kind not in PLAIN_KINDS and self._has_person_asked(msg_dict):
            # "Yes" to a colleague's question is none to the visit.
            return replace(understood, kind="unclear", sentence="")
        is_bare = understood.kind in BARE_KINDS
        if is_bare and self._get_asked_offers() and not self._is_answer_to_offer(msg_dict):
            # To the time that they have, or to the one that they were offered?
            return replace(understood, kind="unclear")
        return understood

    def _list_told_times(self):
        """The times that the customer was offered by number, also those that are held no more.

        Those of a request by mail are answered by its dialogue, see ``_read_choice``.

        :return: dict of number to (start, technician id)
        """
        if self.state == "draft" and self.source == "email" and len(self._get_mailed_times()) > 1:
            return {}
        offers = self._get_asked_offers()
        if offers:
            opened = offers.filtered(lambda offer: offer.state == "open")
            return {offer.number: (offer.start, offer.technician_id.id) for offer in opened}
        times = self._get_mailed_times()
        if self.state != "draft" and not self._are_times_asked(times):
            return {}
        return dict(enumerate(times, 1))

    def _get_asked_offers(self):
        """The times of the last mail that offered one that became free, or others than theirs, as
        long as the next reply may be about them: open still, or ended a short time ago.

        :return: ``support.slot.offer``, as superuser
        """
        # sudo: as in _get_held_by_mail
        offers = self.env["support.slot.offer"].sudo().search(
            [
                ("appointment_id", "=", self.id),
                ("state", "in", ("open", "expired")),
                ("expires_at", ">", fields.Datetime.now() - ASKED_FOR),
            ],
            order="id desc",
        )  # fmt: skip
        opened = offers.filtered(lambda offer: offer.state == "open")
        return opened or offers

    def _are_times_asked(self, times):
        """Whether the times of a mail are what a visit that is planned is about still: none of them
        was taken, and they were offered a short time ago."""
        until = fields.Datetime.to_datetime((self.mail_offers or {}).get("until"))
        is_recent = bool(until) and fields.Datetime.now() <= until + ASKED_FOR
        return is_recent and self.start not in {start for start, _technician in times}

    def _get_mailed_times(self):
        """The times of the last mail that offered some, as (start, technician id)."""
        return [
            (fields.Datetime.to_datetime(time["start"]), time["technician"])
            for time in (self.mail_offers or {}).get("times") or ()
        ]

    def _get_held_by_mail(self):
        """What is held for the customer by a mail and has not ended."""
        holds = self.env["support.slot.hold"]._find_own(appointment=self)
        return holds.filtered(lambda hold: hold.origin in OFFERED_BY_MAIL)

    def _is_answer_to_offer(self, msg_dict):
        """Whether a mail answers the one by which the office offers times."""
        # sudo: as in _has_person_asked
        mails = self.env["mail.mail"].sudo()
        return bool(
            msg_dict.get("parent_id")
            and mails.search_count(
                [
                    ("mail_message_id", "=", msg_dict["parent_id"]),
                    ("support_notice", "=", "offer"),
                ],
                limit=1,
            )
        )

    def _has_person_asked(self, msg_dict):
        """Whether a colleague's own words, and no notice of ours, are what the customer answers."""
        # sudo: who wrote in the history is looked up for the one who answers.
        messages = self.env["mail.message"].sudo()
        asked = messages.browse(msg_dict.get("parent_id") or ()).exists()
        if not asked or asked.author_id.partner_share:
            asked = messages.search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("message_type", "in", ("comment", "email_outgoing")),
                    ("author_id.partner_share", "=", False),
                    ("subtype_id.internal", "=", False),
                ],
                order="id desc",
                limit=1,
            )
        return asked.message_type == "comment" and not asked.subtype_id.internal

    def _leave_to_rule(self, understood, text, msg_dict):
        """Have the rule do what a reply asks for.

        :param understood: ``replies.Understood``
        :param str text: the whole of the reply, which a dispatcher is told
        :return: whether it did
        """
        when = understood.when and fields.Datetime.to_string(naive(understood.when))
        reply = {
            "kind": understood.kind,
            "number": understood.number,
            "when": when,
            "text": text,
            "sentence": understood.sentence,
            "sender": email_normalize(msg_dict.get("email_from") or ""),
            "references": self._get_mail_references(msg_dict),
        }
        self._write_protected({"unread_reply": json.dumps(reply)})
        if not self.unread_reply:
            return True
        self._write_protected({"unread_reply": False})
        return False

    # ------------------------------------------------------------------
    # The rule
    # ------------------------------------------------------------------

    def _rule_understand_reply(self):
        """Do what the short replies ask for that are not done yet, and answer them."""
        due = self.filtered("unread_reply")
        due._run_automation(
            "understand_reply",
            lambda those: {visit.id: visit._answer_short_reply() for visit in those},
        )

    def _answer_short_reply(self):
        """
        :return: ``(outcome, message)``, as the guard expects
        """
        reply = json.loads(self.unread_reply)
        outcome = self.with_context(lang=self._get_answer_lang())._do_what_reply_asks(reply)
        if not outcome or outcome.code == "refused":
            return "skipped", _("The reply asks for nothing that could be done.")
        vals = {"unread_reply": False, "intake_references": reply["references"]}
        if self.has_open_offers:
            vals["has_open_offers"] = False
        self._write_protected(vals)
        self._queue_reply_answer(outcome, reply["sender"])
        return "ok", _("The customer wrote: “%(sentence)s”", sentence=reply["sentence"])

    def _do_what_reply_asks(self, reply):
        """
        :param dict reply: as ``_leave_to_rule`` keeps it
        :return: ``CustomerOutcome`` in the language of the environment; None where a person has to
            look
        """
        offered = self._list_told_times()
        kind, words = reply["kind"], reply["text"]
        is_draft = self.state == "draft"
        if kind == "cancel":
            return self._customer_cancel("mail", words)
        if kind == "number":
            return self._take_told_time(offered.get(reply["number"]))
        offers = self._get_asked_offers()
        if offers and kind in ("yes", "no"):
            return self._answer_offers(kind, offers, offered)
        if kind == "yes" and len(offered) == 1 and (is_draft or self._get_held_by_mail()):
            return self._take_told_time(next(iter(offered.values())))
        if is_draft and not (offered or self._get_mailed_times()):
            # Nothing was offered yet: what they write is a part of their request.
            return None
        if kind == "yes":
            return None if is_draft else self._customer_attend("mail")
        if kind == "no":
            return self._customer_decline("mail", words)
        if kind == "earlier":
            return self._customer_ask_for_time("mail", words)
        start = fields.Datetime.to_datetime(reply["when"])
        return self._customer_take(start, self.technician_id.id, "mail")

    def _answer_offers(self, kind, offers, offered):
        """A yes or a no to what a mail offers says nothing of the visit as it is planned.

        :param str kind: ``yes`` or ``no``
        :param offers: as of ``_get_asked_offers``
        :param dict offered: as of ``_list_told_times``
        :return: as ``_do_what_reply_asks``
        """
        if kind == "yes":
            return self._take_told_time(offered[1]) if list(offered) == [1] else None
        # Whose visit cannot take place, or whose offer has ended, is asked by a person.
        is_freed = all(offer.kind == "freed" and offer.state == "open" for offer in offers)
        return self._customer_refuse_offer("mail") if is_freed else None

    def _take_told_time(self, told):
        """
        :param told: (start, technician id), or None
        """
        return self._customer_take(*told, "mail") if told else None

    def _note_declined(self, channel, words=""):
        """The customer will not be there, of which the caller tells a dispatcher."""
        if self.attendance != "declined":
            self._write_protected({"attendance": "declined"})
            self._note_customer("customer_decline", channel, words)

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def _queue_reply_answer(self, outcome, address):
        """Tell the customer what was done, and how they take it back.

        :return: the ``mail.mail``; None where nobody is to be told
        """
        fault = self.env["support.notifier"]._find_template_fault(UNDERSTOOD)
        if fault:
            self._report_template_fault(fault)
        addresses = self.env["support.mail.address"]
        obstacle = fault or addresses._explain_no_answer(address, self.company_id)
        notifications = self.env["support.notification"]
        if obstacle:
            notifications._record(self, "reply", state="skipped", reason=obstacle)
            return None
        this = self.with_context(lang=self._get_answer_lang())
        answer = this._prepare_reply_answer(outcome)
        mail = self.with_context(**{ANSWER_KEY: answer})._queue_answer(UNDERSTOOD, address)
        notifications._record(self, "reply", mail=mail)
        return mail

    def _prepare_reply_answer(self, outcome):
        """
        :return: dict of ``words``, ``times`` (dicts of ``number``, ``label`` and ``url``), ``undo``
            and ``url``
        """
        slots = sorted((offer.slot for offer in outcome.alternatives), key=lambda slot: slot.start)
        holds = self.env["support.slot.hold"]
        if slots:
            holds = holds._hold(slots, appointment=self, minutes=MAIL_MINUTES, origin="mail")
            self._write_protected({"mail_offers": self._prepare_mail_offers(holds)})
        times = [
            {
                "number": hold.number,
                "label": self._format_for_customer(hold.start),
                "url": self._get_link_to("/move", hold=hold.id),
            }
            for hold in holds
        ]
        return {
            "words": outcome.words,
            "times": times,
            "minutes": MAIL_MINUTES,
            "undo": self._link_undo() if outcome.code == "done" else "",
            "url": self._get_link_to(),
        }

    def _link_undo(self):
        """How what was done is taken back, as a line of a mail: the address is a link and not read.

        :return: Markup
        """
        words = escape(self._list_undo_of_customer())
        link = Markup('<a href="%s">%s</a>')
        for suffix in ("/times", "/attend", ""):
            url = self._get_link_to(suffix)
            if escape(url) in words:
                return words.replace(escape(url), link % (url, _("your appointment")))
        return words

    def _prepare_mail_offers(self, holds):
        """What is kept of times that a mail offers, as ``_offer_times`` keeps it."""
        until = min(holds.mapped("expires_at"), default=fields.Datetime.now())
        times = [
            {
                "start": fields.Datetime.to_string(hold.start),
                "technician": hold.technician_id.id,
                "hold": hold.id,
            }
            for hold in holds
        ]
        return {"times": times, "until": fields.Datetime.to_string(until), "said": ""}

    def _get_reply_answer(self):
        """What the answer to a short reply says, for its template; an example without one."""
        answer = self.env.context.get(ANSWER_KEY)
        if answer:
            return answer
        undo = self._link_undo()
        return {"words": "", "times": [], "minutes": MAIL_MINUTES, "undo": undo, "url": ""}

    # ------------------------------------------------------------------
    # For a person
    # ------------------------------------------------------------------

    def _mark_customer_message(self, text):
        """The text of an activity: what a customer wrote, below the sentence that nobody but a
        person understands."""
        sentence = self.env.context.get(SENTENCE_KEY)
        if not sentence or sentence == text.strip():
            return text
        return _("Not understood: “%(sentence)s”", sentence=sentence) + f"\n\n{text}"
