"""`make lint`: the linters, the type checker and the house checks, one line each.

Runs in the environment of `devkit/requirements/lint.txt`. The hooks of
`.pre-commit-config.yaml` call the same, one by one, so that nothing is told twice.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devkit.checks.registry import CHECKS, Check
from devkit.checks.repository import Repository
from devkit.paths import ADDON_NAME, REPO

# Parts of the addon that must not import Odoo, and are typed.
PURE_PACKAGES = ("intake", "scheduling", "delivery", "replies")
PACKAGES = ("devkit", "mailgate")
HOUSE = "house"
# What oca-odoo-pre-commit-hooks would have otherwise than this addon has it on purpose.
OCA_DISABLED = (
    "xml-header-wrong",  # the encoding in lower case, as in Odoo's own files; `xml` sees to it
    "xml-field-numeric-without-eval",  # Odoo converts the text of a number by itself
    "xml-tag-position",  # an order of attributes that is a matter of taste
    # data/server_actions.xml names its actions a second time, after their names were computed.
    "xml-duplicate-record-id",
)


@dataclass(frozen=True)
class Outcome:
    """What one linter said; no text is the best."""

    text: str
    ok: bool
    seconds: float


def commands(root: Path, *, fix: bool = False) -> dict[str, list[str]]:
    """The command of each linter, run in the repository's root."""
    pure = [f"{ADDON_NAME}/{name}" for name in PURE_PACKAGES if (root / ADDON_NAME / name).is_dir()]
    packages = [name for name in PACKAGES if (root / name).is_dir()]
    python = [sys.executable, "-m"]
    return {
        "ruff": [
            *python,
            "ruff",
            "check",
            "--quiet",
            "--output-format=concise",
            *(["--fix"] if fix else []),
            ".",
        ],
        "format": [
            *python,
            "ruff",
            "format",
            *([] if fix else ["--check"]),
            "--quiet",
            "--output-format=concise",
            ".",
        ],
        "mypy": [*python, "mypy", "--no-error-summary", *packages, *pure],
        "pylint-odoo": [*python, "pylint", "--rcfile=.pylintrc-mandatory", ADDON_NAME],
        "oca-hooks": [
            *(*python, "oca_pre_commit_hooks"),
            *(f"--disable={','.join(OCA_DISABLED)}", ADDON_NAME),
        ],
    }


def run_command(command: list[str], root: Path) -> Outcome:
    """Run a linter to its end; its output, and whether it is content."""
    started = time.monotonic()
    result = subprocess.run(
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(result.stdout.strip(), result.returncode == 0, time.monotonic() - started)


def run_check(check: Check, repository: Repository) -> Outcome:
    """Run a house check."""
    started = time.monotonic()
    complaints = sorted(set(check(repository)))
    text = "\n".join(str(complaint) for complaint in complaints)
    return Outcome(text, not complaints, time.monotonic() - started)


def main(argv: list[str] | None = None) -> int:
    """Run the linters and checks asked for, all by default; 0 when all are content."""
    options = _parser().parse_args(argv)
    tools = commands(REPO, fix=options.fix)
    chosen = _chosen(options.only, tools)
    repository = Repository(REPO)
    jobs: dict[str, Callable[[], Outcome]] = {}
    for name in chosen:
        if name in tools:
            jobs[name] = partial(run_command, tools[name], REPO)
        else:
            jobs[name] = partial(run_check, CHECKS[name], repository)
    # With --fix the linters change files that the others read, so they go one by one.
    with ThreadPoolExecutor(max_workers=1 if options.fix else 2) as pool:
        running = {name: pool.submit(job) for name, job in jobs.items()}
        failed = [name for name, future in running.items() if not _report(name, future)]
    if failed:
        print(f"lint: FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _chosen(only: Sequence[str], tools: dict[str, list[str]]) -> list[str]:
    if not only:
        return [*tools, *CHECKS]
    names: dict[str, None] = {}
    for name in only:
        names.update(dict.fromkeys(CHECKS if name == HOUSE else [name]))
    return list(names)


def _report(name: str, future: Future[Outcome]) -> bool:
    outcome = future.result()
    print(f"{name:<14} {'ok' if outcome.ok else 'FAILED'}  {outcome.seconds:.1f} s", flush=True)
    if outcome.text:
        print("\n".join(f"    {line}" for line in outcome.text.splitlines()), flush=True)
    return outcome.ok


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devkit.checks.lint", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[*commands(REPO), HOUSE, *CHECKS],
        help=f"run this one alone; may be given again ('{HOUSE}': all house checks)",
    )
    parser.add_argument("--fix", action="store_true", help="let ruff mend what it can")
    return parser


if __name__ == "__main__":
    sys.exit(main())
