"""The running tasks in the status bar: what is done, how far, how long yet, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.icons import find_icon
from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.progress import Progress

_SHOW_AFTER_MS = 250
_MAX_SHOWN = 2
_BAR_WIDTH = 110


class TaskRow(QWidget):
    """One task: title, bar, time left, Cancel."""

    def __init__(self, handle: TaskHandle, parent: QWidget) -> None:
        super().__init__(parent)
        self.handle = handle
        self.label = QLabel(handle.title)
        self.label.setObjectName("taskTitle")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(handle.title)
        self.left = QLabel()
        self.left.setObjectName("taskTimeLeft")
        self.cancel_button = QToolButton()
        self.cancel_button.setIcon(find_icon("cancel", find_theme()))
        self.cancel_button.setAutoRaise(True)
        self.cancel_button.setToolTip(tr("Cancel: {handle}").format(handle=handle.title))
        self.cancel_button.setAccessibleName(tr("Cancel {handle}").format(handle=handle.title))
        # No taller than the words: else the bar grows with it, and the image above moves.
        self.cancel_button.setFixedHeight(self.label.sizeHint().height())
        self.cancel_button.clicked.connect(self._on_cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 2, 0)
        layout.setSpacing(4)
        for widget in (self.label, self.bar, self.left, self.cancel_button):
            layout.addWidget(widget)
        handle.progressed.connect(self._on_progress)

    def _on_progress(self, progress: Progress) -> None:
        if progress.total is None or progress.total <= 0:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(min(progress.done, progress.total))
        self.bar.setToolTip(say(progress.message))
        if not self.handle.is_cancelling:
            self.label.setText(compose_title(self.handle.title, progress))
            self.left.setText(format_seconds(self.handle.estimate_seconds_left()))

    def _on_cancel(self) -> None:
        self.handle.cancel()
        self.cancel_button.setEnabled(False)
        self.left.clear()
        self.label.setText(tr("{handle}: stopping…").format(handle=self.handle.title))


class TaskBar(QWidget):
    """All titled tasks of a runner; short ones are never shown, so that nothing flickers.

    Parameters
    ----------
    runner : TaskRunner
        Whose tasks to show.
    """

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("taskBar")
        self.setAccessibleName(tr("Running tasks"))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.rows: list[TaskRow] = []
        self._more = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._more)
        self._layout = layout
        self.hide()
        runner.task_started.connect(self._on_task_started)

    def _on_task_started(self, handle: TaskHandle) -> None:
        if handle.title:
            QTimer.singleShot(_SHOW_AFTER_MS, self, lambda: self._add(handle))

    def _add(self, handle: TaskHandle) -> None:
        if not handle.is_running:
            return
        row = TaskRow(handle, self)
        self.rows.append(row)
        self._layout.addWidget(row)
        handle.ended.connect(lambda: self._remove(row))
        self._arrange()

    def _remove(self, row: TaskRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self._arrange()

    def _arrange(self) -> None:
        for place, row in enumerate(self.rows):
            row.setVisible(place < _MAX_SHOWN)
        hidden = self.rows[_MAX_SHOWN:]
        self._more.setText(tr("+{count} more").format(count=len(hidden)))
        self._more.setToolTip("\n".join(row.handle.title for row in hidden))
        self._more.setVisible(bool(hidden))
        self.setVisible(bool(self.rows))


def compose_title(title: str, progress: Progress) -> str:
    """Return title and message, such as "Predict: slice 12 of 64"."""
    return f"{title}: {say(progress.message)}" if progress.message else title


def format_seconds(seconds: float | None) -> str:
    """Return a time left as people say it; empty where it is unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return tr("{seconds} s left").format(seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return tr("{minutes} min left").format(minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    return tr("{hours} h {minutes:02d} min left").format(hours=hours, minutes=minutes)
