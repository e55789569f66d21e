"""Deleting what is old, until nothing old is left, in batches that are kept one by one."""

import time

from .compat import commit_batch

BATCH = 1_000
# How long one method of Odoo's vacuum cleaner goes on before the others have their turn, in
# seconds; Odoo ends crons after two minutes.
PRUNE_SECONDS = 30


def prune(env, delete_batch):
    """Delete batch by batch; what time does not suffice for comes right after.

    :param env: the environment of the vacuum cleaner
    :param delete_batch: callable that takes a number, deletes at most so many rows, the oldest
        first, and returns how many it has deleted
    :return: tuple of how many were deleted and whether there are more, 1 or 0; Odoo 19 calls a
        method again that says so
    """
    end = time.monotonic() + PRUNE_SECONDS
    done = 0
    while count := delete_batch(BATCH):
        done += count
        commit_batch(env, count)
        # Nothing of this batch is needed for the next one.
        env.invalidate_all()
        if time.monotonic() >= end:
            if not hasattr(env["ir.cron"], "_commit_progress"):
                env.ref("base.autovacuum_job")._trigger()
            return done, 1
    return done, 0


def unlink_batch(records, domain, order, limit):
    """Delete by the ORM what a domain finds.

    :param records: the model, with the right to delete
    :param list domain: says what is old
    :param str order: by a field whose index serves the domain as well
    :param int limit: how many at most
    :return: how many were deleted
    """
    old = records.search(domain, order=order, limit=limit)
    count = len(old)
    old.unlink()
    return count
