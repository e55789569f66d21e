/** @odoo-module **/

import { registry } from "@web/core/registry";

const ZONE = "Africa/Abidjan";
// What is typed into each field, and found there once the page was saved.
const TEXTS = {
    support_center_alias_name: "visits",
    support_center_reminder_hours: "48",
    support_center_cleanup_days: "90",
    support_center_webhook_secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
};
const SWITCHES = [
    "support_center_auto_assign",
    "support_center_calendar_mirror",
    "support_center_webhook_allow_private",
];

const find = (selector) => document.querySelector(selector);
const assert = (condition, message) => {
    if (!condition) {
        throw new Error(message);
    }
};
const panel = (name, key) =>
    `.o_support_settings_panel[data-panel=${name}] .o_support_settings_row[data-key=${key}]`;
const press = (name, key, button) => ({
    content: `Press ${button} of ${key}`,
    trigger: `${panel(name, key)} button[data-name=${button}]`,
    run: "click",
});
const shows = (name, key, text) => ({
    content: `${key} shows ${text}`,
    trigger: `${panel(name, key)}:contains(${text})`,
    run() {},
});

registry.category("web_tour.tours").add("support_center_settings", {
    test: true,
    steps: () => [
        ...Object.keys(TEXTS).map((name) => ({
            content: `Enter another value for ${name}`,
            trigger: `div[name=${name}] input`,
            run: `text ${TEXTS[name]}`,
        })),
        {
            content: "Enter the address that Python has set a receiver up at",
            trigger: "div[name=support_center_webhook_response_url] input",
            run: "text http://127.0.0.1:9/hook",
        },
        ...SWITCHES.map((name) => ({
            content: `Switch ${name}`,
            trigger: `div[name=${name}] input`,
            run: "click",
        })),
        {
            content: "Choose a company for webhooks",
            trigger: "div[name=support_center_webhook_company_id] input",
            run: "text Second Support",
        },
        {
            content: "It is offered",
            trigger: ".o-autocomplete--dropdown-item:contains(Second Support Company)",
            run: "click",
        },
        {
            content: "Open the zones",
            trigger: "div[name=support_center_intake_timezone]",
            run() {
                const select = find("div[name=support_center_intake_timezone] select");
                if (select) {
                    select.value = JSON.stringify(ZONE);
                    select.dispatchEvent(new Event("change", { bubbles: true }));
                } else {
                    find("div[name=support_center_intake_timezone] input").click();
                }
            },
        },
        {
            content: "Choose one",
            trigger: `.o_select_menu_item:contains(${ZONE}), div[name=support_center_intake_timezone] select`,
            run() {
                const items = [...document.querySelectorAll(".o_select_menu_item")];
                items.find((item) => item.textContent.includes(ZONE))?.click();
            },
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The page comes back without changes to save",
            trigger:
                ".o_support_settings_panel[data-panel=webhook] button[data-name=ping]",
            run() {},
        },
        {
            content: "Every value is the one that was entered",
            trigger: "div[name=support_center_alias_name] input",
            run() {
                for (const [name, value] of Object.entries(TEXTS)) {
                    const shown = find(`div[name=${name}] input, div[name=${name}] span`);
                    const text = shown.value ?? shown.textContent;
                    assert(text === value, `${name} is ${text}, not ${value}`);
                }
                const checked = SWITCHES.map((name) => find(`div[name=${name}] input`).checked);
                assert(
                    checked.join() === "true,false,true",
                    `the switches are ${checked.join()}`
                );
            },
        },
    ],
});

registry.category("web_tour.tours").add("support_center_settings_panels", {
    test: true,
    steps: () => [
        {
            content: "The steps that are left are shown, and where they are done",
            trigger: `${panel("setup", "technician")} .o_support_settings_badge:contains(Done)`,
            run() {},
        },
        shows("automation", "automation_send_confirmation", "On"),
        press("automation", "automation_send_confirmation", "switch_off"),
        {
            content: "It is off, also where its mail is shown",
            trigger: `${panel("mail", "mail_template_appointment_confirmation")}:contains(Not sent)`,
            run() {},
        },
        press("automation", "automation_send_confirmation", "switch_on"),
        {
            content: "The dry run asks first",
            trigger: ".modal-footer button[name=action_switch_on]:visible",
            run: "click",
        },
        {
            content: "It is on again",
            trigger: `${panel("mail", "mail_template_appointment_confirmation")} .o_support_settings_badge:contains(Sent)`,
            run() {},
        },
        press("mail", "mail_template_appointment_reminder", "sample"),
        {
            content: "The sample is announced",
            trigger: ".o_notification:contains(on its way)",
            run() {},
        },
        press("webhook", "out", "ping"),
        {
            content: "What the receiver answered is told",
            trigger: ".o_notification:contains(The receiver took it)",
            run() {},
        },
        press("webhook", "in", "switch_on"),
        {
            content: "Nothing waits for it",
            trigger: ".modal-footer button[name=action_switch_on]:visible",
            run: "click",
        },
        {
            content: "The address of the rule can be copied",
            trigger: `${panel("webhook", "in")} input`,
            run() {
                const address = find(`${panel("webhook", "in")} input`).value;
                assert(address.includes("/web/hook/"), `the address is ${address}`);
            },
        },
        {
            content: "A title leads to what it names",
            trigger: `${panel("mail", "mail_template_appointment_reminder")} .o_support_settings_open`,
            run: "click",
        },
        {
            content: "The template",
            trigger: ".o_form_view div[name=body_html]",
            run() {},
        },
    ],
});
