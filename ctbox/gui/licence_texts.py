"""Which licences the program's parts are under, for the window of Help ▸ About."""

from __future__ import annotations

import re
from importlib import metadata

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from ctbox.gui.translation import tr
from ctbox.paths import licences_path

_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_NAME_WIDTH = 32


def read_licences() -> str:
    """Return the list that an installed program carries, else one of what pip has installed."""
    path = licences_path()
    if path is not None:
        return path.read_text("utf-8")
    lines = ["ctbox".ljust(_NAME_WIDTH) + "Apache-2.0"]
    for requirement in metadata.requires("ctbox") or () if _is_installed() else ():
        found = _NAME.match(requirement)
        if found is not None and "extra ==" not in requirement:
            lines.append(found.group().ljust(_NAME_WIDTH) + _find_licence(found.group()))
    return "\n".join(lines)


def _is_installed() -> bool:
    return next(iter(metadata.distributions(name="ctbox")), None) is not None


def _find_licence(name: str) -> str:
    try:
        fields = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "—"
    for field in ("License-Expression", "License"):
        told = str(fields[field]) if field in fields else ""
        if told and "\n" not in told:
            return told
    kinds = [each for each in fields.get_all("Classifier") or () if each.startswith("License ::")]
    return ", ".join(each.rsplit("::", 1)[-1].strip() for each in kinds) or "—"


class LicencesDialog(QDialog):
    """The list of parts with their licences, and the texts where they are shipped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        self.resize(760, 560)
        self.text = QPlainTextEdit(read_licences())
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)
