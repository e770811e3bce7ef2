"""The lesions panel: the list, the confidence, and the counts."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.lesions.attention_control import AttentionControl
from ctbox.gui.lesions.confidence import ConfidenceSlider
from ctbox.gui.lesions.counts_view import CountsView
from ctbox.gui.lesions.lesion_list import LesionList
from ctbox.gui.lesions.rows import LesionRow
from ctbox.gui.translation import tr

_MARGIN = 12
_MOST_WIDTH = 460


class LesionsPanel(QScrollArea):
    """Shows lesions and counts, asks for slices and confidences; changes nothing itself."""

    lesion_chosen = Signal(object)
    lesion_activated = Signal()
    predict_requested = Signal()
    threshold_chosen = Signal(object)
    hit_iou_chosen = Signal(float)
    loose_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesionsPanel")
        self.setAccessibleName(tr("Lesions"))
        self.list = LesionList()
        self.loose = QCheckBox()
        self.loose.setToolTip(
            tr(
                "The AI's boxes that it linked to no lesion. Switched off, they are hidden "
                "everywhere, and neither the keys to the next box nor the counts know them."
            )
        )
        self.loose.hide()
        self.message = QLabel()
        self.message.setProperty("muted", True)
        self.message.setWordWrap(True)
        self.predict = QPushButton(tr("Predict series"))
        self.predict.setToolTip(
            tr("Find tumours on every slice and link them to lesions  (Shift+P)")
        )
        self.confidence = ConfidenceSlider()
        self.counts = CountsView()
        self.attention = AttentionControl()
        self.list.lesion_chosen.connect(self.lesion_chosen)
        self.list.lesion_activated.connect(self.lesion_activated)
        self.predict.clicked.connect(self.predict_requested)
        self.confidence.threshold_chosen.connect(self.threshold_chosen)
        self.counts.hit_iou_chosen.connect(self.hit_iou_chosen)
        self.loose.toggled.connect(self.loose_toggled)
        self._lay_out()

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("lesionsBody")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        body.setStyleSheet("QWidget#lesionsBody { background: palette(base); }")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(_MARGIN, 4, _MARGIN, 8)
        layout.setSpacing(9)
        for widget in (
            self.list, self.loose, self.message, self.predict, self.confidence, self.counts,
            self.attention,
        ):  # fmt: skip
            widget.setMaximumWidth(_MOST_WIDTH)
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.setAlignment(self.predict, Qt.AlignmentFlag.AlignLeft)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_rows(self, rows: tuple[LesionRow, ...], message: str, *, can_predict: bool) -> None:
        """Show lesions, and a sentence where there are none.

        Parameters
        ----------
        rows : tuple of LesionRow
            The lesions.
        message : str
            Why there are none, or what to know of them; empty for nothing.
        can_predict : bool
            Whether to offer the prediction of the series.
        """
        if rows or self.list.has_room:
            self.list.show_rows(rows)
        self.list.setVisible(bool(rows) or self.list.has_room)
        self.message.setText(message)
        self.message.setVisible(bool(message))
        self.predict.setVisible(can_predict)

    def show_loose(self, count: int, *, shown: bool) -> None:
        """Tell how many boxes belong to no lesion, and whether they are shown."""
        self.loose.blockSignals(True)
        self.loose.setChecked(shown)
        self.loose.blockSignals(False)
        self.loose.setText(tr("Show %n box(es) outside lesions", "", count))
        self.loose.setVisible(count > 0)

    def sizeHint(self) -> QSize:
        """Return the size of a dock above the inspector."""
        return QSize(330, 300)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which a lesion and the slider can be seen."""
        return QSize(190, 120)
