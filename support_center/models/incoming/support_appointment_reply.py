from odoo import SUPERUSER_ID, _, fields, models

from ...formatting import aware, format_names
from ...intake import Correction, Problem, ShownLine, read_reply
from ..common.support_mail_address import fold, fold_all

# More replies than this to one request are no dialogue; they are kept all the same.
MAX_CORRECTIONS = 50

# Which fields of a draft a corrected key speaks of.
FIELDS_OF_KEYS = {
    "customer_email": {"partner_id", "customer_email"},
    "requested_date": {
        "requested_date", "timezone", "start",
        "wish_from", "wish_to", "wish_parts", "wish_without",
    },
    "timezone": {"requested_date", "timezone", "start"},
    "type": {"type_id", "duration"},
    "technician": {"technician_id"},
    "ticket": {"ticket_id"},
}  # fmt: skip
OUTCOME_FIELDS = {"intake_state", "intake_note", "intake_errors"}


class SupportAppointment(models.Model):
    """A reply with corrected lines is read together with the request it answers."""

    _inherit = "support.appointment"

    intake_corrections = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What replies put right: the values, when each was sent and in which round.",
    )

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def message_update(self, msg_dict, update_vals=None):
        """A customer's reply may correct the draft; whatever it holds, it is posted.

        The correction is stored and the draft put back to ``received``; the
        rule ``automation_process_email`` reads both together. Without the rule
        the draft stays as it is.

        :raise AccessError: for callers who are not the mail gateway
        """
        self._check_mail_gateway()
        result = super().message_update(msg_dict, update_vals=update_vals)
        mail = self._get_gateway_mail()
        kind = mail and mail.kind
        # As in message_new: the sender may be a user without any right here.
        this = self.with_user(SUPERUSER_ID)
        message_id = msg_dict.get("message_id")
        if message_id:
            this.env["support.intake.key"]._claim("mail", [(message_id,)])
        calendar = mail and mail.calendar
        if calendar and calendar.events:
            this._run_automation(
                "calendar_mail",
                lambda records: {
                    record.id: record.env["support.calendar.mail"]._take(record, msg_dict, calendar)
                    for record in records
                },
            )
            this = this.browse()
        this._run_automation(
            "receive_reply",
            lambda drafts: {draft.id: draft._take_reply(msg_dict, kind) for draft in drafts},
        )
        for appointment in self.with_user(SUPERUSER_ID):
            appointment._set_message_author(msg_dict)
        return result

    def _take_reply(self, msg_dict, kind, invited=None):
        """Store what a reply corrects.

        :param dict msg_dict: as ``mail.thread.message_parse`` returns it
        :param kind: what ``intake.classify`` says of the mail
        :param dict invited: what a calendar file in it corrects; the text has the last word
        :return: ``(outcome, message)``, as the guard expects
        """
        self.ensure_one()
        obstacle = self._get_reply_obstacle(msg_dict, kind)
        if obstacle:
            if kind not in ("auto_reply", "bounce"):
                self._hear_reply(msg_dict)
            return "skipped", obstacle
        written = read_reply(self._get_mail_text(msg_dict), self._list_shown_lines())
        values = {**(invited or {}), **written}
        if not values:
            self._hear_reply(msg_dict)
            return "skipped", _("The reply corrects no line of the request; it changed nothing.")
        held = self._find_unconfirmed(values, msg_dict)
        label = self.env["support.intake.words"]._get_label
        if held:
            self._automation_activity(
                _("A reply asks for a change that is made by hand only"),
                _(
                    "Ask the customer, since anybody can write a mail in somebody's name: "
                    "%(changes)s.",
                    changes=format_names(f"{label(key)}: {value}" for key, value in held.items()),
                ),
            )
        taken = {key: value for key, value in values.items() if key not in held}
        self._store_correction(taken, msg_dict, held)
        if held:
            return "skipped", _(
                "Not changed by a reply: %(keys)s.", keys=format_names(map(label, held))
            )
        return "ok", _("Corrected: %(keys)s.", keys=format_names(map(label, taken)))

    def _ask_to_move(self):
        return self._automation_activity(
            _("The customer asks for another time"),
            _("It was planned already; the start was not changed."),
        )

    def _get_reply_obstacle(self, msg_dict, kind):
        """Why a reply may not change the draft; False where it may."""
        sender = fold(msg_dict.get("email_from"))
        customers = fold_all([self.intake_sender, self.customer_email, self.partner_id.email])
        if kind != "human":
            return _("No human wrote the reply; it changed nothing.")
        is_settled = self.state != "draft" or not self.active or self.intake_state == "none"
        if is_settled or self.source != "email":
            return _("The appointment is past its request; the reply changed nothing.")
        if sender not in customers or self.env["support.mail.address"]._is_own(
            sender, self.company_id
        ):
            return _("Somebody else than the customer replied; it changed nothing.")
        if len(self.intake_corrections or []) >= MAX_CORRECTIONS:
            return _("There are too many replies; this one changed nothing.")
        return False

    def _report_stranger(self, sender, text):
        """Ask a dispatcher to read what somebody else than the customer wrote."""
        self._automation_activity_with(
            _("Somebody else than the customer has answered: please read it"),
            _(
                "%(sender)s replied; nothing was changed.\n%(text)s",
                sender=sender or _("Somebody"),
                text=text,
            ),
        )

    def _find_unconfirmed(self, values, msg_dict):
        """What of a reply nobody but a dispatcher may decide.

        Anybody who knows one mail of the dialogue can write another one in the customer's name.
        It may not take the request to somebody else: to another address, another customer's
        ticket, another technician than the one who was chosen, or another program's reference.

        :param dict values: as ``read_reply`` returns them
        :return: dict, a part of ``values``
        """
        held = {}
        for key, is_changed in (
            ("customer_email", self._is_other_customer),
            ("ticket", self._is_other_ticket),
            ("technician", self._is_other_technician),
            ("external_ref", self._is_other_reference),
        ):
            if values.get(key) and is_changed(values[key], msg_dict):
                held[key] = values[key]
        return held

    def _is_other_customer(self, value, msg_dict):
        """Whether ``value`` is an address that the request was not for.

        Where it had none yet, the sender may give their own.
        """
        known = fold(self.partner_id.email or self.customer_email)
        known = known or fold(msg_dict.get("email_from"))
        wanted = fold(value)
        # What is no address at all is wrong and nobody's.
        return bool(wanted) and wanted != known

    def _is_other_ticket(self, value, _msg_dict):
        """Whether ``value`` is the number of another ticket than the draft's or its customer's."""
        # sudo: the draft's own company is looked at, also for a sender who may read nothing.
        tickets = self.env["support.ticket"].sudo()._find_by_numbers([value], self.company_id)
        ticket = tickets.get(value)
        if not ticket or ticket == self.ticket_id:
            return False
        owner = ticket.partner_id.commercial_partner_id
        return bool(self.ticket_id or owner != self.partner_id.commercial_partner_id)

    def _is_other_technician(self, value, _msg_dict):
        # sudo: the addresses are compared, and told to nobody.
        technician = self.technician_id.sudo()
        addresses = (technician.email, technician.user_id.login)
        known = fold_all(addresses)
        return bool(technician and fold(value) not in known)

    def _is_other_reference(self, value, _msg_dict):
        return value.strip() != self.external_ref

    def _list_shown_lines(self):
        """The lines of our answer, which a reply may quote."""
        answer = self.with_context(lang=self._get_answer_lang())._get_answer()
        return [
            ShownLine(line["key"], line["value"], line["hint"] and line["mark"] + line["hint"])
            for line in answer["lines"]
        ]

    def _store_correction(self, values, msg_dict, held=None):
        """Keep what a reply puts right, to be read together with the request.

        :param dict held: what it may not change, by key; the request goes to review for it
        """
        # Only a Date near the arrival is left in it, see ``mail.thread._check_sent``.
        correction = {
            "values": values,
            "sent": msg_dict.get("date") or False,
            "received": fields.Datetime.to_string(fields.Datetime.now()),
            "round": self.intake_round,
            "settled": self._is_settled(),
        }
        if held:
            correction["held"] = held
        self._write_protected(
            {
                "intake_corrections": [*(self.intake_corrections or []), correction],
                "intake_references": self._get_mail_references(msg_dict),
                "intake_state": "received",
            }
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _list_corrections(self):
        """What replies put right, as the parser takes it."""
        self.ensure_one()

        def _get_moment(correction, key):
            moment = fields.Datetime.to_datetime(correction.get(key))
            return moment and aware(moment)

        return [
            Correction(
                correction["values"],
                _get_moment(correction, "sent") or None,
                _get_moment(correction, "received") or None,
            )
            for correction in self.intake_corrections or []
        ]

    def _list_unread(self):
        """Corrections that came after the last reading, as they are stored."""
        self.ensure_one()
        return [
            correction
            for correction in self.intake_corrections or []
            if correction["round"] >= self.intake_round
        ]

    def _is_settled(self):
        """Whether the request was accepted, by a reading or by a dispatcher, before any
        correction that is not read yet."""
        unread = self._list_unread()
        return unread[-1]["settled"] if unread else self.intake_state == "accepted"

    def _get_corrected_fields(self):
        """Fields that the corrections not read yet speak of.

        :return: set of names; None where the whole request is to be read, as
            for the first time or by hand
        """
        unread = self._list_unread()
        if not unread or not self.intake_round or self.intake_state != "received":
            return None
        keys = {key for correction in unread for key in correction["values"]}
        return set().union(*(FIELDS_OF_KEYS.get(key, {key}) for key in keys))

    def _ignore_settled_problems(self, reading):
        """Of a request that was accepted, only what a reply changed can be wrong.

        What a dispatcher accepted in spite of a fault is not asked for again,
        nor is a time that has passed meanwhile. What a reply may not change at
        all is wrong in any case.
        """
        corrected = self._get_corrected_fields()
        if corrected is None:
            return reading
        problems = reading.problems
        if self._is_settled():
            problems = tuple(
                problem
                for problem in problems
                if FIELDS_OF_KEYS.get(problem.field, {problem.field}) & corrected
            )
        return reading._replace(problems=(*problems, *self._list_unconfirmed()))

    def _list_unconfirmed(self):
        """What replies asked for and may not change, as problems of the reading now or just done.

        :return: list of ``Problem``
        """
        last = self.intake_round - (self.intake_state != "received")
        held = {}
        for correction in self.intake_corrections or []:
            if correction["round"] >= last:
                held.update(correction.get("held") or {})
        return [Problem(key, "unconfirmed", {"value": value}) for key, value in held.items()]

    def _exclude_planned_fields(self, vals, reading):
        """Leave alone in ``vals`` what a dispatcher may have set and no correction names.

        :param dict vals: what the whole reading would write
        :return: dict
        """
        corrected = self._get_corrected_fields()
        if corrected is None:
            return vals
        kept = {field for field in vals if field in corrected | OUTCOME_FIELDS}
        request = reading.result.request
        if vals["intake_state"] == "accepted":
            if not self.partner_id:
                kept.add("partner_id")
            if not self.start or (self.start == self.requested_date and "start" in corrected):
                kept.add("start")
            elif "start" in vals and self.start != vals["start"] and "start" in corrected:
                kept.discard("start")
                self._for_responsible()._ask_to_move()
        result = {field: value for field, value in vals.items() if field in kept}
        # A contact that exists is not changed, but the appointment may differ.
        for field in ("customer_name", "customer_phone"):
            if field in corrected and getattr(request, field):
                result[field] = getattr(request, field)
        return result
