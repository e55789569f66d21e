"""Automations within an automation: one savepoint for all of them, as long as none fails."""

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
    :ivar list outcomes: tuples of the arguments of ``support.automation.log._record``, of those
        who joined; written together once all of it has succeeded
    """

    def __init__(self):
        self.is_open = True
        self.is_shared = False
        self.outcomes = []

    @classmethod
    def of(cls, env):
        """
        :return: the ``FirstAttempt`` that work in ``env`` joins; None where it stands alone
        """
        attempt = env.context.get(ATTEMPT_KEY)
        return attempt if isinstance(attempt, cls) and attempt.is_open else None
