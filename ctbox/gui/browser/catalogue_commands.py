"""The catalogue in the window: adding folders in the background, its views, opening a series."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from ctbox.gui.browser.catalogue_model import CatalogueModel
from ctbox.gui.browser.catalogue_panel import CataloguePanel
from ctbox.gui.browser.catalogue_report import CatalogueReport
from ctbox.gui.browser.catalogue_state import CatalogueState, parse_settings
from ctbox.gui.browser.catalogue_thumbnails import CatalogueThumbnails
from ctbox.gui.browser.indexing_pace import IndexingNews, IndexingPace
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.translation import tr
from ctbox.paths import user_data_folder
from ctbox.workflows.index import IndexRequest, default_catalog_path, index_collection
from ctbox.workflows.index_opening import CataloguedRequest

if TYPE_CHECKING:
    from ctbox.gui.session import Session
    from ctbox.progress import Progress
    from ctbox.workflows.open_case import Case

WORKER = "indexing"
"""Name of the worker process that indexes."""
REFRESH_S = 3.0
"""How often the list is asked for again while folders are being indexed."""
TELL_S = 0.25
"""How often rate and time left change; faster, nobody could read them."""
_SIZE = QSize(1236, 740)


class CatalogueWindow(QWidget):
    """The catalogue with all its columns, in a window of its own.

    Parameters
    ----------
    panel : CataloguePanel
        What it shows.
    """

    def __init__(self, panel: CataloguePanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setObjectName("catalogueWindow")
        self.setWindowTitle(tr("Catalogue — ctbox"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 4)
        layout.addWidget(panel)
        self.resize(_SIZE)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)


class CatalogueCommands(QObject):
    """Gives the catalogue life.

    Parameters
    ----------
    session : Session
        The window's life: opens cases, shows notes and failures.
    runner : TaskRunner
        Runs the indexing in a worker process called `WORKER`.
    saved : str
        What `describe` gave in an earlier run.
    """

    def __init__(self, session: Session, runner: TaskRunner, saved: str = "") -> None:
        super().__init__(session.window)
        self._session, self._runner = session, runner
        self._window = session.window
        self.state = CatalogueState(default_catalog_path(), self)
        described = parse_settings(saved)
        self.state.restore(described.get("view"))
        self.model = CatalogueModel(self.state, self)
        self.compact = CataloguePanel(self.state, self.model, compact=True)
        self.large = CataloguePanel(self.state, self.model)
        header = described.get("header")
        if isinstance(header, str):
            self.large.restore_header(header)
        self.window = CatalogueWindow(self.large, self._window)
        self.tabs = self._build_tabs()
        self.thumbnails = CatalogueThumbnails(
            runner, self.state.path, user_data_folder() / "thumbnails", self
        )
        self.report = CatalogueReport(session, runner, self.show_window)
        self._handle: TaskHandle | None = None
        self._pace = IndexingPace("")
        self._refreshed_at = self._told_at = 0.0
        self._wanted_key: str | None = None
        self._connect()

    def _build_tabs(self) -> QTabWidget:
        """Put the catalogue beside the open case's series, in the same dock."""
        dock = self._window.browser_dock
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self._window.browser, tr("Case"))
        tabs.addTab(self.compact, tr("Catalogue"))
        dock.setWidget(tabs)
        return tabs

    def _connect(self) -> None:
        commands: dict[str, Callable[[], object]] = {
            "add_to_catalogue": self.ask_for_folder,
            "show_catalogue": self.show_window,
        }
        for name, command in commands.items():
            action = self._window.commands[name]
            action.triggered.connect(lambda _=False, command=command: command())
        names = ("show_catalogue", "add_to_catalogue")
        self._window.start_page.add_links([self._window.commands[name] for name in names])
        for panel in (self.compact, self.large):
            panel.series_activated.connect(self.open_series)
            panel.add_requested.connect(self.ask_for_folder)
            panel.stop_requested.connect(self.stop)
        self.compact.window_requested.connect(self.show_window)
        self.model.picture_wanted.connect(self.thumbnails.want)
        self.thumbnails.picture_ready.connect(self.model.set_picture)
        self.state.failed.connect(self._session.show_failure)
        self._session.cases.case_opened.connect(self._on_case_opened)
        self.tabs.currentChanged.connect(lambda _: self.state.open())
        shows = self._window.commands["patient"]
        shows.toggled.connect(self.model.set_identity_shown)
        self.model.set_identity_shown(shows.isChecked())

    # --- showing ----------------------------------------------------------------------------

    def show_window(self) -> None:
        """Show the catalogue with all its columns."""
        self.state.open()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        self.large.tree.setFocus()

    def close(self) -> None:
        """Let go of the catalogue's file."""
        self.window.close()
        self.state.close()

    def describe(self) -> str:
        """Return columns, order and filters for the settings."""
        return json.dumps({"view": self.state.describe(), "header": self.large.save_header()})

    # --- adding folders ---------------------------------------------------------------------

    @property
    def is_indexing(self) -> bool:
        """Whether a folder is being added."""
        return self._handle is not None

    def ask_for_folder(self) -> None:
        """Ask which folder to add."""
        opening = self._session.opening
        chosen = QFileDialog.getExistingDirectory(
            self._active_window(), tr("Add a folder to the catalogue"), opening.find_start()
        )
        if chosen:
            opening.remember(Path(chosen))
            self.add(Path(chosen))

    def _active_window(self) -> QWidget:
        return self.window if self.window.isActiveWindow() else self._window

    def add(self, folder: Path) -> None:
        """Index a folder in the background; the task bar shows how far it is, with Cancel."""
        if self._handle is not None:
            self._session.show_notice(tr("One folder at a time: another one is being added."))
            return
        request = IndexRequest(folder, self.state.path)
        title = tr("Adding {name} to the catalogue").format(name=folder.name)
        handle = self._runner.start(
            index_collection, request, kind="worker", title=title, worker=WORKER
        )
        self._handle, self._pace = handle, IndexingPace(folder.name)
        self.state.set_indexing(IndexingNews(folder.name))
        handle.progressed.connect(self._on_progressed)
        handle.finished.connect(self.report.tell)
        handle.failed.connect(self._session.show_failure)
        handle.cancelled.connect(self._on_cancelled)
        handle.ended.connect(self._on_ended)
        self._window.commands["add_to_catalogue"].setEnabled(False)

    def stop(self) -> None:
        """Stop adding the folder; what was read stays."""
        if self._handle is not None:
            self._handle.cancel()
            self._tell(self.state.indexing)

    def _tell(self, news: IndexingNews | None) -> None:
        if news is not None and self._handle is not None:
            self._told_at = time.monotonic()
            self.state.set_indexing(replace(news, is_stopping=self._handle.is_cancelling))

    def _on_progressed(self, progress: Progress) -> None:
        now = time.monotonic()
        news = self._pace.take(progress, now)
        before = self.state.indexing
        if now - self._told_at > TELL_S or before is None or before.stage != news.stage:
            self._tell(news)
        if now - self._refreshed_at > REFRESH_S:
            self._refreshed_at = now
            self.state.refresh()

    def _on_cancelled(self) -> None:
        self._session.show_notice(tr("Stopped. Add the folder again to go on where it was left."))

    def _on_ended(self) -> None:
        self._handle = None
        self.state.set_indexing(None)
        self._window.commands["add_to_catalogue"].setEnabled(True)
        self.thumbnails.forget_tried()
        self.model.recheck_pictures()
        self.state.refresh()

    # --- opening ----------------------------------------------------------------------------

    def open_series(self, series_key: str) -> None:
        """Open a catalogued series, with the patient's others beside it."""
        self._wanted_key = series_key
        catalogued = CataloguedRequest(self.state.path, series_key)
        self._session.open(OpenRequest(None, catalogued=catalogued))

    def _on_case_opened(self, _case: Case, request: OpenRequest) -> None:
        if request.catalogued is None or request.catalogued.series_key != self._wanted_key:
            return
        self._wanted_key = None
        self._window.browser.choose(request.catalogued.series_key)
        self._window.raise_()
        self._window.activateWindow()
        self._window.viewer.setFocus()
