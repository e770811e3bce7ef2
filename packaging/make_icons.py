"""Draw the icons of Windows and macOS from the one drawing, linux/ctbox.svg.

    python packaging/make_icons.py      (needs Pillow, which matplotlib brings)

The icons are kept in the repository, for a release should not depend on how a host draws SVG.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

PACKAGING = Path(__file__).resolve().parent
DRAWING = PACKAGING / "linux" / "ctbox.svg"
ICO, ICNS = PACKAGING / "windows" / "ctbox.ico", PACKAGING / "macos" / "ctbox.icns"
ICO_SIDES = (16, 24, 32, 48, 64, 128, 256)
LARGEST = 1024


def draw(side: int) -> Image.Image:
    """Return the drawing as RGBA pixels of so many rows and columns."""
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGBA")


def main() -> None:
    """Write both icons."""
    _application = QGuiApplication.instance() or QGuiApplication([])
    # Each size is drawn anew: scaled down from one, thin lines blur.
    small = [draw(side) for side in ICO_SIDES]
    small[-1].save(ICO, sizes=[(side, side) for side in ICO_SIDES], append_images=small[:-1])
    draw(LARGEST).save(ICNS, append_images=[draw(side) for side in (32, 64, 128, 256, 512)])


if __name__ == "__main__":
    main()
