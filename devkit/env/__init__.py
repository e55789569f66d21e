"""Getting what Odoo needs onto this machine: sources, Python packages, a browser, the addon."""
