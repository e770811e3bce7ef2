from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from ctbox.gui import task_inbox
from ctbox.gui.task_inbox import TaskInbox
from ctbox.progress import Progress


def test_what_comes_right_after_a_round_waits_for_the_next(
    qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[object] = []
    inbox = TaskInbox(lambda _, letter: arrived.append(letter))
    inbox.post(1, "first")
    qtbot.waitUntil(lambda: arrived == ["first"])
    monkeypatch.setattr(task_inbox, "_ROUND_S", 3600.0)
    inbox.post(1, "second")
    inbox.post(1, "third")
    for _ in range(20):
        QApplication.processEvents()
    assert arrived == ["first"]
    inbox.close()


def test_all_arrive_in_order_and_the_last_progress_alone(qtbot) -> None:
    arrived: list[object] = []
    inbox = TaskInbox(lambda task_id, letter: arrived.append((task_id, letter)))
    for done in range(5):
        inbox.post(1, Progress(done, 5))
    inbox.post(2, "other")
    qtbot.waitUntil(lambda: len(arrived) == 2)
    inbox.post(1, "last")
    qtbot.waitUntil(lambda: len(arrived) == 3)
    assert arrived == [(1, Progress(4, 5)), (2, "other"), (1, "last")]
    inbox.close()
