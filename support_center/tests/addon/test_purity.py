import subprocess
import sys
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[2]
PURE = ["delivery", "intake", "scheduling"]

PROBE = """
import importlib, pkgutil, sys
sys.modules["odoo"] = None  # importing it raises ImportError
package = importlib.import_module({name!r})
for module in pkgutil.walk_packages(package.__path__, {name!r} + "."):
    importlib.import_module(module.name)
print("pure")
"""


@tagged("post_install", "-at_install")
class TestPurity(BaseCase):
    def test_pure_packages_import_without_odoo(self):
        for name in PURE:
            with self.subTest(package=name):
                done = subprocess.run(
                    [sys.executable, "-c", PROBE.format(name=name)],
                    cwd=ADDON,
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                self.assertEqual(done.stdout.strip(), "pure", done.stderr)
