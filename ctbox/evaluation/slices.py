"""What an evaluation is given: slices with the expert's and the model's boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from ctbox.boxes import FloatArray, as_box_array, compute_area


def _no_boxes() -> FloatArray:
    return np.zeros((0, 4))


def _no_scores() -> FloatArray:
    return np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class EvaluatedSlice:
    """One slice of an evaluated series, annotated or not.

    All slices of a series belong in an evaluation: those without boxes tell false alarms.

    Parameters
    ----------
    sop_uid : str
        SOP Instance UID.
    series_key : str
        The series, told apart from other acquisitions of the same UID.
    patient_id : str
        Patients are what intervals and splits count.
    expert_boxes : array_like
        (N, 4) xyxy in the slice's pixels; (0, 4) if nobody drew one.
    boxes, scores : array_like
        The model's boxes (M, 4) in the slice's pixels, and their scores (M,) in 0…1.
    position_mm : float or None
        Place along the normal of the image planes.
    frame_of_reference_uid : str or None
        Series that share it lie in one space.
    pixel_spacing_mm : tuple of float or None
        Row and column spacing.
    subtype, vendor, kernel : str or None
        For grouping.
    slice_thickness_mm : float or None
        Nominal thickness.

    Raises
    ------
    ValueError
        If boxes or scores have another shape, or a score is not in 0…1.
    """

    sop_uid: str
    series_key: str
    patient_id: str
    expert_boxes: FloatArray = field(default_factory=_no_boxes)
    boxes: FloatArray = field(default_factory=_no_boxes)
    scores: FloatArray = field(default_factory=_no_scores)
    position_mm: float | None = None
    frame_of_reference_uid: str | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    subtype: str | None = None
    slice_thickness_mm: float | None = None
    vendor: str | None = None
    kernel: str | None = None

    def __post_init__(self) -> None:
        boxes, scores = as_box_array(self.boxes), np.asarray(self.scores, dtype=np.float64)
        if scores.shape != (len(boxes),):
            raise ValueError(
                f"Slice {self.sop_uid} has {len(boxes)} boxes but scores of shape {scores.shape}."
            )
        # NaN fails this comparison too.
        if not bool(np.all((scores >= 0) & (scores <= 1))):
            raise ValueError(f"Slice {self.sop_uid} has a score that is not in 0…1.")
        object.__setattr__(self, "expert_boxes", as_box_array(self.expert_boxes))
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "scores", scores)

    @property
    def truth_boxes(self) -> FloatArray:
        """The expert's boxes (N, 4) that have an area; nothing can hit the others."""
        if not len(self.expert_boxes):  # as on nearly every slice
            return self.expert_boxes
        return self.expert_boxes[compute_area(self.expert_boxes) > 0]

    @property
    def size_mm(self) -> float | None:
        """Longest side of the expert's largest box, or None without box or spacing."""
        return measure_size_mm(self.truth_boxes, self.pixel_spacing_mm)

    def with_detections(self, boxes: ArrayLike, scores: ArrayLike) -> EvaluatedSlice:
        """Return the same slice as another model sees it."""
        return replace(
            self,
            boxes=as_box_array(boxes),
            scores=np.asarray(scores, dtype=np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class DetectedLesion:
    """Detections of neighbouring slices that the model takes for one lesion.

    Parameters
    ----------
    series_key : str
        The series it lies in.
    score : float
        In 0…1.
    sop_uids : tuple of str
        The slice of each box.
    boxes : array_like
        (n, 4) xyxy in the slices' pixels, one for each of `sop_uids`.
    """

    series_key: str
    score: float
    sop_uids: tuple[str, ...]
    boxes: FloatArray

    def __post_init__(self) -> None:
        boxes = as_box_array(self.boxes)
        if len(boxes) != len(self.sop_uids):
            raise ValueError(f"A lesion has {len(self.sop_uids)} slices but {len(boxes)} boxes.")
        object.__setattr__(self, "boxes", boxes)


def measure_size_mm(boxes: FloatArray, pixel_spacing_mm: Sequence[float] | None) -> float | None:
    """Return the longest side in mm among boxes (N, 4), or None without boxes or spacing."""
    if not len(boxes) or pixel_spacing_mm is None:
        return None
    row_spacing, column_spacing = pixel_spacing_mm
    sides = (boxes[:, 2:] - boxes[:, :2]) * np.array([column_spacing, row_spacing])
    return float(sides.max())
