from odoo.tools import SQL


def explain(env, query, *without, params=None, only=()):
    """Return PostgreSQL's plan of a query when it may not read a whole table.

    Of the few rows of a test it would read all. Which of two indexes it then takes depends on the
    statistics that happen to be there, so a test that asks for one says ``only``.

    :param query: ``SQL``, a ``Query`` as ``_search`` returns it, or a text with ``params``
    :param without: names of other ways that PostgreSQL may not take, such as ``"sort"``
    :param only: names of indexes; their tables have these and the unique ones for the while
    :return: the plan in one line
    """
    env.flush_all()
    if hasattr(query, "subselect"):
        query = query.subselect()
    if hasattr(query, "code"):
        query, params = query.code, query.params
    with env.cr.savepoint(flush=False) as savepoint:
        for way in ("seqscan", *without):
            env.cr.execute(SQL("SET LOCAL %s = off", SQL.identifier(f"enable_{way}")))
        for name in _get_other_indexes(env, only):
            env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        env.cr.execute(f"EXPLAIN {query}", params)
        plan = " ".join(row[0] for row in env.cr.fetchall())
        savepoint.rollback()
    return plan


def _get_other_indexes(env, only):
    if not only:
        return []
    env.cr.execute(
        """
        SELECT other.indexrelid::regclass::text
          FROM pg_index AS other
          JOIN pg_class AS name ON name.oid = other.indexrelid
         WHERE NOT other.indisunique AND NOT other.indisexclusion
           AND name.relname NOT IN %(only)s
           AND other.indrelid IN (
               SELECT index.indrelid
                 FROM pg_index AS index
                 JOIN pg_class AS asked ON asked.oid = index.indexrelid
                WHERE asked.relname IN %(only)s)
        """,
        {"only": tuple(only)},
    )
    return [row[0] for row in env.cr.fetchall()]
