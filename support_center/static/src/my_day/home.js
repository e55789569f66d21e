/** @odoo-module **/

import { registry } from "@web/core/registry";

/** What the app opens with: the server knows the user's role. */
registry
    .category("actions")
    .add("support_center.home", (env) => env.services.orm.call("support.home", "load", []));
