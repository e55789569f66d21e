"""``python3 -m devkit COMMAND``; the Makefile calls this."""

import sys

from devkit.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
