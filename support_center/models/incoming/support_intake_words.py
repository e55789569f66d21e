from odoo import _, api, models

from ...intake import ENCRYPTED, IN_FILE, IN_SEVERAL_MAILS, PACKED, SEALED

# These say more than that there is no form.
OBSTACLES = (ENCRYPTED, SEALED, PACKED, IN_FILE, IN_SEVERAL_MAILS)
# Another value would not put these right.
NO_REMEDY = ("unsupported", "unconfirmed", "unknown_visit")
# The fields that hold the values of keys, where they have other names.
LABELLED_BY = {"type": "type_id", "technician": "technician_id", "ticket": "ticket_id"}
# What of a request is our staff's to know and not told to who asks.
STAFF_NOTES = ("names_visits", "other_name", "other_phone")


class SupportIntakeWords(models.AbstractModel):
    """The parser speaks in codes; this is the one place where they become sentences."""

    _name = "support.intake.words"
    _description = "Messages of the Request Parser"

    # ------------------------------------------------------------------
    # Problems
    # ------------------------------------------------------------------

    @api.model
    def _get_label(self, key):
        """What people call a key of the form: the label of its field.

        :param str key: one of ``intake.KEYS``, or what else a problem may be about
        :return: str; the key itself where no field holds it
        """
        labels = self.env["ir.model.fields"].get_field_string("support.appointment")
        return labels.get(LABELLED_BY.get(key, key), key)

    @api.model
    def _describe_problem(self, problem, is_for_people=False):
        """One sentence that names the key, the value and the remedy.

        :param problem: ``intake.Problem``
        :param bool is_for_people: name the field by its label; a program that sends the request
            has to be told the key
        :return: str
        """
        params = problem.params
        what = self._get_problem_text(problem)
        expected = self._get_expectation(problem.field)
        value = params.get("value")
        name = self._get_label(problem.field) if is_for_people else problem.field
        parts = [name + (f" “{value}”" if value else ""), what]
        text = _("%(subject)s %(fault)s", subject=parts[0], fault=parts[1])
        return f"{text} {expected}" if expected and problem.code not in NO_REMEDY else text

    @api.model
    def _describe_fault(self, problem):
        """What is wrong with a line and what is expected, where the line itself is shown.

        :param problem: ``intake.Problem``
        :return: str
        """
        fault = self._get_problem_text(problem)
        value = problem.params.get("value")
        text = (
            _("“%(value)s” %(fault)s", value=value, fault=fault)
            if value
            else _("This line %(fault)s", fault=fault)
        )
        if problem.code in NO_REMEDY:
            return text
        return f"{text} {self._get_expectation(problem.field)}".strip()

    @api.model
    def _describe_beside_value(self, problem):
        """What is wrong with a value, where its label or its line stands beside the sentence.

        :param problem: ``intake.Problem``
        :return: str
        """
        if problem.params.get("value"):
            return self._describe_fault(problem)
        return self._describe_problem(problem, is_for_people=True)

    @api.model
    def _get_problem_text(self, problem):
        params = problem.params
        texts = {
            "missing": self._get_reason(params.get("reason")) or _("is missing."),
            "invalid": self._get_reason(params.get("reason"), params.get("words", ""))
            or _("cannot be understood."),
            "past": _("lies in the past."),
            "ambiguous": self._get_reason(params.get("reason"))
            or _("can be read in more than one way."),
            "missing_time": _("has no hour."),
            "missing_day": _("has no day."),
            "unknown": _("is not known here."),
            "not_text": _("is not a text."),
            "too_long": _("is too long (at most %(max)s characters).", max=params.get("max", "")),
            "duplicate": self._get_duplicate_text(params),
            "not_mapping": _("is not a set of keys and values."),
            "key_not_text": _("has a key that is not a text."),
            "binary": _("holds a file, which cannot be kept: send a text."),
            "unconfirmed": _(
                "is asked for by a reply, and is changed only after somebody has spoken with you."
            ),
            "unknown_visit": _(
                "is an answer to an invitation, and no visit here has its UID; read what it says."
            ),
            "unsupported": _(
                "cannot be heeded for a request by mail or webhook, which is kept in any case; "
                "call check_external_data to check without making anything."
            ),
        }
        text = texts.get(problem.code) or _("is not right (%(code)s).", code=problem.code)
        if params.get("options"):
            # German dates end with a point themselves.
            options = params["options"].rstrip(".")
            text += " " + _("It could be: %(options)s.", options=options)
        return text

    @api.model
    def _get_reason(self, reason, words=""):
        return {
            "words": _("holds what was not understood: “%(words)s”.", words=words),
            "unknown_zone": _("names a time zone that does not exist."),
            "no_such_day": _("names a day that does not exist."),
            "no_such_hour": _("names an hour that does not exist."),
            "several_dates": _("names more than one date."),
            "several_times": _("names more than one hour."),
            "several_addresses": _("holds more than one address."),
            "day_month": _("may be read day first or month first."),
            "hour": _("may be meant in the morning or in the afternoon."),
            "weekday_year": _("does not fit the weekday that is named; write the year."),
            "weekday": _("does not fit the weekday that is named."),
            "next_weekday": _("may be meant this week or next week."),
            "part": _("names an hour and a part of the day that do not go together."),
            "midnight": _("names a midnight, which lies between two days; write 00:00."),
            "bound": _("says before, after, until or not, and no one time."),
            "repeated": _("names a time that comes again and again."),
            "vague": _("names no one day and hour."),
            "languages": _("means different times in different languages."),
            ENCRYPTED: _(
                "cannot be read, since the mail is encrypted. Please send it without encryption."
            ),
            SEALED: _(
                "cannot be read, since the mail is signed or encrypted as a whole. Please send it "
                "as plain text."
            ),
            PACKED: _(
                "cannot be read, since all of the mail is packed into winmail.dat. Please send it "
                "as plain text or HTML."
            ),
            IN_FILE: _(
                "stands in an attached file, which is not read. Please write it in the mail itself."
            ),
            IN_SEVERAL_MAILS: _(
                "stands in more than one attached mail. Please send one mail for each request."
            ),
        }.get(reason)

    @api.model
    def _describe_obstacle(self, obstacle):
        """Why nobody can read a mail here; False where only its form is somewhere else.

        :param str obstacle: as in ``intake.MailText``
        """
        return {
            ENCRYPTED: _("This mail is encrypted and cannot be read here."),
            SEALED: _("This mail is signed or encrypted as a whole and cannot be read here."),
            PACKED: _("All of this mail is packed into winmail.dat, which only Outlook can read."),
        }.get(obstacle, False)

    @api.model
    def _get_duplicate_text(self, params):
        if params.get("existing"):
            return _("belongs to %(existing)s already.", existing=params["existing"])
        return _("comes twice with different values (also “%(other)s”).", other=params.get("other"))

    @api.model
    def _get_expectation(self, field):
        return {
            "customer_email": _("Expected: one e-mail address, like name@example.com."),
            "customer_phone": _("Expected: a phone number, like +32 2 555 01 00."),
            "requested_date": _("Expected: a future date and time, like 2030-01-15 14:00."),
            "duration": _("Expected: hours between 0 and 24, like 1.5."),
            "timezone": _("Expected: an IANA name, like Europe/Berlin."),
            "priority": _("Expected: low, normal, high or urgent, or 0 to 3."),
            "type": _("Expected: the name or code of an appointment type."),
            "technician": _("Expected: the e-mail address of a technician."),
            "ticket": _("Expected: the number of a ticket, like TCK/2030/00007."),
            "external_ref": _("Expected: an id of your own that is used once."),
            "validate_only": _("Expected: true or false."),
            "external_data": _("Expected: a mapping of texts, like {'customer_email': …}."),
        }.get(field, "")

    # ------------------------------------------------------------------
    # Notes
    # ------------------------------------------------------------------

    @api.model
    def _describe_note(self, note):
        """One sentence on what was assumed.

        :param note: ``intake.Note``
        :return: str
        """
        params = {
            "value": "", "timezone": "", "resolved": "", "sender": "", "customer_email": "",
            "keys": "", "field": "", "max": "", "count": "", "known": "", **note.params,
        }  # fmt: skip
        texts = {
            "sender_stood_in": _(
                "No address of a customer was given; the sender %(sender)s stands in.",
                sender=params["sender"],
            ),
            "sender_differs": _(
                "Sent by %(sender)s on behalf of %(customer)s.",
                sender=params["sender"],
                customer=params["customer_email"],
            ),
            "zone_assumed": _("The time was read in %(zone)s.", zone=params["timezone"]),
            "year_assumed": _(
                "“%(value)s” names no year; it was read as %(resolved)s.",
                value=params["value"],
                resolved=params["resolved"],
            ),
            "date_understood": _(
                "“%(value)s” was read as %(resolved)s (%(zone)s).",
                value=params["value"],
                resolved=params["resolved"],
                zone=params["timezone"],
            ),
            "phone_kept": _(
                "“%(value)s” does not look like one phone number; it was kept as it came.",
                value=params["value"],
            ),
            "phone_left_out": _(
                "“%(value)s” is no phone number; it was left out.", value=params["value"]
            ),
            "about_taken": _(
                "“%(value)s” is about a time; %(resolved)s was taken.",
                value=params["value"],
                resolved=params["resolved"],
            ),
            "sent_unknown": _(
                "The mail does not say when it was written, or says what cannot be; “%(value)s” "
                "was counted from its arrival on %(resolved)s.",
                value=params["value"],
                resolved=params["resolved"],
            ),
            "dst_skipped": _(
                "The clocks skip %(value)s in %(zone)s; %(resolved)s was taken.",
                value=params["value"],
                zone=params["timezone"],
                resolved=params["resolved"],
            ),
            "dst_repeated": _(
                "%(value)s comes twice in %(zone)s; the first one, %(resolved)s, was taken.",
                value=params["value"],
                zone=params["timezone"],
                resolved=params["resolved"],
            ),
            "default_zone_unknown": _(
                "The time zone set up for mails, “%(value)s”, does not exist; UTC was taken.",
                value=params["value"],
            ),
            "unknown_keys": _(
                "Unknown keys were kept in the description: %(keys)s.", keys=params["keys"]
            ),
            "extra_dropped": _(
                "%(count)s more unknown keys are in the original only.", count=params["count"]
            ),
            "key_repeated": _(
                "%(key)s comes more than once; the first one counts, not “%(value)s”.",
                key=self._get_label(params["field"]),
                value=params["value"],
            ),
            "forwarded_from": _("Forwarded; first written by %(author)s.", author=params["value"]),
            "name_from_address": _(
                "The name “%(value)s” was taken from the address.", value=params["value"]
            ),
            "invitation": _("What the form does not say was taken from the calendar invitation."),
            "invitation_repeats": _(
                "The calendar invitation repeats; only its first date was taken."
            ),
            "calendar_unreadable": _(
                "The calendar file of the mail could not be read; it is attached as it came."
            ),
            "calendar_about": _("The calendar file is about: %(value)s.", value=params["value"]),
            "truncated": _(
                "The mail is long; only its first %(max)s characters were read.",
                max=params["max"],
            ),
            "other_name": _(
                "The request gives another name: “%(value)s” (the contact has “%(known)s”).",
                value=params["value"],
                known=params["known"],
            ),
            "other_phone": (
                _(
                    "The request gives another phone: %(value)s (the contact has %(known)s).",
                    value=params["value"],
                    known=params["known"],
                )
                if params["known"]
                else _(
                    "The request gives a phone: %(value)s (the contact has none).",
                    value=params["value"],
                )
            ),
            "names_visits": _(
                "The subject names %(names)s, of which the sender is no known customer.",
                names=params["value"],
            ),
            "shortened": _(
                "The request is too long or too complex to be read whole; what came in is attached."
            ),
            "description_cut": _(
                "The description was cut at %(max)s characters; the original has it all.",
                max=params["max"],
            ),
        }
        return texts.get(note.code) or note.code

    @api.model
    def _describe_notes(self, reading):
        """What was assumed in an accepted request, a line each; False for nothing."""
        return "\n".join(self._describe_note(note) for note in reading.result.notes) or False

    @api.model
    def _describe_review(self, reading):
        """Why a request needs a look: what is wrong first, what was assumed after it."""
        lines = []
        if not reading.result.has_form and not any(
            problem.params.get("reason") in OBSTACLES for problem in reading.problems
        ):
            lines.append(_("The mail holds no request form; read it and fill the values in."))
        lines += [
            f"- {self._describe_problem(problem, is_for_people=True)}"
            for problem in reading.problems
        ]
        lines += [self._describe_note(note) for note in reading.result.notes]
        return "\n".join(lines)
