"""What a fine-tuning's result says of who judged, and which slices it shows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.summary import EvaluationSummary, summarise
from ctbox.workflows import fine_tune, fine_tune_judging
from ctbox.workflows.fine_tune_judging import choose_examples
from ctbox.workflows.fine_tune_split import Division, PatientRow, Side
from tests.evaluation.builders import make_patients

ROWS = (PatientRow("Lung_Dx-P1", "B", 3, 0), PatientRow("Lung_Dx-P2", "B", 3, 1, Side.TEST))


def judge(*ious: float) -> EvaluationSummary:
    options = SummaryOptions(split="", model="", resamples=20)
    return summarise(make_patients({"P2": list(ious)}), options)


@pytest.mark.parametrize(
    ("seen", "test", "check"),
    [((), False, False), (("P2",), True, False), (("Lung_Dx-P2", "A1"), True, True)],
)
def test_figures_on_whom_the_base_has_seen_are_leaky(
    seen: tuple[str, ...], test: bool, check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tune, "choose_examples", lambda *_: ((), ()))
    made: Any = SimpleNamespace(
        parent=SimpleNamespace(name="base", seen_patient_ids=seen),
        division=Division(ROWS),
        check_patients=("Lung_Dx-A1",),
        samples=None,
        request=SimpleNamespace(out=Path("out"), name="new"),
    )
    fitted: Any = SimpleNamespace(best_epoch=1, history=[None], cancelled=False)
    judged = fine_tune._Judged(judge(0.5), judge(0.5), judge(0.5), judge(0.5), None)
    result = fine_tune._describe_result(made, fitted, (judged, judged), (), ())
    assert result.test is not None
    assert (result.test.leaky, result.forgetting[-1].leaky) == (test, check)
    assert result.entire.leaky
    assert result.training.leaky


def test_the_slices_that_lost_most_and_gained_most_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        fine_tune_judging, "_make_example", lambda _samples, _before, after: after.slice.sop_uid
    )
    samples: Any = None
    before = judge(0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    after = judge(0.6, 0.1, 0.9, 0.5, 0.3, 0.8)
    worst, best = choose_examples(samples, before, after)
    assert worst == ("P2.1", "P2.4", "P2.3", "P2.0")
    assert best == ("P2.2", "P2.5")
