from itertools import count

from ..common import GUIDE_MAIL, SupportMailCase

_numbers = count(1)


def leaf(content, media_type="text/plain; charset=utf-8", *headers):
    """A MIME part with some content."""
    lines = [f"Content-Type: {media_type}", *headers]
    return "\n".join(lines) + "\n\n" + content + "\n"


def html(content, *headers):
    return leaf(content, "text/html; charset=utf-8", *headers)


def packed(content, media_type, *headers):
    """A part whose content is in Base64 already."""
    return leaf(content, media_type, "Content-Transfer-Encoding: base64", *headers)


def file(name, content="eA==", media_type="application/octet-stream", disposition="attachment"):
    return packed(content, media_type, f'Content-Disposition: {disposition}; filename="{name}"')


def multi(subtype, *parts):
    """Parts beside each other, as ``multipart/<subtype>``; the subtype may have parameters."""
    boundary = f"limit-{next(_numbers)}"
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n{body}--{boundary}--\n'


def mail(entity, *, sender="Bob Other <bob@other.example.com>", subject="Something old"):
    """A whole mail, to be attached to another one."""
    return (
        f"From: {sender}\nTo: office@other.example.com\nSubject: {subject}\n"
        f"Message-ID: <inner-{next(_numbers)}@other.example.com>\n"
        f"Date: Sun, 01 Mar 2026 08:00:00 +0000\nMIME-Version: 1.0\n{entity}"
    )


def attached(entity, name="old.eml", disposition="attachment", **headers):
    """A mail as a part of another one."""
    return leaf(
        mail(entity, **headers),
        "message/rfc822",
        f'Content-Disposition: {disposition}; filename="{name}"' if name else "X-Name: none",
    )


class MimeCase(SupportMailCase):
    """Mails of many parts, through the real gateway."""

    def _send_entity(self, entity, *, subject="APPOINTMENT_REQUEST", to="appointments", headers=()):
        """Hand a mail to the gateway; the drafts that it made."""
        lines = [
            "From: John Doe <customer@example.com>",
            f"To: {to}@{self.alias_domain}",
            f"Subject: {subject}",
            f"Message-ID: <parts-{next(_numbers)}@example.com>",
            "Date: Mon, 02 Mar 2026 08:00:00 +0000",
            *headers,
            "MIME-Version: 1.0",
        ]
        source = "\n".join(lines) + "\n" + entity
        return self._process_raw(source.encode())

    def _send_ticket(self, entity, subject="Broken"):
        """The ticket that a mail to a team makes."""
        if not self.env["support.team"].search([("alias_name", "=", "desk")]):
            self.env["support.team"].create({"name": "Desk", "alias_name": "desk"})
        last = self.env["support.ticket"].search([], order="id desc", limit=1).id or 0
        self._send_entity(entity, subject=subject, to="desk")
        return self.env["support.ticket"].search([("id", ">", last)])

    def _get_post(self, record):
        """The mail in the chatter of ``record``; of several the last."""
        return record.message_ids.filtered(lambda m: m.message_type == "email").sorted("id")[-1:]

    def _get_file_names(self, record):
        return self._get_post(record).attachment_ids.mapped("name")

    def _assert_accepted(self, draft, *, description="Network issue"):
        """The form of the guide's mail was read, and nothing else."""
        self.assertEqual(len(draft), 1)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertEqual(str(draft.start), "2026-03-05 14:00:00")
        self.assertEqual(draft.description, description)
        self.assertIn("Network issue", self._get_post(draft).body)


FORM = leaf(GUIDE_MAIL)
