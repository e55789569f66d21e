from odoo import _, api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...compat import check_access
from ..common.erasure import blank, get_patterns

ERASED = "erase_personal_data"


class SupportErasureMixin(models.AbstractModel):
    """Find and erase what a record holds about a person; the figures of the statistics stay.

    Erasing makes a record nobody's: its state, times, technician, type and company stay, and no
    text that a person wrote or that names one. Odoo's Privacy Lookup finds the records by
    ``_search_personal_data`` and erases them by ``_erase_personal_data``.
    """

    _name = "support.erasure.mixin"
    _description = "Erasure of Personal Data"

    # ------------------------------------------------------------------
    # For subclasses
    # ------------------------------------------------------------------

    @api.model
    def _get_fields_kept_in_erasure(self):
        """Names of text fields that say nothing of a person."""
        return set()

    def _prepare_erased_vals(self):
        """Values of one record that cannot simply be empty.

        :return: dict of column to value
        """
        return {}

    def _find_erasure_obstacle(self):
        """Why one record cannot be erased yet, and what to do first.

        :return: str, empty where nothing stands against it
        """
        return ""

    def _erase_related(self):
        """Erase what belongs to these records in models of our own."""

    # ------------------------------------------------------------------
    # Find
    # ------------------------------------------------------------------

    @api.model
    def _search_personal_data(self, email, name):
        """Records that hold an address or a name in any field, and what a person without a
        contact has written to us.

        :param str email: the address, in any case
        :param str name: the person's full name
        :return: recordset, archived ones included, as superuser
        """
        self.env.flush_all()
        patterns = get_patterns(email, name)
        # The whole row as text: a field that is added later is searched too.
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM %(table)s AS record
                 WHERE to_jsonb(record)::text ILIKE ANY(%(patterns)s)
                 UNION
                SELECT record.id FROM mail_message AS message
                  JOIN %(table)s AS record ON record.id = message.res_id
                 WHERE message.model = %(model)s AND record.partner_id IS NULL
                   AND message.email_from ILIKE ANY(%(patterns)s)
                """,
                table=SQL.identifier(self._table),
                patterns=patterns,
                model=self._name,
            )
        )
        found = [record_id for (record_id,) in self.env.cr.fetchall()]
        # sudo: who looks for a person's data may not be one who plans visits.
        return self.sudo().browse(sorted(found)).exists()

    # ------------------------------------------------------------------
    # Erase
    # ------------------------------------------------------------------

    def action_privacy_lookup(self):
        """Open Odoo's look-up for the person whom this record is about.

        :return: window action; the page is for administrators
        """
        check_access(self.env["privacy.lookup.wizard"], "create")
        self.ensure_one()
        name, email = self._get_person()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "privacy_lookup.action_privacy_lookup_wizard"
            ),
            "context": {"default_name": name or email, "default_email": email},
        }

    def _get_person(self):
        """
        :return: tuple of name and address, each False where it is not known
        """
        return self.partner_id.name, self.partner_id.email

    def action_open_erasure(self):
        """Ask once more, since what is erased does not come back.

        :return: window action
        """
        self._check_erasure_right()
        return self.env["support.erase.wizard"]._open(self)

    def action_erase_personal_data(self):
        """Erase what these records hold about the people whom they concern.

        :return: True
        :raise AccessError: unless the user is a manager and may see the records
        :raise UserError: names each record that a customer still expects something of
        """
        self._check_erasure_right()
        self._erase_personal_data()
        return True

    def _check_erasure_right(self):
        """
        :raise AccessError: see ``action_erase_personal_data``
        """
        if not self.env.user.has_group("support_center.group_support_manager"):
            raise AccessError(_("Only a manager of the Support Center may erase personal data."))
        # With the user's own rights: another company's record raises here.
        check_access(self.sudo(False), "write")

    def _erase_personal_data(self):
        """Erase without a question of rights; see ``action_erase_personal_data``.

        :raise UserError: names each record that cannot be erased yet, and what to do first
        """
        # sudo: an administrator who answers for the data need have no right in the visits.
        records = self.sudo().exists()
        obstacles = [record._find_erasure_obstacle() for record in records]
        if any(obstacles):
            raise UserError("\n".join(filter(None, obstacles)))
        # What waits to be computed or saved would come back after it was erased.
        self.env.flush_all()
        records._erase_related()
        records._erase_chatter()
        records._erase_ratings()
        for record in records:
            blank(record, record._get_fields_kept_in_erasure(), record._prepare_erased_vals())
        self.env["support.automation.log"].sudo()._erase_of(records)
        for lang, those in records.grouped(lambda record: record._get_company_lang()).items():
            those.with_context(lang=lang)._note_erasure()

    def _note_erasure(self):
        """Say who has erased what, and nothing of whom it was about."""
        text = _("%(user)s erased the personal data.", user=self.env.user.name)
        self.env["support.automation.log"]._record(ERASED, self, "ok", text)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, text))

    def _call_off_for_erasure(self):
        """End what stands in the way of an erasure, as ``_find_erasure_obstacle`` names it."""

    def _erase_chatter(self):
        """Messages with their mails and tracked values, attachments, activities, followers."""
        about = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        # A rating goes with its message, but is the statistics' too.
        self._get_ratings().write({"message_id": False})
        messages = self.env["mail.message"].search(
            [("model", "=", self._name), ("res_id", "in", self.ids)]
        )
        messages.unlink()
        files = self.env["ir.attachment"]
        # Odoo leaves files of a field out unless it is asked for them.
        for operator in ("=", "!="):
            files |= files.search([*about, ("res_field", operator, False)])
        files.unlink()
        self.env["mail.activity"].with_context(active_test=False).search(about).unlink()
        followers = self.env["mail.followers"].search(about)
        followers.filtered(lambda follower: follower.partner_id.partner_share).unlink()

    def _get_ratings(self):
        return self.env["rating.rating"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    def _erase_ratings(self):
        """What customers wrote beside their stars; the stars stay."""
        self._get_ratings()._erase_support_rating()
