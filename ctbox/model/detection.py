"""What a model says of a slice; free of torch, so that the window may import it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


class SizeSource(StrEnum):
    """What a lesion's long axis was measured on."""

    OUTLINE = "outline"
    BOX = "box"


@dataclass(frozen=True, slots=True)
class LesionSize:
    """A lesion's long axis on the slice where its box is largest.

    Parameters
    ----------
    long_axis_mm : float
        Greatest diameter of the outline in the box; where no outline is found, the box's longer
        side.
    sop_instance_uid : str
        The slice it was measured on.
    source : SizeSource
        Which of the two it is.
    """

    long_axis_mm: float
    sop_instance_uid: str
    source: SizeSource


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
        Its slices, in display order.
    detections : tuple of Detection
        Its box on each of these slices; empty where a file of an older ctbox gives none.
    size : LesionSize or None
        How large it is; None where nothing is known in mm.
    """

    lesion_id: int
    box_mm: tuple[float, float, float, float, float, float]
    score: float
    sop_instance_uids: tuple[str, ...]
    detections: tuple[Detection, ...] = ()
    size: LesionSize | None = None

    def get_box(self, sop_instance_uid: str) -> BoundingBox | None:
        """Return its box on a slice; None where it does not reach."""
        boxes = zip(self.sop_instance_uids, self.detections, strict=False)
        return next((one.box for uid, one in boxes if uid == sop_instance_uid), None)
