"""IoU, axes and area in a small table, and what must be known of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.icons import find_icon
from ctbox.gui.inspector.state import OutlinePair, build_measure_rows, build_remarks
from ctbox.gui.translation import tr
from ctbox.gui.viewer.readout import IouReadout

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ICON_PX = 16


class MeasuresView(QWidget):
    """The numbers beside the pictures; both boxes' outlines side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.iou = QLabel()
        self.iou.setObjectName("inspectorIou")
        self.iou.setProperty("title", True)
        self.iou_note = QLabel()
        self.iou_note.setProperty("muted", True)
        self.values: list[tuple[QLabel, QLabel]] = []
        self.remarks = QWidget()
        self._remark_layout = QVBoxLayout(self.remarks)
        self._remark_layout.setContentsMargins(0, 2, 0, 0)
        self._remark_layout.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self.iou)
        head.addWidget(self.iou_note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addLayout(self._build_table())
        layout.addWidget(self.remarks)
        self.show_outlines(None)

    def _build_table(self) -> QGridLayout:
        table = QGridLayout()
        table.setHorizontalSpacing(14)
        table.setVerticalSpacing(3)
        table.setColumnStretch(0, 1)
        for column, text in ((1, tr("Expert's box")), (2, tr("AI box"))):
            heading = QLabel(text)
            heading.setProperty("muted", True)
            table.addWidget(heading, 0, column, _RIGHT)
        for row, measure in enumerate(build_measure_rows(None), start=1):
            name = QLabel(measure.name)
            name.setToolTip(measure.tip)
            table.addWidget(name, row, 0)
            labels = (QLabel(), QLabel())
            for column, label in enumerate(labels, start=1):
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                label.setToolTip(measure.tip)
                table.addWidget(label, row, column, _RIGHT)
            self.values.append(labels)
        return table

    def show_iou(self, readout: IouReadout | None) -> None:
        """Show the overlap as the corner of the image words it."""
        self.iou.setText("" if readout is None else readout.text)
        self.iou_note.setText("" if readout is None else readout.note)

    def show_outlines(self, outlines: OutlinePair | None) -> None:
        """Show axes, areas and remarks; dashes where there are none."""
        rows = build_measure_rows(outlines)
        for measure, (expert, predicted) in zip(rows, self.values, strict=True):
            expert.setText(measure.expert)
            expert.setAccessibleName(
                tr("{name}, expert's box: {expert}").format(
                    name=measure.name, expert=measure.expert
                )
            )
            predicted.setText(measure.predicted)
            predicted.setAccessibleName(
                tr("{name}, AI box: {predicted}").format(
                    name=measure.name, predicted=measure.predicted
                )
            )
        self._show_remarks(build_remarks(outlines))

    def _show_remarks(self, remarks: tuple[str, ...]) -> None:
        while (item := self._remark_layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for remark in remarks:
            self._remark_layout.addWidget(_make_remark(remark))
        self.remarks.setVisible(bool(remarks))


def _make_remark(text: str) -> QWidget:
    theme = find_theme()
    icon, label = QLabel(), QLabel(text)
    icon.setPixmap(find_icon("warning", theme, theme.warning).pixmap(_ICON_PX, _ICON_PX))
    icon.setAccessibleName(tr("Note"))
    label.setWordWrap(True)
    row = QWidget()
    row.setAccessibleName(text)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(7)
    layout.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(label, 1)
    return row
