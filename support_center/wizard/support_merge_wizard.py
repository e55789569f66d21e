from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..formatting import format_moment, format_names


class SupportMergeWizard(models.TransientModel):
    """Requests that may be one and the same: one is kept, the others are called off."""

    _name = "support.merge.wizard"
    _description = "Merge Duplicates"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    line_ids = fields.One2many("support.merge.wizard.line", "wizard_id")
    kept_id = fields.Many2one("support.appointment", "Keep", required=True)
    candidate_ids = fields.Many2many("support.appointment", compute="_compute_candidate_ids")
    # Of texts that are escaped here: a table, which Odoo's cleaning would take the marks off.
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)
    # Those that a customer waits for and that would be called off.
    expected_note = fields.Text(compute="_compute_expected_note")
    tell_customer = fields.Boolean(
        "Tell the Customer",
        default=True,
        help="The customer is told that the visits named above are off. Off: you tell "
        "them yourself, or they know.",
    )
    is_sure = fields.Boolean("Cancel Duplicates")

    @api.depends("line_ids.appointment_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.line_ids.appointment_id

    @api.depends("line_ids.is_selected", "line_ids.appointment_id", "kept_id")
    def _compute_expected_note(self):
        for wizard in self:
            notes = [wizard._describe_expected(visit) for visit in wizard._get_expected()]
            wizard.expected_note = "\n".join(notes)

    @api.depends("line_ids.is_selected", "line_ids.appointment_id", "kept_id")
    def _compute_comparison(self):
        for wizard in self:
            duplicates, kept = wizard._get_duplicates(), wizard.kept_id._origin
            others = wizard.line_ids.appointment_id._origin - kept - duplicates
            wizard.comparison = kept and wizard._render_comparison(kept, duplicates, others)

    def _render_comparison(self, kept, duplicates, others):
        """The kept one and the others side by side, and what it will be.

        :param duplicates: ``support.appointment``, those that are ticked
        :param others: those that are not, so that somebody can see whether to tick them
        :return: Markup, a table
        """
        columns = [(_("%(name)s (kept)", name=kept.name), self._describe(kept, {}))]
        columns += [
            (_("%(name)s (cancelled)", name=each.name), self._describe(each, {}))
            for each in duplicates
        ]
        columns += [
            (_("%(name)s (stays)", name=each.name), self._describe(each, {})) for each in others
        ]
        if duplicates:
            after = self._describe(kept, duplicates._prepare_kept_vals(kept))
            columns.append((_("After the merge"), after))
        labels = [
            _("Customer"),
            _("When"),
            _("Where"),
            _("Words"),
            _("Technician"),
            _("Ticket"),
        ]
        head = Markup().join(
            Markup('<th scope="col">%s</th>') % title for title, _values in columns
        )
        rows = Markup().join(
            Markup('<tr><th scope="row">%s</th>%s</tr>')
            % (
                label,
                Markup().join(
                    Markup('<td class="text-prewrap text-break">%s</td>') % values[number]
                    for _title, values in columns
                ),
            )
            for number, label in enumerate(labels)
        )
        return Markup(
            '<div class="table-responsive" tabindex="0" role="region" aria-label="%s">'
            '<table class="table table-sm mb-0 o_support_comparison"><thead><tr><td></td>%s</tr>'
            "</thead><tbody>%s</tbody></table></div>"
        ) % (_("Side by side"), head, rows)

    def _describe(self, visit, vals):
        """What there is to compare of one appointment.

        :param dict vals: what it will have besides
        :return: list of str
        """
        after = {name: vals.get(name, visit[name]) for name in ("location", "description")}
        ticket = visit.ticket_id.browse(vals.get("ticket_id", visit.ticket_id.id) or ())
        partner = visit.partner_id.browse(vals.get("partner_id", visit.partner_id.id) or ())
        contact = [visit.customer_name or partner.name, visit.customer_email, visit.customer_phone]
        moment = visit.start or visit.requested_date or vals.get("requested_date")
        moment = fields.Datetime.to_datetime(moment) if moment else None
        return [
            "\n".join(filter(None, contact)) or "–",
            format_moment(self.env, moment) if moment else "–",
            after["location"] or partner.city or "–",
            after["description"] or "–",
            # sudo: the technician may work for a company that is out of sight by now.
            visit.sudo().technician_id.name or "–",
            ticket.display_name if ticket else "–",
        ]

    def _describe_expected(self, visit):
        moment = visit.announced_start or visit.start
        return _(
            "%(name)s is confirmed for %(start)s.",
            name=visit.name,
            start=format_moment(self.env, moment),
        )

    def _get_duplicates(self):
        """
        :return: ``support.appointment`` that are ticked, without the one that is kept
        """
        ticked = self.line_ids.filtered("is_selected").appointment_id._origin
        return ticked - self.kept_id._origin

    def _get_expected(self):
        """Those of the duplicates that somebody waits for or works on."""
        return self._get_duplicates().filtered(
            lambda a: a.announced_start or a.state in ("confirmed", "in_progress")
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _open(self, kept, others):
        """Show appointments that may be one.

        :param kept: the ``support.appointment`` that is open, and stays unless somebody chooses
            another
        :param others: ``support.appointment`` that may be the same
        :return: window action
        :raise UserError: where there are none
        """
        (kept | others)._check_mergeable()
        if not others:
            raise UserError(
                _("There is nothing that %(name)s could be merged with.", name=kept.name)
            )
        ordered = [kept, *others.sorted(lambda a: (a.create_date, a.id))]
        wizard = self.create(
            {
                "kept_id": kept.id,
                "line_ids": [(0, 0, {"appointment_id": each.id}) for each in ordered],
            }
        )
        # At first only what is the same without a doubt, and can be called off without a word to
        # anybody.
        same = wizard.line_ids.filtered(
            lambda line: (
                not line.is_expected
                and line.appointment_id != kept
                and kept._is_same_request(line.appointment_id)
            )
        )
        same.is_selected = True
        return {
            "type": "ir.actions.act_window",
            "name": _("Possible Duplicates"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_merge(self):
        """Keep one and call the ticked others off.

        :return: client action with a message that offers *Undo*, and after it the one that was kept
        :raise UserError: where nothing is ticked, or a confirmed visit would be called off
            without somebody having said so
        """
        self._check_one()
        duplicates, kept = self._get_duplicates(), self.kept_id
        if not duplicates:
            raise UserError(
                _("Tick what is the same as %(name)s, and is to be called off.", name=kept.name)
            )
        (duplicates | kept)._check_mergeable()
        expected = self._get_expected()
        if expected and not self.is_sure:
            raise UserError(
                _(
                    "%(names)s: a customer may wait for these. Tick “Cancel Duplicates” if they "
                    "are to be cancelled, or keep one of them instead.",
                    names=format_names(expected.mapped("name")),
                )
            )
        step = (duplicates | kept)._do_undoable(
            "merge", lambda: duplicates._merge_into(kept, tell=self.tell_customer)
        )
        message = _(
            "%(names)s is merged into %(kept)s.",
            names=format_names(duplicates.mapped("name")),
            kept=kept.name,
        )
        return step._get_action(message, kept._get_form_action())
