"""Hits, false ones and misses: lesions first, then boxes of the series and of the shown slice."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.lesions.counting import Coverage, HitCounts
from ctbox.gui.translation import mark, tr

LEAST_HIT_IOU, MOST_HIT_IOU = 0.05, 0.95
_COLUMNS = (
    (
        "TP",
        mark("Hits: detections that overlap an expert's box enough, one to one by falling score"),
    ),
    ("FP", mark("False: detections that hit no expert's box, on slices that count")),
    ("FN", mark("Missed: expert's boxes that no detection hits, on predicted slices")),
)
_LESION_TIPS = {
    "TP": mark("The AI's lesions that hit an expert's lesion"),
    "FP": mark("The AI's lesions that hit no expert's lesion"),
    "FN": mark("The expert's lesions that no shown lesion of the AI hits"),
}
LESIONS, SERIES_BOXES, SLICE_BOXES = _LINES = (
    mark("Lesions"),
    mark("Boxes in the series"),
    mark("Boxes on this slice"),
)
_FIGURE_WIDTH = 58
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CountsView(QWidget):
    """A small table of counts, the IoU that makes a hit, and what is not counted."""

    hit_iou_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures: dict[tuple[str, str], QLabel] = {}
        self.note = QLabel()
        self.note.setProperty("muted", True)
        self.note.setWordWrap(True)
        self.known = QLabel(tr("LEAKY: the model learnt from this patient. Figures prove nothing."))
        self.known.setProperty("warning", True)
        self.known.setWordWrap(True)
        self.known.hide()
        self.hit_iou = QDoubleSpinBox()
        indent_figure(self.hit_iou)
        self.hit_iou.setRange(LEAST_HIT_IOU, MOST_HIT_IOU)
        self.hit_iou.setSingleStep(0.05)
        self.hit_iou.setDecimals(2)
        self.hit_iou.setMaximumWidth(_FIGURE_WIDTH)
        self.hit_iou.setKeyboardTracking(False)
        self.hit_iou.setAccessibleName(tr("Least IoU of a hit"))
        self.hit_iou.setToolTip(
            tr("A detection hits if its IoU with an expert's box is at least this")
        )
        self.hit_iou.valueChanged.connect(self.hit_iou_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._build_table())
        layout.addWidget(self.note)
        layout.addWidget(self.known)

    def show_known(self, known: bool) -> None:
        """Say, or no longer say, that the model has learnt from this patient."""
        self.known.setVisible(known)

    def _build_table(self) -> QGridLayout:
        table = QGridLayout()
        table.setHorizontalSpacing(18)
        table.setVerticalSpacing(2)
        table.setColumnStretch(0, 1)
        table.addLayout(self._build_rule(), 0, 0)
        for column, (name, tip) in enumerate(_COLUMNS, start=1):
            heading = QLabel(name)
            heading.setProperty("muted", True)
            heading.setToolTip(tr(tip))
            table.addWidget(heading, 0, column, _RIGHT)
        for row, line in enumerate(_LINES, start=1):
            table.addWidget(QLabel(tr(line)), row, 0)
            for column, (name, tip) in enumerate(_COLUMNS, start=1):
                figure = QLabel("–")
                figure.setProperty("title", True)
                figure.setToolTip(tr(_LESION_TIPS[name] if line == LESIONS else tip))
                figure.setMinimumWidth(26)
                figure.setAlignment(_RIGHT)
                table.addWidget(figure, row, column, _RIGHT)
                self.figures[line, name] = figure
        return table

    def _build_rule(self) -> QHBoxLayout:
        rule = QHBoxLayout()
        rule.setSpacing(6)
        label = QLabel(tr("A hit: &IoU ≥"))
        label.setProperty("muted", True)
        label.setBuddy(self.hit_iou)
        rule.addWidget(label)
        rule.addWidget(self.hit_iou)
        rule.addStretch(1)
        return rule

    def show_hit_iou(self, hit_iou: float) -> None:
        """Show what makes a hit, without choosing it."""
        self.hit_iou.blockSignals(True)
        self.hit_iou.setValue(hit_iou)
        self.hit_iou.blockSignals(False)

    def show_counts(
        self,
        of_slice: HitCounts | None,
        of_series: HitCounts | None,
        coverage: Coverage,
        of_lesions: HitCounts | None = None,
    ) -> None:
        """Show counts; dashes where there is nothing to count with.

        Parameters
        ----------
        of_slice : HitCounts or None
            None where the slice was not predicted.
        of_series : HitCounts or None
            None where nothing of the series was predicted, or nobody annotated it.
        coverage : Coverage
            How much of the series is counted.
        of_lesions : HitCounts or None
            Of lesions in place of boxes; None where no lesions are known.
        """
        for line, counts in zip(_LINES, (of_lesions, of_series, of_slice), strict=True):
            values = (None,) * 3 if counts is None else (counts.hits, counts.false, counts.missed)
            for (name, _), value in zip(_COLUMNS, values, strict=True):
                figure = self.figures[line, name]
                figure.setText("–" if value is None else str(value))
                figure.setAccessibleName(f"{tr(line)}, {name}: {figure.text()}")
        note = describe_coverage(of_series, coverage)
        self.show_note(note)

    def show_note(self, note: str) -> None:
        """Say below the counts what they leave out; empty for nothing."""
        self.note.setText(note)
        self.note.setVisible(bool(note))


def describe_coverage(counts: HitCounts | None, coverage: Coverage) -> str:
    """Return what the counts leave out; empty if nothing."""
    if not coverage.annotated:
        return tr("No expert's boxes in this series: nothing to compare with.")
    parts = []
    if 0 < coverage.predicted < coverage.annotated:
        parts.append(
            tr("{predicted} of {annotated} annotated slices predicted.").format(
                predicted=coverage.predicted, annotated=coverage.annotated
            )
        )
    if counts is not None and counts.uncounted:
        count = counts.uncounted
        parts.append(
            tr("1 AI box on unannotated slices near the expert's is not counted.")
            if count == 1
            else tr(
                "%n AI boxes on unannotated slices near the expert's are not counted.", "", count
            )
        )
    return " ".join(parts)
