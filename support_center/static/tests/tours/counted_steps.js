/** @odoo-module **/

/** Steps of tours that count what a person does by hand until a job is done. */

export const counts = { clicks: 0, fields: 0 };

export function see(content, trigger) {
    return { content, trigger, run() {} };
}

export function start(content, trigger) {
    return {
        content,
        trigger,
        run() {
            Object.assign(counts, { clicks: 0, fields: 0 });
        },
    };
}

/** `more` is what only a tour's own selectors understand. */
export function click(content, selector, more = "") {
    return {
        content,
        trigger: `${selector}${more}`,
        run() {
            counts.clicks++;
            document.querySelector(selector).click();
        },
    };
}

export function count(clicks, fields) {
    return {
        content: `${clicks} clicks and ${fields} fields`,
        trigger: "body",
        run() {
            if (counts.clicks !== clicks || counts.fields !== fields) {
                throw new Error(
                    `${counts.clicks} clicks and ${counts.fields} fields, not ${clicks} and ${fields}`
                );
            }
        },
    };
}
