"""What mail programs put round a quoted message, in many languages; all of it made up.

In ``samples/quotations``: ``sentences.txt`` and ``headers.txt`` have a title (``### language``)
above each sample, ``rules.txt`` and ``devices.txt`` one sample a line. The author of each block
of headers is old@example.com.
"""

from __future__ import annotations

from .gateway import SAMPLES

_FOLDER = SAMPLES / "quotations"


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def _read_titled(name: str) -> dict[str, str]:
    """Samples by title; one may have several lines, blank ones too."""
    titled = (sample.partition("\n") for sample in _read(name).split("### ")[1:])
    return {title: text.rstrip("\n") for title, _newline, text in titled}


SENTENCES = _read_titled("sentences")
HEADERS = _read_titled("headers")
RULES = _read("rules").splitlines()
DEVICES = _read("devices").splitlines()
