"""The overlay against a picture that was looked at: colours, line styles, tags and corners.

After a wanted change look at the new picture and keep it:
``CTBOX_KEEP_GOLDEN=1 pytest tests/gui/test_golden_overlay.py``.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter

from ctbox.boxes import BoundingBox
from ctbox.gui.viewer.overlay_painter import OverlayPainter
from ctbox.gui.viewer.placement import ImageSize, Placement, compute_mapping
from ctbox.gui.viewer.readout import IouKind, IouReadout
from ctbox.gui.viewer.scene import BoxKind, BoxMark, CornerTexts, EdgeTexts, Scene

GOLDEN = Path(__file__).parent / "golden" / "overlay.png"
WIDTH, HEIGHT = 480, 360
# Text is drawn a little differently from one font library to the next.
MEAN_TOLERANCE = 1.5
FAR, FAR_SHARE = 60, 0.01


def build_scene() -> Scene:
    circle = tuple(
        (64 + 12 * math.cos(angle / 16), 50 + 9 * math.sin(angle / 16)) for angle in range(101)
    )
    return Scene(
        boxes=(
            BoxMark(BoundingBox(48, 38, 80, 62), BoxKind.EXPERT, "Expert A"),
            BoxMark(BoundingBox(52, 40, 84, 66), BoxKind.DETECTION, "AI 0.87"),
            BoxMark(BoundingBox(92, 14, 108, 32), BoxKind.DETECTION, "AI 0.31", 1, selected=True),
        ),
        outlines=(circle,),
        corners=CornerTexts(
            ("Lung_Dx-A0001", "A · Adenocarcinoma"),
            ("Chest 5mm",),
            ("12 / 64", "z −84.0 mm"),
            ("Lung  W 1400  L −700",),
        ),
        edges=EdgeTexts("R", "L", "A", "P"),
        iou=IouReadout(IouKind.VALUE, "IoU 0.74", "", 0.74),
        column_mm=0.8,
    )


def paint(scene: Scene) -> NDArray[np.int16]:
    picture = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB888)
    picture.fill(0x404040)
    painter = QPainter(picture)
    font = QFont("DejaVu Sans")
    font.setPixelSize(12)
    font.setPointSizeF(9.0)
    painter.setFont(font)
    mapping = compute_mapping(Placement(), ImageSize(120, 90), WIDTH, HEIGHT)
    OverlayPainter(painter, mapping, QRectF(0, 0, WIDTH, HEIGHT)).paint(scene)
    painter.end()
    return to_array(picture)


def to_array(picture: QImage) -> NDArray[np.int16]:
    picture = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1)
    return rows[:, : 3 * picture.width()].astype(np.int16).reshape(HEIGHT, WIDTH, 3)


def compare(shown: NDArray[np.int16], golden: NDArray[np.int16]) -> tuple[float, float]:
    difference = np.abs(shown - golden).max(axis=2)
    return float(difference.mean()), float((difference > FAR).mean())


def test_overlay_looks_as_it_did(qapp: object) -> None:
    if "DejaVu Sans" not in QFontDatabase.families():
        pytest.fail("The font DejaVu Sans is missing: install fonts-dejavu-core.")
    shown = paint(build_scene())
    if os.environ.get("CTBOX_KEEP_GOLDEN"):
        kept = QImage(shown.astype(np.uint8).tobytes(), WIDTH, HEIGHT, 3 * WIDTH,
                      QImage.Format.Format_RGB888)  # fmt: skip
        assert kept.save(str(GOLDEN))
    mean, far = compare(shown, to_array(QImage(str(GOLDEN))))
    assert (mean, far) <= (MEAN_TOLERANCE, FAR_SHARE)
    assert far <= FAR_SHARE


@pytest.mark.parametrize("lost", ["boxes", "outlines", "corners", "iou", "edges", "column_mm"])
def test_tolerance_would_notice_a_lost_layer(qapp: object, lost: str) -> None:
    from dataclasses import replace

    empty = getattr(Scene(), lost)
    shown = paint(build_scene())
    mean, far = compare(paint(replace(build_scene(), **{lost: empty})), shown)
    assert mean > 0.05
    assert far > 0.0003


def test_solid_and_dashed_lines_differ_without_colour(qapp: object) -> None:
    """Along an expert's edge every pixel is drawn; along a prediction's there are gaps."""
    box = BoundingBox(20, 30, 100, 70)
    gaps = {}
    for kind in BoxKind:
        grey = paint(Scene(boxes=(BoxMark(box, kind, ""),))).max(axis=2)
        left, row = round(20 * WIDTH / 120), round(30 * HEIGHT / 90)
        line = grey[row - 1 : row + 2, left + 20 : left + 280].max(axis=0)
        gaps[kind] = int((line < 90).sum())
    assert gaps[BoxKind.EXPERT] == 0
    assert gaps[BoxKind.DETECTION] > 50
    assert gaps[BoxKind.MINE] == 0
    assert gaps[BoxKind.PROPOSAL] > 50
