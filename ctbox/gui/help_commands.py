"""The commands of the Help menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QScreen

from ctbox.errors import CtboxError
from ctbox.gui.bug_report import ReportSource, compose_report
from ctbox.gui.bug_report_dialog import BugReportDialog
from ctbox.gui.help_window import HelpWindow
from ctbox.gui.notifications import show_error
from ctbox.gui.session import Session
from ctbox.gui.translation import tr
from ctbox.paths import guide_path


class HelpCommands(QObject):
    """Shows the user guide and writes bug reports.

    Parameters
    ----------
    session : Session
        The window's life: its case and settings.
    log_path : pathlib.Path or None
        The running log.
    """

    def __init__(self, session: Session, log_path: Path | None) -> None:
        super().__init__(session)
        self._session = session
        self._log_path = log_path
        self._guide: HelpWindow | None = None
        commands = session.window.commands
        commands["user_guide"].triggered.connect(self._show_guide)
        commands["bug_report"].triggered.connect(self._show_report)

    def _show_guide(self) -> None:
        if self._guide is not None:
            self._guide.raise_()
            self._guide.activateWindow()
            return
        try:
            guide = HelpWindow(guide_path(), self._session.window)
        except CtboxError as error:
            show_error(self._session.window, error)
            return
        self._guide = guide
        guide.destroyed.connect(self._on_guide_closed)
        guide.show()

    def _on_guide_closed(self) -> None:
        self._guide = None

    def _show_report(self) -> None:
        session = self._session
        source = ReportSource(
            settings=session.collect_settings(),
            case=session.case,
            prediction=session.window.chip.text,
            screens=tuple(_describe_screen(each) for each in QGuiApplication.screens()),
            log_path=self._log_path,
        )
        folder = session.opening.find_start()
        BugReportDialog(compose_report(source), folder, session.window).open()


def _describe_screen(screen: QScreen) -> str:
    size, ratio = screen.size(), screen.devicePixelRatio()
    return tr("{width} × {height} at {ratio:.0%}").format(
        width=size.width(), height=size.height(), ratio=ratio
    )
