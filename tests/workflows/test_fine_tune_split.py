"""The split by patient: whatever is asked of it, nobody stands on two sides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctbox.errors import TrainingDataError
from ctbox.model.config import SIMPLE_CANCER_CNN, ModelConfig
from ctbox.model.linking import SampleKey, group_samples
from ctbox.workflows.fine_tune_plan import choose_plan, make_fine_tune_config
from ctbox.workflows.fine_tune_split import Division, PatientRow, Side, divide_patients


def make_key(patient: str, number: int = 0, frame: str | None = None) -> SampleKey:
    series = f"1.{patient}"
    return SampleKey(
        patient, f"9.{patient}", series, frame or f"f.{patient}", f"{series}.{number}", "B"
    )


PATIENTS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=12
)


@given(
    drawn=PATIENTS,
    links=st.lists(st.lists(st.integers(1, 9), min_size=2, max_size=3), max_size=3),
    wanted=st.lists(st.integers(1, 9), max_size=3),
    seed=st.integers(0, 99),
    moves=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(list(Side))), max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_the_split_cannot_leak(
    drawn: list[tuple[int, int, int]],
    links: list[list[int]],
    wanted: list[int],
    seed: int,
    moves: list[tuple[int, Side]],
) -> None:
    keys = [
        # A shared frame of reference links patients without anyone saying so.
        make_key(f"P{patient}", number, f"shared-{frame}" if frame == 0 else None)
        for patient, count, frame in drawn
        for number in range(count)
    ]
    linked = [[f"P{each}" for each in link] for link in links]
    try:
        division = divide_patients(
            keys, linked, test_patients=[f"P{each}" for each in wanted], seed=seed
        )
    except TrainingDataError:
        return
    for number, side in moves:
        division = division.move(division.rows[number % len(division.rows)].patient_id, side)
    sides = {row.patient_id: row.side for row in division.rows}
    assert set(sides) == {key.patient_id for key in keys}
    for group in group_samples(keys, linked):
        assert len({sides[keys[index].patient_id] for index in group}) == 1
    parts = [set(division.select(side)) for side in Side]
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(sides)


def divide(count: int, **options: object) -> Division:
    return divide_patients([make_key(f"P{i}") for i in range(count)], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("patients", "training", "stopping", "test"),
    [(1, 1, 0, 0), (2, 1, 0, 1), (3, 1, 1, 1), (5, 3, 1, 1), (12, 7, 2, 3)],
)
def test_sides_by_number_of_patients(
    patients: int, training: int, stopping: int, test: int
) -> None:
    division = divide(patients)
    counts = tuple(len(division.select(side)) for side in Side)
    assert counts == (training, stopping, test)


def test_what_cannot_be_known_is_said() -> None:
    assert "can't be known" in divide(1).warnings[0]
    two = divide(2).warnings
    assert any("full length" in each for each in two)
    assert any("2 independent patients" in each for each in two)
    (one,) = divide(3).warnings
    assert "one patient teaches" in one
    assert divide(4).warnings == ()
    seen = divide(3, test_patients=["P1"], seen=["Lung_Dx-P1"])
    assert any("LEAKY" in each and "P1" in each for each in seen.warnings)


def test_patients_that_the_model_never_saw_judge_first() -> None:
    division = divide(4, seen=["P0", "P1", "P2"])
    assert division.select(Side.TEST) == ("P3",)
    assert [row.seen_by_base for row in division.rows] == [True, True, True, False]


def test_a_patient_is_seen_under_the_short_id_too() -> None:
    keys = [make_key("Lung_Dx-P1"), make_key("Lung_Dx-P2")]
    division = divide_patients(keys, seen=["P1"])
    assert [row.seen_by_base for row in division.rows] == [True, False]


def test_the_fewest_slices_end_the_training_and_the_most_teach() -> None:
    counts = {"P1": 9, "P2": 2, "P3": 7, "P4": 5}
    keys = [make_key(name, i) for name, count in counts.items() for i in range(count)]
    for seed in range(8):
        division = divide_patients(keys, test_patients=["P4"], seed=seed)
        assert division.select(Side.STOPPING) == ("P2",)


def test_overlap_and_an_empty_side_make_starting_impossible() -> None:
    rows = (PatientRow("P1", "B", 3, 0), PatientRow("P2", "B", 3, 0, Side.TEST))
    assert Division(rows).problem is not None
    assert "two sides" in str(Division(rows).problem)
    alone = divide(1).move("P0", Side.TEST)
    assert "learn from" in str(alone.problem)
    assert divide(3).problem is None
    linked = divide_patients([make_key("P1"), make_key("P2"), make_key("P3")], [["P1", "P2"]])
    assert linked.find_linked("P1") == ("P2",)
    assert linked.groups == 2


def test_strangers_and_everyone_as_test_are_refused() -> None:
    with pytest.raises(TrainingDataError, match="Q7 has no annotated slices"):
        divide(3, test_patients=["Q7"])
    with pytest.raises(TrainingDataError, match="learn from"):
        divide(2, test_patients=["P0", "P1"])


@pytest.mark.parametrize(
    ("boxes", "steps", "frozen", "encoder"),
    [(5, 75, 2, 1), (20, 75, 2, 1), (49, 148, 2, 1), (50, 300, 0, 0.2), (200, 800, 0, 0.2)],
)
def test_presets_by_number_of_boxes(boxes: int, steps: int, frozen: int, encoder: float) -> None:
    plan = choose_plan(boxes)
    assert (plan.steps, plan.freeze_stages, plan.encoder_rate) == (steps, frozen, encoder)
    assert plan.replay == 0.25
    config = make_fine_tune_config(plan, ModelConfig(), seed=3)
    assert config.mix.phantom == 0.25
    assert sum(getattr(config.mix, each) for each in config.mix.__slots__) == pytest.approx(1.0)
    assert config.epochs * config.steps_per_epoch >= steps
    assert choose_plan(boxes, steps=9).steps == 9


def test_the_thesis_network_is_tuned_at_its_own_rate() -> None:
    model = ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=64)
    config = make_fine_tune_config(choose_plan(30), model, seed=1)
    assert (config.learning_rate, config.weight_decay, config.bf16) == (1e-4, 0.0, False)
