"""Gives the window life: commands to state and controllers, their news back to the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog

from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW, VoiWindow
from ctbox.gui.browser.problems import ProblemsDialog
from ctbox.gui.browser.thumbnails import ThumbnailReader
from ctbox.gui.case_controller import CaseController, OpenRequest
from ctbox.gui.help_dialogs import AboutDialog, ShortcutSheet
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.prediction import PredictionController
from ctbox.gui.theme import THEMES, apply_theme
from ctbox.gui.toasts import Toast, ToastArea
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.gestures import Tool
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.state import ViewerState
from ctbox.progress import Progress
from ctbox.settings import Settings
from ctbox.workflows.detect import DetectResult, ModelReady
from ctbox.workflows.open_case import Case, SeriesCase

_OVERLAY_COMMANDS = ("annotations", "detections", "outline", "texts", "patient")
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
        self._connect_commands()
        self._connect_news()
        self._apply_settings()

    @property
    def state(self) -> ViewerState:
        """The viewer's state."""
        return self.window.viewer.state

    @property
    def case(self) -> Case | None:
        """The open case."""
        return self._case

    @property
    def notices(self) -> tuple[Toast, ...]:
        """The short notes on the screen."""
        return self._toasts.toasts

    def show_notice(self, text: str) -> None:
        """Show a short note that goes by itself."""
        self._toasts.show_toast(text)

    # --- commands ---------------------------------------------------------------------------

    def _connect_commands(self) -> None:
        state = self.state
        handlers: dict[str, Callable[[], object]] = {
            "open_folder": self._ask_for_folder,
            "open_file": self._ask_for_file,
            "open_annotations": self._ask_for_annotations,
            "open_sample": lambda: self.open(OpenRequest(None)),
            "quit": self.window.close,
            "previous_slice": lambda: state.step_slices(-1),
            "next_slice": lambda: state.step_slices(1),
            "back_ten": lambda: state.step_slices(-10),
            "forward_ten": lambda: state.step_slices(10),
            "first_slice": lambda: state.set_slice_index(0),
            "last_slice": lambda: state.set_slice_index(state.slice_count - 1),
            "next_box": lambda: self._go_to_box(1),
            "previous_box": lambda: self._go_to_box(-1),
            "window_lung": lambda: state.set_window(LUNG_WINDOW),
            "window_mediastinum": lambda: state.set_window(MEDIASTINUM_WINDOW),
            "fit": lambda: state.set_placement(Placement()),
            "reset": state.reset_display,
            "predict_slice": self._predict_slice,
            "predict_series": self._predict_series,
            "cancel": self._cancel,
            "shortcuts": lambda: ShortcutSheet(self.window).open(),
            "about": lambda: AboutDialog(self.window).open(),
        }
        commands = self.window.commands
        for name, handler in handlers.items():
            commands[name].triggered.connect(lambda _=False, handler=handler: handler())
        commands["smooth"].toggled.connect(state.set_smooth)
        commands["theme"].toggled.connect(self._on_theme_toggled)
        commands["full_screen"].toggled.connect(self._on_full_screen_toggled)
        commands["cine"].toggled.connect(self.window.viewer.set_cine)
        for name in _OVERLAY_COMMANDS:
            commands[name].toggled.connect(self._on_overlays_toggled)
        for tool in Tool:
            action = commands[f"tool_{tool.value}"]
            action.triggered.connect(lambda _=False, tool=tool: self._set_tool(tool))

    def _connect_news(self) -> None:
        window, state, viewer = self.window, self.state, self.window.viewer
        window.files_dropped.connect(self._on_files_dropped)
        window.recent_chosen.connect(lambda path: self.open(OpenRequest(Path(path))))
        window.start_page.recent_chosen.connect(window.recent_chosen)
        window.start_page.cancel_requested.connect(self.cases.cancel)
        window.browser.series_chosen.connect(self._show_series)
        window.browser.series_activated.connect(viewer.setFocus)
        window.browser.problems_requested.connect(self._show_problems)
        viewer.probe_changed.connect(window.status_line.show_probe)
        viewer.cine_changed.connect(window.commands["cine"].setChecked)
        viewer.loader.finished.connect(self._on_loading_finished)
        viewer.outlines.failed.connect(self._notifier.show_failure)
        self._thumbnails.thumbnail_ready.connect(window.browser.set_thumbnail)
        state.window_changed.connect(self._on_display_changed)
        state.slice_changed.connect(self._on_slice_changed)
        state.overlays_changed.connect(self._on_overlays_changed)
        self.cases.opening_started.connect(self._on_opening_started)
        self.cases.progressed.connect(self._on_opening_progressed)
        self.cases.case_opened.connect(self._on_case_opened)
        self.cases.failed.connect(self._notifier.show_failure)
        self.cases.opening_ended.connect(self._on_opening_ended)
        self.prediction.started.connect(self._on_prediction_started)
        self.prediction.ended.connect(self._update_commands)
        self.prediction.model_ready.connect(self._on_model_ready)
        self.prediction.predicted.connect(self._on_predicted)
        self.prediction.failed.connect(self._on_prediction_failed)

    def _apply_settings(self) -> None:
        commands = self.window.commands
        commands["theme"].setChecked(self.settings.theme == "light")
        self._on_theme_toggled(self.settings.theme == "light")
        self.window.set_recent(self.settings.recent_paths)
        self.window.set_file_windows(())
        self.state.set_smooth(self.settings.smooth)
        commands["tool_window"].setChecked(True)
        shown = replace(self.state.overlays, outline=self.settings.show_outline)
        self.state.set_overlays(shown)
        self._on_overlays_changed()
        self._on_display_changed()
        self._update_commands()

    # --- opening ----------------------------------------------------------------------------

    def open(self, request: OpenRequest) -> None:
        """Open a case in the background; the one on the screen stays until it is read."""
        self.cases.open(request)

    def _on_files_dropped(self, paths: list[str]) -> None:
        self.open(OpenRequest(Path(paths[0])))
        if len(paths) > 1:
            self.show_notice("One at a time: the first one is opened. Put files in one folder.")

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self.window, "Open a DICOM folder", self._near())
        if chosen:
            self.open(OpenRequest(Path(chosen)))

    def _ask_for_file(self) -> None:
        kinds = "DICOM and ZIP (*.dcm *.dicom *.ima *.zip);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(
            self.window, "Open a DICOM file or ZIP", self._near(), kinds
        )
        if chosen:
            self.open(OpenRequest(Path(chosen)))

    def _ask_for_annotations(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self.window, "Open a folder of annotations", self._near()
        )
        if chosen:
            self.cases.open_annotations(Path(chosen))

    def _near(self) -> str:
        recent = self.settings.recent_paths
        return str(Path(recent[0]).parent) if recent else str(Path.home())

    def _on_opening_started(self, request: OpenRequest) -> None:
        self.window.start_page.show_busy(f"Opening {request.name}…")
        self._update_commands()

    def _on_opening_progressed(self, progress: Progress) -> None:
        self.window.start_page.show_progress(progress.message, progress.done, progress.total)

    def _on_opening_ended(self) -> None:
        self.window.start_page.show_ready()
        self._update_commands()

    def _on_case_opened(self, case: Case, request: OpenRequest) -> None:
        self._case = case
        self._wants_thumbnails = True
        self.state.store.clear()
        self.window.browser.show_case(case)
        self.window.show_viewer()
        self.window.browser.choose(case.series[0].series.key)
        self.window.viewer.setFocus()
        if request.path is not None:
            self.settings = self.settings.with_recent(request.path.absolute())
            self.window.set_recent(self.settings.recent_paths)
        self._update_commands()

    def _show_problems(self) -> None:
        if self._case is not None:
            ProblemsDialog(self._case, self.window).open()

    # --- series and slice -------------------------------------------------------------------

    def _show_series(self, series_case: SeriesCase) -> None:
        self.state.set_series(series_case)
        series = series_case.series
        self.window.setWindowTitle(f"{series.description or 'Series'} — ctbox")
        self._list_file_windows(series.slices[0].windows)
        self._update_commands()

    def _on_loading_finished(self) -> None:
        # The shown series comes first; small pictures wait for it.
        if self._case is not None and self._wants_thumbnails:
            self._wants_thumbnails = False
            self._thumbnails.read(self._case)

    def _list_file_windows(self, windows: tuple[VoiWindow, ...]) -> None:
        actions = []
        for window in windows:
            text = "  ".join(
                part for part in (window.name, readout.describe_window(window)) if part
            )
            action = QAction(text.replace("&", "&&"), self.window)
            action.triggered.connect(lambda _=False, window=window: self.state.set_window(window))
            actions.append(action)
        self.window.set_file_windows(actions)

    def _go_to_box(self, direction: int) -> None:
        index = self.window.viewer.find_marked_slice(direction)
        if index is not None:
            self.state.set_slice_index(index)
        else:
            where = "further down" if direction > 0 else "further up"
            self._toasts.show_toast(f"No box {where}.")

    def _on_slice_changed(self, index: int) -> None:
        self.window.status_line.show_slice(index, self.state.slice_count)

    def _on_display_changed(self) -> None:
        shown = self.state.slice
        has_window = shown is not None and not shown.is_color
        text = readout.describe_window(self.state.window) if has_window else ""
        self.window.status_line.show_window(text)
        self.window.commands["smooth"].setChecked(self.state.smooth)

    def _set_tool(self, tool: Tool) -> None:
        self.window.viewer.view.tool = tool

    # --- overlays and theme -----------------------------------------------------------------

    def _on_overlays_toggled(self) -> None:
        commands = self.window.commands
        shown = {name: commands[name].isChecked() for name in _OVERLAY_COMMANDS}
        self.state.set_overlays(replace(self.state.overlays, **shown))

    def _on_overlays_changed(self) -> None:
        for name in _OVERLAY_COMMANDS:
            command = self.window.commands[name]
            command.blockSignals(True)
            command.setChecked(getattr(self.state.overlays, name))
            command.blockSignals(False)
        self.window.browser.set_identity_shown(self.state.overlays.patient)

    def _on_theme_toggled(self, light: bool) -> None:
        theme = THEMES["light" if light else "dark"]
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        self.window.apply_theme(theme)

    def _on_full_screen_toggled(self, full: bool) -> None:
        if full:
            self.window.showFullScreen()
        else:
            self.window.showNormal()

    # --- prediction -------------------------------------------------------------------------

    def _predict_slice(self) -> None:
        if self._can_predict() and self.state.series_case is not None:
            series = self.state.series_case.series
            self.prediction.predict_slice(series, self.state.slice_index)

    def _predict_series(self) -> None:
        if self._can_predict() and self.state.series_case is not None:
            self.prediction.predict_series(self.state.series_case.series)

    def _can_predict(self) -> bool:
        series_case = self.state.series_case
        if series_case is None or self.prediction.is_running:
            return False
        reason = series_case.series.skip_detection_reason
        if reason is not None:
            self._toasts.show_toast(f"Not predicted. {reason}")
        return reason is None

    def _on_prediction_started(self) -> None:
        if not self.prediction.is_ready:
            self.window.chip.show_loading()
        self._update_commands()

    def _on_model_ready(self, ready: ModelReady) -> None:
        self.window.chip.show_ready(ready.device_label, ready.name)

    def _on_predicted(self, result: DetectResult) -> None:
        slices = [each for series in result.series for each in series.slices]
        boxes = sum(len(each.detections) for each in slices)
        where = "this slice" if len(slices) == 1 else f"{len(slices)} slices"
        if boxes == 0:
            self._toasts.show_toast(f"Nothing found on {where}.")
        elif len(slices) > 1:
            self._toasts.show_toast(f"{boxes} boxes found on {where}. N goes to the next one.")

    def _on_prediction_failed(self, error: object) -> None:
        if not self.prediction.is_ready:
            self.window.chip.show_failed(str(error))
        self._notifier.show_failure(error)

    def _cancel(self) -> None:
        self.prediction.cancel()
        self.cases.cancel()

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
            self.settings,
            theme="light" if window.commands["theme"].isChecked() else "dark",
            smooth=self.state.smooth,
            show_outline=self.state.overlays.outline,
            window_geometry=bytes(window.saveGeometry().toBase64().data()).decode(),
            window_state=bytes(window.layout_state.toBase64().data()).decode(),
        )
