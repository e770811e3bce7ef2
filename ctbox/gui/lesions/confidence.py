"""The confidence from which boxes are shown: a slider, its figure, and the model's own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.translation import tr

_STEPS = 100
_PAGE = 10
_FIGURE_WIDTH = 64


class _ScoreBox(QDoubleSpinBox):
    """Writes scores as the rest of the window does."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 (Qt's own name)
        """Return two decimals, or as many as it takes."""
        return format_score(value)


class ConfidenceSlider(QWidget):
    """Chooses a score in 0…1; the button goes back to the model's own."""

    threshold_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(tr("&Confidence"))
        title.setProperty("title", True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_PAGE)
        self.slider.setAccessibleName(tr("Confidence"))
        self.slider.setToolTip(
            tr(
                "Boxes with a lower score are hidden everywhere: on the image, on the slice slider "
                "and in the lists. Nothing is predicted anew."
            )
        )
        self.figure = _ScoreBox()
        indent_figure(self.figure)
        self.figure.setRange(0.0, 1.0)
        self.figure.setDecimals(3)
        self.figure.setMaximumWidth(_FIGURE_WIDTH)
        self.figure.setSingleStep(0.05)
        self.figure.setKeyboardTracking(False)
        self.figure.setAccessibleName(tr("Confidence, as a figure"))
        self.figure.setToolTip(tr("Least score of a shown box, 0 to 1"))
        title.setBuddy(self.figure)
        self.own = QPushButton(tr("Model's own"))
        self.own.setProperty("link", True)
        self.own.clicked.connect(lambda: self.threshold_chosen.emit(None))
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.figure.valueChanged.connect(self.threshold_chosen.emit)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.own)
        head.addWidget(self.figure)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.slider)
        self.show_threshold(0.0, None, is_chosen=False)

    def show_threshold(self, threshold: float, own: float | None, *, is_chosen: bool) -> None:
        """Show a confidence without choosing it.

        Parameters
        ----------
        threshold : float
            What holds now.
        own : float or None
            The model's own; None until a model is loaded.
        is_chosen : bool
            Whether the reader chose it.
        """
        for widget in (self.slider, self.figure):
            widget.blockSignals(True)
        self.slider.setValue(round(threshold * _STEPS))
        self.figure.setValue(threshold)
        for widget in (self.slider, self.figure):
            widget.blockSignals(False)
        self.own.setEnabled(is_chosen)
        what = tr("the confidence of the model's own card")
        known = what if own is None else f"{what}: {format_score(own)}"
        self.own.setToolTip(
            tr("Go back to {known}").format(known=known)
            if is_chosen
            else tr("In use: {known}").format(known=known)
        )

    def _on_slider_moved(self, value: int) -> None:
        self.threshold_chosen.emit(value / _STEPS)


def format_score(score: float) -> str:
    """Return a score with two decimals, or as many as it takes to differ from 0."""
    return f"{score:.2f}" if score >= 0.01 or score == 0 else f"{score:.1g}"
