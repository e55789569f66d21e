"""What a reader has to know of the machine: no name and no path of it."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPUS = Path("/proc/cpuinfo")


def describe() -> str:
    """Processor and number of cores that this process may use."""
    text = _CPUS.read_text(encoding="utf-8") if _CPUS.exists() else ""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{find_model(text) or platform.machine()}, {count} cores"


def find_model(cpuinfo: str) -> str:
    """The model of the first processor in the text of ``/proc/cpuinfo``; else empty."""
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.M)
    return re.sub(r"\s+", " ", re.sub(r"\((R|TM)\)", "", found[1])).strip() if found else ""
