import re
from datetime import date, datetime, timedelta

from odoo import _, fields, http
from odoo.http import content_disposition, request

from ..formatting import format_day, format_moment_in_words, get_day
from ..intake.text import clean
from ..models.common.support_arguments import MAX_ID
from ..models.portal.support_appointment import FILE_KINDS, MAX_FILE_BYTES, MAX_FILES, MAX_WORDS
from .portal import SupportCustomerPortal

# So many days of free times are looked up; a page shows the first week that has some.
LOOKED_AHEAD = 14
SHOWN_DAYS = 7
# No page of free times begins later than that, in days from now.
FARTHEST = 366
# What the button of a time sends: its start in UTC and who would come.
TIME_CHOICE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/(\d{1,10})")


class SupportAppointmentActions(SupportCustomerPortal):
    """What a customer does on the page of an appointment: each is asked by GET and done by POST.

    A POST wants the token or the log-in, Odoo's token against forged forms, and the value of a
    button that somebody pressed. Programs that look through mails follow every link and send
    every form: they press no button.
    """

    # ------------------------------------------------------------------
    # I will be there
    # ------------------------------------------------------------------

    @http.route(
        "/my/appointments/<int:appointment_id>/attend",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_attend(self, appointment_id, access_token=None, **post):
        """Ask whether the customer will be there; they say so by the button."""
        visit, refusal = self._support_open_to_act(appointment_id, access_token)
        if refusal:
            return refusal
        if self._support_get_choice(post, ("attend",)):
            outcome = visit.record._customer_attend(visit.channel)
            return self._support_answer(visit, outcome, "attend")
        if visit.record.attendance == "confirmed":
            return self._support_redirect(visit.link(done="attend"))
        if not visit.record._may_promise():
            return self._support_page(visit)
        return self._support_render_action("support_center.portal_support_attend", visit)

    # ------------------------------------------------------------------
    # Cancel
    # ------------------------------------------------------------------

    @http.route(
        "/my/appointments/<int:appointment_id>/cancel",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_cancel(self, appointment_id, access_token=None, **post):
        """Ask whether the visit is to be cancelled; with words, if the customer likes."""
        visit, refusal = self._support_open_to_act(appointment_id, access_token)
        if refusal:
            return refusal
        if not visit.record._is_to_come():
            return self._support_page(visit, done="cancel")
        if self._support_get_choice(post, ("cancel",)):
            words = self._support_get_words(post)
            outcome = visit.record._customer_cancel(visit.channel, words)
            return self._support_answer(visit, outcome, "cancel")
        return self._support_render_action("support_center.portal_support_cancel", visit)

    # ------------------------------------------------------------------
    # Another time
    # ------------------------------------------------------------------

    @http.route(
        "/my/appointments/<int:appointment_id>/times",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_times(self, appointment_id, access_token=None, **post):
        """Show what is free, by day. A time that somebody presses is held for them, and they are
        asked whether to take it; who finds none writes what would suit them."""
        visit, refusal = self._support_open_to_act(appointment_id, access_token)
        if refusal:
            return refusal
        if not self._support_is_movable(visit):
            return self._support_page(visit)
        if self._support_get_choice(post, ("ask",)):
            return self._support_ask_for_time(visit, self._support_get_words(post))
        if self._support_get_choice(post, ("earlier",)):
            outcome = visit.record._customer_ask_for_earlier(visit.channel)
            return self._support_answer(visit, outcome, "ask")
        chosen = self._support_get_time(post)
        if chosen and visit.record._can_customer_plan():
            return self._support_hold(visit, *chosen)
        return self._support_page_times(visit, self._support_get_from(post))

    @http.route(
        "/my/appointments/<int:appointment_id>/move",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_move(self, appointment_id, access_token=None, hold=None, **post):
        """Ask whether to take a time that is held for the customer, by the page or by a mail.

        Once nobody holds it any more, what is free now is shown.
        """
        visit, refusal = self._support_open_to_act(appointment_id, access_token)
        if refusal:
            return refusal
        if not self._support_is_movable(visit):
            return self._support_page(visit, done="move")
        if self._support_get_choice(post, ("refuse",)):
            outcome = visit.record._customer_refuse_offer(visit.channel)
            return self._support_answer(visit, outcome, "ask")
        chosen = self._support_read_time(post.get("time"))
        if chosen and self._support_get_choice(post, ("move",)):
            # Also a moment after the hold has ended: whether it is free is looked at again.
            outcome = visit.record._customer_take(*chosen, visit.channel)
            return self._support_answer(visit, outcome, "move")
        hold_sudo = self._support_find_hold(visit, hold)
        if not visit.record._can_customer_plan(hold_sudo.start):
            return self._support_page_times(visit)
        if not hold_sudo or not hold_sudo._is_live():
            return self._support_page_times(visit, note=self._support_get_ended_note(hold_sudo))
        return self._support_render_action(
            "support_center.portal_support_move",
            visit,
            held_time=f"{hold_sudo.start.isoformat()}/{hold_sudo.technician_id.id}",
            moment=visit.record._format_for_customer(hold_sudo.start),
            short=self._support_word_time(visit, hold_sudo.start),
            technician=hold_sudo.technician_id.name,
            minutes=self._support_count_minutes(hold_sudo.expires_at),
            may_refuse=visit.record._has_freed_offer(),
        )

    def _support_is_movable(self, visit):
        return visit.record._is_to_come() or visit.record._may_ask_again()

    def _support_ask_for_time(self, visit, words):
        """Tell a dispatcher that the customer finds no time."""
        record = visit.record
        if record._is_to_come():
            outcome = record._customer_ask_for_time(visit.channel, words)
            return self._support_answer(visit, outcome, "ask")
        # Of a visit that did not take place, it is a message like others.
        if not record._has_many_messages():
            words = words or _("I would like another time.")
            record._post_from_customer(words, [], visit.author)
        return self._support_redirect(visit.link(done="message"))

    def _support_hold(self, visit, start, technician_id):
        """Hold a time for the customer, and ask them; what else is free where it is gone."""
        times = visit.record.env["support.customer.times"]
        hold = times._hold_time(visit.record, start, technician_id=technician_id)
        if hold:
            return self._support_redirect(visit.link("/move", hold=hold.id))
        moment = self._support_word_time(visit, start)
        return self._support_page_times(
            visit,
            note=_("%(moment)s is taken: somebody was faster.", moment=moment),
            others=times._find_alternatives(visit.record),
        )

    def _support_find_hold(self, visit, number):
        """The hold of this visit with the number that an address tells.

        :return: ``support.slot.hold``, ended or not; empty where the visit has none like it
        """
        holds_sudo = visit.record.env["support.slot.hold"].browse()
        if not str(number or "").isdecimal() or int(number) > MAX_ID:
            return holds_sudo
        hold_sudo = holds_sudo.browse(int(number)).exists()
        return hold_sudo.filtered(lambda each: each.appointment_id == visit.record)

    def _support_get_time(self, post):
        """The time that somebody pressed, as ``_support_read_time`` reads it."""
        is_post = request.httprequest.method == "POST"
        return self._support_read_time(post.get("choice")) if is_post else None

    def _support_read_time(self, text):
        """
        :return: tuple of start, naive UTC, and technician's id; None where ``text`` is no time
        """
        found = TIME_CHOICE.fullmatch(text if isinstance(text, str) else "")
        if not found:
            return None
        try:
            start = datetime.fromisoformat(found[1])
        except ValueError:
            return None
        # Further away there is nothing to compute with.
        is_near = abs(start - fields.Datetime.now()) < timedelta(days=2 * FARTHEST)
        technician_id = int(found[2])
        return (start, technician_id) if is_near and technician_id <= MAX_ID else None

    def _support_get_from(self, post):
        """The first day that is asked for; None where it is none, or over.

        :return: date
        """
        try:
            day = date.fromisoformat(post.get("from") or "")
        except ValueError:
            return None
        today = fields.Date.today()
        return day if today < day <= today + timedelta(days=FARTHEST) else None

    def _support_get_ended_note(self, hold_sudo):
        if not hold_sudo:
            return _("This offer has ended. These times are free now.")
        visit = hold_sudo.appointment_id
        return _(
            "%(moment)s is not held for you any more. These times are free now.",
            moment=format_moment_in_words(
                request.env, hold_sudo.start, visit._get_customer_timezone()
            ),
        )

    def _support_word_time(self, visit, start):
        """:return: str, like “Tuesday 3 March, 10:00”"""
        zone = visit.record._get_customer_timezone()
        return format_moment_in_words(visit.record.env, start, zone)

    def _support_count_minutes(self, expires_at):
        return max(1, round((expires_at - fields.Datetime.now()).total_seconds() / 60))

    def _support_page_times(self, visit, from_day=None, note="", others=()):
        """The page of free times.

        :param date from_day: of the customer's zone; without it the first that has a free time
        :param str note: what went before, such as that a time is gone
        :param list others: ``Offer``\\ s to show at once
        """
        if not visit.record._can_customer_plan():
            return self._support_render_action(
                "support_center.portal_support_call",
                visit,
                why=visit.record._get_notice_words(),
                note=note,
            )
        record = visit.record
        zone = record._get_customer_timezone()
        today = get_day(fields.Datetime.now(), zone)
        first = from_day or today
        found = record.env["support.customer.times"]._find_days(
            record, date_from=first, days=LOOKED_AHEAD
        )
        days = self._support_choose_days(found, is_fixed=bool(from_day))
        begin = days[0].date if days else first
        later = begin + timedelta(days=SHOWN_DAYS)
        earlier = max(today, begin - timedelta(days=SHOWN_DAYS))
        return self._support_render_action(
            "support_center.portal_support_times",
            visit,
            days=days,
            has_times=any(day.times for day in days),
            zone=zone,
            note=note,
            may_wait=record.state == "confirmed" and not record.wants_earlier,
            others=[
                (offer.slot, self._support_word_time(visit, offer.slot.start))
                for offer in sorted(others, key=lambda offer: offer.slot.start)
            ],
            span=f"{format_day(record.env, begin)} – "
            f"{format_day(record.env, later - timedelta(days=1))}",
            later_url=visit.link("/times", **{"from": later.isoformat()}),
            # Before the first free time there is none.
            earlier_url=from_day
            and begin > today
            and visit.link("/times", **{"from": earlier.isoformat()}),
        )

    def _support_choose_days(self, days, is_fixed):
        """The week that is shown: the one that was asked for, else the first with a free time."""
        if is_fixed:
            return days[:SHOWN_DAYS]
        first = next((number for number, day in enumerate(days) if day.times), 0)
        return days[first : first + SHOWN_DAYS]

    # ------------------------------------------------------------------
    # Write to us
    # ------------------------------------------------------------------

    @http.route(
        "/my/appointments/<int:appointment_id>/message",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        multilang=False,
    )
    def portal_support_message(self, appointment_id, access_token=None, **post):
        """Post what the customer writes, with files, in the history of the visit."""
        visit, refusal = self._support_open_to_act(appointment_id, access_token)
        if refusal:
            return refusal
        if not self._support_get_choice(post, ("send",)):
            return self._support_redirect(visit.link() + "#write")
        words = self._support_get_words(post)
        files, fault = self._support_read_files()
        if not fault and not words and not files:
            fault = _("Write a few words, or choose a file.")
        if not fault and visit.record._has_many_messages():
            fault = _("You have written a lot in a short time. Please call us instead.")
        if fault:
            return self._support_page(visit, words=words, fault=fault)
        visit.record._post_from_customer(words, files, visit.author)
        # The form's address ends in the place of its faults, and browsers keep that on their way.
        return self._support_redirect(visit.link(done="message") + "#said")

    def _support_get_words(self, post):
        return clean(str(post.get("words") or "")).strip()[:MAX_WORDS]

    def _support_read_files(self):
        """What was sent along.

        :return: tuple of a list of name and bytes, and what is wrong with it in words, if anything
        """
        uploads = [each for each in request.httprequest.files.getlist("files") if each.filename]
        if len(uploads) > MAX_FILES:
            return [], _("Please choose at most %(count)s files.", count=MAX_FILES)
        files = []
        for upload in uploads:
            # Programs of old send the whole path.
            name = clean(re.split(r"[\\/]", upload.filename)[-1])[-200:]
            if name.rpartition(".")[2].lower() not in FILE_KINDS:
                return [], _(
                    "%(name)s is of a kind that we cannot open: send a picture, a PDF or an "
                    "office document.",
                    name=name,
                )
            content = upload.read(MAX_FILE_BYTES + 1)
            if len(content) > MAX_FILE_BYTES:
                return [], _(
                    "%(name)s is too large: at most %(size)s MB, please.",
                    name=name,
                    size=MAX_FILE_BYTES // (1024 * 1024),
                )
            files.append((name, content))
        return files, ""

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    @http.route(
        "/my/appointments/<int:appointment_id>/calendar.ics",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_support_calendar(self, appointment_id, access_token=None, **_parameters):
        """The visit as a file for calendars: the event of our mails, as it was told last."""
        visit, refusal = self._support_open(appointment_id, access_token)
        if refusal:
            return refusal
        content = visit.record._build_calendar_file()
        if not content:
            return self._support_page_not_found()
        return self._support_send(content, "appointment.ics", "text/calendar; charset=utf-8")

    @http.route(
        "/my/appointments/<int:appointment_id>/report",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_support_report(self, appointment_id, access_token=None, **_parameters):
        """The report of a visit that is done."""
        visit, refusal = self._support_open(appointment_id, access_token)
        if refusal:
            return refusal
        if visit.record.state != "done":
            return self._support_page_not_found()
        name, content = visit.record._render_visit_report()
        kind = "application/pdf" if name.endswith(".pdf") else "text/html; charset=utf-8"
        return self._support_send(content, name, kind)

    @http.route(
        "/my/appointments/<int:appointment_id>/file/<int:attachment_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        multilang=False,
    )
    def portal_support_file(self, appointment_id, attachment_id, access_token=None, **_parameters):
        """A file of the correspondence that the page shows."""
        visit, refusal = self._support_open(appointment_id, access_token)
        if refusal:
            return refusal
        return self._support_send_letter_file(visit.record, attachment_id)

    def _support_send_letter_file(self, record, attachment_id):
        attachment_sudo = record._find_letter_file(attachment_id)
        if not attachment_sudo:
            return self._support_page_not_found()
        stream = request.env["ir.binary"].sudo()._get_stream_from(attachment_sudo)
        # Never shown in place: it is from outside, and would run as one of our pages.
        return self._support_keep_private(stream.get_response(as_attachment=True))

    def _support_redirect(self, url):
        return self._support_keep_private(request.redirect(url, 303))

    def _support_send(self, content, name, kind):
        headers = [("Content-Type", kind), ("Content-Disposition", content_disposition(name))]
        return self._support_keep_private(request.make_response(content, headers))

    # ------------------------------------------------------------------
    # Frame
    # ------------------------------------------------------------------

    def _support_open_to_act(self, appointment_id, access_token):
        """``_support_open`` for a page on which somebody does something: not for staff.

        :return: as there
        """
        visit, refusal = self._support_open(appointment_id, access_token)
        if not refusal and not visit.may_act:
            return None, self._support_page(visit)
        return visit, refusal

    def _support_render_action(self, template, visit, **values):
        record = visit.record
        values = {
            "title": record._get_page_title(),
            "start": record._format_for_customer(record.start),
            "is_remote": record._is_remote(),
            "is_move": bool(record.start) and record.state == "confirmed",
            "can_change": record._can_customer_change(),
            "phone": record.company_id.phone,
            "max_words": MAX_WORDS,
            "note": "",
            **values,
        }
        return self._support_render(template, visit, values)

    def _support_answer(self, visit, outcome, done):
        """What the customer sees after they did something.

        :param outcome: ``CustomerOutcome``
        :param str done: how the address tells what was done
        """
        if outcome.code == "taken":
            return self._support_page_times(visit, note=outcome.words, others=outcome.alternatives)
        if outcome.code in ("done", "already") and done != "ask":
            # So that the page can be loaded again without doing it again.
            return self._support_redirect(visit.link(done=done))
        return self._support_render_action(
            "support_center.portal_support_outcome", visit, words=outcome.words, code=outcome.code
        )
