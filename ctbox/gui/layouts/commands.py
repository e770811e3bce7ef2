"""Ties layouts and crosshair to the window's commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from ctbox.dicom.places import find_place
from ctbox.gui.banner import Banner
from ctbox.gui.browser.model import ROW_ROLE
from ctbox.gui.browser.rows import SeriesRow
from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.layouts.crosshair import CrosshairHand, CrosshairState
from ctbox.gui.layouts.grid import Cell
from ctbox.gui.layouts.linking import ViewerLinker
from ctbox.gui.layouts.mpr_model import MprModel
from ctbox.gui.layouts.mpr_view import MprView
from ctbox.gui.layouts.panes import PaneSet
from ctbox.gui.layouts.series_drag import SeriesDragSource, SeriesDropTarget
from ctbox.gui.main_window import MainWindow
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.outline_layer import OutlineLayer
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import Placement
from ctbox.gui.viewer.state import ViewerState
from ctbox.workflows.open_case import Case

CELLS: dict[str, tuple[Cell, ...]] = {
    "1x1": ((0, 0, 1, 1),),
    "1x2": ((0, 0, 1, 1), (0, 1, 1, 1)),
    "2x2": ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)),
}
MPR_CELLS: tuple[Cell, ...] = ((0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1))
_LINKS = ("scroll", "placement", "window")

Attach = Callable[[ViewerPanel], object]


class LayoutCommands(QObject):
    """Gives the window more than one viewer, and what goes with it.

    Parameters
    ----------
    window : MainWindow
        The window.
    runner : TaskRunner
        Reads slices for the other viewers.
    attach : sequence of callable
        What every further viewer needs: measuring tools, settings.
    """

    def __init__(self, window: MainWindow, runner: TaskRunner, attach: tuple[Attach, ...]) -> None:
        super().__init__(window)
        self._window = window
        self._runner = runner
        self._attach = attach
        self._hidden_docks: list[QDockWidget] = []
        self._pointer: tuple[int, int] | None = None
        self.crosshair = CrosshairState(self)
        self.linker = ViewerLinker(self.crosshair, self)
        self.panes = PaneSet(window.panes, window.viewer, self.linker, self._build_viewer)
        CrosshairHand(window.viewer, self.crosshair)
        self.mpr = MprModel(window.viewer, self.crosshair)
        self.planes = self._build_planes()
        self._drag = SeriesDragSource(window.browser.tree, self._find_key)
        self._take_drops(window.viewer)
        self._connect()

    def _connect(self) -> None:
        commands, viewer = self._window.commands, self._window.viewer
        for name in (*CELLS, "mpr"):
            action = commands[f"layout_{name}"]
            action.triggered.connect(lambda _=False, name=name: self.set_layout(name))
        commands["layout_1x1"].setChecked(True)
        commands["next_pane"].triggered.connect(self.panes.activate_next)
        commands["maximise"].toggled.connect(self._on_maximise_toggled)
        commands["crosshair"].toggled.connect(self._on_crosshair_toggled)
        for name in _LINKS:
            action = commands[f"link_{name}"]
            action.setChecked(getattr(self.linker.links, name))
            action.toggled.connect(lambda on, name=name: self._on_link_toggled(name, on))
        for name, action in commands.items():
            if name.startswith("tool_"):
                action.triggered.connect(self._give_button_back)
        viewer.view.maximise_requested.connect(commands["maximise"].toggle)
        viewer.view.pointer_moved.connect(self._on_pointer_moved)
        viewer.state.selection_changed.connect(self.show_selected_in_planes)
        self.panes.active_changed.connect(self._on_active_changed)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    # --- layouts ----------------------------------------------------------------------------

    def set_layout(self, name: str) -> None:
        """Show the panes of a layout: 1x1, 1x2, 2x2 or mpr."""
        self._window.commands["maximise"].setChecked(False)
        self._window.commands[f"layout_{name}"].setChecked(True)
        is_mpr = name == "mpr"
        if is_mpr:
            self.panes.show_cells(MPR_CELLS, self.planes)
            self._put_on_selected()
        else:
            self.panes.show_cells(CELLS[name])
        if is_mpr != self.mpr.is_active:
            self.mpr.set_active(is_mpr)
            self._window.commands["crosshair"].setChecked(is_mpr)
        self.linker.align(self._window.viewer)

    def _build_planes(self) -> tuple[MprView, ...]:
        window = self._window
        planes = tuple(MprView(self.mpr, across, window.panes) for across in ("row", "column"))
        for place, plane in enumerate(planes, start=1):
            plane.hide()
            plane.probe_changed.connect(window.status_line.show_probe)
            plane.focused.connect(lambda place=place: window.panes.set_active(place))
            plane.maximise_requested.connect(window.commands["maximise"].toggle)
        window.commands["fit"].triggered.connect(self._fit_planes)
        window.commands["invert_drag"].toggled.connect(self._on_invert_toggled)
        return planes

    def _fit_planes(self) -> None:
        for plane in self.planes:
            plane.set_placement(Placement())

    def _on_invert_toggled(self, inverted: bool) -> None:
        for plane in self.planes:
            plane.inverts_window_drag = inverted

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Frame the axial image again when the keys go back to it."""
        is_axial = now is not None and self._window.viewer.isAncestorOf(now)
        if self.mpr.is_active and is_axial and not self._window.panes.is_maximised:
            self._window.panes.set_active(0)

    def take_case(self, case: Case) -> None:
        """Follow the window to another case."""
        shown, told_in = self._window.viewer.state.series_case, self.crosshair.series
        if told_in is not None and (shown is None or told_in.key != shown.series.key):
            self.crosshair.clear()
        self.panes.take_case(case)

    def _build_viewer(self) -> ViewerPanel:
        window = self._window
        state = ViewerState(window.viewer.state.store, window)
        viewer = ViewerPanel(state, SliceLoader(self._runner), OutlineLayer(self._runner))
        viewer.setParent(window.panes)
        viewer.probe_changed.connect(window.status_line.show_probe)
        window.commands["theme"].toggled.connect(lambda _: _dress(viewer.banner))
        _dress(viewer.banner)
        for attach in self._attach:
            attach(viewer)
        CrosshairHand(viewer, self.crosshair)
        self._take_drops(viewer)
        return viewer

    def _take_drops(self, viewer: ViewerPanel) -> None:
        target = SeriesDropTarget(viewer)
        target.dropped.connect(lambda key: self.panes.show_by_key(viewer, key))

    def _find_key(self, place: QPoint) -> str | None:
        row = self._window.browser.tree.indexAt(place).data(ROW_ROLE)
        return row.series_case.series.key if isinstance(row, SeriesRow) else None

    def _on_active_changed(self) -> None:
        series_case = self._window.viewer.state.series_case
        if series_case is not None:
            self._window.browser.choose(series_case.series.key)

    def _on_link_toggled(self, name: str, on: bool) -> None:
        setattr(self.linker.links, name, on)
        if on:
            self.linker.align(self._window.viewer)

    def _on_maximise_toggled(self, maximised: bool) -> None:
        """Show the active pane alone; the only one gets the room of the docks."""
        window = self._window
        is_single = len(window.panes.contents) == 1
        if not is_single:
            window.panes.set_maximised(maximised)
        if maximised and is_single:
            docks = window.findChildren(QDockWidget)
            self._hidden_docks = [dock for dock in docks if dock.isVisible()]
            for dock in self._hidden_docks:
                dock.hide()
        elif not maximised:
            for dock in self._hidden_docks:
                dock.show()
            self._hidden_docks = []
        window.viewer.setFocus()

    # --- crosshair --------------------------------------------------------------------------

    def _on_pointer_moved(self, pixel: tuple[int, int] | None) -> None:
        self._pointer = pixel

    def _on_crosshair_toggled(self, shown: bool) -> None:
        self.crosshair.set_shown(shown)
        if shown and self.crosshair.place is None:
            self._put_crosshair()

    def _put_on_selected(self) -> None:
        """Put it in the middle of the selected box, if one is: planes then show that tumour."""
        state = self._window.viewer.state
        box = state.find_selected_box()
        if box is None or state.slice is None or state.series_case is None:
            return
        place = find_place(state.slice, *box.centre)
        if place is not None:
            self.crosshair.put(state.series_case.series, place)

    def show_selected_in_planes(self) -> None:
        """Take the planes, if they are shown, to the selected box."""
        if self.mpr.is_active:
            self._put_on_selected()

    def _put_crosshair(self) -> None:
        """Put it where the pointer is, else in the middle of the image."""
        state = self._window.viewer.state
        if state.slice is None or state.series_case is None:
            return
        x, y = state.slice.columns / 2, state.slice.rows / 2
        if self._pointer is not None:
            x, y = self._pointer[0] + 0.5, self._pointer[1] + 0.5
        place = find_place(state.slice, x, y)
        if place is not None:
            self.crosshair.put(state.series_case.series, place)

    def _give_button_back(self) -> None:
        self.crosshair.takes_left_button = False


def _dress(banner: Banner) -> None:
    banner.apply_theme(find_theme())
