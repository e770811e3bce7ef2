"""The page in a real browser without a window, on the screen and on paper."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from matplotlib.figure import Figure
from PIL import Image

from ctbox.errors import CtboxError
from ctbox.evaluation.reporting import plots
from ctbox.evaluation.reporting.html_style import STYLE
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_document import read_report
from ctbox.workflows.report_pdf import BROWSER_VARIABLE, find_browser, print_pdf, run_browser
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_run import run_report
from ctbox.workflows.samples import get_boxes
from tests.workflows.report_scenes import (
    InlinePool,
    make_card,
    shift_boxes,
    use_rule,
    write_card,
    write_collection,
)

_COUNT_PICTURES = """<script>
const all = [...document.images];
document.title = all.length + ' pictures, ' + all.filter(i => i.naturalWidth > 50).length +
  ' shown, ' + Math.max(0, document.documentElement.scrollWidth - innerWidth) + ' px too wide';
</script></body>"""


@pytest.fixture(scope="module")
def browser() -> Path:
    found = find_browser()
    assert found is not None, "Install Chromium (packaging/setup.sh dev does) to test the page."
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    root = write_collection(folder / "data")
    case = open_case(root, None, TaskContext())
    boxes = {uid: get_boxes(one, uid) for one in case.series for uid in one.annotations}
    models = (write_card(folder, make_card("poor")),)
    with pytest.MonkeyPatch.context() as patch:
        use_rule(patch, boxes, shift_boxes)
        patch.setattr("ctbox.workflows.report_pictures.SHOWN_OF_A_KIND", 1)
        request = ReportRequest(root, None, models, folder / "out", resamples=20)
        run_report(request, TaskContext(), InlinePool())
    return folder / "out" / "report.html"


@pytest.mark.parametrize("width", [480, 1280])
def test_every_picture_is_shown_and_nothing_is_too_wide(
    browser: Path, page: Path, tmp_path: Path, width: int
) -> None:
    counted = tmp_path / "counted.html"
    text = page.read_text(encoding="utf-8")
    counted.write_text(text.replace("</body>", _COUNT_PICTURES), encoding="utf-8")
    options = ["--dump-dom", f"--window-size={width},900"]
    dom = run_browser(browser, str(tmp_path / "profile"), options, counted).decode()
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None
    assert title[1] == "12 pictures, 12 shown, 0 px too wide"


def test_the_page_has_ink_on_the_screen(browser: Path, page: Path, tmp_path: Path) -> None:
    shot = tmp_path / "page.png"
    options = [f"--screenshot={shot}", "--window-size=1200,1600"]
    run_browser(browser, str(tmp_path / "profile"), options, page)
    with Image.open(io.BytesIO(shot.read_bytes())) as picture:
        assert picture.size == (1200, 1600)
        colors = picture.convert("RGB").resize((300, 400)).getcolors(120_000)
    assert colors is not None
    assert len(colors) > 200


def test_the_page_prints_to_pdf(browser: Path, page: Path, tmp_path: Path) -> None:
    made = print_pdf(page, tmp_path / "report.pdf")
    data = made.read_bytes()
    assert data.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) <= 9


def test_tables_of_figures_and_galleries_stay_on_one_sheet(page: Path) -> None:
    tree = html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    kept = {
        id(inner)
        for outer in tree.iter()
        if "keep" in (outer.get("class") or "").split()
        for inner in outer.iter()
    }
    titled = [one for one in tree.iter("table") if one.find("thead/tr/th") is not None]
    loose = {one.find("thead/tr/th").text for one in titled if id(one) not in kept}
    assert loose <= {"Model", "Patient"}  # as long as there are models and left-out series
    assert len(titled) >= 8
    galleries = [one for one in tree.iter("div") if one.get("class") == "gallery"]
    assert len(galleries) == 3
    assert all(id(one) in kept for one in galleries)
    print_style = STYLE[STYLE.index("@media print") :]
    assert ".keep, .keep table { break-inside: avoid; }" in print_style


@pytest.fixture
def figures(page: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """The report's plots, laid out, before they become files."""
    made: dict[str, Figure] = {}

    def lay_out(name: str, _title: str, _alt: str, size: Any, paint: Any) -> None:
        figure = made[name] = Figure(figsize=size, layout="constrained")
        paint(figure)
        figure.draw_without_rendering()

    monkeypatch.setattr(plots, "draw", lay_out)
    (model,) = read_report(page.parent)["models"]
    plots.draw_plots(model["populations"]["unseen"], "")
    return made


def test_nothing_is_written_over_the_data(figures: dict[str, Figure]) -> None:
    assert len(figures) == 6
    checked = 0
    for figure in figures.values():
        (axes,) = figure.axes
        inside = axes.get_window_extent().padded(-1)
        legend = axes.get_legend()
        words = [] if legend is None else [legend]
        for one in [*words, *(text for text in axes.texts if text.get_text())]:
            assert not inside.overlaps(one.get_window_extent())
            checked += 1
    assert checked == 8  # four legends, the mean, the bias and its two limits


def test_without_a_browser_the_error_says_what_to_do(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, str(tmp_path / "no-browser"))
    with pytest.raises(CtboxError, match=r"No Chromium, Chrome or Edge was found"):
        print_pdf(page, tmp_path / "report.pdf")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv(BROWSER_VARIABLE, str(broken))
    with pytest.raises(CtboxError, match="broken could not print the report"):
        print_pdf(page, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()
