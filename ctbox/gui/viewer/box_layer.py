"""Where boxes that are not the viewer's own (the reader's edits) join its scene."""

from __future__ import annotations

from typing import Protocol

from ctbox.gui.viewer.readout import IouReadout
from ctbox.gui.viewer.scene import BoxMark


class BoxLayer(Protocol):
    """More boxes over a slice; the view asks on every change of its scene."""

    def build_marks(self) -> tuple[BoxMark, ...]:
        """Return the boxes on the shown slice."""
        ...

    def describe_iou(self) -> IouReadout | None:
        """Return what the IoU corner says instead of its own; None leaves it."""
        ...

    def take_click(self, mark: BoxMark | None) -> None:
        """Select one of this layer's boxes; None after a click on anything else."""
        ...
