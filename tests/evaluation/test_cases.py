"""The hand-made cases of cases/overview.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctbox.evaluation.metrics import FROC_RATES
from ctbox.evaluation.scoring import score_lesions, score_slices
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import SummaryOptions, summarise
from ctbox.evaluation.truth import SliceStatus, find_truth_lesions, link_detections

OVERVIEW = Path(__file__).parent / "cases" / "overview.md"
Row = dict[str, str]


def read_table(heading: str) -> list[Row]:
    section = OVERVIEW.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def parse_boxes(text: str) -> list[tuple[float | None, list[float], float]]:
    """Return (z or None, box, score) of "z:x1,y1,x2,y2@score; …"."""
    found = []
    for item in [] if text == "-" else text.split(";"):
        place, _, rest = item.strip().rpartition(":")
        box, _, score = rest.partition("@")
        found.append((float(place) if place else None, [*map(float, box.split(","))], score))
    return [(place, box, float(score or 0)) for place, box, score in found]


@pytest.mark.parametrize("row", read_table("One slice"), ids=lambda row: row["case"])
def test_slice(row: Row) -> None:
    detections = parse_boxes(row["detections"])
    one = EvaluatedSlice(
        "uid",
        "series",
        "A0001",
        expert_boxes=np.array([box for _, box, _ in parse_boxes(row["expert"])]),
        boxes=np.array([box for _, box, _ in detections]),
        scores=np.array([score for _, _, score in detections]),
    )

    (scored,) = score_slices([one])

    counts = (scored.true_positives, scored.false_positives, scored.false_negatives)
    assert counts == (int(row["TP"]), int(row["FP"]), int(row["FN"]))
    expected = None if row["top IoU"] == "-" else pytest.approx(float(row["top IoU"]))
    assert scored.top_iou == expected


@pytest.mark.parametrize("row", read_table("One series"), ids=lambda row: row["case"])
def test_series(row: Row) -> None:
    expert, detections = parse_boxes(row["expert"]), parse_boxes(row["detections"])
    places = np.arange(0, 100.5, float(row["slices"]))
    assert {place for place, _, _ in expert + detections} <= set(places)
    slices = [
        EvaluatedSlice(
            f"uid{place}",
            "series",
            "A0001",
            expert_boxes=np.array([box for z, box, _ in expert if z == place]),
            boxes=np.array([box for z, box, _ in detections if z == place]),
            scores=np.array([score for z, _, score in detections if z == place]),
            position_mm=float(place),
        )
        for place in places
    ]

    scored = score_slices(slices)
    results = score_lesions(scored, find_truth_lesions(slices), link_detections(slices))

    assert len(results.lesions) == int(row["lesions"])
    assert sum(one.score is not None for one in results.lesions) == int(row["found"])
    assert len(results.false) == int(row["false"])
    negatives = sum(one.status is SliceStatus.NEGATIVE for one in scored)
    assert negatives == int(row["negatives"])


def make_scans(row: Row) -> list[EvaluatedSlice]:
    """Return the slices of the series that a row of "series/z:box" names."""

    def pick(column: str, series: str, place: float) -> list[tuple[list[float], float]]:
        items = [] if row[column] == "-" else row[column].split(";")
        split = [item.strip().split("/") for item in items]
        return [
            (box, score)
            for name, rest in split
            for z, box, score in parse_boxes(rest)
            if name == series and z == place
        ]

    names = sorted({item.strip()[0] for item in f"{row['expert']};{row['detections']}".split(";")})
    return [
        EvaluatedSlice(
            f"{name}.{place}",
            name,
            name,
            expert_boxes=np.array([box for box, _ in pick("expert", name, place)]),
            boxes=np.array([box for box, _ in found]),
            scores=np.array([score for _, score in found]),
            position_mm=float(place),
        )
        for name in names
        if name != "-"
        for place in range(0, 101, 5)
        for found in [pick("detections", name, place)]
    ]


@pytest.mark.parametrize("row", read_table("FROC"), ids=lambda row: row["case"])
def test_froc(row: Row) -> None:
    summary = summarise(make_scans(row), SummaryOptions("patient", "tiny", resamples=2))

    assert [rate for rate, _ in summary.froc] == list(FROC_RATES)
    expected = [float(row[name]) for name in ("1/8", "1/4", "1/2", "1", "2", "4", "8")]
    assert [value for _, value in summary.froc] == pytest.approx(expected)


@pytest.mark.parametrize("row", read_table("Calibration"), ids=lambda row: row["case"])
def test_calibration(row: Row) -> None:
    summary = summarise(make_scans(row), SummaryOptions("patient", "tiny", resamples=2))

    error = summary.overall.figures["calibration_error"]
    assert error == pytest.approx(float(row["error"]), abs=1e-9)
