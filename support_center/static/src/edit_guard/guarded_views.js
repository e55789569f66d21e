/** @odoo-module **/

import { _t } from "@web/core/l10n/translation";
import { useBus, useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { calendarView } from "@web/views/calendar/calendar_view";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { EDIT_CONFLICT, EditConflictDialog, RELOAD_EVENT } from "./edit_conflict_dialog";
import { BoardDialog } from "../board/board_dialog";
import { UNDONE_EVENT } from "../undo/undo_service";
import { GuardedModel, VERSION, versionsOf } from "./guarded_model";

const APPOINTMENT = "support.appointment";
const MOVED_FIELDS = ["start", "stop", "duration", "technician_id"];
const views = registry.category("views");

export class GuardedFormController extends FormController {
    setup() {
        super.setup();
        this.undo = useService("support_center.undo");
        useBus(this.env.bus, RELOAD_EVENT, () => this.readAgain());
        useBus(this.env.bus, UNDONE_EVENT, ({ detail }) => this.readUndone(detail.ids));
    }

    /** What somebody is typing stays; saving it then tells them what has changed. */
    async readUndone(ids) {
        if (ids.includes(this.model.root.resId) && !(await this.model.root.isDirty())) {
            await this.model.load();
        }
    }

    /** A confirmed visit that is moved: who is told, and from when to when. */
    async onWillSaveRecord(record, changes) {
        const canProceed = await super.onWillSaveRecord(...arguments);
        if (canProceed === false || !this.isMove(record, changes) || this.model._urgentSave) {
            return canProceed;
        }
        const vals = Object.fromEntries(
            MOVED_FIELDS.filter((name) => name in changes).map((name) => [name, changes[name]])
        );
        const question = await this.orm.call("support.undo.step", "ask", [record.resId, vals]);
        if (!question) {
            return canProceed;
        }
        let choices = false;
        await new Promise((resolve) =>
            this.model.dialog.add(
                BoardDialog,
                {
                    title: _t("Move the visit?"),
                    ...question,
                    alternatives: [],
                    cancelLabel: _t("Go Back"),
                    actions: [
                        {
                            label: () => _t("Move"),
                            isMain: true,
                            // The dialog has closed by then: what was chosen is read after both.
                            run: (chosen) => {
                                choices = chosen;
                            },
                        },
                    ],
                },
                { onClose: resolve }
            )
        );
        Object.assign(changes, choices);
        return choices ? canProceed : false;
    }

    async onRecordSaved(record, changes) {
        await super.onRecordSaved(...arguments);
        if (this.isMove(record, changes)) {
            const step = await this.orm.call("support.undo.step", "find_last", [record.resId]);
            if (step) {
                this.undo.offer(step);
            }
        }
    }

    isMove(record, changes) {
        return (
            record.resModel === APPOINTMENT &&
            record.resId &&
            MOVED_FIELDS.some((name) => name in changes)
        );
    }

    async readAgain() {
        if (this.model.root.resId) {
            await this.model.root.discard();
            await this.model.load();
        }
    }

    /** Asked when the form is left, where "discard" would go on as if nothing had been. */
    async onSaveError(error) {
        if (error.exceptionName !== EDIT_CONFLICT) {
            return super.onSaveError(...arguments);
        }
        this.model.dialog.add(EditConflictDialog, {
            data: error.data,
            onReload: () => this.readAgain(),
        });
        return false;
    }
}

export class GuardedListController extends ListController {
    setup() {
        super.setup();
        useBus(this.env.bus, RELOAD_EVENT, async () => {
            await this.model.root.leaveEditMode({ discard: true });
            await this.model.load();
        });
        useBus(this.env.bus, UNDONE_EVENT, () => this.model.load());
    }

    /** Odoo 17 writes `changes` next; Odoo 19 asks here without records, and sends the version. */
    async onWillSaveMulti(editedRecord, changes, validRecords) {
        const canProceed = await super.onWillSaveMulti(...arguments);
        if (canProceed !== false && validRecords) {
            changes[VERSION] = versionsOf(validRecords);
        }
        return canProceed;
    }
}

export class GuardedKanbanController extends KanbanController {
    setup() {
        super.setup();
        useBus(this.env.bus, RELOAD_EVENT, () => this.model.load());
        useBus(this.env.bus, UNDONE_EVENT, () => this.model.load());
    }
}

export class GuardedCalendarModel extends CalendarModel {
    buildRawRecord(partialRecord) {
        const data = super.buildRawRecord(...arguments);
        const known = partialRecord.id && this.data.records[partialRecord.id];
        if (known && "edit_version" in known.rawRecord) {
            data.edit_version = known.rawRecord.edit_version;
        }
        return data;
    }

    /** The tile says who is visited and who goes; the reference alone says nothing. */
    normalizeRecord(rawRecord) {
        const record = super.normalizeRecord(...arguments);
        record.title = rawRecord.calendar_label || record.title;
        return record;
    }

    /** A move that is refused snaps back. */
    async updateRecord() {
        try {
            return await super.updateRecord(...arguments);
        } catch (error) {
            await this.load();
            throw error;
        }
    }
}

export const guardedFormView = {
    ...formView,
    Controller: GuardedFormController,
    Model: GuardedModel,
};

views.add("support_form", guardedFormView);
views.add("support_list", {
    ...listView,
    Controller: GuardedListController,
    Model: GuardedModel,
});
views.add("support_kanban", {
    ...kanbanView,
    Controller: GuardedKanbanController,
    Model: GuardedModel,
});
views.add("support_calendar", { ...calendarView, Model: GuardedCalendarModel });
