"""From 1.5: descriptions of mail templates, in words that name the person who is written to."""

from odoo import SUPERUSER_ID, api

# XML id, without the module -> (as it was shipped, as it is now).
DESCRIPTIONS = {
    "mail_template_request_rejected": (
        "Sent by hand to whoever sent a request that is not going to be planned, with the reason",
        "Sent by hand to the sender of a request that is not going to be planned, with the reason",
    ),
    "mail_template_intake_answer": (
        "Sent to whoever mails a request: what was understood, or what has to be corrected",
        "Sent to the sender of a mailed request: what was understood, or what has to be corrected",
    ),
}


def migrate(cr, _version):
    """Describe the templates anew where nobody has edited the description.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    for name, (before, now) in DESCRIPTIONS.items():
        template = env.ref(f"support_center.{name}", raise_if_not_found=False)
        # Templates are the administrator's to edit: what they wrote there stays.
        if template and (template.description or "").strip() == before:
            template.description = now
