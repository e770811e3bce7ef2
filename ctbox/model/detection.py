"""What a model says of a slice; free of torch, so that the window may import it."""

from __future__ import annotations

from dataclasses import dataclass

from ctbox.boxes import BoundingBox


@dataclass(frozen=True, slots=True)
class Detection:
    """One predicted box.

    Parameters
    ----------
    box : BoundingBox
        In the slice's own pixels.
    score : float
        In 0…1, higher is surer.
    """

    box: BoundingBox
    score: float


@dataclass(frozen=True, slots=True)
class SliceDetections:
    """All predicted boxes of one slice, best first."""

    sop_instance_uid: str
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class Lesion:
    """Detections of neighbouring slices that belong together.

    Parameters
    ----------
    lesion_id : int
        From 1, best score first.
    box_mm : tuple of float
        x1, y1, z1, x2, y2, z2: the hull in the patient's system (LPS), mm.
    score : float
        In 0…1.
    sop_instance_uids : tuple of str
        Its slices, cranial first.
    """

    lesion_id: int
    box_mm: tuple[float, float, float, float, float, float]
    score: float
    sop_instance_uids: tuple[str, ...]
