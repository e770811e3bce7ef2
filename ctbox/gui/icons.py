"""Icons by meaning; drawn from one library in the theme's colours.

The fonts are qtawesome's. Its own code is passed by, for it brings another layer over Qt whose
import would take a third of the window's start.
"""

from __future__ import annotations

import functools
import json
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from ctbox.gui.theme import Theme

_FONT_FILES = {"ph": "phosphor-[0-9]*", "mdi6": "materialdesignicons6-webfont-[0-9]*"}
_CHARACTER_FILES = {"ph": "phosphor-charmap*", "mdi6": "materialdesignicons6-webfont-charmap*"}
# Leaves the glyph a little air within the icon's square.
_GLYPH_SHARE = 0.9

_NAMES = {
    "open_folder": "ph.folder-open",
    "open_file": "ph.archive-box",
    "catalogue": "ph.database",
    "add_folder": "ph.folder-plus",
    "export": "ph.export",
    "doctor": "mdi6.stethoscope",
    "open_annotations": "ph.bounding-box",
    "sample": "ph.flask",
    "recent": "ph.clock-counter-clockwise",
    "quit": "ph.sign-out",
    "tool_window": "ph.circle-half",
    "tool_pan": "ph.hand",
    "tool_zoom": "ph.magnifying-glass-plus",
    "tool_scroll": "ph.arrows-down-up",
    "tool_ruler": "ph.ruler",
    "tool_angle": "mdi6.angle-acute",
    "tool_ellipse": "mdi6.ellipse-outline",
    "copy": "ph.copy",
    "invert_grey": "ph.circle-half-tilt",
    "fusion": "ph.fire",
    "layout": "ph.layout",
    "layout_1x1": "ph.rectangle",
    "layout_1x2": "ph.columns",
    "layout_2x2": "ph.grid-four",
    "layout_mpr": "mdi6.axis-arrow",
    "link": "ph.link",
    "crosshair": "ph.crosshair-simple",
    "tool_draw": "ph.selection-plus",
    "mine": "ph.pencil-simple",
    "save": "ph.floppy-disk",
    "undo": "ph.arrow-u-up-left",
    "redo": "ph.arrow-u-up-right",
    "delete": "ph.trash",
    "label": "ph.tag",
    "accept": "ph.check",
    "accept_all": "ph.checks",
    "propose": "ph.lightning",
    "unlock": "ph.lock-open",
    "lung": "mdi6.lungs",
    "mediastinum": "mdi6.heart-outline",
    "fit": "ph.arrows-out",
    "reset": "ph.arrow-counter-clockwise",
    "outline": "ph.polygon",
    "expert": "ph.user-circle",
    "detections": "ph.robot",
    "texts": "ph.text-aa",
    "patient": "ph.eye-slash",
    "smooth": "ph.drop-half",
    "predict": "ph.sparkle",
    "predict_series": "ph.stack",
    "fine_tune": "ph.graduation-cap",
    "training_run": "ph.chart-line-up",
    "models": "ph.cube",
    "cancel": "ph.x",
    "next_box": "ph.skip-forward",
    "previous_box": "ph.skip-back",
    "cine": "ph.play",
    "theme": "ph.moon",
    "settings": "ph.gear",
    "keyboard": "ph.keyboard",
    "about": "ph.info",
    "guide": "ph.book-open",
    "bug": "ph.bug",
    "attention": "ph.thermometer",
    "report": "ph.table",
    "review": "ph.check-square",
    "compare": "ph.arrows-left-right",
    "warning": "ph.warning",
    "drop": "ph.download-simple",
    "series": "ph.image-square",
    "patient_row": "ph.user",
    "close": "ph.x",
}


class _GlyphEngine(QIconEngine):
    """Draws one glyph of an icon font, sharp at any size."""

    def __init__(self, family: str, glyph: str, colors: tuple[str, str, str]) -> None:
        super().__init__()
        self._family = family
        self._glyph = glyph
        normal, disabled, selected = (QColor(color) for color in colors)
        self._normal = normal
        self._colors = {QIcon.Mode.Disabled: disabled, QIcon.Mode.Selected: selected}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw the glyph in the middle of the square."""
        font = QFont(self._family)
        font.setPixelSize(max(round(rect.height() * _GLYPH_SHARE), 1))
        painter.save()
        painter.setFont(font)
        painter.setPen(self._colors.get(mode, self._normal))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the glyph on nothing."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Return another engine that draws the same."""
        colors = (self._normal, *self._colors.values())
        normal, disabled, selected = (color.name() for color in colors)
        return _GlyphEngine(self._family, self._glyph, (normal, disabled, selected))


def _find_fonts() -> Path:
    """Return the folder of qtawesome's fonts, without importing it.

    Raises
    ------
    FileNotFoundError
        If qtawesome is not installed.
    """
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("qtawesome, which holds the icons, is not installed.")
    return Path(spec.origin).parent / "fonts"


@functools.lru_cache(maxsize=4)
def _load_font(prefix: str) -> tuple[str, dict[str, str]]:
    """Return a font's family and its glyphs' code points (hexadecimal) by name."""
    folder = _find_fonts()
    font = next(iter(folder.glob(_FONT_FILES[prefix] + ".ttf")))
    number = QFontDatabase.addApplicationFontFromData(font.read_bytes())
    characters = next(iter(folder.glob(_CHARACTER_FILES[prefix] + ".json")))
    names: dict[str, str] = json.loads(characters.read_text(encoding="utf-8"))
    return QFontDatabase.applicationFontFamilies(number)[0], names


@functools.lru_cache(maxsize=256)
def _draw(name: str, color: str, disabled: str, selected: str) -> QIcon:
    prefix, glyph = _NAMES[name].split(".")
    family, characters = _load_font(prefix)
    character = chr(int(characters[glyph], 16))
    return QIcon(_GlyphEngine(family, character, (color, disabled, selected)))


def find_icon(meaning: str, theme: Theme, color: str | None = None) -> QIcon:
    """Return the icon for a meaning.

    Parameters
    ----------
    meaning : str
        A key such as "open_folder".
    theme : Theme
        Gives the colours.
    color : str, optional
        Another colour than the text's.
    """
    return _draw(meaning, color or theme.text, theme.faint, theme.on_accent)
