/** @odoo-module **/

import { registry } from "@web/core/registry";

import { GuardedFormController, guardedFormView } from "../edit_guard/guarded_views";

/** Tells the inbox around it what becomes of the request; alone it is a form like others. */
export class ReviewFormController extends GuardedFormController {
    setup() {
        super.setup();
        this.env.supportReview?.register(this);
    }

    onWillLoadRoot() {
        super.onWillLoadRoot(...arguments);
        // Not the first time, when nothing can have changed.
        if (this.model?.root) {
            this.env.supportReview?.onChange();
        }
    }

    async beforeExecuteActionButton(clickParams) {
        const canGoOn = await super.beforeExecuteActionButton(...arguments);
        // Now, since the form is read again before the button's work is over.
        this.env.supportReview?.onPress(clickParams.name, this.model.root.resId);
        return canGoOn;
    }

    async afterExecuteActionButton() {
        await super.afterExecuteActionButton(...arguments);
        await this.env.supportReview?.onChange();
    }
}

registry.category("views").add("support_review_form", {
    ...guardedFormView,
    Controller: ReviewFormController,
});
