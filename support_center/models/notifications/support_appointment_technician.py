from odoo import _, api, fields, models

from ...formatting import choose_zone, format_moment, format_moment_short, format_names

# When a technician is expected: of a draft nobody is told, since it may come to nothing.
EXPECTED = ("confirmed", "in_progress")
# What says whom of the technicians was told of which time.
TECHNICIAN_MARKS = ("technician_notified_id", "technician_notified_start")
ASSIGNED = "support_center.message_technician_assigned"
MOVED = "support_center.message_technician_moved"
RELEASED = "support_center.message_technician_released"
CANCELLED = "support_center.message_technician_cancelled"
WITHDRAWN = "support_center.message_technician_withdrawn"
CUSTOMER_WROTE = "support_center.message_customer_wrote"
# In the context of a message to a technician, see ``_mail_get_partners``. An object, since no
# caller from outside can put it there.
TO_TECHNICIAN_KEY = "support_center_to_technician"
TO_TECHNICIAN = object()


class SupportAppointment(models.Model):
    """What the technicians are told, and what they were told last.

    Compared is what they know with what is so now: one save is one message to each of them,
    whatever it has changed, and a change that is taken back before anybody is told is none.
    """

    _inherit = "support.appointment"

    technician_notified_id = fields.Many2one(
        "support.technician",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The technician who was last notified of this visit; the log says where the "
        "notification was left out.",
    )
    technician_notified_start = fields.Datetime(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The time that the technician was told; empty while they expect no visit.",
    )

    def _rule_notify_technician(self):
        """Tell the technicians of a visit what has changed for them: new, moved, lost, cancelled.

        A draft tells nobody anything: its technician is told once it is confirmed.
        """
        due = self._with_saved_together("automation_notify_technician").filtered(
            lambda a: a._list_technician_notices()
        )
        due._run_automation("notify_technician", lambda those: those._notify_technicians())

    @api.model
    def _is_notice_to_technicians_on(self):
        """The one rule is the switch of all that technicians are told."""
        registry = self.env["support.automation.registry"]
        return registry._get_switch("automation_notify_technician").active

    def _list_technician_notices(self):
        """What the technicians do not know yet.

        :return: list of (``support.technician`` as superuser, XML id of the text)
        """
        self.ensure_one()
        # sudo: what a technician knows, and their user, are not everybody's to read.
        this = self.sudo()
        known, expected = this.technician_notified_id, this.technician_notified_start
        if this.state in EXPECTED:
            technician = this.technician_id
            notices = [(known, RELEASED)] if known and known != technician else []
            if technician and (known != technician or not expected):
                notices.append((technician, ASSIGNED))
            elif technician and expected != this.start:
                notices.append((technician, MOVED))
            return notices
        if known and this.state == "cancelled" and expected:
            return [(known, CANCELLED)]
        if known and this.state == "draft":
            if known != this.technician_id:
                return [(known, RELEASED)]
            return [(known, WITHDRAWN)] if expected else []
        return []

    def _notify_technicians(self):
        """Tell the technicians of each visit, and mark who knows of what time.

        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        outcomes = {}
        marks = {}
        now = fields.Datetime.now()
        notices = {record.id: record._list_technician_notices() for record in self}
        technicians = self.env["support.technician"].union(
            *(technician for found in notices.values() for technician, _view in found)
        )
        obstacles = technicians._find_notification_obstacles()
        for record in self:
            if record._is_over_for_technicians(now):
                outcomes[record.id] = ("skipped", _("No notification: the visit is in the past."))
                marks[record.id] = record._prepare_technician_told_vals({})
                continue
            outcome, mark = record._tell_technicians(notices[record.id], obstacles)
            if outcome:
                outcomes[record.id] = "skipped", outcome
            if mark:
                marks[record.id] = mark
        if marks:
            self._write_marks({}, marks)
        self.env["support.notifier"]._wake_queue()
        return outcomes

    def _tell_technicians(self, notices, obstacles):
        """
        :param list notices: of this visit, as ``_list_technician_notices`` returns them
        :param dict obstacles: of technician ids to why they cannot be told
        :return: tuple of why somebody was not told, or None, and what is known now, as
            ``TECHNICIAN_MARKS``; None where that is what it was
        """
        outcome, mark = None, self._prepare_technician_told_vals({})
        for technician, view in notices:
            is_lost = view == RELEASED
            if technician.user_id and technician.user_id == self.env.user:
                outcome = outcome if is_lost else self._describe_own_change(view)
            elif technician.id not in obstacles:
                self._notify_technician(technician, view)
            elif not is_lost:
                outcome, mark = obstacles[technician.id], None
        if not mark and any(view == RELEASED for _technician, view in notices):
            # Who lost it hears of that once, however often the new one cannot be told.
            mark = dict.fromkeys(TECHNICIAN_MARKS, False)
        return outcome, mark

    def _prepare_technician_told_vals(self, vals):
        """What makes a change one that its technicians know of already.

        :param dict vals: what changes of ``technician_id``, ``start`` and ``state``
        :return: dict of ``TECHNICIAN_MARKS``
        """
        self.ensure_one()
        technician_id = vals.get("technician_id", self.technician_id.id)
        if not technician_id or vals.get("state", self.state) not in EXPECTED:
            return dict.fromkeys(TECHNICIAN_MARKS, False)
        return {
            "technician_notified_id": technician_id,
            "technician_notified_start": vals.get("start", self.start),
        }

    def _is_over_for_technicians(self, now):
        """Whether the visit is past, both as it is planned and as its technician knows it."""
        self.ensure_one()
        expected = self.sudo().technician_notified_start  # sudo: as in _list_technician_notices
        length = self._as_timedelta(self.duration)
        ends = [start + length for start in (self.start, expected) if start]
        return bool(ends) and max(ends) <= now

    @api.model
    def _describe_own_change(self, view):
        if view == ASSIGNED:
            return _("No notification: they took the visit themselves.")
        return _("No notification: they made the change themselves.")

    def _notify_technician(self, technician, view):
        """Notify a technician: a user in the inbox or by mail, as they prefer, others by mail.

        :param technician: ``support.technician`` who can be told, as superuser
        :param str view: XML id of the QWeb template of the text
        """
        self.ensure_one()
        user = technician.user_id
        record = self._for_reader(user)
        zone = choose_zone(user.tz, technician.tz)
        body = record._render_technician_notification(view, zone)
        subject = record._get_technician_subject(view, zone)
        if user:
            record.with_context(**{TO_TECHNICIAN_KEY: TO_TECHNICIAN}).message_notify(
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=body,
                # The queue's cron sends it: no mail server is waited for while somebody saves.
                force_send=False,
                **record._prepare_technician_message_vals(),
            )
        else:
            self.env["support.notifier"]._queue_to_address(
                record, technician.email, subject, body, kind="technician"
            )

    def _prepare_technician_message_vals(self):
        """What Odoo would look up with a query for each message."""
        self.ensure_one()
        company = self.company_id
        address = self.env["support.mail.address"]._get_alias_address(company, self._name)
        thread = self.env["mail.thread"].with_company(company)
        return {
            "record_company_id": company.id,
            # sudo: mail domains are not every user's to read.
            "record_alias_domain_id": company.sudo().alias_domain_id.id,
            "reply_to": address
            or thread._notify_get_reply_to(default=self.env.user.email_formatted)[False],
            # Nothing is tracked by it.
            "tracking_value_ids": False,
        }

    def _mail_get_partners(self, introspect_fields=False):
        """No customer in a message to a technician: no link of theirs is made for it."""
        if self.env.context.get(TO_TECHNICIAN_KEY) is TO_TECHNICIAN:
            return dict.fromkeys(self.ids, self.env["res.partner"])
        return super()._mail_get_partners(introspect_fields=introspect_fields)

    def _render_technician_notification(self, view, zone):
        """The text, in the language of the environment and the technician's time zone."""
        self.ensure_one()
        start = self.start or self.requested_date
        # sudo: as in _list_technician_notices
        known = self.sudo().technician_notified_start
        times = {
            "when": start and format_moment(self.env, start, zone),
            "known": known and format_moment(self.env, known, zone),
        }
        text = self._describe_technician_notice(view, **times)
        return self.env["ir.qweb"]._render(view, {"appointment": self, "text": text, **times})

    def _describe_technician_notice(self, view, when, known):
        """The sentence with which a message begins, as a whole, since languages order it each in
        its own way.

        :param str when: the time as it is now
        :param str known: the time as the technician knows it
        :return: str; empty where the template itself has the words
        """
        name = self.customer_name
        values = {
            "visit": f"{self.name} ({name})" if name else self.name,
            "when": when,
            "known": known,
        }
        if view == MOVED:
            return _("Your visit %(visit)s was moved from %(known)s to %(when)s.", **values)
        if view == CANCELLED:
            return _("Your visit %(visit)s was cancelled. It was planned for %(known)s.", **values)
        if view == WITHDRAWN:
            return _(
                "Your visit %(visit)s on %(known)s is not confirmed any more. You are told when "
                "it is.",
                **values,
            )
        return ""

    def _get_technician_subject(self, view, zone):
        """The subject, in the language of the environment and the technician's time zone."""
        self.ensure_one()
        if view == CUSTOMER_WROTE:
            return _("%(reference)s: the customer has written", reference=self.name)
        start = self.start or self.requested_date
        if view in (CANCELLED, WITHDRAWN, RELEASED):
            # The time under which they have it in mind. sudo: as above.
            start = self.sudo().technician_notified_start or start
        visit = format_names(
            filter(
                None,
                [
                    self.customer_name or self.name,
                    start and format_moment_short(self.env, start, zone),
                ],
            )
        )
        if view == ASSIGNED:
            return _("New visit: %(visit)s", visit=visit)
        if view == MOVED:
            return _("Visit moved: %(visit)s", visit=visit)
        if view == CANCELLED:
            return _("Visit cancelled: %(visit)s", visit=visit)
        if view == WITHDRAWN:
            return _("Visit not confirmed any more: %(visit)s", visit=visit)
        return _("Visit reassigned: %(visit)s", visit=visit)
