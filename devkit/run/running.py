"""What is known of a running ``make run``: its processes and addresses, in ``.dev/run.json``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from devkit.env.stamps import read_json, write_json
from devkit.paths import state
from devkit.proc import Child, end_process, is_alive, start_time


def file() -> Path:
    """Where it is written."""
    return state() / "run.json"


def lock_file() -> Path:
    """Held by the one ``make run`` of this checkout."""
    return state() / "run.lock"


class Record:
    """The notes of this run, written anew with each change."""

    def __init__(self) -> None:
        pid = os.getpid()
        self._data: dict[str, Any] = {"pid": pid, "started": start_time(pid), "children": []}
        self._write()

    def add(self, child: Child) -> Child:
        """Note a child, so that a later command can end it should we be killed."""
        pid = child.process.pid
        entry = {"name": child.name, "pid": pid, "started": start_time(pid)}
        self._data["children"].append(entry)
        self._write()
        return child

    def note(self, **facts: Any) -> None:
        """Note addresses and names."""
        self._data.update(facts)
        self._write()

    def remove(self) -> None:
        """Forget all: nothing runs any more."""
        file().unlink(missing_ok=True)

    def _write(self) -> None:
        write_json(file(), self._data)


def current() -> dict[str, Any] | None:
    """The notes of a run that is alive, else None."""
    data = read_json(file())
    if data and is_alive(int(data["pid"]), str(data["started"])):
        return data
    return None


def end_leftovers() -> list[str]:
    """End what a killed run left behind; the names of what had to be ended."""
    data = read_json(file())
    ended = []
    # The last one started is the first to go: Odoo before its database.
    for child in reversed(data.get("children", [])):
        pid, started = int(child["pid"]), str(child["started"])
        if is_alive(pid, started):
            end_process(pid, started)
            ended.append(str(child["name"]))
    file().unlink(missing_ok=True)
    return ended


def stop() -> bool:
    """End a running ``make run`` and whatever it left; whether there was something to end."""
    data = current()
    if data:
        end_process(int(data["pid"]), str(data["started"]), patience=40.0)
    return bool(end_leftovers()) or data is not None
