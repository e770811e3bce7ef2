"""Choose two models, let them look at the open series, and flip between their boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QWidget,
)

from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.training.comparison import Comparison, ModelOnSeries
from ctbox.gui.training.page import make_label
from ctbox.gui.translation import tr
from ctbox.workflows.open_case import SeriesCase


class ComparisonBar(QFrame):
    """Two models side by side on the shown series.

    Parameters
    ----------
    comparison : Comparison
        Runs them.
    find_series : callable
        Returns the shown series, or None.
    """

    def __init__(
        self,
        comparison: Comparison,
        find_series: Callable[[], SeriesCase | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._comparison, self._find_series = comparison, find_series
        names = (tr("Model {row} of the comparison").format(row=row) for row in (1, 2))
        self.first, self.second = (ChoiceBox(name) for name in names)
        self.compare = QPushButton(tr("Compare on the open series"))
        self.compare.setAutoDefault(False)
        self.compare.clicked.connect(self._on_compare)
        self.shows = (QRadioButton(tr("Show its boxes")), QRadioButton(tr("Show its boxes")))
        self.told = (make_label(muted=True), make_label(muted=True))
        self.hint = make_label(muted=True)
        group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(14)
        for row, box in enumerate((self.first, self.second)):
            box.setMinimumWidth(190)
            grid.addWidget(QLabel(tr("Compare") if row == 0 else tr("with")), row, 0)
            grid.addWidget(box, row, 1)
            grid.addWidget(self.shows[row], row, 2)
            grid.addWidget(self.told[row], row, 3)
            group.addButton(self.shows[row])
            self.shows[row].clicked.connect(lambda _=False, box=box: self._on_show(box))
            box.currentIndexChanged.connect(lambda _: self._render())
        grid.addWidget(self.compare, 0, 4)
        grid.addWidget(self.hint, 1, 4)
        grid.setColumnStretch(3, 1)
        comparison.changed.connect(self._render)
        comparison.failed.connect(lambda _error: self._render())

    def set_models(self, names: Sequence[str]) -> None:
        """Offer these models; the first and the last at first."""
        for number, box in enumerate((self.first, self.second)):
            before = box.currentText()
            box.blockSignals(True)
            box.clear()
            box.addItems(list(names))
            wanted = before if before in names else names[-1 if number else 0] if names else ""
            box.setCurrentText(wanted)
            box.blockSignals(False)
        self._render()

    def showEvent(self, event: QShowEvent) -> None:
        """Look whether a series is open."""
        super().showEvent(event)
        self._render()

    def _on_compare(self) -> None:
        case = self._find_series()
        if case is not None:
            names = (self.first.currentText(), self.second.currentText())
            self._comparison.start(case, names)

    def _on_show(self, box: ChoiceBox) -> None:
        self._comparison.show(box.currentText())

    def _find_hint(self) -> str:
        case = self._find_series()
        if case is None:
            return tr("Open a series first.")
        reason = case.series.skip_detection_reason
        if reason is not None:
            return reason
        if self.first.currentText() == self.second.currentText():
            return tr("Choose two models.")
        return tr("Looking…") if self._comparison.is_running else ""

    def _render(self) -> None:
        hint = self._find_hint()
        self.hint.setText(hint)
        self.compare.setEnabled(not hint)
        for box, show, told in zip((self.first, self.second), self.shows, self.told, strict=True):
            name = box.currentText()
            figures = self._comparison.figures.get(name)
            show.setEnabled(figures is not None)
            told.setText("" if figures is None else describe_figures(figures))
            if name == self._comparison.shown:
                show.setChecked(True)


def describe_figures(figures: ModelOnSeries) -> str:
    """Return a model's counts on a series in one line."""
    lesions = tr("%n lesion(s)", "", figures.lesions)
    told = tr("{lesions}, {boxes} boxes").format(lesions=lesions, boxes=figures.boxes)
    if figures.mean_iou is not None:
        told += tr(", IoU {mean_iou:.3f} on %n boxed slice(s)", "", figures.expert_slices).format(
            mean_iou=figures.mean_iou
        )
    return told
