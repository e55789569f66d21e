"""Who may do what: each role, each model of ours, each operation and each public method, on an
own row and on another company's. Generated from the registry, so that a new model or method
that stands in no table here fails."""

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCase, at

ROLES = ("portal", "employee", "integration", "technician", "dispatcher", "manager")
STAFF = ("technician", "dispatcher", "manager")
PLANNERS = ("dispatcher", "manager")

# What each role may do with a row that is its own: read, write, create, unlink. Roles that are
# not named may nothing. Of another company's row nobody may anything.
RIGHTS = {
    "support.appointment": {
        "portal": "r", "integration": "r", "technician": "rw", "dispatcher": "rwc",
        "manager": "rwcu",
    },
    "support.appointment.type": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.technician": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.skill": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.area": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.stage": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.team": {"technician": "r", "dispatcher": "r", "manager": "rwcu"},
    "support.ticket": {
        "portal": "r", "technician": "rw", "dispatcher": "rwc", "manager": "rwcu",
    },
    "support.automation.log": {"dispatcher": "r", "manager": "r"},
    "support.slot.hold": {"dispatcher": "r", "manager": "r"},
    "support.slot.offer": {"dispatcher": "r", "manager": "r"},
    "support.webhook.delivery": {"manager": "r"},
    "support.notification": {"dispatcher": "r", "manager": "r"},
    "support.reminder": {"dispatcher": "r", "manager": "rwcu"},
    "support.statistics": {"dispatcher": "r", "manager": "r"},
    "support.appointment.report": {"dispatcher": "r", "manager": "r"},
    "support.intake.key": {},
    "support.booking.attempt": {},
    "support.undo.step": {},
    "support.webhook.endpoint": {},
    "support.my.day.entry": {},
}  # fmt: skip
# Rows of these belong to no company.
SHARED = {
    "support.skill", "support.area", "support.stage", "support.intake.key",
    "support.undo.step", "support.webhook.endpoint", "support.my.day.entry",
    "support.booking.attempt",
}  # fmt: skip

# Pages are their user's alone.
PAGES = {
    "support.bulk.result": PLANNERS,
    "support.bulk.result.line": PLANNERS,
    "support.cancel.wizard": PLANNERS,
    "support.dry.run": ("manager",),
    "support.dry.run.line": ("manager",),
    "support.erase.wizard": ("manager",),
    "support.health": ("manager",),
    "support.health.line": ("manager",),
    "support.merge.wizard": PLANNERS,
    "support.merge.wizard.line": PLANNERS,
    "support.reject.wizard": PLANNERS,
    "support.replan": PLANNERS,
    "support.replan.line": PLANNERS,
    "support.slot.finder": PLANNERS,
    "support.slot.finder.line": PLANNERS,
}

# Who gets past the rights with a public method, on a row of their own. Everybody else is refused,
# and everybody on another company's row.
EVERYBODY = ("portal", "employee", "integration", *STAFF)
READERS = ("portal", "integration", *STAFF)
METHODS = {
    **{
        ("support.appointment", name): READERS
        for name in (
            "action_open_appointment", "action_view_mails", "action_view_log",
            "action_view_ticket", "action_view_webhooks", "get_review_view_id",
        )
    },
    **{
        ("support.appointment", name): STAFF
        for name in (
            "action_accept_and_plan", "action_accept_request", "action_accept_selected",
            "action_archive", "action_assign", "action_assign_selected", "action_cancel",
            "action_confirm", "action_confirm_selected", "action_customer_answered",
            "action_done", "action_draft", "action_merge_duplicates", "action_no_show",
            "action_process_email",
            "action_read_again", "action_rebook", "action_reject_request", "action_start",
            "action_undo_cancel", "action_undo_merge", "action_view_calendar_event",
        )
    },
    ("support.appointment.type", "action_open_booking_page"): STAFF,
    ("support.appointment", "action_view_merged_into"): ("integration", *STAFF),
    ("support.appointment", "action_find_time"): PLANNERS,
    ("support.appointment", "action_take_back"): PLANNERS,
    ("support.appointment", "action_propose_times"): PLANNERS,
    ("support.appointment", "action_offer_times"): STAFF,
    ("support.appointment", "action_open_cancel"): PLANNERS,
    **{
        ("support.appointment", name): ("integration", *PLANNERS)
        for name in ("action_create_from_external_data", "check_external_data", "get_slots")
    },
    ("calendar.event", "action_view_support_appointment"): STAFF,
    # An administrator's: it switches.
    **{
        (model, name): ("manager",)
        for model in ("support.appointment", "support.ticket")
        for name in ("action_erase_personal_data", "action_open_erasure")
    },
    ("support.appointment", "action_privacy_lookup"): (),
    ("support.ticket", "action_privacy_lookup"): (),
    ("ir.actions.server", "run"): PLANNERS,
    ("support.dry.run", "action_handle"): (),
    ("support.dry.run", "action_switch_on"): (),
    ("support.appointment.report", "action_open_appointment"): PLANNERS,
    **{("support.reporting", name): PLANNERS for name in ("explore", "load", "open_visits")},
    **{("support.day.sheet", name): STAFF for name in ("print_day", "print_own_day")},
    ("support.technician", "action_day_sheet"): STAFF,
    **{
        ("support.board", name): PLANNERS
        for name in ("announce", "confirm", "load", "move", "refresh")
    },
    **{("support.my.day", name): STAFF for name in ("add_note", "add_photo", "load", "submit")},
    **{
        ("support.quick.visit", name): PLANNERS
        for name in ("load", "find_customers", "load_customer", "find_times", "create_visit")
    },
    ("support.ticket", "action_new_visit"): ("portal", *STAFF),
    ("support.undo.step", "ask"): STAFF,
    ("support.undo.step", "find_last"): STAFF,
    # Whose change it was.
    ("support.undo.step", "undo"): ("dispatcher",),
    ("support.home", "load"): ("portal", "employee", "integration", *STAFF),
    ("support.appointment", "action_visit_report"): STAFF,
    ("support.settings.panel", "load"): ("manager",),
    ("support.settings.panel", "press"): ("manager",),
    ("support.team", "action_view_tickets"): STAFF,
    ("support.technician", "action_replan_all_hits"): PLANNERS,
    ("support.technician", "action_replan_hits"): PLANNERS,
    ("support.technician", "action_view_absences"): STAFF,
    ("support.technician", "action_view_appointments"): STAFF,
    ("support.technician", "action_view_log"): STAFF,
    **{
        ("support.ticket", name): ("portal", *STAFF)
        for name in ("action_view_appointments", "action_view_log", "action_view_mails")
    },
    ("support.notification", "action_resend"): PLANNERS,
    ("support.webhook.delivery", "action_retry"): ("manager",),
    ("support.webhook.delivery", "action_view_log"): ("manager",),
}  # fmt: skip
# Methods that are about no row, so that another company's has nothing to do with them: they
# read and make what belongs to the company of the caller.
WITHOUT_ROW = {
    method: METHODS[method]
    for method in (
        ("support.appointment", "action_create_from_external_data"),
        ("support.appointment", "check_external_data"),
        ("support.appointment", "get_slots"),
        ("support.board", "announce"),
        ("support.board", "load"),
        ("support.board", "refresh"),
        ("support.day.sheet", "print_day"),
        ("support.day.sheet", "print_own_day"),
        ("support.my.day", "load"),
        ("support.reporting", "explore"),
        ("support.reporting", "load"),
        ("support.reporting", "open_visits"),
        ("support.home", "load"),
        ("support.quick.visit", "find_customers"),
        ("support.quick.visit", "load_customer"),
        ("support.settings.panel", "load"),
        ("support.settings.panel", "press"),
        ("support.technician", "action_replan_all_hits"),
    )
}

# Odoo's own, which the first table is about, or which only prepare values.
# Of the mail gateway there is test_mail_gateway_guard.py; its readers change nothing.
OPERATIONS = {
    "browse", "fields_get", "create", "write", "web_save", "unlink", "copy", "copy_data", "init",
    "default_get", "get_values",
    "set_values", "message_parse", "message_process", "message_route", "send_email", }  # fmt: skip


class Undone(Exception):
    """Ends a savepoint whose work is not to stay."""


@tagged("post_install", "-at_install")
class TestRightsMatrix(SupportCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_portal = new_test_user(cls.env, login="matrix_portal", groups="base.group_portal")
        cls.customer = cls.user_portal.partner_id
        cls.colleague = new_test_user(
            cls.env, login="matrix_colleague", groups="support_center.group_support_manager"
        )
        cls.far = cls.env["res.company"].create({"name": "Far Away"})
        cls.own = cls._make_rows(cls.env.company, cls.customer, cls.user_technician)
        cls.own |= cls._make_shared_rows()
        cls.foreign = cls._make_rows(
            cls.far, cls.env["res.partner"].create({"name": "Far Customer"}), None
        )
        cls.env.flush_all()

    @classmethod
    def _make_rows(cls, company, partner, user):
        """One row of each model.

        :return: dict of model to record, as superuser
        """
        env = cls.env(context={"allowed_company_ids": company.ids})
        common = {"company_id": company.id}
        technician = cls.technician
        if company != cls.env.company:
            technician = env["support.technician"].create({"name": "Far", **common})
        drafts = env["support.appointment"].with_context(mail_create_nosubscribe=True)
        if company == cls.env.company:
            # Made by the integration, which reads what it created.
            drafts = drafts.with_user(cls.user_integration).sudo()
        appointment = drafts.create(
            {
                "partner_id": partner.id,
                "start": at("2026-03-05 08:00"),
                "technician_id": technician.id,
                **common,
            }
        ).with_env(env)
        # Drafts count in no figure; another customer's, or it would be a duplicate.
        planned = env["support.appointment"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Planned"}).id,
                "start": at("2026-03-09 08:00"),
                "technician_id": technician.id,
                "state": "confirmed",
                **common,
            }
        )
        ticket = env["support.ticket"].create(
            {"name": "Ticket", "partner_id": partner.id, "user_id": user and user.id, **common}
        )
        rows = [
            appointment,
            technician,
            ticket,
            env["support.appointment.type"].create({"name": "Type", **common}),
            env["support.team"].create({"name": "Team", **common}),
            env["support.automation.log"].with_company(company)._record("test", appointment, "ok"),
            env["support.webhook.delivery"]._enqueue(
                [("appointment.confirmed", appointment)], "https://example.com"
            ),
            env["support.notification"]._record(appointment, "answer").with_env(env),
            env["support.reminder"].create({"name": "Reminder", "hours_before": 5, **common}),
            env["support.statistics"].create({"week_start": "2026-02-23", **common}),
            env["support.slot.hold"].create(cls._prepare_hold_vals(technician, company)),
            env["support.slot.offer"].create(cls._prepare_offer_vals(appointment, technician)),
            # Its rows have the ids of appointments.
            env["support.appointment.report"].browse(planned.id),
        ]
        return {row._name: row for row in rows}

    @classmethod
    def _prepare_hold_vals(cls, technician, company, start="2026-03-12 08:00"):
        return {
            "technician_id": technician.id,
            "expires_at": at("2026-03-02 09:00"),
            "company_id": company.id,
            **dict.fromkeys(("start", "busy_start"), at(start)),
            **dict.fromkeys(("stop", "busy_stop"), at("2026-03-12 10:00")),
        }

    @classmethod
    def _prepare_offer_vals(cls, appointment, technician):
        hold = cls._prepare_hold_vals(technician, appointment.company_id)
        names = ("technician_id", "start", "stop", "expires_at", "company_id")
        return {
            **{name: hold[name] for name in names},
            "appointment_id": appointment.id,
            "kind": "freed",
        }

    @classmethod
    def _make_shared_rows(cls):
        env = cls.env
        env.cr.execute("INSERT INTO support_intake_key (digest) VALUES ('x') RETURNING id")
        rows = [
            env["support.intake.key"].browse(env.cr.fetchone()[0]),
            env["support.webhook.endpoint"].create({"url": "https://example.com"}),
            env["support.booking.attempt"].create({"kind": "book"}),
            env["support.undo.step"].create({"user_id": cls.user_dispatcher.id, "kind": "move"}),
            env["support.my.day.entry"].create({"user_id": env.uid, "key": "tapped-once"}),
            env["support.skill"].create({"name": "Skill"}),
            env["support.area"].create({"name": "Area"}),
            env["support.stage"].create({"name": "Stage", "state": "open"}),
        ]
        return {row._name: row for row in rows}

    # ------------------------------------------------------------------
    # Trying
    # ------------------------------------------------------------------

    def _may(self, call):
        """Whether the rights let a call through; what it did is undone.

        A refusal in words for another reason than the rights is none of theirs.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                call()
                self.env.flush_all()
                raise Undone
        except Undone:
            return True
        except AccessError:
            return False
        except (UserError, psycopg2.IntegrityError):
            return True
        finally:
            self.env.invalidate_all()

    def _get_user(self, role):
        return getattr(self, f"user_{role}")

    def _prepare_create_vals(self, row):
        """Values for another row like this one."""
        vals = {
            "support.appointment": {"partner_id": self.customer.id},
            "support.stage": {"name": "Another", "state": "open"},
            "support.automation.log": {"action": "forged", "outcome": "ok"},
            "support.webhook.delivery": {
                "event": "appointment.confirmed",
                "url": "https://example.com",
            },
            "support.notification": {
                "appointment_id": "appointment_id" in row and row.appointment_id.id,
                "kind": "report",
            },
            "support.statistics": {"week_start": "2026-03-02"},
            "support.slot.offer": self._prepare_offer_vals(
                self.own["support.appointment"], self.technician_2
            ),
            "support.slot.hold": self._prepare_hold_vals(
                self.technician_2, self.env.company, "2026-03-12 09:00"
            ),
            "support.intake.key": {"digest": "forged"},
            "support.booking.attempt": {"kind": "book"},
            "support.undo.step": {"user_id": self.user_dispatcher.id, "kind": "move"},
            "support.webhook.endpoint": {"url": "https://example.com/other"},
            "support.my.day.entry": {"user_id": self.user_dispatcher.id, "key": "forged-key"},
        }.get(row._name, {"name": "Another"})
        if "company_id" in row and row.company_id:
            vals["company_id"] = row.company_id.id
        return vals

    def _find_rights(self, user, row):
        own = row.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        name = (
            "location"
            if row._name == "support.appointment"
            else next(
                each
                for each in (
                    "name",
                    "action",
                    "event",
                    "digest",
                    "week_start",
                    "url",
                    "message",
                    "key",
                    "reason",
                    "state",
                    "origin",
                )
                if each in row
            )
        )
        value = "2026-03-09" if name == "week_start" else "Changed"
        # sudo: what is prepared for somebody else to send
        vals = self._prepare_create_vals(row.sudo())
        calls = {
            "r": lambda: own.read([name]),
            "w": lambda: own.write({name: value}),
            "c": lambda: own.create(vals),
            "u": own.unlink,
        }
        return "".join(letter for letter, call in calls.items() if self._may(call))

    # ------------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------------

    def test_every_model_is_in_a_table(self):
        concrete = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("support.") and not model._abstract
        }
        self.assertEqual(concrete, RIGHTS.keys() | PAGES.keys())
        self.assertEqual(self.own.keys(), RIGHTS.keys())
        self.assertEqual(self.foreign.keys(), RIGHTS.keys() - SHARED)

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db"
    )
    def test_operations_on_an_own_row(self):
        found = {
            model: {
                role: rights
                for role in ROLES
                if (rights := self._find_rights(self._get_user(role), row))
            }
            for model, row in self.own.items()
        }
        self.assertEqual(found, RIGHTS)

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db"
    )
    def test_operations_on_a_row_of_another_company(self):
        found = {
            model: {
                role: rights
                for role in ROLES
                if (rights := self._find_rights(self._get_user(role), row))
            }
            for model, row in self.foreign.items()
        }
        self.assertEqual({model: rights for model, rights in found.items() if rights}, {})

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _make_page(self, model, user):
        env = self.env(user=user, su=False)
        appointment = self.own["support.appointment"]
        parents = {
            "support.bulk.result.line": ("result_id", "support.bulk.result"),
            "support.dry.run.line": ("dry_run_id", "support.dry.run"),
            "support.health.line": ("health_id", "support.health"),
            "support.merge.wizard.line": ("wizard_id", "support.merge.wizard"),
            "support.replan.line": ("replan_id", "support.replan"),
            "support.slot.finder.line": ("finder_id", "support.slot.finder"),
        }
        vals = {}
        if model in parents:
            field, parent = parents[model]
            vals[field] = self._make_page(parent, user).id
        fields = env[model]._fields
        if "appointment_id" in fields:
            vals["appointment_id"] = appointment.id
        samples = {
            "kept_id": appointment.id,
            "date_from": at("2026-03-05 08:00"),
            "date_to": at("2026-03-06 08:00"),
            "start": at("2026-03-05 08:00"),
            "stop": at("2026-03-05 09:00"),
            "duration": 1.0,
            "technician_id": self.technician.id,
            "reason": "Private",
            "automation": "cron_cleanup_old_appointments",
            "section": "automation",
            "severity": "ok",
            "appointment_ids": [(6, 0, appointment.ids)],
        }
        for name, field in fields.items():
            if field.required and not field.default and not field.compute and name not in vals:
                vals[name] = samples[name]
        return env[model].create(vals)

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db"
    )
    def test_a_page_is_its_user_s_alone(self):
        found = {}
        for model, roles in PAGES.items():
            page = self._make_page(model, self._get_user(roles[-1]))
            self.env.flush_all()
            for user in (*map(self._get_user, ROLES), self.colleague):
                if user == self._get_user(roles[-1]):
                    continue
                own = page.with_user(user)
                calls = {"r": own.read, "w": lambda o=own: o.write({}), "u": own.unlink}
                rights = "".join(each for each, call in calls.items() if self._may(call))
                if rights:
                    found[model, user.login] = rights
            self.assertTrue(self._may(page.read), model)
        self.assertEqual(found, {})

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db"
    )
    def test_who_opens_a_page(self):
        found = {}
        for model in PAGES:
            found[model] = tuple(
                role
                for role in ROLES
                if self._may(lambda m=model, r=role: self._make_page(m, self._get_user(r)))
            )
        self.assertEqual(found, PAGES)

    # ------------------------------------------------------------------
    # Public methods
    # ------------------------------------------------------------------

    def _list_methods(self):
        """All methods of ours that RPC may call: ``(model, method)`` of every model of ours, its
        services among them, and of those of Odoo's that we extend."""
        found = set()
        for name, model in self.env.registry.items():
            if model._abstract and not name.startswith("support."):
                continue
            for owner in model.mro():
                if not owner.__module__.startswith("odoo.addons.support_center."):
                    continue
                if not name.startswith("support.") and getattr(owner, "_name", name) != name:
                    continue
                found |= {
                    (name, attribute)
                    for attribute, value in vars(owner).items()
                    if callable(value) and not attribute.startswith("_")
                }
        return {
            (name, method)
            for name, method in found
            if method not in OPERATIONS and not name.endswith(".mixin")
        }

    def _get_arguments(self, method, row):
        moments = ["2026-03-05 00:00:00", "2026-03-06 00:00:00"]
        record_id = row.id if row else 0
        # The one that belongs to the same company as the row.
        rows = self.foreign if row and row == self.foreign.get(row._name) else self.own
        ticket = {"ticket_id": rows["support.ticket"].id}
        return {
            ("support.board", "load"): moments,
            ("support.board", "refresh"): [[record_id], *moments],
            ("support.board", "move"): [record_id, {"start": "2026-03-05 09:00:00"}],
            ("support.board", "confirm"): [record_id],
            ("support.board", "announce"): [{"start": moments[0], "stop": moments[1]}],
            ("support.undo.step", "ask"): [self.own["support.appointment"].id, {}],
            ("support.undo.step", "find_last"): [self.own["support.appointment"].id],
            ("support.undo.step", "undo"): [record_id],
            ("support.my.day", "load"): ["2026-03-05"],
            ("support.my.day", "add_note"): [record_id, "Note"],
            ("support.my.day", "add_photo"): [record_id, "p.png", PIXEL],
            ("support.day.sheet", "print_day"): ["2026-03-05", False],
            ("support.day.sheet", "print_own_day"): ["2026-03-05"],
            ("support.reporting", "explore"): ["done_count", "last_month", "team"],
            ("support.reporting", "open_visits"): ["done_count", "last_month", "team", "all"],
            ("support.quick.visit", "load"): [ticket],
            ("support.quick.visit", "find_customers"): ["known"],
            ("support.quick.visit", "load_customer"): [self.customer.id],
            ("support.quick.visit", "find_times"): [ticket],
            ("support.quick.visit", "create_visit"): [{**ticket, "partner_id": self.customer.id}],
            ("support.my.day", "submit"): [f"key-{record_id:08}", "note", record_id, {"text": "!"}],
            ("support.settings.panel", "load"): ["setup"],
            ("support.settings.panel", "press"): ["setup", "x", "y"],
            ("support.appointment", "get_slots"): [*moments, 1.0],
            ("support.appointment", "check_external_data"): [GUIDE_DATA],
        }.get(method, [{}] if method[1] in ("message_new", "message_update") else [])

    def _call(self, method, user, row):
        model, name = method
        recordset = self.env[model].with_user(user)
        if row is not None and row._name == model:
            recordset = recordset.browse(row.id)
        if name == "action_create_from_external_data":
            recordset = recordset.with_context(external_data=GUIDE_DATA)
        return getattr(recordset, name)(*self._get_arguments(method, row))

    def _find_callers(self, method, row):
        return tuple(
            role
            for role in ROLES
            if self._may(lambda r=role: self._call(method, self._get_user(r), row))
        )

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db"
    )
    def test_public_methods(self):
        """A method that stands in no table is taken for one that nobody may call."""
        found, beyond = {}, {}
        for method in sorted(self._list_methods()):
            model = method[0]
            if model in PAGES:
                row, foreign = self._make_page(model, self._get_user(PAGES[model][-1])), None
            else:
                row = self.own.get(model) or self._make_odoo_row(model)
                foreign = self.foreign.get(model)
            if model not in self.own and model not in PAGES and not row:
                # A service: its arguments name a row.
                row, foreign = (rows["support.appointment"] for rows in (self.own, self.foreign))
            callers = self._find_callers(method, row)
            if method in METHODS or callers != (PAGES[model][-1:] if model in PAGES else ()):
                found[method] = callers
            if foreign and (callers := self._find_callers(method, foreign)):
                beyond[method] = callers
        for table, expected in ((found, METHODS), (beyond, WITHOUT_ROW)):
            differences = {
                method: (table.get(method), expected.get(method))
                for method in table.keys() | expected.keys()
                if table.get(method) != expected.get(method)
            }
            self.assertEqual(differences, {})

    def _make_odoo_row(self, model):
        """A row of one of Odoo's models that is an administrator's."""
        if model == "base.automation":
            return self.env.ref("support_center.automation_webhook_create")
        if model == "ir.cron":
            return self.env.ref("support_center.cron_cleanup_old_appointments")
        if model == "ir.actions.server":
            return self.env.ref("support_center.server_action_send_confirmation")
        if model == "privacy.lookup.wizard":
            return self.env[model].create({"name": "Somebody", "email": "somebody@example.com"})
        if model == "privacy.lookup.wizard.line":
            return self.env[model].create(
                {
                    "wizard_id": self._make_odoo_row("privacy.lookup.wizard").id,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.env["res.partner"].create({"name": "Somebody"}).id,
                }
            )
        if model == "mail.mail":
            return self.env[model].create({"email_to": "x@example.com"})
        if model == "calendar.event":
            return self.env[model].create(
                {"name": "Private", "start": at("2026-03-05 08:00"), "stop": at("2026-03-05 09:00"),
                 "privacy": "private"}
            )  # fmt: skip
        return None


PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
