/** @odoo-module **/

import { EventBus } from "@odoo/owl";
import { registry } from "@web/core/registry";

const CHANGED = "support_center.appointment_changed";
const PRESENCE = "support_center.board_presence";
// The bus calls a new connection by one name in 17.0 and by the other in 19.0.
const RECONNECTED = ["reconnect", "BUS:RECONNECT"];

/**
 * Tells of appointments that somebody has changed: `changed` with `{ids, uid}`; of who else is at
 * the board: `presence`; and `missed` after the connection was lost, when anything may have changed.
 *
 * One subscription for the whole web client, since the bus of some series knows no end of one.
 */
export const liveService = {
    dependencies: ["bus_service"],
    start(env, { bus_service: busService }) {
        const changes = new EventBus();
        let isListening = false;
        function listen() {
            if (isListening) {
                return;
            }
            isListening = true;
            busService.subscribe(CHANGED, (payload) => changes.trigger("changed", payload));
            busService.subscribe(PRESENCE, (payload) => changes.trigger("presence", payload));
            for (const name of RECONNECTED) {
                busService.addEventListener(name, () => changes.trigger("missed"));
            }
            busService.start();
        }
        return { changes, listen };
    },
};

registry.category("services").add("support_center.live", liveService);
