import json
from collections import namedtuple
from dataclasses import replace

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...formatting import FALLBACK_ZONE, aware, format_names, is_odoo_zone, naive
from ...intake import (
    Note,
    Problem,
    classify,
    dump_result,
    load_form,
    load_result,
    parse_mapping,
    read_mail_form,
    read_mail_request,
    shorten,
)
from ...languages import get_company_lang

# Longest external data that an appointment keeps, in characters of JSON; of longer ones it
# keeps what can be read, and the whole as an attachment.
MAX_RAW = 100_000
# Of a request from outside, whatever default values its user has stored.
OWN_DEFAULTS = {"state": "draft", "active": True, "ignore_working_hours": False}
UTC_NAMES = {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"}
# The records that a request may name, by their model.
NAMED_MODELS = {
    "type": "support.appointment.type",
    "technician": "support.technician",
    "ticket": "support.ticket",
}
# How many faults a refusal lists.
MAX_FAULTS = 100
# What one request came to: the parser's result, the records it names, all that is wrong with it;
# of a mail the ``intake.MailForm``, too.
Reading = namedtuple("Reading", "result type technician ticket problems form", defaults=[None])


class SupportIntake(models.AbstractModel):
    _name = "support.intake"
    _description = "Intake of Requests"

    # ------------------------------------------------------------------
    # External data (XML-RPC, Python)
    # ------------------------------------------------------------------

    @api.model
    def _create_from_external(self, data, count):
        """Make the appointments that ``data`` asks for, all or none of them.

        :param data: a mapping, or a list of ``count`` mappings; the keys are
            those of ``intake.KEYS``
        :param int count: how many empty values ``create`` was given; 0 for as many as ``data``
            holds
        :return: ``support.appointment`` in the order of the data, with the
            caller's rights: new ones, or those that exist under the same
            ``external_ref``; none for ``validate_only``
        :raise AccessError: for users without the integration or dispatcher right
        :raise ValidationError: names every wrong key; its last line is the
            list of faults as JSON
        """
        self.env["support.arguments"]._check_external_access()
        payloads = self._split_payloads(data, count)
        readings = self._read_payloads(payloads)
        references = self.env["support.intake.references"]
        known = references._find_or_claim(readings)
        faults = self._list_faults(
            {
                index: reading
                for index, reading in enumerate(readings)
                if reading.result.request.external_ref not in known
            }
        )
        if faults:
            self._refuse(faults, payloads)
        try:
            return self._make_from_readings(readings, payloads, known)
        except AccessError:
            raise
        except UserError as error:
            # A rule of this database that the parser cannot know.
            self.env["support.arguments"]._refuse_whole("refused", str(error))

    @api.model
    def _make_from_readings(self, readings, payloads, known):
        """Create what is not known yet; see ``_create_from_external``."""
        wanted = {
            index: reading
            for index, reading in enumerate(readings)
            if not reading.result.request.validate_only
        }
        references = self.env["support.intake.references"]
        made, known = references._make(
            wanted, known, lambda indices: self._create_accepted(readings, payloads, indices)
        )
        references._log_changed_payloads("external_request", readings, payloads, known)
        return self.env["support.appointment"].browse([record.id for record in made])

    @api.model
    def _create_accepted(self, readings, payloads, indices):
        """Create the drafts of the readings at ``indices``, with their customers."""
        partners = self.env["support.intake.contacts"]._get_partners(
            [readings[index] for index in indices]
        )
        vals_list = []
        for index in indices:
            raw_vals = self._prepare_raw_vals(payloads[index])
            reading = self._note_shortened(readings[index], raw_vals["intake_shortened"])
            vals = self._prepare_appointment_vals(reading, partners)
            vals_list.append({**OWN_DEFAULTS, **vals, **raw_vals, "source": "api"})
        # sudo: the integration group has no right to create but this one, with
        # values that were validated here; the caller stays the creating user.
        drafts = self.env["support.appointment"].sudo()
        # The caller follows what they make, as Odoo has it, but along with the customer.
        drafts = drafts.with_context(mail_create_nosubscribe=True)
        made = drafts._create_prepared(vals_list).with_env(self.env(su=True))
        caller = self.env.user.partner_id if self.env.user.active else None
        made._subscribe_customers(caller)
        self._attach_originals(made, [payloads[index] for index in indices])
        if made:
            self.env["support.automation.log"]._record("external_request", made, "ok")
        return made

    @api.model
    def _check_data(self, data):
        """The faults of external data, without making anything.

        :param data: a mapping or a list of mappings
        :return: list of ``{"index", "field", "code", "message"}``, empty when
            all is well
        :raise AccessError: for users without the integration or dispatcher right
        """
        self.env["support.arguments"]._check_external_access()
        payloads = list(data or [{}]) if isinstance(data, (list, tuple)) else [data]
        return self._list_faults(dict(enumerate(self._read_payloads(payloads))))

    @api.model
    def _split_payloads(self, data, count):
        payloads = list(data) if isinstance(data, (list, tuple)) else [data]
        if count == 1 and not payloads:
            # PHP sends an empty list for an empty mapping.
            return [{}]
        if count and len(payloads) != count:
            self.env["support.arguments"]._refuse_whole(
                "wrong_length",
                _(
                    "“external_data” holds %(payloads)s requests for %(count)s empty values: "
                    "send a list of the same length as the list of values.",
                    payloads=len(payloads),
                    count=count,
                ),
            )
        return payloads

    @api.model
    def _read_payloads(self, payloads):
        now = aware(fields.Datetime.now())
        return self._resolve([parse_mapping(payload, now=now) for payload in payloads])

    @api.model
    def _refuse(self, faults, payloads):
        """Raise the ``ValidationError`` that tells the caller everything at once."""
        one = len(payloads) == 1
        lines = [_("The request was refused and nothing was made:")]
        more = len(faults) - MAX_FAULTS
        faults = faults[:MAX_FAULTS]
        for fault in faults:
            if one:
                lines.append("- " + fault["message"])
            else:
                lines.append(
                    _(
                        "- request %(number)s: %(message)s",
                        number=fault["index"],
                        message=fault["message"],
                    )
                )
        if more > 0:
            lines.append(_("… and %(count)s more faults.", count=more))
        message = "\n".join(lines)
        self.env["support.automation.log"]._record_even_if_rolled_back(
            "external_request",
            self.env["support.appointment"],
            "failed",
            message,
            payload=self._dump(payloads),
        )
        self.env["support.arguments"]._refuse_call(message, faults)

    @api.model
    def _dump(self, payload):
        """A payload as JSON text that the database can hold."""
        try:
            text = json.dumps(payload, sort_keys=True, default=str, ensure_ascii=False)
        except (ValueError, TypeError, RecursionError):
            # Nested without end, numbers of thousands of digits, keys that cannot be sorted.
            text = json.dumps(shorten(payload), sort_keys=True, ensure_ascii=False)
        # JSON may name half of a character, which is no text to PostgreSQL.
        return text.encode("utf-8", "backslashreplace").decode()

    @api.model
    def _prepare_raw_vals(self, payload):
        """What an appointment keeps of the external data that it was made of.

        :return: dict with ``intake_raw`` and ``intake_shortened``
        """
        raw = self._dump(payload)
        if len(raw) <= MAX_RAW:
            return {"intake_raw": raw, "intake_shortened": False}
        return {"intake_raw": self._dump(shorten(payload)), "intake_shortened": True}

    @api.model
    def _attach_originals(self, appointments, payloads):
        """Keep whole, as an attachment, what is too long to be kept on the appointment.

        :param payloads: list in the order of ``appointments``
        """
        # sudo: as for the appointments themselves, a caller may have no right but this one.
        self.env["ir.attachment"].sudo().create(
            [
                {
                    "name": "request.json",
                    "raw": self._dump(payload).encode(),
                    "mimetype": "application/json",
                    "res_model": appointment._name,
                    "res_id": appointment.id,
                }
                for appointment, payload in zip(appointments, payloads, strict=True)
                if appointment.intake_shortened
            ]
        )

    @api.model
    def _note_shortened(self, reading, is_shortened):
        """Say with what was read that there is more of it, see ``intake_shortened``."""
        if not is_shortened:
            return reading
        notes = (*reading.result.notes, Note("shortened"))
        return reading._replace(result=replace(reading.result, notes=notes))

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    @api.model
    def _read_mail(self, appointment):
        """Read the request in the raw text of a draft that came by mail, and its corrections.

        The text itself is looked at once. What replies correct is read together with what was
        found in it then; by hand all of it is read anew.

        :param appointment: one ``support.appointment`` with ``intake_raw``
        :return: ``Reading``
        """
        form = None
        if appointment._get_corrected_fields() is not None:
            form = load_form(appointment.intake_reading)
        if form is None:
            form = read_mail_form(appointment.intake_raw or "", appointment.intake_subject or "")
        now = aware(fields.Datetime.now())
        sent = appointment.intake_sent_at
        # What came in before version 1.5.0 was made when it came in.
        arrived = appointment.intake_received_at or appointment.create_date
        company = appointment.company_id
        addresses = self.env["support.mail.address"]
        invitation = self.env["support.calendar.mail"]._get_invitation(appointment)

        def _understand(sender):
            return read_mail_request(
                form,
                sender=sender,
                now=now,
                sent=aware(sent) if sent else None,
                arrived=aware(arrived),
                default_timezone=self._get_mail_timezone(),
                corrections=appointment._list_corrections(),
                invitation=invitation,
                obstacle=appointment.intake_obstacle or "",
                # Asked for only where somebody wrote in sentences.
                region=None if form.found else company.country_id.code or None,
            )

        result = _understand(appointment.intake_sender or None)
        stood_in = any(note.code == "sender_stood_in" for note in result.notes)
        sender = appointment.intake_sender_normalized or ""
        if stood_in and (
            addresses._is_own(sender, company) or classify({}, sender=sender, subject="") != "human"
        ):
            # A website form writes from the company's own address or from one that
            # nobody reads: there is nobody to send an appointment to.
            result = _understand(None)
        reading = self.with_company(company)._resolve([result])[0]._replace(form=form)
        reading = self._note_named(reading, appointment)
        return self._note_shortened(reading, appointment.intake_shortened)

    @api.model
    def _note_named(self, reading, appointment):
        """Say which visits the subject of a request names: it may be about one of them.

        Who wrote it is none of that visit's correspondents, or it would be an answer there.
        """
        references = self.env["support.mail.reference"]
        named = references._find_named(
            appointment._name, appointment.intake_subject, appointment.company_id
        )
        named = named.filtered(lambda other: other.id != appointment.id)
        if not named:
            return reading
        note = Note("names_visits", {"value": format_names(named.mapped("name"))})
        notes = (*reading.result.notes, note)
        return reading._replace(result=replace(reading.result, notes=notes))

    # ------------------------------------------------------------------
    # Kept readings
    # ------------------------------------------------------------------

    @api.model
    def _dump_reading(self, reading, lines):
        """A reading as the draft keeps it, with the parser's and our own problems.

        :param dict lines: key to the number of its line in the request
        :return: dict for JSON
        """
        result = replace(reading.result, problems=reading.problems)
        return {
            **dump_result(result, reading.form),
            "type": reading.type.id if reading.type else False,
            "technician": reading.technician.id if reading.technician else False,
            "ticket": reading.ticket.id if reading.ticket else False,
            "lines": lines,
        }

    @api.model
    def _load_reading(self, stored):
        """
        :param stored: as ``_dump_reading`` returns it, or anything else
        :return: ``Reading``; None for anything else, as of drafts that came before readings were
            kept
        """
        result = load_result(stored)
        if result is None:
            return None
        # sudo: as in _resolve; what was named may be gone meanwhile.
        records = {
            field: self.env[model].sudo().browse(stored.get(field) or ()).exists()
            for field, model in NAMED_MODELS.items()
        }
        return Reading(result, **records, problems=result.problems)

    @api.model
    def _get_mail_timezone(self):
        """The zone of a time in a mail that names none."""
        # sudo: a parameter, read for the user who processes the mail.
        parameters = self.env["ir.config_parameter"].sudo()
        zone = parameters.get_param("support_center.intake_timezone")
        return zone if is_odoo_zone(self.env, zone) else FALLBACK_ZONE

    @api.model
    def _find_zone_at_work(self):
        """A zone in which people work here, where mails are read in UTC and nobody works in that.

        It is what nobody has chosen yet rather than what is meant: “14:00” in a customer's mail
        becomes another hour of theirs.

        :return: IANA name, or an empty text where nothing speaks against the zone of mails
        """
        if self._get_mail_timezone() not in UTC_NAMES:
            return ""
        groups = [
            self.env.ref(f"support_center.group_support_{role}").id
            for role in ("technician", "dispatcher", "manager")
        ]
        # sudo: who looks at the settings may not read everybody's zone; one name is shown.
        users = self.env["res.users"].sudo().search([("groups_id", "in", groups)])
        resources = self.env["support.technician"].sudo().search([]).resource_id
        zones = [self.env.user.tz, *users.mapped("tz"), *resources.mapped("tz")]
        zones = [zone for zone in zones if zone]
        if set(zones) & UTC_NAMES:
            return ""
        return max(sorted(set(zones)), key=zones.count, default="")

    # ------------------------------------------------------------------
    # Common to all channels
    # ------------------------------------------------------------------

    @api.model
    def _resolve(self, results):
        """Look the type, technician and ticket of each request up, in one query a model.

        :param results: list of ``intake.ParseResult``
        :return: list of ``Reading``, with the parser's problems and ours
        """
        company = self.env.company
        requests = [result.request for result in results]
        # sudo: an integration user may name these records without reading them.
        found = {
            "type": self.env["support.appointment.type"].sudo()._find_by_names(
                {request.type_ref for request in requests} - {None}, company
            ),
            "technician": self.env["support.technician"].sudo()._find_by_emails(
                {request.technician_ref for request in requests} - {None}, company
            ),
            "ticket": self.env["support.ticket"].sudo()._find_by_numbers(
                {request.ticket_ref for request in requests} - {None}, company
            ),
        }  # fmt: skip
        readings = []
        for result in results:
            request = result.request
            references = {
                "type": request.type_ref and request.type_ref.strip().lower(),
                "technician": request.technician_ref,
                "ticket": request.ticket_ref,
            }
            records = {field: found[field].get(value) for field, value in references.items()}
            unknown = tuple(
                Problem(field, "unknown", {"value": getattr(request, f"{field}_ref")})
                for field, value in references.items()
                if value and not records[field]
            )
            readings.append(Reading(result, **records, problems=result.problems + unknown))
        return readings

    @api.model
    def _list_faults(self, readings):
        """The problems of all ``readings`` (dict by index), ready for JSON."""
        words = self.env["support.intake.words"]
        arguments = self.env["support.arguments"]
        return [
            arguments._prepare_fault(
                problem.field, problem.code, words._describe_problem(problem), index
            )
            for index, reading in readings.items()
            for problem in reading.problems
        ]

    @api.model
    def _prepare_appointment_vals(self, reading, partners):
        """Values of an accepted draft.

        :param reading: ``Reading`` without problems
        :param partners: as ``_get_partners`` returns them
        :return: dict
        """
        request = reading.result.request
        # Kept for everybody who looks after the visit, and not for who brings the request in.
        words = self.env["support.intake.words"]
        words = words.with_context(lang=get_company_lang(self.env.company))
        partner = partners[request.customer_email]
        reading = self.env["support.intake.contacts"]._note_other_contact(
            reading, partner.name, self.env["support.intake.contacts"]._get_phones(partner)
        )
        return {
            **self._prepare_understood_vals(reading),
            "partner_id": partner.id,
            "start": self._to_naive(request.requested_date),
            "company_id": self.env.company.id,
            "intake_state": "accepted",
            "intake_note": words._describe_notes(reading),
            "intake_errors": False,
        }

    @api.model
    def _prepare_understood_vals(self, reading):
        """Values that were understood, whether or not others were wrong."""
        request = reading.result.request
        # A time that has passed is kept: it is what the customer asked for.
        wrong = {problem.field for problem in reading.problems if problem.code != "past"}
        vals = {
            "requested_date": self._to_naive(request.requested_date),
            "description": self._describe(request),
            "location": request.location,
            "priority": request.priority or "1",
            "external_ref": request.external_ref,
            "type_id": reading.type.id if reading.type else False,
            "technician_id": reading.technician.id if reading.technician else False,
            "ticket_id": reading.ticket.id if reading.ticket else False,
            "timezone": self._get_told_timezone(reading.result),
            **self._prepare_wish_vals(request.wish),
        }
        if request.duration:
            vals["duration"] = request.duration
        elif reading.type:
            vals["duration"] = reading.type.duration
        return {field: value for field, value in vals.items() if field not in wrong}

    @api.model
    def _prepare_wish_vals(self, wish):
        """
        :param wish: ``intake.Wish``, or None
        """
        return {
            "wish_from": self._to_naive(wish and wish.start) or False,
            "wish_to": self._to_naive(wish and wish.stop) or False,
            "wish_parts": ",".join(wish.parts) if wish else False,
            "wish_without": ",".join(map(str, wish.without)) if wish else False,
        }

    @api.model
    def _get_told_timezone(self, result):
        """The zone that the request itself names, if Odoo knows it.

        Without one the customer is told in theirs, see ``_get_customer_timezone``: an offset
        names an instant, and the zone in which a time without any was read is an assumption.
        """
        zone = result.request.named_timezone
        return zone if is_odoo_zone(self.env, zone) else False

    @api.model
    def _describe(self, request):
        """The description, with the keys that nobody knows below it."""
        lines = [request.description] if request.description else []
        lines += [f"{key}: {value}" for key, value in request.extra]
        return "\n".join(lines) or False

    @api.model
    def _to_naive(self, moment):
        return moment and naive(moment)
