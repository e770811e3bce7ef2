"""The dialog that asks what to review, in which order, and how."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.translation import mark, tr
from ctbox.workflows.review_queue import ReviewOrder

ORDERS = {
    ReviewOrder.WORST_IOU: mark("Worst IoU with the expert first"),
    ReviewOrder.HIGHEST_SCORE: mark("Highest score first"),
    ReviewOrder.LEAST_CERTAIN: mark("Least certain first"),
}
_INTRO = mark(
    "Every series with an expert's boxes or a prediction is shown, one after the other. Each "
    "decision is on the disk at once; you can stop at any time and go on later."
)
_INDENT = 24
_NO_CASE = mark("Open a case to review its series.")


@dataclass(frozen=True, slots=True)
class ReviewOffer:
    """What can be reviewed.

    Parameters
    ----------
    in_case, in_catalogue : int
        Series in the open case, and in the catalogue as it is filtered.
    can_resume : str
        How far the unfinished review is; empty without one.
    reader : str
        The reader's name, if known.
    """

    in_case: int = 0
    in_catalogue: int = 0
    can_resume: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class ReviewChoices:
    """What the reader wants.

    Parameters
    ----------
    of_catalogue : bool
        The catalogue's series rather than the open case's.
    order : ReviewOrder
        What comes first.
    predict : bool
        Whether to predict series that were not predicted yet.
    blind : bool
        Whether to hide the AI until it is revealed.
    hides_expert : bool
        Whether to hide the expert's boxes as long.
    reader : str
        Who reads.
    """

    of_catalogue: bool = False
    order: ReviewOrder = ReviewOrder.WORST_IOU
    predict: bool = False
    blind: bool = False
    hides_expert: bool = False
    reader: str = ""


class ReviewDialog(QDialog):
    """Asks for a `ReviewChoices`; `requested` comes with it, `resume_requested` without.

    Parameters
    ----------
    offer : ReviewOffer
        What can be reviewed.
    """

    requested = Signal(object)
    resume_requested = Signal()

    def __init__(self, offer: ReviewOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Start review"))
        self.setMinimumWidth(560)
        self.of_case = QRadioButton(
            tr("The open case: {in_case}").format(in_case=_count(offer.in_case))
        )
        self.of_catalogue = QRadioButton(
            tr("The catalogue, as it is filtered now: {in_catalogue}").format(
                in_catalogue=_count(offer.in_catalogue)
            )
        )
        self.scope = QButtonGroup(self)
        for button, count in (
            (self.of_case, offer.in_case),
            (self.of_catalogue, offer.in_catalogue),
        ):
            self.scope.addButton(button)
            button.setEnabled(count > 0)
        (self.of_case if offer.in_case else self.of_catalogue).setChecked(True)
        self.order = ChoiceBox(tr("Order"))
        for order, text in ORDERS.items():
            self.order.addItem(tr(text), order)
        self.predict = QCheckBox(tr("&Predict series that were not predicted yet"))
        self.predict.setToolTip(
            tr(
                "In the background, before the review begins; series without an expert's boxes "
                "come in too. What was predicted is kept."
            )
        )
        self.blind = QCheckBox(tr("&Blind: hide the AI until I have read the series"))
        self.blind.setToolTip(
            tr(
                "Boxes, lesion list, marks, attention and IoU are hidden. R reveals them; what you "
                "drew before and after is kept, with the times."
            )
        )
        self.expert = QCheckBox(tr("Hide the &expert's boxes as well"))
        self.expert.setToolTip(
            tr(
                "Their marks beside the image and the counts in the list of series too: you read "
                "without knowing what is there."
            )
        )
        self.expert.setChecked(True)
        self.expert.setEnabled(False)
        self.blind.toggled.connect(self.expert.setEnabled)
        self.reader = QLineEdit(offer.reader)
        self.reader.setAccessibleName(tr("Reader"))
        self.reader.setPlaceholderText(tr("kept with every reading; may stay empty"))
        self.resume = QPushButton(
            tr("Go on with the last one ({can_resume})").format(can_resume=offer.can_resume)
        )
        self.resume.setVisible(bool(offer.can_resume))
        self.resume.setAutoDefault(False)
        self.resume.clicked.connect(self._on_resume)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(tr("Start"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setDefault(True)
        self.start.setEnabled(bool(offer.in_case or offer.in_catalogue))
        self.buttons.accepted.connect(self._on_start)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()

    def _lay_out(self) -> None:
        words = (_INTRO,) if self.start.isEnabled() else (_INTRO, _NO_CASE)
        intro = QLabel("\n\n".join(map(tr, words)))
        intro.setWordWrap(True)
        intro.setProperty("muted", True)
        scope = QWidget()
        column = QVBoxLayout(scope)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.of_case)
        column.addWidget(self.of_catalogue)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("Series"), scope)
        form.addRow(tr("&Order"), self.order)
        form.addRow("", self.predict)
        form.addRow("", self.blind)
        expert = QHBoxLayout()
        expert.setContentsMargins(_INDENT, 0, 0, 0)
        expert.addWidget(self.expert)
        form.addRow("", expert)
        form.addRow(tr("&Reader"), self.reader)
        foot = QHBoxLayout()
        foot.addWidget(self.resume)
        foot.addWidget(self.buttons, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(intro)
        layout.addLayout(form)
        layout.addLayout(foot)

    @property
    def choices(self) -> ReviewChoices:
        """What stands in the dialog."""
        return ReviewChoices(
            of_catalogue=self.of_catalogue.isChecked(),
            order=ReviewOrder(self.order.currentData()),
            predict=self.predict.isChecked(),
            blind=self.blind.isChecked(),
            hides_expert=self.blind.isChecked() and self.expert.isChecked(),
            reader=self.reader.text().strip(),
        )

    def _on_start(self) -> None:
        choices = self.choices
        self.accept()
        self.requested.emit(choices)

    def _on_resume(self) -> None:
        self.reject()
        self.resume_requested.emit()


def _count(series: int) -> str:
    return tr("{series} series").format(series=series) if series else tr("none")
