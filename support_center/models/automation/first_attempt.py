"""Automations within an automation: one savepoint for all of them, as long as none fails."""

from contextlib import contextmanager

# In the context of what is tried in one go.
ATTEMPT_KEY = "support_center_first_attempt"


class FirstAttempt:
    """Work that is tried as a whole, since it nearly always succeeds.

    A request by mail is stored, read and answered by rules that fire one another. Each has to
    be able to fail by itself; but a savepoint for each costs more than what it guards, and
    makes Odoo write the same row each time. So the outermost has one, those within it join, and
    if anything fails, all is undone and done again with a savepoint for each. An object in the
    context, since no caller from outside can put one there.

    :ivar bool is_open: whether others may still join
    :ivar bool is_shared: whether others have joined, of which one may have failed
    :ivar list rows: values of the log's rows about those who joined; written together once all of
        it has succeeded
    :ivar Exception error: what failed first: Odoo asks the database about the rule that failed,
        which answers with an error of its own where the first one came from there
    """

    def __init__(self, *, is_open=True):
        self.is_open = is_open
        self.is_shared = False
        self.rows = []
        self.error = None

    @contextmanager
    def lead(self, cr):
        """Round the outermost work: what comes out of it is what failed first.

        What was to happen after the commit goes with the work that is undone, or it would happen
        twice: another addon tells Google of a new entry there. Nobody joins afterwards, also where
        the context is kept.
        """
        queues = [cr.postcommit, cr.postrollback]
        before = [(list(queue._funcs), dict(queue.data)) for queue in queues]
        try:
            yield
        except Exception as error:
            for queue, (functions, data) in zip(queues, before, strict=True):
                queue.clear()
                for function in functions:
                    queue.add(function)
                queue.data.update(data)
            if self.error in (None, error):
                raise
            raise self.error from error
        finally:
            self.is_open = False

    def join(self, work):
        """Run what shares the savepoint.

        :param callable work: without arguments
        :return: what ``work`` returns
        """
        self.is_shared = True
        try:
            return work()
        except Exception as error:
            self.error = self.error or error
            raise

    def add(self, rows):
        """Note what became of those who joined; what was skipped twice for one reason, once.

        :param list rows: as ``self.rows``
        """
        self.rows += [row for row in rows if row["outcome"] != "skipped" or row not in self.rows]

    @classmethod
    def of(cls, env):
        """
        :return: the ``FirstAttempt`` that work in ``env`` joins; None where it stands alone
        """
        attempt = env.context.get(ATTEMPT_KEY)
        return attempt if isinstance(attempt, cls) and attempt.is_open else None
