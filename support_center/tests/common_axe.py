"""axe-core, which looks at our pages as those do who cannot see, or not well."""

import importlib.util
from pathlib import Path
from unittest import SkipTest

AXE_URL = "/support_center_tests/axe.min.js"
# What Odoo's web client draws round and inside our views; nobody can mend it from here.
ODOO_OWN = (
    ".o_control_panel",
    ".o_priority",  # its stars tell nothing of being chosen
    ".o_list_record_selector, th .form-check",
    ".o_optional_columns_dropdown",
    ".o_m2o_avatar",
    ".o_field_kanban_activity i, .o_field_list_activity i",
    ".o_notebook_headers",
    ".o_calendar_sidebar_container, .oi-panel-right",
    ".settings_tab",
    ".o_setting_right_pane .text-muted",  # the grey of help texts
    ".o_footer",
    ".o_field_badge",
    # Odoo 19
    "button.btn-light.position-absolute",  # folds the search panel
    ".o_select_menu_input",
    ".o_kanban_header",
    ".o_clipboard_button",
    "div.o-dropdown.dropdown-toggle",
)


def publish_axe(env):
    """Let pages load axe-core from ``AXE_URL``.

    :raise SkipTest: where it is not installed
    """
    found = importlib.util.find_spec("axe_playwright_python")
    if not found or not found.origin:
        raise SkipTest("axe-core is not installed: pip install axe-playwright-python")
    env["ir.attachment"].create(
        {
            "name": "axe.min.js",
            "url": AXE_URL,
            "raw": Path(found.origin).with_name("axe.min.js").read_bytes(),
            "mimetype": "application/javascript",
            "public": True,
        }
    )
