"""When somebody can come: arithmetic of times, without Odoo.

All moments are aware datetimes in UTC; a zone is only asked for what a wall clock shows.
"""
