"""What `make bench GROWTH=1` measures; runs in an Odoo shell, where ``env`` is the environment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devkit.testing.growth_fill import Fill


def main(env: Any, size: int, words: Sequence[str], out: str) -> None:
    """Fill to ``size``, measure, and write what was found to the file ``out``."""
    count = Fill(env).grow(size)
    found = {"size": count, "work": {}, "unindexed": [], "unused": [], "failed": []}
    Path(out).write_text(json.dumps(found), encoding="utf-8")
