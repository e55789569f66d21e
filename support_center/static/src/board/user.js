/** @odoo-module **/

import { session } from "@web/session";

/** The user's id: each series keeps it elsewhere, and the later one takes it off the session. */
const uid = session.uid ?? session.user_id?.[0];

export function getUserId() {
    return uid;
}
