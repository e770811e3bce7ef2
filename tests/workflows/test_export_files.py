"""Exports come whole: by one rename, or with a note beside them as long as files are moved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ctbox.errors import CtboxError
from ctbox.workflows.export_files import UNFINISHED_NAME, collect_files

KILLED = """
import os, signal, sys
from pathlib import Path
from ctbox.workflows import export_files

out, moves = Path(sys.argv[1]), int(sys.argv[2])
real = {"replace": Path.replace, "rename": Path.rename}

def count(name):
    def move(self, target):
        global moves
        if moves == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        moves -= 1
        return real[name](self, target)
    return move

Path.replace, Path.rename = count("replace"), count("rename")
with export_files.collect_files(out, overwrite=True) as folder:
    for number in range(5):
        path = folder / "part" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("killed")
"""


def export(out: Path, text: str = "whole", *, count: int = 5, overwrite: bool = False) -> None:
    with collect_files(out, overwrite=overwrite) as folder:
        (folder / "part").mkdir()
        for number in range(count):
            (folder / "part" / f"{number}.txt").write_text(text)


def kill(out: Path, moves: int) -> None:
    """Export in a process that is killed after some moves."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), str(moves)], check=False)
    assert done.returncode == -9


def list_files(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


WHOLE = [f"part/{number}.txt" for number in range(5)]


def test_a_new_folder_appears_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    kill(tmp_path / "out", 0)
    assert not (tmp_path / "out").exists()
    export(tmp_path / "out")
    assert list_files(tmp_path / "out") == WHOLE
    other = tmp_path / "other"
    other.mkdir()
    assert (tmp_path / "out").stat().st_mode == other.stat().st_mode


@pytest.mark.parametrize("moves", [1, 3, 5])
def test_a_half_export_is_named_and_replaced_as_a_whole(tmp_path: Path, moves: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("stays")
    kill(out, moves)  # the first move is the note's
    there = [name for name in list_files(out) if name in WHOLE]
    assert len(there) == moves - 1
    assert json.loads((out / UNFINISHED_NAME).read_text())["files"] == WHOLE
    before = list_files(out)
    with pytest.raises(CtboxError, match=rf"broken off: {moves - 1} of 5 files") as error:
        export(out, "killed")
    assert "--overwrite" in error.value.hint
    assert list_files(out) == before
    export(out, overwrite=True)
    assert list_files(out) == ["mine.txt", *WHOLE]
    assert {(out / name).read_text() for name in WHOLE} == {"whole"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # what the kill left is gone


def test_files_of_a_half_export_never_stay_beside_another(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    kill(out, 5)
    with pytest.raises(CtboxError, match=r"part/3\.txt of it does not belong"):
        export(out, count=3, overwrite=True)
    assert list_files(out) == [UNFINISHED_NAME, *WHOLE[:4]]


def test_a_note_of_someone_elses_deletes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    other = tmp_path / "patients"
    other.mkdir()
    for scratch in ("patients", "../patients", f".{out.name}./../../patients"):
        note = {"scratch": scratch, "files": []}
        (out / UNFINISHED_NAME).write_text(json.dumps(note))
        export(out, overwrite=True)
        assert other.exists()
    for text in ("{", "[]", "{}"):
        (out / UNFINISHED_NAME).write_text(text)
        with pytest.raises(CtboxError, match="cannot be read"):
            export(out, overwrite=True)
