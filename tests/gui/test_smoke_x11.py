"""The real program on a real X display: started, looked at, scrolled, closed by its own key.

Needs what a bare Debian gets by `apt-get install xvfb xdotool imagemagick`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

LIMIT_S = 90.0
# Pixels of the display and Qt's scale on it: a small laptop's, and a 4K screen at 200 %.
DISPLAYS = [
    pytest.param((1280, 800, 1), id="1280x800"),
    pytest.param((3840, 2160, 2), id="4k-200%"),
]


@dataclass
class Screen:
    """A virtual display, with a hand on its mouse and keyboard.

    Parameters
    ----------
    name : str
        Its DISPLAY.
    folder : pathlib.Path
        Where pictures of it go.
    width, height : int
        Its pixels.
    scale : int
        Its pixels to one of the window's.
    """

    name: str
    folder: Path
    width: int
    height: int
    scale: int

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to come up there."""
        kept = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
        home = str(self.folder / "home")
        scale = str(self.scale)
        return {**kept, "DISPLAY": self.name, "CTBOX_HOME": home, "QT_SCALE_FACTOR": scale}

    def do(self, *words: str) -> str:
        """Run xdotool and return what it prints."""
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def look(self) -> NDArray[np.uint8]:
        """Return all that is on the screen, uint8 (rows, columns)."""
        path = self.folder / "screen.png"
        command = ["import", "-display", self.name, "-window", "root", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        image = QImage(str(path)).convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        return rows[:, : image.width()].copy()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"It did not come to it: {what}."
        time.sleep(0.1)


@pytest.fixture(params=DISPLAYS)
def screen(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Screen]:
    width, height, scale = request.param
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start."
    yield Screen(f":{number}", tmp_path, width, height, scale)
    server.terminate()
    server.wait()


@pytest.fixture
def program(screen: Screen, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "stderr.txt").open("wb") as errors:
        running = subprocess.Popen(
            [sys.executable, "-m", "ctbox", "view", "--sample"],
            cwd=REPOSITORY,
            env=screen.environment,
            stderr=errors,
        )
    yield running
    running.kill()
    running.wait()


def locate(screen: Screen, window: str) -> tuple[int, int, int, int]:
    """Return where a window lies on the display: left, top, width, height."""
    lines = screen.do("getwindowgeometry", "--shell", window).splitlines()
    told = dict(line.split("=") for line in lines)
    return int(told["X"]), int(told["Y"]), int(told["WIDTH"]), int(told["HEIGHT"])


def test_the_program_opens_scrolls_and_closes(
    screen: Screen, program: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    def find_title() -> str:
        assert program.poll() is None, (tmp_path / "stderr.txt").read_text()
        found = screen.do("search", "--onlyvisible", "--name", "— ctbox")
        return screen.do("getwindowname", found.splitlines()[0]) if found else ""

    wait_for(lambda: "—" in find_title(), "the sample case is open")
    window = screen.do("search", "--onlyvisible", "--name", "— ctbox").splitlines()[0]
    screen.do("windowfocus", "--sync", window)
    # The window's own, as 200 % may put it anywhere on a large display.
    left, top, width, height = locate(screen, window)
    middle = (
        slice(top + height // 4, top + height * 3 // 4),
        slice(left + width * 2 // 5, left + width * 3 // 5),
    )
    wait_for(lambda: float(screen.look()[middle].std()) > 10, "a slice is painted")

    def changes_by(*words: str) -> bool:
        before = screen.look()[middle].astype(int)
        screen.do(*words)
        time.sleep(0.5)
        return float(np.abs(screen.look()[middle] - before).mean()) > 0.5

    screen.do("mousemove", str(left + width // 2), str(top + height // 2))
    wait_for(lambda: changes_by("click", "5"), "the wheel goes to the next slice")
    wait_for(lambda: changes_by("key", "Down"), "the Down key goes to the next slice")
    wait_for(lambda: changes_by("key", "2"), "2 shows the mediastinum")
    screen.do("key", "ctrl+q")
    assert program.wait(30) == 0
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
    assert (tmp_path / "home" / "settings.json").exists()
