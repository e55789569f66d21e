from lxml import etree

from odoo.tests import tagged

from ..common import STATE_COLORS, SupportCase

VIEW_TYPES = ("tree", "list", "form", "kanban")
# How long ago or ahead something is, in days.
DAY_WIDGETS = {"remaining_days"}


@tagged("post_install", "-at_install")
class TestLooks(SupportCase):
    """What all pages have in common."""

    def _list_fields(self, node, model, types=VIEW_TYPES):
        """The visible fields of a view, with those of its sublists.

        :return: list of tuples of a node and its field
        """
        found = []
        for child in node:
            field = model._fields.get(child.get("name")) if child.tag == "field" else None
            if field is not None and not {"1", "True"} & {
                child.get("invisible"),
                child.get("column_invisible"),
            }:
                found.append((child, field))
            sub = self.env[field.comodel_name] if field is not None and field.relational else model
            found += self._list_fields(child, sub)
        return found

    def _list_all_fields(self):
        views = self.env["ir.model.data"].search(
            [("module", "=", "support_center"), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(views.mapped("res_id")).exists()
        found = []
        for view in views.filtered(lambda v: v.model in self.env and v.type in VIEW_TYPES):
            arch = etree.fromstring(view.arch)
            if view.type == "kanban":
                # Before the template stands what is read, not what is shown.
                arch = arch.find(".//templates")
            found += [
                (f"{view.key or view.name}: {node.get('name')}", node, field)
                for node, field in self._list_fields(arch, self.env[view.model])
            ]
        return found

    def test_moments_are_shown_without_seconds(self):
        moments = [each for each in self._list_all_fields() if each[2].type == "datetime"]
        self.assertGreater(len(moments), 20)
        with_seconds = [
            name
            for name, node, _field in moments
            if node.get("widget") not in {"support_datetime", *DAY_WIDGETS}
        ]
        self.assertFalse(with_seconds)

    def test_moments_have_their_width_in_lists(self):
        """Odoo 17 knows how wide a moment is by the name of its own widget only."""
        lists = [
            node
            for _name, node, field in self._list_all_fields()
            if field.type == "datetime"
            and node.get("widget") == "support_datetime"
            and node.getparent().tag in ("tree", "list")
        ]
        self.assertGreater(len(lists), 10)
        self.assertFalse([node.get("name") for node in lists if not node.get("width")])

    def test_a_state_has_one_colour_everywhere(self):
        states = [
            state for state, _label in self.env["support.appointment"]._fields["state"].selection
        ]
        badges = 0
        for name, node, field in self._list_all_fields():
            if field.type != "selection" or node.get("widget") != "badge":
                continue
            selection = field.get_description(self.env).get("selection")
            if [value for value, _label in selection] != states:
                continue
            badges += 1
            colors = {
                key.removeprefix("decoration-"): value
                for key, value in node.attrib.items()
                if key.startswith("decoration-")
            }
            expected = {
                color: f"{field.name} == '{state}'" for state, color in STATE_COLORS.items()
            }
            self.assertEqual(colors, expected, name)
        self.assertGreaterEqual(badges, 2)
