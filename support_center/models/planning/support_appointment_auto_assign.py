from odoo import _, api, fields, models

AUTO_ASSIGN = "support_center.auto_assign"


class SupportAppointment(models.Model):
    """A technician for what is confirmed without one, where the setting says so."""

    _inherit = "support.appointment"

    def _store_change(self, change, store):
        # Before the save books its first technician, see `_lock_candidates`.
        if change.is_creation:
            companies = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
                for vals in change.vals_list
                if vals.get("state") == "confirmed" and not vals.get("technician_id")
            )
            self._lock_candidates(companies, self._get_booked_technicians(change))
        elif change.state == "confirmed":
            unassigned = self.filtered(lambda a: not a.technician_id)
            self._lock_candidates(unassigned.company_id, self._get_booked_technicians(change))
        super()._store_change(change, store)

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if change.is_creation or (change.state == "confirmed" and not change.is_restoring):
            self._assign_automatically()

    def _assign_automatically(self):
        """Assign what has just been confirmed without a technician.

        It happens within the save, so that the mail to the customer, which a
        rule sends after it, names the technician.
        """
        if not self.env["ir.config_parameter"]._get_support_flag(AUTO_ASSIGN):
            return
        now = fields.Datetime.now()
        due = self.filtered(
            lambda a: a.active and a.state == "confirmed" and not a.technician_id and a.start > now
        )
        due._run_automation("auto_assign", lambda those: those._auto_assign())

    def _auto_assign(self):
        """
        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        # sudo: the setting gives each visit to the best one; a customer who confirms it
        # or a technician may neither read the others' time nor hand them work.
        visits = self.sudo()
        unfit = visits._assign()
        outcomes = {
            visit.id: ("ok", visit.assignment_note) for visit in visits if visit not in unfit
        }
        words = self.env["support.ranking.words"]
        for visit, reasons in unfit.items():
            outcomes[visit.id] = ("skipped", words._describe_nobody(visit, reasons))
            asked = visit._for_responsible()
            visit._try_activity("auto_assign", lambda a=asked, r=reasons: a._ask_for_technician(r))
        return outcomes

    def _ask_for_technician(self, unfit):
        """Ask a dispatcher to find somebody for a visit to which nobody can come."""
        self._automation_activity(
            _("Confirmed without a technician"),
            self.env["support.ranking.words"]._describe_nobody(self, unfit),
        )

    @api.model
    def _lock_candidates(self, companies, technicians):
        """Lock all who may be assigned later in a save, before it books its first technician.

        :param companies: ``res.company`` of the visits that are confirmed without technician
        :param technicians: ``support.technician`` that the save itself books
        """
        if companies and self.env["ir.config_parameter"]._get_support_flag(AUTO_ASSIGN):
            # sudo: as in `_auto_assign`.
            candidates = self.env["support.technician"].sudo()._search_for_companies(companies)
            self.env["support.booking"]._lock(candidates | technicians.sudo())
