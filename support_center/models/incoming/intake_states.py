"""How requests come in, how far their reading is, and which of them wait."""

SOURCES = [
    ("manual", "By hand"),
    ("email", "E-mail"),
    ("api", "API"),
    ("webhook", "Webhook"),
    ("portal", "Portal"),
]
INTAKE_STATES = [
    ("none", "Made by hand"),
    ("received", "Received"),
    ("accepted", "Accepted"),
    ("review", "To review"),
]
# Of requests that nobody has accepted yet.
WAITING_REQUESTS = ("received", "review")
# What the inbox shows: requests that wait for a look, and customers who wait for an answer. The
# inbox itself asks for the same in its own words, see ``review_inbox.js``.
INBOX_DOMAIN = [
    "|",
    ("customer_waiting_since", "!=", False),
    "&",
    ("intake_state", "in", WAITING_REQUESTS),
    ("state", "=", "draft"),
]
