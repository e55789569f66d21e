"""Forget what Odoo keeps in the memory of its servers."""


def forget_cached(env):
    """Have everything looked up anew: now, and once this is committed.

    Odoo tells its other servers at the commit; but another thread of this one may have looked
    in between, and would go on with what it saw.

    :param env: the environment in which something was changed
    """
    registry = env.registry
    registry.clear_cache()
    env.cr.postcommit.add(registry.clear_cache)
