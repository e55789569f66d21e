"""The two spellings of an address at an international domain.

``ana@müller.example`` and ``ana@xn--mller-kva.example`` are one mailbox (RFC 5890); mail programs
write the one or the other, and so do people who enter contacts.
"""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email


def fold_address(address: str | None) -> str:
    """The spelling by which addresses are compared: the domain in Unicode.

    :param address: normalised as Odoo does it, or empty
    :return: the same for both spellings; what is no address comes back as it is
    """
    local, at, domain = (address or "").rpartition("@")
    return local + at + _spell_domain(domain)[0]


def spell_address(address: str | None) -> tuple[str, ...]:
    """Both spellings of an address, to be searched for; one, where it has no other."""
    local, at, domain = (address or "").rpartition("@")
    return tuple(dict.fromkeys(local + at + spelling for spelling in _spell_domain(domain)))


@lru_cache(maxsize=1024)
def _spell_domain(domain: str) -> tuple[str, str]:
    """A domain in Unicode and in ASCII; itself for both where it is not international."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain, domain
    try:
        found = validate_email(
            f"somebody@{domain}", check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        return domain, domain
    return found.domain.lower(), (found.ascii_domain or domain).lower()
