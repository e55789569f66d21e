from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from odoo import _, fields, models
from odoo.tools import plaintext2html

from ...delivery.calendar_file import REQUEST, Person, build
from ..appointment.states import LIVE_STATES

# What one message of a customer may bring along.
MAX_FILES = 5
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_WORDS = 4000
# By the end of the name: pictures, documents, short films; nothing that a browser runs.
FILE_KINDS = (
    *("gif", "heic", "heif", "jpeg", "jpg", "png", "webp"),
    *("csv", "doc", "docx", "odp", "ods", "odt", "pdf", "ppt", "pptx", "rtf", "txt", "xls", "xlsx"),
    *("m4a", "mov", "mp3", "mp4", "zip"),
)


class SupportAppointment(models.Model):
    """What the customer's page of an appointment says, in the language of the environment."""

    _name = "support.appointment"
    _inherit = ["support.appointment", "support.correspondence.mixin"]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_page_title(self):
        """What the visit is about, as customers know it."""
        self.ensure_one()
        kind = self.type_id.sudo()  # sudo: customers may read their visit, and no type.
        return kind.published_name or kind.name or _("Support visit")

    def _get_page_state(self):
        """The state in a word, as a customer says it."""
        self.ensure_one()
        return {
            "draft": _("Requested"),
            "confirmed": _("Confirmed"),
            "in_progress": _("Under way"),
            "done": _("Done"),
            "cancelled": _("Cancelled"),
            "no_show": _("Missed"),
        }[self.state]

    def _get_page_color(self):
        """The colour of the state, as on the board; empty for those without one."""
        self.ensure_one()
        return {
            "confirmed": "info",
            "in_progress": "warning",
            "done": "success",
            "no_show": "danger",
        }.get(self.state, "")

    def _get_next_step(self):
        """What happens next, in a sentence. A hook: a package below may know more."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.state == "draft":
            if self.start and self.start > now:
                return _("We are looking at this time and write to you as soon as it is certain.")
            return _("We have your request and write to you as soon as there is a time for it.")
        if self.state == "confirmed":
            return self._get_next_step_of_confirmed(now)
        if self.state == "in_progress":
            return _("The work is going on.")
        if self.state == "done":
            return _("The visit is over. Is something still open? Write to us.")
        if self.state == "cancelled":
            return _("This visit will not take place.")
        return _("We met nobody. Choose another time, or write to us.")

    def _get_next_step_of_confirmed(self, now):
        technician = self.technician_id.sudo().name  # sudo: as for the type
        if self.stop <= now:
            return _("The time of this visit has passed. Did nobody come? Write to us.")
        if self.start <= now:
            return _("It is time: we are there, or nearly.")
        if self._is_remote():
            return _("We call you at this time. Please be near your device.")
        if technician:
            return _("%(technician)s comes to you at this time.", technician=technician)
        return _("We come to you at this time.")

    def _is_remote(self):
        self.ensure_one()
        return self.type_id.sudo().place == "remote"  # sudo: as for the title

    # ------------------------------------------------------------------
    # What can be done
    # ------------------------------------------------------------------

    def _is_to_come(self):
        """Whether the customer can still say something of this visit, if only by telephone."""
        self.ensure_one()
        return self._is_open_to_customer() and self._is_ahead()

    def _may_promise(self):
        """Whether the page asks the customer to say that they will be there."""
        self.ensure_one()
        return (
            self._is_open_to_customer()
            and self.state == "confirmed"
            and self.start > fields.Datetime.now()
            and self.attendance != "confirmed"
        )

    def _may_ask_again(self):
        """Whether the page of a visit that did not take place lets ask for another time."""
        self.ensure_one()
        return self.state in ("cancelled", "no_show")

    # ------------------------------------------------------------------
    # Elsewhere: maps and calendars
    # ------------------------------------------------------------------

    def _get_page_map_url(self):
        """Where the place is on a map; empty for what is done from afar."""
        self.ensure_one()
        if not self.location or self._is_remote():
            return ""
        return "https://www.openstreetmap.org/search?" + urlencode({"query": self.location})

    def _get_calendar_links(self):
        """Where to put the visit into a calendar that takes no file.

        The link to the customer's page is not in them: it would be told to others.

        :return: dict of ``google`` and ``outlook`` to an address; empty where nothing is planned
        """
        self.ensure_one()
        if not self.start or self.state not in LIVE_STATES:
            return {}
        summary = _(
            "%(what)s, %(company)s", what=self._get_page_title(), company=self.company_id.name
        )
        google = {
            "action": "TEMPLATE",
            "text": summary,
            "dates": f"{self.start:%Y%m%dT%H%M%SZ}/{self.stop:%Y%m%dT%H%M%SZ}",
            "details": self.name,
            "location": self.location or "",
        }
        outlook = {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": summary,
            "startdt": f"{self.start:%Y-%m-%dT%H:%M:%SZ}",
            "enddt": f"{self.stop:%Y-%m-%dT%H:%M:%SZ}",
            "body": self.name,
            "location": self.location or "",
        }
        return {
            "google": "https://calendar.google.com/calendar/render?" + urlencode(google),
            "outlook": "https://outlook.live.com/calendar/0/deeplink/compose?" + urlencode(outlook),
        }

    def _build_calendar_file(self):
        """The event of our mails, as it was told last, so that a calendar has it once.

        :return: bytes; empty where there is nothing to put into a calendar
        """
        self.ensure_one()
        if not self.start or self.state not in LIVE_STATES:
            return b""
        files = self.env["support.calendar.file"]
        alias = self.env["support.mail.address"]._get_alias_address(
            self.company_id, "support.appointment"
        )
        organizer = files._get_organizer(self.company_id, alias)
        if self.ics_organizer:
            organizer = Person(self.ics_organizer, organizer.name)
        # Nobody who puts it there by hand is asked for an answer.
        visit = files._prepare_visit(self, self.ics_sequence, organizer, asks_answer=False)
        if not visit.attendee.email:
            visit = replace(visit, attendee=Person("noreply@invalid", visit.attendee.name))
        return build(visit, REQUEST)

    # ------------------------------------------------------------------
    # Write to us
    # ------------------------------------------------------------------

    def _post_from_customer(self, words, files, author=None):
        """What a customer writes on the page stands in the history, and reaches a dispatcher.

        See ``incoming/support_appointment_messages.py`` for whom it is told.

        :param str words: plain text
        :param list files: of tuples of name and bytes
        :param author: ``res.partner`` who has logged in; the customer without it
        :return: ``mail.message``
        """
        self.ensure_one()
        author = author or self.partner_id
        sender = {"author_id": author.id}
        if not author:
            # A request whose customer nobody has found out yet.
            sender = {"author_id": False, "email_from": self.customer_email or ""}
        return self.message_post(
            body=plaintext2html(words),
            attachments=files,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **sender,
        )

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    def _get_notice_words(self):
        """Why the page changes nothing any more, and what to do instead."""
        self.ensure_one()
        hours = self.type_id.sudo().cancel_notice_hours
        start = self.start
        if hours and start and fields.Datetime.now() + timedelta(hours=hours) > start:
            if hours == 1:
                return _("The visit is less than an hour away, too near for a change on this page.")
            notice = format(hours, "g")
            return _(
                "The visit is less than %(hours)s hours away, too near for a change on this page.",
                hours=notice,
            )
        return _("This visit cannot be changed on this page any more.")
