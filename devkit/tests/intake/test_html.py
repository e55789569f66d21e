"""HTML to lines of text."""

import pytest
from intake import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        (None, ""),
        (" \n ", ""),
        ("plain\nlines", "plain\nlines"),
        ("a < b & c", "a < b & c"),
        ("<pre>a: 1\nb: 2\n\n  c</pre>", "a: 1\nb: 2\n\n  c"),
        ("<pre>a &lt;b@example.com&gt;\r\nc</pre>", "a <b@example.com>\nc"),
        ("<p>a: 1<br>b: 2<br/>c</p>", "a: 1\nb: 2\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<b>a</b>: \n  <i>1</i>", "a: 1"),
        ("a&nbsp;b&#8203;c &uuml;", "a bc ü"),
        ("<ul><li>a: 1</li><li>b: 2</li></ul>", "- a: 1\n- b: 2"),
        ("<table><tr><td>a</td><td>1<tr><td>b:</td><td><b>2</b></table>", "a: 1\nb: 2"),
        ("<table><tr><th>a *</th><td>1<br>2</td></tr></table>", "a: 1\n2"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a: 1\nb: 2"),
        ("<table><tr><td><table><tr><td>a</td><td>1</td></tr></table></td></tr></table>", "a: 1"),
        ("<table><tr><td>a: 1</td></tr><tr><td>b: 2</td></tr></table>", "a: 1\nb: 2"),
        ("<table><tr><td>a</td><td>b</td><td>c</td></tr></table>", "a b c"),
        ("<table><tr><td>a</td><td></td></tr></table>", "a"),
        ("<dl><dt>a</dt><dd>1</dd><dt>b:</dt><dd>2</dd></dl>", "a: 1\nb: 2"),
        ("a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n\n> b\n> c\n> > d\ne"),
        ("<script>x()</script><style>p{}</style><p>a</p><!-- c -->", "a"),
        ("<html><head><title>t</title></head><body>a</body></html>", "a"),
        ('<p style="display:none">x</p>a', "a"),
        ('<a href="mailto:a@example.com">John</a>', "John <a@example.com>"),
        ('<a href="mailto:a@example.com?subject=x">a@example.com</a>', "a@example.com"),
        ('<a href="https://example.com">page</a>', "page"),
        ('<?xml version="1.0" encoding="utf-16"?><html><body>ä</body></html>', "ä"),
        ('<meta charset="iso-8859-1"><p>ä</p>', "ä"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("<p>\x00a\ud800</p>", "a\ufffd"),
        ("<!-- only a comment -->", ""),
        ("<", "<"),
        ("&amp;", "&"),
    ],
)  # fmt: skip
def test_texts(html, text):
    lines = [line.rstrip() for line in html_to_text(html).split("\n")]
    while ">" in lines:
        lines.remove(">")
    assert "\n".join(lines).replace("\n\n\n", "\n\n") == text


def test_deep_nesting_and_size():
    assert "a" in html_to_text("<div>" * 20_000 + "a" + "</div>" * 20_000)
    assert len(html_to_text("<p>word</p>" * 200_000)) > 100_000
