"""`make bench`: what our work costs beside its floor and beside other addons that do the like.

``command`` prepares a database of its own and starts the stages; ``stage`` runs inside an Odoo
shell, with one module for each kind of work; ``calls`` asks a real server over XML-RPC. Each
writes what it measured as lines of JSON (``samples``), of which ``table`` makes the table.
"""
