"""The two dialogs for trouble: one for what the user can mend, one for our own bugs."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import ctbox
from ctbox.errors import CtboxError
from ctbox.gui.icons import find_icon
from ctbox.gui.privacy import scrub
from ctbox.gui.sentences import say
from ctbox.gui.theme import DARK, LIGHT, Theme
from ctbox.gui.translation import tr
from ctbox.workflows.task_end import TaskBugError

_ICON_PX = 32
_TEXT_WIDTH = 420
_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


def find_theme() -> Theme:
    """Return the theme that the application wears."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


class _TroubleDialog(QDialog):
    """An icon, some paragraphs, and a row of buttons with Copy and Close."""

    def __init__(self, parent: QWidget | None, title: str, icon_color: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        icon = QLabel()
        icon.setPixmap(find_icon("warning", find_theme(), icon_color).pixmap(_ICON_PX, _ICON_PX))
        icon.setAccessibleName(tr("Warning"))
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(self.body, 1)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(18)
        layout.addLayout(row, 1)
        layout.addLayout(self.buttons)
        # The dialog grows with its text instead of cutting it off.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)

    def add_text(self, text: str, name: str, **properties: bool) -> QLabel:
        """Add a paragraph that wraps and can be selected."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(_TEXT_WIDTH)
        label.setTextInteractionFlags(_SELECTABLE)
        label.setObjectName(name)
        for key, value in properties.items():
            label.setProperty(key, value)
        self.body.addWidget(label)
        return label

    def add_buttons(self) -> None:
        """Add Copy and Close, Close being what Enter and Escape do."""
        self.copy_button = QPushButton(tr("&Copy"))
        self.copy_button.setToolTip(tr("Copy this report to the clipboard"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._on_copy)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self.buttons.addWidget(self.copy_button)
        self.buttons.addWidget(self.close_button)
        self.close_button.setFocus()

    def compose_report(self) -> str:
        """Return what Copy puts on the clipboard."""
        return self.windowTitle()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.compose_report())
        self.copy_button.setText(tr("Copied"))


class ErrorDialog(_TroubleDialog):
    """What happened, to which file, and what to do about it.

    Parameters
    ----------
    parent : QWidget or None
        The window it belongs to.
    error : CtboxError
        What to tell.
    """

    def __init__(self, parent: QWidget | None, error: CtboxError) -> None:
        super().__init__(parent, "ctbox", find_theme().warning)
        self._error = error
        message = say(error.message)
        self.setAccessibleName(message)
        self.add_text(_break_anywhere(message), "errorMessage", title=True)
        if error.hint:
            self.add_text(say(error.hint), "errorHint")
        if error.source is not None and error.source not in error.message:
            self.add_text(_break_anywhere(error.source), "errorSource", muted=True)
        self.add_buttons()

    def compose_report(self) -> str:
        """Return message, hint and source, one a line."""
        parts = (self._error.message, self._error.hint, self._error.source)
        return "\n".join(part for part in parts if part)


class BugDialog(_TroubleDialog):
    """A fault of ours, with everything that helps to mend it and nobody's name.

    Parameters
    ----------
    parent : QWidget or None
        The window it belongs to.
    bug : TaskBugError
        What was raised.
    log_path : pathlib.Path or None
        The log file, if there is one.
    """

    def __init__(self, parent: QWidget | None, bug: TaskBugError, log_path: Path | None) -> None:
        super().__init__(parent, tr("ctbox: unexpected error"), find_theme().error)
        self._bug = bug
        self._log_path = log_path
        self._more = 0
        self.setAccessibleName(tr("Unexpected error in ctbox"))
        self.add_text(tr("Something went wrong inside ctbox."), "bugHeading", title=True)
        self.add_text(
            tr(
                "This is a fault of the program, not of your data; your files are unchanged. You "
                "can go on, but restart ctbox if it behaves oddly. Please copy the report and "
                "send it to the developers."
            ),
            "bugText",
        )
        self.summary = self.add_text(_break_anywhere(scrub(bug.summary)), "bugSummary", muted=True)
        self.details = QPlainTextEdit(scrub(bug.traceback_text.rstrip()))
        self.details.setReadOnly(True)
        self.details.setAccessibleName(tr("Traceback"))
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setMinimumHeight(170)
        self.details.setTabChangesFocus(True)
        self.body.addWidget(self.details, 1)
        if log_path is not None:
            self.add_text(
                _break_anywhere(tr("Log file: {log_path}").format(log_path=log_path)),
                "bugLog",
                muted=True,
            )
        self.add_buttons()
        self.resize(680, 440)

    def count_another(self) -> None:
        """Note that one more bug came while this one was on the screen."""
        self._more += 1
        text = tr("{summary} (and %n more error(s): see the log)", "", self._more).format(
            summary=scrub(self._bug.summary)
        )
        self.summary.setText(_break_anywhere(text))

    def compose_report(self) -> str:
        """Return versions, summary and traceback, scrubbed of names."""
        lines = [
            f"ctbox {ctbox.__version__}, Python {platform.python_version()}, Qt {qVersion()}",
            platform.platform(),
            "",
            self._bug.summary,
            "",
            self._bug.traceback_text.rstrip(),
        ]
        if self._log_path is not None:
            lines += ["", f"Log file: {self._log_path}"]
        return scrub("\n".join(lines))


def _break_anywhere(text: str) -> str:
    """Allow line breaks after separators, so that a long path does not widen the dialog."""
    zero_width_space = "\u200b"
    for separator in ("/", "\\", "_"):
        text = text.replace(separator, separator + zero_width_space)
    return text
