import re
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, email_normalize

from ...compat import check_access
from ...formatting import format_names
from ...intake import fold_address
from ..appointment.states import OPEN_STATES

# Two requests of one customer for times no further apart are worth a look.
DAYS_APART = 3
# How much of a number tells whose it is, however the country before it is written.
PHONE_DIGITS = 8
PHONE_DIGITS_LEAST = 7
# What a merge changes of an appointment beside its state.
MERGED_FIELDS = (
    "merged_into_id", "description", "requested_date", "location", "type_id", "partner_id",
    "customer_name", "customer_email", "customer_phone",
)  # fmt: skip


class SupportAppointment(models.Model):
    """The same request twice: found by who asks, and when or what for."""

    _inherit = "support.appointment"

    # Computed before the INSERT, without a query; what duplicates are looked up by.
    customer_email_key = fields.Char(
        compute="_compute_customer_keys",
        store=True,
        precompute=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    customer_phone_key = fields.Char(
        compute="_compute_customer_keys",
        store=True,
        precompute=True,
        index="btree_not_null",
        groups="base.group_user",
    )
    merged_into_id = fields.Many2one(
        "support.appointment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The appointment that this duplicate was merged into.",
    )
    duplicate_count = fields.Integer(
        compute="_compute_duplicate_count", groups="support_center.group_support_dispatcher"
    )

    @api.depends("customer_email", "customer_phone")
    def _compute_customer_keys(self):
        for appointment in self:
            address = email_normalize(appointment.customer_email or "")
            appointment.customer_email_key = fold_address(address) or False
            digits = re.sub(r"\D", "", appointment.customer_phone or "")
            appointment.customer_phone_key = (
                digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS_LEAST else False
            )

    @api.depends("customer_email_key", "customer_phone_key", "partner_id", "start", "state")
    def _compute_duplicate_count(self):
        found = self._find_duplicates()
        for appointment in self:
            appointment.duplicate_count = len(found[appointment])

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_reopening:
            # Taken up again, it is no duplicate any more.
            change.set_default({"merged_into_id": False})

    @api.model
    def _get_link_fields(self):
        return [*super()._get_link_fields(), "merged_into_id"]

    def _get_link_end(self):
        # The link of a duplicate shows what goes on in its place, and ends with it.
        return super(SupportAppointment, self._follow_merge())._get_link_end()

    # ------------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------------

    def _find_duplicates(self):
        """The other open appointments that may be the same request, in one query for all.

        The same customer, by contact, address or number, and either a time that is not far off
        or the same words.

        :return: dict of each appointment to a ``support.appointment`` recordset
        """
        # What is still to come can be a duplicate; what is over is history.
        sought = self._origin.filtered(lambda a: a.state in OPEN_STATES)
        others = sought.search(sought._get_duplicates_domain()) if sought else sought
        by_key = {}
        for other in others:
            for key in other._get_customer_keys():
                by_key[key] = by_key.get(key, others.browse()) | other
        found = {}
        for appointment in self:
            origin, same = appointment._origin, others.browse()
            if origin in sought:
                same = same.union(*(by_key.get(key, same) for key in origin._get_customer_keys()))
            found[appointment] = (same - origin).filtered(origin._looks_like)
        return found

    def _get_duplicates_domain(self):
        """All open appointments of the customers of these, these included."""
        return [
            ("company_id", "in", self.company_id.ids),
            ("state", "in", OPEN_STATES),
            "|",
            "|",
            ("partner_id", "in", self.partner_id.ids),
            ("customer_email_key", "in", [key for key in self.mapped("customer_email_key") if key]),
            ("customer_phone_key", "in", [key for key in self.mapped("customer_phone_key") if key]),
        ]

    def _get_customer_keys(self):
        """What tells who the customer is, each by itself enough."""
        self.ensure_one()
        keys = (
            ("partner", self.partner_id.id),
            ("email", self.customer_email_key),
            ("phone", self.customer_phone_key),
        )
        return [(self.company_id.id, *key) for key in keys if key[1]]

    def _looks_like(self, other):
        """Whether an appointment of the same customer may be the same request."""
        self.ensure_one()
        words = " ".join((self.description or "").lower().split())
        if words and words == " ".join((other.description or "").lower().split()):
            return True
        return abs(self._get_wanted_time() - other._get_wanted_time()) <= timedelta(days=DAYS_APART)

    def _is_same_request(self, other):
        """Whether an appointment is the same person's beyond doubt, for the same time or with the
        same words; a telephone may be that of a whole house.
        """
        self.ensure_one()
        is_same_person = (self.partner_id and self.partner_id == other.partner_id) or (
            self.customer_email_key and self.customer_email_key == other.customer_email_key
        )
        if not is_same_person:
            return False
        words, others = (
            " ".join((each.description or "").lower().split()) for each in (self, other)
        )
        times = [each.start or each.requested_date for each in (self, other)]
        return bool((words and words == others) or (times[0] and times[0] == times[1]))

    def _get_wanted_time(self):
        """When it is or was to be; what has no time is compared by when it was asked for."""
        return self.start or self.requested_date or self.create_date

    def _follow_merge(self):
        """What goes on in place of this one, as far as it is the same customer's beyond doubt:
        a telephone may be that of a whole house.

        :return: ``support.appointment``, itself where it was merged into none
        """
        self.ensure_one()
        followed = self
        while followed.merged_into_id:
            following = followed.merged_into_id
            same = (following.partner_id and following.partner_id == followed.partner_id) or (
                following.customer_email_key
                and following.customer_email_key == followed.customer_email_key
            )
            if not same or following.company_id != followed.company_id or following == self:
                break
            followed = following
        return followed

    # ------------------------------------------------------------------
    # Merging
    # ------------------------------------------------------------------

    def action_merge_duplicates(self):
        """Show what may be the same request, and offer to make one of them.

        :return: window action
        """
        check_access(self.browse(), "write")
        self._check_one()
        return self.env["support.merge.wizard"]._open(self, self._find_duplicates()[self])

    def _check_mergeable(self):
        """
        :raise UserError: names each appointment that is over already
        """
        others = self.filtered(lambda a: a.state not in OPEN_STATES)
        faults = [other._describe_over() for other in others]
        if len(self.company_id) > 1:
            faults.append(
                _(
                    "%(names)s are of several companies: only those of one company are merged.",
                    names=format_names(self.mapped("name")),
                )
            )
        if faults:
            raise UserError("\n".join(faults))

    def _describe_over(self):
        return _(
            "%(name)s is in state “%(state)s”: only what is still to come is merged.",
            name=self.name,
            state=self._get_state_label(),
        )

    def _merge_into(self, kept, *, tell):
        """Call these off as duplicates of ``kept``, which takes over what was said and sent.

        :param kept: ``support.appointment`` that stays as the customer knows it
        :param bool tell: whether customers who expect one of these are told that it is off
        :return: dict of ``kept_id`` and what ``_move_messages`` has moved
        """
        (self | kept)._lock_rows()
        moved = self._prepare_kept_vals(kept)
        if moved:
            kept.write(moved)
        # The kept one's ticket is not to be opened again because a duplicate of it is off.
        self.filtered(lambda a: a.ticket_id == kept.ticket_id).write({"ticket_id": False})
        moved = self._move_messages(kept)
        self._write_protected({"merged_into_id": kept.id})
        in_lang = self.with_context(lang=kept._get_company_lang())
        self._cancel(in_lang._describe_duplicate(kept), tell=tell)
        in_lang._note_merge(kept)
        return {"kept_id": kept.id, **moved}

    def _describe_duplicate(self, kept):
        return _("Duplicate of %(name)s", name=kept.name)

    def _lock_rows(self):
        """Others who change one of these meanwhile wait, and are refused by what they then see.

        Else two people who merge the same two the other way round would call both off.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                tuple(self.ids),
            )
        )

    def _prepare_kept_vals(self, kept):
        """What the kept one lacks and one of these has.

        Nothing that a customer is told of a visit they expect: they would be told of a change.
        """
        names = ["description", "ticket_id", "requested_date"]
        if not kept.announced_start:
            names += ["location", "type_id", "partner_id"]
        vals = {}
        for name in names:
            values = [duplicate[name] for duplicate in self if duplicate[name]]
            if values and not kept[name]:
                vals[name] = kept._fields[name].convert_to_write(values[0], kept)
        extra = [
            duplicate.description
            for duplicate in self
            if duplicate.description and duplicate.description != kept.description
        ]
        if extra and kept.description:
            vals["description"] = "\n\n".join(dict.fromkeys([kept.description, *extra]))
        return vals

    def _move_messages(self, kept):
        """What people wrote and attached goes to ``kept``; what the system noted stays.

        A mail that waits on the queue stays with the visit that it tells of.
        """
        # sudo: what others wrote is not a dispatcher's to change, but to move with the visit; and
        # the queue is not theirs to read.
        messages = self.env["mail.message"].sudo()
        waiting = self.env["mail.mail"].sudo().search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "in", ["outgoing", "exception"]),
            ]
        )  # fmt: skip
        said = messages.search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("message_type", "in", ["email", "comment", "email_outgoing"]),
                ("id", "not in", waiting.mail_message_id.ids),
            ]
        )
        files = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        moved = {
            "messages": {str(message.id): message.res_id for message in said},
            "files": {str(file.id): file.res_id for file in files},
        }
        said.write({"res_id": kept.id})
        files.write({"res_id": kept.id})
        return moved

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    @api.model
    def _get_restored_fields(self):
        return (*super()._get_restored_fields(), *MERGED_FIELDS)

    def _react_to_undo(self, step):
        super()._react_to_undo(step)
        if step.kind != "merge":
            return
        # sudo: as in _move_messages
        for name, model in (("messages", "mail.message"), ("files", "ir.attachment")):
            places = {int(key): res_id for key, res_id in (step.extra.get(name) or {}).items()}
            records = self.env[model].sudo().browse(places).exists()
            # What somebody has moved on since stays there.
            records = records.filtered(
                lambda r: (
                    r.res_id == step.extra["kept_id"]
                    and (r.res_model if "res_model" in r._fields else r.model) == self._name
                )
            )
            for res_id, those in records.grouped(lambda r, p=places: p[r.id]).items():
                those.write({"res_id": res_id})

    def action_undo_merge(self):
        """Make what was merged two appointments again, as they were.

        :return: True
        :raise UserError: where that is not possible any more, and why
        :raise AccessError: for a merge of somebody else, unless the user plans
        """
        check_access(self, "write")
        self._check_one()
        # sudo: nobody has a right on the steps.
        step = self.env["support.undo.step"].sudo().search(
            [
                ("kind", "=", "merge"),
                ("is_used", "=", False),
                ("appointment_ids", "in", self.ids),
            ],
            limit=1,
        )  # fmt: skip
        if not self.merged_into_id or not step:
            raise UserError(
                _(
                    "%(name)s: this merge cannot be undone any more. Set it back to draft instead.",
                    name=self.name,
                )
            )
        if step.user_id != self.env.user and not self._is_dispatcher():
            raise AccessError(_("Only the person who made a change undoes it."))
        visits = self.browse(step.appointment_ids.ids)
        check_access(visits, "write")
        with self.env.cr.savepoint():
            step._undo(visits)
        return True

    def _note_merge(self, kept):
        """Say on both sides what was merged; a note in the log, of which nobody is told."""
        link = kept._get_html_link(title=kept.name)
        note = _("A duplicate of %(name)s, which goes on with all that was said here.", name=link)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, note))
        for duplicate in self:
            kept._message_log(
                body=_(
                    "Merged with %(name)s.",
                    name=duplicate._get_html_link(title=duplicate.name),
                )
            )
