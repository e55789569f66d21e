import logging
from datetime import timedelta
from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...compat import under_test
from ...formatting import format_title
from ...pruning import prune
from ..common.erasure import get_patterns

# The one logger of everything automatic; administrators grep for its name.
AUTOMATION_LOGGER = logging.getLogger("support_center.automation")

OUTCOMES = [("ok", "Done"), ("skipped", "Skipped"), ("failed", "Failed")]

RETENTION_DAYS = 365

# How much of a text a row keeps, in characters: enough for a long traceback or request.
LONGEST_TEXT = {"message": 5_000, "payload": 20_000}


class SupportAutomationLog(models.Model):
    _name = "support.automation.log"
    _description = "Automation Log"
    _inherit = "support.ids.mixin"
    _order = "id desc"
    _rec_name = "action"

    action = fields.Char(required=True, readonly=True)
    # Plain values: a row outlives the record it speaks of, and a failure may be
    # written while that record is not committed yet.
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    reference = fields.Char(readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    message = fields.Text(readonly=True)
    payload = fields.Text(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)

    def init(self):
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_automation_log_record_idx
                ON support_automation_log (res_model, res_id)
            """
        )
        # What is to be pruned.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_automation_log_age_idx
                ON support_automation_log (create_date)
            """
        )
        # What did not go well, newest first: nearly all rows are of what did.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_automation_log_outcome_idx
                ON support_automation_log (outcome, id)
             WHERE outcome IN ('skipped', 'failed')
            """
        )

    # ------------------------------------------------------------------
    # CRUD: append-only, for everybody
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Keep the beginning of long texts, and how much was cut: anybody may send megabytes."""
        return super().create([self._shorten(vals) for vals in vals_list])

    @api.model
    def _shorten(self, vals):
        cut = {
            field: self._shorten_text(vals[field], limit)
            for field, limit in LONGEST_TEXT.items()
            if isinstance(vals.get(field), str) and len(vals[field]) > limit
        }
        return {**vals, **cut}

    @api.model
    def _shorten_text(self, text, limit):
        """The beginning of ``text`` and the number of characters that were cut, together at
        most ``limit``."""
        kept = text[: limit - 200]
        return (
            kept
            + "…\n"
            + _("[%(count)s more characters were cut off.]", count=len(text) - len(kept))
        )

    def write(self, vals):
        """Refuse: a log that can be edited proves nothing.

        :raise AccessError: always, but for an empty recordset
        """
        if not self:
            return super().write(vals)
        raise AccessError(_("The automation log is append-only: its rows cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(_("The automation log is append-only: old rows are pruned by Odoo itself."))

    @api.autovacuum
    def _gc_old_rows(self):
        """Prune rows older than ``RETENTION_DAYS`` days."""
        oldest = fields.Datetime.now() - timedelta(days=RETENTION_DAYS)
        return prune(self.env, partial(self._delete_before, oldest))

    @api.model
    def _delete_before(self, oldest, limit):
        """Delete at most ``limit`` rows of before ``oldest``, naive UTC; how many there were."""
        # SQL, since the ORM's unlink is refused to everybody.
        self.env.cr.execute(
            """
            DELETE FROM support_automation_log
             WHERE id IN (SELECT id FROM support_automation_log WHERE create_date < %s
                        ORDER BY create_date LIMIT %s)
            """,
            [oldest, limit],
        )
        return self.env.cr.rowcount

    # ------------------------------------------------------------------
    # Erasure of personal data: the one change that the law asks for
    # ------------------------------------------------------------------

    @api.model
    def _search_personal_data(self, email, name):
        """Rows that hold an address or a name, as superuser; see ``support.erasure.mixin``.

        A request that was refused has left no record, but its payload is here.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id FROM support_automation_log AS entry"
            " WHERE to_jsonb(entry)::text ILIKE ANY(%s) ORDER BY id",
            [get_patterns(email, name)],
        )
        # sudo: as in the mixin
        return self.sudo().browse([record_id for (record_id,) in self.env.cr.fetchall()])

    def _erase_personal_data(self):
        """Empty what these rows say and what came in; that and when something was done stays."""
        if not self:
            return
        self.env.flush_all()
        # SQL, since the ORM's write is refused to everybody.
        self.env.cr.execute(
            """
            UPDATE support_automation_log
               SET message = NULL, payload = NULL,
                   -- A ticket's reference has its subject, an appointment's has not.
                   reference = CASE WHEN res_model = 'support.appointment' THEN reference END
             WHERE id IN %s
            """,
            [tuple(self.ids)],
        )
        self.invalidate_recordset(flush=False)

    @api.model
    def _erase_of(self, records):
        """Empty all rows about these records."""
        self.search(self._get_domain_of(records))._erase_personal_data()

    # ------------------------------------------------------------------
    # Reading rows
    # ------------------------------------------------------------------

    @api.model
    def _get_domain_of(self, records):
        """What was done automatically about these records."""
        return [("res_model", "=", records._name), ("res_id", "in", records.ids)]

    @api.model
    def _count_of(self, records):
        """
        :return: dict of the ids of ``records`` to how many rows each has; none for no rows
        """
        # sudo: the number of rows is shown; the rows themselves need the right.
        rows = self.sudo()._read_group(self._get_domain_of(records), ["res_id"], ["__count"])
        return dict(rows)

    @api.model
    def _open(self, domain, records):
        """
        :param records: whose rows these are, for the title
        :return: window action on the rows of ``domain``
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_automation_log_action"
        )
        return {**action, "name": format_title(action["name"], records), "domain": domain}

    # ------------------------------------------------------------------
    # Writing rows
    # ------------------------------------------------------------------

    @api.model
    def _record(self, action, records, outcome, message="", payload=None, error=None):
        """Write one row and one log line for each of ``records``.

        :param str action: short technical name of the automated action
        :param records: recordset the action was about; an empty one gives a
            single row without a record
        :param str outcome: ``ok``, ``skipped`` or ``failed``
        :param str message: the reason, for people with access to the log
        :param str payload: what came in, where there is such a thing
        :param Exception error: what failed; only its class reaches the server
            log, since its text may hold personal data
        :return: the rows, as superuser
        """
        vals_list = self._prepare_row_vals(action, records, outcome, message, payload)
        self._emit(vals_list, error)
        # sudo: nobody has the right to create rows by hand, and the user whose
        # save fired a rule need not know that the log exists.
        return self.sudo().create(vals_list)

    @api.model
    def _store_rows(self, vals_list):
        """Write rows as ``_prepare_row_vals`` returns them, and a log line for each."""
        self._emit(vals_list)
        self.sudo().create(vals_list)  # sudo: as in _record

    @api.model
    def _record_even_if_rolled_back(self, action, records, outcome, message="", payload=None):
        """Like ``_record``, for a transaction that is about to be lost.

        The row is written twice over: here, for a caller that catches the
        error and commits, and in a cursor of its own once the transaction was
        rolled back. Only one of the two survives.
        """
        vals_list = self._prepare_row_vals(action, records, outcome, message, payload)
        self._emit(vals_list)
        self.sudo().create(vals_list)  # sudo: as in _record
        if not under_test():  # a test's own roll-back must leave nothing behind
            self.env.cr.postrollback.add(
                partial(self._store_in_own_transaction, self.env.registry, self.env.uid, vals_list)
            )

    @staticmethod
    def _store_in_own_transaction(registry, uid, vals_list):
        """Write rows whose first transaction is gone; leaving the block commits them."""
        with registry.cursor() as cr:
            api.Environment(cr, uid, {}, su=True)["support.automation.log"].create(vals_list)

    @api.model
    def _prepare_row_vals(self, action, records, outcome, message="", payload=None):
        row = {
            "action": action,
            "res_model": records._name if records is not None else False,
            "outcome": outcome,
            "message": message,
            "payload": payload,
            "company_id": self.env.company.id,
        }
        if not records:
            return [row]
        # sudo: the reference of a record is named in the log, no matter who fired the action.
        return [
            dict(
                row,
                res_id=record.id,
                reference=self._get_reference(record),
                company_id=record.company_id.id if "company_id" in record else row["company_id"],
            )
            for record in records.sudo()
        ]

    @api.model
    def _get_reference(self, record):
        # The display name of a ticket has its subject, which a customer wrote.
        return record.number if record._name == "support.ticket" else record.display_name

    @api.model
    def _emit(self, vals_list, error=None):
        """Write the rows to the server log too: names and outcomes, nothing personal."""
        for vals in vals_list:
            AUTOMATION_LOGGER.log(
                logging.WARNING if vals["outcome"] == "failed" else logging.INFO,
                "action=%s outcome=%s record=%s,%s reference=%s%s",
                vals["action"],
                vals["outcome"],
                vals["res_model"] or "-",
                vals.get("res_id") or "-",
                vals.get("reference") or "-",
                " error=%s" % type(error).__name__ if error is not None else "",
            )
