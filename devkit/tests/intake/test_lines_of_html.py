"""HTML mails as lines of text: what a reader sees is kept, what nobody sees is not."""

import pytest
from intake import html_to_text


@pytest.mark.parametrize(
    "tag",
    ["address", "article", "aside", "center", "div", "fieldset", "figure", "footer", "form", "h1",
     "h2", "h3", "h4", "h5", "h6", "header", "main", "nav", "section"],
)  # fmt: skip
def test_blocks_are_lines_of_their_own(tag):
    assert html_to_text(f"<div>a<{tag}>b</{tag}>c</div>") == "a\nb\nc"
    assert html_to_text(f"<div><{tag}><{tag}>b</{tag}></{tag}>c</div>") == "b\nc"


@pytest.mark.parametrize("tag", ["p", "ul", "ol", "dl", "pre", "table"])
def test_blocks_with_an_empty_line_round_them(tag):
    assert html_to_text(f"<div>a</div><{tag}>b</{tag}><div>c</div>") == "a\n\nb\n\nc"
    assert html_to_text(f"<{tag}>b</{tag}><{tag}>c</{tag}>") == "b\n\nc"


@pytest.mark.parametrize("tag", ["b", "i", "span", "a", "font", "u", "em", "strong", "small"])
def test_other_tags_stay_in_their_line(tag):
    assert html_to_text(f"a<{tag}>b</{tag}>c") == "abc"
    assert html_to_text(f"a <{tag}> b </{tag}> c") == "a b c"


@pytest.mark.parametrize(
    "html",
    ["<script>x</script>", "<style>x</style>", "<template>x</template>", "<noscript>x</noscript>",
     "<svg><text>x</text></svg>", "<object>x</object>", "<title>x</title>", "<!-- x -->",
     "<?x y?>", '<p style="display:none">x</p>', '<p style="color:red; DISPLAY : NONE;">x</p>',
     '<div style="display: none"><p>x<b>x</b></p></div>'],
)  # fmt: skip
def test_what_nobody_sees_is_left_out(html):
    assert html_to_text(f"<b>a</b>{html}b") in ("ab", "a\nb")
    assert html_to_text(f"<div>{html}</div>") == ""


@pytest.mark.parametrize(
    "html",
    ['<p style="display:block">x</p>', '<p style="color:red">x</p>', "<p hidden-not>x</p>",
     "<center>x</center>", "<label>x</label>", "<button>x</button>"],
)  # fmt: skip
def test_what_a_reader_sees_is_kept(html):
    assert html_to_text(html) == "x"


def test_the_head_is_no_text():
    html = "<html><head><title>t</title><style>s</style></head><body>a</body></html>"
    assert html_to_text(html) == "a"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a \n\t b</p>", "a b"),
        ("<p> a </p>", "a"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<p>a<br><br><br><br>b</p>", "a\n\nb"),
        ("<p>a </p> <p> b</p>", "a\n\nb"),
        ("<div>a<hr>b</div>", "a\n" + "_" * 32 + "\nb"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
        ("<ol><li>a<ul><li>b</li></ul></li></ol>", "- a\n\n- b"),
        # Preformatted text keeps its lines and blanks.
        ("<pre>a  b\n  c\n\n\td</pre>", "a  b\n  c\n\n\td"),
        ("<textarea>a  b\nc</textarea>d  e", "a  b\ncd e"),
        ("<pre>a  b</pre>c  d", "a  b\n\nc d"),
        ("<pre>a\n<b>b\nc</b>d</pre>", "a\nb\ncd"),
        # Quotations.
        ("<blockquote>a</blockquote>", "> a"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<blockquote><blockquote>a</blockquote>b</blockquote>", "> > a\n> b"),
        ("<blockquote>" * 9 + "a" + "</blockquote>" * 9, "> " * 8 + "a"),
        ("<blockquote>" * 7 + "a" + "</blockquote>" * 7, "> " * 7 + "a"),
        # Links to an address.
        ('<a href="mailto:a@example.com">John</a>', "John <a@example.com>"),
        ('<a href="MAILTO:a@example.com">John</a>', "John <a@example.com>"),
        ('<a href="mailto:a@example.com?cc=b@example.com">John</a>', "John <a@example.com>"),
        ('<a href="mailto:a@example.com">b@example.com</a>', "b@example.com"),
        ('<a href="mailto:John">John</a>', "John"),
        ('<a href="mailto:">John</a>', "John"),
        ("<a>John</a>", "John"),
        ('<a href="https://example.com/@x">John</a>', "John"),
        ('<b href="mailto:a@example.com">John</b>', "John"),
        ('c@example.com, <a href="mailto:a@example.com">John</a>', "c@example.com, John"),
        # No HTML at all.
        ("a &lt; b", "a < b"), ("&#65;&#x42;", "AB"), ("a < b", "a < b"), ("1<2", "1<2"),
        ("\n\n a\n b \n\n", " a\n b "), ("&", "&"), ("&x", "&x"), ("R&D; x", "R&D; x"),
        ("x\u00a0y\r\nz", "x y\nz"),
        # A picture in the text.
        ('<img src="data:image/png;base64,' + "A" * 2_000_000 + '">a', "a"),
    ],
)  # fmt: skip
def test_lines(html, text):
    # A blank line at the end of a quotation says nothing.
    lines = [line for line in html_to_text(html).split("\n") if not line or line.strip("> ")]
    assert "\n".join(lines) == text


# ----------------------------------------------------------------------------
# Tables and definitions
# ----------------------------------------------------------------------------


def _row(*cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (_row("a", "1"), "a: 1"),
        (_row("a", "1", tag="th"), "a: 1"),
        (_row("a:", "1"), "a: 1"),
        (_row("a ：* ", "1"), "a: 1"),
        (_row(" * ", "1"), "1"),
        (_row("", "a", "", "1"), "a: 1"),
        (_row("a", ""), "a"),
        (_row("a"), "a"),
        (_row("a", "b", "c"), "a b c"),
        (_row("a", "1<br>2<br><br>3"), "a: 1\n2\n3"),
        (_row("a<br>b", "1"), "a\nb 1"),
        (_row("x" * 80, "1"), "x" * 80 + ": 1"),
        (_row("x" * 81, "1"), "x" * 81 + " 1"),
        (_row("<b>a</b> b", "<i>1</i> 2 <u>3</u> 4"), "a b: 1 2 3 4"),
        (_row("a", "<script>x</script>1"), "a: 1"),
        (_row("a", "<ul><li>1</li></ul>"), "a: - 1"),
        (_row("a", "<dl><dt>b</dt><dd>1</dd></dl>"), "a\nb: 1"),
        (_row("a", "<blockquote>1</blockquote>"), "a\n\n> 1"),
        (_row("a", "1") + _row("b", "2"), "a: 1\nb: 2"),
        # Headings above one row of values.
        (_row("a", "b", tag="th") + _row("1", "2"), "a: 1\nb: 2"),
        (_row("a:", "b *", "c", tag="th") + _row("1", "", "3"), "a: 1\nb:\nc: 3"),
        (_row("a", "", tag="th") + _row("1", "2"), "a: 1\n2"),
        # No such table.
        (_row("a", "b", "c", tag="th") + _row("1", "2", "3") + _row("4", "5", "6"),
         "a b c\n1 2 3\n4 5 6"),
        (_row("a", "b", "c", tag="th") + _row("1", "2"), "a b c\n1: 2"),
        (_row("a", "b", "c") + _row("1", "2", "3"), "a b c\n1 2 3"),
        (_row("a", tag="th") + _row("1"), "a\n1"),
        ("<tr><th>a</th><td>b</td></tr>" + _row("1", "2"), "a: b\n1: 2"),
        (_row("a", "b", tag="th") + _row("1", "<blockquote>2</blockquote>"), "a: b\n1\n\n> 2"),
        (_row("a", "b", tag="th"), "a: b"),
        (_row("a", "b", "c", tag="th") + _row("1", "2", "<table><tr><td>3</td></tr></table>"),
         "a b c\n1 2\n\n3"),
    ],
)  # fmt: skip
def test_rows_of_a_table(html, text):
    lines = html_to_text(f"<table>{html}</table>").split("\n")
    assert "\n".join(line.rstrip() for line in lines) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<dt>a</dt><dd>1</dd><dt>b :</dt><dd>2</dd>", "a: 1\nb: 2"),
        ("<dt>a</dt><dd>1</dd><dd>2</dd>", "a: 1\n2"),
        ("<dd>1</dd>", "1"),
        ("<dt>a</dt><dt>b</dt><dd>1</dd>", "b: 1"),
        ("<dt>a</dt>", "a"),
        ("<dt>a</dt><dd><table><tr><td>b</td><td>1</td></tr></table></dd>", "a\n\nb: 1"),
        ("<div><dt>a</dt><dd>1</dd></div>", "a\n1"),
    ],
)
def test_definitions(html, text):
    assert html_to_text(f"<dl>{html}</dl>") == text


def test_text_round_a_table_is_kept():
    table = f"<table>{_row('a', '1')}</table>"
    assert html_to_text(f"before{table}after") == "before\n\na: 1\n\nafter"
    assert html_to_text("<dl><dt>a</dt><dd>1</dd></dl>after") == "a: 1\nafter"


# ----------------------------------------------------------------------------
# What is no HTML for the library, or too deep for it
# ----------------------------------------------------------------------------


def _deep(html):
    return "<div>" * 5000 + html + "</div>" * 5000


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a", "a"),
        ("a<p>b</p>c", "a\nb\nc"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("a<h2>b</h2>c<li>d</li>e", "a\nb\nc\nd\ne"),
        ("a<span>b</span> c", "ab c"),
        ("a\n b", "a b"),
        ("a &amp; b&nbsp;c", "a & b c"),
        ("a<script>x = 1</script>b<style>p{}</style>c<!-- d -->e", "abce"),
        ("a<p></p><p></p><p></p><p></p>b", "a\n\nb"),
        ("a<table><tr><td>b</td></tr></table>c", "a\nb\nc"),
        ("a<blockquote>b</blockquote><dl><dt>c</dt><dd>d</dd></dl><pre>e</pre>f",
         "a\nb\n\nc\nd\n\ne\nf"),
    ],
)  # fmt: skip
def test_what_is_nested_too_deep_loses_its_tags_only(html, text):
    assert html_to_text(_deep(html)).split() == text.split()


def test_a_page_of_more_than_a_million_characters_is_read_in_part():
    text = html_to_text("<p>a</p>" + "<i>x</i>" * 200_000 + "<p>end</p>")
    assert text.startswith("a\n\nxxx")
    assert 0 < text.count("x") < 130_000
    assert "end" not in text
