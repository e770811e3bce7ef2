"""The commands that scroll and change the display, and what the window says of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.gui.main_window import MainWindow
from ctbox.gui.theme import THEMES, apply_theme
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.gestures import Tool
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.state import ViewerState
from ctbox.settings import Settings

_OVERLAY_COMMANDS = (
    "annotations", "detections", "mine", "outline", "attention", "texts", "patient",
)  # fmt: skip


class DisplayCommands(QObject):
    """Ties the display commands of a window to its viewer's state, both ways.

    Parameters
    ----------
    window : MainWindow
        The window.
    toasts : ToastArea
        Shows short notes.
    """

    def __init__(self, window: MainWindow, toasts: ToastArea) -> None:
        super().__init__(window)
        self._window = window
        self._toasts = toasts
        self._connect_scrolling()
        self._connect_display()
        self._connect_news()

    @property
    def _state(self) -> ViewerState:
        return self._window.viewer.state

    def _connect_scrolling(self) -> None:
        state = self._state
        self._connect(
            {
                "previous_slice": lambda: state.step_slices(-1),
                "next_slice": lambda: state.step_slices(1),
                "back_ten": lambda: state.step_slices(-10),
                "forward_ten": lambda: state.step_slices(10),
                "first_slice": lambda: state.set_slice_index(0),
                "last_slice": lambda: state.set_slice_index(state.slice_count - 1),
                "next_box": lambda: self._go_to_box(1),
                "previous_box": lambda: self._go_to_box(-1),
            }
        )

    def _connect_display(self) -> None:
        state, commands = self._state, self._window.commands
        self._connect(
            {
                "window_lung": lambda: state.set_window(LUNG_WINDOW),
                "window_mediastinum": lambda: state.set_window(MEDIASTINUM_WINDOW),
                "fit": lambda: state.set_placement(Placement()),
                "reset": state.reset_display,
            }
        )
        commands["smooth"].toggled.connect(state.set_smooth)
        commands["cine"].toggled.connect(self._window.viewer.set_cine)
        commands["theme"].toggled.connect(self._on_theme_toggled)
        commands["full_screen"].toggled.connect(self._on_full_screen_toggled)
        for name in _OVERLAY_COMMANDS:
            commands[name].toggled.connect(lambda on, name=name: self._set_overlay(name, on))
        for tool in Tool:
            action = commands[f"tool_{tool.value}"]
            action.triggered.connect(lambda _=False, tool=tool: self._set_tool(tool))

    def _connect(self, handlers: dict[str, Callable[[], object]]) -> None:
        for name, handler in handlers.items():
            command = self._window.commands[name]
            command.triggered.connect(lambda _=False, handler=handler: handler())

    def _connect_news(self) -> None:
        state, viewer = self._state, self._window.viewer
        viewer.probe_changed.connect(self._window.status_line.show_probe)
        viewer.cine_changed.connect(self._window.commands["cine"].setChecked)
        state.window_changed.connect(self._on_display_changed)
        state.series_changed.connect(self._on_series_changed)
        state.slice_changed.connect(self._on_slice_changed)
        state.overlays_changed.connect(self._on_overlays_changed)

    def apply_settings(self, settings: Settings) -> None:
        """Take up what the user chose before."""
        commands = self._window.commands
        commands["theme"].setChecked(settings.theme == "light")
        self._on_theme_toggled(settings.theme == "light")
        commands["tool_window"].setChecked(True)
        self._state.set_smooth(settings.smooth)
        self._state.set_overlays(
            replace(
                self._state.overlays,
                outline=settings.show_outline,
                attention_opacity=settings.attention_opacity,
            )
        )
        self._on_overlays_changed()
        self._on_display_changed()

    # --- scrolling --------------------------------------------------------------------------

    def _go_to_box(self, direction: int) -> None:
        index = self._window.viewer.find_marked_slice(direction)
        if index is not None:
            self._state.set_slice_index(index)
        else:
            where = tr("further down") if direction > 0 else tr("further up")
            self._toasts.show_toast(tr("No box {where}.").format(where=where))

    def _on_slice_changed(self, index: int) -> None:
        self._window.status_line.show_slice(index, self._state.slice_count)

    # --- display ----------------------------------------------------------------------------

    def _on_series_changed(self) -> None:
        self._on_display_changed()

    def _on_display_changed(self) -> None:
        shown = self._state.slice
        has_window = shown is not None and not shown.is_color
        text = readout.describe_window(self._state.window) if has_window else ""
        self._window.status_line.show_window(text)
        self._window.commands["smooth"].setChecked(self._state.smooth)

    def _set_tool(self, tool: Tool) -> None:
        self._window.viewer.view.tool = tool

    def _set_overlay(self, name: str, shown: bool) -> None:
        self._state.set_overlays(replace(self._state.overlays, **{name: shown}))

    def _on_overlays_changed(self) -> None:
        for name in _OVERLAY_COMMANDS:
            self._window.commands[name].setChecked(getattr(self._state.overlays, name))
        self._window.browser.set_identity_shown(self._state.overlays.patient)

    def _on_theme_toggled(self, light: bool) -> None:
        theme = THEMES["light" if light else "dark"]
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        self._window.apply_theme(theme)

    def _on_full_screen_toggled(self, full: bool) -> None:
        if full:
            self._window.showFullScreen()
        else:
            self._window.showNormal()
