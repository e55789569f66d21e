from dataclasses import replace

from odoo import _, models

from ...formatting import aware
from ...intake import KEYS, AppointmentRequest, ParseResult, fold_address
from ...languages import get_customer_lang
from .support_intake import Reading
from .support_intake_words import STAFF_NOTES

PRIORITY_WORDS = {"0": "low", "1": "normal", "2": "high", "3": "urgent"}
# Long, and so it comes last.
SHOWN_LAST = ("description",)
MAX_DESCRIPTION = 600
# Before the hint of a wrong line, also for those who see no colour.
WRONG_MARK = "✗ "


class SupportAppointment(models.Model):
    """What the answer to a mailed request says; the template only lays it out."""

    _inherit = "support.appointment"

    # ------------------------------------------------------------------
    # For the template
    # ------------------------------------------------------------------

    def _get_answer_lang(self):
        """The language of the contact who is answered, else of the customer, else of the
        company; see ``languages``."""
        self.ensure_one()
        return get_customer_lang(self._find_asker_contact(), self.company_id)

    def _find_asker_contact(self):
        """The contact of the person who asks, else the customer; as superuser."""
        asker = self._get_asker()
        # sudo: contacts are not every user's to read.
        partner = self.partner_id.sudo()
        if not asker or fold_address(partner.email_normalized) != fold_address(asker):
            partners = self.env["support.intake.contacts"]._find_partners(
                partner, [asker], self.company_id
            )
            partner = next(iter(partners.values()), partner)
        return partner

    def _get_answer_title(self):
        """What the answer is about, for its subject."""
        self.ensure_one()
        if self._is_in_own_words():
            is_asked = bool((self.mail_offers or {}).get("times"))
            return _("please choose a time") if is_asked else _("we have your mail")
        if self.intake_state == "review":
            return _("please correct your request")
        return _("we have your request")

    def _is_in_own_words(self):
        """Whether the request came as a mail in sentences, and not as a form or an invitation."""
        reading = self.intake_reading
        # What another version kept is read anew, and is a form until then.
        is_known = isinstance(reading, dict) and "has_form" in reading
        return bool(
            self.source == "email"
            and is_known
            and not reading["has_form"]
            and not self.intake_obstacle
            and not self.intake_automatic
        )

    def _get_answer(self):
        """All that the answer says, in the language of the context.

        :return: dict of ``name``, ``is_accepted``, ``has_form``, ``time``, ``lines`` (dicts of
            ``key``, ``value``, ``hint``, ``mark``) and ``notes`` (texts); ``is_in_words`` where the
            answer is one in sentences, with what was ``understood`` and is ``needed`` (texts);
            ``offers``, see ``_get_answer_offers``; nothing in it is HTML
        """
        self.ensure_one()
        reading = self._get_answer_reading()
        words = self.env["support.intake.words"]
        request = reading.result.request
        is_prose = self._is_in_own_words()
        offers = self._get_answer_offers()
        notes = [
            words._describe_note(note)
            for note in reading.result.notes
            if note.code not in STAFF_NOTES
            # Who wrote in sentences knows that it was they who wrote.
            and not (is_prose and note.code in ("sender_stood_in", "name_from_address"))
        ]
        if self._list_left_out(reading):
            notes.append(
                _(
                    "You gave another name or phone than we have of you. It is noted for our "
                    "staff; what we have is not changed by a mail."
                )
            )
        return {
            "name": request.customer_name or "",
            "is_accepted": self.intake_state != "review",
            "has_form": reading.result.has_form,
            "time": self._format_request_time(request),
            "lines": self._list_answer_lines(reading),
            "notes": notes,
            "is_in_words": is_prose or bool(offers["said"]),
            "understood": self._list_understood(request) if is_prose else [],
            "needed": self._list_needed(request) if is_prose else [],
            "offers": offers,
        }

    def _list_understood(self, request):
        """What was read of a mail in sentences, a line each, without the time."""
        lines = []
        wish = self._describe_wish()
        if wish:
            lines.append(_("When: %(wish)s", wish=wish))
            lines += [f"“{words}”" for words in (request.wish.words if request.wish else ())]
        if request.location:
            lines.append(_("Where: %(place)s", place=request.location))
        if request.customer_phone:
            lines.append(_("Phone: %(phone)s", phone=request.customer_phone))
        return lines

    def _list_needed(self, request):
        """What a mail in sentences leaves open, as questions."""
        needed = []
        if not request.requested_date and not self._has_wish() and not self.start:
            needed.append(_("When would it suit you?"))
        if not (request.location or self.location or self._find_asker_contact().street):
            needed.append(_("Where should we come to?"))
        return needed

    def _get_answer_reading(self):
        """The mail as it was read; for an appointment made by hand what it holds.

        The values come from the request and not from the contact: who names
        somebody else's address learns nothing of them.
        """
        # A mail may hold no text at all, and an appointment that came by mail may be made by hand.
        if self.source == "email" and (self.intake_raw or self.intake_state == "review"):
            reading = self.env["support.intake"]._load_reading(self.intake_reading)
            if reading is None:
                reading = self._check_reading(self._read_request())
            if self.intake_state == "accepted":
                # A dispatcher may have accepted what the reading alone would not.
                return reading._replace(problems=())
            return reading._replace(problems=(*reading.problems, *self._list_unconfirmed()))
        moment = self.requested_date or self.start or None
        request = AppointmentRequest(
            customer_email=self.customer_email or None,
            customer_name=self.customer_name or None,
            customer_phone=self.customer_phone or None,
            requested_date=moment and aware(moment),
            description=self.description or None,
            location=self.location or None,
            priority=self.priority,
        )
        return Reading(
            ParseResult(request), self.type_id, self.technician_id, self.ticket_id, problems=()
        )

    def _list_left_out(self, reading):
        """What the customer gave otherwise than we have it: it was not taken, see
        ``_note_other_contact``, and what we have is told to nobody.

        :return: list of keys
        """
        if not self.partner_id or self.intake_state != "accepted":
            return []
        noted = self.env["support.intake.contacts"]._note_other_contact(
            reading._replace(result=replace(reading.result, notes=())),
            self.customer_name,
            [self.customer_phone] if self.customer_phone else [],
        )
        keys = {"other_name": "customer_name", "other_phone": "customer_phone"}
        return [keys[note.code] for note in noted.result.notes]

    def _list_answer_lines(self, reading):
        """The request as a form: each value as it was understood, or what is wrong with it."""
        words = self.env["support.intake.words"]
        faults = {}
        for problem in reading.problems:
            faults.setdefault(problem.field, []).append(problem)
        values = self._get_answer_values(reading)
        for key in self._list_left_out(reading):
            values[key] = None
        lines = []
        for key in (*(key for key in KEYS if key not in SHOWN_LAST), *SHOWN_LAST):
            problems = faults.get(key, [])
            if not (problems or values.get(key)):
                continue
            sent = next((p.params["value"] for p in problems if p.params.get("value")), "")
            lines.append(
                {
                    "key": key,
                    "value": sent if problems else values[key],
                    "hint": " ".join(words._describe_fault(problem) for problem in problems),
                    "mark": WRONG_MARK,
                }
            )
        return lines

    def _get_answer_values(self, reading):
        """Values by key, in the form in which they could be sent again."""
        request = reading.result.request
        description = request.description or ""
        if len(description) > MAX_DESCRIPTION:
            description = description[: MAX_DESCRIPTION - 1].rstrip() + "…"
        return {
            "customer_email": request.customer_email,
            "customer_name": request.customer_name,
            "customer_phone": request.customer_phone,
            "requested_date": self._format_request_time(request),
            "duration": f"{request.duration:g} h" if request.duration else None,
            "timezone": request.named_timezone,
            "description": description,
            "priority": PRIORITY_WORDS.get(request.priority),
            "location": request.location,
            "type": reading.type.name if reading.type else None,
            "technician": request.technician_ref,
            "ticket": request.ticket_ref,
            "external_ref": request.external_ref,
        }

    def _format_request_time(self, request):
        if not request.requested_date:
            return ""
        return self._format_for_customer(
            self.env["support.intake"]._to_naive(request.requested_date)
        )
