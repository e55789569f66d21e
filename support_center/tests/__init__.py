# Odoo looks for test modules among the names of this one.
from .absences import (
    test_absence_days,
    test_leave_hits,
    test_replan,
    test_schedule_conflicts,
)
from .addon import (
    test_accessibility,
    test_api_schema,
    test_backend_tour,
    test_caller_values,
    test_data_files,
    test_formatting,
    test_indexes,
    test_integrator_calls,
    test_junk_calls,
    test_languages,
    test_looks,
    test_migration,
    test_payload_bounds,
    test_protection,
    test_pruning,
    test_purity,
    test_query_counts,
    test_related,
    test_rights_matrix,
    test_rights_rows,
    test_security_roles,
    test_view_queries,
    test_work_tours,
)
from .appointment import (
    test_appointment_company,
    test_appointment_copy,
    test_appointment_states,
    test_appointment_time,
    test_company_moves,
    test_customer_kept,
    test_edit_conflict,
    test_numbers,
    test_one_write,
    test_state_stamps,
)
from .archiving import (
    test_archiving,
    test_cleanup,
)
from .automation import (
    test_activation_guard,
    test_automation_guard,
    test_automation_log,
    test_automation_registry,
    test_dry_run,
    test_first_attempt,
    test_responsible,
    test_rule_lookup,
    test_rule_switches,
    test_run_by_hand,
)
from .board import (
    test_board,
    test_board_moves,
    test_board_tour,
    test_live,
)
from .booking import (
    test_booking_guarantee,
    test_booking_ways,
    test_double_booking,
    test_guarantee_stand_in,
)
from .calendar_sync import (
    test_calendar_batches,
    test_calendar_mirror,
    test_calendar_moves,
    test_calendar_sync,
)
from .cancellation import (
    test_cancel_wizard,
    test_rebook,
    test_reoffer,
    test_undo_cancel,
)
from .customer import (
    test_customer_acts,
    test_customer_offers,
    test_customer_times,
    test_customer_times_property,
)
from .demo import test_demo
from .dispatching import (
    test_bulk,
    test_new_visit_tour,
    test_overview,
    test_quick_visit,
    test_reschedule,
    test_scheduling_tours,
    test_slot_finder,
)
from .duplicates import (
    test_duplicate_edges,
    test_duplicates,
)
from .health import (
    test_health,
    test_health_checks,
)
from .holds import (
    test_hold,
    test_hold_race,
)
from .incoming import (
    test_calendar_attendance,
    test_calendar_mail,
    test_calendar_programs,
    test_customer_messages,
    test_intake_answer,
    test_intake_company,
    test_intake_mail,
    test_intake_race,
    test_intake_reply,
    test_intake_rpc,
    test_intake_rpc_http,
    test_intake_senders,
    test_mail_attacks,
    test_mail_bounds,
    test_mail_cases,
    test_mail_date,
    test_mail_front_rights,
    test_mail_gateway_guard,
    test_mail_quotations,
    test_mail_sealed,
    test_mail_spellings,
    test_mail_text,
    test_offer_links,
    test_other_contact,
    test_own_addresses,
    test_own_words,
    test_read_once,
    test_reply_attacks,
    test_review,
    test_review_tours,
    test_short_replies,
    test_webhook_in,
)
from .my_day import (
    test_arrival,
    test_my_day,
    test_my_day_tour,
    test_my_day_work,
)
from .notifications import (
    test_compiled_templates,
    test_customer_language,
    test_mail_failures,
    test_marks,
    test_notice_edges,
    test_notice_mails,
    test_notices,
    test_notification_rows,
    test_reminder_edges,
    test_reminder_rules,
    test_reminders,
    test_technician_notice,
    test_template_faults,
    test_told_zone,
)
from .online_booking import (
    test_booking,
    test_booking_attacks,
    test_booking_browser,
    test_booking_limit_race,
    test_booking_robots,
    test_booking_type,
    test_booking_verify,
)
from .planning import (
    test_assign,
    test_assign_race,
    test_auto_assign,
    test_availability,
    test_busy_times,
    test_daily_maximum,
    test_get_slots,
    test_offers,
    test_offers_property,
    test_overrule,
    test_rank_for,
    test_reachability,
    test_read_hours,
    test_scheduling_edges,
    test_slots_property,
    test_technician_kinds,
)
from .portal import (
    test_customer_lists,
    test_customer_page,
    test_link_end,
    test_page,
    test_page_actions,
    test_page_attacks,
    test_page_tour,
    test_scanner,
)
from .privacy import test_erasure
from .reporting import (
    test_day_sheet,
    test_offered_fields,
    test_reporting,
    test_reporting_tour,
    test_statistics,
    test_statistics_runs,
)
from .satisfaction import (
    test_asking,
    test_rating,
    test_rating_page,
)
from .settings import (
    test_settings,
    test_settings_panel,
    test_settings_tours,
)
from .tickets import (
    test_ticket,
    test_ticket_mail,
    test_ticket_sync,
)
from .undo import (
    test_hours_again,
    test_undo,
    test_undo_merge,
    test_undo_race,
    test_undo_tour,
)
from .webhooks import (
    test_webhook_delivery,
    test_webhook_edges,
    test_webhook_events,
    test_webhook_order,
    test_webhook_race,
)
