"""Runs the tests of one package on a copy of the repository, again for each mistake."""

from __future__ import annotations

import importlib
import os
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devkit.paths import ADDON_NAME

# Slow to import and none of ours: imported once, before the first fork.
PRELOADED = (
    *("hypothesis.strategies", "pytest", "babel", "dateparser.date", "email_validator"),
    *("icalendar", "lxml.html", "requests", "standardwebhooks"),
)
# A mistake can make a list without end: this many bytes are enough for every test.
MEMORY = 2 << 30


class Tree:
    """A copy of the repository in which one file at a time holds a mistake."""

    def __init__(self, repository: Path, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        everywhere = shutil.ignore_patterns(".*", "__pycache__", "dist", "*.po", "*.pot")

        def leave_out(directory: str, names: list[str]) -> set[str]:
            # The addon's pictures and libraries are big; a test's own `static` is its data.
            big = {"static"} if Path(directory) == repository / ADDON_NAME else set()
            return everywhere(directory, names) | big

        shutil.copytree(repository, folder, symlinks=True, ignore=leave_out)
        self.root = folder

    def remove(self) -> None:
        """Delete the copy."""
        shutil.rmtree(self.root)

    @contextmanager
    def holding(self, file: str, source: str) -> Iterator[None]:
        """Put other text into a file for a while."""
        path = self.root / file
        kept = path.read_bytes()
        path.write_text(source, encoding="utf-8")
        try:
            yield
        finally:
            path.write_bytes(kept)

    def passes(self, tests: list[str], log: Path, seconds: float) -> bool:
        """Whether the tests pass, up to the first that fails, and within a time.

        :param seconds: of processing; four times as many may go by on the clock
        """
        sys.stdout.flush()
        child = os.fork()
        if not child:
            self._become_pytest(tests, log, seconds)
        _pid, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == 0

    def _become_pytest(self, tests: list[str], log: Path, seconds: float) -> None:
        """Never returns: whatever happens, this process ends here."""
        try:
            with log.open("wb") as out:
                for descriptor in (1, 2):
                    os.dup2(out.fileno(), descriptor)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(int(seconds * 4) + 1)
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each costs more than most tests
            os.chdir(self.root)
            # Ours has to come from the copy, `devkit.port` too.
            for name in [name for name in sys.modules if name.partition(".")[0] == "devkit"]:
                del sys.modules[name]
            sys.path[0] = str(self.root)
            import pytest  # noqa: PLC0415 - only where tests are run

            options = ["-x", "-q", "-p", "no:cacheprovider", "--tb=line", "--assert=plain"]
            code = int(pytest.main([*options, *tests]))
        except BaseException as error:  # noqa: BLE001 - a copy of the caller must not live on
            print(error, file=sys.stderr)
            code = 70
        sys.stdout.flush()
        os._exit(code)


def prepare() -> None:
    """Import what all tests need, and make their random input the same for each mistake."""
    sys.dont_write_bytecode = True
    for name in PRELOADED:
        importlib.import_module(name)
    from hypothesis import Phase, settings  # noqa: PLC0415 - only where tests are run

    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.target),
    )
    settings.load_profile("mutants")


def measure(tree: Tree, tests: list[str], log: Path) -> float | None:
    """How many seconds of processing the tests take as things are; None if they fail."""
    before = os.times()
    passed = tree.passes(tests, log, 600)
    after = os.times()
    took = after.children_user - before.children_user
    return took + after.children_system - before.children_system if passed else None
