"""Editing XML as text: the places found, and everything else left alone."""

from __future__ import annotations

from xml.parsers import expat

import pytest

from devkit.port.xml_text import XmlDocument


def test_inner_text_and_offsets_hold_with_non_ascii_text_and_quoted_brackets() -> None:
    document = XmlDocument("""<o><!-- é -->\n<record model='m' name="a > b">ü<x/></record></o>""")
    (record,) = document.records("m")
    assert record.line == 2
    assert record.attrib["name"] == "a > b"
    assert document.inner(record) == "ü<x/>"
    assert [node.tag for node in record.children[0].ancestors()] == ["record", "o"]


def test_without_edits_the_text_is_the_same() -> None:
    text = "<?xml version='1.0' encoding='latin-1'?>\n<odoo>\r\n  <![CDATA[<a>]]>&amp;ß\n</odoo>\n"
    assert XmlDocument(text).result() == text


def test_remove_takes_the_line_only_when_the_element_stands_alone() -> None:
    text = "<a>\n  <b/>\n  <c/><d>1</d>\n</a>\n"
    document = XmlDocument(text)
    for element in document.elements:
        if element.tag in "bd":
            document.remove(element)
    assert document.result() == "<a>\n  <c/>\n</a>\n"


def test_several_edits_in_one_tag() -> None:
    document = XmlDocument("""<a><b one="1" two='2' three = "3">x</b></a>""")
    element = document.elements[1]
    document.set_attribute(element, "one", "x")
    document.set_attribute(element, "two", None)
    document.set_attribute(element, "three", "y")
    document.replace_inner(element, "")
    document.insert_after(element, "<c/>")
    assert document.result() == '<a><b one="x" three = "y"></b><c/></a>'


def test_an_attribute_that_is_not_there_is_an_error() -> None:
    document = XmlDocument("<a onename='1'/>")
    with pytest.raises(KeyError, match="name"):
        document.set_attribute(document.elements[0], "name", "x")


def test_indent_is_white_space_only() -> None:
    document = XmlDocument("<a>\n    <b/> <c/>\n</a>")
    assert [document.indent(element) for element in document.elements] == ["", "    ", ""]


def test_broken_xml_raises() -> None:
    with pytest.raises(expat.ExpatError):
        XmlDocument("<a><b></a>")


def test_children_fields_and_records() -> None:
    document = XmlDocument(
        "<o><record model='m'><field name='a'/><x name='a'/><field name='b'/>"
        "<sheet><field name='a'/></sheet></record><record model='n'/><x model='m'/></o>"
    )
    (record,) = document.records("m")
    assert [child.tag for child in record.children] == ["field", "x", "field", "sheet"]
    assert record.fields("a") == [record.children[0]]
    assert record.fields("c") == []
    assert [element.tag for element in document.records("n")] == ["record"]
    root = document.elements[0]
    assert root.parent is None
    assert list(root.ancestors()) == []
    assert record.parent is root


def test_the_ends_of_elements() -> None:
    text = "<o><a x='>'/><b y=\"'>\">é</b ></o>"
    document = XmlDocument(text)
    data = text.encode()
    found = [data[element.start : element.end].decode() for element in document.elements]
    assert found == [text, "<a x='>'/>", '<b y="\'>">é</b >']
    assert [document.inner(element) for element in document.elements[1:]] == ["", "é"]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("<a>\n  <b/>\n</a>", "<a>\n</a>"),
        ("<a>\n  <b>\n  </b>\n</a>", "<a>\n</a>"),
        ("<a>\n  <b/>  \n</a>", "<a>\n</a>"),
        ("<a>\n  x<b/>\n</a>", "<a>\n  x\n</a>"),
        ("<a>\n  <b/>x\n</a>", "<a>\n  x\n</a>"),
        ("<a><b/></a>", "<a></a>"),
        ("<a>\n<b/></a>", "<a>\n</a>"),
        ("<a><b/>\n</a>", "<a>\n</a>"),
        ("<a>\n<b/>\n<b/>\n</a>", "<a>\n</a>"),
    ],
)
def test_what_goes_with_an_element(text: str, result: str) -> None:
    document = XmlDocument(text)
    for element in document.elements[1:]:
        document.remove(element)
    assert document.result() == result


def test_each_edit_finds_its_place_behind_text_of_several_bytes() -> None:
    document = XmlDocument("<a ü='é'>é<b x='é' y='ü'>ü</b>é<c>é</c></a>")
    _root, one, two = document.elements
    document.set_attribute(one, "y", "ö")
    document.replace_inner(one, "ß")
    document.insert_after(one, "<d/>")
    document.replace(two, "<e/>")
    assert document.result() == "<a ü='é'>é<b x='é' y=\"ö\">ß</b><d/>é<e/></a>"


@pytest.mark.parametrize(
    ("text", "indent"),
    [("<b/>", ""), ("<a>\n\t <b/></a>", "\t "), ("<a>\n x <b/></a>", ""), ("<a> <b/></a>", "")],
)
def test_the_indentation_of_an_element(text: str, indent: str) -> None:
    document = XmlDocument(text)
    assert document.indent(document.elements[-1]) == indent


@pytest.mark.parametrize("text", ["<a>", "<a/><b/>", "", "<a x=1/>", "<a>&b;</a>"])
def test_what_is_not_well_formed_raises(text: str) -> None:
    with pytest.raises(expat.ExpatError):
        XmlDocument(text)


@pytest.mark.parametrize("text", ["<a/>", "<a>\n</a>", "<a/>\n"])
def test_the_outermost_element_can_go_too(text: str) -> None:
    document = XmlDocument(text)
    document.remove(document.elements[0])
    assert document.result() == ""
