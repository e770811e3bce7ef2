"""The catalogue's list while a folder is being added: place and selection stay, pace is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from pytestqt.qtbot import QtBot

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import CatalogSort
from ctbox.gui.app import App
from ctbox.gui.browser.catalogue_indexing import IndexingLine
from ctbox.gui.browser.catalogue_panel import CataloguePanel
from ctbox.gui.browser.indexing_pace import IndexingPace
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from tests.gui.test_catalogue import WAIT_MS, app, collection

__all__ = ["app", "collection"]


def add_series(*patients: str) -> None:
    with Catalog(default_catalog_path()) as catalog, catalog.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO series_uid VALUES (1, '1.2', 0)")
        connection.executemany(
            "INSERT INTO series(key, series_id, patient_id, patient_short, study_uid, n_slices, "
            "annotated_slices, boxes, labels, n_problems, problems, is_secondary_capture, "
            "not_a_volume) VALUES (?, 1, ?, '', '1', 1, 0, 0, '', 0, '[]', 0, 0)",
            [(f"key {patient}", patient) for patient in patients],
        )


@pytest.fixture
def long(app: App) -> App:
    default_catalog_path().parent.mkdir(parents=True)
    add_series(*(f"P{number:04}" for number in range(0, 900, 2)))
    app.catalogue.show_window()
    app.catalogue.tabs.setCurrentIndex(1)
    return app


def find_top(panel: CataloguePanel) -> tuple[str, int]:
    """Return the first row in sight, and how much of it is cut off."""
    index = panel.tree.indexAt(QPoint(1, 0)).siblingAtColumn(0)
    return str(index.data()), panel.tree.visualRect(index).top()


def scroll_far(qtbot: QtBot, panel: CataloguePanel) -> str:
    """Scroll to the third page, choose a row there, and scroll a little back; return the row."""
    model, tree = panel.tree.model(), panel.tree
    for _ in range(3):
        qtbot.keyClick(tree, Qt.Key.Key_End)
        model.fetchMore(QModelIndex())
    tree.scrollTo(model.index(410, 0), tree.ScrollHint.PositionAtTop)
    place = tree.visualRect(model.index(418, 0)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    bar = tree.verticalScrollBar()
    bar.setValue(bar.value() - 1000 + 7)
    return str(tree.currentIndex().siblingAtColumn(0).data())


def refresh(app: App) -> None:
    """Do what news of the indexing does every few seconds."""
    app.catalogue._refreshed_at = 0.0
    app.catalogue._on_progressed(Progress(1, 2, "Indexing files"))


@pytest.mark.parametrize("compact", [False, True])
def test_scroll_and_selection_stay_while_patients_come(
    qtbot: QtBot, long: App, *, compact: bool
) -> None:
    panel = long.catalogue.compact if compact else long.catalogue.large
    chosen = scroll_far(qtbot, panel)
    assert chosen == "P0836"
    top = find_top(panel)
    assert "P0400" < top[0] < "P0836"  # beyond the first page
    assert top[1] < 0
    add_series(*(f"P{number:04}" for number in range(1, 300, 2)))
    refresh(long)
    assert find_top(panel) == top
    assert panel.tree.currentIndex().siblingAtColumn(0).data() == chosen
    (selected,) = panel.tree.selectionModel().selectedRows()
    assert selected.data() == chosen
    qtbot.wait(50)  # what Qt puts off must not scroll either
    assert find_top(panel) == top


def test_a_list_at_its_beginning_stays_there(long: App) -> None:
    panel = long.catalogue.large
    add_series("A0001")
    refresh(long)
    assert find_top(panel) == ("A0001", 0)
    assert not panel.tree.selectionModel().hasSelection()


def test_rows_opened_up_far_down_stay_in_place(qtbot: QtBot, long: App) -> None:
    panel = long.catalogue.large
    scroll_far(qtbot, panel)
    tree = panel.tree
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    tree.horizontalScrollBar().setValue(30)
    across = tree.horizontalScrollBar().value()
    top = find_top(panel)
    key = long.catalogue.model.get_key(tree.currentIndex())
    assert key[1] is not None
    refresh(long)
    assert find_top(panel) == top
    assert long.catalogue.model.get_key(tree.currentIndex()) == key
    assert tree.horizontalScrollBar().value() == across


def test_another_order_shows_the_current_row(qtbot: QtBot, long: App) -> None:
    panel = long.catalogue.large
    qtbot.keyClick(panel.tree, Qt.Key.Key_Down)
    chosen = panel.tree.currentIndex().siblingAtColumn(0).data()
    panel.tree.verticalScrollBar().setValue(3000)
    long.catalogue.state.set_sort(CatalogSort("slices"))
    assert panel.tree.currentIndex().siblingAtColumn(0).data() == chosen
    assert panel.tree.viewport().rect().intersects(panel.tree.visualRect(panel.tree.currentIndex()))


def test_pace_is_that_of_the_last_seconds() -> None:
    pace = IndexingPace("data")
    assert pace.take(Progress(0, None, "Counting files"), 0.0).rate is None
    first = pace.take(Progress(1000, 9000, "Indexing files"), 5.0)
    assert (first.done, first.total, first.rate, first.seconds_left) == (1000, 9000, None, None)
    for second in range(1, 21):
        news = pace.take(Progress(1000 + 100 * second, 9000, "Indexing files"), 5.0 + second)
    assert (news.rate, news.seconds_left) == (100.0, 60.0)
    for second in range(1, 21):
        news = pace.take(Progress(3000 + 50 * second, 9000, "Indexing files"), 25.0 + second)
    assert (news.rate, news.seconds_left) == (50.0, 100.0)
    again = pace.take(Progress(0, 300, "Sorting series"), 46.0)
    assert (again.name, again.rate, again.seconds_left) == ("data", None, None)


def test_pace_of_a_halt_is_none() -> None:
    pace = IndexingPace("data")
    pace.take(Progress(5, 9, "Indexing files"), 0.0)
    assert pace.take(Progress(5, 9, "Indexing files"), 60.0).seconds_left is None


def tell(app: App, *progress: Progress) -> None:
    for each in progress:
        app.catalogue._told_at = 0.0
        app.catalogue._on_progressed(each)


def test_files_rate_and_time_left_are_told_with_stop(
    qtbot: QtBot, app: App, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = app.catalogue
    catalogue.show_window()
    catalogue.tabs.setCurrentIndex(1)
    clock = [100.0]
    stopped = SimpleNamespace(monotonic=lambda: clock[0])
    monkeypatch.setattr("ctbox.gui.browser.catalogue_commands.time", stopped)
    large, compact = catalogue.large.indexing, catalogue.compact.indexing
    assert not large.isVisible()
    catalogue.add(collection)
    catalogue._handle.progressed.disconnect()
    for line in (large, compact):
        assert not line.isHidden()
        assert line.what.text() == "Counting files…"
    assert catalogue.large.empty_title.text() == "The folder is being read"
    assert not catalogue.large.empty_button.isVisible()
    tell(app, Progress(1000, 251_000, "Indexing files"))
    clock[0] += 2.0
    tell(app, Progress(3500, 251_000, "Indexing files"))
    for line in (large, compact):
        assert line.what.text() == "3,500 of 251,000 files"
        assert line.pace.text() == "1,250 files/s · 3 min left"
        assert (line.bar.value(), line.bar.maximum()) == (3500, 251_000)
    tell(app, Progress(4, 60, "Sorting series"))
    assert large.what.text() == "Sorting series: 4 of 60"
    assert large.pace.text() == ""
    qtbot.mouseClick(large.stop_button, Qt.MouseButton.LeftButton)
    assert catalogue._handle.is_cancelling
    assert compact.pace.text() == "stopping…"
    assert compact.stop_button.isHidden()
    qtbot.waitUntil(lambda: not catalogue.is_indexing, timeout=WAIT_MS)
    assert not large.isVisible()
    assert compact.isHidden()


def test_every_stage_of_a_real_run_has_its_words(qtbot: QtBot, collection: Path) -> None:
    line = IndexingLine()
    qtbot.addWidget(line)
    stages: dict[str, str] = {}

    def note(update: object) -> None:
        assert isinstance(update, Progress)
        if update.total:
            line.show_news(IndexingPace("data").take(update, 0.0))
            stages[update.message] = line.what.text()

    request = IndexRequest(collection, default_catalog_path(), workers=1)
    index_collection(request, TaskContext(note))
    assert stages == {
        "Indexing files": "9 of 9 files",
        "Indexing annotations": "6 of 6 annotation files",
        "Sorting series": "Sorting series: 3 of 3",
    }


def test_what_was_not_there_is_told_in_the_window(
    qtbot: QtBot, app: App, collection: Path, tmp_path: Path
) -> None:
    place = tmp_path / "disk" / "boxes"
    (collection / "Annotation").rename(tmp_path / "boxes")
    place.parent.mkdir()
    (tmp_path / "boxes").rename(place)
    request = IndexRequest(collection, default_catalog_path(), place, workers=1)
    index_collection(request, TaskContext())
    place.parent.rename(tmp_path / "unplugged")
    app.catalogue.add(collection)
    qtbot.waitUntil(lambda: not app.catalogue.is_indexing, timeout=WAIT_MS)
    assert any("may not be connected" in each.text for each in app.session.notices)
