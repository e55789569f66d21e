"""The floor: an addon with nothing but a bare ``mail.thread`` model, for the benchmark alone.

Written into a folder of the run, so that it is no part of the addon that customers install. It
has two more things that a measurement needs: how many queries its server made so far, and mail
that is made ready for the wire and then goes nowhere, since no addon is measured by a mail server.
"""

from __future__ import annotations

from pathlib import Path

NAME = "support_center_bench_floor"
MODEL = "bench.floor"
_FILES = {
    "__manifest__.py": """\
{
    "name": "Floor of the benchmark",
    "version": "@SERIES@.1.0.0",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": ["security/ir.model.access.csv"],
}
""",
    "__init__.py": "from . import models\n",
    "models.py": '''\
from odoo import api, fields, models, sql_db


class BenchFloor(models.Model):
    _name = "bench.floor"
    _description = "Floor of the benchmark"
    _inherit = ["mail.thread"]

    name = fields.Char()
    partner_id = fields.Many2one("res.partner")
    user_id = fields.Many2one("res.users")
    start = fields.Datetime()
    state = fields.Char()

    @api.model
    def count_queries(self):
        """How many queries this process made so far, on all of its connections."""
        return sql_db.sql_counter


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def connect(self, *args, **kwargs):
        return None

    def _connect__(self, *args, **kwargs):
        return None

    @api.model
    def send_email(self, message, *args, **kwargs):
        return message["Message-Id"]
''',
    "security/ir.model.access.csv": """\
id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink
access_bench_floor,bench.floor,model_bench_floor,base.group_user,1,1,1,1
""",
}


def write(parent: Path, series: str) -> Path:
    """Write the addon into ``parent``; the folder for the addons path."""
    for name, text in _FILES.items():
        path = parent / NAME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@SERIES@", series), encoding="utf-8")
    return parent
