"""Colours, fonts and the palette: one dark and one light theme, the dark one first."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from ctbox.gui.stylesheet import build_stylesheet

FONT_FAMILIES = (
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    ".AppleSystemUIFont",
    "Noto Sans",
    "Roboto",
    "Cantarell",
    "Ubuntu",
    "DejaVu Sans",
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the window around the image, as ``#rrggbb``.

    Parameters
    ----------
    name : str
        "dark" or "light".
    window, panel, raised, hover, border : str
        Surfaces from the back to the front.
    text, muted, faint : str
        Text, secondary text, and what is only hinted at.
    accent, accent_hover, on_accent : str
        The one colour that means "act" or "chosen"; never a colour of a box.
    warning, warning_back, error : str
        Trouble; red is for errors alone.
    """

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    warning: str
    warning_back: str
    error: str


DARK = Theme(
    name="dark",
    window="#0e1116",
    panel="#151a21",
    raised="#1e252e",
    hover="#28313c",
    border="#2a333e",
    text="#dfe6ee",
    muted="#94a1b0",
    faint="#5d6a79",
    accent="#5b9bff",
    accent_hover="#78aeff",
    on_accent="#0a121e",
    warning="#e8bd5a",
    warning_back="#2c2616",
    error="#ff6b6b",
)

LIGHT = Theme(
    name="light",
    window="#e9edf1",
    panel="#f7f9fb",
    raised="#ffffff",
    hover="#e3e9f0",
    border="#cdd5de",
    text="#1b2430",
    muted="#556273",
    faint="#8a96a5",
    accent="#1f66d0",
    accent_hover="#3a7de0",
    on_accent="#ffffff",
    warning="#7a5300",
    warning_back="#fdf2d6",
    error="#c62828",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


@dataclass(frozen=True, slots=True)
class OverlayColors:
    """Colours over the image; the same in both themes, for the image is always on black.

    Green, orange and violet are told apart by colour-blind readers too (after Okabe and Ito);
    line style and tag say the same once more.
    """

    expert: str = "#1ec8a0"
    detection: str = "#ff9f2e"
    mine: str = "#ffffff"
    outline: str = "#f27ae0"
    text: str = "#d4dce6"
    muted: str = "#8d9aaa"
    letters: str = "#aab8c8"
    shadow: str = "#000000"
    error: str = "#ff6b6b"


OVERLAY = OverlayColors()
OVERLAY_ON_LIGHT = OverlayColors(expert="#0b7d64", detection="#b75a00")
"""The same hues for marks outside the image, on the light theme's ground."""


def build_palette(theme: Theme) -> QPalette:
    """Return the palette for widgets that the style sheet does not reach."""
    palette = QPalette()
    role = QPalette.ColorRole
    for target, color in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Light, theme.hover),
    ):
        palette.setColor(target, QColor(color))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.faint))
    return palette


def build_font() -> QFont:
    """Return the interface font: the first of the preferred families that is installed."""
    installed = set(QFontDatabase.families())
    font = QApplication.font()
    for family in FONT_FAMILIES:
        if family in installed:
            font.setFamily(family)
            break
    # Point sizes follow the screen's scaling; DejaVu runs wide, so it is set a little smaller.
    font.setPointSizeF(9.0 if font.family() == "DejaVu Sans" else 9.5)
    return font


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Dress the whole application; safe to call again when the user switches.

    Before there are any widgets it costs little; a dress that is worn already is left alone.
    """
    sheet = build_stylesheet(asdict(theme))
    if application.styleSheet() == sheet:
        return
    application.setStyle("Fusion")
    application.setPalette(build_palette(theme))
    application.setFont(build_font())
    application.setStyleSheet(sheet)
