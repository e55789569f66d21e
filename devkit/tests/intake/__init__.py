"""Tests of the pure package ``intake``; no Odoo is needed."""
