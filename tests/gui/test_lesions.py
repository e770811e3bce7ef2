"""The lesions panel: its lines, its keys and clicks, and the confidence that filters them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QCheckBox, QSlider, QWidget

from ctbox.boxes import BoundingBox
from ctbox.gui.app import build_app
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.lesions.binding import (
    NONE_SHOWN,
    NOT_PREDICTED,
    NOTHING_FOUND,
    ONLY_SLICES,
    LesionsBinding,
)
from ctbox.gui.lesions.confidence import write_score
from ctbox.gui.lesions.counting import score_series
from ctbox.gui.lesions.counts_view import LESIONS, SERIES_BOXES, SLICE_BOXES
from ctbox.gui.lesions.panel import LesionsPanel
from ctbox.gui.lesions.rows import (
    LesionRow,
    LesionTable,
    Verdict,
    describe_lesion,
    format_lesion,
)
from ctbox.gui.translation import install_language
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.scene import BoxKind
from ctbox.gui.viewer.scene_builder import build_scene
from ctbox.gui.viewer.state import Selection, ViewerState
from ctbox.model.detection import Detection, Lesion, LesionSize, SizeSource, SliceDetections
from ctbox.model.linking import shorten_patient_id
from ctbox.settings import Settings
from ctbox.workflows.open_case import Case, SeriesCase
from ctbox.workflows.seen import Seen
from tests import builders
from tests.gui.builders import build_series, build_series_case

EXPERT = (40.0, 30.0, 60.0, 50.0)
ON_IT = BoundingBox(*EXPERT)
FAR = BoundingBox(90, 70, 100, 80)
HULL = (0.0, 0.0, 0.0, 1.0, 1.0, 1.0)


def make_case() -> SeriesCase:
    """Boxes of one tumour on slices 3 to 5, and of another, missed one on slice 9."""
    boxes = {i: [EXPERT] for i in (3, 4, 5)}
    return build_series_case(build_series("1"), {**boxes, 9: [(10.0, 10.0, 20.0, 30.0)]})


def uid(index: int) -> str:
    return f"1.2.1.{index}"


def make_lesions() -> tuple[Lesion, ...]:
    hit = {3: 0.5, 4: 0.9, 5: 0.7}
    size = LesionSize(21.4, uid(4), SizeSource.OUTLINE)
    return (
        Lesion(
            1, HULL, 0.9, tuple(map(uid, hit)),
            tuple(Detection(ON_IT, score) for score in hit.values()), size,
        ),
        Lesion(2, HULL, 0.4, (uid(9),), (Detection(FAR, 0.4),)),
        Lesion(3, HULL, 0.2, (uid(7),), (Detection(FAR, 0.2),)),
    )  # fmt: skip


def fill(store: DetectionStore, case: SeriesCase) -> None:
    lesions = make_lesions()
    found: dict[str, list[Detection]] = {each.sop_instance_uid: [] for each in case.series.slices}
    for lesion in lesions:
        for where, one in zip(lesion.sop_instance_uids, lesion.detections, strict=True):
            found[where].append(one)
    slices = [SliceDetections(where, tuple(boxes)) for where, boxes in found.items()]
    store.add_series(case.series.key, slices, lesions)


def make_rows(threshold: float, hit_iou: float = 0.3) -> tuple[LesionRow, ...]:
    case, store = make_case(), DetectionStore()
    fill(store, case)
    score = score_series(case, (case,), store, hit_iou)
    return LesionTable(case, score, make_lesions()).build_rows(threshold)


class TestRows:
    def test_lesions_then_what_was_missed(self) -> None:
        rows = make_rows(0.0)
        assert [format_lesion(row) for row in rows] == [
            ("AI 1 · A", "0.90", "3", "21", "1.00", "TP"),
            ("AI 2", "0.40", "1", "–", "0.00", "FP"),
            ("AI 3", "0.20", "1", "–", "–", "–"),
            ("Exp. 1 · A", "–", "1", "16", "0.00", "FN"),
        ]
        assert rows[0].sop_instance_uid == uid(4)
        assert rows[3].box == BoundingBox(10, 10, 20, 30)
        assert "hits an expert's lesion" in describe_lesion(rows[0])
        assert "long axis 21.4 mm (measured on the outline)" in describe_lesion(rows[0])
        assert "missed by the model" in describe_lesion(rows[3])

    def test_confidence_takes_slices_then_lesions(self) -> None:
        (found, missed) = make_rows(0.6)
        assert (found.slice_count, found.verdict) == (2, Verdict.HIT)
        assert missed.verdict is Verdict.MISSED
        # With nothing shown, both of the expert's lesions are missed, cranial one first.
        rows = make_rows(0.95)
        assert [(row.kind, row.slice_count) for row in rows] == [
            (BoxKind.EXPERT, 3),
            (BoxKind.EXPERT, 1),
        ]

    def test_what_makes_a_hit_can_be_set(self) -> None:
        case, store = make_case(), DetectionStore()
        shifted = BoundingBox(48, 30, 68, 50)  # IoU 0.43
        lesion = Lesion(1, HULL, 0.9, (uid(4),), (Detection(shifted, 0.9),))
        verdicts = {}
        for hit_iou in (0.3, 0.5):
            score = score_series(case, (case,), store, hit_iou)
            verdicts[hit_iou] = LesionTable(case, score, (lesion,)).build_rows(0.0)[0].verdict
        assert verdicts == {0.3: Verdict.HIT, 0.5: Verdict.FALSE}

    def test_without_the_experts_boxes_nobody_judges(self) -> None:
        case, store = build_series_case(build_series("1"), {}), DetectionStore()
        fill(store, case)
        score = score_series(case, (case,), store, 0.3)
        rows = LesionTable(case, score, make_lesions()).build_rows(0.0)
        assert {row.verdict for row in rows} == {Verdict.UNKNOWN}
        assert {row.iou for row in rows} == {None}


class Room(QWidget):
    """Panel, state and binding, as the window ties them."""

    def __init__(self) -> None:
        super().__init__()
        self.store = DetectionStore(self)
        self.state = ViewerState(self.store, self)
        self.panel = LesionsPanel(self)
        self.panel.resize(330, 420)
        self.binding = LesionsBinding(self.panel, self.state, 0.3)
        self.resize(330, 420)

    @property
    def rows(self) -> list[str]:
        return [format_lesion(row)[0] for row in self.panel.list.lesions.rows]

    def figures(self, line: str) -> tuple[str, ...]:
        return tuple(self.panel.counts.figures[line, name].text() for name in ("TP", "FP", "FN"))


@pytest.fixture
def room(qtbot) -> Room:
    room = Room()
    qtbot.addWidget(room)
    room.show()
    return room


@pytest.fixture
def filled(room: Room) -> Room:
    case = make_case()
    room.binding.take_case(Case("/somewhere", (case,)))
    room.state.set_series(case)
    fill(room.store, case)
    return room


def test_a_click_goes_to_the_best_slice_and_selects_the_box(qtbot, filled: Room) -> None:
    table = filled.panel.list
    handed_on = []
    filled.panel.lesion_activated.connect(lambda: handed_on.append(True))
    place = table.visualRect(table.lesions.index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert filled.state.slice_index == 4
    assert filled.state.selection == Selection(detection=0)
    assert handed_on == [True]
    # The same lesion again, after scrolling away, comes back.
    filled.state.set_slice_index(0)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert filled.state.slice_index == 4


def test_keys_walk_the_list(qtbot, filled: Room) -> None:
    table = filled.panel.list
    table.setFocus()
    for key, slice_index, selection in (
        (Qt.Key.Key_Down, 4, Selection(detection=0)),
        (Qt.Key.Key_Down, 9, Selection(detection=0)),
        (Qt.Key.Key_End, 9, Selection(annotation=0)),
        (Qt.Key.Key_Home, 4, Selection(detection=0)),
    ):
        qtbot.keyClick(table, key)
        assert (filled.state.slice_index, filled.state.selection) == (slice_index, selection), key
    filled.state.set_slice_index(0)
    with qtbot.waitSignal(filled.panel.lesion_activated):
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert filled.state.slice_index == 4


def test_the_slider_filters_and_recounts_while_it_moves(qtbot, filled: Room) -> None:
    slider = filled.panel.confidence.slider
    filled.state.set_slice_index(9)
    assert filled.rows == ["AI 1 · A", "AI 2", "AI 3", "Exp. 1 · A"]
    assert filled.figures(LESIONS) == ("1", "1", "1")
    assert filled.figures(SERIES_BOXES) == ("3", "1", "1")
    assert filled.figures(SLICE_BOXES) == ("0", "1", "1")
    slider.setFocus()
    for _ in range(5):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert filled.store.chosen_threshold == pytest.approx(0.5)
    assert filled.rows == ["AI 1 · A", "Exp. 1 · A"]
    assert filled.figures(LESIONS) == ("1", "0", "1")
    assert filled.figures(SERIES_BOXES) == ("3", "0", "1")
    assert filled.figures(SLICE_BOXES) == ("0", "0", "1")
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert filled.figures(SERIES_BOXES) == ("0", "0", "4")
    assert filled.panel.message.text() == NONE_SHOWN


def test_a_list_that_the_model_cut_short_says_so(filled: Room) -> None:
    assert not filled.panel.message.isVisible()
    filled.store.set_limits(Seen(), 3)
    assert "lists 3 lesions a series at most" in filled.panel.message.text()
    filled.store.set_limits(Seen(), 4)
    assert not filled.panel.message.isVisible()


def test_the_slider_stays_under_the_hand_that_drags_it(qtbot, filled: Room) -> None:
    slider = filled.panel.confidence.slider
    qtbot.wait(20)
    before = slider.mapTo(filled.panel, QPoint(0, 0)).y()
    slider.setFocus()
    for _ in range(5):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert len(filled.rows) == 2
    qtbot.wait(20)
    assert slider.mapTo(filled.panel, QPoint(0, 0)).y() == before


def test_a_patient_that_the_model_learnt_from_is_told(filled: Room) -> None:
    counts, series = filled.panel.counts, filled.state.series_case.series
    assert not counts.known.isVisible()
    assert not build_scene(filled.state).iou.note.endswith("learnt from this patient")
    filled.store.set_limits(Seen(frozenset({shorten_patient_id(series.patient_id)})), 0)
    assert counts.known.isVisible()
    assert "LEAKY" in counts.known.text()
    filled.state.set_slice_index(4)
    assert build_scene(filled.state).iou.note.endswith("learnt from this patient")


def test_moving_the_confidence_keeps_the_selected_box(qtbot, filled: Room) -> None:
    table = filled.panel.list
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    filled.store.set_threshold(0.8)
    assert filled.state.selection == Selection(detection=0)
    assert table.find_current().number == 1
    filled.store.set_threshold(0.95)
    assert filled.state.selection == Selection()


def test_selecting_a_box_marks_its_lesion(filled: Room) -> None:
    filled.state.set_slice_index(9)
    filled.state.set_selection(Selection(detection=0))
    assert filled.panel.list.find_current().number == 2
    assert filled.state.slice_index == 9


def test_the_models_own_confidence_comes_back(qtbot, filled: Room) -> None:
    confidence = filled.panel.confidence
    filled.store.set_own_threshold(0.3)
    assert not confidence.own.isVisible()
    assert filled.rows[:2] == ["AI 1 · A", "AI 2"]
    confidence.figure.setFocus()
    confidence.figure.selectAll()
    qtbot.keyClicks(confidence.figure, "0.85")
    qtbot.keyClick(confidence.figure, Qt.Key.Key_Return)
    assert filled.store.threshold == pytest.approx(0.85)
    assert confidence.slider.value() == 85
    assert confidence.own.isVisible()
    qtbot.mouseClick(confidence.own, Qt.MouseButton.LeftButton)
    assert (filled.store.chosen_threshold, filled.store.threshold) == (None, 0.3)
    assert confidence.figure.text() == "0.30"


def test_another_least_iou_counts_anew(qtbot, filled: Room) -> None:
    box = filled.panel.counts.hit_iou
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "0.95")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert filled.binding.hit_iou == pytest.approx(0.95)
    assert filled.figures(SERIES_BOXES) == ("3", "1", "1")  # those boxes fit exactly


def test_empty_states_say_what_to_do(qtbot, room: Room) -> None:
    case = make_case()
    room.state.set_series(case)
    assert room.panel.message.text() == NOT_PREDICTED
    assert room.figures(SERIES_BOXES) == ("–", "–", "–")
    with qtbot.waitSignal(room.panel.predict_requested):
        qtbot.mouseClick(room.panel.predict, Qt.MouseButton.LeftButton)
    room.store.add([SliceDetections(uid(4), (Detection(ON_IT, 0.9),))])
    assert room.panel.message.text() == ONLY_SLICES
    assert room.figures(SERIES_BOXES) == ("1", "0", "0")
    room.store.add_series(case.series.key, (), ())
    assert room.panel.message.text() == NOTHING_FOUND
    assert not room.panel.predict.isVisible()
    color = replace(case.series, slices=build_series("c", 2, samples=3).slices)
    room.state.set_series(SeriesCase(color, {}))
    assert "Secondary capture" in room.panel.message.text()
    assert not room.panel.predict.isVisible()
    room.state.set_series(None)
    assert room.panel.message.text() == ""


def test_all_can_be_reached_by_tab_and_has_a_name(qtbot, filled: Room) -> None:
    filled.store.set_threshold(0.1)
    with qtbot.waitActive(filled):
        filled.activateWindow()
    filled.panel.list.setFocus()
    seen = []
    for _ in range(6):
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    confidence, counts = filled.panel.confidence, filled.panel.counts
    expected = {
        filled.panel.list, confidence.slider, confidence.figure, confidence.own, counts.hit_iou
    }  # fmt: skip
    assert expected <= set(seen)
    for kind in (QSlider, QAbstractSpinBox):
        assert all(each.accessibleName() for each in filled.panel.findChildren(kind))
    spoken = filled.panel.list.lesions.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("AI lesion 1")


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.005, "0.005"),
        (0.0125, "0.0125"),
        (0.25, "0.25"),
        (0.5, "0.50"),
        (0.0, "0.00"),
        (1.0, "1.00"),
    ],
)
def test_scores_have_as_many_decimals_as_they_need(score: float, text: str) -> None:
    assert write_score(score) == text


def test_a_word_beside_the_figure_tells_what_it_is(qtbot, filled: Room) -> None:
    confidence = filled.panel.confidence
    assert (confidence.figure.text(), confidence.word.text()) == ("–", "model's own")
    filled.store.set_own_threshold(0.005)
    assert (confidence.figure.text(), confidence.word.text()) == ("0.005", "model's own")
    assert confidence.word.isVisible()
    assert not confidence.own.isVisible()
    assert confidence.slider.value() == 1  # its left stop shows all boxes
    confidence.slider.setFocus()
    qtbot.keyClick(confidence.slider, Qt.Key.Key_Home)
    assert (confidence.figure.text(), confidence.word.text()) == ("0.00", "all boxes")
    qtbot.keyClick(confidence.slider, Qt.Key.Key_PageUp)
    assert confidence.word.isHidden()
    assert confidence.own.text() == "Model's own: 0.005"
    qtbot.mouseClick(confidence.own, Qt.MouseButton.LeftButton)
    assert (confidence.figure.text(), confidence.word.text()) == ("0.005", "model's own")


@pytest.fixture
def loose(filled: Room) -> Room:
    """Two more boxes of no lesion: a faint one on slice 4, beside the lesion's, and one on 1."""
    case = make_case()
    found = {each.sop_instance_uid: [] for each in case.series.slices}
    for lesion in make_lesions():
        for where, one in zip(lesion.sop_instance_uids, lesion.detections, strict=True):
            found[where].append(one)
    found[uid(4)].append(Detection(FAR, 0.1))
    found[uid(0)].append(Detection(FAR, 0.3))
    slices = [SliceDetections(where, tuple(boxes)) for where, boxes in found.items()]
    filled.store.add_series(case.series.key, slices, make_lesions())
    return filled


def click_box(qtbot, box: QCheckBox) -> None:
    place = QPoint(8, box.height() // 2)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=place)


def test_a_line_tells_of_boxes_outside_lesions_and_hides_them(qtbot, loose: Room) -> None:
    box = loose.panel.loose
    assert box.isVisible()
    assert box.isChecked()
    assert box.text() == "Show 2 boxes outside lesions"
    assert loose.figures(SERIES_BOXES) == ("3", "3", "1")
    rows = loose.rows
    click_box(qtbot, box)
    assert loose.store.find(uid(0)) == ()
    assert [one.score for one in loose.store.find(uid(4))] == [0.9]
    assert loose.figures(SERIES_BOXES) == ("3", "1", "1")
    assert loose.rows == rows
    assert box.text() == "Show 2 boxes outside lesions"
    click_box(qtbot, box)
    assert len(loose.store.find(uid(0))) == 1
    loose.store.set_threshold(0.2)
    assert box.text() == "Show 1 box outside lesions"
    loose.store.set_threshold(0.35)
    assert not box.isVisible()


def test_boxes_of_slices_predicted_alone_are_not_outside_lesions(qtbot, loose: Room) -> None:
    loose.store.clear()
    loose.store.add([SliceDetections(uid(4), (Detection(ON_IT, 0.9),))])
    loose.store.set_shows_loose(False)
    assert loose.panel.loose.isHidden()
    assert len(loose.store.find(uid(4))) == 1


def test_while_the_ai_is_hidden_nothing_tells_of_its_boxes(loose: Room) -> None:
    loose.store.set_hidden(True)
    assert loose.panel.loose.isHidden()
    assert loose.figures(LESIONS) == ("–", "–", "–")


def test_in_the_window_n_passes_them_by_and_the_choice_is_kept(
    qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    builders.write_series(tmp_path / "case", 12, series_instance_uid="1.2.3.12")
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    with qtbot.waitSignal(app.window.viewer.loader.finished):
        app.session.open(OpenRequest(tmp_path / "case"))
    qtbot.waitUntil(lambda: not app.runner.running)
    state = app.window.viewer.state
    uids = [each.sop_instance_uid for each in state.series_case.series.slices]
    linked, alone = Detection(BoundingBox(5, 5, 15, 15), 0.9), Detection(ON_IT, 0.1)
    found = {3: (alone,), 6: (linked,)}
    slices = [SliceDetections(where, found.get(i, ())) for i, where in enumerate(uids)]
    lesion = Lesion(1, HULL, 0.9, (uids[6],), (linked,))
    state.store.add_series(state.series_case.series.key, slices, (lesion,))

    def go_on() -> int:
        state.set_slice_index(0)
        with qtbot.waitActive(app.window):
            app.window.activateWindow()
        app.window.viewer.setFocus()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_N)
        return state.slice_index

    assert go_on() == 3
    (box,) = [each for each in app.window.findChildren(QCheckBox) if "outside" in each.text()]
    assert box.text() == "Show 1 box outside lesions"
    click_box(qtbot, box)
    assert go_on() == 6
    kept = app.close()
    assert kept.show_loose_boxes is False
    again = build_app(kept)
    qtbot.addWidget(again.window)
    assert again.window.viewer.state.store.shows_loose is False
    again.close()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [270, 286, 330])
def test_the_lesions_names_are_never_cut(qtbot, language: str, width: int) -> None:
    application = QApplication.instance()
    assert application is not None
    install_language(application, language)
    try:
        room = Room()
        qtbot.addWidget(room)
        room.show()
        case = make_case()
        room.state.set_series(case)
        fill(room.store, case)
        room.panel.resize(width, 420)
        qtbot.wait(20)
        table, header = room.panel.list, room.panel.list.horizontalHeader()
        for column in range(6):
            assert header.sectionSize(column) >= table.sizeHintForColumn(column), column
        assert header.length() <= table.viewport().width()
    finally:
        install_language(application, "en")
