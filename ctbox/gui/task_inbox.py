"""Carries what background threads say to the window's thread, without ever flooding it."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ctbox.progress import Progress

_BUDGET_S = 0.008
_PAUSE_MS = 2
_ROUND_S = 0.015

Delivery = Callable[[int, object], None]


class TaskInbox(QObject):
    """A letter box: any thread posts, the window's thread delivers in order.

    A delivery round stops after eight milliseconds and goes on after the events that came
    meanwhile, so that a burst of updates never holds up the mouse. Of several `Progress`
    posted in a row by one task only the last is kept. What comes within fifteen milliseconds of a
    round waits for the next one: a window that woke for each slice would take the interpreter
    from the thread that reads them.

    Parameters
    ----------
    deliver : callable
        Called in the window's thread with the task's id and the letter.
    """

    _posted = Signal()

    def __init__(self, deliver: Delivery, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._letters: deque[tuple[int, object]] = deque()
        self._lock = threading.Lock()
        self._closed = False
        self._is_woken = False
        self._last_round = -_ROUND_S
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    def post(self, task_id: int, letter: object) -> None:
        """Leave a letter; from any thread, also after the box was closed."""
        with self._lock:
            if self._closed or not shiboken6.isValid(self):
                return
            if isinstance(letter, Progress) and self._last_is_progress_of(task_id):
                self._letters.pop()
            self._letters.append((task_id, letter))
            if not self._is_woken:
                self._is_woken = True
                self._posted.emit()

    def close(self) -> None:
        """Throw away what was not delivered and take nothing more."""
        with self._lock:
            self._closed = True
            self._letters.clear()
        self._timer.stop()

    def _last_is_progress_of(self, task_id: int) -> bool:
        if not self._letters:
            return False
        last_id, last = self._letters[-1]
        return last_id == task_id and isinstance(last, Progress)

    def _on_posted(self) -> None:
        # By timer, not at once: timers take turns with the user's events, posted calls do not.
        if not self._timer.isActive():
            wait_s = self._last_round + _ROUND_S - time.monotonic()
            self._timer.start(max(0, math.ceil(wait_s * 1000)))

    def _on_timeout(self) -> None:
        end = time.monotonic() + _BUDGET_S
        while time.monotonic() < end:
            with self._lock:
                if not self._letters:
                    self._is_woken = False
                    self._last_round = time.monotonic()
                    return
                task_id, letter = self._letters.popleft()
            self._deliver(task_id, letter)
        if not self._closed:
            self._timer.start(_PAUSE_MS)
