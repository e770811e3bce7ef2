"""The hand that tries the installed window, tried on the program from source.

Needs what a bare Debian gets by `apt-get install xvfb xdotool`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from window_test import WindowError, count_saved_boxes, edit_and_recover

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow


class Starter:
    """Starts the program on the sample case, with a home of its own."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.words = words or (sys.executable, "-m", "ctbox", "view", "--sample")

    def __call__(self, display: str) -> subprocess.Popen[bytes]:
        dropped = ("XDG_", "QT_QPA", "CTBOX_HOME")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        environment = {**kept, "HOME": str(self.home), "DISPLAY": display}
        return subprocess.Popen(self.words, cwd=REPOSITORY, env=environment)


def test_boxes_drawn_before_a_kill_are_recovered_and_saved(tmp_path: Path) -> None:
    home, boxes = tmp_path / "home", tmp_path / "boxes"
    home.mkdir()
    boxes.mkdir()

    told = edit_and_recover(Starter(home), home, (boxes, str(boxes)))

    assert count_saved_boxes(boxes) == 2
    assert told == "2 journal lines after the kill; 2 boxes saved"


def test_a_program_without_a_window_fails_the_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("window_test._LIMIT_S", 1.0)
    start = Starter(tmp_path, "sleep", "60")
    with pytest.raises(WindowError, match="comes up"):
        edit_and_recover(start, tmp_path, (tmp_path, str(tmp_path)))
