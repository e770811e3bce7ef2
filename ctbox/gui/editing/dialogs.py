"""What box editing asks: where to save, whose name, and what to do with unsaved edits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.translation import tr

_TEXT_WIDTH = 440


class _Dialog(QDialog):
    """A title, paragraphs and buttons; grows with its text and never waits."""

    def __init__(self, parent: QWidget | None, heading: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("ctbox")
        self.setAccessibleName(heading)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(22, 20, 22, 18)
        self.body.setSpacing(12)
        self.body.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.add_text(heading, title=True)

    def add_text(self, text: str, **properties: bool) -> QLabel:
        """Add a paragraph that wraps."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(_TEXT_WIDTH)
        for key, value in properties.items():
            label.setProperty(key, value)
        self.body.addWidget(label)
        return label


class SaveDialog(_Dialog):
    """Where the reader's boxes go.

    Parameters
    ----------
    parent : QWidget or None
        The window.
    folder : str
        The folder to offer.
    can_replace : bool
        Whether the expert's own files may be written, being unlocked.
    """

    def __init__(self, parent: QWidget | None, folder: str, *, can_replace: bool) -> None:
        super().__init__(parent, tr("Save your boxes"))
        self.add_text(
            tr(
                "One PASCAL VOC file a slice, in Annotation/<patient>/<SOP Instance UID>.xml, as "
                "the collection and labelImg read it."
            ),
            muted=True,
        )
        self.own = QRadioButton(tr("In a &folder of your own"))
        self.replace = QRadioButton(tr("In the &expert's own files, each kept beside as .orig"))
        self.own.setChecked(True)
        self.replace.setEnabled(can_replace)
        group = QButtonGroup(self)
        for button in (self.own, self.replace):
            group.addButton(button)
        self.folder = QLineEdit(folder)
        self.folder.setMinimumWidth(340)
        self.folder.setAccessibleName(tr("Folder to save in"))
        browse = QPushButton(tr("&Browse…"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 0, 0)
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        self.body.addWidget(self.own)
        self.body.addLayout(row)
        self.body.addWidget(self.replace)
        if not can_replace:
            why = tr("Locked. Edit → Unlock expert's boxes… opens them, unless they lie in a ZIP.")
            self.replace.setToolTip(why)
        self.own.toggled.connect(self.folder.setEnabled)
        self.own.toggled.connect(browse.setEnabled)
        buttons = QDialogButtonBox()
        self.save_button = buttons.addButton(tr("&Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.folder.textChanged.connect(self._update)
        self.own.toggled.connect(self._update)
        self.body.addWidget(buttons)
        self._update()
        # What most want to change is the folder: typing replaces the one offered.
        self.folder.setFocus()
        self.folder.selectAll()

    @property
    def root(self) -> Path | None:
        """The chosen folder; None for the expert's own files."""
        return None if self.replace.isChecked() else Path(self.folder.text().strip()).expanduser()

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, tr("Save your boxes in"), self.folder.text()
        )
        if chosen:
            self.folder.setText(chosen)

    def _update(self) -> None:
        has_place = self.replace.isChecked() or bool(self.folder.text().strip())
        self.save_button.setEnabled(has_place)


class UnlockDialog(_Dialog):
    """Asks the reader's name before the expert's boxes can be changed."""

    def __init__(self, parent: QWidget | None, folder: str, count: int, name: str) -> None:
        super().__init__(parent, tr("Unlock expert's boxes of {folder}").format(folder=folder))
        boxes = tr("%n box(es)", "", count)
        self.add_text(
            tr(
                "You get copies of {boxes} to change. The expert's own stay on the image, and "
                "their files stay as they are unless you choose to save into them."
            ).format(boxes=boxes)
        )
        self.name = QLineEdit(name)
        self.name.setPlaceholderText(tr("Your name"))
        self.name.setAccessibleName(tr("Your name"))
        self.body.addWidget(self.name)
        self.add_text(tr("Your name is kept with your edits on this computer alone."), muted=True)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.unlock_button = buttons.addButton(
            tr("&Unlock"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)
        self.name.textChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        self.unlock_button.setEnabled(bool(self.name.text().strip()))


class LeaveDialog(_Dialog):
    """Save, Don't save or Cancel before unsaved edits go out of sight."""

    def __init__(self, parent: QWidget | None, count: int) -> None:
        super().__init__(parent, tr("Save {count}?").format(count=describe_edits(count)))
        self.add_text(tr("Without saving they are given up for good."))
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.save_button = buttons.addButton(tr("&Save"), roles.AcceptRole)
        self.discard_button = buttons.addButton(tr("&Don't save"), roles.DestructiveRole)
        self.cancel_button = buttons.addButton(tr("Cancel"), roles.RejectRole)
        self.save_button.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.body.addWidget(buttons)


class RecoveryDialog(_Dialog):
    """Asks about edits that were never saved: Keep, Discard, or Show what they are.

    Parameters
    ----------
    parent : QWidget or None
        The window.
    lines : sequence of str
        What was done, oldest first.
    notices : sequence of str
        What could not be recovered.
    """

    def __init__(
        self, parent: QWidget | None, lines: Sequence[str], notices: Sequence[str] = ()
    ) -> None:
        heading = tr("{lines} recovered").format(lines=describe_edits(len(lines)))
        super().__init__(parent, heading)
        self.add_text(
            tr(
                "ctbox ended before they were saved. They are on the image already: keep them to "
                "go on and save, or discard them for good."
            )
        )
        for notice in notices:
            self.add_text(notice)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Recovered edits"))
        self.list.addItems(list(lines))
        self.list.setMinimumHeight(180)
        self.list.hide()
        self.body.addWidget(self.list)
        buttons = QDialogButtonBox()
        roles = QDialogButtonBox.ButtonRole
        self.keep_button = buttons.addButton(tr("&Keep"), roles.AcceptRole)
        self.discard_button = buttons.addButton(tr("&Discard"), roles.DestructiveRole)
        self.show_button = buttons.addButton(tr("S&how"), roles.ActionRole)
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self.list.setVisible)
        self.keep_button.setDefault(True)
        buttons.accepted.connect(self.accept)
        self.body.addWidget(buttons)


def describe_edits(count: int) -> str:
    """Return a count of edits in words, such as ``12 edits``."""
    return tr("%n edit(s)", "", count)
