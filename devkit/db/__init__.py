"""The database server, the databases on it, and the Odoo that uses them."""
