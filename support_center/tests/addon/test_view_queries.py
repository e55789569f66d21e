from datetime import timedelta

from lxml import etree

from odoo.tests import tagged

from ..common import SupportCase, at

MODELS = (
    "support.appointment",
    "support.appointment.report",
    "support.ticket",
    "support.technician",
    "support.automation.log",
    "support.notification",
    "support.webhook.delivery",
)
FEW, MANY = 3, 30


@tagged("post_install", "-at_install")
class TestViewQueries(SupportCase):
    """Thirty records on a page cost as many queries as three: nothing is read one by one."""

    def _make(self, count):
        """Records of each model with all that a view may ask of them."""
        env = self.env
        names = [f"Many {number}" for number in range(count)]
        partners = env["res.partner"].create(
            [{"name": name, "email": f"{name[5:]}@example.com"} for name in names]
        )
        users = env["res.users"].with_context(no_reset_password=True)
        users = users.create([{"name": name, "login": f"{count} {name}"} for name in names])
        technicians = env["support.technician"].create(
            [
                {"name": user.name, "user_id": user.id, "resource_calendar_id": self.calendar.id}
                for user in users
            ]
        )
        types = env["support.appointment.type"].create(
            [{"name": name, "code": f"{count} {name}"} for name in names]
        )
        tickets = env["support.ticket"].create(
            [
                {"name": partner.name, "partner_id": partner.id, "user_id": user.id}
                for partner, user in zip(partners, users, strict=True)
            ]
        )
        appointments = env["support.appointment"].create(
            [
                {
                    "partner_id": partner.id,
                    "technician_id": technician.id,
                    "ticket_id": ticket.id,
                    "type_id": kind.id,
                    "start": at("2026-03-05 08:00") + timedelta(days=7),
                }
                for partner, technician, ticket, kind in zip(
                    partners, technicians, tickets, types, strict=True
                )
            ]
        )
        for appointment in appointments:
            appointment.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.uid)
        deliveries = env["support.webhook.delivery"]
        known = deliveries.search([])
        events = [("appointment.accepted", appointment) for appointment in appointments]
        deliveries._enqueue(events, "https://example.com/hook")
        deliveries = deliveries.search([]) - known
        env["support.automation.log"]._record("send_confirmation", appointments, "ok")
        log = env["support.automation.log"].search([], limit=count, order="id desc")
        # Drafts count in no figure, so that Reporting has visits of its own.
        planned = env["support.appointment"].create(
            [
                {
                    "partner_id": appointment.partner_id.id,
                    "technician_id": appointment.technician_id.id,
                    "ticket_id": appointment.ticket_id.id,
                    "type_id": appointment.type_id.id,
                    "start": appointment.start + timedelta(days=7),
                }
                for appointment in appointments
            ]
        )
        env.flush_all()
        env.cr.execute(
            "UPDATE support_appointment SET state = 'confirmed' WHERE id = ANY(%s)", [planned.ids]
        )
        figures = env["support.appointment.report"].browse(planned.ids)
        told = env["support.notification"].browse()
        for appointment in appointments:
            told |= told._record(appointment, "answer")
        made = (appointments, figures, tickets, technicians, log, deliveries, told)
        return {records._name: records for records in made}

    def _get_specification(self, model, arch):
        """What the web client asks for to show a view of this ``arch``."""
        specification = {}
        for node in etree.fromstring(arch).iter("field"):
            field = model._fields.get(node.get("name"))
            if field is None or any(parent.tag == "field" for parent in node.iterancestors()):
                continue
            relational = field.relational
            specification[field.name] = {"fields": {"display_name": {}}} if relational else {}
        return specification

    def _count_queries(self, records, specification):
        user = self.user_manager
        self.env.flush_all()
        self.env.invalidate_all()
        model = records.with_user(user).browse()
        before = self.env.cr.sql_log_count
        page = model.web_search_read([("id", "in", records.ids)], specification, limit=80)
        self.assertEqual(len(page["records"]), len(records))
        return self.env.cr.sql_log_count - before

    def test_a_page_of_many_costs_what_a_page_of_few_costs(self):
        few, many = self._make(FEW), self._make(MANY)
        views = self.env["ir.ui.view"].search(
            [("model", "in", MODELS), ("type", "in", ("tree", "list", "kanban", "calendar"))]
        )
        self.assertGreater(len(views), len(MODELS))
        for view in views:
            model = self.env[view.model].with_user(self.user_manager)
            arch = model.get_view(view.id, view.type)["arch"]
            specification = self._get_specification(model, arch)
            with self.subTest(view=view.name):
                # The first time fills the caches of rights, views and sequences.
                self._count_queries(few[view.model], specification)
                counts = [
                    self._count_queries(made[view.model], specification) for made in (few, many)
                ]
                self.assertEqual(*counts)
                self.assertLess(counts[0], 60)
