from odoo import _, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...formatting import format_names

# What falls through in these states may be tried again.
REBOOKED_STATES = ("cancelled", "no_show")
# What the new request takes over; its time and its technician are to be found.
REBOOKED_FIELDS = (
    "company_id", "partner_id", "customer_name", "customer_email", "customer_phone", "type_id",
    "duration", "ticket_id", "description", "location", "priority", "timezone",
    "send_confirmation_email", "send_reminder_email",
)  # fmt: skip


class SupportAppointment(models.Model):
    """A visit that fell through is planned anew, as a draft of its own."""

    _inherit = "support.appointment"

    # Its index is that of the constraint below.
    rebooked_from_id = fields.Many2one(
        "support.appointment",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_user",
        help="The cancelled or missed visit that this one takes the place of.",
    )
    rebooked_ids = fields.One2many(
        "support.appointment",
        "rebooked_from_id",
        string="Rebooked As",
        readonly=True,
        context={"active_test": False},
        groups="base.group_user",
    )

    _sql_constraints = [
        (
            "rebooked_once",
            "UNIQUE (rebooked_from_id)",
            "This visit has been rebooked already: open the new one.",
        ),
    ]

    def action_rebook(self):
        """Make a draft in place of a visit that fell through, and look for its time.

        A visit is rebooked once: after that its new one is opened.

        :return: window action
        :raise UserError: for a visit that is neither cancelled nor missed
        """
        check_access(self.browse(), "write")
        self._check_one()
        rebooked = self.rebooked_ids
        if not rebooked:
            self._check_rebookable()
            rebooked = self._rebook()
        return rebooked._get_rebooked_action()

    def _get_rebooked_action(self):
        """Hook: where the user goes on with the new visit.

        :return: window action
        """
        return self._get_form_action()

    def _find_replacements(self):
        """The visits beside which this one must not take place.

        :return: tuple of ``support.appointment``: the one in this visit's place, and the one
            whose place this visit took; empty where there is none, or where it was called off
        """
        self.ensure_one()
        # sudo: the draft in its place has no technician yet, so that one does not see it.
        visit = self.sudo()
        return (
            visit.rebooked_ids.filtered(lambda new: new.state not in REBOOKED_STATES),
            visit.rebooked_from_id.filtered(lambda old: old.state not in REBOOKED_STATES),
        )

    def _describe_replacement(self, rebooked, former):
        """
        :param rebooked: as ``_find_replacements`` returns it, and so ``former``
        :return: str, what is to be done before this visit can be taken up again
        """
        self.ensure_one()
        if rebooked:
            return _(
                "%(name)s was rebooked as %(new)s: cancel that one first.",
                name=self.name,
                new=rebooked.name,
            )
        return _(
            "%(name)s took the place of %(former)s, which was taken up again: cancel that one "
            "first.",
            name=self.name,
            former=former.name,
        )

    def _check_change(self, change):
        super()._check_change(change)
        if change.is_reopening:
            self._check_not_replaced()

    def _check_not_replaced(self):
        """A visit that is taken up again must not stand beside its own successor.

        :raise UserError: names each visit and the one that took its place
        """
        faults = []
        for visit in self.filtered(lambda a: a.state in REBOOKED_STATES):
            rebooked, former = visit._find_replacements()
            if rebooked or former:
                faults.append(visit._describe_replacement(rebooked, former))
        if faults:
            raise UserError("\n".join(faults))

    def _check_rebookable(self):
        """
        :raise UserError: names the visits that did not fall through
        """
        others = self.filtered(lambda a: a.state not in REBOOKED_STATES)
        if others:
            raise UserError(
                _(
                    "Only a cancelled or missed visit can be rebooked, not %(names)s.",
                    names=format_names(others.mapped("name")),
                )
            )

    def _rebook(self):
        """The drafts in place of these visits, with a note on both sides.

        :return: ``support.appointment`` in the same order
        """
        drafts = self._create_protected([visit._prepare_rebook_vals() for visit in self])
        notes = {}
        for visit, draft in zip(self, drafts, strict=True):
            notes[visit] = _("Rebooked as %(draft)s.", draft=draft._get_html_link(title=draft.name))
            notes[draft] = _("In place of %(visit)s.", visit=visit._get_html_link(title=visit.name))
        # A note in the log, of which nobody is told.
        (self | drafts)._message_log_batch(bodies={record.id: notes[record] for record in notes})
        return drafts

    def _prepare_rebook_vals(self):
        self.ensure_one()
        vals = self._convert_to_write({field: self[field] for field in REBOOKED_FIELDS})
        return {**vals, "state": "draft", "active": True, "rebooked_from_id": self.id}
