from __future__ import annotations

import numpy as np
import pytest

from ctbox.evaluation.agreement import compute_agreement
from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.froc_band import compute_froc_band
from ctbox.evaluation.reporting.csv_files import _format_cell
from ctbox.evaluation.summary import summarise
from tests.evaluation.builders import make_patients


def test_agreement_by_hand() -> None:
    found = compute_agreement([10.0, 20.0, 30.0], [11.0, 19.0, 33.0])
    assert (found.pairs, found.bias) == (3, 1.0)
    # Differences 1, −1, 3: standard deviation 2.
    assert found.low == pytest.approx(1 - 3.92)
    assert found.high == pytest.approx(1 + 3.92)


def test_agreement_of_too_few_says_nothing() -> None:
    assert compute_agreement([], []).bias is None
    one = compute_agreement([5.0], [7.0])
    assert (one.pairs, one.bias, one.low, one.high) == (1, 2.0, None, None)
    with pytest.raises(ValueError, match="must be pairs"):
        compute_agreement([1.0], [1.0, 2.0])


def test_the_band_holds_the_curve_of_the_summary() -> None:
    ious: dict[str, list[float | None]] = {f"P{i}": [0.9 if i % 3 else None] * 3 for i in range(7)}
    summary = summarise(make_patients(ious), SummaryOptions("patient", "m", resamples=200))
    band = compute_froc_band(summary)
    curve = [(one.false_lesions_per_scan, one.sensitivity) for one in band]
    assert tuple(curve) == summary.froc
    for one in band:
        assert one.low is not None
        assert one.high is not None
        assert one.sensitivity is not None
        assert one.low <= one.sensitivity <= one.high
        assert one.low < one.high
    assert np.isclose(band[-1].sensitivity or 0, 4 / 7)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "true"),
        (0.1, "0.1"),
        (-3, "-3"),
        ("=1+2", "'=1+2"),
        ("-x", "'-x"),
        ("GE", "GE"),
    ],
)
def test_csv_cells_are_no_formulas(cell: object, text: str) -> None:
    assert _format_cell(cell) == text  # type: ignore[arg-type]
