"""Print a report's page to PDF with a browser of the Chromium family that is on the computer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ctbox.errors import CtboxError

BROWSER_VARIABLE = "CTBOX_BROWSER"
_NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable", "chrome", "microsoft-edge", "msedge", "brave-browser",
)  # fmt: skip
_LIMIT_S = 120


def find_browser() -> Path | None:
    """Return a browser that can print without a window; ``CTBOX_BROWSER`` names another."""
    named = os.environ.get(BROWSER_VARIABLE, "").strip()
    if named:
        found = shutil.which(named)
        return None if found is None else Path(found)
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return next((place for place in _list_places() if place.is_file()), None)


def _list_places() -> list[Path]:
    """Return where installers put browsers that are not on the path."""
    if sys.platform == "win32":
        roots = [
            os.environ.get(v, "") for v in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
        ]
        tails = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
        return [Path(root) / tail for root in roots if root for tail in tails]
    if sys.platform == "darwin":
        names = ("Google Chrome", "Microsoft Edge", "Chromium")
        return [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in names]
    return []


def print_pdf(page: Path, target: Path) -> Path:
    """Print an HTML file to PDF and return the PDF's path.

    Raises
    ------
    CtboxError
        If there is no such browser, or it fails.
    """
    browser = find_browser()
    if browser is None:
        raise CtboxError(
            "No Chromium, Chrome or Edge was found to print the PDF with; the rest of the report "
            "is written.",
            f"Install one, name one in {BROWSER_VARIABLE}, or open {page.name} in any browser and "
            "print it.",
            target,
        )
    with tempfile.TemporaryDirectory(prefix="ctbox-print-") as profile:
        made = Path(profile) / "report.pdf"
        run_browser(browser, profile, [f"--print-to-pdf={made}", "--no-pdf-header-footer"], page)
        if not made.is_file() or made.stat().st_size == 0:
            raise _describe_failure(browser, target)
        shutil.copyfile(made, target)
    return target


def run_browser(browser: Path, profile: str, options: list[str], page: Path) -> bytes:
    """Run a browser without a window on a page of this computer and return what it prints.

    Raises
    ------
    CtboxError
        If it fails or takes longer than two minutes.
    """
    words = [
        str(browser), "--headless", "--disable-gpu", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-quic",
        f"--user-data-dir={profile}", *options, page.resolve().as_uri(),
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.insert(1, "--no-sandbox")  # Chromium refuses to run as root with it
    try:
        ended = subprocess.run(words, check=True, capture_output=True, timeout=_LIMIT_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise _describe_failure(browser, page) from error
    return ended.stdout


def _describe_failure(browser: Path, target: Path) -> CtboxError:
    return CtboxError(
        f"{browser.name} could not print the report; the rest of it is written.",
        "Open report.html in a browser and print it.",
        target,
    )
