"""Makes the pictures of docs/report.md in docs/images: the page, the results, two compared.

Usage: ``python docs/report_pictures.py``. Phantoms are made and judged, which takes a minute or
two; the page is pictured by a browser of the Chromium family. Never keep pictures of real patients
here.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from make_screenshots import IMAGES, SEED, SIZE, Photographer

from ctbox.gui.app import build_app, find_application
from ctbox.gui.report.comparison import ComparisonDialog
from ctbox.gui.report.window import ResultWindow
from ctbox.phantom.collection import write_collection
from ctbox.progress import TaskContext
from ctbox.workflows.report_pdf import find_browser, run_browser
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_run import run_report
from ctbox.workflows.report_tasks import open_report

PATIENTS = 8
PAGE_SIZE = (1100, 1150)
COMPARED_THRESHOLD = 0.6


def write_reports(root: Path) -> tuple[Path, Path]:
    """Judge phantoms by the shipped model, at a threshold too high and at its own."""
    case = root / "Lung-PET-CT-Dx"
    write_collection(case, PATIENTS, SEED, TaskContext())
    strict, own = root / f"threshold {COMPARED_THRESHOLD:g}", root / "the model's own threshold"
    request = ReportRequest(case, None, (), strict, device="cpu", threshold=COMPARED_THRESHOLD)
    run_report(request, TaskContext())
    run_report(ReportRequest(case, None, (), own, device="cpu"), TaskContext())
    return strict, own


def take_page_picture(report: Path, scratch: Path) -> None:
    """Keep the top of the page as a browser shows it."""
    browser = find_browser()
    if browser is None:
        raise OSError("No Chromium, Chrome or Edge was found to picture the page with.")
    width, height = PAGE_SIZE
    target = IMAGES / "report-page.png"
    options = [f"--screenshot={target}", f"--window-size={width},{height}", "--hide-scrollbars"]
    run_browser(browser, str(scratch / "profile"), options, report / "report.html")


def take_window_pictures(first: Path, second: Path) -> None:
    """Keep the table of results and the comparison."""
    application = find_application()
    app = build_app()
    app.window.resize(*SIZE)
    app.window.show()
    camera = Photographer(application, app)
    camera.settle()
    earlier, later = (open_report(path, TaskContext()) for path in (first, second))
    results = ResultWindow(later)
    results.resize(1180, 520)
    results.show()
    results.table.selectRow(0)
    camera.keep("report-results", results)
    results.close()
    comparison = ComparisonDialog(earlier, later, app.window)
    comparison.resize(860, 520)
    comparison.show()
    camera.keep("report-comparison", comparison)
    comparison.close()
    app.close()


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory(prefix="ctbox-pictures-") as scratch:
        os.environ["CTBOX_HOME"] = str(Path(scratch) / "home")
        first, second = write_reports(Path(scratch))
        take_page_picture(second, Path(scratch))
        take_window_pictures(first, second)


# A worker process imports this file anew: it must do nothing then.
if __name__ == "__main__":
    main()
