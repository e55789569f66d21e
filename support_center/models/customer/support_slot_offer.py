from datetime import timedelta
from functools import partial

from odoo import _, api, fields, models

from ...compat import commit_batch
from ...pruning import prune, unlink_batch

STATES = [
    ("open", "Not Answered"),
    ("taken", "Taken"),
    ("refused", "Refused"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
]
KINDS = [("freed", "Freed Time"), ("conflict", "Schedule Conflict")]
RETENTION_DAYS = 180
# How many offers that have ended one batch of the job looks at.
BATCH = 50


class SupportSlotOffer(models.Model):
    """A time that was offered to a customer by mail, and what they made of it.

    While it is open the time is held for them, see ``support.slot.hold``.
    """

    _name = "support.slot.offer"
    _description = "Offered Time"
    _inherit = "support.ids.mixin"
    _rec_name = "appointment_id"
    _order = "id desc"

    appointment_id = fields.Many2one(
        "support.appointment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="appointment_id.partner_id")
    freed_id = fields.Many2one(
        "support.appointment",
        "Freed By",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The cancelled visit whose time was offered.",
    )
    technician_id = fields.Many2one(
        "support.technician", required=True, readonly=True, ondelete="cascade"
    )
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime("Held Until", required=True, readonly=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    number = fields.Integer(readonly=True)
    # A plain number: holds are removed when they have ended.
    hold_number = fields.Integer(readonly=True, groups="base.group_system")
    state = fields.Selection(STATES, required=True, readonly=True, default="open", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    # ------------------------------------------------------------------
    # Offering
    # ------------------------------------------------------------------

    @api.model
    def _offer(self, holds, kind, freed=None):
        """Note what is offered.

        :param holds: ``support.slot.hold`` of one appointment
        :param str kind: one of ``KINDS``
        :param freed: ``support.appointment`` whose time it was
        :return: the offers, as superuser
        """
        # sudo: nobody has the right to write offers by hand.
        offers = self.sudo().create(
            [
                {
                    "appointment_id": hold.appointment_id.id,
                    "freed_id": freed.id if freed else False,
                    "technician_id": hold.technician_id.id,
                    "start": hold.start,
                    "stop": hold.stop,
                    "expires_at": hold.expires_at,
                    "kind": kind,
                    "number": hold.number,
                    "hold_number": hold.id,
                    "company_id": hold.company_id.id,
                }
                for hold in holds
            ]
        )
        self._wake_job(max(holds.mapped("expires_at")))
        return offers

    @api.model
    def _wake_job(self, moment=None):
        """Have the job run that passes on what nobody took.

        :param datetime moment: naive UTC; at once without it
        """
        name = "support_center.cron_pass_on_offers"
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(name)
        # sudo: who causes an offer need not be one who may run crons.
        self.env["ir.cron"].sudo().browse(cron_id or ())._trigger(moment)

    # ------------------------------------------------------------------
    # Ending
    # ------------------------------------------------------------------

    def _is_taken(self):
        """Whether the customer, or a dispatcher for them, has taken this very time."""
        visit = self.appointment_id
        return (
            visit.state in ("confirmed", "in_progress", "done")
            and visit.start == self.start
            and visit.technician_id == self.technician_id
        )

    def _end(self, state):
        """Close offers that are open, and give their times back.

        :param str state: for those that are not taken
        """
        offers = self.sudo().filtered(lambda offer: offer.state == "open")  # sudo: as in _offer
        taken = offers.filtered(lambda offer: offer._is_taken())
        taken.write({"state": "taken"})
        left = offers - taken
        # What was offered beside the one that is taken.
        beside = left.filtered(lambda offer: offer.appointment_id in taken.appointment_id)
        beside.write({"state": "refused"})
        (left - beside).write({"state": state})
        self.env["support.slot.hold"].browse(left.mapped("hold_number"))._release()
        if left.freed_id:
            self._wake_job()

    @api.model
    def _find_open(self, appointments):
        # sudo: as in _offer
        return self.sudo().search(
            [("state", "=", "open"), ("appointment_id", "in", appointments.ids)]
        )

    # ------------------------------------------------------------------
    # Passing on
    # ------------------------------------------------------------------

    @api.model
    def _cron_pass_on_offers(self):
        """Close what has ended, and offer freed times to the next who waits."""
        # Each offer that has ended is closed, so that every batch is another one.
        while self.env["support.appointment"]._run_job_batch(self._pass_on_batch):
            self.env.invalidate_all()

    @api.model
    def _pass_on_batch(self):
        """
        :return: the offers and visits that were looked at
        """
        now = fields.Datetime.now()
        ended = self.search(
            [("state", "=", "open"), ("expires_at", "<=", now)], limit=BATCH, order="expires_at, id"
        )
        ended._end("expired")
        visits = self._find_freed()[:BATCH]
        # Free for the next one: who was asked is known by the offers.
        visits._write_marks({"reoffered_to_id": None})
        registry = self.env["support.automation.registry"]
        if visits and registry._get_switch("automation_reoffer_slot").active:
            visits._rule_reoffer_slot()
        commit_batch(self.env, len(ended) + len(visits))
        return bool(ended or visits)

    @api.model
    def _find_freed(self):
        """The cancelled visits whose time was offered to somebody who has not taken it.

        :return: ``support.appointment``
        """
        visits = self.env["support.appointment"].search(
            [
                ("state", "=", "cancelled"),
                ("reoffered_to_id", "!=", False),
                ("reoffer_activity_id", "=", False),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        last = {}
        for offer in self.search([("freed_id", "in", visits.ids)], order="id"):
            last[offer.freed_id] = offer
        return visits.filtered(
            lambda visit: visit in last and last[visit].state in ("refused", "expired", "withdrawn")
        )

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _prepare_mail_line(self):
        """
        :return: dict for the mail: ``when`` and ``technician`` in words, ``is_freed``, and ``link``
        """
        self.ensure_one()
        visit = self.appointment_id
        return {
            "when": visit._format_for_customer(self.start),
            "technician": self.technician_id.name,
            "is_freed": self.kind == "freed",
            "link": visit._get_link_to("/move", hold=self.hold_number),
        }

    # ------------------------------------------------------------------
    # Pruning
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_old_offers(self):
        # sudo: as in _offer
        old = [
            ("state", "!=", "open"),
            ("create_date", "<", fields.Datetime.now() - timedelta(days=RETENTION_DAYS)),
        ]
        return prune(self.env, partial(unlink_batch, self.sudo(), old, "id"))

    @api.model
    def _open_list(self, offers):
        """
        :return: window action with these offers
        """
        return {
            "type": "ir.actions.act_window",
            "name": _("Offered Times"),
            "res_model": self._name,
            "view_mode": "tree",
            "views": [[False, "list"]],
            "domain": [("id", "in", offers.ids)],
        }
