from odoo.tests import new_test_user

from ..common import SupportMailCase


class HealthCase(SupportMailCase):
    """Looks at the page as an administrator does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, login="support_admin", groups="base.group_system")

    def _look(self, user=None):
        page = self.env["support.health"].with_user(user or self.admin).create({})
        page.action_refresh()
        return page

    def _get_lines(self, page=None):
        page = page or self._look()
        return page.automation_line_ids | page.check_line_ids

    def _get_line(self, name, page=None):
        lines = self._get_lines(page).filtered(lambda line: line.name == name)
        self.assertEqual(len(lines), 1, name)
        return lines

    def _assert_line(self, name, severity, text, page=None):
        line = self._get_line(name, page)
        self.assertEqual(line.severity, severity, line.message)
        self.assertIn(text, line.message)
        return line

    def _assert_opens(self, line, record):
        """The line's button leads to the record, alone or in a list."""
        action = line.action_open()
        self.assertEqual(action["res_model"], record._name)
        if action.get("res_id"):
            self.assertEqual(action["res_id"], record.id)
        else:
            found = self.env[record._name].with_context(**action["context"])
            self.assertIn(record, found.search(action["domain"]))
