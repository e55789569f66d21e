from datetime import timedelta
from ipaddress import ip_address, ip_network

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...intake import fold_address
from ...pruning import prune, unlink_batch

# Within these the attempts are counted.
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# How much of an address names its network: what one household or office shares.
NETWORK_BITS = {4: 24, 6: 64}
LIMIT = "support_center.booking_%s_limit"


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

    @api.model
    def _find_exceeded(self, kind, address, email=""):
        """Which limit one more attempt would exceed.

        Those who try at once from one network, or with one e-mail address, come one after the
        other, so that the limits hold for them, too.

        :param str kind: ``hold`` or ``book``
        :param str address: of the visitor's machine
        :param str email: normalised
        :return: ``address``, ``network`` or ``email``; None where all is well
        """
        parameters = self.env["ir.config_parameter"]
        machine, network, email = self._hash_all(address, email)
        keys = [(kind, each) for each in (network, email) if each]
        self.env["support.intake.key"]._claim("booking_attempt", keys)
        now = fields.Datetime.now()
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*) FILTER (WHERE network = %(network)s AND address = %(machine)s
                                        AND moment > %(hour)s),
                       count(*) FILTER (WHERE network = %(network)s AND moment > %(hour)s),
                       count(*) FILTER (WHERE email = %(email)s)
                  FROM support_booking_attempt
                 WHERE kind = %(kind)s AND moment > %(day)s
                   AND (network = %(network)s OR email = %(email)s)
                """,
                network=network,
                machine=machine,
                email=email,
                kind=kind,
                hour=now - HOUR,
                day=now - DAY,
            )
        )
        by_machine, by_network, by_email = self.env.cr.fetchone()
        if kind == "hold":
            limit = parameters._get_support_number(LIMIT % "hold")
            return "network" if by_network >= limit else None
        counts = {"address": by_machine, "network": by_network, "email": by_email}
        for name, count in counts.items():
            if count >= parameters._get_support_number(LIMIT % name):
                return name
        return None

    @api.model
    def _record(self, kind, address, email=""):
        machine, network, email = self._hash_all(address, email)
        self.create([{"kind": kind, "address": machine, "network": network, "email": email}])

    @api.model
    def _hash_all(self, address, email):
        """
        :return: tuple of three str or None: the machine, its network, the e-mail address
        """
        machine, network = self._split_address(address)
        texts = machine, network, fold_address(email) if email else ""
        env = self.env(su=True)
        return tuple(text and hmac(env, "support_center-booking-attempt", text) for text in texts)

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
