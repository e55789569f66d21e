"""Signatures in which all of a mail is packed, and what bombs make of them."""

import zlib

from intake.cms import open_cms


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def _compress(content: bytes) -> bytes:
    """As RFC 3274 has it."""
    data = _der(0x06, bytes.fromhex("2a864886f70d010701"))
    inner = _der(0x30, data, _der(0xA0, _der(0x04, zlib.compress(content, 9))))
    kind = _der(0x06, bytes.fromhex("2a864886f70d0109100109"))
    return _der(0x30, kind, _der(0xA0, _der(0x30, b"\x02\x01\x00", _der(0x30), inner)))


def test_what_grows_a_thousandfold_is_not_unpacked():
    """Twenty thousand bytes of mail were taken apart as twenty millions, for half a minute."""
    text = b"Content-Type: text/plain\n\nA text that repeats itself like many.\n" * 5_000
    assert open_cms(_compress(text)).content == text
    assert open_cms(_compress(b"a:\n" * 1_000_000)).content is None
