"""The log file: in the user's log folder, rotating, and free of persons' names."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from ctbox.gui.privacy import scrub
from ctbox.paths import user_log_folder

FILE_NAME = "ctbox.log"
_MAX_BYTES = 1_000_000
_BACKUPS = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s (%(threadName)s): %(message)s"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ScrubbingFormatter(logging.Formatter):
    """Formats a record, traceback and all, and takes the names out of the whole."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the scrubbed line or lines."""
        return scrub(super().format(record))


class LogFile:
    """The running log; `close` undoes everything it set up.

    Parameters
    ----------
    path : pathlib.Path or None
        The file, or None where none could be opened; the log then goes to stderr alone.
    """

    def __init__(self, path: Path | None, handlers: list[logging.Handler]) -> None:
        self.path = path
        self._handlers = handlers
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(min(root.level or logging.WARNING, logging.INFO))
        for handler in handlers:
            handler.setFormatter(ScrubbingFormatter(_FORMAT))
            root.addHandler(handler)
        logging.captureWarnings(True)
        qInstallMessageHandler(_log_qt_message)

    def close(self) -> None:
        """Stop logging to the file."""
        qInstallMessageHandler(None)
        logging.captureWarnings(False)
        root = logging.getLogger()
        root.setLevel(self._level)
        for handler in self._handlers:
            root.removeHandler(handler)
            handler.close()


def start_logging(folder: Path | None = None) -> LogFile:
    """Log from INFO to a rotating file and from WARNING to stderr, where there is one.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where the file goes; the user's log folder by default.
    """
    folder = folder or user_log_folder()
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # a windowed program has none
        console = logging.StreamHandler()
        console.setLevel(logging.WARNING)
        handlers.append(console)
    path: Path | None = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / FILE_NAME, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8"
        )
    except OSError as error:
        path = None
        logging.getLogger(__name__).warning("No log file: %s", error)
    else:
        file.setLevel(logging.INFO)
        handlers.append(file)
    return LogFile(path, handlers)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    name = f"qt.{context.category or 'default'}" if context is not None else "qt.default"
    logging.getLogger(name).log(_LEVELS.get(kind, logging.WARNING), "%s", message)
