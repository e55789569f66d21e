"""What differs between Odoo 17.0 and 19.0, or between a server and a test run."""

from odoo.modules import module
from odoo.tools import config


def under_test():
    """Whether a test is running, so that no cursor of its own may be committed."""
    return bool(config["test_enable"] or getattr(module, "current_test", False))
