"""Icons by meaning; drawn from one library in the theme's colours."""

from __future__ import annotations

import functools

from PySide6.QtGui import QIcon

from ctbox.gui.theme import Theme

_NAMES = {
    "open_folder": "ph.folder-open",
    "open_file": "ph.archive-box",
    "open_annotations": "ph.bounding-box",
    "sample": "ph.flask",
    "recent": "ph.clock-counter-clockwise",
    "quit": "ph.sign-out",
    "tool_window": "ph.circle-half",
    "tool_pan": "ph.hand",
    "tool_zoom": "ph.magnifying-glass-plus",
    "tool_scroll": "ph.arrows-down-up",
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
    "cancel": "ph.x",
    "next_box": "ph.skip-forward",
    "previous_box": "ph.skip-back",
    "cine": "ph.play",
    "theme": "ph.moon",
    "keyboard": "ph.keyboard",
    "about": "ph.info",
    "warning": "ph.warning",
    "drop": "ph.download-simple",
    "series": "ph.image-square",
    "patient_row": "ph.user",
    "close": "ph.x",
}


@functools.lru_cache(maxsize=256)
def _draw(name: str, color: str, disabled: str, active: str) -> QIcon:
    # Imported on first use; the library reads its fonts then.
    import qtawesome

    icon: QIcon = qtawesome.icon(
        _NAMES[name], color=color, color_disabled=disabled, color_selected=active
    )
    return icon


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
