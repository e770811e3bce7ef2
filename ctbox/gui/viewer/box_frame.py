"""The lines and handles of a box on the screen, in the viewer's points."""

from __future__ import annotations

import enum

from PySide6.QtCore import QPointF, QRectF

HANDLE_SIZE = 7.0
# Below this, handles move outwards so that they neither touch each other nor hide the tumour.
_LEAST_SIDE = 7 * HANDLE_SIZE


class Handle(enum.Enum):
    """One of the eight places by which a box is resized: its pull on x and on y edges."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)


def build_handles(rect: QRectF) -> dict[Handle, QRectF]:
    """Return the squares of all eight handles of a box."""
    wider = max(_LEAST_SIDE - rect.width(), 0.0) / 2
    taller = max(_LEAST_SIDE - rect.height(), 0.0) / 2
    frame = rect.adjusted(-wider, -taller, wider, taller)
    half = HANDLE_SIZE / 2
    handles = {}
    for handle in Handle:
        dx, dy = handle.value
        x = frame.center().x() + dx * frame.width() / 2
        y = frame.center().y() + dy * frame.height() / 2
        handles[handle] = QRectF(round(x - half), round(y - half), HANDLE_SIZE, HANDLE_SIZE)
    return handles


def find_handle(rect: QRectF, point: QPointF, reach: float) -> Handle | None:
    """Return the handle that a point touches, this many points around it included."""
    touched = {
        handle: square
        for handle, square in build_handles(rect).items()
        if square.adjusted(-reach, -reach, reach, reach).contains(point)
    }

    def distance(handle: Handle) -> float:
        offset = touched[handle].center() - point
        return abs(offset.x()) + abs(offset.y())

    return min(touched, key=distance, default=None)


def build_frame(
    rect: QRectF, width: int, dashes: tuple[float, float] | None = None
) -> list[QRectF]:
    """Return the bars that make up a rectangle's edges, on whole points.

    Parameters
    ----------
    rect : QRectF
        The rectangle; the bars lie half inside it.
    width : int
        Thickness of the bars.
    dashes : tuple of float or None
        Length of a dash and of the gap behind it; None for a solid line.
    """
    left, top = round(rect.left()) - width / 2, round(rect.top()) - width / 2
    right, bottom = round(rect.right()) - width / 2, round(rect.bottom()) - width / 2
    across, down = right - left + width, bottom - top + width
    if dashes is None:
        inner = max(down - 2 * width, 0.0)
        return [
            QRectF(left, top, across, width),
            QRectF(left, bottom, across, width),
            QRectF(left, top + width, width, inner),
            QRectF(right, top + width, width, inner),
        ]
    bars = []
    for start, length in _cut_dashes(across, *dashes):
        bars += [QRectF(left + start, y, length, width) for y in (top, bottom)]
    for start, length in _cut_dashes(down, *dashes):
        bars += [QRectF(x, top + start, width, length) for x in (left, right)]
    return bars


def _cut_dashes(length: float, dash: float, gap: float) -> list[tuple[float, float]]:
    """Return starts and lengths of dashes, so that both ends are drawn and gaps are equal."""
    count = max(round((length + gap) / (dash + gap)), 1)
    if count == 1:
        return [(0.0, length)]
    even = (length - count * dash) / (count - 1)
    return [(i * (dash + even), dash) for i in range(count)]
