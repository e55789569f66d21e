"""Port rules for Python and JavaScript, and those that work on names in any text."""

from __future__ import annotations

import io
import re
import tokenize

_MANIFEST_VERSION = re.compile(r"""(["']version["']\s*:\s*["'])17\.0(?=\.)""")
# `('groups_id', 'in', …)`: only a domain has an operator behind the name.
_GROUPS_DOMAIN = re.compile(
    r"""(?<=[(\[])(\s*["'])groups_id(?=["']\s*,\s*["'](?:=|!=|in|not in|any|not any)["'])"""
)
_GROUPS_ID = re.compile(r"\bgroups_id\b")
_GROUP_USERS = re.compile(
    r"""(\.ref\(\s*["'][\w.]*group_[\w.]*["']\s*\)\.)users\b(\s*(?:[|&+-]=|=(?!=)))?"""
)
_VIEW_TYPES = frozenset(
    "activity calendar form gantt graph hierarchy kanban list map pivot search tree".split()
)
_VIEW_TYPE_STRING = re.compile(r"""([rRuUbB]*)(["'])([a-z, ]*\btree\b[a-z, ]*)\2""")
_TOUR_TEST_KEY = re.compile(r"^[ \t]*test:[ \t]*true,?[ \t]*\n|\btest:\s*true\s*,\s*", re.MULTILINE)
_TOUR_TEXT_STEP = re.compile(r"""(\brun:\s*["'`])text(?=[\s"'`])""")


def manifest_version(text: str) -> str:
    return _MANIFEST_VERSION.sub(r"\g<1>19.0", text)


def groups_in_domains(text: str) -> str:
    return _GROUPS_DOMAIN.sub(r"\1all_group_ids", text)


def groups_id(text: str) -> str:
    return _GROUPS_ID.sub("group_ids", text)


def group_users(text: str) -> str:
    """`env.ref('….group_x').users`: a reading wants everybody, a writing the direct ones."""

    def rename(found: re.Match[str]) -> str:
        assignment = found[2] or ""
        return found[1] + ("user_ids" if assignment else "all_user_ids") + assignment

    return _GROUP_USERS.sub(rename, text)


def view_type_strings(text: str) -> str:
    """`'tree'` and `'tree,form'` as whole string literals; prose that holds the word stays."""
    if "tree" not in text:
        return text
    lines = text.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if token.type != tokenize.STRING or token.start[0] != token.end[0]:
            continue
        found = _VIEW_TYPE_STRING.fullmatch(token.string)
        if not found or not {part.strip() for part in found[3].split(",")} <= _VIEW_TYPES:
            continue
        new = token.string.replace("tree", "list")
        number = token.start[0] - 1
        line = lines[number]
        lines[number] = line[: token.start[1]] + new + line[token.end[1] :]
    return "".join(lines)


def tour_test_key(text: str) -> str:
    return _TOUR_TEST_KEY.sub("", text)


def tour_edit_step(text: str) -> str:
    return _TOUR_TEXT_STEP.sub(r"\1edit", text)
