"""What the parser hands over: plain values, no ORM, no language.

Problems and notes carry stable codes and ASCII parameters; who shows them
puts them into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime


@dataclass(frozen=True)
class Problem:
    """Something wrong or missing, under the canonical key it belongs to.

    ``params`` holds strings only; ``value`` is what was sent, shortened, and
    ``expected`` what would have been right.
    """

    field: str
    code: str
    params: Mapping[str, str] = default(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """Something worth telling that is not a fault."""

    code: str
    params: Mapping[str, str] = default(default_factory=dict)


#: The parts of a day that a wish may name, in their order.
MORNING, AFTERNOON, EVENING = PARTS = ("morning", "afternoon", "evening")


@dataclass(frozen=True)
class Wish:
    """When it would suit: ``start`` and ``stop`` are aware UTC or None where nothing is said.

    ``parts`` are of ``PARTS`` in their order; none means any. ``without`` are the weekdays (Monday
    is 0) on which it does not suit. ``words`` are the sentences that say so.
    """

    start: datetime | None = None
    stop: datetime | None = None
    parts: tuple[str, ...] = ()
    without: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppointmentRequest:
    """One request as it was understood; ``None`` where nothing usable was said.

    ``requested_date`` is aware UTC, also when it lies in the past (a problem
    says so); ``timezone`` is the IANA name in which the time was read, and
    ``named_timezone`` the one that the request itself names, by its key or with
    the time: an offset or ``Z`` is none;
    ``duration`` is in hours; ``priority`` is ``'0'`` to ``'3'``. The three
    ``…_ref`` are names that only the database can resolve. ``extra`` holds the
    keys nobody knows, in the order in which they came. ``wish`` is what was said
    of days and hours where no exact time was, as of a mail in the sender's own words.
    """

    customer_email: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    requested_date: datetime | None = None
    duration: float | None = None
    timezone: str | None = None
    named_timezone: str | None = None
    description: str | None = None
    location: str | None = None
    priority: str | None = None
    type_ref: str | None = None
    technician_ref: str | None = None
    ticket_ref: str | None = None
    external_ref: str | None = None
    validate_only: bool = False
    extra: tuple[tuple[str, str], ...] = ()
    wish: Wish | None = None


@dataclass(frozen=True)
class Correction:
    """What a later mail put right: values by canonical key, as they were written.

    ``sent`` is aware: "tomorrow" in such a value counts from there. ``arrived`` is when the mail
    came in, and what counts where ``sent`` is not known or does not lie near it.
    """

    values: Mapping[str, str]
    sent: datetime | None
    arrived: datetime | None = None


@dataclass(frozen=True)
class MailForm:
    """The form in a mail as it was written, before any value is understood.

    To understand its values once more, together with what a later mail corrects, takes no second
    look at the text. ``values`` has the first value of each canonical key, ``repeated`` another
    one of the same key, ``extra`` the keys that nobody knows. ``author`` is who first wrote a
    mail that was passed on, ``length`` that of the whole text in characters.
    """

    values: Mapping[str, str] = default(default_factory=dict)
    repeated: Mapping[str, str] = default(default_factory=dict)
    extra: tuple[tuple[str, str], ...] = ()
    free_text: str = ""
    found: bool = False
    author: str = ""
    length: int = 0


@dataclass(frozen=True)
class ParseResult:
    """A request with everything there is to say about it.

    ``has_form`` tells whether at least one recognised ``key: value`` line was
    there; it is always true for mappings.
    """

    request: AppointmentRequest
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    has_form: bool = True


# Nobody reads more of them, and the keys of one request may be spelled in endless ways.
MAX_FINDINGS = 50


@dataclass
class Findings:
    """Problems and notes while they are being collected; of each the first ``MAX_FINDINGS``."""

    problems: list[Problem] = default(default_factory=list)
    notes: list[Note] = default(default_factory=list)

    def problem(self, key: str, code: str, **params: str) -> None:
        """Add a problem under the canonical ``key``."""
        if len(self.problems) < MAX_FINDINGS:
            self.problems.append(Problem(key, code, params))

    def note(self, code: str, **params: str) -> None:
        """Add a note."""
        if len(self.notes) < MAX_FINDINGS:
            self.notes.append(Note(code, params))
