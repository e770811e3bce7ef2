"""What the window shows before anything is open: what to do, and where to begin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.actions import follow_tip
from ctbox.gui.icons import find_icon
from ctbox.gui.theme import DARK, Theme
from ctbox.gui.translation import tr
from ctbox.paths import SAMPLE_FOLDER

_WIDTH = 680
_MAX_RECENT = 5


class StartPage(QWidget):
    """Open a folder, a ZIP or the sample, drop something, or go back to a recent case.

    Parameters
    ----------
    actions : sequence of QAction
        Open folder, open ZIP, open sample; the first is the main one.
    """

    recent_chosen = Signal(object)
    cancel_requested = Signal()

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._drop_icon = QLabel()
        self._buttons: list[tuple[QPushButton, QAction]] = []
        self._theme = DARK
        self._drop_area = self._build_drop_area(actions)
        self._busy = _BusyCard()
        self._busy.cancelled.connect(self.cancel_requested)
        self._busy.hide()
        self._linked: list[QAction] = []
        self._links = QHBoxLayout()
        self._links.setSpacing(18)
        self._recent_title = QLabel(tr("Recent"))
        self._recent_title.setProperty("title", True)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._lay_out()
        self.apply_theme(DARK)

    def _lay_out(self) -> None:
        title = QLabel("ctbox")
        title.setProperty("heading", True)
        subtitle = QLabel(
            tr(
                "Open a chest CT and see the expert's box, the predicted box, their IoU and the "
                "tumour's outline side by side."
            )
        )
        subtitle.setProperty("muted", True)
        subtitle.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch(3)
        column.addWidget(title)
        column.addWidget(subtitle)
        column.addSpacing(14)
        column.addWidget(self._drop_area)
        column.addWidget(self._busy)
        column.addLayout(self._links)
        column.addSpacing(18)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch(4)
        frame = QWidget()
        frame.setMaximumWidth(_WIDTH)
        frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        frame.setLayout(column)
        row = QHBoxLayout(self)
        row.setContentsMargins(32, 24, 32, 24)
        row.addStretch(1)
        row.addWidget(frame, 8)
        row.addStretch(1)

    def _build_drop_area(self, actions: Sequence[QAction]) -> QFrame:
        area = QFrame()
        area.setObjectName("dropArea")
        hint = QLabel(tr("Drop a DICOM folder, a file or a ZIP here"))
        hint.setProperty("title", True)
        more = QLabel(
            tr(
                "TCIA downloads open as they lie; annotations (VOC XML) beside the images are "
                "found."
            )
        )
        more.setProperty("muted", True)
        more.setWordWrap(True)
        for label in (self._drop_icon, hint, more):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for place, action in enumerate(actions):
            button = QPushButton(action.iconText() + ("…" if "…" in action.text() else ""))
            follow_tip(button, action)
            button.setProperty("primary", place == 0)
            button.clicked.connect(action.trigger)
            self._buttons.append((button, action))
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(area)
        layout.setContentsMargins(28, 30, 28, 30)
        layout.setSpacing(8)
        layout.addWidget(self._drop_icon)
        layout.addWidget(hint)
        layout.addWidget(more)
        layout.addSpacing(12)
        layout.addLayout(buttons)
        return area

    def add_links(self, actions: Sequence[QAction]) -> None:
        """Offer more ways in below the drop area; those that are there stay as they are."""
        actions = [action for action in actions if action not in self._linked]
        if not actions:
            return
        self._linked += actions
        self._links.addStretch(1)
        for action in actions:
            button = QPushButton(action.text().replace("&", ""))
            button.setProperty("link", True)
            follow_tip(button, action)
            button.clicked.connect(action.trigger)
            action.changed.connect(
                lambda button=button, action=action: button.setEnabled(action.isEnabled())
            )
            self._links.addWidget(button)
        self._links.addStretch(1)

    # --- what is shown ----------------------------------------------------------------------

    def set_recent(self, paths: Sequence[str], *, are_named: bool = True) -> None:
        """List what was opened before, newest first; by numbers if it is not to be named."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent_title.setVisible(bool(paths))
        for number, path in enumerate(paths[:_MAX_RECENT], start=1):
            hidden = tr("Case {number}").format(number=number)
            button = QPushButton(_describe_path(path) if are_named else hidden)
            button.setProperty("link", True)
            button.setToolTip(path if are_named else "")
            button.clicked.connect(lambda _=False, path=path: self.recent_chosen.emit(path))
            self._recent.addWidget(button)

    def show_busy(self, what: str) -> None:
        """Say what is being opened, in place of the drop area."""
        self._busy.start(what)
        self._busy.show()
        self._drop_area.hide()

    def show_progress(self, message: str, done: int, total: int | None) -> None:
        """Say how far opening has come."""
        self._busy.show_progress(message, done, total)

    def show_ready(self) -> None:
        """Back to the drop area."""
        self._busy.hide()
        self._drop_area.show()

    def set_dragging(self, dragging: bool) -> None:
        """Light up while something is held over the window."""
        self._drop_area.setProperty("dragging", dragging)
        self._drop_area.style().unpolish(self._drop_area)
        self._drop_area.style().polish(self._drop_area)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the icons in the theme's colours."""
        self._drop_icon.setPixmap(find_icon("drop", theme, theme.muted).pixmap(40))
        icons = ("open_folder", "open_file", "sample")
        for (button, action), name in zip(self._buttons, icons, strict=False):
            color = theme.on_accent if button.property("primary") else None
            button.setIcon(find_icon(name, theme, color))
            button.setAccessibleName(action.iconText())


class _BusyCard(QFrame):
    """Says what is being opened and how far it is, with a way out."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._title = QLabel()
        self._title.setProperty("title", True)
        self._detail = QLabel()
        self._detail.setProperty("muted", True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        stop = QPushButton(tr("Cancel"))
        stop.clicked.connect(self.cancelled)
        foot = QHBoxLayout()
        foot.addWidget(self._detail, 1)
        foot.addWidget(stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addWidget(self._bar)
        layout.addLayout(foot)

    def start(self, what: str) -> None:
        """Begin without a known length."""
        self._title.setText(what)
        self._detail.setText("")
        self._bar.setRange(0, 0)

    def show_progress(self, message: str, done: int, total: int | None) -> None:
        """Show the length once it is known."""
        self._bar.setRange(0, total or 0)
        self._bar.setValue(done)
        count = (
            tr("{done} of {total}").format(done=done, total=total)
            if total
            else (str(done) if done else "")
        )
        self._detail.setText("  ".join(part for part in (message, count) if part))


def _describe_path(path: str) -> str:
    place = Path(path)
    if place.parent.name == SAMPLE_FOLDER:
        return tr("Sample case")
    parent = place.parent.name
    return f"{place.name}   —   {parent}" if parent else place.name
