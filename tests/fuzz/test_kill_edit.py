"""Kill ctbox amid an edit or a save: no finished edit is lost, no file is broken.

Ten kills in the slow suite, a hundred with CTBOX_FUZZ=1 (`make fuzz`).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ctbox.annotations.box_edits import OwnBoxes
from ctbox.annotations.pascal_voc import parse_voc, write_voc
from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox
from tests.fuzz.kill_child import FOLDER, HEIGHT, UIDS, WIDTH, extend_model, find_number
from tests.gui.editing_scene import make_folder

pytestmark = pytest.mark.slow
IS_LONG = os.environ.get("CTBOX_FUZZ", "") not in ("", "0")
KILLS = 100 if IS_LONG else 10
WINDOW_KILLS = 10 if IS_LONG else 2
REPOSITORY = Path(__file__).resolve().parents[2]


def run_and_kill(words: list[str], seconds: float, env: dict[str, str] | None = None) -> list[str]:
    """Run a module, kill it after its first promise and some time, and return its promises."""
    child = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(seconds)
    child.kill()
    rest, _ = child.communicate(timeout=60)
    assert first, "the child ended by itself"
    # A promise cut off by the kill was not made.
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


def check_files(out: Path, original: bytes, states: list[OwnBoxes]) -> None:
    """Every file reads whole and holds the boxes of one moment; the foreign one is kept."""
    folder = out / "Annotation" / FOLDER
    for uid in UIDS:
        path = folder / f"{uid}.xml"
        if not path.exists():
            continue
        data = path.read_bytes()
        if data == original:
            continue
        file = parse_voc(data, str(path), uid, FOLDER)
        found = {(each.box, each.raw_label) for each in file.annotations}
        # That of the last save, mostly; on a starved machine many a save is killed.
        moments = ({(own.box, own.label) for own in each.find(uid)} for each in reversed(states))
        assert any(found == moment for moment in moments), path
    foreign = folder / f"{UIDS[0]}.xml"
    kept = foreign.with_name(f"{foreign.name}.orig")
    assert foreign.read_bytes() == original or kept.read_bytes() == original
    assert not list(folder.glob("*.orig2")), "ctbox took a file of its own for a foreign one"


def test_no_edit_is_lost_and_no_file_broken(tmp_path: Path) -> None:
    journal, out = tmp_path / "edits" / "case.jsonl", tmp_path / "out"
    foreign = out / "Annotation" / FOLDER / f"{UIDS[0]}.xml"
    foreign.parent.mkdir(parents=True)
    write_voc(foreign, UIDS[0], [(BoundingBox(1, 2, 3, 4), "G")], WIDTH, HEIGHT)
    original = foreign.read_bytes().replace(b"<segmented>", b"<note>keep</note><segmented>")
    foreign.write_bytes(original)
    chance = random.Random(2023)
    words = ["tests.fuzz.kill_child", str(journal), str(out)]
    states = [OwnBoxes()]
    for kill in range(KILLS):
        promised = int(run_and_kill(words, chance.uniform(0, 0.25))[-1])
        store = AnnotationStore.open(journal, title="fuzz", case_path="/nowhere")
        there = find_number(store.boxes)
        extend_model(states, max(there, promised))
        assert there >= promised, f"kill {kill}: edit {promised} was promised, {there} is there"
        assert store.boxes == states[there], f"kill {kill}"
        store._journal.close()
        check_files(out, original, states)
    assert there > KILLS


def test_no_edit_of_the_window_is_lost(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    env = {"CTBOX_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    chance = random.Random(7)
    before = 0
    for kill in range(WINDOW_KILLS):
        words = ["tests.fuzz.window_child", str(folder)]
        promised = int(run_and_kill(words, chance.uniform(0, 0.6), env)[-1])
        (journal,) = (tmp_path / "home" / "edits").glob("*.jsonl")
        store = AnnotationStore.open(journal, title="", case_path="")
        there = store.unsaved_count
        store._journal.close()
        assert promised <= there <= promised + 1, f"kill {kill}"
        assert there > before
        before = there
