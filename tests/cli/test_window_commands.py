"""What `ctbox view` opens; the window itself is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctbox.cli import app as cli
from ctbox.cli import window_commands
from tests.packaging.conftest import PACKAGING


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    asked: list[Path | None] = []

    def note(path: Path | None, *_: object, sample: bool) -> int:
        asked.append(path)
        return 0

    monkeypatch.setattr(window_commands, "open_window", note)
    return asked


def test_one_place_is_opened_as_it_is(opened: list[Path | None], tmp_path: Path) -> None:
    assert cli.run(["view", str(tmp_path / "1.dcm")]) == 0
    assert cli.run(["view"]) == 0

    assert opened == [tmp_path / "1.dcm", None]


def test_marked_slices_open_their_folder_in_one_window(
    opened: list[Path | None], tmp_path: Path
) -> None:
    assert cli.run(["view", *(str(tmp_path / f"{number}.dcm") for number in range(200))]) == 0

    assert opened == [tmp_path]


def test_places_far_apart_are_refused(
    opened: list[Path | None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["view", str(tmp_path / "a" / "1.dcm"), str(tmp_path / "b" / "1.dcm")]) != 0

    assert opened == []
    assert "2 things cannot be opened at a time." in capsys.readouterr().err


def test_the_menu_entry_hands_over_all_marked_files_at_once() -> None:
    entry = (PACKAGING / "linux" / "ctbox.desktop").read_text(encoding="utf-8")

    assert "\nExec=ctbox view %F\n" in entry
