from datetime import timedelta

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...delivery.calendar_file import CANCEL, build
from ...languages import get_user_lang
from ..automation.base_automation import WITHOUT_RULES
from ..notifications.support_notifier import RENDERED

DAYS_AHEAD = 3


class _UndoneError(Exception):
    """Leaves the savepoint, so that nothing of the made-up visit stays."""


class SupportMailSample(models.AbstractModel):
    """Sends the user a mail as a customer would get it, about a visit that is made up.

    The visit is made to render the mail and undone before the mail is queued, so that no
    appointment, mark, number or history knows of it.
    """

    _name = "support.mail.sample"
    _description = "Samples of Mails"

    @api.model
    def _send(self, xmlid):
        """Queue a sample for the user.

        :param str xmlid: of a template with a sample, as in ``support.automation.registry``
        :return: the ``mail.mail``, as superuser
        :raise UserError: for a user without an address, a template that was deleted, or one that
            cannot be rendered
        """
        if not self.env.user.partner_id.email_normalized:
            raise UserError(
                _("Enter your own e-mail address in your preferences: the sample goes there.")
            )
        notifier = self.env["support.notifier"]
        template = self.env.ref(f"support_center.{xmlid}", raise_if_not_found=False)
        if not template:
            raise UserError(
                _("The template was deleted. Upgrade the module Support Center to have it again.")
            )
        fault = notifier._find_template_fault(xmlid)
        if fault:
            raise UserError(fault)
        entry = self.env["support.automation.registry"]._get_templates()[xmlid]
        vals, calendar = self._in_own_language()._render_sample(template, entry)
        # sudo: nobody but administrators may write to the queue.
        queue = self.env["mail.mail"].sudo()
        mail = queue.create({**vals, "attachment_ids": self._prepare_calendar(calendar)})
        notifier._wake_queue()
        self.env["support.automation.log"]._record(
            "send_sample", None, "ok", _("Sample of “%(name)s”", name=template.name)
        )
        return mail

    # ------------------------------------------------------------------
    # Rendering
    # ------------------------------------------------------------------

    @api.model
    def _render_sample(self, template, entry):
        """Render a template for a made-up visit of the user, and undo the visit.

        :param entry: its ``MailTemplate``
        :return: ``(values of a mail.mail, calendar file as bytes or None)``
        """
        made = []
        try:
            with self.env.cr.savepoint():
                visit = self._create_visit(entry)
                made = [self._prepare_mail_vals(template, visit), self._build_file(visit, entry)]
                raise _UndoneError
        except _UndoneError:
            return made
        except Exception as error:
            cause = error.__cause__ or error
            raise UserError(
                _(
                    "“%(name)s” cannot be rendered: %(error)s",
                    name=template.name,
                    error=str(cause).strip().splitlines()[0][:200] if str(cause) else cause,
                )
            ) from error

    @api.model
    def _in_own_language(self):
        """As a customer with the user's language would get the mail."""
        return self.with_context(lang=get_user_lang(self.env.user, self.env.company))

    @api.model
    def _create_visit(self, entry):
        """A draft of the user's own, with what a change would have changed."""
        user = self.env.user
        # sudo: an administrator need have no right on appointments; the draft is undone.
        # The context keeps rules away and history quiet: nobody is to hear of this visit.
        appointments = (
            self.env["support.appointment"]
            .sudo()
            .with_context(
                support_center_without_rules=WITHOUT_RULES,
                tracking_disable=True,
                mail_create_nosubscribe=True,
            )
        )
        start = self._get_start()
        # sudo: as above
        kinds = self.env["support.appointment.type"].sudo()
        technicians = self.env["support.technician"].sudo()
        own = [("company_id", "in", [self.env.company.id, False])]
        vals = {
            "name": _("APT/SAMPLE"),
            "partner_id": user.partner_id.id,
            "timezone": user.tz or False,
            "start": start,
            "location": _("123 Main Street"),
            "description": _("The network drops every afternoon."),
            "type_id": kinds.search(own, limit=1).id,
            "technician_id": technicians.search(own, limit=1).id,
        }
        if entry.sample == "request":
            vals = {
                "name": vals["name"],
                "source": "email",
                "intake_state": "received",
                "intake_sender": user.partner_id.email_formatted,
                "intake_subject": "APPOINTMENT_REQUEST",
                "intake_sent_at": fields.Datetime.now(),
                "intake_received_at": fields.Datetime.now(),
                "intake_raw": self._get_request_text(),
            }
        visit = appointments.create(vals)
        if entry.sample == "request":
            visit._process_requests()
            return visit
        before = {**visit._get_details(), "location": _("1 Old Street")}
        visit.write(
            {
                "announced_at": fields.Datetime.now(),
                "announced_start": start - timedelta(hours=2),
                "announced_details": before,
            }
        )
        return visit

    @api.model
    def _get_start(self):
        """A whole hour some days ahead, never at a weekend."""
        now = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        start = now + timedelta(days=DAYS_AHEAD)
        return start + timedelta(days=max(0, 7 - start.weekday()) if start.weekday() > 4 else 0)

    @api.model
    def _get_request_text(self):
        """A request with one line that cannot be read, as the guide writes requests."""
        return (
            "customer_email: %s\ncustomer_name: %s\nrequested_date: %s-02-30 14:00\n"
            "description: Network issue\npriority: high"
        ) % (
            self.env.user.partner_id.email_normalized,
            self.env.user.name,
            fields.Date.today().year + 1,
        )

    @api.model
    def _prepare_mail_vals(self, template, visit):
        """Values of the mail: as to a customer, but marked, and to the user alone."""
        notifier = self.env["support.notifier"]
        in_lang = template.sudo().with_context(lang=self.env.lang)
        rendered = in_lang._generate_template(visit.ids, RENDERED)[visit.id]
        common = notifier._prepare_common_vals("sample", visit.company_id)[visit.company_id]
        vals = notifier._prepare_mail_vals(visit, rendered, [], common)
        # Markup, not text: it is what Odoo's engine has rendered and escaped.
        body = self._get_banner() + Markup(vals.get("body_html") or "")  # noqa: S704
        return {
            **vals,
            "subject": _("[Sample] %(subject)s", subject=vals.get("subject") or template.name),
            "body_html": body,
            "body": body,
            "recipient_ids": [(6, 0, self.env.user.partner_id.ids)],
            "email_to": False,
            "email_cc": False,
            # Of no record: it is in nobody's history.
            "model": False,
            "res_id": False,
            "record_name": False,
            "is_notification": False,
            "is_internal": True,
        }

    @api.model
    def _get_banner(self):
        return Markup(
            '<p style="max-width: 600px; margin: 0 auto 12px; padding: 8px 12px; '
            "border: 2px dashed #b45309; font-family: Helvetica, Arial, sans-serif; "
            'font-size: 14px;">%s</p>'
        ) % _(
            "This is a sample for you, about a visit that is made up: its link and its calendar "
            "entry lead nowhere, and no customer was told anything."
        )

    @api.model
    def _build_file(self, visit, entry):
        if not entry.method:
            return None
        calendar = self.env["support.calendar.file"]
        alias = self.env["support.mail.address"]._get_alias_address(visit.company_id, visit._name)
        organizer = calendar._get_organizer(visit.company_id, alias)
        return build(calendar._prepare_visit(visit, 1, organizer), entry.method), entry.method

    @api.model
    def _prepare_calendar(self, calendar):
        if not calendar:
            return []
        content, method = calendar
        # sudo: attachments of a queued mail are the queue's.
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "cancelled.ics" if method == CANCEL else "appointment.ics",
                    "raw": content,
                    "mimetype": f"text/calendar; charset=utf-8; method={method}",
                    "res_model": "mail.message",
                }
            )
        )
        return [(6, 0, attachment.ids)]
