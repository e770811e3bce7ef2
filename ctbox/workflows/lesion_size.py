"""How large a detected lesion is: the long axis on the slice where its box is largest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import BoundingBox
from ctbox.model.detection import LesionSize, SizeSource

Spacing = tuple[float, float]


def measure_lesion(
    hu: NDArray[np.generic],
    boxes: Sequence[tuple[int, str, BoundingBox]],
    pixel_spacing_mm: Spacing | None,
) -> LesionSize | None:
    """Return a lesion's size.

    Parameters
    ----------
    hu : ndarray
        (n, rows, columns), HU of its series.
    boxes : sequence of (int, str, BoundingBox)
        Its slices: place in the volume, SOP Instance UID, and box.
    pixel_spacing_mm : tuple of float, optional
        Between rows, then between columns; None gives None.
    """
    if pixel_spacing_mm is None or not boxes:
        return None
    from ctbox.imaging.outline import compute_outline  # late: it brings scikit-image

    index, uid, box = max(boxes, key=lambda one: one[2].area)
    outlined = compute_outline(hu[index], box, pixel_spacing_mm).long_axis_mm
    if outlined is not None:
        return LesionSize(outlined, uid, SizeSource.OUTLINE)
    row_mm, column_mm = pixel_spacing_mm
    return LesionSize(max(box.width * column_mm, box.height * row_mm), uid, SizeSource.BOX)
