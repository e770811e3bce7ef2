"""The doctor's HTML: one file, well-formed, nothing of the data unescaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ctbox.workflows.doctor_checks import ALL_CHECKS, LABEL_MISMATCH, NOT_XML, ORPHAN, TWIN_BOXES
from ctbox.workflows.doctor_html import SHOWN_PLACES, format_count, format_html
from ctbox.workflows.doctor_report import DoctorReport, Examined, Finding, Item, NotChecked

EVIL = "<script>alert(\"x\")</script>&<b a='1'>"
VOID = {"meta", "br", "hr", "img", "link"}


class Strict(HTMLParser):
    """Collects tags and complains of what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def make_report(count: int = 3) -> DoctorReport:
    items = tuple(Item(f"{EVIL}/{i}.xml", EVIL) for i in range(count))
    return DoctorReport(
        Examined(annotation_files=31_562, boxes=31_659),
        (Finding(LABEL_MISMATCH, items), Finding(NOT_XML, items[:1])),
        (ORPHAN,),
        (NotChecked(TWIN_BOXES, EVIL),),
    )


def parse(document: str) -> Strict:
    parser = Strict()
    parser.feed(document)
    parser.close()
    assert parser.open == []
    return parser


def test_it_is_whole_and_holds_all() -> None:
    document = format_html(make_report())
    parser = parse(document)
    assert document.startswith("<!DOCTYPE html>")
    assert "Research use only, not for diagnosis." in parser.text
    assert "31,562" in parser.text
    for text in (LABEL_MISMATCH.title, LABEL_MISMATCH.explanation, LABEL_MISMATCH.action):
        assert text in parser.text
    assert "Some findings need a person." in parser.text
    assert "not checked" in parser.text
    assert "3 boxes" in parser.text


def test_every_text_of_the_data_is_escaped() -> None:
    document = format_html(make_report())
    parser = parse(document)
    assert {tag for tag, _ in parser.seen}.isdisjoint({"script", "b"})
    assert EVIL not in document
    assert parser.text.count(EVIL) == 2 * 3 + 2 + 1


def test_it_needs_nothing_beside_it() -> None:
    parser = parse(format_html(make_report()))
    assert {"link", "img", "script", "iframe", "object"}.isdisjoint(tag for tag, _ in parser.seen)
    document = format_html(make_report())
    assert not re.search(r"(?:src|url)\s*[=(]|https?:", document)
    targets = [attrs["href"] for tag, attrs in parser.seen if tag == "a"]
    ids = {f"#{attrs['id']}" for _, attrs in parser.seen if "id" in attrs}
    assert set(targets) == ids == {"#label-mismatch", "#not-xml"}
    assert "@media print" in document


def test_long_lists_are_folded_and_whole() -> None:
    document = format_html(make_report(SHOWN_PLACES + 1_200))
    parser = parse(document)
    shown, folded = document.split("<details>", 1)
    assert shown.count("<li><code>") == SHOWN_PLACES
    assert folded.split("</details>")[0].count("<li><code>") == 1_200
    assert f"{SHOWN_PLACES + 1_200:,} boxes" in parser.text
    assert "1,200 more" in parser.text


def test_an_empty_report() -> None:
    report = DoctorReport(Examined(), (), ALL_CHECKS, ())
    assert "Nothing here needs a person" in parse(format_html(report)).text


def test_counts_have_their_plural() -> None:
    def count(number: int, check: object) -> str:
        return format_count(Finding(check, (Item("x"),) * number))  # type: ignore[arg-type]

    assert [count(1, NOT_XML), count(2, NOT_XML)] == ["1 file", "2 files"]
    assert count(2, LABEL_MISMATCH) == "2 boxes"
    series = next(check for check in ALL_CHECKS if check.unit == "series")
    assert count(2, series) == "2 series"
