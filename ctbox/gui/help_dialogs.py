"""The sheet of keys and mouse gestures, and the word on what ctbox is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ctbox import __version__
from ctbox.gui.actions import ACTIONS, MOUSE_HINTS
from ctbox.gui.licence_texts import LicencesDialog
from ctbox.gui.translation import mark, tr

_COLUMNS = 3
_KEY_WIDTH = 128
_CHANGE_WIDTH = 136
RESEARCH_NOTICE = mark("Research use only: not for diagnosis")
_ABOUT = mark(
    "ctbox opens chest CT series, shows the expert's boxes beside the predicted ones, and says "
    "how well they agree.\n\nIt is not a medical device. Its predictions and measurements must "
    "not be used to diagnose or treat anyone."
)


class ShortcutSheet(QDialog):
    """All mouse gestures, and the keys as they are now.

    Parameters
    ----------
    commands : mapping of str to QAction
        Have the keys.
    parent : QWidget or None
        The window.
    profile : str
        What the keys are called; empty for nothing.
    """

    change_requested = Signal()

    def __init__(
        self, commands: Mapping[str, QAction], parent: QWidget | None = None, profile: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard and mouse") + (f" — {profile}" if profile else ""))
        self.resize(1180, 640)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        groups = _group_keys(commands)
        share = sum(len(rows) + 2 for _, rows in groups) // _COLUMNS
        column, filled = _start_column(columns), 0
        for title, rows in groups:
            if filled and filled + len(rows) // 2 > share:
                column.addStretch(1)
                column, filled = _start_column(columns), 0
            column.addLayout(_build_group(title, rows))
            filled += len(rows) + 2
        column.addStretch(1)
        body = QWidget()
        body.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.change = buttons.addButton(tr("Change keys…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.change.setAutoDefault(False)
        self.change.setMinimumWidth(_CHANGE_WIDTH)
        self.change.clicked.connect(self._on_change)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)

    def _on_change(self) -> None:
        self.accept()
        self.change_requested.emit()


class AboutDialog(QDialog):
    """What ctbox is and what it is not, what predicts, and whose work it stands on.

    Parameters
    ----------
    parent : QWidget or None
        The window.
    prediction : str
        The device and the model, as the chip in the window says it; empty for nothing.
    """

    def __init__(self, parent: QWidget | None = None, prediction: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About ctbox"))
        self.setFixedWidth(460)
        title = QLabel(f"ctbox {__version__}")
        title.setProperty("heading", True)
        notice = QLabel(tr(RESEARCH_NOTICE))
        notice.setProperty("title", True)
        text = QLabel(tr(_ABOUT))
        text.setWordWrap(True)
        text.setProperty("muted", True)
        # Layouts give a text that wraps too little height at first.
        text.setMinimumHeight(text.heightForWidth(412))
        device = QLabel(tr("Prediction: {device}").format(device=prediction))
        device.setVisible(bool(prediction))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        licences = buttons.addButton(tr("Licences…"), QDialogButtonBox.ButtonRole.ActionRole)
        licences.setAutoDefault(False)
        licences.clicked.connect(lambda: LicencesDialog(self).open())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        for widget in (title, notice, text, device, buttons):
            layout.addWidget(widget)


def _group_keys(commands: Mapping[str, QAction]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return headings with (keys, what they do); commands without a key are left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for spec in ACTIONS:
        held = commands[spec.name].shortcuts()
        if held:
            keys = "  ".join(format_key(key.toString()) for key in held)
            groups.setdefault(tr(spec.group), []).append((keys, spec.plain_text))
    return [(tr("Mouse"), [(tr(hand), tr(what)) for hand, what in MOUSE_HINTS]), *groups.items()]


def format_key(key: str) -> str:
    """Return a key as this platform writes it, arrows as arrows."""
    native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return native if "Pg" in native else native.replace("Up", "↑").replace("Down", "↓")


def _start_column(columns: QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(20)
    columns.addLayout(column, 1)
    return column


def _build_group(title: str, rows: list[tuple[str, str]]) -> QVBoxLayout:
    heading = QLabel(title)
    heading.setProperty("title", True)
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, _KEY_WIDTH)
    for place, (keys, what) in enumerate(rows):
        cap = QLabel(keys)
        cap.setProperty("keycap", True)
        text = QLabel(what)
        text.setProperty("muted", True)
        text.setWordWrap(True)
        grid.addWidget(cap, place, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, place, 1)
    group = QVBoxLayout()
    group.setSpacing(8)
    group.addWidget(heading)
    group.addLayout(grid)
    return group
