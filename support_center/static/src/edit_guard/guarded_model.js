/** @odoo-module **/

import { RelationalModel } from "@web/model/relational_model/relational_model";

export const VERSION = "edit_version";

/** The versions of several records, as the server takes them: by their ids. */
export function versionsOf(records) {
    return Object.fromEntries(
        records.map((record) => [record.resId, record._values[VERSION]])
    );
}

/** Sends along from which version of the record a change was made; the server compares. */
export class GuardedRecord extends RelationalModel.Record {
    _getChanges(changes) {
        const result = super._getChanges(...arguments);
        // With arguments it is not about saving, but about what an onchange is to see.
        if (changes !== undefined || !this.resId || !Object.keys(result).length) {
            return result;
        }
        if (this.selected && this.model.multiEdit && !this.model.hooks.onAskMultiSaveConfirmation) {
            // Odoo 17 would take the version for a field that is edited, and is read-only: the
            // list's controller adds it to what is written.
            return result;
        }
        const versions = this._getVersions();
        if (versions !== undefined) {
            result[VERSION] = versions;
        }
        return result;
    }

    _getVersions() {
        const root = this.model.root;
        if (root !== this && this.selected && root.selection?.length > 1) {
            // The same change goes to all of the selected records, each of a version of its own.
            return versionsOf(root.selection);
        }
        return this._values[VERSION];
    }
}

export class GuardedModel extends RelationalModel {
    static Record = GuardedRecord;
}
