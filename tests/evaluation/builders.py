"""Slices made up for tests of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ctbox.evaluation.slices import EvaluatedSlice

TUMOUR = (10.0, 10.0, 20.0, 20.0)


def make_box_of_iou(iou: float) -> tuple[float, float, float, float]:
    """Return a box inside `TUMOUR` whose IoU with it is this."""
    return 10.0, 10.0, 20.0, 10.0 + 10.0 * iou


@dataclass
class PatientMaker:
    """Makes the annotated slices of one patient, 5 mm apart, with a detection of given IoU."""

    patient_id: str
    ious: list[float | None]
    score: float = 0.9
    attributes: dict[str, object] = field(default_factory=dict)

    def make(self) -> list[EvaluatedSlice]:
        slices = []
        for number, iou in enumerate(self.ious):
            found = [] if iou is None else [make_box_of_iou(iou)]
            slices.append(
                EvaluatedSlice(
                    f"{self.patient_id}.{number}",
                    f"series.{self.patient_id}",
                    self.patient_id,
                    expert_boxes=np.array([TUMOUR]),
                    boxes=np.array(found).reshape(-1, 4),
                    scores=np.full(len(found), self.score),
                    position_mm=5.0 * number,
                    **self.attributes,  # type: ignore[arg-type]
                )
            )
        return slices


def make_patients(ious: dict[str, list[float | None]]) -> list[EvaluatedSlice]:
    return [one for name, values in ious.items() for one in PatientMaker(name, values).make()]
