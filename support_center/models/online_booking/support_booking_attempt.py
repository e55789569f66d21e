from datetime import timedelta
from ipaddress import ip_address, ip_network

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...compat import under_test
from ...intake import fold_address
from ...pruning import prune, unlink_batch
from ..holds.support_slot_hold import PAGE_MINUTES

# Within these the attempts are counted.
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# How much of an address names its network: what one household or office shares.
NETWORK_BITS = {4: 24, 6: 64}
LIMIT = "support_center.booking_%s_limit"
# Of the database's locks, those on what is counted here.
LOCK = "support_booking_attempt"
# Not a limit: it was counted already.
KNOWN = "known"


class SupportBookingAttempt(models.Model):
    """What was held and booked on the public pages, and from where: only to be counted.

    Who it was is not kept: each column is a keyed hash, and a row lives a day.
    """

    _name = "support.booking.attempt"
    _description = "Attempt to Book"
    _inherit = "support.ids.mixin"
    _order = "moment desc, id desc"
    _rec_name = "kind"
    _log_access = False

    kind = fields.Selection([("hold", "Hold"), ("book", "Booking")], required=True, readonly=True)
    moment = fields.Datetime(
        required=True, readonly=True, index=True, default=lambda self: fields.Datetime.now()
    )
    address = fields.Char(readonly=True)
    network = fields.Char(readonly=True, index=True)
    email = fields.Char(readonly=True, index="btree_not_null")
    key = fields.Char(readonly=True)

    @api.model
    def _count(self, kind, address, key, email=""):
        """Count one more attempt, unless it exceeds a limit.

        In a transaction of its own, which waits for others of the same network or e-mail address
        and then sees what they have counted: so the limits hold for those who try at the same
        moment, too, and nobody is sent round again because of it. What was counted stays counted
        whatever becomes of the attempt; the same one, tried again, is counted once.

        :param str kind: ``hold`` or ``book``
        :param str address: of the visitor's machine
        :param str key: tells this attempt from others
        :param str email: normalised
        :return: the limit that it would exceed, ``address``, ``network`` or ``email``; None where
            all is well
        """
        if under_test():  # the cursor of a test has no other transaction
            return self.sudo()._count_here(kind, address, key, email)
        with self.env.registry.cursor() as cr:  # committed at its end
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            attempts = api.Environment(cr, self.env.uid, {}, su=True)[self._name]
            return attempts._count_here(kind, address, key, email)

    @api.model
    def _count_here(self, kind, address, key, email):
        machine, network, email, key = self._hash_all(address, email, key)
        for name in sorted(each for each in (network, email) if each):
            self.env.cr.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", LOCK, name)
            )
        limit = self._find_exceeded(kind, machine, network, email, key)
        if limit == KNOWN:
            return None
        if not limit:
            vals = {"address": machine, "network": network, "email": email, "key": key}
            self.create([{"kind": kind, **vals}])
        return limit

    @api.model
    def _find_exceeded(self, kind, machine, network, email, key):
        """
        :return: the limit, None without one; ``KNOWN`` for what was counted already
        """
        parameters = self.env["ir.config_parameter"]
        now = fields.Datetime.now()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*) FILTER (WHERE network = %(network)s AND address = %(machine)s
                                        AND moment > %(hour)s),
                       count(*) FILTER (WHERE network = %(network)s AND moment > %(hour)s),
                       count(*) FILTER (WHERE email = %(email)s),
                       count(*) FILTER (WHERE network = %(network)s AND key = %(key)s
                                        AND moment > %(known)s)
                  FROM support_booking_attempt
                 WHERE kind = %(kind)s AND moment > %(day)s
                   AND (network = %(network)s OR email = %(email)s)
                """,
                network=network,
                machine=machine,
                email=email,
                key=key,
                kind=kind,
                hour=now - HOUR,
                day=now - DAY,
                # A hold that has ended is another one: else those who have held as much as they may
                # go on with all of that for a day, and hold more each hour.
                known=now - (timedelta(minutes=PAGE_MINUTES) if kind == "hold" else DAY),
            )
        )
        by_machine, by_network, by_email, is_known = self.env.cr.fetchone()
        if is_known:
            return KNOWN
        if kind == "hold":
            limit = parameters._get_support_number(LIMIT % "hold")
            return "network" if by_network >= limit else None
        counts = {"address": by_machine, "network": by_network, "email": by_email}
        for name, count in counts.items():
            if count >= parameters._get_support_number(LIMIT % name):
                return name
        return None

    @api.model
    def _hash_all(self, address, email, key):
        """
        :return: tuple of four str or None: machine, network, e-mail address, key
        """
        texts = *self._split_address(address), email and fold_address(email), key
        env = self.env(su=True)
        return tuple(
            hmac(env, "support_center-booking-attempt", text) if text else None for text in texts
        )

    @api.model
    def _split_address(self, address):
        """
        :return: tuple of two str: the machine and its network, alike for what is no address
        """
        try:
            machine = ip_address(address or "")
        except ValueError:
            return "unknown", "unknown"
        machine = getattr(machine, "ipv4_mapped", None) or machine
        network = ip_network(f"{machine}/{NETWORK_BITS[machine.version]}", strict=False)
        return str(machine), str(network)

    @api.autovacuum
    def _gc_old_attempts(self):
        """Forget what is not counted any more."""
        domain = [("moment", "<", fields.Datetime.now() - DAY)]
        return prune(self.env, lambda limit: unlink_batch(self, domain, "moment", limit))
