"""From 1.8: the answer to a request speaks in sentences to who wrote in some, and offers times."""

import hashlib
import html
import re

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, file_open

# The text as it was installed, by the beginning of its digest, see `_digest`.
INSTALLED = ("a9b7c3932e23472e", "5e1f40b3ee8a8d41")
WORDS = (
    '<t t-if="answer[\'is_in_words\']"><t t-call="support_center.mail_answer_words"></t></t>'
    '<t t-else="">'
)
# As 17.0 and 19.0 write it.
BREAK = re.compile(r"<br\s*/?>(?:</br>)?")
OFFERS = '<t t-call="support_center.mail_answer_offers"></t></t>'
# What the text begins with below the greeting, and what stands above its last lines.
FIRST = re.compile(r"<t t-if=\"answer\['is_accepted'\]\">")
LAST = re.compile(
    r"<p style=\"margin: 0; line-height: 8px;\">\s*<br\s*/?>\s*</p>\s*<p[^<>]*border-top"
)


def migrate(cr, _version):
    """Let the template call the new parts where nobody has edited it, in each language.

    :param str _version: the version that was installed
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    template = env.ref("support_center.mail_template_intake_answer", raise_if_not_found=False)
    body = template and template.with_context(lang="en_US").body_html
    # Templates are the administrator's to edit: what they wrote stays.
    if not body or _digest(str(body)) not in INSTALLED:
        return
    template.flush_recordset(["body_html"])
    cr.execute(SQL("SELECT body_html FROM mail_template WHERE id = %s", template.id))
    for lang, text in cr.fetchone()[0].items():
        first, last = FIRST.search(text), list(LAST.finditer(text))
        if first and last:
            begins, ends = first.start(), last[-1].start()
            new = text[:begins] + WORDS + text[begins:ends] + OFFERS + text[ends:]
            shipped = _read_shipped()
            # With the spaces of a new installation, too.
            is_shipped = _digest(BREAK.sub("<br>", new)) == _digest(BREAK.sub("<br>", shipped))
            template.with_context(lang=lang).body_html = shipped if is_shipped else new


def _read_shipped():
    """The text of the data file, as Odoo loads it."""
    with file_open("support_center/data/mail_template_intake_answer.xml", "rb") as file:
        (field,) = etree.parse(file).xpath("//field[@name='body_html']")
    return "".join(etree.tostring(node, method="html", encoding="unicode") for node in field)


def _digest(body):
    """Of a text whatever its spaces and the way in which its tags are closed."""
    body = re.sub(r"<(\w+)([^<>]*?)\s*/>", r"<\1\2></\1>", body)
    body = re.sub(r"\s+", "", html.unescape(body))
    return hashlib.sha256(body.encode()).hexdigest()[:16]
