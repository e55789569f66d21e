from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import GUIDE_DATA, SupportCase, at

MODELS = [
    "support.appointment",
    "support.appointment.report",
    "support.appointment.type",
    "support.area",
    "support.automation.log",
    "support.notification",
    "support.reminder",
    "support.skill",
    "support.slot.hold",
    "support.slot.offer",
    "support.stage",
    "support.statistics",
    "support.team",
    "support.technician",
    "support.ticket",
    "support.webhook.delivery",
]
# Pages of dispatchers, and of managers.
PAGES = [
    "support.bulk.result",
    "support.bulk.result.line",
    "support.cancel.wizard",
    "support.dry.run",
    "support.dry.run.line",
    "support.erase.wizard",
    "support.health",
    "support.health.line",
    "support.reject.wizard",
    "support.merge.wizard",
    "support.merge.wizard.line",
    "support.replan",
    "support.replan.line",
    "support.slot.finder",
    "support.slot.finder.line",
]


@tagged("post_install", "-at_install")
class TestSecurityRoles(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_appointment(technician_id=cls.technician.id)
        cls.other = cls._create_appointment(technician_id=cls.technician_2.id)
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Ticket", "partner_id": cls.customer.id}
        )
        cls.portal_partner = cls.env["res.partner"].create(
            {"name": "Colleague", "parent_id": cls.customer.id, "email": "colleague@example.com"}
        )
        cls.user_portal = new_test_user(cls.env, login="support_portal", groups="base.group_portal")
        cls.user_portal.partner_id.parent_id = cls.customer
        cls.user_public = cls.env.ref("base.public_user")

    def _as(self, user, model="support.appointment"):
        return self.env[model].with_user(user)

    def test_technician_sees_and_works_on_the_own_ones(self):
        appointments = self._as(self.user_technician)
        self.assertEqual(appointments.search([]), self.own)
        with self.assertRaises(AccessError):
            appointments.browse(self.other.id).read(["name"])
        self.own.action_confirm()
        own = appointments.browse(self.own.id)
        # On its day: before, they are refused.
        with freeze_time("2026-03-05 10:00:00"):
            own.action_start()
            own.action_done()
        self.assertEqual(self.own.state, "done")
        with self.assertRaises(AccessError):
            appointments.create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            own.unlink()

    def test_dispatcher_plans_everything_and_deletes_nothing(self):
        appointments = self._as(self.user_dispatcher)
        self.assertLessEqual(self.own | self.other, appointments.search([]))
        made = appointments.create(
            {"partner_id": self.customer.id, "start": at("2026-03-06 10:00")}
        )
        made.write({"technician_id": self.technician_2.id})
        made.action_confirm()
        self.assertEqual(made.state, "confirmed")
        with self.assertRaises(AccessError):
            made.unlink()
        with self.assertRaises(AccessError):
            self.env["support.technician"].with_user(self.user_dispatcher).create({"name": "X"})

    def test_manager_sets_up(self):
        self._as(self.user_manager, "support.skill").create({"name": "New skill"})
        self._as(self.user_manager, "support.technician").create({"name": "New technician"})
        self._as(self.user_manager, "support.appointment.type").create({"name": "New type"})
        self._as(self.user_manager, "support.team").create({"name": "New team"})
        self.other.with_user(self.user_manager).unlink()
        self.assertFalse(self.other.exists())

    def test_integration_may_only_create_by_external_data_and_read_that(self):
        appointments = self._as(self.user_integration)
        self.assertFalse(appointments.search([]))
        with self.assertRaises(AccessError):
            appointments.create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            appointments.with_context(external_data=GUIDE_DATA).create({"location": "x"})
        made = appointments.with_context(external_data=GUIDE_DATA).create({})
        self.assertEqual(appointments.search([]), made)
        self.assertEqual(made.with_user(self.user_integration).read(["state"])[0]["state"], "draft")
        with self.assertRaises(AccessError):
            made.with_user(self.user_integration).write({"location": "x"})
        with self.assertRaises(AccessError):
            made.with_user(self.user_integration).action_confirm()
        with self.assertRaises(AccessError):
            made.with_user(self.user_integration).unlink()
        for model in {*MODELS, *PAGES} - {"support.appointment"}:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as(self.user_integration, model).search([])

    def test_a_page_is_its_users_alone(self):
        colleague = new_test_user(
            self.env, login="support_dispatcher_2", groups="support_center.group_support_dispatcher"
        )
        pages = {
            "support.bulk.result": {},
            "support.cancel.wizard": {},
            "support.merge.wizard": {"kept_id": self.other.id},
            "support.reject.wizard": {"reason": "Private"},
            "support.replan": {},
        }
        for model, vals in pages.items():
            with self.subTest(model=model):
                page = self._as(self.user_dispatcher, model).create(vals)
                self.assertTrue(page.read())
                with self.assertRaises(AccessError):
                    page.with_user(colleague).read()

    def test_a_page_of_a_dispatcher_opens_no_other_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_appointment(company_id=company.id, description="Secret")
        mine = self._as(self.user_dispatcher).browse(self.other.id)
        pages = {
            "support.bulk.result.line": {
                "result_id": self._as(self.user_dispatcher, "support.bulk.result").create({}).id
            },
            "support.merge.wizard.line": {
                "wizard_id": self._as(self.user_dispatcher, "support.merge.wizard")
                .create({"kept_id": mine.id})
                .id
            },
            "support.slot.finder": {
                "date_from": at("2026-03-05 08:00"),
                "date_to": at("2026-03-06 08:00"),
                "duration": 1.0,
            },
            "support.replan.line": {
                "replan_id": self._as(self.user_dispatcher, "support.replan").create({}).id
            },
        }
        for model, vals in pages.items():
            pages_of_user = self._as(self.user_dispatcher, model)
            with self.subTest(model=model, by="create"), self.assertRaises(AccessError):
                pages_of_user.create({**vals, "appointment_id": stranger.id})
            page = pages_of_user.create({**vals, "appointment_id": mine.id})
            with self.subTest(model=model, by="write"), self.assertRaises(AccessError):
                page.write({"appointment_id": stranger.id})
            # One that names it all the same shows nothing of it.
            page = pages_of_user.sudo().create({**vals, "appointment_id": stranger.id}).sudo(False)
            for name, field in page._fields.items():
                if (field.related or "").startswith("appointment_id."):
                    page.invalidate_recordset()
                    with self.subTest(model=model, field=name), self.assertRaises(AccessError):
                        page.read([name])

    def test_other_internal_users_read_resources_as_before(self):
        resource = self.technician.resource_id
        (values,) = resource.with_user(self.user_employee).read()
        self.assertNotIn("support_technician_ids", values)

    def test_leaves_of_another_company_s_technicians_are_not_a_manager_s(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env, login="far", company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        far = self.env["support.technician"].create(
            {"name": "Far", "company_id": company.id, "user_id": user.id}
        )
        leaves = self._as(self.user_manager, "resource.calendar.leaves")
        times = {"date_from": at("2026-03-05 00:00"), "date_to": at("2026-03-06 00:00")}
        with self.assertRaises(AccessError):
            leaves.create(
                {
                    **times,
                    "resource_id": far.resource_id.id,
                    "calendar_id": self.calendar.id,
                    "company_id": self.env.company.id,
                }
            )

    def test_other_internal_users_see_nothing(self):
        for model in MODELS + PAGES:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as(self.user_employee, model).search([])
        with self.assertRaises(AccessError):
            self._as(self.user_employee).with_context(external_data=GUIDE_DATA).create({})
        with self.assertRaises(AccessError):
            self._as(self.user_employee).check_external_data(GUIDE_DATA)

    def test_portal_users_see_their_company_s_own_and_no_internals(self):
        appointments = self._as(self.user_portal)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._create_appointment(partner_id=stranger.id)
        seen = appointments.search([])
        self.assertEqual(seen, self.own | self.other)
        self.assertNotIn(foreign, seen)
        self.assertEqual(self._as(self.user_portal, "support.ticket").search([]), self.ticket)
        for field in ("intake_raw", "intake_note", "intake_sender", "assignment_note"):
            with self.subTest(field=field), self.assertRaises(AccessError):
                appointments.browse(self.own.id).read([field])
        with self.assertRaises(AccessError):
            appointments.browse(self.own.id).write({"location": "x"})
        for model in {*MODELS, *PAGES} - {"support.appointment", "support.ticket"}:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as(self.user_portal, model).search([])

    def test_the_public_sees_nothing(self):
        for model in MODELS + PAGES:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as(self.user_public, model).search([])

    def test_technicians_have_no_pages_of_dispatchers(self):
        for model in PAGES:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self._as(self.user_technician, model).create({})

    def test_every_model_is_in_this_test(self):
        transient = self.env["ir.model"].search(
            [("model", "=like", "support.%"), ("transient", "=", True)]
        )
        self.assertEqual(set(transient.mapped("model")), set(PAGES))
        stored = self.env["ir.model"].search(
            [("model", "=like", "support.%"), ("transient", "=", False)]
        )
        concrete = {model.model for model in stored if not self.env[model.model]._abstract} - {
            "support.intake.key",
            "support.booking.attempt",
            "support.undo.step",
            "support.webhook.endpoint",
            "support.my.day.entry",
        }
        self.assertEqual(concrete, set(MODELS))

    def test_settings_are_an_administrator_s(self):
        """Odoo fills a new page of settings for everybody who asks."""
        parameters = self.env["ir.config_parameter"]
        names = []
        for name in ("webhook_secret", "webhook_secret_previous", "webhook_response_url"):
            parameters.set_param(f"support_center.{name}", "https://example.com/secret")
            names.append(f"support_center_{name}")
        for user in (
            self.user_technician,
            self.user_dispatcher,
            self.user_manager,
            self.user_integration,
            self.user_portal,
            self.user_public,
        ):
            with self.subTest(user=user.login):
                settings = self._as(user, "res.config.settings")
                found = settings.default_get(names)
                self.assertFalse([name for name in found if name.startswith("support_center")])
        administrator = self._as(self.env.ref("base.user_admin"), "res.config.settings")
        self.assertLessEqual(set(names), administrator.default_get(names).keys())

    def test_groups_are_internal_users(self):
        for role in ("technician", "dispatcher", "manager", "integration"):
            user = getattr(self, f"user_{role}")
            self.assertTrue(user.has_group("base.group_user"), role)
