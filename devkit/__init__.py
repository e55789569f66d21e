"""Tools around the addon: a real Odoo, PostgreSQL and mail on one machine with one command.

Only the standard library is imported by the commands themselves, so that they run on a bare
Python; what needs more (the SMTP servers, the tests) runs in environments that they make.
"""
