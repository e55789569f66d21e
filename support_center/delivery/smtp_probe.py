"""Does a mail server answer? One connection, nothing sent."""

from __future__ import annotations

import smtplib
import ssl as tls

SECONDS = 5.0


def probe(host: str, port: int, *, ssl: bool = False, seconds: float = SECONDS) -> str:
    """Connect and greet; nobody logs in and nothing is sent.

    :param ssl: whether the connection is encrypted from its first byte
    :param seconds: how long each step may take
    :return: what went wrong, empty when the server answers
    """
    try:
        server = (
            # Asked is whether a server answers, not which one: sending checks the certificate.
            smtplib.SMTP_SSL(host, port, timeout=seconds, context=_get_lenient_context())
            if ssl
            else smtplib.SMTP(host, port, timeout=seconds)
        )
        with server:
            code, text = server.ehlo()
            if code >= 400:
                return f"{code} {text.decode(errors='replace')}"
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 0:
            return "it speaks no SMTP"
        answer = error.smtp_error
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        return f"{error.smtp_code} {words}"
    except (OSError, UnicodeError) as error:  # an SMTPException is an OSError
        return str(error) or type(error).__name__
    return ""


def _get_lenient_context() -> tls.SSLContext:
    context = tls.create_default_context()
    context.check_hostname = False
    context.verify_mode = tls.CERT_NONE
    return context
