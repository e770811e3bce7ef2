"""The catalogue's list while a folder is being added: place and selection stay, pace is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from pytestqt.qtbot import QtBot

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import CatalogSort
from ctbox.gui.app import App
from ctbox.gui.browser.catalogue_panel import CataloguePanel
from ctbox.progress import Progress
from ctbox.workflows.index import default_catalog_path
from tests.gui.test_catalogue import app, collection

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
