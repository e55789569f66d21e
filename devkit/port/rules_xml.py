"""Port rules for XML that need to know where in the document a thing stands."""

from __future__ import annotations

import re

from .xml_text import Element, XmlDocument

_INTEGER = re.compile(r"\s*([+-]?\d+)\s*")
_KANBAN_TEMPLATE = re.compile(r"""(\bt-name\s*=\s*["'])kanban-(box|menu)(?=["'])""")
_KANBAN_NAMES = {"box": "card", "menu": "menu"}
_CHATTER_FIELDS = frozenset({"message_follower_ids", "activity_ids", "message_ids"})
_CHATTER_ATTRIBUTES = frozenset({"name", "widget", "groups"})


def group_users(text: str) -> str:
    document = XmlDocument(text)
    for group in document.records("res.groups"):
        for field in group.fields("users"):
            document.set_attribute(field, "name", "user_ids")
    return document.result()


def group_privilege(text: str) -> str:
    """One privilege for each category that groups of this file stand in.

    The category must be declared in the same file, before its groups; its name becomes
    the privilege's. A group in a foreign category stays, and is a leftover.
    """
    document = XmlDocument(text)
    categories = {
        record.attrib.get("id", ""): record for record in document.records("ir.module.category")
    }
    used: dict[str, Element] = {}
    for group in document.records("res.groups"):
        for field in group.fields("category_id"):
            name = field.attrib.get("ref", "").rpartition(".")[2]
            category = categories.get(name)
            if category is None or category.start > group.start:
                continue
            used[name] = category
            document.set_attribute(field, "name", "privilege_id")
            document.set_attribute(field, "ref", privilege_id(name))
    for name, category in used.items():
        document.insert_after(category, _privilege(document, name, category))
    return document.result()


def privilege_id(category: str) -> str:
    """The XML id of the privilege made for a category of ours."""
    return f"res_groups_privilege_{category.removeprefix('module_category_')}"


def _privilege(document: XmlDocument, category_id: str, category: Element) -> str:
    label = "".join(document.inner(field) for field in category.fields("name")).strip()
    outer = document.indent(category)
    inner = outer + "    "
    lines = (
        f'{outer}<record id="{privilege_id(category_id)}" model="res.groups.privilege">',
        f'{inner}<field name="name">{label}</field>',
        f'{inner}<field name="category_id" ref="{category_id}"/>',
        f"{outer}</record>",
    )
    return "\n" + "\n".join(lines)


def cron_fields(text: str) -> str:
    document = XmlDocument(text)
    for cron in document.records("ir.cron"):
        for field in (*cron.fields("numbercall"), *cron.fields("doall")):
            document.remove(field)
    return document.result()


def timed_rule_range(text: str) -> str:
    """Only literal integers; anything computed is a leftover."""
    document = XmlDocument(text)
    for rule in document.records("base.automation"):
        if rule.fields("trg_date_range_mode"):
            continue
        for field in rule.fields("trg_date_range"):
            in_eval = "eval" in field.attrib
            value = field.attrib["eval"] if in_eval else document.inner(field)
            found = _INTEGER.fullmatch(value)
            if not found:
                continue
            number = int(found[1])
            if number < 0 and in_eval:
                document.set_attribute(field, "eval", str(-number))
            elif number < 0:
                document.replace_inner(field, str(-number))
            mode = "before" if number < 0 else "after"
            document.insert_after(
                field,
                f'\n{document.indent(field)}<field name="trg_date_range_mode">{mode}</field>',
            )
    return document.result()


def act_window_target(text: str) -> str:
    document = XmlDocument(text)
    for action in document.records("ir.actions.act_window"):
        for field in action.fields("target"):
            if document.inner(field).strip() == "inline":
                document.replace_inner(field, "current")
    return document.result()


def chatter(text: str) -> str:
    """Only the plain form with its known fields; options would be lost without a word."""
    document = XmlDocument(text)
    for element in document.elements:
        if element.tag != "div" or element.attrib != {"class": "oe_chatter"}:
            continue
        if all(_is_chatter_field(child) for child in element.children):
            document.replace(element, "<chatter/>")
    return document.result()


def _is_chatter_field(element: Element) -> bool:
    return (
        element.tag == "field"
        and element.attrib.get("name") in _CHATTER_FIELDS
        and element.attrib.keys() <= _CHATTER_ATTRIBUTES
        and not element.children
    )


def search_group(text: str) -> str:
    """Groups inside <search>, and in inherited views those that say `expand`."""
    document = XmlDocument(text)
    for element in document.elements:
        if element.tag != "group":
            continue
        in_search = any(ancestor.tag == "search" for ancestor in element.ancestors())
        if in_search or "expand" in element.attrib:
            for name in ("expand", "string"):
                if name in element.attrib:
                    document.set_attribute(element, name, None)
    return document.result()


def kanban_templates(text: str) -> str:
    return _KANBAN_TEMPLATE.sub(lambda found: found[1] + _KANBAN_NAMES[found[2]], text)
