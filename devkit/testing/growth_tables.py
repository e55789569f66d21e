"""What PostgreSQL knows of our tables: their sizes, their indexes, and who uses them."""

from __future__ import annotations

from typing import Any

# Our tables, without those of dialogs, and those of Odoo that hold what belongs to appointments.
_OURS = """
    SELECT oid FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND (relname LIKE 'support\\_%' OR relname LIKE '%\\_support\\_%\\_rel')
"""
_UNINDEXED = f"""
    SELECT conrelid::regclass || '.' || attname || ' → ' || confrelid::regclass
      FROM pg_constraint AS reference
      JOIN pg_attribute AS field ON attrelid = conrelid AND attnum = conkey[1]
     WHERE contype = 'f' AND (conrelid IN ({_OURS}) OR confrelid IN ({_OURS}))
       AND attname NOT IN ('create_uid', 'write_uid')
       AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = attnum)
  ORDER BY 1
"""  # noqa: S608, our own
_USE = f"""
    SELECT indexrelname || ' of ' || relname
           || CASE WHEN indisunique OR indisexclusion THEN ' (keeps rows apart)' ELSE '' END
           || ', ' || pg_size_pretty(pg_relation_size(indexrelid)), idx_scan
      FROM pg_stat_user_indexes JOIN pg_index USING (indexrelid)
     WHERE relid IN ({_OURS}) ORDER BY 1
"""  # noqa: S608, our own
_SIZES = """
    SELECT pg_class.relname, pg_table_size(relid), pg_indexes_size(relid), reltuples::bigint
      FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid
     WHERE pg_total_relation_size(relid) > 1000000
  ORDER BY pg_total_relation_size(relid) DESC
"""


def read_unindexed(cr: Any) -> list[str]:
    """Foreign keys from or to our tables that no index serves, as ``table.column → table``.

    Who created or changed a row is left out: Odoo has no index on that anywhere.
    """
    cr.execute(_UNINDEXED)
    return [line for (line,) in cr.fetchall()]


def read_index_use(cr: Any) -> dict[str, int]:
    """How often each index of our tables was used, by a line that describes it."""
    # What this session has counted comes first; from PostgreSQL 15 on one can ask for it.
    cr.execute("SELECT pg_stat_clear_snapshot()")
    if cr.connection.server_version >= 150000:
        cr.execute("SELECT pg_stat_force_next_flush()")
        cr.commit()
    cr.execute(_USE)
    return dict(cr.fetchall())


def read_sizes(cr: Any) -> dict[str, dict[str, int]]:
    """Bytes of each large table and of its indexes, and its rows."""
    cr.execute(_SIZES)
    return {
        name: {"table": table, "indexes": indexes, "rows": rows}
        for name, table, indexes, rows in cr.fetchall()
    }
