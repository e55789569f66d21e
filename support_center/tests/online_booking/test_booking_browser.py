import json

from odoo.tests import common, tagged

from ..common_axe import AXE_URL, publish_axe
from .common import BookingCase

TOOLS = """
const until = async (what, find) => {
    for (let count = 0; count < 600; count++) {
        const found = find();
        if (found) {
            return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`there is no ${what}`);
};
"""
# The pages in a frame as wide as a screen, so that one browser is a phone and a desktop.
WALK = (
    TOOLS
    + """
const { axe, typed } = %(values)s;
const look = async (page) => {
    const script = page.createElement("script");
    script.src = axe;
    const loaded = new Promise((resolve) => (script.onload = resolve));
    page.head.append(script);
    await loaded;
    const { violations } = await page.defaultView.axe.run(page);
    const lines = violations.flatMap((rule) =>
        rule.nodes.map(({ html, failureSummary }) => `${rule.id}: ${html} ${failureSummary}`)
    );
    if (lines.length) {
        throw new Error("\\n" + lines.join("\\n"));
    }
    if (page.documentElement.scrollWidth > page.documentElement.clientWidth) {
        throw new Error(`${page.title}: wider than the screen`);
    }
};
const walk = async (width) => {
    const frame = document.createElement("iframe");
    frame.style.cssText = `width: ${width}px; height: 800px; max-width: none;`;
    frame.src = "/book";
    document.body.prepend(frame);
    // A page that is whole, and not the one before.
    const page = (selector) =>
        until(`${selector} at ${width}`, () => {
            const shown = frame.contentDocument;
            const isWhole = shown && shown.readyState === "complete";
            return isWhole && shown.querySelector(selector) && shown;
        });
    let shown = await page(".o_book_types a");
    await look(shown);
    shown.querySelector(".o_book_types a").click();
    // The script has told the browser's own zone.
    await until("zone", () => frame.contentWindow.location.search.includes("tz="));
    shown = await page(".o_book_times button");
    await look(shown);
    const days = [...shown.querySelectorAll(".o_book_days a")];
    days[2].click();
    await until("other day", () => frame.contentWindow.location.hash === "#times");
    shown = await page(".o_book_times button");
    shown.querySelector(".o_book_times button").click();
    shown = await page("#o_book_name");
    await look(shown);
    // Not yet whole: the browser itself asks for the rest.
    shown.querySelector("[name=choice]").click();
    for (const [name, text] of Object.entries(typed)) {
        shown.getElementById(`o_book_${name}`).value = text;
    }
    shown.querySelector("[name=choice]").click();
    shown = await page(".o_book_lines");
    await look(shown);
    if (!shown.querySelector("h1").textContent.includes("You are booked")) {
        throw new Error(shown.body.textContent);
    }
    frame.remove();
};
(async () => {
    await walk(1280);
    await walk(390);
    console.log("test successful");
})();
"""
)
# Another site shows the page: the frame is of localhost, the page round it of 127.0.0.1; see below.
EMBED = (
    TOOLS
    + """
(async () => {
    const heard = [];
    for (const name of ["shown", "chosen", "booked"]) {
        document.addEventListener(`support-booking-${name}`, () => heard.push(name));
    }
    // What somebody else says is nothing to us.
    const script = document.createElement("script");
    script.src = %(script)s;
    Object.assign(script.dataset, { type: "rep", tz: "UTC", name: "Ann" });
    const place = document.createElement("div");
    place.append(script);
    document.body.prepend(place);
    const frame = await until("frame", () => place.querySelector("iframe"));
    const address = new URL(frame.src);
    if (address.searchParams.get("embed") !== location.origin || !frame.title) {
        throw new Error(frame.src);
    }
    window.postMessage({ source: "support_center", type: "height", height: 9 }, "*");
    await until("event", () => heard.includes("shown"));
    await until("height", () => ![600, 9].includes(frame.offsetHeight));
    console.log("test successful");
})();
"""
)


@tagged("post_install", "-at_install")
class TestBookingBrowser(BookingCase):
    """The pages with JavaScript, on a phone and a desktop, and in the frame of another site."""

    def test_walk(self):
        publish_axe(self.env)
        # Not the browser's, which is UTC or that of who runs the tests.
        self.company.resource_calendar_id.tz = "Pacific/Noumea"
        values = {"axe": AXE_URL, "typed": self.typed}
        self.browser_js("/book", WALK % {"values": json.dumps(values)})
        self.assertEqual(self._find_bookings().mapped("state"), ["confirmed"] * 2)

    def test_the_frame_of_another_site(self):
        self.env["ir.config_parameter"].set_param(
            "support_center.booking_frame_origins", self.base_url()
        )
        other = self.base_url()
        if not hasattr(common, "TEST_CURSOR_COOKIE_NAME"):
            # Odoo 19 lets its browser see no other host: there the script is the site's own.
            other = other.replace("127.0.0.1", "localhost")
        self.browser_js("/book", EMBED % {"script": json.dumps(f"{other}/book/embed.js")})
