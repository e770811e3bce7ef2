"""Draws where a model looked over the slice, with a legend that says what it is not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from ctbox.gui.theme import OVERLAY
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.placement import ImageMapping
from ctbox.gui.viewer.scene import AttentionMark
from ctbox.gui.viewer.text_stamps import paint_text
from ctbox.model.attention import FULL, AttentionMap

LEGEND = (mark("model attention,"), mark("not a segmentation"))
_BAR_WIDTH, _BAR_HEIGHT = 10, 104
_TICKS = (1.0, 0.5, 0.1)
# Faint places fade out altogether, so that the CT under them stays as it is.
_FADE_UNTIL = 0.35
# Coefficients of a sixth-degree fit to matplotlib's "inferno" (Matt Zucker, CC0): from dark to
# bright at an even pace, for colour-blind eyes and in grey print alike.
_INFERNO = np.array(
    [
        [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
        [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
        [11.60249308247187, -3.972853965665698, -15.9423941062914],
        [-41.70399613139459, 17.43639888205313, 44.35414519872813],
        [77.162935699427, -33.40235894210092, -81.80730925738993],
        [-71.31942824499214, 32.62606426397723, 73.20951985803202],
        [25.13112622477341, -12.24266895238567, -23.07032500287172],
    ]
)


def compute_colors(levels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return colours (…, 3) in 0…1 for levels (…) in 0…1, perceptually even."""
    powers = np.asarray(levels, dtype=np.float64)[..., None] ** np.arange(len(_INFERNO))
    return np.asarray(np.clip(powers @ _INFERNO, 0.0, 1.0))


@lru_cache(maxsize=1)
def build_attention_table() -> NDArray[np.uint32]:
    """Return 256 premultiplied ARGB32 colours: transparent, dark, bright."""
    levels = np.arange(FULL + 1) / FULL
    alpha = np.clip(levels / _FADE_UNTIL, 0.0, 1.0)
    channels = np.round(compute_colors(levels) * alpha[:, None] * 255).astype(np.uint32)
    opaque = np.round(alpha * 255).astype(np.uint32)
    red, green, blue = channels.T
    return np.asarray(opaque << 24 | red << 16 | green << 8 | blue, dtype=np.uint32)


@lru_cache(maxsize=8)
def render_attention(shown: AttentionMap) -> QImage:
    """Return a map as a picture with one pixel a cell."""
    colors = np.ascontiguousarray(build_attention_table()[shown.values])
    rows, columns = shown.values.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(colors.data, columns, rows, 4 * columns, kind).copy()


def paint_attention(painter: QPainter, mapping: ImageMapping, mark: AttentionMark) -> None:
    """Lay the map over the slice; boxes are drawn on top of it later."""
    x1, y1, x2, y2 = mark.map.bounds
    left, top = mapping.to_view(x1, y1)
    right, bottom = mapping.to_view(x2, y2)
    edges = (*mapping.to_view(0, 0), *mapping.to_view(mark.columns, mark.rows))
    painter.save()
    painter.setClipRect(QRectF(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]))
    painter.setOpacity(mark.opacity)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(left, top, right - left, bottom - top), render_attention(mark.map))
    painter.restore()


def paint_legend(painter: QPainter, inner: QRectF, font: QFont) -> None:
    """Draw the colour scale with scores at the right edge, and what the map is and is not."""
    line = QFontMetricsF(font).height()
    bar = QRectF(
        round(inner.right() - _BAR_WIDTH), round(inner.center().y() + 26), _BAR_WIDTH, _BAR_HEIGHT
    )
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(0, 0, 0, 170))
    painter.drawImage(bar, _draw_scale())
    look, right = (font, OVERLAY.text), Qt.AlignmentFlag.AlignRight
    for score in _TICKS:
        y = bar.bottom() - bar.height() * score**0.5
        place = QRectF(bar.left() - 60, y - line / 2, 54, line)
        paint_text(painter, place, right, f"{score:g}", look)
    for number, text in enumerate(LEGEND):
        top = bar.bottom() + 6 + number * line
        place = QRectF(inner.left(), top, inner.width(), line)
        paint_text(painter, place, right, tr(text), look)


@lru_cache(maxsize=1)
def _draw_scale() -> QImage:
    levels = np.linspace(1.0, 0.0, _BAR_HEIGHT)
    red, green, blue = np.round(compute_colors(levels) * 255).astype(np.uint32).T
    column = np.ascontiguousarray(0xFF000000 | red << 16 | green << 8 | blue, dtype=np.uint32)
    image = QImage(column.data, 1, _BAR_HEIGHT, 4, QImage.Format.Format_RGB32)
    return image.copy()
