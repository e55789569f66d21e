from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ...compat import check_access
from ...delivery.address_guard import AddressGuard, check_literal, check_url
from ...delivery.faults import DeliveryFault
from ...delivery.signature import BadSecret, check_secret, make_secret
from ..online_booking.support_booking_page import read_origin
from ..planning.support_appointment_auto_assign import AUTO_ASSIGN
from ..webhooks.support_webhook_delivery import PREVIOUS_SECRET_KEY, SECRET_KEY

BOOKING_NUMBERS = (
    "network_limit", "address_limit", "email_limit", "hold_limit", "verify_minutes",
)  # fmt: skip
ALLOW_PRIVATE = "support_center.webhook_allow_private"
CALENDAR_MIRROR = "support_center.calendar_mirror"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    support_center_intake_timezone = fields.Selection(
        _tz_get,
        string="Time Zone of Mailed Requests",
        config_parameter="support_center.intake_timezone",
        help="A time in a mail that names no zone is read in this one; UTC without it.",
    )
    support_center_alias_name = fields.Char(
        "Address for Requests",
        help="A mail to this address becomes a request; none is taken in without a name.",
    )
    support_center_alias_domain = fields.Char(readonly=True)
    support_center_calendar_mirror = fields.Boolean(
        "Visits in the Calendar",
        help="Each planned visit is an event in its technician's calendar.",
    )
    support_center_reminder_hours = fields.Integer(
        "Remind Before",
        config_parameter="support_center.reminder_hours",
        default=24,
        help="How many hours before the start a customer is reminded.",
    )
    support_center_cleanup_days = fields.Integer(
        "Archive After",
        config_parameter="support_center.cleanup_days",
        default=180,
        help="How many days after its end an appointment is archived, if the job is switched on.",
    )

    support_center_rating_delay_hours = fields.Integer(
        "Ask After",
        config_parameter="support_center.rating_delay_hours",
        default=2,
        help="How many hours after its end a customer is asked how the visit was, if the job is "
        "switched on.",
    )
    support_center_rating_pause_days = fields.Integer(
        "Ask Again After",
        config_parameter="support_center.rating_pause_days",
        default=30,
        help="For how many days a customer who was asked is not asked about another visit.",
    )

    @api.constrains(
        "support_center_reminder_hours",
        "support_center_cleanup_days",
        "support_center_rating_delay_hours",
        "support_center_rating_pause_days",
    )
    def _check_support_center_numbers(self):
        names = (
            "support_center_reminder_hours",
            "support_center_cleanup_days",
            "support_center_rating_delay_hours",
            "support_center_rating_pause_days",
        )
        for settings in self:
            for name in names:
                if settings[name] <= 0:
                    raise ValidationError(
                        _(
                            "“%(field)s” is %(value)s: enter a whole number above zero. To switch "
                            "the job off, stop its scheduled action.",
                            field=self._fields[name]._description_string(self.env),
                            value=settings[name],
                        )
                    )

    support_center_webhook_response_url = fields.Char(
        "Response Webhook",
        config_parameter="support_center.webhook_response_url",
        help="Where other systems are told what becomes of an appointment, while the rule "
        "“Webhook Response” is active; nobody is told while this is empty.",
    )
    support_center_webhook_secret = fields.Char(
        "Webhook Secret",
        config_parameter="support_center.webhook_secret",
        help="Signs what is sent, so that the receiver can tell who sent it. Hand it to the "
        "receiver and nobody else. Emptied, a new one is made. The one before signs as well, until "
        "you empty it.",
    )
    support_center_webhook_secret_previous = fields.Char(
        "Previous Webhook Secret",
        config_parameter="support_center.webhook_secret_previous",
        help="Signs as well, beside the secret, until the receiver knows the new one; then empty "
        "it. A secret that is changed is kept here.",
    )
    support_center_webhook_allow_private = fields.Boolean(
        "Private Addresses",
        help="Also send to machines that are not on the public internet.",
    )
    support_center_webhook_company_id = fields.Many2one(
        "res.company",
        "Company of Webhook Requests",
        config_parameter="support_center.webhook_company_id",
        help="Requests by webhook become appointments of this company; of the first one "
        "while this is empty.",
    )

    support_center_auto_assign = fields.Boolean(
        "Assign on Confirmation",
        help="A visit that is confirmed without a technician gets the best one who can come.",
    )

    support_center_booking_network_limit = fields.Integer(
        "Bookings from One Network",
        config_parameter="support_center.booking_network_limit",
        default=20,
        help="How many bookings one network may make within an hour on the public booking pages.",
    )
    support_center_booking_address_limit = fields.Integer(
        "Bookings from One Machine",
        config_parameter="support_center.booking_address_limit",
        default=10,
        help="How many bookings one machine on the internet may make within an hour.",
    )
    support_center_booking_email_limit = fields.Integer(
        "Bookings for One E-mail Address",
        config_parameter="support_center.booking_email_limit",
        default=3,
        help="How many bookings, and so how many mails, one e-mail address may get within a day.",
    )
    support_center_booking_hold_limit = fields.Integer(
        "Times Kept for One Network",
        config_parameter="support_center.booking_hold_limit",
        default=60,
        help="How many times visitors of one network may have kept for them within an hour.",
    )
    support_center_booking_verify_minutes = fields.Integer(
        "Confirm an Address Within",
        config_parameter="support_center.booking_verify_minutes",
        default=30,
        help="How many minutes a booked time is kept for somebody who is to confirm their address.",
    )
    support_center_booking_frame_origins = fields.Char(
        "Sites That May Show the Booking Pages",
        config_parameter="support_center.booking_frame_origins",
        help="Addresses of the sites that may show the booking pages as a part of theirs, with a "
        "blank between them, like https://www.example.com. Only your own Odoo without any.",
    )

    @api.constrains("support_center_booking_frame_origins")
    def _check_support_center_frame_origins(self):
        for settings in self:
            for text in (settings.support_center_booking_frame_origins or "").split():
                if read_origin(text) != text.rstrip("/"):
                    raise ValidationError(
                        _(
                            "“%(value)s” is no address of a site. Enter it as browsers show it, "
                            "without a page: https://www.example.com",
                            value=text,
                        )
                    )

    @api.constrains(
        "support_center_booking_network_limit",
        "support_center_booking_address_limit",
        "support_center_booking_email_limit",
        "support_center_booking_hold_limit",
        "support_center_booking_verify_minutes",
    )
    def _check_support_center_booking_limits(self):
        names = [f"support_center_booking_{name}" for name in BOOKING_NUMBERS]
        for settings in self:
            for name in names:
                if settings[name] <= 0:
                    raise ValidationError(
                        _(
                            "“%(field)s” is %(value)s: enter a whole number above zero. To take "
                            "no bookings at all, publish no type.",
                            field=self._fields[name]._description_string(self.env),
                            value=settings[name],
                        )
                    )

    support_center_responsible_id = fields.Many2one(
        related="company_id.support_responsible_id", readonly=False
    )

    @api.model
    def default_get(self, fields_list):
        """The settings as they are, for those who may change them.

        Odoo fills a new page for everybody who asks, customers on the portal included, and reads
        its parameters as superuser.
        """
        values = super().default_get(fields_list)
        if self.env["ir.model.access"].check(self._name, "create", raise_exception=False):
            return values
        return {
            name: value for name, value in values.items() if not name.startswith("support_center_")
        }

    # Not by `config_parameter`: Odoo takes the stored text “False” for a yes.
    @api.model
    def get_values(self):
        parameters = self.env["ir.config_parameter"]
        alias = self._get_support_alias()
        return {
            **super().get_values(),
            "support_center_alias_name": alias.alias_name,
            "support_center_alias_domain": alias.alias_domain_id.name,
            "support_center_webhook_allow_private": parameters._get_support_flag(ALLOW_PRIVATE),
            "support_center_calendar_mirror": parameters._get_support_flag(CALENDAR_MIRROR),
            "support_center_auto_assign": parameters._get_support_flag(AUTO_ASSIGN),
        }

    @api.model
    def _get_support_alias(self):
        """The alias for requests; empty if it was deleted, which *Health* tells."""
        return (
            self.env.ref("support_center.mail_alias_appointments", raise_if_not_found=False)
            or self.env["mail.alias"]
        )

    def set_values(self):
        parameters = self.env["ir.config_parameter"]
        secrets = [parameters.get_param(key) or "" for key in (SECRET_KEY, PREVIOUS_SECRET_KEY)]
        super().set_values()
        self._keep_previous_secret(*secrets)
        alias = self._get_support_alias()
        name = (self.support_center_alias_name or "").strip() or False
        if alias and name != alias.alias_name:
            alias.alias_name = name
        parameters.set_param(ALLOW_PRIVATE, str(self.support_center_webhook_allow_private))
        parameters.set_param(AUTO_ASSIGN, str(self.support_center_auto_assign))
        if self.support_center_calendar_mirror != parameters._get_support_flag(CALENDAR_MIRROR):
            parameters.set_param(CALENDAR_MIRROR, str(self.support_center_calendar_mirror))
            self.env["support.appointment"]._resync_calendar()

    def _keep_previous_secret(self, secret, previous):
        """Let the secret that was changed just now sign as well, unless its field was changed too.

        :param str secret: the one before
        :param str previous: the previous one before
        """
        parameters = self.env["ir.config_parameter"]
        now = parameters.get_param(SECRET_KEY) or ""
        is_left = (self.support_center_webhook_secret_previous or "") == previous
        if secret and now != secret and is_left:
            try:
                parameters.set_param(PREVIOUS_SECRET_KEY, check_secret(secret))
            except BadSecret:
                # It has signed nothing, so nobody knows it.
                parameters.set_param(PREVIOUS_SECRET_KEY, "")
        self.env["support.webhook.delivery"]._get_or_make_secret()

    def action_support_center_rotate_secret(self):
        """Make a new webhook secret; the one before signs as well until it is emptied.

        :raise UserError: while the one before that still signs
        """
        check_access(self.browse(), "write")
        parameters = self.env["ir.config_parameter"]
        if parameters.get_param(PREVIOUS_SECRET_KEY):
            raise UserError(
                _(
                    "The previous webhook secret still signs. Empty it and save, once the receiver "
                    "knows the present one; then make a new one."
                )
            )
        secret = self.env["support.webhook.delivery"]._get_or_make_secret()
        parameters.set_param(PREVIOUS_SECRET_KEY, secret)
        parameters.set_param(SECRET_KEY, make_secret())
        # The page holds the secret of before, which another save would bring back.
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_support_center_alias(self):
        """Open the alias for requests: who may write to it, and its mail domain."""
        check_access(self.browse(), "write")
        return {
            "type": "ir.actions.act_window",
            "name": _("Address for Requests"),
            "res_model": "mail.alias",
            "res_id": self._get_support_alias().id,
            "views": [[False, "form"]],
            "target": "current",
        }

    @api.constrains(
        "support_center_webhook_response_url",
        "support_center_webhook_secret",
        "support_center_webhook_secret_previous",
        "support_center_webhook_allow_private",
    )
    def _check_support_center_webhook(self):
        """Refuse what cannot work; what is stored already keeps nobody from other settings."""
        words = self.env["support.webhook.words"]
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: only compared with
        stored = (
            parameters.get_param("support_center.webhook_response_url"),
            parameters._get_support_flag(ALLOW_PRIVATE),
        )
        stored_secrets = {
            parameters.get_param(SECRET_KEY),
            parameters.get_param(PREVIOUS_SECRET_KEY),
        }
        for settings in self:
            url = (settings.support_center_webhook_response_url or "").strip()
            secrets = (
                (settings.support_center_webhook_secret or "").strip(),
                (settings.support_center_webhook_secret_previous or "").strip(),
            )
            allow_private = settings.support_center_webhook_allow_private
            try:
                if url and (url, allow_private) != stored:
                    check_url(url)
                    check_literal(url, AddressGuard(allow_private))
                for secret in secrets:
                    if secret and secret not in stored_secrets:
                        check_secret(secret)
            except DeliveryFault as fault:
                raise ValidationError(words._describe_fault(fault.code, fault.params)) from None
            except BadSecret as fault:
                raise ValidationError(words._describe_secret_fault(fault.code)) from None
