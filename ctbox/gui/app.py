"""The composition root: builds the window, wires it, and runs it."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QApplication

from ctbox.errors import SettingsError
from ctbox.gui.attention_commands import AttentionCommands
from ctbox.gui.browser.thumbnails import ThumbnailReader
from ctbox.gui.case_controller import CaseController, OpenRequest
from ctbox.gui.desktop_opening import DesktopOpening
from ctbox.gui.first_paint import FirstPaint
from ctbox.gui.inspector.binding import InspectorBinding
from ctbox.gui.inspector.panel import InspectorPanel
from ctbox.gui.layouts.commands import LayoutCommands
from ctbox.gui.layouts.fusion_commands import FusionCommands
from ctbox.gui.lesions.binding import LesionsBinding
from ctbox.gui.lesions.panel import LesionsPanel
from ctbox.gui.logs import start_logging
from ctbox.gui.main_window import MainWindow
from ctbox.gui.notifications import Notifier
from ctbox.gui.plane_measuring import measure_on_planes
from ctbox.gui.prediction import PredictionController
from ctbox.gui.session import Services, Session
from ctbox.gui.settings_keeper import SettingsKeeper
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.theme import THEMES, apply_theme
from ctbox.gui.translation import install_language, tr
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.outline_layer import OutlineLayer
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.state import ViewerState
from ctbox.paths import user_models_folder
from ctbox.settings import LoadedSettings, Settings, load_settings, save_settings
from ctbox.workflows.model_store_active import read_active

if TYPE_CHECKING:
    from ctbox.gui.browser.catalogue_commands import CatalogueCommands
    from ctbox.gui.later_rooms import LaterRooms
    from ctbox.gui.preferences.commands import PreferencesCommands
    from ctbox.gui.review.commands import ReviewCommands
    from ctbox.gui.training_commands import TrainingCommands

SHUTDOWN_LIMIT_S = 5.0
LESIONS_HEIGHT = 348
_SCREEN_SHARE = 0.9
# The window's thread waits this long at most for a reading thread to give up the interpreter.
_SWITCH_INTERVAL_S = 0.001


@dataclass
class App:
    """A built window and what must be closed with it.

    Parameters
    ----------
    window : MainWindow
        What the user sees.
    session : Session
        What wires it.
    runner : TaskRunner
        Its threads and processes.
    notifier : Notifier
        Shows what fails.
    inspector : InspectorPanel
        The pictures and measures beside the image.
    counting : LesionsBinding
        The lesions and counts beside the image.
    layouts : LayoutCommands
        The other viewers and what links them.
    fusion : FusionCommands
        PET laid on CT.
    log_path : pathlib.Path or None
        The log file that bug reports name.
    """

    window: MainWindow
    session: Session
    runner: TaskRunner
    notifier: Notifier
    inspector: InspectorPanel
    counting: LesionsBinding
    layouts: LayoutCommands
    fusion: FusionCommands
    log_path: Path | None = None
    _later: LaterRooms | None = None

    def complete(self) -> LaterRooms:
        """Build what nobody sees at first, unless that was done already."""
        if self._later is None:
            # Imported here: its modules would delay the window's appearance.
            from ctbox.gui.later_rooms import build_later_rooms

            self._later = build_later_rooms(self)
        return self._later

    @property
    def training(self) -> TrainingCommands:
        """Fine-tuning and the models."""
        return self.complete().training

    @property
    def catalogue(self) -> CatalogueCommands:
        """The collection's catalogue."""
        return self.complete().catalogue

    @property
    def preferences(self) -> PreferencesCommands:
        """Settings and keys."""
        return self.complete().preferences

    @property
    def review(self) -> ReviewCommands:
        """Going through series one after the other."""
        return self.complete().review

    def collect_settings(self) -> Settings:
        """Return the settings with what the user changed in this run."""
        return replace(
            self.preferences.collect(self.session.collect_settings()),
            show_raw_sobel=self.inspector.raw_sobel.isChecked(),
            hit_iou=self.counting.hit_iou,
            catalogue_view=self.catalogue.describe(),
        )

    def close(self) -> Settings:
        """Stop everything that runs and return the settings to keep."""
        settings = self.collect_settings()
        self.runner.shutdown(SHUTDOWN_LIMIT_S)
        self.session.editing.close()
        self.review.close()
        self.catalogue.close()
        self.window.close()
        return settings


def build_app(
    settings: Settings | None = None,
    *,
    model: str | None = None,
    log_path: Path | None = None,
    prewarm: bool = False,
    completes: bool = True,
) -> App:
    """Return a window, not shown yet; a `QApplication` must exist.

    Parameters
    ----------
    settings : Settings, optional
        What the user chose before.
    model : str or None
        Name or folder of the model; None for the settings' or the shipped one.
    log_path : pathlib.Path or None
        The log file that bug reports name.
    prewarm : bool
        Load the model in its worker as soon as a series is read, ahead of the first prediction.
    completes : bool
        Build all of it. False leaves what nobody sees at first to `App.complete`, which must
        come before the user's first event.
    """
    settings = settings or Settings()
    apply_theme(find_application(), THEMES[settings.theme])
    runner = TaskRunner()
    store = DetectionStore()
    store.set_threshold(settings.confidence)
    store.set_shows_loose(settings.show_loose_boxes)
    state = ViewerState(store)
    viewer = ViewerPanel(state, SliceLoader(runner), OutlineLayer(runner))
    window = MainWindow(viewer, runner)
    lesions = LesionsPanel()
    lesions_dock = window.add_dock(
        tr("Lesions"), "lesionsDock", lesions, Qt.DockWidgetArea.RightDockWidgetArea
    )
    inspector = InspectorPanel(runner)
    inspector.set_raw_sobel(settings.show_raw_sobel)
    window.add_dock(
        tr("Inspector"), "inspectorDock", inspector, Qt.DockWidgetArea.RightDockWidgetArea
    )
    binding = InspectorBinding(inspector, state, viewer.loader)
    counting = LesionsBinding(lesions, state, settings.hit_iou)
    store.setParent(window)
    state.setParent(window)
    notifier = Notifier(window, log_path)
    prediction = PredictionController(
        runner,
        store,
        model=model or settings.default_model or read_active(user_models_folder()).name,
        device=settings.device,
        parent=window,
    )
    cases = CaseController(runner, window)
    cases.case_opened.connect(lambda case, _: counting.take_case(case))
    if not settings.window_state:
        # Only now that they are on the screen do docks take a height: the pictures get the rest.
        heights = ([lesions_dock], [LESIONS_HEIGHT], Qt.Orientation.Vertical)
        cases.case_opened.connect(lambda *_: window.resizeDocks(*heights))
    lesions.predict_requested.connect(window.commands["predict_series"].trigger)
    lesions.lesion_activated.connect(viewer.setFocus)
    inspector.failed.connect(notifier.show_failure)
    services = Services(cases, prediction, ThumbnailReader(runner, window), notifier)
    session = Session(window, services, settings)
    binding.follow(session.editing.editing)
    attach = (session.measuring.attach, session.reading.attach, session.editing.attach)
    layouts = LayoutCommands(window, runner, attach)
    lesions.lesion_chosen.connect(lambda _: layouts.show_selected_in_planes())
    layouts.mpr.follow(session.editing.editing)
    measure_on_planes(session.measuring, layouts.mpr, layouts.planes)
    cases.case_opened.connect(lambda case, _: layouts.take_case(case))
    fusion = FusionCommands(window, session.toasts, runner, layouts.planes)
    cases.case_opened.connect(lambda case, _: fusion.take_case(case))
    AttentionCommands(lesions.attention, state, prediction, session.toasts)
    if prewarm:
        viewer.loader.finished.connect(prediction.warm_up)
    if settings.window_geometry:
        window.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode()))
    if settings.window_state:
        window.remember_layout(QByteArray.fromBase64(settings.window_state.encode()))
    app = App(window, session, runner, notifier, inspector, counting, layouts, fusion, log_path)
    if completes:
        app.complete()
    return app


def run(
    path: Path | None,
    annotations: Path | None = None,
    model: str | None = None,
    *,
    sample: bool = False,
) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    path : pathlib.Path or None
        What to open first; None shows the start page.
    annotations : pathlib.Path or None
        Where the expert's boxes lie; None looks beside the images.
    model : str or None
        Name or folder of a model.
    sample : bool
        Open the synthetic sample case where no path is given; it is made on first use, with
        the window already there.

    Returns
    -------
    int
        Exit code.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    application = find_application()
    log = start_logging()
    loaded = load_settings()
    install_language(application, loaded.settings.language)
    app = build_app(loaded.settings, model=model, log_path=log.path, prewarm=True, completes=False)
    app.notifier.install()
    DesktopOpening(application).opened.connect(app.window.files_dropped)
    if not loaded.settings.window_geometry:
        _fit_to_screen(app.window)

    keepers: list[SettingsKeeper] = []

    def begin() -> None:
        if path is not None or sample:
            # Reading goes on in its thread meanwhile; what it tells comes after all is built.
            app.session.open(OpenRequest(path, annotations))
        app.complete()
        # What is there now stays: later collections pass it over, and hold the window up less.
        gc.freeze()
        gc.enable()
        _tell_of_settings(app, loaded)
        app.session.offer_recovery()
        app.review.offer_resume()
        keepers.append(keep_settings(app))

    FirstPaint(app.window).painted.connect(begin)
    app.window.show()
    code = application.exec()
    for keeper in keepers:
        keeper.stop()
    try:
        save_settings(app.close())
    except SettingsError as error:
        # The window is gone: the log and the terminal are all that is left to tell.
        print(error, file=sys.stderr)  # noqa: T201
    app.notifier.remove()
    log.close()
    return int(code)


def check_window(path: Path) -> str:
    """Open a case in a window that nobody sees, and return what was shown; for the self-test.

    Raises
    ------
    RuntimeError
        If the first slice does not appear.
    """
    import time

    application = find_application()
    app = build_app()
    app.window.show()
    app.session.open(OpenRequest(path))
    limit = time.monotonic() + 60
    viewer = app.window.viewer
    while viewer.view.pixels is None and time.monotonic() < limit:
        application.processEvents()
        time.sleep(0.005)
    shown = viewer.view.pixels is not None and not app.window.grab().isNull()
    told = f"{app.window.width()} × {app.window.height()}, {viewer.state.slice_count} slices"
    app.close()
    if not shown:
        raise RuntimeError("The window did not show the first slice.")
    return told


def find_application() -> QApplication:
    """Return the process's application, made if there is none yet."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("ctbox")
    application.setApplicationDisplayName("ctbox")
    return application


def _fit_to_screen(window: MainWindow) -> None:
    """Take most of the screen on the first run, but no more than the eye can follow."""
    screen = window.screen().availableSize()
    most = QSize(1760, 1080)
    window.resize((screen * _SCREEN_SHARE).boundedTo(most).expandedTo(window.minimumSizeHint()))


def keep_settings(app: App) -> SettingsKeeper:
    """Begin to save what changes; comes once the whole window is built."""
    commands = app.window.commands.values()
    keeper = SettingsKeeper(app.runner, app.collect_settings, commands, parent=app.window)
    app.preferences.changed.connect(keeper.note_change)
    return keeper


def _tell_of_settings(app: App, loaded: LoadedSettings) -> None:
    if loaded.problem:
        app.session.show_notice(loaded.problem)
