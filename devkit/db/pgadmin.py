"""Making, copying, renaming and dropping databases; runs in an Odoo environment for its driver.

``python -m devkit.db.pgadmin exists|create|copy|rename|drop|select NAME [OTHER]``: the server and
the role come from PGHOST and friends, so that nothing secret stands in a command line.

click-odoo-contrib 1.24 was tried on both series and works, but starts an Odoo for each step: a copy
took 12 s on 17.0 and 20 s on 19.0 instead of 0.3 s and 3 s, dropping a database that is not there
7 s and 10 s. It cannot rename one, and needs rsync to copy the files as hard links.
"""

from __future__ import annotations

import json
import sys

import psycopg2
from psycopg2 import sql

_DISCONNECT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = %s AND pid <> pg_backend_pid()"
)


def main(argv: list[str]) -> int:
    """Carry out one command; the exit code of ``exists`` is 0 for yes and 3 for no.

    ``select`` has a query as its second word, and prints the rows as JSON.
    """
    if argv[0] == "select":
        return _select(*argv[1:])
    command, names = argv[0], [sql.Identifier(name) for name in argv[1:]]
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        if command == "exists":
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [argv[1]])
            return 0 if cursor.fetchone() else 3
        if command in ("copy", "rename", "drop"):
            # None of these works while somebody is connected.
            cursor.execute(_DISCONNECT, [argv[1]])
        if command == "create":
            query = "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0"
            cursor.execute(sql.SQL(query).format(*names))
        elif command == "copy":
            # Copying files beats writing the copy to the log page by page, where it is known.
            strategy = " STRATEGY file_copy" if connection.server_version >= 150000 else ""
            query = "CREATE DATABASE {1} TEMPLATE {0}" + strategy
            cursor.execute(sql.SQL(query).format(*names))
        elif command == "rename":
            cursor.execute(sql.SQL("ALTER DATABASE {0} RENAME TO {1}").format(*names))
        elif command == "drop":
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(*names))
        else:
            raise SystemExit(f"unknown command {command}")
    return 0


def _select(name: str, query: str) -> int:
    connection = psycopg2.connect(dbname=name)
    with connection.cursor() as cursor:
        cursor.execute(query)
        json.dump(cursor.fetchall(), sys.stdout, default=str)
    connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
