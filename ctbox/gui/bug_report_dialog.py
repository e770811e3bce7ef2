"""Shows a bug report as it would be saved, to be read, shortened and kept."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.notifications import show_error
from ctbox.gui.translation import mark, tr

_INTRO = mark(
    "This text, and nothing else, is what is saved. It holds no patient's data, no names and no "
    "places. Add what happened, and take out whatever you like."
)
_KINDS = mark("Text (*.txt);;ZIP archive (*.zip)")


class BugReportDialog(QDialog):
    """An editable preview with Save and Copy.

    Parameters
    ----------
    text : str
        The report.
    folder : str
        Where saving begins.
    """

    def __init__(self, text: str, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save bug report"))
        self.resize(780, 600)
        self._folder = folder
        intro = QLabel(tr(_INTRO))
        intro.setWordWrap(True)
        self.preview = QPlainTextEdit(text)
        self.preview.setAccessibleName(tr("Bug report, as it will be saved"))
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setTabChangesFocus(True)
        self.status = QLabel()
        self.status.setProperty("muted", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_button = QPushButton(tr("&Save…"))
        self.copy_button = QPushButton(tr("&Copy"))
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.copy_button.setAutoDefault(False)
        self.save_button.setDefault(True)
        buttons.rejected.connect(self.reject)
        self.save_button.clicked.connect(self._on_save)
        self.copy_button.clicked.connect(self._on_copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        for widget in (intro, self.preview, self.status, buttons):
            layout.addWidget(widget)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.preview.toPlainText())
        self.status.setText(tr("Copied."))

    def _on_save(self) -> None:
        name = f"ctbox-report-{datetime.now(UTC):%Y%m%d}.txt"
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Save bug report"), str(Path(self._folder) / name), tr(_KINDS)
        )
        if not chosen:
            return
        try:
            save_report(Path(chosen), self.preview.toPlainText())
        except CtboxError as error:
            show_error(self, error)
        else:
            self.status.setText(tr("Saved as {chosen}").format(chosen=chosen))


def save_report(path: Path, text: str) -> None:
    """Write a report as text, or into an archive where the name says so.

    Raises
    ------
    CtboxError
        If it cannot be written.
    """
    data = text.encode()
    if path.suffix.casefold() == ".zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}.txt", data)
        data = buffer.getvalue()
    try:
        path.write_bytes(data)
    except OSError as error:
        reason = error.strerror or tr("the disk refused it")
        raise CtboxError(
            tr("The report could not be saved to {path}: {reason}.").format(
                path=path, reason=reason
            ),
            tr("Choose another folder."),
            path,
        ) from error
