/** @odoo-module **/

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { Component, onMounted, useRef, useState } from "@odoo/owl";

// Of the picture, in pixels; the pad on the page may be smaller.
const WIDTH = 600;
const HEIGHT = 240;

/** The customer signs with a finger, or by their name where that cannot be. */
export class SignatureDialog extends Component {
    setup() {
        this.state = useState({ name: this.props.name, isDrawn: false });
        this.canvas = useRef("canvas");
        onMounted(() => this.clear());
    }

    get title() {
        return _t("Signature of the customer");
    }

    get pen() {
        return this.canvas.el.getContext("2d");
    }

    clear() {
        const { pen } = this;
        // White below, so that dark lines are seen on a dark page and on paper alike.
        pen.fillStyle = "#fff";
        pen.fillRect(0, 0, WIDTH, HEIGHT);
        pen.strokeStyle = "#111";
        pen.lineWidth = 3;
        pen.lineCap = pen.lineJoin = "round";
        this.state.isDrawn = false;
    }

    getPoint(ev) {
        const box = this.canvas.el.getBoundingClientRect();
        return [
            ((ev.clientX - box.left) / box.width) * WIDTH,
            ((ev.clientY - box.top) / box.height) * HEIGHT,
        ];
    }

    begin(ev) {
        this.canvas.el.setPointerCapture?.(ev.pointerId);
        this.isDown = true;
        this.pen.beginPath();
        this.pen.moveTo(...this.getPoint(ev));
    }

    draw(ev) {
        if (this.isDown) {
            this.pen.lineTo(...this.getPoint(ev));
            this.pen.stroke();
            this.state.isDrawn = true;
        }
    }

    end() {
        this.isDown = false;
    }

    save() {
        const image = this.state.isDrawn
            ? this.canvas.el.toDataURL("image/png").split(",")[1]
            : false;
        this.props.save({ name: this.state.name.trim(), image });
        this.props.close();
    }
}

SignatureDialog.template = "support_center.MyDaySignature";
SignatureDialog.components = { Dialog };
SignatureDialog.props = { name: String, save: Function, close: Function };

/** Nobody is there: a photo of the closed door may go with it. */
export class AbsentDialog extends Component {
    setup() {
        this.state = useState({ file: null });
    }

    get title() {
        return _t("Was the customer absent?");
    }

    choose(ev) {
        this.state.file = ev.target.files[0] || null;
    }

    save() {
        this.props.save(this.state.file);
        this.props.close();
    }
}

AbsentDialog.template = "support_center.MyDayAbsent";
AbsentDialog.components = { Dialog };
AbsentDialog.props = { body: String, save: Function, close: Function };

/** Which of the visits that follow begin later as well. */
export class SlipDialog extends Component {
    setup() {
        const chosen = this.props.visits.map((visit) => [visit.id, visit.is_hit]);
        this.state = useState({ chosen: Object.fromEntries(chosen) });
    }

    get title() {
        return _t("Do the next visits begin later, too?");
    }

    get ids() {
        return this.props.visits
            .map((visit) => visit.id)
            .filter((visitId) => this.state.chosen[visitId]);
    }

    save() {
        this.props.save(this.ids);
        this.props.close();
    }
}

SlipDialog.template = "support_center.MyDaySlip";
SlipDialog.components = { Dialog };
SlipDialog.props = { visits: Array, save: Function, close: Function };
