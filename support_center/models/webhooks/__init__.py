from . import support_appointment
from . import support_webhook_delivery
from . import support_webhook_endpoint
from . import support_webhook_ping
from . import support_webhook_words
from . import support_appointment_erasure
