/*
 * Shows a booking page as a part of another site:
 *
 *   <script src="https://odoo.example.com/book/embed.js" data-type="repair" async></script>
 *
 * The frame stands where the script stands, and grows with its page. The site hears of it by
 * events of the element “script.nextElementSibling”, which bubble: support-booking-shown,
 * -chosen, -taken and -booked. Further data-… of the script are parameters of the page: lang, tz,
 * company, name, email, phone, location, description, date. See docs/booking.md.
 */
(() => {
    "use strict";
    const script = document.currentScript;
    const { origin } = new URL(script.src);
    const { type, title, ...parameters } = script.dataset;
    const url = new URL(type ? `/book/${encodeURIComponent(type)}` : "/book", origin);
    for (const [name, value] of Object.entries(parameters)) {
        url.searchParams.set(name, value);
    }
    url.searchParams.set("embed", location.origin);
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.title = title || "Booking";
    frame.style.cssText = "width: 100%; height: 600px; border: 0; display: block;";
    script.after(frame);
    let page = "";
    addEventListener("message", ({ source, origin: sender, data }) => {
        if (source !== frame.contentWindow || sender !== origin) {
            return;
        }
        if (!data || data.source !== "support_center") {
            return;
        }
        if (data.type === "height" && data.height > 0) {
            frame.style.height = `${Math.min(data.height, 20000)}px`;
        } else if (data.type === "event" && /^[a-z]+$/.test(data.name)) {
            frame.dispatchEvent(new CustomEvent(`support-booking-${data.name}`, { bubbles: true }));
            // A new page begins at its top, which a tall one may have left out of sight.
            if (page && page !== data.name && frame.getBoundingClientRect().top < 0) {
                frame.scrollIntoView();
            }
            page = data.name;
        }
    });
})();
