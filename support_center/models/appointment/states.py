"""The states of an appointment and the ways between them, in one table."""

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
