import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.http import SessionExpiredException

from ...formatting import format_hour_of_day, format_names
from ..undo.support_appointment import OFFER_KEY, STAMPS

# How long after the tap a phone may send it: after that it counts as tapped so long ago.
MAX_DELAY = timedelta(hours=24)
# So much later a technician may say that they come; after that somebody has to plan anew.
MAX_LATE = timedelta(hours=4)
LATE_STEPS = (15, 30)
# Which button gives a visit which state.
BUTTONS = {"in_progress": "action_start", "done": "action_done", "no_show": "action_no_show"}
MAX_TEXT = 10000
MAX_SIGNATURE_EDGE = 2000
MAX_SIGNATURE_BYTES = 1024 * 1024
KEY_LENGTHS = (8, 64)


class SupportMyDay(models.AbstractModel):
    """What a technician taps in My Day, each time once, however often a phone sends it."""

    _inherit = "support.my.day"

    @api.model
    def _get_work(self):
        """
        :return: dict of the kind of an entry to its method, which takes the visit, a dict of
            values and the moment of the tap
        """
        return {
            "on_the_way": self._do_on_the_way,
            "late": self._do_late,
            "slip": self._do_slip,
            "start": self._do_start,
            "done": self._do_done,
            "no_show": self._do_no_show,
            "note": self._do_note,
            "photo": self._do_photo,
            "work": self._do_work,
            "signature": self._do_signature,
        }

    @api.model
    def submit(self, key, kind, appointment_id, values=None):
        """Do what was tapped, once: the same key again gets the same answer.

        :param str key: chosen by the phone for this entry, of 8 to 64 characters
        :param str kind: one of ``_get_work``
        :param int appointment_id: the visit
        :param dict values: of the kind; with ``delay``, the seconds since the tap, for what waited
            for a signal, and ``user``, as ``load`` has it, of who tapped it
        :return: what the kind answers, False for most
        :raise UserError: in words, for what cannot be done; then nothing is done
        :raise AccessError: for others' visits
        :raise SessionExpiredException: where somebody else has logged in since it was tapped; the
            phone keeps it until its user is back
        """
        arguments = self.env["support.arguments"]
        key = arguments._get_text("key", key)
        if not KEY_LENGTHS[0] <= len(key) <= KEY_LENGTHS[1]:
            arguments._refuse("key", key, _("a key of 8 to 64 characters"))
        work = self._get_work().get(arguments._get_text("kind", kind))
        if not work:
            arguments._refuse(
                "kind", kind, _("one of %(kinds)s", kinds=", ".join(self._get_work()))
            )
        values = arguments._get_mapping("values", values)
        user = arguments._get_text("user", values.get("user"))
        if user and user != self.env["ir.http"]._get_support_center_user():
            # In another window of the same browser: nothing is said in a colleague's name.
            raise SessionExpiredException("Session expired")
        delay = timedelta(seconds=arguments._get_number("delay", values.get("delay")))
        moment = fields.Datetime.now() - min(max(delay, timedelta()), MAX_DELAY)

        def do():
            return work(self._get_visit(appointment_id), values, moment) or False

        # sudo: the list of what was sent is nobody's to read. Only what is new needs the visit:
        # it may be somebody else's by the time at which a phone asks again.
        return self.env["support.my.day.entry"].sudo()._answer_once(key, do)

    # ------------------------------------------------------------------
    # On the way
    # ------------------------------------------------------------------

    @api.model
    def _check_own_today(self, visit):
        """Only who goes knows where they are, and only on the day.

        :raise UserError: names the visit and the reason
        """
        # sudo: the technician's user is not everybody's to read.
        if visit.technician_id.sudo().user_id != self.env.user:
            raise UserError(_("%(name)s is not your visit.", name=visit.name))
        if visit.state != "confirmed":
            raise UserError(
                _(
                    "%(name)s is in state “%(state)s”: this can be said of a confirmed visit only.",
                    name=visit.name,
                    state=visit._get_state_label(),
                )
            )
        if visit not in self._find_today():
            raise UserError(_("%(name)s is not planned for today.", name=visit.name))

    @api.model
    def _find_today(self):
        """The user's own visits of today, in order."""
        zone = self._get_own_zone()
        return self._find_visits(self._get_today(zone), zone, is_today=True)

    @api.model
    def _do_on_the_way(self, visit, _values, moment):
        """They set off: the customer hears of it where the type says so."""
        self._check_own_today(visit)
        if visit.on_the_way_at:
            return
        vals = {"on_the_way_at": moment}
        if (visit.expected_arrival or visit.start) <= moment:
            # They cannot be there at a time that has passed.
            vals["expected_arrival"] = self._round_up(moment + timedelta(minutes=LATE_STEPS[0]))
        visit._write_protected(vals)

    @api.model
    def _round_up(self, moment):
        """To five minutes, as people name a time."""
        return moment + timedelta(minutes=-moment.minute % 5, seconds=-moment.second)

    @api.model
    def _do_late(self, visit, values, moment):
        """They come later than planned. The plan stays, since the visit does; who plans is told.

        :return: list of dicts, the visits that follow today as ``_describe_following`` has them
        """
        self._check_own_today(visit)
        minutes = self._get_minutes(values)
        arrival = (visit.expected_arrival or visit.start) + timedelta(minutes=minutes)
        if arrival <= moment:
            # Nobody arrives at a time that has passed.
            arrival = self._round_up(moment + timedelta(minutes=minutes))
        if arrival > visit.start + MAX_LATE:
            raise UserError(
                _(
                    "%(name)s would begin more than %(hours)s hours late: call the dispatcher, "
                    "who can find another time.",
                    name=visit.name,
                    hours=int(MAX_LATE.total_seconds() // 3600),
                )
            )
        visit._write_protected({"expected_arrival": arrival})
        asking = visit._for_responsible()
        asking._try_activity("run_late", asking._ask_about_lateness)
        return self._describe_following(visit, minutes)

    @api.model
    def _get_minutes(self, values):
        minutes = self.env["support.arguments"]._get_number("minutes", values.get("minutes"))
        if minutes not in LATE_STEPS:
            steps = format_names(str(step) for step in LATE_STEPS)
            self.env["support.arguments"]._refuse(
                "minutes", minutes, _("one of %(steps)s", steps=steps)
            )
        return minutes

    @api.model
    def _describe_following(self, visit, minutes):
        """Which visits come later today, and which of them cannot begin in time any more.

        :return: list of dicts with ``id``, ``customer``, ``start``, ``new_start`` and
            ``is_hit``
        """
        zone = self._get_own_zone()
        today = self._get_today(zone)
        after = (visit.expected_arrival or visit.start) + visit._as_timedelta(visit.duration)
        found = []
        for each in self._find_today():
            if each.state != "confirmed" or each.start <= visit.start:
                continue
            is_hit = each.start < after
            new_start = each.start + timedelta(minutes=minutes)
            after = (new_start if is_hit else each.start) + each._as_timedelta(each.duration)
            found.append(
                {
                    "id": each.id,
                    "customer": each.customer_name or each.name,
                    "start": format_hour_of_day(self.env, each.start, zone, today),
                    "new_start": format_hour_of_day(self.env, new_start, zone, today),
                    "is_hit": is_hit,
                }
            )
        return found

    @api.model
    def _do_slip(self, visit, values, _moment):
        """Begin the chosen visits of today later; their customers hear by the usual rule.

        :return: dict with ``moved``, a number, and ``refused``, a list of str
        """
        ids = self.env["support.arguments"]._get_ids("ids", values.get("ids"))
        shift = timedelta(minutes=self._get_minutes(values))
        today = self._find_today().filtered(lambda a: a.state == "confirmed" and a != visit)
        chosen = today.filtered(lambda a: a.id in ids)
        moved, refused = 0, []
        # From the end of the day, so that none runs into the next one.
        for each in reversed(chosen):
            try:
                with self.env.cr.savepoint():
                    each.write({"start": each.start + shift})
                    each.flush_recordset()
                moved += 1
            except (UserError, ValidationError) as error:
                refused.append(str(error))
        return {"moved": moved, "refused": refused}

    # ------------------------------------------------------------------
    # At the customer's
    # ------------------------------------------------------------------

    @api.model
    def _do_start(self, visit, values, moment):
        return self._change(visit, "in_progress", values, moment)

    @api.model
    def _do_done(self, visit, values, moment):
        return self._change(visit, "done", values, moment)

    @api.model
    def _do_no_show(self, visit, values, moment):
        """Nobody is there; a picture of the closed door may go with it."""
        picture = None
        if values.get("photo"):
            photo = self.env["support.arguments"]._get_mapping("photo", values["photo"])
            picture = self._read_picture(photo.get("name"), photo.get("content"))
        answer = self._change(visit, "no_show", values, moment)
        if picture:
            self._attach_picture(visit, *picture, _("Nobody was there: photo"))
        return answer

    @api.model
    def _change(self, visit, state, values, moment):
        """Give a visit its next state, as its button does.

        :param str state: one of ``BUTTONS``
        :return: dict with ``undo``, as the service ``support_center.undo`` takes it; False for what
            waited for a signal, which nobody looks at any more
        """
        if values.get("delay"):
            # Together with the state: what follows from it, such as the report, says when it was.
            stamp = STAMPS[state]
            earliest = visit.started_at if stamp == "ended_at" else None
            visit._change_state(state, {stamp: max(filter(None, [moment, earliest]))})
            return False
        action = getattr(visit.with_context(**{OFFER_KEY: True}), BUTTONS[state])()
        step = {name: action["params"][name] for name in ("id", "message", "seconds")}
        return {"undo": step}

    @api.model
    def _do_note(self, visit, values, _moment):
        self.add_note(visit.id, values.get("text"))

    @api.model
    def _do_photo(self, visit, values, _moment):
        self.add_photo(visit.id, values.get("name"), values.get("content"))

    @api.model
    def _do_work(self, visit, values, _moment):
        """What was done, which parts were used, and how long it took.

        :param dict values: ``work_done``, ``parts_used`` and ``time_used`` in minutes; what is not
            given stays
        """
        arguments = self.env["support.arguments"]
        if visit.state not in ("in_progress", "done"):
            raise UserError(_("%(name)s has not begun yet.", name=visit.name))
        vals = {
            name: arguments._get_text(name, values[name]).strip()[:MAX_TEXT]
            for name in ("work_done", "parts_used")
            if name in values
        }
        if "time_used" in values:
            minutes = arguments._get_number("time_used", values["time_used"])
            if not 0 <= minutes <= 7 * 24 * 60:
                arguments._refuse("time_used", minutes, _("minutes of at most a week"))
            vals["time_used"] = minutes / 60
        visit.write(vals)

    @api.model
    def _do_signature(self, visit, values, moment):
        """The customer signs, on the phone or by their name alone.

        :param dict values: ``name`` of who signs, and ``image``, base64 of a PNG, or nothing
        """
        if visit.state not in ("in_progress", "done"):
            raise UserError(_("%(name)s has not begun yet.", name=visit.name))
        arguments = self.env["support.arguments"]
        name = arguments._get_text("name", values.get("name")).strip()[:200]
        if not name:
            raise UserError(_("Enter the name of the person who signs."))
        image = False
        if values.get("image"):
            _name, data = self._read_picture(_("Signature"), values["image"])
            self._check_signature(data)
            image = base64.b64encode(data)
        visit._write_protected(
            {"customer_signature": image, "signed_by": name, "signed_at": moment}
        )
        self._post(visit, body=_("Signed by %(name)s", name=name))

    @api.model
    def _check_signature(self, data):
        """
        :param bytes data:
        :raise UserError: for what no phone has drawn
        """
        words = _("The signature did not arrive as a picture. Sign again.")
        if len(data) > MAX_SIGNATURE_BYTES:
            raise UserError(words)
        try:
            with Image.open(io.BytesIO(data)) as picture:
                is_good = picture.format == "PNG" and max(picture.size) <= MAX_SIGNATURE_EDGE
                if is_good:
                    picture.load()
        except Exception as error:  # its decoder may raise anything
            raise UserError(words) from error
        if not is_good:
            raise UserError(words)
