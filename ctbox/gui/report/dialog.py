"""The dialog that asks what a batch report shall judge, by what, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.figure_field import indent_figure
from ctbox.gui.form_rows import add_form_row
from ctbox.gui.report.choices import MOST_WORKERS, ReportChoices
from ctbox.gui.report.folder_field import FolderField
from ctbox.gui.translation import mark, tr
from ctbox.model.card import ModelCard

_LIST_HEIGHT = 112
_INTRO = mark(
    "Every CT series with an expert's boxes is judged; patients that a model was trained on are "
    "reported apart. The report holds tables (CSV, Excel), a page to read and print, and pictures."
)


class ReportDialog(QDialog):
    """The choices of a batch report; `requested` comes with them when it is to start.

    Parameters
    ----------
    choices : ReportChoices
        What the user chose last.
    cards : sequence of ModelCard
        The models at hand.
    cores : int
        Cores of this computer.
    """

    requested = Signal(object)

    def __init__(
        self,
        choices: ReportChoices,
        cards: Sequence[ModelCard],
        cores: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Batch report"))
        self.resize(720, 600)
        self.dicom = FolderField(tr("Folder of images"), tr("DICOM folder, TCIA download or ZIP"))
        self.annotations = FolderField(tr("Folder of annotations"), tr("found beside the images"))
        self.training = FolderField(
            tr("Folder of the models' training patients"), tr("optional: for the copy baseline")
        )
        self.out = FolderField(tr("Folder of the report"), tr("a new or empty folder"))
        self.models = self._build_models(cards)
        self.workers = QSpinBox()
        indent_figure(self.workers)
        self.workers.setRange(1, MOST_WORKERS)
        self.workers.setAccessibleName(tr("Worker processes"))
        self.workers.setSuffix(tr("   of {cores} cores").format(cores=cores))
        self.resume = QCheckBox(tr("Go on with an earlier run in the same folder"))
        self.pdf = QCheckBox(tr("Print a PDF as well (needs Chrome, Chromium or Edge)"))
        self.problem = QLabel()
        self.problem.setProperty("muted", True)
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(tr("Start"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setDefault(True)
        self.buttons.accepted.connect(self._on_start)
        self.buttons.rejected.connect(self.reject)
        self._fill(choices)
        self._lay_out()
        for field in (self.dicom, self.annotations, self.training, self.out):
            field.changed.connect(self._update)
        self.models.itemChanged.connect(lambda _: self._update())
        self._update()

    def _build_models(self, cards: Sequence[ModelCard]) -> QListWidget:
        listed = QListWidget()
        listed.setAccessibleName(tr("Models"))
        listed.setFixedHeight(_LIST_HEIGHT)
        for card in cards:
            item = QListWidgetItem(f"{card.name}   ({card.architecture}, {card.date[:10]})")
            item.setData(Qt.ItemDataRole.UserRole, card.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setToolTip(f"sha256 {card.weights_sha256}")
            listed.addItem(item)
        return listed

    def _fill(self, choices: ReportChoices) -> None:
        self.dicom.set_path(choices.dicom)
        self.annotations.set_path(choices.annotations)
        self.training.set_path(choices.training)
        self.out.set_path(choices.out)
        self.workers.setValue(choices.workers)
        self.resume.setChecked(choices.resume)
        self.pdf.setChecked(choices.pdf)
        items = [self.models.item(row) for row in range(self.models.count())]
        wanted = [one for one in items if one.data(Qt.ItemDataRole.UserRole) in choices.models]
        for item in wanted or items[:1]:
            item.setCheckState(Qt.CheckState.Checked)

    def _lay_out(self) -> None:
        intro = QLabel(tr(_INTRO))
        intro.setWordWrap(True)
        intro.setProperty("muted", True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, widget in (
            (tr("&Images"), self.dicom),
            (tr("&Annotations"), self.annotations),
            (tr("&Models"), self.models),
            (tr("&Training set"), self.training),
            (tr("&Report folder"), self.out),
            (tr("&Workers"), self.workers),
            ("", self.resume),
            ("", self.pdf),
        ):
            if widget is self.models:  # a title beside the middle of a list looks lost
                form.addRow(text, widget)
            else:
                add_form_row(form, text, widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(intro)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    @property
    def choices(self) -> ReportChoices:
        """What stands in the dialog."""
        items = [self.models.item(row) for row in range(self.models.count())]
        return ReportChoices(
            dicom=self.dicom.path,
            annotations=self.annotations.path,
            training=self.training.path,
            out=self.out.path,
            models=tuple(
                str(one.data(Qt.ItemDataRole.UserRole))
                for one in items
                if one.checkState() is Qt.CheckState.Checked
            ),
            workers=self.workers.value(),
            resume=self.resume.isChecked(),
            pdf=self.pdf.isChecked(),
        )

    def _update(self) -> None:
        problem = self.choices.problem
        self.problem.setText(problem)
        self.start.setEnabled(not problem)

    def _on_start(self) -> None:
        choices = self.choices
        self.accept()
        self.requested.emit(choices)
