"""Splits: nobody on both sides, nobody lost, and leaks found by what slices show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.errors import SplitLeakageError, TrainingDataError
from ctbox.model.leakage import check_fold, compute_fingerprint, find_leaks
from ctbox.model.linking import SampleKey, group_samples
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds

HONEST = [kind for kind in SplitKind if not kind.leaky]


def make_samples(
    slices: dict[str, int], subtypes: dict[str, str | None] | None = None
) -> list[SampleKey]:
    return [
        SampleKey(
            patient_id=f"Lung_Dx-{patient}",
            study_uid=f"study.{patient}",
            series_uid=f"series.{patient}",
            frame_of_reference_uid=f"for.{patient}",
            sop_uid=f"{patient}.{number}",
            subtype=(subtypes or {}).get(patient, patient[0]),
        )
        for patient, count in slices.items()
        for number in range(count)
    ]


SIX = make_samples({"A0001": 20, "B0001": 60, "E0001": 14, "E0002": 4, "E0003": 20, "G0001": 10})


def patients_of(samples: Sequence[SampleKey], indices: Sequence[int]) -> set[str]:
    return {samples[i].patient_id.removeprefix("Lung_Dx-") for i in indices}


def assert_partition(fold: Fold, samples: Sequence[SampleKey]) -> None:
    parts = [fold.training, fold.held_out, fold.few_shot, fold.excluded]
    assert sorted(i for part in parts for i in part) == list(range(len(samples)))


@st.composite
def collections(draw: st.DrawFn) -> tuple[list[SampleKey], list[tuple[str, ...]]]:
    """Samples whose patients share studies, frames of reference, SOPs or given links."""
    count = draw(st.integers(3, 12))
    patients = [f"{draw(st.sampled_from('ABEG'))}{i:04d}" for i in range(count)]
    samples = make_samples({p: draw(st.integers(1, 5)) for p in patients})
    for _ in range(draw(st.integers(0, 4))):
        i, j = (draw(st.integers(0, len(samples) - 1)) for _ in range(2))
        field = draw(st.sampled_from(["study_uid", "frame_of_reference_uid", "sop_uid"]))
        samples[i] = replace(samples[i], **{field: getattr(samples[j], field)})
    links = draw(st.lists(st.lists(st.sampled_from(patients), min_size=2, max_size=3), max_size=2))
    return draw(st.permutations(samples)), [tuple(link) for link in links]


@given(collections(), st.sampled_from(HONEST), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_no_group_stands_on_both_sides_and_no_sample_is_lost(
    collection: tuple[list[SampleKey], list[tuple[str, ...]]], kind: SplitKind, seed: int
) -> None:
    samples, links = collection
    plan = SplitPlan(kind, seed=seed, folds=2, few_shot_slices=2)
    try:
        folds = make_folds(samples, plan, links)
    except TrainingDataError:
        return
    for fold in folds:
        assert_partition(fold, samples)
        assert fold.training or fold.few_shot
        assert fold.held_out
        for group in group_samples(samples, links):
            assert not (
                set(group) & {*fold.training, *fold.few_shot} and set(group) & {*fold.held_out}
            )
        assert find_leaks(fold, samples, linked=links) == ()
        check_fold(fold, samples, linked=links)


@given(collections(), st.sampled_from(list(SplitKind)), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_the_same_seed_gives_the_same_folds_in_any_order(
    collection: tuple[list[SampleKey], list[tuple[str, ...]]], kind: SplitKind, seed: int
) -> None:
    samples, links = collection
    plan = SplitPlan(kind, seed=seed, folds=2, few_shot_slices=1)

    def describe(order: list[SampleKey]) -> object:
        try:
            folds = make_folds(order, plan, links)
        except TrainingDataError:
            return None
        parts = ("training", "held_out", "few_shot", "excluded")
        return [
            (fold.name, [sorted(order[i].order for i in getattr(fold, part)) for part in parts])
            for fold in folds
        ]

    assert describe(samples) == describe(samples) == describe(samples[::-1])


@given(collections(), st.integers(2, 4), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_patient_folds_hold_every_sample_out_once(
    collection: tuple[list[SampleKey], list[tuple[str, ...]]], folds: int, seed: int
) -> None:
    samples, links = collection
    if len(group_samples(samples, links)) < folds:
        return
    made = make_folds(samples, SplitPlan(seed=seed, folds=folds), links)

    assert sorted(i for fold in made for i in fold.held_out) == list(range(len(samples)))
    assert len(made) == folds


def test_patient_folds_share_each_subtype_out() -> None:
    samples = make_samples({f"{letter}{i:04d}": 3 for letter in "AB" for i in range(10)})

    for fold in make_folds(samples, SplitPlan(folds=5, seed=1)):
        letters = sorted(p[0] for p in patients_of(samples, fold.held_out))
        assert letters == ["A", "A", "B", "B"]


def test_another_seed_gives_other_folds() -> None:
    samples = make_samples({f"A{i:04d}": 1 for i in range(20)})
    made = [make_folds(samples, SplitPlan(folds=4, seed=seed)) for seed in (0, 1)]

    assert made[0] != made[1]


def test_each_patient_is_left_out_once() -> None:
    folds = make_folds(SIX, SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT))

    assert [fold.name for fold in folds] == ["A0001", "B0001", "E0001", "E0002", "E0003", "G0001"]
    assert all(patients_of(SIX, fold.held_out) == {fold.name} for fold in folds)


def test_linked_patients_are_left_out_together() -> None:
    folds = make_folds(
        SIX, SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT), [("A0001", "E0003"), ("E0003", "X0001")]
    )

    assert "A0001, E0003" in [fold.name for fold in folds]
    assert len(folds) == 5


def test_each_subtype_is_left_out_once() -> None:
    folds = make_folds(SIX, SplitPlan(SplitKind.LEAVE_ONE_SUBTYPE_OUT))

    assert [fold.name for fold in folds] == ["A", "B", "E", "G"]
    assert patients_of(SIX, folds[2].held_out) == {"E0001", "E0002", "E0003"}
    assert all(fold.excluded == () for fold in folds)


def test_a_linked_patient_of_another_subtype_serves_neither_side() -> None:
    folds = make_folds(SIX, SplitPlan(SplitKind.LEAVE_ONE_SUBTYPE_OUT), [("A0001", "B0001")])

    assert patients_of(SIX, folds[0].held_out) == {"A0001"}
    assert patients_of(SIX, folds[0].excluded) == {"B0001"}
    assert patients_of(SIX, folds[0].training) == {"E0001", "E0002", "E0003", "G0001"}


def test_an_unknown_subtype_is_kept_from_training_when_a_subtype_is_left_out() -> None:
    samples = make_samples({"A0001": 2, "B0001": 2, "X0001": 2}, {"X0001": None})

    (first, _) = make_folds(samples, SplitPlan(SplitKind.LEAVE_ONE_SUBTYPE_OUT))

    assert patients_of(samples, first.excluded) == {"X0001"}


def test_few_shot_adapts_on_k_slices_and_judges_by_other_patients() -> None:
    (fold,) = make_folds(SIX, SplitPlan(SplitKind.FEW_SHOT_K, few_shot_slices=8, seed=2))

    assert fold.name == "E, 8 slices"
    assert len(fold.few_shot) == 8
    assert {SIX[i].subtype for i in (*fold.few_shot, *fold.held_out)} == {"E"}
    assert not patients_of(SIX, fold.few_shot) & patients_of(SIX, fold.held_out)
    assert {SIX[i].subtype for i in fold.training} == {"A", "B", "G"}


def test_few_shot_says_when_nobody_is_left_to_judge_by() -> None:
    with pytest.raises(TrainingDataError, match="Subtype A has 1 independent patients"):
        make_folds(SIX, SplitPlan(SplitKind.FEW_SHOT_K, subtype="A", few_shot_slices=3))
    with pytest.raises(TrainingDataError, match="adapting on 1000 slices"):
        make_folds(SIX, SplitPlan(SplitKind.FEW_SHOT_K, few_shot_slices=1000))


def test_named_patients_are_held_out_with_those_linked_to_them() -> None:
    plan = SplitPlan(held_out_patients=("A0001", "Lung_Dx-G0001"))
    (fold,) = make_folds(SIX, plan, [("Lung_Dx-G0001", "E0002")])

    assert patients_of(SIX, fold.held_out) == {"A0001", "G0001", "E0002"}
    assert fold.kind is SplitKind.PATIENT


def test_slice_random_says_that_it_leaks() -> None:
    (fold,) = make_folds(SIX, SplitPlan(SplitKind.SLICE_RANDOM))

    assert fold.leaky
    assert fold.label == "slice-random (LEAKY)"
    assert_partition(fold, SIX)
    assert len(fold.held_out) == round(0.2 * len(SIX))
    assert {leak.reason.split()[2] for leak in find_leaks(fold, SIX)} >= {"patient", "study"}
    check_fold(fold, SIX)
    assert not any(kind.leaky for kind in HONEST)


@pytest.mark.parametrize(
    ("samples", "plan", "reason"),
    [
        ([], SplitPlan(), "no annotated slices"),
        (SIX, SplitPlan(folds=7), "6 independent patients can't make 7 folds"),
        (SIX, SplitPlan(folds=1), "can't make 1 folds"),
        (SIX[:20], SplitPlan(SplitKind.LEAVE_ONE_PATIENT_OUT), "at least two"),
        (SIX[:20], SplitPlan(SplitKind.LEAVE_ONE_SUBTYPE_OUT), "at least two subtypes, found 1"),
        (SIX, SplitPlan(held_out_patients=("Z0001",)), "Patient Z0001 has no annotated slices"),
        (SIX[:20], SplitPlan(held_out_patients=("A0001",)), "nobody to train on"),
        (SIX, SplitPlan(SplitKind.SLICE_RANDOM, held_out_fraction=1.5), "not possible"),
    ],
)
def test_what_can_not_be_split_is_said(
    samples: list[SampleKey], plan: SplitPlan, reason: str
) -> None:
    with pytest.raises(TrainingDataError, match=reason):
        make_folds(samples, plan)


TWO = [*make_samples({"A0001": 1}), *make_samples({"B0001": 1})]
APART = Fold(SplitKind.PATIENT, "1/2", training=(0,), held_out=(1,))


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("patient_id", "patient"),
        ("study_uid", "study"),
        ("series_uid", "series"),
        ("frame_of_reference_uid", "frame of reference"),
        ("sop_uid", "SOP instance"),
    ],
)
def test_a_shared_identifier_is_a_leak_that_names_both(field: str, what: str) -> None:
    samples = [TWO[0], replace(TWO[1], **{field: getattr(TWO[0], field)})]

    with pytest.raises(SplitLeakageError, match=f"share the {what} ") as caught:
        check_fold(APART, samples)

    for sample in samples:
        assert sample.sop_uid in str(caught.value)
        assert sample.patient_id in str(caught.value)


def test_missing_identifiers_are_not_shared_ones() -> None:
    check_fold(APART, [replace(s, study_uid=None, frame_of_reference_uid="") for s in TWO])


def test_linked_patients_on_both_sides_are_a_leak() -> None:
    with pytest.raises(SplitLeakageError, match="linked patients"):
        check_fold(APART, TWO, linked=[("A0001", "B0001")])


def test_samples_to_adapt_on_count_as_training_and_excluded_ones_do_not() -> None:
    samples = [*TWO, replace(TWO[1], sop_uid="other")]
    few_shot = Fold(SplitKind.FEW_SHOT_K, "B", (0,), (1,), few_shot=(2,))
    excluded = Fold(SplitKind.FEW_SHOT_K, "B", (0,), (1,), excluded=(2,))

    assert find_leaks(few_shot, samples)
    assert not find_leaks(excluded, samples)


def make_anatomy(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 300, (64, 64))
    return np.kron(coarse, np.ones((4, 4)))


def test_the_same_pixels_under_other_names_are_a_leak() -> None:
    hu = make_anatomy(0)
    prints = {s.sop_uid: compute_fingerprint(hu) for s in TWO}

    with pytest.raises(SplitLeakageError, match="have the same pixels"):
        check_fold(APART, TWO, prints)


def test_a_second_kernel_is_a_near_duplicate_and_a_stranger_is_not() -> None:
    hu, rng = make_anatomy(0), np.random.default_rng(9)
    twin = {
        TWO[0].sop_uid: compute_fingerprint(hu),
        TWO[1].sop_uid: compute_fingerprint(hu + rng.normal(0, 80, hu.shape)),
    }
    with pytest.raises(SplitLeakageError, match=r"near duplicates \(correlation [01]\."):
        check_fold(APART, TWO, twin)

    stranger = {
        TWO[0].sop_uid: compute_fingerprint(hu),
        TWO[1].sop_uid: compute_fingerprint(make_anatomy(1)),
    }
    check_fold(APART, TWO, stranger)


def test_two_empty_slices_prove_nothing() -> None:
    prints = {s.sop_uid: compute_fingerprint(np.full((64, 64), -1024)) for s in TWO}

    check_fold(APART, TWO, prints)
