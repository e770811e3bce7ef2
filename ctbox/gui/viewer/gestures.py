"""What dragging on the image does; turns mouse movement into changes of the viewer's state."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, Qt

from ctbox.dicom.series import VoiWindow
from ctbox.gui.viewer.placement import ImageMapping, ImageSize, Placement, pan, zoom_at
from ctbox.gui.viewer.state import ViewerState

CLICK_TRAVEL = 3.0
_ZOOM_PER_POINT = 0.008
_POINTS_PER_SLICE = 8.0


class Tool(enum.Enum):
    """What the left button does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SCROLL = "scroll"


@dataclass(frozen=True, slots=True)
class DragStart:
    """What stood where when the button went down.

    Parameters
    ----------
    tool : Tool
        What the drag does.
    point : QPointF
        Where in the viewer.
    mapping, image : ImageMapping, ImageSize
        Where the image lay.
    window, placement, slice_index : VoiWindow, Placement, int
        The state then.
    inverted : bool
        Whether the window follows the other way round.
    """

    tool: Tool
    point: QPointF
    mapping: ImageMapping
    image: ImageSize
    window: VoiWindow
    placement: Placement
    slice_index: int
    inverted: bool = False


def choose_drag(button: Qt.MouseButton, left_tool: Tool) -> Tool | None:
    """Return what dragging with a button does; None for buttons without a meaning."""
    return {
        Qt.MouseButton.LeftButton: left_tool,
        Qt.MouseButton.MiddleButton: Tool.PAN,
        Qt.MouseButton.RightButton: Tool.ZOOM,
    }.get(button)


def is_click(start: DragStart, point: QPointF) -> bool:
    """Whether the pointer hardly moved since the button went down."""
    travel = point - start.point
    return math.hypot(travel.x(), travel.y()) <= CLICK_TRAVEL


def apply_drag(state: ViewerState, start: DragStart, point: QPointF) -> None:
    """Change the state as far as the pointer has come from where the drag began."""
    dx, dy = point.x() - start.point.x(), point.y() - start.point.y()
    if start.tool is Tool.WINDOW:
        turn = -1.0 if start.inverted else 1.0
        state.set_window(drag_window(start.window, turn * dx, turn * dy))
    elif start.tool is Tool.PAN:
        state.set_placement(pan(start.placement, start.mapping, start.image, dx, dy))
    elif start.tool is Tool.ZOOM:
        x, y = start.mapping.to_image(start.point.x(), start.point.y())
        anchor = x / start.image.columns, y / start.image.rows
        state.set_placement(zoom_at(start.placement, math.exp(-dy * _ZOOM_PER_POINT), *anchor))
    else:
        state.set_slice_index(start.slice_index + round(dy / _POINTS_PER_SLICE))


def drag_window(window: VoiWindow, dx: float, dy: float) -> VoiWindow:
    """Return the window after a drag: right is wider, up is brighter.

    A narrow window moves finely and a wide one coarsely.
    """
    gain = min(max(window.width / 350.0, 0.25), 8.0)
    width = max(window.width + dx * gain, 1.0)
    return replace(window, center=window.center + dy * gain, width=width, name="")
