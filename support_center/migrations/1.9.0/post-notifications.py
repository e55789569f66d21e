"""From 1.8: a row for each message, and mails that offer what a customer can do."""

import hashlib
import html
import re

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

# The texts as they were installed, by the beginnings of their digests, see `_digest`.
OFFERING = {
    "confirmation": ("687c0a764ef0d365", "8ef6a4101a89c839"),
    "reminder": ("1038dd973059bf85", "c3e2ba9c58347c9f"),
    "rescheduled": ("8b4c4ebd40dd8491", "57c536095d04a841"),
}
ON_THE_WAY = ("d2777875f35d19b5",)
BUTTON = re.compile(r"<t t-call=\"support_center\.mail_button\"\s*(?:/>|></t>)")
ACTIONS = '<t t-call="support_center.mail_actions"></t>\n                '
ARRIVAL = "object._get_formatted_arrival()"
SPAN = "object._describe_arrival() or object._get_formatted_arrival()"


def migrate(cr, _version):
    """Note what was sent, and let unedited templates offer what there is now.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    _store_rows(env)
    for kind, digests in OFFERING.items():
        _change_body(env, kind, digests, lambda body: BUTTON.sub(_offer, body, count=1))
    changed = _change_body(
        env,
        "on_the_way",
        ON_THE_WAY,
        lambda body: body if SPAN in body else body.replace(f"{ARRIVAL} or ''", SPAN),
    )
    if changed:
        for lang, subject in _get_translations(env, changed, "subject").items():
            if SPAN not in subject:
                changed.with_context(lang=lang).subject = subject.replace(ARRIVAL, SPAN)


def _offer(button):
    return ACTIONS + button.group()


def _store_rows(env):
    """What mails on the queue still tell of what customers were told.

    Nobody is reminded a second time: the mark of the first reminder stays what it was.
    """
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO support_notification (
            appointment_id, company_id, kind, channel, reminder_id, announced_start, version, due,
            state, reason, mail_id, create_uid, create_date, write_uid, write_date)
        SELECT visit.id, visit.company_id, mail.support_notice, 'email',
               CASE WHEN mail.support_notice = 'reminder' THEN
                    (SELECT id FROM support_reminder WHERE is_first ORDER BY id LIMIT 1) END,
               CASE WHEN mail.support_notice = 'reminder' AND visit.reminder_sent
                    THEN visit.start END,
               NULL, mail.create_date,
               CASE mail.state WHEN 'outgoing' THEN 'queued' WHEN 'exception' THEN 'failed'
                    WHEN 'cancel' THEN 'withdrawn' ELSE 'sent' END,
               CASE WHEN mail.state = 'exception' THEN left(mail.failure_reason, 1000) END,
               mail.id, 1, mail.create_date, 1, mail.create_date
          FROM mail_mail AS mail
          JOIN mail_message AS message ON message.id = mail.mail_message_id
          JOIN support_appointment AS visit
            ON message.model = 'support.appointment' AND visit.id = message.res_id
         WHERE mail.support_notice IN ('confirmation', 'reminder', 'rescheduled', 'updated',
                                       'cancelled', 'on_the_way', 'report', 'answer')
           AND NOT EXISTS (SELECT FROM support_notification AS known WHERE known.mail_id = mail.id)
         ORDER BY mail.id
        """
    )
    env["support.notification"].invalidate_model(flush=False)


def _change_body(env, kind, digests, change):
    """Change a template whose text nobody has edited, in each language.

    :param tuple digests: of the texts that it was installed with
    :param callable change: of a body to the new one
    :return: ``mail.template``, empty where it was edited or deleted
    """
    template = env.ref(f"support_center.mail_template_appointment_{kind}", raise_if_not_found=False)
    template = template or env["mail.template"]
    body = template.with_context(lang="en_US").body_html
    if not body or _digest(str(body)) not in digests:
        # Templates are the administrator's to edit: what they wrote stays.
        return env["mail.template"]
    for lang, text in _get_translations(env, template, "body_html").items():
        new = change(text)
        if new != text:
            template.with_context(lang=lang).body_html = new
    return template


def _get_translations(env, template, field):
    """
    :return: dict of language code to text, for the languages that have one of their own
    """
    template.flush_recordset([field])
    env.cr.execute(
        SQL("SELECT %s FROM mail_template WHERE id = %s", SQL.identifier(field), template.id)
    )
    return env.cr.fetchone()[0] or {}


def _digest(body):
    """Of a text whatever its spaces and the way in which its tags are closed."""
    body = re.sub(r"<(\w+)([^<>]*?)\s*/>", r"<\1\2></\1>", body)
    body = re.sub(r"\s+", "", html.unescape(body))
    return hashlib.sha256(body.encode()).hexdigest()[:16]
