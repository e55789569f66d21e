"""The states of an appointment, the ways between them, and what follows from each.

What a package does when an appointment comes into a state stands in its `support_appointment*.py`,
in the step of the pipeline that is named here (see `support_appointment.py`), or in one of the
automation rules, which run after the save and can be switched off.

draft (re-opened)
    check    cancellation   refuses where another visit has taken its place
    prepare  appointment    the moments of confirmation, beginning and end are emptied
             duplicates     is no duplicate any more
             cancellation   the next cancellation is told again; its time is on offer no more
    react    cancellation   the dispatcher who was to offer its time is told that it is taken
             notifications  its reminder is taken off the queue
             calendar_sync  the entry in the technician's calendar is archived
confirmed
    check    appointment    needs a start and a customer
    prepare  appointment    the contact is frozen, `confirmed_at`
    store    planning       locks all who may be assigned, where that happens automatically
             booking        locks the technician; the database refuses two visits at once
    stored   planning       refuses what the technician's time rules out, takes a daily number
    react    planning       chooses a technician, where the setting says so
             calendar_sync  the entry is made or put back
    rules    notifications  confirmation to the customer, or what has changed since the last mail;
                            notice to a technician who is new (on any change of the technician)
             tickets        the ticket waits for the visit
             webhooks       `appointment.confirmed`
in_progress
    check    appointment    a technician starts no visit before its day
    prepare  appointment    `started_at`
    rules    tickets        the ticket is open
done
    check    appointment    a technician ends no visit before its day
    prepare  appointment    `ended_at`; final, but for what `undo` gives back
    rules    tickets        the ticket is solved, unless other visits of it are to come
             webhooks       `appointment.done`
cancelled
    prepare  appointment    `ended_at`
    react    notifications  its reminder is taken off the queue
             calendar_sync  the entry is archived
    then     cancellation   without a mail (`_cancel`): what was to announce the visit is taken off
                            the queue as well
    rules    notifications  tells a customer who expects it, unless `cancel_silently`
             cancellation   offers the time to the waiting request that fits best
             tickets        the ticket is open
             webhooks       `appointment.cancelled`
no_show
    check    appointment    a technician misses no customer before the start
    prepare  appointment    `ended_at`
    react    notifications  its reminder is taken off the queue
             calendar_sync  the entry is archived
    rules    tickets        the ticket is open

What somebody has done by hand is given back by `_write_restored` (`undo`), the one way against the
order of the states and into the past: no moments are set but those given, and the technician has to
be free.

Whatever the state, a change of it counts as an edit (`appointment`, store) and is told to those
who look at the board (`board`, react).
"""

STATES = [
    ("draft", "Draft"),
    ("confirmed", "Confirmed"),
    ("in_progress", "In Progress"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("no_show", "No Show"),
]
ALLOWED_TRANSITIONS = {
    "draft": ("confirmed", "cancelled"),
    "confirmed": ("in_progress", "cancelled", "no_show", "draft"),
    "in_progress": ("done", "cancelled"),
    "cancelled": ("draft",),
    "no_show": ("draft",),
    "done": (),
}
# In these states an active appointment takes its technician's time.
LIVE_STATES = ("confirmed", "in_progress")
# In these it can be given another time or technician.
PLANNABLE_STATES = ("draft", "confirmed")
# In these it is still to come.
OPEN_STATES = ("draft", *LIVE_STATES)
# In these an appointment is over.
CLOSED_STATES = ("done", "cancelled", "no_show")

# Which moment is noted when an appointment comes into a state.
STATE_STAMPS = {
    "confirmed": "confirmed_at",
    "in_progress": "started_at",
    "done": "ended_at",
    "cancelled": "ended_at",
    "no_show": "ended_at",
}
