"""Whom a model has seen, however the card names them, and who is left to compare two models on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.summary import summarise
from ctbox.model.card import TrainingRecord
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_models import find_seen_patients
from ctbox.workflows.report_summaries import UNSEEN, ModelJudge, compare_judged
from ctbox.workflows.seen import read_seen
from tests.evaluation.builders import make_patients
from tests.gui.builders import build_series
from tests.workflows.report_scenes import make_card

CARD = make_card(
    "good",
    training=TrainingRecord(
        patient_ids=("Lung_Dx-A0901",), series_instance_uids=("1.2.by-series",)
    ),
)


def make_case(name: str, patient_id: str) -> SeriesCase:
    return SeriesCase(replace(build_series(name, 1), patient_id=patient_id), {})


def test_patients_are_seen_by_id_by_series_and_by_links() -> None:
    cases = [
        make_case("1", "A0901"),
        make_case("by-series", "E0901"),
        make_case("3", "Lung_Dx-B0901"),
        make_case("4", "G0901"),
    ]
    seen = find_seen_patients(CARD, cases, [frozenset({"A0901", "B0901"})])
    assert seen == {"A0901", "E0901", "Lung_Dx-B0901"}
    assert find_seen_patients(CARD, cases, []) == {"A0901", "E0901"}


@pytest.mark.parametrize(
    ("name", "patient_id", "known"),
    [
        ("1", "A0901", True),
        ("1", "Lung_Dx-A0901", True),
        ("1", "A0902", False),
        ("by-series", "", True),
        ("1", "", False),
    ],
)
def test_the_window_knows_them_by_id_and_by_series(name: str, patient_id: str, known: bool) -> None:
    assert read_seen(CARD).includes(make_case(name, patient_id).series) == known


def make_judge(label: str, iou: float, seen: set[str]) -> ModelJudge:
    slices = make_patients({name: [iou, iou] for name in ("A", "B", "C")})
    summary = summarise(slices, SummaryOptions(split="", model=label, resamples=20))
    judge: Any = SimpleNamespace(
        model=SimpleNamespace(label=label),
        slices=slices,
        seen=frozenset(seen),
        populations={UNSEEN: SimpleNamespace(summary=summary)},
    )
    return cast("ModelJudge", judge)


@pytest.mark.parametrize(
    ("first", "second", "population", "patients"),
    [
        ({"A"}, set(), UNSEEN, 2),
        (set(), {"A"}, UNSEEN, 2),
        ({"A"}, {"B"}, UNSEEN, 1),
        ({"A", "B"}, {"C"}, "all", 3),
    ],
)
def test_models_are_compared_on_whom_neither_has_seen(
    first: set[str], second: set[str], population: str, patients: int
) -> None:
    (one,) = compare_judged([make_judge("x", 0.4, first), make_judge("y", 0.6, second)])
    assert (one.first, one.second) == ("x", "y")
    assert (one.population, one.patients) == (population, patients)
    assert one.figures[0].difference == pytest.approx(0.2)
