from odoo import _, api, models


class SupportNotificationChannel(models.AbstractModel):
    """A way to reach customers. A further one is one class, in whatever addon::

        class SmsChannel(models.AbstractModel):
            _name = "support.notification.channel.sms"
            _inherit = "support.notification.channel"
            _description = "Notifications by SMS"

            _channel = "sms"
            _channel_sequence = 50

            def _get_label(self): …
            def _choose(self, kind, appointments): …
            def _send(self, kind, appointments, reminder): …

    A message goes by one channel. They are asked in their order which customers they take; mail,
    the last one, takes all that are left.
    """

    _name = "support.notification.channel"
    _description = "Channel of Notifications"

    # What the rows note; empty for what is no channel.
    _channel = ""
    # The order in which the channels are asked, the lowest first.
    _channel_sequence = 50

    # ------------------------------------------------------------------
    # For a channel
    # ------------------------------------------------------------------

    @api.model
    def _get_label(self):
        """The name of the channel, in the reader's language."""
        raise NotImplementedError

    @api.model
    def _choose(self, _kind, appointments):
        """Which customers are told by this channel, because they want it and can be reached.

        :param str kind: of ``support.notifier``
        :return: those of ``appointments``
        """
        return appointments.browse()

    @api.model
    def _find_obstacles(self, kind, appointments):
        """Why customers cannot be told at all.

        :return: dict of record id to the reason in words
        """
        return appointments._get_ended(kind)

    @api.model
    def _send(self, kind, appointments, reminder):
        """Put the messages on their way; nothing is waited for.

        :param str kind: of ``support.notifier``
        :param reminder: ``DueReminder``, of a reminder
        :return: dict of record id to the fault in words, of those that were not sent
        """
        raise NotImplementedError

    @api.model
    def _resend(self, notifications):
        """Send again what failed.

        :param notifications: ``support.notification``, as superuser
        """
        for row in notifications:
            row.appointment_id._announce(row.kind, reminder=row.reminder_id._as_due())

    # ------------------------------------------------------------------
    # For the notifier
    # ------------------------------------------------------------------

    @api.model
    def _get_all(self):
        """The channels there are, in the order in which they are asked.

        :return: list of models
        """
        names = self.env.registry.descendants(["support.notification.channel"], "_inherit")
        channels = [self.env[name] for name in sorted(names)]
        known = [channel for channel in channels if channel._channel]
        return sorted(known, key=lambda channel: channel._channel_sequence)

    @api.model
    def _get(self, name):
        """The channel of that name; mail in place of one that was uninstalled."""
        channels = {channel._channel: channel for channel in self._get_all()}
        return channels.get(name, channels["email"])

    @api.model
    def _distribute(self, kind, appointments):
        """Which channel tells whom.

        :return: list of (channel, appointments); each of these is in it once
        """
        shares = []
        for channel in self._get_all():
            those = channel._choose(kind, appointments)
            if those:
                shares.append((channel, those))
                appointments -= those
        return shares

    @api.model
    def _queue(self, kind, appointments, reminder=None):
        """Tell customers, and note it: rows and marks.

        :return: as ``_send``
        """
        faults = self._send(kind, appointments, reminder)
        told = appointments.filtered(lambda a: a.id not in faults)
        notifier = self.env["support.notifier"]
        versions = notifier._get_versions(kind, appointments)
        rows = notifier._prepare_rows(kind, appointments, versions, reminder, faults=faults)
        for row in rows:
            row["channel"] = self._channel
            if row["state"] == "queued":
                # Who follows what becomes of it writes that to the row.
                row["state"] = "sent"
        self.env["support.notification"]._store(rows)
        notifier._note_told(kind, told, versions, reminder)
        return faults


class SupportNotificationChannelEmail(models.AbstractModel):
    _name = "support.notification.channel.email"
    _inherit = "support.notification.channel"
    _description = "Notifications by E-Mail"

    _channel = "email"
    _channel_sequence = 100

    @api.model
    def _get_label(self):
        return _("E-mail")

    @api.model
    def _choose(self, _kind, appointments):
        return appointments

    @api.model
    def _find_obstacles(self, kind, appointments):
        return appointments._get_obstacles(kind)

    @api.model
    def _queue(self, kind, appointments, reminder=None):
        options = {"reminder": reminder} if reminder else {}
        return self.env["support.notifier"]._queue(kind, appointments, **options)

    @api.model
    def _resend(self, notifications):
        # A mail that was deleted is written anew.
        with_mail = notifications.filtered("mail_id")
        if with_mail:
            with_mail.mail_id.mark_outgoing()
            self.env["support.notifier"]._wake_queue()
        super()._resend(notifications - with_mail)
