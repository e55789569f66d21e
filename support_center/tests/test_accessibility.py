import importlib.util
from datetime import timedelta
from pathlib import Path
from unittest import SkipTest

from odoo import fields
from odoo.tests import tagged

from .common import SupportHttpCase

# WCAG 2.1 AA, the level that laws on accessibility ask for.
CHECK = """
(async () => {
    const script = document.createElement("script");
    script.src = "%(axe)s";
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
    const serious = violations.filter((each) => ["serious", "critical"].includes(each.impact));
    if (serious.length) {
        const lines = serious.flatMap((rule) =>
            rule.nodes.map(
                ({ target, html, failureSummary }) =>
                    `${rule.id}: ${target} ${html.slice(0, 200)} ${failureSummary}`
            )
        );
        throw new Error(lines.join("\\n"));
    }
    console.log("test successful");
})()
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
        found = importlib.util.find_spec("axe_playwright_python")
        if not found or not found.origin:
            raise SkipTest("axe-core is not installed: pip install axe-playwright-python")
        source = Path(found.origin).with_name("axe.min.js").read_bytes()
        cls.axe = cls.env["ir.attachment"].create(
            {
                "name": "axe.min.js",
                "raw": source,
                "mimetype": "application/javascript",
                "public": True,
            }
        )
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.appointment = cls._create_appointment(
            start=now + timedelta(days=2), technician_id=cls.technician.id, location="1 Street"
        )

    def _check(self, url, ready, include, exclude=(), rules=None, login=None):
        values = {
            "axe": f"/web/content/{self.axe.id}/axe.min.js",
            "include": list(include),
            "exclude": list(exclude),
            "rules": rules or {},
        }
        code = CHECK % {key: str(value) for key, value in values.items()}
        self.browser_js(url, code, f"Boolean(document.querySelector({ready!r}))", login=login)

    def test_the_customers_page(self):
        self.appointment.action_confirm()
        url = self.appointment._get_share_url()
        self._check(url, "#wrapwrap main", ["#wrapwrap"])

    def _check_view(self, action, view_type, ready, exclude=()):
        action = self.env.ref(f"support_center.{action}")
        self._check(
            f"/web#action={action.id}&view_type={view_type}",
            ready,
            [".o_action_manager .o_content"],
            exclude,
            login=self.user_dispatcher.login,
        )

    def test_list(self):
        self._check_view("support_appointment_action", "list", ".o_list_view .o_data_row")

    def test_kanban(self):
        self._check_view("support_appointment_action", "kanban", ".o_kanban_view .o_kanban_record")

    def test_calendar(self):
        self._check_view("support_appointment_action", "calendar", ".o_calendar_view")
