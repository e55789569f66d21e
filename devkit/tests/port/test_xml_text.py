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
