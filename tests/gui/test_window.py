"""The whole window on real DICOM files, driven by key, mouse and drop events."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import SIGNAL, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QPushButton,
    QTreeWidget,
)

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW, VoiWindow
from ctbox.gui import prediction
from ctbox.gui.actions import ACTIONS
from ctbox.gui.app import App, build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.error_dialogs import ErrorDialog
from ctbox.gui.help_dialogs import AboutDialog, ShortcutSheet
from ctbox.gui.licence_texts import LicencesDialog
from ctbox.gui.viewer.placement import Placement
from ctbox.model.detection import Detection, SliceDetections
from ctbox.settings import Settings
from tests import builders
from tests.gui import fake_detection
from tests.workflows import worker_functions as tasks

EXPERT = BoundingBox(10, 8, 20, 18)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A patient with two series in the collection's layout, two boxes, and a stray file."""
    patient = tmp_path / "case" / "Lung_Dx-A0001"
    first = builders.write_series(
        patient / "study" / "first", 14, series_instance_uid="1.2.3.1", tags=_describe("Chest 5mm")
    )
    builders.write_series(
        patient / "study" / "second", 4, series_instance_uid="1.2.3.2", tags=_describe("Chest thin")
    )
    annotations = tmp_path / "case" / "Annotation" / "A0001"
    annotations.mkdir(parents=True)
    for path in (first[3], first[9]):
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)
        write_voc(annotations / f"{uid}.xml", uid, [(EXPERT, "A")], 40, 32)
    (patient / "notes.txt").write_text("not an image")
    return tmp_path / "case"


def _describe(text: str) -> dict[str, str]:
    return {"SeriesDescription": text}


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


@pytest.fixture
def opened(qtbot, app: App, folder: Path) -> App:
    """The window with the case open and the first series read."""
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    qtbot.waitUntil(lambda: not app.runner.running)
    return app


@pytest.fixture
def in_thread(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Predict in a thread of this process: starting another takes seconds on a busy machine."""
    start = app.runner.start

    def start_in_thread(*arguments, kind: str = "thread", **others):
        return start(*arguments, kind="thread", **others)

    monkeypatch.setattr(app.runner, "start", start_in_thread)


def press(qtbot, app: App, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or app.window, key, modifiers)


def test_starts_with_what_to_do_and_the_research_notice(app: App) -> None:
    window = app.window
    assert not window.is_case_shown
    assert window.start_page.isVisible()
    assert not window.browser_dock.isVisible()
    notice = window.findChild(QLabel, "researchStrip")
    assert notice.isVisible()
    assert notice.text() == "Research use only: not for diagnosis"
    for name in ("predict_slice", "open_annotations", "fit"):
        assert not window.commands[name].isEnabled()


def test_open_lists_series_and_shows_the_most_cranial_slice(opened: App) -> None:
    window, state = opened.window, opened.window.viewer.state
    (patient,) = window.browser.model.patients
    assert (patient.patient_id, patient.subtype) == ("Lung_Dx-A0001", "A · Adenocarcinoma")
    first, second = patient.series
    assert (first.title, first.facts, first.marks) == (
        "Chest 5mm",
        "14 slices · 5 × 0.70 mm",
        "2 annotated",
    )
    assert (second.title, second.marks) == ("Chest thin", "")
    assert state.slice.position_along_normal_mm == 100.0
    assert state.slice_index == 0
    assert window.viewer.view.pixels is not None
    assert window.viewer.slider.expert_marks == {3, 9}
    assert window.browser.problems_text == "1 file was skipped…"


def test_keys_scroll_from_head_to_feet(qtbot, opened: App) -> None:
    state = opened.window.viewer.state
    shift = Qt.KeyboardModifier.ShiftModifier
    steps = [
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Down, shift, 11),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 10),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, 10),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 13),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_N, Qt.KeyboardModifier.NoModifier, 3),
        (Qt.Key.Key_N, Qt.KeyboardModifier.NoModifier, 9),
        (Qt.Key.Key_N, shift, 3),
    ]
    for key, modifiers, expected in steps:
        press(qtbot, opened, key, modifiers)
        assert state.slice_index == expected, key
    assert opened.window.viewer.slider.value() == 3


def test_keys_choose_windows_and_reset(qtbot, opened: App) -> None:
    state = opened.window.viewer.state
    press(qtbot, opened, Qt.Key.Key_2)
    assert state.window == MEDIASTINUM_WINDOW
    press(qtbot, opened, Qt.Key.Key_1)
    assert state.window == LUNG_WINDOW
    state.set_placement(Placement(3.0, 0.3, 0.3))
    press(qtbot, opened, Qt.Key.Key_F)
    assert state.placement == Placement()
    press(qtbot, opened, Qt.Key.Key_2)
    state.set_placement(Placement(3.0, 0.3, 0.3))
    press(qtbot, opened, Qt.Key.Key_Escape)
    assert (state.window, state.placement) == (LUNG_WINDOW, Placement())


def test_display_stays_when_another_series_is_chosen(qtbot, opened: App) -> None:
    state = opened.window.viewer.state
    press(qtbot, opened, Qt.Key.Key_2)
    tree = opened.window.browser.tree
    index = tree.model().index(1, 0, tree.model().index(0, 0))
    with qtbot.waitSignal(opened.window.viewer.loader.finished):
        qtbot.mouseClick(
            tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center()
        )
    assert state.series_case.series.description == "Chest thin"
    assert state.slice_index == 0
    assert state.window == MEDIASTINUM_WINDOW
    # A click hands the keys to the image at once: Down scrolls, it does not walk the list.
    press(qtbot, opened, Qt.Key.Key_Down)
    assert state.slice_index == 1


def test_list_is_walked_by_keys(qtbot, opened: App) -> None:
    state, tree = opened.window.viewer.state, opened.window.browser.tree
    tree.setFocus()
    press(qtbot, opened, Qt.Key.Key_Down)
    assert state.series_case.series.description == "Chest thin"
    press(qtbot, opened, Qt.Key.Key_Up)
    assert state.series_case.series.description == "Chest 5mm"
    press(qtbot, opened, Qt.Key.Key_Return)
    press(qtbot, opened, Qt.Key.Key_Down)
    assert state.slice_index == 1


def test_filter_narrows_the_list(qtbot, opened: App) -> None:
    tree = opened.window.browser.tree
    opened.window.browser._filter.setText("thin")
    patient = tree.model().index(0, 0)
    assert tree.model().rowCount(patient) == 1
    opened.window.browser._filter.setText("nothing like it")
    assert tree.model().rowCount() == 0


def test_slider_jumps_where_it_is_pressed(qtbot, opened: App) -> None:
    slider = opened.window.viewer.slider
    qtbot.mouseClick(
        slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 12, slider.height() // 2)
    )
    assert opened.window.viewer.state.slice_index == 13


def test_pointer_is_probed_in_the_status_bar(qtbot, opened: App) -> None:
    view = opened.window.viewer.view
    x, y = view.mapping.to_view(12.5, 10.5)
    qtbot.mouseMove(view, QPoint(round(x), round(y)))
    text = opened.window.status_line.probe_text
    assert text.startswith("x 12  y 10  slice 1")
    assert f"{int(view.pixels[10, 12])} HU".replace("-", "−") in text
    assert "(−91.6, −93.0, 100.0) mm" in text


def test_expert_box_says_not_predicted_then_iou(
    qtbot, opened: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "detect", fake_detection.fake_detect)
    view, state = opened.window.viewer.view, opened.window.viewer.state
    assert view.scene.iou.text == "no annotation"
    press(qtbot, opened, Qt.Key.Key_N)
    assert view.scene.iou.text == "not predicted"
    assert [mark.tag for mark in view.scene.boxes] == ["Expert A"]
    with qtbot.waitSignal(opened.session.prediction.predicted, timeout=60_000):
        press(qtbot, opened, Qt.Key.Key_P)
    assert [mark.tag for mark in view.scene.boxes] == ["Expert A", "AI 0.87"]
    assert view.scene.iou.text == "IoU 1.00"
    assert "AI: this slice alone" in view.scene.corners.bottom_left
    assert opened.window.chip.text == "CPU · fake-s"
    assert opened.window.viewer.slider.detection_marks == {3}
    # The box below the card's threshold is kept, and shown once the reader asks for it.
    state.store.set_threshold(0.05)
    assert len(view.scene.boxes) == 3
    press(qtbot, opened, Qt.Key.Key_Home)
    assert [mark.tag for mark in view.scene.boxes] == []


@pytest.mark.usefixtures("in_thread")
def test_series_is_predicted_and_missed_boxes_are_said(
    qtbot, opened: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "detect", fake_detection.fake_detect)
    with qtbot.waitSignal(opened.session.prediction.predicted, timeout=60_000):
        press(qtbot, opened, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert opened.window.viewer.slider.detection_marks == set(range(14))
    opened.window.viewer.state.store.set_threshold(0.95)
    press(qtbot, opened, Qt.Key.Key_N)
    assert opened.window.viewer.view.scene.iou.text == "IoU 0.00 (missed)"
    assert "AI: with the whole series" in opened.window.viewer.view.scene.corners.bottom_left
    # One slice alone would give other scores: the series' stay, and a note says so.
    press(qtbot, opened, Qt.Key.Key_P)
    assert not opened.session.prediction.is_running
    assert any("whole series" in toast.text for toast in opened.session.notices)


@pytest.mark.usefixtures("in_thread")
def test_prediction_is_cancelled(qtbot, opened: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction, "detect", fake_detection.endless_detect)
    with qtbot.waitSignal(opened.session.prediction.model_ready, timeout=60_000):
        press(qtbot, opened, Qt.Key.Key_P)
    assert not opened.window.commands["predict_slice"].isEnabled()
    assert opened.window.commands["cancel"].isEnabled()
    with qtbot.waitSignal(opened.session.prediction.ended, timeout=60_000):
        press(qtbot, opened, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert opened.window.commands["predict_slice"].isEnabled()
    assert opened.window.viewer.state.detections is None


@pytest.mark.usefixtures("in_thread")
def test_missing_weights_are_said_and_the_window_goes_on(
    qtbot, opened: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "detect", fake_detection.failing_detect)
    with qtbot.waitSignal(opened.session.prediction.ended, timeout=60_000):
        press(qtbot, opened, Qt.Key.Key_P)
    dialog = opened.window.findChild(ErrorDialog)
    assert "The weights of fake-s are missing." in dialog.accessibleName()
    dialog.close()
    assert opened.window.chip.text == "No model"
    press(qtbot, opened, Qt.Key.Key_Down)
    assert opened.window.viewer.state.slice_index == 1


def test_outline_is_laid_on_the_slice(qtbot, opened: App) -> None:
    view = opened.window.viewer.view
    press(qtbot, opened, Qt.Key.Key_N)
    assert view.scene.outlines == ()
    press(qtbot, opened, Qt.Key.Key_O)
    assert opened.window.commands["outline"].isChecked()
    qtbot.waitUntil(lambda: not opened.runner.running, timeout=60_000)
    press(qtbot, opened, Qt.Key.Key_O)
    assert view.scene.outlines == ()


def test_layers_are_switched_by_key(qtbot, opened: App) -> None:
    view, state = opened.window.viewer.view, opened.window.viewer.state
    press(qtbot, opened, Qt.Key.Key_N)
    press(qtbot, opened, Qt.Key.Key_E)
    assert not view.scene.boxes
    assert not opened.window.commands["annotations"].isChecked()
    press(qtbot, opened, Qt.Key.Key_E)
    assert len(view.scene.boxes) == 1
    press(qtbot, opened, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert view.scene.corners.top_left == ()
    assert state.overlays.texts is False


def test_one_key_hides_who_the_patient_is(qtbot, opened: App) -> None:
    def texts() -> str:
        model, tree = opened.window.browser.model, opened.window.viewer.view.scene
        return str(model.index(0, 0).data()) + " ".join(tree.corners.top_left)

    assert texts().count("Lung_Dx-A0001") == 2
    press(qtbot, opened, Qt.Key.Key_F9)
    assert "Lung_Dx-A0001" not in texts()
    assert "Patient 1" in texts()


def test_tools_follow_their_keys(qtbot, opened: App) -> None:
    for key, name in ((Qt.Key.Key_T, "pan"), (Qt.Key.Key_S, "scroll"), (Qt.Key.Key_W, "window")):
        press(qtbot, opened, key)
        assert opened.window.viewer.view.tool.value == name
        assert opened.window.commands[f"tool_{name}"].isChecked()


def test_cine_plays_round_and_stops(qtbot, opened: App) -> None:
    state = opened.window.viewer.state
    state.set_slice_index(12)
    press(qtbot, opened, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: state.slice_index == 1, timeout=5000)
    press(qtbot, opened, Qt.Key.Key_Space)
    assert not opened.window.commands["cine"].isChecked()
    here = state.slice_index
    qtbot.wait(250)
    assert state.slice_index == here


def test_dropping_a_zip_opens_it(qtbot, app: App, folder: Path) -> None:
    archive = builders.zip_folder(folder)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(archive))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    details = (copy, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(app.window, QDragEnterEvent(QPoint(200, 200), *details))
    event = QDropEvent(QPoint(200, 200), *details)
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        QApplication.sendEvent(app.window, event)
    assert app.session.case.path == str(archive)
    assert app.window.viewer.state.series_case.annotated_slices == 2


def test_folder_dialog_and_recent(
    qtbot, app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.window.commands["open_folder"].trigger()
    (recent,) = app.window.recent_menu.actions()
    assert recent.text() == str(folder)
    press(qtbot, app, Qt.Key.Key_F9)  # whose folder it is must not be read over a shoulder
    (recent,) = app.window.recent_menu.actions()
    assert recent.text() == "Case 1"
    qtbot.wait(10)  # the old links go with the next events
    links = app.window.start_page.findChildren(QPushButton)
    assert not any(str(folder) in each.text() + each.toolTip() for each in links)
    assert "Case 1" in [each.text() for each in links]
    with qtbot.waitSignal(app.session.cases.case_opened):
        recent.trigger()
    assert app.session.collect_settings().recent_paths == (str(folder),)


def test_annotations_from_elsewhere(
    qtbot, app: App, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / "Annotation").rename(elsewhere)
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    state = app.window.viewer.state
    assert state.series_case.annotated_slices == 0
    state.set_slice_index(3)
    state.store.add([SliceDetections(state.slice.sop_instance_uid, (Detection(EXPERT, 0.5),))])
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(elsewhere))
    with qtbot.waitSignal(app.session.cases.case_opened):
        app.window.commands["open_annotations"].trigger()
    assert state.series_case.annotated_slices == 2
    assert (state.slice_index, len(state.annotations), len(state.detections)) == (3, 1, 1)


def test_nothing_to_open_ends_in_one_sentence(qtbot, app: App, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    with qtbot.waitSignal(app.session.cases.opening_ended):
        app.session.open(OpenRequest(empty))
    dialog = app.window.findChild(ErrorDialog)
    assert "nothing" in dialog.accessibleName()
    dialog.close()
    assert not app.window.is_case_shown
    assert app.window.start_page._drop_area.isVisible()


def test_the_open_case_stays_when_the_next_cannot_be_read(
    qtbot, opened: App, tmp_path: Path
) -> None:
    before = opened.session.case
    with qtbot.waitSignal(opened.session.cases.opening_ended):
        opened.session.open(OpenRequest(tmp_path / "gone"))
    opened.window.findChild(ErrorDialog).close()
    assert opened.session.case is before
    assert opened.window.viewer.view.pixels is not None


def test_skipped_files_are_listed_with_reasons(qtbot, opened: App) -> None:
    qtbot.mouseClick(opened.window.browser._problems, Qt.MouseButton.LeftButton)
    (dialog,) = (each for each in opened.window.findChildren(QDialog) if each.isVisible())
    item = dialog.findChild(QTreeWidget).topLevelItem(0)
    row = [item.text(column) for column in range(3)]
    assert row[:2] == ["Skipped file", "notes.txt"]
    assert row[2]
    dialog.close()


def test_trouble_with_the_geometry_is_said_above_the_image(qtbot, app: App, tmp_path: Path) -> None:
    folder = tmp_path / "gap"
    builders.write_series(folder, 5, series_instance_uid="1.2.9")
    next(iter(sorted(folder.glob("*003.dcm")))).unlink()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    banner = app.window.viewer.banner
    assert banner.isVisible()
    assert "10" in banner.text
    assert "mm" in banner.text


def test_truncated_slice_says_so_and_the_others_open(qtbot, app: App, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    paths = builders.write_series(folder, 3, series_instance_uid="1.2.9")
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    data = paths[1].read_bytes()
    paths[1].write_bytes(data[: len(data) - 700])
    viewer = app.window.viewer
    with qtbot.waitSignal(viewer.loader.finished):
        viewer.loader.load(viewer.state.series_case.series)
    viewer.state.set_slice_index(1)
    assert viewer.view.pixels is None
    assert paths[1].name in viewer.view.scene.message
    viewer.state.set_slice_index(2)
    assert viewer.view.pixels is not None
    assert viewer.view.scene.message == ""


def test_colour_capture_is_shown_and_not_predicted(qtbot, app: App, tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    builders.write_rgb(folder)
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(folder))
    assert app.window.viewer.view.pixels.shape == (24, 30, 3)
    press(qtbot, app, Qt.Key.Key_P)
    assert not app.session.prediction.is_running
    assert any("Not predicted" in toast.text for toast in app.session.notices)


def test_theme_is_switched_and_kept(opened: App) -> None:
    dark = opened.window.grab().toImage().pixelColor(5, 5).lightness()
    opened.window.commands["theme"].setChecked(True)
    assert opened.window.grab().toImage().pixelColor(5, 5).lightness() > dark + 100
    assert opened.session.collect_settings().theme == "light"
    opened.window.commands["theme"].setChecked(False)


def test_settings_are_taken_up(qtbot, tmp_path: Path) -> None:
    settings = Settings(
        theme="light",
        smooth=False,
        show_outline=True,
        show_raw_sobel=True,
        recent_paths=("/a/b",),
    )
    app = build_app(settings)
    qtbot.addWidget(app.window)
    assert app.window.commands["theme"].isChecked()
    assert not app.window.viewer.state.smooth
    assert app.window.viewer.state.overlays.outline
    kept = app.close()
    same = ("theme", "smooth", "show_outline", "show_raw_sobel", "recent_paths")
    assert all(getattr(kept, name) == getattr(settings, name) for name in same)
    assert dataclasses.replace(kept, window_geometry="", window_state="").theme == "light"


def test_every_command_has_a_handler(app: App) -> None:
    """No menu entry may do nothing."""
    for name, command in app.window.commands.items():
        wired = command.receivers(SIGNAL("triggered(bool)")) + command.receivers(
            SIGNAL("toggled(bool)")
        )
        assert wired > 0, name


def test_everything_can_be_named_by_a_screen_reader(opened: App) -> None:
    nameless = [
        button
        for button in opened.window.findChildren(QAbstractButton)
        if button.isVisible()
        and not (button.text() or button.accessibleName() or button.toolTip())
        and not button.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_pixels_on_screen_are_those_of_the_file(opened: App) -> None:
    view = opened.window.viewer.view
    expected = builders.make_hu(seed=0)
    assert np.array_equal(view.pixels, np.clip(expected, -1024, None))


def test_banner_unfolds_all_problems(qtbot, qapp: object) -> None:
    from ctbox.gui.banner import Banner

    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_problems(("One gap.", "Two tilts.", "Three more."))
    link = banner.findChild(QPushButton)
    assert (banner.text, link.text()) == ("One gap.\nTwo tilts.", "1 more…")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert banner.text.splitlines() == ["One gap.", "Two tilts.", "Three more."]
    banner.show_problems(())
    assert banner.isHidden()


def test_docks_come_back_as_they_were_left(qtbot, opened: App, folder: Path) -> None:
    opened.window.browser_dock.hide()
    kept = opened.session.collect_settings()
    again = build_app(kept)
    qtbot.addWidget(again.window)
    again.window.show()
    assert again.session.collect_settings().window_state == kept.window_state
    with qtbot.waitSignal(again.window.viewer.loader.finished, timeout=60_000):
        again.session.open(OpenRequest(folder))
    assert again.window.browser_dock.isHidden()
    again.close()


def test_the_files_own_windows_are_on_the_digits_from_three(qtbot, opened: App) -> None:
    (own, *_) = opened.window.viewer.state.slice.windows
    action = next(a for a in opened.window.presets_menu.actions() if not a.isSeparator())
    assert f"{own.width:.0f}" in action.text()
    press(qtbot, opened, Qt.Key.Key_3)
    assert opened.window.viewer.state.window == own


def test_layers_can_be_switched_one_by_one(opened: App) -> None:
    commands, state = opened.window.commands, opened.window.viewer.state
    state.set_overlays(dataclasses.replace(state.overlays, outline=True, annotations=False))
    shown = {name: commands[name].isChecked() for name in ("outline", "annotations", "texts")}
    assert shown == {"outline": True, "annotations": False, "texts": True}
    commands["texts"].trigger()
    assert (state.overlays.outline, state.overlays.annotations) == (True, False)
    assert not state.overlays.texts


def test_sample_case_opens_from_the_start_page(
    qtbot, app: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctbox.workflows import sample_case

    monkeypatch.setattr(sample_case, "prepare_sample_case", lambda _ctx: folder)
    button = next(
        each
        for each in app.window.start_page.findChildren(QPushButton)
        if each.text() == "Open sample case"
    )
    with qtbot.waitSignal(app.window.viewer.loader.finished, timeout=60_000):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert app.window.is_case_shown
    assert app.session.collect_settings().recent_paths == ()


def test_opening_can_be_cancelled_on_the_start_page(
    qtbot, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctbox.workflows import sample_case

    def wait_for_ever(ctx) -> Path:
        while True:
            ctx.check()
            time.sleep(0.01)

    monkeypatch.setattr(sample_case, "prepare_sample_case", wait_for_ever)
    app.window.commands["open_sample"].trigger()
    (stop,) = (
        each for each in app.window.start_page.findChildren(QPushButton) if each.text() == "Cancel"
    )
    assert stop.isVisible()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not app.runner.running, timeout=10_000)
    assert not stop.isVisible()
    assert not app.window.is_case_shown


def test_shortcut_sheet_lists_every_key_that_works(qtbot, opened: App) -> None:
    press(qtbot, opened, Qt.Key.Key_F1)
    sheet = opened.window.findChild(ShortcutSheet)
    assert sheet.isVisible()
    told = {label.text() for label in sheet.findChildren(QLabel)}
    for spec in ACTIONS:
        if spec.keys:
            assert spec.text.replace("&", "").rstrip("…") in told
    assert {"Wheel", "P", "Shift+P", "Esc", "↓", "Home"} <= told
    sheet.close()


def test_about_says_what_it_is_not(opened: App) -> None:
    opened.window.commands["about"].trigger()
    dialog = opened.window.findChild(AboutDialog)
    told = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Research use only: not for diagnosis" in told
    assert "not a medical device" in told
    assert f"Prediction: {opened.window.chip.text}" in told
    buttons = {each.text(): each for each in dialog.findChildren(QPushButton)}
    buttons["Licences…"].click()
    listed = dialog.findChild(LicencesDialog).text.toPlainText()
    assert "PySide6-Essentials" in listed or "Apache-2.0" in listed
    dialog.close()


def test_the_chip_says_why_a_gpu_is_not_used(app: App) -> None:
    chip = app.window.chip
    chip.show_ready("CPU", "ctbox-lung", "CUDA driver version is insufficient")
    assert chip.text == "CPU · ctbox-lung"
    assert "The GPU can't be used: CUDA driver version is insufficient" in chip.toolTip()
    chip.show_ready("CPU", "ctbox-lung")
    assert "can't" not in chip.toolTip()


def test_keys_are_given_once(app: App) -> None:
    """Two commands on one key would both stay dead."""
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_attention_opacity_is_kept_between_runs(qtbot, app: App) -> None:
    app.counting.panel.attention.opacity.setEnabled(True)
    app.counting.panel.attention.opacity.setValue(25)
    kept = app.collect_settings()
    assert kept.attention_opacity == pytest.approx(0.25)
    again = build_app(kept)
    qtbot.addWidget(again.window)
    assert again.counting.panel.attention.opacity.value() == 25
    again.close()


def test_the_image_stays_put_while_a_task_runs(qtbot, opened: App) -> None:
    view = opened.window.viewer.view
    before = view.size()
    handle = opened.runner.start(tasks.count_slowly, 3000, title="Predict")
    qtbot.waitUntil(lambda: bool(opened.window.status_line.tasks.rows))
    qtbot.wait(50)
    assert view.size() == before
    handle.cancel()
    qtbot.waitUntil(lambda: not opened.runner.running)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [(MEDIASTINUM_WINDOW, MEDIASTINUM_WINDOW), (VoiWindow(49.0, 102.0, "Brain"), LUNG_WINDOW)],
)
def test_another_case_begins_with_no_other_patients_own_window(
    qtbot, opened: App, tmp_path: Path, chosen: VoiWindow, kept: VoiWindow
) -> None:
    state = opened.window.viewer.state
    state.set_window(chosen)
    builders.write_series(tmp_path / "other", 3, series_instance_uid="1.2.3.9")
    with qtbot.waitSignal(opened.window.viewer.loader.finished):
        opened.session.open(OpenRequest(tmp_path / "other"))
    qtbot.waitUntil(lambda: not opened.runner.running)
    assert state.window == kept
