"""The attention map and the measuring tools against pictures that were looked at.

After a wanted change look at the new pictures and keep them:
``CTBOX_KEEP_GOLDEN=1 pytest tests/gui/test_golden_tools.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QImage, QPainter

from ctbox.boxes import BoundingBox
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind
from ctbox.gui.measuring.painter import DrawnMeasurement, paint_measurements
from ctbox.gui.viewer.placement import ImageSize, Placement, compute_mapping
from ctbox.gui.viewer.scene import AttentionMark, BoxKind, BoxMark, Scene
from ctbox.model.attention import AttentionMap
from tests.gui.test_golden_overlay import (
    HEIGHT,
    MEAN_TOLERANCE,
    WIDTH,
    compare,
    paint,
    to_array,
)

GOLDEN = Path(__file__).parent / "golden"
# Thin lines and few words: less may differ than over a whole slice.
FAR_SHARE = 0.003
MEASURED = (
    (Measurement(1, MeasurementKind.RULER, "1", ((8, 4), (40, 8))), ("32.6 mm",), False),
    (Measurement(2, MeasurementKind.ANGLE, "1", ((14, 60), (34, 44), (50, 70))), ("97.1°",), True),
    (
        Measurement(3, MeasurementKind.ELLIPSE, "1", ((88, 10), (114, 36))),
        ("41.3 ± 12.8 HU", "min −12  max 80 HU", "365 mm²  (571 px)"),
        False,
    ),
)


def paint_attention(*, opacity: float = 0.7) -> NDArray[np.int16]:
    y, x = np.mgrid[0:12, 0:16]
    heat = 255 * np.exp(-((x - 9) ** 2 + (y - 5) ** 2) / 6)
    shown = AttentionMap(heat.astype(np.uint8), -20.0, -10.0, 10.0, 10.0)
    box = BoxMark(BoundingBox(60, 32, 86, 58), BoxKind.DETECTION, "AI 0.87")
    return paint(Scene(boxes=(box,), attention=AttentionMark(shown, opacity, 120, 90)))


def paint_tools(*, without: int = 0) -> NDArray[np.int16]:
    picture = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB888)
    picture.fill(0x404040)
    painter = QPainter(picture)
    font = QFont("DejaVu Sans")
    font.setPointSizeF(9.0)
    painter.setFont(font)
    mapping = compute_mapping(Placement(), ImageSize(120, 90), WIDTH, HEIGHT)
    drawn = [DrawnMeasurement(*each) for each in MEASURED if each[0].number != without]
    paint_measurements(painter, mapping, QRectF(0, 0, WIDTH, HEIGHT), drawn)
    painter.end()
    return to_array(picture)


@pytest.mark.parametrize(
    ("name", "draw"), [("attention", paint_attention), ("measuring", paint_tools)]
)
def test_it_looks_as_it_did(qapp: object, name: str, draw: Callable[[], NDArray[np.int16]]) -> None:
    shown, path = draw(), GOLDEN / f"{name}.png"
    if os.environ.get("CTBOX_KEEP_GOLDEN"):
        kept = QImage(shown.astype(np.uint8).tobytes(), WIDTH, HEIGHT, 3 * WIDTH,
                      QImage.Format.Format_RGB888)  # fmt: skip
        assert kept.save(str(path))
    mean, far = compare(shown, to_array(QImage(str(path))))
    assert mean <= MEAN_TOLERANCE
    assert far <= FAR_SHARE


@pytest.mark.parametrize("number", [1, 2, 3])
def test_tolerance_would_notice_a_lost_measurement(qapp: object, number: int) -> None:
    _, far = compare(paint_tools(without=number), paint_tools())
    assert far > FAR_SHARE


def test_tolerance_would_notice_a_fainter_map(qapp: object) -> None:
    mean, _ = compare(paint_attention(opacity=0.5), paint_attention())
    assert mean > MEAN_TOLERANCE
