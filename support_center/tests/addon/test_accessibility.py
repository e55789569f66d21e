import json
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..common import SupportHttpCase
from ..common_axe import AXE_URL, ODOO_OWN, publish_axe

# WCAG 2.1 AA, the level that laws on accessibility ask for.
CHECK = """
(async () => {
    %(before)s
    const script = document.createElement("script");
    script.src = %(axe)s;
    const loaded = new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = () => reject(new Error("axe-core cannot be loaded"));
    });
    document.head.appendChild(script);
    await loaded;
    // What fades in has no contrast yet.
    await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})));
    const { violations } = await axe.run(
        { include: %(include)s, exclude: %(exclude)s },
        {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
            rules: %(rules)s,
            resultTypes: ["violations"],
        }
    );
    if (violations.length) {
        const lines = violations.flatMap((rule) =>
            rule.nodes.map(
                ({ target, html, failureSummary }) =>
                    `${rule.id}: ${target} ${html.slice(0, 200)} ${failureSummary}`
            )
        );
        throw new Error("\\n" + lines.join("\\n"));
    }
    console.log("test successful");
})()
"""

# Many pages in one browser, each in a frame as wide as a telephone.
CHECK_PAGES = """
(async () => {
    const found = [];
    for (const url of %(urls)s) {
        const frame = document.createElement("iframe");
        frame.width = 375;
        frame.height = 800;
        frame.src = url;
        const shown = new Promise((resolve) => (frame.onload = resolve));
        document.body.append(frame);
        await shown;
        const page = frame.contentDocument;
        if (!page.querySelector(".o_support_page")) {
            throw new Error(`No page of ours: ${url}`);
        }
        const script = page.createElement("script");
        script.src = %(axe)s;
        const loaded = new Promise((resolve) => (script.onload = resolve));
        page.head.append(script);
        await loaded;
        const { violations } = await frame.contentWindow.axe.run(
            { include: ["html"], exclude: ["header#top", "footer"] },
            { resultTypes: ["violations"] }
        );
        for (const rule of violations) {
            for (const { target, html } of rule.nodes) {
                found.push(`${url} ${rule.id}: ${target} ${html.slice(0, 200)}`);
            }
        }
        frame.remove();
    }
    if (found.length) {
        throw new Error("\\n" + found.join("\\n"));
    }
    console.log("test successful");
})()
"""

# What a person taps before axe-core looks.
OPEN = """
    document.querySelector(%(button)s).click();
    while (!document.querySelector(%(shown)s)) {
        await new Promise(requestAnimationFrame);
    }
"""


@tagged("post_install", "-at_install")
class TestAccessibility(SupportHttpCase):
    """What axe-core finds in our views and pages: nothing serious.

    It looks at what we render; what Odoo's own web client puts round it (the control panel, the
    pager, the chatter) is left out by the selectors below.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        publish_axe(cls.env)
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.appointment = cls._create_appointment(
            start=now + timedelta(days=2), technician_id=cls.technician.id, location="1 Street"
        )

    def _create_visit_of_today(self):
        # At noon, which may be over: only a manager records that.
        appointments = self.env["support.appointment"].with_user(self.user_manager)
        return appointments.create(
            {
                "partner_id": self.customer.id,
                "technician_id": self.technician.id,
                "start": fields.Datetime.now().replace(hour=12, minute=0, second=0, microsecond=0),
                "location": "1 Street",
            }
        )

    def _check(self, url, ready, include, rules=None, login=None, before=""):
        values = {
            "axe": AXE_URL,
            "include": list(include),
            "exclude": list(ODOO_OWN),
            "rules": rules or {},
        }
        values = {key: json.dumps(value) for key, value in values.items()}
        code = CHECK % {**values, "before": before}
        self.browser_js(url, code, f"Boolean(document.querySelector({ready!r}))", login=login)

    def test_the_customers_page(self):
        self.appointment.action_confirm()
        url = self.appointment._get_share_url()
        self._check(url, "#wrapwrap main", ["#wrapwrap"])

    def test_all_that_customers_do(self):
        """Every page by its link, and the lists of who logs in."""
        visit = self.appointment
        visit.type_id = self.type
        self.type.instructions = "<p>Clear the <b>way</b></p>"
        visit.action_confirm()
        visit.message_post(
            body="On the left",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("plan.txt", b"a plan")],
        )
        times = self.env["support.customer.times"]
        free = [free for day in times._find_days(visit) for free in day.times]
        hold = times._hold_time(visit, free[0].start)
        near = self.env["support.appointment.type"].create(
            {"name": "Installation", "cancel_notice_hours": 100}
        )
        late = self._create_appointment(
            start=visit.start + timedelta(days=1), type_id=near.id, state="confirmed"
        )
        ended = [
            self._create_appointment(
                start=visit.start + timedelta(days=number + 2),
                technician_id=self.technician.id,
                state=state,
            )
            for number, state in enumerate(("draft", "done", "cancelled"))
        ]
        ticket = self.env["support.ticket"].create(
            {"name": "Quiet", "partner_id": self.customer.id}
        )
        user = new_test_user(self.env, login="support_axe", groups="base.group_portal")
        user.partner_id.parent_id = self.customer
        urls = [
            visit._get_link_to(),
            *(late._get_link_to(suffix) for suffix in ("", "/attend", "/times", "/cancel")),
            visit._get_link_to("/times"),
            *(each._get_link_to() for each in ended),
            *(ended[0]._get_link_to(suffix) for suffix in ("/times", "/cancel")),
            ticket._get_link_to(),
            visit._get_link_to("/move", hold=hold.id),
            "/my/appointments?filterby=all",
            "/my/tickets",
        ]
        urls = [url.replace(visit.get_base_url(), "") for url in urls]
        code = CHECK_PAGES % {"urls": json.dumps(urls), "axe": json.dumps(AXE_URL)}
        self.browser_js("/my/tickets", code, "document.readyState === 'complete'", login=user.login)

    def _check_view(self, action, view_type, ready, user=None, rules=None):
        action = self.env.ref(f"support_center.{action}")
        view_type = f"&view_type={view_type}" if view_type else ""
        self._check(
            f"/web#action={action.id}{view_type}",
            ready,
            [".o_action_manager"],
            rules,
            login=(user or self.user_dispatcher).login,
        )

    def test_list(self):
        self._check_view("support_appointment_action", "list", ".o_list_view .o_data_row")

    def test_kanban(self):
        self._check_view("support_appointment_action", "kanban", ".o_kanban_view .o_kanban_record")

    def test_calendar(self):
        # FullCalendar's own box of hours cannot be scrolled by keyboard.
        rules = {"scrollable-region-focusable": {"enabled": False}}
        self._check_view(
            "support_appointment_action", "calendar", ".o_calendar_view .fc-view", rules=rules
        )

    def test_form(self):
        action = self.env.ref("support_center.support_appointment_action")
        self._check(
            f"/web#action={action.id}&id={self.appointment.id}&view_type=form",
            ".o_form_view .o_field_widget[name=partner_id]",
            [".o_form_view .o_form_sheet_bg"],
            login=self.user_dispatcher.login,
        )

    def test_board(self):
        self._create_visit_of_today()
        self._create_appointment(start=False)
        self._check_view("support_board_action", "", ".o_sc_board .ec-event")

    def test_inbox(self):
        self._create_appointment(
            partner_id=False,
            start=False,
            source="email",
            intake_state="review",
            intake_raw="customer_email: nobody",
            intake_errors=[{"field": "customer_email", "code": "invalid", "message": "No."}],
        )
        self._check_view("support_review_inbox_action", "", ".o_support_original")

    def test_my_day(self):
        self._create_visit_of_today().action_confirm()
        self._check_view(
            "support_my_day_action", "", ".o_support_my_day article", self.user_technician
        )

    def test_reporting(self):
        middle = fields.Datetime.now().replace(day=15, hour=10) - relativedelta(months=1)
        self.appointment.action_confirm()
        self.appointment._write_restored({"start": middle, "stop": middle + timedelta(hours=1)})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET state = 'done' WHERE id = %s", [self.appointment.id]
        )
        self._check_view(
            "support_reporting_action",
            "",
            ".o_support_figures tbody button",
            self.user_manager,
        )

    def test_a_full_day_and_its_dialogs(self):
        """Visits in every state, one who is late, a form that is open and each dialog."""
        late = self._create_visit_of_today()
        late.action_confirm()
        states = ("in_progress", "done", "no_show", "cancelled")
        for number, state in enumerate(states):
            visit = self._create_visit_of_today()
            visit._write_restored(
                {"start": visit.start + timedelta(hours=number + 1), "state": state}
            )
        late._write_protected({"expected_arrival": late.start + timedelta(minutes=30)})
        action = self.env.ref("support_center.support_my_day_action")
        for button, shown in (
            (".o_support_work", ".o_support_work_form"),
            (".o_support_sign", ".modal .o_support_pad"),
            (".o_support_no_show", ".modal .o_support_proof"),
        ):
            with self.subTest(button=button):
                self._check(
                    f"/web#action={action.id}",
                    f".o_support_my_day article {button}",
                    [".modal-content"] if "modal" in shown else [".o_action_manager"],
                    login=self.user_technician.login,
                    before=OPEN % {"button": json.dumps(button), "shown": json.dumps(shown)},
                )

    def test_settings_and_health(self):
        self.user_manager.groups_id |= self.env.ref("base.group_system")
        self._check_view(
            "res_config_settings_action", "", ".o_support_settings_panel", self.user_manager
        )
        self._check_view("support_health_action", "", ".o_form_view .o_data_row", self.user_manager)

    def test_tickets_and_technicians(self):
        self.env["support.ticket"].create({"name": "Broken", "partner_id": self.customer.id})
        for action in ("support_ticket_action", "support_technician_action"):
            for view_type, ready in (
                ("list", ".o_list_view .o_data_row"),
                ("kanban", ".o_kanban_record:not(.o_kanban_ghost)"),
            ):
                with self.subTest(action=action, view=view_type):
                    self._check_view(action, view_type, ready)
