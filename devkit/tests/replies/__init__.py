"""Tests of the pure package ``replies``; no Odoo is needed."""
