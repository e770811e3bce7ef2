"""The switch of the attention map and how strongly it covers the slice."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from ctbox.gui.translation import tr
from ctbox.gui.viewer.state import DEFAULT_OPACITY

_STEPS = 100


class AttentionControl(QWidget):
    """A check box, a slider, and a line that says what is going on."""

    shown_toggled = Signal(bool)
    opacity_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = QCheckBox(tr("&Model attention"))
        self.shown.setToolTip(tr("Where the model looked. It is not a segmentation.  (V)"))
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, _STEPS)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName(tr("Opacity of the attention map"))
        self.opacity.setToolTip(tr("How strongly the attention map covers the slice"))
        self.note = QLabel()
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        self.shown.toggled.connect(self._on_toggled)
        self.opacity.valueChanged.connect(lambda value: self.opacity_chosen.emit(value / _STEPS))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.shown)
        row.addWidget(self.opacity, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.note)
        self.show_state(shown=False, opacity=DEFAULT_OPACITY, note="")

    def show_state(self, *, shown: bool, opacity: float, note: str) -> None:
        """Show switch, opacity 0…1 and note without choosing them."""
        for widget in (self.shown, self.opacity):
            widget.blockSignals(True)
        self.shown.setChecked(shown)
        self.opacity.setValue(round(opacity * _STEPS))
        for widget in (self.shown, self.opacity):
            widget.blockSignals(False)
        self.opacity.setEnabled(shown)
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _on_toggled(self, shown: bool) -> None:
        self.opacity.setEnabled(shown)
        self.shown_toggled.emit(shown)
