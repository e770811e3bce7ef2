"""Small collections and models for the report's tests; nothing here computes a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.dicom.series import Series
from ctbox.model.card import Lineage, ModelCard, ModelInput, SplitRecord, TrainingRecord
from ctbox.model.card_json import format_card
from ctbox.model.detection import Detection
from ctbox.progress import TaskContext
from ctbox.workflows import report_series
from ctbox.workflows.report_pool import JobEnd, describe_end
from ctbox.workflows.report_series import ModelChoice, SeriesJob, judge_series
from ctbox.workflows.task_end import run_to_end
from tests.builders import make_uid, write_series
from tests.model.toy import SPACING, make_volume

CODES = ("A0901", "B0901", "E0901")
SHA = {"good": "a" * 64, "poor": "b" * 64, "thesis": "c" * 64}


def write_patient(root: Path, code: str, number: int) -> list[Path]:
    """Write one toy patient with the expert's boxes; return the images' paths."""
    hu, boxes = make_volume(seed=number)
    # Patients must not look alike.
    across, down = 5 * number, 4 * number
    hu = np.roll(hu, (down, across), axis=(1, 2))
    paths = write_series(
        root / "Lung-PET-CT-Dx" / f"Lung_Dx-{code}" / "study" / "series",
        len(hu),
        hu=hu,
        patient_id=f"Lung_Dx-{code}",
        spacing=SPACING,
        series_instance_uid=make_uid("series", code),
        study_instance_uid=make_uid("study", code),
        tags={"FrameOfReferenceUID": make_uid("frame", code)},
    )
    for index, drawn in boxes.items():
        uid = str(pydicom.dcmread(paths[index], stop_before_pixels=True).SOPInstanceUID)
        target = root / "Annotation" / code / f"{uid}.xml"
        target.parent.mkdir(parents=True, exist_ok=True)
        moved = [BoundingBox(*np.add(box, (across, down, across, down))) for box in drawn]
        write_voc(target, uid, [(box, code[0]) for box in moved], hu.shape[2], hu.shape[1])
    return paths


def write_collection(root: Path, codes: Sequence[str] = CODES) -> Path:
    """Write some toy patients."""
    for number, code in enumerate(codes):
        write_patient(root, code, number)
    return root


def make_card(name: str, **changes: Any) -> ModelCard:
    """Return the card of a model that exists only as its card."""
    card = ModelCard(
        name=name,
        architecture="lung-detector",
        parameters=1000,
        input=ModelInput(64, 96, ("lung window",), 4.0),
        classes=("tumour",),
        threshold=0.2,
        training=TrainingRecord(),
        split=SplitRecord("patient"),
        date="2026-01-02T03:04:05+00:00",
        software_version="0.1.0",
        command="make toy",
        seed=1,
        weights_sha256=SHA.get(name, "d" * 64),
        weights_bytes=1,
    )
    return replace(card, **changes)


def write_card(folder: Path, card: ModelCard) -> str:
    """Write a model's folder that holds a card alone; return how `--model` names it."""
    place = folder / card.name
    place.mkdir(parents=True, exist_ok=True)
    (place / "card.json").write_text(format_card(card), encoding="utf-8")
    return str(place)


def make_parent(name: str, seen: tuple[str, ...] = ()) -> Lineage:
    """Return what a fine-tuned model's card says of its parent."""
    return Lineage(name, SHA[name], seen)


Rule = Callable[[ModelChoice, int, NDArray[np.float64]], list[tuple[list[float], float]]]


def shift_boxes(
    model: ModelChoice, place: int, boxes: NDArray[np.float64]
) -> list[tuple[list[float], float]]:
    """Return boxes by a rule instead of a network: moved, and some slices left out.

    "good" moves by a tenth of the width and leaves out every seventh slice; any other model
    moves by four tenths, leaves out every third, and puts a false box on every fifth.
    """
    good = model.sha256 == SHA["good"]
    share, hole = (0.1, 7) if good else (0.4, 3)
    found = []
    if place % hole != hole - 1:
        for number, (x1, y1, x2, y2) in enumerate(boxes):
            across = share * (x2 - x1)
            score = round(0.9 - 0.03 * (place % 10) - 0.1 * number, 6)
            found.append(([x1 + across, y1, x2 + across, y2], score))
    if not good and place % 5 == 0:
        found.append(([2.0, 3.0, 12.0, 15.0], 0.35))
    return found


def use_rule(monkeypatch: pytest.MonkeyPatch, boxes_of: dict[str, Any], rule: Rule) -> None:
    """Let series be judged by a rule on the expert's boxes instead of by a network."""

    def predict(
        series: Series, volume: NDArray[np.int16], model: ModelChoice, device: str, ctx: TaskContext
    ) -> tuple[Any, str]:
        slices = []
        for place, each in enumerate(series.slices):
            expert = boxes_of.get(each.sop_instance_uid, np.zeros((0, 4)))
            found = rule(model, place, expert)
            slices.append(tuple(Detection(BoundingBox(*box), score) for box, score in found))
        best = [(i, found[0]) for i, found in enumerate(slices) if found and found[0].score > 0.4]
        lesions = []
        if best:
            lesions.append(
                SimpleNamespace(
                    score=max(one.score for _, one in best),
                    indices=tuple(i for i, _ in best),
                    detections=tuple(one for _, one in best),
                )
            )
        return SimpleNamespace(slices=slices, lesions=lesions), "a rule"

    monkeypatch.setattr(report_series, "_predict", predict)


class InlinePool:
    """Judges one series after the other in the test's own process.

    Parameters
    ----------
    stop_after : int or None
        Cancel the run after so many series.
    before : callable, optional
        Called with each series' images when its turn comes.
    """

    def __init__(
        self,
        stop_after: int | None = None,
        before: Callable[[Series], None] | None = None,
    ) -> None:
        self.stop_after = stop_after
        self.before = before
        self.judged: list[str] = []

    def judge(
        self, jobs: Sequence[SeriesJob], ctx: TaskContext, on_slices: Callable[[int], None]
    ) -> Iterator[JobEnd]:
        for number, job in enumerate(jobs):
            if number == self.stop_after:
                ctx.cancel()
            if ctx.cancelled:
                return
            self.judged.append(job.case.series.key)
            if self.before is not None:
                self.before(job.case.series)
            on_slices(job.slices // 2)
            yield describe_end(job, run_to_end(judge_series, job, TaskContext()))
