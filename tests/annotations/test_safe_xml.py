from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctbox.annotations.safe_xml import MAX_XML_BYTES, parse_xml
from ctbox.errors import AnnotationError
from tests.annotations.samples import APPLE_STUB, make_object, make_voc

BILLION_LAUGHS = (
    b'<!DOCTYPE annotation [<!ENTITY l0 "ha">'
    + b"".join(
        b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    + b"]><annotation><xmin>&l9;</xmin></annotation>"
)
QUADRATIC = (
    b'<!DOCTYPE annotation [<!ENTITY a "' + b"a" * 50_000 + b'">]>'
    b"<annotation>" + b"&a;" * 50_000 + b"</annotation>"
)


def refuse(data: bytes) -> str:
    with pytest.raises(AnnotationError) as caught:
        parse_xml(data, "A0001/1.2.xml")
    text = str(caught.value)
    assert text.startswith("A0001/1.2.xml: ")
    assert caught.value.hint
    return text


@pytest.mark.parametrize("data", [b"", b"  \n", b"\r\n\t"])
def test_empty_file_is_named_empty(data: bytes) -> None:
    assert "empty" in refuse(data)


def test_macos_stub_is_named() -> None:
    assert "macOS resource-fork stub, not XML" in refuse(APPLE_STUB)


def test_file_over_the_limit_is_refused_before_parsing() -> None:
    assert "larger than 5 MB" in refuse(b"<annotation>" + b" " * MAX_XML_BYTES)


@pytest.mark.parametrize("bomb", [BILLION_LAUGHS, QUADRATIC], ids=["billion laughs", "quadratic"])
def test_entity_bomb_is_refused_at_once(bomb: bytes) -> None:
    start = time.perf_counter()
    assert "DOCTYPE" in refuse(bomb)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE annotation>",
        '<!DOCTYPE annotation SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE annotation PUBLIC "-//X" "x.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_document_type_is_refused_in_any_encoding(prologue: str, encoding: str) -> None:
    assert "DOCTYPE" in refuse(f"{prologue}<annotation/>".encode(encoding))


def test_external_entity_does_not_leak_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    data = (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><annotation>&x;</annotation>'
    ).encode()
    assert "TOPSECRET" not in refuse(data)


@pytest.mark.parametrize("encoding", ["UTF-7", "cp037", "EBCDIC-CP-US", "nonsense"])
@pytest.mark.parametrize("gap", ["", " " * 5_000], ids=["plain", "far off"])
def test_encoding_that_could_hide_a_document_type_is_refused(encoding: str, gap: str) -> None:
    # "+ADw-" is "<" in UTF-7.
    data = f'\n<?xml version="1.0"{gap} encoding="{encoding}"?>+ADwAIQ-DOCTYPE a><annotation/>'
    assert "encoding" in refuse(data.encode())


def test_undeclared_entity_is_refused() -> None:
    assert "well-formed" in refuse(b"<annotation>&secret;</annotation>")


@pytest.mark.parametrize("depth", [2_500, 500_000])
def test_deep_nesting_is_refused_without_a_crash(depth: int) -> None:
    refuse((b"<a>" * depth + b"</a>" * depth)[:MAX_XML_BYTES])


@pytest.mark.parametrize(
    "data",
    [
        b"not XML at all",
        b"<annotation>",
        b"<annotation></other>",
        b"<annotation/><annotation/>",
        b"\x00\x00\x00\x00",
        b"PK\x03\x04" + bytes(40),
        make_voc(make_object())[:-30],
        make_voc(make_object()) + b"\x00\x00",
    ],
)
def test_damage_is_named_with_its_place(data: bytes) -> None:
    assert "breaks at line" in refuse(data)


def test_errors_repeat_nothing_of_the_content() -> None:
    data = make_voc(make_object()).replace(b"</folder>", b"</Secret Reader>")
    assert "Secret" not in refuse(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<annotation/>",
        b"\n\n <annotation/>",
        b"\xef\xbb\xbf<annotation/>",
        b'\n<?xml version="1.0" encoding="utf-8"?><annotation/>',
        "<annotation><folder>张</folder></annotation>".encode("utf-16"),
        ('<?xml version="1.0" encoding="gb18030"?><annotation>张</annotation>').encode("gb18030"),
        # Local code pages that do not say so:
        "<annotation><folder>张三</folder></annotation>".encode("gb18030"),
        '<?xml version="1.0" encoding="utf-8"?><annotation>Müller</annotation>'.encode("cp1252"),
    ],
)
def test_ordinary_encodings_are_read(data: bytes) -> None:
    assert parse_xml(data, "x.xml").tag == "annotation"
