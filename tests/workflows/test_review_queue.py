"""Review queues: order, progress, undo, blind readings, and what survives a kill."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.boxes import BoundingBox
from ctbox.errors import AnnotationError
from ctbox.model.detection import Detection, Lesion, SliceDetections
from ctbox.progress import TaskContext
from ctbox.workflows.detect import DetectRequest, DetectResult, ModelReady, SeriesResult
from ctbox.workflows.review_preparation import (
    KnownPrediction,
    PrepareRequest,
    ReviewTarget,
    describe_item,
    describe_slices,
    find_prediction_path,
    keep_prediction,
    prepare_review,
    rate_slices,
    read_prediction,
)
from ctbox.workflows.review_queue import (
    Decision,
    ReadBox,
    ReviewItem,
    ReviewOrder,
    ReviewPlan,
    ReviewQueue,
    ReviewSource,
    Stage,
    decode_plan,
    encode_plan,
    sort_items,
)
from ctbox.workflows.review_store import ReviewLog, find_unfinished, format_readings
from tests.gui.builders import build_series, build_series_case

ITEMS = (
    ReviewItem("a", "P1", "one", 3, iou=0.8, score=0.9, margin=0.6),
    ReviewItem("b", "P2", "two", 2, iou=0.1, score=0.4, margin=0.1),
    ReviewItem("c", "P3", "three", 1),
    ReviewItem("d", "P4", "four", 0, iou=None, score=0.95, margin=0.65),
)
BOX = ReadBox("1.2", BoundingBox(1, 2, 30, 40), "A")
AI_BOX = ReadBox("1.2", BoundingBox(1, 2, 33, 41), "AI", 0.7)
READY = ModelReady("fake", "0" * 64, "CPU", 0.3)


def name(items) -> str:
    return "".join(item.key for item in items)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ReviewOrder.WORST_IOU, "bacd"),
        (ReviewOrder.HIGHEST_SCORE, "dabc"),
        (ReviewOrder.LEAST_CERTAIN, "badc"),
    ],
)
def test_items_are_sorted_and_those_without_the_figure_come_last(order, expected) -> None:
    assert name(sort_items(ITEMS, order)) == expected


def test_plan_survives_its_record() -> None:
    source = ReviewSource("/x", None, None)
    plan = ReviewPlan(ITEMS, ReviewOrder.LEAST_CERTAIN, source, "t", "R", "m", 0.25, True, "now")
    assert decode_plan(json.loads(json.dumps(encode_plan(plan)))) == plan


def test_a_queue_goes_on_after_a_kill_with_all_its_readings(tmp_path: Path) -> None:
    log = ReviewLog.start(ReviewPlan(ITEMS, blind=True, reader="R"), tmp_path)
    log.note_opened("a")
    assert log.queue.is_hidden("a")
    log.reveal("a", [BOX])
    assert not log.queue.is_hidden("a")
    log.set_note("a", "ring artefact")
    log.decide("a", Decision.FIXED, [BOX, BOX], [AI_BOX])
    log.note_opened("b")
    # A kill: nothing is closed, the lock goes with the process, the last line is torn.
    with log.path.open("ab") as file:
        file.write(b'deadbeef {"kind":')
    log.close()
    found = find_unfinished(tmp_path)
    assert found is not None
    assert found[0] == log.path
    again = ReviewLog.open(found[0])
    queue = again.queue
    assert queue.readings == log.queue.readings
    assert queue.current == "b"
    assert queue.describe_progress() == "1 of 4 · 1 fixed"
    assert queue.find_open("a") == "b"
    blind, fixed = queue.readings
    assert (blind.stage, blind.boxes, blind.decision) == (Stage.BLIND, (BOX,), None)
    assert (fixed.stage, fixed.boxes, fixed.ai_boxes) == (Stage.WITH_AI, (BOX, BOX), (AI_BOX,))
    assert fixed.note == "ring artefact"
    assert fixed.opened_at <= blind.at <= fixed.at
    again.decide("b", Decision.ACCEPTED, [], [])
    again.close()
    assert ReviewLog.open(found[0]).queue.count() == 2


def test_undo_takes_the_last_decision_back_and_keeps_its_reading(tmp_path: Path) -> None:
    log = ReviewLog.start(ReviewPlan(ITEMS), tmp_path)
    log.decide("a", Decision.REJECTED, [], [])
    log.decide("a", Decision.ACCEPTED, [], [])
    assert log.queue.count(Decision.ACCEPTED) == 1
    assert log.queue.count(Decision.REJECTED) == 0
    undone = log.undo()
    assert undone is not None
    assert undone.decision is Decision.ACCEPTED
    assert log.queue.find_decision("a") is Decision.REJECTED
    log.undo()
    assert log.undo() is None
    assert log.queue.find_decision("a") is None
    assert [bool(each.taken_back_at) for each in log.queue.readings] == [True, True]
    log.close()


def test_one_window_at_a_time_has_a_queue(tmp_path: Path) -> None:
    log = ReviewLog.start(ReviewPlan(ITEMS), tmp_path)
    with pytest.raises(AnnotationError, match="another window"):
        ReviewLog.open(log.path)
    log.close()


def test_ended_done_and_unreadable_queues_are_not_offered(tmp_path: Path) -> None:
    log = ReviewLog.start(ReviewPlan(ITEMS[:1]), tmp_path)
    log.decide("a", Decision.ACCEPTED, [], [])
    log.close()
    log = ReviewLog.start(ReviewPlan(ITEMS), tmp_path)
    log.end()
    log.close()
    (tmp_path / "99999999.jsonl").write_bytes(b"nonsense\n")
    assert find_unfinished(tmp_path) is None


def test_readings_as_csv_are_whole_and_harmless_to_a_spreadsheet(tmp_path: Path) -> None:
    log = ReviewLog.start(ReviewPlan(ITEMS, blind=True, reader="=R()", model="m"), tmp_path)
    log.note_opened("b")
    log.reveal("b", [])
    log.set_note("b", 'says "=1+1", and\nmore')
    log.decide("b", Decision.ACCEPTED, [BOX], [AI_BOX])
    log.close()
    rows = list(csv.DictReader(io.StringIO(format_readings(log.queue), newline="")))
    assert [row["reading"] for row in rows] == ["blind", "with_ai"]
    assert [row["decision"] for row in rows] == ["", "accepted"]
    assert rows[0]["reader"] == "'=R()"
    assert rows[1]["note"] == 'says "=1+1", and\nmore'
    assert json.loads(rows[1]["reader_boxes"]) == [["1.2", 1, 2, 30, 40, "A", None]]
    assert json.loads(rows[1]["shown_ai_boxes"])[0][-1] == 0.7
    assert float(rows[1]["seconds"]) >= 0
    assert rows[1]["iou_before_review"] == "0.1000"


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([*Decision, None]))))
def test_progress_is_what_stands(steps) -> None:
    queue = ReviewQueue(ReviewPlan(ITEMS))
    stands: list[tuple[str, Decision]] = []
    for key, decision in steps:
        if decision is not None:
            record = {"kind": "decided", "key": key, "decision": decision, "boxes": [], "at": "t"}
            queue.apply(record)
            stands.append((key, decision))
        elif stands:
            queue.apply({"kind": "undone", "at": "t"})
            stands.pop()
    expected = dict(stands)
    assert {key: queue.find_decision(key) for key in "abcd"} == {
        key: expected.get(key) for key in "abcd"
    }
    assert queue.count() == len(expected)
    assert queue.is_done == (len(expected) == 4)


# --- what it is sorted by -------------------------------------------------------------------


def make_case():
    return build_series_case(build_series("1"), {4: [(40, 30, 60, 50)], 5: [(40, 30, 60, 50)]})


def make_result(case) -> SeriesResult:
    """A hit of IoU 1 on slice 4, nothing on slice 5, a faint box on 7."""
    found = {4: (Detection(BoundingBox(40, 30, 60, 50), 0.8),),
             7: (Detection(BoundingBox(1, 1, 9, 9), 0.1),)}  # fmt: skip
    slices = tuple(
        SliceDetections(each.sop_instance_uid, found.get(i, ()))
        for i, each in enumerate(case.series.slices)
    )
    uid = case.series.slices[4].sop_instance_uid
    lesion = Lesion(1, (0.0,) * 6, 0.85, (uid,), found[4])
    return SeriesResult(case.series, slices, (lesion,))


def test_figures_are_the_evaluations_own() -> None:
    case = make_case()
    result = make_result(case)
    item = describe_item(case)
    assert (item.annotated, item.iou, item.score) == (2, None, None)
    rated = rate_slices(item, describe_slices(case, result.slices), 0.3, result.lesions)
    assert rated.iou == pytest.approx(0.5)
    assert rated.score == 0.85
    assert rated.margin == pytest.approx(0.35)
    hidden = rate_slices(item, describe_slices(case, result.slices), 0.81)
    assert (hidden.iou, hidden.score) == (0.0, 0.8)


def test_phases_of_one_name_are_told_apart() -> None:
    case = make_case()
    names = []
    for number in (1, 2):
        series = replace(
            case.series, description="A phase", acquisition_number=number, was_split=True
        )
        names.append(describe_item(replace(case, series=series)).description)
    assert names == ["acq. 1 · A phase", "acq. 2 · A phase"]


def test_kept_prediction_comes_back_as_it_was(tmp_path: Path) -> None:
    result = make_result(make_case())
    keep_prediction(READY, result, tmp_path)
    kept = read_prediction(result.series.key, tmp_path)
    assert kept is not None
    assert (kept.slices, kept.lesions) == (result.slices, result.lesions)
    assert (kept.model.name, kept.model.threshold, kept.is_whole) == ("fake", 0.3, True)
    find_prediction_path(result.series.key, tmp_path).write_text("{}")
    assert read_prediction(result.series.key, tmp_path) is None


def test_queue_is_made_of_annotated_and_predicted_series(tmp_path: Path) -> None:
    annotated, predicted = make_case(), build_series_case(build_series("2", count=12), {})
    neither = build_series_case(build_series("3"), {})
    keep_prediction(READY, make_result(predicted), tmp_path)
    targets = tuple(ReviewTarget(describe_item(e), e) for e in (annotated, predicted, neither))
    prepared = prepare_review(PrepareRequest(targets, folder=tmp_path), TaskContext())
    assert [item.key for item in prepared.items] == [annotated.series.key, predicted.series.key]
    assert prepared.items[1].score == 0.85
    assert prepared.model == "fake"


def test_only_what_the_model_has_not_predicted_whole_is_predicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def predict(request: DetectRequest, ctx: TaskContext) -> DetectResult:
        ctx.check()
        asked.extend(series.key for series in request.series)
        results = (make_result(build_series_case(series, {})) for series in request.series)
        return DetectResult(READY, tuple(results))

    module = "ctbox.workflows.review_preparation"
    monkeypatch.setattr(f"{module}.detect", predict)
    monkeypatch.setattr(f"{module}.warm_up", lambda _request, _ctx: READY)
    cases = [make_case(), *(build_series_case(build_series(n), {}) for n in "23")]
    other = ModelReady("older", "1" * 64, "CPU", 0.3)
    known = (
        KnownPrediction(READY, make_result(cases[0])),
        KnownPrediction(READY, make_result(cases[1]), is_whole=False),
        KnownPrediction(other, make_result(cases[2])),
    )
    targets = tuple(ReviewTarget(describe_item(each), each) for each in cases)
    request = PrepareRequest(targets, predict=True, known=known, folder=tmp_path)
    prepared = prepare_review(request, TaskContext())
    assert asked == [cases[1].series.key, cases[2].series.key]
    assert [item.score for item in prepared.items] == [0.85] * 3
    assert prepared.model == "fake"
    again = prepare_review(PrepareRequest(targets, predict=True, folder=tmp_path), TaskContext())
    assert again == prepared
    assert len(asked) == 2
