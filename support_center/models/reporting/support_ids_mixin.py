from odoo import api, models

# What nobody groups, counts or filters by: marks that automations leave, keys that other fields are
# found by, numbers of versions. On the pages they have no label that says anything.
EVERYWHERE = {
    "access_token",
    "activity_exception_decoration",
    "activity_type_icon",
    "anything",
    "color",
    "has_message",
    "id",
    "message_follower_ids",
    "message_has_error",
    "message_has_sms_error",
    "message_needaction",
    "sequence",
    "website_message_ids",
}
TECHNICAL = {
    "support.appointment": {
        "acknowledge_at",
        "announced_at",
        "announced_start",
        "booking_key",
        "busy_start",
        "busy_stop",
        "confirmation_queued_at",
        "customer_email_key",
        "customer_message_from",
        "customer_phone_digits",
        "customer_phone_key",
        "customer_search",
        "daily_date",
        "daily_number",
        "edit_version",
        "ics_organizer",
        "ics_sequence",
        "ics_uid",
        "intake_answered_round",
        "intake_calendar_uid",
        "intake_references",
        "intake_round",
        "intake_sender_normalized",
        "intake_sent_at",
        "intake_shortened",
        "has_open_offers",
        "is_before_day",
        "is_before_start",
        "offer_ids",
        "offered_at",
        "on_the_way_told_at",
        "rating_asked_at",
        "rating_held",
        "reminder_held",
        "reoffer_activity_id",
        "report_ids",
        "technician_notified_id",
        "technician_notified_start",
        "ticket_sync_mark",
        "unread_reply",
        "webhook_sequence",
        "wish_from",
        "wish_parts",
        "wish_to",
        "wish_without",
    },
    # Of how many visits an average is one.
    "support.appointment.report": {
        "ended_count",
        "first_visit_count",
        "lead_count",
        "started_count",
    },
    "support.automation.log": {"res_id"},
    "support.intake.key": {"digest"},
    "support.notification": {"version"},
    "support.reminder": {"is_first"},
    # No page shows what is held; it is told where it is in somebody's way.
    "support.slot.hold": {
        "appointment_id",
        "busy_start",
        "busy_stop",
        "expires_at",
        "is_prolonged",
        "number",
        "origin",
        "start",
        "stop",
        "technician_id",
    },
    "support.slot.offer": {"number", "stop"},
    # What averages and shares are divided by, and into.
    "support.statistics": {
        "confirmation_due_count",
        "confirmation_sent_count",
        "late_minutes",
        "lead_count",
        "lead_hours",
        "on_time_count",
        "rating_sum",
        "reminder_due_count",
        "reminder_sent_count",
        "started_count",
    },
    "support.team": {
        "alias_bounced_content",
        "alias_defaults",
        "alias_domain",
        "alias_force_thread_id",
        "alias_full_name",
        "alias_id",
        "alias_incoming_local",
        "alias_model_id",
        "alias_parent_model_id",
        "alias_parent_thread_id",
        "alias_status",
    },
    "support.technician": {
        "availability_digest",
        "day_sheet_date",
        "resource_id",
        "time_off_conflict_activity_id",
    },
    "support.ticket": {"synced_stage_id"},
    "support.webhook.delivery": {"appointment_number", "held", "is_refused"},
}
# Of these each number is a measure, and nobody groups by one; their lists allow to sort by it.
ANALYSES = ("support.appointment.report", "support.statistics")
# By which the browser chooses what it offers: in 17.0 and 19.0 by two names each.
MEASURE_KEYS = ("group_operator", "aggregator")


class SupportIdsMixin(models.AbstractModel):
    _inherit = "support.ids.mixin"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """As Odoo's; technical fields are no measures, groups or filters.

        Only what the browser goes by when it offers fields is changed: a call that names a
        technical field reads, searches and groups by it as before.
        """
        described = super().fields_get(allfields, attributes)
        technical = self._get_technical_fields()
        for name, description in described.items():
            if name in technical:
                for key in MEASURE_KEYS:
                    description.pop(key, None)
                self._take_out_of_groups(description)
                if "searchable" in description:
                    description["searchable"] = False
            elif self._name in ANALYSES and self._fields[name].type == "integer":
                self._take_out_of_groups(description)
        return described

    @api.model
    def _take_out_of_groups(self, description):
        # 17.0 groups by what it can sort by.
        for key in ("groupable", "sortable"):
            if key in description:
                description[key] = False
                break

    @api.model
    def _get_technical_fields(self):
        """
        :return: set of names, some of which this model may not have
        """
        values = {name for name, field in self._fields.items() if field.type == "json"}
        return values | EVERYWHERE | TECHNICAL.get(self._name, set())
