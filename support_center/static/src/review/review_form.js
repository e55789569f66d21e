/** @odoo-module **/

import { registry } from "@web/core/registry";

import { GuardedModel } from "../edit_guard/guarded_model";
import { GuardedFormController, guardedFormView } from "../edit_guard/guarded_views";

/** Tells the inbox when the request was read again, as after a dialog that changed it. */
export class ReviewModel extends GuardedModel {
    async load() {
        const isAgain = Boolean(this.root);
        await super.load(...arguments);
        if (isAgain) {
            // Not waited for: the inbox may take this form away, and who waits with it.
            this.env.supportReview?.onChange();
        }
    }
}

/** Tells the inbox around it what becomes of the request; alone it is a form like others. */
export class ReviewFormController extends GuardedFormController {
    setup() {
        super.setup();
        this.env.supportReview?.register(this);
    }

    async beforeExecuteActionButton(clickParams) {
        const canGoOn = await super.beforeExecuteActionButton(...arguments);
        // Now, since the form is read again before the button's work is over.
        this.env.supportReview?.onPress(clickParams.name, this.model.root.resId);
        return canGoOn;
    }
}

registry.category("views").add("support_review_form", {
    ...guardedFormView,
    Controller: ReviewFormController,
    Model: ReviewModel,
});
