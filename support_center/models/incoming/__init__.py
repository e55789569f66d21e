"""Requests from outside: by mail, by RPC and by webhook, until they are accepted or rejected.

A mail comes by ``mail.thread``, a call by ``create`` with ``external_data``, a webhook by
``_receive_webhook``; each becomes a draft. ``_process_requests`` of the appointment reads drafts,
the same way for all, and keeps the reading with each. What other packages may use:

- ``support.intake``: reads a request, keeps the reading, and makes values of it
- ``support.intake.contacts``: finds or makes the customer of an address
- ``support.intake.references``: finds what the same ``external_ref`` has made before
- ``support.intake.words``: puts problems and notes of the parser into words
- ``support.mail.reference``: finds the record that the subject of a mail names
- ``intake_states``: the states of a reading, and what the inbox shows
- of the appointment: ``_get_correspondents``, ``_settle_customer_message``

``support.calendar.mail``, ``support.intake.key`` and ``support.intake.webhook`` serve these alone.
Only what all packages ask of the mail that comes in is above, in ``common``: ``GatewayMail``, and
``support.mail.address``, which says whether an address may be mailed.
"""

from . import base_automation
from . import ir_http
from . import mail_activity
from . import mail_alias
from . import mail_message
from . import mail_thread
from . import support_appointment_answer
from . import support_appointment_answer_text
from . import support_appointment_backlog
from . import support_appointment_intake
from . import support_appointment_messages
from . import support_appointment_reply
from . import support_appointment_review
from . import support_appointment_slots
from . import support_automation_registry
from . import support_appointment_understood
from . import support_appointment_offers
from . import support_appointment_webhook
from . import support_calendar_mail
from . import support_intake
from . import support_intake_contacts
from . import support_intake_key
from . import support_intake_references
from . import support_intake_webhook
from . import support_intake_words
from . import support_mail_reference
from . import support_appointment_erasure
from . import ir_sequence
from . import support_ticket
