"""Where pictures (PET, heat maps) join an image, above it and below its boxes."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from ctbox.dicom.series import Slice
from ctbox.gui.viewer.placement import ImageMapping


class Underlay(Protocol):
    """A picture laid on every image; asked on every repaint, so be quick."""

    def paint(self, painter: QPainter, mapping: ImageMapping, slice_: Slice, area: QRectF) -> None:
        """Draw over a slice, or over a reformatted plane that is told as one."""
        ...
