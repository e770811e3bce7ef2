"""The attention map over the slice: its colours, place and legend, and how it is fetched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.gui import prediction
from ctbox.gui.attention_commands import AGAIN, NONE_GIVEN, NOT_YET, AttentionCommands
from ctbox.gui.lesions.attention_control import AttentionControl
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.toasts import ToastArea
from ctbox.gui.viewer.attention_layer import (
    build_attention_table,
    compute_colors,
    paint_attention,
    render_attention,
)
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.overlay_painter import OverlayPainter
from ctbox.gui.viewer.placement import ImageSize, Placement, compute_mapping
from ctbox.gui.viewer.scene import AttentionMark, Scene
from ctbox.gui.viewer.scene_builder import build_scene
from ctbox.gui.viewer.state import ViewerState
from ctbox.model.attention import AttentionMap
from ctbox.model.detection import Detection, SliceDetections
from ctbox.progress import TaskContext
from ctbox.workflows.detect import DetectRequest, DetectResult, SeriesResult, SliceDetected
from tests.gui import fake_detection
from tests.gui.builders import build_series, build_series_case

WIDTH, HEIGHT = 480, 360
IMAGE = ImageSize(120, 90)
BOX = BoundingBox(40, 30, 60, 50)


def make_map(row: int = 2, column: int = 6) -> AttentionMap:
    """Cells of 10 pixels, from 20 left of the slice and 10 above it; one is hot."""
    values = np.zeros((12, 16), dtype=np.uint8)
    values[row, column] = 255
    return AttentionMap(values, -20.0, -10.0, 10.0, 10.0)


def paint(mark: AttentionMark | None, *, with_legend: bool = False) -> np.ndarray:
    picture = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    picture.fill(QColor("#404040"))
    painter = QPainter(picture)
    mapping = compute_mapping(Placement(), IMAGE, WIDTH, HEIGHT)
    if with_legend:
        scene = Scene(attention=mark)
        OverlayPainter(painter, mapping, QRectF(0, 0, WIDTH, HEIGHT)).paint(scene)
    elif mark is not None:
        paint_attention(painter, mapping, mark)
    painter.end()
    raw = np.frombuffer(picture.constBits(), np.uint8).reshape(HEIGHT, WIDTH, 4)
    return raw[..., 2::-1].astype(int)


def test_colours_grow_evenly_brighter() -> None:
    colors = compute_colors(np.linspace(0, 1, 64))
    brightness = colors @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(brightness) > -0.005).all()
    assert brightness[0] < 0.02
    assert brightness[-1] > 0.85


def test_places_without_attention_stay_as_they_are() -> None:
    table = build_attention_table()
    assert table[0] == 0
    assert table[255] >> 24 == 255
    alpha = (table >> 24).astype(int)
    assert (np.diff(alpha) >= 0).all()
    # Premultiplied: no channel may exceed the alpha.
    for shift in (0, 8, 16):
        assert ((table >> shift & 255) <= alpha).all()


def test_the_map_lies_where_its_cells_are_and_not_beside_the_slice() -> None:
    mark = AttentionMark(make_map(), 1.0, 120, 90)
    changed = np.abs(paint(mark) - paint(None)).sum(axis=2) > 40
    rows, columns = np.nonzero(changed)
    # The hot cell: x 40 to 50, y 10 to 20 of the slice, four points a pixel; smoothed around.
    assert abs(columns.mean() - 45 * 4) < 6
    assert abs(rows.mean() - 15 * 4) < 6
    corner = AttentionMark(make_map(0, 0), 1.0, 120, 90)  # wholly outside the slice
    assert not (np.abs(paint(corner) - paint(None)).sum(axis=2) > 40).any()


def test_opacity_fades_it() -> None:
    full = np.abs(paint(AttentionMark(make_map(), 1.0, 120, 90)) - paint(None)).max()
    half = np.abs(paint(AttentionMark(make_map(), 0.5, 120, 90)) - paint(None)).max()
    none = np.abs(paint(AttentionMark(make_map(), 0.0, 120, 90)) - paint(None)).max()
    assert none == 0
    assert half == pytest.approx(full / 2, abs=6)


def test_a_legend_comes_with_it(qapp: object) -> None:
    cold = AttentionMap(np.zeros((4, 4), dtype=np.uint8), 0, 0, 30, 30)
    with_legend = paint(AttentionMark(cold, 1.0, 120, 90), with_legend=True)
    changed = np.abs(with_legend - paint(None)).sum(axis=2) > 40
    rows, columns = np.nonzero(changed)
    assert columns.min() > WIDTH / 2
    assert rows.min() > HEIGHT / 2


def test_a_map_is_drawn_once(qapp: object) -> None:
    shown = make_map()
    assert render_attention(shown) is render_attention(shown)


class FakePrediction(QWidget):
    """Takes note of what it is asked to predict, and does it when told."""

    ended = Signal()

    def __init__(self, store: DetectionStore) -> None:
        super().__init__()
        self.store = store
        self.is_running = False
        self.wants_attention = False
        self.asked: list[tuple[str, object]] = []

    def predict_slice(self, series: Series, index: int) -> None:
        self.asked.append(("slice", index))
        self.is_running = True

    def predict_series(self, series: Series) -> None:
        self.asked.append(("series", series.key))
        self.is_running = True

    def finish(self, uids: list[str], shown: AttentionMap | None) -> None:
        for uid in uids:
            if shown is not None:
                self.store.add_attention(uid, shown)
        self.store.add([SliceDetections(uid, (Detection(BOX, 0.9),)) for uid in uids])
        self.is_running = False
        self.ended.emit()


class Room(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.resize(360, 240)
        self.store = DetectionStore(self)
        self.state = ViewerState(self.store, self)
        self.control = AttentionControl(self)
        self.control.resize(330, 60)
        self.prediction = FakePrediction(self.store)
        self.prediction.setParent(self)
        self.toasts = ToastArea(self)
        AttentionCommands(self.control, self.state, self.prediction, self.toasts)
        self.case = build_series_case(build_series("1"), {})
        self.uids = [each.sop_instance_uid for each in self.case.series.slices]
        self.state.set_series(self.case)


@pytest.fixture
def room(qtbot) -> Room:
    room = Room()
    qtbot.addWidget(room)
    room.show()
    return room


def switch_on(qtbot, room: Room) -> None:
    room.control.shown.setFocus()
    qtbot.keyClick(room.control.shown, Qt.Key.Key_Space)
    assert room.state.overlays.attention


def test_off_by_default_and_said_where_nothing_was_predicted(qtbot, room: Room) -> None:
    assert not room.state.overlays.attention
    assert not room.prediction.wants_attention
    switch_on(qtbot, room)
    assert room.control.note.text() == NOT_YET
    assert room.prediction.wants_attention
    qtbot.wait(350)
    assert room.prediction.asked == []


def test_a_slice_predicted_without_it_is_predicted_again(qtbot, room: Room) -> None:
    room.store.add([SliceDetections(room.uids[0], (Detection(BOX, 0.9),))])
    switch_on(qtbot, room)
    assert build_scene(room.state).attention is None
    qtbot.waitUntil(lambda: room.prediction.asked == [("slice", 0)])
    assert room.control.note.text() == AGAIN
    assert [toast.text for toast in room.toasts.toasts] == [AGAIN]
    room.prediction.finish(room.uids[:1], make_map())
    assert room.control.note.text() == ""
    mark = build_scene(room.state).attention
    assert mark is not None
    assert (mark.columns, mark.rows) == (128, 96)
    room.state.set_overlays(replace(room.state.overlays, texts=False))
    assert build_scene(room.state).attention is not None


def test_a_series_is_predicted_again_as_a_whole(qtbot, room: Room) -> None:
    room.store.add_series(room.case.series.key, [SliceDetections(u, ()) for u in room.uids], ())
    switch_on(qtbot, room)
    qtbot.waitUntil(lambda: bool(room.prediction.asked))
    assert room.prediction.asked == [("series", room.case.series.key)]


def test_a_model_without_a_map_is_asked_once(qtbot, room: Room) -> None:
    room.store.add([SliceDetections(room.uids[0], ())])
    switch_on(qtbot, room)
    qtbot.waitUntil(lambda: len(room.prediction.asked) == 1)
    room.prediction.finish(room.uids[:1], None)
    qtbot.wait(350)
    assert len(room.prediction.asked) == 1
    assert room.control.note.text() == NONE_GIVEN
    # Another case, or the same opened anew, may be asked again.
    room.store.clear()
    room.store.add([SliceDetections(room.uids[0], ())])
    qtbot.waitUntil(lambda: len(room.prediction.asked) == 2)


def test_opacity_follows_the_keys(qtbot, room: Room) -> None:
    switch_on(qtbot, room)
    room.control.opacity.setFocus()
    qtbot.keyClick(room.control.opacity, Qt.Key.Key_Home)
    assert room.state.overlays.attention_opacity == 0.0
    qtbot.keyClick(room.control.opacity, Qt.Key.Key_PageUp)
    assert room.state.overlays.attention_opacity == pytest.approx(0.1)
    qtbot.keyClick(room.control.shown, Qt.Key.Key_Space)
    assert not room.state.overlays.attention
    assert not room.control.opacity.isEnabled()
    assert room.control.note.text() == ""


def detect_with_attention(request: DetectRequest, ctx: TaskContext) -> DetectResult:
    """One box on each slice, with a map only where it is wanted."""
    ctx.report(fake_detection.READY)
    (series,) = request.series
    slices = []
    for index in request.slice_indices or range(len(series.slices)):
        found = SliceDetections(series.slices[index].sop_instance_uid, (Detection(BOX, 0.9),))
        shown = make_map() if request.want_attention else None
        ctx.report(SliceDetected(series.key, found, shown))
        slices.append(found)
    return DetectResult(fake_detection.READY, (SeriesResult(series, tuple(slices)),))


def test_maps_come_with_the_boxes_where_they_are_wanted(
    qtbot, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "detect", detect_with_attention)
    start = runner.start
    monkeypatch.setattr(
        runner, "start", lambda *a, kind="thread", **others: start(*a, kind="thread", **others)
    )
    store = DetectionStore()
    controller = prediction.PredictionController(runner, store)
    series = build_series("1", 3)
    uids = [each.sop_instance_uid for each in series.slices]
    with qtbot.waitSignal(controller.ended):
        controller.predict_slice(series, 1)
    assert (store.has(uids[1]), store.find_attention(uids[1])) == (True, None)
    controller.wants_attention = True
    with qtbot.waitSignal(controller.ended):
        controller.predict_series(series)
    assert all(store.find_attention(uid) is not None for uid in uids)
    store.clear()
    assert store.find_attention(uids[0]) is None
