/* Not a module of Odoo: these pages have none of its scripts, and work without this one, too. */
(() => {
    "use strict";
    const { event, parent: site, zone, askZone } = document.body.dataset;

    /** Tell the page round our frame; the server has written down only a site that may know. */
    function tell(message) {
        if (site && window.parent !== window) {
            window.parent.postMessage({ source: "support_center", ...message }, site);
        }
    }

    /** Show the times in the visitor's own zone, once. */
    function useOwnZone() {
        let own = "";
        try {
            own = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
        } catch {
            return;
        }
        const url = new URL(location.href);
        if (!askZone || !own || own === zone || url.searchParams.has("tz")) {
            return;
        }
        url.searchParams.set("tz", own);
        location.replace(url);
    }

    const select = document.getElementById("o_book_tz");
    if (select) {
        select.addEventListener("change", () => select.form.submit());
    }
    // Who presses a button twice means it once.
    for (const form of document.querySelectorAll("form[method=post]")) {
        form.addEventListener("submit", (ev) => {
            if (form.dataset.sent) {
                ev.preventDefault();
            }
            form.dataset.sent = "1";
        });
    }
    // The page as it was, after Back.
    addEventListener("pageshow", () => {
        for (const form of document.forms) {
            delete form.dataset.sent;
        }
    });
    const fault = document.querySelector("[aria-invalid]");
    if (fault) {
        fault.focus();
    }
    useOwnZone();
    if (site) {
        const page = document.querySelector(".o_book_page");
        const grow = () => tell({ type: "height", height: Math.ceil(page.scrollHeight) });
        new ResizeObserver(grow).observe(page);
        tell({ type: "event", name: event });
    }
})();
