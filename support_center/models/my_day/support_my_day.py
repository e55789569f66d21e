import base64
import io
from urllib.parse import quote

from PIL import Image, UnidentifiedImageError

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...compat import check_access
from ...formatting import ONE_DAY, format_hour_of_day, get_day, get_midnight, get_viewer_zone

# What a technician sees of the day: also what was called off, since they may be on the way.
SHOWN_STATES = ("confirmed", "in_progress", "done", "no_show", "cancelled")
# Opens the navigation of a phone, on Android and on iOS, and needs no key.
ROUTE = "https://www.google.com/maps/dir/?api=1&destination=%s"
MAX_PHOTO_BYTES = 20 * 1024 * 1024


class SupportMyDay(models.AbstractModel):
    """The technician's own day, for a phone; with nothing but the technician's own rights."""

    _name = "support.my.day"
    _description = "My Day"

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def load(self, day=False):
        """The user's own visits of one day, in order.

        :param str day: ``YYYY-MM-DD``, a day of the technician's zone; today without it
        :return: dict with ``day``, ``is_today``, ``zone``, ``is_technician``, ``user``, whose day
            it is, and ``visits``, each a dict as ``_prepare_visit`` returns it
        :raise ValidationError: for what is no day
        """
        technicians = self._find_own_technicians()
        zone = self._get_zone(technicians)
        today = self._get_today(zone)
        shown = self.env["support.arguments"]._get_day("day", day) or today
        visits = self._find_visits(shown, zone, is_today=shown == today)
        following = self._find_next(visits) if shown == today else visits.browse()
        return {
            "day": shown.isoformat(),
            "previous_day": (shown - ONE_DAY).isoformat(),
            "next_day": (shown + ONE_DAY).isoformat(),
            "is_today": shown == today,
            "is_technician": bool(technicians),
            "user": self.env["ir.http"]._get_support_center_user(),
            "zone": zone,
            "state_labels": dict(
                self.env["support.appointment"]._fields["state"]._description_selection(self.env)
            ),
            "has_other_zone": zone != (self.env.user.tz or zone),
            "done_count": len(visits.filtered(lambda a: a.state == "done")),
            "visits": [
                self._prepare_visit(visit, shown, zone, visit == following) for visit in visits
            ],
        }

    @api.model
    def _find_own_technicians(self):
        return self.env["support.technician"].search([("user_id", "=", self.env.uid)])

    @api.model
    def _get_own_zone(self):
        return self._get_zone(self._find_own_technicians())

    @api.model
    def _get_today(self, zone):
        return get_day(fields.Datetime.now(), zone)

    @api.model
    def _get_zone(self, technicians):
        return technicians[:1].tz or get_viewer_zone(self.env)

    @api.model
    def _find_visits(self, day, zone, *, is_today):
        """
        :return: ``support.appointment`` by time; today also what began before and goes on
        """
        start, stop = get_midnight(day, zone), get_midnight(day + ONE_DAY, zone)
        # A visit over midnight is on both days: on the second one, too, it can be started.
        planned = ["&", "&", ("stop", ">", start), ("start", "<", stop)]
        domain = [*planned, ("state", "in", SHOWN_STATES)]
        if is_today:
            domain = ["|", "&", ("state", "=", "in_progress"), ("start", "<", start), *domain]
        return self.env["support.appointment"].search(
            ["&", ("technician_id.user_id", "=", self.env.uid), *domain], order="start, id"
        )

    @api.model
    def _find_next(self, visits):
        """Where the technician is, else where they go next."""
        for state in ("in_progress", "confirmed"):
            found = visits.filtered(lambda a, state=state: a.state == state)[:1]
            if found:
                return found
        return visits.browse()

    @api.model
    def _prepare_visit(self, visit, day, zone, is_next):
        """What the page shows of one visit, in words.

        :return: dict; ``phone``, ``map_url``, ``ticket`` and so on are empty where there is none
        """
        priorities = dict(visit._fields["priority"]._description_selection(self.env))
        until = visit.stop or visit.start
        place = self._get_place(visit)
        return {
            "id": visit.id,
            "name": visit.name,
            "state": visit.state,
            "state_label": visit._get_state_label(),
            "is_next": is_next,
            "start": format_hour_of_day(self.env, visit.start, zone, day),
            "stop": format_hour_of_day(self.env, until, zone, day),
            "customer": visit.customer_name or visit.partner_id.name or "",
            "phone": visit.customer_phone or "",
            "type": visit.type_id.name or "",
            "is_urgent": visit.priority in ("2", "3"),
            "priority_label": priorities[visit.priority],
            "place": place,
            "map_url": (place and visit.map_url) or "",
            "description": visit.description or "",
            "cancel_reason": visit.cancel_reason or "",
            "photo_count": visit.message_attachment_count,
            "route_url": self._get_route_url(visit, place),
            "is_on_the_way": bool(visit.on_the_way_at),
            "arrival": self._format_arrival(visit, zone, day),
            "work_done": visit.work_done or "",
            "parts_used": visit.parts_used or "",
            "time_used": round(visit.time_used * 60),
            "signed_by": (visit.signed_at and visit.signed_by) or "",
        }

    @api.model
    def _get_route_url(self, visit, place):
        """What a phone opens with its own navigation; a browser without one shows the way.

        :param str place: as ``_get_place`` returns it
        :return: str, empty for a visit from afar
        """
        if not place:
            return ""
        partner = visit.partner_id
        if not visit.location and (partner.partner_latitude or partner.partner_longitude):
            place = f"{partner.partner_latitude},{partner.partner_longitude}"
        return ROUTE % quote(place, safe="")

    @api.model
    def _format_arrival(self, visit, zone, day):
        """The hour at which the technician expects to be there, where it is not the start."""
        arrival = visit.expected_arrival
        if visit.state != "confirmed" or not arrival or arrival == visit.start:
            return ""
        return format_hour_of_day(self.env, arrival, zone, day)

    @api.model
    def _get_place(self, visit):
        """Where to go, in words; empty for a visit from afar."""
        if visit.type_id.place == "remote":
            return ""
        address = visit.partner_id._display_address(without_company=True)
        return visit.location or ", ".join(line for line in address.splitlines() if line.strip())

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def add_note(self, appointment_id, text):
        """Post what the technician has to say about a visit, as a note of which no customer hears.

        :raise UserError: for an empty note
        """
        text = self.env["support.arguments"]._get_text("text", text).strip()
        if not text:
            raise UserError(_("Write something first."))
        return self._post(self._get_visit(appointment_id), body=plaintext2html(text)).id

    @api.model
    def add_photo(self, appointment_id, name, content):
        """Attach a picture to a visit, with a note in its chatter.

        :param str name: of the file
        :param str content: base64
        :raise UserError: for what is no picture or too large
        """
        name, data = self._read_picture(name, content)
        return self._attach_picture(self._get_visit(appointment_id), name, data, _("Photo")).id

    @api.model
    def _read_picture(self, name, content):
        """
        :return: tuple of name and bytes
        :raise UserError: for what did not arrive whole, or is too large
        """
        arguments = self.env["support.arguments"]
        name = arguments._get_text("name", name) or _("Photo")
        try:
            data = base64.b64decode(arguments._get_text("content", content), validate=True)
        except ValueError as error:  # binascii.Error is one, too
            raise UserError(_("The picture did not arrive as a whole. Try again.")) from error
        if not data or len(data) > MAX_PHOTO_BYTES:
            raise UserError(
                _(
                    "A picture of up to %(size)s MB is expected.",
                    size=MAX_PHOTO_BYTES // (1024 * 1024),
                )
            )
        return name, data

    @api.model
    def _attach_picture(self, visit, name, data, body):
        self._check_picture(name, data)
        message = self._post(visit, body=body, attachments=[(name, data)])
        kind = message.attachment_ids[:1].mimetype
        # A drawing may hold a script, which an administrator may store.
        if not kind.startswith("image/") or "xml" in kind:
            raise UserError(_("“%(name)s” is no picture.", name=name))
        return message

    @api.model
    def _check_picture(self, name, data):
        """Look into a picture before Odoo does, which would raise what the decoder raises.

        :param bytes data:
        :raise UserError: for one that breaks off, or that is larger than a screen can show
        """
        try:
            with Image.open(io.BytesIO(data)) as picture:
                picture.load()
        except UnidentifiedImageError:
            return  # Odoo cannot open it either; by its type it is told whether it is a picture
        except Exception as error:  # its decoder may raise anything
            raise UserError(
                _("“%(name)s” is broken, or too large to be shown. Take it again.", name=name)
            ) from error

    @api.model
    def _get_visit(self, appointment_id):
        """
        :return: ``support.appointment`` that the user may change: others have no day here
        :raise UserError: where it is not there any more
        """
        number = self.env["support.arguments"]._get_id("appointment_id", appointment_id)
        visit = self.env["support.appointment"].browse(number).exists()
        if not visit:
            raise UserError(_("This appointment does not exist any more."))
        check_access(visit, "write")
        return visit

    @api.model
    def _post(self, visit, **values):
        return visit.message_post(message_type="comment", subtype_xmlid="mail.mt_note", **values)
