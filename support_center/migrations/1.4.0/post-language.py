"""From 1.3: mails to customers without a language are in the company's, no matter who saves."""

from odoo import SUPERUSER_ID, api

TEMPLATES = ("confirmation", "reminder", "rescheduled", "cancelled", "updated")
BEFORE = "{{ object.partner_id.lang }}"
NOW = "{{ object._get_customer_lang() }}"


def migrate(cr, _version):
    """Let the templates ask for the customer's language where nobody has edited theirs.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in TEMPLATES:
        template = env.ref(
            f"support_center.mail_template_appointment_{name}", raise_if_not_found=False
        )
        # Templates are the administrator's to edit: what they wrote there stays.
        if template and (template.lang or "").strip() == BEFORE:
            template.lang = NOW
