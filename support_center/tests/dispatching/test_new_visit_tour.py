import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportHttpCase
from ..common_axe import AXE_URL, ODOO_OWN, publish_axe

# Opens the page by its shortcut, has a customer found, and asks axe-core for all it knows.
CHECK = """
(async () => {
    const script = document.createElement("script");
    script.src = %(axe)s;
    const loaded = new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = () => reject(new Error("axe-core cannot be loaded"));
    });
    document.head.appendChild(script);
    await loaded;
    const find = async (selector) => {
        for (let number = 0; number < 200; number++) {
            const found = document.querySelector(selector);
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`${selector} does not come`);
    };
    const check = async (step) => {
        await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})));
        const { violations } = await axe.run(
            // The head, the foot and the frame are those of any dialog of Odoo's.
            { include: [".o_sc_new_visit .modal-body > *", ".o_sc_draft"], exclude: %(exclude)s },
            { resultTypes: ["violations"] }
        );
        if (violations.length) {
            throw new Error(
                violations.flatMap((rule) => rule.nodes.map(
                    ({ target, html }) => `${step}: ${rule.id}: ${target} ${html.slice(0, 200)}`
                )).join("\\n")
            );
        }
        const content = await find(".o_sc_new_visit");
        if (content.scrollWidth > content.clientWidth + 1) {
            throw new Error(`${step}: wider than the screen`);
        }
    };
    const keys = { key: "b", code: "KeyB", altKey: true, shiftKey: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", { ...keys, bubbles: true }));
    const caller = await find(".o_sc_new_visit .o_sc_caller");
    await check("empty");
    caller.value = "known";
    caller.dispatchEvent(new Event("input", { bubbles: true }));
    const candidate = await find(".o_sc_candidate");
    await check("candidates");
    candidate.click();
    await find(".o_sc_customer");
    const type = await find(".o_sc_type");
    type.value = type.options[1].value;
    type.dispatchEvent(new Event("change", { bubbles: true }));
    await find(".o_sc_offer");
    await check("times");
    document.querySelector(".o_sc_another").click();
    (await find(".o_sc_new_contact")).click();
    await find(".o_sc_contact");
    await check("new contact");
    console.log("test successful");
})()
"""


class NewVisitCase(SupportHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now()
        cls.customer.write({"street": "Mill Lane 4", "zip": "10115", "city": "Berlin"})
        cls._create_appointment(
            start=now - timedelta(days=40), technician_id=cls.technician.id, state="done"
        )
        cls.env["support.appointment.type"].create({"name": "Inspection"})
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer smokes", "partner_id": cls.customer.id}
        )
        cls.visits = cls.env["support.appointment"].search([])

    def _walk(self, tour, action="support_appointment_action", view="list", user=None, more=""):
        action = self.env.ref(f"support_center.{action}")
        view = f"&view_type={view}" if view else ""
        login = (user or self.user_dispatcher).login
        self.start_tour(f"/web#action={action.id}{view}{more}", tour, login=login)
        self.env.invalidate_all()
        return self.env["support.appointment"].search([]) - self.visits


@tagged("post_install", "-at_install")
class TestNewVisitTour(NewVisitCase):
    """A caller on the phone, in a browser: the clicks and fields are counted in the tours."""

    browser_size = "1440,900"

    def test_from_a_free_time_of_the_board(self):
        visit = self._walk("support_center_new_visit_board", "support_board_action", "")
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(visit.technician_id, self.technician)
        self.assertEqual(visit.partner_id, self.customer)
        self.assertEqual(visit.location, "Mill Lane 4, 10115 Berlin")
        ahead = visit.start - fields.Datetime.now()
        self.assertGreater(ahead, timedelta(days=1))

    def test_by_the_shortcut_for_somebody_new(self):
        visit = self._walk("support_center_new_visit_shortcut")
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(visit.partner_id.name, "Bakery Miller")
        self.assertEqual(visit.partner_id.zip, "20095")
        self.assertEqual(visit.description, "The oven is cold")

    def test_a_time_that_is_taken_meanwhile(self):
        with mute_logger("odoo.sql_db"):  # the refusal, which the tour reads
            visits = self._walk("support_center_new_visit_taken")
        booked = visits.filtered(lambda visit: visit.description == "No light")
        self.assertEqual(booked.state, "confirmed")
        self.assertEqual(booked.ticket_id, self.ticket)
        self.assertEqual(self.customer.phone, "+32 2 555 01 77")
        self.assertEqual(len(visits), 3)

    def test_from_a_ticket(self):
        more = f"&id={self.ticket.id}&model=support.ticket"
        visit = self._walk(
            "support_center_new_visit_ticket", "support_ticket_action", "form", more=more
        )
        self.assertEqual(visit.ticket_id, self.ticket)
        self.assertEqual(visit.description, "Printer smokes")

    def test_by_the_command_palette(self):
        self._walk("support_center_new_visit_palette")

    def test_it_is_not_offered_to_technicians(self):
        self._walk("support_center_new_visit_not_for_technicians", user=self.user_technician)


class AxeCase(NewVisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        publish_axe(cls.env)

    def _check(self):
        values = {"axe": AXE_URL, "exclude": list(ODOO_OWN)}
        action = self.env.ref("support_center.support_appointment_action")
        self.browser_js(
            f"/web#action={action.id}",
            CHECK % {key: json.dumps(value) for key, value in values.items()},
            "Boolean(document.querySelector('.o_control_panel'))",
            login=self.user_dispatcher.login,
        )


@tagged("post_install", "-at_install")
class TestNewVisitAccessibility(AxeCase):
    """Nothing of any impact that axe-core would find, on a desk's screen."""

    browser_size = "1440,900"

    def test_the_page(self):
        self._check()


@tagged("post_install", "-at_install")
class TestNewVisitOnAPhone(AxeCase):
    browser_size = "390,844"

    def test_the_page(self):
        self._check()
