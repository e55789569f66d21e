"""The mail that Odoo sends, caught and shown, and the sample mail that it is sent."""
