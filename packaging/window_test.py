"""The installed window under real mouse and key events: draw, be killed, recover, save.

The display is the host's own Xvfb, lent to the bare root as a socket in a folder; the hand is the
host's xdotool. Both come with `apt-get install xvfb xdotool`.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOCKETS = Path("/tmp/.X11-unix")
_SIZE = (1280, 800)
_LIMIT_S = 180.0
# Titles: a window with a case open, and its dialogs.
_CASE = "— ctbox$"
_DIALOG = "^ctbox$"


class WindowError(Exception):
    """The window did not do what a user's hand asked of it."""


@dataclass(frozen=True, slots=True)
class Display:
    """A virtual display with a hand on its mouse and keys.

    Parameters
    ----------
    name : str
        As DISPLAY names it, ":7".
    """

    name: str

    def do(self, *words: str) -> str:
        """Run xdotool and return what it prints."""
        environment = {**os.environ, "DISPLAY": self.name}
        done = subprocess.run(
            ["xdotool", *words], env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def find(self, title: str) -> str:
        """Return the number of the first visible window with the words in its title, or ""."""
        found = self.do("search", "--onlyvisible", "--name", title).splitlines()
        return found[0] if found else ""

    def focus(self, title: str) -> str:
        """Wait for a window, give it the keys and return its number."""
        wait_for(lambda: bool(self.find(title)), f"a window “{title}” comes up")
        window = self.find(title)
        self.do("windowfocus", "--sync", window)
        time.sleep(0.5)
        return window

    def press(self, *keys: str) -> None:
        """Press and release keys, with time between for the window to answer."""
        for key in keys:
            self.do("key", key)
            time.sleep(0.7)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left button, in steps as a hand would."""
        self.do("mousemove", str(start[0]), str(start[1]), "mousedown", "1")
        for part in (0.3, 0.6, 1.0):
            place = [round(a + (b - a) * part) for a, b in zip(start, end, strict=True)]
            self.do("mousemove", str(place[0]), str(place[1]))
            time.sleep(0.1)
        self.do("mouseup", "1")


@contextmanager
def open_display() -> Iterator[Display]:
    """Run Xvfb while the block lasts; any user may draw on it."""
    reading, writing = os.pipe()
    size = f"{_SIZE[0]}x{_SIZE[1]}x24"
    words = ["Xvfb", "-displayfd", str(writing), "-ac", "-noreset", "-screen", "0", size]
    server = subprocess.Popen(words, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise WindowError("Xvfb did not start.")
        yield Display(f":{number}")
    finally:
        server.terminate()
        server.wait()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until something holds.

    Raises
    ------
    WindowError
        If it does not within three minutes; names it.
    """
    end = time.monotonic() + _LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise WindowError(f"It did not come to it: {what}.")
        time.sleep(0.2)


def edit_and_recover(
    start: Callable[[str], subprocess.Popen[bytes]], home: Path, saved: tuple[Path, str]
) -> str:
    """Draw boxes in the window, kill it, find them again and save them; tell what happened.

    Parameters
    ----------
    start : callable
        Takes DISPLAY and starts the window on a case; what it returns is the window's process
        itself, so that killing it kills the window.
    home : pathlib.Path
        The user's home as it is seen from here.
    saved : tuple of (pathlib.Path, str)
        An empty folder for the boxes as it is seen from here, and as the program sees it.

    Raises
    ------
    WindowError
        If any of it fails.
    """
    with open_display() as display:
        program = start(display.name)
        try:
            _draw(display)
            wait_for(lambda: count_journal_lines(home) >= 2, "two boxes are in the journal")
        finally:
            program.kill()
            program.wait()
        kept = count_journal_lines(home)
        program = start(display.name)
        try:
            _restore_and_save(display, saved[1])
            wait_for(lambda: count_saved_boxes(saved[0]) >= 2, "both boxes are saved as VOC files")
        finally:
            program.kill()
            program.wait()
    return f"{kept} journal lines after the kill; {count_saved_boxes(saved[0])} boxes saved"


def _draw(display: Display) -> None:
    display.focus(_CASE)
    time.sleep(3)  # the rest of the series loads
    display.press("m")
    middle = (_SIZE[0] // 2, _SIZE[1] // 2)
    display.drag((middle[0] - 60, middle[1] - 60), (middle[0] + 20, middle[1] + 10))
    time.sleep(0.5)
    display.press("Down")
    display.drag((middle[0] - 50, middle[1] - 50), (middle[0] + 30, middle[1] + 20))


def _restore_and_save(display: Display, folder: str) -> None:
    wait_for(lambda: bool(display.find(_CASE)), "the case is open again")
    display.focus(_DIALOG)
    display.press("Return")
    wait_for(lambda: not display.find(_DIALOG), "the offer to restore is gone")
    display.focus(_CASE)
    display.press("ctrl+s")
    display.focus(_DIALOG)
    display.do("type", "--delay", "30", folder)
    display.press("Return")


def count_journal_lines(home: Path) -> int:
    """Return how many edits the journals in a home hold (their first line is the case's own)."""
    journals = list((home / ".local/share/ctbox/edits").glob("*"))
    lines = (len(each.read_bytes().splitlines()) for each in journals if each.is_file())
    return max((count - 1 for count in lines), default=0)


def count_saved_boxes(folder: Path) -> int:
    """Return how many boxes the VOC files below a folder hold."""
    return sum(each.read_text("utf-8").count("<object>") for each in folder.rglob("*.xml"))
