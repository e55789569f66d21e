"""From 1.8: the rule about freed times writes to customers, and says so."""

from odoo import SUPERUSER_ID, api

RULE = "support_center.automation_reoffer_slot"
BEFORE = (
    "Tells the dispatcher which waiting request fits into the time that a cancelled visit has "
    "freed."
)
NOW = (
    "Offers the time that a cancelled visit has freed to the customer who waits, by mail, one at a "
    "time; where no mail reaches them, a dispatcher is asked."
)


def migrate(cr, _version):
    """Describe the rule anew where nobody has edited its description.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    rule = env.ref(RULE, raise_if_not_found=False)
    text = rule and rule.description
    # Rules are the administrator's to edit: what they wrote there stays. The field is HTML on 17.0.
    if text and BEFORE in str(text):
        rule.description = str(text).replace(BEFORE, NOW)
