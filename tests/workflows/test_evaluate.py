"""What `ctbox evaluate` judges: the lesions that predict gives, and nothing it cannot know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series, Slice
from ctbox.evaluation.slices import DetectedLesion
from ctbox.evaluation.truth import SliceStatus
from ctbox.model.config import SampleMix
from ctbox.model.detection import Detection
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.model.store import read_card
from ctbox.phantom.volume import PhantomConfig, make_phantom
from ctbox.progress import TaskContext
from ctbox.workflows import evaluate as workflow
from ctbox.workflows.detect import DetectRequest, detect
from ctbox.workflows.evaluate import EvaluateRequest, Judged, evaluate, judge_folds
from ctbox.workflows.fold_training import FoldTraining, train_fold
from ctbox.workflows.kept_predictions import KeptPredictions
from ctbox.workflows.open_case import SeriesCase, open_case
from ctbox.workflows.samples import Samples, collect_samples
from ctbox.workflows.series_prediction import (
    SeriesPrediction,
    SeriesPredictor,
    make_series_predictor,
)
from tests.builders import write_series
from tests.cli.test_contract import write_patient
from tests.model.toy import make_config

JUDGED = Judged("toy", "", "CPU", 0.2)
AWAY = (2.0, 2.0, 12.0, 12.0)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("collection")
    for number, code in enumerate(("A0901", "E0901", "E0902")):
        write_patient(root, code, seed=number, shift=number)
    return root


@pytest.fixture(scope="module")
def samples(collection: Path) -> Samples:
    return collect_samples(open_case(collection, None, TaskContext()))


def hold_out_all(samples: Samples, kind: SplitKind = SplitKind.PATIENT) -> Fold:
    return Fold(kind, "1/1", (), tuple(range(len(samples.keys))))


def say(series: Series, place: int, box: tuple[float, ...], **values: object) -> SeriesPrediction:
    """Return a prediction of one box on one slice."""
    found = (Detection(BoundingBox(*box), 0.9),)
    slices = tuple(found if i == place else () for i in range(len(series.slices)))
    return SeriesPrediction(slices, **values)  # type: ignore[arg-type]


def make_lesion(series: Series, place: int, box: tuple[float, ...]) -> DetectedLesion:
    uid = series.slices[place].sop_instance_uid
    return DetectedLesion(series.key, 0.9, (uid,), np.array([box]))


def test_the_models_own_lesions_are_judged_and_not_its_boxes(samples: Samples) -> None:
    case = samples.cases[0]
    truth = next(iter(case.annotations.values()))[0].box.as_tuple()

    def place_of(series: Series) -> int:
        uids = [one.sop_instance_uid for one in series.slices]
        return uids.index(next(uid for uid in uids if uid in case.annotations))

    def boxes_right_lesion_wrong(series: Series, _: TaskContext) -> SeriesPrediction:
        place = place_of(series)
        return say(series, place, truth, lesions=(make_lesion(series, place, AWAY),))

    def boxes_right_no_lesions(series: Series, _: TaskContext) -> SeriesPrediction:
        return say(series, place_of(series), truth)

    only = [i for i, key in enumerate(samples.keys) if key.patient_id == case.series.patient_id]
    fold = Fold(SplitKind.PATIENT, "1/1", (), tuple(only))
    ctx = TaskContext()
    own = judge_folds(samples, [(fold, boxes_right_lesion_wrong)], JUDGED, ctx).model
    assert own.lesions_linked_by == "model"
    assert own.overall.figures["lesion_sensitivity"] == 0.0
    assert own.overall.figures["false_lesions_per_scan"] == 1.0
    linked = judge_folds(samples, [(fold, boxes_right_no_lesions)], JUDGED, ctx).model
    assert linked.to_json()["lesions_linked_by"] == "rule"
    assert linked.overall.figures["lesion_sensitivity"] == 1.0
    assert linked.overall.figures["false_lesions_per_scan"] == 0.0


def test_what_is_judged_is_what_predict_gives(tmp_path: Path) -> None:
    phantom = make_phantom(PhantomConfig(rows=256, n_slices=10), np.random.default_rng(6))
    write_series(tmp_path / "p", len(phantom.hu), hu=phantom.hu, spacing=phantom.pixel_spacing_mm)
    (case,) = open_case(tmp_path / "p", None, TaskContext()).series
    (told,) = detect(DetectRequest((case.series,), device="cpu"), TaskContext()).series
    assert told.lesions

    def check(predict: SeriesPredictor) -> None:
        found = predict(case.series, TaskContext())
        assert found.slices == tuple(one.detections for one in told.slices)
        assert found.lesions is not None
        assert [(one.score, one.sop_uids) for one in found.lesions] == [
            (one.score, one.sop_instance_uids) for one in told.lesions
        ]
        for one, other in zip(found.lesions, told.lesions, strict=True):
            assert one.boxes.tolist() == [list(d.box.as_tuple()) for d in other.detections]

    predict = make_series_predictor(None, "cpu", None)
    check(predict)
    check(KeptPredictions(tmp_path / "kept.json", "it", predict))

    def refuse(*_: object) -> SeriesPrediction:
        raise AssertionError("asked though it is kept")

    check(KeptPredictions(tmp_path / "kept.json", "it", refuse))


def test_slices_that_cannot_be_read_are_left_out_and_named(tmp_path: Path) -> None:
    for number, code in enumerate(("A0901", "B0901")):
        write_patient(tmp_path, code, seed=number, shift=number)
    found = collect_samples(open_case(tmp_path, None, TaskContext()))
    first, second = found.cases
    # One that is judged and one that the baselines would copy from.
    gone = [_pick(first, annotated=False), _pick(second, annotated=True)]
    for one in gone:
        one.source.path.unlink()
    (fold,) = make_folds(found.keys, SplitPlan(held_out_patients=("A0901",)))
    workflow.check_folds(found, [fold], TaskContext())
    predict = make_series_predictor(None, "cpu", None)

    result = judge_folds(found, [(fold, predict)], JUDGED, TaskContext())

    uid = gone[0].sop_instance_uid
    assert list(result.unreadable) == [uid]
    assert [row["sop_instance_uid"] for row in result.to_json()["unreadable"]] == [uid]
    judged = {one.sop_uid for one in result.held_out}
    assert judged == {one.sop_instance_uid for one in first.series.slices} - {uid}


def _pick(case: SeriesCase, *, annotated: bool) -> Slice:
    slices = case.series.slices
    return next(s for s in slices if (s.sop_instance_uid in case.annotations) is annotated)


def test_annotated_slices_of_the_other_side_still_tell_what_is_negative(samples: Samples) -> None:
    def silent(series: Series, _: TaskContext) -> SeriesPrediction:
        return SeriesPrediction(tuple(() for _ in series.slices), ())

    def find_negatives(held_out: tuple[int, ...]) -> set[str]:
        rest = tuple(set(range(len(samples.keys))) - set(held_out))
        fold = Fold(SplitKind.SLICE_RANDOM, "1/1", (), held_out, excluded=rest)
        model = judge_folds(samples, [(fold, silent)], JUDGED, TaskContext()).model
        return {
            one.slice.sop_uid for one in model.scored_slices if one.status is SliceStatus.NEGATIVE
        }

    whole = find_negatives(tuple(range(len(samples.keys))))
    first = samples.keys[0].patient_id
    ends = [i for i, key in enumerate(samples.keys) if key.patient_id == first]
    assert find_negatives((ends[0],)) <= whole


def test_whoever_shares_images_with_a_training_patient_counts_as_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, code in enumerate(("A0901", "B0901", "E0901")):
        write_patient(tmp_path, code, seed=number, shift=number)
    detector = workflow.load_detector(None, "cpu")
    training = replace(detector.card.training, patient_ids=("Lung_Dx-A0901",))
    monkeypatch.setattr(detector, "card", replace(detector.card, training=training))
    whole = workflow.open_case

    def open_linked(*words: object) -> object:
        return replace(whole(*words), linked_folders=(frozenset({"A0901", "B0901"}),))  # type: ignore[arg-type]

    monkeypatch.setattr(workflow, "open_case", open_linked)
    found = evaluate(EvaluateRequest(tmp_path, None, device="cpu"), TaskContext())
    assert found.seen_patients == ("Lung_Dx-A0901", "Lung_Dx-B0901")
    assert found.model.options.leaky


def test_few_shots_are_trained_on_when_trained_anew_and_not_claimed_otherwise(
    collection: Path, samples: Samples, tmp_path: Path
) -> None:
    plan = SplitPlan(SplitKind.FEW_SHOT_K, subtype="E", few_shot_slices=2)
    (fold,) = make_folds(samples.keys, plan)
    shots = {samples.keys[i].patient_id for i in fold.few_shot}
    config = make_config(
        epochs=1, steps_per_epoch=1, batch_size=1, mix=SampleMix(real=1, grown=0, synthetic=0)
    )
    recipe = Recipe((Stage("only", config),))
    job = FoldTraining(recipe, tmp_path / "fold", device="cpu")
    trained = train_fold(samples, fold, job, TaskContext())
    taught = set(read_card(trained.folder).training.patient_ids)
    assert taught == {"Lung_Dx-A0901"} | shots

    request = EvaluateRequest(collection, None, plan=plan, device="cpu")
    assert "not adapted" in evaluate(request, TaskContext()).model.options.split


@pytest.mark.slow
def test_baselines_are_not_judged_by_what_they_do_not_answer(collection: Path) -> None:
    request = EvaluateRequest(collection, None, device="cpu")
    found = evaluate(request, TaskContext()).to_json()
    for summary in found["baselines"].values():
        figures = summary["overall"]["figures"]
        assert figures["patient_mean_iou"] is not None
        assert figures["ap50"] is None
        assert figures["false_lesions_per_scan"] is None
        assert figures["calibration_error"] is None
        assert summary["overall"]["intervals"]["ap50"]["low"] is None
        assert {point["sensitivity"] for point in summary["froc"]} == {None}
