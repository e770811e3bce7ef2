"""Places the five pictures side by side, in as many columns as the width has room for."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ctbox.gui.inspector.tile_view import TileView
from ctbox.gui.inspector.tiles import TileKind

GAP = 10
# Widths from which the pictures stand in two, three and five columns.
_COLUMNS = ((820, 5), (480, 3), (210, 2), (0, 1))


def count_columns(width: int) -> int:
    """Return how many pictures stand side by side at this width."""
    return next(columns for least, columns in _COLUMNS if width >= least)


def place_tiles(width: int, caption_height: int) -> list[QRect]:
    """Return where the five pictures stand; pictures are square, the last may be wider.

    In two and three columns the last one fills its row.
    """
    columns = count_columns(width)
    side = (width - GAP * (columns - 1)) // columns
    places: list[QRect] = []
    top = 0
    count = len(TileKind)
    for place in range(count):
        column = place % columns
        fills_row = place == count - 1 and columns in (2, 3)
        tile_width = width - column * (side + GAP) if fills_row else side
        # Alone in its row it need not be as high as it is wide.
        height = round(tile_width * 0.58) if fills_row and column == 0 else side
        places.append(QRect(column * (side + GAP), top, tile_width, caption_height + height))
        if column == columns - 1:
            top += caption_height + side + GAP
    return places


class TileGrid(QWidget):
    """The five pictures; its height follows its width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = tuple(TileView(kind, i, self) for i, kind in enumerate(TileKind, start=1))
        self._fitted = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def fit_width(self, width: int) -> None:
        """Take the height that the pictures need at this width."""
        self._fitted = width
        places = place_tiles(width, self._caption_height())
        self.setFixedHeight(max(place.bottom() + 1 for place in places))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the pictures where they belong."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = min(self.width(), self._fitted) or self.width()
        places = place_tiles(width, self._caption_height())
        for tile, place in zip(self.tiles, places, strict=True):
            tile.setGeometry(place)

    def _caption_height(self) -> int:
        return self.tiles[0].caption_height
