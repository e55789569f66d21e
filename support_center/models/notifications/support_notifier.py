import json
import re
from collections import namedtuple

from odoo import _, api, fields, models
from odoo.tools import SQL, email_split, is_html_empty

from odoo.addons.base_automation.models.base_automation import CREATE_TRIGGERS

from ...delivery.calendar_file import CANCEL, REQUEST
from ..common.ir_qweb import KEEP_COMPILED, KEEP_COMPILED_KEY

# What goes out: its template, what a calendar does with it (empty for no calendar file, and then
# it tells nothing of the time either), whether it tells of a change.
Notification = namedtuple("Notification", "template method is_change")
NOTIFICATIONS = {
    "confirmation": Notification("mail_template_appointment_confirmation", REQUEST, True),
    "reminder": Notification("mail_template_appointment_reminder", REQUEST, False),
    "rescheduled": Notification("mail_template_appointment_rescheduled", REQUEST, True),
    "updated": Notification("mail_template_appointment_updated", REQUEST, True),
    "cancelled": Notification("mail_template_appointment_cancelled", CANCEL, True),
    # Of the day itself, with nothing for a calendar.
    "on_the_way": Notification("mail_template_appointment_on_the_way", "", False),
    "offer": Notification("mail_template_appointment_offer", "", False),
    "report": Notification("mail_template_appointment_report", "", False),
    "rating": Notification("mail_template_appointment_rating", "", False),
}
RENDERED = (
    "subject", "body_html", "email_from", "email_cc", "email_to", "partner_to", "reply_to",
    "mail_server_id", "auto_delete", "model", "res_id", "attachment_ids", "report_template_ids",
)  # fmt: skip
# When a mail server is down, all that waits fails at once: the log has a row for each, but nobody
# wants hundreds of activities that say the same.
MAX_ACTIVITIES = 10
# Mail programs may use it; the chatter would drop it, which takes longer than not passing it on.
STYLE_SHEET = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
# What shows something without being text: what is filled in, pictures.
HOLDS_CONTENT = re.compile(r"\st-[a-z]|<img\b", re.IGNORECASE)
# RFC 3834: no robot shall answer these.
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class SupportNotifier(models.AbstractModel):
    """Puts notifications on Odoo's mail queue; mail and mark are committed together, or neither."""

    _name = "support.notifier"
    _description = "Notifications on the Mail Queue"

    @api.model
    def _queue(self, kind, appointments, reminder=None):
        """Put a notification of each appointment on the queue and mark it as told.

        Nothing is sent here: the queue's own cron does that, soon after the commit.

        :param str kind: one of ``NOTIFICATIONS``
        :param appointments: ``support.appointment`` whose customers can be told
        :param reminder: ``DueReminder``, of a reminder; its template counts
        :return: dict of record id to what is wrong with the template, in words; those not in it
            have their mail on the queue
        """
        notification = NOTIFICATIONS[kind]
        versions = self._get_versions(kind, appointments)
        template = self._get_template(notification.template, reminder)
        fault = self._find_template_fault(notification.template, template)
        if fault:
            faults = dict.fromkeys(appointments.ids, fault)
            self._store_rows(kind, appointments, versions, reminder, faults=faults)
            return faults
        # Rendered with the caller's rights: a template shows nothing that they may not see.
        rendered = {}
        by_lang = self._group_by_lang(template, appointments)
        for lang, those in by_lang.items():
            in_lang = template.with_context(lang=lang)
            rendered.update(in_lang._generate_template(those.ids, RENDERED))
        faults = self._find_mail_faults(template, rendered)
        named, appointments = appointments, appointments.filtered(lambda a: a.id not in faults)
        if not appointments:
            self._store_rows(kind, named, versions, reminder, faults=faults)
            return faults
        # A reminder of what the customer was told would undo their answer in their calendar.
        asking = {
            record.id
            for record in appointments
            if notification.is_change
            or not record.announced_at
            or self._needs_new_sequence(notification, record)
        }
        self._replace_failed(kind, appointments)
        calendar = self.env["support.calendar.file"]
        common = self._prepare_common_vals(kind, appointments.company_id)
        organizers = {
            company: calendar._get_organizer(company, vals["reply_to"])
            for company, vals in common.items()
        }
        by_lang = {lang: those & appointments for lang, those in by_lang.items()}
        attachments = (
            calendar._create_files(by_lang, notification.method, versions, asking, organizers)
            if notification.method
            else {}
        )
        files = appointments._create_notice_files(kind)
        rendered = {record_id: rendered[record_id] for record_id in appointments.ids}
        reports = self._create_reports(rendered)
        mails = self._create_mails(
            [
                self._prepare_mail_vals(
                    record,
                    rendered[record.id],
                    [
                        *(attachments[record.id].ids if attachments else ()),
                        *reports.get(record.id, ()),
                        *files.get(record.id, ()),
                    ],
                    common[record.company_id],
                )
                for record in appointments
            ]
        )
        calendar._attach_to_messages(mails)
        by_record = dict(zip(appointments.ids, mails, strict=True))
        self._store_rows(kind, named, versions, reminder, mails=by_record, faults=faults)
        self._note_told(kind, appointments, versions, reminder, organizers)
        self._wake_queue()
        return faults

    # ------------------------------------------------------------------
    # Rows and marks
    # ------------------------------------------------------------------

    @api.model
    def _get_versions(self, kind, appointments):
        """The number under which each appointment is announced, as calendars count it.

        :return: dict of record id to int
        """
        notification = NOTIFICATIONS[kind]
        if kind == "offer":
            # Each is a message of its own, whatever was offered before.
            return dict.fromkeys(appointments.ids)
        return {
            record.id: record.ics_sequence
            + bool(notification.method and self._needs_new_sequence(notification, record))
            for record in appointments
        }

    @api.model
    def _store_rows(self, *args, **kwargs):
        self.env["support.notification"]._store(self._prepare_rows(*args, **kwargs))

    @api.model
    def _prepare_rows(
        self, kind, appointments, versions, reminder=None, *, mails=None, faults=None, skipped=None
    ):
        """Rows of ``support.notification``; before the marks are set, which change what is known.

        :param dict versions: as ``_get_versions`` returns it
        :param reminder: ``DueReminder``, of a reminder
        :param dict mails: record id to ``mail.mail``
        :param dict faults: record id to why a message failed
        :param dict skipped: record id to why there is none
        :return: list of dicts
        """
        rows = self.env["support.notification"]
        mails, faults, skipped = mails or {}, faults or {}, skipped or {}
        vals_list = []
        for record in appointments:
            reason = faults.get(record.id) or skipped.get(record.id)
            state = "failed" if record.id in faults else "skipped" if reason else "queued"
            vals = rows._prepare_row(
                record, kind, versions[record.id], mails.get(record.id), state, reason
            )
            if kind == "cancelled":
                # What they expect, wherever the visit was moved to without a word to them.
                vals["announced_start"] = record.announced_start or record.start or None
            vals_list.append({**vals, "reminder_id": reminder.id if reminder else None})
        return vals_list

    @api.model
    def _note_told(self, kind, appointments, versions, reminder=None, organizers=None):
        """Mark what the customers know now.

        :param dict organizers: as for ``_mark``; None where no calendar file went out
        """
        if NOTIFICATIONS[kind].method:
            self._mark(kind, appointments, versions, organizers or {}, reminder)
        appointments._react_to_notice(kind)

    @api.model
    def _queue_to_address(self, record, address, subject, body, kind):
        """Put a plain mail about an appointment on the queue, for somebody who is no contact.

        :param str kind: what ``mail.mail`` notes as the notification
        :return: the ``mail.mail``, as superuser
        """
        company = record.company_id
        common = self._prepare_common_vals(kind, company)[company]
        # sudo: nobody but administrators may write to the queue.
        return self.env["mail.mail"].sudo().create(
            {
                **common,
                "reply_to": common["reply_to"] or common["email_from"],
                "model": record._name,
                "res_id": record.id,
                "record_name": record.display_name,
                "subject": subject,
                "body": body,
                "body_html": body,
                "email_to": address,
                "auto_delete": False,
                # What a technician is told is not the customer's to read.
                "is_internal": True,
                "subtype_id": self.env.ref("mail.mt_note").id,
            }
        )  # fmt: skip

    @api.model
    def _needs_new_sequence(self, notification, record):
        """Whether a calendar that has the visit is told something new by this notification.

        A reminder tells nothing new, unless the rule that should have told of a change was off.
        """
        return bool(
            record.announced_at
            and (
                notification.is_change
                or record.announced_start != record.start
                or record._get_changed_lines()
            )
        )

    @api.model
    def _wake_queue(self, moment=None):
        """Have the queue's cron run once this is committed; by itself it comes once an hour.

        :param datetime moment: in naive UTC, when it is to run; at once without it
        """
        # Cached by Odoo, where ``env.ref`` would ask the database each time.
        name = "mail.ir_cron_mail_scheduler_action"
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(name)
        cron = self.env["ir.cron"].browse(cron_id or ())
        if cron:
            # sudo: the user who causes a mail need not be one who may run crons.
            cron.sudo()._trigger(moment)

    # ------------------------------------------------------------------
    # The mail
    # ------------------------------------------------------------------

    @api.model
    def _get_template(self, name, reminder=None):
        """A template of ours by its XML id without the module; empty where it was deleted.

        :param reminder: ``DueReminder`` that may have one of its own
        """
        template_id = reminder and reminder.template_id
        if not template_id:
            # Cached by Odoo, which forgets it together with the template.
            template_id = self.env["ir.model.data"]._xmlid_to_res_id(f"support_center.{name}")
        templates = self.env["mail.template"].with_context(**{KEEP_COMPILED_KEY: KEEP_COMPILED})
        return templates.browse(template_id or ())

    @api.model
    def _find_template_fault(self, name, template=None):
        """Why no mail can be made of a template of ours, whatever it is about.

        :param str name: XML id without the module
        :param template: ``mail.template`` that is taken in place of it
        :return: str in words, with the template's name; empty where nothing is wrong
        """
        template = template or self._get_template(name)
        if not template:
            return _(
                "The mail template “%(name)s” was deleted. Upgrade the module "
                "Support Center to have it again.",
                name=name,
            )
        # sudo: what it says of itself is no secret, and the user who causes a mail need not be
        # one who may read templates.
        template = template.sudo()
        if not template.active:
            fault = _("It is archived. Restore it, or switch off the rule that sends it.")
        elif template.model != "support.appointment":
            fault = _("It is no template of appointments any more. Set “Applies to” again.")
        elif self._is_without_text(template.body_html):
            fault = _("It has no text. Write one.")
        else:
            return ""
        return self._describe_template_fault(template, fault)

    @api.model
    def _find_mail_faults(self, template, rendered):
        """Which mails would reach nobody, or say nothing.

        :param dict rendered: as ``mail.template._generate_template`` returns it
        :return: dict of record id to the reason in words
        """
        # sudo: contacts are not everybody's to read; whether they have an address is not told.
        partners = self.env["res.partner"].sudo()
        named = {
            record_id: [
                *partners.browse(values.get("partner_ids") or ()).mapped("email"),
                *email_split(values.get("email_to") or ""),
            ]
            for record_id, values in rendered.items()
        }
        unreachable = self.env["support.mail.address"]._find_obstacles(
            {address for addresses in named.values() for address in addresses}
        )
        faults = {}
        for record_id, values in rendered.items():
            if all(address in unreachable for address in named[record_id]):
                fault = _("It names nobody whom a mail could reach. Set its recipients again.")
            elif self._is_without_text(values.get("body_html")):
                fault = _("It has no text. Write one.")
            else:
                continue
            faults[record_id] = self._describe_template_fault(template, fault)
        return faults

    @api.model
    def _describe_template_fault(self, template, fault):
        return _(
            "No mail: something is wrong with the template “%(name)s”. %(fault)s",
            name=template.name,
            fault=fault,
        )

    @api.model
    def _is_without_text(self, body):
        """Whether a body says nothing, as an editor leaves it that was emptied."""
        return is_html_empty(body) and not HOLDS_CONTENT.search(str(body or ""))

    @api.model
    def _group_by_lang(self, template, appointments):
        """Which notifications are to be in which language, mail and calendar file alike.

        :param template: ``mail.template``; what an administrator wrote as its language counts
        :return: dict of language code to ``support.appointment``
        """
        langs = template._render_lang(appointments.ids)
        return appointments.grouped(lambda a: langs[a.id] or a._get_customer_lang())

    @api.model
    def _create_reports(self, rendered):
        """Attachments of the reports that somebody added to the template.

        :param dict rendered: as ``mail.template._generate_template`` returns it
        :return: dict of record id to list of ids of ``ir.attachment``
        """
        # sudo: attachments of a queued mail are the queue's.
        attachments = self.env["ir.attachment"].sudo()
        return {
            record_id: attachments.create(
                [
                    {"name": name, "datas": content, "res_model": "mail.message"}
                    for name, content in values["attachments"]
                ]
            ).ids
            for record_id, values in rendered.items()
            if values.get("attachments")
        }

    @api.model
    def _prepare_common_vals(self, kind, companies):
        """Values that all mails of a company share, looked up once.

        :return: dict of ``res.company`` to dict
        """
        subtype = self.env.ref("mail.mt_comment")
        addresses = self.env["support.mail.address"]
        return {
            company: {
                **self._prepare_queue_vals(kind, company),
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "reply_to": addresses._get_alias_address(company, "support.appointment"),
                "author_id": company.partner_id.id,
                "headers": json.dumps(HEADERS),
                "subtype_id": subtype.id,
            }
            for company in companies
        }

    @api.model
    def _prepare_queue_vals(self, kind, company):
        """What lets the queue send a mail of ours as it should, and tell us of a failure.

        :param str kind: what ``mail.mail`` notes as the notification
        """
        return {
            "support_notice": kind,
            # The mail may be pruned from the queue; the message stays in the chatter.
            "is_notification": True,
            # Whose server sends it, and to whom a bounce comes back: the queue is worked
            # off in the first company. sudo: mail domains are not every user's to read.
            "record_company_id": company.id,
            "record_alias_domain_id": company.sudo().alias_domain_id.id,
        }

    @api.model
    def _prepare_mail_vals(self, record, rendered, attachment_ids, common):
        """Values of one ``mail.mail``.

        Nothing is left out that Odoo would look up by itself, since it would do so with a query
        for each mail.

        :param dict rendered: as ``mail.template._generate_template`` returns it
        :param list attachment_ids: what the mail carries beside the template's own files
        :param dict common: what the template may overrule
        """
        vals = {field: rendered[field] for field in RENDERED if rendered.get(field)}
        for field in ("partner_to", "attachment_ids", "report_template_ids"):
            vals.pop(field, None)
        vals = {**common, **vals}
        # sudo: mail servers are not everybody's to read. Odoo refuses to send by one that is
        # archived, where the usual ones would do.
        server = self.env["ir.mail_server"].sudo().browse(vals.get("mail_server_id"))
        if server and not server.active:
            del vals["mail_server_id"]
        return {
            "subject": record.display_name,
            **vals,
            "auto_delete": bool(rendered.get("auto_delete")),
            "reply_to": vals["reply_to"] or vals["email_from"],
            "record_name": record.display_name,
            "body": STYLE_SHEET.sub("", vals.get("body_html") or ""),
            "recipient_ids": [(6, 0, rendered.get("partner_ids") or [])],
            "attachment_ids": [(6, 0, [*attachment_ids, *(rendered.get("attachment_ids") or [])])],
        }

    @api.model
    def _create_mails(self, vals_list):
        """Put mails on the queue, each with a text that is cleaned once.

        Odoo cleans a text three times while it makes a mail, which takes a third of all that a
        reminder costs; so the texts are stored in the chatter's messages by one UPDATE.

        :param list vals_list: values of ``mail.mail``
        :return: ``mail.mail``, as superuser
        """
        # Of a picture in the text, Odoo makes an attachment; a rule of somebody may look at it.
        rules = self.env["base.automation"]
        is_looked_at = rules._get_rule_ids("mail.message", tuple(CREATE_TRIGGERS))
        later = [
            vals if is_looked_at or "data:image" in vals["body"] else {**vals, "body": ""}
            for vals in vals_list
        ]
        # sudo: nobody but administrators may write to the queue.
        mails = self.env["mail.mail"].sudo().create(later)
        messages = mails.mail_message_id
        field = messages._fields["body"]
        rows = [
            SQL("(%s, %s)", mail.mail_message_id.id, field.convert_to_cache(vals["body"], messages))
            for mail, vals, stored in zip(mails, vals_list, later, strict=True)
            if vals["body"] != stored["body"]
        ]
        if rows:
            messages.flush_recordset(["body"])
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_message SET body = text.body FROM (VALUES %s) AS text (id, body)"
                    " WHERE mail_message.id = text.id",
                    SQL(", ").join(rows),
                )
            )
            for records in (messages, mails):
                records.invalidate_recordset(["body"], flush=False)
        return mails

    # ------------------------------------------------------------------
    # Marks
    # ------------------------------------------------------------------

    @api.model
    def _mark(self, kind, appointments, sequences, organizers, reminder=None):
        """Write what the customers now know: a mark, which is nothing that a rule should see.

        :param dict sequences: record id to the number of the version that is announced
        :param dict organizers: company to the ``delivery.calendar_file.Person`` who announces
        :param reminder: ``DueReminder``; the mark is the first one's
        """
        reminds = kind == "reminder" and (not reminder or reminder.is_first)
        expects = kind != "cancelled"
        now = fields.Datetime.now()
        vals = {"announced_at": now}
        if kind == "confirmation":
            vals["confirmation_queued_at"] = now
        each = {}
        for record in appointments:
            # For an undone cancellation, as long as the mail has not left.
            each[record.id] = {
                "announced_start": record.start if expects else None,
                "announced_details": record._get_details() if expects else None,
                "announced_before": None if expects else record._get_announced_marks(),
                "ics_sequence": sequences[record.id],
                # The first one stays: calendars take changes from nobody else.
                "ics_organizer": record.ics_organizer
                or (organizers[record.company_id].email if organizers else None),
                "confirmation_sent": expects
                and (kind == "confirmation" or record.confirmation_sent),
                "reminder_sent": expects and (reminds or record.reminder_sent),
            }
        appointments._write_marks(vals, each)

    # ------------------------------------------------------------------
    # Mails that are on the queue
    # ------------------------------------------------------------------

    @api.model
    def _find_mails(self, kinds, appointments, states):
        # sudo: the queue is not every user's to read.
        return self.env["mail.mail"].sudo().search(
            [
                ("support_notice", "in", list(kinds)),
                ("state", "in", states),
                ("model", "=", "support.appointment"),
                ("res_id", "in", appointments.ids),
            ]
        )  # fmt: skip

    @api.model
    def _withdraw(self, kind, appointments):
        """Take mails that were not sent yet off the queue.

        :return: the appointments whose mail was still there; of reminders, those whose mark was
            that mail's
        """
        mails = self._find_mails([kind], appointments, ["outgoing", "exception"])
        withdrawn = appointments.browse(mails.mapped("res_id"))
        if mails:
            mails.cancel()
            self.env["support.notification"]._follow(mails, "withdrawn", release=True)
            self.env["support.automation.log"]._record(f"withdraw_{kind}", withdrawn, "ok")
        return withdrawn & self._get_marked(mails)

    @api.model
    def _get_marked(self, mails):
        """The appointments whose marks these mails have set: of reminders, the first one alone.

        :param mails: ``mail.mail``
        """
        reminders = mails.filtered(lambda mail: mail.support_notice == "reminder")
        if reminders:
            # sudo: which mail is which row is not everybody's to read.
            further = self.env["support.notification"].sudo().search(
                [
                    ("mail_id", "in", reminders.ids),
                    ("reminder_id", "!=", False),
                    ("reminder_id.is_first", "=", False),
                ]
            )  # fmt: skip
            mails -= further.mail_id
        return self.env["support.appointment"].browse(mails.mapped("res_id"))

    @api.model
    def _detach_cancellation_mails(self, appointments):
        """Let mails that call a visit off go out though it is about to be deleted.

        Odoo deletes the messages of a record with it, and with them the mails on the queue;
        who expects somebody must not wait in vain.
        """
        mails = self._find_mails(["cancelled"], appointments, ["outgoing"])
        mails.write({"model": False, "res_id": False})

    @api.model
    def _replace_failed(self, kind, appointments):
        """A mail that failed must not be sent again after a later one.

        Of whatever kind where the later one tells of the visit's time: sent by hand once the server
        is mended, it would tell of a time that has changed or of a visit that was cancelled
        meanwhile. What tells of no time, such as an offer, makes none but its own kind out of date.
        """
        kinds = NOTIFICATIONS if NOTIFICATIONS[kind].method else [kind]
        self._find_mails(kinds, appointments, ["exception"]).cancel()

    @api.model
    def _on_failed(self, mails):
        """Say what happened to mails that could not be sent, and mark nothing as sent."""
        log = self.env["support.automation.log"]
        records = self._get_appointments_of(mails)
        for number, mail in enumerate(mails):
            record = records.filtered(lambda a, mail=mail: a.id == mail.res_id)
            if not record:
                continue
            kept = record.with_context(lang=record._get_company_lang())
            reason = kept._describe_failed_mail(mail)
            log._record(f"send_{mail.support_notice}", record, "failed", reason)
            if number < MAX_ACTIVITIES:
                record._for_responsible()._ask_about_failed_mail(mail)
        self._set_sent_flags(mails, records, sent=False)
        mails.write({"support_failure_told": True})

    @api.model
    def _on_sent_after_all(self, mails):
        """Mark as told again what an administrator has sent by hand after a failure."""
        records = self._get_appointments_of(mails)
        self._set_sent_flags(mails, records.filtered(lambda a: a.state == "confirmed"), sent=True)
        mails.write({"support_failure_told": False})

    @api.model
    def _set_sent_flags(self, mails, records, *, sent):
        for kind in ("confirmation", "reminder"):
            those = mails.filtered(lambda m, kind=kind: m.support_notice == kind)
            ids = self._get_marked(those).ids
            those = records.filtered(lambda a, ids=ids: a.id in ids)
            if those:
                those._write_marks({f"{kind}_sent": sent})

    @api.model
    def _get_appointments_of(self, mails):
        # sudo: the queue is worked off by any user.
        return self.env["support.appointment"].sudo().browse(mails.mapped("res_id")).exists()
