"""One Odoo with its configuration file, databases and filestore."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devkit.db.postgres import Server
from devkit.env.addon import Addon
from devkit.env.odoo_tree import OdooTree
from devkit.env.stamps import write_atomic
from devkit.paths import ADDON_NAME, REPO, state
from devkit.proc import Child, run_logged, start_child
from devkit.ui import Problem


@dataclass(frozen=True)
class Instance:
    """An Odoo tree, its Python, its database server and the folder of its files."""

    tree: OdooTree
    python: Path
    addon: Addon
    server: Server
    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)
    # Folders of Python packages besides those of the environment.
    libraries: Sequence[Path] = ()
    # Folders of addons besides ours and those of the tree.
    more_addons: Sequence[Path] = ()

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process of this Odoo; the database comes from PG variables."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("ODOO_")}
        path = f"{self.python.parent}{os.pathsep}{env.get('PATH', os.defpath)}"
        # Odoo starts some twenty times in a whole `make test`; compiling its source takes longer
        # than all else of a start, and nothing of it belongs beside the source.
        compiled = {
            "PYTHONPYCACHEPREFIX": str(state() / "bytecode"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        places = os.pathsep.join(map(str, (self.tree.root, *self.libraries)))
        return {
            **env,
            **self.server.env,
            **compiled,
            "PYTHONPATH": places,
            "PATH": path,
        }

    @property
    def config(self) -> Path:
        """The configuration file, as ``configure`` writes it."""
        return self.folder / "odoo.conf"

    @property
    def data_dir(self) -> Path:
        """Where Odoo keeps its filestore and sessions."""
        return self.folder / "data"

    def configure(self, **options: str | int) -> None:
        """Write the configuration file; ``options`` go before what was given at the start."""
        addons = ",".join(map(str, (*self.tree.addons, self.addon.parent, *self.more_addons)))
        merged = {
            "addons_path": f"{self.tree.root}/odoo/addons,{addons}",
            "data_dir": str(self.data_dir),
            "http_interface": "127.0.0.1",
            "log_level": "info",
            "workers": "0",
            "list_db": "False",
            **self.options,
            **{key: str(value) for key, value in options.items()},
        }
        text = "".join(f"{key} = {value}\n" for key, value in merged.items())
        write_atomic(self.config, f"[options]\n{text}")

    def command(self, *arguments: str | Path) -> list[str | Path]:
        """The command line of Odoo itself."""
        return [self.python, "-m", "odoo", *arguments]

    def admin(self, *arguments: str) -> int:
        """Run a database command of ``devkit.db.pgadmin``; its exit code."""
        return self._pgadmin(*arguments).returncode

    def select(self, name: str, query: str) -> list[list[Any]]:
        """The rows of a query in a database, of which nothing is changed."""
        rows: list[list[Any]] = json.loads(self._pgadmin("select", name, query).stdout)
        return rows

    def _pgadmin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.python), "-m", "devkit.db.pgadmin", *arguments],
            env={**os.environ, **self.server.env, "PYTHONPATH": str(REPO)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 3):
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise Problem(
                f"database {' '.join(arguments)}: {last}",
                "is the server that PGHOST names there, and may its role create databases?",
            )
        return done

    def exists(self, name: str) -> bool:
        """Whether there is a database of this name."""
        return self.admin("exists", name) == 0

    def filestore(self, name: str) -> Path:
        """The folder of a database's files."""
        return self.data_dir / "filestore" / name

    def drop(self, name: str) -> None:
        """Drop a database and its files, if there."""
        self.admin("drop", name)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def copy(self, source: str, name: str) -> None:
        """Make ``name`` a copy of ``source``, whatever it was before.

        The files are hard links: their names are hashes of their content, so Odoo adds and
        removes them but never writes into one.
        """
        self.drop(name)
        if self.filestore(source).is_dir():
            shutil.copytree(self.filestore(source), self.filestore(name), copy_function=os.link)
        self.admin("copy", source, name)

    def rename(self, name: str, new: str) -> None:
        """Rename a database; its files go first, since the database's name is the stamp."""
        shutil.rmtree(self.filestore(new), ignore_errors=True)
        if self.filestore(name).is_dir():
            self.filestore(name).replace(self.filestore(new))
        self.admin("rename", name, new)

    def demo_option(self, *, demo: bool) -> list[str]:
        """What says on this series' command line whether there is demo data."""
        if self.tree.series == "17.0":
            return [] if demo else ["--without-demo=all"]
        return ["--with-demo"] if demo else []

    def modules(
        self, name: str, flag: str, modules: Sequence[str], *, demo: bool, log: Path
    ) -> None:
        """Install (``-i``) or update (``-u``) modules in a database."""
        what = "installation" if flag == "-i" else "update"
        run_logged(
            [
                *self.command("-c", self.config, "-d", name, flag, ",".join(modules)),
                *(*self.demo_option(demo=demo), "--stop-after-init", "--no-http"),
            ],
            log=log,
            env=self.env,
            cwd=self.folder,
            what=f"{what} of {', '.join(modules)} in Odoo {self.tree.series}",
            remedy="the log names the module and the file at fault",
            timeout=1800,
        )

    def install_addon(self, name: str, flag: str, *, demo: bool, log: Path) -> None:
        """Install or update the addon itself."""
        self.modules(name, flag, [ADDON_NAME], demo=demo, log=log)

    def start(self, name: str, port: int, log: Path, *more: str) -> Child:
        """Start the server on a database, with more options; see ``wait_ready``."""
        options = (f"--database={name}", f"--db-filter=^{name}$", f"--http-port={port}")
        return start_child(
            "Odoo",
            self.command("-c", self.config, *options, *more),
            log=log,
            env=self.env,
            cwd=self.folder,
        )


def wait_ready(child: Child, port: int, patience: float = 180.0) -> None:
    """Wait until Odoo answers a page that needs the database's registry."""
    until = time.monotonic() + patience
    address = f"http://127.0.0.1:{port}/web/login"
    while time.monotonic() < until:
        if child.process.poll() is not None:
            raise Problem("Odoo ended while it started", "see its log", child.log)
        try:
            with urllib.request.urlopen(address, timeout=patience):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Problem(f"Odoo does not answer on port {port}", "see its log", child.log)
