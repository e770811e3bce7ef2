"""Small pictures of the catalogue: whole or not there, anew for changed series, not too many."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from ctbox.dicom.catalog import Catalog
from ctbox.gui.app import App
from ctbox.gui.browser import picture_store
from ctbox.gui.browser.catalogue_thumbnails import PicturesRequest, make_pictures
from ctbox.gui.browser.picture_store import PictureStore
from ctbox.progress import TaskContext
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from tests.builders import make_dataset, make_uid, save_dataset
from tests.gui.test_catalogue import PATIENTS, WAIT_MS, app, collection, filled, find_series

__all__ = ["app", "collection", "filled"]

PICTURE = np.arange(64, dtype=np.uint8).reshape(8, 8)
KEY = make_uid("series", PATIENTS[0])


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "thumbnails")


def test_a_picture_is_found_by_its_stamp_alone(store: PictureStore) -> None:
    assert store.read("1.2", "a") is None
    first = store.write("1.2", "a", PICTURE)
    assert store.read("1.2", "a") == first
    assert store.read("1.2", "b") is None
    assert store.read("1.3", "a") is None
    second = store.write("1.2", "b", PICTURE // 2)
    assert store.read("1.2", "b") == second
    assert store.read("1.2", "a") is None
    assert len(list(store.folder.iterdir())) == 1


def test_a_damaged_picture_is_made_anew(store: PictureStore) -> None:
    whole = store.write("1.2", "a", PICTURE)
    for data in (b"", whole[:-13], whole[:60] + b"\0" + whole[61:]):
        store.find_path("1.2").write_bytes(data)
        assert store.read("1.2", "a") is None


def test_a_write_that_is_cut_off_leaves_the_picture_before(
    store: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.write("1.2", "a", PICTURE)
    write = Path.write_bytes

    def fill_disk(path: Path, data: bytes) -> int:
        write(path, data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_disk)
    store.write("1.2", "b", PICTURE // 2)
    assert store.read("1.2", "a") == first
    assert list(store.folder.iterdir()) == [store.find_path("1.2")]


@pytest.mark.parametrize("limit", ["MOST_KEPT", "MOST_BYTES"])
def test_those_unseen_for_longest_go(
    store: PictureStore, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    now = time.time()
    for number in range(20):
        size = len(store.write(str(number), "a", PICTURE))
        days = (20 - number) * 86_400
        os.utime(store.find_path(str(number)), (now - days, now - days))
    (store.folder / "notes.txt").write_text("not a picture")
    store.read("0", "a")
    assert store.prune() == 0
    monkeypatch.setattr(picture_store, limit, 10 if limit == "MOST_KEPT" else 10 * size)
    assert store.prune() == 11
    kept = [number for number in range(20) if store.read(str(number), "a") is not None]
    assert kept == [0, *range(12, 20)]
    assert (store.folder / "notes.txt").exists()


def test_writing_prunes_now_and_then_and_clears_what_was_killed(
    store: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_store, "PRUNE_EVERY", 5)
    monkeypatch.setattr(picture_store, "MOST_KEPT", 10)
    store.folder.mkdir()
    old, new = store.folder / "a.scratch", store.folder / "b.scratch"
    for scratch in (old, new):
        scratch.write_bytes(b"half")
    os.utime(old, (1, 1))
    for number in range(40):
        store.write(str(number), "a", PICTURE)
        assert len(list(store.folder.glob("*.png"))) <= 10 + 5
    assert not old.exists()
    assert new.exists()


def test_pictures_that_take_long_come_bit_by_bit(
    filled: App, store: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tuple(make_uid("series", patient) for patient in PATIENTS)
    monkeypatch.setattr("ctbox.gui.browser.catalogue_thumbnails.MAKING_S", 0.0)
    request = PicturesRequest(default_catalog_path(), store, keys)
    first = make_pictures(request, TaskContext())
    assert (list(first.made), first.left) == ([keys[0]], keys[1:])
    # What is kept is not held up by what is to be made.
    second = make_pictures(request, TaskContext())
    assert (second.made, second.left) == (first.made, keys[1:])


def change_series(collection: Path) -> None:
    """Fill a series' slices with something brighter."""
    for number in range(2):
        dataset = make_dataset(
            sop_instance_uid=make_uid(PATIENTS[0], 1, number),
            patient_id=PATIENTS[0],
            series_instance_uid=KEY,
            instance_number=number + 1,
            acquisition_number=1,
            position=(-100.0, -100.0, -5.0 * number),
        )
        dataset.PixelData = np.full(dataset.Rows * dataset.Columns, 1500, np.int16).tobytes()
        save_dataset(dataset, collection / PATIENTS[0] / "study/series" / f"1-{number:02}.dcm")


def test_a_changed_series_gets_a_new_picture_in_the_window(
    qtbot: QtBot, filled: App, collection: Path
) -> None:
    came: list[QPixmap] = []
    filled.catalogue.thumbnails.picture_ready.connect(
        lambda key, picture: came.append(picture) if key == KEY else None
    )
    index = find_series(filled.catalogue.large)
    qtbot.waitUntil(lambda: len(came) == 1, timeout=WAIT_MS)
    before = came[0].toImage()
    assert index.data(Qt.ItemDataRole.DecorationRole) is not None
    change_series(collection)
    filled.catalogue.add(collection)
    qtbot.waitUntil(lambda: not filled.catalogue.is_indexing, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(came) == 2, timeout=WAIT_MS)
    assert came[1].toImage() != before


def test_a_stamp_changes_with_the_files_and_not_with_their_folder(
    filled: App, collection: Path
) -> None:
    with Catalog(default_catalog_path()) as catalog:
        before = catalog.find_stamp(KEY)
        assert before
        assert catalog.find_stamp("1.2.3") == ""
    moved = collection.rename(collection.with_name("moved"))
    index_collection(IndexRequest(moved, default_catalog_path(), workers=1), TaskContext())
    with Catalog(default_catalog_path()) as catalog:
        assert catalog.find_stamp(KEY) == before
    os.utime(moved / PATIENTS[0] / "study/series/1-00.dcm", ns=(5, 5))
    index_collection(IndexRequest(moved, default_catalog_path(), workers=1), TaskContext())
    with Catalog(default_catalog_path()) as catalog:
        assert catalog.find_stamp(KEY) not in ("", before)
