"""Where the corners' lines end and the edges' letters stand, so that none covers another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

from ctbox.gui.viewer.scene import CornerTexts

_GAP = 14.0
_LEAST_WIDTH, _LEAST_HEIGHT = 500.0, 400.0

Lines = tuple[str, ...]


def is_small(size: QSizeF) -> bool:
    """Return whether all corner lines would cover too much of the image in a viewer."""
    return size.width() < _LEAST_WIDTH or size.height() < _LEAST_HEIGHT


def fit_corners(corners: CornerTexts, width: float, metrics: QFontMetricsF) -> CornerTexts:
    """Return the corners' lines, shortened where two of one row would meet in a narrow viewer.

    Parameters
    ----------
    corners : CornerTexts
        The lines.
    width : float
        What two corners share.
    metrics : QFontMetricsF
        Of the widest font they are written in.
    """

    def fit(left: Sequence[str], right: Sequence[str]) -> tuple[Lines, Lines]:
        pairs = [
            _fit_pair(*pair, width, metrics) for pair in zip_longest(left, right, fillvalue="")
        ]
        return (
            tuple(one for one, _ in pairs[: len(left)]),
            tuple(other for _, other in pairs[: len(right)]),
        )

    # The lower lines stand on the edge: the last ones of both corners share a row.
    top_left, top_right = fit(corners.top_left, corners.top_right)
    bottom_left, bottom_right = fit(corners.bottom_left[::-1], corners.bottom_right[::-1])
    return CornerTexts(top_left, top_right, bottom_left[::-1], bottom_right[::-1])


def _fit_pair(left: str, right: str, width: float, metrics: QFontMetricsF) -> tuple[str, str]:
    measure: Callable[[str], float] = metrics.horizontalAdvance
    if not left or not right or measure(left) + measure(right) + _GAP <= width:
        return left, right
    half = (width - _GAP) / 2
    # The shorter one stays whole, if there is room for it.
    for_left = max(half, width - _GAP - measure(right))
    for_right = max(half, width - _GAP - measure(left))
    end = Qt.TextElideMode.ElideRight
    return metrics.elidedText(left, end, for_left), metrics.elidedText(right, end, for_right)


def place_letter(wanted: QRectF, texts: Sequence[QRectF], *, from_top: bool) -> QRectF:
    """Return where a letter in the middle of an edge stands: past the lines it would cover.

    Parameters
    ----------
    wanted : QRectF
        Its place where there are no lines.
    texts : sequence of QRectF
        Where the corners' lines stand.
    from_top : bool
        Whether it moves down from the upper edge, rather than up from the lower one.
    """
    place = QRectF(wanted)
    for text in sorted(texts, key=QRectF.top, reverse=not from_top):
        if not text.intersects(place.adjusted(-_GAP / 2, 0, _GAP / 2, 0)):
            continue
        if from_top:
            place.moveTop(text.bottom())
        else:
            place.moveBottom(text.top())
    return place
