"""What PostgreSQL knows of our tables: their sizes, their indexes, and who uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Our tables.
_OURS = """
    SELECT oid FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND (relname LIKE 'support\\_%' OR relname LIKE '%\\_support\\_%\\_rel')
"""
# Odoo's own tables in which rows come and go with an appointment.
_SHARED = "SELECT oid FROM pg_class WHERE relname IN ('calendar_event', 'mail_activity')"
# Bytes of an index that costs nothing worth a word.
_SMALL = 128 * 1024
_UNINDEXED = f"""
    SELECT conrelid::regclass || '.' || attname || ' → ' || confrelid::regclass
      FROM pg_constraint AS reference
      JOIN pg_attribute AS field ON attrelid = conrelid AND attnum = conkey[1]
     WHERE contype = 'f' AND (conrelid IN ({_OURS}) OR confrelid IN ({_OURS} UNION {_SHARED}))
       AND attname NOT IN ('create_uid', 'write_uid')
       AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = attnum)
  ORDER BY 1
"""  # noqa: S608, our own
_USE = f"""
    SELECT indexrelname, idx_scan, indexrelname || ' of ' || relname
           || CASE WHEN indisunique OR indisexclusion THEN ' (keeps rows apart)' ELSE '' END
           || ', ' || pg_size_pretty(pg_relation_size(indexrelid))
      FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid)
     WHERE relid IN ({_OURS}) AND pg_relation_size(indexrelid) > {_SMALL}
  ORDER BY pg_relation_size(indexrelid) DESC, 1
"""  # noqa: S608, our own
_SIZES = """
    SELECT pg_class.relname, pg_table_size(relid), pg_indexes_size(relid), reltuples::bigint
      FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid
     WHERE pg_total_relation_size(relid) > 1000000 AND pg_class.relname NOT LIKE 'growth%'
  ORDER BY pg_total_relation_size(relid) DESC
"""


def read_unindexed(cr: Any) -> list[str]:
    """Foreign keys from or to our tables that no index serves, as ``table.column → table``.

    Those to entries of the calendar and to activities too, which we make and delete.

    Who created or changed a row is left out: Odoo has no index on that anywhere.
    """
    cr.execute(_UNINDEXED)
    return [line for (line,) in cr.fetchall()]


def read_index_use(cr: Any) -> dict[str, tuple[int, str]]:
    """How often each large index of our tables was used, and its description, greatest first."""
    # What this session has counted comes first; from PostgreSQL 15 on one can ask for it.
    if cr.connection.server_version >= 150000:
        cr.execute("SELECT pg_stat_force_next_flush()")
        cr.commit()
    cr.execute("SELECT pg_stat_clear_snapshot()")
    cr.execute(_USE)
    return {name: (scans, text) for name, scans, text in cr.fetchall()}


def find_unused(
    before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]]
) -> list[str]:
    """The descriptions of the indexes that nothing used between two ``read_index_use``."""
    return [text for name, (scans, text) in after.items() if scans == before.get(name, (0, ""))[0]]


def read_sizes(cr: Any) -> dict[str, dict[str, int]]:
    """Bytes of each large table and of its indexes, and its rows."""
    cr.execute(_SIZES)
    return {
        name: {"table": table, "indexes": indexes, "rows": rows}
        for name, table, indexes, rows in cr.fetchall()
    }
