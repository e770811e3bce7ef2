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
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.annotations.exchange.records import Origin
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW, VoiWindow
from ctbox.errors import CtboxError
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
PICTURES = (
    (mark("No pictures"), None),
    (mark("8-bit PNG, lung window"), LUNG_WINDOW),
    (mark("8-bit PNG, mediastinum window"), MEDIASTINUM_WINDOW),
    (mark("8-bit PNG, another window"), None),
)
_ANOTHER = len(PICTURES) - 1
_NOTE = mark(
    "All files appear, or none. Originals are only read. Look at de-identified copies before you "
    "share them: text burned into the pixels stays."
)


_KEY_TIP = mark(
    "With the same key file, the same patients and images get the same new names in every export. "
    "A file that does not exist is made. Keep it as secret as the patients' names, and never in "
    "the folder you share."
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
        self.pictures = _build_choices(tr("Pictures"), PICTURES)
        self.window_text = QLineEdit()
        self.window_text.setAccessibleName(tr("Window of the pictures"))
        self.window_text.setPlaceholderText(tr("centre and width in HU, as -600,1500"))
        self.deidentify = QCheckBox(
            tr("Copy the images de-identified (PS3.15), with boxes on these")
        )
        self.key_file = _KeyField(
            tr("Key file of the pseudonyms"), tr("none: a new key, forgotten afterwards")
        )
        self.key_file.setToolTip(tr(_KEY_TIP))
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
        self.window_text.textChanged.connect(lambda _: self._update())
        for box in (self.source, self.format, self.pictures):
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
            (tr("Window"), self.window_text),
            ("", self.deidentify),
            (tr("Key file"), self.key_file),
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
    def picture_window(self) -> VoiWindow | None:
        """The window of the pictures; None without pictures, or while its text is no window."""
        if self.target not in PICTURE_FORMATS:
            return None
        chosen = self.pictures.currentIndex()
        return _parse(self.window_text.text()) if chosen == _ANOTHER else PICTURES[chosen][1]

    @property
    def request(self) -> ExportRequest:
        """What is asked for; fields that are not shown do not count."""
        origin, to = self.origin, self.target
        is_ai = origin is Origin.AI and to is not None
        annotations = "" if is_ai or to is None else self.annotations.path
        key_file = self.key_file.path if self.deidentify.isChecked() else ""
        return ExportRequest(
            path=Path(self.images.path),
            out=Path(self.out.path),
            to=to,
            origin=origin if to is not None else Origin.EXPERT,
            annotations=Path(annotations) if annotations else None,
            detections=Path(self.predictions.path) if is_ai else None,
            deidentify=self.deidentify.isChecked(),
            key_file=Path(key_file) if key_file else None,
            overwrite=self.overwrite.isChecked(),
            pictures=self.picture_window,
        )

    def _update(self) -> None:
        """Show the fields that matter, and let it start once they are filled."""
        origin, to = self.origin, self.target
        with_boxes = to is not None
        self.form.setRowVisible(self.source, with_boxes)
        self.form.setRowVisible(self.annotations, with_boxes and origin is not Origin.AI)
        self.form.setRowVisible(self.predictions, with_boxes and origin is Origin.AI)
        self.form.setRowVisible(self.pictures, to in PICTURE_FORMATS)
        another = to in PICTURE_FORMATS and self.pictures.currentIndex() == _ANOTHER
        self.form.setRowVisible(self.window_text, another)
        self.form.setRowVisible(self.key_file, self.deidentify.isChecked())
        filled = bool(self.images.path and self.out.path)
        filled = filled and (self.picture_window is not None or not another)
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


class _KeyField(FolderField):
    """The same for a file that may be there or not."""

    def _ask(self) -> None:
        # Nothing is overwritten: an existing key is used.
        chosen, _ = QFileDialog.getSaveFileName(
            self, self._title, self.path, options=QFileDialog.Option.DontConfirmOverwrite
        )
        if chosen:
            self.set_path(chosen)


def _parse(text: str) -> VoiWindow | None:
    from ctbox.workflows.export_images import parse_window

    try:
        return parse_window(text)
    except CtboxError:
        return None


def _build_choices(name: str, choices: tuple[tuple[str, object], ...]) -> ChoiceBox:
    box = ChoiceBox(name)
    for text, value in choices:
        box.addItem(tr(text), value)
    return box
