"""`python -m devkit.port`: build the addon for one series from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import SERIES, PortError, build, build_zip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devkit.port", description=__doc__)
    parser.add_argument("--series", choices=SERIES, required=True)
    parser.add_argument(
        "--source", type=Path, default=Path("support_center"), help="default: %(default)s"
    )
    parser.add_argument(
        "--dest", type=Path, help="folder that takes the addon's folder, or the zip with --zip"
    )
    parser.add_argument("--odoo-tree", type=Path, help="an Odoo 19.0 tree, needed for 19.0")
    parser.add_argument(
        "--zip", action="store_true", help="write <name>-<series>-<version>.zip instead of a folder"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Build and print where; 1 with every finding on stderr when it cannot be ported."""
    options = _parser().parse_args(argv)
    dest = options.dest or Path("dist" if options.zip else f"build/{options.series}")
    make = build_zip if options.zip else build
    try:
        print(make(options.source, options.series, dest, options.odoo_tree))
    except PortError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
