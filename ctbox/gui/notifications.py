"""Tells the user of trouble: known errors with their hint, our own bugs with a report."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ctbox.errors import CtboxError
from ctbox.gui.error_dialogs import BugDialog, ErrorDialog
from ctbox.progress import TaskCancelledError
from ctbox.workflows.task_end import TaskBugError

logger = logging.getLogger(__name__)


def show_error(parent: QWidget | None, error: CtboxError) -> QDialog:
    """Tell of an error with its hint; does not wait for the user."""
    logger.warning("Shown to the user: %s", error)
    dialog = ErrorDialog(parent, error)
    dialog.open()
    return dialog


def show_bug(
    parent: QWidget | None, bug: TaskBugError | BaseException, log_path: Path | None = None
) -> BugDialog:
    """Tell of a fault of ours with a report to copy; does not wait for the user."""
    if not isinstance(bug, TaskBugError):
        bug = TaskBugError.from_exception(bug)
    logger.error("Shown to the user as a bug: %s\n%s", bug.summary, bug.traceback_text)
    dialog = BugDialog(parent, bug, log_path)
    dialog.open()
    return dialog


class Notifier(QObject):
    """Shows whatever fails, one dialog at a time, and catches what nobody else caught.

    Connect ``handle.failed`` to `show_failure`. `install` makes it the last resort for
    exceptions of any thread, `remove` puts the former hooks back.

    Parameters
    ----------
    window : QWidget or None
        The window that dialogs belong to.
    log_path : pathlib.Path or None
        The log file that bug reports name.
    """

    _caught = Signal(object)

    def __init__(self, window: QWidget | None = None, log_path: Path | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._log_path = log_path
        self._dialog: BugDialog | None = None
        self._hooks: tuple[object, object, object] | None = None
        # Queued also within one thread: a dialog must not open amid a paint event.
        self._caught.connect(self.show_failure, Qt.ConnectionType.QueuedConnection)

    def show_failure(self, error: object) -> None:
        """Show what a task failed with: a `CtboxError` or a `TaskBugError`."""
        if isinstance(error, CtboxError):
            show_error(self._window, error)
        elif isinstance(error, TaskBugError):
            self._show_bug(error)

    def install(self) -> None:
        """Catch every exception that nobody else catches."""
        if self._hooks is None:
            self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
            sys.excepthook = self._on_exception
            threading.excepthook = self._on_thread_exception
            sys.unraisablehook = self._on_unraisable

    def remove(self) -> None:
        """Put back the hooks that were there before `install`."""
        if self._hooks is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks  # type: ignore[assignment]
            self._hooks = None

    def _show_bug(self, bug: TaskBugError) -> None:
        # A fault in a paint event comes back sixty times a second: one dialog is enough.
        if self._dialog is not None:
            logger.error("Another bug: %s\n%s", bug.summary, bug.traceback_text)
            self._dialog.count_another()
            return
        self._dialog = show_bug(self._window, bug, self._log_path)
        self._dialog.finished.connect(self._on_dialog_closed)

    def _on_dialog_closed(self) -> None:
        self._dialog = None

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
        elif isinstance(error, CtboxError):
            self._caught.emit(error)
        elif isinstance(error, Exception) and not isinstance(error, TaskCancelledError):
            # As text: the traceback's frames would keep windows and arrays alive.
            self._caught.emit(TaskBugError.from_exception(error.with_traceback(trace)))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            trace = (type(args.exc_value), args.exc_value, args.exc_traceback)
            logger.error("Ignored exception: %s", args.err_msg or "", exc_info=trace)
