from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ctbox.errors import CheckpointError, DicomReadError
from ctbox.gui.error_dialogs import BugDialog, ErrorDialog
from ctbox.gui.logs import LogFile, start_logging
from ctbox.gui.notifications import Notifier, show_bug, show_error
from ctbox.gui.privacy import REMOVED, scrub
from ctbox.gui.task_bar import TaskBar, format_seconds
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.toasts import ToastArea
from ctbox.progress import TaskCancelledError
from ctbox.workflows.task_end import TaskBugError
from tests.workflows import worker_functions as tasks

NAMES = ("Doe^Jane", "VAN DER BERG^ANNA MARIA", "張^三", "Zhang^San=张^三", "O'Neill^Pat^^Dr")


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    window.resize(800, 500)
    window.statusBar().showMessage("ready")
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def notifier(window: QMainWindow, tmp_path: Path) -> Iterator[Notifier]:
    notifier = Notifier(window, tmp_path / "ctbox.log")
    notifier.install()
    yield notifier
    notifier.remove()


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[LogFile]:
    log = start_logging(tmp_path / "logs")
    yield log
    log.close()


def find_dialogs(kind: type[QWidget]) -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind)]


def get_texts(dialog: QWidget) -> str:
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    return texts.replace("\u200b", "")


class TestErrorDialog:
    ERROR = CheckpointError("The weights are damaged.", "Copy them anew.", "/models/b.safetensors")

    def test_says_what_which_file_and_what_to_do(self, qtbot: QtBot, window: QMainWindow) -> None:
        dialog = show_error(window, self.ERROR)
        texts = get_texts(dialog)
        assert "The weights are damaged." in texts
        assert "Copy them anew." in texts
        assert "/models/b.safetensors" in texts
        assert dialog.isVisible()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    def test_copy_takes_everything(self, qtbot: QtBot, window: QMainWindow) -> None:
        dialog = show_error(window, self.ERROR)
        assert isinstance(dialog, ErrorDialog)
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
        assert QGuiApplication.clipboard().text() == (
            "The weights are damaged.\nCopy them anew.\n/models/b.safetensors"
        )
        assert dialog.copy_button.text() == "Copied"
        qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
        assert not dialog.isVisible()

    def test_text_is_never_taken_for_markup(self, window: QMainWindow) -> None:
        dialog = show_error(window, DicomReadError("<b>bold</b> & <img src=x>"))
        label = dialog.findChild(QLabel, "errorMessage")
        assert label.textFormat() is Qt.TextFormat.PlainText
        dialog.close()

    def test_long_path_does_not_widen_the_dialog(self, window: QMainWindow) -> None:
        path = "/data/" + "/".join(["a_rather_long_folder_name"] * 20) + "/x.dcm"
        dialog = show_error(window, DicomReadError(f"{path} is cut short.", "Copy it again.", path))
        assert dialog.sizeHint().width() < 700
        assert get_texts(dialog).count(path) == 1
        dialog.close()

    def test_is_gone_after_closing(self, qtbot: QtBot, window: QMainWindow) -> None:
        dialog = show_error(window, self.ERROR)
        with qtbot.waitSignal(dialog.destroyed):
            dialog.close()


class TestBugDialog:
    def test_report_has_traceback_versions_and_log_but_no_name(
        self, qtbot: QtBot, window: QMainWindow, tmp_path: Path
    ) -> None:
        try:
            raise ValueError("PatientName 'Doe^Jane' is odd in 1.2.840.113")
        except ValueError as error:
            dialog = show_bug(window, error, tmp_path / "ctbox.log")
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
        for text in (QGuiApplication.clipboard().text(), dialog.details.toPlainText()):
            assert "test_report_has_traceback" in text
            assert "1.2.840.113" in text
            assert "Doe" not in text
        assert "ctbox.log" in QGuiApplication.clipboard().text()
        assert "Doe" not in get_texts(dialog)
        dialog.close()

    def test_a_storm_of_bugs_opens_one_dialog(
        self, qtbot: QtBot, window: QMainWindow, notifier: Notifier
    ) -> None:
        for i in range(50):
            notifier.show_failure(TaskBugError(f"ValueError: {i}"))
        (dialog,) = find_dialogs(BugDialog)
        assert "and 49 more errors" in get_texts(dialog)
        dialog.close()
        qtbot.waitUntil(lambda: not find_dialogs(BugDialog))
        notifier.show_failure(TaskBugError("ValueError: later"))
        (dialog,) = find_dialogs(BugDialog)
        dialog.close()


@pytest.mark.usefixtures("window")
class TestHooks:
    def test_exception_in_a_slot_opens_the_report(self, qtbot: QtBot, notifier: Notifier) -> None:
        button = QPushButton("press")
        qtbot.addWidget(button)

        def fail() -> None:
            raise ZeroDivisionError("in a slot")

        button.clicked.connect(fail)
        button.click()
        assert not find_dialogs(BugDialog), "it must not open within the event that failed"
        qtbot.waitUntil(lambda: bool(find_dialogs(BugDialog)))
        (dialog,) = find_dialogs(BugDialog)
        assert "in a slot" in get_texts(dialog)
        dialog.close()

    def test_known_error_in_a_slot_shows_its_hint(self, qtbot: QtBot, notifier: Notifier) -> None:
        error = DicomReadError("No pixels.", "Choose another file.")
        sys.excepthook(type(error), error, None)
        qtbot.waitUntil(lambda: bool(find_dialogs(ErrorDialog)))
        (dialog,) = find_dialogs(ErrorDialog)
        assert "Choose another file." in get_texts(dialog)
        dialog.close()

    def test_exception_in_a_thread_is_shown_in_the_windows_thread(
        self, qtbot: QtBot, notifier: Notifier
    ) -> None:
        def fail() -> None:
            raise RuntimeError("in a thread")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(find_dialogs(BugDialog)))
        (dialog,) = find_dialogs(BugDialog)
        assert "in a thread" in get_texts(dialog)
        dialog.close()

    def test_cancelling_is_no_error(self, qtbot: QtBot, notifier: Notifier) -> None:
        sys.excepthook(TaskCancelledError, TaskCancelledError(), None)
        qtbot.wait(50)
        assert not find_dialogs(BugDialog)

    def test_exception_in_a_destructor_is_only_logged(
        self, qtbot: QtBot, notifier: Notifier, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Bad:
            def __del__(self) -> None:
                raise RuntimeError("in a destructor")

        bad = Bad()
        del bad
        gc.collect()
        assert any("Ignored exception" in message for message in caplog.messages)
        assert not find_dialogs(BugDialog)

    def test_hooks_are_put_back(self, window: QMainWindow) -> None:
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        notifier = Notifier(window)
        notifier.install()
        notifier.install()
        assert sys.excepthook != before[0]
        notifier.remove()
        notifier.remove()
        assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


class TestLog:
    def test_names_never_reach_the_file(self, log_file: LogFile) -> None:
        logger = logging.getLogger("ctbox.test")
        for name in NAMES:
            logger.info("now opened %s", name)
        logger.warning("(0010,0010) Patient's Name  PN: 'Miller Anna'")
        logger.warning("bad: <path>F:\\reader\\WangWu</path><filename>lisi.dcm</filename>")
        try:
            raise ValueError("Doe^Jane in a message")
        except ValueError:
            logger.exception("It failed")
        assert log_file.path is not None
        text = log_file.path.read_text(encoding="utf-8")
        for part in ("Doe", "BERG", "張", "Zhang", "Neill", "Miller", "WangWu", "lisi"):
            assert part not in text
        assert text.count("now opened " + REMOVED) == len(NAMES)
        assert "in a message" in text
        assert "Traceback" in text

    def test_messages_of_qt_are_logged(self, log_file: LogFile) -> None:
        qWarning("a message of Qt")
        assert log_file.path is not None
        assert "a message of Qt" in log_file.path.read_text(encoding="utf-8")

    def test_file_rotates(self, log_file: LogFile) -> None:
        logger = logging.getLogger("ctbox.test")
        for _ in range(30):
            logger.info("x" * 100_000)
        assert log_file.path is not None
        files = list(log_file.path.parent.iterdir())
        assert 2 <= len(files) <= 4
        assert all(file.stat().st_size <= 1_100_000 for file in files)

    def test_folder_that_cannot_be_made_is_no_obstacle(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        log = start_logging(tmp_path / "file")
        assert log.path is None
        logging.getLogger("ctbox.test").info("goes nowhere")
        log.close()

    def test_close_leaves_logging_as_it_was(self, tmp_path: Path) -> None:
        root = logging.getLogger()
        before = (root.level, list(root.handlers))
        start_logging(tmp_path).close()
        assert (root.level, list(root.handlers)) == before


class TestScrub:
    @pytest.mark.parametrize("name", NAMES)
    def test_person_names_go_and_the_sentence_stays(self, name: str) -> None:
        assert scrub(f"cannot read the slice of {name} today") == (
            f"cannot read the slice of {REMOVED} today".replace(REMOVED, scrub(name))
        )
        assert set(scrub(name).replace(REMOVED, "")) <= {"="}

    @pytest.mark.parametrize(
        "text",
        [
            "1.3.6.1.4.1.14519.5.2.1.6655.2359.1234: slice 12 of 64 has no spacing",
            "/data/Lung_Dx-A0001/1-01.dcm is cut short",
            "Box 12…40, 8…30: IoU 0.74 (patient A0001)",
            "    ^^^^^^^^^^^^^",
            "",
        ],
    )
    def test_what_is_needed_to_act_stays(self, text: str) -> None:
        assert scrub(text) == text

    def test_home_folder_is_abbreviated(self) -> None:
        assert scrub(f"{Path.home()}/scans/x.dcm") == "~/scans/x.dcm"

    @given(
        family=st.text("ABCdefÄé", min_size=1, max_size=8),
        given_name=st.text("GHIjklÖñ", min_size=1, max_size=8),
        before=st.sampled_from(["", "reading ", "see: ", "name='"]),
        after=st.sampled_from(["", " failed", ": no", ", 3 files", "\n"]),
    )
    def test_no_person_name_survives(
        self, family: str, given_name: str, before: str, after: str
    ) -> None:
        scrubbed = scrub(f"{before}{family}^{given_name}{after}")
        assert "^" not in scrubbed
        assert scrubbed == f"{before}{REMOVED}{after}"

    def test_a_long_text_takes_no_time(self) -> None:
        text = "word " * 40_000 + "^"
        begin = time.monotonic()
        assert scrub(text)[:5] == "word "
        assert time.monotonic() - begin < 2.0


class TestToasts:
    def test_appears_at_the_top_middle_clear_of_the_corners(
        self, qtbot: QtBot, window: QMainWindow
    ) -> None:
        area = ToastArea(window)
        toast = area.show_toast("Saved 12 boxes.")
        qtbot.waitUntil(lambda: toast.graphicsEffect().opacity() == 1.0)
        middle = toast.geometry().center().x()
        assert abs(middle - window.rect().center().x()) <= 1
        assert toast.geometry().bottom() < window.height() / 3
        window.resize(1000, 700)
        qtbot.waitUntil(lambda: toast.geometry().center().x() > middle)
        assert window.rect().contains(toast.geometry())

    def test_goes_by_itself(self, qtbot: QtBot, window: QMainWindow) -> None:
        area = ToastArea(window)
        area.show_toast("Gone soon.", seconds=0.05)
        qtbot.waitUntil(lambda: area.toasts == ())

    def test_action_runs_once_and_closes(self, qtbot: QtBot, window: QMainWindow) -> None:
        area = ToastArea(window)
        undone: list[bool] = []
        toast = area.show_toast(
            "Box removed.", action_text="Undo", on_action=lambda: undone.append(True)
        )
        assert toast.action_button is not None
        qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: area.toasts == ())
        assert undone == [True]

    def test_waits_under_the_pointer(self, qtbot: QtBot, window: QMainWindow) -> None:
        area = ToastArea(window)
        toast = area.show_toast("Read me.", seconds=0.2)
        qtbot.mouseMove(toast, QPoint(20, 10))
        qtbot.wait(500)
        assert area.toasts == (toast,)

    def test_same_text_does_not_pile_up_and_few_are_shown(
        self, qtbot: QtBot, window: QMainWindow
    ) -> None:
        area = ToastArea(window)
        for _ in range(5):
            area.show_toast("The same.")
        assert len(area.toasts) == 1
        for i in range(9):
            area.show_toast(f"Note {i}")
        assert [toast.text for toast in area.toasts] == [f"Note {i}" for i in range(5, 9)]
        for upper, lower in zip(area.toasts, area.toasts[1:], strict=False):
            assert upper.geometry().bottom() < lower.geometry().top()

    def test_window_closed_meanwhile(self, qtbot: QtBot) -> None:
        window = QMainWindow()
        ToastArea(window).show_toast("Left behind.", seconds=0.05)
        window.deleteLater()
        qtbot.wait(150)


class TestTaskBar:
    def test_shows_title_progress_and_cancels(
        self, qtbot: QtBot, window: QMainWindow, runner: TaskRunner
    ) -> None:
        bar = TaskBar(runner)
        window.statusBar().addPermanentWidget(bar)
        assert not bar.isVisible()
        handle = runner.start(tasks.count_slowly, 3000, title="Predict")
        qtbot.waitUntil(lambda: bool(bar.rows) and bar.rows[0].bar.value() > 0)
        (row,) = bar.rows
        assert bar.isVisible()
        assert row.label.text() == "Predict: Counting"
        qtbot.waitUntil(lambda: "left" in row.left.text(), timeout=5000)
        qtbot.mouseClick(row.cancel_button, Qt.MouseButton.LeftButton)
        assert "stopping" in row.label.text()
        qtbot.waitUntil(lambda: not bar.isVisible())
        assert not handle.is_running

    def test_short_and_untitled_tasks_are_not_shown(
        self, qtbot: QtBot, window: QMainWindow, runner: TaskRunner
    ) -> None:
        bar = TaskBar(runner)
        window.statusBar().addPermanentWidget(bar)
        runner.start(tasks.echo, 1, title="Short")
        handle = runner.start(tasks.count_slowly, 3000)
        qtbot.wait(400)
        assert bar.rows == []
        handle.cancel()

    def test_several_tasks(self, qtbot: QtBot, window: QMainWindow, runner: TaskRunner) -> None:
        bar = TaskBar(runner)
        window.statusBar().addPermanentWidget(bar)
        handles = [runner.start(tasks.count_slowly, 3000, title=f"Task {i}") for i in range(4)]
        qtbot.waitUntil(lambda: len(bar.rows) == 4)
        assert [row.isVisible() for row in bar.rows] == [True, True, False, False]
        handles[0].cancel()
        qtbot.waitUntil(lambda: len(bar.rows) == 3)
        assert [row.isVisible() for row in bar.rows] == [True, True, False]
        runner.cancel_all()
        qtbot.waitUntil(lambda: bar.rows == [])

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (None, ""),
            (0.2, "1 s left"),
            (59.4, "59 s left"),
            (60, "1 min left"),
            (3540, "59 min left"),
            (4000, "1 h 07 min left"),
        ],
    )
    def test_time_left_in_words(self, seconds: float | None, text: str) -> None:
        assert format_seconds(seconds) == text
