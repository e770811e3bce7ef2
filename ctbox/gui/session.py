"""Gives the window life: commands to state and controllers, their news back to the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject

from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.gui.browser.problems import ProblemsDialog
from ctbox.gui.browser.thumbnails import ThumbnailReader
from ctbox.gui.case_controller import CaseController, OpenRequest
from ctbox.gui.display_commands import DisplayCommands
from ctbox.gui.editing.commands import EditingCommands
from ctbox.gui.first_slice_controller import FirstSliceController
from ctbox.gui.help_dialogs import AboutDialog
from ctbox.gui.main_window import MainWindow
from ctbox.gui.measuring.commands import MeasuringCommands
from ctbox.gui.notifications import Notifier
from ctbox.gui.open_commands import OpenCommands, find_recent_place
from ctbox.gui.prediction import PredictionController
from ctbox.gui.prediction_commands import PredictionCommands
from ctbox.gui.reading_commands import ReadingCommands
from ctbox.gui.slice_memory import SliceMemory
from ctbox.gui.toasts import Toast, ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer.state import ViewerState
from ctbox.progress import Progress
from ctbox.settings import Settings
from ctbox.workflows.open_case import Case, SeriesCase

_CASE_COMMANDS = (
    "open_annotations", "window_lung", "window_mediastinum", "fit", "smooth",
    "next_box", "previous_box", "predict_slice", "predict_series",
)  # fmt: skip


@dataclass(frozen=True)
class Services:
    """What works for a window behind the scenes.

    Parameters
    ----------
    cases : CaseController
        Opens cases.
    prediction : PredictionController
        Fills detections.
    thumbnails : ThumbnailReader
        Makes the small pictures of the series list.
    notifier : Notifier
        Shows what fails.
    """

    cases: CaseController
    prediction: PredictionController
    thumbnails: ThumbnailReader
    notifier: Notifier


class Session(QObject):
    """One window's life.

    Parameters
    ----------
    window : MainWindow
        What the user sees.
    services : Services
        What works for it.
    settings : Settings
        What the user chose before.
    """

    def __init__(self, window: MainWindow, services: Services, settings: Settings) -> None:
        super().__init__(window)
        self.window = window
        self.cases = services.cases
        self.prediction = services.prediction
        self.settings = settings
        self._thumbnails = services.thumbnails
        self._notifier = services.notifier
        self._case: Case | None = None
        self._wants_thumbnails = False
        self._toasts = ToastArea(window)
        display = DisplayCommands(window, self._toasts)
        PredictionCommands(window, self.prediction, self._notifier, self._toasts)
        self.reading = ReadingCommands(window, self._toasts, settings)
        self.measuring = MeasuringCommands(window, self._toasts)
        self.cases.case_opened.connect(self.measuring.take_case)
        self.editing = EditingCommands(window, self.cases, self._notifier, self._toasts)
        self.editing.apply_settings(settings)
        self.opening = OpenCommands(window, settings.last_folder, settings.recent_paths)
        self.opening.open_requested.connect(self.open)
        self.opening.annotations_chosen.connect(self.cases.open_annotations)
        self._memory = SliceMemory()
        self._ahead = FirstSliceController(window, self.cases)
        self._connect_commands()
        self._connect_news()
        display.apply_settings(settings)
        window.set_recent(settings.recent_paths)
        self._update_commands()

    @property
    def state(self) -> ViewerState:
        """The viewer's state."""
        return self.window.viewer.state

    @property
    def case(self) -> Case | None:
        """The open case."""
        return self._case

    @property
    def toasts(self) -> ToastArea:
        """Where short notes appear."""
        return self._toasts

    @property
    def notifier(self) -> Notifier:
        """Shows what fails."""
        return self._notifier

    @property
    def notices(self) -> tuple[Toast, ...]:
        """The short notes on the screen."""
        return self._toasts.toasts

    def show_notice(self, text: str) -> None:
        """Show a short note that goes by itself."""
        self._toasts.show_toast(text)

    def show_failure(self, error: object) -> None:
        """Show what failed: a sentence with its hint, or a report of a bug."""
        self._notifier.show_failure(error)

    def offer_recovery(self) -> None:
        """Look for cases whose last edits were never saved, and offer to open them."""
        self.editing.recovery.offer_at_start(lambda path: self.open(OpenRequest(path)))

    # --- commands ---------------------------------------------------------------------------

    def _connect_commands(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "open_sample": lambda: self.open(OpenRequest(None)),
            "quit": self.window.close,
            "cancel": self.cases.cancel,
            "about": lambda: AboutDialog(self.window, self.window.chip.text).open(),
        }
        commands = self.window.commands
        for name, handler in handlers.items():
            commands[name].triggered.connect(lambda _=False, handler=handler: handler())

    def _connect_news(self) -> None:
        window, viewer = self.window, self.window.viewer
        window.files_dropped.connect(self._on_files_dropped)
        window.recent_chosen.connect(lambda path: self.open(OpenRequest(Path(path))))
        window.start_page.recent_chosen.connect(window.recent_chosen)
        window.start_page.cancel_requested.connect(self.cases.cancel)
        window.browser.series_chosen.connect(self._show_series)
        window.browser.series_activated.connect(viewer.setFocus)
        window.browser.problems_requested.connect(self._show_problems)
        viewer.loader.finished.connect(self._on_loading_finished)
        viewer.outlines.failed.connect(self._notifier.show_failure)
        self._thumbnails.thumbnail_ready.connect(window.browser.set_thumbnail)
        self.cases.opening_started.connect(self._on_opening_started)
        self.cases.progressed.connect(self._on_opening_progressed)
        self.cases.case_opened.connect(self._on_case_opened)
        self.cases.failed.connect(self._notifier.show_failure)
        self.cases.opening_ended.connect(self._on_opening_ended)
        self.prediction.started.connect(self._update_commands)
        self.prediction.ended.connect(self._update_commands)

    # --- opening ----------------------------------------------------------------------------

    def open(self, request: OpenRequest) -> None:
        """Open a case in the background; the one on the screen stays until it is read."""
        # The start page shows the progress itself; beside an open case the status bar does.
        title = tr("Opening {name}").format(name=request.name) if self.window.is_case_shown else ""
        self.editing.leave(lambda: self.cases.open(request, title))

    def _on_files_dropped(self, paths: list[str]) -> None:
        self.opening.remember(Path(paths[0]))
        self.open(OpenRequest(Path(paths[0])))
        if len(paths) > 1:
            self.show_notice(tr("One at a time: the first one is opened. Put files in one folder."))

    def _on_opening_started(self, request: OpenRequest) -> None:
        self.window.start_page.show_busy(tr("Opening {name}…").format(name=request.name))
        self._update_commands()

    def _on_opening_progressed(self, progress: Progress) -> None:
        self.window.start_page.show_progress(progress.message, progress.done, progress.total)

    def _on_opening_ended(self) -> None:
        self.window.start_page.show_ready()
        self._update_commands()

    def _on_case_opened(self, case: Case, request: OpenRequest) -> None:
        before = None if self._case is None else self._case.path
        place = self._find_place()
        self._case = case
        self._wants_thumbnails = True
        if case.path != before:
            # The same case with other annotations keeps its detections and the shown slice.
            self.prediction.cancel()
            self.state.store.clear()
            self._memory.clear()
            place = None
            if self.state.window not in (LUNG_WINDOW, MEDIASTINUM_WINDOW):
                self.state.set_window(LUNG_WINDOW)  # another patient's own window fits nobody
        self.window.browser.show_case(case)
        self.window.show_viewer()
        self._ahead.hand_over(case)
        self._go_to_place(place or (case.series[0].series.key, 0))
        recent = find_recent_place(case, request)
        if recent is not None:
            self.settings = self.settings.with_recent(recent)
            self.window.set_recent(self.settings.recent_paths)
        self._update_commands()

    def _find_place(self) -> tuple[str, int] | None:
        series_case = self.state.series_case
        return None if series_case is None else (series_case.series.key, self.state.slice_index)

    def _go_to_place(self, place: tuple[str, int]) -> None:
        key, index = place
        self.window.browser.choose(key)
        self.state.set_slice_index(index)
        self.window.viewer.setFocus()

    def _show_problems(self) -> None:
        if self._case is not None:
            shown = self.window.commands["patient"].isChecked()
            ProblemsDialog(self._case, self.window, shows_identity=shown).open()

    # --- series and slice -------------------------------------------------------------------

    def _show_series(self, series_case: SeriesCase) -> None:
        # It is shown already where another pane of the layout became the active one.
        if series_case is not self.state.series_case:
            self.state.set_series(series_case, self._memory.move(self.state, series_case))
        series = series_case.series
        self.window.setWindowTitle(f"{series.description or 'Series'}[*] — ctbox")
        self._update_commands()

    def _on_loading_finished(self) -> None:
        # The shown series comes first; small pictures wait for it.
        if self._case is not None and self._wants_thumbnails:
            self._wants_thumbnails = False
            self._thumbnails.read(self._case)

    # --- which commands make sense now --------------------------------------------------------

    def _update_commands(self) -> None:
        commands = self.window.commands
        is_open = self._case is not None
        for name in _CASE_COMMANDS:
            commands[name].setEnabled(is_open)
        busy = self.prediction.is_running
        for name in ("predict_slice", "predict_series"):
            commands[name].setEnabled(is_open and not busy)
        commands["cancel"].setEnabled(busy or self.cases.is_opening)

    # --- leaving ----------------------------------------------------------------------------

    def collect_settings(self) -> Settings:
        """Return the settings with what the user changed in this run."""
        window = self.window
        return replace(
            self.reading.collect(self.settings),
            theme="light" if window.commands["theme"].isChecked() else "dark",
            smooth=self.state.smooth,
            show_outline=self.state.overlays.outline,
            attention_opacity=self.state.overlays.attention_opacity,
            save_folder=self.editing.saving.folder,
            reader_name=self.editing.reader_name,
            confidence=self.state.store.chosen_threshold,
            show_loose_boxes=self.state.store.shows_loose,
            last_folder=self.opening.last_folder,
            window_geometry=bytes(window.saveGeometry().toBase64().data()).decode(),
            window_state=bytes(window.layout_state.toBase64().data()).decode(),
        )
