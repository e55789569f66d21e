"""Wire formats: what leaves for mail programs and other systems. No Odoo in here."""
