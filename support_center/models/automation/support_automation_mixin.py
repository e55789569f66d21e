import threading
import traceback
from contextvars import ContextVar

import psycopg2
from markupsafe import Markup
from psycopg2 import errorcodes

from odoo import _, api, fields, models
from odoo.http import request
from odoo.tools import plaintext2html

from ...compat import under_test
from ...languages import get_company_lang, get_user_lang
from ..common.support_protection_mixin import INTERNAL_KEY
from .first_attempt import ATTEMPT_KEY, FirstAttempt
from .support_automation_log import AUTOMATION_LOGGER

RETRIED_BY_ODOO = (
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
)

# Whether this thread is inside ``_run_job_batch``, which repeats what met another transaction.
is_repeated = ContextVar("support_center_is_repeated", default=False)
# So often a batch of a job is begun again.
MAX_REPEATS = 5

# So much of an error stands in an activity; the log has more of it.
MAX_SHOWN_ERROR = 1000
# So much of what somebody wrote, and twice as much of all that they wrote.
MAX_NOTE = 4000

# What a domain cannot say is looked up as ids; no more of them than these are looked at.
BACKLOG_MAX = 5000

# The outcome of a record that needs no row, since another one has told it all.
SILENT = ("skipped", "")


class SupportAutomationMixin(models.AbstractModel):
    _name = "support.automation.mixin"
    _description = "Guarded Automation"

    def _run_automation(self, action, handler):
        """Run an automated action so that it cannot harm the user's save.

        Odoo runs a rule's action as superuser under the user's uid and lets
        its exception roll the user's save back. Here the caller's own rights
        are put back first, but in the language of the record's company: what
        is stored reads the same no matter who saves. The work and its flush happen
        inside a savepoint; each record gets a row in the log; a failure becomes
        an activity on the record instead of an error on the user's screen. A
        batch that fails is run again record by record, so that one bad record
        does not spoil the others.

        :param str action: short technical name, as written to the log
        :param handler: callable that takes a recordset and does the work. It
            may return ``{record id: (outcome, message)}`` for the records
            whose outcome is not simply ``ok``; ``SILENT`` writes no row
        :return: recordset of those that did not fail
        """
        records = self._as_caller()
        done = records.browse()
        for lang, those in records.grouped(lambda r: r._get_company_lang()).items():
            done |= those.with_context(lang=lang)._run_guarded(action, handler)
        return done

    @api.model
    def _run_job_batch(self, work):
        """Run one batch of a job, and again where another transaction was in its way.

        Odoo repeats calls, never jobs. A job that has begun before somebody else's commit, by a
        worker of this server or of another one, can no more write what that one has changed, nor
        refer to it: its batch would fail, and record by record once more, each of them reported,
        although nothing is wrong with any. With a new view of the database the same work succeeds.

        :param work: callable without arguments that chooses a batch, does it and commits it, and
            stands for nothing that came before in this transaction
        :return: what ``work`` returns
        :raise psycopg2.OperationalError: not of this kind; after some repetitions none of it, but
            what fails is reported as ever
        """
        # A test's transaction is its own, and has no other one beside it.
        for _attempt in range(0 if under_test() else MAX_REPEATS):
            token = is_repeated.set(True)
            try:
                return work()
            except psycopg2.OperationalError as error:
                if error.pgcode not in RETRIED_BY_ODOO:
                    raise
                AUTOMATION_LOGGER.info("a batch of a job is repeated: %s", type(error).__name__)
                self.env.cr.rollback()
                self.env.transaction.reset()
            finally:
                is_repeated.reset(token)
        return work()

    def _run_guarded(self, action, handler, *, in_one_go=True):
        """Run an action on records whose companies have one language; see ``_run_automation``.

        :param bool in_one_go: whether actions that this one causes share its savepoint
        """
        whole = FirstAttempt.of(self.env)
        if whole:
            outcomes = whole.join(lambda: handler(self)) or {}
            whole.add(self._prepare_log_rows(action, outcomes))
            return self
        attempt = FirstAttempt(is_open=in_one_go)
        records = self.with_context(**{ATTEMPT_KEY: attempt})
        try:
            with attempt.lead(self.env.cr), self.env.cr.savepoint():
                outcomes = handler(records) or {}
                records.env.flush_all()
        except Exception as error:
            if self._is_retried(error):
                raise
            if attempt.is_shared:
                # What it caused may have failed, and has a savepoint of its own this time.
                return self._run_guarded(action, handler, in_one_go=False)
            if len(self) > 1:
                return self.browse().union(
                    *(record._run_guarded(action, handler) for record in self)
                )
            self._automation_failed(action, error)
            return self.browse()
        self.env["support.automation.log"]._store_rows(
            attempt.rows + self._prepare_log_rows(action, outcomes)
        )
        return self

    def _prepare_log_rows(self, action, outcomes):
        """What the log says of these records.

        :param dict outcomes: as the handler of ``_run_automation`` returns it
        :return: list of dicts
        """
        log = self.env["support.automation.log"]
        rows = []
        for outcome, message in set(outcomes.values()) - {SILENT}:
            those = self.filtered(lambda r, o=(outcome, message): outcomes.get(r.id) == o)
            rows += log._prepare_row_vals(action, those, outcome, message)
        plain = self.filtered(lambda record: record.id not in outcomes)
        return [*rows, *(log._prepare_row_vals(action, plain, "ok") if plain else [])]

    def _with_saved_together(self, rule):
        """These records and all others of the same save that a rule is to act on, once.

        Odoo decides once a save on which records a rule runs, and then runs
        its action on each of them alone. Where a hundred are confirmed at
        once, the first run may as well do the work of all; the later ones find
        nothing left to do, also of those that were skipped or failed.

        :param str rule: XML id of the ``base.automation``, without the module
        :return: recordset; just ``self`` when no rule called
        """
        done = self.env.context.get("__action_done") or {}
        # Cached by Odoo, where ``env.ref`` would ask the database for each record.
        rule_id = self.env["ir.model.data"]._xmlid_to_res_id(f"support_center.{rule}")
        found = done.get(self.env["base.automation"].browse(rule_id))
        if not found:
            return self
        # Odoo's dict is of this save alone, and so what is noted in it is, too.
        taken = done.setdefault(f"support_center.{rule}", set())
        fresh = (self | self.browse(found.ids)).filtered(lambda record: record.id not in taken)
        taken.update(fresh.ids)
        return fresh

    def _as_caller(self):
        """The same records with the rights of the user who caused the action, and without what
        the context may still carry: external data, and the key of what the addon itself writes."""
        context = dict(self.env.context)
        context.pop("external_data", None)
        context.pop(INTERNAL_KEY, None)
        return self.sudo(False).with_context(context)  # pylint: disable=context-overridden

    def _is_retried(self, error):
        """Whether the whole request, or this batch of a job, will be run again after ``error``.

        Odoo does so for calls that arrive by HTTP (XML-RPC, web client, mail
        front), never for crons and mailbox polling; ``_run_job_batch`` does it for those
        of our jobs. Of an XML-RPC call Odoo hides the request, so the thread is
        asked too, in which the web server notes the address that was called.
        """
        is_call = bool(request) or bool(getattr(threading.current_thread(), "url", ""))
        return (
            (is_call or is_repeated.get())
            # A mailbox that is polled by its button is not polled again either.
            and not self.env.context.get("default_fetchmail_server_id")
            and isinstance(error, psycopg2.OperationalError)
            and error.pgcode in RETRIED_BY_ODOO
        )

    def _automation_failed(self, action, error):
        """Make a failure visible: log row, server log, activity on the record."""
        self.ensure_one()
        self.env["support.automation.log"]._record(
            action,
            self,
            "failed",
            str(error) or type(error).__name__,
            payload="".join(traceback.format_exception(type(error), error, error.__traceback__)),
            error=error,
        )
        asking = self._for_responsible()
        self._try_activity(action, lambda: asking._ask_after_failure(action, error))

    def _ask_after_failure(self, action, error):
        return self._automation_activity(
            _("Automation failed: %(action)s", action=action),
            (str(error) or type(error).__name__)[:MAX_SHOWN_ERROR],
        )

    def _try_activity(self, action, schedule):
        """Make an activity, or log that it could not be made.

        What it is about is in the log by then; a second failure on the way to
        the activity must reach nobody's save and undo no outcome.

        :param str action: short technical name, as written to the log
        :param schedule: callable without arguments that makes the activity
        """
        try:
            with self.env.cr.savepoint():
                schedule()
        except Exception:  # noqa: BLE001, it is logged, see above
            AUTOMATION_LOGGER.exception(
                "action=%s outcome=failed record=%s,%s no activity could be made",
                action,
                self._name,
                self.id,
            )

    def _report_alias_defaults(self, error):
        """Say that an alias sets what the record that a mail became could not have.

        :param Exception error: what it came to
        """
        self.ensure_one()
        reason = _(
            "A mail has become %(name)s, but without the default values of the alias that it was "
            "sent to: %(error)s Please correct the default values of the alias.",
            name=self.display_name,
            error=str(error).strip() or type(error).__name__,
        )
        self.env["support.automation.log"]._record("receive_email", self, "failed", reason)
        self._try_activity(
            "receive_email",
            lambda: self._automation_activity(_("An alias has wrong default values"), reason),
        )

    def _automation_activity(self, summary, note):
        """Ask a dispatcher of the record's company to look at the record.

        The texts are to be worded by the record as ``_for_responsible`` returns it.

        :return: the new ``mail.activity``, or an empty recordset where the
            same one is still open
        """
        self.ensure_one()
        # sudo: the user whose save fired the rule may not assign activities.
        record = self.sudo()
        if record.activity_ids.filtered(lambda activity: activity.summary == summary):
            return record.env["mail.activity"]
        return record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            # Text, not HTML: an error may quote what came from outside.
            note=plaintext2html(note),
            user_id=record._automation_responsible().id,
        )

    def _automation_activity_with(self, summary, note):
        """As ``_automation_activity``, for words of somebody, within ``MAX_NOTE``; the history has
        them all.

        :return: the ``mail.activity``; where the same one is still open, that one with ``note``
            below what it says
        """
        note = note[:MAX_NOTE]
        activity = self._automation_activity(summary, note)
        if activity:
            return activity
        # sudo: as in _automation_activity
        activity = self.sudo().activity_ids.filtered(lambda each: each.summary == summary)[:1]
        if len(activity.note or "") + len(note) > 2 * MAX_NOTE:
            return activity
        activity.note = Markup("%s<hr/>%s") % (activity.note or "", plaintext2html(note))
        return activity

    def _for_responsible(self):
        """The record in the language of the dispatcher who is asked to look at it."""
        return self._for_reader(self._automation_responsible())

    def _for_reader(self, user):
        """The record in the language of a user who is told something about it.

        :param user: ``res.users``
        """
        return self.with_context(lang=get_user_lang(user, self._get_responsible_company()))

    def _get_company_lang(self):
        """The language of what is stored about the record."""
        return get_company_lang(self._get_responsible_company())

    def _get_responsible_company(self):
        """The record's company; of what belongs to all of them, the first one."""
        # sudo: the user who saves need not be one who reads the record, nor all companies.
        this = self.sudo()
        companies = this.env["res.company"]
        company = this.company_id if "company_id" in this else companies
        return company or companies.search([], order="id", limit=1)

    def _automation_responsible(self):
        """The user who is told, as superuser.

        That is who is responsible for the records, else for what their company's automations ask
        (Settings), else the first dispatcher or manager of the company, else OdooBot.
        """
        # sudo: who is responsible need not be the reader's to know, nor the company's settings.
        this = self.sudo()
        users = this._get_responsible_users()
        company = this._get_responsible_company()
        user = users if len(users) == 1 else users.browse()
        return (
            user._filter_responsible(company)
            or company.support_responsible_id._filter_responsible(company)
            or self._find_company_user("dispatcher", "manager")
            or self.env.ref("base.user_root")
        )

    def _automation_manager(self):
        """Who is told of what only a manager can mend: who is responsible in the company where
        they are one, else the first manager, else as above."""
        company = self._get_responsible_company()
        # sudo: the company's settings are not everybody's to read.
        chosen = company.sudo().support_responsible_id._filter_responsible(company)
        if chosen and chosen.has_group("support_center.group_support_manager"):
            return chosen
        return self._find_company_user("manager") or self._automation_responsible()

    def _get_responsible_users(self):
        """Hook: who is responsible for these very records, as ``res.users``, possibly empty."""
        return self.env["res.users"]

    def _find_company_user(self, *roles):
        """The first user of the records' company who has one of our roles, as superuser.

        Of several companies one who works for all of them, else one of the first company.
        """
        groups = [self.env.ref(f"support_center.group_support_{role}").id for role in roles]
        domain = [("groups_id", "in", groups), ("share", "=", False)]
        companies = self.company_id if "company_id" in self else self.env.company
        # sudo: who holds which group is not every user's to read.
        users = self.env["res.users"].sudo()
        everywhere = [("company_ids", "in", company.ids) for company in companies]
        found = users.search([*domain, *everywhere], order="id", limit=1)
        if found or len(companies) < 2:
            return found
        return users.search([*domain, *everywhere[:1]], order="id", limit=1)

    # ------------------------------------------------------------------
    # Backlog
    # ------------------------------------------------------------------

    @api.model
    def _get_backlog_ids_domain(self, query, params=None):
        """A domain for what a domain cannot say, such as one field compared with another.

        :param str query: SQL that selects ids; ``%(now)s`` is known to it
        """
        self.flush_model()
        self.env.cr.execute(
            f"{query} ORDER BY id LIMIT %(limit)s",
            {"now": fields.Datetime.now(), **(params or {}), "limit": BACKLOG_MAX},
        )
        return [("id", "in", [record_id for (record_id,) in self.env.cr.fetchall()])]

    def _describe_backlog_audience(self, automation):
        """Who would be told about each record if an automation handled it now.

        A package answers for the audiences that it tells.

        :param automation: ``Automation``, as in ``support.automation.registry``
        :return: dict of record id to text, or to False where nobody is told
        """
        return dict.fromkeys(self.ids, False)
