"""Saves the settings soon after they change, so that not even a kill loses them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from ctbox.errors import SettingsError
from ctbox.gui.latest_task import LatestTask
from ctbox.gui.tasks import TaskRunner
from ctbox.progress import TaskContext
from ctbox.settings import Settings, save_settings

logger = logging.getLogger(__name__)

SETTLE_MS = 400
"""A change is saved once no other came for so long."""
SWEEP_MS = 2000
"""Whatever tells nobody that it changed is found within this time."""


@dataclass(frozen=True)
class SaveRequest:
    """Settings to write, and where; None for the user's own folder."""

    settings: Settings
    folder: Path | None = None


def write_settings(request: SaveRequest, _ctx: TaskContext) -> None:
    """Write the settings; a disk that refuses is logged, for the next save may succeed."""
    try:
        save_settings(request.settings, request.folder)
    except SettingsError as error:
        logger.warning("Settings not saved: %s", error)


class SettingsKeeper(QObject):
    """Watches what the settings are made of, and writes them away from the window's thread.

    Parameters
    ----------
    runner : TaskRunner
        Writes in a thread: a slow disk must not hold the window up.
    collect : callable
        Returns the settings as they are now.
    commands : iterable of QAction
        What changes settings when it is used; anything else is found by a sweep.
    folder : pathlib.Path, optional
        Where they go; the user's own folder by default.
    """

    def __init__(
        self,
        runner: TaskRunner,
        collect: Callable[[], Settings],
        commands: Iterable[QAction] = (),
        folder: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._collect = collect
        self._folder = folder
        self._saved = collect()
        self._writer = LatestTask(runner, write_settings, parent=self)
        self._settle = self._build_timer(SETTLE_MS)
        self._settle.setSingleShot(True)
        self._sweep = self._build_timer(SWEEP_MS)
        self._sweep.start()
        for command in commands:
            command.triggered.connect(self._settle.start)
            command.toggled.connect(self._settle.start)

    def _build_timer(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(self.save_changes)
        return timer

    def note_change(self) -> None:
        """Save soon, for something was changed."""
        self._settle.start()

    def save_changes(self) -> None:
        """Write the settings if they are others than those written last."""
        settings = self._collect()
        if settings != self._saved:
            self._saved = settings
            self._writer.request(SaveRequest(settings, self._folder))

    def stop(self) -> None:
        """Watch no longer, as when the window closes."""
        self._settle.stop()
        self._sweep.stop()
