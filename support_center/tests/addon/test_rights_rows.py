from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import new_test_user, tagged
from odoo.tools import convert_file

from ..common import SupportCase, at
from .test_data_files import ADDON


@tagged("post_install", "-at_install")
class TestPortalRows(SupportCase):
    """Whose appointments and tickets a customer sees: those of the own company, up and down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.company_partner = partners.create({"name": "Big Customer", "is_company": True})
        people = {"parent_id": cls.company_partner.id}
        cls.boss, cls.colleague = partners.create(
            [{"name": "Boss", **people}, {"name": "Colleague", **people}]
        )
        cls.address = partners.create(
            {"name": "Back Door", "parent_id": cls.colleague.id, "type": "delivery"}
        )
        cls.subsidiary = partners.create({"name": "Subsidiary", "is_company": True, **people})
        cls.stranger = partners.create({"name": "Stranger Ltd", "is_company": True})
        cls.stranger_colleague = partners.create(
            {"name": "Stranger's Clerk", "parent_id": cls.stranger.id}
        )
        cls.everybody = (
            cls.company_partner
            | cls.boss
            | cls.colleague
            | cls.address
            | cls.subsidiary
            | cls.stranger
            | cls.stranger_colleague
        )
        for partner in cls.everybody:
            cls._create_appointment(partner_id=partner.id)
            cls.env["support.ticket"].create({"name": partner.name, "partner_id": partner.id})

    def _log_in_as(self, partner):
        user = new_test_user(self.env, f"portal_{partner.id}", groups="base.group_portal")
        former = user.partner_id
        user.partner_id = partner
        former.active = False
        return user

    def _assert_sees(self, partner, expected):
        """The rows of ``expected`` and no others, by searching and by guessing the number."""
        user = self._log_in_as(partner)
        for model in ("support.appointment", "support.ticket"):
            rows = self.env[model].search([("partner_id", "in", self.everybody.ids)])
            with self.subTest(model=model, user=partner.name):
                seen = rows.with_user(user).search([("id", "in", rows.ids)])
                self.assertEqual(seen.sudo().partner_id, expected)
            for row in rows:
                with self.subTest(model=model, user=partner.name, row=row.partner_id.name):
                    self.env.invalidate_all()
                    if row.partner_id in expected:
                        self.assertEqual(row.with_user(user).read(["state"])[0]["id"], row.id)
                    else:
                        with self.assertRaises(AccessError):
                            row.with_user(user).read(["state"])

    def test_one_who_leaves_the_company_sees_no_more_of_it(self):
        user = self._log_in_as(self.boss)
        visits = self.env["support.appointment"].with_user(user)
        own = [("partner_id", "=", self.colleague.id)]
        self.assertTrue(visits.search(own))
        self.boss.parent_id = self.stranger
        self.assertFalse(visits.search(own))
        self.assertTrue(visits.search([("partner_id", "=", self.stranger_colleague.id)]))

    def test_a_colleague_sees_all_of_the_own_company(self):
        own = self.company_partner | self.boss | self.colleague | self.address | self.subsidiary
        self._assert_sees(self.boss, own)

    def test_somebody_below_a_contact_sees_what_is_above(self):
        own = self.company_partner | self.boss | self.colleague | self.address | self.subsidiary
        self._assert_sees(self.address, own)

    def test_the_company_itself_sees_its_people(self):
        own = self.company_partner | self.boss | self.colleague | self.address | self.subsidiary
        self._assert_sees(self.company_partner, own)

    def test_a_subsidiary_does_not_see_the_company_above_it(self):
        self._assert_sees(self.subsidiary, self.subsidiary)

    def test_another_company_sees_its_own_alone(self):
        self._assert_sees(self.stranger_colleague, self.stranger | self.stranger_colleague)

    def test_what_has_no_customer_is_nobodys(self):
        """``child_of`` of no contact at all must not be everything."""
        user = self._log_in_as(self.boss)
        draft = self.env["support.appointment"].create({"customer_name": "Not known yet"})
        ticket = self.env["support.ticket"].create({"name": "Whose?"})
        for row in (draft, ticket):
            with self.subTest(row._name), self.assertRaises(AccessError):
                row.with_user(user).read(["state"])


@tagged("post_install", "-at_install")
class TestTechnicianRows(SupportCase):
    """Which tickets a technician sees: those of the own visits, and those assigned to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_2 = new_test_user(
            cls.env, login="support_technician_2", groups="support_center.group_support_technician"
        )
        cls.technician_2.user_id = cls.user_2
        vals = {"partner_id": cls.customer.id, "user_id": False}
        cls.of_visit, cls.assigned, cls.of_another, cls.of_nobody = cls.env[
            "support.ticket"
        ].create([{**vals, "name": name} for name in ("Visit", "Assigned", "Another", "Nobody")])
        cls.visit = cls._create_appointment(
            technician_id=cls.technician.id, ticket_id=cls.of_visit.id
        )
        cls._create_appointment(technician_id=cls.technician_2.id, ticket_id=cls.of_another.id)
        cls.assigned.user_id = cls.user_technician
        cls.tickets = cls.of_visit | cls.assigned | cls.of_another | cls.of_nobody

    def _get_seen(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.tickets.with_user(user).search([("id", "in", self.tickets.ids)]).sudo()

    def test_the_own_ones_and_no_others(self):
        self.assertEqual(self._get_seen(self.user_technician), self.of_visit | self.assigned)
        self.assertEqual(self._get_seen(self.user_2), self.of_another)
        self.assertEqual(self._get_seen(self.user_dispatcher), self.tickets)

    def test_the_others_are_neither_read_nor_written_by_their_number(self):
        for ticket in (self.of_another, self.of_nobody):
            mine = ticket.with_user(self.user_technician)
            with self.subTest(ticket.name):
                with self.assertRaises(AccessError):
                    mine.read(["name"])
                with self.assertRaises(AccessError):
                    mine.write({"name": "Mine now"})
                self.assertNotEqual(ticket.name, "Mine now")
        self.of_visit.with_user(self.user_technician).write({"priority": "3"})
        self.assertEqual(self.of_visit.priority, "3")

    def test_the_ticket_goes_with_the_visit(self):
        self.visit.technician_id = self.technician_2
        self.assertEqual(self._get_seen(self.user_technician), self.assigned)
        self.assertEqual(self._get_seen(self.user_2), self.of_visit | self.of_another)

    def test_a_ticket_of_two_visits_is_both_technicians(self):
        self._create_appointment(
            technician_id=self.technician_2.id,
            ticket_id=self.of_visit.id,
            start=at("2026-03-09 10:00"),
        )
        self.assertIn(self.of_visit, self._get_seen(self.user_technician))
        self.assertIn(self.of_visit, self._get_seen(self.user_2))

    def test_nor_creates_or_deletes_one(self):
        with self.assertRaises(AccessError):
            self.env["support.ticket"].with_user(self.user_technician).create({"name": "New"})
        with self.assertRaises(AccessError):
            self.of_visit.with_user(self.user_technician).unlink()


@tagged("post_install", "-at_install")
class TestOwnPages(SupportCase):
    """What a page holds (reasons, proposals, names of customers) is its user's alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.colleague = new_test_user(
            cls.env,
            login="support_manager_2",
            # The highest of our roles, and the administrator's: neither opens a colleague's page.
            groups="support_center.group_support_manager,base.group_system",
        )

    @classmethod
    def _prepare_vals(cls, model):
        """What a page of ``model`` needs at least, its page above it included."""
        vals = {}
        for name, field in cls.env[model]._fields.items():
            if not field.required or field.compute or name in MAGIC_COLUMNS:
                continue
            if field.relational:
                comodel = field.comodel_name
                other = (
                    cls._create_page(comodel)
                    if cls.env[comodel].is_transient()
                    else {"support.appointment": cls.visit, "support.technician": cls.technician}[
                        comodel
                    ]
                )
                vals[name] = other.id if field.type == "many2one" else [Command.set(other.ids)]
            elif field.type == "selection":
                vals[name] = field.get_values(cls.env)[0]
            elif field.type == "datetime":
                vals[name] = at("2026-03-05 10:00")
            elif field.type in ("integer", "float"):
                vals[name] = 1
            else:
                vals[name] = "1"
        return vals

    @classmethod
    def _create_page(cls, model):
        return cls.env[model].with_user(cls.user_manager).create(cls._prepare_vals(model))

    @classmethod
    def _get_models(cls):
        """All of our pages, a new one too."""
        return [
            name
            for name, model in sorted(cls.env.registry.items())
            if name.startswith("support.") and model._transient
        ]

    def test_nobody_else_opens_changes_or_deletes_one(self):
        models = self._get_models()
        self.assertIn("support.dry.run.line", models)
        for model in models:
            page = self._create_page(model)
            self.env.flush_all()
            page.invalidate_recordset()
            self.assertTrue(page.read(), model)
            foreign = page.with_user(self.colleague)
            with self.subTest(model=model):
                self.assertFalse(foreign.search([("id", "=", page.id)]))
                with self.assertRaises(AccessError):
                    foreign.read(["create_uid"])
                with self.assertRaises(AccessError):
                    foreign.write({"create_uid": self.colleague.id})
                with self.assertRaises(AccessError):
                    foreign.unlink()

    def test_nor_looks_at_it_through_one_of_the_own(self):
        """A line of a page is put below somebody else's page by its number only."""
        theirs = self._create_page("support.merge.wizard")
        lines = self.env["support.merge.wizard.line"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            lines.create({"wizard_id": theirs.id, "appointment_id": self.visit.id}).wizard_id.read(
                ["kept_id"]
            )


@tagged("post_install", "-at_install")
class TestWhatAdministratorsEdit(SupportCase):
    """An upgrade leaves what administrators switch, word or narrow as they have it."""

    # A new kind of data has to be put on one of the two lists.
    KEPT = {
        "base.automation",
        "ir.config_parameter",
        "ir.cron",
        "ir.rule",
        "ir.sequence",
        "mail.alias",
        "mail.template",
        "support.reminder",
        "support.stage",
        "support.team",
    }
    OURS = {
        "ir.module.category",
        "res.groups",
        "res.groups.privilege",  # of 19.0
        "ir.actions.server",
        "ir.actions.act_window",
    }

    def _get_records(self):
        """Each record of the data files: path, element, whether an upgrade leaves it alone."""
        for folder in ("data", "security"):
            for path in sorted((ADDON / folder).glob("*.xml")):
                root = etree.parse(str(path)).getroot()
                for record in root.iter("record"):
                    above = [record.getparent(), *record.getparent().iterancestors()]
                    kept = any(node.get("noupdate") == "1" for node in above)
                    yield path, record, kept

    def test_each_record_is_in_a_file_that_is_not_loaded_again(self):
        found = set()
        for path, record, kept in self._get_records():
            model = record.get("model")
            found.add(model)
            with self.subTest(file=path.name, record=record.get("id")):
                self.assertIn(model, self.KEPT | self.OURS)
                self.assertEqual(kept, model in self.KEPT)
                row = self.env["ir.model.data"].search(
                    [("module", "=", "support_center"), ("name", "=", record.get("id"))]
                )
                self.assertEqual(row.noupdate, kept)
        self.assertLessEqual(self.KEPT, found)

    def test_an_upgrade_takes_no_edit_back(self):
        rule = self.env.ref("support_center.support_appointment_rule_technician")
        narrowed = "[('technician_id.user_id', '=', user.id), ('priority', '!=', '0')]"
        rule.domain_force = narrowed
        parameter = self.env["ir.config_parameter"].search(
            [("key", "=", "support_center.reminder_hours")]
        )
        parameter.value = "48"
        automation = self.env.ref("support_center.automation_send_confirmation")
        automation.active = False
        for name in ("support_appointment_security", "support_ticket_security"):
            convert_file(self.env, "support_center", f"security/{name}.xml", {}, mode="update")
        for name in ("config_parameters", "automation_rules"):
            convert_file(self.env, "support_center", f"data/{name}.xml", {}, mode="update")
        self.env.invalidate_all()
        self.assertEqual(rule.domain_force, narrowed)
        self.assertEqual(parameter.value, "48")
        self.assertFalse(automation.active)


@tagged("post_install", "-at_install")
class TestCompanyRows(SupportCase):
    """A manager of one company and the rows of another, by search and by number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create({"name": "Elsewhere"})
        allowed = [Command.set(cls.company_2.ids)]
        cls.far_technician = cls.env["support.technician"].create(
            {"name": "Far", "company_id": cls.company_2.id, "tz": "UTC"}
        )
        cls.far_visit = cls._create_appointment(company_id=cls.company_2.id)
        cls.far_manager = new_test_user(
            cls.env,
            login="far_manager",
            groups="support_center.group_support_manager",
            company_id=cls.company_2.id,
            company_ids=allowed,
        )

    def test_what_is_said_automatically_of_a_visit_is_its_company_s(self):
        """The log row of a visit belongs to the visit's company, whichever user the rule ran as."""
        self.far_visit._run_automation("probe", lambda records: None)
        row = self._get_log(self.far_visit, "probe")
        self.assertEqual(row.company_id, self.company_2)
        for user, expected in ((self.user_manager, False), (self.far_manager, True)):
            self.assertEqual(bool(row.with_user(user).search([("id", "=", row.id)])), expected)
        with self.assertRaises(AccessError):
            row.with_user(self.user_manager).read(["message"])
