from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ctbox.annotations.annotation import Annotation
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import MEDIASTINUM_WINDOW
from ctbox.gui.inspector import outlining
from ctbox.gui.inspector.binding import InspectorBinding, find_contours
from ctbox.gui.inspector.outlining import OutlineRequest, make_key, outline_boxes
from ctbox.gui.inspector.panel import InspectorPanel
from ctbox.gui.inspector.state import (
    BoxPair,
    InspectedSlice,
    OutlinePair,
    build_box_rows,
    build_measure_rows,
    build_remarks,
    choose_pair,
    format_size,
)
from ctbox.gui.inspector.tile_grid import place_tiles
from ctbox.gui.inspector.tiles import (
    Tile,
    TileInput,
    TileKind,
    build_tiles,
    find_context,
    scale_gradient,
)
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.theme import DARK, LIGHT, OVERLAY, apply_theme
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.scene import BoxKind
from ctbox.gui.viewer.state import ViewerState
from ctbox.model.detection import Detection, SliceDetections
from ctbox.progress import TaskContext
from tests.gui.builders import build_series, build_series_case

REPOSITORY = Path(__file__).resolve().parents[2]
UID = "1.2.3"
EXPERT = BoundingBox(84, 104, 116, 136)
NEAR = BoundingBox(88, 106, 120, 138)
FAR = BoundingBox(10, 10, 30, 40)
DISC_RADIUS_MM = 10.5


def make_hu(shape: tuple[int, int] = (256, 256)) -> np.ndarray[Any, np.dtype[np.int16]]:
    """A bright disc of 10.5 mm radius at x 100, y 120, with pixels of 0.7 mm, in lung."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = np.hypot(x - 100, y - 120) * 0.7 <= DISC_RADIUS_MM
    return np.where(inside, 40, -850).astype(np.int16)


def annotate(*boxes: BoundingBox) -> tuple[Annotation, ...]:
    return tuple(Annotation(box, "A", UID, object_index=i) for i, box in enumerate(boxes))


def detect(*boxes: BoundingBox) -> tuple[Detection, ...]:
    return tuple(Detection(box, 0.9 - 0.1 * i) for i, box in enumerate(boxes))


def make_slice(**changes: Any) -> InspectedSlice:
    shown = InspectedSlice(UID, make_hu(), (0.7, 0.7), annotate(EXPERT), detect(NEAR))
    return replace(shown, **changes)


def outline(shown: InspectedSlice) -> OutlinePair:
    assert shown.pixels is not None
    request = OutlineRequest(
        make_key(shown, choose_pair(shown)), shown.pixels, shown.pixel_spacing_mm
    )
    return outline_boxes(request, TaskContext()).outlines


def get_tiles(shown: InspectedSlice, **changes: Any) -> dict[TileKind, Tile]:
    source = replace(TileInput(shown, choose_pair(shown)), **changes)
    return {tile.kind: tile for tile in build_tiles(source)}


class TestPair:
    def test_best_overlap_without_a_selection(self) -> None:
        shown = make_slice(annotations=annotate(FAR, EXPERT), detections=detect(FAR, NEAR))
        assert choose_pair(shown) == BoxPair(0, 0, 1.0)

    def test_selected_box_is_completed_by_its_partner(self) -> None:
        shown = make_slice(annotations=annotate(FAR, EXPERT), detections=detect(FAR, NEAR))
        pair = choose_pair(replace(shown, selected_annotation=1))
        assert (pair.annotation, pair.detection) == (1, 1)
        assert pair.iou == pytest.approx(EXPERT.iou(NEAR))
        pair = choose_pair(replace(shown, selected_detection=1))
        assert (pair.annotation, pair.detection) == (1, 1)

    def test_selected_box_without_a_partner_stands_alone(self) -> None:
        shown = make_slice(detections=detect(FAR), selected_detection=0)
        assert choose_pair(shown) == BoxPair(None, 0, None)
        shown = make_slice(detections=detect(FAR), selected_annotation=0)
        assert choose_pair(shown) == BoxPair(0, None, None)

    def test_pair_by_hand(self) -> None:
        shown = make_slice(detections=detect(NEAR, FAR), selected_annotation=0)
        assert choose_pair(replace(shown, selected_detection=1)) == BoxPair(0, 1, 0.0)

    @pytest.mark.parametrize(
        ("annotations", "detections", "expected"),
        [
            ((), None, BoxPair()),
            ((), (), BoxPair()),
            (annotate(EXPERT), None, BoxPair(0)),
            (annotate(EXPERT), (), BoxPair(0)),
            ((), detect(NEAR), BoxPair(None, 0)),
            (annotate(EXPERT), detect(FAR), BoxPair(0, 0, 0.0)),
        ],
    )
    def test_with_little_to_choose_from(
        self, annotations: Any, detections: Any, expected: BoxPair
    ) -> None:
        assert choose_pair(make_slice(annotations=annotations, detections=detections)) == expected

    @given(
        experts=st.integers(0, 3),
        predicted=st.none() | st.integers(0, 3),
        row=st.none() | st.integers(0, 4),
        column=st.none() | st.integers(0, 4),
    )
    def test_stale_selections_never_point_outside(
        self, experts: int, predicted: int | None, row: int | None, column: int | None
    ) -> None:
        boxes = (EXPERT, NEAR, FAR)
        shown = InspectedSlice(
            UID,
            None,
            annotations=annotate(*boxes[:experts]),
            detections=None if predicted is None else detect(*boxes[:predicted]),
            selected_annotation=row,
            selected_detection=column,
        )
        pair = choose_pair(shown)
        assert pair.annotation is None or pair.annotation < experts
        assert pair.detection is None or pair.detection < (predicted or 0)
        assert (pair.iou is None) == (pair.annotation is None or pair.detection is None)


class TestRows:
    def test_each_box_with_size_and_overlap(self) -> None:
        shown = make_slice(
            annotations=annotate(EXPERT, FAR),
            detections=detect(NEAR, BoundingBox(200, 200, 210, 220)),
        )
        rows = build_box_rows(shown)
        iou = f"IoU {EXPERT.iou(NEAR):.2f}"
        assert [(row.name, row.size, row.overlap) for row in rows] == [
            ("Expert A", "22 × 22 mm", iou),
            ("Expert A", "14 × 21 mm", "missed"),
            ("AI 0.90", "22 × 22 mm", iou),
            ("AI 0.80", "7 × 14 mm", "no partner"),
        ]
        assert "with AI box 1" in rows[0].tip
        assert "x 84…116, y 104…136 px" in rows[0].tip

    def test_absent_is_not_missed(self) -> None:
        (row,) = build_box_rows(make_slice(detections=None))
        assert row.overlap == "not predicted"
        (row,) = build_box_rows(make_slice(annotations=()))
        assert row.overlap == "no annotation"

    def test_size_in_pixels_without_spacing_and_true_to_each_axis(self) -> None:
        assert format_size(FAR, None) == "20 × 30 px"
        assert format_size(FAR, (2.0, 0.5)) == "10 × 60 mm"


class TestMeasures:
    def test_axes_and_area_of_both_outlines(self) -> None:
        rows = {row.name: row for row in build_measure_rows(outline(make_slice()))}
        for text in (rows["Long axis"].expert, rows["Short axis"].predicted):
            value, unit = text.split()
            assert unit == "mm"
            assert float(value) == pytest.approx(2 * DISC_RADIUS_MM, abs=2)
        area = float(rows["Area"].expert.split()[0])
        assert area == pytest.approx(np.pi * DISC_RADIUS_MM**2, rel=0.15)

    def test_dashes_where_nothing_is_known(self) -> None:
        for outlines in (None, OutlinePair(), outline(make_slice(pixel_spacing_mm=None))):
            for row in build_measure_rows(outlines):
                assert (row.expert, row.predicted) == ("–", "–")

    def test_measures_do_not_depend_on_the_window(self) -> None:
        lung, mediastinum = make_slice(), make_slice(window=MEDIASTINUM_WINDOW)
        pair = choose_pair(lung)
        assert make_key(lung, pair) == make_key(mediastinum, pair)

    def test_cut_off_outline_is_named(self) -> None:
        cut = BoundingBox(97, 110, 128, 142)
        remarks = build_remarks(outline(make_slice(detections=detect(cut), selected_detection=0)))
        assert any("AI box" in remark and "cut off" in remark for remark in remarks)
        assert not any("Expert" in remark and "cut off" in remark for remark in remarks)

    def test_reasons_are_named(self) -> None:
        empty_place = BoundingBox(200, 20, 230, 50)
        shown = make_slice(annotations=annotate(empty_place), detections=None)
        (remark,) = build_remarks(outline(shown))
        assert remark.startswith("Expert's box: ")
        assert len(remark) > len("Expert's box: ")
        (remark, _) = build_remarks(outline(make_slice(pixel_spacing_mm=None)))
        assert "spacing" in remark


class TestTiles:
    def test_the_five_pictures(self) -> None:
        shown = make_slice()
        tiles = get_tiles(shown, outlines=outline(shown))
        assert list(tiles) == list(TileKind)
        assert not any(tile.message for tile in tiles.values())
        assert tiles[TileKind.SLICE].crop == BoundingBox(0, 0, 256, 256)
        assert [box.kind for box in tiles[TileKind.SLICE].boxes] == [
            BoxKind.EXPERT,
            BoxKind.DETECTION,
        ]
        assert tiles[TileKind.EXPERT_AREA].bright == EXPERT
        assert tiles[TileKind.PREDICTED_AREA].bright == NEAR
        assert tiles[TileKind.EXPERT_AREA].crop == tiles[TileKind.PREDICTED_AREA].crop
        assert tiles[TileKind.PREDICTED_ZOOM].crop == NEAR
        drawn = tiles[TileKind.OUTLINE].outline
        assert drawn is not None
        assert drawn.is_found
        assert tiles[TileKind.OUTLINE].crop == drawn.window

    def test_raw_sobel_has_a_bright_ring(self) -> None:
        shown = make_slice()
        tile = get_tiles(shown, outlines=outline(shown), raw_sobel=True)[TileKind.OUTLINE]
        assert tile.gray is not None
        assert tile.outline is None
        assert tile.gray.max() == 255
        middle = tuple(size // 2 for size in tile.gray.shape)
        assert tile.gray[middle] == 0

    @pytest.mark.parametrize(
        ("changes", "kind", "words"),
        [
            ({"pixels": None}, TileKind.SLICE, "Loading…"),
            ({"annotations": ()}, TileKind.EXPERT_AREA, "No annotation"),
            ({"detections": None}, TileKind.PREDICTED_AREA, "Not predicted"),
            ({"detections": ()}, TileKind.PREDICTED_ZOOM, "Nothing was detected"),
            (
                {"detections": detect(FAR), "selected_annotation": 0},
                TileKind.PREDICTED_AREA,
                "overlaps",
            ),
            (
                {"detections": detect(FAR), "selected_detection": 0},
                TileKind.EXPERT_AREA,
                "overlaps",
            ),
            ({"annotations": (), "detections": ()}, TileKind.OUTLINE, "No box"),
            ({"pixels": np.zeros((256, 256, 3), np.uint8)}, TileKind.OUTLINE, "colour"),
            ({}, TileKind.OUTLINE, "Outlining"),
            (
                {"detections": detect(BoundingBox(40, 40, 40, 60))},
                TileKind.PREDICTED_AREA,
                "no area",
            ),
            (
                {"detections": detect(BoundingBox(300, 300, 310, 320))},
                TileKind.PREDICTED_ZOOM,
                "no area on the image",
            ),
        ],
    )
    def test_says_why_there_is_no_picture(
        self, changes: dict[str, Any], kind: TileKind, words: str
    ) -> None:
        assert words in get_tiles(make_slice(**changes))[kind].message

    def test_degenerate_box_gives_a_reason_not_a_crash(self) -> None:
        line = BoundingBox(100, 100, 100, 120)
        shown = make_slice(annotations=annotate(line), detections=None)
        tiles = get_tiles(shown, outlines=outline(shown))
        assert "no area" in tiles[TileKind.OUTLINE].message

    @given(
        box=st.tuples(*[st.floats(0, 256)] * 4),
        spacing=st.none() | st.tuples(st.floats(0.3, 3), st.floats(0.3, 3)),
        shape=st.tuples(st.integers(40, 512), st.integers(40, 512)),
    )
    def test_context_lies_on_the_image(
        self,
        box: tuple[float, float, float, float],
        spacing: tuple[float, float] | None,
        shape: tuple[int, int],
    ) -> None:
        x1, x2 = sorted((min(box[0], shape[1]), min(box[1], shape[1])))
        y1, y2 = sorted((min(box[2], shape[0]), min(box[3], shape[0])))
        shown = make_slice(
            pixels=np.zeros(shape, np.int16),
            pixel_spacing_mm=spacing,
            annotations=annotate(BoundingBox(x1, y1, x2, y2)),
            detections=None,
        )
        crop = find_context(TileInput(shown, choose_pair(shown)))
        assert crop.x1 >= 0
        assert crop.y1 >= 0
        assert crop.x2 <= shape[1] + 1e-9
        assert crop.y2 <= shape[0] + 1e-9
        assert crop.x1 <= x1 + 1e-9
        assert crop.x2 >= x2 - 1e-9
        assert crop.area > 0

    def test_flat_gradient_is_black(self) -> None:
        assert scale_gradient(np.zeros((3, 3), np.float32)).max() == 0
        assert scale_gradient(np.zeros((0, 0), np.float32)).shape == (0, 0)


@given(width=st.integers(1, 3000), caption=st.integers(5, 40))
def test_pictures_never_overlap_nor_leave_the_width(width: int, caption: int) -> None:
    places = place_tiles(width, caption)
    assert len(places) == 5
    for i, place in enumerate(places):
        assert place.left() >= 0
        assert place.right() < max(width, 1)
        assert all(not place.intersects(other) for other in places[:i])


@pytest.fixture
def panel(qtbot: QtBot, runner: TaskRunner) -> InspectorPanel:
    apply_theme(QApplication.instance(), DARK)
    panel = InspectorPanel(runner)
    panel.resize(360, 900)
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def show(qtbot: QtBot, panel: InspectorPanel, shown: InspectedSlice) -> None:
    panel.show_slice(shown)
    qtbot.waitUntil(lambda: panel.outlines is not None, timeout=15_000)


def count_pixels(image: QImage, color: str, tolerance: int = 60) -> int:
    wanted = QColor(color)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    target = np.array([wanted.blue(), wanted.green(), wanted.red()])
    return int((np.abs(data[..., :3].astype(int) - target).max(axis=2) < tolerance).sum())


class TestPanel:
    def test_empty_state_says_what_to_do(self, panel: InspectorPanel) -> None:
        assert panel.empty.isVisible()
        assert "Open a series" in panel.empty.text()
        assert not panel.content.isVisible()

    def test_shows_pictures_measures_and_boxes(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        show(qtbot, panel, make_slice())
        assert not panel.empty.isVisible()
        assert panel.measures.iou.text() == f"IoU {EXPERT.iou(NEAR):.2f}"
        assert panel.measures.values[0][0].text().endswith(" mm")
        assert panel.list_title.text() == "Boxes on this slice: 1 expert, 1 AI"
        assert panel.box_list.boxes.rowCount() == 2
        slice_tile, expert, predicted, zoom, drawn = (tile.grab().toImage() for tile in panel.tiles)
        assert count_pixels(slice_tile, OVERLAY.expert) > 20
        assert count_pixels(expert, OVERLAY.expert) > 100
        assert count_pixels(expert, OVERLAY.detection) == 0
        assert count_pixels(predicted, OVERLAY.detection) > 100
        assert count_pixels(zoom, OVERLAY.expert) == 0
        assert count_pixels(drawn, OVERLAY.outline) > 100

    def test_every_picture_has_a_name_and_a_description(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        show(qtbot, panel, make_slice())
        assert [tile.accessibleName() for tile in panel.tiles] == [kind.value for kind in TileKind]
        for tile in panel.tiles:
            assert tile.accessibleDescription()
            assert tile.toolTip() == tile.accessibleDescription()

    def test_raw_sobel_by_key(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        show(qtbot, panel, make_slice())
        with qtbot.waitSignal(panel.raw_sobel_toggled) as blocker:
            panel.raw_sobel.setFocus()
            qtbot.keyClick(panel.raw_sobel, Qt.Key.Key_Space)
        assert blocker.args == [True]
        assert count_pixels(panel.tiles[4].grab().toImage(), OVERLAY.outline) == 0
        panel.set_raw_sobel(False)
        assert count_pixels(panel.tiles[4].grab().toImage(), OVERLAY.outline) > 100

    def test_cut_off_and_reason_are_on_the_panel(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        cut = BoundingBox(97, 110, 128, 142)
        show(qtbot, panel, make_slice(detections=detect(cut)))
        texts = [row.accessibleName() for row in panel.measures.remarks.children()[1:]]
        assert any("may be cut off" in text for text in texts)
        show(qtbot, panel, make_slice(detections=detect(FAR), selected_detection=0))
        assert "No outline." in panel.tiles[4].tile.message

    def test_missed_and_unpredicted_read_as_on_the_image(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        show(qtbot, panel, make_slice(detections=()))
        assert panel.measures.iou.text() == "IoU 0.00 (missed)"
        panel.show_slice(make_slice(detections=None))
        assert panel.measures.iou.text() == "not predicted"
        panel.show_slice(make_slice(annotations=()))
        assert panel.measures.iou.text() == "no annotation"

    def test_window_changes_the_pictures_but_no_outline(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        show(qtbot, panel, make_slice())
        before = panel.tiles[0].grab().toImage()
        outlines = panel.outlines
        panel.show_slice(make_slice(window=MEDIASTINUM_WINDOW))
        assert panel.outlines is outlines
        assert panel.tiles[0].grab().toImage() != before

    def test_click_in_the_list_asks_for_a_selection(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        show(qtbot, panel, make_slice(annotations=annotate(EXPERT, FAR)))
        asked: list[tuple[int | None, int | None]] = []
        panel.selection_requested.connect(lambda a, d: asked.append((a, d)))
        view = panel.box_list.viewport()

        def click(row: int, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
            place = panel.box_list.visualRect(panel.box_list.boxes.index(row, 0)).center()
            qtbot.mouseClick(view, Qt.MouseButton.LeftButton, key, place)

        click(1)
        assert asked[-1] == (1, None)
        click(2, Qt.KeyboardModifier.ControlModifier)
        assert asked[-1] == (1, 0)
        click(0, Qt.KeyboardModifier.ControlModifier)
        assert asked[-1] == (0, 0)

    def test_selection_from_outside_is_shown_and_not_echoed(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        asked: list[object] = []
        panel.selection_requested.connect(lambda *args: asked.append(args))
        show(qtbot, panel, make_slice(selected_detection=0))
        rows = [index.row() for index in panel.box_list.selectionModel().selectedRows()]
        assert rows == [1]
        assert asked == []

    def test_selection_of_a_box_that_is_gone(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        show(qtbot, panel, make_slice(selected_annotation=7, selected_detection=-1))
        assert panel.pair == BoxPair(0, 0, panel.pair.iou)
        assert panel.box_list.selectionModel().selectedRows() == []

    def test_list_works_by_keyboard(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        show(qtbot, panel, make_slice(annotations=annotate(EXPERT, FAR), selected_annotation=0))
        panel.box_list.setFocus()
        panel.box_list.setCurrentIndex(panel.box_list.boxes.index(0, 0))
        with qtbot.waitSignal(panel.selection_requested) as blocker:
            qtbot.keyClick(panel.box_list, Qt.Key.Key_Down)
        assert blocker.args == [1, None]

    def test_scrolling_through_slices_outlines_only_the_last(
        self, qtbot: QtBot, panel: InspectorPanel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outlined: list[str] = []
        compute = outlining.outline_boxes

        def spy(request: OutlineRequest, ctx: TaskContext) -> object:
            outlined.append(request.key.sop_instance_uid)
            return compute(request, ctx)

        monkeypatch.setattr(panel._outliner._latest, "_function", spy)
        for i in range(30):
            panel.show_slice(make_slice(sop_instance_uid=f"1.2.{i}"))
        qtbot.waitUntil(lambda: panel.outlines is not None, timeout=15_000)
        assert outlined == ["1.2.29"]
        panel.show_slice(make_slice(sop_instance_uid="1.2.0"))
        qtbot.waitUntil(lambda: len(outlined) == 2)
        qtbot.waitUntil(lambda: panel.outlines is not None, timeout=15_000)
        panel.show_slice(make_slice(sop_instance_uid="1.2.29"))
        qtbot.waitUntil(lambda: panel.outlines is not None)
        assert len(outlined) == 2, "a known outline is not computed again"

    def test_late_outline_of_another_slice_is_dropped(
        self, qtbot: QtBot, panel: InspectorPanel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(request: OutlineRequest, ctx: TaskContext) -> object:
            time.sleep(0.2)
            return outline_boxes(request, TaskContext())

        monkeypatch.setattr(panel._outliner._latest, "_function", slow)
        seen: list[OutlinePair | None] = []
        panel.outlines_changed.connect(seen.append)
        panel.show_slice(make_slice())
        qtbot.wait(100)
        panel.show_slice(make_slice(sop_instance_uid="9.9", annotations=(), detections=()))
        qtbot.wait(500)
        assert [pair.shown for pair in seen if pair is not None] == [None]

    def test_bug_while_outlining_is_told_and_leaves_the_panel_alive(
        self, qtbot: QtBot, panel: InspectorPanel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(request: OutlineRequest, ctx: TaskContext) -> object:
            raise ZeroDivisionError("in the outline")

        monkeypatch.setattr(panel._outliner._latest, "_function", fail)
        with qtbot.waitSignal(panel.failed) as blocker:
            panel.show_slice(make_slice())
        assert "in the outline" in str(blocker.args[0])
        assert panel.tiles[4].tile.message

    def test_colour_slice(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        colors = np.random.default_rng(0).integers(0, 255, (64, 48, 3)).astype(np.uint8)
        panel.show_slice(make_slice(pixels=colors, annotations=(), detections=None))
        qtbot.waitUntil(panel.content.isVisible)
        assert panel.measures.iou.text() == ""
        assert "colour" in panel.tiles[4].tile.message

    def test_what_was_there_goes_at_once_when_the_next_is_not_read_yet(
        self, qtbot: QtBot, panel: InspectorPanel
    ) -> None:
        """The pictures of one patient must not stand beside the next one's loading image."""
        show(qtbot, panel, make_slice())
        assert panel.tiles[0].tile.crop is not None
        panel.show_slice(make_slice(sop_instance_uid="9.9", pixels=None, annotations=()))
        assert all(tile.tile.crop is None for tile in panel.tiles)
        assert {tile.tile.message for tile in panel.tiles} == {"Loading…"}
        assert panel.box_list.boxes.rows[0].name.startswith("AI")
        panel.show_slice(None)
        assert panel.empty.isVisible()

    def test_the_list_follows_the_confidence(self, qtbot: QtBot, runner: TaskRunner) -> None:
        store = DetectionStore()
        state = ViewerState(store)
        loader = SliceLoader(runner)
        panel = InspectorPanel(runner)
        qtbot.addWidget(panel)
        panel.show()
        InspectorBinding(panel, state, loader)
        case = build_series_case(build_series("1", 2), {0: [EXPERT.as_tuple()]})
        state.set_series(case)
        uid = case.series.slices[0].sop_instance_uid
        store.add([SliceDetections(uid, detect(NEAR, FAR))])

        def overlaps() -> list[str]:
            return [row.overlap for row in panel.box_list.boxes.rows]

        qtbot.waitUntil(lambda: overlaps() == ["IoU 0.70", "IoU 0.70", "no partner"])
        store.set_threshold(0.85)
        assert overlaps() == ["IoU 0.70", "IoU 0.70"]
        store.set_threshold(0.95)
        assert overlaps() == ["missed"]
        assert panel.measures.iou.text() == "IoU 0.00 (missed)"

    def test_measures_are_copied_as_text(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        show(qtbot, panel, make_slice())
        qtbot.waitUntil(lambda: panel.outlines is not None)
        qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
        rows = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
        assert ["overlap", "IoU 0.70"] in rows
        assert ["Expert A", "22 × 22 mm", "IoU 0.70", "84.0", "104.0", "116.0", "136.0"] in rows
        (axis,) = [row for row in rows if row[0] == "Long axis"]
        assert axis[1].endswith(" mm")
        assert axis[2].endswith(" mm")

    def test_slice_that_arrives_later(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        panel.show_slice(make_slice(pixels=None))
        qtbot.wait(80)
        assert "Loading…" in panel.tiles[0].tile.message
        show(qtbot, panel, make_slice())
        assert not panel.tiles[0].tile.message

    @pytest.mark.parametrize("size", [(190, 300), (330, 500), (560, 400), (1200, 700)])
    @pytest.mark.parametrize("theme", [DARK, LIGHT])
    def test_any_size_and_theme(
        self, qtbot: QtBot, panel: InspectorPanel, size: tuple[int, int], theme: Any
    ) -> None:
        apply_theme(QApplication.instance(), theme)
        panel.resize(*size)
        show(qtbot, panel, make_slice(pixel_spacing_mm=(2.0, 0.7)))
        qtbot.wait(20)
        for tile in panel.tiles:
            assert panel.grid.rect().contains(tile.geometry())
            assert tile.geometry().right() <= panel.viewport().width()
        apply_theme(QApplication.instance(), DARK)

    def test_refresh_is_quick(self, qtbot: QtBot, panel: InspectorPanel) -> None:
        shown = make_slice(pixels=make_hu((512, 512)))
        show(qtbot, panel, shown)
        seconds = []
        for i in range(8):
            begin = time.perf_counter()
            panel.show_slice(replace(shown, selected_annotation=i % 2 or None))
            panel.grab()
            seconds.append(time.perf_counter() - begin)
        assert min(seconds) < 0.05


def test_the_pair_of_the_slice_before_is_forgotten_at_once(
    qtbot: QtBot, panel: InspectorPanel, runner: TaskRunner
) -> None:
    show(qtbot, panel, make_slice())
    assert panel.pair != BoxPair()
    panel.show_slice(make_slice(sop_instance_uid="1.2.4", annotations=(), detections=()))
    # Before the new slice has settled the pictures may be asked for again: no box of old then.
    panel.set_raw_sobel(True)
    assert panel.pair == BoxPair()
    assert panel.outlines is None
    qtbot.waitUntil(lambda: not runner.running, timeout=60_000)


def test_contours_for_the_slice() -> None:
    assert find_contours(None) == ()
    assert find_contours(OutlinePair()) == ()
    ((first, *_, last),) = find_contours(outline(make_slice()))
    assert first == last


def test_inspector_does_not_load_skimage_torch_or_pydicom() -> None:
    code = (
        "import sys, ctbox.gui.inspector.panel; "
        "print([m for m in ('skimage', 'scipy', 'torch', 'pydicom') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
