"""The viewers of a layout: which pane shows what, and which one takes the commands.

The window's own viewer always is the active one: everything in the window (inspector,
prediction, editing) is bound to it. When another pane is chosen, the two exchange what they show
and then their places, so that on the screen only the frame moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from ctbox.dicom.places import share_frame
from ctbox.gui.layouts.exchange import show_again, take_shown
from ctbox.gui.layouts.grid import Cell, PaneGrid
from ctbox.gui.layouts.linking import ViewerLinker
from ctbox.gui.translation import mark, tr
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.workflows.open_case import Case, SeriesCase

EMPTY_HINT = mark("Drag a series here from the list, or click to show the active one here too.")
_FORWARDED = (QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)


class PaneSet(QObject):
    """Keeps the viewers of the panes.

    Parameters
    ----------
    grid : PaneGrid
        Where they are shown.
    viewer : ViewerPanel
        The window's own, always the active one.
    linker : ViewerLinker
        Links them.
    build : callable
        Returns one more viewer.
    """

    active_changed = Signal()

    def __init__(
        self,
        grid: PaneGrid,
        viewer: ViewerPanel,
        linker: ViewerLinker,
        build: Callable[[], ViewerPanel],
    ) -> None:
        super().__init__(grid)
        self._grid = grid
        self._active = viewer
        self._linker = linker
        self._build = build
        self._order: list[ViewerPanel] = [viewer]
        self._spare: list[ViewerPanel] = []
        self._case: Case | None = None
        self._is_forwarding = False
        linker.add(viewer)

    @property
    def viewers(self) -> tuple[ViewerPanel, ...]:
        """The viewers on the screen, row by row."""
        return tuple(self._order)

    @property
    def others(self) -> tuple[ViewerPanel, ...]:
        """The viewers that are not active."""
        return tuple(viewer for viewer in self._order if viewer is not self._active)

    def show_cells(self, cells: tuple[Cell, ...], extra: Sequence[QWidget] = ()) -> None:
        """Show so many viewers; new ones get the series that follow the active one's.

        Parameters
        ----------
        cells : tuple of Cell
            Where.
        extra : sequence of QWidget
            What is no viewer, for the last cells.
        """
        count = len(cells) - len(extra)
        while len(self._order) < count:
            self._order.append(self._spare.pop() if self._spare else self._make())
        for viewer in self.others[::-1]:
            if len(self._order) > count:
                self._order.remove(viewer)
                self._spare.append(viewer)
                viewer.state.set_series(None)
        place = self._order.index(self._active)
        self._grid.show_cells(cells, (*self._order, *extra), place)
        is_single = len(cells) == 1
        self._active.view.fits_on_double_click = is_single
        self._active.cine_speed.setVisible(is_single)
        self.fill()
        self._active.setFocus()

    def _make(self) -> ViewerPanel:
        viewer = self._build()
        # Keys stay with the active viewer, whatever the pointer touches.
        viewer.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        viewer.view.fits_on_double_click = False
        viewer.view.installEventFilter(self)
        viewer.cine_speed.hide()
        self._linker.add(viewer)
        self._active.state.overlays_changed.connect(lambda: self._copy_display(viewer))
        self._active.state.window_changed.connect(lambda: self._copy_display(viewer))
        self._copy_display(viewer)
        return viewer

    def _copy_display(self, viewer: ViewerPanel) -> None:
        viewer.state.set_overlays(self._active.state.overlays)
        viewer.state.set_smooth(self._active.state.smooth)

    # --- what is shown ----------------------------------------------------------------------

    def take_case(self, case: Case) -> None:
        """Show another case, or the same one read again with other annotations."""
        before, self._case = self._case, case
        is_same = before is not None and before.path == case.path
        by_key = {each.series.key: each for each in case.series}
        for viewer in self.others:
            shown = viewer.state.series_case
            again = by_key.get(shown.series.key) if shown is not None and is_same else None
            viewer.loader.offer(viewer.loader.find_read() if again else None)
            viewer.state.set_series(again, viewer.state.slice_index if again else 0)
        self.fill()

    def fill(self) -> None:
        """Give empty panes a series: those of the active one's frame of reference first."""
        for viewer in self.others:
            if viewer.state.series_case is None:
                following = self._find_following()
                if following is None:
                    viewer.view.show_pixels(None, tr(EMPTY_HINT))
                else:
                    self.show(viewer, following)

    def show(self, viewer: ViewerPanel, series_case: SeriesCase) -> None:
        """Show a series in a pane; what another pane has read is not read again."""
        key = series_case.series.key
        reads = (each.loader.find_read() for each in self._order if each is not viewer)
        viewer.loader.offer(next((read for read in reads if read and read.key == key), None))
        viewer.state.set_series(series_case)
        self._linker.settle()

    def show_by_key(self, viewer: ViewerPanel, key: str) -> None:
        """Show the case's series of this key in a pane, and make that the active one."""
        for series_case in () if self._case is None else self._case.series:
            if series_case.series.key == key:
                self.show(viewer, series_case)
                self.activate(viewer)
                self.active_changed.emit()
                return

    def _find_following(self) -> SeriesCase | None:
        active = self._active.state.series_case
        if self._case is None or active is None:
            return None
        cases = [each.state.series_case for each in self._order]
        shown = {each.series.key for each in cases if each is not None}
        left = [each for each in self._case.series if each.series.key not in shown]
        near = [each for each in left if share_frame(each.series, active.series)]
        return next(iter((*near, *left)), None)

    # --- the active one ---------------------------------------------------------------------

    def activate_next(self) -> None:
        """Make the next pane the active one."""
        place = self._order.index(self._active)
        self.activate(self._order[(place + 1) % len(self._order)])

    def activate(self, viewer: ViewerPanel) -> None:
        """Make a pane the active one: the window's viewer takes over what it shows."""
        if viewer is self._active or viewer not in self._order:
            return
        self._linker.pause(True)
        active = self._active
        if viewer.state.series_case is None:
            viewer.loader.offer(active.loader.find_read())
            viewer.state.set_series(active.state.series_case, active.state.slice_index)
        first, second = take_shown(active), take_shown(viewer)
        show_again(active, second)
        show_again(viewer, first)
        self._linker.pause(False)
        one, other = self._order.index(active), self._order.index(viewer)
        self._order[one], self._order[other] = viewer, active
        self._grid.exchange(one, other)
        self._grid.set_active(other)
        active.setFocus()
        self.active_changed.emit()

    def find_viewer_of(self, watched: QObject) -> ViewerPanel | None:
        """Return the viewer that an image belongs to."""
        return next((each for each in self._order if each.view is watched), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a left press choose the pane and go on in it at once."""
        if not isinstance(event, QMouseEvent):
            return False
        if self._is_forwarding and event.type() in _FORWARDED:
            if event.type() == QEvent.Type.MouseButtonRelease:
                self._is_forwarding = False
            self._forward(event)
            return True
        is_left = event.button() is Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress and is_left:
            viewer = self.find_viewer_of(watched)
            if viewer is not None:
                self.activate(viewer)
                self._is_forwarding = True
                self._forward(event)
                return True
        return False

    def _forward(self, event: QMouseEvent) -> None:
        view = self._active.view
        place = view.mapFromGlobal(event.globalPosition())
        copy = QMouseEvent(
            event.type(),
            place,
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )
        QApplication.sendEvent(view, copy)
