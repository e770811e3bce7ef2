"""Bytes of unknown origin to an XML tree: no DTD, no entities, no network, no huge tree.

Nothing of a file's text is repeated in the errors, because readers' names stand in it.
"""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from ctbox.errors import AnnotationError

MAX_XML_BYTES = 5_000_000  # the collection's largest file has under 2 kB

_APPLE_STUBS = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")  # AppleDouble, AppleSingle
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']\s*([^\"']*?)\s*[\"']")
# In each of these "<" and ASCII letters are their own bytes (or those bytes and zeros), so
# that a search for "<!DOCTYPE" sees what the parser will see.
_PLAIN_ENCODINGS = re.compile(
    r"utf-?8|utf-?(16|32)(le|be)?|(us-)?ascii|iso-?8859-[0-9]+|latin-?1|windows-125[0-9]"
    r"|cp125[0-9]|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr|cn)|koi8-[ru]"
)
_BYTE_ORDER_MARKS = b"\xef\xbb\xbf\xff\xfe"  # of UTF-8 and UTF-16, as a set of bytes
_FALLBACK_ENCODING = "iso-8859-1"


def _refuse(source: str, message: str, hint: str) -> AnnotationError:
    return AnnotationError(message, hint, source)


def _check_bytes(data: bytes, source: str) -> None:
    if len(data) > MAX_XML_BYTES:
        limit = MAX_XML_BYTES // 1_000_000
        message = f"This file is larger than {limit} MB, too large for one slice's boxes."
        raise _refuse(source, message, "Check that it is an annotation file.")
    if not data.strip():
        raise _refuse(source, "This annotation file is empty.", "Copy it again from where it came.")
    if data.startswith(_APPLE_STUBS):
        message = "This is a macOS resource-fork stub, not XML."
        raise _refuse(source, message, "Copy the real file of this name from the collection.")


def _check_markup(data: bytes, source: str) -> None:
    # UTF-16 and UTF-32 put zeros between ASCII letters.
    plain = data.replace(b"\0", b"") if b"\0" in data else data
    declared = _find_encoding(plain)
    if declared is not None and not _PLAIN_ENCODINGS.fullmatch(declared):
        message = f"This file claims the text encoding {declared[:20]}, which is not accepted."
        raise _refuse(source, message, "Save it as UTF-8.")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise _refuse_doctype(source)


def _refuse_doctype(source: str) -> AnnotationError:
    message = "This file brings a document type (DOCTYPE), which may hide entities."
    return _refuse(source, message, "Remove the DOCTYPE if you trust the file.")


def _find_encoding(plain: bytes) -> str | None:
    start = plain[:8].lstrip(_BYTE_ORDER_MARKS)
    match = _ENCODING.search(plain, 0, plain.find(b"?>")) if start.startswith(b"<?xml") else None
    return None if match is None else match.group(1).decode("ascii", "replace").lower()


def _make_parser(encoding: str | None) -> etree.XMLParser:
    # A parser a call: lxml serialises threads that share one.
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
    )


def _is_mislabelled(data: bytes) -> bool:
    if _find_encoding(data) not in (None, "utf-8", "utf8", "us-ascii", "ascii") or b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _parse(data: bytes, source: str) -> etree._Element:
    try:
        return etree.fromstring(data, _make_parser(None))
    except etree.XMLSyntaxError as error:
        if _is_mislabelled(data):
            return _parse_as_latin(data, source)
        raise _refuse_damaged(source, error) from None


def _parse_as_latin(data: bytes, source: str) -> etree._Element:
    # Written in a local code page without saying so. Only names are lost by reading it as
    # Latin-1, and ctbox uses none of them: numbers and letters are ASCII everywhere.
    try:
        return etree.fromstring(data, _make_parser(_FALLBACK_ENCODING))
    except etree.XMLSyntaxError as error:
        raise _refuse_damaged(source, error) from None


def _refuse_damaged(source: str, error: etree.XMLSyntaxError) -> AnnotationError:
    line, column = error.position
    message = f"This is no well-formed XML: it breaks at line {line}, column {column}."
    return _refuse(source, message, "Open it in a text editor, or copy it again.")


def parse_xml(data: bytes, source: str) -> etree._Element:
    """Return the root element of an XML file that may be hostile.

    Parameters
    ----------
    data : bytes
        The whole file.
    source : str
        What to call it in errors.

    Raises
    ------
    AnnotationError
        If the file is empty, larger than 5 MB, a macOS stub, brings a DOCTYPE or entities,
        claims an encoding that could hide them, nests too deeply, or is not well-formed.
    """
    _check_bytes(data, source)
    data = data.lstrip(b" \t\r\n")  # blank lines before the declaration do no harm
    _check_markup(data, source)
    root = _parse(data, source)
    internal_dtd = cast("etree.DTD | None", root.getroottree().docinfo.internalDTD)
    if internal_dtd is not None:
        raise _refuse_doctype(source)
    return root
