"""Hide comments before a text is searched, so that prose about a name is no use of it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import PurePosixPath

_NOT_NEWLINE = re.compile(r"[^\n]")
_XML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A `//` counts only after white space, so that the one in a URL does not.
_JS_COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))//[^\n]*", re.DOTALL)


def _spaces(text: str) -> str:
    return _NOT_NEWLINE.sub(" ", text)


def _blank_spans(text: str, spans: list[tuple[tuple[int, int], tuple[int, int]]]) -> str:
    """Replace the spans ((line, column), (line, column)), lines from 1, by spaces."""
    lines = text.splitlines(keepends=True)
    for (first, start), (last, end) in spans:
        for number in range(first - 1, last):
            line = lines[number]
            begin = start if number == first - 1 else 0
            stop = end if number == last - 1 else len(line)
            lines[number] = line[:begin] + _spaces(line[begin:stop]) + line[stop:]
    return "".join(lines)


def _docstring_starts(tree: ast.Module) -> set[int]:
    """The lines on which a bare string, a docstring, begins."""
    return {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def blank_python(text: str) -> str:
    """Comments and docstrings as spaces; lines and columns stay. Raises SyntaxError."""
    docstrings = _docstring_starts(ast.parse(text))
    spans = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and token.start[0] in docstrings
        if token.type == tokenize.COMMENT or is_docstring:
            spans.append((token.start, token.end))
    return _blank_spans(text, spans)


def blank_comments(path: PurePosixPath, text: str) -> str:
    """The text with its comments as spaces, by the file's suffix."""
    if path.suffix == ".py":
        return blank_python(text)
    if path.suffix == ".xml":
        return _XML_COMMENT.sub(lambda found: _spaces(found[0]), text)
    if path.suffix == ".js":
        return _JS_COMMENT.sub(lambda found: _spaces(found[0]), text)
    return text


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
