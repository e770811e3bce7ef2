"""The review queue in the window, by mouse and keys."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTreeView, QWidget

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.dicom.catalog import Catalog
from ctbox.gui.app import App
from ctbox.gui.inspector.tile_view import TileView
from ctbox.gui.lesions.binding import AI_HIDDEN, EXPERT_HIDDEN
from ctbox.gui.prediction_commands import HIDDEN
from ctbox.model.detection import Detection, Lesion, SliceDetections
from ctbox.progress import TaskContext
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from ctbox.workflows.review_queue import Decision, ReviewOrder, Stage
from ctbox.workflows.review_store import ReviewLog, find_unfinished
from tests import builders
from tests.gui.editing_scene import CONTROL, SHIFT, Desk, open_case, start

ROWS, COLUMNS = 96, 128
EXPERT = BoundingBox(40, 30, 60, 50)
CLOSE, FAR = BoundingBox(40, 30, 60, 52), BoundingBox(90, 60, 110, 80)
MINE = BoundingBox(20, 20, 44, 40)
NAMES = ("Thin", "Soft", "Lung")
WAIT_MS = 15_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One patient with three series of four slices, an expert's box on the third of each."""
    patient = tmp_path / "case" / "Lung_Dx-A0001"
    annotations = tmp_path / "case" / "Annotation" / "A0001"
    annotations.mkdir(parents=True)
    for number, name in enumerate(NAMES, 1):
        paths = builders.write_series(
            patient / "study" / name, 4, rows=ROWS, columns=COLUMNS,
            series_instance_uid=f"1.2.3.{number}",
            tags={"SeriesDescription": name, "SeriesNumber": number},
        )  # fmt: skip
        uid = str(pydicom.dcmread(paths[2], stop_before_pixels=True).SOPInstanceUID)
        write_voc(annotations / f"{uid}.xml", uid, [(EXPERT, "A")], COLUMNS, ROWS)
    return tmp_path / "case"


class ReviewDesk(Desk):
    """What a reviewer's hands do."""

    @property
    def review(self):
        return self.app.review

    @property
    def queue(self):
        return self.review.state.queue

    @property
    def shown(self) -> str:
        return self.state.series_case.series.description

    @property
    def order(self) -> list[str]:
        return [item.description for item in self.queue.items]

    def predict_all(self) -> None:
        """The first series is hit badly, the second well, the third not at all."""
        hits = {"Thin": (FAR, 0.9), "Soft": (CLOSE, 0.6)}
        self.state.store.set_own_threshold(0.5)
        for each in self.app.session.case.series:
            box, score = hits.get(each.series.description, (FAR, 0.2))
            uids = [slice_.sop_instance_uid for slice_ in each.series.slices]
            found = [SliceDetections(uid, ()) for uid in uids]
            found[2] = SliceDetections(uids[2], (Detection(box, score),))
            lesion = Lesion(1, (0.0,) * 6, score, (uids[2],), found[2].detections)
            self.state.store.add_series(each.series.key, found, [lesion])

    def start(
        self, *, blind: bool = False, order: ReviewOrder | None = None, hides_expert: bool = True
    ) -> None:
        self.press(Qt.Key.Key_R, CONTROL)
        dialog = self.review.starter.dialog
        if order is not None:
            dialog.order.setCurrentIndex(list(ReviewOrder).index(order))
        if blind:
            assert not dialog.expert.isEnabled()
            dialog.blind.click()
            assert dialog.expert.isChecked()
            if not hides_expert:
                self.qtbot.mouseClick(
                    dialog.expert,
                    Qt.MouseButton.LeftButton,
                    pos=QPoint(8, dialog.expert.height() // 2),
                )
        dialog.reader.clear()
        self.qtbot.keyClicks(dialog.reader, "Dr R")
        self.qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: self.queue is not None, timeout=WAIT_MS)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.app.runner.running, timeout=WAIT_MS)

    def click_button(self, name: str) -> None:
        panel = self.review.panel
        button = panel.reveal if name == "review_reveal" else panel.buttons[name]
        assert button.isVisible()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def close(desk: ReviewDesk) -> None:
    desk.editing.discard_unsaved()
    desk.app.close()


@pytest.fixture
def desk(qtbot, home: Path, folder: Path) -> Iterator[ReviewDesk]:
    app = start(qtbot)
    open_case(qtbot, app, folder)
    desk = ReviewDesk(qtbot, app, folder)
    desk.predict_all()
    yield desk
    close(desk)


def test_commands_are_dead_without_a_review(desk: ReviewDesk) -> None:
    commands = desk.app.window.commands
    live = [n for n, c in commands.items() if n.startswith("review_") and c.isEnabled()]
    assert live == ["review_start"]
    assert not desk.review.dock.isVisible()


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (ReviewOrder.WORST_IOU, ["Thin", "Lung", "Soft"]),
        (ReviewOrder.HIGHEST_SCORE, ["Thin", "Soft", "Lung"]),
        (ReviewOrder.LEAST_CERTAIN, ["Soft", "Lung", "Thin"]),
    ],
)
def test_queue_is_sorted(desk: ReviewDesk, order: ReviewOrder, names: list[str]) -> None:
    desk.start(order=order)
    assert desk.order == names
    assert desk.shown == names[0]
    assert desk.review.dock.isVisible()
    ious = {item.description: item.iou for item in desk.queue.items}
    assert ious["Soft"] == pytest.approx(20 / 22)
    assert (ious["Thin"], ious["Lung"]) == (0, 0)


def test_decisions_open_the_next_and_undo_goes_back(desk: ReviewDesk) -> None:
    desk.start()
    assert desk.state.slice_index == 2, "begins where there is something to judge"
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.settle()
    assert desk.shown == "Lung"
    assert desk.review.panel.progress.text() == "1 of 3"
    desk.click_button("review_reject")
    desk.settle()
    assert desk.shown == "Soft"
    assert desk.review.panel.progress.text() == "2 of 3 · 1 rejected"
    desk.press(Qt.Key.Key_Backspace, CONTROL | SHIFT)
    desk.settle()
    assert desk.shown == "Lung"
    assert desk.review.panel.progress.text() == "1 of 3"
    assert desk.queue.readings[-1].taken_back_at
    desk.press(Qt.Key.Key_PageUp, CONTROL)
    assert desk.shown == "Thin"
    desk.press(Qt.Key.Key_PageDown, CONTROL)
    assert desk.shown == "Lung"
    assert desk.queue.readings[0].ai_boxes[0].box == FAR
    assert desk.queue.plan.reader == "Dr R"


def test_fix_opens_box_editing_and_done_keeps_the_boxes(desk: ReviewDesk) -> None:
    desk.start()
    desk.press(Qt.Key.Key_F, CONTROL | SHIFT)
    commands = desk.app.window.commands
    assert commands["tool_draw"].isChecked()
    assert desk.review.panel.buttons["review_fix"].text() == "Done"
    desk.drag((MINE.x1, MINE.y1), (MINE.x2, MINE.y2))
    assert desk.mine == (MINE,)
    desk.click_button("review_fix")
    desk.settle()
    assert desk.shown == "Lung"
    assert commands["tool_window"].isChecked()
    assert desk.review.panel.progress.text() == "1 of 3 · 1 fixed"
    assert [each.box for each in desk.queue.readings[-1].boxes] == [MINE]


def test_note_is_typed_and_kept(desk: ReviewDesk) -> None:
    desk.start()
    desk.press(Qt.Key.Key_N, CONTROL)
    note = desk.review.panel.note
    assert QApplication.focusWidget() is note
    desk.qtbot.keyClicks(note, "motion r")
    assert desk.queue.current is not None
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.settle()
    assert desk.queue.readings[-1].note == "motion r"
    assert note.text() == ""
    desk.press(Qt.Key.Key_PageUp, CONTROL)
    desk.press(Qt.Key.Key_PageUp, CONTROL)
    assert desk.shown == "Thin"
    assert note.text() == "motion r"


def list_texts(window: QWidget) -> Iterator[str]:
    """Yield all that a window says: labels, lists, pictures, tooltips, accessible texts."""
    for widget in (each for each in window.findChildren(QWidget) if each.isVisible()):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, TileView):
            yield widget.tile.message
        if isinstance(widget, QTreeView):
            yield from list_cells(widget.model(), QModelIndex())


def list_cells(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            yield f"{index.data()}"
            yield f"{index.data(Qt.ItemDataRole.ToolTipRole)}"
        yield from list_cells(model, model.index(row, 0, parent))


def test_blind_mode_hides_everything_of_the_ai_until_it_is_revealed(desk: ReviewDesk) -> None:
    desk.start(blind=True)
    panel, window = desk.review.panel, desk.app.window
    assert desk.shown == "Thin"
    desk.state.set_slice_index(2)
    told = "\n".join(list_texts(window))
    assert "Hidden until you reveal the AI." in told
    assert "AI hidden" in told
    assert "not predicted" not in told.lower()
    assert "0.90" not in told
    lesions = window.findChild(type(desk.app.counting._panel))
    assert desk.state.detections is None
    assert window.viewer.slider.detection_marks == frozenset()
    assert lesions.message.text() == AI_HIDDEN
    assert not lesions.list.isVisible()
    assert not lesions.predict.isVisible()
    assert panel.tree.topLevelItem(0).text(1) == "–"
    assert "0.90" not in panel.figures.text()
    assert not panel.buttons["review_accept"].isVisible()
    desk.press(Qt.Key.Key_Return, CONTROL)
    assert desk.queue.count() == 0, "nothing can be judged that was not seen"
    desk.press(Qt.Key.Key_P)
    assert desk.notes[-1] == HIDDEN
    desk.draw(MINE)
    desk.app.window.viewer.setFocus()
    desk.press(Qt.Key.Key_R)
    assert [found.box for found in desk.state.detections] == [FAR]
    assert window.viewer.slider.detection_marks == {2}
    assert lesions.list.isVisible()
    desk.draw(BoundingBox(70, 60, 90, 80))
    desk.click_button("review_accept")
    desk.settle()
    before, after = desk.queue.readings
    assert (before.stage, [each.box for each in before.boxes]) == (Stage.BLIND, [MINE])
    assert (after.stage, len(after.boxes), after.decision) == (
        Stage.WITH_AI, 2, Decision.ACCEPTED
    )  # fmt: skip
    assert before.opened_at <= before.at <= after.at
    assert desk.shown == "Lung"
    assert desk.review.state.is_hidden, "the next one is read blind too"
    desk.press(Qt.Key.Key_PageUp, CONTROL)
    assert not desk.review.state.is_hidden


def test_a_blind_reading_does_not_know_the_expert_either(desk: ReviewDesk) -> None:
    assert "1 annotated" in "\n".join(list_texts(desk.app.window))
    desk.start(blind=True)
    panel, window = desk.review.panel, desk.app.window
    desk.state.set_slice_index(2)
    assert desk.state.annotations == ()
    assert window.viewer.slider.expert_marks == frozenset()
    told = "\n".join(list_texts(window))
    assert "annotated" not in told
    assert "No expert's boxes" not in told
    assert "No annotation on this slice" not in told
    assert EXPERT_HIDDEN in told
    assert "expert and AI hidden" in told
    assert panel.figures.height() >= panel.figures.heightForWidth(panel.figures.width())
    assert panel.figures.text().startswith("The AI and the expert are hidden:")
    desk.state.set_slice_index(0)
    desk.press(Qt.Key.Key_N)
    assert desk.state.slice_index == 0, "no key leads to what is hidden"
    desk.press(Qt.Key.Key_R)
    assert window.viewer.slider.expert_marks == {2}
    desk.state.set_slice_index(2)
    assert [each.box for each in desk.state.annotations] == [EXPERT]
    assert "1 annotated" in "\n".join(list_texts(window))
    assert "annotated slices" in panel.figures.text()
    path = desk.review.state.log.path
    desk.review.close()
    log = ReviewLog.open(path)
    assert log.queue.plan.hides_expert, "it goes on so in the next run"
    log.close()


def test_a_blind_reading_is_not_told_the_subtype(desk: ReviewDesk) -> None:
    def list_told() -> str:
        desk.settle()
        corners = desk.app.window.viewer.view.scene.corners
        return "\n".join((*list_texts(desk.app.window), *corners.top_left))

    assert list_told().count("Adenocarcinoma") == 2, "in the corner and in the list"
    desk.start(blind=True)
    assert "Adenocarcinoma" not in list_told()
    desk.press(Qt.Key.Key_R)
    assert list_told().count("Adenocarcinoma") == 2


def test_the_expert_stays_where_that_is_wanted_and_the_panel_tells_the_key(
    desk: ReviewDesk,
) -> None:
    desk.start(blind=True, hides_expert=False)
    desk.state.set_slice_index(2)
    assert [each.box for each in desk.state.annotations] == [EXPERT]
    assert desk.app.window.viewer.slider.expert_marks == {2}
    assert "1 annotated" in "\n".join(list_texts(desk.app.window))
    told = desk.review.panel.figures.text()
    assert told.endswith("E hides the expert as well.")
    desk.press(Qt.Key.Key_E)
    assert not desk.state.overlays.annotations


def test_blind_mode_is_switched_off_in_the_menu(desk: ReviewDesk) -> None:
    desk.start(blind=True)
    desk.app.window.commands["review_blind"].trigger()
    assert not desk.review.state.is_hidden
    assert desk.queue.readings[0].stage is Stage.BLIND
    desk.app.window.commands["review_end"].trigger()
    assert desk.queue is None
    assert not desk.review.dock.isVisible()
    assert find_unfinished() is None


def test_a_killed_review_goes_on_with_the_ai_boxes(qtbot, desk: ReviewDesk, folder: Path) -> None:
    desk.start()
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.settle()
    # As a kill leaves it: the lock goes with the process, nothing else happens.
    desk.review.state.log.close()
    app = start(qtbot)
    again = ReviewDesk(qtbot, app, folder)
    app.review.offer_resume()
    (toast,) = [each for each in app.session.notices if "left at 1 of 3" in each.text]
    qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: again.state.series_case is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: again.shown == "Lung", timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: again.state.store.find_lesions(again.queue.current) is not None, timeout=WAIT_MS
    )
    assert again.review.dock.isVisible()
    assert again.review.panel.progress.text() == "1 of 3"
    again.settle()
    close(again)


def test_readings_are_exported(
    desk: ReviewDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    desk.press(Qt.Key.Key_Return, CONTROL)
    target = tmp_path / "readings.csv"
    monkeypatch.setattr(
        "ctbox.gui.review.commands.QFileDialog.getSaveFileName",
        lambda *_: (str(target), ""),
    )
    desk.app.window.commands["review_export"].trigger()
    desk.settle()
    with target.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["description"], row["decision"], row["reader"]) == ("Thin", "accepted", "Dr R")


def test_catalogue_is_reviewed_and_told(qtbot, home: Path, folder: Path) -> None:
    index_collection(IndexRequest(folder, default_catalog_path(), workers=1), TaskContext())
    app: App = start(qtbot)
    desk = ReviewDesk(qtbot, app, folder)
    desk.start()
    qtbot.waitUntil(lambda: desk.state.series_case is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: desk.review.state.can_decide, timeout=WAIT_MS)
    desk.settle()
    assert len(desk.queue.items) == 3
    key = desk.queue.current
    desk.press(Qt.Key.Key_Backspace, CONTROL)
    desk.settle()
    with Catalog(default_catalog_path()) as catalog:
        assert catalog.find_review(key) == "doubtful"
    desk.press(Qt.Key.Key_Backspace, CONTROL | SHIFT)
    desk.settle()
    with Catalog(default_catalog_path()) as catalog:
        assert catalog.find_review(key) == "open"
    close(desk)


def test_a_review_that_another_window_has_is_refused(
    desk: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    path = desk.review.state.log.path
    desk.review.state.show_log(None)
    other = ReviewLog.open(path)
    told: list[object] = []
    monkeypatch.setattr(desk.app.session, "show_failure", told.append)
    desk.review.resume(path)
    assert desk.queue is None
    assert "another window" in str(told[0])
    other.close()


def test_ending_a_review_gives_the_list_of_series_its_width_back(desk: ReviewDesk) -> None:
    window = desk.app.window
    window.resize(1280, 800)
    desk.qtbot.wait(50)
    window.resizeDocks([window.browser_dock], [250], Qt.Orientation.Horizontal)
    desk.qtbot.wait(50)
    before = window.browser_dock.width()
    desk.start()
    desk.qtbot.wait(50)
    assert window.browser_dock.width() > before
    window.commands["review_end"].trigger()
    desk.qtbot.wait(50)
    assert window.browser_dock.width() == before
    # One who drew it wider himself keeps what he drew.
    desk.start()
    desk.qtbot.wait(50)
    window.resizeDocks([window.browser_dock], [420], Qt.Orientation.Horizontal)
    desk.qtbot.wait(50)
    drawn = window.browser_dock.width()
    window.commands["review_end"].trigger()
    desk.qtbot.wait(50)
    assert window.browser_dock.width() == drawn


def test_the_row_follows_a_prediction_that_comes_during_the_review(desk: ReviewDesk) -> None:
    desk.state.store.clear()
    desk.start()
    panel, row = desk.review.panel, desk.review.panel.tree.topLevelItem(0)
    assert "not predicted" in panel.figures.text()
    assert (row.text(1), row.text(2)) == ("–", "–")
    desk.predict_all()
    assert desk.shown == "Thin"
    assert (row.text(1), row.text(2)) == ("0.00", "0.90")
    assert panel.figures.text().startswith("IoU 0.00 · surest 0.90")
    assert [panel.tree.topLevelItem(i).text(2) for i in (1, 2)] == ["–", "–"]
