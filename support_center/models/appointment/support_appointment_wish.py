from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import _, api, fields, models

from ...formatting import (
    aware,
    choose_zone,
    format_day,
    format_names,
    format_span,
    format_weekdays,
    get_day,
)
from ...scheduling.offers import Window


class SupportAppointment(models.Model):
    """When it would suit a customer who has named no exact time.

    A wish decides nothing. It says which free times are offered first, and where *Find a Time*
    begins to look.
    """

    _inherit = "support.appointment"

    wish_from = fields.Datetime(
        "Wished From", readonly=True, copy=False, help="The customer wants to be visited after it."
    )
    wish_to = fields.Datetime(
        "Wished Until",
        readonly=True,
        copy=False,
        help="The customer wants to be visited before it.",
    )
    wish_parts = fields.Char(
        "Wished Time of Day",
        readonly=True,
        copy=False,
        help="Some of morning, afternoon and evening, with commas between them; empty for any.",
    )
    wish_without = fields.Char(
        "Wished Days Off",
        readonly=True,
        copy=False,
        help="Weekdays on which it does not suit, with commas between them; 0 is Monday.",
    )
    wish_text = fields.Char("Wish", compute="_compute_wish_text")

    @api.depends("wish_from", "wish_to", "wish_parts", "wish_without", "timezone", "partner_id.tz")
    @api.depends_context("lang")
    def _compute_wish_text(self):
        for record in self:
            record.wish_text = record._describe_wish()

    def _has_wish(self):
        self.ensure_one()
        return bool(self.wish_from or self.wish_to or self.wish_parts or self.wish_without)

    def _get_wish_window(self):
        """
        :return: ``scheduling.offers.Window``; None without a wish, and where it is over
        """
        if not self._has_wish() or (self.wish_to and self.wish_to <= fields.Datetime.now()):
            return None
        return Window(
            start=aware(self.wish_from) if self.wish_from else None,
            stop=aware(self.wish_to) if self.wish_to else None,
            parts=frozenset(filter(None, (self.wish_parts or "").split(","))),
            without=frozenset(int(day) for day in (self.wish_without or "").split(",") if day),
        )

    def _describe_wish(self):
        """The wish in words and in the zone of the customer, in the language of the environment.

        :return: str, like “Mon 30 Nov – Sun 6 Dec, in the morning, not on Friday”; False without
        """
        self.ensure_one()
        if not self._has_wish():
            return False
        words = [self._describe_wished_days(), *self._list_wished_parts()]
        without = [int(day) for day in (self.wish_without or "").split(",") if day]
        if without:
            words.append(_("not on %(days)s", days=format_weekdays(self.env, without)))
        return format_names(filter(None, words))

    def _describe_wished_days(self):
        zone = self._get_wish_zone()
        first = self.wish_from and get_day(self.wish_from, zone)
        # It ends with the last moment of its last day.
        last = self.wish_to and get_day(self.wish_to - timedelta(seconds=1), zone)
        if first and last and first == last:
            if self._is_whole_day(zone):
                return format_day(self.env, first)
            return format_span(self.env, self.wish_from, self.wish_to, zone)
        if first and last:
            first, last = format_day(self.env, first), format_day(self.env, last)
            return f"{first} – {last}"
        if first:
            return _("from %(day)s on", day=format_day(self.env, first))
        return _("until %(day)s", day=format_day(self.env, last)) if last else ""

    def _get_wish_zone(self):
        """The zone in which the days of the wish begin and end: the customer's, or that in which
        mails are read that name none."""
        zone = self._get_customer_timezone()
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: settings are not everybody's.
        read_in = choose_zone(parameters.get_param("support_center.intake_timezone"))
        is_other = not self._is_whole_day(zone) and self._is_whole_day(read_in)
        return read_in if is_other else zone

    def _is_whole_day(self, zone):
        edge = self.wish_to or self.wish_from
        local = edge and aware(edge).astimezone(ZoneInfo(zone))
        return not local or not (local.hour or local.minute)

    def _list_wished_parts(self):
        texts = {
            "morning": _("in the morning"),
            "afternoon": _("in the afternoon"),
            "evening": _("in the evening"),
        }
        parts = (self.wish_parts or "").split(",")
        found = [texts[part] for part in texts if part in parts]
        return [_(" or ").join(found)] if found else []
