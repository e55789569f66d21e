import logging
from dataclasses import dataclass, field
from functools import partial
from xmlrpc.client import Binary

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import (
    email_domain_extract,
    email_normalize_all,
    email_split,
    groupby,
    is_html_empty,
)

from ...intake import (
    EMAIL_ERRORS,
    NOTICE_CLASS,
    OBSTACLE_CLASS,
    CalendarMail,
    bound_message,
    build_message,
    classify,
    find_reply_to,
    find_writer,
    flatten,
    has_original,
    holds_form,
    html_to_text,
    is_near,
    is_ordinary,
    is_own_group,
    is_plain_mail,
    is_readable,
    is_report,
    name_calendar_parts,
    read_calendar_mail,
    read_envelope,
    read_mail_text,
    read_sent,
    repair,
    repeats_a_request,
    unwrap_pgp,
    wants_no_answer,
    without_list_headers,
)
from ...intake.mime_headers import decode_words, read_raw, to_text
from ..automation.support_automation_log import AUTOMATION_LOGGER
from ..common.mail_thread import GATEWAY_KEY, GatewayMail, SenderText
from ..common.support_mail_address import fold_all

_logger = logging.getLogger(__name__)

INTAKE_MODELS = ("support.appointment", "support.ticket")
NOISE = ("auto_reply", "bounce", "list")
# Marks the work on a mail that a mailbox hands to a model of ours whatever its address says.
OURS_KEY = "support_center_mailbox"

# Where a parsed mail holds its ``MailFindings``, until its routes are processed.
FINDINGS_KEY = "support_center_findings"


@dataclass
class MailFindings:
    """What was found in a mail on its way from the parser to its routes, so that nothing is read
    twice; ``GatewayMail`` is made of it."""

    calendar: CalendarMail | None
    text: SenderText | None = None
    is_named: bool = False
    # The headers as Python reads them, by name.
    headers: dict[str, str] = field(default_factory=dict)
    # What kind of mail it is, by its sender: a group's is put right on the way.
    kinds: dict[str, str] = field(default_factory=dict)
    # The domains at which our companies receive mail.
    own_domains: frozenset[str] | None = None


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Make a mail to us flat that Python's own parser could not read, or not in time.

        A thousand nested parts, or brackets in a ``Content-Type``, end that parser with an
        error before anybody sees the mail, and the mail would come again for ever.
        """
        this = self.with_context(**{OURS_KEY: True}) if model in INTAKE_MODELS else self
        source = bytes(message.data) if isinstance(message, Binary) else message
        source = source.encode() if isinstance(source, str) else source
        if not is_readable(source) and this._find_intake_addresses(source) is not None:
            _logger.info("Mail made flat, since its parts are too many or too deeply nested")
            message = flatten(source)
        return super(MailThread, this).message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    @api.model
    def message_parse(self, message, save_original=False):
        """Bound what a mail to us holds before Odoo parses and cleans it.

        Odoo's cleaner costs seconds to hours for some mails of a few kilobytes. What is cut is
        attached as it came, and the text says so. A mail that goes to other documents too is
        one mail: they get the same text with the same attachments. Mails that are not for us
        are Odoo's alone.
        """
        calendar = read_calendar_mail(message)
        if calendar and self._find_intake_addresses(message) is not None:
            name_calendar_parts(message)
        originals = self._bound_mail(message)
        parse = partial(super().message_parse, message, save_original=save_original)
        parsed, is_repaired = self._parse_repaired(message, parse, originals)
        if is_repaired or originals:
            calendar = read_calendar_mail(message)
        self._note_calendar(parsed, calendar)
        self._attach_originals(parsed, originals)
        if has_original(message) or not all(original.cid for original in originals):
            self._tell_shortened(parsed)
        self._check_sent(message, parsed)
        return parsed

    @api.model
    def _note_calendar(self, parsed, calendar):
        """Keep for the route what calendars sent with a mail, also where that is nothing."""
        parsed.setdefault(FINDINGS_KEY, MailFindings(None)).calendar = calendar

    @api.model
    def _get_findings(self, message, message_dict):
        """What was found in a mail so far; now, in one that was parsed by other means.

        :return: ``MailFindings``
        """
        found = message_dict.get(FINDINGS_KEY)
        if not isinstance(found, MailFindings):
            found = message_dict[FINDINGS_KEY] = MailFindings(read_calendar_mail(message))
        if not found.headers:
            found.headers = {name: str(value) for name, value in message.raw_items()}
        return found

    @api.model
    def _check_sent(self, message, parsed):
        """Drop the ``Date`` of a mail to us that does not lie near its arrival, in place.

        Odoo takes whatever it finds there for the time of the message: a year that PostgreSQL
        or Python cannot hold, and the mail is lost; next January, and the message stands on top
        of its record for months. Where it finds nothing it takes now, as without a ``Date``.
        """
        if "date" not in parsed:
            return
        sent = read_sent(message)
        is_of_use = sent and is_near(sent, fields.Datetime.now())
        date = fields.Datetime.to_string(sent) if is_of_use else None
        if date == parsed["date"] or self._find_intake_addresses(message) is None:
            return
        if date:
            parsed["date"] = date
        else:
            del parsed["date"]

    @api.model
    def _bound_mail(self, message):
        """Cut what is too long or too complex in a mail to us, in place.

        :return: list of ``intake.Original``
        """
        if is_ordinary(message):
            return []
        own = self._find_intake_addresses(message)
        return [] if own is None else bound_message(message, own)

    @api.model
    def _find_intake_addresses(self, mail):
        """Whether a mail is for a model of ours, read without parsing it.

        Rather too often than never: what else is done with the mail, its route decides.

        :param mail: ``EmailMessage``, or the source of one as bytes
        :return: set of our addresses among its recipients; None where it is not for us
        """
        envelope = read_envelope(mail)
        parts = {address: address.partition("@")[0] for address in envelope.addresses}
        # sudo: aliases and messages are looked up for any user who hands the mail over.
        aliases = self.env["mail.alias"].sudo().search(
            [
                ("alias_name", "in", list(set(parts.values()))),
                ("alias_model_id.model", "in", INTAKE_MODELS),
            ]
        )  # fmt: skip
        names = set(aliases.mapped("alias_name"))
        own = {address for address, local_part in parts.items() if local_part in names}
        if own or self.env.context.get(OURS_KEY):
            return own
        answers = self.env["mail.message"].sudo().search_count(
            [
                ("message_id", "in", list(envelope.message_ids)),
                ("model", "in", INTAKE_MODELS),
            ],
            limit=1,
        )  # fmt: skip
        return own if answers else None

    @api.model
    def _attach_originals(self, parsed, originals):
        """Attach what was taken out of a mail; pictures are shown where they were."""
        parsed["attachments"] = [
            *parsed.get("attachments", []),
            *(
                self._Attachment(
                    original.name, original.content, {"cid": original.cid} if original.cid else {}
                )
                for original in originals
            ),
        ]

    @api.model
    def _tell_shortened(self, parsed):
        """Say above the text of a mail that it was cut."""
        words = _(
            "This mail is too long or too complex to be shown whole. What came in is attached."
        )
        notice = Markup('<p class="%s">%s</p>') % (NOTICE_CLASS, words)
        # Odoo cleans the whole as it does any body; what is in it already is HTML.
        parsed["body"] = notice + Markup(parsed.get("body") or "")  # noqa: S704

    @api.model
    def _message_parse_extract_payload(self, message, message_dict, save_original=False):
        """Of a mail to us, show what the sender wrote, and the text that others added below it.

        Core takes the last HTML that it finds for the text, be it a footer, a logo or the text
        of a mail that is attached.
        """
        extract = super()._message_parse_extract_payload
        found = self._read_sender_text(message, message_dict)
        if found is None:
            return extract(message, message_dict, save_original=save_original)
        payload = extract(build_message(message, (*found.own, *found.files)), message_dict)
        # PGP blocks in HTML stay where they are shown.
        text = unwrap_pgp(html_to_text(str(payload["body"]))).text
        written = SenderText(text, found.forwarded, found.obstacle)
        payload[FINDINGS_KEY] = MailFindings(None, written)
        if found.footers:
            added = extract(build_message(message, found.footers), message_dict)
            payload["body"] = Markup(payload["body"]) + Markup(added["body"])  # noqa: S704
        self._attach_originals(payload, (*found.attached, *found.originals))
        if save_original:
            original = self._Attachment("original_email.eml", message.as_string(), {})
            payload["attachments"] = [original, *payload["attachments"]]
        if found.is_shortened:
            self._tell_shortened(payload)
        self._tell_obstacle(payload, found.obstacle)
        return payload

    @api.model
    def _read_sender_text(self, message, message_dict):
        """
        :return: ``intake.MailText``; None for a mail that is one text, or is not for us
        """
        if is_plain_mail(message) or self._find_intake_addresses(message) is None:
            return None
        try:
            return read_mail_text(message, subject=message_dict.get("subject") or "")
        except EMAIL_ERRORS as error:
            # Core raises on such a mail, too; it is repaired, and read again.
            AUTOMATION_LOGGER.info(
                "action=receive_email outcome=failed error=%s the parts of a mail were not told "
                "apart, so all of its text was taken",
                type(error).__name__,
            )
            return None

    @api.model
    def _tell_obstacle(self, parsed, obstacle):
        """Say above a mail why nobody can read it here."""
        words = self.env["support.intake.words"]._describe_obstacle(obstacle)
        if words:
            notice = Markup('<p class="%s">%s</p>') % (OBSTACLE_CLASS, words)
            # As in _tell_shortened.
            parsed["body"] = notice + Markup(parsed.get("body") or "")  # noqa: S704

    @api.model
    def _parse_repaired(self, message, parse, originals):
        """Read mails that core cannot: what is broken in them is repaired in place.

        Core raises on an unknown charset and the like, and the mail would be
        lost; of a multipart without boundary it takes an empty text.

        :param parse: core's own reading of ``message``
        :param originals: list that gets what is cut of the repaired mail
        :return: tuple of what ``parse`` returns and whether the mail was repaired
        """
        try:
            parsed = parse()
        except Exception as error:
            if not repair(message):
                raise
            _logger.info("Mail repaired, since it could not be read: %s", type(error).__name__)
        else:
            if not self._is_spoilt(message, parsed) or not repair(message):
                return self._drop_nul(parsed), False
            _logger.info("Mail repaired, since its text did not come out")
        # What could not be read could not be measured either.
        originals += self._bound_mail(message)
        return self._drop_nul(parse()), True

    @api.model
    def _is_spoilt(self, message, parsed):
        """Whether the text of a mail did not come out, or letters of one to us did not.

        Websites send text in UTF-8 and name no character set, or a wrong one; core shows
        something else then for each letter that is not English.
        """
        body = parsed.get("body") or ""
        if is_html_empty(body):
            return True
        return "\ufffd" in body and self._find_intake_addresses(message) is not None

    @api.model
    def _drop_nul(self, parsed):
        """An encoded header may hold NUL, with which PostgreSQL would refuse the whole mail."""
        return {
            name: value.replace("\0", "") if isinstance(value, str) else value
            for name, value in parsed.items()
        }

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Of our models, only the gateway makes a record this way; see ``_check_mail_gateway``."""
        if self._name.startswith("support."):
            self._check_mail_gateway()
        return super().message_new(msg_dict, custom_values=custom_values)

    def message_update(self, msg_dict, update_vals=None):
        """Of our models, only the gateway takes replies this way; see ``_check_mail_gateway``."""
        if self._name.startswith("support."):
            self._check_mail_gateway()
        return super().message_update(msg_dict, update_vals=update_vals)

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Robots, bounces and lists make no appointment or ticket.

        ``message_process`` is open to everybody with a login, as a mail to the alias is to
        everybody. What a caller adds to the mail counts no more than the mail: no values, and
        no record that the caller may not read.

        :raise AccessError: for such a record, and for a model of ours that no mail is for
        """
        if model and str(model).startswith("support.") and not self.env.su:
            if model not in INTAKE_MODELS:
                raise AccessError(
                    _("No mail becomes a record of “%(model)s”: leave the model out.", model=model)
                )
            custom_values = None
            if thread_id:
                self.env[model].browse(int(thread_id)).read(["display_name"])
        found = self._get_findings(message, message_dict)
        calendar = self.env["support.calendar.mail"]
        # What was returned to us carries our own file.
        is_calendar_mail = (
            found.calendar is not None and self._classify_mail(message, message_dict) != "bounce"
        )
        direct = []
        if is_calendar_mail:
            direct = calendar._find_direct_route(message, message_dict, found.calendar)
        if direct:
            return direct
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values
        )
        if is_calendar_mail:
            routes = calendar._route(found.calendar, message_dict, routes, INTAKE_MODELS)
        if not any(route[0] in INTAKE_MODELS for route in routes or ()):
            return routes
        writers = self._list_writers(message, message_dict)
        self._name_writer(found, message_dict)
        kind = self._classify_mail(message, message_dict)
        routes = [self._find_answered(route, message_dict, kind) for route in routes]
        if len(writers) > 1 and any(route[0] in INTAKE_MODELS and route[1] for route in routes):
            # Odoo takes the first one. Whose reply it is nobody knows, and a mail that only names
            # the customer beside its sender changes nothing of what is planned.
            message_dict.update({"email_from": ", ".join(sorted(writers)), "author_id": False})
        if kind not in NOISE:
            return routes
        return [
            route
            for route in routes
            if route[0] not in INTAKE_MODELS or route[1] or not self._drop_noise(route, kind)
        ]

    @api.model
    def _find_answered(self, route, message_dict, kind):
        """The route to the record that a customer answers though the mail refers to nothing.

        Some mail programs leave ``References`` out, and people write a new mail: the reference
        in the subject and the customer's address tell which record it is about.
        """
        model, thread_id, _custom_values, user_id, alias = route
        by_robot = kind in ("auto_reply", "bounce")
        if model not in INTAKE_MODELS or thread_id or by_robot:
            return route
        answered = self.env["support.mail.reference"]._find_thread(
            model,
            message_dict.get("subject"),
            message_dict.get("email_from"),
            self._get_route_company(route) or self.env.company,
        )
        if not answered:
            return route
        message_dict[FINDINGS_KEY].is_named = True
        return model, answered.id, {}, user_id, alias

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        # sudo: core looks who follows the alias's owner, which the user that the gateway logs
        # in as need not be allowed to read: of another company, for instance.
        this = self.sudo() if route and route[0] in INTAKE_MODELS else self
        return super(MailThread, this)._routing_check_route(
            message, message_dict, route, raise_exception=raise_exception
        )

    @api.model
    def _classify_mail(self, message, message_dict):
        """What kind of sender a mail has, as ``intake.classify`` says it of the headers.

        A report of what became of another mail is a ``bounce`` whatever its headers say; a form
        that somebody has filled in is a request whatever they say. What comes by a group of the
        company's own is no traffic of a list. It is found out once for each sender that the mail
        is taken to have.
        """
        found = self._get_findings(message, message_dict)
        sender = message_dict.get("email_from") or ""
        if sender not in found.kinds:
            found.kinds[sender] = self._classify_headers(message, message_dict, found)
        return found.kinds[sender]

    @api.model
    def _classify_headers(self, message, message_dict, found):
        """As ``_classify_mail``, of a mail at which nobody has looked yet.

        :param found: ``MailFindings``
        """
        headers = found.headers
        sender = message_dict.get("email_from") or ""
        subject = message_dict.get("subject") or ""
        written = next((headers[name] for name in headers if name.lower() == "from"), sender)
        if is_report(message, sender=written, subject=subject):
            return "bounce"
        if is_own_group(headers, self._list_own_domains(found)):
            headers = without_list_headers(headers)
        kind = classify(headers, sender=sender, subject=subject)
        if kind in NOISE and self._is_request(kind, headers, message_dict):
            return "generated"
        if kind == "generated" and self._is_own_notice(headers, message_dict):
            return "auto_reply"
        return kind

    @api.model
    def _list_own_domains(self, found):
        """The domains at which our companies receive mail, looked up once for a mail."""
        if found.own_domains is None:
            found.own_domains = frozenset(self.env["support.mail.address"]._list_own_domains())
        return found.own_domains

    @api.model
    def _is_own_notice(self, headers, message_dict):
        """Whether a mail is an automatic one of ours that came back, by a forwarding for instance.

        What our own websites send names a person to answer, or holds a form.
        """
        sender = message_dict.get("email_from") or ""
        if not (wants_no_answer(headers) and any(n.lower() == "auto-submitted" for n in headers)):
            return False
        if not self.env["support.mail.address"]._is_own(sender, self.env.company):
            return False
        return not (
            self._find_reply_to(headers, message_dict)
            or self._is_request("generated", headers, message_dict)
        )

    @api.model
    def _is_request(self, kind, headers, message_dict):
        """Whether a mail that looks like noise by its headers holds a request form."""
        subject = message_dict.get("subject") or ""
        if kind == "auto_reply":
            addresses = self.env["support.mail.address"]
            if repeats_a_request(headers, subject=subject) or addresses._is_own(
                message_dict.get("email_from"), self.env.company
            ):
                return False
        text = self.env["support.appointment"]._get_mail_text(message_dict)
        return holds_form(text, subject)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Hand what the headers say to ``message_new`` and ``message_update``.

        A record that a mail makes belongs to the company of the alias, whichever the gateway
        works for.
        """
        this = self
        if any(route[0] in INTAKE_MODELS for route in routes or ()):
            kind = self._classify_mail(message, message_dict)
            found = self._get_findings(message, message_dict)
            mail = GatewayMail(
                kind,
                kind == "generated" or wants_no_answer(found.headers),
                self._find_reply_to(found.headers, message_dict),
                found.calendar,
                found.text,
                found.is_named,
            )
            this = self.with_context(**{GATEWAY_KEY: mail})
        # No parameter of the message that is posted.
        message_dict.pop(FINDINGS_KEY, None)
        thread_id = False
        routes = [self._open_route(route) for route in routes or ()]
        for company, those in groupby(routes, this._get_route_company):
            gateway = super(MailThread, this.with_company(company))
            thread_id = gateway._message_route_process(message, dict(message_dict), those)
        return thread_id

    @api.model
    def _open_route(self, route):
        """A route whose alias Odoo can mark as valid, whichever user hands the mail over."""
        model, thread_id, custom_values, user_id, alias = route
        if model not in INTAKE_MODELS or not alias:
            return route
        # sudo: an alias is an administrator's to write, and a mail front needs to be none.
        return model, thread_id, custom_values, user_id, alias.sudo()

    @api.model
    def _list_writers(self, message, message_dict):
        """The addresses that ``From`` names, also one that stands where a name should.

        :return: set of str, of one address in two spellings one
        """
        written = email_split(decode_words(to_text(read_raw(message, "From"))))
        return fold_all([*written, *email_normalize_all(message_dict.get("email_from"))])

    @api.model
    def _name_writer(self, found, message_dict):
        """Put the person in whose name a group of our own wrote a mail anew in its place.

        Other groups' word counts for new requests alone, as their ``Reply-To``: anybody may
        call themselves a group, and a reply changes what is planned.
        """
        sender = message_dict.get("email_from") or ""
        if email_domain_extract(sender) not in self._list_own_domains(found):
            return
        writer = find_writer(found.headers, sender=sender)
        if writer and writer != sender:
            author = self._mail_find_partner_from_emails([writer])[0]
            message_dict.update(
                {"email_from": writer, "from": writer, "author_id": author.id or False}
            )

    @api.model
    def _find_reply_to(self, headers, message_dict):
        """Who is to be answered, if not the sender: no address of ours, nor a program's.

        :return: str with name and address, empty for the sender
        """
        sender = message_dict.get("email_from") or ""
        addresses = self.env["support.mail.address"]
        for person in (
            find_reply_to(headers, sender=sender),
            find_writer(headers, sender=sender),
        ):
            if person and person != sender and not addresses._is_own(person, self.env.company):
                return person
        return ""

    @api.model
    def _get_route_company(self, route):
        """The company in which a mail is taken in; an empty one where the gateway's is right."""
        model, thread_id, custom_values, _user_id, alias = route
        if model not in INTAKE_MODELS or thread_id or not alias:
            return self.env["res.company"]
        return self.env["support.mail.address"]._get_alias_company(alias, custom_values)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """What anybody can write who guesses a reference is passed on to nobody outside.

        A sender is easily forged, and such a mail has no ``References``, which only those know
        who had a mail of the record.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        mail = self._get_gateway_mail()
        if not (mail and mail.is_named):
            return recipients
        return [recipient for recipient in recipients if not recipient["share"]]

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """No mail to us is dropped because its sender sends many.

        Such requests are kept without an answer, see ``_is_beyond_threshold``,
        so that no loop comes of them. Where the same mail goes to other
        documents too, Odoo's limit holds for those alone.
        """
        ours = [route for route in routes or () if route[0] in INTAKE_MODELS]
        if not ours:
            return super()._detect_loop_sender(message, message_dict, routes)
        others = [route for route in routes if route[0] not in INTAKE_MODELS]
        if others and super()._detect_loop_sender(message, message_dict, others):
            routes[:] = ours
        return False

    @api.model
    def _drop_noise(self, route, kind):
        """Log that a mail makes nothing.

        :return: True, for the filter that asks
        """
        self.env["support.automation.log"]._record(
            "receive_email",
            self.env[route[0]],
            "skipped",
            self._describe_noise(kind),
        )
        return True

    @api.model
    def _describe_noise(self, kind):
        return {
            "auto_reply": _("An automatic reply came in: no record was made of it."),
            "bounce": _("A delivery report came in: no record was made of it."),
            "list": _("Mailing-list traffic came in: no record was made of it."),
        }[kind]
