import logging
from dataclasses import replace
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, Command, _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, html2plaintext

from ...compat import check_access
from ...formatting import format_names
from ...intake import (
    ENCRYPTED,
    IN_FILE,
    IN_SEVERAL_MAILS,
    NOTICE_CLASS,
    PACKED,
    SEALED,
    Problem,
    find_lines,
    fold_address,
    holds_form,
    html_to_text,
    unwrap_pgp,
)
from ..automation.first_attempt import ATTEMPT_KEY, FirstAttempt
from ..automation.support_automation_log import AUTOMATION_LOGGER
from .intake_states import INTAKE_STATES, SOURCES
from .mail_thread import FINDINGS_KEY, MailFindings
from .support_appointment_answer import FIRST_MAIL, FIRST_MAIL_KEY
from .support_appointment_review import MAX_SHOWN

OBSTACLES = [
    (ENCRYPTED, "Encrypted"),
    (SEALED, "Signed as a Whole, in an Unknown Form"),
    (PACKED, "Packed into winmail.dat"),
    (IN_FILE, "Written in an Attached File"),
    (IN_SEVERAL_MAILS, "Written in Several Attached Mails"),
]


# Chosen by a request, and by a dispatcher otherwise.
PLANNED_RECORDS = {"company_id", "technician_id", "ticket_id", "type_id"}


class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    source = fields.Selection(SOURCES, default="manual", required=True, readonly=True, copy=False)
    external_ref = fields.Char(
        "External Reference",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The caller's own id: the same one again gives the same appointment.",
    )
    intake_state = fields.Selection(
        INTAKE_STATES,
        default="none",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    intake_note = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What was assumed, is missing or is wrong.",
    )
    intake_errors = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What is wrong, for programs: a list of index, field, code and message.",
    )
    intake_reading = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        # Long, and of no use to lists.
        prefetch=False,
        help="What was read of the request: its answer, its review and replies use it.",
    )
    intake_raw = fields.Text(
        "Original Request", readonly=True, copy=False, groups="base.group_user"
    )
    intake_shortened = fields.Boolean(
        "Shortened",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The request was too long or too complex to be read whole; the original is attached.",
    )
    intake_obstacle = fields.Selection(
        OBSTACLES,
        "Not Readable",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why the text of the mail could not be read.",
    )
    intake_subject = fields.Char(readonly=True, copy=False, groups="base.group_user")
    intake_sender = fields.Char(readonly=True, copy=False, groups="base.group_user")
    intake_sent_at = fields.Datetime(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the mail says that it was written; empty where that is not near its arrival.",
    )
    intake_received_at = fields.Datetime(readonly=True, copy=False, groups="base.group_user")
    intake_automatic = fields.Boolean(
        "Written by a Program",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The mail says that a program wrote it, so nobody reads an answer to it.",
    )

    intake_calendar = fields.Json(
        "Calendar Invitation",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What the calendar files of the mail say.",
    )
    intake_calendar_uid = fields.Char(
        "Invitation UID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The UID of the invitation that the request came as.",
    )

    def init(self):
        super().init()
        # Partial, since most appointments have no such reference; the creating
        # user is part of the key, so that two integrations cannot clash.
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS support_appointment_external_ref_idx
                ON support_appointment (company_id, create_uid, external_ref)
             WHERE external_ref IS NOT NULL
            """
        )

    # ------------------------------------------------------------------
    # External data
    # ------------------------------------------------------------------

    @api.model
    def check_external_data(self, data):
        """Check external data without making anything.

        :param data: a mapping with the keys of ``external_data``, or a list of
            mappings; see the integrator's chapter of the documentation
        :return: list of ``{"index": int, "field": str, "code": str,
            "message": str}``, empty when ``create`` would take the data
        :raise AccessError: for users without the integration or dispatcher right
        """
        return self.env["support.intake"]._check_data(data)

    @api.model
    def action_create_from_external_data(self):
        """Make appointments from the context's ``external_data``.

        :return: a window action that shows what was made (``res_id`` for one,
            a ``domain`` for several), False when nothing was
        :raise ValidationError: without ``external_data`` in the context, else names every wrong
            key at once; its last line is the list of faults as JSON
        """
        data = self.env.context.get("external_data")
        if not data:
            self.env["support.arguments"]._refuse_whole(
                "missing",
                _(
                    "There is no “external_data” in the context. Call this action with "
                    "context={'external_data': {'customer_email': …}}."
                ),
            )
        count = len(data) if isinstance(data, (list, tuple)) else 1
        made = self.create([{} for _each in range(count)])
        if not made:
            return False
        action = {
            "type": "ir.actions.act_window",
            "name": _("Appointments"),
            "res_model": self._name,
            "view_mode": "form" if len(made) == 1 else "tree,form",
            "target": "current",
        }
        if len(made) == 1:
            return {**action, "res_id": made.id, "views": [[False, "form"]]}
        return {
            **action,
            "views": [[False, "list"], [False, "form"]],
            "domain": [["id", "in", made.ids]],
        }

    def _create_from_context(self, vals_list):
        if "external_data" in self.env.context:
            return self._create_with_external_data(vals_list)
        return super()._create_from_context(vals_list)

    def _check_change(self, change):
        super()._check_change(change)
        if change.is_creation and not change.is_internal:
            self._check_new_references(change.vals_list)

    @api.model
    def _create_with_external_data(self, vals_list):
        """Take ``external_data`` off the context and heed it if all values are empty.

        No values at all are as many as ``external_data`` holds: PHP sends an empty list where
        others send ``{}``.
        """
        context = dict(self.env.context)
        data = context.pop("external_data")
        clean = self.with_context(context)  # pylint: disable=context-overridden
        if data is None or data is False or any(vals_list):
            return clean._create_given(vals_list)
        return clean.env["support.intake"]._create_from_external(data, len(vals_list))

    @api.model
    def _check_new_references(self, vals_list):
        """An import may bring references along; each of them once.

        :param list vals_list: values of new appointments, as the ORM will store them
        :raise ValidationError: names each reference that is taken, and by which appointment
        """
        if not any(vals.get("external_ref") for vals in vals_list):
            return
        keys = [
            (vals["company_id"] if vals.get("company_id") else self.env.company.id, reference)
            for vals in self._complete_companies(vals_list)
            if (reference := vals.get("external_ref"))
        ]
        # sudo: the reference is taken also where the caller may not see by which appointment.
        found = self.sudo().with_context(active_test=False)
        found = found.search(
            [
                ("external_ref", "in", [reference for _company_id, reference in keys]),
                ("create_uid", "=", self.env.uid),
            ]
        )
        taken = {(each.company_id.id, each.external_ref): each.name for each in found}
        seen, lines = set(), []
        for key in keys:
            if key in taken:
                lines.append(
                    _(
                        "external_ref “%(reference)s” belongs to %(existing)s already: update that "
                        "appointment, or give the new one another reference.",
                        reference=key[1],
                        existing=taken[key],
                    )
                )
            elif key in seen:
                lines.append(
                    _(
                        "external_ref “%(reference)s” comes twice: each reference stands for one "
                        "appointment.",
                        reference=key[1],
                    )
                )
            seen.add(key)
        if lines:
            raise ValidationError("\n".join(dict.fromkeys(lines)))

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to the alias becomes a draft in state ``received``, whatever it holds.

        The rule ``automation_process_email`` reads it; without the rule it
        stays as it is. Odoo's mailbox polling marks a mail as read even when
        its processing raised, so nothing that a mail contains may raise here.

        :raise AccessError: for callers who are not the mail gateway
        """
        self._check_mail_gateway()
        # Mail runs as OdooBot: the sender may be an internal user without any
        # right on appointments, and a website form writes as such a one.
        this = self.with_user(SUPERUSER_ID)
        message_id = msg_dict.get("message_id")
        if message_id:
            this.env["support.intake.key"]._claim("mail", [(message_id,)])
        vals = this._prepare_mail_vals(msg_dict)
        planned = {**self._clean_alias_values(custom_values), **vals}

        def make(values, drafts):
            return super(SupportAppointment, drafts).message_new(msg_dict, custom_values=values)

        failures = []
        # At first all that the mail sets off in one go, then each step by itself; once more where
        # somebody else has used the number meanwhile, which is no fault of the alias.
        for values, in_one_go in (
            (planned, True),
            (planned, False),
            (planned, False),
            (vals, False),
        ):
            is_repeated = values is planned and len(failures) > 1
            if is_repeated and not isinstance(failures[-1], UniqueViolation):
                continue
            try:
                draft = this._store_mail(
                    partial(make, values), msg_dict, FirstAttempt(is_open=in_one_go)
                )
                break
            except Exception as error:
                if this._is_retried(error) or values is vals:
                    raise
                failures.append(error)
                AUTOMATION_LOGGER.log(
                    logging.INFO if in_one_go else logging.WARNING,
                    "action=receive_email outcome=failed error=%s it is tried %s",
                    type(error).__name__,
                    "step by step" if in_one_go else "with other values",
                )
        if values is vals:
            draft._report_alias_defaults(failures[-1])
        return draft.with_context(**{FIRST_MAIL_KEY: FIRST_MAIL})

    @api.model
    def _store_mail(self, make, msg_dict, attempt):
        """Make the draft of a mail, with all that the rules make of it.

        :param callable make: takes an empty recordset, and makes the draft in its environment
        :param attempt: ``FirstAttempt`` that the rules join, as long as it is open
        :raise Exception: what kept it from being stored; nothing is left of it then
        """
        this = self.with_context(**{ATTEMPT_KEY: attempt})
        with attempt.lead(self.env.cr), self.env.cr.savepoint():
            draft = make(this)
            draft.flush_recordset()
            draft._set_message_author(msg_dict)
            self.env["support.automation.log"]._store_rows(attempt.rows)
        return draft.with_env(self.env)

    def _set_message_author(self, msg_dict):
        """Let Odoo know the writer, where that is the customer.

        One who became a contact just now would get their own mail, as any other follower; and of
        two contacts with one address Odoo may take that of another company.
        """
        partner = self.partner_id
        sender = fold_address(email_normalize(msg_dict.get("email_from") or ""))
        if sender and fold_address(partner.email_normalized) == sender:
            msg_dict["author_id"] = partner.id

    @api.model
    def _clean_alias_values(self, custom_values):
        """The alias's own defaults, as far as they plan something.

        What came in, what was announced and how far an appointment is are not an alias's to say.
        """
        left_out = self._get_protected_fields() | {"state", "active"}
        return {
            field: value
            for field, value in (custom_values or {}).items()
            if field in self._fields and field not in left_out
        }

    @api.model
    def _prepare_mail_vals(self, msg_dict):
        """Values of the raw draft.

        :param dict msg_dict: as ``mail.thread.message_parse`` returns it
        :return: dict; the reference is left to the sequence, so that the
            mail's subject does not become the name
        """
        mail = self._get_gateway_mail()
        text = self._get_mail_text(msg_dict, forwarded=True)
        person = mail.reply_to if mail else ""
        is_automatic = bool(mail and mail.is_automatic)
        if person and is_automatic and holds_form(text, msg_dict.get("subject") or ""):
            # A website's program wrote it for a person who waits for an answer.
            is_automatic = False
        calendar = self.env["support.calendar.mail"]
        found = mail.calendar if mail else None
        return {
            "name": "/",
            "source": "email",
            "intake_state": "received",
            "intake_raw": text,
            "intake_obstacle": (mail and mail.text and mail.text.obstacle) or False,
            "intake_shortened": NOTICE_CLASS in (msg_dict.get("body") or ""),
            "intake_subject": msg_dict.get("subject") or False,
            "intake_sender": person or msg_dict.get("email_from") or False,
            "intake_sent_at": msg_dict.get("date") or False,
            "intake_received_at": fields.Datetime.now(),
            "intake_references": self._get_mail_references(msg_dict),
            "intake_automatic": is_automatic or calendar._is_answer(found),
            **calendar._prepare_mail_vals(found),
        }

    @api.model
    def _get_mail_text(self, msg_dict, forwarded=False):
        """What the sender wrote.

        :param dict msg_dict: as ``mail.thread.message_parse`` returns it
        :param bool forwarded: with the text of an attached mail that is passed on
        """
        mail = self._get_gateway_mail()
        found = msg_dict.get(FINDINGS_KEY)
        written = found.text if isinstance(found, MailFindings) else mail and mail.text
        if written:
            parts = [written.text, forwarded and written.forwarded]
            return "\n\n".join(filter(None, parts))
        body = msg_dict.get("body") or ""
        try:
            return unwrap_pgp(html_to_text(str(body))).text
        except Exception as error:  # noqa: BLE001, a mail must not be lost
            AUTOMATION_LOGGER.warning(
                "action=receive_email outcome=failed error=%s the body was read by other means",
                type(error).__name__,
            )
            return html2plaintext(body)

    def action_process_email(self):
        """Read requests that came by mail and accept them or put them up for review.

        Called by the rule on new mails, by hand on chosen drafts, or on
        nothing at all for every one that waits. Drafts only.
        """
        check_access(self.browse(), "write")
        waiting = self or self.search([("source", "=", "email"), ("intake_state", "=", "received")])
        readable = waiting.filtered(
            lambda a: (
                a.source == "email"
                and a.state == "draft"
                and a.intake_state in ("received", "review")
            )
        )
        readable._run_automation("process_email", lambda drafts: drafts._process_requests())
        return True

    def action_read_again(self):
        """Read mailed requests and those that came by webhook once more, by hand."""
        check_access(self.browse(), "write")
        mails = self.filtered(lambda a: a.source == "email")
        if mails:
            mails.action_process_email()
        self._read_webhooks(("received", "review"))
        return True

    def _process_requests(self):
        """Read what each draft came with: the one way for mails and webhooks.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        for draft in self:
            intake = self.env["support.intake"].with_company(draft.company_id)
            whole = draft._check_reading(draft._read_request())
            reading = draft._ignore_settled_problems(whole)
            if reading.problems:
                vals = draft._prepare_review_vals(reading)
                outcomes[draft.id] = ("skipped", vals["intake_note"])
            else:
                partners = draft._get_request_partners(reading)
                vals = intake._prepare_appointment_vals(reading, partners)
            vals = draft._exclude_planned_fields(vals, reading)
            lines = find_lines((draft._get_readable_request() or "")[:MAX_SHOWN])
            for name in PLANNED_RECORDS & vals.keys():
                # What is written counts as decided, also where it is what the draft has.
                if draft[name].id == vals[name]:
                    del vals[name]
            vals["intake_reading"] = intake._dump_reading(whole, lines)
            if draft._has_reading_changed(vals):
                vals["intake_round"] = draft.intake_round + 1
            # The first filling is no change to be tracked.
            draft.with_context(mail_notrack=not draft.intake_round)._write_protected(vals)
            if not reading.problems:
                draft._subscribe_customers()
        return outcomes

    def _get_request_partners(self, reading):
        """As ``_get_partners`` returns them; the draft's own customer unless a reply names one."""
        email = reading.result.request.customer_email
        corrected = self._get_corrected_fields()
        if self.partner_id and corrected is not None and "partner_id" not in corrected:
            return {email: self.partner_id}
        contacts = self.env["support.intake.contacts"].with_company(self.company_id)
        return contacts._get_partners([reading])

    def _has_reading_changed(self, vals):
        """Whether a reading has something to tell: one by hand may come to the same again."""
        return self.intake_state == "received" or any(
            (self[field] or False) != (vals[field] or False)
            for field in ("intake_state", "intake_note")
        )

    def _read_request(self):
        """
        :return: ``Reading`` of the draft's raw text
        """
        self.ensure_one()
        if self.source == "webhook":
            return self.env["support.intake.webhook"]._read_draft(self)
        return self.env["support.intake"].with_company(self.company_id)._read_mail(self)

    def _check_reading(self, reading):
        """Add what the parser cannot know, or what only a kept request is to blame for."""
        problems = [*reading.problems, *self._check_reference(reading)]
        if reading.result.request.validate_only:
            problems.append(Problem("validate_only", "unsupported"))
        return reading._replace(problems=tuple(problems))

    def _check_reference(self, reading):
        """Mails and webhooks all come by OdooBot, so an ``external_ref`` may be taken
        by somebody else.

        :return: list of ``Problem``
        """
        reference = reading.result.request.external_ref
        if not reference:
            return []
        taken = self.with_context(active_test=False).search(
            [
                ("external_ref", "=", reference),
                ("company_id", "=", self.company_id.id),
                ("create_uid", "=", self.create_uid.id),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if not taken:
            return []
        return [Problem("external_ref", "duplicate", {"value": reference, "existing": taken.name})]

    def _prepare_review_vals(self, reading):
        """Values of a draft that a dispatcher has to look at: no contact, no start."""
        request = reading.result.request
        intake = self.env["support.intake"]
        vals = intake._prepare_understood_vals(reading)
        if not self.partner_id:
            vals.update(
                customer_name=request.customer_name,
                customer_email=request.customer_email,
                customer_phone=request.customer_phone,
            )
        words = self.env["support.intake.words"]
        faults = intake._list_faults({0: reading})
        return {
            **vals,
            "intake_state": "review",
            "intake_note": words._describe_review(reading),
            # A program is told the key, a dispatcher reads the label that stands beside it.
            "intake_errors": [
                {**fault, "text": words._describe_beside_value(problem)}
                for fault, problem in zip(faults, reading.problems, strict=True)
            ],
        }

    # ------------------------------------------------------------------
    # Review
    # ------------------------------------------------------------------

    def action_accept_request(self):
        """Accept drafts as a dispatcher sees fit: the contact is made if there is none.

        :raise UserError: names the drafts that have neither a customer nor an address, and the
            requests that somebody has called off meanwhile
        """
        check_access(self.browse(), "write")
        waiting = self.filtered(lambda a: a.intake_state in ("received", "review"))
        over = waiting.filtered(lambda a: a.state != "draft")
        if over:
            over._filter_waiting()
        unknown = waiting.filtered(lambda a: not a.partner_id and not a.customer_email)
        if unknown:
            raise UserError(
                _(
                    "Enter the customer or an e-mail address first: %(names)s.",
                    names=format_names(unknown.mapped("display_name")),
                )
            )
        now = fields.Datetime.now()
        contacts = self.env["support.intake.contacts"]
        for draft in waiting:
            vals = {"intake_state": "accepted", "intake_errors": False}
            if not draft.partner_id:
                partner = contacts._get_partner_by_hand(draft)
                vals["partner_id"] = partner.id
                vals["intake_note"] = draft._describe_other_contact(partner)
            if not draft.start and draft.requested_date and draft.requested_date > now:
                vals["start"] = draft.requested_date
            draft._write_protected(vals)
        waiting._subscribe_customers()
        return True

    def _describe_other_contact(self, partner):
        """The note, with what the draft says otherwise than the contact whom it is for.

        Once it has the customer, it shows what the contact has.
        """
        intake = self.env["support.intake"].with_company(self.company_id)
        given = {
            "customer_email": partner.email,
            "customer_name": self.customer_name,
            "customer_phone": self.customer_phone,
        }
        (reading,) = intake._read_payloads([given])
        contacts = self.env["support.intake.contacts"]
        noted = contacts._note_other_contact(
            reading._replace(result=replace(reading.result, notes=())),
            partner.name,
            contacts._get_phones(partner),
        )
        words = self.env["support.intake.words"].with_context(lang=self._get_company_lang())
        added = words._describe_notes(noted)
        return "\n".join(filter(None, [self.intake_note, added])) or False

    def _subscribe_customers(self, caller=None):
        """The customer follows the appointment, so that a dispatcher's message arrives.

        :param caller: ``res.partner`` that follows all of them as well
        """
        # What ``message_subscribe`` comes to, which would ask for one customer after the other.
        # sudo: as there, contacts and followers are not every user's to read.
        this = self.sudo()
        wanted = {
            (record.id, partner)
            for record in this
            for partner in (record.partner_id, (caller or record.partner_id).sudo())
            if partner.active
        }
        if not wanted:
            return
        followers = this.env["mail.followers"]
        known = followers.search_fetch(
            [
                ("res_model", "=", this._name),
                ("res_id", "in", this.ids),
                ("partner_id", "in", [partner.id for _record_id, partner in wanted]),
            ],
            ["res_id", "partner_id"],
        )
        wanted -= {(follower.res_id, follower.partner_id) for follower in known}
        subtypes = this.env["mail.message.subtype"]
        of_all, _internal, of_customers = subtypes.default_subtypes(this._name)
        followers.create(
            [
                {
                    "res_model": this._name,
                    "res_id": record_id,
                    "partner_id": partner.id,
                    "subtype_ids": [
                        Command.set((of_customers if partner.partner_share else of_all).ids)
                    ],
                }
                for record_id, partner in sorted(wanted, key=lambda pair: (pair[0], pair[1].id))
            ]
        )
