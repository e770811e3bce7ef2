"""The catalogue in the window, by mouse and keys: adding a folder, filters, sorting, opening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from pytestqt.qtbot import QtBot

from ctbox.annotations.annotation import SUBTYPES
from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import SUBTYPE_WORDS, CatalogFilter, CatalogSort
from ctbox.gui.app import App, build_app
from ctbox.gui.browser.catalogue_model import COLUMNS
from ctbox.gui.browser.catalogue_panel import CataloguePanel
from ctbox.gui.browser.catalogue_state import CatalogueState
from ctbox.gui.browser.problems import UnreadDialog
from ctbox.gui.subtype_names import NAMES
from ctbox.gui.toasts import Toast
from ctbox.progress import TaskContext
from ctbox.settings import Settings
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from tests.builders import make_uid
from tests.workflows.test_index import VOC, write_patient

WAIT_MS = 30_000
PATIENTS = ("Lung_Dx-A0001", "Lung_Dx-B0002", "Lung_Dx-G0003")


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    root = tmp_path / "data"
    for number, patient in enumerate(PATIENTS, 2):
        uids = write_patient(root, patient, number)
        folder = root / "Annotation" / patient[-5:]
        folder.mkdir(parents=True)
        if patient != PATIENTS[1]:
            for uid in uids[:number]:
                (folder / f"{uid}.xml").write_text(VOC)
    return root


@pytest.fixture
def app(qtbot: QtBot, collection: Path) -> Iterator[App]:
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


@pytest.fixture
def filled(app: App, collection: Path) -> App:
    index_collection(IndexRequest(collection, default_catalog_path(), workers=1), TaskContext())
    app.catalogue.show_window()
    return app


def list_patients(panel: CataloguePanel) -> list[str]:
    model = panel.tree.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def find_series(panel: CataloguePanel, patient: int = 0) -> QModelIndex:
    """Open a patient and its study up; return the first series."""
    model = panel.tree.model()
    index = model.index(patient, 0)
    for _ in range(2):
        model.fetchMore(index)
        panel.tree.expand(index)
        index = model.index(0, 0, index)
    return index


def click(qtbot: QtBot, panel: CataloguePanel, index: QModelIndex, *, twice: bool = False) -> None:
    place = panel.tree.visualRect(index).center()
    press = qtbot.mouseDClick if twice else qtbot.mouseClick
    if twice:
        qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    press(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_empty_catalogue_says_what_to_do_and_a_folder_is_added(
    qtbot: QtBot, app: App, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, panel = app.catalogue, app.catalogue.large
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(app.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(catalogue.window.isVisible)
    assert panel.empty_title.isVisible()
    assert panel.empty_title.text() == "The catalogue is empty"
    assert not default_catalog_path().exists()
    asked = []
    monkeypatch.setattr(
        "ctbox.gui.browser.catalogue_commands.QFileDialog.getExistingDirectory",
        lambda *words: asked.append(words) or str(collection),
    )
    qtbot.mouseClick(panel.empty_button, Qt.MouseButton.LeftButton)
    assert len(asked) == 1
    assert not app.window.commands["add_to_catalogue"].isEnabled()
    assert app.runner.running[-1].title == "Adding data to the catalogue"
    qtbot.waitUntil(lambda: not catalogue.is_indexing, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: list_patients(panel) == list(PATIENTS), timeout=WAIT_MS)
    assert panel.tree.isVisible()
    assert panel.counts.text() == "3 patients · 3 series · 9 images"
    assert any("3 patients, 3 series" in each.text for each in app.session.notices)
    assert app.window.commands["add_to_catalogue"].isEnabled()


def find_note(app: App, words: str) -> Toast:
    return next(each for each in app.session.notices if words in each.text)


def test_what_was_added_is_told_with_ways_on(qtbot: QtBot, app: App, collection: Path) -> None:
    folder = collection / PATIENTS[0]
    folder.mkdir(exist_ok=True)
    (folder / "cut off.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\x08\0")
    (folder / "empty.dcm").write_bytes(b"")
    app.catalogue.add(collection)
    qtbot.waitUntil(
        lambda: any("could not be read" in each.text for each in app.session.notices),
        timeout=WAIT_MS,
    )
    unread = find_note(app, "could not be read")
    assert unread.text.startswith("2 files could not be read: ")
    assert "empty.dcm" in unread.text
    assert not app.catalogue.window.isVisible()
    qtbot.mouseClick(unread.action_button, Qt.MouseButton.LeftButton)
    dialog = app.window.findChild(UnreadDialog)
    assert dialog.isVisible()
    dialog.tree.expandAll()
    (group,) = [dialog.tree.topLevelItem(i) for i in range(dialog.tree.topLevelItemCount())]
    told = {group.child(i).text(1): group.child(i).text(2) for i in range(group.childCount())}
    assert set(told) == {"cut off.dcm", "empty.dcm"}
    assert "empty" in told["empty.dcm"]
    dialog.close()
    added = find_note(app, "The catalogue holds 3 patients")
    qtbot.mouseClick(added.action_button, Qt.MouseButton.LeftButton)
    assert app.catalogue.window.isVisible()
    qtbot.waitUntil(lambda: not app.runner.running, timeout=WAIT_MS)


def test_unread_files_name_nobody_while_the_patient_is_hidden(
    qtbot: QtBot, app: App, collection: Path
) -> None:
    (collection / "Lung_Dx-A0009.dcm").write_bytes(b"")
    app.window.commands["patient"].setChecked(False)
    app.catalogue.add(collection)
    qtbot.waitUntil(
        lambda: any("could not be read" in each.text for each in app.session.notices),
        timeout=WAIT_MS,
    )
    unread = find_note(app, "could not be read")
    assert unread.text == "1 file could not be read: ….dcm"
    qtbot.mouseClick(unread.action_button, Qt.MouseButton.LeftButton)
    dialog = app.window.findChild(UnreadDialog)
    assert "A0009" not in dialog.tree.topLevelItem(0).text(1)
    assert "A0009" not in dialog.tree.topLevelItem(0).toolTip(1)
    dialog.close()
    qtbot.waitUntil(lambda: not app.runner.running, timeout=WAIT_MS)


def test_start_page_leads_to_the_catalogue(qtbot: QtBot, app: App) -> None:
    from PySide6.QtWidgets import QPushButton

    (link,) = [
        each
        for each in app.window.start_page.findChildren(QPushButton)
        if each.text() == "Catalogue"
    ]
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert app.catalogue.window.isVisible()


def test_double_click_opens_the_series_and_enter_too(qtbot: QtBot, filled: App) -> None:
    panel = filled.catalogue.large
    click(qtbot, panel, find_series(panel, 2), twice=True)
    key = make_uid("series", PATIENTS[2])
    qtbot.waitUntil(
        lambda: (
            filled.session.state.series_case is not None
            and filled.session.state.series_case.series.key == key
        ),
        timeout=WAIT_MS,
    )
    assert filled.session.case is not None
    assert filled.session.case.series[0].annotated_slices == 4
    filled.catalogue.tabs.setCurrentIndex(1)
    tree = filled.catalogue.compact.tree
    tree.setCurrentIndex(find_series(filled.catalogue.compact, 0))
    with qtbot.waitActive(filled.window):
        filled.window.activateWindow()
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    key = make_uid("series", PATIENTS[0])
    qtbot.waitUntil(
        lambda: (
            filled.session.state.series_case is not None
            and filled.session.state.series_case.series.key == key
        ),
        timeout=WAIT_MS,
    )


def test_what_the_catalogue_opens_can_be_opened_again(qtbot: QtBot, filled: App) -> None:
    panel = filled.catalogue.large
    click(qtbot, panel, find_series(panel, 2), twice=True)
    qtbot.waitUntil(lambda: filled.session.case is not None, timeout=WAIT_MS)
    first = filled.session.case
    (recent,) = filled.window.recent_menu.actions()
    assert PATIENTS[2] in recent.text()
    assert PATIENTS[0] not in recent.text()
    qtbot.waitUntil(lambda: not filled.runner.running, timeout=WAIT_MS)
    recent.trigger()
    qtbot.waitUntil(lambda: filled.session.case is not first, timeout=WAIT_MS)
    (again,) = filled.session.case.series
    assert again.series.key == make_uid("series", PATIENTS[2])
    assert again.annotated_slices == 4, "its boxes are found there, too"
    qtbot.waitUntil(lambda: not filled.runner.running, timeout=WAIT_MS)
    assert len(filled.window.recent_menu.actions()) == 1


def test_escape_closes_the_window(qtbot: QtBot, filled: App) -> None:
    with qtbot.waitActive(filled.catalogue.window):
        filled.catalogue.window.activateWindow()
    qtbot.keyClick(filled.catalogue.large.tree, Qt.Key.Key_Escape)
    assert not filled.catalogue.window.isVisible()


def test_enter_on_a_patient_opens_it_up(qtbot: QtBot, filled: App) -> None:
    tree = filled.catalogue.large.tree
    first = tree.model().index(0, 0)
    tree.setCurrentIndex(first)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(first)
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert not tree.isExpanded(first)


def test_search_and_filters(qtbot: QtBot, filled: App) -> None:
    panel = filled.catalogue.large
    qtbot.keyClicks(panel.filters.search, "g0003")
    qtbot.waitUntil(lambda: list_patients(panel) == [PATIENTS[2]])
    assert list_patients(filled.catalogue.compact) == [PATIENTS[2]]
    assert filled.catalogue.compact.filters.search.text() == "g0003"
    qtbot.keyClicks(panel.filters.search, "zzz")
    qtbot.waitUntil(lambda: panel.empty_title.text() == "Nothing matches")
    qtbot.mouseClick(panel.empty_button, Qt.MouseButton.LeftButton)
    assert list_patients(panel) == list(PATIENTS)
    panel.filters.annotated.setFocus()
    qtbot.keyClick(panel.filters.annotated, Qt.Key.Key_Down)
    assert list_patients(panel) == [PATIENTS[0], PATIENTS[2]]
    qtbot.keyClick(panel.filters.annotated, Qt.Key.Key_Down)
    assert list_patients(panel) == [PATIENTS[1]]
    panel.filters.clear()
    filled.catalogue.state.set_filter(CatalogFilter(subtypes=("B",)))
    assert list_patients(panel) == [PATIENTS[1]]
    assert panel.filters.subtype.currentText().startswith("B · ")
    filled.catalogue.state.set_filter(CatalogFilter(text="Small cell"))
    assert list_patients(panel) == [PATIENTS[1]]


def test_the_subtypes_names_are_the_collections() -> None:
    assert {letter: name.lower() for letter, name in SUBTYPES.items()} == SUBTYPE_WORDS
    assert NAMES == SUBTYPES


def test_reviewed_series_are_told_apart(filled: App) -> None:
    catalogue = filled.catalogue
    with Catalog(default_catalog_path()) as other:
        other.set_reviewed(make_uid("series", PATIENTS[1]), "done", reader="R")
    catalogue.state.refresh()
    catalogue.state.set_filter(CatalogFilter(reviewed=True))
    assert list_patients(catalogue.large) == [PATIENTS[1]]
    catalogue.state.set_filter(CatalogFilter(reviewed=False))
    assert list_patients(catalogue.large) == [PATIENTS[0], PATIENTS[2]]


def test_a_heading_sorts_both_ways(qtbot: QtBot, filled: App) -> None:
    panel = filled.catalogue.large
    header = panel.tree.header()
    place = [column.key for column in COLUMNS].index("slices")
    at = QPoint(header.sectionViewportPosition(place) + 20, header.height() // 2)
    header.setOffset(0)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    first = list_patients(panel)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert {tuple(first), tuple(list_patients(panel))} == {PATIENTS, PATIENTS[::-1]}


def test_columns_order_and_filters_are_kept_between_runs(qtbot: QtBot, filled: App) -> None:
    panel = filled.catalogue.large
    (action,) = [a for a in panel.build_column_menu().actions() if a.text() == "Kernel"]
    action.trigger()
    filled.catalogue.state.set_sort(CatalogSort("slices", descending=True))
    filled.catalogue.state.set_filter(CatalogFilter(text="lung", annotated=True))
    settings = filled.collect_settings()
    again = build_app(settings)
    qtbot.addWidget(again.window)
    again.catalogue.show_window()
    place = [column.key for column in COLUMNS].index("kernel")
    assert again.catalogue.large.tree.isColumnHidden(place)
    assert again.catalogue.state.sort == CatalogSort("slices", descending=True)
    assert again.catalogue.state.filter == CatalogFilter(annotated=True)
    assert list_patients(again.catalogue.large) == [PATIENTS[2], PATIENTS[0]]
    again.close()


def test_settings_that_make_no_sense_are_left_out(qtbot: QtBot, collection: Path) -> None:
    for saved in ("[1]", "{", '{"view": 3}', '{"view": {"sort": {"key": "x"}, "filter": [1]}}'):
        app = build_app(Settings(catalogue_view=saved))
        qtbot.addWidget(app.window)
        assert app.catalogue.state.sort == CatalogSort()
        app.close()


def test_reload_keeps_what_is_opened_up(filled: App) -> None:
    panel = filled.catalogue.large
    series = find_series(panel, 1)
    panel.tree.setCurrentIndex(series)
    key = filled.catalogue.model.get_key(series)
    filled.catalogue.state.refresh()
    assert filled.catalogue.model.get_key(panel.tree.currentIndex()) == key
    assert panel.tree.isExpanded(panel.tree.model().index(1, 0))
    assert not panel.tree.isExpanded(panel.tree.model().index(0, 0))


def test_small_pictures_come_and_are_kept(qtbot: QtBot, filled: App, tmp_path: Path) -> None:
    panel = filled.catalogue.large
    index = find_series(panel)
    qtbot.waitUntil(lambda: index.data(Qt.ItemDataRole.DecorationRole) is not None, timeout=WAIT_MS)
    kept = list((tmp_path / "home" / "thumbnails").glob("*.png"))
    assert kept
    assert all(PATIENTS[0] not in file.name for file in kept)


def test_identity_is_hidden_here_too(filled: App) -> None:
    switch = filled.window.commands["patient"]
    switch.setChecked(True)
    assert list_patients(filled.catalogue.large) == list(PATIENTS)
    switch.setChecked(False)
    assert list_patients(filled.catalogue.large) == ["Patient 1", "Patient 2", "Patient 3"]


def test_patients_come_in_pages(qtbot: QtBot, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    path = default_catalog_path()
    path.parent.mkdir(parents=True)
    with Catalog(path) as catalog, catalog.writing() as connection:
        connection.execute("INSERT INTO series_uid VALUES (1, '1.2', 0)")
        connection.executemany(
            "INSERT INTO series(key, series_id, patient_id, patient_short, study_uid, n_slices, "
            "annotated_slices, boxes, labels, n_problems, problems, is_secondary_capture, "
            "not_a_volume) VALUES (?, 1, ?, '', '1', 1, 0, 0, '', 0, '[]', 0, 0)",
            [(f"1.2.{number}", f"P{number:04}") for number in range(450)],
        )
    app.catalogue.show_window()
    model = app.catalogue.model
    assert 200 <= model.rowCount() < 450
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 450
    assert model.index(449, 0).data() == "P0449"


def test_damaged_catalogue_is_told_of(
    qtbot: QtBot, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = default_catalog_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    shown: list[object] = []
    app.catalogue.state.failed.disconnect()
    app.catalogue.state.failed.connect(shown.append)
    app.catalogue.show_window()
    assert len(shown) == 1
    assert "damaged or no catalogue" in str(shown[0])


@pytest.mark.parametrize(
    "described",
    [
        {"sort": {"key": []}, "filter": {"subtypes": 5}},
        {"sort": "patient", "filter": {"subtypes": "AB", "annotated": 1}},
        [1],
    ],
)
def test_a_view_that_makes_no_sense_is_left_out(tmp_path: Path, described: object) -> None:
    state = CatalogueState(tmp_path / "c.sqlite")
    state.restore(described)
    assert (state.filter, state.sort) == (CatalogFilter(), CatalogSort())
