"""Look and reading: theme, pixels, window drag, cine, and what is shown from the start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QSpinBox, QVBoxLayout

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.preferences.page import (
    SettingsPage,
    choose_value,
    make_choice,
    make_heading,
    make_hint,
)
from ctbox.gui.translation import NAMES, list_languages, mark, tr
from ctbox.gui.viewer.panel import MAX_CINE_FPS
from ctbox.settings import HIDEABLE_OVERLAYS, SYSTEM_LANGUAGE

_FIELD_WIDTH = 260
_LAYERS = {
    "annotations": mark("&Expert's boxes"),
    "detections": mark("&Predicted boxes"),
    "mine": mark("My &boxes"),
    "texts": mark("Corner te&xts and scale"),
    "patient": mark("Patient's &identity"),
}


class ReadingPage(SettingsPage):
    """How images look and move."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = make_choice(tr("Theme"), ((tr("Dark"), "dark"), (tr("Light"), "light")))
        self.pixels = make_choice(
            tr("Pixels"), ((tr("Smooth"), True), (tr("Squares (nearest)"), False))
        )
        self.drag = make_choice(
            tr("Window drag"),
            ((tr("Right wider, up brighter"), False), (tr("Left wider, down brighter"), True)),
        )
        self.language = make_choice(tr("Language"), _list_languages())
        self.language.setToolTip(tr("Takes effect at the next start"))
        self.speed = QSpinBox()
        indent_figure(self.speed)
        self.speed.setRange(1, MAX_CINE_FPS)
        self.speed.setSuffix(tr(" slices a second"))
        self.speed.setAccessibleName(tr("Cine speed"))
        self.layers = {name: QCheckBox(tr(_LAYERS[name])) for name in HIDEABLE_OVERLAYS}
        self.outline = QCheckBox(tr("Sobel &outline"))
        self._lay_out()
        self._follow(self.theme, "theme")
        self._follow(self.language, "language")
        self._follow(self.pixels, "smooth")
        self._follow(self.drag, "invert_window_drag")
        self.speed.valueChanged.connect(
            lambda fps: self.wanted.emit(replace(self.settings, cine_fps=fps))
        )
        for box in self.layers.values():
            box.toggled.connect(lambda _: self._want_layers())
        self.outline.toggled.connect(
            lambda on: self.wanted.emit(replace(self.settings, show_outline=on))
        )

    def _lay_out(self) -> None:
        rows = (
            (tr("&Language (at the next start)"), self.language),
            (tr("&Theme"), self.theme),
            (tr("Pi&xels"), self.pixels),
            (tr("&Window drag"), self.drag),
            (tr("&Cine"), self.speed),
        )
        for words, widget in rows:
            widget.setMinimumWidth(_FIELD_WIDTH)
            self.form.addRow(words, widget)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(8)
        for place, box in enumerate((*self.layers.values(), self.outline)):
            grid.addWidget(box, place // 2, place % 2)
        grid.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self.form)
        layout.addSpacing(18)
        layout.addWidget(make_heading(tr("On the image from the start")))
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addSpacing(4)
        layout.addWidget(
            make_hint(
                tr("While you read, the tool bar and the keys show and hide them for the moment.")
            )
        )
        layout.addStretch(1)

    def _follow(self, box: QComboBox, field: str) -> None:
        box.currentIndexChanged.connect(
            lambda _: self.wanted.emit(replace(self.settings, **{field: box.currentData()}))
        )

    def _want_layers(self) -> None:
        hidden = tuple(name for name, box in self.layers.items() if not box.isChecked())
        self.wanted.emit(replace(self.settings, hidden_overlays=hidden))

    def fill(self) -> None:
        """Bring the widgets to what the settings say."""
        settings = self.settings
        choose_value(self.theme, settings.theme)
        choose_value(self.language, settings.language)
        choose_value(self.pixels, settings.smooth)
        choose_value(self.drag, settings.invert_window_drag)
        self.speed.setValue(settings.cine_fps)
        self.outline.setChecked(settings.show_outline)
        for name, box in self.layers.items():
            box.setChecked(name not in settings.hidden_overlays)


def _list_languages() -> list[tuple[str, object]]:
    own = [(NAMES.get(code, code), code) for code in list_languages()]
    return [(tr("System default"), SYSTEM_LANGUAGE), *own]
