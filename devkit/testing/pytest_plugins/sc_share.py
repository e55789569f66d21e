"""A pytest plugin: several processes share the tests of one suite, class by class.

Each process collects all tests and runs those of the classes that it is the first to claim, by
making a file in a folder that all of them see. So none waits for another, and none needs to know
how long a class takes. On PYTHONPATH for Odoo's Python, which does not see devkit itself: the
repository beside it would stand in for the ported addon.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--share=FOLDER --share-part=1/2``."""
    parser.addoption("--share", metavar="FOLDER", help="where the processes claim classes")
    parser.addoption("--share-part", default="1/1", help="the number of this process of how many")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own, but for tests that are claimed one class after the other."""
    if not session.config.getoption("--share") or session.config.option.collectonly:
        return None
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    ours = _claimed(session.items, session.config)
    item = next(ours, None)
    while item:
        # Only what comes next says which fixtures of classes and modules may go.
        following = next(ours, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def _claimed(items: list[pytest.Item], config: pytest.Config) -> Iterator[pytest.Item]:
    """The tests of the classes that nobody else has, each claimed when it is come to."""
    folder = Path(config.getoption("--share"))
    classes = [list(group) for _name, group in groupby(items, key=_name_class)]
    part, parts = map(int, config.getoption("--share-part").split("/"))
    # Each begins elsewhere, so that the browser tests that stand together are not all run at once.
    start = len(classes) * (part - 1) // parts
    for tests in classes[start:] + classes[:start]:
        name = hashlib.sha256(_name_class(tests[0]).encode()).hexdigest()
        try:
            (folder / name).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests


def _name_class(item: pytest.Item) -> str:
    """The file and class of a test."""
    return item.nodeid.rpartition("::")[0]
