"""Commands of reading: own windows, the way of the window drag, the speed of cine."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from ctbox.dicom.series import VoiWindow
from ctbox.gui.main_window import MainWindow
from ctbox.gui.preset_dialogs import ManageWindowsDialog, SaveWindowDialog
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer.panel import SUV_WINDOWS, ViewerPanel
from ctbox.gui.window_presets import OwnWindows, describe_preset
from ctbox.settings import Settings


class ReadingCommands(QObject):
    """Ties those commands to the window's viewers and to the settings.

    Parameters
    ----------
    window : MainWindow
        The window.
    toasts : ToastArea
        Shows short notes.
    settings : Settings
        What the user chose before.
    """

    def __init__(self, window: MainWindow, toasts: ToastArea, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._toasts = toasts
        self.own = OwnWindows(self)
        self._viewers: list[ViewerPanel] = []
        self._fps = settings.cine_fps
        menu, commands = window.presets_menu, window.commands
        menu.window_chosen.connect(window.viewer.state.set_window)
        menu.save_requested.connect(self._ask_for_name)
        menu.manage_requested.connect(self._manage)
        self.own.changed.connect(self._update_menu)
        window.viewer.state.series_changed.connect(self._update_menu)
        window.viewer.loader.scale_found.connect(lambda _: self._update_menu())
        window.viewer.state.window_changed.connect(self._on_window_changed)
        commands["invert_grey"].toggled.connect(window.viewer.state.set_inverted)
        commands["cine_slower"].triggered.connect(lambda: window.viewer.step_cine_speed(-1))
        commands["cine_faster"].triggered.connect(lambda: window.viewer.step_cine_speed(1))
        commands["invert_drag"].setChecked(settings.invert_window_drag)
        commands["invert_drag"].toggled.connect(self._on_invert_toggled)
        self.own.set_windows([VoiWindow(c, w, name) for name, w, c in settings.user_windows])
        self.attach(window.viewer)

    def attach(self, viewer: ViewerPanel) -> None:
        """Let one more viewer follow these settings."""
        self._viewers.append(viewer)
        viewer.set_cine_speed(self._fps)
        viewer.view.inverts_window_drag = self._window.commands["invert_drag"].isChecked()
        viewer.cine_speed_changed.connect(self._on_speed_changed)

    def collect(self, settings: Settings) -> Settings:
        """Return the settings with what was changed here."""
        return replace(
            settings,
            user_windows=tuple((each.name, each.width, each.center) for each in self.own.windows),
            invert_window_drag=self._window.commands["invert_drag"].isChecked(),
            cine_fps=self._fps,
        )

    def _update_menu(self) -> None:
        viewer = self._window.viewer
        shown, scale = viewer.state.slice, viewer.loader.scale
        of_file = () if shown is None else shown.windows
        if scale is not None and scale.factor is not None:
            # The file's own are of the values before they became SUV.
            of_file = SUV_WINDOWS
        self._window.presets_menu.set_windows(of_file, self.own.windows)

    def _ask_for_name(self) -> None:
        names = [each.name for each in self.own.windows]
        dialog = SaveWindowDialog(self._window.viewer.state.window, names, self._window)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    def _on_saved(self, window: VoiWindow) -> None:
        self.own.save(window)
        self._window.viewer.state.set_window(window)
        self._toasts.show_toast(tr("Saved: {window}.").format(window=describe_preset(window)))

    def _manage(self) -> None:
        dialog = ManageWindowsDialog(self.own.windows, self._window)
        dialog.saved.connect(self.own.set_windows)
        dialog.open()

    def _on_window_changed(self) -> None:
        self._window.commands["invert_grey"].setChecked(self._window.viewer.state.inverted)

    def _on_invert_toggled(self, inverted: bool) -> None:
        for viewer in self._viewers:
            viewer.view.inverts_window_drag = inverted

    def _on_speed_changed(self, fps: int) -> None:
        self._fps = fps
        for viewer in self._viewers:
            viewer.set_cine_speed(fps)
