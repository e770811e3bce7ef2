"""Intervals over patients, and the paired test."""

from __future__ import annotations

import numpy as np
import pytest

from ctbox.evaluation.bootstrap import (
    TOO_FEW_PATIENTS,
    bootstrap_figures,
    compute_sign_flip_p,
)


def make_mean(values: np.ndarray) -> object:
    return lambda weights: {"mean": float(values @ weights) / float(weights.sum())}


def test_the_interval_of_a_mean_is_close_to_the_textbook_one() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.2, 100)

    interval = bootstrap_figures(make_mean(values), 100, seed=1, resamples=4000)["mean"]

    margin = 1.96 * values.std() / 10
    assert interval.low == pytest.approx(values.mean() - margin, abs=0.004)
    assert interval.high == pytest.approx(values.mean() + margin, abs=0.004)
    assert interval.note is None


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(0).random(9)
    first, again, other = (
        bootstrap_figures(make_mean(values), 9, seed, resamples=50) for seed in (1, 1, 2)
    )

    assert first == again != other


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for trial in range(200):
        interval = bootstrap_figures(make_mean(rng.normal(0, 1, 30)), 30, trial, 200)["mean"]
        covered += interval.low <= 0 <= interval.high

    assert 175 <= covered <= 199


@pytest.mark.parametrize(
    ("patients", "note"), [(2, TOO_FEW_PATIENTS), (5, TOO_FEW_PATIENTS), (6, None)]
)
def test_below_six_patients_an_interval_is_marked(patients: int, note: str | None) -> None:
    interval = bootstrap_figures(make_mean(np.arange(float(patients))), patients, 0)["mean"]

    assert interval.note == note
    assert interval.patients == patients
    assert interval.low < interval.high


@pytest.mark.parametrize("patients", [0, 1])
def test_one_patient_gives_no_interval(patients: int) -> None:
    interval = bootstrap_figures(lambda _: {"mean": 0.3}, patients, 0)["mean"]

    assert (interval.low, interval.high, interval.note) == (None, None, TOO_FEW_PATIENTS)


def test_draws_without_anything_to_count_are_passed_over() -> None:
    values = np.array([1.0, np.nan, np.nan, np.nan, np.nan, np.nan])

    def compute(weights: np.ndarray) -> dict[str, float]:
        return {"some": 1.0 if weights[0] else np.nan, "none": float(values[1])}

    intervals = bootstrap_figures(compute, 6, 0)

    assert (intervals["some"].low, intervals["some"].high) == (1.0, 1.0)
    assert (intervals["none"].low, intervals["none"].high) == (None, None)


def test_the_exact_p_of_six_patients_who_all_gained() -> None:
    assert compute_sign_flip_p(np.full(6, 0.1), seed=0) == pytest.approx(2 / 64)


def test_no_difference_is_p_one_and_few_patients_have_none() -> None:
    assert compute_sign_flip_p(np.zeros(8), seed=0) == 1.0
    assert compute_sign_flip_p(np.full(5, 0.1), seed=0) is None


def test_random_flips_agree_with_all_of_them() -> None:
    differences = np.random.default_rng(1).normal(0.3, 1.0, 12)
    exact = compute_sign_flip_p(differences, seed=0)

    doubled = compute_sign_flip_p(np.append(differences, 0.0), seed=0)  # a patient more: random

    assert doubled == pytest.approx(exact, abs=0.02)
    assert compute_sign_flip_p(np.append(differences, 0.0), seed=0) == doubled
