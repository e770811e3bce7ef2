"""Where tools that draw on the image (rulers, box editing) take hold of the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ctbox.gui.viewer.placement import ImageMapping


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is, in the image and on the screen.

    Parameters
    ----------
    x, y : float
        In the slice's pixel edges: x = column, y = row.
    point : QPointF
        In the viewer's own points.
    mapping : ImageMapping
        How the one becomes the other now.
    modifiers : Qt.KeyboardModifier
        Keys held down.
    """

    x: float
    y: float
    point: QPointF
    mapping: ImageMapping
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    def reach_px(self, points: float) -> tuple[float, float]:
        """Return how many columns and rows lie under this many points of the screen."""
        return points / self.mapping.scale_x, points / self.mapping.scale_y


class Hand(Protocol):
    """Something that may take the left button before window, pan, zoom or scroll get it.

    The view asks its hands in order on every left press; the first that answers True gets the
    moves and the release of that drag. A hand changes state objects of its own and asks the
    view to repaint; it never touches the view's state.
    """

    def press(self, pointer: Pointer) -> bool:
        """Take this press, or leave it to the next one."""
        ...

    def move(self, pointer: Pointer) -> None:
        """Go on with the drag that was taken."""
        ...

    def release(self, pointer: Pointer) -> None:
        """End the drag that was taken."""
        ...

    def double_click(self, pointer: Pointer) -> bool:
        """Take a double click, or leave it to the view, which fits the image."""
        ...

    def find_cursor(self, pointer: Pointer) -> Qt.CursorShape | None:
        """Return the cursor to show while nothing is dragged; None leaves it to the next one."""
        ...

    def paint(self, painter: QPainter, mapping: ImageMapping, area: QRectF) -> None:
        """Draw over the slice and its boxes; called on every repaint, so be quick."""
        ...
