"""What differs between Odoo 17.0 and 19.0, or between a server and a test run."""

from odoo.modules import module
from odoo.tools import config


def under_test():
    """Whether a test is running, so that no cursor of its own may be committed."""
    return bool(config["test_enable"] or getattr(module, "current_test", False))


def commit_batch(env, processed=0, remaining=0):
    """End one batch of a cron: what it did is kept whatever becomes of the next one.

    :param env: the cron's environment
    :param int processed: records handled since the last call
    :param int remaining: records still to come, as far as known
    """
    env.flush_all()
    if under_test():
        return
    cron = env["ir.cron"]
    if hasattr(cron, "_commit_progress") and env.context.get("cron_id"):
        # Odoo 19 counts the progress of its crons, and commits with it.
        cron._commit_progress(processed, remaining=remaining)
    else:
        # A cron that is ended in the middle must not repeat what it has announced.
        env.cr.commit()  # pylint: disable=invalid-commit


def get_cron_failures(cron):
    """How many times in a row a cron failed; 17.0 does not count that.

    :param cron: one ``ir.cron``
    """
    return cron.failure_count if "failure_count" in cron._fields else 0


def check_access(records, operation):
    """Refuse a user who may not do this to these records; Odoo 19 has one call for it.

    :param records: recordset of the user who calls
    :param str operation: ``read``, ``write``, ``create`` or ``unlink``
    :raise AccessError: in Odoo's own words
    """
    if hasattr(records, "check_access"):
        records.check_access(operation)
    else:
        records.check_access_rights(operation)
        records.check_access_rule(operation)
