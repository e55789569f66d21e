from datetime import timedelta
from functools import partial

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...compat import check_access
from ...pruning import prune, unlink_batch

# How long the message with its button stays, and how long the mails wait at least: a click in the
# last moment needs its way to the server.
SHOWN_SECONDS = 10
UNDO_SECONDS = 15
# How long the server takes a change back.
ACCEPTED = timedelta(seconds=60)
# What is taken back later, too, by a dispatcher; so long the steps are kept.
LASTING_KINDS = ("start", "done", "no_show", "merge")
RETENTION_DAYS = 7

KINDS = [
    ("move", "Move"),
    ("cancel", "Cancellation"),
    ("merge", "Merge"),
    ("start", "Start"),
    ("done", "Done"),
    ("no_show", "No-Show"),
]


class SupportUndoStep(models.Model):
    """What was before somebody changed appointments, so that they can take the change back.

    Written by ``_do_undoable`` of the appointment. Nobody reads it but the methods here, which
    look at the rights of who asks.
    """

    _name = "support.undo.step"
    _description = "Change That Can Be Undone"
    _order = "id desc"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    appointment_ids = fields.Many2many(
        "support.appointment", "support_undo_step_appointment_rel", readonly=True
    )
    # Which appointments were changed and how, by their ids as texts: see ``_prepare_undo_entry``.
    entries = fields.Json(readonly=True)
    # What belongs to the change and to no single appointment, see ``_react_to_undo``.
    extra = fields.Json(readonly=True)
    # The mails of this change: ids of ``mail.mail`` to whether it is the customer's; and the ids
    # of those that waited before.
    new_mails = fields.Json(readonly=True)
    old_mail_ids = fields.Json(readonly=True)
    # Whether somebody has read of the change in Odoo, where no message is taken back.
    is_noted = fields.Boolean(readonly=True)
    is_used = fields.Boolean(readonly=True)
    message = fields.Char(readonly=True, help="What was done, in the words of whom did it.")
    changed_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    # ------------------------------------------------------------------
    # The message with the button
    # ------------------------------------------------------------------

    def _get_notification(self, message):
        """What the web client needs to offer *Undo*.

        :param str message: what was done, in words
        :return: dict, as the service ``support_center.undo`` takes it
        """
        return {"id": self.id, "message": message, "seconds": SHOWN_SECONDS}

    def _get_action(self, message, following=None):
        """An action that shows the message and goes on.

        :param dict following: the action after it; without it the dialog is closed
        :return: client action
        """
        return {
            "type": "ir.actions.client",
            "tag": "support_center.undo",
            "params": {
                **self._get_notification(message),
                "next": following or {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def ask(self, appointment_id, vals):
        """What to ask before an appointment is saved with another time or technician.

        :param int appointment_id:
        :param dict vals: as for ``write``
        :return: dict of ``change``, both times in one sentence, ``reason``, who expects what, and
            ``choices``, who is told, as labels; False where there is nothing to ask
        :raise AccessError: for an appointment that the user may not change, or a technician whom
            they may not see
        """
        vals = self.env["support.arguments"]._get_mapping("vals", vals)
        visit = self._find_appointment(appointment_id)
        return visit._get_move_question(visit._read_move(vals)) or False

    @api.model
    def _find_appointment(self, appointment_id):
        """
        :return: ``support.appointment`` that the user may change
        :raise UserError: where it is not there any more
        """
        number = self.env["support.arguments"]._get_id("appointment_id", appointment_id)
        check_access(self.env["support.appointment"], "write")
        visit = self.env["support.appointment"].browse(number).exists()
        if not visit:
            raise UserError(_("This appointment does not exist any more."))
        check_access(visit, "write")
        return visit

    @api.model
    def find_last(self, appointment_id):
        """What the user has just changed about an appointment by saving its page.

        :param int appointment_id:
        :return: dict as ``_get_notification`` returns it; False where there is nothing to undo
        """
        visit = self._find_appointment(appointment_id)
        # sudo: nobody reads the steps by themselves; only the user's own are looked for.
        step = self.sudo().search(
            [
                ("user_id", "=", self.env.uid),
                ("appointment_ids", "in", visit.ids),
                ("is_used", "=", False),
                ("message", "!=", False),
                ("changed_at", ">", fields.Datetime.now() - timedelta(seconds=SHOWN_SECONDS)),
            ],
            limit=1,
        )
        return step._get_notification(step.message) if step else False

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    @api.model
    def undo(self, step_id):
        """Take a change back, as far as it is the user's own and nobody has changed more since.

        Asked twice, the second one finds that it is done.

        :param int step_id:
        :return: dict with ``ok``, ``message`` in words, and ``ids`` of the appointments
        :raise AccessError: for a change of somebody else, or appointments that the user may not
            change
        """
        number = self.env["support.arguments"]._get_id("step_id", step_id)
        check_access(self.env["support.appointment"], "write")
        # sudo: nobody reads the steps by themselves; whose it is, is looked at here.
        step = self.sudo().browse(number).exists()
        if not step:
            return {
                "ok": False,
                "message": _("This change is too long ago to be undone."),
                "ids": [],
            }
        if step.user_id != self.env.user:
            raise AccessError(_("Only the person who made a change undoes it."))
        return step._undo_in_words(self.env)

    def _undo_in_words(self, env):
        """
        :param env: of the user who asks
        :return: dict, as ``undo`` returns it
        """
        visits = env["support.appointment"].browse(self.appointment_ids.ids)
        if not visits:
            # They were deleted, and nothing is left to give back.
            return {
                "ok": False,
                "message": _("This appointment does not exist any more."),
                "ids": [],
            }
        check_access(visits, "write")
        try:
            # A refusal leaves all as it was.
            with env.cr.savepoint():
                message = self._undo(visits)
        except UserError as error:
            return {"ok": False, "message": str(error), "ids": visits.ids}
        return {"ok": True, "message": message, "ids": visits.ids}

    def _undo(self, visits):
        """
        :param visits: ``support.appointment`` of the user who asks
        :return: str, what was done
        :raise UserError: says why it is not possible
        """
        self.env.cr.execute(
            SQL("SELECT is_used FROM support_undo_step WHERE id = %s FOR UPDATE", self.id)
        )
        if self.env.cr.fetchone()[0]:
            return _("This is undone already.")
        age = fields.Datetime.now() - self.changed_at
        is_lasting = self.kind in LASTING_KINDS and visits._is_dispatcher()
        if not is_lasting and age > ACCEPTED:
            raise UserError(
                _(
                    "This change was made more than a minute ago and stays. Change the "
                    "appointment again instead."
                )
            )
        visits._restore(self)
        self.is_used = True
        self._renew_versions(visits)
        return _("Undone: %(names)s.", names=", ".join(visits.mapped("name")))

    def _renew_versions(self, visits):
        """The change before this one can be undone next: nothing else has happened since."""
        earlier = self.search(
            [
                ("appointment_ids", "in", visits.ids),
                ("user_id", "=", self.user_id.id),
                ("is_used", "=", False),
                ("id", "<", self.id),
            ]
        )
        for step in earlier:
            entries = dict(step.entries)
            for visit in visits:
                key = str(visit.id)
                entry, undone = entries.get(key), self.entries[key]
                if entry and entry["version"] == undone["version_before"]:
                    entries[key] = {**entry, "version": visit.edit_version}
            if entries != step.entries:
                step.entries = entries

    # ------------------------------------------------------------------
    # Pruning
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_undo_steps(self):
        oldest = fields.Datetime.now() - timedelta(days=RETENTION_DAYS)
        # sudo: as everything here
        old = [("changed_at", "<", oldest)]
        return prune(self.env, partial(unlink_batch, self.sudo(), old, "id"))
