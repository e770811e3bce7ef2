"""The confidence from which boxes are shown: a slider, its figure, and the model's own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.translation import tr

_STEPS = 100
_PAGE = 10
_FIGURE_WIDTH = 70
_DECIMALS = 4


class _ScoreBox(QDoubleSpinBox):
    """Writes scores as the rest of the window does."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 (Qt's own name)
        """Return two decimals, or as many as it takes to tell the score as it is."""
        return write_score(value)


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
        self.figure.setDecimals(_DECIMALS)
        self.figure.setMaximumWidth(_FIGURE_WIDTH)
        self.figure.setSingleStep(0.05)
        self.figure.setKeyboardTracking(False)
        self.figure.setAccessibleName(tr("Confidence, as a figure"))
        self.figure.setToolTip(tr("Least score of a shown box, 0 to 1"))
        title.setBuddy(self.figure)
        self.word = QLabel()
        self.word.setProperty("muted", True)
        self.own = QPushButton()
        self.own.setProperty("link", True)
        # It comes and goes while the slider is dragged, which must not move under the hand.
        self.own.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.own.clicked.connect(lambda: self.threshold_chosen.emit(None))
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.figure.valueChanged.connect(self.threshold_chosen.emit)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.word)
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
        # Only where all boxes are shown does it stand at its left stop.
        least = 1 if threshold > 0 else 0
        self.slider.setValue(max(round(threshold * _STEPS), least))
        # What the model's own is shows once one is loaded.
        self.figure.setSpecialValueText("" if is_chosen or own is not None else "–")
        self.figure.setValue(threshold)
        for widget in (self.slider, self.figure):
            widget.blockSignals(False)
        self._show_word(threshold, own, is_chosen=is_chosen)

    def _show_word(self, threshold: float, own: float | None, *, is_chosen: bool) -> None:
        """Say what the figure is, and offer the model's own where it is another."""
        is_own = not is_chosen or (own is not None and round(threshold - own, _DECIMALS) == 0)
        what = tr("the confidence of the model's own card")
        known = what if own is None else f"{what}: {write_score(own)}"
        if is_own:
            self.word.setText(tr("model's own"))
        else:
            self.word.setText(tr("all boxes") if threshold == 0 else "")
        self.word.setVisible(bool(self.word.text()))
        self.word.setToolTip(tr("In use: {known}").format(known=known) if is_own else "")
        self.own.setText(
            tr("Model's own")
            if own is None
            else tr("Model's own: {score}").format(score=write_score(own))
        )
        self.own.setVisible(is_chosen and not is_own)
        self.own.setToolTip(tr("Go back to {known}").format(known=known))

    def _on_slider_moved(self, value: int) -> None:
        self.threshold_chosen.emit(value / _STEPS)


def write_score(score: float) -> str:
    """Return a score with two decimals, and with up to two more where it has them."""
    whole, decimals = f"{score:.{_DECIMALS}f}".split(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"
