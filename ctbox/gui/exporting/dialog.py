"""The dialog that asks what to export, in which format, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.annotations.exchange.records import Origin
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.gui.choice_box import ChoiceBox
from ctbox.gui.form_rows import add_form_row
from ctbox.gui.report.folder_field import FolderField
from ctbox.gui.translation import mark, tr
from ctbox.workflows.export_request import PICTURE_FORMATS, ExportFormat, ExportRequest

FORMATS = (
    ("PASCAL VOC (XML)", ExportFormat.VOC),
    ("COCO (JSON)", ExportFormat.COCO),
    (mark("YOLO (text)"), ExportFormat.YOLO),
    ("CSV", ExportFormat.CSV),
    ("DICOM SR (TID 1500)", ExportFormat.SR),
    (mark("DICOM SEG (outlines)"), ExportFormat.SEG),
    (mark("No boxes, images alone"), None),
)
SOURCES = (
    (mark("Expert's"), Origin.EXPERT),
    (mark("Mine (saved)"), Origin.MINE),
    (mark("AI's (predictions file)"), Origin.AI),
)
_NOTE = mark(
    "All files appear, or none. Originals are only read. Look at de-identified copies before you "
    "share them: text burned into the pixels stays."
)


class ExportDialog(QDialog):
    """The choices of an export; `requested` comes with an `ExportRequest`."""

    requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.resize(680, 400)
        self.images = FolderField(tr("Images to export"), tr("DICOM folder, download, file or ZIP"))
        self.source = _build_choices(tr("Whose boxes"), SOURCES)
        self.annotations = FolderField(tr("Folder of annotations"), tr("found beside the images"))
        self.predictions = _FileField(
            tr("Predictions file"), tr("what `ctbox predict --json` has written")
        )
        self.format = _build_choices(tr("Format"), FORMATS)
        self.pictures = _build_choices(
            tr("Pictures"),
            (
                (mark("No pictures"), None),
                (mark("8-bit PNG, lung window"), LUNG_WINDOW),
                (mark("8-bit PNG, mediastinum window"), MEDIASTINUM_WINDOW),
            ),
        )
        self.deidentify = QCheckBox(
            tr("Copy the images de-identified (PS3.15), with boxes on these")
        )
        self.overwrite = QCheckBox(tr("Replace files that exist already"))
        self.out = FolderField(tr("Folder to write into"), tr("an empty folder is best"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = QPushButton(tr("Export"))
        self.buttons.addButton(self.start, QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setDefault(True)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self._lay_out()
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        for field in (self.images, self.predictions, self.annotations, self.out):
            field.changed.connect(self._update)
        for box in (self.source, self.format):
            box.currentIndexChanged.connect(lambda _: self._update())
        self.deidentify.toggled.connect(lambda _: self._update())
        self._update()

    def _lay_out(self) -> None:
        self.form = QFormLayout()
        self.form.setVerticalSpacing(10)
        for title, field in (
            (tr("Images"), self.images),
            (tr("Format"), self.format),
            (tr("Boxes"), self.source),
            (tr("Annotations"), self.annotations),
            (tr("Predictions"), self.predictions),
            (tr("Pictures"), self.pictures),
            ("", self.deidentify),
            (tr("Write to"), self.out),
            ("", self.overwrite),
        ):
            add_form_row(self.form, title, field)
        note = QLabel(tr(_NOTE))
        note.setProperty("muted", True)
        note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addLayout(self.form)
        layout.addWidget(note)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    @property
    def origin(self) -> Origin:
        """Whose boxes; Qt's own data would make a mere text of it."""
        return SOURCES[self.source.currentIndex()][1]

    @property
    def target(self) -> ExportFormat | None:
        """The format, None for images alone."""
        return FORMATS[self.format.currentIndex()][1]

    @property
    def request(self) -> ExportRequest:
        """What is asked for; fields that are not shown do not count."""
        origin, to = self.origin, self.target
        is_ai = origin is Origin.AI and to is not None
        annotations = "" if is_ai or to is None else self.annotations.path
        return ExportRequest(
            path=Path(self.images.path),
            out=Path(self.out.path),
            to=to,
            origin=origin if to is not None else Origin.EXPERT,
            annotations=Path(annotations) if annotations else None,
            detections=Path(self.predictions.path) if is_ai else None,
            deidentify=self.deidentify.isChecked(),
            overwrite=self.overwrite.isChecked(),
            pictures=self.pictures.currentData() if to in PICTURE_FORMATS else None,
        )

    def _update(self) -> None:
        """Show the fields that matter, and let it start once they are filled."""
        origin, to = self.origin, self.target
        with_boxes = to is not None
        self.form.setRowVisible(self.source, with_boxes)
        self.form.setRowVisible(self.annotations, with_boxes and origin is not Origin.AI)
        self.form.setRowVisible(self.predictions, with_boxes and origin is Origin.AI)
        self.form.setRowVisible(self.pictures, to in PICTURE_FORMATS)
        filled = bool(self.images.path and self.out.path)
        if with_boxes and origin is Origin.AI:
            filled = filled and bool(self.predictions.path)
        if with_boxes and origin is Origin.MINE:
            filled = filled and bool(self.annotations.path)
        self.start.setEnabled(filled and (with_boxes or self.deidentify.isChecked()))

    def _on_accepted(self) -> None:
        self.requested.emit(self.request)
        self.accept()


class _FileField(FolderField):
    """The same for a file."""

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, self._title, self.path, tr("Predictions (*.json)")
        )
        if chosen:
            self.set_path(chosen)


def _build_choices(name: str, choices: tuple[tuple[str, object], ...]) -> ChoiceBox:
    box = ChoiceBox(name)
    for text, value in choices:
        box.addItem(tr(text), value)
    return box
